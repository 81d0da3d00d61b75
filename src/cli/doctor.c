/*
 * `stagedoor doctor` and `stagedoor config`: what is set up, what is wrong
 * with it, and what to do.  Changes nothing.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"

#define KEY_FILE_BYTES	32
#define ASKING_MAX	100

enum verdict { OK, WARN, FAIL };

struct report {
	struct buf	 out;		/* JSON items */
	int		 failed;
};

static void
say(struct report *r, enum verdict v, const char *what, const char *text)
{
	static const char *const word[] = { "ok", "warn", "fail" };

	if (v == FAIL)
		r->failed++;
	if (!cli_json()) {
		printf("%-4s  %-14s %s\n", word[v], what, text);
		return;
	}
	json_object(&r->out, NULL);
	json_add_str(&r->out, "check", what);
	json_add_str(&r->out, "result", word[v]);
	json_add_str(&r->out, "detail", text);
	json_object_end(&r->out);
}

static void
check_files(struct app *app, struct report *r)
{
	const struct config *c = app->config;
	struct stat st;

	say(r, OK, "configuration", c->path != NULL ? c->path : "environment");
	if (stat(c->state_dir, &st) != 0 || !S_ISDIR(st.st_mode))
		say(r, FAIL, "state_dir", arena_printf(app->arena,
		    "%s is no directory: mkdir -m 0700 it", c->state_dir));
	else if (st.st_mode & 077)
		say(r, WARN, "state_dir", arena_printf(app->arena,
		    "%s is open to others: chmod 0700 it", c->state_dir));
	else
		say(r, OK, "state_dir", c->state_dir);
	if (!str_starts(c->public_url, "https://") &&
	    !str_starts(c->public_url, "http://127.0.0.1") &&
	    !str_starts(c->public_url, "http://localhost"))
		say(r, WARN, "public_url", arena_printf(app->arena,
		    "%s is not https: browsers give camera and microphone to "
		    "https and localhost only", c->public_url));
	else
		say(r, OK, "public_url", c->public_url);
}

/* Without it every stream key is lost: looked at, never made here. */
static void
check_key_file(struct app *app, struct db *db, struct report *r)
{
	const char *path = app->config->key_file;
	bool any = false;
	struct stat st;

	if (stat(path, &st) == -1) {
		if (stream_key_any(db, &any) == RC_OK && !any)
			say(r, OK, "key_file", arena_printf(app->arena,
			    "%s comes with the first stream key", path));
		else
			say(r, FAIL, "key_file", arena_printf(app->arena,
			    "%s is not there, and stream keys are kept under "
			    "it: put your copy back; without one their owners "
			    "must make new ones", path));
	} else if (!S_ISREG(st.st_mode) || st.st_size != KEY_FILE_BYTES)
		say(r, FAIL, "key_file", arena_printf(app->arena,
		    "%s is no file of %d bytes: put your copy back", path,
		    KEY_FILE_BYTES));
	else if (st.st_mode & 077)
		say(r, FAIL, "key_file", arena_printf(app->arena,
		    "%s is open to others: chmod 0600 it", path));
	else
		say(r, OK, "key_file", arena_printf(app->arena,
		    "%s; keep a copy of it apart from that of the database",
		    path));
}

static void
check_creators(struct app *app, struct db *db, struct report *r)
{
	struct user_row *rows;
	size_t len;

	if (app->config->creators == CREATORS_OPEN)
		say(r, OK, "creators", "open: everybody may stream");
	else if (user_list_asking(db, 0, "", ASKING_MAX, &rows, &len) == RC_OK)
		say(r, OK, "creators", arena_printf(app->arena,
		    "approval: %zu%s waiting (stagedoor user list --asking)",
		    len, len == ASKING_MAX ? " or more" : ""));
}

