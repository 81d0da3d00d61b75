/*
 * The connection: opening, settings, transactions, the writers' queue.  Damage
 * and many processes are store_fault_test's.
 */
#include <sys/time.h>

#include <sqlite3.h>

#include "../../src/store/local.h"
#include "store_help.h"

static int64_t
setting(const char *pragma)
{
	int64_t n = -1;

	return db_pragma_int(db, pragma, &n) == RC_OK ? n : -1;
}

TEST("a database that is not there is not found, unless it is to be made")
{
	struct stat st;
	struct db *none = NULL;

	fresh_path();
	CHECK(db_open(help_path, DB_OPEN_RW, &none) == RC_NOT_FOUND);
	CHECK(none == NULL);
	CHECK(access(help_path, F_OK) == -1);
	umask(0);
	CHECK(db_open(help_path, DB_OPEN_RW | DB_OPEN_CREATE, &db) == RC_OK);
	umask(022);
	CHECK(stat(help_path, &st) == 0);
	CHECK_INT(st.st_mode & 0777, 0600);
}

TEST("its lock, log and shared memory are nobody else's to read either")
{
	static const char *const ends[] = { "-lock", "-wal", "-shm" };
	struct stat st;

	fresh();
	CHECK(have_user(1) == RC_OK);
	for (int i = 0; i < 3; i++) {
		CHECK(stat(arena_printf(arena, "%s%s", help_path, ends[i]),
		    &st) == 0);
		CHECK_INT(st.st_mode & 0777, 0600);
	}
}

TEST("a folder that is not there cannot have a database made in it")
{
	struct db *none = NULL;

	fresh_path();
	CHECK(db_open(in_dir("no/such.db"), DB_OPEN_RW | DB_OPEN_CREATE, &none)
	    == RC_BUSY);
}

TEST("the connection is set up as the house says")
{
	fresh();
	CHECK_INT(setting("PRAGMA foreign_keys"), 1);
	CHECK_INT(setting("PRAGMA trusted_schema"), 0);
	CHECK_INT(setting("PRAGMA secure_delete"), 1);
	CHECK_INT(setting("PRAGMA wal_autocheckpoint"), 0);
	CHECK_INT(setting("PRAGMA query_only"), 0);
	CHECK(db->wal);
}

TEST("the schema cannot be written to behind our back")
{
	fresh();
	CHECK(db_exec(db, "PRAGMA writable_schema = ON") == RC_OK);
	CHECK(db_exec(db, "UPDATE sqlite_schema SET sql = ''") == RC_INTERNAL);
}

TEST("FULL and NORMAL are what they say, each in its transaction")
{
	fresh();
	CHECK(db_begin(db, FULL) == RC_OK);
	CHECK_INT(setting("PRAGMA synchronous"), 2);
	CHECK(db_commit(db) == RC_OK);
	CHECK(db_begin(db, NORMAL) == RC_OK);
	CHECK_INT(setting("PRAGMA synchronous"), 1);
	db_rollback(db);
	CHECK(db_begin(db, FULL) == RC_OK);
	CHECK_INT(setting("PRAGMA synchronous"), 2);
	db_rollback(db);
}

TEST("a program that only reads, reads, and cannot write")
{
	struct user_row got;
	struct db *reader;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK((reader = again(0)) != NULL);
	CHECK(user_by_id(reader, uuid_n(1), &got) == RC_OK);
	CHECK(db_begin(reader, NORMAL) == RC_INTERNAL);
	CHECK(user_set_flags(reader, uuid_n(1), 1, 1, 1) == RC_INTERNAL);
	CHECK(db_exec(reader, "DELETE FROM users") == RC_BUSY);
	CHECK(user_by_id(reader, uuid_n(1), &got) == RC_OK);
	db_close(reader);
}

TEST("what writes outside a transaction is refused")
{
	struct user_row u, got;

	fresh();
	u = user_n(1);
	CHECK(user_insert(db, &u) == RC_INTERNAL);
	CHECK(user_by_id(db, u.id, &got) == RC_NOT_FOUND);
}

