/*
 * Call quality as clients tell it: read whole, checked, and added to what is
 * kept of the room.  Only of people who are in the room, and of now: what
 * somebody says of others elsewhere or of another day is left out.  Reading it
 * and how long it is kept are metric_room.c's.
 */
#include "local.h"

#include <string.h>

#define SAMPLES_MAX	100
#define ROOM_BYTES_MAX	256
#define SID_MAX		128
#define IDENTITY_MAX	512
#define ERROR_MAX	500
#define PEOPLE_MAX	1000000

#define TIME_MAX_MS	253402300799999.0	/* the end of 9999 */
#define BITRATE_MAX	1e10			/* bit/s */
#define PACKETS_MAX	100000000
#define DELAY_MAX_MS	60000.0

#define OLD_MS		(10 * 60 * 1000)	/* older ones are left out */
#define AHEAD_MS	(60 * 1000)		/* clocks that go before ours */

/* One sample, as a sum of itself. */
struct measured {
	const char	*identity;	/* NULL: the sender; then: left out */
	struct metric_sum sum;
};

/* ---- what the body says --------------------------------------------------- */

static enum rc
quality_read(struct req *req, const struct item *it, struct measured *m)
{
	int64_t unknown;
	const struct { const char *word; int64_t *count; } values[] = {
		{ "excellent", &m->sum.excellent }, { "good", &m->sum.good },
		{ "poor", &m->sum.poor }, { "lost", &m->sum.lost_quality },
		{ "unknown", &unknown },
	};
	const char *value = "";
	enum rc rc;

	if ((rc = item_str(req, it, "participantId", REQUIRED, 1, IDENTITY_MAX,
	    &m->identity)) != RC_OK ||
	    (rc = item_str(req, it, "value", REQUIRED, 0, SIZE_MAX, &value)) !=
	    RC_OK)
		return rc;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		if (strcmp(value, values[i].word) == 0) {
			*values[i].count = 1;
			return RC_OK;
		}
	return fail_detail(req, RC_INVALID, "invalid_value",
	    item_path(req, it, "value"),
	    "The value is excellent, good, poor, lost or unknown.");
}

/* In whole parts of 1/unit. */
static enum rc
number_read(struct req *req, const struct item *it, const char *name,
    enum want want, double max, double unit, int64_t *out)
{
	double d = -1;
	enum rc rc = item_num(req, it, name, want, 0, max, &d);

	if (rc == RC_OK && d >= 0)
		*out = (int64_t)(d * unit + 0.5);
	return rc;
}

static enum rc
stats_read(struct req *req, const struct item *it, struct measured *m)
{
	struct metric_sum *s = &m->sum;
	struct item bandwidth, packets;
	int64_t jitter = -1;
	enum rc rc;

	if ((rc = item_object(req, it, "bandwidth", REQUIRED, &bandwidth)) !=
	    RC_OK || (rc = number_read(req, &bandwidth, "upload", REQUIRED,
	    BITRATE_MAX, 1, &s->up_bps)) != RC_OK ||
	    (rc = number_read(req, &bandwidth, "download", REQUIRED,
	    BITRATE_MAX, 1, &s->down_bps)) != RC_OK ||
	    (rc = item_object(req, it, "packets", REQUIRED, &packets)) !=
	    RC_OK || (rc = item_int(req, &packets, "sent", REQUIRED, 0,
	    PACKETS_MAX, &s->sent)) != RC_OK ||
	    (rc = item_int(req, &packets, "received", REQUIRED, 0,
	    PACKETS_MAX, &s->received)) != RC_OK ||
	    (rc = item_int(req, &packets, "lost", REQUIRED, 0, PACKETS_MAX,
	    &s->lost)) != RC_OK ||
	    (rc = number_read(req, it, "latency", REQUIRED, DELAY_MAX_MS, 1000,
	    &s->latency_us)) != RC_OK ||
	    (rc = number_read(req, it, "jitter", OPTIONAL, DELAY_MAX_MS, 1000,
	    &jitter)) != RC_OK)
		return rc;
	s->samples = 1;
	s->latency_max_us = s->latency_us;
	if (jitter >= 0) {
		s->jitters = 1;
		s->jitter_us = jitter;
	}
	return RC_OK;
}

static enum rc
error_read(struct req *req, const struct item *it, struct measured *m)
{
	enum rc rc = item_str(req, it, "message", REQUIRED, 1, ERROR_MAX,
	    &m->sum.error);

	if (rc == RC_OK && !text_lines(m->sum.error))
		return fail_detail(req, RC_INVALID, "invalid_value",
		    item_path(req, it, "message"), "A message has no control "
		    "characters but line ends and tabs.");
	m->sum.errors = 1;
	return rc;
}