static void
check_database(struct app *app, struct report *r)
{
	const char *path = app->config->database, *why = NULL;
	struct db *db;
	struct stat st;

	if (stat(path, &st) != 0) {
		say(r, FAIL, "database", arena_printf(app->arena,
		    "%s is not there: run stagedoor migrate", path));
		return;
	}
	if (st.st_mode & 077)
		say(r, WARN, "database", arena_printf(app->arena,
		    "%s is open to others: chmod 0600 it", path));
	if (db_open(path, 0, &db) != RC_OK) {
		say(r, FAIL, "database", arena_printf(app->arena,
		    "%s cannot be opened", path));
		return;
	}
	db_arena(db, app->arena);
	if (db_schema_check(db, &why) != RC_OK)
		say(r, FAIL, "schema", why);
	else {
		say(r, OK, "schema", arena_printf(app->arena, "version %d",
		    db_schema_version()));
		check_key_file(app, db, r);
		check_creators(app, db, r);
	}
	if (db_verify(db, &why) != RC_OK || why != NULL)
		say(r, FAIL, "integrity", why != NULL ? why :
		    "the database cannot be checked");
	else
		say(r, OK, "integrity", path);
	db_close(db);
}

/* Which ways on the air there are: LiveKit's ingress is there with Redis only. */
static void
check_ingress(struct app *app, struct lk_client *lk, struct report *r)
{
	enum ingress_mode mode = app->config->ingress;
	struct lk_ingresses *found = NULL;
	enum lk_err err;

	if (mode == INGRESS_OWN) {
		say(r, OK, "ingress", "own: WHIP here, no RTMP");
		return;
	}
	err = lk_ingress_list(lk, &(struct lk_ingress_filter){
	    .size = sizeof(struct lk_ingress_filter),
	    .room_name = "stagedoor-doctor" }, &found);
	lk_free(found);
	if (mode == INGRESS_AUTO)
		say(r, OK, "ingress", err == LK_OK ? "auto: WHIP here, RTMP at "
		    "LiveKit's ingress, which answers" : "auto: WHIP here, no "
		    "RTMP: LiveKit has no ingress (it needs Redis and "
		    "livekit-ingress)");
	else if (err == LK_OK)
		say(r, OK, "ingress", "livekit: WHIP and RTMP at LiveKit's "
		    "ingress, which answers");
	else
		say(r, FAIL, "ingress", "livekit: LiveKit has no ingress: "
		    "install Redis and livekit-ingress beside it, or set "
		    "ingress = auto");
}

/* What LiveKit is to be told of the storage must be whole. */
static void
check_storage(struct app *app, struct report *r)
{
	const struct config *c = app->config;
	bool keys = c->s3_access_key != NULL && c->s3_secret_key != NULL;

	if (c->s3_bucket == NULL && (c->s3_access_key != NULL ||
	    c->s3_secret_key != NULL || c->s3_endpoint != NULL))
		say(r, FAIL, "storage", "s3_bucket is not set, other settings "
		    "of S3 are: recordings would stay on the egress host");
	else if (c->s3_bucket == NULL)
		say(r, OK, "storage", arena_printf(app->arena,
		    "recordings stay on the egress host, below %s",
		    c->recording_path));
	else if (!keys)
		say(r, FAIL, "storage", arena_printf(app->arena,
		    "s3_bucket is set and %s is not: set it, with the right "
		    "to put and delete objects", c->s3_access_key == NULL ?
		    "s3_access_key" : "s3_secret_key"));
	else if (c->s3_endpoint == NULL && c->s3_region == NULL)
		say(r, FAIL, "storage", "s3_bucket is at Amazon, and its "
		    "s3_region is not set");
	else
		say(r, OK, "storage", arena_printf(app->arena,
		    "recordings go to bucket %s at %s, below %s", c->s3_bucket,
		    c->s3_endpoint != NULL ? c->s3_endpoint : "Amazon",
		    c->recording_path));
}

static void
check_egress(struct app *full, struct arena *arena, struct report *r)
{
	struct lk_egresses *found = NULL;
	enum lk_err err = lk_egress_list(full->lk, &(struct lk_egress_filter){
	    .size = sizeof(struct lk_egress_filter),
	    .room_name = "stagedoor-doctor" }, &found);

	lk_free(found);
	if (err == LK_OK)
		say(r, OK, "recordings", "LiveKit answers about egress; "
		    "livekit-egress must run beside it");
	else if (livekit_lacks(full, err))
		say(r, OK, "recordings", "LiveKit has no egress (it needs "
		    "Redis and livekit-egress): nothing can be recorded");
	else
		say(r, FAIL, "recordings", arena_printf(arena, "LiveKit "
		    "fails when asked about egress: %s: look at its log, and "
		    "at its Redis", lk_strerror(err)));
}

