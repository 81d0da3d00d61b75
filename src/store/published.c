/*
 * published: what the creator of a channel publishes in its room, from tracks,
 * presence, WHIP sessions and the runs of an ingress.  Every piece of it is a
 * span of time; what follows for a broadcast is app's to decide.
 */
#include "local.h"

/* Clocks of an ingress and of a room may differ so much. */
enum { SKEW_MS = 5000 };

/* One thing published.  until 0: it still is. */
struct span {
	int64_t	 from, until;
};

static void
earlier(int64_t *at, int64_t other)
{
	if (other != 0 && (*at == 0 || other < *at))
		*at = other;
}

static struct query *
tracks_open(struct db *db, const char *user_id)
{
	struct query *q = db_query(db, SQL_STREAM_TRACKS_OPEN);

	bind_str(q, ":user_id", user_id);
	return q;
}

/* Told to have ended later than a time, the latest first. */
static struct query *
tracks_ended(struct db *db, const char *user_id, int64_t after)
{
	struct query *q = db_query(db, SQL_STREAM_TRACKS_ENDED);

	bind_str(q, ":user_id", user_id);
	bind_int(q, ":after", after);
	return q;
}

/* The next track, with the first of the ends that are known.  One that was told
 * after its session was over is none. */
static bool
track_next(struct query *q, struct span *s)
{
	do {
		if (!db_row(q))
			return false;
		s->from = col_int(q, "published_at");
		s->until = col_int(q, "unpublished_at");
		earlier(&s->until, col_int(q, "left_at"));
		earlier(&s->until, col_int(q, "ended_at"));
		if (s->from == 0)
			s->from = s->until;
	} while (s->until != 0 && s->until < s->from);
	return true;
}

/* Its participants in the room. */
struct run_people {
	bool	 seen;		/* there are or were any */
	bool	 is_there;	/* one is, and is not cut */
	int64_t	 left_at;	/* the last of those not cut; 0: none */
};

static struct query *
run_query(struct db *db, enum sql_id id, const struct stream_key_row *k)
{
	struct query *q = db_query(db, id);

	bind_str(q, ":user_id", k->user_id);
	bind_int(q, ":since", k->run_started_at - SKEW_MS);
	return q;
}

static enum rc
run_look(struct db *db, const struct stream_key_row *k, struct run_people *p)
{
	struct query *q = run_query(db, SQL_STREAM_RUN_THERE, k);
	enum rc rc;

	*p = (struct run_people){ 0 };
	if (row_one(q) == RC_OK) {
		p->seen = col_int(q, "seen") > 0;
		p->is_there = p->seen && col_int(q, "is_cut") == 0;
	}
	if ((rc = db_done(q)) != RC_OK)
		return rc;
	q = run_query(db, SQL_STREAM_RUN_LEFT, k);
	if (row_one(q) == RC_OK) {
		p->seen |= col_int(q, "seen") > 0;
		p->left_at = col_int(q, "left_at");
	}
	return db_done(q);
}

/*
 * The latest run of the creator's ingress at LiveKit; RC_NOT_FOUND: none that
 * counts.  It ends when its last participant left; without one after
 * STREAM_RUN_MS or, told to be over, when run_ended_at says (that may be no
 * more than when it began).
 */
static enum rc
run_span(struct db *db, const char *user_id, int64_t now, struct span *s)
{
	struct stream_key_row k;
	struct run_people p;
	bool is_over;
	enum rc rc = stream_key_by_user(db, user_id, &k);

	if (rc == RC_OK && (k.is_own || k.run_started_at == 0))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		rc = run_look(db, &k, &p);
	if (rc != RC_OK)
		return rc;
	is_over = k.run_ended_at >= k.run_started_at;
	s->from = k.run_started_at;
	s->until = p.left_at;
	if (p.is_there)
		s->until = is_over ? k.run_ended_at : 0;
	else if (p.left_at == 0 && p.seen)
		return RC_NOT_FOUND;	/* all cut */
	else if (p.left_at == 0 && is_over)
		s->until = k.run_ended_at;
	else if (p.left_at == 0 && now >= k.run_started_at + STREAM_RUN_MS)
		s->until = k.run_started_at + STREAM_RUN_MS;
	return RC_OK;
}

/* *since gets the latest end, or 0 where something goes on. */
static void
silence(int64_t *since, const struct span *s)
{
	if (s->until == 0)
		*since = 0;
	else if (*since != 0 && s->until > *since)
		*since = s->until;
}

enum rc
stream_silent_since(struct db *db, const char *user_id, int64_t now,
    int64_t *since)
{
	struct query *q = tracks_open(db, user_id);
	int64_t latest = -1;
	struct span s;
	enum rc rc;

	while (latest != 0 && track_next(q, &s))
		silence(&latest, &s);
	if ((rc = db_done(q)) != RC_OK)
		return rc;
	if (latest != 0) {
		rc = run_span(db, user_id, now, &s);
		if (rc == RC_OK)
			silence(&latest, &s);
		else if (rc != RC_NOT_FOUND)
			return rc;
	}
	if (latest != 0) {
		q = tracks_ended(db, user_id, latest);
		/* No track ends later than it is told to: once that is not
		 * later than an end found, neither are the rest. */
		while (track_next(q, &s)) {
			silence(&latest, &s);
			if (col_int(q, "unpublished_at") <= latest)
				break;
		}
		if ((rc = db_done(q)) != RC_OK)
			return rc;
	}
	*since = latest;
	return RC_OK;
}

static void
begun(int64_t *at, const struct span *s, int64_t after)
{
	if (s->until == 0 || s->until > after)
		earlier(at, s->from);
}

enum rc
stream_published_from(struct db *db, const char *user_id, int64_t after,
    int64_t *at)
{
	struct query *q = tracks_open(db, user_id);
	int64_t first = 0;
	struct span s;
	enum rc rc;

	while (track_next(q, &s))
		begun(&first, &s, after);
	if ((rc = db_done(q)) != RC_OK)
		return rc;
	q = tracks_ended(db, user_id, after);
	while (track_next(q, &s))
		begun(&first, &s, after);
	if ((rc = db_done(q)) != RC_OK)
		return rc;
	rc = run_span(db, user_id, INT64_MAX, &s);
	if (rc == RC_OK)
		begun(&first, &s, after);
	else if (rc != RC_NOT_FOUND)
		return rc;
	*at = first;
	return RC_OK;
}
