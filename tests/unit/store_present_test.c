/* Who is in a room now, and the rooms that somebody may see. */
#include "store_help.h"

static enum rc
came(const char *sid, const char *identity, int64_t at)
{
	return TX(presence_merge(db, &(struct presence_row){ .sid = sid,
	    .room_name = "room", .room_sid = "RM_1", .identity = identity,
	    .name = identity, .joined_at = at }));
}

static enum rc
went(const char *sid, int64_t at, const char *reason)
{
	return TX(presence_merge(db, &(struct presence_row){ .sid = sid,
	    .room_name = "room", .room_sid = "RM_1", .left_at = at,
	    .left_by = LEFT_EVENT, .reason = reason }));
}

static enum rc
plays(const char *sid, const char *track, int64_t until)
{
	return TX(track_merge(db, &(struct track_row){ .room_name = "room",
	    .sid = track, .participant_sid = sid, .identity = "x",
	    .published_at = 1, .unpublished_at = until }));
}

TEST("who is there is listed once, by identity, page by page")
{
	struct present_row *rows;
	size_t len;

	CHECK(fresh_room() == RC_OK);
	CHECK(TX(user_update_profile(db, uuid_n(1), "One", "https://x/y")) ==
	    RC_OK);
	CHECK(came("PA_1", uuid_n(1), 30) == RC_OK);
	CHECK(came("PA_2", uuid_n(1), 20) == RC_OK);
	CHECK(came("PA_3", "ann", 40) == RC_OK);
	CHECK(came("PA_4", "bob", 41) == RC_OK);
	CHECK(went("PA_4", 42, "CLIENT_INITIATED") == RC_OK);
	CHECK(present_list(db, "room", NULL, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].identity, uuid_n(1));
	CHECK_STR(rows[0].avatar_url, "https://x/y");
	CHECK_INT(rows[0].joined_at, 20);
	CHECK_STR(rows[1].identity, "ann");
	CHECK_STR(rows[1].name, "ann");
	CHECK(rows[1].avatar_url == NULL);
	CHECK_INT(rows[1].hand_raised_at, 0);
	CHECK(present_list(db, "room", NULL, 1, &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK(present_list(db, "room", rows[0].identity, 9, &rows, &len) ==
	    RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(rows[0].identity, "ann");
}

TEST("who publishes is said, until the last track has gone")
{
	struct present_row *rows;
	size_t len;

	CHECK(fresh_room() == RC_OK);
	CHECK(came("PA_1", "ann", 10) == RC_OK);
	CHECK(came("PA_2", "bob", 10) == RC_OK);
	CHECK(plays("PA_1", "TR_1", 0) == RC_OK);
	CHECK(plays("PA_1", "TR_2", 0) == RC_OK);
	CHECK(plays("PA_2", "TR_3", 5) == RC_OK);
	CHECK(present_list(db, "room", NULL, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK(rows[0].is_publishing && !rows[1].is_publishing);
	CHECK(plays("PA_1", "TR_1", 20) == RC_OK);
	CHECK(plays("PA_1", "TR_2", 20) == RC_OK);
	CHECK(present_list(db, "room", NULL, 9, &rows, &len) == RC_OK);
	CHECK(!rows[0].is_publishing);
}

TEST("a hand counts that was raised since they came")
{
	struct present_row *rows;
	size_t len;

	CHECK(fresh_room() == RC_OK);
	CHECK(TX(member_put(db, "room", uuid_n(1), MEMBER_STUDENT, 1)) ==
	    RC_OK);
	CHECK(came("PA_1", uuid_n(1), 30) == RC_OK);
	CHECK(TX(member_set_hand(db, "room", uuid_n(1), 29)) == RC_OK);
	CHECK(present_list(db, "room", NULL, 9, &rows, &len) == RC_OK);
	CHECK_INT(rows[0].hand_raised_at, 0);
	CHECK(TX(member_set_hand(db, "room", uuid_n(1), 30)) == RC_OK);
	CHECK(present_list(db, "room", NULL, 9, &rows, &len) == RC_OK);
	CHECK_INT(rows[0].hand_raised_at, 30);
}

TEST("helpers of LiveKit and the hidden are not there, nor who left")
{
	struct presence_row p = { .room_name = "room", .room_sid = "RM_1",
	    .identity = "x", .joined_at = 1 };
	struct present_row *rows;
	size_t len;
	bool yes;

	CHECK(fresh_room() == RC_OK);
	p.sid = "PA_egress";
	p.lk_kind = 2;
	CHECK(TX(presence_merge(db, &p)) == RC_OK);
	p.sid = "PA_hidden";
	p.lk_kind = 0;
	p.is_hidden = true;
	CHECK(TX(presence_merge(db, &p)) == RC_OK);
	CHECK(present_is(db, "room", "x", &yes) == RC_OK && !yes);
	CHECK(present_list(db, "room", NULL, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 0);
	CHECK(came("PA_1", "x", 2) == RC_OK);
	CHECK(present_is(db, "room", "x", &yes) == RC_OK && yes);
	CHECK(present_is(db, "nowhere", "x", &yes) == RC_OK && !yes);
	CHECK(went("PA_1", 3, NULL) == RC_OK);
	CHECK(present_is(db, "room", "x", &yes) == RC_OK && !yes);
}

TEST("an owner and their self-view count as one person")
{
	const char *self;
	int64_t n;

	CHECK(fresh_room() == RC_OK);
	self = arena_printf(arena, "Host-%s", uuid_n(1));
	CHECK(came("PA_1", self, 1) == RC_OK);
	CHECK(came("PA_2", "ann", 1) == RC_OK);
	CHECK(present_count(db, "room", uuid_n(1), &n) == RC_OK);
	CHECK_INT(n, 2);
	CHECK(came("PA_3", uuid_n(1), 2) == RC_OK);
	CHECK(came("PA_4", uuid_n(1), 2) == RC_OK);
	CHECK(present_count(db, "room", uuid_n(1), &n) == RC_OK);
	CHECK_INT(n, 2);
	CHECK(went("PA_1", 3, NULL) == RC_OK);
	CHECK(present_count(db, "room", uuid_n(1), &n) == RC_OK);
	CHECK_INT(n, 2);
}

TEST("sessions of people are all read, gone ones with the reason")
{
	struct presence_row *rows;
	size_t len;

	CHECK(fresh_room() == RC_OK);
	CHECK(came("PA_1", "ann", 10) == RC_OK);
	CHECK(went("PA_1", 20, "SIGNAL_CLOSE") == RC_OK);
	CHECK(went("PA_2", 30, "CLIENT_INITIATED") == RC_OK);
	CHECK(TX(presence_merge(db, &(struct presence_row){ .sid = "PA_3",
	    .room_name = "room", .identity = "x", .lk_kind = 4 })) == RC_OK);
	CHECK(present_sessions(db, "room", &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].sid, "PA_1");
	CHECK_STR(rows[0].identity, "ann");
	CHECK_INT(rows[0].joined_at, 10);
	CHECK_INT(rows[0].left_at, 20);
	CHECK(rows[0].left_by == LEFT_EVENT);
	CHECK_STR(rows[0].reason, "SIGNAL_CLOSE");
	CHECK_INT(rows[1].joined_at, 30);
}

/* ---- when rooms end by themselves ---- */

static enum rc
have(const char *name, enum kind kind, int owner, int64_t created_at,
    int64_t lapses_at)
{
	return TX(room_insert(db, &(struct room_row){ .name = name,
	    .kind = kind, .owner_id = uuid_n(owner), .state = ROOM_OPEN,
	    .display_name = "Named", .created_at = created_at,
	    .lapses_at = lapses_at }));
}

TEST("a room lapses at its time, the first of them first, until it is over")
{
	struct room_row *rows, got;
	int64_t at;
	size_t len;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(room_lapse_next(db, &at) == RC_OK && at == 0);
	CHECK(have("a", KIND_SOURCE, 1, 1, 300) == RC_OK);
	CHECK(have("b", KIND_SOURCE, 1, 1, 200) == RC_OK);
	CHECK(have("c", KIND_SOURCE, 1, 1, 0) == RC_OK);
	CHECK(room_lapse_next(db, &at) == RC_OK && at == 200);
	CHECK(room_lapsed(db, 199, 9, &rows, &len) == RC_OK && len == 0);
	CHECK(room_lapsed(db, 300, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].name, "b");
	CHECK_INT(rows[0].lapses_at, 200);
	CHECK(TX(room_set_presence(db, "b", 3, 0)) == RC_OK);
	CHECK(room_by_name(db, "b", &got) == RC_OK);
	CHECK_INT(got.people, 3);
	CHECK_INT(got.lapses_at, 0);
	CHECK(TX(room_set_state(db, "a", ROOM_OVER, 250)) == RC_OK);
	CHECK(TX(room_set_state(db, "b", ROOM_OVER, 250)) == RC_OK);
	CHECK(room_by_name(db, "b", &got) == RC_OK);
	CHECK_INT(got.people, 0);
	CHECK(room_lapse_next(db, &at) == RC_OK && at == 0);
	CHECK(TX(room_set_presence(db, "b", 3, 7)) == RC_NOT_FOUND);
}

TEST("a room that is over may have been so earlier, never later")
{
	struct room_row got;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(have("a", KIND_SOURCE, 1, 1, 0) == RC_OK);
	CHECK(TX(room_ended_by(db, "a", 90)) == RC_OK);
	CHECK(room_by_name(db, "a", &got) == RC_OK);
	CHECK(got.state == ROOM_OPEN && got.ended_at == 0);
	CHECK(TX(room_set_state(db, "a", ROOM_OVER, 250)) == RC_OK);
	CHECK(TX(room_ended_by(db, "a", 240)) == RC_OK);
	CHECK(TX(room_ended_by(db, "a", 245)) == RC_OK);
	CHECK(room_by_name(db, "a", &got) == RC_OK);
	CHECK_INT(got.ended_at, 240);
}

TEST("rooms of one kind that somebody has and that are not over")
{
	struct room_row *rows;
	size_t len;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(have_user(2) == RC_OK);
	CHECK(have("a", KIND_SOURCE, 1, 1, 0) == RC_OK);
	CHECK(have("b", KIND_CLASS, 1, 1, 0) == RC_OK);
	CHECK(have("c", KIND_SOURCE, 1, 2, 0) == RC_OK);
	CHECK(have("d", KIND_SOURCE, 2, 1, 0) == RC_OK);
	CHECK(TX(room_set_state(db, "c", ROOM_OVER, 5)) == RC_OK);
	CHECK(room_by_owner(db, uuid_n(1), KIND_SOURCE, &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(rows[0].name, "a");
}

/* ---- lists ---- */

static struct room_listed *rows;
static size_t rows_len;

/* The names of a page, of user n, at time 100. */
static const char *
names(int n, enum kind kind, int64_t limit)
{
	struct buf b;

	if (room_list_visible(db, uuid_n(n), kind, 100, 0, NULL, limit, &rows,
	    &rows_len) != RC_OK)
		return "refused";
	buf_init(&b, arena);
	for (size_t i = 0; i < rows_len; i++)
		buf_printf(&b, "%s%s", i == 0 ? "" : " ",
		    rows[i].room.name);
	return b.len == 0 ? "" : b.data;
}

static enum rc
have_live(const char *name, int64_t created_at, int64_t lapses_at)
{
	enum rc rc = have(name, KIND_LIVE, 1, created_at, 0);

	return rc != RC_OK ? rc : TX(live_insert(db, &(struct live_row){
	    .id = name, .title = "Live", .streamer_id = uuid_n(1),
	    .is_live = true, .created_at = created_at,
	    .lapses_at = lapses_at }));
}

static void
fresh_people(void)
{
	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(have_user(2) == RC_OK);
	CHECK(have_channel(3) == RC_OK);
}

TEST("rooms of all public kinds are one list, newest first, page by page")
{
	fresh_people();
	CHECK(have("s1", KIND_SOURCE, 1, 10, 0) == RC_OK);
	CHECK(have("s2", KIND_SOURCE, 1, 40, 0) == RC_OK);
	CHECK(have_live("l1", 30, 0) == RC_OK);
	CHECK(have_live("l2", 40, 0) == RC_OK);
	CHECK(have_broadcast(9, 3, 20, 0) == RC_OK);
	CHECK_STR(names(2, KIND_MAX, 9), arena_printf(arena,
	    "s2 l2 l1 %s s1", uuid_n(3)));
	CHECK_STR(rows[0].owner_name, "user1");
	CHECK(rows[0].title == NULL);
	CHECK_STR(rows[0].room.display_name, "Named");
	CHECK_STR(rows[1].title, "Live");
	CHECK_STR(rows[3].title, "On air");
	CHECK_INT(rows[3].room.created_at, 20);
	CHECK_STR(names(2, KIND_MAX, 2), "s2 l2");
	CHECK(room_list_visible(db, uuid_n(2), KIND_MAX, 100, 40, "l2", 9,
	    &rows, &rows_len) == RC_OK);
	CHECK_INT(rows_len, 3);
	CHECK_STR(rows[0].room.name, "l1");
	CHECK_STR(names(2, KIND_SOURCE, 9), "s2 s1");
	CHECK_STR(names(2, KIND_LIVE, 9), "l2 l1");
	CHECK_STR(names(2, KIND_STREAM, 9), uuid_n(3));
}

TEST("what is over, starting, lapsed or off the air is not listed")
{
	fresh_people();
	CHECK(have("s1", KIND_SOURCE, 1, 10, 100) == RC_OK);
	CHECK(have("s2", KIND_SOURCE, 1, 10, 101) == RC_OK);
	CHECK(have("s3", KIND_SOURCE, 1, 10, 0) == RC_OK);
	CHECK(TX(room_set_state(db, "s3", ROOM_OVER, 20)) == RC_OK);
	CHECK(have_room("s4", ROOM_STARTING) == RC_OK);
	CHECK(have_live("l1", 30, 100) == RC_OK);
	CHECK(have_live("l2", 30, 101) == RC_OK);
	CHECK(have_live("l3", 30, 0) == RC_OK);
	CHECK(TX(live_end(db, "l3", 40)) == RC_OK);
	CHECK(have_broadcast(9, 3, 20, 100) == RC_OK);
	CHECK_STR(names(2, KIND_MAX, 9), "l2 s2");
}

TEST("a block hides rooms of either from the other")
{
	fresh_people();
	CHECK(have("s1", KIND_SOURCE, 1, 10, 0) == RC_OK);
	CHECK(have("s2", KIND_SOURCE, 2, 11, 0) == RC_OK);
	CHECK(have_live("l1", 30, 0) == RC_OK);
	CHECK(have_broadcast(9, 3, 20, 0) == RC_OK);
	CHECK(TX(block_add(db, uuid_n(1), uuid_n(2), 1)) == RC_OK);
	CHECK(TX(block_add(db, uuid_n(2), uuid_n(3), 1)) == RC_OK);
	CHECK_STR(names(2, KIND_MAX, 9), "s2");
	CHECK_STR(names(1, KIND_MAX, 9), arena_printf(arena, "l1 %s s1",
	    uuid_n(3)));
	CHECK_STR(names(3, KIND_MAX, 9), arena_printf(arena, "l1 %s s1",
	    uuid_n(3)));
}

TEST("classes are listed for their members and nobody else, the newest first")
{
	fresh_people();
	CHECK(have("c1", KIND_CLASS, 1, 10, 0) == RC_OK);
	CHECK(have("c2", KIND_CLASS, 3, 9, 0) == RC_OK);
	CHECK(TX(member_put(db, "c1", uuid_n(1), MEMBER_TEACHER, 10)) ==
	    RC_OK);
	CHECK(TX(member_put(db, "c2", uuid_n(1), MEMBER_STUDENT, 50)) ==
	    RC_OK);
	CHECK(have("v1", KIND_VOICE, 1, 10, 0) == RC_OK);
	CHECK_STR(names(1, KIND_MAX, 9), "c1 c2");
	CHECK_STR(names(1, KIND_CLASS, 1), "c1");
	CHECK_STR(names(1, KIND_VOICE, 9), "");
	CHECK_STR(names(2, KIND_MAX, 9), "");
}
