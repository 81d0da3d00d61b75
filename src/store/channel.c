/*
 * channel: channels as others see them, the lists of those on air and of those
 * followed.  Each enters an index where the page before ended; nothing is
 * counted or sorted that is not shown, but for bounded numbers.
 */
#include "local.h"

/* Columns that a statement does not have are set by who runs it. */
static void
channel_from(struct query *q, struct channel_row *c)
{
	*c = (struct channel_row){ 0 };
	stream_from(q, &c->stream);
	c->username = col_str(q, "username");
	c->display_name = col_str(q, "display_name");
	c->avatar_url = col_str(q, "avatar_url");
	c->is_disabled = col_int(q, "is_disabled") != 0;
	c->follower_count = col_int(q, "follower_count");
}

void
channel_air_from(struct query *q, struct channel_row *c)
{
	c->is_live = !col_null(q, "started_at");
	c->viewer_count = col_int(q, "viewer_count");
	c->started_at = col_int(q, "started_at");
}

struct query *
channel_query(struct db *db, enum sql_id id, const char *viewer_id,
    int64_t now)
{
	struct query *q = db_query(db, id);

	bind_str(q, ":viewer_id", viewer_id);
	bind_int(q, ":now", now);
	return q;
}

static enum rc
channel_one(struct query *q, const char *who, struct channel_row *out)
{
	struct channel_row c;
	enum rc rc;

	bind_str(q, ":who", who);
	if (row_one(q) == RC_OK) {
		channel_from(q, &c);
		channel_air_from(q, &c);
		c.is_following = col_int(q, "is_following") != 0;
		c.is_blocked = col_int(q, "is_blocked") != 0;
	}
	if ((rc = db_done(q)) == RC_OK)
		*out = c;
	return rc;
}

enum rc
channel_by_username(struct db *db, const char *username,
    const char *viewer_id, int64_t now, struct channel_row *out)
{
	return channel_one(channel_query(db, SQL_CHANNEL_BY_USERNAME,
	    viewer_id, now), username, out);
}

enum rc
channel_by_user(struct db *db, const char *user_id, const char *viewer_id,
    int64_t now, struct channel_row *out)
{
	return channel_one(channel_query(db, SQL_CHANNEL_BY_USER, viewer_id,
	    now), user_id, out);
}

/* ---- lists --------------------------------------------------------------- */

void
page_begin(struct channel_page *p, struct db *db, const char *viewer_id,
    int64_t now, const struct channel_after *after, int64_t limit)
{
	*p = (struct channel_page){ .db = db, .viewer_id = viewer_id,
	    .now = now, .limit = limit + 1 };
	if (after->section >= 0)	/* it came with a request */
		p->at = *after;
}

bool
page_is_full(const struct channel_page *p)
{
	return (int64_t)p->len >= p->limit;
}

enum rc
page_end(struct channel_page *p, enum rc rc, struct channel_row **rows,
    size_t *len, struct channel_after *last)
{
	if (rc == RC_OK) {
		*rows = p->rows;
		*len = page_is_full(p) ? p->len - 1 : p->len;
		*last = page_is_full(p) ? p->last :
		    (struct channel_after){ 0 };
	}
	return rc;
}

void
page_enter(struct channel_page *p, int64_t section)
{
	/* No id comes behind "~". */
	if (p->at.section != section || p->at.id == NULL)
		p->at = (struct channel_after){ .section = section,
		    .first = INT64_MAX, .second = INT64_MAX, .id = "~" };
}

struct query *
page_section(struct channel_page *p, enum sql_id id, int64_t section)
{
	struct query *q = channel_query(p->db, id, p->viewer_id, p->now);

	page_enter(p, section);
	bind_int(q, ":first", p->at.first);
	bind_str(q, ":id", p->at.id);
	return q;
}

struct channel_row *
page_add(struct channel_page *p, struct query *q)
{
	struct channel_row *c;

	p->rows = rows_grow(p->db, p->rows, p->len, &p->cap, sizeof *p->rows);
	c = &p->rows[p->len++];
	channel_from(q, c);
	return c;
}

void
page_mark(struct channel_page *p, int64_t first, int64_t second,
    const struct channel_row *c)
{
	p->at.first = first;
	p->at.second = second;
	p->at.id = c->stream.user_id;
	if (!page_is_full(p))
		p->last = p->at;
}

enum rc
channel_live(struct db *db, const char *viewer_id, int64_t now,
    const struct channel_after *after, int64_t limit,
    struct channel_row **rows, size_t *len, struct channel_after *last)
{
	struct channel_row *c;
	struct query *q;
	struct channel_page p;

	page_begin(&p, db, viewer_id, now, after, limit);
	q = page_section(&p, SQL_CHANNEL_LIVE, 0);
	bind_int(q, ":limit", p.limit);
	while (db_row(q)) {
		c = page_add(&p, q);
		channel_air_from(q, c);
		c->is_following = col_int(q, "is_following") != 0;
		page_mark(&p, c->viewer_count, 0, c);
	}
	return page_end(&p, db_done(q), rows, len, last);
}

/* ---- following ----------------------------------------------------------- */

/* Follows that are looked up one by one; who follows more is looked up for
 * each channel on air. */
enum { FOLLOWS_FEW = 1000 };

static enum rc
follows_few(struct db *db, const char *user_id, bool *few)
{
	struct user_row user;
	enum rc rc = user_by_id(db, user_id, &user);

	if (rc == RC_OK)
		*few = user.following_count <= FOLLOWS_FEW;
	else if (rc == RC_NOT_FOUND)	/* never written: follows nobody */
		*few = true;
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc
following_section(struct channel_page *p, enum sql_id id, int64_t section)
{
	struct query *q = page_section(p, id, section);
	struct channel_row *c;

	bind_int(q, ":limit", p->limit - (int64_t)p->len);
	while (db_row(q)) {
		c = page_add(p, q);
		if (section == 0)
			channel_air_from(q, c);
		c->followed_at = col_int(q, "followed_at");
		c->is_following = true;
		page_mark(p, section == 0 ? c->viewer_count :
		    c->followed_at, 0, c);
	}
	return db_done(q);
}

enum rc
channel_following(struct db *db, const char *viewer_id, int64_t now,
    const struct channel_after *after, int64_t limit,
    struct channel_row **rows, size_t *len, struct channel_after *last)
{
	struct channel_page p;
	bool few = true;
	enum rc rc = db_read_begin(db);

	if (rc != RC_OK)
		return rc;
	page_begin(&p, db, viewer_id, now, after, limit);
	if (p.at.section == 0)
		rc = follows_few(db, viewer_id, &few);
	if (rc == RC_OK && p.at.section == 0)
		rc = following_section(&p, few ? SQL_CHANNEL_FOLLOWING_FEW :
		    SQL_CHANNEL_FOLLOWING_MANY, 0);
	if (rc == RC_OK && !page_is_full(&p))
		rc = following_section(&p, SQL_CHANNEL_FOLLOWING_OFF, 1);
	db_read_end(db);
	return page_end(&p, rc, rows, len, last);
}
