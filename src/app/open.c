/*
 * The application of one process: what a program of given privileges opens,
 * in which order, and what it says when it cannot.
 */
#include "local.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_SHORT	32

static char open_why[512];

static enum rc
refuse(const char **why, enum rc rc, const char *fmt, ...) PRINTF(3, 4);

static enum rc
refuse(const char **why, enum rc rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(open_why, sizeof open_why, fmt, ap);
	va_end(ap);
	*why = open_why;
	return rc;
}

static enum rc
open_state(struct app *app, const char **why)
{
	const struct config *c = app->config;

	if (mkdir(c->state_dir, 0700) == -1 && errno != EEXIST)
		return refuse(why, RC_INVALID, "state_dir: %s: %s",
		    c->state_dir, strerror(errno));
	if (limit_open(arena_printf(c->arena, "%s/limits", c->state_dir)) !=
	    RC_OK || counters_open(arena_printf(c->arena, "%s/counters",
	    c->state_dir)) != RC_OK)
		return refuse(why, RC_INVALID, "state_dir: %s: limits and "
		    "counters cannot be kept there", c->state_dir);
	if (!c->rate_limits)
		limit_all_off();
	return RC_OK;
}

static enum rc
open_database(struct app *app, const char **why)
{
	const char *path = app->config->database;
	const char *what = NULL;
	unsigned flags = app->caps & (DB_RW | APP_MIGRATE) ? DB_OPEN_RW : 0;
	int from, to;
	enum rc rc;

	if (app->caps & APP_MIGRATE)
		flags |= DB_OPEN_CREATE;
	rc = db_open(path, flags, &app->db);
	if (rc != RC_OK)
		return refuse(why, rc, "database: %s cannot be opened; does it "
		    "exist (stagedoor migrate makes it), and may this user "
		    "%s it?", path, flags ? "write" : "read");
	db_arena(app->db, app->config->arena);
	if (app->caps & APP_ANY_SCHEMA)
		return RC_OK;
	rc = db_schema_check(app->db, &what);
	if (rc != RC_OK && (app->caps & APP_MIGRATE)) {
		rc = db_migrate(app->db, &from, &to);
		if (rc == RC_OK)
			rc = db_schema_check(app->db, &what);
	}
	return rc == RC_OK ? RC_OK : refuse(why, rc, "database: %s: %s", path,
	    what == NULL ? "it could not be brought up to date" : what);
}

static enum rc
open_auth(struct app *app, const char **why)
{
	const struct config *c = app->config;
	const char *what = NULL;
	enum rc rc = auth_new(&(struct auth_config){
	    .app_secret = c->app_secret, .app_iss = c->public_url,
	    .session_ms = c->session_days * 86400000,
	    .leeway_ms = c->leeway_s * 1000, .cache_dir = c->state_dir,
	    .creators_open = c->creators == CREATORS_OPEN,
	    .issuers = c->issuers, .issuers_len = c->issuers_len },
	    &app->auth, &what);

	return rc == RC_OK ? RC_OK : refuse(why, rc, "%s", what);
}

static enum rc
open_livekit(struct app *app, const char **why)
{
	const struct config *c = app->config;

	if (!(app->caps & NEEDS_LK))
		return RC_OK;
	if (c->livekit_api_secret != NULL &&
	    strlen(c->livekit_api_secret) < SECRET_SHORT)
		log_warn("livekit_api_secret is shorter than %d bytes",
		    SECRET_SHORT);
	return livekit_open(app, why);
}

enum rc
app_open(const struct config *c, unsigned caps, struct app *app,
    const char **why)
{
	enum rc rc;

	memset(app, 0, sizeof *app);
	app->config = c;
	app->caps = caps;
	/* What can be refused by looking at it comes before what writes. */
	if ((rc = open_auth(app, why)) == RC_OK &&
	    (rc = open_state(app, why)) == RC_OK &&
	    (rc = open_database(app, why)) == RC_OK)
		rc = open_livekit(app, why);
	if (rc != RC_OK)
		app_close(app);
	return rc;
}

void
app_close(struct app *app)
{
	livekit_close(app);
	seal_free(app->seal);
	auth_free(app->auth);
	if (app->db != NULL)
		db_close(app->db);
	arena_free(app->work);
	memset(app, 0, sizeof *app);
}
