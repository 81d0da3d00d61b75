/* Channels as others see them, and their lists. */
#include "store_help.h"

enum { NOW = 1000000 };

static bool
fresh_channels(int n)
{
	fresh();
	for (int i = 1; i <= n; i++)
		if (have_channel(i) != RC_OK)
			return false;
	return true;
}

static bool
on_air(int n, int64_t started_at, int64_t viewers, int64_t lapses_at)
{
	return have_broadcast(1000 + n, n, started_at, 0) == RC_OK &&
	    TX(broadcast_set_presence(db, uuid_n(1000 + n), viewers,
	    lapses_at)) == RC_OK;
}

static bool
was_on_air(int n, int64_t started_at)
{
	return have_broadcast(1000 + n, n, started_at, 0) == RC_OK &&
	    TX(broadcast_end(db, uuid_n(1000 + n), started_at + 1)) == RC_OK;
}

static bool
follows(int one, int other, int64_t at)
{
	return TX(follow_add(db, uuid_n(one), uuid_n(other), at)) == RC_OK;
}

static bool
blocks(int one, int other)
{
	return TX(block_add(db, uuid_n(one), uuid_n(other), 1)) == RC_OK;
}

static struct channel_row got_last;

/* The numbers of all channels of a list, read page by page. */
static const char *
listed(enum rc (*list)(struct db *, const char *, int64_t,
    const struct channel_after *, int64_t, struct channel_row **, size_t *,
    struct channel_after *), const char *viewer_id, int64_t limit)
{
	struct channel_after at = { 0 }, last;
	struct channel_row *rows;
	struct buf out;
	size_t len, pages = 0;

	buf_init(&out, arena);
	do {
		if (list(db, viewer_id, NOW, &at, limit, &rows, &len,
		    &last) != RC_OK)
			return "failed";
		for (size_t i = 0; i < len; i++) {
			buf_printf(&out, "%s%s", out.len == 0 ? "" : " ",
			    rows[i].username + strlen("user"));
			got_last = rows[i];
		}
		at = last;
		if ((int64_t)len > limit || ++pages > 99)
			return "too many";
	} while (last.id != NULL);
	return out.len == 0 ? "" : out.data;
}

TEST("a channel is told with its creator, and with what is on air")
{
	struct channel_row c;

	CHECK(fresh_channels(2));
	CHECK(channel_by_username(db, "user1", NULL, NOW, &c) == RC_OK);
	CHECK_STR(c.stream.user_id, uuid_n(1));
	CHECK_STR(c.stream.id, uuid_n(100001));
	CHECK_STR(c.stream.title, "Title 1");
	CHECK_STR(c.username, "user1");
	CHECK_STR(c.display_name, "User 1");
	CHECK(c.avatar_url == NULL);
	CHECK(!c.is_live && !c.is_following && !c.is_blocked &&
	    !c.is_disabled);
	CHECK_INT(c.viewer_count, 0);
	CHECK_INT(c.started_at, 0);
	CHECK(on_air(1, 500, 7, 900));
	CHECK(channel_by_user(db, uuid_n(1), NULL, 899, &c) == RC_OK);
	CHECK(c.is_live);
	CHECK_INT(c.viewer_count, 7);
	CHECK_INT(c.started_at, 500);
	CHECK_INT(c.stream.last_live_at, 500);
	/* Lapsed, though nobody wrote it down. */
	CHECK(channel_by_user(db, uuid_n(1), NULL, 900, &c) == RC_OK);
	CHECK(!c.is_live);
	CHECK_INT(c.viewer_count, 0);
	CHECK_INT(c.started_at, 0);
}

TEST("a channel knows who looks: following, blocked")
{
	struct channel_row c;

	CHECK(fresh_channels(3));
	CHECK(follows(2, 1, 5));
	CHECK(blocks(1, 3));
	CHECK(channel_by_username(db, "user1", uuid_n(2), NOW, &c) == RC_OK);
	CHECK(c.is_following && !c.is_blocked);
	CHECK_INT(c.follower_count, 1);
	CHECK(channel_by_username(db, "user1", uuid_n(3), NOW, &c) == RC_OK);
	CHECK(!c.is_following && c.is_blocked);
	CHECK(channel_by_username(db, "user3", uuid_n(1), NOW, &c) == RC_OK);
	CHECK(!c.is_blocked);
}

TEST("no such person, no channel, erased: not found; disabled: said")
{
	struct channel_row c;

	CHECK(fresh_channels(2));
	CHECK(have_user(9) == RC_OK);
	CHECK(channel_by_username(db, "nobody", NULL, NOW, &c) ==
	    RC_NOT_FOUND);
	CHECK(channel_by_username(db, "user9", NULL, NOW, &c) == RC_NOT_FOUND);
	CHECK(channel_by_user(db, uuid_n(9), NULL, NOW, &c) == RC_NOT_FOUND);
	CHECK(TX(user_erase(db, uuid_n(1), 5)) == RC_OK);
	CHECK(channel_by_user(db, uuid_n(1), NULL, NOW, &c) == RC_NOT_FOUND);
	CHECK(TX(user_set_flags(db, uuid_n(2), 1, 0, 1)) == RC_OK);
	CHECK(channel_by_username(db, "user2", NULL, NOW, &c) == RC_OK);
	CHECK(c.is_disabled);
}

