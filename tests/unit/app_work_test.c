/* Background work: jobs, lapsed streams, the reconciler, the lease. */
#include "test.h"
#include "app_lab.h"

static struct lab lab;

static void
open_talk(const char *extra)
{
	lab_now = 1795227260000;
	lab_open(&lab, extra);
	lab_stream(&lab, "talk", lab_now);
}

static void
put(const char *kind, const char *room, int64_t not_before)
{
	if (db_begin(lab.app.db, NORMAL) != RC_OK || job_put(lab.app.db,
	    &(struct job_row){ .kind = kind, .room_name = room,
	    .not_before = not_before, .created_at = lab_now }) != RC_OK ||
	    db_commit(lab.app.db) != RC_OK)
		abort();
}

static void
set_state(enum room_state state)
{
	if (db_begin(lab.app.db, NORMAL) != RC_OK ||
	    room_set_state(lab.app.db, "talk", state, lab_now) != RC_OK ||
	    db_commit(lab.app.db) != RC_OK)
		abort();
}

static void
joined(const char *sid, const char *identity, int64_t at)
{
	if (db_begin(lab.app.db, NORMAL) != RC_OK ||
	    presence_merge(lab.app.db, &(struct presence_row){ .sid = sid,
	    .room_name = "talk", .room_sid = "RM_1", .identity = identity,
	    .name = identity, .joined_at = at }) != RC_OK ||
	    live_recount(&lab.app, "talk", lab_now) != RC_OK ||
	    db_commit(lab.app.db) != RC_OK)
		abort();
}

static int64_t
jobs(void)
{
	return lab_number(&lab, "SELECT count(*) FROM job");
}

static int64_t
viewers(void)
{
	return lab_number(&lab, "SELECT viewer_count FROM live_streams");
}

/* ---- jobs ---------------------------------------------------------------- */

TEST("room.delete deletes a room that is over, at LiveKit")
{
	int done;

	open_talk("");
	fake_room_add(&lab.fake, "talk", "RM_1");
	set_state(ROOM_OVER);
	put("room.delete", "talk", lab_now);
	CHECK(jobs_run(&lab.app, 10, &done) == RC_OK);
	CHECK_INT(done, 1);
	CHECK_INT(lab.fake.rooms_len, 0);
	CHECK_INT(jobs(), 0);
	CHECK(!lab.fake.called_in_tx);
	lab_close(&lab);
}

TEST("nobody is in a room that was deleted, though nobody told")
{
	open_talk("");
	fake_room_add(&lab.fake, "talk", "RM_1");
	joined("PA_1", LAB_OTHER, lab_now);
	set_state(ROOM_OVER);
	put("room.delete", "talk", lab_now);
	lab_now += 1000;
	CHECK(tick(&lab.app, &(bool){ false }) == RC_OK);
	CHECK_INT(lab_number(&lab, "SELECT left_at FROM presence"), lab_now);
	CHECK_INT(lab_number(&lab, "SELECT left_by FROM presence"),
	    LEFT_RECONCILE);
	lab_close(&lab);
}

TEST("room.delete of a room that LiveKit has not is done")
{
	int done;

	open_talk("");
	set_state(ROOM_OVER);
	put("room.delete", "talk", lab_now);
	CHECK(jobs_run(&lab.app, 10, &done) == RC_OK);
	CHECK_INT(done, 1);
	CHECK_INT(jobs(), 0);
	lab_close(&lab);
}

TEST("room.delete leaves a room alone that is open")
{
	int done;

	open_talk("");
	fake_room_add(&lab.fake, "talk", "RM_1");
	put("room.delete", "talk", lab_now);
	CHECK(jobs_run(&lab.app, 10, &done) == RC_OK);
	CHECK_INT(lab.fake.rooms_len, 1);
	CHECK_INT(jobs(), 0);
	lab_close(&lab);
}

TEST("room.delete of a start that never was deletes what LiveKit made")
{
	int done;

	open_talk("");
	fake_room_add(&lab.fake, "never", "RM_2");
	put("room.delete", "never", lab_now);
	CHECK(jobs_run(&lab.app, 10, &done) == RC_OK);
	CHECK_INT(lab.fake.rooms_len, 0);
	lab_close(&lab);
}