TEST("a transaction is seen by others after its commit, all at once")
{
	struct user_row u, got;
	struct db *other;

	fresh();
	CHECK((other = again(0)) != NULL);
	CHECK(!db_in_tx(db));
	CHECK(db_begin(db, NORMAL) == RC_OK);
	CHECK(db_in_tx(db));
	u = user_n(1);
	CHECK(user_insert(db, &u) == RC_OK);
	CHECK(user_by_id(other, u.id, &got) == RC_NOT_FOUND);
	CHECK(db_commit(db) == RC_OK);
	CHECK(!db_in_tx(db));
	CHECK(user_by_id(other, u.id, &got) == RC_OK);
	db_close(other);
}

TEST("a rollback leaves nothing, and closing rolls back")
{
	struct user_row u, got;

	fresh();
	u = user_n(1);
	CHECK(db_begin(db, NORMAL) == RC_OK);
	CHECK(user_insert(db, &u) == RC_OK);
	db_rollback(db);
	CHECK(user_by_id(db, u.id, &got) == RC_NOT_FOUND);
	CHECK(db_begin(db, NORMAL) == RC_OK);
	CHECK(user_insert(db, &u) == RC_OK);
	db_close(db);
	CHECK((db = again(DB_OPEN_RW)) != NULL);
	CHECK(user_by_id(db, u.id, &got) == RC_NOT_FOUND);
}

TEST("a transaction inside another, and a commit of none, are refused")
{
	fresh();
	CHECK(db_commit(db) == RC_INTERNAL);
	CHECK(db_begin(db, NORMAL) == RC_OK);
	CHECK(db_begin(db, NORMAL) == RC_INTERNAL);
	CHECK(db_commit(db) == RC_OK);
}

TEST("reads between db_read_begin and db_read_end see one state")
{
	struct user_row u, got;
	struct db *reader;

	fresh();
	CHECK((reader = again(0)) != NULL);
	CHECK(db_read_begin(reader) == RC_OK);
	CHECK(user_by_id(reader, uuid_n(1), &got) == RC_NOT_FOUND);
	u = user_n(1);
	CHECK(TX(user_insert(db, &u)) == RC_OK);
	CHECK(db_read_begin(reader) == RC_OK);
	CHECK(user_by_id(reader, uuid_n(1), &got) == RC_NOT_FOUND);
	db_read_end(reader);
	CHECK(user_by_id(reader, uuid_n(1), &got) == RC_NOT_FOUND);
	db_read_end(reader);
	CHECK(user_by_id(reader, uuid_n(1), &got) == RC_OK);
	db_close(reader);
}

TEST("reading may be nested in a write transaction, not the other way")
{
	struct user_row u, got;

	fresh();
	u = user_n(1);
	CHECK(db_begin(db, NORMAL) == RC_OK);
	CHECK(db_read_begin(db) == RC_OK);
	CHECK(user_insert(db, &u) == RC_OK);
	db_read_end(db);
	CHECK(db_commit(db) == RC_OK);
	CHECK(user_by_id(db, u.id, &got) == RC_OK);
	CHECK(db_read_begin(db) == RC_OK);
	CHECK(db_begin(db, NORMAL) == RC_INTERNAL);
	db_read_end(db);
	CHECK(TX(user_set_flags(db, u.id, 0, 0, 0)) == RC_OK);
}

TEST("the data version changes when another commits, not otherwise")
{
	struct db *other;
	int64_t v;

	fresh();
	CHECK((other = again(0)) != NULL);
	v = db_data_version(other);
	CHECK_INT(db_data_version(other), v);
	CHECK(have_user(1) == RC_OK);
	CHECK(db_data_version(other) != v);
	db_close(other);
}

/* ---- statements ---- */

TEST("the first error of a statement latches, and nothing runs after it")
{
	struct query *q;
	struct user_row got;

	fresh();
	CHECK(have_user(1) == RC_OK);
	q = db_query(db, SQL_USER_BY_ID);
	bind_str(q, ":no_such_parameter", "x");
	bind_str(q, ":id", uuid_n(1));
	CHECK(!db_row(q));
	CHECK(db_done(q) == RC_INTERNAL);
	CHECK(user_by_id(db, uuid_n(1), &got) == RC_OK);
}