/* ---- lists ---- */

TEST("on air: most viewers first, ties by id, lapsed ones gone")
{
	CHECK(fresh_channels(6));
	CHECK(on_air(1, 500, 3, 0) && on_air(2, 400, 9, 0) &&
	    on_air(3, 600, 3, 0) && on_air(4, 600, 99, NOW) &&
	    on_air(5, 600, 1, NOW + 1));
	CHECK(was_on_air(6, 700));
	CHECK_STR(listed(channel_live, NULL, 9), "2 3 1 5");
	CHECK_STR(listed(channel_live, uuid_n(1), 1), "2 3 1 5");
	CHECK_STR(listed(channel_live, uuid_n(1), 2), "2 3 1 5");
	CHECK(got_last.is_live);
	CHECK_INT(got_last.viewer_count, 1);
	CHECK_INT(got_last.started_at, 600);
}

TEST("lists leave out the disabled, the erased, and who is apart")
{
	CHECK(fresh_channels(7));
	for (int i = 2; i <= 7; i++) {
		CHECK(on_air(i, 100 * i, 10 - i, 0));
		CHECK(follows(1, i, i));
	}
	CHECK(TX(user_set_flags(db, uuid_n(2), 1, 0, 1)) == RC_OK);
	CHECK(TX(user_erase(db, uuid_n(3), 5)) == RC_OK);
	CHECK(blocks(1, 4));
	CHECK(blocks(5, 1));
	CHECK_STR(listed(channel_live, uuid_n(1), 9), "6 7");
	CHECK_STR(listed(channel_live, uuid_n(6), 9), "4 5 6 7");
	CHECK_STR(listed(channel_live, NULL, 9), "4 5 6 7");
	CHECK_STR(listed(channel_following, uuid_n(1), 9), "6 7");
	CHECK_STR(listed(channel_recommended, uuid_n(1), 9), "");
	CHECK_STR(listed(channel_recommended, uuid_n(4), 9), "7 6 5");
	CHECK_STR(listed(channel_recommended, NULL, 9), "7 6 5 4 1");
}

TEST("the list of who is on air knows whom the one who looks follows")
{
	CHECK(fresh_channels(2));
	CHECK(on_air(2, 100, 1, 0));
	CHECK_STR(listed(channel_live, uuid_n(1), 9), "2");
	CHECK(!got_last.is_following);
	CHECK(follows(1, 2, 5));
	CHECK_STR(listed(channel_live, uuid_n(1), 9), "2");
	CHECK(got_last.is_following);
}

TEST("following: on air by viewers, then the newest follow; one page or many")
{
	CHECK(fresh_channels(8));
	CHECK(have_user(9) == RC_OK);	/* has no channel */
	CHECK(on_air(2, 100, 1, 0) && on_air(3, 100, 5, 0) &&
	    on_air(4, 100, 8, NOW) && on_air(8, 100, 99, 0));
	for (int i = 2; i <= 7; i++)
		CHECK(follows(1, i, 10 + i / 2));	/* ties: 4 5, 6 7 */
	CHECK(follows(1, 9, 50));
	for (int limit = 1; limit < 9; limit++)
		CHECK_STR(listed(channel_following, uuid_n(1), limit),
		    "3 2 7 6 5 4");
	CHECK_INT(got_last.followed_at, 12);
	CHECK(got_last.is_following && !got_last.is_live);
	CHECK_STR(listed(channel_following, uuid_n(2), 9), "");
	CHECK_STR(listed(channel_following, uuid_n(77), 9), "");
}

TEST("following: the same for who follows more than can be looked up one by "
    "one")
{
	CHECK(fresh_channels(5));
	CHECK(on_air(2, 100, 1, 0) && on_air(3, 100, 5, 0) &&
	    on_air(4, 100, 9, 0) && on_air(5, 100, 7, 0));
	CHECK(db_begin(db, NORMAL) == RC_OK);
	for (int i = 10; i < 1010; i++) {
		struct user_row u = user_n(i);

		CHECK(user_insert(db, &u) == RC_OK);
		CHECK(follow_add(db, uuid_n(1), uuid_n(i), 1) == RC_OK);
	}
	CHECK(db_commit(db) == RC_OK);
	CHECK(follows(1, 2, 2));
	CHECK(follows(1, 3, 2));
	CHECK(follows(1, 5, 2));
	for (int limit = 1; limit < 4; limit++)
		CHECK_STR(listed(channel_following, uuid_n(1), limit),
		    "5 3 2");
	CHECK_INT(got_last.followed_at, 2);
}

