/*
 * Program stream: what creators do with their channel, its keys and its time on
 * air.  Handlers read input, call app/ and write output.
 */
#include "programs.h"

#include <string.h>

#define TITLE_MAX	200
#define DESCRIPTION_MAX	5000
#define DELAY_MAX_S	60
#define WORD_MAX	16
#define MINUTE_MS	60000

/* ---- what comes in --------------------------------------------------------- */

/* null and "" take it away; absent leaves it. */
static enum rc
optional_read(struct req *req, const char *name, size_t most, const char **out)
{
	const char *text = NULL;
	enum rc rc = body_str(req, name, OPTIONAL, 0, most, &text);

	if (rc == RC_OK && json_get(req->json, name) != NULL)
		*out = text == NULL || *text == '\0' ? NULL : text;
	return rc;
}

static enum rc
info_read(struct req *req, enum want title, struct stream_row *s)
{
	enum rc rc;

	if ((rc = body_name(req, "title", title, TITLE_MAX, &s->title)) !=
	    RC_OK || (rc = optional_read(req, "description", DESCRIPTION_MAX,
	    &s->description)) != RC_OK || (rc = optional_read(req, "thumbnail",
	    PICTURE_URL_MAX, &s->thumbnail)) != RC_OK)
		return rc;
	if (s->description != NULL && !text_lines(s->description))
		return fail(req, RC_INVALID, "invalid_value", "description",
		    0);
	if (s->thumbnail != NULL && !picture_url_ok(s->thumbnail))
		return fail(req, RC_INVALID, "invalid_url", "thumbnail", 0);
	return RC_OK;
}

/* WHIP where it is not said. */
static enum rc
type_read(struct req *req, enum want want, bool *rtmp)
{
	const char *type = "WHIP";
	enum rc rc = body_str(req, "ingressType", want, 0, WORD_MAX, &type);

	if (rc != RC_OK)
		return rc;
	*rtmp = strcmp(type, "RTMP") == 0;
	return *rtmp || strcmp(type, "WHIP") == 0 ? RC_OK :
	    fail_detail(req, RC_INVALID, "invalid_value", "ingressType",
	    "ingressType must be RTMP or WHIP.");
}

/* ---- what goes out --------------------------------------------------------- */

static void
key_write(struct buf *out, const char *name, const struct stream_key_row *key,
    const char *secret)
{
	json_object(out, name);
	json_add_str(out, "serverUrl", key->server_url);
	json_add_str(out, "streamKey", secret);
	json_add_str(out, "ingressId", key->ingress_id);
	json_add_str(out, "ingressType", key->is_rtmp ? "RTMP" : "WHIP");
}

static void
broadcast_write(struct buf *out, const struct broadcast_row *b)
{
	/* A lapsed one is counted when its end is written down. */
	bool counted = b->ended_at != 0 && b->lapses_at == 0;

	json_object(out, NULL);
	json_add_str(out, "id", b->id);
	json_add_str(out, "title", b->title);
	json_add_time(out, "startedAt", b->started_at);
	json_add_time(out, "endedAt", b->ended_at);
	if (b->ended_at == 0)
		json_add_int(out, "viewerCount", b->viewer_count);
	json_add_int(out, "peakViewers", b->peak_viewers);
	if (counted) {
		json_add_int(out, "uniqueViewers", b->unique_viewers);
		json_add_int(out, "watchMinutes", (b->watch_ms +
		    MINUTE_MS / 2) / MINUTE_MS);
	} else {
		json_add_null(out, "uniqueViewers");
		json_add_null(out, "watchMinutes");
	}
}

static enum rc
stream_reply(struct req *req, const struct stream_row *stream)
{
	struct broadcast_row air;
	enum rc rc = stream_on_air(req->app, stream->user_id, &air);

	if (rc == RC_OK)
		stream_write(reply_json(req, 200), NULL, stream, &air);
	return rc;
}

/* ---- the channel ----------------------------------------------------------- */

static enum rc
create_post(struct req *req)
{
	const struct broadcast_row off_air = { 0 };
	struct stream_row wanted = { 0 }, stream;
	struct stream_key_row key;
	struct buf *out;
	char *secret;
	bool rtmp;
	enum rc rc;

	if ((rc = info_read(req, REQUIRED, &wanted)) != RC_OK ||
	    (rc = type_read(req, OPTIONAL, &rtmp)) != RC_OK ||
	    (rc = stream_create(req, &wanted, rtmp, &stream, &key, &secret)) !=
	    RC_OK)
		return rc;
	out = reply_json(req, 201);
	json_object(out, NULL);
	stream_write(out, "stream", &stream, &off_air);
	key_write(out, "ingress", &key, secret);
	json_object_end(out);
	json_object_end(out);
	return RC_OK;
}

