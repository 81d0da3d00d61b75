/*
 * The world of a case: a folder with configuration and database, a clock that
 * stands still until told, users with a session each.  The real application is
 * opened on it.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "api.h"

#define START_MS 1768903200000	/* 2026-01-20T10:00:00Z */
#define SESSION_UA "api runner"

struct world world = { .now_ms = START_MS };

static char config_lines[8192];
static struct db *other;

static int64_t
world_now(void)
{
	return world.now_ms;
}

static void
before_open(const char *what)
{
	if (world.config != NULL)
		case_fail("%s: must stand before anything else", what);
}

void
world_config(const char *line)
{
	size_t len = strlen(config_lines);

	before_open("config");
	snprintf(config_lines + len, sizeof(config_lines) - len, "%s\n", line);
}

void
world_env(const char *line)
{
	before_open("env");
	if (putenv(arena_strdup(the_case.arena, line)) != 0)
		case_fail("env: %s", strerror(errno));
}

static bool
config_has(const char *name)
{
	const char *s = strstr(config_lines, name);

	return s != NULL && (s == config_lines || s[-1] == '\n');
}

static void
write_config(const char *path)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fchmod(fileno(f), 0600) != 0)
		case_fail("%s: %s", path, strerror(errno));
	if (!config_has("public_url"))
		fprintf(f, "public_url = https://stage.example\n");
	if (!config_has("livekit_api_key"))
		fprintf(f, "livekit_api_key = " API_KEY "\n"
		    "livekit_api_secret = " API_SECRET "\n");
	if (!config_has("livekit_url"))
		fprintf(f, "livekit_url = wss://livekit.example\n");
	fprintf(f, "database = %s/stage.db\n"
	    "app_secret = 0123456789abcdef0123456789abcdef\n"
	    "log_level = error\n%s", world.dir, config_lines);
	if (fclose(f) != 0)
		case_fail("%s: %s", path, strerror(errno));
}

