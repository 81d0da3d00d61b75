/*
 * Background work under one lease: who does it (a worker, a cron job, or a
 * program after a reply), in which order, how often.
 */
#include "local.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LEASE_MS	(30 * 1000)
#define RENEW_MS	(10 * 1000)
#define LOOK_MS		100		/* at other people's commits */
#define DUE_MS		1000		/* at what time alone makes due */
#define RECONCILE_MS	(15 * 1000)
#define PURGE_MS	(10 * 60 * 1000)
#define AFTER_LOOK_MS	5000
#define BATCH		100

#define HOUR_MS		(3600LL * 1000)
#define INBOX_KEPT_MS	(24 * HOUR_MS)
#define TRACKS_KEPT_MS	(7 * 24 * HOUR_MS)	/* WHIP sessions, too */
#define EVENTS_KEPT_MS	(7 * 24 * HOUR_MS)

#define WORK_CEILING	(256UL * 1024 * 1024)

/* Who we are among the holders of the lease. */
static const char *
holder(void)
{
	static char name[64];
	unsigned char random[6];

	if (name[0] == '\0' && random_bytes(random, sizeof random) == RC_OK)
		snprintf(name, sizeof name, "%ld-%02x%02x%02x%02x%02x%02x",
		    (long)getpid(), random[0], random[1], random[2],
		    random[3], random[4], random[5]);
	return name;
}

enum rc
lease_hold(struct app *app, bool *got)
{
	enum rc rc = db_begin(app->db, NORMAL);

	if (rc != RC_OK)
		return rc;
	rc = lease_take(app->db, LEASE_WORKER, holder(), clock_ms(), LEASE_MS,
	    got);
	return db_end(app->db, rc);
}

static enum rc
lease_release(struct app *app)
{
	enum rc rc = db_begin(app->db, NORMAL);

	if (rc != RC_OK)
		return rc;
	rc = lease_drop(app->db, LEASE_WORKER, holder());
	return db_end(app->db, rc);
}

/* Streams whose host stayed away end here, at the moment they lapsed. */
static enum rc
lapsed(struct app *app)
{
	struct live_row *rows;
	size_t len;
	enum rc rc;

	do {
		rc = live_lapsed(app->db, clock_ms(), BATCH, &rows, &len);
		if (rc != RC_OK || len == 0)
			return rc;
		if ((rc = db_begin(app->db, NORMAL)) != RC_OK)
			return rc;
		for (size_t i = 0; i < len && rc == RC_OK; i++)
			rc = live_lapse(app, rows[i].id);
		rc = db_end(app->db, rc);
	} while (rc == RC_OK && len == BATCH);
	return rc;
}

/* People may have come since, and nobody looked. */
static enum rc
room_lapse(struct app *app, const char *name)
{
	struct room_row room;
	enum rc rc = room_by_name(app->db, name, &room);

	return rc == RC_OK ? room_recount(app, &room, clock_ms()) : rc;
}

/* Source rooms without their source, or without anybody. */
static enum rc
rooms_lapsed(struct app *app)
{
	struct room_row *rows;
	size_t len;
	enum rc rc;

	do {
		rc = room_lapsed(app->db, clock_ms(), BATCH, &rows, &len);
		if (rc != RC_OK || len == 0)
			return rc;
		if ((rc = db_begin(app->db, NORMAL)) != RC_OK)
			return rc;
		for (size_t i = 0; i < len && rc == RC_OK; i++)
			rc = room_lapse(app, rows[i].name);
		rc = db_end(app->db, rc);
	} while (rc == RC_OK && len == BATCH);
	return rc;
}

