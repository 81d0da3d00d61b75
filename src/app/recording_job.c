/*
 * Recordings at LiveKit: starts and ends.  A start is asked for at least once
 * and must come about at most once, so whoever starts looks first for an egress
 * that writes our file, and is alone at it.  Nothing here runs in a transaction
 * but what it writes of the outcome.
 */
#include "local.h"

#include <assert.h>
#include <string.h>

#define JOBS_MOST	100
/* Longer than a start takes, and its process lives. */
#define AGAIN_MS	(40 * 1000)

/* ---- calls --------------------------------------------------------------- */

enum rc
egress_list(struct app *app, struct req *req,
    const struct lk_egress_filter *filter, struct lk_egresses **out)
{
	struct lk_egresses *all;
	enum lk_err err;
	enum rc rc = livekit_ready(app, req);

	assert(!db_in_tx(app->db));
	if (rc != RC_OK)
		return rc;
	err = lk_egress_list(app->lk, filter, &all);
	if (livekit_lacks(app, err))
		return req == NULL ? RC_UNSUPPORTED :
		    fail(req, RC_UNSUPPORTED, "egress_missing", NULL, 0);
	if (err != LK_OK)
		return livekit_result(app, req, err);
	if (!livekit_list_whole(all->json, "items", all->len)) {
		lk_free(all);
		return livekit_result(app, req, LK_PROTOCOL);
	}
	*out = all;
	return RC_OK;
}

/* ---- what LiveKit answers, written --------------------------------------- */

/* id: whose start it answers; NULL: none's. */
static enum rc
told(struct app *app, const char *id, const struct lk_egress *e)
{
	enum rc rc;

	if (e->egress_id[0] == '\0')
		return RC_UPSTREAM;
	if ((rc = db_begin(app->db, NORMAL)) != RC_OK)
		return rc;
	return db_end(app->db, egress_told(app, id, e, clock_ms()));
}

static enum rc
failed(struct app *app, const char *id, const char *why)
{
	struct recording_row row;
	enum rc rc = db_begin(app->db, NORMAL);

	if (rc != RC_OK)
		return rc;
	rc = recording_by_id(app->db, id, &row);
	if (rc == RC_OK)
		rc = recording_fail(app, &row, why, clock_ms());
	return db_end(app->db, rc == RC_NOT_FOUND ? RC_OK : rc);
}

/* ---- starting ------------------------------------------------------------ */

/* In words for whoever wanted the recording. */
static const char *
refusal(struct app *app, enum lk_err err)
{
	if (livekit_lacks(app, err))
		return "LiveKit records only with Redis and an egress service "
		    "beside it; its operator must install both.";
	switch (err) {
	case LK_NOT_FOUND:
		return "LiveKit has no such room now: nobody is in it. Join "
		    "the room first, then record it.";
	case LK_UNAVAILABLE:
		return "No egress service took the recording; its operator "
		    "must check that livekit-egress runs and uses the same "
		    "Redis as LiveKit.";
	case LK_RESOURCE_EXHAUSTED:
		return "The egress service has no room for another recording "
		    "just now; try again later.";
	case LK_UNAUTHENTICATED:
	case LK_PERMISSION_DENIED:
		return "LiveKit refuses our key; its operator must check "
		    "livekit_api_key and livekit_api_secret.";
	default:
		return arena_printf(app->arena, "LiveKit refused the "
		    "recording: %s", lk_client_error(app->lk)->message);
	}
}

/* After these the egress may have begun all the same. */
static bool
is_open_question(enum lk_err err)
{
	return err == LK_TRANSPORT || err == LK_TIMEOUT ||
	    err == LK_DEADLINE_EXCEEDED || err == LK_CANCELED ||
	    err == LK_PROTOCOL || err == LK_TOO_BIG;
}

