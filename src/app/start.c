/*
 * A new room that somebody asks for: its rows are committed first, LiveKit is
 * called outside any transaction, and the room is there when both sides agree.
 * What a crash leaves between them is a job's to finish.
 */
#include "local.h"

#define UNDO_AFTER_MS	(30 * 1000)	/* longer than any call at LiveKit */

static enum rc
start_rows(struct req *req, const struct room_start *s)
{
	struct app *app = req->app;
	enum rc rc = RC_OK;

	if (!req->user->has_row)
		rc = user_ensure(app->db, req->arena, req->user, clock_ms());
	if (rc == RC_OK)
		rc = s->insert(req, s);
	return rc != RC_OK ? rc : job_room(app, JOB_ROOM_UNDO, s->room->name,
	    s->room->created_at + UNDO_AFTER_MS);
}

/* It is there only when both sides agree. */
static enum rc
start_agreed(struct app *app, const struct room_start *s)
{
	const char *name = s->room->name;
	struct room_row room;
	enum rc rc = room_by_name(app->db, name, &room);

	/* A process that slept past the undo finds its start undone. */
	if (rc == RC_NOT_FOUND || (rc == RC_OK && room.state != ROOM_STARTING))
		return RC_BUSY;
	if (rc == RC_OK)
		rc = room_set_state(app->db, name, ROOM_OPEN, 0);
	if (rc == RC_OK)
		rc = room_confirm(app->db, name, clock_ms());
	if (rc == RC_OK && s->open != NULL)
		rc = s->open(app, s);
	if (rc == RC_OK)
		rc = job_drop(app->db, JOB_ROOM_UNDO, name);
	return rc;
}

/* Nothing is left behind here; what LiveKit may have all the same is a job's. */
static enum rc
start_refused(struct app *app, const char *name)
{
	enum rc rc = room_discard(app->db, name);

	if (rc == RC_OK)
		rc = job_drop(app->db, JOB_ROOM_UNDO, name);
	if (rc == RC_OK)
		rc = job_room(app, JOB_ROOM_DELETE, name, clock_ms());
	return rc;
}

static enum rc
start_settle(struct req *req, const struct room_start *s, enum rc made)
{
	struct app *app = req->app;
	enum rc rc = db_begin(app->db, NORMAL);

	if (rc != RC_OK)
		return made != RC_OK ? made : rc;
	rc = made == RC_OK ? start_agreed(app, s) :
	    start_refused(app, s->room->name);
	rc = db_end(app->db, rc);
	return made != RC_OK ? made : rc;
}

enum rc
room_start(struct req *req, const struct room_start *s)
{
	struct app *app = req->app;
	int64_t retry_ms = 0;
	enum rc rc = limit_peek(LIMIT_START, req->user->id, &retry_ms);

	if (rc == RC_TOO_MANY)
		return fail(req, rc, "rate_limited", NULL, retry_ms);
	if (rc != RC_OK || (rc = livekit_ready(app, req)) != RC_OK ||
	    (rc = db_begin(app->db, NORMAL)) != RC_OK)
		return rc;
	rc = start_rows(req, s);
	if ((rc = db_end(app->db, rc)) != RC_OK)
		return rc;
	rc = start_settle(req, s, room_make(app, req, s->room));
	/* Only starts that came about count; two at once may both pass. */
	if (rc == RC_OK &&
	    limit_take(LIMIT_START, req->user->id, &retry_ms) != RC_OK)
		log_debug("start past the limit");
	return rc;
}
