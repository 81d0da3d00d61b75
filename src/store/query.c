/*
 * query: named statements, prepared once per connection when first used.
 * Parameters and columns go by name.  Errors latch: the first one surfaces at
 * db_done, and nothing runs after it.
 */
#include <stdlib.h>
#include <string.h>

#include "local.h"

static enum rc
query_prepare(struct query *q)
{
	int code = sqlite3_prepare_v3(q->db->handle, sql_text[q->id], -1,
	    SQLITE_PREPARE_PERSISTENT, &q->stmt, NULL);

	if (code != SQLITE_OK)
		return db_cause(q->db, code, sql_name[q->id]);
	q->readonly = sqlite3_stmt_readonly(q->stmt) != 0;
	q->cols = sqlite3_column_count(q->stmt);
	/* SQLite's own copies go when it prepares anew by itself. */
	if (q->cols > 0 && (q->col_name = calloc((size_t)q->cols,
	    sizeof *q->col_name)) == NULL)
		abort();
	for (int i = 0; i < q->cols; i++)
		if ((q->col_name[i] = strdup(sqlite3_column_name(q->stmt,
		    i))) == NULL)
			abort();
	return RC_OK;
}

void
db_query_free(struct query *q)
{
	for (int i = 0; q->col_name != NULL && i < q->cols; i++)
		free(q->col_name[i]);
	free(q->col_name);
	sqlite3_finalize(q->stmt);
}

/* May this statement run now? */
static enum rc
query_allowed(struct query *q)
{
	struct db *db = q->db;

	if (db->in_tx && sqlite3_get_autocommit(db->handle)) {
		log_error("%s: %s after the transaction was rolled back",
		    db->path, sql_name[q->id]);
		return RC_BUSY;
	}
	if (!q->readonly && !db->in_tx) {
		log_error("%s: %s outside a transaction", db->path,
		    sql_name[q->id]);
		return RC_INTERNAL;
	}
	return RC_OK;
}

struct query *
db_query(struct db *db, enum sql_id id)
{
	struct query *q = &db->query[id];

	db_guard(db);
	if (q->busy) {
		log_error("%s: %s within itself", db->path, sql_name[id]);
		db->refused.rc = RC_INTERNAL;
		return &db->refused;
	}
	q->busy = true;
	q->ended = false;
	q->col_next = 0;
	db->busy++;
	q->rc = q->stmt == NULL ? query_prepare(q) : RC_OK;
	if (q->rc == RC_OK)
		q->rc = query_allowed(q);
	return q;
}

static int
param(struct query *q, const char *name)
{
	int i;

	if (q->rc != RC_OK)
		return 0;
	if ((i = sqlite3_bind_parameter_index(q->stmt, name)) == 0) {
		log_error("%s: no parameter %s", sql_name[q->id], name);
		q->rc = RC_INTERNAL;
	}
	return i;
}

static void
bound(struct query *q, int code)
{
	if (code != SQLITE_OK)
		q->rc = db_cause(q->db, code, sql_name[q->id]);
}

void
bind_str(struct query *q, const char *name, const char *value)
{
	int i = param(q, name);

	/* Static: the caller's text lives until db_done, which clears. */
	if (i != 0)
		bound(q, sqlite3_bind_text(q->stmt, i, value, -1,
		    SQLITE_STATIC));
}

void
bind_int(struct query *q, const char *name, int64_t value)
{
	int i = param(q, name);

	if (i != 0)
		bound(q, sqlite3_bind_int64(q->stmt, i, value));
}

void
bind_null(struct query *q, const char *name)
{
	int i = param(q, name);

	if (i != 0)
		bound(q, sqlite3_bind_null(q->stmt, i));
}

void
bind_time(struct query *q, const char *name, int64_t value)
{
	if (value == 0)
		bind_null(q, name);
	else
		bind_int(q, name, value);
}

void
bind_before(struct query *q, int64_t time, const char *id)
{
	bind_int(q, ":before_time", time == 0 ? INT64_MAX : time);
	bind_str(q, ":before_id", id == NULL ? "" : id);
}

bool
db_row(struct query *q)
{
	int code;

	if (q->rc != RC_OK || q->ended)
		return false;
	if ((code = sqlite3_step(q->stmt)) == SQLITE_ROW)
		return true;
	q->ended = true;
	q->rc = db_cause(q->db, code, sql_name[q->id]);
	return false;
}

