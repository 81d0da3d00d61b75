/*
 * metric: how good calls were, as rows of 10 seconds, minutes and hours that add
 * up.  What is believed, and how long it is kept, is app's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

enum { ERROR_MAX = 520 * 4 + 1 };	/* bytes of last_error */

void
metric_add(struct metric_sum *to, const struct metric_sum *s)
{
	if (s->last_at > to->last_at)
		to->last_at = s->last_at;
	to->samples += s->samples;
	to->up_bps += s->up_bps;
	to->down_bps += s->down_bps;
	to->sent += s->sent;
	to->received += s->received;
	to->lost += s->lost;
	to->latency_us += s->latency_us;
	if (s->latency_max_us > to->latency_max_us)
		to->latency_max_us = s->latency_max_us;
	to->jitters += s->jitters;
	to->jitter_us += s->jitter_us;
	to->excellent += s->excellent;
	to->good += s->good;
	to->poor += s->poor;
	to->lost_quality += s->lost_quality;
	to->errors += s->errors;
	if (s->error != NULL && s->error_at >= to->error_at) {
		to->error_at = s->error_at;
		to->error = s->error;
	}
}

enum rc
metric_put(struct db *db, const char *room, const char *identity,
    const struct metric_sum *s)
{
	struct query *q = db_query(db, SQL_METRIC_PUT);
	char error[ERROR_MAX];

	snprintf(error, sizeof error, "%013lld %s", (long long)s->error_at,
	    s->error == NULL ? "" : s->error);
	bind_str(q, ":room", room);
	bind_int(q, ":span", METRIC_SECONDS);
	bind_int(q, ":step", s->last_at - s->last_at % METRIC_SECONDS);
	bind_str(q, ":identity", identity);
	bind_int(q, ":last_at", s->last_at);
	bind_int(q, ":samples", s->samples);
	bind_int(q, ":up_bps", s->up_bps);
	bind_int(q, ":down_bps", s->down_bps);
	bind_int(q, ":sent", s->sent);
	bind_int(q, ":received", s->received);
	bind_int(q, ":lost", s->lost);
	bind_int(q, ":latency_us", s->latency_us);
	bind_int(q, ":latency_max_us", s->latency_max_us);
	bind_int(q, ":jitters", s->jitters);
	bind_int(q, ":jitter_us", s->jitter_us);
	bind_int(q, ":excellent", s->excellent);
	bind_int(q, ":good", s->good);
	bind_int(q, ":poor", s->poor);
	bind_int(q, ":lost_quality", s->lost_quality);
	bind_int(q, ":errors", s->errors);
	bind_str(q, ":last_error", s->error == NULL ? NULL : error);
	return db_run(q);
}

static void
sum_from(struct query *q, struct metric_sum *s)
{
	const char *error;

	s->last_at = col_int(q, "last_at");
	s->samples = col_int(q, "samples");
	s->up_bps = col_int(q, "up_bps");
	s->down_bps = col_int(q, "down_bps");
	s->sent = col_int(q, "sent");
	s->received = col_int(q, "received");
	s->lost = col_int(q, "lost");
	s->latency_us = col_int(q, "latency_us");
	s->latency_max_us = col_int(q, "latency_max_us");
	s->jitters = col_int(q, "jitters");
	s->jitter_us = col_int(q, "jitter_us");
	s->excellent = col_int(q, "excellent");
	s->good = col_int(q, "good");
	s->poor = col_int(q, "poor");
	s->lost_quality = col_int(q, "lost_quality");
	s->errors = col_int(q, "errors");
	error = col_str(q, "last_error");
	s->error_at = error == NULL ? 0 : strtoll(error, NULL, 10);
	s->error = error == NULL ? NULL : error + strcspn(error, " ") + 1;
}

static void
bind_range(struct query *q, const char *room, const char *identity,
    int64_t from, int64_t until)
{
	bind_str(q, ":room", room);
	bind_str(q, ":identity", identity);
	bind_int(q, ":from", from);
	bind_int(q, ":until", until);
}