/* True: a LiveKit answers, and takes our key. */
static bool
check_rooms(struct app *app, struct lk_client *lk, struct report *r)
{
	const char *url = app->config->livekit_api_url;
	struct lk_rooms *rooms = NULL;
	enum lk_err err = lk_room_list(lk, NULL, 0, &rooms);
	size_t len;

	/* JSON of something else has no such list. */
	if (err == LK_OK)
		err = lk_json_len(rooms->json, "rooms", &len);
	if (err == LK_OK)
		say(r, OK, "livekit", arena_printf(app->arena,
		    "%s answers, %zu rooms", url, rooms->len));
	else if (err == LK_UNAUTHENTICATED || err == LK_PERMISSION_DENIED)
		say(r, FAIL, "livekit", "answers, but refuses our key: check "
		    "LIVEKIT_API_KEY and LIVEKIT_API_SECRET");
	else if (err == LK_PROTOCOL || err == LK_BAD_ROUTE)
		say(r, FAIL, "livekit", arena_printf(app->arena,
		    "something answers at %s that is not LiveKit: check "
		    "LIVEKIT_URL and livekit_api_url", url));
	else
		say(r, FAIL, "livekit", arena_printf(app->arena,
		    "%s: %s: check LIVEKIT_URL and livekit_api_url, and that "
		    "the server runs", url, lk_strerror(err)));
	lk_free(rooms);
	return err == LK_OK;
}

static void
check_livekit(struct app *app, struct report *r)
{
	const struct config *c = app->config;
	struct app full = { 0 };
	const char *why = NULL;

	if (livekit_missing(c) != NULL) {
		say(r, FAIL, "livekit", arena_printf(app->arena, "not "
		    "configured, %s is not set: set LIVEKIT_URL, "
		    "LIVEKIT_API_KEY and LIVEKIT_API_SECRET; until then all "
		    "that needs it answers livekit_not_configured",
		    livekit_missing(c)));
		return;
	}
	if (app_open(c, DB_RW | NEEDS_LK, &full, &why) != RC_OK) {
		say(r, FAIL, "livekit", why);
		return;
	}
	if (check_rooms(app, full.lk, r)) {
		check_ingress(app, full.lk, r);
		check_egress(&full, app->arena, r);
	}
	say(r, OK, "webhooks", arena_printf(app->arena,
	    "LiveKit must send to %s/api/webhook/livekit", c->public_url));
	app_close(&full);
}

int
cli_doctor(struct app *app, int argc, char **argv)
{
	struct report r = { 0 };

	(void)argv;
	if (argc != 0)
		return CLI_USAGE;
	buf_init(&r.out, app->arena);
	if (cli_json()) {
		json_object(&r.out, NULL);
		json_array(&r.out, "checks");
	}
	check_files(app, &r);
	check_database(app, &r);
	check_livekit(app, &r);
	check_storage(app, &r);
	if (cli_json()) {
		json_array_end(&r.out);
		json_add_bool(&r.out, "ok", r.failed == 0);
		json_object_end(&r.out);
		cli_print_json(&r.out);
	}
	return r.failed == 0 ? CLI_OK : CLI_FAILED;
}

int
cli_config(struct app *app, int argc, char **argv)
{
	const struct config_doc *d;
	struct buf out;

	(void)argv;
	if (argc != 0)
		return CLI_USAGE;
	buf_init(&out, app->arena);
	if (cli_json())
		json_object(&out, NULL);
	for (size_t i = 0; (d = config_doc_at(i)) != NULL; i++) {
		const char *value = config_value(app->config, d->name);

		if (value != NULL && d->secret)
			value = "(hidden)";
		if (cli_json())
			json_add_str(&out, d->name, value);
		else if (value != NULL)
			printf("%s = %s\n", d->name, value);
		else
			printf("# %s = %s\n", d->name,
			    d->dflt != NULL ? d->dflt : "");
	}
	if (cli_json()) {
		json_object_end(&out);
		cli_print_json(&out);
	}
	return CLI_OK;
}
