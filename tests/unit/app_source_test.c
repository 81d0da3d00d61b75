/*
 * When a source room ends: each row of the table of what ends one, told in every
 * order, again and again, and with what LiveKit's own list shows.  What must come
 * out stands in the table.
 */
#include "test.h"
#include "app_lab.h"

#define BASE	1795227260000LL
#define TOLD_MAX 6
#define BODY_MAX 1024

static struct lab lab;
static char room[32];

/* One event: who (source, participant), session, seconds after the beginning. */
struct told {
	char		 who;		/* 's', 'p', 'q' */
	const char	*sid;
	int		 joined_s;
	int		 left_s;	/* 0: this is the joining */
	const char	*reason;
};

struct row {
	const char	*name;
	struct told	 told[TOLD_MAX];
	int		 ended_s;	/* -1: open */
	int		 people;
	bool		 in_order;	/* LiveKit tells so and not otherwise */
};

#define CLOSED	"SIGNAL_CLOSE"
#define CLIENT	"CLIENT_INITIATED"
#define AGAIN	"DUPLICATE_IDENTITY"

static const struct row rows[] = {
	{ "the source is there", { { 's', "PA_1", 1, 0, NULL } }, -1, 1 },
	{ "the source left", { { 's', "PA_1", 1, 0, NULL },
	    { 'p', "PA_2", 2, 0, NULL }, { 's', "PA_1", 1, 9, CLIENT } },
	    9, 0 },
	{ "the source was removed", { { 's', "PA_1", 1, 0, NULL },
	    { 'p', "PA_2", 2, 0, NULL },
	    { 's', "PA_1", 1, 9, "PARTICIPANT_REMOVED" } }, 9, 0 },
	{ "the source timed out", { { 's', "PA_1", 1, 0, NULL },
	    { 'p', "PA_2", 2, 0, NULL },
	    { 's', "PA_1", 1, 9, "CONNECTION_TIMEOUT" } }, 9, 0 },
	{ "the source's connection broke off", { { 's', "PA_1", 1, 0, NULL },
	    { 'p', "PA_2", 2, 0, NULL }, { 's', "PA_1", 1, 9, CLOSED } },
	    11, 0 },
	{ "it left for no reason that was told", { { 's', "PA_1", 1, 0, NULL },
	    { 'p', "PA_2", 2, 0, NULL }, { 's', "PA_1", 1, 9, "" } },
	    11, 0 },
	{ "it broke off and came back", { { 's', "PA_1", 1, 0, NULL },
	    { 'p', "PA_2", 2, 0, NULL }, { 's', "PA_1", 1, 9, CLOSED },
	    { 's', "PA_3", 10, 0, NULL } }, -1, 2 },
	{ "it came back at the last moment", { { 's', "PA_1", 1, 0, NULL },
	    { 'p', "PA_2", 2, 0, NULL }, { 's', "PA_1", 1, 9, CLOSED },
	    { 's', "PA_3", 11, 0, NULL } }, -1, 2 },
	{ "it came back too late", { { 's', "PA_1", 1, 0, NULL },
	    { 'p', "PA_2", 2, 0, NULL }, { 's', "PA_1", 1, 9, CLOSED },
	    { 's', "PA_3", 12, 0, NULL } }, 11, 0 },
	{ "it left and came back", { { 's', "PA_1", 1, 0, NULL },
	    { 'p', "PA_2", 2, 0, NULL }, { 's', "PA_1", 1, 9, CLIENT },
	    { 's', "PA_3", 10, 0, NULL } }, 9, 0 },
	{ "another session of it took the place", { { 's', "PA_1", 1, 0, NULL },
	    { 'p', "PA_2", 2, 0, NULL }, { 's', "PA_1", 1, 9, AGAIN },
	    { 's', "PA_3", 9, 0, NULL } }, -1, 2 },
	{ "the one that took the place has left", { { 's', "PA_1", 1, 0, NULL },
	    { 's', "PA_1", 1, 9, AGAIN }, { 's', "PA_3", 9, 0, NULL },
	    { 's', "PA_3", 9, 20, CLIENT }, { 'p', "PA_2", 2, 0, NULL } },
	    20, 0 },
	{ "its old session left after the new one came",
	    { { 's', "PA_1", 1, 0, NULL }, { 's', "PA_3", 5, 0, NULL },
	    { 's', "PA_1", 1, 9, CLIENT } }, -1, 1, true },
	{ "a session was replaced by one that nobody told of",
	    { { 's', "PA_1", 1, 0, NULL }, { 'p', "PA_2", 2, 0, NULL },
	    { 's', "PA_1", 1, 9, AGAIN } }, -1, 1 },
	{ "a participant left", { { 's', "PA_1", 1, 0, NULL },
	    { 'p', "PA_2", 2, 0, NULL }, { 'p', "PA_2", 2, 9, CLIENT } },
	    -1, 1 },
	{ "the source never came, others are there",
	    { { 'p', "PA_2", 2, 0, NULL }, { 'q', "PA_3", 3, 0, NULL },
	    { 'p', "PA_2", 2, 9, CLIENT } }, -1, 1 },
	{ "the source never came, and the last one left",
	    { { 'p', "PA_2", 2, 0, NULL }, { 'p', "PA_2", 2, 9, CLIENT },
	    { 'q', "PA_3", 3, 0, NULL }, { 'q', "PA_3", 3, 8, CLIENT } },
	    9, 0 },
	{ "the last one's connection broke off",
	    { { 'p', "PA_2", 2, 0, NULL }, { 'p', "PA_2", 2, 9, CLOSED } },
	    11, 0 },
	{ "somebody came before the last one's grace was over",
	    { { 'p', "PA_2", 2, 0, NULL }, { 'p', "PA_2", 2, 9, CLOSED },
	    { 'q', "PA_3", 11, 0, NULL } }, -1, 1 },
	{ "the last one left before the source came",
	    { { 'p', "PA_2", 2, 0, NULL }, { 'p', "PA_2", 2, 9, CLIENT },
	    { 's', "PA_1", 12, 0, NULL }, { 's', "PA_1", 12, 20, CLIENT } },
	    9, 0 },
	{ "a participant's second session has left as well",
	    { { 'p', "PA_2", 2, 0, NULL }, { 'p', "PA_2", 2, 9, AGAIN },
	    { 'p', "PA_3", 9, 0, NULL }, { 'p', "PA_3", 9, 15, CLIENT } },
	    15, 0 },
};
#define ROWS (sizeof rows / sizeof rows[0])

