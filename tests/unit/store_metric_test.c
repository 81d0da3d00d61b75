/* Call quality: rows that add up, read the same however they are rolled up. */
#include <inttypes.h>

#include "store_help.h"

/* 10:00:00 of a day, a multiple of every span. */
#define TEN	INT64_C(1768903200000)
#define DAY	(24 * INT64_C(3600000))

static struct metric_sum
stats(int64_t at)
{
	return (struct metric_sum){ .last_at = at, .samples = 1,
	    .up_bps = 1000, .down_bps = 2000, .sent = 10, .received = 20,
	    .lost = 3, .latency_us = 40500, .latency_max_us = 40500,
	    .jitters = 1, .jitter_us = 250 };
}

static enum rc
put(const char *identity, const struct metric_sum *s)
{
	return TX(metric_put(db, "room", identity, s));
}

/* All there is of a person (NULL: of everybody together) in a span of time. */
static struct metric_sum
told_in(const char *room, const char *identity, int64_t from, int64_t until)
{
	struct metric_sum all = { 0 };
	struct metric_person *rows;
	int64_t people;
	size_t len;

	if (metric_people(db, room, identity, from, until, 1000, &rows, &len,
	    &people) != RC_OK)
		return all;
	for (size_t i = 0; i < len; i++)
		metric_add(&all, &rows[i].sum);
	return all;
}

static struct metric_sum
told(const char *identity, int64_t from, int64_t until)
{
	return told_in("room", identity, from, until);
}

static bool
same(const struct metric_sum *a, const struct metric_sum *b)
{
	return a->last_at == b->last_at && a->samples == b->samples &&
	    a->up_bps == b->up_bps && a->down_bps == b->down_bps &&
	    a->sent == b->sent && a->received == b->received &&
	    a->lost == b->lost && a->latency_us == b->latency_us &&
	    a->latency_max_us == b->latency_max_us &&
	    a->jitters == b->jitters && a->jitter_us == b->jitter_us &&
	    a->excellent == b->excellent && a->good == b->good &&
	    a->poor == b->poor && a->lost_quality == b->lost_quality &&
	    a->errors == b->errors && a->error_at == b->error_at &&
	    (a->error == NULL) == (b->error == NULL) &&
	    (a->error == NULL || strcmp(a->error, b->error) == 0);
}

