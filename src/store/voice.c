/*
 * voice: voice channels of workspaces, and what somebody is in one's workspace.
 * The room of a channel has a row of its own; here it only takes the name over.
 */
#include "local.h"

enum rc
voice_insert(struct db *db, const struct voice_row *v)
{
	struct query *q = db_query(db, SQL_VOICE_INSERT);

	bind_str(q, ":id", v->id);
	bind_str(q, ":workspace_id", v->workspace_id);
	bind_str(q, ":name", v->name);
	bind_str(q, ":sources", v->sources);
	bind_int(q, ":created_at", v->created_at);
	return run_new(q);
}

static void
voice_from(struct query *q, struct voice_row *v)
{
	v->id = col_str(q, "id");
	v->workspace_id = col_str(q, "workspace_id");
	v->name = col_str(q, "name");
	v->sources = col_str(q, "sources");
	v->created_at = col_int(q, "created_at");
}

enum rc
voice_get(struct db *db, const char *id, struct voice_row *out)
{
	struct query *q = db_query(db, SQL_VOICE_GET);
	struct voice_row v;
	enum rc rc;

	bind_str(q, ":id", id);
	if (row_one(q) == RC_OK)
		voice_from(q, &v);
	if ((rc = db_done(q)) == RC_OK)
		*out = v;
	return rc;
}

enum rc
voice_list(struct db *db, const char *workspace_id, int64_t after_created,
    const char *after_id, int64_t limit, struct voice_row **rows, size_t *len)
{
	struct query *q = db_query(db, SQL_VOICE_LIST);
	struct voice_row *list = NULL;
	size_t n = 0, cap = 0;
	enum rc rc;

	bind_str(q, ":workspace_id", workspace_id);
	bind_int(q, ":after_time", after_created);
	bind_str(q, ":after_id", after_id == NULL ? "" : after_id);
	bind_int(q, ":limit", limit);
	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		voice_from(q, &list[n++]);
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}

enum rc
voice_count(struct db *db, const char *workspace_id, int64_t *n)
{
	return run_count(db, SQL_VOICE_COUNT, workspace_id, n);
}

enum rc
voice_update(struct db *db, const struct voice_row *v)
{
	struct query *q = db_query(db, SQL_VOICE_UPDATE);
	enum rc rc;

	bind_str(q, ":id", v->id);
	bind_str(q, ":name", v->name);
	bind_str(q, ":sources", v->sources);
	if ((rc = run_found(q)) != RC_OK)
		return rc;
	q = db_query(db, SQL_VOICE_RENAME_ROOM);
	bind_str(q, ":id", v->id);
	bind_str(q, ":name", v->name);
	return run_found(q);
}

enum rc
voice_delete(struct db *db, const char *id, int64_t now)
{
	struct query *q = db_query(db, SQL_VOICE_DELETE);

	bind_str(q, ":id", id);
	bind_int(q, ":now", now);
	return run_found(q);
}

enum rc
voice_access(struct db *db, const char *id, const char *user_id,
    enum workspace_role *role, const char **sources)
{
	struct query *q = db_query(db, SQL_VOICE_ACCESS);
	enum workspace_role found = WORKSPACE_MEMBER;
	const char *may = NULL;
	enum rc rc;

	bind_str(q, ":id", id);
	bind_str(q, ":user_id", user_id);
	if (row_one(q) == RC_OK) {
		found = workspace_role_from(q);
		may = col_str(q, "sources");
	}
	if ((rc = db_done(q)) != RC_OK)
		return rc;
	*role = found;
	*sources = may;
	return RC_OK;
}