static enum rc
info_get(struct req *req)
{
	struct stream_row stream;
	enum rc rc = stream_find(req, &stream);

	return rc == RC_OK ? stream_reply(req, &stream) : rc;
}

static enum rc
info_put(struct req *req)
{
	struct stream_row stream;
	enum rc rc = stream_find(req, &stream);

	if (rc != RC_OK || (rc = info_read(req, OPTIONAL, &stream)) != RC_OK ||
	    (rc = stream_set_info(req->app->db, &stream)) != RC_OK)
		return rc;
	return stream_reply(req, &stream);
}

static enum rc
chat_put(struct req *req)
{
	struct stream_row s;
	struct buf *out;
	enum rc rc = stream_find(req, &s);

	if (rc != RC_OK || (rc = body_bool(req, "isChatEnabled", OPTIONAL,
	    &s.is_chat_enabled)) != RC_OK || (rc = body_bool(req,
	    "isChatDelayed", OPTIONAL, &s.is_chat_delayed)) != RC_OK ||
	    (rc = body_bool(req, "isChatFollowersOnly", OPTIONAL,
	    &s.is_chat_followers_only)) != RC_OK || (rc = body_int(req,
	    "chatDelaySeconds", OPTIONAL, 1, DELAY_MAX_S,
	    &s.chat_delay_seconds)) != RC_OK ||
	    (rc = stream_chat_set(req, &s)) != RC_OK)
		return rc;
	out = reply_json(req, 200);
	json_object(out, NULL);
	json_add_bool(out, "isChatEnabled", s.is_chat_enabled);
	json_add_bool(out, "isChatDelayed", s.is_chat_delayed);
	json_add_bool(out, "isChatFollowersOnly", s.is_chat_followers_only);
	json_add_int(out, "chatDelaySeconds", s.chat_delay_seconds);
	json_object_end(out);
	return RC_OK;
}

/* ---- keys ------------------------------------------------------------------ */

static enum rc
ingress_post(struct req *req)
{
	struct stream_key_row key;
	struct buf *out;
	char *secret;
	bool rtmp;
	enum rc rc;

	if ((rc = type_read(req, REQUIRED, &rtmp)) != RC_OK ||
	    (rc = stream_key_rotate(req, rtmp, &key, &secret)) != RC_OK)
		return rc;
	out = reply_json(req, 201);
	key_write(out, NULL, &key, secret);
	json_object_end(out);
	return RC_OK;
}

static enum rc
ingress_put(struct req *req)
{
	bool enabled = false;
	enum rc rc = body_bool(req, "enabled", REQUIRED, &enabled);

	if (rc != RC_OK || (rc = stream_key_enable(req, enabled)) != RC_OK)
		return rc;
	return reply_empty(req, 204);
}

static enum rc
ingress_delete(struct req *req)
{
	enum rc rc = stream_key_remove(req);

	return rc == RC_OK ? reply_empty(req, 204) : rc;
}

static enum rc
credentials_get(struct req *req)
{
	struct stream_key_row key;
	struct buf *out;
	char *secret;
	enum rc rc = stream_key_show(req, &key, &secret);

	if (rc != RC_OK)
		return rc;
	out = reply_json(req, 200);
	key_write(out, NULL, &key, secret);
	json_add_bool(out, "enabled", key.is_enabled);
	json_add_time(out, "lastUsedAt", key.last_used_at);
	json_object_end(out);
	return RC_OK;
}

/* ---- on air ---------------------------------------------------------------- */

static enum rc
status_get(struct req *req)
{
	struct broadcast_row air;
	struct buf *out;
	enum rc rc = stream_on_air(req->app, req->user->id, &air);

	if (rc != RC_OK)
		return rc;
	out = reply_json(req, 200);
	json_object(out, NULL);
	json_add_bool(out, "isLive", air.id != NULL);
	json_add_int(out, "viewerCount", air.viewer_count);
	json_add_time(out, "startedAt", air.started_at);
	json_object_end(out);
	return RC_OK;
}

static enum rc
creator_token_post(struct req *req)
{
	bool publish = false, takeover = false;
	const char *identity;
	struct buf *out;
	char *token;
	enum rc rc;

	if ((rc = body_bool(req, "publish", OPTIONAL, &publish)) != RC_OK ||
	    (rc = body_bool(req, "takeover", OPTIONAL, &takeover)) != RC_OK ||
	    (rc = stream_creator_token(req, publish, takeover, &token,
	    &identity)) != RC_OK)
		return rc;
	out = reply_json(req, 200);
	json_object(out, NULL);
	json_add_str(out, "token", token);
	json_add_str(out, "identity", identity);
	json_add_str(out, "name", req->user->display_name);
	json_add_str(out, "wsUrl", req->app->config->livekit_url);
	json_object_end(out);
	return RC_OK;
}