static void
room_new(enum room_state state)
{
	static int n;
	enum rc rc;

	snprintf(room, sizeof room, "room-%d", ++n);
	rc = db_begin(lab.app.db, NORMAL);
	if (rc == RC_OK)
		rc = room_insert(lab.app.db, &(struct room_row){ .name = room,
		    .kind = KIND_SOURCE, .owner_id = LAB_HOST, .state = state,
		    .created_at = BASE, .lapses_at = BASE + 300000 });
	if (db_end(lab.app.db, rc) != RC_OK)
		abort();
}

/* Another name for the event each time: no repeat is known as one. */
static enum rc
tell(const struct told *t)
{
	static int n;
	char text[BODY_MAX];

	snprintf(text, sizeof text, "{\"event\":\"participant_%s\","
	    "\"id\":\"EV_%d\",\"createdAt\":\"%lld\",\"room\":{\"sid\":"
	    "\"RM_1\",\"name\":\"%s\"},\"participant\":{\"sid\":\"%s\","
	    "\"identity\":\"%s\",\"joinedAtMs\":\"%lld\"%s%s%s}}",
	    t->left_s == 0 ? "joined" : "left", ++n, BASE / 1000 +
	    (t->left_s == 0 ? t->joined_s : t->left_s), room, t->sid,
	    t->who == 's' ? LAB_HOST : t->who == 'p' ? LAB_OTHER : "user-q",
	    BASE + 1000LL * t->joined_s,
	    t->reason == NULL ? "" : ",\"disconnectReason\":\"",
	    t->reason == NULL ? "" : t->reason, t->reason == NULL ? "" : "\"");
	return lab_hear(&lab, text);
}

