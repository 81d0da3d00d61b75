/*
 * Program livekit: join tokens for source rooms, voice channels and classes, the
 * list of rooms, and what clients are configured with.
 */
#include "programs.h"

#include <string.h>

#define NAME_MAX_CP	64
#define ROOM_MAX	256
#define TITLE_MAX	200
#define CHANNEL_MAX	64

static enum rc
source_token_post(struct req *req)
{
	const char *name = NULL, *room_name = NULL, *display_name = NULL;
	struct room_row room;
	bool is_source = false;
	struct buf *out;
	char *token;
	enum rc rc;

	if ((rc = body_name(req, "username", REQUIRED, NAME_MAX_CP, &name))
	    != RC_OK || (rc = body_bool(req, "isSource", REQUIRED,
	    &is_source)) != RC_OK || (rc = body_str(req, "room", OPTIONAL, 1,
	    ROOM_MAX, &room_name)) != RC_OK || (rc = body_name(req,
	    "displayName", OPTIONAL, TITLE_MAX, &display_name)) != RC_OK ||
	    (rc = source_token(req, name, room_name, is_source, display_name,
	    &room, &token)) != RC_OK)
		return rc;
	out = reply_json(req, 200);
	json_object(out, NULL);
	json_add_str(out, "token", token);
	json_add_str(out, "room", room.name);
	json_add_str(out, "displayName", room.display_name);
	json_add_bool(out, "isSource",
	    strcmp(room.owner_id, req->user->id) == 0);
	json_add_str(out, "serverUrl", req->app->config->livekit_url);
	json_object_end(out);
	return RC_OK;
}

/* ?kind=, KIND_MAX without it. */
static enum rc
kind_read(struct req *req, enum kind *kind)
{
	const char *word = req_query(req, "kind");

	*kind = KIND_MAX;
	if (word == NULL)
		return RC_OK;
	for (int i = 0; i < KIND_MAX; i++)
		if (strcmp(kind_name((enum kind)i), word) == 0)
			*kind = (enum kind)i;
	return *kind != KIND_MAX ? RC_OK :
	    fail(req, RC_INVALID, "invalid_value", "kind", 0);
}

static enum rc
rooms_get(struct req *req)
{
	struct room_listed *rows;
	const char *before_name, *next = NULL;
	int64_t limit, before;
	enum kind kind;
	size_t len;
	struct buf *out;
	enum rc rc;

	if ((rc = kind_read(req, &kind)) != RC_OK ||
	    (rc = req_page_time(req, &limit, &before, &before_name)) != RC_OK ||
	    (rc = room_list_visible(req->app->db, req->user->id, kind,
	    clock_ms(), before, before_name, limit + 1, &rows, &len)) != RC_OK)
		return rc;
	if (len > (size_t)limit) {
		len = (size_t)limit;
		next = cursor_make(req->arena, "%lld,%s",
		    (long long)rows[len - 1].room.created_at,
		    rows[len - 1].room.name);
	}
	out = reply_list(req, "rooms");
	for (size_t i = 0; i < len; i++)
		room_listed_write(out, &rows[i]);
	return reply_list_end(out, next);
}

static enum rc
voice_token_post(struct req *req)
{
	const char *channel = NULL, *room;
	struct buf *out;
	char *token;
	enum rc rc;

	if ((rc = body_str(req, "channelId", REQUIRED, 1, CHANNEL_MAX,
	    &channel)) != RC_OK ||
	    (rc = voice_token(req, channel, &token, &room)) != RC_OK)
		return rc;
	out = reply_json(req, 200);
	json_object(out, NULL);
	json_add_str(out, "token", token);
	json_add_str(out, "url", req->app->config->livekit_url);
	json_add_str(out, "room", room);
	json_add_str(out, "identity", req->user->id);
	json_object_end(out);
	return RC_OK;
}

static enum rc
connection_post(struct req *req)
{
	const char *room = NULL, *role = NULL;
	struct buf *out;
	char *token;
	enum rc rc;

	if ((rc = body_str(req, "roomName", REQUIRED, 1, ROOM_MAX, &room)) !=
	    RC_OK || (rc = body_str(req, "role", OPTIONAL, 0, ROOM_MAX,
	    &role)) != RC_OK ||
	    (rc = class_token(req, room, role, &token)) != RC_OK)
		return rc;
	out = reply_json(req, 200);
	json_object(out, NULL);
	json_add_str(out, "token", token);
	json_add_str(out, "url", req->app->config->livekit_url);
	json_object_end(out);
	return RC_OK;
}

/* ---- what clients are to be like -------------------------------------------- */

static const struct client_config {
	const char	*name, *log_level;
	int64_t		 retries, base_delay_ms, max_delay_ms, width, height;
	bool		 optimised;	/* adaptive stream, dynacast, simulcast */
} client_configs[] = {
	[ENVIRONMENT_PRODUCTION] = { "production", "warn", 10, 2000, 30000,
	    1280, 720, true },
	[ENVIRONMENT_DEVELOPMENT] = { "development", "debug", 3, 500, 30000,
	    960, 540, false },
};

static enum rc
config_get(struct req *req)
{
	const struct config *config = req->app->config;
	const struct client_config *c = &client_configs[config->environment];
	struct buf *out = reply_json(req, 200);

	json_object(out, NULL);
	json_add_str(out, "liveKitUrl", config->livekit_url);
	json_add_str(out, "environment", c->name);
	json_add_str(out, "logLevel", c->log_level);
	json_object(out, "reconnectPolicy");
	json_add_int(out, "maxRetries", c->retries);
	json_add_int(out, "baseDelayMs", c->base_delay_ms);
	json_add_int(out, "maxDelayMs", c->max_delay_ms);
	json_object_end(out);
	json_object(out, "videoCaptureDefaults");
	json_add_int(out, "width", c->width);
	json_add_int(out, "height", c->height);
	json_object_end(out);
	json_add_bool(out, "adaptiveStream", c->optimised);
	json_add_bool(out, "dynacast", c->optimised);
	json_add_bool(out, "simulcast", c->optimised);
	json_object_end(out);
	return RC_OK;
}

static const struct route routes[] = {
	{ POST, "/api/livekit/get-token", "getSourceToken", AUTH_ANY,
	    BODY | LK | NO_STORE | SCOPE_ROOMS, source_token_post },
	{ GET, "/api/livekit/rooms", "listRooms", AUTH_ANY, ETAG | SCOPE_READ,
	    rooms_get },
	{ POST, "/api/livekit/token", "getVoiceToken", AUTH_ANY,
	    BODY | LK | NO_STORE | SCOPE_ROOMS, voice_token_post },
	{ POST, "/api/connection-details", "getConnectionDetails", AUTH_ANY,
	    BODY | LK | NO_STORE | SCOPE_ROOMS, connection_post },
	{ GET, "/api/config", "getConfig", AUTH_NONE, ETAG, config_get },
	{ 0 }
};

const struct program livekit_program = { "livekit", routes, DB_RW | NEEDS_LK };
