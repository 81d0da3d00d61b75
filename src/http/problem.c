/*
 * Refusals: the one table from cause to status and title, and the closed list
 * of problem codes with the sentence that tells a person what to do next.  A
 * new code is a new row here and a new value in openapi.json; a check compares.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

static const struct {
	int		 status;
	const char	*code;		/* where nobody said a better one */
} causes[] = {
	[RC_OK] = { 200, NULL },
	[RC_INVALID] = { 400, "invalid_value" },
	[RC_UNAUTHORIZED] = { 401, "not_signed_in" },
	[RC_FORBIDDEN] = { 403, "forbidden" },
	[RC_NOT_FOUND] = { 404, "not_found" },
	[RC_GONE] = { 410, "gone" },
	[RC_CONFLICT] = { 409, "conflict" },
	[RC_TOO_MANY] = { 429, "rate_limited" },
	[RC_BUSY] = { 503, "busy" },
	[RC_UPSTREAM] = { 502, "livekit_error" },
	[RC_TIMEOUT] = { 504, "livekit_slow" },
	[RC_UNSUPPORTED] = { 501, "not_supported" },
	[RC_INTERNAL] = { 500, "internal" },
};
_Static_assert(sizeof(causes) / sizeof(causes[0]) == RC_MAX,
    "every cause has a status");

