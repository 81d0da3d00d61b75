/*
 * What an operator asks of a database as a whole: schema, backup, verification.
 */
#include <sqlite3.h>

#include "../../src/store/local.h"
#include "store_help.h"

static int64_t
setting(const char *pragma)
{
	int64_t n = -1;

	return db_pragma_int(db, pragma, &n) == RC_OK ? n : -1;
}

TEST("an empty database says what to run, a migrated one nothing")
{
	const char *why;
	int from, to;

	fresh_path();
	CHECK(db_open(help_path, DB_OPEN_RW | DB_OPEN_CREATE, &db) == RC_OK);
	db_arena(db, arena);
	CHECK(db_schema_check(db, &why) == RC_INTERNAL);
	CHECK(strstr(why, "stagedoor migrate") != NULL);
	CHECK(db_migrate(db, &from, &to) == RC_OK);
	CHECK_INT(from, 0);
	CHECK_INT(to, db_schema_version());
	CHECK(db_schema_check(db, &why) == RC_OK);
	CHECK(db_migrate(db, &from, &to) == RC_OK);
	CHECK_INT(from, db_schema_version());
	CHECK_INT(to, db_schema_version());
}

TEST("F13: a schema newer than the program is refused and left alone")
{
	const char *why;
	int from = -1, to = -1;

	fresh();
	CHECK(db_exec(db, "PRAGMA user_version = 999") == RC_OK);
	CHECK(db_schema_check(db, &why) == RC_INTERNAL);
	CHECK(strstr(why, "999") != NULL);
	CHECK(db_migrate(db, &from, &to) == RC_OK);
	CHECK_INT(setting("PRAGMA user_version"), 999);
}

/* As the first release left it, with rows in it. */
static bool
fresh_first(void)
{
	struct presence_row p = { .sid = "PA_a", .room_name = "room",
	    .room_sid = "RM_a", .identity = "viewer", .joined_at = 5 };
	struct live_row l = { .id = "room", .title = "On air",
	    .is_live = true, .created_at = 5 };
	int n = 0;

	fresh_path();
	if (db_open(help_path, DB_OPEN_RW | DB_OPEN_CREATE, &db) != RC_OK)
		return false;
	db_arena(db, arena);
	if (db_exec(db, sql_migrations[0].text) != RC_OK ||
	    db_exec(db, arena_printf(arena, "PRAGMA application_id = %d; "
	    "PRAGMA user_version = 1", APPLICATION_ID)) != RC_OK)
		return false;
	for (int i = 1; i <= 3; i++)
		n += have_user(i) == RC_OK;
	l.streamer_id = uuid_n(1);
	/* Rooms have had more columns since. */
	return n == 3 && db_exec(db, arena_printf(arena, "INSERT INTO rooms "
	    "(name, kind, owner_id, state, created_at) VALUES ('room', 'live', "
	    "'%s', 'open', 5)", uuid_n(1))) == RC_OK &&
	    TX(live_insert(db, &l)) == RC_OK &&
	    TX(presence_merge(db, &p)) == RC_OK;
}

