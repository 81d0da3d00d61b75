/*
 * WHIP (RFC 9725): encoders publish with a stream key.  We say who they are
 * and whether they may; the SDP goes to LiveKit's own endpoint and back as it
 * is.  LiveKit's addresses, tags, errors and tokens stay behind this file, and
 * neither the key nor an SDP is ever logged.
 */
#include "local.h"

#include <string.h>

#define SESSION_BYTES	16
#define TAG_MAX		256

/* Who publishes: the key's owner and the channel. */
struct publisher {
	struct stream_key_row	 key;
	struct user_row		 user;
	struct stream_row	 stream;
	struct room_row		 room;
};

/* ---- STUN and TURN ------------------------------------------------------- */

/* The next of a comma list without the spaces around it; false: no more. */
static bool
list_next(const char **at, const char **item, size_t *len)
{
	const char *s = *at;

	if (s == NULL || s[strspn(s, " \t")] == '\0')
		return false;
	s += strspn(s, " \t");
	*item = s;
	*len = strcspn(s, ",");
	*at = s[*len] == ',' ? s + *len + 1 : NULL;
	while (*len > 0 && strchr(" \t", s[*len - 1]) != NULL)
		--*len;
	return true;
}

static bool
ice_server_valid(const char *s, size_t len)
{
	static const char *const schemes[] = { "stun:", "stuns:", "turn:",
	    "turns:" };
	bool known = false;

	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
		known |= len > strlen(schemes[i]) && str_starts(s, schemes[i]);
	for (size_t i = 0; known && i < len; i++)
		known = s[i] > ' ' && s[i] <= '~' &&
		    strchr("\"<>\\^`{|}", s[i]) == NULL;
	return known;
}

bool
whip_ice_valid(const char *list)
{
	const char *item;
	size_t len, n = 0;

	while (list_next(&list, &item, &len))
		if (++n > WHIP_ICE_MAX || !ice_server_valid(item, len))
			return false;
	return true;
}

void
whip_links(struct req *req)
{
	const char *list = req->app->config->whip_ice_servers, *item;
	size_t len;

	while (list_next(&list, &item, &len))
		reply_header(req, "Link", arena_printf(req->arena,
		    "<%.*s>; rel=\"ice-server\"", (int)len, item));
}

/* ---- who may publish ----------------------------------------------------- */

static enum rc
key_refused(struct req *req)
{
	return fail(req, RC_UNAUTHORIZED, "invalid_stream_key", NULL, 0);
}

/* A key of another way on air (LiveKit's ingress) is none here. */
static enum rc
key_find(struct req *req, struct stream_key_row *key)
{
	const char *secret = auth_bearer(req->authorization);
	enum rc rc;

	if (secret == NULL)
		return key_refused(req);
	rc = stream_key_by_hash(req->app->db, sha256_hex(req->arena, secret,
	    strlen(secret)), key);
	if (rc == RC_NOT_FOUND ||
	    (rc == RC_OK && (!key->is_own || !key->is_enabled)))
		return key_refused(req);
	return rc;
}

static enum rc
publisher_load(struct req *req, struct publisher *who)
{
	struct db *db = req->app->db;
	enum rc rc = key_find(req, &who->key);

	if (rc != RC_OK ||
	    (rc = user_by_id(db, who->key.user_id, &who->user)) != RC_OK)
		return rc;
	if (who->user.is_disabled)
		return fail(req, RC_FORBIDDEN, "account_disabled", NULL, 0);
	if (!who->user.is_creator)
		return fail(req, RC_FORBIDDEN, "creator_not_approved", NULL,
		    0);
	rc = stream_by_user(db, who->user.id, &who->stream);
	return rc == RC_OK ? room_by_name(db, who->user.id, &who->room) : rc;
}

/* The same in one look; RC_CONFLICT where it was ended a moment ago. */
static enum rc
publisher_find(struct req *req, bool offers, struct publisher *who)
{
	int64_t now = clock_ms();
	enum rc rc = db_read_begin(req->app->db);

	if (rc != RC_OK)
		return rc;
	rc = publisher_load(req, who);
	db_read_end(req->app->db);
	if (rc == RC_OK && offers && who->stream.refused_until > now)
		return fail(req, RC_CONFLICT, "just_ended", NULL,
		    who->stream.refused_until - now);
	return rc;
}

static enum rc
publisher_token(struct req *req, const struct publisher *who, char **token)
{
	return token_mint(req->app, &(struct token_for){
	    .room = who->room.name, .kind = KIND_STREAM,
	    .rights.role = ROLE_CREATOR,
	    .identity = who->user.id, .name = who->user.display_name,
	    .avatar_url = who->user.avatar_url, .rights.chat = true }, token);
}