static const struct {
	const char	*code;
	const char	*detail;
} codes[] = {
	/* the request itself */
	{ "invalid_path", "This address holds characters or segments that are not allowed; check how it was put together." },
	{ "invalid_query", "The query of this address is not valid percent-encoded UTF-8." },
	{ "uri_too_long", "The address is too long: at most 1024 bytes of path and 2048 of query." },
	{ "cookie_too_long", "The cookies are too long; delete those of this site and sign in again." },
	{ "no_route", "There is nothing at this address; compare it with the API description." },
	{ "method_not_allowed", "This address does not take this method; the Allow header names those it takes." },
	{ "not_found", "There is no such thing here, or it is not yours to see." },
	{ "gone", "This was here and is over." },
	{ "conflict", "This clashes with what is there already; read it again, then decide." },
	/* the body */
	{ "invalid_content_length", "Content-Length must be a number of bytes." },
	{ "body_too_large", "The body is too large; send a smaller one." },
	{ "short_body", "The body ended before its Content-Length; send it again." },
	{ "unsupported_media_type", "Send the body as Content-Type: application/json." },
	{ "json_syntax", "The body is not valid JSON." },
	{ "json_utf8", "The body is not valid UTF-8." },
	{ "json_nul", "The body holds a NUL character (\\u0000), which no text may." },
	{ "json_depth", "The body is nested deeper than 32 levels." },
	{ "json_duplicate_key", "The body names a member of one object twice." },
	{ "body_not_object", "The body must be a JSON object: { … }." },
	{ "missing_field", "A required member is missing from the body; field names it." },
	{ "invalid_type", "A member of the body has the wrong type; field names it." },
	{ "too_short", "This text is too short; field names it." },
	{ "too_long", "This text is too long; field names it." },
	{ "invalid_value", "This value is not allowed; field names it." },
	{ "invalid_limit", "limit must be a whole number from 1 to 100." },
	{ "invalid_cursor", "cursor must be the next of an earlier reply; leave it out to start over." },
	/* who is calling */
	{ "not_signed_in", "Sign in, or send Authorization: Bearer with a token." },
	{ "invalid_token", "The token is not valid here; sign in again." },
	{ "token_expired", "The token has expired; sign in again." },
	{ "session_ended", "This session was ended; sign in again." },
	{ "account_disabled", "This account is disabled; ask an administrator." },
	{ "invalid_credentials", "User name or password is wrong; check both and try again." },
	{ "wrong_password", "The current password is wrong; try again." },
	{ "issuer_unavailable", "The keys of the issuer of this token cannot be had just now; try again shortly." },
	/* what they may */
	{ "forbidden", "You may not do this." },
	{ "not_owner", "Only the owner may do this." },
	{ "admin_only", "Only an administrator may do this." },
	{ "scope_missing", "This API key lacks the scope for this; use a key that has it." },
	{ "key_not_allowed", "API keys may not do this; sign in instead." },
	{ "bad_origin", "This came from another site; reload the page of this one and try again." },
	{ "csrf", "A request with a cookie needs the Origin of this site; send a token instead." },
	{ "not_allowed", "This is only for listed addresses and administrators." },
	{ "rate_limited", "Too many requests; wait as long as Retry-After says, then try again." },
	/* accounts */
	{ "invalid_username", "A user name is 3 to 32 of the characters a-z, 0-9 and _." },
	{ "username_taken", "This user name is taken; choose another." },
	{ "username_reserved", "This user name is reserved; choose another." },
	{ "password_common", "This password is among the most common; choose another." },
	{ "password_is_username", "The password may not be the user name; choose another." },
	{ "no_session", "There is no such session; list them to see which there are." },
	{ "no_key", "There is no such API key; list them to see which there are." },
	{ "invalid_scope", "This is not a scope; they are read, chat, live, stream, rooms, recordings, admin." },
	{ "invalid_url", "This is no http(s) address that can be kept; check it." },
	{ "not_external", "This account signs in elsewhere and has no password here." },
	{ "too_many_keys", "There are too many API keys; delete one first." },
	/* rooms and streams */
	{ "no_room", "There is no such room; check its name." },
	{ "room_ended", "This room is over; look for one that is open." },
	{ "room_taken", "This room name was used before; choose another, or leave it out." },
	{ "invalid_room_name", "A room name is 1 to 64 of the characters A-Z, a-z, 0-9, _ and -, not a UUID, and does not begin with voice-." },
	{ "already_live", "You are live already; end that stream first." },
	/* channels, keys, encoders, people */
	{ "creator_not_approved", "You are not approved to stream; ask for it with POST /api/auth/me/creator." },
	{ "no_stream", "There is no channel yet; make one with POST /api/stream/create." },
	{ "stream_exists", "You have a channel already; change it with PUT /api/stream/info." },
	{ "no_stream_key", "There is no stream key; make one with POST /api/stream/ingress." },
	{ "no_broadcast", "There is no such broadcast; list them to see which there are." },
	{ "already_on_air", "You are on air already; end that first, or send takeover: true to go on from here." },
	{ "just_ended", "This stream was ended a moment ago; encoders are let in again when Retry-After has passed." },
	{ "key_changing", "The stream key is being changed at the video server; read it again in a few seconds." },
	{ "ingress_missing", "RTMP needs LiveKit's ingress, which this server has not: its operator installs Redis and livekit-ingress beside LiveKit. Use WHIP (OBS 30 or newer) meanwhile." },
	{ "rtmp_off", "RTMP is switched off on this server (ingress = own). Use WHIP (OBS 30 or newer)." },
	{ "invalid_stream_key", "This stream key is not valid or switched off; copy the current one into the encoder (OBS: Settings, Stream, Bearer Token)." },
	{ "invalid_sdp", "The video server cannot use this SDP; in OBS set the service to WHIP and the video encoder to H.264 (or VP8), and start again." },
	{ "if_match_required", "Send If-Match with the ETag of the session, or * to restart ICE." },
	{ "ice_session_changed", "If-Match is not the ETag of this session; stop the encoder and start it again." },
	{ "no_channel", "There is no such channel." },
	{ "no_user", "There is no such person; check the name." },
	{ "blocked", "You may not do this here: this person has blocked you." },
	{ "not_yourself", "This cannot be done to yourself." },
	{ "guest_not_allowed", "Guests may not do this; sign in." },
	/* rooms, workspaces, classes */
	{ "source_taken", "This room has a source already; ask to join as a participant, or leave room out to open your own." },
	{ "not_member", "You are not a member here; ask those who lead it to add you." },
	{ "no_member", "This person is not a member here." },
	{ "role_too_high", "This is more than your own role; ask for that one or a lower one, or leave role out." },
	{ "removed", "You were put out of this room; wait as long as Retry-After says, then join again." },
	{ "not_leader", "Only those who lead this room may do this: its owner, the teachers of a class, the owner and administrators of a workspace." },
	{ "owner_protected", "Nobody may do this to the owner." },
	{ "owner_stays", "The owner cannot leave; hand the ownership over first, or delete the whole." },
	{ "not_admin", "Only the owner and administrators of this workspace may do this." },
	{ "no_participant", "This person is not in the room now." },
	{ "no_track", "This person publishes nothing of that source now." },
	{ "remote_unmute_off", "LiveKit lets nobody unmute others; ask the person to do it (its operator can set room.enable_remote_unmute)." },
	{ "not_in_room", "This is only for people who are in the room; join it first." },
	{ "no_workspace", "There is no such workspace, or you are not in it." },
	{ "too_many", "There are too many already; delete one first." },
	/* recordings */
	{ "already_recording", "This room is being recorded; stop that recording first." },
	{ "wrong_session", "roomSid is not the present session of this room; join it anew, or leave roomSid out." },
	{ "no_recording", "There is no such recording; list them to see which there are." },
	{ "recording_running", "This recording is not finished; stop it first, and delete it when it is complete." },
	{ "egress_missing", "LiveKit records only with Redis and an egress service beside it; its operator must install both." },
	{ "storage_error", "The storage did not delete the file; try again, and tell the operator if it stays so." },
	/* chat */
	{ "no_message", "There is no such message; it may have been deleted." },
	{ "not_moderator", "Only the owner, the teachers and the moderators of this room may do this." },
	{ "invalid_direction", "direction must be older or newer." },
	/* LiveKit */
	{ "livekit_unreachable", "The video server cannot be reached just now; try again in a few seconds." },
	{ "livekit_keys", "The video server refuses our key; its operator must check livekit_api_key and livekit_api_secret." },
	{ "livekit_slow", "The video server took too long; try again." },
	{ "livekit_error", "The video server failed; try again, and tell the operator if it stays so." },
	{ "livekit_wrong_url", "Something answers at the video server's address that is not LiveKit; its operator must check livekit_url and livekit_api_url." },
	{ "livekit_not_configured", "No video server is configured here; its operator must set livekit_url and its keys." },
	{ "invalid_signature", "The signature of this webhook is not one of ours; check the key and secret in LiveKit's configuration." },
	{ "invalid_webhook", "This webhook is signed but cannot be understood." },
	/* us */
	{ "busy", "The server is busy just now; try again as Retry-After says." },
	{ "database_read_only", "The database cannot be written just now; reading still works. Its operator must check disk and permissions." },
	{ "not_set_up", "This server is not set up; its log says why." },
	{ "not_ready", "The server is not ready; its operator finds the reason in the log." },
	{ "not_supported", "This is not installed or not configured here." },
	{ "internal", "Something went wrong here; it is logged under this requestId." },
};