static enum rc
sample_read(struct req *req, const struct item *it, struct measured *m)
{
	static const struct {
		const char	*type;
		enum rc		(*read)(struct req *, const struct item *,
		    struct measured *);
	} types[] = {
		{ "connectionQuality", quality_read },
		{ "stats", stats_read }, { "clientError", error_read },
	};
	const char *type = "";
	enum rc rc;

	if ((rc = item_str(req, it, "type", REQUIRED, 0, SIZE_MAX, &type)) !=
	    RC_OK || (rc = number_read(req, it, "timestamp", REQUIRED,
	    TIME_MAX_MS, 1, &m->sum.last_at)) != RC_OK)
		return rc;
	m->sum.error_at = m->sum.last_at;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(type, types[i].type) == 0)
			return types[i].read(req, it, m);
	return fail_detail(req, RC_INVALID, "invalid_value",
	    item_path(req, it, "type"),
	    "The type is connectionQuality, stats or clientError.");
}

static enum rc
samples_read(struct req *req, struct measured **out, size_t *len)
{
	const struct cJSON **list;
	struct measured *all;
	size_t n;
	enum rc rc = body_objects(req, "samples", REQUIRED, SAMPLES_MAX, &list,
	    &n);

	if (rc != RC_OK)
		return rc;
	all = arena_alloc(req->arena, (n + 1) * sizeof *all);
	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		struct item it = { list[i], NULL, "samples", (long)i };

		rc = sample_read(req, &it, &all[i]);
	}
	*out = all;
	*len = n;
	return rc;
}

/* ---- what is kept of it --------------------------------------------------- */

/* As whom the caller is in the room; 403 not_in_room. */
static enum rc
sender(struct req *req, const struct room_row *room, const char **identity)
{
	const struct user *user = req->user;
	struct rights rights;
	bool there = false;
	enum rc rc = RC_OK;

	*identity = user->id;
	if (user->credential != CRED_GUEST ||
	    strcmp(user->guest_room, room->name) == 0)
		rc = present_is(req->app->db, room->name, *identity, &there);
	/* A creator who watches while an encoder sends. */
	if (rc == RC_OK && !there && room->kind == KIND_STREAM) {
		*identity = arena_printf(req->arena, "%s%s", SELF_VIEW_PREFIX,
		    user->id);
		rc = present_is(req->app->db, room->name, *identity, &there);
	}
	if (rc != RC_OK || there)
		return rc;
	/* For whom the room is not there, it is not there in this either. */
	rc = room_admit(req, room, user->id, &rights);
	return rc == RC_OK ?
	    fail(req, RC_FORBIDDEN, "not_in_room", NULL, 0) : rc;
}

/* Leaves out what is of another time, or of nobody in the room. */
static enum rc
sift(struct app *app, const char *room, const char *self, struct measured *all,
    size_t len)
{
	int64_t now = clock_ms();
	enum rc rc = RC_OK;
	bool there;

	for (size_t i = 0; i < len && rc == RC_OK; i++) {
		struct metric_sum *s = &all[i].sum;

		if (all[i].identity == NULL)
			all[i].identity = self;
		there = strcmp(all[i].identity, self) == 0;
		if (!there)
			rc = present_is(app->db, room, all[i].identity,
			    &there);
		if (!there || s->last_at < now - OLD_MS ||
		    s->last_at > now + AHEAD_MS)
			all[i].identity = NULL;
		else if (s->last_at > now)
			s->last_at = s->error_at = now;
	}
	return rc;
}

static bool
same_row(const struct measured *a, const struct measured *b)
{
	return a->identity != NULL && a->sum.last_at / METRIC_SECONDS ==
	    b->sum.last_at / METRIC_SECONDS &&
	    strcmp(a->identity, b->identity) == 0;
}

/* One row for all of one person in 10 seconds. */
static enum rc
keep(struct app *app, const char *room, struct measured *all, size_t len,
    int64_t *accepted)
{
	enum rc rc = RC_OK;
	size_t j;

	*accepted = 0;
	for (size_t i = len; i-- > 0 && rc == RC_OK;) {
		if (all[i].identity == NULL)
			continue;
		++*accepted;
		for (j = 0; j < i && !same_row(&all[j], &all[i]);)
			j++;
		if (j < i)
			metric_add(&all[j].sum, &all[i].sum);
		else
			rc = metric_put(app->db, room, all[i].identity,
			    &all[i].sum);
	}
	return rc;
}

enum rc
metric_post(struct req *req, int64_t *accepted)
{
	const char *name = NULL, *sid = NULL, *self;
	struct measured *all;
	struct room_row room;
	struct rights rights;
	int64_t people = 0;
	size_t len;
	enum rc rc;

	if ((rc = body_str(req, "roomName", REQUIRED, 1, ROOM_BYTES_MAX,
	    &name)) != RC_OK ||
	    (rc = body_str(req, "roomSid", OPTIONAL, 0, SID_MAX, &sid)) !=
	    RC_OK || (rc = body_int(req, "participantCount", OPTIONAL, 0,
	    PEOPLE_MAX, &people)) != RC_OK ||
	    (rc = samples_read(req, &all, &len)) != RC_OK ||
	    (rc = room_find(req, name, &room)) != RC_OK ||
	    (rc = sender(req, &room, &self)) != RC_OK ||
	    (rc = room_admit(req, &room, self, &rights)) != RC_OK ||
	    (rc = req_limit(req, LIMIT_METRICS, req->user->id)) != RC_OK ||
	    (rc = sift(req->app, room.name, self, all, len)) != RC_OK)
		return rc;
	return keep(req->app, room.name, all, len, accepted);
}