/* What is published may have changed since, and nobody looked. */
static enum rc
broadcasts_lapsed(struct app *app)
{
	struct broadcast_row *rows;
	size_t len;
	enum rc rc;

	do {
		rc = broadcast_lapsed(app->db, clock_ms(), BATCH, &rows, &len);
		if (rc != RC_OK || len == 0)
			return rc;
		if ((rc = db_begin(app->db, NORMAL)) != RC_OK)
			return rc;
		for (size_t i = 0; i < len && rc == RC_OK; i++)
			rc = stream_recount(app, rows[i].user_id, clock_ms());
		rc = db_end(app->db, rc);
	} while (rc == RC_OK && len == BATCH);
	return rc;
}

static enum rc
purge(struct app *app)
{
	int64_t now = clock_ms();
	enum rc rc = db_begin(app->db, NORMAL);

	if (rc != RC_OK)
		return rc;
	if ((rc = inbox_purge(app->db, now - INBOX_KEPT_MS)) == RC_OK &&
	    (rc = session_purge(app->db, now)) == RC_OK &&
	    (rc = removal_purge(app->db, now)) == RC_OK &&
	    (rc = track_purge(app->db, now - TRACKS_KEPT_MS)) == RC_OK &&
	    (rc = whip_purge(app->db, now - TRACKS_KEPT_MS)) == RC_OK)
		rc = event_purge(app->db, now - EVENTS_KEPT_MS);
	rc = db_end(app->db, rc);
	return rc == RC_OK ? metric_upkeep(app, now) : rc;
}

static enum rc
jobs_due(struct app *app)
{
	int done;
	enum rc rc;

	do
		rc = jobs_run(app, BATCH, &done);
	while (rc == RC_OK && done == BATCH);
	return rc;
}

static enum rc
due(struct app *app)
{
	enum rc rc = lapsed(app);

	if (rc == RC_OK)
		rc = rooms_lapsed(app);
	if (rc == RC_OK)
		rc = broadcasts_lapsed(app);
	if (rc == RC_OK)
		rc = recordings_lapsed(app);
	return rc == RC_OK ? jobs_due(app) : rc;
}

/* Background work has memory of its own: that of a request is gone by then. */
static struct arena *
work_begin(struct app *app)
{
	struct arena *before = app->arena;

	if (app->work == NULL)
		app->work = arena_new(WORK_CEILING);
	arena_reset(app->work);
	app->arena = app->work;
	db_arena(app->db, app->work);
	return before;
}

static void
work_end(struct app *app, struct arena *before)
{
	app->arena = before;
	db_arena(app->db, before);
	arena_reset(app->work);
}

enum rc
tick(struct app *app, bool *did)
{
	struct arena *before = work_begin(app);
	enum rc rc, ended;

	rc = lease_hold(app, did);
	if (rc == RC_OK && *did) {
		if ((rc = due(app)) == RC_OK && (rc = reconcile(app)) == RC_OK)
			rc = due(app);
		/* What is old goes whether LiveKit answers or not. */
		ended = purge(app);
		rc = rc != RC_OK ? rc : ended;
		ended = lease_release(app);
		rc = rc != RC_OK ? rc : ended;
		/* Who saw the lease held left us what a reply made due. */
		ended = jobs_due(app);
		rc = rc != RC_OK ? rc : ended;
	}
	work_end(app, before);
	return rc;
}

/* ---- the daemon ---------------------------------------------------------- */

static volatile sig_atomic_t stop;

static void
on_stop(int sig)
{
	(void)sig;
	stop = 1;
}

/* When each thing was last done, monotonic. */
struct rounds {
	int64_t		 data_version;
	int64_t		 due;
	int64_t		 lapse_at;	/* the next room's; by the clock */
	int64_t		 renewed;
	int64_t		 reconciled;
	int64_t		 purged;
	bool		 holding;
};

static bool
past(int64_t *last, int64_t now, int64_t every)
{
	if (*last != 0 && now - *last < every)
		return false;
	*last = now;
	return true;
}

static void
note(const char *what, enum rc rc)
{
	if (rc != RC_OK)
		log_warn("%s: %s", what, rc_name(rc));
}

