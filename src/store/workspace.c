/*
 * workspace: tenants and who is in them, as what.  Every reading of one is made
 * for somebody: who is not in it finds nothing.  What a role may is app's to
 * decide.
 */
#include "local.h"

#include <string.h>

static const char *const roles[] = {
	[WORKSPACE_OWNER] = "owner", [WORKSPACE_ADMIN] = "admin",
	[WORKSPACE_MEMBER] = "member",
};

enum { ROLES = sizeof roles / sizeof *roles };

const char *
workspace_role_name(enum workspace_role role)
{
	return roles[role];
}

enum rc
workspace_role_read(const char *name, enum workspace_role *role)
{
	for (int i = 0; i < ROLES; i++)
		if (strcmp(roles[i], name) == 0) {
			*role = (enum workspace_role)i;
			return RC_OK;
		}
	return RC_INVALID;
}

enum workspace_role
workspace_role_from(struct query *q)
{
	return (enum workspace_role)word_index(roles, ROLES,
	    col_str(q, "role"));
}

/* A statement on one person in one workspace. */
static struct query *
person_query(struct db *db, enum sql_id sql, const char *id,
    const char *user_id)
{
	struct query *q = db_query(db, sql);

	bind_str(q, ":id", id);
	bind_str(q, ":user_id", user_id);
	return q;
}

/* ---- workspaces ------------------------------------------------------------ */

enum rc
workspace_insert(struct db *db, const struct workspace_row *w)
{
	struct query *q = db_query(db, SQL_WORKSPACE_INSERT);
	enum rc rc;

	bind_str(q, ":id", w->id);
	bind_str(q, ":name", w->name);
	bind_str(q, ":owner_id", w->owner_id);
	bind_int(q, ":created_at", w->created_at);
	rc = run_new(q);
	return rc != RC_OK ? rc : workspace_member_put(db, w->id, w->owner_id,
	    WORKSPACE_OWNER, w->created_at);
}

static void
workspace_from(struct query *q, struct workspace_row *w)
{
	w->id = col_str(q, "id");
	w->name = col_str(q, "name");
	w->owner_id = col_str(q, "owner_id");
	w->role = workspace_role_from(q);
	w->joined_at = col_int(q, "joined_at");
	w->created_at = col_int(q, "created_at");
}

enum rc
workspace_get(struct db *db, const char *id, const char *user_id,
    struct workspace_row *out)
{
	struct query *q = person_query(db, SQL_WORKSPACE_GET, id, user_id);
	struct workspace_row w;
	enum rc rc;

	if (row_one(q) == RC_OK)
		workspace_from(q, &w);
	if ((rc = db_done(q)) == RC_OK)
		*out = w;
	return rc;
}

enum rc
workspace_list(struct db *db, const char *user_id, int64_t before_joined,
    const char *before_id, int64_t limit, struct workspace_row **rows,
    size_t *len)
{
	struct query *q = db_query(db, SQL_WORKSPACE_LIST);
	struct workspace_row *list = NULL;
	size_t n = 0, cap = 0;
	enum rc rc;

	bind_str(q, ":user_id", user_id);
	bind_before(q, before_joined, before_id);
	bind_int(q, ":limit", limit);
	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		workspace_from(q, &list[n++]);
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}

enum rc
workspace_count_owned(struct db *db, const char *user_id, int64_t *n)
{
	return run_count(db, SQL_WORKSPACE_COUNT_OWNED, user_id, n);
}

enum rc
workspace_owned(struct db *db, const char *user_id, const char ***ids,
    size_t *len)
{
	struct query *q = db_query(db, SQL_WORKSPACE_OWNED);

	bind_str(q, ":user_id", user_id);
	return names_read(db, q, "id", ids, len);
}

enum rc
workspace_rename(struct db *db, const char *id, const char *name)
{
	struct query *q = db_query(db, SQL_WORKSPACE_RENAME);

	bind_str(q, ":id", id);
	bind_str(q, ":name", name);
	return run_found(q);
}