#define CODES_LEN (sizeof(codes) / sizeof(codes[0]))

const char *
problem_code_at(size_t i)
{
	return i < CODES_LEN ? codes[i].code : NULL;
}

static const char *
default_detail(const char *code)
{
	size_t i;

	for (i = 0; i < CODES_LEN; i++)
		if (strcmp(codes[i].code, code) == 0)
			return codes[i].detail;
	log_error("no such problem code: %s", code);
	return "This was refused.";
}

int
rc_status(enum rc rc)
{
	return causes[rc < RC_MAX ? rc : RC_INTERNAL].status;
}

bool
problem_is_bad_token(const char *code)
{
	return strcmp(code, "invalid_token") == 0 ||
	    strcmp(code, "token_expired") == 0 ||
	    strcmp(code, "session_ended") == 0;
}

int64_t
problem_retry_s(const struct req *req, int status)
{
	int64_t ms = req->problem.retry_after_ms;

	if (ms > 0)
		return ms / 1000 + (ms % 1000 != 0);
	return status == 429 || status == 503 ? 1 : 0;
}

enum rc
fail(struct req *req, enum rc rc, const char *code, const char *field,
    int64_t retry_after_ms)
{
	req->problem = (struct problem){ .rc = rc, .code = code,
	    .field = field, .retry_after_ms = retry_after_ms };
	return rc;
}

enum rc
fail_status(struct req *req, int status, const char *code)
{
	enum rc rc = fail(req, RC_INVALID, code, NULL, 0);

	req->problem.status = status;
	return rc;
}

enum rc
fail_detail(struct req *req, enum rc rc, const char *code, const char *field,
    const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	rc = fail(req, rc, code, field, 0);
	req->problem.detail = arena_strdup(req->arena, text);
	return rc;
}

void
fail_extra(struct req *req, const char *name, const char *value)
{
	struct problem *p = &req->problem;

	if (p->extra_len == sizeof(p->extra) / sizeof(p->extra[0])) {
		log_error("no room for %s in a problem", name);
		return;
	}
	p->extra[p->extra_len++] = (struct header){ name, value };
}

const char *
status_title(int status)
{
	static const struct { int status; const char *title; } titles[] = {
		{ 200, "OK" }, { 201, "Created" }, { 202, "Accepted" },
		{ 204, "No Content" }, { 302, "Found" }, { 303, "See Other" },
		{ 304, "Not Modified" }, { 400, "Bad Request" },
		{ 401, "Unauthorized" }, { 403, "Forbidden" },
		{ 404, "Not Found" }, { 405, "Method Not Allowed" },
		{ 409, "Conflict" }, { 410, "Gone" },
		{ 412, "Precondition Failed" }, { 413, "Content Too Large" },
		{ 414, "URI Too Long" }, { 415, "Unsupported Media Type" },
		{ 428, "Precondition Required" }, { 429, "Too Many Requests" },
		{ 500, "Internal Server Error" }, { 501, "Not Implemented" },
		{ 502, "Bad Gateway" }, { 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" },
	};
	size_t i;

	for (i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		if (titles[i].status == status)
			return titles[i].title;
	return "Status";
}

/* What a refusal looks like when it was not made by fail(), or for another
 * cause than the one that came up. */
static void
problem_complete(struct req *req, enum rc rc)
{
	struct problem *p = &req->problem;

	if (rc >= RC_MAX || rc == RC_OK)
		rc = RC_INTERNAL;
	if (p->code == NULL || p->rc != rc)
		rc = fail(req, rc, causes[rc].code, NULL, 0);
	if (p->status == 0)
		p->status = rc_status(rc);
	if (p->detail == NULL)
		p->detail = default_detail(p->code);
}

void
reply_problem(struct req *req, enum rc rc)
{
	struct problem *p = &req->problem;
	struct buf *b;
	size_t i;

	problem_complete(req, rc);
	b = reply_json(req, p->status);
	req->out_type = "application/problem+json";
	json_object(b, NULL);
	json_add_str(b, "type", "about:blank");
	json_add_str(b, "title", status_title(p->status));
	json_add_int(b, "status", p->status);
	json_add_str(b, "code", p->code);
	json_add_str(b, "detail", p->detail);
	if (p->field != NULL)
		json_add_str(b, "field", p->field);
	for (i = 0; i < p->extra_len; i++)
		json_add_str(b, p->extra[i].name, p->extra[i].value);
	json_add_str(b, "requestId", req->id);
	json_object_end(b);
}
