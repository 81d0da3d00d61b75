/* Live streams and their chat in the store. */
#include "store_help.h"

static struct live_row
live_n(const char *id, int64_t created_at)
{
	return (struct live_row){ .id = id, .title = "Learning Yoruba Today!",
	    .streamer_id = uuid_n(1), .is_live = true,
	    .created_at = created_at };
}

static enum rc
have_live(const char *id, int64_t created_at, int64_t lapses_at)
{
	struct live_row l = live_n(id, created_at);
	enum rc rc;

	l.lapses_at = lapses_at;
	if ((rc = have_room(id, ROOM_OPEN)) != RC_OK)
		return rc;
	return TX(live_insert(db, &l));
}

TEST("a stream comes back as inserted; one per room")
{
	struct live_row l, got;

	CHECK(fresh_room() == RC_OK);
	l = live_n("room", 100);
	CHECK(TX(live_insert(db, &l)) == RC_OK);
	CHECK(live_by_id(db, "room", 200, &got) == RC_OK);
	CHECK_STR(got.title, "Learning Yoruba Today!");
	CHECK_STR(got.streamer_id, uuid_n(1));
	CHECK(got.is_live);
	CHECK_INT(got.viewer_count, 0);
	CHECK_INT(got.created_at, 100);
	CHECK_INT(got.ended_at, 0);
	CHECK_INT(got.lapses_at, 0);
	CHECK(TX(live_insert(db, &l)) == RC_CONFLICT);
	l.id = "nowhere";
	CHECK(TX(live_insert(db, &l)) == RC_NOT_FOUND);
	CHECK(live_by_id(db, "nowhere", 1, &got) == RC_NOT_FOUND);
}

