/*
 * store_help: a fresh, migrated database for each test of the store, in one
 * temporary folder that goes with the process; and rows to begin with.
 */
#ifndef STORE_HELP_H
#define STORE_HELP_H

#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "../../src/store/store.h"
#include "test.h"

#define UNUSED __attribute__((unused))

static struct arena *arena;
static struct db *db;
static char help_dir[512], help_path[600];
static pid_t help_owner;

/* Not in forked children, even where one leaves by exit. */
static void
help_clean(void)
{
	struct dirent *e;
	char name[900];
	DIR *d;

	if (getpid() != help_owner)
		return;
	db_close(db);
	arena_free(arena);
	chmod(help_dir, 0700);
	if ((d = opendir(help_dir)) == NULL)
		return;
	while ((e = readdir(d)) != NULL) {
		snprintf(name, sizeof name, "%s/%s", help_dir, e->d_name);
		unlink(name);
	}
	closedir(d);
	rmdir(help_dir);
}

static UNUSED const char *
in_dir(const char *name)
{
	static char path[4][600];
	static int i;

	i = (i + 1) % 4;
	snprintf(path[i], sizeof path[i], "%s/%s", help_dir, name);
	return path[i];
}

/* The folder, and a path in it at which nothing is yet. */
static UNUSED void
fresh_path(void)
{
	const char *tmp = getenv("TMPDIR");
	static int n;

	if (help_owner == 0) {
		snprintf(help_dir, sizeof help_dir, "%s/stagedoor-XXXXXX",
		    tmp == NULL ? "/tmp" : tmp);
		if (mkdtemp(help_dir) == NULL) {
			perror(help_dir);
			exit(1);
		}
		help_owner = getpid();
		arena = arena_new(64 << 20);
		atexit(help_clean);
	}
	db_close(db);
	db = NULL;
	arena_reset(arena);
	snprintf(help_path, sizeof help_path, "%s/%d.db", help_dir, ++n);
}

static UNUSED void
fresh(void)
{
	int from, to;

	fresh_path();
	if (db_open(help_path, DB_OPEN_RW | DB_OPEN_CREATE, &db) != RC_OK ||
	    db_migrate(db, &from, &to) != RC_OK) {
		printf("not ok a database can be made in %s\n", help_dir);
		exit(1);
	}
	db_arena(db, arena);
}

/* A second connection to it, as another process would have. */
static UNUSED struct db *
again(unsigned flags)
{
	struct db *other = NULL;

	if (db_open(help_path, flags, &other) != RC_OK)
		return NULL;
	db_arena(other, arena);
	return other;
}

/* A write transaction around one call: its cause, or that of the commit. */
#define TX(call) tx_end(db_begin(db, NORMAL) == RC_OK ? (call) : RC_INTERNAL)

static UNUSED enum rc
tx_end(enum rc rc)
{
	if (rc == RC_OK)
		return db_commit(db);
	db_rollback(db);
	return rc;
}

static UNUSED const char *
uuid_n(int n)
{
	return arena_printf(arena, "00000000-0000-4000-8000-%012d", n);
}

static UNUSED struct user_row
user_n(int n)
{
	return (struct user_row){
		.id = uuid_n(n),
		.username = arena_printf(arena, "user%d", n),
		.display_name = arena_printf(arena, "User %d", n),
		.password_hash = "scrypt$15$8$1$c2FsdA$aGFzaA",
		.created_at = 1000 + n,
	};
}

static UNUSED enum rc
have_user(int n)
{
	struct user_row u = user_n(n);

	return TX(user_insert(db, &u));
}

static UNUSED enum rc
have_room(const char *name, enum room_state state)
{
	struct room_row r = { .name = name, .kind = KIND_LIVE,
	    .owner_id = uuid_n(1), .state = state, .created_at = 1,
	    .ended_at = state == ROOM_OVER ? 2 : 0 };

	return TX(room_insert(db, &r));
}

/* User 1 and an open room called "room". */
static UNUSED enum rc
fresh_room(void)
{
	enum rc rc;

	fresh();
	rc = have_user(1);
	return rc == RC_OK ? have_room("room", ROOM_OPEN) : rc;
}

/* User n, with a channel and the room of it. */
static UNUSED enum rc
have_channel(int n)
{
	struct room_row r = { .name = uuid_n(n), .kind = KIND_STREAM,
	    .owner_id = uuid_n(n), .state = ROOM_OPEN, .created_at = 1 };
	struct stream_row s = { .id = uuid_n(n + 100000),
	    .user_id = uuid_n(n), .title = arena_printf(arena, "Title %d", n),
	    .is_chat_enabled = true, .chat_delay_seconds = 3,
	    .created_at = 1 };
	enum rc rc = have_user(n);

	if (rc == RC_OK)
		rc = TX(room_insert(db, &r));
	return rc == RC_OK ? TX(stream_insert(db, &s)) : rc;
}

/* Channel n is on air from a time on; until when, or 0. */
static UNUSED enum rc
have_broadcast(int id, int n, int64_t started_at, int64_t lapses_at)
{
	struct broadcast_row b = { .id = uuid_n(id), .user_id = uuid_n(n),
	    .title = "On air", .started_at = started_at,
	    .lapses_at = lapses_at };

	return TX(broadcast_insert(db, &b));
}

static UNUSED int
child_status(pid_t pid)
{
	int status = -1;

	if (pid == -1 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status);
}

static UNUSED void
sleep_ms(int64_t ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

#endif
