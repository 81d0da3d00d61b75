/*
 * What the house says about SQL, checked on every statement there is: it
 * prepares on a migrated database, all parameters have names, no table is
 * scanned and nothing sorted unless sql/full_scans_allowed.txt names the
 * statement, and every table and column says what it is.
 */
#include <ctype.h>
#include <stdbool.h>

#include <sqlite3.h>

#include "../../src/store/store.h"
#include "../unit/test.h"

static sqlite3 *handle;
static char allowed[8192];

static bool
run(const char *sql)
{
	int code = SQLITE_OK;

	while (code == SQLITE_OK && sql[0] != '\0') {
		sqlite3_stmt *stmt = NULL;

		code = sqlite3_prepare_v2(handle, sql, -1, &stmt, &sql);
		if (code == SQLITE_OK && stmt != NULL)
			sqlite3_step(stmt);
		if (sqlite3_finalize(stmt) != SQLITE_OK)
			code = SQLITE_ERROR;
	}
	if (code != SQLITE_OK)
		printf("# %s\n", sqlite3_errmsg(handle));
	return code == SQLITE_OK;
}

static bool
migrated(void)
{
	if (handle != NULL)
		return true;
	if (sqlite3_open(":memory:", &handle) != SQLITE_OK)
		return false;
	for (int i = 0; i < SQL_MIGRATIONS; i++)
		if (!run(sql_migrations[i].text))
			return false;
	return true;
}

static sqlite3_stmt *
prepared(int i, const char *before)
{
	sqlite3_stmt *stmt = NULL;
	const char *tail = "";
	char *sql = sqlite3_mprintf("%s%s", before, sql_text[i]);

	if (sqlite3_prepare_v2(handle, sql, -1, &stmt, &tail) != SQLITE_OK)
		printf("# %s: %s\n", sql_name[i], sqlite3_errmsg(handle));
	else if (tail[strspn(tail, " \t\n")] != '\0') {
		printf("# %s: more than one statement\n", sql_name[i]);
		sqlite3_finalize(stmt);
		stmt = NULL;
	}
	sqlite3_free(sql);
	return stmt;
}

TEST("every migration applies to an empty database")
{
	CHECK(migrated());
}

TEST("every statement prepares, alone")
{
	int wrong = 0;

	CHECK(migrated());
	CHECK(SQL_MAX > 50);
	for (int i = 0; i < SQL_MAX; i++) {
		sqlite3_stmt *stmt = prepared(i, "");

		wrong += stmt == NULL;
		sqlite3_finalize(stmt);
	}
	CHECK_INT(wrong, 0);
}

TEST("every parameter is :named")
{
	int wrong = 0;

	CHECK(migrated());
	for (int i = 0; i < SQL_MAX; i++) {
		sqlite3_stmt *stmt = prepared(i, "");
		int n = sqlite3_bind_parameter_count(stmt);

		for (int p = 1; p <= n; p++) {
			const char *name = sqlite3_bind_parameter_name(stmt, p);

			if (name != NULL && name[0] == ':')
				continue;
			printf("# %s: parameter %d: %s\n", sql_name[i], p,
			    name == NULL ? "?" : name);
			wrong++;
		}
		sqlite3_finalize(stmt);
	}
	CHECK_INT(wrong, 0);
}

/* The list: a name a line, '#' begins a comment. */
static bool
list_read(void)
{
	const char *top = getenv("srcdir");
	char path[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof path, "%s/sql/full_scans_allowed.txt",
	    top == NULL ? "." : top);
	if ((f = fopen(path, "r")) == NULL) {
		printf("# %s: not there (run from the top, or set srcdir)\n",
		    path);
		return false;
	}
	n = fread(allowed + 1, 1, sizeof allowed - 2, f);
	fclose(f);
	allowed[0] = '\n';
	allowed[n + 1] = '\0';
	return true;
}

static bool
is_allowed(const char *name)
{
	char line[128];

	snprintf(line, sizeof line, "\n%s\n", name);
	return strstr(allowed, line) != NULL;
}

/* Lines of a query plan that grow with the data. */
static bool
plan_is_bad(const char *detail)
{
	return strncmp(detail, "SCAN ", 5) == 0 ?
	    strncmp(detail, "SCAN CONSTANT ROW", 17) != 0 :
	    strncmp(detail, "USE TEMP B-TREE", 15) == 0 ||
	    strstr(detail, "AUTOMATIC") != NULL;
}

