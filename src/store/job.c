/*
 * job: what must still be done elsewhere, and the lease that says who does
 * it.  How a job is done is app's business.
 */
#include "local.h"

static const char *
or_empty(const char *s)
{
	return s == NULL ? "" : s;
}

static const char *
or_null(const char *s)
{
	return s[0] == '\0' ? NULL : s;
}

enum rc
job_put(struct db *db, const struct job_row *j)
{
	struct query *q;
	int64_t id;
	enum rc rc;

	if ((rc = counter_next(db, "job", &id)) != RC_OK)
		return rc;
	q = db_query(db, SQL_JOB_PUT);
	bind_int(q, ":id", id);
	bind_str(q, ":kind", j->kind);
	bind_str(q, ":room", or_empty(j->room_name));
	bind_str(q, ":identity", or_empty(j->identity));
	bind_str(q, ":payload", j->payload);
	bind_int(q, ":not_before", j->not_before);
	bind_int(q, ":created_at", j->created_at);
	return db_run(q);
}

static enum rc
job_rows(struct db *db, struct query *q, struct job_row **rows, size_t *len)
{
	struct job_row *list = NULL, *j;
	size_t n = 0, cap = 0;
	enum rc rc;

	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		j = &list[n++];
		j->id = col_int(q, "id");
		j->kind = col_str(q, "kind");
		j->room_name = or_null(col_str(q, "room_name"));
		j->identity = or_null(col_str(q, "identity"));
		j->payload = col_str(q, "payload");
		j->not_before = col_int(q, "not_before");
		j->attempts = col_int(q, "attempts");
		j->created_at = col_int(q, "created_at");
		j->last_error = col_str(q, "last_error");
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}

enum rc
job_due(struct db *db, int64_t now, int64_t limit, struct job_row **rows,
    size_t *len)
{
	struct query *q = db_query(db, SQL_JOB_DUE);

	bind_int(q, ":now", now);
	bind_int(q, ":limit", limit);
	return job_rows(db, q, rows, len);
}

enum rc
job_due_of(struct db *db, const char *room, int64_t now, int64_t limit,
    struct job_row **rows, size_t *len)
{
	struct query *q = db_query(db, SQL_JOB_DUE_OF);

	bind_str(q, ":room", room);
	bind_int(q, ":now", now);
	bind_int(q, ":limit", limit);
	return job_rows(db, q, rows, len);
}

/* One integer where a row may be missing: then 0. */
static enum rc
int_or_zero(struct query *q, const char *column, int64_t *out)
{
	int64_t value = 0;
	enum rc rc;

	if (row_one(q) == RC_OK)
		value = col_int(q, column);
	rc = db_done(q);
	if (rc == RC_OK || rc == RC_NOT_FOUND) {
		*out = value;
		return RC_OK;
	}
	return rc;
}

enum rc
job_next(struct db *db, int64_t *not_before)
{
	return int_or_zero(db_query(db, SQL_JOB_NEXT), "not_before",
	    not_before);
}

enum rc
job_done(struct db *db, const struct job_row *j)
{
	struct query *q = db_query(db, SQL_JOB_DONE);

	bind_int(q, ":id", j->id);
	bind_int(q, ":created_at", j->created_at);
	return db_run(q);
}

enum rc
job_drop(struct db *db, const char *kind, const char *room)
{
	struct query *q = db_query(db, SQL_JOB_DROP);

	bind_str(q, ":kind", kind);
	bind_str(q, ":room", or_empty(room));
	return db_run(q);
}

enum rc
job_retry(struct db *db, int64_t id, int64_t not_before, const char *error)
{
	struct query *q = db_query(db, SQL_JOB_RETRY);

	bind_int(q, ":id", id);
	bind_int(q, ":not_before", not_before);
	bind_str(q, ":error", error);
	return db_run(q);
}

enum rc
lease_take(struct db *db, const char *name, const char *holder, int64_t now,
    int64_t ttl_ms, bool *got)
{
	struct query *q = db_query(db, SQL_LEASE_TAKE);
	int64_t changes;
	enum rc rc;

	bind_str(q, ":name", name);
	bind_str(q, ":holder", holder);
	bind_int(q, ":now", now);
	bind_int(q, ":until", now + ttl_ms);
	if ((rc = db_run_changes(q, &changes)) == RC_OK)
		*got = changes > 0;
	return rc;
}

enum rc
lease_drop(struct db *db, const char *name, const char *holder)
{
	struct query *q = db_query(db, SQL_LEASE_DROP);

	bind_str(q, ":name", name);
	bind_str(q, ":holder", holder);
	bind_int(q, ":now", clock_ms());
	return db_run(q);
}

enum rc
lease_until(struct db *db, const char *name, int64_t *until)
{
	struct query *q = db_query(db, SQL_LEASE_UNTIL);

	bind_str(q, ":name", name);
	return int_or_zero(q, "expires_at", until);
}

enum rc
lease_last(struct db *db, const char *name, int64_t *at)
{
	struct query *q = db_query(db, SQL_LEASE_LAST);

	bind_str(q, ":name", name);
	return int_or_zero(q, "last_at", at);
}