static enum rc
start_call(struct app *app, const struct recording_row *row)
{
	const struct config *c = app->config;
	const struct lk_s3 *s3 = LK(lk_s3, .access_key = c->s3_access_key,
	    .secret = c->s3_secret_key, .region = c->s3_region,
	    .endpoint = c->s3_endpoint, .bucket = c->s3_bucket,
	    .force_path_style = c->s3_endpoint != NULL ? LK_YES : LK_UNSET);
	struct lk_egress *e;
	enum lk_err err;
	enum rc rc;

	fail_point("record.1");
	err = lk_egress_start_room(app->lk, row->room_name, LK(lk_egress_opts,
	    .file = LK(lk_file, .filepath = row->object_key,
	    .file_type = "MP4", .disable_manifest = LK_YES,
	    .s3 = row->is_s3 ? s3 : NULL)), &e);
	fail_point("record.2");
	if (is_open_question(err)) {
		log_warn("recording %s: LiveKit: %s", row->id,
		    lk_strerror(err));
		return err == LK_TIMEOUT ? RC_TIMEOUT : RC_UPSTREAM;
	}
	if (err != LK_OK)
		return failed(app, row->id, refusal(app, err));
	rc = told(app, row->id, e);
	lk_free(e);
	fail_point("record.3");
	return rc;
}

/* Whatever LiveKit has of this room is told: ours, if it is there already, and
 * anybody else's. */
static enum rc
start_adopt(struct app *app, const struct recording_row *row)
{
	struct lk_egresses *all;
	enum rc rc = egress_list(app, NULL, LK(lk_egress_filter,
	    .room_name = row->room_name), &all);

	if (rc == RC_UNSUPPORTED)
		return failed(app, row->id, refusal(app, LK_UNIMPLEMENTED));
	if (rc != RC_OK)
		return rc;
	rc = egress_list_told(app, all);
	lk_free(all);
	return rc;
}

static bool
is_begun(const struct recording_row *row)
{
	return recording_is_final(row) || row->egress_id != NULL;
}