/* One look around; what failed is tried again in its next round. */
static void
worker_round(struct app *app, struct rounds *r)
{
	int64_t now = clock_mono_ms(), version;
	bool was = r->holding;
	enum rc rc;

	if (past(&r->renewed, now, was ? RENEW_MS : DUE_MS)) {
		rc = lease_hold(app, &r->holding);
		if (rc != RC_OK)
			r->holding = false;
		note("lease", rc);
		if (was != r->holding)
			log_info(r->holding ? "working" : "waiting: another "
			    "process does the work");
	}
	if (!r->holding)
		return;
	version = db_data_version(app->db);
	if (past(&r->due, now, DUE_MS) || version != r->data_version ||
	    (r->lapse_at != 0 && r->lapse_at <= clock_ms())) {
		r->data_version = version;
		note("due work", due(app));
		note("next lapse", room_lapse_next(app->db, &r->lapse_at));
	}
	if (past(&r->reconciled, now, RECONCILE_MS)) {
		note("reconcile", reconcile(app));
		r->due = 0;		/* what it found is to be done */
	}
	if (past(&r->purged, now, PURGE_MS)) {
		note("purge", purge(app));
		r->renewed = 0;		/* tells that a pass has ended */
	}
}

enum rc
worker(struct app *app)
{
	const struct timespec pause = { 0, LOOK_MS * 1000000L };
	struct sigaction act = { .sa_handler = on_stop };
	struct rounds r = { 0 };
	struct arena *before;
	enum rc rc = RC_OK;

	sigemptyset(&act.sa_mask);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
	log_info("worker started");
	while (!stop) {
		before = work_begin(app);
		worker_round(app, &r);
		work_end(app, before);
		nanosleep(&pause, NULL);
	}
	before = work_begin(app);
	if (r.holding)
		rc = lease_release(app);
	work_end(app, before);
	log_info("worker stopped");
	return rc;
}

void
jobs_run_after(struct app *app, const char *room)
{
	app->after_all |= app->after_room[0] != '\0' &&
	    strcmp(app->after_room, room) != 0;
	snprintf(app->after_room, sizeof app->after_room, "%s", room);
}

/*
 * A daemon at work renews its lease every 10 s and sees each commit within
 * 100 ms; it does the jobs of many events at once, where each process would
 * ask LiveKit again for every one of them.  A pass of cron or of ours holds
 * the lease as well, but has ended long ago or not at all.
 */
static bool
daemon_works(struct app *app)
{
	int64_t now = clock_ms(), until, last;

	return lease_until(app->db, LEASE_WORKER, &until) == RC_OK &&
	    until > now &&
	    lease_last(app->db, LEASE_WORKER, &last) == RC_OK &&
	    last > now - RENEW_MS - DUE_MS;
}

/* Who sent the request has the answer: what it made due is done now. */
static void
after_jobs(struct app *app)
{
	struct arena *before = work_begin(app);

	if (daemon_works(app))
		log_debug("the worker does what is due");
	else if (app->after_all)
		note("jobs of several rooms", jobs_due(app));
	else
		jobs_run_now(app, app->after_room);
	app->after_room[0] = '\0';
	app->after_all = false;
	work_end(app, before);
}

void
app_after(struct app *app)
{
	int64_t now = clock_mono_ms(), last;
	struct arena *before;
	bool did = false;
	enum rc rc;

	if (app->after_room[0] != '\0')
		after_jobs(app);
	if (!(app->caps & NEEDS_LK) || !(app->caps & DB_RW) ||
	    (app->tick_seen_mono_ms != 0 &&
	    now - app->tick_seen_mono_ms < AFTER_LOOK_MS))
		return;
	app->tick_seen_mono_ms = now;
	before = work_begin(app);
	rc = lease_last(app->db, LEASE_WORKER, &last);
	work_end(app, before);
	if (rc == RC_OK && last < clock_ms() - WORKER_SEEN_MS)
		rc = tick(app, &did);
	note("pass after a reply", rc);
}
