/*
 * audit: what administrators did.  Rows are added and read, never changed.
 */
#include "local.h"

enum rc
audit_insert(struct db *db, const struct audit_row *a)
{
	struct query *q;
	int64_t id;
	enum rc rc;

	if ((rc = counter_next(db, "audit", &id)) != RC_OK)
		return rc;
	q = db_query(db, SQL_AUDIT_INSERT);
	bind_int(q, ":id", id);
	bind_int(q, ":at", a->at);
	bind_str(q, ":actor_id", a->actor_id);
	bind_str(q, ":actor_name", a->actor_name);
	bind_str(q, ":action", a->action);
	bind_str(q, ":target_id", a->target_id);
	bind_str(q, ":target_name", a->target_name);
	return db_run(q);
}

enum rc
audit_list(struct db *db, int64_t before, int64_t limit,
    struct audit_row **rows, size_t *len)
{
	struct query *q = db_query(db, SQL_AUDIT_LIST);
	struct audit_row *list = NULL, *a;
	size_t n = 0, cap = 0;
	enum rc rc;

	bind_int(q, ":before", before == 0 ? INT64_MAX : before);
	bind_int(q, ":limit", limit);
	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		a = &list[n++];
		a->id = col_int(q, "id");
		a->at = col_int(q, "at");
		a->actor_id = col_str(q, "actor_id");
		a->actor_name = col_str(q, "actor_name");
		a->action = col_str(q, "action");
		a->target_id = col_str(q, "target_id");
		a->target_name = col_str(q, "target_name");
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}