TEST("a lapsed stream reads as ended then, though nobody wrote it down")
{
	struct live_row got, *rows;
	int64_t open;
	size_t len;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(have_live("a", 100, 160) == RC_OK);
	CHECK(live_by_id(db, "a", 159, &got) == RC_OK);
	CHECK(got.is_live);
	CHECK_INT(got.ended_at, 0);
	CHECK(live_by_streamer(db, uuid_n(1), 159, &got) == RC_OK);
	CHECK(live_by_id(db, "a", 160, &got) == RC_OK);
	CHECK(!got.is_live);
	CHECK_INT(got.ended_at, 160);
	CHECK(live_by_streamer(db, uuid_n(1), 160, &got) == RC_NOT_FOUND);
	CHECK(live_count_by_streamer(db, uuid_n(1), 160, &open) == RC_OK);
	CHECK_INT(open, 0);
	CHECK(live_open(db, 160, 0, NULL, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 0);
	CHECK(live_open(db, 159, 0, NULL, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK(live_lapsed(db, 159, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 0);
	CHECK(live_lapsed(db, 160, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(rows[0].id, "a");
	CHECK_INT(rows[0].ended_at, 160);
}

TEST("ending a stream that had lapsed ends it when it lapsed")
{
	struct live_row got;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(have_live("a", 100, 160) == RC_OK);
	CHECK(TX(live_end(db, "a", 500)) == RC_OK);
	CHECK(live_by_id(db, "a", 100, &got) == RC_OK);
	CHECK(!got.is_live);
	CHECK_INT(got.ended_at, 160);
}

TEST("ending is done once: again is fine and changes nothing")
{
	struct live_row got;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(have_live("a", 100, 0) == RC_OK);
	CHECK(TX(live_set_presence(db, "a", 5, 0)) == RC_OK);
	CHECK(TX(live_end(db, "a", 200)) == RC_OK);
	CHECK(TX(live_end(db, "a", 300)) == RC_OK);
	CHECK(live_by_id(db, "a", 400, &got) == RC_OK);
	CHECK(!got.is_live);
	CHECK_INT(got.ended_at, 200);
	CHECK_INT(got.viewer_count, 0);
	CHECK(TX(live_end(db, "b", 300)) == RC_NOT_FOUND);
}

TEST("viewers and the host's absence are written while live, not after")
{
	struct live_row got;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(have_live("a", 100, 400) == RC_OK);
	CHECK(TX(live_set_presence(db, "a", 3, 0)) == RC_OK);
	CHECK(live_by_id(db, "a", 999, &got) == RC_OK);
	CHECK(got.is_live);
	CHECK_INT(got.viewer_count, 3);
	CHECK(TX(live_set_presence(db, "a", 2, 1000)) == RC_OK);
	CHECK(live_by_id(db, "a", 999, &got) == RC_OK);
	CHECK_INT(got.viewer_count, 2);
	CHECK_INT(got.lapses_at, 1000);
	CHECK(TX(live_end(db, "a", 500)) == RC_OK);
	CHECK(TX(live_set_presence(db, "a", 9, 9)) == RC_OK);
	CHECK(live_by_id(db, "a", 999, &got) == RC_OK);
	CHECK_INT(got.viewer_count, 0);
	CHECK_INT(got.ended_at, 500);
	CHECK(TX(live_set_presence(db, "b", 1, 0)) == RC_NOT_FOUND);
}

TEST("open streams are listed newest first, page by page, ties by id")
{
	struct live_row *rows;
	size_t len;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(have_live("a", 100, 0) == RC_OK);
	CHECK(have_live("b", 200, 0) == RC_OK);
	CHECK(have_live("c", 200, 0) == RC_OK);
	CHECK(have_live("d", 300, 0) == RC_OK);
	CHECK(TX(live_end(db, "d", 301)) == RC_OK);
	CHECK(live_open(db, 999, 0, NULL, 2, &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].id, "c");
	CHECK_STR(rows[1].id, "b");
	CHECK(live_open(db, 999, rows[0].created_at, rows[0].id, 2, &rows,
	    &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].id, "b");
	CHECK_STR(rows[1].id, "a");
}

TEST("a stream that is only starting is its owner's, but not listed")
{
	struct live_row l, got, *rows;
	size_t len;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(have_room("s", ROOM_STARTING) == RC_OK);
	l = live_n("s", 100);
	CHECK(TX(live_insert(db, &l)) == RC_OK);
	CHECK(live_open(db, 999, 0, NULL, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 0);
	CHECK(live_by_streamer(db, uuid_n(1), 999, &got) == RC_OK);
	CHECK_STR(got.id, "s");
	CHECK(live_by_streamer(db, uuid_n(2), 999, &got) == RC_NOT_FOUND);
}

/* One process of many that go live as the same person. */
static int
go_live(int n)
{
	const char *id = arena_printf(arena, "race-%d", n);
	struct room_row r = { .name = id, .kind = KIND_LIVE,
	    .owner_id = uuid_n(1), .state = ROOM_STARTING, .created_at = 1 };
	struct live_row l = live_n(id, 1), other;
	struct db *own = again(DB_OPEN_RW);
	enum rc rc;

	if (own == NULL || db_begin(own, FULL) != RC_OK)
		return 2;
	rc = live_by_streamer(own, uuid_n(1), 5, &other);
	if (rc == RC_OK) {
		db_rollback(own);
		return 1;
	}
	sleep_ms(5);
	if (rc != RC_NOT_FOUND || room_insert(own, &r) != RC_OK ||
	    live_insert(own, &l) != RC_OK || db_commit(own) != RC_OK)
		return 2;
	return 0;
}

TEST("s5.1-22: of eight that go live at once as one person, one does")
{
	pid_t pids[8];
	int64_t open;
	int won = 0, lost = 0;

	fresh();
	CHECK(have_user(1) == RC_OK);
	for (int i = 0; i < 8; i++)
		if ((pids[i] = fork()) == 0)
			_exit(go_live(i));
	for (int i = 0; i < 8; i++) {
		int status = child_status(pids[i]);

		won += status == 0;
		lost += status == 1;
	}
	CHECK_INT(won, 1);
	CHECK_INT(lost, 7);
	CHECK(live_count_by_streamer(db, uuid_n(1), 5, &open) == RC_OK);
	CHECK_INT(open, 1);
}

/* Looks whether the stream is there and, if so, leaves a message in it, as a
 * token is minted: 0 done, 1 it was over. */
static int
act_if_open(int n)
{
	struct message_row m = { .id = uuid_n(1000 + n), .room_name = "race",
	    .user_id = uuid_n(1), .identity = "x", .text = "t",
	    .type = "message", .created_at = 1 };
	struct db *own = again(DB_OPEN_RW);
	struct live_row l;
	int done = 1;

	if (own == NULL || db_begin(own, NORMAL) != RC_OK ||
	    live_by_id(own, "race", 5, &l) != RC_OK)
		return 2;
	if (l.is_live) {
		sleep_ms(1);
		if (message_insert(own, &m) != RC_OK)
			return 2;
		done = 0;
	}
	return db_commit(own) == RC_OK ? done : 2;
}

TEST("s5.1-23: nothing that looked first acts on a stream after its end")
{
	struct message_row *rows;
	pid_t pids[16];
	size_t before, after;
	int done = 0;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(have_live("race", 1, 0) == RC_OK);
	for (int i = 0; i < 16; i++)
		if ((pids[i] = fork()) == 0)
			_exit(act_if_open(i));
	sleep_ms(20);
	CHECK(db_begin(db, FULL) == RC_OK);
	CHECK(live_end(db, "race", 4) == RC_OK);
	CHECK(message_page(db, "race", 0, NULL, false, 99, &rows, &before) ==
	    RC_OK);
	CHECK(db_commit(db) == RC_OK);
	for (int i = 0; i < 16; i++) {
		int status = child_status(pids[i]);

		CHECK(status == 0 || status == 1);
		done += status == 0;
	}
	CHECK(message_page(db, "race", 0, NULL, false, 99, &rows, &after) ==
	    RC_OK);
	CHECK_INT(after, before);
	CHECK_INT(done, after);
}

/* ---- chat ---- */

static int next_message;

static enum rc
say(const char *text, const char *type, bool pinned, struct message_row *out)
{
	*out = (struct message_row){ .id = uuid_n(100 + next_message++),
	    .room_name = "room", .user_id = uuid_n(1),
	    .identity = uuid_n(1), .text = text, .type = type,
	    .is_pinned = pinned, .created_at = 5 };
	return TX(message_insert(db, out));
}

TEST("a message comes back with its author as named now")
{
	struct message_row m, *rows;
	size_t len;

	CHECK(fresh_room() == RC_OK);
	CHECK(say("hello", "message", false, &m) == RC_OK);
	CHECK(m.seq > 0);
	CHECK(TX(user_update_profile(db, uuid_n(1), "Renamed", NULL)) ==
	    RC_OK);
	CHECK(message_page(db, "room", 0, NULL, false, 9, &rows, &len) ==
	    RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(rows[0].id, m.id);
	CHECK_STR(rows[0].room_name, "room");
	CHECK_STR(rows[0].user_id, uuid_n(1));
	CHECK_STR(rows[0].identity, uuid_n(1));
	CHECK_STR(rows[0].username, "user1");
	CHECK_STR(rows[0].display_name, "Renamed");
	CHECK_STR(rows[0].text, "hello");
	CHECK_STR(rows[0].type, "message");
	CHECK(!rows[0].is_pinned);
	CHECK_INT(rows[0].created_at, 5);
	CHECK_INT(rows[0].seq, m.seq);
}

TEST("a guest's message has a name and an identity but no user")
{
	struct message_row m = { .id = uuid_n(90), .room_name = "room",
	    .identity = "guest-1-x", .display_name = "Gast", .text = "hi",
	    .type = "message", .created_at = 1 }, *rows;
	size_t len;

	CHECK(fresh_room() == RC_OK);
	CHECK(TX(message_insert(db, &m)) == RC_OK);
	CHECK(message_page(db, "room", 0, NULL, false, 9, &rows, &len) ==
	    RC_OK);
	CHECK(rows[0].user_id == NULL && rows[0].username == NULL);
	CHECK_STR(rows[0].display_name, "Gast");
	CHECK_STR(rows[0].identity, "guest-1-x");
}

TEST("a message id can be used once, its room must be there, its type known")
{
	struct message_row m, again_;

	CHECK(fresh_room() == RC_OK);
	CHECK(say("one", "message", false, &m) == RC_OK);
	again_ = m;
	CHECK(TX(message_insert(db, &again_)) == RC_CONFLICT);
	again_.id = uuid_n(99);
	again_.room_name = "nowhere";
	CHECK(TX(message_insert(db, &again_)) == RC_NOT_FOUND);
	CHECK(say("x", "shout", false, &m) == RC_INTERNAL);
}

TEST("500 code points fit, 501 do not")
{
	struct message_row m;
	struct buf b;

	CHECK(fresh_room() == RC_OK);
	buf_init(&b, arena);
	for (int i = 0; i < 500; i++)
		buf_str(&b, "\xf0\x9f\x8e\xa5");
	CHECK(say(b.data, "message", false, &m) == RC_OK);
	buf_str(&b, "x");
	CHECK(say(b.data, "message", false, &m) == RC_INTERNAL);
}

TEST("pages go back from the newest and forward from a cursor")
{
	struct message_row m[6], *rows;
	size_t len;

	CHECK(fresh_room() == RC_OK);
	CHECK(have_room("other", ROOM_OPEN) == RC_OK);
	for (int i = 0; i < 6; i++)
		CHECK(say(arena_printf(arena, "%d", i), "message", false,
		    &m[i]) == RC_OK);
	CHECK(message_page(db, "room", 0, NULL, false, 4, &rows, &len) ==
	    RC_OK);
	CHECK_INT(len, 4);
	CHECK_STR(rows[0].text, "5");
	CHECK(message_page(db, "room", rows[3].seq, NULL, false, 4, &rows,
	    &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[1].text, "0");
	CHECK(message_page_after(db, "room", m[3].seq, NULL, false, 4, &rows,
	    &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].text, "4");
	CHECK(message_page_after(db, "room", 0, NULL, false, 1, &rows, &len)
	    == RC_OK);
	CHECK_STR(rows[0].text, "0");
	CHECK(message_page(db, "other", 0, NULL, false, 4, &rows, &len) ==
	    RC_OK);
	CHECK_INT(len, 0);
}

static char *
texts(const char *type, bool pinned, bool forward)
{
	struct message_row *rows;
	struct buf b;
	size_t len;
	enum rc rc;

	buf_init(&b, arena);
	rc = forward ?
	    message_page_after(db, "room", 0, type, pinned, 9, &rows, &len) :
	    message_page(db, "room", 0, type, pinned, 9, &rows, &len);
	for (size_t i = 0; rc == RC_OK && i < len; i++)
		buf_str(&b, rows[i].text);
	return b.data == NULL ? arena_strdup(arena, "") : b.data;
}

TEST("pages can be narrowed to a type, to pins, and to both, either way")
{
	struct message_row m;

	CHECK(fresh_room() == RC_OK);
	CHECK(say("a", "message", false, &m) == RC_OK);
	CHECK(say("b", "announcement", true, &m) == RC_OK);
	CHECK(say("c", "important", false, &m) == RC_OK);
	CHECK(say("d", "message", true, &m) == RC_OK);
	CHECK(say("e", "announcement", false, &m) == RC_OK);
	CHECK_STR(texts(NULL, false, false), "edcba");
	CHECK_STR(texts("message", false, false), "da");
	CHECK_STR(texts("announcement", false, false), "eb");
	CHECK_STR(texts(NULL, true, false), "db");
	CHECK_STR(texts("announcement", true, false), "b");
	CHECK_STR(texts("message", false, true), "ad");
	CHECK_STR(texts("announcement", false, true), "be");
	CHECK_STR(texts(NULL, true, true), "bd");
	CHECK_STR(texts("message", true, true), "d");
	CHECK_STR(texts("system", false, false), "");
}

TEST("a message is found, and pinned, in its room only")
{
	struct message_row m, found;

	CHECK(fresh_room() == RC_OK);
	CHECK(have_room("other", ROOM_OPEN) == RC_OK);
	CHECK(say("a", "important", false, &m) == RC_OK);
	CHECK(message_by_id(db, "other", m.id, &found) == RC_NOT_FOUND);
	CHECK(TX(message_set_pinned(db, "other", m.id, true)) == RC_NOT_FOUND);
	CHECK(message_set_pinned(db, "room", m.id, true) == RC_INTERNAL);
	CHECK_STR(texts(NULL, true, false), "");
	CHECK(TX(message_set_pinned(db, "room", m.id, true)) == RC_OK);
	CHECK(message_by_id(db, "room", m.id, &found) == RC_OK);
	CHECK(found.is_pinned && found.seq == m.seq);
	CHECK_STR(found.text, "a");
	CHECK_STR(texts("important", true, false), "a");
	CHECK(TX(message_set_pinned(db, "room", m.id, false)) == RC_OK);
	CHECK_STR(texts(NULL, true, false), "");
}