TEST("what is put is told, by person and by step")
{
	struct metric_sum s = stats(TEN + 1234), got;
	struct metric_step *steps;
	size_t len;

	CHECK(fresh_room() == RC_OK);
	s.excellent = 1;
	s.good = 2;
	s.poor = 3;
	s.lost_quality = 4;
	s.errors = 1;
	s.error_at = TEN + 1200;
	s.error = "ICE failed";
	CHECK(put("ann", &s) == RC_OK);
	got = told("ann", TEN, TEN + METRIC_SECONDS);
	CHECK(same(&got, &s));
	CHECK(metric_series(db, "room", NULL, TEN, TEN + METRIC_MINUTE,
	    METRIC_SECONDS, &steps, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK_INT(steps[0].at, TEN);
	CHECK_INT(steps[0].people, 1);
	CHECK(same(&steps[0].sum, &s));
}

TEST("within 10 seconds it is one row: sums, the worst, the latest error")
{
	struct metric_sum a = stats(TEN + 9000), b = stats(TEN + 1000), both, got;

	CHECK(fresh_room() == RC_OK);
	a.latency_us = a.latency_max_us = 10;
	a.errors = 1;
	a.error_at = TEN + 9000;
	a.error = "late";
	b.errors = 1;
	b.error_at = TEN + 1000;
	b.error = "with a blank first";
	CHECK(put("ann", &a) == RC_OK && put("ann", &b) == RC_OK);
	both = a;
	metric_add(&both, &b);
	CHECK_INT(both.latency_us, 40510);
	CHECK_INT(both.latency_max_us, 40500);
	CHECK_STR(both.error, "late");
	got = told(NULL, TEN, TEN + METRIC_SECONDS);
	CHECK(same(&got, &both));
	/* Told by somebody who has no error to tell. */
	b = stats(TEN + 9500);
	CHECK(put("ann", &b) == RC_OK);
	got = told("ann", TEN, TEN + METRIC_SECONDS);
	CHECK_STR(got.error, "late");
	CHECK_INT(got.last_at, TEN + 9500);
}

TEST("what lies outside, of others or elsewhere is not told")
{
	struct metric_sum s = stats(TEN), got;

	CHECK(fresh_room() == RC_OK);
	CHECK(have_room("other", ROOM_OPEN) == RC_OK);
	CHECK(put("ann", &s) == RC_OK);
	CHECK(TX(metric_put(db, "other", "ann", &s)) == RC_OK);
	s = stats(TEN - 1);
	CHECK(put("ann", &s) == RC_OK);
	s = stats(TEN + METRIC_SECONDS);
	CHECK(put("ann", &s) == RC_OK);
	s = stats(TEN);
	CHECK(put("bob", &s) == RC_OK);
	got = told("ann", TEN, TEN + METRIC_SECONDS);
	CHECK_INT(got.samples, 1);
	got = told(NULL, TEN, TEN + METRIC_SECONDS);
	CHECK_INT(got.samples, 2);
	got = told("eve", TEN, TEN + METRIC_SECONDS);
	CHECK_INT(got.samples, 0);
	CHECK_INT(got.last_at, 0);
}

static enum rc
there(const char *sid, const char *identity, const char *name, int64_t left_at)
{
	struct presence_row p = { .sid = sid, .room_name = "room",
	    .identity = identity, .name = name, .joined_at = 5,
	    .left_at = left_at, .left_by = left_at == 0 ? LEFT_NOT :
	    LEFT_EVENT };

	return TX(presence_merge(db, &p));
}

TEST("people come latest first, cut at a limit, with the name they had there")
{
	struct metric_sum s;
	struct metric_person *rows;
	int64_t people;
	size_t len;

	CHECK(fresh_room() == RC_OK);
	CHECK(there("PA_1", "ann", "Ann then", 10) == RC_OK);
	CHECK(there("PA_2", "ann", "Ann later", 20) == RC_OK);
	CHECK(there("PA_3", "bob", "Bob was", 10) == RC_OK);
	CHECK(there("PA_4", "bob", "Bob is", 0) == RC_OK);
	s = stats(TEN);
	CHECK(put("ann", &s) == RC_OK);
	s = stats(TEN + 3);
	CHECK(put("bob", &s) == RC_OK);
	s = stats(TEN + 2);
	CHECK(put(uuid_n(1), &s) == RC_OK);
	s = stats(TEN + 1);
	CHECK(put("nobody", &s) == RC_OK);
	CHECK(metric_people(db, "room", NULL, TEN, TEN + METRIC_SECONDS, 10,
	    &rows, &len, &people) == RC_OK);
	CHECK_INT(len, 4);
	CHECK_INT(people, 4);
	CHECK_STR(rows[0].identity, "bob");
	CHECK_STR(rows[0].name, "Bob is");
	CHECK_STR(rows[1].name, "User 1");
	CHECK(rows[2].name == NULL);
	CHECK_STR(rows[3].identity, "ann");
	CHECK_STR(rows[3].name, "Ann later");
	CHECK(metric_people(db, "room", NULL, TEN, TEN + METRIC_SECONDS, 2,
	    &rows, &len, &people) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_INT(people, 4);
	CHECK_STR(rows[1].identity, uuid_n(1));
}

/* ---- roll-up -------------------------------------------------------------- */

static uint64_t seed = 88172645463325252;

static int64_t
below(int64_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (int64_t)(seed % (uint64_t)n);
}

static enum rc
put_random(const char *identity, int64_t at)
{
	struct metric_sum s = { .last_at = at };

	if (below(4) > 0) {
		s.samples = 1 + below(2);
		s.up_bps = below(10000000000);
		s.down_bps = below(10000000000);
		s.sent = below(100000);
		s.received = below(100000);
		s.lost = below(1000);
		s.latency_us = s.latency_max_us = below(60000000);
		s.jitters = below(2);
		s.jitter_us = s.jitters * below(1000000);
	}
	s.excellent = below(2);
	s.good = below(3);
	s.poor = below(4);
	s.lost_quality = below(5);
	if (below(5) == 0) {
		s.errors = 1;
		s.error_at = at;
		s.error = arena_printf(arena, "error %" PRId64, below(1000));
	}
	return metric_put(db, "room", identity, &s);
}

/* n rows within so long a time from TEN on, of five people. */
static bool
have_random(int n, int64_t within)
{
	enum rc rc = db_begin(db, NORMAL);

	for (int i = 0; i < n && rc == RC_OK; i++)
		rc = put_random(arena_printf(arena, "p%" PRId64, below(5)),
		    TEN + below(within));
	return db_end(db, rc) == RC_OK;
}

struct reading {
	struct metric_sum	 person[5], room;
	struct metric_step	*steps;
	size_t			 len;
};

static bool
read_all(struct reading *r, int64_t within, int64_t span)
{
	for (int i = 0; i < 5; i++)
		r->person[i] = told(arena_printf(arena, "p%d", i), TEN,
		    TEN + within);
	r->room = told(NULL, TEN, TEN + within);
	return metric_series(db, "room", NULL, TEN, TEN + within, span,
	    &r->steps, &r->len) == RC_OK;
}

static bool
same_reading(const struct reading *a, const struct reading *b)
{
	bool is = a->len == b->len && same(&a->room, &b->room);

	for (int i = 0; i < 5 && is; i++)
		is = same(&a->person[i], &b->person[i]);
	for (size_t i = 0; i < a->len && is; i++)
		is = a->steps[i].at == b->steps[i].at &&
		    a->steps[i].people == b->steps[i].people &&
		    same(&a->steps[i].sum, &b->steps[i].sum);
	return is;
}

/* Rolls up in transactions of a few rows; the reading is the same after each. */
static int
roll_all(int64_t span, int64_t to_span, int64_t before, int64_t limit,
    const struct reading *want, int64_t within, int64_t resolution)
{
	struct reading now;
	bool due = true;
	int n = 0;

	while (metric_due(db, "room", span, before, &due) == RC_OK && due) {
		if (TX(metric_roll(db, "room", span, to_span, before,
		    limit)) != RC_OK || ++n > 10000)
			return -1;
		if (!read_all(&now, within, resolution) ||
		    !same_reading(&now, want))
			return -2;
	}
	return n;
}

TEST("minutes tell what their 10 seconds told, in the middle of it, too")
{
	struct reading before;
	int64_t within = 20 * METRIC_MINUTE;

	CHECK(fresh_room() == RC_OK);
	CHECK(have_random(400, within));
	CHECK(read_all(&before, within, METRIC_MINUTE));
	CHECK(before.room.samples > 300 && before.len == 20);
	CHECK(roll_all(METRIC_SECONDS, METRIC_MINUTE, TEN + within, 7,
	    &before, within, METRIC_MINUTE) > 20);
	/* Late ones come to the minute that is there. */
	CHECK(have_random(200, within));
	CHECK(read_all(&before, within, METRIC_MINUTE));
	CHECK(roll_all(METRIC_SECONDS, METRIC_MINUTE, TEN + within, 1000,
	    &before, within, METRIC_MINUTE) == 1);
}

TEST("hours tell what their minutes told")
{
	struct reading before;
	int64_t within = 5 * METRIC_HOUR;

	CHECK(fresh_room() == RC_OK);
	CHECK(have_random(500, within));
	CHECK(read_all(&before, within, METRIC_HOUR));
	CHECK(roll_all(METRIC_SECONDS, METRIC_MINUTE, TEN + within, 50,
	    &before, within, METRIC_HOUR) > 5);
	CHECK(roll_all(METRIC_MINUTE, METRIC_HOUR, TEN + within, 33,
	    &before, within, METRIC_HOUR) > 5);
	CHECK_INT(before.len, 5);
}

TEST("what is not due stays; without a longer span the oldest go")
{
	struct metric_sum s, got;
	bool due;

	CHECK(fresh_room() == RC_OK);
	for (int i = 0; i < 4; i++) {
		s = stats(TEN + i * METRIC_SECONDS);
		CHECK(put("ann", &s) == RC_OK);
	}
	CHECK(metric_due(db, "room", METRIC_SECONDS, TEN, &due) == RC_OK);
	CHECK(!due);
	CHECK(TX(metric_roll(db, "room", METRIC_SECONDS, 0, TEN, 10)) ==
	    RC_OK);
	CHECK(metric_due(db, "room", METRIC_MINUTE, TEN + DAY, &due) == RC_OK);
	CHECK(!due);
	CHECK(metric_due(db, "room", METRIC_SECONDS, TEN + 1, &due) == RC_OK);
	CHECK(due);
	CHECK(TX(metric_roll(db, "room", METRIC_SECONDS, 0,
	    TEN + 3 * METRIC_SECONDS, 2)) == RC_OK);
	got = told("ann", TEN, TEN + METRIC_MINUTE);
	CHECK_INT(got.samples, 2);
	CHECK(TX(metric_roll(db, "room", METRIC_SECONDS, 0,
	    TEN + 3 * METRIC_SECONDS, 2)) == RC_OK);
	got = told("ann", TEN, TEN + METRIC_MINUTE);
	CHECK_INT(got.samples, 1);
}

TEST("a roll-up that is rolled back has not happened")
{
	struct reading before, after;

	CHECK(fresh_room() == RC_OK);
	CHECK(have_random(100, METRIC_HOUR));
	CHECK(read_all(&before, METRIC_HOUR, METRIC_MINUTE));
	CHECK(db_begin(db, NORMAL) == RC_OK);
	CHECK(metric_roll(db, "room", METRIC_SECONDS, METRIC_MINUTE,
	    TEN + METRIC_HOUR, 40) == RC_OK);
	db_rollback(db);
	CHECK(read_all(&after, METRIC_HOUR, METRIC_MINUTE));
	CHECK(same_reading(&after, &before));
}

TEST("rooms of which anything is kept, one after the other")
{
	struct metric_sum s = stats(TEN);
	const char *room = "";

	CHECK(fresh_room() == RC_OK);
	CHECK(have_room("a", ROOM_OPEN) == RC_OK);
	CHECK(have_room("z", ROOM_OVER) == RC_OK);
	CHECK(TX(metric_put(db, "z", "ann", &s)) == RC_OK);
	CHECK(put("ann", &s) == RC_OK && put("bob", &s) == RC_OK);
	CHECK(metric_room_after(db, "", &room) == RC_OK);
	CHECK_STR(room, "room");
	CHECK(metric_room_after(db, room, &room) == RC_OK);
	CHECK_STR(room, "z");
	CHECK(metric_room_after(db, room, &room) == RC_OK);
	CHECK(room == NULL);
	CHECK(TX(metric_put(db, "none", "ann", &s)) == RC_NOT_FOUND);
}

TEST("of an erased person nothing is left, not of their self-view either")
{
	struct metric_sum s = stats(TEN), got;
	char *view;

	CHECK(fresh_room() == RC_OK);
	view = arena_printf(arena, "Host-%s", uuid_n(1));
	CHECK(there("PA_1", uuid_n(1), "Ann", 20) == RC_OK);
	CHECK(there("PA_2", "bob", "Bob", 0) == RC_OK);
	CHECK(have_room("other", ROOM_OPEN) == RC_OK);
	CHECK(TX(presence_merge(db, &(struct presence_row){ .sid = "PA_3",
	    .room_name = "other", .identity = view, .joined_at = 5 })) ==
	    RC_OK);
	CHECK(put(uuid_n(1), &s) == RC_OK && put("bob", &s) == RC_OK);
	CHECK(TX(metric_put(db, "other", view, &s)) == RC_OK);
	CHECK(TX(metric_put(db, "other", "bob", &s)) == RC_OK);
	CHECK(TX(metric_roll(db, "room", METRIC_SECONDS, METRIC_HOUR,
	    TEN + DAY, 2)) == RC_OK);
	s = stats(TEN + METRIC_MINUTE);
	CHECK(put(uuid_n(1), &s) == RC_OK);
	CHECK(TX(user_erase(db, uuid_n(1), TEN)) == RC_OK);
	got = told(NULL, TEN, TEN + METRIC_HOUR);
	CHECK_INT(got.samples, 1);
	got = told("bob", TEN, TEN + METRIC_HOUR);
	CHECK_INT(got.samples, 1);
	got = told_in("other", NULL, TEN, TEN + METRIC_HOUR);
	CHECK_INT(got.samples, 1);
}