/* Looks first: whoever was at it before may have died after the call. */
static enum rc
start_run(struct app *app, const char *id)
{
	struct recording_row row;
	struct room_row room;
	enum rc rc = recording_by_id(app->db, id, &row);

	if (rc == RC_OK && is_begun(&row))
		return RC_OK;
	if (rc == RC_OK)
		rc = start_adopt(app, &row);
	/* It may be there, and the wish for its end may have come meanwhile. */
	if (rc == RC_OK)
		rc = recording_by_id(app->db, id, &row);
	if (rc == RC_OK)
		rc = room_by_name(app->db, row.room_name, &room);
	if (rc != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	/* Late is never: nobody waits for it any more. */
	if (is_begun(&row) ||
	    clock_ms() - row.created_at >= RECORDING_START_MS)
		return RC_OK;
	if (row.is_stop_wanted)
		return failed(app, id, "");
	if (room.state == ROOM_OVER)
		return failed(app, id, "The room ended before the recording "
		    "began.");
	return start_call(app, &row);
}

/* One process at a time; another has it in hand. */
static enum rc
start_alone(struct app *app, const char *id)
{
	int lock;
	enum rc rc = ingress_lock(app, id, &lock);

	if (rc != RC_OK)
		return rc;
	rc = start_run(app, id);
	ingress_unlock(lock);
	return rc;
}

/*
 * LiveKit takes up to 25 s to say that nobody records, and everything else that
 * is to be done would wait: the other jobs of a worker, the next request of a
 * program where there is none.  So a process of its own does it.  Should that
 * die, the job is due again; while it lives it is alone at it.
 */
enum rc
egress_start_job(struct app *app, const struct job_row *job)
{
	struct job_row again = *job;
	enum rc rc;

	if (job->identity == NULL)
		return RC_OK;
	if (app->recorder == NULL)
		return start_alone(app, job->identity);
	again.not_before = clock_ms() + AGAIN_MS;
	if ((rc = db_begin(app->db, NORMAL)) != RC_OK)
		return rc;
	rc = db_end(app->db, job_put(app->db, &again));
	if (rc == RC_OK && !recording_spawn(app, job->identity))
		rc = start_alone(app, job->identity);
	return rc;
}

static enum rc
job_find(struct app *app, const char *kind, const char *room,
    const char *identity, struct job_row *out)
{
	struct job_row *jobs;
	size_t len;
	enum rc rc = job_due_of(app->db, room, INT64_MAX, JOBS_MOST, &jobs,
	    &len);

	for (size_t i = 0; rc == RC_OK && i < len; i++)
		if (strcmp(jobs[i].kind, kind) == 0 &&
		    jobs[i].identity != NULL &&
		    strcmp(jobs[i].identity, identity) == 0) {
			*out = jobs[i];
			return RC_OK;
		}
	return rc == RC_OK ? RC_NOT_FOUND : rc;
}

enum rc
recording_carry_out(struct app *app, const char *id)
{
	struct recording_row row;
	struct job_row job;
	enum rc result, rc = recording_by_id(app->db, id, &row);

	app->recorder = NULL;
	if (rc == RC_OK)
		rc = job_find(app, JOB_EGRESS_START, row.room_name, id, &job);
	if (rc != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	rc = job_do(app, &job, &result);
	return rc != RC_OK ? rc : result;
}

/* ---- ending -------------------------------------------------------------- */

enum rc
egress_stop_put(struct app *app, const char *room, const char *egress_id)
{
	struct job_row waiting;
	enum rc rc = job_find(app, JOB_EGRESS_STOP, room, egress_id, &waiting);

	if (rc != RC_NOT_FOUND)
		return rc;
	log_info("room %s: its egress %s is to end", room, egress_id);
	return job_put(app->db, &(struct job_row){ .kind = JOB_EGRESS_STOP,
	    .room_name = room, .identity = egress_id,
	    .not_before = clock_ms(), .created_at = clock_ms() });
}

/* LiveKit would not end it: because it has ended, or knows nothing of it. */
static enum rc
stop_settle(struct app *app, const struct job_row *job)
{
	struct lk_egresses *all;
	struct recording_row row;
	enum rc rc = egress_list(app, NULL, LK(lk_egress_filter,
	    .egress_id = job->identity), &all);

	if (rc != RC_OK)
		return rc;
	if (all->len > 0) {
		rc = told(app, NULL, all->item[0]);
		if (rc == RC_OK && egress_is_running(all->item[0]))
			rc = RC_UPSTREAM;	/* and nobody serves it */
		lk_free(all);
		return rc;
	}
	lk_free(all);
	rc = recording_by_egress(app->db, job->identity, &row);
	if (rc == RC_OK)
		rc = failed(app, row.id, RECORDING_LOST);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Whoever stopped it has waited long enough. */
static enum rc
stop_overdue(struct app *app, const struct job_row *job)
{
	struct recording_row row;
	enum rc rc = recording_by_egress(app->db, job->identity, &row);

	if (rc == RC_OK && !recording_is_final(&row) &&
	    clock_ms() - job->created_at > RECORDING_STOP_MS)
		rc = failed(app, row.id, "The egress service did not end the "
		    "recording within 10 minutes; it may have died.");
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
egress_stop_job(struct app *app, const struct job_row *job)
{
	struct lk_egress *e;
	enum lk_err err;
	enum rc rc = livekit_ready(app, NULL), overdue;

	if (rc != RC_OK || job->identity == NULL)
		return rc;
	err = lk_egress_stop(app->lk, job->identity, &e);
	if (err == LK_OK) {
		rc = told(app, NULL, e);
		lk_free(e);
		return rc;
	}
	/* No call changes what these say. */
	if (err == LK_FAILED_PRECONDITION || lk_gone(err))
		rc = stop_settle(app, job);
	else
		rc = livekit_result(app, NULL, err);
	if (rc == RC_OK)
		return rc;
	overdue = stop_overdue(app, job);
	return overdue != RC_OK ? overdue : rc;
}