static bool
plan_of(int i)
{
	sqlite3_stmt *stmt = prepared(i, "EXPLAIN QUERY PLAN ");
	bool good = true;

	while (stmt != NULL && sqlite3_step(stmt) == SQLITE_ROW) {
		const char *detail = (const char *)
		    sqlite3_column_text(stmt, 3);

		if (plan_is_bad(detail)) {
			if (!is_allowed(sql_name[i]))
				printf("# %s: %s\n", sql_name[i], detail);
			good = false;
		}
	}
	sqlite3_finalize(stmt);
	return good;
}

TEST("no statement walks a whole table or sorts, outside the list")
{
	int wrong = 0;

	CHECK(migrated());
	CHECK(list_read());
	for (int i = 0; i < SQL_MAX; i++)
		wrong += !plan_of(i) && !is_allowed(sql_name[i]);
	CHECK_INT(wrong, 0);
}

TEST("the list of full scans names only statements that need it")
{
	int wrong = 0;
	char *save = NULL, copy[sizeof allowed];

	CHECK(migrated());
	CHECK(list_read());
	memcpy(copy, allowed, sizeof copy);
	for (char *line = strtok_r(copy, "\n", &save); line != NULL;
	    line = strtok_r(NULL, "\n", &save)) {
		int i = 0;

		if (line[0] == '#')
			continue;
		while (i < SQL_MAX && strcmp(sql_name[i], line) != 0)
			i++;
		if (i == SQL_MAX || plan_of(i)) {
			printf("# %s: need not be in the list\n", line);
			wrong++;
		}
	}
	CHECK_INT(wrong, 0);
}

TEST("lists and counts use the index made for them: history costs nothing")
{
	static const struct {
		enum sql_id	 id;
		const char	*index;
	} want[] = {
		{ SQL_PRESENCE_OPEN, "presence_open" },
		{ SQL_PRESENCE_COUNT, "COVERING INDEX presence_open" },
		{ SQL_PRESENCE_IS_OPEN, "COVERING INDEX presence_open" },
		{ SQL_PRESENCE_LAST_LEFT, "COVERING INDEX presence_gone" },
		{ SQL_PRESENT_LIST, "presence_open" },
		{ SQL_PRESENT_IS, "COVERING INDEX presence_open" },
		{ SQL_PRESENT_COUNT, "COVERING INDEX presence_open" },
		{ SQL_ROOM_LAPSED, "rooms_lapses" },
		{ SQL_ROOM_LAPSE_NEXT, "rooms_lapses" },
		{ SQL_ROOM_BY_OWNER, "rooms_owner" },
		{ SQL_ROOM_LIST_SOURCE, "rooms_open_kind" },
		{ SQL_ROOM_LIST_LIVE, "rooms_open_kind" },
		{ SQL_ROOM_LIST_STREAM, "broadcasts_newest" },
		{ SQL_ROOM_LIST_VOICE, "m USING COVERING INDEX workspace_members_user" },
		{ SQL_ROOM_LIST_JOINED, "m USING COVERING INDEX room_members_user" },
		{ SQL_ROOM_SESSION_CLOSE, "presence_unsure" },
		{ SQL_LIVE_OPEN, "live_streams_open" },
		{ SQL_LIVE_BY_STREAMER, "live_streams_streamer" },
		{ SQL_LIVE_LAPSED, "live_streams_lapses" },
		{ SQL_MESSAGE_PAGE, "live_messages_room" },
		{ SQL_MESSAGE_PAGE_MARKED, "live_messages_marked" },
		{ SQL_MESSAGE_PAGE_PINNED, "live_messages_pinned" },
		{ SQL_MESSAGE_PAGE_AFTER, "live_messages_room" },
		{ SQL_MESSAGE_PAGE_AFTER_MARKED, "live_messages_marked" },
		{ SQL_MESSAGE_PAGE_AFTER_PINNED, "live_messages_pinned" },
		{ SQL_PRESENCE_ROOMS, "presence_person" },
		{ SQL_USER_LIST_ASKING, "users_asking" },
		{ SQL_TRACK_OPEN, "COVERING INDEX tracks_open" },
		{ SQL_STREAM_TRACKS_OPEN, "COVERING INDEX tracks_open" },
		{ SQL_STREAM_TRACKS_ENDED, "tracks_gone" },
		{ SQL_STREAM_RUN_THERE, "presence_person" },
		{ SQL_STREAM_RUN_LEFT, "presence_gone" },
		{ SQL_STREAM_KEY_AT_LIVEKIT, "(user_id>?)" },
		{ SQL_BROADCAST_OPEN, "broadcasts_open" },
		{ SQL_BROADCAST_LIST, "broadcasts_user" },
		{ SQL_BROADCAST_LAPSED, "broadcasts_lapses" },
		{ SQL_FOLLOW_LIST, "follows_newest" },
		{ SQL_FOLLOW_NEWEST, "COVERING INDEX follows_newest" },
		{ SQL_BLOCK_LIST, "blocks_newest" },
		{ SQL_CHANNEL_LIVE, "broadcasts_live" },
		{ SQL_CHANNEL_FOLLOWING_FEW, "follows_newest" },
		{ SQL_CHANNEL_FOLLOWING_MANY, "broadcasts_live" },
		{ SQL_CHANNEL_FOLLOWING_OFF, "follows_newest" },
		{ SQL_CHANNEL_CANDIDATE_AIR, "broadcasts_open" },
		{ SQL_CHANNEL_RECOMMENDED_AIR, "broadcasts_newest" },
		{ SQL_CHANNEL_RECOMMENDED_OFF, "streams_recent" },
		{ SQL_CHANNEL_RECOMMENDED_NEVER, "streams_recent" },
		{ SQL_JOB_DUE, "job_due" },
		{ SQL_JOB_NEXT, "job_due" },
	};
	int wrong = 0;

	CHECK(migrated());
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		sqlite3_stmt *stmt = prepared((int)want[i].id,
		    "EXPLAIN QUERY PLAN ");
		const char *detail = "";

		if (stmt != NULL && sqlite3_step(stmt) == SQLITE_ROW)
			detail = (const char *)sqlite3_column_text(stmt, 3);
		if (strstr(detail, want[i].index) == NULL) {
			printf("# %s: %s\n", sql_name[want[i].id], detail);
			wrong++;
		}
		sqlite3_finalize(stmt);
	}
	CHECK_INT(wrong, 0);
}