/* What a pass does once its time is up. */
static enum rc
settle(void)
{
	struct room_row r;
	enum rc rc = db_begin(lab.app.db, NORMAL);

	if (rc == RC_OK)
		rc = room_by_name(lab.app.db, room, &r);
	if (rc == RC_OK && r.lapses_at != 0 && r.lapses_at <= lab_now)
		rc = source_recount(&lab.app, &r, lab_now);
	return db_end(lab.app.db, rc);
}

/* Seconds after the beginning at which it ended; -1: open; -2: neither. */
static int
ended(const struct room_row *r)
{
	if (r->state == ROOM_OVER)
		return (int)((r->ended_at - BASE) / 1000);
	return r->state == ROOM_OPEN && r->lapses_at == 0 ? -1 : -2;
}

static bool
is_as(const struct row *row)
{
	struct room_row r;

	if (room_by_name(lab.app.db, room, &r) != RC_OK)
		return false;
	if (ended(&r) == row->ended_s && r.people == row->people)
		return true;
	printf("# %s: ended %d, people %d\n", row->name, ended(&r),
	    (int)r.people);
	return false;
}

static size_t
told_len(const struct row *row)
{
	size_t n = 0;

	while (n < TOLD_MAX && row->told[n].sid != NULL)
		n++;
	return n;
}

static void
swap(size_t *a, size_t *b)
{
	size_t kept = *a;

	*a = *b;
	*b = kept;
}

/* The next order of indices, in the order of the alphabet. */
static bool
next_order(size_t *order, size_t len)
{
	size_t i = len - 1, k = len - 1;

	while (i > 0 && order[i - 1] >= order[i])
		i--;
	if (i == 0)
		return false;
	while (order[k] <= order[i - 1])
		k--;
	swap(&order[i - 1], &order[k]);
	for (k = len - 1; i < k; i++, k--)
		swap(&order[i], &order[k]);
	return true;
}

TEST("each row of the table, told as it happens")
{
	lab_open(&lab, "");
	for (size_t i = 0; i < ROWS; i++) {
		size_t len = told_len(&rows[i]);
		bool done[TOLD_MAX] = { false };

		room_new(ROOM_OPEN);
		for (int s = 0; s < 60; s++) {
			lab_now = BASE + 1000LL * s;
			for (size_t k = 0; k < len; k++) {
				const struct told *t = &rows[i].told[k];

				if ((t->left_s == 0 ? t->joined_s :
				    t->left_s) != s || done[k])
					continue;
				done[k] = true;
				CHECK(tell(t) == RC_OK);
			}
			CHECK(settle() == RC_OK);
		}
		CHECK(is_as(&rows[i]));
	}
	lab_close(&lab);
}

TEST("each row of the table, told late and in every order, each twice")
{
	lab_open(&lab, "");
	lab_now = BASE + 100000;
	for (size_t i = 0; i < ROWS; i++) {
		size_t len = told_len(&rows[i]), order[TOLD_MAX];

		for (size_t k = 0; k < len; k++)
			order[k] = k;
		do {
			room_new(ROOM_OPEN);
			for (size_t k = 0; k < len; k++)
				CHECK(tell(&rows[i].told[order[k]]) == RC_OK);
			for (size_t k = len; k > 0; k--)
				CHECK(tell(&rows[i].told[order[k - 1]]) ==
				    RC_OK);
			lab_now += 2000;
			CHECK(settle() == RC_OK);
			lab_now -= 2000;
			CHECK(is_as(&rows[i]));
		} while (!rows[i].in_order && next_order(order, len));
		arena_reset(lab.arena);
	}
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM events "
	    "WHERE type = 'room.ended'"), lab_number(&lab,
	    "SELECT count(*) FROM rooms WHERE state = 'over'"));
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM job "
	    "WHERE kind = 'room.delete'"), lab_number(&lab,
	    "SELECT count(*) FROM rooms WHERE state = 'over'"));
	lab_close(&lab);
}

