/*
 * Program admin: what administrators do.  Never sees LiveKit's secret: what must
 * end there is written as jobs.
 */
#include "programs.h"

#include <cjson/cJSON.h>
#include <string.h>

static struct actor
actor_of(const struct req *req)
{
	return (struct actor){ req->user->id, req->user->username };
}

/* ---- people -------------------------------------------------------------- */

static enum rc
users_reply(struct req *req, const struct user_row *rows, size_t len,
    const char *next)
{
	struct buf *out = reply_list(req, "items");

	for (size_t i = 0; i < len; i++)
		admin_user_write(out, &rows[i]);
	return reply_list_end(out, next);
}

static enum rc
users_asking(struct req *req)
{
	const char *name, *next = NULL;
	int64_t limit, asked;
	struct user_row *rows;
	size_t len;
	enum rc rc = req_page_time(req, &limit, &asked, &name);

	if (rc != RC_OK || (rc = user_list_asking(req->app->db, asked,
	    name == NULL ? "" : name, limit + 1, &rows, &len)) != RC_OK)
		return rc;
	if (len > (size_t)limit) {
		len = (size_t)limit;
		next = cursor_make(req->arena, "%lld,%s",
		    (long long)rows[len - 1].creator_asked_at,
		    rows[len - 1].username);
	}
	return users_reply(req, rows, len, next);
}

static enum rc
users_named(struct req *req, const char *prefix)
{
	const char *cursor, *next = NULL;
	struct user_row *rows;
	int64_t limit;
	size_t len;
	enum rc rc = req_page(req, &limit, &cursor);

	if (rc != RC_OK || (rc = admin_users(req->app, prefix,
	    cursor == NULL ? "" : cursor, limit + 1, &rows, &len)) != RC_OK)
		return rc;
	if (len > (size_t)limit) {
		len = (size_t)limit;
		next = cursor_make(req->arena, "%s", rows[len - 1].username);
	}
	return users_reply(req, rows, len, next);
}

static enum rc
users_get(struct req *req)
{
	const char *prefix = req_query(req, "q");
	const char *state = req_query(req, "state");

	if (state == NULL)
		return users_named(req, prefix == NULL ? "" : prefix);
	/* Who asks is listed by how long, who has a name by that: not both. */
	if (strcmp(state, "asking") != 0 || prefix != NULL)
		return fail(req, RC_INVALID, "invalid_value", "state", 0);
	return users_asking(req);
}

/* -1 where the body does not say. */
static enum rc
flag_read(struct req *req, const char *name, int *flag)
{
	bool on = false;
	enum rc rc = body_bool(req, name, OPTIONAL, &on);

	*flag = cJSON_IsBool(json_get(req->json, name)) ? on : -1;
	return rc;
}

static enum rc
user_put(struct req *req)
{
	struct actor actor = actor_of(req);
	struct user_change change;
	struct user_row u;
	enum rc rc;

	if ((rc = flag_read(req, "isCreator", &change.is_creator)) != RC_OK ||
	    (rc = flag_read(req, "isDisabled", &change.is_disabled)) !=
	    RC_OK || (rc = flag_read(req, "isAdmin", &change.is_admin)) !=
	    RC_OK)
		return rc;
	rc = admin_user_change(req->app, &actor, req_param(req, "username"),
	    &change, &u);
	if (rc == RC_NOT_FOUND)
		return fail(req, rc, "no_user", NULL, 0);
	if (rc == RC_CONFLICT)
		return fail(req, rc, "not_yourself", NULL, 0);
	if (rc == RC_FORBIDDEN)
		return fail(req, rc, "admin_only", NULL, 0);
	if (rc == RC_OK)
		admin_user_write(reply_json(req, 200), &u);
	return rc;
}

/* ---- what is on air ------------------------------------------------------ */

static enum rc
stream_delete(struct req *req)
{
	struct actor actor = actor_of(req);
	enum rc rc = admin_stream_end(req->app, &actor,
	    req_param(req, "username"));

	if (rc == RC_NOT_FOUND)
		return fail(req, rc, "no_user", NULL, 0);
	if (rc == RC_GONE)
		return fail_detail(req, RC_NOT_FOUND, "no_stream", NULL,
		    "This person has no channel, and no stream that is open.");
	if (rc == RC_FORBIDDEN)
		return fail(req, rc, "admin_only", NULL, 0);
	return rc == RC_OK ? reply_empty(req, 204) : rc;
}

/* ---- the log ------------------------------------------------------------- */

static enum rc
audit_get(struct req *req)
{
	const char *cursor, *next = NULL;
	struct audit_row *rows;
	int64_t limit, before = 0;
	struct buf *out;
	size_t len;
	enum rc rc = req_page(req, &limit, &cursor);

	if (rc != RC_OK)
		return rc;
	if (cursor != NULL && !str_to_int(cursor, 1, INT64_MAX, &before))
		return fail(req, RC_INVALID, "invalid_cursor", "cursor", 0);
	rc = audit_list(req->app->db, before, limit + 1, &rows, &len);
	if (rc != RC_OK)
		return rc;
	if (len > (size_t)limit) {
		len = (size_t)limit;
		next = cursor_make(req->arena, "%lld",
		    (long long)rows[len - 1].id);
	}
	out = reply_list(req, "items");
	for (size_t i = 0; i < len; i++)
		audit_write(out, req->arena, &rows[i]);
	return reply_list_end(out, next);
}

#define ADMIN	(SCOPE_ADMIN | NO_STORE)

static const struct route routes[] = {
	{ GET, "/api/admin/users", "listUsers", AUTH_ADMIN, ADMIN, users_get },
	{ PUT, "/api/admin/users/{username}", "updateUser", AUTH_ADMIN,
	    BODY | TX_FULL | ADMIN, user_put },
	{ DELETE, "/api/admin/streams/{username}", "endUserStream", AUTH_ADMIN,
	    TX_FULL | ADMIN, stream_delete },
	{ GET, "/api/admin/audit", "listAudit", AUTH_ADMIN, ADMIN, audit_get },
	{ 0 }
};

const struct program admin_program = { "admin", routes, DB_RW };
