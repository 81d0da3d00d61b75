/*
 * broadcast: times on air of a channel.  The time at which one ends by itself
 * is part of every reading but that of broadcast_open.  When one begins or
 * ends is app's to decide.
 */
#include "local.h"

/* The channel was last on air when this began. */
static enum rc
last_live(struct db *db, const char *id, int64_t at)
{
	struct query *q = db_query(db, SQL_STREAM_SET_LAST_LIVE);

	bind_str(q, ":id", id);
	bind_int(q, ":at", at);
	return run_found(q);
}

enum rc
broadcast_insert(struct db *db, const struct broadcast_row *b)
{
	struct query *q = db_query(db, SQL_BROADCAST_INSERT);
	enum rc rc;

	bind_str(q, ":id", b->id);
	bind_str(q, ":user_id", b->user_id);
	bind_str(q, ":title", b->title);
	bind_int(q, ":started_at", b->started_at);
	bind_time(q, ":ended_at", b->ended_at);
	bind_time(q, ":lapses_at", b->lapses_at);
	bind_int(q, ":viewer_count", b->viewer_count);
	bind_int(q, ":peak_viewers", b->peak_viewers);
	bind_int(q, ":unique_viewers", b->unique_viewers);
	bind_int(q, ":watch_ms", b->watch_ms);
	rc = run_new(q);
	return rc != RC_OK ? rc : last_live(db, b->id, b->started_at);
}

static void
broadcast_from(struct query *q, struct broadcast_row *b)
{
	b->id = col_str(q, "id");
	b->user_id = col_str(q, "user_id");
	b->title = col_str(q, "title");
	b->started_at = col_int(q, "started_at");
	b->ended_at = col_int(q, "ended_at");
	b->lapses_at = col_int(q, "lapses_at");
	b->viewer_count = col_int(q, "viewer_count");
	b->peak_viewers = col_int(q, "peak_viewers");
	b->unique_viewers = col_int(q, "unique_viewers");
	b->watch_ms = col_int(q, "watch_ms");
}

static enum rc
broadcast_one(struct query *q, struct broadcast_row *out)
{
	struct broadcast_row b;
	enum rc rc;

	if (row_one(q) == RC_OK)
		broadcast_from(q, &b);
	if ((rc = db_done(q)) == RC_OK)
		*out = b;
	return rc;
}

static enum rc
broadcast_rows(struct db *db, struct query *q, int64_t limit,
    struct broadcast_row **rows, size_t *len)
{
	struct broadcast_row *list = NULL;
	size_t n = 0, cap = 0;
	enum rc rc;

	bind_int(q, ":limit", limit);
	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		broadcast_from(q, &list[n++]);
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}

enum rc
broadcast_open(struct db *db, const char *user_id, struct broadcast_row *out)
{
	struct query *q = db_query(db, SQL_BROADCAST_OPEN);

	bind_str(q, ":user_id", user_id);
	return broadcast_one(q, out);
}

enum rc
broadcast_on_air(struct db *db, const char *user_id, int64_t now,
    struct broadcast_row *out)
{
	struct query *q = db_query(db, SQL_BROADCAST_ON_AIR);

	bind_str(q, ":user_id", user_id);
	bind_int(q, ":now", now);
	return broadcast_one(q, out);
}

enum rc
broadcast_by_id(struct db *db, const char *user_id, const char *id,
    int64_t now, struct broadcast_row *out)
{
	struct query *q = db_query(db, SQL_BROADCAST_BY_ID);

	bind_str(q, ":user_id", user_id);
	bind_str(q, ":id", id);
	bind_int(q, ":now", now);
	return broadcast_one(q, out);
}

enum rc
broadcast_list(struct db *db, const char *user_id, int64_t now,
    int64_t before_started, const char *before_id, int64_t limit,
    struct broadcast_row **rows, size_t *len)
{
	struct query *q = db_query(db, SQL_BROADCAST_LIST);

	bind_str(q, ":user_id", user_id);
	bind_int(q, ":now", now);
	bind_before(q, before_started, before_id);
	return broadcast_rows(db, q, limit, rows, len);
}

enum rc
broadcast_lapsed(struct db *db, int64_t now, int64_t limit,
    struct broadcast_row **rows, size_t *len)
{
	struct query *q = db_query(db, SQL_BROADCAST_LAPSED);

	bind_int(q, ":now", now);
	return broadcast_rows(db, q, limit, rows, len);
}

