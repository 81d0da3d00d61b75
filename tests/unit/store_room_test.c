/* Rooms, room sessions and presence in the store; merges in any order. */
#include "store_help.h"

TEST("a room comes back as inserted; its name can be used once")
{
	struct room_row r, got;

	fresh();
	CHECK(have_user(1) == RC_OK);
	r = (struct room_row){ .name = "stream-abc", .kind = KIND_LIVE,
	    .owner_id = uuid_n(1), .state = ROOM_STARTING,
	    .metadata = "{\"stream\":1}", .created_at = 7 };
	CHECK(TX(room_insert(db, &r)) == RC_OK);
	CHECK(room_by_name(db, "stream-abc", &got) == RC_OK);
	CHECK(got.kind == KIND_LIVE && got.state == ROOM_STARTING);
	CHECK_STR(got.owner_id, uuid_n(1));
	CHECK_STR(got.metadata, "{\"stream\":1}");
	CHECK_INT(got.confirmed_at, 0);
	CHECK_INT(got.created_at, 7);
	CHECK_INT(got.ended_at, 0);
	CHECK(TX(room_insert(db, &r)) == RC_CONFLICT);
	CHECK(room_by_name(db, "Stream-abc", &got) == RC_NOT_FOUND);
}

TEST("every kind has a name and survives the way to the database and back")
{
	struct room_row got;

	fresh();
	CHECK(have_user(1) == RC_OK);
	for (int k = 0; k < KIND_MAX; k++) {
		struct room_row r = { .name = kind_name((enum kind)k),
		    .kind = (enum kind)k, .owner_id = uuid_n(1),
		    .state = ROOM_OPEN, .created_at = 1 };

		CHECK(TX(room_insert(db, &r)) == RC_OK);
		CHECK(room_by_name(db, r.name, &got) == RC_OK);
		CHECK_INT(got.kind, k);
	}
	CHECK_STR(kind_name(KIND_LIVE), "live");
}

TEST("a room of nobody is refused")
{
	fresh();
	CHECK(have_room("room", ROOM_OPEN) == RC_NOT_FOUND);
}

TEST("starting, open, over; and over is for ever")
{
	struct room_row got;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(have_room("room", ROOM_STARTING) == RC_OK);
	CHECK(TX(room_set_state(db, "room", ROOM_OPEN, 0)) == RC_OK);
	CHECK(TX(room_set_state(db, "room", ROOM_OVER, 50)) == RC_OK);
	CHECK(TX(room_set_state(db, "room", ROOM_OVER, 60)) == RC_OK);
	CHECK(TX(room_set_state(db, "room", ROOM_OPEN, 0)) == RC_CONFLICT);
	CHECK(room_by_name(db, "room", &got) == RC_OK);
	CHECK(got.state == ROOM_OVER);
	CHECK_INT(got.ended_at, 50);
	CHECK(TX(room_set_state(db, "nowhere", ROOM_OPEN, 0)) == RC_NOT_FOUND);
}

TEST("a confirmation is kept and can be cleared")
{
	struct room_row got;

	CHECK(fresh_room() == RC_OK);
	CHECK(TX(room_confirm(db, "room", 99)) == RC_OK);
	CHECK(room_by_name(db, "room", &got) == RC_OK);
	CHECK_INT(got.confirmed_at, 99);
	CHECK(TX(room_confirm(db, "room", 0)) == RC_OK);
	CHECK(room_by_name(db, "room", &got) == RC_OK);
	CHECK_INT(got.confirmed_at, 0);
	CHECK(TX(room_confirm(db, "nowhere", 1)) == RC_NOT_FOUND);
}