TEST("what we hear late of a connection that broke off waits two seconds for "
    "what comes behind it, and not longer")
{
	static const struct told came = { 's', "PA_1", 1, 0, NULL },
	    broke = { 's', "PA_1", 1, 9, CLOSED },
	    other = { 'p', "PA_2", 2, 0, NULL };
	struct room_row r;

	lab_open(&lab, "");
	lab_now = BASE + 100000;
	room_new(ROOM_OPEN);
	CHECK(tell(&came) == RC_OK && tell(&broke) == RC_OK);
	CHECK(room_by_name(lab.app.db, room, &r) == RC_OK);
	CHECK_INT(r.lapses_at, lab_now + 2000);
	lab_now += 1500;
	CHECK(tell(&other) == RC_OK);
	CHECK(room_by_name(lab.app.db, room, &r) == RC_OK);
	CHECK_INT(r.lapses_at, BASE + 102000);
	lab_now += 500;
	CHECK(settle() == RC_OK);
	CHECK(room_by_name(lab.app.db, room, &r) == RC_OK);
	CHECK_INT(ended(&r), 11);
	lab_close(&lab);
}

TEST("nobody came within five minutes; who comes in time keeps the room")
{
	static const struct told late = { 'p', "PA_2", 301, 0, NULL },
	    in_time = { 'p', "PA_2", 300, 0, NULL };
	struct room_row r;

	lab_open(&lab, "");
	lab_now = BASE + 299000;
	room_new(ROOM_OPEN);
	CHECK(settle() == RC_OK);
	CHECK(room_by_name(lab.app.db, room, &r) == RC_OK);
	CHECK(r.state == ROOM_OPEN);
	lab_now = BASE + 300000;
	CHECK(settle() == RC_OK);
	CHECK(room_by_name(lab.app.db, room, &r) == RC_OK);
	CHECK_INT(ended(&r), 300);
	room_new(ROOM_OPEN);
	lab_now = BASE + 302000;
	CHECK(tell(&in_time) == RC_OK);
	CHECK(room_by_name(lab.app.db, room, &r) == RC_OK);
	CHECK_INT(ended(&r), -1);
	room_new(ROOM_OPEN);
	CHECK(tell(&late) == RC_OK);
	CHECK(room_by_name(lab.app.db, room, &r) == RC_OK);
	CHECK_INT(ended(&r), 300);
	lab_close(&lab);
}

TEST("a room that is only starting does not end under its start")
{
	static const struct told gone = { 's', "PA_1", 1, 9, CLIENT };
	struct room_row r;

	lab_open(&lab, "");
	lab_now = BASE + 20000;
	room_new(ROOM_STARTING);
	CHECK(tell(&gone) == RC_OK);
	CHECK(room_by_name(lab.app.db, room, &r) == RC_OK);
	CHECK(r.state == ROOM_STARTING);
	CHECK_INT(r.lapses_at, BASE + 9999);
	lab_close(&lab);
}

TEST("who came in the second in which the last one left keeps the room, however "
    "late that is told")
{
	char text[BODY_MAX];
	struct room_row r;

	lab_open(&lab, "");
	for (int late_ms = 0; late_ms <= 4000; late_ms += 500) {
		room_new(ROOM_OPEN);
		for (int i = 0; i < 3; i++) {
			static const struct {
				const char	*event, *sid, *who, *more;
				int		 joined_ms, told_ms;
			} told[] = {
				{ "joined", "PA_1", LAB_OTHER, "", 1000, 1000 },
				{ "joined", "PA_2", "user-q", "", 9300, 9400 },
				{ "left", "PA_1", LAB_OTHER, ",\"disconnect"
				    "Reason\":\"" CLIENT "\"", 1000, 9500 },
			};

			lab_now = BASE + told[i].told_ms +
			    (i == 2 ? late_ms : 0);
			snprintf(text, sizeof text, "{\"event\":\"participant_%s"
			    "\",\"id\":\"EV_S%d_%d\",\"createdAt\":\"%lld\","
			    "\"room\":{\"sid\":\"RM_1\",\"name\":\"%s\"},"
			    "\"participant\":{\"sid\":\"%s\",\"identity\":"
			    "\"%s\",\"joinedAtMs\":\"%lld\"%s}}",
			    told[i].event, late_ms, i,
			    (BASE + told[i].told_ms) / 1000, room, told[i].sid,
			    told[i].who, BASE + told[i].joined_ms,
			    told[i].more);
			CHECK(lab_hear(&lab, text) == RC_OK);
		}
		CHECK(settle() == RC_OK);
		CHECK(room_by_name(lab.app.db, room, &r) == RC_OK);
		CHECK_INT(ended(&r), -1);
		CHECK_INT(r.people, 1);
	}
	lab_close(&lab);
}

