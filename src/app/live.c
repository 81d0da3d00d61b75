/*
 * The life of a live stream (seed 001): start, let people in, end.  How a room
 * begins is start.c's.
 */
#include "local.h"

#include <string.h>

void
live_write(struct buf *out, const char *key, const struct live_row *row)
{
	json_object(out, key);
	json_add_str(out, "id", row->id);
	json_add_str(out, "title", row->title);
	json_add_str(out, "streamerId", row->streamer_id);
	json_add_bool(out, "isLive", row->is_live);
	json_add_int(out, "viewerCount", row->viewer_count);
	json_add_time(out, "createdAt", row->created_at);
	json_add_time(out, "endedAt", row->ended_at);
	json_object_end(out);
}

bool
user_is_admin(const struct user *user)
{
	return user != NULL && user->is_admin && user_has_scope(user, "admin");
}

/* Names that people choose must not pass for ours. */
enum rc
room_name_check(struct req *req, const char *field, const char *name)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789_-";
	size_t len = strlen(name);

	if (len >= 1 && len <= 64 && strspn(name, allowed) == len &&
	    !looks_like_uuid(name) && !str_starts(name, VOICE_PREFIX))
		return RC_OK;
	return fail(req, RC_INVALID, "invalid_room_name", field, 0);
}

/* The room and the stream of a name, as everybody may know them. */
static enum rc
live_load(struct req *req, const char *name, struct room_row *room,
    struct live_row *row)
{
	struct db *db = req->app->db;
	enum rc rc = db_read_begin(db);

	if (rc != RC_OK)
		return rc;
	rc = room_by_name(db, name, room);
	if (rc == RC_OK && (room->kind != KIND_LIVE ||
	    room->state == ROOM_STARTING))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		rc = live_by_id(db, name, clock_ms(), row);
	db_read_end(db);
	if (rc == RC_NOT_FOUND)
		return fail(req, rc, "no_room", NULL, 0);
	return rc;
}

enum rc
live_find(struct req *req, const char *id, struct live_row *row)
{
	struct room_row room;

	return live_load(req, id, &room, row);
}

static enum rc
live_event(struct app *app, const char *type, const struct live_row *row,
    int64_t at)
{
	struct buf data;

	buf_init(&data, app->arena);
	json_object(&data, NULL);
	live_write(&data, "stream", row);
	json_object_end(&data);
	return event_insert(app->db, row->id, NULL, type, data.data, at);
}

/* ---- start --------------------------------------------------------------- */

/* One open stream a person, unless the configuration says more. */
static enum rc
start_free(struct req *req, int64_t now)
{
	struct app *app = req->app;
	struct live_row other;
	int64_t open, most = app->config->live_max_open;
	enum rc rc = live_count_by_streamer(app->db, req->user->id, now,
	    &open);

	if (rc != RC_OK || most == 0 || open < most)
		return rc;
	rc = live_by_streamer(app->db, req->user->id, now, &other);
	if (rc != RC_OK)
		return rc;
	rc = fail(req, RC_CONFLICT, "already_live", NULL, 0);
	fail_extra(req, "streamId", other.id);
	return rc;
}

/* A stream of that room. */
struct live_start {
	struct room_start	 start;
	const struct live_row	*row;
};

static enum rc
live_rows(struct req *req, const struct room_start *s)
{
	const struct live_row *row = ((const struct live_start *)s)->row;
	struct db *db = req->app->db;
	enum rc rc = start_free(req, row->created_at);

	if (rc == RC_OK) {
		rc = room_insert(db, s->room);
		if (rc == RC_CONFLICT)
			return fail(req, rc, "room_taken", "roomName", 0);
	}
	return rc == RC_OK ? live_insert(db, row) : rc;
}

static enum rc
live_opened(struct app *app, const struct room_start *s)
{
	return live_event(app, "stream.live",
	    ((const struct live_start *)s)->row, clock_ms());
}

static enum rc
start_prepare(struct req *req, const char *title, const char *room_name,
    struct room_row *room, struct live_row *row)
{
	struct buf metadata;
	char *uuid = NULL;
	int64_t now = clock_ms();
	enum rc rc = room_name == NULL ? random_uuid(req->arena, &uuid) :
	    room_name_check(req, "roomName", room_name);

	if (rc != RC_OK)
		return rc;
	*row = (struct live_row){ .id = uuid != NULL ? uuid : room_name,
	    .title = title, .streamer_id = req->user->id, .is_live = true,
	    .created_at = now,
	    .lapses_at = now + req->app->config->live_host_wait_s * 1000 };
	buf_init(&metadata, req->arena);
	json_object(&metadata, NULL);
	json_add_str(&metadata, "streamId", row->id);
	json_object_end(&metadata);
	*room = (struct room_row){ .name = row->id, .kind = KIND_LIVE,
	    .owner_id = req->user->id, .state = ROOM_STARTING,
	    .metadata = metadata.data, .created_at = now };
	return RC_OK;
}

