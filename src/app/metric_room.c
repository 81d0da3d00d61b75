/*
 * Call quality as it is kept and read: 10 seconds become minutes and hours and
 * go; summaries and the series of a room.  A span of time is read in steps no
 * shorter than what may be kept of its beginning, so that nobody can tell from
 * the numbers whether a roll-up has come by.
 */
#include "local.h"

#include <string.h>

#define HOUR_MS		((int64_t)METRIC_HOUR)
#define DAY_MS		(24 * HOUR_MS)
#define SECONDS_KEPT_MS	HOUR_MS
#define MINUTES_KEPT_MS	(7 * DAY_MS)
#define HOURS_KEPT_MS	(90 * DAY_MS)

#define ROLL_ROWS	1000	/* in one transaction */
#define ROLL_MAX	500	/* transactions in one pass */

#define POINTS		360	/* in a series, about, where nobody asks */
#define POINTS_MAX	2160	/* 90 days of hours */
#define PEOPLE_MAX	1000	/* in one reply */
#define TIME_MAX_MS	253402300799999LL	/* the end of 9999 */

static const int64_t spans[] = { METRIC_SECONDS, METRIC_MINUTE, METRIC_HOUR };
static const char *const span_names[] = { "10s", "minute", "hour" };
#define SPANS	3

static int64_t
floor_to(int64_t at, int64_t span)
{
	return at - at % span;
}

static int64_t
ceil_to(int64_t at, int64_t span)
{
	return floor_to(at + span - 1, span);
}

/* What began before is not of that span any more, or will soon not be. */
static int64_t
kept_from(int i, int64_t now)
{
	static const int64_t kept[] = { SECONDS_KEPT_MS, MINUTES_KEPT_MS,
	    HOURS_KEPT_MS };

	/* Whole minutes become an hour's, whole 10 seconds a minute's. */
	return now < kept[i] ? 0 : floor_to(now - kept[i],
	    spans[i + 1 < SPANS ? i + 1 : i]);
}

/* ---- roll-up -------------------------------------------------------------- */

static enum rc
roll_room(struct app *app, const char *room, int64_t now, int *left)
{
	enum rc rc = RC_OK;
	bool due;

	for (int i = 0; i < SPANS && rc == RC_OK; i++) {
		int64_t to = i + 1 < SPANS ? spans[i + 1] : 0;
		int64_t before = kept_from(i, now);

		while ((rc = metric_due(app->db, room, spans[i], before,
		    &due)) == RC_OK && due && *left > 0) {
			--*left;
			if ((rc = db_begin(app->db, NORMAL)) == RC_OK)
				rc = db_end(app->db, metric_roll(app->db, room,
				    spans[i], to, before, ROLL_ROWS));
			if (rc != RC_OK)
				return rc;
		}
	}
	return rc;
}

enum rc
metric_upkeep(struct app *app, int64_t now)
{
	const char *room = "";
	int left = ROLL_MAX;
	enum rc rc;

	while ((rc = metric_room_after(app->db, room, &room)) == RC_OK &&
	    room != NULL && left > 0)
		if ((rc = roll_room(app, room, now, &left)) != RC_OK)
			return rc;
	return rc;
}

/* ---- what is asked for ---------------------------------------------------- */

struct wish {
	int64_t		 from, until;	/* multiples of the span */
	int		 span;		/* which */
	const char	*identity;	/* NULL: of everybody */
};

static enum rc
time_param(struct req *req, const char *name, int64_t *out)
{
	const char *text = req_query(req, name);

	if (text == NULL || str_to_int(text, 0, TIME_MAX_MS, out) ||
	    time_read(text, out))
		return RC_OK;
	return fail_detail(req, RC_INVALID, "invalid_value", name,
	    "%s is a time as 2026-01-20T10:00:00Z, or milliseconds since "
	    "1970.", name);
}

static enum rc
span_param(struct req *req, int *span)
{
	const char *text = req_query(req, "resolution");

	if (text == NULL)
		return RC_OK;
	for (*span = 0; *span < SPANS; ++*span)
		if (strcmp(text, span_names[*span]) == 0)
			return RC_OK;
	return fail_detail(req, RC_INVALID, "invalid_value", "resolution",
	    "The resolution is 10s, minute or hour.");
}

/* The shortest that is kept of all of it and makes no more than so many. */
static int
span_for(int64_t from, int64_t until, int64_t now, int64_t points, int at_least)
{
	int64_t oldest = now - HOURS_KEPT_MS;
	int i = at_least;

	if (until > now)
		until = now;
	if (from < oldest)
		from = oldest;
	while (i + 1 < SPANS && (floor_to(from, spans[i]) < kept_from(i, now) ||
	    (until - from) / spans[i] > points))
		i++;
	return i;
}

static enum rc
wish_read(struct req *req, const struct room_row *room, struct wish *w)
{
	int64_t now = clock_ms(), from = -1, to = -1, last;
	int span = -1;
	enum rc rc;

	if ((rc = time_param(req, "from", &from)) != RC_OK ||
	    (rc = time_param(req, "to", &to)) != RC_OK ||
	    (rc = span_param(req, &span)) != RC_OK)
		return rc;
	/* Of a room that is over, its last hour; this moment is within. */
	last = room->ended_at != 0 ? room->ended_at : now;
	if (to == -1)
		to = from > last ? from + 1 : last + 1;
	if (from == -1)
		from = to - 1 > HOUR_MS ? to - 1 - HOUR_MS : 0;
	if (from >= to)
		return fail_detail(req, RC_INVALID, "invalid_value", "from",
		    "from must be before to.");
	w->span = span == -1 ? span_for(from, to, now, POINTS, 0) :
	    span_for(from, to, now, POINTS_MAX, span);
	w->from = floor_to(from, spans[w->span]);
	w->until = ceil_to(to, spans[w->span]);
	w->identity = req_query(req, "identity");
	return RC_OK;
}