TEST("a job that fails waits 1 s, then 2 s, then 4 s, at most a minute")
{
	static const int wait[] = { 1, 2, 4, 8, 16, 32, 60, 60 };
	int done;

	open_talk("");
	set_state(ROOM_OVER);
	put("room.delete", "talk", lab_now);
	lab.fake.fail = LK_INTERNAL;
	for (size_t i = 0; i < sizeof wait / sizeof wait[0]; i++) {
		CHECK(jobs_run(&lab.app, 10, &done) == RC_OK);
		CHECK_INT(done, 0);
		CHECK_INT(lab_number(&lab, "SELECT not_before FROM job"),
		    lab_now + wait[i] * 1000);
		lab_now += wait[i] * 1000;
	}
	lab.fake.fail = LK_OK;
	CHECK(jobs_run(&lab.app, 10, &done) == RC_OK);
	CHECK_INT(jobs(), 0);
	lab_close(&lab);
}

TEST("while LiveKit is down no attempt is used up")
{
	int done;

	open_talk("");
	set_state(ROOM_OVER);
	put("room.delete", "talk", lab_now);
	breaker_set(lab_now + 5000);
	CHECK(jobs_run(&lab.app, 10, &done) == RC_OK);
	CHECK_INT(lab.fake.calls, 0);
	CHECK_INT(lab_number(&lab, "SELECT attempts FROM job"), 0);
	breaker_set(0);
	lab_close(&lab);
}

TEST("a job of a kind that nobody knows is kept for who does")
{
	int done;

	open_talk("");
	put("of.tomorrow", "talk", lab_now);
	CHECK(jobs_run(&lab.app, 10, &done) == RC_OK);
	CHECK_INT(done, 0);
	CHECK_INT(jobs(), 1);
	lab_close(&lab);
}

static void
starting(const char *name)
{
	struct db *db = lab.app.db;

	if (db_begin(db, NORMAL) != RC_OK || room_insert(db,
	    &(struct room_row){ .name = name, .kind = KIND_LIVE,
	    .owner_id = LAB_OTHER, .state = ROOM_STARTING, .metadata = "{}",
	    .created_at = lab_now }) != RC_OK || live_insert(db,
	    &(struct live_row){ .id = name, .title = "t",
	    .streamer_id = LAB_OTHER, .is_live = true,
	    .created_at = lab_now, .lapses_at = lab_now + 300000 }) !=
	    RC_OK || db_commit(db) != RC_OK)
		abort();
}

TEST("room.undo removes a start that never finished, there and here")
{
	int done;

	open_talk("");
	starting("half");
	fake_room_add(&lab.fake, "half", "RM_2");
	put("room.undo", "half", lab_now);
	CHECK(jobs_run(&lab.app, 10, &done) == RC_OK);
	CHECK_INT(done, 1);
	CHECK_INT(lab.fake.rooms_len, 0);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM rooms "
	    "WHERE name = 'half'"), 0);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM live_streams "
	    "WHERE id = 'half'"), 0);
	lab_close(&lab);
}

TEST("room.undo keeps the start while LiveKit cannot be asked")
{
	int done;

	open_talk("");
	starting("half");
	put("room.undo", "half", lab_now);
	lab.fake.fail = LK_TIMEOUT;
	CHECK(jobs_run(&lab.app, 10, &done) == RC_OK);
	CHECK_INT(done, 0);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM rooms "
	    "WHERE name = 'half'"), 1);
	CHECK_INT(jobs(), 1);
	lab_close(&lab);
}

TEST("room.undo of a start that came about does nothing")
{
	int done;

	open_talk("");
	fake_room_add(&lab.fake, "talk", "RM_1");
	put("room.undo", "talk", lab_now);
	CHECK(jobs_run(&lab.app, 10, &done) == RC_OK);
	CHECK_INT(lab.fake.rooms_len, 1);
	CHECK_INT(jobs(), 0);
	lab_close(&lab);
}

/* ---- the reconciler -------------------------------------------------------- */

TEST("people whose leaving was lost are gone after a pass")
{
	open_talk("");
	fake_room_add(&lab.fake, "talk", "RM_1");
	joined("PA_1", "user-1", lab_now - 10000);
	joined("PA_2", "user-2", lab_now - 10000);
	fake_join(&lab.fake, "talk", "PA_2", "user-2", lab_now - 10000);
	CHECK_INT(viewers(), 2);
	CHECK(reconcile(&lab.app) == RC_OK);
	CHECK_INT(viewers(), 1);
	CHECK_INT(lab_number(&lab, "SELECT left_by FROM presence "
	    "WHERE sid = 'PA_1'"), LEFT_RECONCILE);
	lab_close(&lab);
}

TEST("people who came 5 s ago may not be on LiveKit's list yet")
{
	open_talk("");
	fake_room_add(&lab.fake, "talk", "RM_1");
	joined("PA_1", "user-1", lab_now - 4000);
	CHECK(reconcile(&lab.app) == RC_OK);
	CHECK_INT(viewers(), 1);
	lab_close(&lab);
}