TEST("a column that is not there is an error, not a zero")
{
	struct query *q;

	fresh();
	CHECK(have_user(1) == RC_OK);
	q = db_query(db, SQL_USER_BY_ID);
	bind_str(q, ":id", uuid_n(1));
	CHECK(db_row(q));
	CHECK_INT(col_int(q, "created_at"), 1001);
	CHECK(col_str(q, "no_such_column") == NULL);
	CHECK(db_done(q) == RC_INTERNAL);
}

TEST("a statement used within itself is refused, the outer one goes on")
{
	struct query *outer, *inner;

	fresh();
	CHECK(have_user(1) == RC_OK && have_user(2) == RC_OK);
	outer = db_query(db, SQL_USER_LIST);
	bind_str(outer, ":after", "");
	bind_int(outer, ":limit", 9);
	CHECK(db_row(outer));
	inner = db_query(db, SQL_USER_LIST);
	bind_str(inner, ":after", "user2");
	CHECK(!db_row(inner));
	CHECK(db_done(inner) == RC_INTERNAL);
	CHECK(db_row(outer));
	CHECK_STR(col_str(outer, "username"), "user2");
	CHECK(db_done(outer) == RC_OK);
}

TEST("a statement left unfinished is reset with the next request's arena")
{
	struct query *q;
	struct user_row got;

	fresh();
	CHECK(have_user(1) == RC_OK);
	q = db_query(db, SQL_USER_BY_ID);
	bind_str(q, ":id", uuid_n(1));
	CHECK(db_row(q));
	db_arena(db, arena);
	CHECK_INT(db->busy, 0);
	CHECK(user_by_id(db, uuid_n(1), &got) == RC_OK);
}

TEST("a value bound once is forgotten: what is not bound is NULL")
{
	struct query *q;

	fresh();
	CHECK(have_user(1) == RC_OK);
	q = db_query(db, SQL_USER_BY_ID);
	bind_str(q, ":id", uuid_n(1));
	CHECK(db_row(q));
	CHECK(db_done(q) == RC_OK);
	q = db_query(db, SQL_USER_BY_ID);
	CHECK(!db_row(q));
	CHECK(db_done(q) == RC_OK);
}

TEST("after a rollback that SQLite made itself, nothing more is written")
{
	struct user_row u, got;

	fresh();
	u = user_n(1);
	CHECK(db_begin(db, NORMAL) == RC_OK);
	CHECK(db_exec(db, "ROLLBACK") == RC_OK);
	CHECK(user_insert(db, &u) == RC_BUSY);
	CHECK(db_commit(db) == RC_BUSY);
	CHECK(!db_in_tx(db));
	CHECK(user_by_id(db, u.id, &got) == RC_NOT_FOUND);
	CHECK(TX(user_insert(db, &u)) == RC_OK);
}

/* ---- the writers' queue ---- */

/* A process that holds what hold() takes until the pipe is closed. */
static pid_t
holder(int (*hold)(void), int *release)
{
	int ready[2], go[2];
	char byte = 0;
	pid_t pid;

	if (pipe(ready) == -1 || pipe(go) == -1 || (pid = fork()) == -1)
		return -1;
	if (pid == 0) {
		close(go[1]);
		byte = (char)hold();
		if (write(ready[1], &byte, 1) != 1)
			_exit(3);
		_exit(read(go[0], &byte, 1) == 0 ? 0 : 4);
	}
	close(ready[1]);
	close(go[0]);
	*release = go[1];
	if (read(ready[0], &byte, 1) != 1 || byte != 0)
		pid = -1;
	close(ready[0]);
	return pid;
}

static int
hold_queue(void)
{
	struct db *own = again(DB_OPEN_RW);

	return own == NULL || db_begin(own, NORMAL) != RC_OK;
}

/* As sqlite3(1) would: it knows nothing of our queue. */
static int
hold_sqlite(void)
{
	sqlite3 *h = NULL;
	sqlite3_stmt *stmt = NULL;

	return sqlite3_open(help_path, &h) != SQLITE_OK ||
	    sqlite3_prepare_v2(h, "BEGIN EXCLUSIVE", -1, &stmt, NULL) !=
	    SQLITE_OK || sqlite3_step(stmt) != SQLITE_DONE;
}

