/*
 * What breaks under a database: a full disk, nothing writable, damaged pages,
 * many processes at once, kill -9.  LONG=1 in the environment runs the long
 * forms.
 */
#include <sys/resource.h>

#include <sqlite3.h>

#include "store_help.h"

static bool
is_long(void)
{
	return getenv("LONG") != NULL;
}

static bool
is_sound(void)
{
	const char *why = "?";

	if (db_verify(db, &why) != RC_OK)
		return false;
	if (why != NULL)
		printf("# %s\n", why);
	return why == NULL;
}

static int64_t
file_bytes(const char *end)
{
	struct stat st;

	if (stat(arena_printf(arena, "%s%s", help_path, end), &st) == -1)
		return -1;
	return st.st_size;
}

static enum rc
say(struct db *to, int n)
{
	struct message_row m = { .id = uuid_n(n), .room_name = "room",
	    .user_id = uuid_n(1), .identity = uuid_n(1), .text = "0123456789"
	    "0123456789012345678901234567890123456789012345678901234567890123",
	    .type = "message", .created_at = n };
	enum rc rc;

	if ((rc = db_begin(to, NORMAL)) != RC_OK)
		return rc;
	if ((rc = message_insert(to, &m)) == RC_OK)
		return db_commit(to);
	db_rollback(to);
	return rc;
}

/* ---- F10 ---- */

TEST("F10: a full disk: writes busy, reads go on, and it recovers")
{
	struct rlimit before, tight;
	struct user_row got;
	enum rc rc = RC_OK;
	int stored = 0;

	CHECK(fresh_room() == RC_OK);
	signal(SIGXFSZ, SIG_IGN);
	CHECK(getrlimit(RLIMIT_FSIZE, &before) == 0);
	tight = before;
	tight.rlim_cur = (rlim_t)file_bytes("-wal") + 300000;
	CHECK(setrlimit(RLIMIT_FSIZE, &tight) == 0);
	while (stored < 5000 && (rc = say(db, 1000 + stored)) == RC_OK)
		stored++;
	for (int i = 0; i < 3 && rc == RC_BUSY; i++)
		rc = say(db, 100000 + i);
	CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0);
	CHECK(rc == RC_BUSY);
	CHECK(stored > 5 && stored < 5000);
	CHECK(user_by_id(db, uuid_n(1), &got) == RC_OK);
	CHECK(is_sound());
	CHECK(say(db, 200000) == RC_OK);
	CHECK(is_sound());
}

TEST("F10: what was acknowledged before the disk filled up is there after")
{
	struct message_row *rows;
	struct rlimit before, tight;
	size_t len;
	int stored = 0;

	CHECK(fresh_room() == RC_OK);
	signal(SIGXFSZ, SIG_IGN);
	CHECK(getrlimit(RLIMIT_FSIZE, &before) == 0);
	tight = before;
	tight.rlim_cur = (rlim_t)file_bytes("-wal") + 200000;
	CHECK(setrlimit(RLIMIT_FSIZE, &tight) == 0);
	while (stored < 5000 && say(db, 1000 + stored) == RC_OK)
		stored++;
	CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0);
	db_close(db);
	CHECK((db = again(DB_OPEN_RW)) != NULL);
	CHECK(message_page_after(db, "room", 0, NULL, false, 9999, &rows, &len)
	    == RC_OK);
	CHECK_INT(len, stored);
}

TEST("F10: a backup that does not fit fails and leaves no file")
{
	struct rlimit before, tight;
	enum rc rc;

	CHECK(fresh_room() == RC_OK);
	signal(SIGXFSZ, SIG_IGN);
	CHECK(getrlimit(RLIMIT_FSIZE, &before) == 0);
	tight = before;
	tight.rlim_cur = 8192;
	CHECK(setrlimit(RLIMIT_FSIZE, &tight) == 0);
	rc = db_backup(db, in_dir("full.bak"));
	CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0);
	CHECK(rc == RC_BUSY);
	CHECK(access(in_dir("full.bak"), F_OK) == -1);
}

/* ---- F11 ---- */