TEST("people whose coming was lost are there after a pass, once they are in")
{
	open_talk("");
	fake_room_add(&lab.fake, "talk", "RM_1");
	fake_join(&lab.fake, "talk", "PA_1", "user-1", lab_now - 10000);
	fake_join(&lab.fake, "talk", "PA_2", "user-2", lab_now - 10000);
	lab.fake.people[1].joining = true;
	CHECK(reconcile(&lab.app) == RC_OK);
	CHECK_INT(viewers(), 1);
	lab.fake.people[1].joining = false;
	CHECK(reconcile(&lab.app) == RC_OK);
	CHECK_INT(viewers(), 2);
	lab_close(&lab);
}

TEST("a room that vanished at LiveKit is empty and unconfirmed, and stays open")
{
	open_talk("");
	joined("PA_1", "user-1", lab_now - 10000);
	CHECK(db_begin(lab.app.db, NORMAL) == RC_OK);
	CHECK(room_confirm(lab.app.db, "talk", lab_now - 10000) == RC_OK);
	CHECK(db_commit(lab.app.db) == RC_OK);
	lab_now += 1000;
	CHECK(reconcile(&lab.app) == RC_OK);
	CHECK_INT(viewers(), 0);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM rooms WHERE "
	    "state = 'open' AND confirmed_at IS NULL"), 1);
	lab_close(&lab);
}

TEST("a room that is over but still there is deleted")
{
	open_talk("");
	fake_room_add(&lab.fake, "talk", "RM_1");
	set_state(ROOM_OVER);
	CHECK(reconcile(&lab.app) == RC_OK);
	CHECK_INT(lab.fake.rooms_len, 0);
	lab_close(&lab);
}

TEST("other people's rooms are left alone")
{
	open_talk("");
	fake_room_add(&lab.fake, "theirs", "RM_9");
	CHECK(reconcile(&lab.app) == RC_OK);
	CHECK_INT(lab.fake.rooms_len, 1);
	lab_close(&lab);
}

TEST("livekit_exclusive: rooms that nobody has go")
{
	open_talk("livekit_exclusive = yes\n");
	fake_room_add(&lab.fake, "talk", "RM_1");
	fake_room_add(&lab.fake, "stray", "RM_9");
	CHECK(reconcile(&lab.app) == RC_OK);
	CHECK_INT(lab.fake.rooms_len, 1);
	CHECK_STR(lab.fake.rooms[0].name, "talk");
	lab_close(&lab);
}

TEST("a room seen at LiveKit counts as confirmed")
{
	open_talk("");
	fake_room_add(&lab.fake, "talk", "RM_1");
	CHECK(reconcile(&lab.app) == RC_OK);
	CHECK_INT(lab_number(&lab, "SELECT confirmed_at FROM rooms"),
	    lab_now);
	lab_close(&lab);
}

TEST("garbage instead of a list changes nothing")
{
	static const char *const garbage[] = { "", "null", "[]", "{", "{}",
	    "{\"rooms\":7}", "{\"rooms\":[7]}", "{\"rooms\":{}}",
	    "{\"rooms\":[{}]}", "{\"rooms\":[{\"name\":7}]}" };
	char *before;

	open_talk("");
	joined("PA_1", "user-1", lab_now - 10000);
	lab_now += 10000;
	before = strdup(lab_dump(&lab));
	for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++) {
		lab.fake.reply = garbage[i];
		CHECK(reconcile(&lab.app) == RC_UPSTREAM);
		CHECK_STR(lab_dump(&lab), before);
	}
	free(before);
	lab_close(&lab);
}

TEST("a LiveKit that is down changes nothing")
{
	char *before;

	open_talk("");
	joined("PA_1", "user-1", lab_now - 10000);
	lab_now += 10000;
	before = strdup(lab_dump(&lab));
	lab.fake.fail = LK_TRANSPORT;
	CHECK(reconcile(&lab.app) == RC_UPSTREAM);
	CHECK_STR(lab_dump(&lab), before);
	free(before);
	lab_close(&lab);
}

/* ---- a whole pass ---------------------------------------------------------- */

TEST("a stream whose host is gone too long ends at the moment it lapsed")
{
	bool did;

	open_talk("");
	fake_room_add(&lab.fake, "talk", "RM_1");
	lab_now += 400000;
	CHECK(tick(&lab.app, &did) == RC_OK);
	CHECK(did);
	CHECK_INT(lab_number(&lab, "SELECT ended_at FROM live_streams"),
	    lab_now - 100000);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM rooms "
	    "WHERE state = 'over'"), 1);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM events "
	    "WHERE type = 'stream.ended'"), 1);
	CHECK_INT(lab.fake.rooms_len, 0);
	CHECK_INT(jobs(), 0);
	lab_close(&lab);
}