static void
query_reset(struct query *q)
{
	if (q->stmt != NULL) {
		sqlite3_reset(q->stmt);
		sqlite3_clear_bindings(q->stmt);
	}
	q->busy = false;
	q->db->busy--;
}

enum rc
db_done(struct query *q)
{
	if (q->busy)
		query_reset(q);
	return q->rc;
}

enum rc
db_run(struct query *q)
{
	while (db_row(q))
		;
	return db_done(q);
}

enum rc
db_run_changes(struct query *q, int64_t *changes)
{
	enum rc rc = db_run(q);

	if (rc == RC_OK)
		*changes = sqlite3_changes64(q->db->handle);
	return rc;
}

void
db_reset_all(struct db *db)
{
	if (db->busy == 0)
		return;
	for (int i = 0; i < SQL_MAX; i++)
		if (db->query[i].busy) {
			log_error("%s: %s was left unfinished", db->path,
			    sql_name[i]);
			query_reset(&db->query[i]);
		}
}

static int
column(struct query *q, const char *name)
{
	/* Columns are mostly asked for in their order. */
	for (int n = 0, i = q->col_next; n < q->cols; n++, i++) {
		if (i == q->cols)
			i = 0;
		if (strcmp(q->col_name[i], name) == 0) {
			q->col_next = i + 1;
			return i;
		}
	}
	log_error("%s: no column %s", sql_name[q->id], name);
	q->rc = RC_INTERNAL;
	return -1;
}

const char *
col_str(struct query *q, const char *name)
{
	int i = column(q, name);
	const unsigned char *text;

	if (i == -1 || sqlite3_column_type(q->stmt, i) == SQLITE_NULL)
		return NULL;
	if ((text = sqlite3_column_text(q->stmt, i)) == NULL)
		abort();	/* out of memory, as in the arena */
	return arena_strndup(q->db->arena, (const char *)text,
	    (size_t)sqlite3_column_bytes(q->stmt, i));
}

int64_t
col_int(struct query *q, const char *name)
{
	int i = column(q, name);

	return i == -1 ? 0 : sqlite3_column_int64(q->stmt, i);
}

bool
col_null(struct query *q, const char *name)
{
	int i = column(q, name);

	return i == -1 || sqlite3_column_type(q->stmt, i) == SQLITE_NULL;
}

enum rc
run_purge(struct db *db, enum sql_id id, int64_t before)
{
	struct query *q = db_query(db, id);

	bind_int(q, ":before", before);
	return db_run(q);
}

enum rc
run_count(struct db *db, enum sql_id sql, const char *id, int64_t *n)
{
	struct query *q = db_query(db, sql);
	int64_t found = 0;
	enum rc rc;

	bind_str(q, ":id", id);
	if (row_one(q) == RC_OK)
		found = col_int(q, "n");
	if ((rc = db_done(q)) == RC_OK)
		*n = found;
	return rc;
}

enum rc
run_new(struct query *q)
{
	int64_t changes;
	enum rc rc = db_run_changes(q, &changes);

	return rc == RC_OK && changes == 0 ? RC_CONFLICT : rc;
}

enum rc
run_found(struct query *q)
{
	int64_t changes;
	enum rc rc = db_run_changes(q, &changes);

	return rc == RC_OK && changes == 0 ? RC_NOT_FOUND : rc;
}

enum rc
row_one(struct query *q)
{
	if (!db_row(q) && q->rc == RC_OK)
		q->rc = RC_NOT_FOUND;
	return q->rc;
}

enum rc
row_any(struct query *q, bool *yes)
{
	bool found = db_row(q);
	enum rc rc = db_done(q);

	if (rc == RC_OK)
		*yes = found;
	return rc;
}

void *
rows_grow(struct db *db, void *rows, size_t len, size_t *cap, size_t size)
{
	void *more;

	if (len < *cap)
		return rows;
	*cap = *cap == 0 ? 16 : *cap * 2;
	more = arena_alloc(db->arena, *cap * size);
	if (len > 0)
		memcpy(more, rows, len * size);
	return more;
}

enum rc
names_read(struct db *db, struct query *q, const char *name,
    const char ***names, size_t *len)
{
	const char **list = NULL;
	size_t n = 0, cap = 0;
	enum rc rc;

	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		list[n++] = col_str(q, name);
	}
	if ((rc = db_done(q)) == RC_OK) {
		*names = list;
		*len = n;
	}
	return rc;
}