static void
busy_for(int (*hold)(void))
{
	struct user_row got;
	int64_t began;
	int release;
	pid_t pid;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK((pid = holder(hold, &release)) != -1);
	db_patience(db, 200);
	began = clock_mono_ms();
	CHECK(db_begin(db, NORMAL) == RC_BUSY);
	began = clock_mono_ms() - began;
	CHECK(began >= 190 && began < 2000);
	CHECK(!db_in_tx(db));
	CHECK(user_by_id(db, uuid_n(1), &got) == RC_OK);
	close(release);
	CHECK_INT(child_status(pid), 0);
	db_patience(db, 5000);
	CHECK(TX(user_set_flags(db, uuid_n(1), 1, 0, 0)) == RC_OK);
}

TEST("F9: the queue held by another: busy in time, reads go on, then writes")
{
	busy_for(hold_queue);
}

TEST("F9: the database locked by sqlite3(1): busy in time, reads go on")
{
	busy_for(hold_sqlite);
}

static volatile int alarms;

static void
on_alarm(int signo)
{
	(void)signo;
	alarms++;
}

TEST("other signals neither end the wait early nor are they lost")
{
	struct itimerval every = { { 0, 5000 }, { 0, 5000 } }, off = { { 0 } };
	struct sigaction sa = { .sa_handler = on_alarm };
	int64_t began;
	int release;
	pid_t pid;

	fresh();
	CHECK((pid = holder(hold_queue, &release)) != -1);
	CHECK(sigaction(SIGALRM, &sa, NULL) == 0);
	alarms = 0;
	setitimer(ITIMER_REAL, &every, NULL);
	db_patience(db, 200);
	began = clock_mono_ms();
	CHECK(db_begin(db, NORMAL) == RC_BUSY);
	began = clock_mono_ms() - began;
	setitimer(ITIMER_REAL, &off, NULL);
	CHECK(began >= 190);
	CHECK(alarms > 5);
	close(release);
	CHECK_INT(child_status(pid), 0);
}

TEST("a writer killed with the lock does not keep it")
{
	int release;
	pid_t pid;

	fresh();
	CHECK((pid = holder(hold_queue, &release)) != -1);
	kill(pid, SIGKILL);
	CHECK(have_user(1) == RC_OK);
	CHECK_INT(child_status(pid), 128 + SIGKILL);
	close(release);
}

TEST("a wait ends when the lock is free, not at a tick")
{
	int64_t began;
	int release;
	pid_t pid, opener;

	fresh();
	CHECK((pid = holder(hold_queue, &release)) != -1);
	if ((opener = fork()) == 0) {
		sleep_ms(50);
		_exit(0);
	}
	close(release);
	began = clock_mono_ms();
	CHECK(have_user(1) == RC_OK);
	began = clock_mono_ms() - began;
	CHECK(began >= 30 && began < 1000);
	CHECK_INT(child_status(opener), 0);
	CHECK_INT(child_status(pid), 0);
}

TEST("a handle that crossed a fork aborts instead of corrupting")
{
	struct user_row got;
	pid_t pid;

	fresh();
	CHECK(have_user(1) == RC_OK);
	if ((pid = fork()) == 0) {
		signal(SIGABRT, SIG_DFL);
		_exit(user_by_id(db, uuid_n(1), &got) == RC_OK ? 0 : 1);
	}
	CHECK_INT(child_status(pid), 128 + SIGABRT);
	if ((pid = fork()) == 0) {
		db_close(db);
		_exit(0);
	}
	CHECK_INT(child_status(pid), 0);
	CHECK(have_user(2) == RC_OK);
}

TEST("network file systems are known by their number")
{
	CHECK(lock_is_network(0x6969));
	CHECK(lock_is_network(0xff534d42));
	CHECK(lock_is_network((long)(int)0xff534d42));
	CHECK(lock_is_network(0x65735546));
	CHECK(!lock_is_network(0xef53));	/* ext4 */
	CHECK(!lock_is_network(0x01021994));	/* tmpfs */
	CHECK(!lock_is_network(0x794c7630));	/* overlayfs */
}