/* As somebody who may not write there: 0 when all is as it should be. */
static int
read_only_visit(void)
{
	struct db *own;
	struct user_row got;

	if (geteuid() == 0 && (setgid(65534) == -1 || setuid(65534) == -1))
		return 2;
	if ((own = again(DB_OPEN_RW)) == NULL)
		return 3;
	if (user_by_id(own, uuid_n(1), &got) != RC_OK)
		return 4;
	if (db_begin(own, NORMAL) != RC_BUSY)
		return 5;
	if (user_by_id(own, uuid_n(1), &got) != RC_OK)
		return 6;
	db_close(own);
	return 0;
}

static void
all_modes(mode_t files, mode_t dir)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-lock" };

	for (int i = 0; i < 4; i++)
		chmod(arena_printf(arena, "%s%s", help_path, ends[i]), files);
	chmod(help_dir, dir);
}

TEST("F11: nothing writable: reads go on, writes are busy")
{
	int status;
	pid_t pid;

	CHECK(fresh_room() == RC_OK);
	all_modes(0444, 0555);
	if ((pid = fork()) == 0)
		_exit(read_only_visit());
	status = child_status(pid);
	all_modes(0600, 0700);
	CHECK_INT(status, 0);
}

TEST("F11: the file alone read-only: reads go on, writes are busy")
{
	int status;
	pid_t pid;

	CHECK(fresh_room() == RC_OK);
	all_modes(0666, 0777);
	chmod(help_path, 0444);
	if ((pid = fork()) == 0)
		_exit(read_only_visit());
	status = child_status(pid);
	all_modes(0600, 0700);
	CHECK_INT(status, 0);
}

/* ---- F12 ---- */

static bool
damage(const char *path, unsigned seed)
{
	unsigned char junk[64];
	int fd = open(path, O_RDWR);
	struct stat st;
	off_t page;

	if (fd == -1 || fstat(fd, &st) == -1)
		return false;
	srand(seed);
	for (size_t i = 0; i < sizeof junk; i++)
		junk[i] = (unsigned char)rand();
	page = rand() % (st.st_size / 4096) * 4096;
	/* Every other time in the head of a page, where it must be noticed. */
	if (pwrite(fd, junk, sizeof junk, page +
	    (seed % 2 == 0 ? rand() % (4096 - 64) : 0)) != (ssize_t)sizeof junk)
		return false;
	close(fd);
	return true;
}

/* Whatever answer it gives, it is one: false for a cause that has no place. */
static bool
use_all(struct db *d)
{
	struct message_row *messages;
	struct live_row *lives;
	struct user_row *users;
	const char **names;
	enum rc rc[6];
	size_t len;

	rc[0] = user_list(d, NULL, 9999, &users, &len);
	rc[1] = message_page(d, "room", 0, NULL, false, 9999, &messages, &len);
	rc[2] = message_page_after(d, "room", 0, NULL, true, 99, &messages,
	    &len);
	rc[3] = live_open(d, 5, 0, NULL, 99, &lives, &len);
	rc[4] = room_names(d, ROOM_OPEN, NULL, 99, &names, &len);
	rc[5] = say(d, 99999);
	for (int i = 0; i < 6; i++)
		if (rc[i] != RC_OK && rc[i] != RC_INTERNAL &&
		    rc[i] != RC_NOT_FOUND && rc[i] != RC_CONFLICT &&
		    rc[i] != RC_BUSY)
			return false;
	return true;
}

/* 1: noticed, 0: not, -1: wrong. */
static int
damaged_use(const char *path)
{
	const char *why = NULL;
	struct db *d = NULL;
	int noticed;

	if (db_open(path, DB_OPEN_RW, &d) != RC_OK)
		return 1;
	db_arena(d, arena);
	db_patience(d, 50);
	noticed = db_schema_check(d, &why) != RC_OK ||
	    db_verify(d, &why) != RC_OK || why != NULL;
	if (!use_all(d))
		noticed = -1;
	db_close(d);
	return noticed;
}

