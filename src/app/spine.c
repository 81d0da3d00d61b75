/*
 * The one way from a routed request to its handler: who is calling, may they,
 * what do they say, and is it kept.  Each gate refuses by itself and nothing
 * behind it runs.  Must not know any route.
 */
#include "local.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#define COOKIE		"stagedoor"
#define BUSY_RETRY_MS	1000

/* Is this somebody whom the route is for? */
static enum rc
gate_person(struct req *req, struct user *user)
{
	enum access auth = req->route->auth;
	bool guest = user != NULL && user->credential == CRED_GUEST;

	if (guest && !(req->route->flags & GUESTS)) {
		if (auth != AUTH_OPTIONAL)
			return fail(req, RC_FORBIDDEN, "guest_not_allowed",
			    NULL, 0);
		user = NULL;
	}
	req->user = user;
	req->user_id = user == NULL ? NULL : user->id;
	if (user == NULL && auth != AUTH_OPTIONAL)
		return fail(req, RC_UNAUTHORIZED, "not_signed_in", NULL, 0);
	if (auth == AUTH_CREATOR && !user->is_creator)
		return fail(req, RC_FORBIDDEN, "creator_not_approved", NULL,
		    0);
	if (auth == AUTH_ADMIN && !user->is_admin)
		return fail(req, RC_FORBIDDEN, "admin_only", NULL, 0);
	return RC_OK;
}

/*
 * Session cookies come along unasked: an old one is nobody where nobody is
 * welcome, while a header that somebody set on purpose is refused.
 */
static enum rc
gate_credential(struct req *req)
{
	const char *cookie, *code = "invalid_token";
	struct user *user = NULL;
	enum rc rc;

	if (req->route->auth == AUTH_NONE)
		return RC_OK;
	cookie = req_cookie(req, COOKIE);
	rc = auth_user(req->app->auth, req->app->db, req->arena,
	    req->authorization, cookie, clock_ms(), &user, &code);
	if (rc == RC_UNAUTHORIZED && req->route->auth == AUTH_OPTIONAL &&
	    req->authorization == NULL)
		return RC_OK;
	if (rc == RC_BUSY)
		return fail(req, rc, code, NULL, 5 * BUSY_RETRY_MS);
	if (rc == RC_UNAUTHORIZED || rc == RC_FORBIDDEN)
		return fail(req, rc, code, NULL, 0);
	if (rc != RC_OK)
		return rc;
	return gate_person(req, user);
}

/* Browsers leave out the port that a scheme has anyway. */
static bool
origin_is_ours(const char *origin, const char *public_url)
{
	const char *host = strstr(public_url, "://") + 3;
	size_t len = strlen(public_url) - strlen(host) + strcspn(host, "/");
	const char *port = str_starts(public_url, "https") ? ":443" : ":80";
	size_t port_len = strlen(port);

	if (len > port_len &&
	    strncmp(public_url + len - port_len, port, port_len) == 0)
		len -= port_len;
	return strlen(origin) == len &&
	    strncasecmp(origin, public_url, len) == 0;
}

/* Writes by cookie come from our own pages or not at all. */
static enum rc
gate_origin(struct req *req)
{
	bool ours;

	if (req->user == NULL || !req->user->by_cookie ||
	    req->method == GET || req->method == HEAD || req->method == OPTIONS)
		return RC_OK;
	if (req->origin != NULL)
		ours = origin_is_ours(req->origin, req->app->config->public_url);
	else
		ours = req->fetch_site != NULL &&
		    strcmp(req->fetch_site, "same-origin") == 0;
	return ours ? RC_OK :
	    fail(req, RC_FORBIDDEN, "bad_origin", NULL, 0);
}

static enum rc
gate_scope(struct req *req)
{
	static const struct { unsigned flag; const char *name; } scopes[] = {
		{ SCOPE_READ, "read" }, { SCOPE_CHAT, "chat" },
		{ SCOPE_LIVE, "live" }, { SCOPE_STREAM, "stream" },
		{ SCOPE_ROOMS, "rooms" }, { SCOPE_RECORDINGS, "recordings" },
		{ SCOPE_ADMIN, "admin" }, { SCOPE_SELF, "self" },
	};

	if (req->user == NULL)
		return RC_OK;
	for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++)
		if ((req->route->flags & scopes[i].flag) &&
		    !user_has_scope(req->user, scopes[i].name))
			return fail(req, RC_FORBIDDEN,
			    scopes[i].flag == SCOPE_SELF ? "key_not_allowed" :
			    "scope_missing", NULL, 0);
	return RC_OK;
}

static enum rc
run_in_tx(struct req *req)
{
	struct db *db = req->app->db;
	enum rc rc;

	rc = db_begin(db, req->route->flags & TX_FULL ? FULL : NORMAL);
	if (rc != RC_OK)
		return rc;
	if (req->user != NULL && !req->user->has_row &&
	    req->user->credential != CRED_GUEST)
		rc = user_ensure(db, req->arena, req->user, clock_ms());
	if (rc == RC_OK)
		rc = req->route->handle(req);
	return db_end(db, rc);
}

/* What only reads sees one state of the database, and locks it once. */
static enum rc
run_in_read(struct req *req)
{
	struct db *db = req->app->db;
	enum rc rc = db_read_begin(db);

	if (rc != RC_OK)
		return rc;
	rc = req->route->handle(req);
	db_read_end(db);
	return rc;
}

static enum rc
run_handler(struct req *req)
{
	unsigned flags = req->route->flags;
	enum rc rc;

	if (flags & (TX | TX_FULL)) {
		assert(!(flags & LK));
		rc = run_in_tx(req);
	} else if (req->route->method == GET && !(flags & LK) &&
	    req->route->auth != AUTH_NONE)
		rc = run_in_read(req);
	else
		rc = req->route->handle(req);
	assert(!db_in_tx(req->app->db));
	return rc;
}

enum rc
app_run(struct req *req)
{
	struct app *app = req->app;
	enum rc rc;

	app->arena = req->arena;
	db_arena(app->db, req->arena);
	if ((rc = gate_credential(req)) == RC_OK &&
	    (rc = gate_origin(req)) == RC_OK &&
	    (rc = gate_scope(req)) == RC_OK &&
	    (!(req->route->flags & (BODY | BODY_OPT | BODY_RAW)) ||
	    (rc = req_read_body(req)) == RC_OK))
		rc = run_handler(req);
	if (rc == RC_OK && req->user != NULL && (app->caps & DB_RW) &&
	    auth_touch(app->db, req->user, clock_ms()) != RC_OK)
		log_warn("the last use of a credential was not written");
	/* Causes from below that nobody gave a reason for. */
	if (rc == RC_BUSY && req->problem.code == NULL)
		return fail(req, rc, "busy", NULL, BUSY_RETRY_MS);
	if (rc != RC_OK && req->problem.code == NULL)
		return fail(req, rc, "internal", NULL, 0);
	return rc;
}