void
world_open(void)
{
	const unsigned caps = DB_RW | NEEDS_LK;
	const char *tmp = getenv("TMPDIR"), *why = "";
	char path[128];

	if (world.config != NULL)
		return;
	clock_set(world_now);
	snprintf(world.dir, sizeof(world.dir), "%.40s/api-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(world.dir) == NULL)
		case_fail("%s: %s", world.dir, strerror(errno));
	snprintf(path, sizeof(path), "%s/stagedoor.conf", world.dir);
	write_config(path);
	if (config_load(path, caps, &world.config, &why) != RC_OK)
		case_fail("configuration: %s", why);
	log_open("api", getenv("API_LOG") != NULL ? LOG_DEBUG_ : LOG_ERROR_ + 1);
	if (app_open(world.config, caps | APP_MIGRATE, &world.app, &why) !=
	    RC_OK)
		case_fail("application: %s", why);
	db_patience(world.app.db, 50);
	livekit_install(&world.app);
	world.spine = (struct spine){ .app = &world.app, .programs = programs,
	    .arena = arena_new(64 << 20), .mount = world.config->mount,
	    .trusted_proxies = world.config->trusted_proxies, .run = app_run };
	world.app.arena = world.spine.arena;
	db_arena(world.app.db, world.spine.arena);
}

void
world_close(void)
{
	char path[512];
	struct dirent *e;
	DIR *d;

	if (world.dir[0] == '\0')
		return;
	if (world.config != NULL) {
		world_lock(false);
		app_close(&world.app);
		config_free(world.config);
		arena_free(world.spine.arena);
	}
	if ((d = opendir(world.dir)) == NULL)
		return;
	while ((e = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", world.dir, e->d_name);
		if (e->d_name[0] != '.')
			unlink(path);
	}
	closedir(d);
	rmdir(world.dir);
}

static void
must(enum rc rc, const char *what)
{
	if (rc != RC_OK)
		case_fail("%s: %s", what, rc_name(rc));
}

/* The row first; flags that no insert takes, and the session, after. */
static void
insert_user(const char *name, const char *id, const char *flags, char **token)
{
	struct arena *a = world.spine.arena;
	struct db *db = world.app.db;
	const char *password = strstr(flags, "password=");
	bool admin = strstr(flags, "admin") != NULL;
	char *hash = NULL;
	int64_t expires;

	if (password != NULL)
		must(password_hash(a, arena_strndup(a, password + 9,
		    strcspn(password + 9, " ")), &hash), "password");
	must(db_begin(db, NORMAL), "begin");
	must(user_insert(db, &(struct user_row){ .id = id, .username = name,
	    .display_name = name, .password_hash = hash,
	    .is_creator = strstr(flags, "creator") != NULL, .is_admin = admin,
	    .created_at = world.now_ms }), "user");
	must(session_start(world.app.auth, db, a, id, SESSION_UA, world.now_ms,
	    token, &expires), "session");
	if (strstr(flags, "disabled") != NULL)
		must(user_set_flags(db, id, false, admin, true), "disabled");
	must(db_commit(db), "commit");
}

/* "alice admin password=…" */
void
world_user(const char *line)
{
	size_t len = strcspn(line, " ");
	const char *name = arena_strndup(the_case.arena, line, len);
	char *id = NULL, *token = NULL;

	world_open();
	must(random_uuid(the_case.arena, &id), "random");
	insert_user(name, id, line + len, &token);
	name_set(name, token);
	name_set(arena_printf(the_case.arena, "%s.id", name), id);
	arena_reset(world.spine.arena);
}

static const char *
user_id(const char *directive, const char *name)
{
	const char *id = name_get(arena_printf(the_case.arena, "%s.id", name));

	if (id == NULL)
		case_fail("%s: %s is no user", directive, name);
	return id;
}

/* "alice Title of the channel"; without one the name is it */
void
world_channel(const char *line)
{
	size_t len = strcspn(line, " ");
	const char *name = arena_strndup(the_case.arena, line, len);
	struct db *db = world.app.db;
	struct stream_row stream = { .title = line[len] != '\0' ?
	    line + len + 1 : name, .is_chat_enabled = true,
	    .chat_delay_seconds = 3, .created_at = world.now_ms };
	char *id = NULL;

	must(random_uuid(the_case.arena, &id), "random");
	stream.id = id;
	stream.user_id = user_id("channel", name);
	name_set(arena_printf(the_case.arena, "%s.channel", name), id);
	must(db_begin(db, NORMAL), "begin");
	must(room_insert(db, &(struct room_row){ .name = stream.user_id,
	    .kind = KIND_STREAM, .owner_id = stream.user_id,
	    .state = ROOM_OPEN, .created_at = world.now_ms }), "room");
	must(stream_insert(db, &stream), "channel");
	must(db_commit(db), "commit");
	arena_reset(world.spine.arena);
}

static enum member_role
member_role(const char *word)
{
	for (int i = MEMBER_TEACHER; i <= MEMBER_STUDENT; i++)
		if (strcmp(word, member_role_name(i)) == 0)
			return i;
	case_fail("class: %s is no role", word);
}

/* "maths alice bobby student carol teacher": owner, then members */
void
world_class(const char *line)
{
	char *rest = arena_strdup(the_case.arena, line), *save = NULL, *who;
	const char *name = strtok_r(rest, " ", &save), *owner, *role;
	struct db *db = world.app.db;

	if (name == NULL || (who = strtok_r(NULL, " ", &save)) == NULL)
		case_fail("class: NAME OWNER, not %s", line);
	owner = user_id("class", who);
	must(db_begin(db, NORMAL), "begin");
	must(room_insert(db, &(struct room_row){ .name = name,
	    .kind = KIND_CLASS, .owner_id = owner, .state = ROOM_OPEN,
	    .created_at = world.now_ms }), "room");
	must(member_put(db, name, owner, MEMBER_TEACHER, world.now_ms),
	    "owner");
	while ((who = strtok_r(NULL, " ", &save)) != NULL) {
		if ((role = strtok_r(NULL, " ", &save)) == NULL)
			case_fail("class: %s has no role", who);
		must(member_put(db, name, user_id("class", who),
		    member_role(role), world.now_ms), who);
	}
	must(db_commit(db), "commit");
	arena_reset(world.spine.arena);
}

/* "+70s", "-1h", "2026-01-20T10:00:00Z" */
void
world_clock(const char *line)
{
	static const struct { const char *unit; int64_t ms; } units[] = {
		{ "ms", 1 }, { "s", 1000 }, { "min", 60000 },
		{ "h", 3600000 }, { "d", 86400000 },
	};
	struct tm tm = { 0 };
	char *end;
	long long n;
	size_t i;

	if (sscanf(line, "%4d-%2d-%2dT%2d:%2d:%2dZ", &tm.tm_year, &tm.tm_mon,
	    &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec) == 6) {
		tm.tm_year -= 1900;
		tm.tm_mon -= 1;
		world.now_ms = (int64_t)timegm(&tm) * 1000;
		return;
	}
	n = strtoll(line, &end, 10);
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (end != line && strcmp(end, units[i].unit) == 0) {
			world.now_ms += n * units[i].ms;
			return;
		}
	case_fail("clock: +70s, -1h or 2026-01-20T10:00:00Z, not %s", line);
}

void
world_tick(const char *line)
{
	bool did = false;

	(void)line;
	world_open();
	must(tick(&world.app, &did), "tick");
	if (!did)
		case_fail("tick: another holds the lease");
	arena_reset(world.spine.arena);
}

void
world_lock(bool on)
{
	char path[128];

	world_open();
	if (!on && other != NULL) {
		db_rollback(other);
		db_close(other);
		other = NULL;
	}
	if (!on || other != NULL)
		return;
	snprintf(path, sizeof(path), "%s/stage.db", world.dir);
	must(db_open(path, DB_OPEN_RW, &other), "second connection");
	must(db_begin(other, NORMAL), "second connection");
}

static sqlite3 *
open_beside(int flags)
{
	char path[128];
	sqlite3 *handle;

	world_open();
	snprintf(path, sizeof(path), "%s/stage.db", world.dir);
	if (sqlite3_open_v2(path, &handle, flags, NULL) != SQLITE_OK)
		case_fail("%s: %s", path, sqlite3_errmsg(handle));
	sqlite3_busy_timeout(handle, 1000);
	return handle;
}

static void
add_rows(struct buf *out, sqlite3 *handle, const char *sql)
{
	sqlite3_stmt *stmt;
	int i, step;

	if (sqlite3_prepare_v2(handle, sql, -1, &stmt, NULL) != SQLITE_OK)
		case_fail("%s: %s", sql, sqlite3_errmsg(handle));
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
		for (i = 0; i < sqlite3_column_count(stmt); i++) {
			const char *text =
			    (const char *)sqlite3_column_text(stmt, i);

			buf_printf(out, "%s%s", i > 0 ? "|" : "",
			    text != NULL ? text : "NULL");
		}
		buf_char(out, '\n');
	}
	if (step != SQLITE_DONE)
		case_fail("%s: %s", sql, sqlite3_errmsg(handle));
	sqlite3_finalize(stmt);
}

char *
world_rows(const char *sql)
{
	sqlite3 *handle = open_beside(SQLITE_OPEN_READONLY);
	struct buf out;

	buf_init(&out, the_case.arena);
	add_rows(&out, handle, sql);
	sqlite3_close(handle);
	return out.data;
}

void
world_sql(const char *line)
{
	sqlite3 *handle = open_beside(SQLITE_OPEN_READWRITE);
	struct buf out;

	buf_init(&out, the_case.arena);
	add_rows(&out, handle, line);
	sqlite3_close(handle);
}

char *
world_dump(void)
{
	sqlite3 *handle = open_beside(SQLITE_OPEN_READONLY);
	char *tables, *name, *rest;
	struct buf list, out;

	buf_init(&list, the_case.arena);
	buf_init(&out, the_case.arena);
	add_rows(&list, handle, "SELECT name FROM sqlite_schema "
	    "WHERE type = 'table' ORDER BY name");
	for (tables = list.data; (name = strsep(&tables, "\n")) != NULL;) {
		if (*name == '\0')
			continue;
		rest = arena_printf(the_case.arena, "SELECT * FROM \"%s\"",
		    name);
		buf_printf(&out, "-- %s\n", name);
		add_rows(&out, handle, rest);
	}
	sqlite3_close(handle);
	return out.data;
}