static int64_t
moving_clock(void)
{
	return ++lab_now;
}

TEST("the source left: the room is over at once, however long telling takes")
{
	static const struct told left = { 's', "PA_1", 1, 9, CLIENT };
	struct room_row r;

	lab_open(&lab, "");
	lab_now = BASE + 9100;
	room_new(ROOM_OPEN);
	clock_set(moving_clock);
	CHECK(tell(&left) == RC_OK);
	CHECK(room_by_name(lab.app.db, room, &r) == RC_OK);
	CHECK(r.state == ROOM_OVER);
	lab_close(&lab);
}

/* ---- with LiveKit's list --------------------------------------------------- */

static const struct told source_came = { 's', "PA_1", 1, 0, NULL },
    source_replaced = { 's', "PA_1", 1, 9, AGAIN },
    other_came = { 'p', "PA_2", 2, 0, NULL };

/* The source was replaced by nobody; one other is there. */
static void
open_replaced(void)
{
	lab_open(&lab, "");
	lab_now = BASE + 10000;
	room_new(ROOM_OPEN);
	fake_room_add(&lab.fake, room, "RM_1");
	fake_join(&lab.fake, room, "PA_2", LAB_OTHER, BASE + 2000);
	CHECK(tell(&source_came) == RC_OK && tell(&other_came) == RC_OK &&
	    tell(&source_replaced) == RC_OK);
}

static int
ended_after_pass(void)
{
	struct room_row r;

	return reconcile(&lab.app) == RC_OK &&
	    room_by_name(lab.app.db, room, &r) == RC_OK ? ended(&r) : -3;
}

TEST("LiveKit lists no session of a replaced source: it is away")
{
	open_replaced();
	lab_now = BASE + 14000;		/* lists lag behind */
	CHECK_INT(ended_after_pass(), -1);
	lab_now = BASE + 15000;
	CHECK_INT(ended_after_pass(), 15);
	CHECK(!lab.fake.called_in_tx);
	lab_close(&lab);
}

TEST("LiveKit lists another session of the source: it is there")
{
	open_replaced();
	fake_join(&lab.fake, room, "PA_3", LAB_HOST, BASE + 9000);
	lab_now = BASE + 20000;
	CHECK_INT(ended_after_pass(), -1);
	CHECK_INT(lab_number(&lab, "SELECT people_count FROM rooms"), 2);
	lab_close(&lab);
}

TEST("while the source is on its way in it is not away")
{
	open_replaced();
	fake_join(&lab.fake, room, "PA_3", LAB_HOST, BASE + 19000);
	fake_person(&lab.fake, "PA_3")->joining = true;
	lab_now = BASE + 20000;
	CHECK_INT(ended_after_pass(), -1);
	fake_leave(&lab.fake, "PA_3");
	CHECK_INT(ended_after_pass(), 20);
	lab_close(&lab);
}

TEST("a room that vanished at LiveKit is looked at until it has ended")
{
	open_replaced();
	fake_room_drop(&lab.fake, room);
	lab_now = BASE + 12000;
	CHECK_INT(ended_after_pass(), -1);
	CHECK_INT(lab_number(&lab, "SELECT people_count FROM rooms"), 0);
	lab_now = BASE + 15000;
	CHECK_INT(ended_after_pass(), 15);
	lab_close(&lab);
}

TEST("where only the source was and was replaced by nobody, it ends, too, "
    "after LiveKit has forgotten the room")
{
	lab_open(&lab, "");
	lab_now = BASE + 10000;
	room_new(ROOM_OPEN);
	CHECK(tell(&source_came) == RC_OK && tell(&source_replaced) == RC_OK);
	lab_now = BASE + 11000;
	CHECK_INT(ended_after_pass(), -1);
	lab_now = BASE + 26000;
	CHECK_INT(ended_after_pass(), 26);
	lab_close(&lab);
}