TEST("F12: damaged pages: no crash, an answer every time, and it is noticed")
{
	int rounds = is_long() ? 200 : 20, noticed = 0;
	const char *whole, *copy;

	CHECK(fresh_room() == RC_OK);
	for (int i = 2; i < 60; i++)
		CHECK(have_user(i) == RC_OK);
	for (int i = 0; i < 200; i++)
		CHECK(say(db, 1000 + i) == RC_OK);
	whole = arena_printf(arena, "%s.bak", help_path);
	CHECK(db_backup(db, whole) == RC_OK);
	db_close(db);
	CHECK(db_open(whole, DB_OPEN_RW, &db) == RC_OK);
	db_arena(db, arena);
	copy = arena_strdup(arena, in_dir("copy.db"));
	for (int i = 0; i < rounds; i++) {
		int got;

		CHECK(db_backup(db, copy) == RC_OK);
		CHECK(damage(copy, (unsigned)i));
		got = damaged_use(copy);
		if (got == -1)
			printf("# seed %d\n", i);
		CHECK(got != -1);
		noticed += got;
		unlink(copy);
		unlink(arena_printf(arena, "%s-wal", copy));
		unlink(arena_printf(arena, "%s-shm", copy));
		unlink(arena_printf(arena, "%s-lock", copy));
	}
	printf("# %d of %d noticed\n", noticed, rounds);
	CHECK(noticed > 0);	/* junk inside a text is none to SQLite */
}

TEST("F12: a damaged log never shows half a transaction")
{
	int rounds = is_long() ? 100 : 10;

	for (int i = 0; i < rounds; i++) {
		CHECK(fresh_room() == RC_OK);
		for (int n = 0; n < 20; n++)
			CHECK(say(db, 1000 + n) == RC_OK);
		db_close(db);
		db = NULL;
		unlink(arena_printf(arena, "%s-shm", help_path));
		CHECK(damage(arena_printf(arena, "%s-wal", help_path),
		    (unsigned)i));
		if (db_open(help_path, DB_OPEN_RW, &db) != RC_OK)
			continue;
		db_arena(db, arena);
		CHECK(is_sound());
	}
}

/* ---- F13 ---- */

/* 0: migrated it, 1: found it migrated, 2: anything else. */
static int
migrate_once(void)
{
	struct db *own = NULL;
	const char *why;
	int from, to;

	if (db_open(help_path, DB_OPEN_RW | DB_OPEN_CREATE, &own) != RC_OK ||
	    db_migrate(own, &from, &to) != RC_OK ||
	    db_schema_check(own, &why) != RC_OK || to != db_schema_version())
		return 2;
	db_close(own);
	return from == 0 ? 0 : 1;
}

TEST("F13: of sixteen that make and migrate one database at once, one does")
{
	pid_t pids[16];
	int did = 0, found = 0;

	fresh_path();
	for (int i = 0; i < 16; i++)
		if ((pids[i] = fork()) == 0)
			_exit(migrate_once());
	for (int i = 0; i < 16; i++) {
		int status = child_status(pids[i]);

		did += status == 0;
		found += status == 1;
	}
	CHECK_INT(did, 1);
	CHECK_INT(found, 15);
	CHECK((db = again(DB_OPEN_RW)) != NULL);
	CHECK(have_user(1) == RC_OK);
	CHECK(is_sound());
}

/* ---- F14 ---- */

enum { WRITERS = 3 };

/* Writes rows and says so after each commit, until it is killed. */
static void
write_until_killed(int writer, int round, int acks)
{
	struct db *own = again(DB_OPEN_RW);
	char id[64];

	for (int n = 0; own != NULL; n++) {
		int len = snprintf(id, sizeof id, "EV_%d_%d_%d\n", writer,
		    round, n);

		id[len - 1] = '\0';
		if (db_begin(own, NORMAL) != RC_OK ||
		    inbox_insert(own, id, "x", "room", n, n) != RC_OK ||
		    db_commit(own) != RC_OK)
			break;
		id[len - 1] = '\n';
		if (write(acks, id, (size_t)len) != len)
			break;
	}
	_exit(1);
}