enum rc
workspace_delete(struct db *db, const char *id, int64_t now)
{
	struct query *q = db_query(db, SQL_WORKSPACE_DELETE);
	enum rc rc;

	bind_str(q, ":id", id);
	bind_int(q, ":now", now);
	if ((rc = run_found(q)) != RC_OK)
		return rc;
	q = db_query(db, SQL_WORKSPACE_DELETE_CHANNELS);
	bind_str(q, ":id", id);
	bind_int(q, ":now", now);
	if ((rc = db_run(q)) != RC_OK)
		return rc;
	q = db_query(db, SQL_WORKSPACE_DELETE_MEMBERS);
	bind_str(q, ":id", id);
	return db_run(q);
}

/* ---- whose it is ----------------------------------------------------------- */

static enum rc
member_set_role(struct db *db, const char *id, const char *user_id,
    enum workspace_role role)
{
	struct query *q = person_query(db, SQL_WORKSPACE_MEMBER_SET_ROLE, id,
	    user_id);

	bind_str(q, ":role", roles[role]);
	return run_found(q);
}

enum rc
workspace_hand_over(struct db *db, const char *id, const char *from_id,
    const char *to_id)
{
	enum rc rc = member_set_role(db, id, from_id, WORKSPACE_ADMIN);

	if (rc == RC_OK)
		rc = member_set_role(db, id, to_id, WORKSPACE_OWNER);
	if (rc == RC_OK)
		rc = run_found(person_query(db, SQL_WORKSPACE_SET_OWNER, id,
		    to_id));
	return rc != RC_OK ? rc : db_run(person_query(db,
	    SQL_WORKSPACE_SET_ROOM_OWNER, id, to_id));
}

enum rc
workspace_heir(struct db *db, const char *id, const char **user_id)
{
	struct query *q = db_query(db, SQL_WORKSPACE_HEIR);
	const char *found = NULL;
	enum rc rc;

	bind_str(q, ":id", id);
	if (row_one(q) == RC_OK)
		found = col_str(q, "user_id");
	if ((rc = db_done(q)) == RC_OK)
		*user_id = found;
	return rc;
}

/* ---- members --------------------------------------------------------------- */

enum rc
workspace_member_put(struct db *db, const char *id, const char *user_id,
    enum workspace_role role, int64_t now)
{
	struct query *q = person_query(db, SQL_WORKSPACE_MEMBER_PUT, id,
	    user_id);

	bind_str(q, ":role", roles[role]);
	bind_int(q, ":now", now);
	return db_run(q);
}

enum rc
workspace_member_remove(struct db *db, const char *id, const char *user_id)
{
	return run_found(person_query(db, SQL_WORKSPACE_MEMBER_REMOVE, id,
	    user_id));
}

static void
member_from(struct query *q, struct workspace_member_row *m)
{
	m->user_id = col_str(q, "user_id");
	m->username = col_str(q, "username");
	m->display_name = col_str(q, "display_name");
	m->avatar_url = col_str(q, "avatar_url");
	m->role = workspace_role_from(q);
	m->created_at = col_int(q, "created_at");
}

enum rc
workspace_member_get(struct db *db, const char *id, const char *user_id,
    struct workspace_member_row *out)
{
	struct query *q = person_query(db, SQL_WORKSPACE_MEMBER_GET, id,
	    user_id);
	struct workspace_member_row m;
	enum rc rc;

	if (row_one(q) == RC_OK)
		member_from(q, &m);
	if ((rc = db_done(q)) == RC_OK)
		*out = m;
	return rc;
}

enum rc
workspace_member_list(struct db *db, const char *id, const char *after,
    int64_t limit, struct workspace_member_row **rows, size_t *len)
{
	struct query *q = db_query(db, SQL_WORKSPACE_MEMBER_LIST);
	struct workspace_member_row *list = NULL;
	size_t n = 0, cap = 0;
	enum rc rc;

	bind_str(q, ":id", id);
	bind_str(q, ":after", after == NULL ? "" : after);
	bind_int(q, ":limit", limit);
	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		member_from(q, &list[n++]);
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}