/* ---- what LiveKit says --------------------------------------------------- */

/*
 * LiveKit has no status for an offer that it could parse and not use: 503 or
 * 500 then, with the words of its WebRTC library.
 */
static bool
sdp_at_fault(struct app *app, enum lk_err err)
{
	static const char *const words[] = { "RemoteDescription",
	    "remoteDescription", "sdp", "SDP", "codec" };
	const struct lk_error *e = lk_client_error(app->lk);

	if (err == LK_INVALID_ARGUMENT)
		return true;
	if (err != LK_UNAVAILABLE && err != LK_INTERNAL)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strstr(e->message, words[i]) != NULL)
			return true;
	return false;
}

static bool
tag_at_fault(struct app *app, enum lk_err err)
{
	return err == LK_FAILED_PRECONDITION || (err == LK_INTERNAL &&
	    strstr(lk_client_error(app->lk)->message, "ice session mismatch")
	    != NULL);
}

static enum rc
no_session(struct req *req)
{
	return fail_detail(req, RC_NOT_FOUND, "no_session", NULL,
	    "This session has ended, or never was; start the encoder again.");
}

static enum rc
whip_result(struct req *req, enum lk_err err)
{
	if (sdp_at_fault(req->app, err)) {
		log_info("LiveKit cannot use an SDP: HTTP %d",
		    lk_client_error(req->app->lk)->http_status);
		return fail(req, RC_INVALID, "invalid_sdp", NULL, 0);
	}
	return livekit_result(req->app, req, err);
}

/* The answer outlives the SDK's block. */
static void
answer_take(struct req *req, struct lk_whip *whip, struct whip_answer *out)
{
	out->status = whip->status;
	out->body = arena_strndup(req->arena, whip->body, whip->body_len);
	out->body_len = whip->body_len;
	out->etag = whip->etag[0] == '\0' ? NULL :
	    arena_strdup(req->arena, whip->etag);
}

/* ---- offer --------------------------------------------------------------- */

/*
 * What each offer of WebRTC has.  LiveKit throws out the session that runs
 * before it sees that it cannot use the new one.
 */
static bool
offer_whole(const char *sdp)
{
	static const char *const lines[] = { "\nm=", "\na=mid:",
	    "\na=ice-ufrag:", "\na=ice-pwd:", "\na=fingerprint:" };

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if (strstr(sdp, lines[i]) == NULL)
			return false;
	return str_starts(sdp, "v=0");
}

/* While LiveKit answered, the key may have gone, or the stream been ended. */
static enum rc
offer_keep(struct req *req, const struct publisher *before,
    const struct whip_row *row)
{
	struct db *db = req->app->db;
	struct publisher now;
	enum rc rc = publisher_load(req, &now);

	if (rc == RC_OK &&
	    strcmp(now.key.ingress_id, before->key.ingress_id) != 0)
		rc = key_refused(req);
	if (rc == RC_OK && now.stream.refused_until > row->started_at)
		rc = fail(req, RC_CONFLICT, "just_ended", NULL,
		    now.stream.refused_until - row->started_at);
	if (rc == RC_OK)
		rc = whip_insert(db, row);
	if (rc == RC_OK)
		rc = stream_key_touch(db, row->ingress_id, row->started_at);
	return rc;
}

static enum rc
offer_commit(struct req *req, const struct publisher *who,
    const char *participant_sid, const char **session)
{
	struct db *db = req->app->db;
	struct whip_row row = { .user_id = who->user.id,
	    .ingress_id = who->key.ingress_id,
	    .participant_sid = participant_sid, .started_at = clock_ms() };
	char *id;
	enum rc rc = random_token(req->arena, "", SESSION_BYTES, &id);

	if (rc != RC_OK || (rc = db_begin(db, NORMAL)) != RC_OK)
		return rc;
	row.id = id;
	rc = db_end(db, offer_keep(req, who, &row));
	if (rc == RC_OK)
		*session = id;
	return rc;
}

/* Where LiveKit cannot be told it notices by itself, when no media comes. */
static void
livekit_end(struct app *app, const char *token, const char *participant_sid)
{
	enum lk_err err = lk_whip_delete(app->lk, token, participant_sid);

	if (err != LK_OK && !lk_gone(err))
		log_warn("LiveKit: a WHIP session was not ended: %s",
		    lk_strerror(err));
}