/* Whoever leads it and administrators; rooms that are over, too. */
static enum rc
room_readable(struct req *req, const char *name, struct room_row *room)
{
	enum rc rc = room_by_name(req->app->db, name, room);

	if (rc == RC_NOT_FOUND ||
	    (rc == RC_OK && room->state == ROOM_STARTING))
		return fail(req, RC_NOT_FOUND, "no_room", NULL, 0);
	return rc != RC_OK || user_is_admin(req->user) ? rc :
	    room_lead(req, room);
}

/* ---- the reply ------------------------------------------------------------ */

/* Two decimals; null where there is nothing to have a mean of. */
static void
add_mean(struct buf *out, const char *key, double sum, int64_t n)
{
	int64_t hundredths;

	if (n == 0) {
		json_add_null(out, key);
		return;
	}
	hundredths = (int64_t)(sum / (double)n * 100 + 0.5);
	json_add_raw(out, key, arena_printf(out->arena, "%lld.%02d",
	    (long long)(hundredths / 100), (int)(hundredths % 100)));
}

static void
add_bitrate(struct buf *out, const char *key, int64_t sum, int64_t n)
{
	if (n == 0)
		json_add_null(out, key);
	else
		json_add_int(out, key, (sum + n / 2) / n);
}

static void
means_write(struct buf *out, const struct metric_sum *s)
{
	json_add_int(out, "samples", s->samples);
	json_object(out, "bandwidth");
	add_bitrate(out, "upload", s->up_bps, s->samples);
	add_bitrate(out, "download", s->down_bps, s->samples);
	json_object_end(out);
	add_mean(out, "lossPercent", 100.0 * (double)s->lost,
	    s->sent + s->received + s->lost);
	add_mean(out, "latencyMs", (double)s->latency_us / 1000, s->samples);
	add_mean(out, "jitterMs", (double)s->jitter_us / 1000, s->jitters);
}

static void
sum_write(struct buf *out, const struct metric_sum *s)
{
	means_write(out, s);
	add_mean(out, "latencyMaxMs", (double)s->latency_max_us / 1000,
	    s->samples == 0 ? 0 : 1);
	json_object(out, "packets");
	json_add_int(out, "sent", s->sent);
	json_add_int(out, "received", s->received);
	json_add_int(out, "lost", s->lost);
	json_object_end(out);
	json_object(out, "quality");
	json_add_int(out, "excellent", s->excellent);
	json_add_int(out, "good", s->good);
	json_add_int(out, "poor", s->poor);
	json_add_int(out, "lost", s->lost_quality);
	json_object_end(out);
	json_add_int(out, "errors", s->errors);
	json_add_str(out, "lastError", s->error);
	json_add_time(out, "lastSeenAt", s->last_at);
}

static void
people_write(struct buf *out, const struct metric_person *rows, size_t len)
{
	json_array(out, "participants");
	for (size_t i = 0; i < len; i++) {
		json_object(out, NULL);
		json_add_str(out, "identity", rows[i].identity);
		json_add_str(out, "name", rows[i].name);
		sum_write(out, &rows[i].sum);
		json_object_end(out);
	}
	json_array_end(out);
}

static void
series_write(struct buf *out, const struct metric_step *rows, size_t len)
{
	json_array(out, "series");
	for (size_t i = 0; i < len; i++) {
		json_object(out, NULL);
		json_add_time(out, "at", rows[i].at);
		json_add_int(out, "participants", rows[i].people);
		means_write(out, &rows[i].sum);
		json_object_end(out);
	}
	json_array_end(out);
}

enum rc
metric_room(struct req *req, const char *name)
{
	struct metric_person *people;
	struct metric_step *steps;
	struct metric_sum all = { 0 };
	struct room_row room;
	struct wish w = { 0 };
	size_t people_len, len;
	int64_t count;
	struct buf *out;
	enum rc rc;

	if ((rc = room_readable(req, name, &room)) != RC_OK ||
	    (rc = wish_read(req, &room, &w)) != RC_OK ||
	    (rc = metric_people(req->app->db, name, w.identity, w.from,
	    w.until, PEOPLE_MAX, &people, &people_len, &count)) != RC_OK ||
	    (rc = metric_series(req->app->db, name, w.identity, w.from,
	    w.until, spans[w.span], &steps, &len)) != RC_OK)
		return rc;
	for (size_t i = 0; i < len; i++)
		metric_add(&all, &steps[i].sum);
	out = reply_json(req, 200);
	json_object(out, NULL);
	json_object(out, "room");
	json_add_str(out, "name", room.name);
	json_add_int(out, "participants", count);
	sum_write(out, &all);
	json_object_end(out);
	people_write(out, people, people_len);
	series_write(out, steps, len);
	json_add_str(out, "from", time_rfc3339(req->arena, w.from));
	json_add_str(out, "to", time_rfc3339(req->arena, w.until));
	json_add_str(out, "resolution", span_names[w.span]);
	json_object_end(out);
	return RC_OK;
}
