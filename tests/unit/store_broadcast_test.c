/* Times on air of a channel, and who watched them. */
#include "store_help.h"

TEST("a broadcast comes back as inserted; one is open; the channel was on air")
{
	struct broadcast_row b, got;
	struct stream_row s;

	fresh();
	CHECK(have_channel(1) == RC_OK);
	b = (struct broadcast_row){ .id = uuid_n(20), .user_id = uuid_n(1),
	    .title = "Chess", .started_at = 100, .lapses_at = 160,
	    .viewer_count = 2, .peak_viewers = 3 };
	CHECK(broadcast_open(db, uuid_n(1), &got) == RC_NOT_FOUND);
	CHECK(TX(broadcast_insert(db, &b)) == RC_OK);
	CHECK(broadcast_open(db, uuid_n(1), &got) == RC_OK);
	CHECK_STR(got.id, uuid_n(20));
	CHECK_STR(got.user_id, uuid_n(1));
	CHECK_STR(got.title, "Chess");
	CHECK_INT(got.started_at, 100);
	CHECK_INT(got.ended_at, 0);
	CHECK_INT(got.lapses_at, 160);
	CHECK_INT(got.viewer_count, 2);
	CHECK_INT(got.peak_viewers, 3);
	CHECK_INT(got.unique_viewers, 0);
	CHECK_INT(got.watch_ms, 0);
	CHECK(stream_by_user(db, uuid_n(1), &s) == RC_OK);
	CHECK_INT(s.last_live_at, 100);
	CHECK(have_broadcast(21, 1, 200, 0) == RC_CONFLICT);
	CHECK(stream_by_user(db, uuid_n(1), &s) == RC_OK);
	CHECK_INT(s.last_live_at, 100);
	CHECK(have_broadcast(22, 2, 200, 0) == RC_NOT_FOUND);
}

TEST("a broadcast without a channel is refused")
{
	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(have_broadcast(20, 1, 100, 0) == RC_NOT_FOUND);
}