enum rc
broadcast_set_presence(struct db *db, const char *id, int64_t viewers,
    int64_t lapses_at)
{
	struct query *q = db_query(db, SQL_BROADCAST_SET_PRESENCE);

	bind_str(q, ":id", id);
	bind_int(q, ":viewers", viewers);
	bind_time(q, ":lapses_at", lapses_at);
	return run_found(q);
}

enum rc
broadcast_set_start(struct db *db, const char *id, int64_t started_at)
{
	struct query *q = db_query(db, SQL_BROADCAST_SET_START);
	enum rc rc;

	bind_str(q, ":id", id);
	bind_int(q, ":at", started_at);
	rc = run_found(q);
	return rc != RC_OK ? rc : last_live(db, id, started_at);
}

/* ---- who watched --------------------------------------------------------- */

enum { MINUTE_MS = 60000, MINUTES_MAX = 1440 };

/* A session of somebody who watched, cut to the span asked for. */
struct watch {
	int64_t	 since, until;
	int64_t	 before;	/* earlier ones of theirs went until; 0: none */
};

static struct query *
watch_open(struct db *db, const char *room, int64_t from, int64_t until)
{
	struct query *q = db_query(db, SQL_BROADCAST_SESSIONS);

	bind_str(q, ":room", room);
	bind_int(q, ":from", from);
	bind_int(q, ":until", until);
	return q;
}

static bool
watch_next(struct query *q, struct watch *w)
{
	if (!db_row(q))
		return false;
	w->since = col_int(q, "since");
	w->until = col_int(q, "until");
	w->before = col_int(q, "before");
	/* Two machines' clocks told the two. */
	if (w->until < w->since)
		w->until = w->since;
	return true;
}

static enum rc
write_watched(struct db *db, const char *id, const char *room, int64_t from,
    int64_t until)
{
	struct query *q = watch_open(db, room, from, until);
	int64_t people = 0, watch_ms = 0;
	struct watch w;
	enum rc rc;

	while (watch_next(q, &w)) {
		people += w.before == 0;
		watch_ms += w.until - w.since;
	}
	if ((rc = db_done(q)) != RC_OK)
		return rc;
	q = db_query(db, SQL_BROADCAST_SET_WATCHED);
	bind_str(q, ":id", id);
	bind_int(q, ":people", people);
	bind_int(q, ":watch_ms", watch_ms);
	return db_run(q);
}

enum rc
broadcast_end(struct db *db, const char *id, int64_t at)
{
	struct query *q = db_query(db, SQL_BROADCAST_END);
	const char *room = NULL;
	int64_t changes, from = 0, until = 0;
	enum rc rc;

	bind_str(q, ":id", id);
	bind_int(q, ":at", at);
	if ((rc = db_run_changes(q, &changes)) != RC_OK)
		return rc;
	q = db_query(db, SQL_BROADCAST_SPAN);
	bind_str(q, ":id", id);
	if (row_one(q) == RC_OK) {
		room = col_str(q, "user_id");
		from = col_int(q, "started_at");
		until = col_int(q, "ended_at");
	}
	rc = db_done(q);
	/* Ended before: as it is. */
	return rc != RC_OK || changes == 0 ? rc :
	    write_watched(db, id, room, from, until);
}

static int64_t
minute_of(int64_t from, int64_t at)
{
	return (at - from) / MINUTE_MS;
}

enum rc
broadcast_minutes(struct db *db, const struct broadcast_row *b, int64_t now,
    int64_t **viewers, size_t *len)
{
	int64_t from = b->started_at, until, *at;
	struct query *q;
	struct watch w;
	enum rc rc;
	size_t n;

	until = b->ended_at == 0 ? now : b->ended_at;
	if (until > from + (int64_t)MINUTES_MAX * MINUTE_MS)
		until = from + (int64_t)MINUTES_MAX * MINUTE_MS;
	if (until <= from)
		until = from + 1;
	n = (size_t)minute_of(from, until - 1) + 1;
	at = arena_alloc(db->arena, (n + 1) * sizeof *at);
	q = watch_open(db, b->user_id, from, until);
	while (watch_next(q, &w)) {
		int64_t first = minute_of(from, w.since);
		int64_t last = minute_of(from, w.until > w.since ?
		    w.until - 1 : w.since);

		/* Back within the minute: counted in it already. */
		if (w.before != 0 && first <= minute_of(from, w.before - 1))
			first = minute_of(from, w.before - 1) + 1;
		if (first <= last) {
			at[first]++;
			at[last + 1]--;
		}
	}
	for (size_t i = 1; i < n; i++)
		at[i] += at[i - 1];
	if ((rc = db_done(q)) == RC_OK) {
		*viewers = at;
		*len = n;
	}
	return rc;
}