/* How many of the acknowledged rows are not there. */
static int
missing(const char *path, int *acked)
{
	FILE *f = fopen(path, "r");
	char id[64];
	int gone = 0;

	*acked = 0;
	if (f == NULL || db_begin(db, NORMAL) != RC_OK)
		return -1;
	while (fgets(id, sizeof id, f) != NULL) {
		int end = 0;

		id[strcspn(id, "\n")] = '\0';
		/* A kill may cut this very line in two, and the next writer's
		 * goes on there: that was no acknowledgement yet. */
		if (sscanf(id, "EV_%*d_%*d_%*d%n", &end) != 0 || end == 0 ||
		    id[end] != '\0')
			continue;
		if (inbox_insert(db, id, "x", NULL, 1, 1) != RC_CONFLICT) {
			printf("# lost: %s\n", id);
			gone++;
		}
		++*acked;
	}
	db_rollback(db);
	fclose(f);
	return gone;
}

TEST("F14: kill -9 of writers loses nothing that was acknowledged")
{
	int rounds = is_long() ? 500 : 25, acked, acks;
	const char *path;
	pid_t pids[WRITERS];

	fresh();
	path = arena_strdup(arena, in_dir("acks"));
	acks = open(path, O_WRONLY | O_CREAT | O_APPEND | O_TRUNC, 0600);
	CHECK(acks != -1);
	srand(1);
	for (int round = 0; round < rounds; round++) {
		for (int w = 0; w < WRITERS; w++)
			if ((pids[w] = fork()) == 0)
				write_until_killed(w, round, acks);
		sleep_ms(10 + rand() % 40);
		for (int w = 0; w < WRITERS; w++) {
			kill(pids[w], SIGKILL);
			CHECK_INT(child_status(pids[w]), 128 + SIGKILL);
		}
	}
	close(acks);
	CHECK_INT(missing(path, &acked), 0);
	printf("# %d rows acknowledged\n", acked);
	CHECK(acked > rounds);
	CHECK(is_sound());
}

/* ---- the log stays small ---- */

static void
write_for(int64_t until, int writer)
{
	struct db *own = again(DB_OPEN_RW);
	int n = 0;

	while (own != NULL && clock_mono_ms() < until)
		if (say(own, (writer + 1) * 1000000 + n++) != RC_OK)
			_exit(1);
	_exit(own == NULL || n < 10);
}

/* Somebody always reads: the log can never be begun anew by waiting for a
 * moment without readers. */
static void
read_for(int64_t until, int reader)
{
	struct db *own = again(0);
	struct user_row got;

	sleep_ms(reader * 25);
	while (own != NULL && clock_mono_ms() < until) {
		if (db_read_begin(own) != RC_OK ||
		    user_by_id(own, uuid_n(1), &got) != RC_OK)
			_exit(1);
		sleep_ms(50);
		db_read_end(own);
	}
	_exit(own == NULL);
}

TEST("the log stays bounded while some write and somebody always reads")
{
	int64_t until = clock_mono_ms() + (is_long() ? 60000 : 2500), most = 0;
	pid_t pids[5];

	CHECK(fresh_room() == RC_OK);
	for (int i = 0; i < 5; i++)
		if ((pids[i] = fork()) == 0) {
			if (i < 3)
				write_for(until, i);
			read_for(until, i - 3);
		}
	while (clock_mono_ms() < until) {
		int64_t now = file_bytes("-wal");

		most = now > most ? now : most;
		sleep_ms(20);
		arena_reset(arena);
	}
	for (int i = 0; i < 5; i++)
		CHECK_INT(child_status(pids[i]), 0);
	printf("# at most %lld bytes\n", (long long)most);
	CHECK(most < 40 << 20);
	CHECK(is_sound());
}

TEST("programs that write once and exit checkpoint as well, and closing "
    "does not")
{
	pid_t pid;

	CHECK(fresh_room() == RC_OK);
	CHECK(file_bytes("") <= 8192);
	for (int i = 0; i < 220; i++) {
		if ((pid = fork()) == 0) {
			struct db *own = again(DB_OPEN_RW);

			_exit(own == NULL || say(own, 1000 + i) != RC_OK);
		}
		CHECK_INT(child_status(pid), 0);
	}
	CHECK(file_bytes("") > 8192);
	CHECK(file_bytes("-wal") < 6 << 20);
	db_close(db);
	db = NULL;
	CHECK(file_bytes("-wal") > 0);
}