enum rc
whip_offer(struct req *req, struct whip_answer *out)
{
	struct app *app = req->app;
	struct publisher who;
	struct lk_whip *whip;
	char *token;
	enum rc rc = publisher_find(req, true, &who);

	if (rc != RC_OK)
		return rc;
	if (!offer_whole(req->body))
		return fail(req, RC_INVALID, "invalid_sdp", NULL, 0);
	if ((rc = req_limit(req, LIMIT_TOKEN, who.user.id)) != RC_OK ||
	    (rc = livekit_ready(app, req)) != RC_OK ||
	    (rc = room_ensure(app, req, &who.room)) != RC_OK ||
	    (rc = publisher_token(req, &who, &token)) != RC_OK ||
	    (rc = whip_result(req, lk_whip_post(app->lk, token, req->body,
	    req->body_len, &whip))) != RC_OK)
		return rc;
	rc = offer_commit(req, &who, whip->resource, &out->session);
	if (rc == RC_OK)
		answer_take(req, whip, out);
	else
		livekit_end(app, token, whip->resource);
	lk_free(whip);
	return rc;
}

/* ---- a session ----------------------------------------------------------- */

/* Open, and of this key: others may not even know it. */
static enum rc
session_find(struct req *req, const struct publisher *who, const char *id,
    struct whip_row *row)
{
	enum rc rc = whip_by_id(req->app->db, id, row);

	if (rc == RC_NOT_FOUND || (rc == RC_OK && (row->ended_at != 0 ||
	    strcmp(row->ingress_id, who->key.ingress_id) != 0)))
		return no_session(req);
	return rc;
}

/* The tag of an If-Match without what RFC 9110 puts around it; NULL: none. */
static const char *
tag_of(struct arena *arena, const char *match)
{
	size_t len;

	match += strspn(match, " \t");
	if (str_starts(match, "W/"))
		match += 2;
	len = strlen(match);
	while (len > 0 && strchr(" \t", match[len - 1]) != NULL)
		len--;
	if (len >= 2 && match[0] == '"' && match[len - 1] == '"') {
		match++;
		len -= 2;
	}
	if (len == 0 || len > TAG_MAX)
		return NULL;
	for (size_t i = 0; i < len; i++)
		if (match[i] <= ' ' || match[i] > '~' || match[i] == '"')
			return NULL;
	return arena_strndup(arena, match, len);
}

static enum rc
patch_result(struct req *req, enum lk_err err)
{
	if (err == LK_NOT_FOUND)
		return no_session(req);
	if (tag_at_fault(req->app, err))
		return fail_status(req, 412, "ice_session_changed");
	return whip_result(req, err);
}

enum rc
whip_patch(struct req *req, const char *session, struct whip_answer *out)
{
	struct app *app = req->app;
	struct publisher who;
	struct lk_whip *whip;
	struct whip_row row;
	const char *tag;
	char *token;
	enum rc rc = publisher_find(req, false, &who);

	if (rc != RC_OK)
		return rc;
	if (req->if_match == NULL || req->if_match[0] == '\0')
		return fail_status(req, 428, "if_match_required");
	if ((rc = session_find(req, &who, session, &row)) != RC_OK)
		return rc;
	if ((tag = tag_of(req->arena, req->if_match)) == NULL)
		return fail_status(req, 412, "ice_session_changed");
	if (req->body_len == 0)
		return fail(req, RC_INVALID, "invalid_sdp", NULL, 0);
	if ((rc = livekit_ready(app, req)) != RC_OK ||
	    (rc = publisher_token(req, &who, &token)) != RC_OK ||
	    (rc = patch_result(req, lk_whip_patch(app->lk, token,
	    row.participant_sid, tag, req->body, req->body_len, &whip))) !=
	    RC_OK)
		return rc;
	answer_take(req, whip, out);
	lk_free(whip);
	return RC_OK;
}

static enum rc
session_end(struct req *req, const struct publisher *who, const char *id,
    struct whip_row *row)
{
	struct app *app = req->app;
	int64_t now = clock_ms();
	enum rc rc = session_find(req, who, id, row);

	if (rc == RC_OK)
		rc = whip_end(app->db, id, now);
	return rc == RC_OK ? stream_recount(app, row->user_id, now) : rc;
}

enum rc
whip_delete(struct req *req, const char *session)
{
	struct app *app = req->app;
	struct publisher who;
	struct whip_row row;
	char *token;
	enum rc rc = publisher_find(req, false, &who);

	if (rc != RC_OK || (rc = db_begin(app->db, NORMAL)) != RC_OK)
		return rc;
	rc = session_end(req, &who, session, &row);
	if ((rc = db_end(app->db, rc)) != RC_OK)
		return rc;
	if (livekit_ready(app, NULL) == RC_OK &&
	    publisher_token(req, &who, &token) == RC_OK)
		livekit_end(app, token, row.participant_sid);
	return RC_OK;
}