TEST("a lapsed broadcast reads as ended then, though nobody wrote it down")
{
	struct broadcast_row b, *rows;
	size_t len;

	fresh();
	CHECK(have_channel(1) == RC_OK);
	CHECK(have_broadcast(20, 1, 100, 0) == RC_OK);
	CHECK(TX(broadcast_set_presence(db, uuid_n(20), 4, 160)) == RC_OK);
	CHECK(broadcast_on_air(db, uuid_n(1), 159, &b) == RC_OK);
	CHECK_INT(b.viewer_count, 4);
	CHECK(broadcast_on_air(db, uuid_n(1), 160, &b) == RC_NOT_FOUND);
	CHECK(broadcast_open(db, uuid_n(1), &b) == RC_OK);
	CHECK(broadcast_by_id(db, uuid_n(1), uuid_n(20), 159, &b) == RC_OK);
	CHECK_INT(b.ended_at, 0);
	CHECK(broadcast_by_id(db, uuid_n(1), uuid_n(20), 160, &b) == RC_OK);
	CHECK_INT(b.ended_at, 160);
	CHECK_INT(b.viewer_count, 0);
	CHECK(broadcast_list(db, uuid_n(1), 160, 0, NULL, 9, &rows, &len) ==
	    RC_OK);
	CHECK_INT(len, 1);
	CHECK_INT(rows[0].ended_at, 160);
	CHECK(broadcast_lapsed(db, 159, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 0);
	CHECK(broadcast_lapsed(db, 160, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(rows[0].id, uuid_n(20));
}

TEST("ending is done once, and one that had lapsed ends when it lapsed")
{
	struct broadcast_row b;

	fresh();
	CHECK(have_channel(1) == RC_OK);
	CHECK(have_broadcast(20, 1, 100, 160) == RC_OK);
	CHECK(TX(broadcast_end(db, uuid_n(20), 500)) == RC_OK);
	CHECK(broadcast_by_id(db, uuid_n(1), uuid_n(20), 999, &b) == RC_OK);
	CHECK_INT(b.ended_at, 160);
	CHECK_INT(b.lapses_at, 0);
	CHECK(TX(broadcast_end(db, uuid_n(20), 120)) == RC_OK);
	CHECK(broadcast_by_id(db, uuid_n(1), uuid_n(20), 999, &b) == RC_OK);
	CHECK_INT(b.ended_at, 160);
	CHECK(broadcast_open(db, uuid_n(1), &b) == RC_NOT_FOUND);
	CHECK(TX(broadcast_end(db, uuid_n(29), 1)) == RC_NOT_FOUND);
	CHECK(have_broadcast(21, 1, 700, 0) == RC_OK);
	CHECK(TX(broadcast_end(db, uuid_n(21), 650)) == RC_OK);
	CHECK(broadcast_by_id(db, uuid_n(1), uuid_n(21), 999, &b) == RC_OK);
	CHECK_INT(b.ended_at, 700);
}

TEST("viewers are written while it is on air, the most of them kept")
{
	struct broadcast_row b;

	fresh();
	CHECK(have_channel(1) == RC_OK);
	CHECK(have_broadcast(20, 1, 100, 0) == RC_OK);
	CHECK(TX(broadcast_set_presence(db, uuid_n(20), 7, 0)) == RC_OK);
	CHECK(TX(broadcast_set_presence(db, uuid_n(20), 3, 900)) == RC_OK);
	CHECK(broadcast_open(db, uuid_n(1), &b) == RC_OK);
	CHECK_INT(b.viewer_count, 3);
	CHECK_INT(b.peak_viewers, 7);
	CHECK_INT(b.lapses_at, 900);
	CHECK(TX(broadcast_end(db, uuid_n(20), 200)) == RC_OK);
	CHECK(TX(broadcast_set_presence(db, uuid_n(20), 9, 999)) == RC_OK);
	CHECK(broadcast_by_id(db, uuid_n(1), uuid_n(20), 999, &b) == RC_OK);
	CHECK_INT(b.viewer_count, 0);
	CHECK_INT(b.peak_viewers, 7);
	CHECK_INT(b.ended_at, 200);
	CHECK(TX(broadcast_set_presence(db, uuid_n(29), 1, 0)) ==
	    RC_NOT_FOUND);
}

TEST("that it began earlier is written, and when the channel was last on air")
{
	struct broadcast_row b;
	struct stream_row s;

	fresh();
	CHECK(have_channel(1) == RC_OK);
	CHECK(have_broadcast(20, 1, 100, 0) == RC_OK);
	CHECK(TX(broadcast_set_start(db, uuid_n(20), 80)) == RC_OK);
	CHECK(broadcast_open(db, uuid_n(1), &b) == RC_OK);
	CHECK_INT(b.started_at, 80);
	CHECK(stream_by_user(db, uuid_n(1), &s) == RC_OK);
	CHECK_INT(s.last_live_at, 80);
	CHECK(TX(broadcast_set_start(db, uuid_n(29), 80)) == RC_NOT_FOUND);
}

TEST("broadcasts are listed newest first, page by page, only one's own")
{
	struct broadcast_row *rows, b;
	size_t len;

	fresh();
	CHECK(have_channel(1) == RC_OK);
	CHECK(have_channel(2) == RC_OK);
	for (int i = 0; i < 4; i++) {
		/* 21 and 22 began at the same moment. */
		CHECK(have_broadcast(20 + i, 1, 100 + (i + 1) / 2 * 100,
		    0) == RC_OK);
		CHECK(TX(broadcast_end(db, uuid_n(20 + i), 100 +
		    (i + 1) / 2 * 100)) == RC_OK);
	}
	CHECK(have_broadcast(30, 2, 100, 0) == RC_OK);
	CHECK(broadcast_list(db, uuid_n(1), 999, 0, NULL, 2, &rows, &len) ==
	    RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].id, uuid_n(23));
	CHECK_STR(rows[1].id, uuid_n(22));
	CHECK(broadcast_list(db, uuid_n(1), 999, rows[1].started_at,
	    rows[1].id, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].id, uuid_n(21));
	CHECK_STR(rows[1].id, uuid_n(20));
	CHECK(broadcast_by_id(db, uuid_n(2), uuid_n(20), 999, &b) ==
	    RC_NOT_FOUND);
}

/* ---- who watched ---- */

static enum rc
watched(const char *sid, const char *identity, int64_t from, int64_t until)
{
	struct presence_row p = { .sid = sid, .room_name = uuid_n(1),
	    .room_sid = "RM_a", .identity = identity, .joined_at = from,
	    .left_at = until, .left_by = until == 0 ? LEFT_NOT : LEFT_EVENT };

	return TX(presence_merge(db, &p));
}

TEST("who watched counts once, and each session as long as both were there")
{
	struct presence_row p = { .sid = "PA_hidden", .identity = "spy",
	    .is_hidden = true, .joined_at = 1000 };
	struct broadcast_row b;
	int64_t people;

	fresh();
	CHECK(have_channel(1) == RC_OK);
	CHECK(have_broadcast(20, 1, 1000, 0) == RC_OK);
	/* before and into it, twice within it, to its end, not at all */
	CHECK(watched("PA_1", "ann", 500, 1100) == RC_OK);
	CHECK(watched("PA_2", "bob", 1200, 1300) == RC_OK);
	CHECK(watched("PA_3", "bob", 1400, 1450) == RC_OK);
	CHECK(watched("PA_4", "guest-1-x", 1900, 0) == RC_OK);
	CHECK(watched("PA_5", "early", 100, 1000) == RC_OK);
	CHECK(watched("PA_6", "late", 2000, 0) == RC_OK);
	/* the creator, watching or not, and what is no person */
	CHECK(watched("PA_7", uuid_n(1), 1000, 0) == RC_OK);
	CHECK(watched("PA_8", arena_printf(arena, "Host-%s", uuid_n(1)), 1000,
	    0) == RC_OK);
	p.room_name = uuid_n(1);
	CHECK(TX(presence_merge(db, &p)) == RC_OK);
	p = (struct presence_row){ .sid = "PA_ingress", .room_name = uuid_n(1),
	    .identity = "in", .lk_kind = 1, .joined_at = 1000 };
	CHECK(TX(presence_merge(db, &p)) == RC_OK);

	CHECK(presence_count(db, uuid_n(1), uuid_n(1), &people) == RC_OK);
	CHECK_INT(people, 2);	/* guest-1-x and late */
	CHECK(TX(broadcast_end(db, uuid_n(20), 2000)) == RC_OK);
	CHECK(broadcast_by_id(db, uuid_n(1), uuid_n(20), 9999, &b) == RC_OK);
	CHECK_INT(b.unique_viewers, 3);
	CHECK_INT(b.watch_ms, 100 + 100 + 50 + 100);
	CHECK(watched("PA_9", "afterwards", 1500, 0) == RC_OK);
	CHECK(TX(broadcast_end(db, uuid_n(20), 2000)) == RC_OK);
	CHECK(broadcast_by_id(db, uuid_n(1), uuid_n(20), 9999, &b) == RC_OK);
	CHECK_INT(b.unique_viewers, 3);
}

TEST("viewers by the minute: each counts once in each minute they were there")
{
	enum { M = 60000 };
	struct broadcast_row b;
	int64_t *n;
	size_t len;

	fresh();
	CHECK(have_channel(1) == RC_OK);
	CHECK(have_broadcast(20, 1, M, 0) == RC_OK);
	CHECK(watched("PA_1", "ann", 1, 2 * M) == RC_OK);
	CHECK(watched("PA_2", "bob", M + 10, M + 20) == RC_OK);
	CHECK(watched("PA_3", "bob", M + 30, 3 * M + 1) == RC_OK);
	CHECK(watched("PA_4", "cem", 3 * M + 5, 0) == RC_OK);
	CHECK(broadcast_open(db, uuid_n(1), &b) == RC_OK);
	CHECK(broadcast_minutes(db, &b, 5 * M + 1, &n, &len) == RC_OK);
	CHECK_INT(len, 5);
	CHECK_INT(n[0], 2);	/* ann, bob once */
	CHECK_INT(n[1], 1);	/* bob */
	CHECK_INT(n[2], 2);	/* bob for a moment, cem */
	CHECK_INT(n[3], 1);
	CHECK_INT(n[4], 1);
	b.ended_at = 2 * M;
	CHECK(broadcast_minutes(db, &b, 5 * M, &n, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK_INT(n[0], 2);
	b.ended_at = M;
	CHECK(broadcast_minutes(db, &b, 5 * M, &n, &len) == RC_OK);
	CHECK_INT(len, 1);
	b.ended_at = 0;
	CHECK(broadcast_minutes(db, &b, (int64_t)9000 * M, &n, &len) == RC_OK);
	CHECK_INT(len, 1440);
	CHECK_INT(n[1439], 1);
}