TEST("a start that failed goes with all that hangs on it; an open room stays")
{
	struct presence_row p = { .sid = "PA_1", .room_name = "room",
	    .room_sid = "RM_1", .identity = "x" };
	struct live_row l, lgot;
	struct room_row got;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(have_room("room", ROOM_STARTING) == RC_OK);
	l = (struct live_row){ .id = "room", .title = "t",
	    .streamer_id = uuid_n(1), .is_live = true, .created_at = 1 };
	CHECK(TX(live_insert(db, &l)) == RC_OK);
	CHECK(TX(room_session_started(db, "RM_1", "room", 5)) == RC_OK);
	CHECK(TX(presence_merge(db, &p)) == RC_OK);
	CHECK(TX(room_discard(db, "room")) == RC_OK);
	CHECK(room_by_name(db, "room", &got) == RC_NOT_FOUND);
	CHECK(live_by_id(db, "room", 1, &lgot) == RC_NOT_FOUND);
	CHECK(TX(room_discard(db, "room")) == RC_NOT_FOUND);
	CHECK(have_room("open", ROOM_OPEN) == RC_OK);
	CHECK(TX(room_discard(db, "open")) == RC_NOT_FOUND);
	CHECK(room_by_name(db, "open", &got) == RC_OK);
}

TEST("room names are listed by state, page by page")
{
	const char **names;
	size_t len;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(have_room("c", ROOM_OPEN) == RC_OK);
	CHECK(have_room("a", ROOM_OPEN) == RC_OK);
	CHECK(have_room("b", ROOM_OVER) == RC_OK);
	CHECK(room_names(db, ROOM_OPEN, NULL, 1, &names, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(names[0], "a");
	CHECK(room_names(db, ROOM_OPEN, "a", 9, &names, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(names[0], "c");
	CHECK(room_names(db, ROOM_OVER, NULL, 9, &names, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK(room_names(db, ROOM_STARTING, NULL, 9, &names, &len) == RC_OK);
	CHECK_INT(len, 0);
}

/* ---- presence ---- */

static enum rc
joined(const char *sid, const char *identity, int64_t at)
{
	struct presence_row p = { .sid = sid, .room_name = "room",
	    .room_sid = "RM_1", .identity = identity, .name = "n",
	    .joined_at = at };

	return TX(presence_merge(db, &p));
}

static enum rc
left(const char *sid, const char *identity, int64_t at, enum left_by by)
{
	struct presence_row p = { .sid = sid, .room_name = "room",
	    .room_sid = "RM_1", .identity = identity, .left_at = at,
	    .left_by = by, .reason = "CLIENT_INITIATED" };

	return TX(presence_merge(db, &p));
}

static int64_t
people(const char *except)
{
	int64_t n = -1;

	return presence_count(db, "room", except, &n) == RC_OK ? n : -1;
}

TEST("who joined is there until they left")
{
	struct presence_row *rows;
	size_t len;

	CHECK(fresh_room() == RC_OK);
	CHECK(joined("PA_1", "ann", 10) == RC_OK);
	CHECK(presence_open(db, "room", &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(rows[0].sid, "PA_1");
	CHECK_STR(rows[0].room_sid, "RM_1");
	CHECK_STR(rows[0].identity, "ann");
	CHECK_INT(rows[0].joined_at, 10);
	CHECK(rows[0].left_by == LEFT_NOT && rows[0].reason == NULL);
	CHECK(left("PA_1", "ann", 20, LEFT_EVENT) == RC_OK);
	CHECK(presence_open(db, "room", &rows, &len) == RC_OK);
	CHECK_INT(len, 0);
	CHECK(presence_open(db, "nowhere", &rows, &len) == RC_OK);
	CHECK_INT(len, 0);
}

TEST("left before joined leaves nobody there")
{
	CHECK(fresh_room() == RC_OK);
	CHECK(left("PA_1", "ann", 20, LEFT_EVENT) == RC_OK);
	CHECK(joined("PA_1", "ann", 10) == RC_OK);
	CHECK_INT(people(NULL), 0);
}

TEST("one person with two sessions counts once, and until the last has left")
{
	CHECK(fresh_room() == RC_OK);
	CHECK(joined("PA_1", "ann", 10) == RC_OK);
	CHECK(joined("PA_2", "ann", 11) == RC_OK);
	CHECK(joined("PA_3", "bob", 12) == RC_OK);
	CHECK_INT(people(NULL), 2);
	CHECK_INT(people("bob"), 1);
	CHECK(left("PA_1", "ann", 20, LEFT_EVENT) == RC_OK);
	CHECK_INT(people("bob"), 1);
	CHECK(left("PA_2", "ann", 21, LEFT_EVENT) == RC_OK);
	CHECK_INT(people("bob"), 0);
}

TEST("ingress, egress, agents and the hidden are not people")
{
	struct presence_row p = { .sid = "PA_1", .room_name = "room",
	    .room_sid = "RM_1", .identity = "x" };

	CHECK(fresh_room() == RC_OK);
	for (int kind = 1; kind <= 4; kind++) {
		p.sid = arena_printf(arena, "PA_%d", kind);
		p.lk_kind = kind;
		CHECK(TX(presence_merge(db, &p)) == RC_OK);
	}
	p.sid = "PA_hidden";
	p.lk_kind = 0;
	p.is_hidden = true;
	CHECK(TX(presence_merge(db, &p)) == RC_OK);
	CHECK_INT(people(NULL), 0);
}

TEST("absence: never came, is there, left last at")
{
	int64_t since;

	CHECK(fresh_room() == RC_OK);
	CHECK(presence_absent_since(db, "room", "ann", &since) == RC_OK);
	CHECK_INT(since, -1);
	CHECK(joined("PA_1", "ann", 10) == RC_OK);
	CHECK(joined("PA_2", "ann", 10) == RC_OK);
	CHECK(left("PA_1", "ann", 30, LEFT_EVENT) == RC_OK);
	CHECK(presence_absent_since(db, "room", "ann", &since) == RC_OK);
	CHECK_INT(since, 0);
	CHECK(left("PA_2", "ann", 20, LEFT_EVENT) == RC_OK);
	CHECK(presence_absent_since(db, "room", "ann", &since) == RC_OK);
	CHECK_INT(since, 30);
}

TEST("presence in a room that we do not know is refused")
{
	struct presence_row p = { .sid = "PA_1", .room_name = "theirs" };

	fresh();
	CHECK(TX(presence_merge(db, &p)) == RC_NOT_FOUND);
	CHECK(TX(room_session_started(db, "RM_1", "theirs", 1)) ==
	    RC_NOT_FOUND);
}

TEST("a surer end replaces a less sure one, never the other way")
{
	int64_t since;

	CHECK(fresh_room() == RC_OK);
	CHECK(left("PA_1", "ann", 30, LEFT_RECONCILE) == RC_OK);
	CHECK(left("PA_1", "ann", 40, LEFT_EVENT) == RC_OK);
	CHECK(left("PA_1", "ann", 20, LEFT_RECONCILE) == RC_OK);
	CHECK(left("PA_1", "ann", 10, LEFT_ROOM) == RC_OK);
	CHECK(presence_absent_since(db, "room", "ann", &since) == RC_OK);
	CHECK_INT(since, 40);
	CHECK(left("PA_1", "ann", 35, LEFT_EVENT) == RC_OK);
	CHECK(presence_absent_since(db, "room", "ann", &since) == RC_OK);
	CHECK_INT(since, 35);
}

TEST("the end of a room's session closes who is in it, and who joins late")
{
	int64_t since;

	CHECK(fresh_room() == RC_OK);
	CHECK(joined("PA_1", "ann", 10) == RC_OK);
	CHECK(TX(room_session_finished(db, "RM_1", "room", 50)) == RC_OK);
	CHECK_INT(people(NULL), 0);
	CHECK(joined("PA_2", "bob", 12) == RC_OK);
	CHECK_INT(people(NULL), 0);
	CHECK(presence_absent_since(db, "room", "bob", &since) == RC_OK);
	CHECK_INT(since, 50);
	CHECK(TX(room_session_started(db, "RM_1", "room", 5)) == RC_OK);
	CHECK(joined("PA_3", "cid", 13) == RC_OK);
	CHECK_INT(people(NULL), 0);
}

TEST("the end of one session leaves the next of that room alone")
{
	struct presence_row p = { .sid = "PA_9", .room_name = "room",
	    .room_sid = "RM_2", .identity = "ann", .joined_at = 60 };

	CHECK(fresh_room() == RC_OK);
	CHECK(TX(presence_merge(db, &p)) == RC_OK);
	CHECK(TX(room_session_finished(db, "RM_1", "room", 70)) == RC_OK);
	CHECK_INT(people(NULL), 1);
}

/* ---- any order, any repetition ---- */

enum { OPS = 24, SIDS = 4 };

struct op {
	int			 what;	/* 0 merge, 1 started, 2 finished */
	struct presence_row	 p;
	int64_t			 at;
};

static const char *const sids[SIDS] = { "PA_a", "PA_b", "PA_c", "PA_d" };
static const char *const rooms[2] = { "RM_1", "RM_2" };

static struct op
op_random(void)
{
	static const char *const reasons[] = { NULL, "CLIENT_INITIATED",
	    "ROOM_DELETED" };
	int s = rand() % SIDS;
	struct op op = { .what = rand() % 8, .at = 1 + rand() % 20 };

	op.p = (struct presence_row){ .sid = sids[s], .room_name = "room",
	    .room_sid = rand() % 3 == 0 ? NULL : rooms[s % 2],
	    .identity = s == 3 ? "ann" : "bob",
	    .name = rand() % 2 ? "old" : "new", .lk_kind = s == 2,
	    .is_hidden = rand() % 9 == 0,
	    .joined_at = rand() % 3 ? 1 + rand() % 20 : 0 };
	if (rand() % 3 == 0) {
		op.p.left_by = (enum left_by)(1 + rand() % 3);
		op.p.left_at = 1 + rand() % 20;
		op.p.reason = reasons[rand() % 3];
	}
	op.what = op.what > 2 ? 0 : op.what;
	return op;
}

static enum rc
op_apply(const struct op *op)
{
	const char *rm = rooms[op->p.sid == sids[1] || op->p.sid == sids[3]];

	switch (op->what) {
	case 1:
		return room_session_started(db, rm, "room", op->at);
	case 2:
		return room_session_finished(db, rm, "room", op->at);
	default:
		return presence_merge(db, &op->p);
	}
}

static void
shuffle(struct op *ops, int n)
{
	for (int i = n - 1; i > 0; i--) {
		int j = rand() % (i + 1);
		struct op t = ops[i];

		ops[i] = ops[j];
		ops[j] = t;
	}
}

/* Everything that can be read of the end state. */
static char *
state(void)
{
	struct presence_row *rows;
	struct buf b;
	int64_t n, ann, bob;
	size_t len;

	buf_init(&b, arena);
	if (presence_open(db, "room", &rows, &len) != RC_OK ||
	    presence_count(db, "room", NULL, &n) != RC_OK ||
	    presence_absent_since(db, "room", "ann", &ann) != RC_OK ||
	    presence_absent_since(db, "room", "bob", &bob) != RC_OK)
		return NULL;
	buf_printf(&b, "%lld %lld %lld", (long long)n, (long long)ann,
	    (long long)bob);
	for (size_t i = 0; i < len; i++)
		buf_printf(&b, " %s/%s/%s/%s/%d/%d/%lld", rows[i].sid,
		    rows[i].room_sid, rows[i].identity, rows[i].name,
		    rows[i].lk_kind, rows[i].is_hidden,
		    (long long)rows[i].joined_at);
	return b.data;
}

/* In a transaction that is rolled back: the next order starts from nothing. */
static char *
play(const struct op *ops, int n)
{
	char *end = NULL;

	if (db_begin(db, NORMAL) != RC_OK)
		return NULL;
	for (int i = 0; i < n; i++)
		if (op_apply(&ops[i]) != RC_OK)
			goto out;
	end = state();
out:
	db_rollback(db);
	return end;
}

TEST("presence: any order and any repetition of reports ends in one state")
{
	int rounds = getenv("LONG") != NULL ? 3000 : 150;
	struct op base[OPS], ops[OPS * 2];

	CHECK(fresh_room() == RC_OK);
	for (int round = 0; round < rounds; round++) {
		int n = 2 + round % (OPS - 2);
		char *want, *got;

		srand((unsigned)round);
		for (int i = 0; i < n; i++)
			base[i] = op_random();
		CHECK((want = play(base, n)) != NULL);
		for (int order = 0; order < 5; order++) {
			int more = rand() % n;

			memcpy(ops, base, sizeof base);
			for (int i = 0; i < more; i++)
				ops[n + i] = base[rand() % n];
			shuffle(ops, n + more);
			CHECK((got = play(ops, n + more)) != NULL);
			if (strcmp(got, want) != 0)
				printf("# seed %d\n", round);
			CHECK_STR(got, want);
		}
		arena_reset(arena);
	}
}
