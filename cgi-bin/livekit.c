/*
 * Program livekit: join tokens for source rooms, voice channels and classes, the
 * list of rooms, and what clients are configured with.
 */
#include "programs.h"

#include <string.h>

#define NAME_MAX_CP	64
#define ROOM_MAX	256
#define TITLE_MAX	200

static enum rc
source_token_post(struct req *req)
{
	const char *name = NULL, *room_name = NULL, *display_name = NULL;
	struct room_row room;
	bool is_source = false;
	struct buf *out;
	char *token;
	enum rc rc;

	if ((rc = body_str(req, "username", REQUIRED, 1, NAME_MAX_CP, &name))
	    != RC_OK || (rc = body_bool(req, "isSource", REQUIRED,
	    &is_source)) != RC_OK || (rc = body_str(req, "room", OPTIONAL, 1,
	    ROOM_MAX, &room_name)) != RC_OK || (rc = body_str(req,
	    "displayName", OPTIONAL, 1, TITLE_MAX, &display_name)) != RC_OK ||
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
	out = reply_json(req, 200);
	json_object(out, NULL);
	json_array(out, "rooms");
	for (size_t i = 0; i < len; i++)
		room_listed_write(out, &rows[i]);
	json_array_end(out);
	json_add_str(out, "next", next);
	json_object_end(out);
	return RC_OK;
}

static const struct route routes[] = {
	{ POST, "/api/livekit/get-token", "getSourceToken", AUTH_ANY,
	    BODY | LK | NO_STORE | SCOPE_ROOMS, source_token_post },
	{ GET, "/api/livekit/rooms", "listRooms", AUTH_ANY, ETAG | SCOPE_READ,
	    rooms_get },
	{ 0 }
};

const struct program livekit_program = { "livekit", routes, DB_RW | NEEDS_LK };
