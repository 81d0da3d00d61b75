/*
 * live: live streams (seed 001).  The time at which one ends by itself is part
 * of every reading.
 */
#include "local.h"

enum rc
live_insert(struct db *db, const struct live_row *l)
{
	struct query *q = db_query(db, SQL_LIVE_INSERT);

	bind_str(q, ":id", l->id);
	bind_str(q, ":streamer_id", l->streamer_id);
	bind_str(q, ":title", l->title);
	bind_int(q, ":is_live", l->is_live);
	bind_int(q, ":viewer_count", l->viewer_count);
	bind_int(q, ":created_at", l->created_at);
	bind_time(q, ":ended_at", l->ended_at);
	bind_time(q, ":lapses_at", l->lapses_at);
	return run_new(q);
}

static void
live_from(struct query *q, struct live_row *l)
{
	l->id = col_str(q, "id");
	l->title = col_str(q, "title");
	l->streamer_id = col_str(q, "streamer_id");
	l->created_at = col_int(q, "created_at");
	l->lapses_at = col_int(q, "lapses_at");
	l->is_live = col_int(q, "is_live") != 0;
	l->viewer_count = col_int(q, "viewer_count");
	l->ended_at = col_int(q, "ended_at");
}

static enum rc
live_one(struct query *q, struct live_row *out)
{
	struct live_row l;
	enum rc rc;

	if (row_one(q) == RC_OK)
		live_from(q, &l);
	if ((rc = db_done(q)) == RC_OK)
		*out = l;
	return rc;
}

static enum rc
live_list(struct db *db, struct query *q, struct live_row **rows, size_t *len)
{
	struct live_row *list = NULL;
	size_t n = 0, cap = 0;
	enum rc rc;

	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		live_from(q, &list[n++]);
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}

enum rc
live_by_id(struct db *db, const char *id, int64_t now, struct live_row *out)
{
	struct query *q = db_query(db, SQL_LIVE_BY_ID);

	bind_str(q, ":id", id);
	bind_int(q, ":now", now);
	return live_one(q, out);
}

enum rc
live_open(struct db *db, int64_t now, int64_t before_created,
    const char *before_id, int64_t limit, struct live_row **rows, size_t *len)
{
	struct query *q = db_query(db, SQL_LIVE_OPEN);

	bind_int(q, ":now", now);
	bind_before(q, before_created, before_id);
	bind_int(q, ":limit", limit);
	return live_list(db, q, rows, len);
}

enum rc
live_by_streamer(struct db *db, const char *user_id, int64_t now,
    struct live_row *out)
{
	struct query *q = db_query(db, SQL_LIVE_BY_STREAMER);

	bind_str(q, ":user_id", user_id);
	bind_int(q, ":now", now);
	return live_one(q, out);
}

enum rc
live_count_by_streamer(struct db *db, const char *user_id, int64_t now,
    int64_t *open)
{
	struct query *q = db_query(db, SQL_LIVE_COUNT_BY_STREAMER);
	int64_t n = 0;
	enum rc rc;

	bind_str(q, ":user_id", user_id);
	bind_int(q, ":now", now);
	if (row_one(q) == RC_OK)
		n = col_int(q, "open");
	if ((rc = db_done(q)) == RC_OK)
		*open = n;
	return rc;
}

enum rc
live_set_presence(struct db *db, const char *id, int64_t viewers,
    int64_t lapses_at)
{
	struct query *q = db_query(db, SQL_LIVE_SET_PRESENCE);

	bind_str(q, ":id", id);
	bind_int(q, ":viewers", viewers);
	bind_time(q, ":lapses_at", lapses_at);
	return run_found(q);
}

enum rc
live_end(struct db *db, const char *id, int64_t at)
{
	struct query *q = db_query(db, SQL_LIVE_END);

	bind_str(q, ":id", id);
	bind_int(q, ":at", at);
	return run_found(q);
}

enum rc
live_lapsed(struct db *db, int64_t now, int64_t limit, struct live_row **rows,
    size_t *len)
{
	struct query *q = db_query(db, SQL_LIVE_LAPSED);

	bind_int(q, ":now", now);
	bind_int(q, ":limit", limit);
	return live_list(db, q, rows, len);
}
