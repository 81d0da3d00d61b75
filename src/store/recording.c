/*
 * recording: from the wish for it to the file.  One of a room runs at a time,
 * which an index sees to; what a status may become is app's.
 */
#include "local.h"

#define MOST_OF_A_ROOM	100

static const char *const states[] = {
	[RECORDING_STARTING] = "starting",
	[RECORDING_RECORDING] = "recording",
	[RECORDING_PROCESSING] = "processing",
	[RECORDING_COMPLETE] = "complete", [RECORDING_FAILED] = "failed",
};

const char *
recording_status_name(enum recording_status status)
{
	return states[status];
}

static void
bind_unknown(struct query *q, const char *name, int64_t value)
{
	if (value < 0)
		bind_null(q, name);
	else
		bind_int(q, name, value);
}

/* What insert and update have in common. */
static struct query *
recording_query(struct db *db, enum sql_id id, const struct recording_row *r)
{
	struct query *q = db_query(db, id);

	bind_str(q, ":id", r->id);
	bind_str(q, ":room_sid", r->room_sid);
	bind_str(q, ":egress_id", r->egress_id);
	bind_str(q, ":status", states[r->status]);
	bind_int(q, ":is_stop_wanted", r->is_stop_wanted);
	bind_int(q, ":started_at", r->started_at);
	bind_time(q, ":ended_at", r->ended_at);
	bind_str(q, ":participants", r->participants);
	bind_str(q, ":object_key", r->object_key);
	bind_int(q, ":is_s3", r->is_s3);
	bind_str(q, ":location", r->location);
	bind_unknown(q, ":file_size", r->file_size);
	bind_unknown(q, ":duration_ms", r->duration_ms);
	bind_str(q, ":error", r->error);
	return q;
}

enum rc
recording_insert(struct db *db, const struct recording_row *r)
{
	struct query *q = recording_query(db, SQL_RECORDING_INSERT, r);

	bind_str(q, ":room", r->room_name);
	bind_str(q, ":started_by", r->started_by);
	bind_int(q, ":created_at", r->created_at);
	return run_new(q);
}

enum rc
recording_update(struct db *db, const struct recording_row *r)
{
	return run_found(recording_query(db, SQL_RECORDING_UPDATE, r));
}

static int64_t
col_unknown(struct query *q, const char *name)
{
	return col_null(q, name) ? -1 : col_int(q, name);
}

static void
recording_from(struct query *q, struct recording_row *r)
{
	r->id = col_str(q, "id");
	r->room_name = col_str(q, "room_name");
	r->room_sid = col_str(q, "room_sid");
	r->egress_id = col_str(q, "egress_id");
	r->status = (enum recording_status)word_index(states, 5,
	    col_str(q, "status"));
	r->is_stop_wanted = col_int(q, "is_stop_wanted") != 0;
	r->started_by = col_str(q, "started_by");
	r->created_at = col_int(q, "created_at");
	r->started_at = col_int(q, "started_at");
	r->ended_at = col_int(q, "ended_at");
	r->participants = col_str(q, "participants");
	r->object_key = col_str(q, "object_key");
	r->is_s3 = col_int(q, "is_s3") != 0;
	r->location = col_str(q, "location");
	r->file_size = col_unknown(q, "file_size");
	r->duration_ms = col_unknown(q, "duration_ms");
	r->error = col_str(q, "error");
}

static enum rc
recording_one(struct db *db, enum sql_id id, const char *name,
    const char *value, struct recording_row *out)
{
	struct query *q = db_query(db, id);
	struct recording_row r;
	enum rc rc;

	bind_str(q, name, value);
	if (row_one(q) == RC_OK)
		recording_from(q, &r);
	if ((rc = db_done(q)) == RC_OK)
		*out = r;
	return rc;
}

enum rc
recording_by_id(struct db *db, const char *id, struct recording_row *out)
{
	return recording_one(db, SQL_RECORDING_BY_ID, ":id", id, out);
}

enum rc
recording_by_egress(struct db *db, const char *egress_id,
    struct recording_row *out)
{
	return recording_one(db, SQL_RECORDING_BY_EGRESS, ":egress_id",
	    egress_id, out);
}

enum rc
recording_running(struct db *db, const char *room, struct recording_row *out)
{
	return recording_one(db, SQL_RECORDING_RUNNING, ":room", room, out);
}

static enum rc
recording_rows(struct db *db, struct query *q, struct recording_row **rows,
    size_t *len)
{
	struct recording_row *list = NULL;
	size_t n = 0, cap = 0;
	enum rc rc;

	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		recording_from(q, &list[n++]);
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}

enum rc
recording_list(struct db *db, const char *room, int64_t before_created,
    const char *before_id, int64_t limit, struct recording_row **rows,
    size_t *len)
{
	struct query *q = db_query(db, SQL_RECORDING_LIST);

	bind_str(q, ":room", room);
	bind_before(q, before_created, before_id);
	bind_int(q, ":limit", limit);
	return recording_rows(db, q, rows, len);
}

enum rc
recording_list_of(struct db *db, const char *user_id, int64_t before_created,
    const char *before_id, int64_t limit, struct recording_row **rows,
    size_t *len)
{
	struct query *q = db_query(db, SQL_RECORDING_LIST_OF);

	bind_str(q, ":user_id", user_id);
	bind_before(q, before_created, before_id);
	bind_int(q, ":limit", limit);
	return recording_rows(db, q, rows, len);
}

enum rc
recording_delete(struct db *db, const char *id)
{
	struct query *q = db_query(db, SQL_RECORDING_DELETE);

	bind_str(q, ":id", id);
	return run_found(q);
}

enum rc
recording_unfinished(struct db *db, int64_t after_created,
    const char *after_id, int64_t limit, struct recording_row **rows,
    size_t *len)
{
	struct query *q = db_query(db, SQL_RECORDING_UNFINISHED);

	bind_int(q, ":after_time", after_created);
	bind_str(q, ":after_id", after_id == NULL ? "" : after_id);
	bind_int(q, ":limit", limit);
	return recording_rows(db, q, rows, len);
}

enum rc
recording_unfinished_of(struct db *db, const char *room,
    struct recording_row **rows, size_t *len)
{
	struct query *q = db_query(db, SQL_RECORDING_UNFINISHED_OF);

	bind_str(q, ":room", room);
	bind_int(q, ":limit", MOST_OF_A_ROOM);
	return recording_rows(db, q, rows, len);
}

enum rc
recording_unheard(struct db *db, int64_t before, int64_t limit,
    struct recording_row **rows, size_t *len)
{
	struct query *q = db_query(db, SQL_RECORDING_UNHEARD);

	bind_int(q, ":before", before);
	bind_int(q, ":limit", limit);
	return recording_rows(db, q, rows, len);
}
