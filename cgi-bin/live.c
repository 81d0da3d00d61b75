/*
 * Program live: start, watch, end and list live streams.  Handlers read input,
 * call app/live.c and write output.
 */
#include "programs.h"

#define TITLE_MAX	200
#define ROOM_MAX	64
#define NAME_MAX_CP	64

static enum rc
live_start_post(struct req *req)
{
	const char *title = NULL, *room = NULL;
	struct live_row row;
	struct buf *out;
	char *token;
	enum rc rc;

	if ((rc = body_name(req, "title", REQUIRED, TITLE_MAX, &title)) !=
	    RC_OK || (rc = body_str(req, "roomName", OPTIONAL, 1, ROOM_MAX,
	    &room)) != RC_OK ||
	    (rc = live_start(req, title, room, &row, &token)) != RC_OK)
		return rc;
	out = reply_json(req, 201);
	json_object(out, NULL);
	live_write(out, "stream", &row);
	json_add_str(out, "token", token);
	json_add_str(out, "serverUrl", req->app->config->livekit_url);
	json_object_end(out);
	return RC_OK;
}

static enum rc
live_token_post(struct req *req)
{
	const char *room = NULL, *name = NULL;
	struct buf *out;
	char *token;
	enum rc rc;

	if ((rc = body_str(req, "roomName", REQUIRED, 1, ROOM_MAX, &room)) !=
	    RC_OK || (rc = body_name(req, "participantName", REQUIRED,
	    NAME_MAX_CP, &name)) != RC_OK ||
	    (rc = live_token(req, room, name, &token)) != RC_OK)
		return rc;
	out = reply_json(req, 200);
	json_object(out, NULL);
	json_add_str(out, "token", token);
	json_add_str(out, "serverUrl", req->app->config->livekit_url);
	json_object_end(out);
	return RC_OK;
}

static enum rc
live_end_post(struct req *req)
{
	const char *room = NULL;
	struct live_row row;
	struct buf *out;
	enum rc rc;

	if ((rc = body_str(req, "roomName", REQUIRED, 1, ROOM_MAX, &room)) !=
	    RC_OK || (rc = live_end_by(req, room, &row)) != RC_OK)
		return rc;
	out = reply_json(req, 200);
	json_object(out, NULL);
	json_add_bool(out, "success", true);
	live_write(out, "stream", &row);
	json_object_end(out);
	return RC_OK;
}

static enum rc
live_list_get(struct req *req)
{
	struct live_row *rows;
	size_t len;
	int64_t limit, before;
	const char *before_id, *next = NULL;
	struct buf *out;
	enum rc rc;

	if ((rc = req_page_time(req, &limit, &before, &before_id)) != RC_OK)
		return rc;
	rc = live_open(req->app->db, clock_ms(), before, before_id, limit + 1,
	    &rows, &len);
	if (rc != RC_OK)
		return rc;
	if (len > (size_t)limit) {
		len = (size_t)limit;
		next = cursor_make(req->arena, "%lld,%s",
		    (long long)rows[len - 1].created_at, rows[len - 1].id);
	}
	out = reply_list(req, "items");
	for (size_t i = 0; i < len; i++)
		live_write(out, NULL, &rows[i]);
	return reply_list_end(out, next);
}

static enum rc
live_get(struct req *req)
{
	struct live_row row;
	struct buf *out;
	enum rc rc;

	rc = live_find(req, req_param(req, "id"), &row);
	if (rc != RC_OK)
		return rc;
	out = reply_json(req, 200);
	json_object(out, NULL);
	live_write(out, "stream", &row);
	json_object_end(out);
	return RC_OK;
}

static const struct route routes[] = {
	{ POST, "/live/start", "startLive", AUTH_ANY,
	    BODY | LK | NO_STORE | SCOPE_LIVE, live_start_post },
	{ POST, "/live/token", "getLiveToken", AUTH_ANY,
	    BODY | LK | NO_STORE | SCOPE_LIVE, live_token_post },
	{ POST, "/live/end", "endLive", AUTH_ANY,
	    BODY | LK | SCOPE_LIVE, live_end_post },
	{ GET, "/live", "listLive", AUTH_OPTIONAL, ETAG | SCOPE_READ,
	    live_list_get },
	{ GET, "/live/{id}", "getLive", AUTH_OPTIONAL, ETAG | SCOPE_READ,
	    live_get },
	{ 0 }
};

const struct program live_program = { "live", routes, DB_RW | NEEDS_LK };
