/*
 * track: what owners of rooms publish there.  As with presence each write is
 * a merge that gives the same row whatever the order of the reports.
 */
#include "local.h"

enum rc
track_merge(struct db *db, const struct track_row *t)
{
	struct query *q = db_query(db, SQL_TRACK_MERGE);

	bind_str(q, ":room", t->room_name);
	bind_str(q, ":sid", t->sid);
	bind_str(q, ":participant_sid", t->participant_sid);
	bind_str(q, ":identity", t->identity);
	bind_time(q, ":published_at", t->published_at);
	bind_time(q, ":unpublished_at", t->unpublished_at);
	return db_run(q);
}

enum rc
track_open(struct db *db, const char *room, struct track_row **rows,
    size_t *len)
{
	struct query *q = db_query(db, SQL_TRACK_OPEN);
	struct track_row *list = NULL, *t;
	size_t n = 0, cap = 0;
	enum rc rc;

	bind_str(q, ":room", room);
	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		t = &list[n++];
		t->room_name = col_str(q, "room_name");
		t->sid = col_str(q, "sid");
		t->participant_sid = col_str(q, "participant_sid");
		t->identity = col_str(q, "identity");
		t->published_at = col_int(q, "published_at");
		t->unpublished_at = col_int(q, "unpublished_at");
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}

enum rc
track_purge(struct db *db, int64_t unpublished_before)
{
	return run_purge(db, SQL_TRACK_PURGE, unpublished_before);
}
