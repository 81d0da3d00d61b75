/* Events, the webhook inbox, jobs and the lease in the store. */
#include <sqlite3.h>

#include "store_help.h"

/* What no function of the store reads yet: one integer, from a connection of
 * our own. */
static int64_t
number(const char *sql)
{
	sqlite3 *h = NULL;
	sqlite3_stmt *stmt = NULL;
	int64_t n = -1;

	if (sqlite3_open(help_path, &h) == SQLITE_OK &&
	    sqlite3_prepare_v2(h, sql, -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		n = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(h);
	return n;
}

TEST("events are numbered upwards, and a purge does not make a number repeat")
{
	fresh();
	for (int i = 0; i < 3; i++)
		CHECK(TX(event_insert(db, "room", NULL, "chat.message", "{}",
		    100 + i)) == RC_OK);
	CHECK_INT(number("SELECT max(id) FROM events"), 3);
	CHECK(TX(event_purge(db, 102)) == RC_OK);
	CHECK_INT(number("SELECT count(*) FROM events"), 1);
	CHECK(TX(event_purge(db, 999)) == RC_OK);
	CHECK_INT(number("SELECT count(*) FROM events"), 0);
	CHECK(TX(event_insert(db, NULL, uuid_n(1), "room.ended", "{}", 1)) ==
	    RC_OK);
	CHECK_INT(number("SELECT max(id) FROM events"), 4);
}

TEST("an event of a transaction that was rolled back leaves nothing behind")
{
	fresh();
	CHECK(db_begin(db, NORMAL) == RC_OK);
	CHECK(event_insert(db, "room", NULL, "x", "{}", 1) == RC_OK);
	db_rollback(db);
	CHECK_INT(number("SELECT count(*) FROM events"), 0);
	CHECK_INT(number("SELECT value FROM counters WHERE name = 'event'"), 0);
}

TEST("a webhook seen before is a conflict until it is purged")
{
	fresh();
	CHECK(TX(inbox_insert(db, "EV_1", "room_started", "room", 1, 10)) ==
	    RC_OK);
	CHECK(TX(inbox_insert(db, "EV_1", "room_started", "room", 1, 11)) ==
	    RC_CONFLICT);
	CHECK(TX(inbox_insert(db, "EV_2", "egress_started", NULL, 1, 12)) ==
	    RC_OK);
	CHECK(TX(inbox_purge(db, 11)) == RC_OK);
	CHECK(TX(inbox_insert(db, "EV_2", "egress_started", NULL, 1, 12)) ==
	    RC_CONFLICT);
	CHECK(TX(inbox_insert(db, "EV_1", "room_started", "room", 1, 13)) ==
	    RC_OK);
}

static enum rc
put(const char *kind, const char *room, const char *identity,
    const char *payload, int64_t not_before)
{
	struct job_row j = { .kind = kind, .room_name = room,
	    .identity = identity, .payload = payload,
	    .not_before = not_before, .created_at = 7 };

	return TX(job_put(db, &j));
}

TEST("jobs come due in order, with what was put in")
{
	struct job_row *rows;
	int64_t next;
	size_t len;

	fresh();
	CHECK(job_next(db, &next) == RC_OK);
	CHECK_INT(next, 0);
	CHECK(put("room.delete", "b", NULL, NULL, 200) == RC_OK);
	CHECK(put("eject", "a", "ann", "{\"x\":1}", 100) == RC_OK);
	CHECK(put("purge", NULL, NULL, NULL, 100) == RC_OK);
	CHECK(job_next(db, &next) == RC_OK);
	CHECK_INT(next, 100);
	CHECK(job_due(db, 99, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 0);
	CHECK(job_due(db, 100, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].kind, "eject");
	CHECK_STR(rows[0].room_name, "a");
	CHECK_STR(rows[0].identity, "ann");
	CHECK_STR(rows[0].payload, "{\"x\":1}");
	CHECK_INT(rows[0].attempts, 0);
	CHECK_INT(rows[0].created_at, 7);
	CHECK(rows[0].last_error == NULL);
	CHECK(rows[1].room_name == NULL && rows[1].identity == NULL);
	CHECK(rows[1].payload == NULL);
	CHECK(job_due(db, 200, 1, &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
}

TEST("due jobs of one room are found beside any number of others")
{
	struct job_row *rows;
	size_t len;

	fresh();
	CHECK(put("delete", "b", NULL, NULL, 50) == RC_OK);
	CHECK(put("enforce", "a", NULL, NULL, 100) == RC_OK);
	CHECK(put("make", "a", NULL, NULL, 90) == RC_OK);
	CHECK(put("settle", "a", NULL, NULL, 101) == RC_OK);
	CHECK(job_due_of(db, "a", 100, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].kind, "make");
	CHECK_STR(rows[1].kind, "enforce");
	CHECK(job_due_of(db, "a", 100, 1, &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK(job_due_of(db, "c", 100, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 0);
}

TEST("a newer job replaces the one of its kind, room and identity")
{
	struct job_row *rows;
	size_t len;

	fresh();
	CHECK(put("apply", "a", NULL, "old", 100) == RC_OK);
	CHECK(job_due(db, 999, 9, &rows, &len) == RC_OK);
	CHECK(TX(job_retry(db, rows[0].id, 500, "slow")) == RC_OK);
	CHECK(put("apply", "a", NULL, "new", 300) == RC_OK);
	CHECK(put("apply", "a", "ann", "hers", 301) == RC_OK);
	CHECK(job_due(db, 999, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].payload, "new");
	CHECK_INT(rows[0].not_before, 300);
	CHECK_INT(rows[0].attempts, 0);
	CHECK(rows[0].last_error == NULL);
}

TEST("a job done is gone, but not one that was replaced meanwhile, even in "
    "the same millisecond")
{
	struct job_row *rows, taken;
	size_t len;

	fresh();
	CHECK(put("apply", "a", NULL, "old", 100) == RC_OK);
	CHECK(job_due(db, 999, 9, &rows, &len) == RC_OK);
	taken = rows[0];
	CHECK(put("apply", "a", NULL, "new", 100) == RC_OK);
	CHECK(TX(job_done(db, &taken)) == RC_OK);
	CHECK(TX(job_retry(db, taken.id, 900, "late")) == RC_OK);
	CHECK(job_due(db, 100, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(rows[0].payload, "new");
	CHECK(TX(job_done(db, &rows[0])) == RC_OK);
	CHECK(job_due(db, 999, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 0);
}

TEST("a job that failed comes again later and says why, cut to 500")
{
	struct job_row *rows;
	char error[900];
	size_t len;

	fresh();
	memset(error, 'e', sizeof error);
	error[sizeof error - 1] = '\0';
	CHECK(put("eject", "a", "ann", NULL, 100) == RC_OK);
	CHECK(job_due(db, 100, 9, &rows, &len) == RC_OK);
	CHECK(TX(job_retry(db, rows[0].id, 400, "unreachable")) == RC_OK);
	CHECK(job_due(db, 399, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 0);
	CHECK(job_due(db, 400, 9, &rows, &len) == RC_OK);
	CHECK_INT(rows[0].attempts, 1);
	CHECK_STR(rows[0].last_error, "unreachable");
	CHECK(TX(job_retry(db, rows[0].id, 400, error)) == RC_OK);
	CHECK(job_due(db, 400, 9, &rows, &len) == RC_OK);
	CHECK_INT(rows[0].attempts, 2);
	CHECK_INT(strlen(rows[0].last_error), 500);
}

TEST("jobs of a kind and room can be dropped")
{
	struct job_row *rows;
	size_t len;

	fresh();
	CHECK(put("eject", "a", "ann", NULL, 1) == RC_OK);
	CHECK(put("eject", "a", "bob", NULL, 1) == RC_OK);
	CHECK(put("eject", "b", "bob", NULL, 1) == RC_OK);
	CHECK(put("apply", "a", NULL, NULL, 1) == RC_OK);
	CHECK(TX(job_drop(db, "eject", "a")) == RC_OK);
	CHECK(job_due(db, 9, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].room_name, "b");
	CHECK_STR(rows[1].kind, "apply");
}

static bool
take(const char *holder, int64_t now)
{
	bool got = false;

	return TX(lease_take(db, "tick", holder, now, 100, &got)) == RC_OK &&
	    got;
}

TEST("one holds the lease, until it is dropped or runs out")
{
	fresh();
	CHECK(take("ann", 1000));
	CHECK(!take("bob", 1099));
	CHECK(take("ann", 1050));
	CHECK(!take("bob", 1149));
	CHECK(take("bob", 1150));
	CHECK(!take("ann", 1160));
	CHECK(TX(lease_drop(db, "tick", "ann")) == RC_OK);
	CHECK(!take("ann", 1160));
	CHECK(TX(lease_drop(db, "tick", "bob")) == RC_OK);
	CHECK(take("ann", 1160));
}

static int64_t
then(void)
{
	return 5000;
}

TEST("the end of a pass is known: by a drop, or by taking it again")
{
	int64_t at;

	fresh();
	CHECK(lease_last(db, "tick", &at) == RC_OK);
	CHECK_INT(at, 0);
	CHECK(take("ann", 1000));
	CHECK(lease_last(db, "tick", &at) == RC_OK);
	CHECK_INT(at, 0);
	CHECK(take("ann", 1050));
	CHECK(lease_last(db, "tick", &at) == RC_OK);
	CHECK_INT(at, 1050);
	CHECK(take("bob", 2000));
	CHECK(lease_last(db, "tick", &at) == RC_OK);
	CHECK_INT(at, 1050);
	clock_set(then);
	CHECK(TX(lease_drop(db, "tick", "bob")) == RC_OK);
	clock_set(NULL);
	CHECK(lease_last(db, "tick", &at) == RC_OK);
	CHECK_INT(at, 5000);
	CHECK(take("bob", 6000));
	CHECK(lease_last(db, "tick", &at) == RC_OK);
	CHECK_INT(at, 5000);
}