TEST("a scan would be noticed")
{
	sqlite3_stmt *stmt = NULL;

	CHECK(migrated());
	CHECK(sqlite3_prepare_v2(handle, "EXPLAIN QUERY PLAN SELECT * FROM "
	    "users WHERE display_name = :x ORDER BY created_at", -1, &stmt,
	    NULL) == SQLITE_OK);
	for (int i = 0; i < 2; i++) {
		CHECK(sqlite3_step(stmt) == SQLITE_ROW);
		CHECK(plan_is_bad((const char *)sqlite3_column_text(stmt, 3)));
	}
	sqlite3_finalize(stmt);
}

TEST("no PRAGMA and no AUTOINCREMENT in sql/")
{
	int wrong = 0;

	for (int i = 0; i < SQL_MAX; i++)
		wrong += sqlite3_strlike("%pragma%", sql_text[i], 0) == 0;
	for (int i = 0; i < SQL_MIGRATIONS; i++)
		wrong += sqlite3_strlike("%pragma %", sql_migrations[i].text,
		    0) == 0 || sqlite3_strlike("%autoincrement%",
		    sql_migrations[i].text, 0) == 0;
	CHECK_INT(wrong, 0);
}

/* ---- comments ---- */

/* Is there a comment between the definition of this column and the next?
 * Definitions begin with one tab and a lower-case name; what continues them
 * has more tabs. */
static bool
column_told(const char *table_sql, const char *column)
{
	char begin[128];
	const char *at, *end;

	snprintf(begin, sizeof begin, "\n\t%s\t", column);
	at = strstr(table_sql, begin);
	if (at == NULL) {	/* a name as long as the tab stop */
		snprintf(begin, sizeof begin, "\n\t%s ", column);
		at = strstr(table_sql, begin);
	}
	if (at == NULL)
		return false;
	at += 2;
	for (end = strchr(at, '\n'); end != NULL; end = strchr(end + 1, '\n'))
		if (end[1] != '\t' || end[2] != '\t')
			break;
	if (end == NULL)
		end = at + strlen(at);
	for (; at + 2 < end; at++)
		if (strncmp(at, "-- ", 3) == 0 && at + 8 < end)
			return true;
	return false;
}