enum rc
metric_people(struct db *db, const char *room, const char *identity,
    int64_t from, int64_t until, int64_t limit, struct metric_person **rows,
    size_t *len, int64_t *people)
{
	struct query *q = db_query(db, SQL_METRIC_PEOPLE);
	struct metric_person *list = NULL, *p;
	size_t n = 0, cap = 0;
	int64_t all = 0;
	enum rc rc;

	bind_range(q, room, identity, from, until);
	bind_int(q, ":limit", limit);
	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		p = &list[n++];
		p->identity = col_str(q, "identity");
		all = col_int(q, "people");
		sum_from(q, &p->sum);
		p->name = col_str(q, "name");
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
		*people = all;
	}
	return rc;
}

enum rc
metric_series(struct db *db, const char *room, const char *identity,
    int64_t from, int64_t until, int64_t span_ms, struct metric_step **rows,
    size_t *len)
{
	struct query *q = db_query(db, SQL_METRIC_SERIES);
	struct metric_step *list = NULL, *p;
	size_t n = 0, cap = 0;
	enum rc rc;

	bind_range(q, room, identity, from, until);
	bind_int(q, ":span", span_ms);
	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		p = &list[n++];
		p->at = col_int(q, "step");
		p->people = col_int(q, "people");
		sum_from(q, &p->sum);
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}

/* ---- roll-up -------------------------------------------------------------- */

enum rc
metric_room_after(struct db *db, const char *after, const char **room)
{
	struct query *q = db_query(db, SQL_METRIC_ROOM_AFTER);
	const char *name = NULL;
	enum rc rc;

	bind_str(q, ":after", after);
	if (db_row(q))
		name = col_str(q, "room_name");
	if ((rc = db_done(q)) == RC_OK)
		*room = name;
	return rc;
}

/* The last of at most limit oldest rows, behind which nothing is touched;
 * *identity NULL: there are none. */
static enum rc
edge(struct db *db, const char *room, int64_t span_ms, int64_t before,
    int64_t limit, int64_t *at, const char **identity)
{
	struct query *q = db_query(db, SQL_METRIC_EDGE);

	bind_str(q, ":room", room);
	bind_int(q, ":span", span_ms);
	bind_int(q, ":before", before);
	bind_int(q, ":limit", limit);
	*identity = NULL;
	if (db_row(q)) {
		*at = col_int(q, "at");
		*identity = col_str(q, "identity");
	}
	return db_done(q);
}

static struct query *
upto(struct db *db, enum sql_id id, const char *room, int64_t span_ms,
    int64_t at, const char *identity)
{
	struct query *q = db_query(db, id);

	bind_str(q, ":room", room);
	bind_int(q, ":span", span_ms);
	bind_int(q, ":at", at);
	bind_str(q, ":identity", identity);
	return q;
}

enum rc
metric_due(struct db *db, const char *room, int64_t span_ms, int64_t before,
    bool *yes)
{
	const char *identity;
	int64_t at;
	enum rc rc = edge(db, room, span_ms, before, 1, &at, &identity);

	if (rc == RC_OK)
		*yes = identity != NULL;
	return rc;
}

enum rc
metric_roll(struct db *db, const char *room, int64_t span_ms,
    int64_t to_span_ms, int64_t before, int64_t limit)
{
	const char *identity;
	int64_t at;
	struct query *q;
	enum rc rc = edge(db, room, span_ms, before, limit, &at, &identity);

	if (rc == RC_OK && identity != NULL && to_span_ms != 0) {
		q = upto(db, SQL_METRIC_ROLL, room, span_ms, at, identity);
		bind_int(q, ":to_span", to_span_ms);
		rc = db_run(q);
	}
	if (rc == RC_OK && identity != NULL)
		rc = db_run(upto(db, SQL_METRIC_DROP, room, span_ms, at,
		    identity));
	return rc;
}