enum rc
live_start(struct req *req, const char *title, const char *room_name,
    struct live_row *row, char **token)
{
	const struct user *user = req->user;
	struct room_row room;
	struct live_start s = { .start = { .room = &room,
	    .insert = live_rows, .open = live_opened }, .row = row };
	enum rc rc = start_prepare(req, title, room_name, &room, row);

	if (rc != RC_OK || (rc = room_start(req, &s.start)) != RC_OK)
		return rc;
	return token_mint(req->app, &(struct token_for){ .room = row->id,
	    .kind = KIND_LIVE, .rights.role = ROLE_HOST, .identity = user->id,
	    .name = user->display_name, .avatar_url = user->avatar_url,
	    .rights.chat = true, .not_after = user->expires_at }, token);
}

/* ---- token --------------------------------------------------------------- */

enum rc
live_token(struct req *req, const char *room_name,
    const char *participant_name, char **token)
{
	const struct user *user = req->user;
	struct room_row room;
	struct live_row row;
	struct rights rights;
	struct db *db = req->app->db;
	enum rc rc = req_limit(req, LIMIT_TOKEN, user->id);

	if (rc != RC_OK || (rc = db_read_begin(db)) != RC_OK)
		return rc;
	rc = live_load(req, room_name, &room, &row);
	if (rc == RC_OK && !row.is_live)
		rc = fail(req, RC_GONE, "room_ended", NULL, 0);
	if (rc == RC_OK)
		rc = room_admit(req, &room, user->id, &rights);
	db_read_end(db);
	if (rc != RC_OK || (rc = room_ensure(req->app, req, &room)) != RC_OK)
		return rc;
	return token_mint(req->app, &(struct token_for){ .room = row.id,
	    .kind = KIND_LIVE, .rights = rights, .identity = user->id,
	    .name = participant_name, .avatar_url = user->avatar_url,
	    .not_after = user->expires_at }, token);
}

/* ---- end ----------------------------------------------------------------- */

enum rc
live_finish(struct app *app, const struct live_row *row, int64_t at,
    const char *why)
{
	struct live_row over;
	enum rc rc = live_end(app->db, row->id, at);

	if (rc == RC_OK)
		rc = room_set_state(app->db, row->id, ROOM_OVER, at);
	if (rc == RC_OK)
		rc = live_by_id(app->db, row->id, at, &over);
	if (rc == RC_OK)
		rc = live_event(app, "stream.ended", &over, clock_ms());
	if (rc == RC_OK)
		rc = job_room(app, JOB_ROOM_DELETE, row->id, clock_ms());
	if (rc == RC_OK)
		log_info("stream %s ended: %s", row->id, why);
	return rc;
}

enum rc
live_lapse(struct app *app, const char *id)
{
	int64_t now = clock_ms();
	struct room_row room;
	struct live_row row;
	enum rc rc = room_by_name(app->db, id, &room);

	if (rc != RC_OK || (rc = live_by_id(app->db, id, now, &row)) != RC_OK)
		return rc;
	if (room.state != ROOM_OPEN || row.is_live)
		return RC_OK;
	return live_finish(app, &row, row.ended_at, "its host was away");
}

enum rc
live_end_once(struct app *app, const char *name, struct live_row *row,
    bool *did)
{
	int64_t now = clock_ms();
	struct room_row room;
	enum rc rc = room_by_name(app->db, name, &room);

	*did = false;
	if (rc == RC_OK && room.state == ROOM_OPEN) {
		*did = true;
		rc = live_by_id(app->db, name, now, row);
		if (rc == RC_OK)
			rc = live_finish(app, row,
			    row->is_live ? now : row->ended_at,
			    row->is_live ? "its owner or an admin ended it" :
			    "its host was away");
	}
	if (rc == RC_OK)
		rc = live_by_id(app->db, name, now, row);
	return rc;
}

enum rc
live_end_by(struct req *req, const char *room_name, struct live_row *row)
{
	struct app *app = req->app;
	struct room_row room;
	bool did;
	enum rc rc = live_load(req, room_name, &room, row);

	if (rc != RC_OK)
		return rc;
	if (strcmp(row->streamer_id, req->user->id) != 0 &&
	    !user_is_admin(req->user))
		return fail(req, RC_FORBIDDEN, "not_owner", NULL, 0);
	if (room.state == ROOM_OVER)
		return RC_OK;
	if ((rc = db_begin(app->db, NORMAL)) != RC_OK)
		return rc;
	rc = live_end_once(app, room_name, row, &did);
	rc = db_end(app->db, rc);
	if (rc == RC_OK && did)
		jobs_run_now(app, room_name);
	return rc;
}