TEST("a database of the first release is refused until it is migrated, with "
    "all that is in it")
{
	const char *why;
	struct presence_row *people;
	struct live_row live;
	struct user_row user;
	int from, to;
	size_t len;

	CHECK(fresh_first());
	CHECK(db_schema_check(db, &why) == RC_INTERNAL);
	CHECK(strstr(why, "has schema 1") != NULL);
	CHECK(strstr(why, "stagedoor migrate") != NULL);
	CHECK(db_migrate(db, &from, &to) == RC_OK);
	CHECK_INT(from, 1);
	CHECK_INT(to, db_schema_version());
	CHECK(db_schema_check(db, &why) == RC_OK);
	CHECK(db_verify(db, &why) == RC_OK);
	CHECK(why == NULL);
	CHECK(user_by_name(db, "user2", &user) == RC_OK);
	CHECK_STR(user.id, uuid_n(2));
	CHECK_INT(user.follower_count + user.following_count +
	    user.creator_asked_at, 0);
	CHECK(!user.is_creator_refused);
	CHECK(live_by_id(db, "room", 9, &live) == RC_OK);
	CHECK(live.is_live);
	CHECK(presence_open(db, "room", &people, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK(!people[0].is_cut);
}

TEST("people of the first release follow and become creators")
{
	struct user_row user;
	struct stream_row s = { .title = "Chess", .chat_delay_seconds = 3,
	    .created_at = 9 };
	struct audit_row a = { .at = 1, .actor_name = "root",
	    .action = "user.approve", .target_name = "user1" };

	CHECK(fresh_first());
	CHECK(db_migrate(db, &(int){ 0 }, &(int){ 0 }) == RC_OK);
	s.id = uuid_n(50);
	s.user_id = uuid_n(1);
	a.target_id = uuid_n(1);
	CHECK(TX(stream_insert(db, &s)) == RC_OK);
	CHECK(TX(follow_add(db, uuid_n(2), uuid_n(1), 9)) == RC_OK);
	CHECK(TX(audit_insert(db, &a)) == RC_OK);
	CHECK(user_by_id(db, uuid_n(1), &user) == RC_OK);
	CHECK_INT(user.follower_count, 1);
	CHECK(TX(user_erase(db, uuid_n(1), 10)) == RC_OK);
}

TEST("somebody else's database is refused and left alone")
{
	const char *why;
	int from = -1, to = -1;

	fresh_path();
	CHECK(db_open(help_path, DB_OPEN_RW | DB_OPEN_CREATE, &db) == RC_OK);
	db_arena(db, arena);
	CHECK(db_exec(db, "CREATE TABLE theirs (x)") == RC_OK);
	CHECK(db_schema_check(db, &why) == RC_INTERNAL);
	CHECK(strstr(why, "not a database of stagedoor") != NULL);
	CHECK(db_migrate(db, &from, &to) == RC_CONFLICT);
	CHECK_INT(setting("SELECT count(*) FROM sqlite_schema"), 1);
	CHECK_INT(from, -1);
}

TEST("a file that is no database is not opened")
{
	struct db *none = NULL;
	FILE *f;

	fresh_path();
	f = fopen(help_path, "w");
	CHECK(f != NULL);
	for (int i = 0; i < 2000; i++)
		fputs("not a database ", f);
	fclose(f);
	CHECK(db_open(help_path, DB_OPEN_RW, &none) == RC_INTERNAL);
	CHECK(none == NULL);
}

TEST("a backup is private, whole, and opens with all rows")
{
	struct user_row got;
	struct stat st;
	const char *why = "?", *path;
	struct db *copy = NULL;

	CHECK(fresh_room() == RC_OK);
	path = arena_printf(arena, "%s.bak", help_path);
	umask(0);
	CHECK(db_backup(db, path) == RC_OK);
	umask(022);
	CHECK(stat(path, &st) == 0);
	CHECK_INT(st.st_mode & 0777, 0600);
	CHECK(db_open(path, DB_OPEN_RW, &copy) == RC_OK);
	db_arena(copy, arena);
	CHECK(db_schema_check(copy, &why) == RC_OK);
	CHECK(db_verify(copy, &why) == RC_OK);
	CHECK(why == NULL);
	CHECK(user_by_id(copy, uuid_n(1), &got) == RC_OK);
	db_close(copy);
}

TEST("a backup never overwrites, and one that fails leaves no file")
{
	const char *path;

	CHECK(fresh_room() == RC_OK);
	path = arena_printf(arena, "%s.bak", help_path);
	CHECK(db_backup(db, path) == RC_OK);
	CHECK(db_backup(db, path) == RC_CONFLICT);
	CHECK(db_backup(db, in_dir("no/such.bak")) == RC_BUSY);
	CHECK(db_begin(db, NORMAL) == RC_OK);
	path = in_dir("within.bak");
	CHECK(db_backup(db, path) == RC_INTERNAL);
	CHECK(access(path, F_OK) == -1);
	db_rollback(db);
}

TEST("a program that only reads can make a backup")
{
	struct db *reader;

	CHECK(fresh_room() == RC_OK);
	CHECK((reader = again(0)) != NULL);
	CHECK(db_backup(reader, arena_printf(arena, "%s.bak", help_path)) ==
	    RC_OK);
	db_close(reader);
}

TEST("verification finds a row that refers to nothing")
{
	const char *why = "?";

	CHECK(fresh_room() == RC_OK);
	CHECK(db_verify(db, &why) == RC_OK);
	CHECK(why == NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL);
	CHECK(db_exec(db, "DELETE FROM users") == RC_OK);
	CHECK(db_verify(db, &why) == RC_OK);
	CHECK(why != NULL && strstr(why, "refers to nothing") != NULL);
}

TEST("a migration that fails leaves the schema as it was")
{
	const char *why = "?";

	CHECK(fresh_room() == RC_OK);
	CHECK(db_exec(db, "PRAGMA user_version = 0; DROP TABLE lease") ==
	    RC_OK);
	CHECK(db_migrate(db, &(int){ 0 }, &(int){ 0 }) == RC_INTERNAL);
	CHECK(!db_in_tx(db));
	CHECK_INT(setting("PRAGMA user_version"), 0);
	CHECK_INT(setting("PRAGMA foreign_keys"), 1);
	CHECK_INT(setting("SELECT count(*) FROM sqlite_schema "
	    "WHERE name = 'lease'"), 0);
	CHECK(db_verify(db, &why) == RC_OK);
	CHECK(why == NULL);
}

TEST("a migration that leaves rows that refer to nothing is undone")
{
	fresh_path();
	CHECK(db_open(help_path, DB_OPEN_RW | DB_OPEN_CREATE, &db) == RC_OK);
	db_arena(db, arena);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL);
	CHECK(db_exec(db, arena_printf(arena, "PRAGMA application_id = %d; "
	    "CREATE TABLE old (x TEXT REFERENCES users (id)); "
	    "INSERT INTO old VALUES ('nobody')", APPLICATION_ID)) == RC_OK);
	CHECK(db_migrate(db, &(int){ 0 }, &(int){ 0 }) == RC_INTERNAL);
	CHECK_INT(setting("PRAGMA user_version"), 0);
	CHECK_INT(setting("SELECT count(*) FROM sqlite_schema"), 1);
}