TEST("a stream whose host is there goes on")
{
	bool did;

	open_talk("");
	fake_room_add(&lab.fake, "talk", "RM_1");
	joined("PA_h", LAB_HOST, lab_now);
	fake_join(&lab.fake, "talk", "PA_h", LAB_HOST, lab_now);
	lab_now += 4000000;
	CHECK(tick(&lab.app, &did) == RC_OK);
	CHECK_INT(lab_number(&lab, "SELECT is_live FROM live_streams"), 1);
	lab_close(&lab);
}

TEST("a pass is not taken while another holds the lease")
{
	bool did, got;

	open_talk("");
	CHECK(db_begin(lab.app.db, NORMAL) == RC_OK);
	CHECK(lease_take(lab.app.db, LEASE_WORKER, "somebody", lab_now, 30000,
	    &got) == RC_OK);
	CHECK(db_commit(lab.app.db) == RC_OK);
	CHECK(tick(&lab.app, &did) == RC_OK);
	CHECK(!did);
	CHECK_INT(lab.fake.calls, 0);
	lab_now += 30001;
	CHECK(tick(&lab.app, &did) == RC_OK);
	CHECK(did);
	lab_close(&lab);
}

TEST("a pass lets go of the lease and says when it ended")
{
	bool did;
	int64_t last;

	open_talk("");
	CHECK(tick(&lab.app, &did) == RC_OK && did);
	CHECK(lease_last(lab.app.db, LEASE_WORKER, &last) == RC_OK);
	CHECK_INT(last, lab_now);
	CHECK(tick(&lab.app, &did) == RC_OK && did);
	lab_close(&lab);
}

static void
put_late(void)
{
	put("room.delete", "talk", lab_now);
}

TEST("what became due while a pass held the lease is done by the pass")
{
	bool did;

	open_talk("");
	lab.fake.reply = "{}";		/* ends the pass half-way */
	lab.fake.during = put_late;
	CHECK(tick(&lab.app, &did) == RC_UPSTREAM && did);
	CHECK_INT(jobs(), 0);
	lab_close(&lab);
}

TEST("a pass lets go of what is old also while LiveKit is away")
{
	bool did;

	open_talk("");
	if (db_begin(lab.app.db, NORMAL) != RC_OK ||
	    removal_put(lab.app.db, "talk", LAB_OTHER, lab_now - 1) != RC_OK ||
	    db_commit(lab.app.db) != RC_OK)
		abort();
	lab.fake.fail = LK_TRANSPORT;
	CHECK(tick(&lab.app, &did) != RC_OK);
	CHECK(did);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM room_removals"), 0);
	breaker_set(0);
	lab_close(&lab);
}

TEST("a pass drops old webhooks, events and sessions")
{
	bool did;
	struct db *db;

	open_talk("");
	db = lab.app.db;
	CHECK(db_begin(db, NORMAL) == RC_OK);
	CHECK(inbox_insert(db, "EV_1", "room_started", NULL, lab_now,
	    lab_now) == RC_OK);
	CHECK(event_insert(db, "talk", NULL, "viewers", "{}", lab_now) ==
	    RC_OK);
	CHECK(session_insert(db, &(struct session_row){
	    .id = "0123456789abcdef", .user_id = LAB_HOST,
	    .user_agent = "x", .created_at = lab_now,
	    .expires_at = lab_now + 1000, .last_used_at = lab_now }) ==
	    RC_OK);
	CHECK(db_commit(db) == RC_OK);
	lab_now += 25LL * 3600 * 1000;
	CHECK(tick(&lab.app, &did) == RC_OK && did);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM webhook_inbox"), 0);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM sessions"), 0);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM events "
	    "WHERE type = 'viewers'"), 1);
	lab_now += 7LL * 24 * 3600 * 1000;
	CHECK(tick(&lab.app, &did) == RC_OK && did);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM events "
	    "WHERE type = 'viewers'"), 0);
	lab_close(&lab);
}

TEST("after a reply a pass is taken when nobody worked for a minute")
{
	open_talk("");
	app_after(&lab.app);
	CHECK(lab.fake.calls > 0);
	lab.fake.calls = 0;
	lab.app.tick_seen_mono_ms = 0;
	app_after(&lab.app);
	CHECK_INT(lab.fake.calls, 0);
	lab_now += 60001;
	lab.app.tick_seen_mono_ms = 0;
	app_after(&lab.app);
	CHECK(lab.fake.calls > 0);
	lab_close(&lab);
}
