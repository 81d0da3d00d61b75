/*
 * Rooms at LiveKit: made with our settings, made again where they vanished,
 * removed.  Whether a room may be there is the database's word.
 */
#include "local.h"

#include <assert.h>
#include <string.h>

#define CONFIRMED_MS	(10 * 1000)
#define EMPTY_S		300
#define DEPARTURE_S	120

enum rc
room_make(struct app *app, struct req *req, const struct room_row *room)
{
	enum rc rc = livekit_ready(app, req);
	struct lk_room *made;
	enum lk_err err;

	assert(!db_in_tx(app->db));
	if (rc != RC_OK)
		return rc;
	err = lk_room_create(app->lk, room->name,
	    LK(lk_room_opts, .empty_timeout_s = EMPTY_S,
	    .departure_timeout_s = DEPARTURE_S,
	    .metadata = room->metadata), &made);
	/* Whoever answers without saying which room is no LiveKit. */
	if (err == LK_OK) {
		if (made->name == NULL || strcmp(made->name, room->name) != 0)
			err = LK_PROTOCOL;
		lk_free(made);
	}
	return livekit_result(app, req, err);
}

enum rc
room_remove(struct app *app, const char *name)
{
	enum lk_err err;
	enum rc rc = livekit_ready(app, NULL);

	assert(!db_in_tx(app->db));
	if (rc != RC_OK)
		return rc;
	err = lk_room_delete(app->lk, name);
	return lk_gone(err) ? RC_OK : livekit_result(app, NULL, err);
}

/* ---- over ---------------------------------------------------------------- */

static enum rc
ended_event(struct app *app, const struct room_row *room, int64_t at)
{
	struct buf data;

	buf_init(&data, app->arena);
	json_object(&data, NULL);
	json_object(&data, "room");
	json_add_str(&data, "name", room->name);
	json_add_str(&data, "kind", kind_name(room->kind));
	json_add_time(&data, "endedAt", at);
	json_object_end(&data);
	json_object_end(&data);
	return event_insert(app->db, room->name, NULL, "room.ended", data.data,
	    clock_ms());
}

enum rc
room_finish(struct app *app, const struct room_row *room, int64_t at,
    const char *why)
{
	enum rc rc = room_set_state(app->db, room->name, ROOM_OVER, at);

	if (rc == RC_OK)
		rc = ended_event(app, room, at);
	if (rc == RC_OK)
		rc = job_room(app, JOB_ROOM_DELETE, room->name, clock_ms());
	if (rc != RC_OK)
		return rc;
	jobs_run_after(app, room->name);
	log_info("room %s ended: %s", room->name, why);
	return RC_OK;
}

/* ---- there --------------------------------------------------------------- */

/* It may have ended while LiveKit made it: then it goes, and so does the
 * caller. */
static enum rc
room_made(struct app *app, struct req *req, const char *name, int64_t at)
{
	struct room_row room;
	enum rc rc = db_begin(app->db, NORMAL);

	if (rc != RC_OK)
		return rc;
	rc = room_by_name(app->db, name, &room);
	if (rc == RC_OK && room.state == ROOM_OVER)
		rc = job_room(app, JOB_ROOM_DELETE, name, clock_ms());
	else if (rc == RC_OK)
		rc = room_confirm(app->db, name, at);
	rc = db_end(app->db, rc);
	if (rc == RC_OK && room.state == ROOM_OVER)
		return req == NULL ? RC_GONE :
		    fail(req, RC_GONE, "room_ended", NULL, 0);
	return rc;
}

enum rc
room_ensure(struct app *app, struct req *req, const struct room_row *room)
{
	int64_t now = clock_ms();
	enum rc rc;

	if (app->lk != NULL && room->confirmed_at > now - CONFIRMED_MS &&
	    room->confirmed_at <= now + CONFIRMED_MS)
		return RC_OK;
	rc = room_make(app, req, room);
	if (rc != RC_OK)
		return rc;
	return room_made(app, req, room->name, now);
}

void
room_about_write(struct buf *out, const struct room_listed *row)
{
	const struct room_row *room = &row->room;
	const char *called = row->title != NULL ? row->title :
	    room->display_name;

	json_add_str(out, "displayName", called != NULL ? called :
	    room->name);
	json_add_str(out, "kind", kind_name(room->kind));
	json_object(out, "owner");
	json_add_str(out, "id", room->owner_id);
	json_add_str(out, "username", row->owner_name);
	json_object_end(out);
}