static enum rc
end_post(struct req *req)
{
	struct buf *out;
	enum rc rc = stream_end(req);

	if (rc != RC_OK)
		return rc;
	out = reply_json(req, 200);
	json_object(out, NULL);
	json_add_bool(out, "isLive", false);
	json_object_end(out);
	return RC_OK;
}

/* ---- past broadcasts ------------------------------------------------------- */

static enum rc
broadcasts_get(struct req *req)
{
	struct broadcast_row *rows;
	size_t len;
	int64_t limit, before;
	const char *before_id, *next = NULL;
	struct buf *out;
	enum rc rc = req_page_time(req, &limit, &before, &before_id);

	if (rc == RC_OK)
		rc = broadcast_list(req->app->db, req->user->id, clock_ms(),
		    before, before_id, limit + 1, &rows, &len);
	if (rc != RC_OK)
		return rc;
	if (len > (size_t)limit) {
		len = (size_t)limit;
		next = cursor_make(req->arena, "%lld,%s",
		    (long long)rows[len - 1].started_at, rows[len - 1].id);
	}
	out = reply_list(req, "items");
	for (size_t i = 0; i < len; i++) {
		broadcast_write(out, &rows[i]);
		json_object_end(out);
	}
	return reply_list_end(out, next);
}

static enum rc
broadcast_get(struct req *req)
{
	struct db *db = req->app->db;
	struct broadcast_row row;
	int64_t now = clock_ms(), *minutes;
	size_t len;
	struct buf *out;
	enum rc rc = broadcast_by_id(db, req->user->id, req_param(req, "id"),
	    now, &row);

	if (rc == RC_NOT_FOUND)
		return fail(req, rc, "no_broadcast", NULL, 0);
	if (rc != RC_OK || (rc = broadcast_minutes(db, &row, now, &minutes,
	    &len)) != RC_OK)
		return rc;
	out = reply_json(req, 200);
	broadcast_write(out, &row);
	json_array(out, "viewersPerMinute");
	for (size_t i = 0; i < len; i++)
		json_add_int(out, NULL, minutes[i]);
	json_array_end(out);
	json_object_end(out);
	return RC_OK;
}

static const struct route routes[] = {
	{ POST, "/api/stream/create", "createStream", AUTH_CREATOR,
	    BODY | LK | NO_STORE | SCOPE_STREAM, create_post },
	{ POST, "/api/stream/ingress", "createIngress", AUTH_CREATOR,
	    BODY | LK | NO_STORE | SCOPE_STREAM, ingress_post },
	{ PUT, "/api/stream/ingress", "updateIngress", AUTH_CREATOR,
	    BODY | LK | SCOPE_STREAM, ingress_put },
	{ DELETE, "/api/stream/ingress", "deleteIngress", AUTH_CREATOR,
	    LK | SCOPE_STREAM, ingress_delete },
	{ GET, "/api/stream/info", "getStreamInfo", AUTH_CREATOR,
	    SCOPE_READ, info_get },
	{ PUT, "/api/stream/info", "updateStreamInfo", AUTH_CREATOR,
	    BODY | TX | SCOPE_STREAM, info_put },
	{ GET, "/api/stream/credentials", "getStreamCredentials", AUTH_CREATOR,
	    NO_STORE | SCOPE_STREAM, credentials_get },
	{ PUT, "/api/stream/chat-settings", "updateChatSettings", AUTH_CREATOR,
	    BODY | TX | SCOPE_STREAM, chat_put },
	{ GET, "/api/stream/status", "getStreamStatus", AUTH_CREATOR,
	    ETAG | SCOPE_READ, status_get },
	{ POST, "/api/stream/creator-token", "getCreatorToken", AUTH_CREATOR,
	    BODY_OPT | LK | NO_STORE | SCOPE_STREAM, creator_token_post },
	{ POST, "/api/stream/end", "endStream", AUTH_CREATOR,
	    BODY_OPT | LK | SCOPE_STREAM, end_post },
	{ GET, "/api/stream/broadcasts", "listBroadcasts", AUTH_CREATOR,
	    SCOPE_READ, broadcasts_get },
	{ GET, "/api/stream/broadcasts/{id}", "getBroadcast", AUTH_CREATOR,
	    SCOPE_READ, broadcast_get },
	{ 0 }
};

const struct program stream_program = { "stream", routes, DB_RW | NEEDS_LK };