/* The line before what begins like this, in any migration, is a comment. */
static bool
told_before(const char *begin)
{
	for (int i = 0; i < SQL_MIGRATIONS; i++) {
		const char *text = sql_migrations[i].text;
		const char *at = strstr(text, begin), *line = at;

		if (at == NULL)
			continue;
		while (line > text && line[-1] != '\n')
			line--;
		return strncmp(line, "-- ", 3) == 0;
	}
	return false;
}

/* A column that came later has its comment in front. */
static bool
column_added_told(const char *table, const char *column)
{
	char begin[128];

	snprintf(begin, sizeof begin, "\nALTER TABLE %s ADD COLUMN %s ", table,
	    column);
	return told_before(begin);
}

TEST("every column of every table has a comment")
{
	sqlite3_stmt *stmt = NULL;
	int wrong = 0, seen = 0;

	CHECK(migrated());
	CHECK(sqlite3_prepare_v2(handle, "SELECT t.name, c.name, t.sql FROM "
	    "sqlite_schema t, pragma_table_info(t.name) c "
	    "WHERE t.type = 'table'", -1, &stmt, NULL) == SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *table = (const char *)sqlite3_column_text(stmt, 0);
		const char *column = (const char *)sqlite3_column_text(stmt, 1);

		seen++;
		if (column_told((const char *)sqlite3_column_text(stmt, 2),
		    column) || column_added_told(table, column))
			continue;
		printf("# %s.%s has no comment\n", table, column);
		wrong++;
	}
	sqlite3_finalize(stmt);
	CHECK(seen > 50);
	CHECK_INT(wrong, 0);
}

/* The comment of a table is the line before its CREATE TABLE. */
static bool
table_told(const char *name)
{
	char begin[128];

	snprintf(begin, sizeof begin, "\nCREATE TABLE %s (", name);
	return told_before(begin);
}

TEST("every table has a comment, and all are STRICT")
{
	sqlite3_stmt *stmt = NULL;
	int wrong = 0;

	CHECK(migrated());
	CHECK(sqlite3_prepare_v2(handle, "SELECT name, strict FROM "
	    "pragma_table_list WHERE schema = 'main' AND type = 'table' "
	    "AND name NOT LIKE 'sqlite_%'", -1, &stmt, NULL) == SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(stmt, 0);

		if (table_told(name) && sqlite3_column_int(stmt, 1) == 1)
			continue;
		printf("# %s: no comment in front of it, or not STRICT\n",
		    name);
		wrong++;
	}
	sqlite3_finalize(stmt);
	CHECK_INT(wrong, 0);
}

TEST("a missing comment would be noticed")
{
	CHECK(!column_told("CREATE TABLE t (\n\ta\tINTEGER,\n"
	    "\tb\tTEXT\t-- told here\n)", "a"));
	CHECK(column_told("CREATE TABLE t (\n\ta\tINTEGER,\n"
	    "\tb\tTEXT\t-- told here\n)", "b"));
}

TEST("every foreign key has an index that its parent's deletes can use")
{
	sqlite3_stmt *stmt = NULL;
	int wrong = 0;

	CHECK(migrated());
	CHECK(sqlite3_prepare_v2(handle, "SELECT t.name, f.\"from\" FROM "
	    "sqlite_schema t, pragma_foreign_key_list(t.name) f "
	    "WHERE t.type = 'table' AND f.on_delete = 'CASCADE' AND NOT EXISTS"
	    " (SELECT 1 FROM pragma_index_list(t.name) i, "
	    "pragma_index_info(i.name) c WHERE c.seqno = 0 AND i.partial = 0 "
	    "AND c.name = f.\"from\")", -1, &stmt, NULL) == SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		printf("# %s.%s\n", (const char *)sqlite3_column_text(stmt, 0),
		    (const char *)sqlite3_column_text(stmt, 1));
		wrong++;
	}
	sqlite3_finalize(stmt);
	CHECK_INT(wrong, 0);
}
