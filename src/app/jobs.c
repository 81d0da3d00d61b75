/*
 * Jobs: what must still be done at LiveKit, written in the transaction of its
 * cause and carried out here, at least once.  Each kind looks at the database
 * again before it acts, since what it was for may have changed.
 */
#include "local.h"

#include <assert.h>
#include <string.h>

#define RETRY_FIRST_MS	1000
#define RETRY_MOST_MS	(60 * 1000)
#define NOW_MOST	16	/* kinds that one room may have due */

enum rc
job_room(struct app *app, const char *kind, const char *room,
    int64_t not_before)
{
	return job_put(app->db, &(struct job_row){ .kind = kind,
	    .room_name = room, .not_before = not_before,
	    .created_at = clock_ms() });
}

/* Over here, or never here: it must not be there.  Reopened: let it be. */
static enum rc
room_delete(struct app *app, const struct job_row *job)
{
	struct room_row room;
	enum rc rc = room_by_name(app->db, job->room_name, &room);

	if (rc == RC_OK && room.state != ROOM_OVER)
		return RC_OK;
	if (rc == RC_NOT_FOUND)
		return room_remove(app, job->room_name);
	if (rc != RC_OK || (rc = room_remove(app, room.name)) != RC_OK ||
	    (rc = db_begin(app->db, NORMAL)) != RC_OK)
		return rc;
	rc = presence_gone(app, room.name, NULL, LEFT_RECONCILE, clock_ms());
	return db_end(app->db, rc);
}

/* A start whose process died: gone there first, then here. */
static enum rc
room_undo(struct app *app, const struct job_row *job)
{
	struct room_row room;
	enum rc rc = room_by_name(app->db, job->room_name, &room);

	if (rc == RC_NOT_FOUND ||
	    (rc == RC_OK && room.state != ROOM_STARTING))
		return RC_OK;
	if (rc != RC_OK || (rc = room_remove(app, job->room_name)) != RC_OK ||
	    (rc = db_begin(app->db, NORMAL)) != RC_OK)
		return rc;
	/* Between the look and now the start may have come about after all. */
	rc = room_discard(app->db, job->room_name);
	if (rc == RC_OK || rc == RC_NOT_FOUND)
		return db_commit(app->db);
	db_rollback(app->db);
	return rc;
}

/* An encoder that LiveKit turned away for want of the room comes again. */
static enum rc
room_make_again(struct app *app, const struct job_row *job)
{
	struct room_row room;
	enum rc rc = room_by_name(app->db, job->room_name, &room);

	if (rc == RC_NOT_FOUND || (rc == RC_OK && room.state != ROOM_OPEN))
		return RC_OK;
	if (rc != RC_OK)
		return rc;
	room.confirmed_at = 0;	/* whoever put this knows that it is gone */
	rc = room_ensure(app, NULL, &room);
	return rc == RC_GONE ? RC_OK : rc;
}

static const struct {
	const char	*kind;
	enum rc		(*run)(struct app *, const struct job_row *);
} kinds[] = {
	{ JOB_ROOM_DELETE, room_delete },
	{ JOB_ROOM_UNDO, room_undo },
	{ JOB_ROOM_MAKE, room_make_again },
	{ JOB_ROOM_ENFORCE, room_enforce },
	{ JOB_INGRESS_SETTLE, ingress_settle_job },
	{ JOB_EGRESS_START, egress_start_job },
	{ JOB_EGRESS_STOP, egress_stop_job },
};

static enum rc
job_run(struct app *app, const struct job_row *job)
{
	assert(!db_in_tx(app->db));
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i].kind, job->kind) == 0)
			return kinds[i].run(app, job);
	return RC_UNSUPPORTED;
}

static int64_t
job_wait(int64_t attempts)
{
	int64_t wait = RETRY_FIRST_MS;

	while (attempts-- > 0 && wait < RETRY_MOST_MS)
		wait *= 2;
	return wait < RETRY_MOST_MS ? wait : RETRY_MOST_MS;
}

static enum rc
job_settle(struct app *app, const struct job_row *job, enum rc result)
{
	enum rc rc = db_begin(app->db, NORMAL);

	if (rc != RC_OK)
		return rc;
	rc = result == RC_OK ? job_done(app->db, job) : job_retry(app->db,
	    job->id, clock_ms() + job_wait(job->attempts), rc_name(result));
	return db_end(app->db, rc);
}

enum rc
job_do(struct app *app, const struct job_row *job, enum rc *result)
{
	*result = job_run(app, job);
	if (*result != RC_OK)
		log_warn("job %s of room %s: %s (attempt %lld)", job->kind,
		    job->room_name, rc_name(*result),
		    (long long)job->attempts + 1);
	return job_settle(app, job, *result);
}

static enum rc
jobs_do(struct app *app, const struct job_row *jobs, size_t len, int *done)
{
	enum rc rc = RC_OK, result;

	for (size_t i = 0; i < len && rc == RC_OK; i++) {
		rc = job_do(app, &jobs[i], &result);
		if (result == RC_OK)
			++*done;
		if (rc == RC_OK && livekit_ready(app, NULL) != RC_OK)
			break;
	}
	return rc;
}

enum rc
jobs_run(struct app *app, int max, int *done)
{
	struct job_row *jobs;
	size_t len;
	enum rc rc;

	*done = 0;
	/* While LiveKit is down nothing is tried: no attempt is used up. */
	if (livekit_ready(app, NULL) != RC_OK)
		return RC_OK;
	rc = job_due(app->db, clock_ms(), max, &jobs, &len);
	return rc == RC_OK ? jobs_do(app, jobs, len, done) : rc;
}

/*
 * The worker may be at the same job in this moment.  That does no harm: a job
 * says what should be, not what to do, looks before it acts, and is ticked off
 * by its id, so that the worst is a call made twice.
 */
void
jobs_run_now(struct app *app, const char *room)
{
	struct job_row *jobs;
	int done = 0;
	size_t len;
	enum rc rc;

	if (livekit_ready(app, NULL) != RC_OK)
		return;
	rc = job_due_of(app->db, room, clock_ms(), NOW_MOST, &jobs, &len);
	if (rc == RC_OK)
		rc = jobs_do(app, jobs, len, &done);
	if (rc != RC_OK)
		log_warn("jobs of room %s are left to the worker: %s", room,
		    rc_name(rc));
}