TEST("recommended: on air, by rank, by latest broadcast; then the same of the "
    "others; never on air last")
{
	CHECK(fresh_channels(16));
	/* 1 follows 2, 3, 4; they follow 10 (3), 11 (2), 12, 13 (1 each). */
	for (int i = 2; i <= 4; i++)
		CHECK(follows(1, i, i) && follows(i, 10, i));
	CHECK(follows(2, 11, 1) && follows(3, 11, 1));
	CHECK(follows(2, 12, 1) && follows(3, 13, 1));
	CHECK(follows(2, 1, 1) && follows(2, 3, 1));	/* me, and followed */
	CHECK(on_air(12, 300, 1, 0) && on_air(11, 200, 1, 0));
	CHECK(on_air(5, 900, 1, 0) && on_air(6, 950, 1, 0));
	CHECK(on_air(2, 999, 1, 0));
	CHECK(was_on_air(10, 50) && was_on_air(7, 800) && was_on_air(8, 700));
	CHECK(on_air(14, 650, 1, NOW));		/* lapsed */
	for (int limit = 1; limit < 16; limit++)
		CHECK_STR(listed(channel_recommended, uuid_n(1), limit),
		    "11 12 6 5 10 13 7 8 14 16 15 9");
	CHECK_STR(listed(channel_recommended, uuid_n(1), 1),
	    "11 12 6 5 10 13 7 8 14 16 15 9");
	CHECK_INT(got_last.rank, 0);
	CHECK_STR(listed(channel_recommended, uuid_n(15), 16),
	    "2 6 5 12 11 7 8 14 10 16 13 9 4 3 1");
	CHECK_STR(listed(channel_recommended, NULL, 4),
	    "2 6 5 12 11 7 8 14 10 16 15 13 9 4 3 1");
}

TEST("recommended: how many of mine follow it is told")
{
	struct channel_after start = { 0 }, last;
	struct channel_row *rows;
	size_t len;

	CHECK(fresh_channels(5));
	CHECK(follows(1, 2, 1) && follows(1, 3, 1));
	CHECK(follows(2, 5, 1) && follows(3, 5, 1));
	CHECK(on_air(4, 10, 1, 0));
	CHECK(channel_recommended(db, uuid_n(1), NOW, &start, 9, &rows, &len,
	    &last) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].username, "user4");
	CHECK_INT(rows[0].rank, 0);
	CHECK(rows[0].is_live);
	CHECK_STR(rows[1].username, "user5");
	CHECK_INT(rows[1].rank, 2);
	CHECK(!rows[1].is_live && !rows[1].is_following);
	CHECK(last.id == NULL);
}

TEST("recommended: many of one rank come in order, page by page, the worst of "
    "too many as others")
{
	struct channel_after at = { 0 }, last;
	struct channel_row *rows;
	int64_t seen = 0, ranked = 0, before = INT64_MAX;
	size_t len;

	CHECK(fresh_channels(20));
	CHECK(db_begin(db, NORMAL) == RC_OK);
	for (int i = 100; i < 800; i++) {
		struct user_row u = user_n(i);
		struct stream_row s = { .id = uuid_n(i), .user_id = uuid_n(i),
		    .title = "t", .chat_delay_seconds = 1, .created_at = 1,
		    .last_live_at = i };

		CHECK(user_insert(db, &u) == RC_OK);
		CHECK(stream_insert(db, &s) == RC_OK);
		/* 1 follows 2 to 19, each of them 45 or less of these. */
		CHECK(follow_add(db, uuid_n(2 + i % 18), uuid_n(i), i) ==
		    RC_OK);
	}
	for (int i = 2; i < 20; i++)
		CHECK(follow_add(db, uuid_n(1), uuid_n(i), i) == RC_OK);
	CHECK(db_commit(db) == RC_OK);
	do {
		CHECK(channel_recommended(db, uuid_n(1), NOW, &at, 37, &rows,
		    &len, &last) == RC_OK);
		for (size_t i = 0; i < len; i++) {
			seen++;
			ranked += rows[i].rank;
			if (rows[i].rank == 1)
				CHECK(rows[i].stream.last_live_at < before);
			if (rows[i].rank == 1)
				before = rows[i].stream.last_live_at;
		}
		at = last;
	} while (last.id != NULL && seen < 9999);
	CHECK_INT(ranked, 500);
	CHECK_INT(seen, 701);	/* user20 as well */
}

TEST("a position that nobody gave out does no harm")
{
	struct channel_after odd[] = { { -1, 0, 0, "x" }, { 99, 1, 1, "x" },
	    { INT64_MAX, 0, 0, NULL }, { INT64_MIN, 0, 0, NULL },
	    { 2, INT64_MIN, INT64_MIN, "" } }, last;
	struct channel_row *rows;
	size_t len;

	CHECK(fresh_channels(3));
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		CHECK(channel_recommended(db, uuid_n(1), NOW, &odd[i], 9,
		    &rows, &len, &last) == RC_OK);
		CHECK(len <= 2);
		CHECK(channel_following(db, uuid_n(1), NOW, &odd[i], 9, &rows,
		    &len, &last) == RC_OK);
		CHECK_INT(len, 0);
		CHECK(channel_live(db, uuid_n(1), NOW, &odd[i], 9, &rows,
		    &len, &last) == RC_OK);
		CHECK_INT(len, 0);
	}
}
