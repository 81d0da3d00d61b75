/*
 * recommended: channels for somebody who looks around.  Those that are followed
 * by whom the viewer follows are candidates: a bounded number, looked up one by
 * one.  All others come by index; candidates are left out of them.
 */
#include <stdlib.h>
#include <string.h>

#include "local.h"

enum { FRIENDS_MAX = 200, THEIRS_MAX = 50, BEST_MAX = 500 };

/* Sections of the list, in their order. */
enum { AIR_RANKED, AIR, OFF_RANKED, OFF, NEVER };

struct candidate {
	const char	*id;
	int64_t		 rank;
	int64_t		 at;	/* last on air; 0: never */
};

struct candidates {
	struct candidate	*all;	/* by id */
	struct candidate	*best;	/* the same, highest rank first */
	size_t			 len;
};

static int
by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static int
by_id(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return strcmp(x->id, y->id);
}

/* Highest rank, then latest, then highest id first. */
static int
by_place(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank > y->rank ? -1 : 1;
	if (x->at != y->at)
		return x->at > y->at ? -1 : 1;
	return strcmp(y->id, x->id);
}

static enum rc
follow_newest(struct db *db, const char *user_id, int64_t limit,
    const char ***ids, size_t *len)
{
	struct query *q = db_query(db, SQL_FOLLOW_NEWEST);

	bind_str(q, ":id", user_id);
	bind_int(q, ":limit", limit);
	return names_read(db, q, "followed_id", ids, len);
}

/* Each once, with how often it was named; the best of them. */
static void
candidates_count(struct channel_page *p, const char **ids, size_t len,
    struct candidates *c)
{
	c->best = arena_alloc(p->db->arena, (len + 1) * sizeof *c->best);
	c->len = 0;
	if (len == 0)
		return;
	qsort(ids, len, sizeof *ids, by_name);
	for (size_t i = 0; i < len; i++) {
		if (i == 0 || strcmp(ids[i], ids[i - 1]) != 0)
			c->best[c->len++].id = ids[i];
		c->best[c->len - 1].rank++;
	}
	qsort(c->best, c->len, sizeof *c->best, by_place);
	if (c->len > BEST_MAX)
		c->len = BEST_MAX;
	c->all = arena_alloc(p->db->arena, c->len * sizeof *c->all);
	memcpy(c->all, c->best, c->len * sizeof *c->all);
	qsort(c->all, c->len, sizeof *c->all, by_id);
}

static enum rc
candidates_find(struct channel_page *p, struct candidates *c)
{
	const char **friends, **theirs, **ids = NULL;
	size_t friends_len, theirs_len, len = 0, cap = 0;
	enum rc rc = follow_newest(p->db, p->viewer_id, FRIENDS_MAX, &friends,
	    &friends_len);

	for (size_t i = 0; rc == RC_OK && i < friends_len; i++) {
		rc = follow_newest(p->db, friends[i], THEIRS_MAX, &theirs,
		    &theirs_len);
		for (size_t k = 0; rc == RC_OK && k < theirs_len; k++) {
			if (strcmp(theirs[k], p->viewer_id) == 0)
				continue;
			ids = rows_grow(p->db, ids, len, &cap, sizeof *ids);
			ids[len++] = theirs[k];
		}
	}
	if (rc == RC_OK)
		candidates_count(p, ids, len, c);
	return rc;
}

static struct query *
candidate_query(struct channel_page *p, enum sql_id id,
    const struct candidate *c)
{
	struct query *q = channel_query(p->db, id, p->viewer_id, p->now);

	bind_str(q, ":who", c->id);
	return q;
}

/* Those of one rank that the section may show, in their order. */
static enum rc
rank_place(struct channel_page *p, enum sql_id id, struct candidate *of,
    size_t len, size_t *placed)
{
	enum rc rc = RC_OK;
	size_t n = 0;

	for (size_t i = 0; rc == RC_OK && i < len; i++) {
		struct query *q = candidate_query(p, id, &of[i]);

		if (row_one(q) == RC_OK)
			of[i].at = col_int(q, "at");
		if ((rc = db_done(q)) == RC_OK)
			of[n++] = of[i];
		else if (rc == RC_NOT_FOUND)
			rc = RC_OK;
	}
	if (n > 0)
		qsort(of, n, sizeof *of, by_place);
	*placed = n;
	return rc;
}

static enum rc
candidate_show(struct channel_page *p, const struct candidate *c)
{
	struct query *q = candidate_query(p, SQL_CHANNEL_CANDIDATE, c);
	struct channel_row *row;
	enum rc rc;

	if (row_one(q) == RC_OK) {
		row = page_add(p, q);
		channel_air_from(q, row);
		row->rank = c->rank;
		page_mark(p, c->rank, c->at, row);
	}
	rc = db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Rank after rank until the page is full: mostly the first few do, and nobody
 * of a lower one need be looked up. */
static enum rc
ranked_section(struct channel_page *p, enum sql_id id, int64_t section,
    const struct candidates *c)
{
	struct candidate start, *of;
	size_t end, placed;
	enum rc rc = RC_OK;

	page_enter(p, section);
	start = (struct candidate){ p->at.id, p->at.first, p->at.second };
	of = arena_alloc(p->db->arena, (c->len + 1) * sizeof *of);
	for (size_t i = 0; rc == RC_OK && i < c->len && !page_is_full(p);
	    i = end) {
		for (end = i + 1; end < c->len &&
		    c->best[end].rank == c->best[i].rank; end++)
			;
		if (c->best[i].rank > start.rank)
			continue;
		memcpy(of, &c->best[i], (end - i) * sizeof *of);
		rc = rank_place(p, id, of, end - i, &placed);
		for (size_t k = 0; rc == RC_OK && k < placed &&
		    !page_is_full(p); k++)
			if (by_place(&start, &of[k]) < 0)
				rc = candidate_show(p, &of[k]);
	}
	return rc;
}

/* Rows of an index, without the candidates. */
static enum rc
index_section(struct channel_page *p, struct query *q, int64_t section,
    const struct candidates *except)
{
	struct candidate c = { 0 };
	struct channel_row *row;

	/* So many candidates may stand between the rows wanted. */
	bind_int(q, ":limit", p->limit - (int64_t)p->len +
	    (int64_t)except->len);
	while (!page_is_full(p) && db_row(q)) {
		c.id = col_str(q, "user_id");
		if (except->len > 0 && bsearch(&c, except->all, except->len,
		    sizeof c, by_id) != NULL)
			continue;
		row = page_add(p, q);
		if (section == AIR)
			channel_air_from(q, row);
		page_mark(p, section == AIR ? row->started_at :
		    row->stream.last_live_at, 0, row);
	}
	return db_done(q);
}

static enum rc
never_section(struct channel_page *p, const struct candidates *except)
{
	struct query *q = db_query(p->db, SQL_CHANNEL_RECOMMENDED_NEVER);

	page_enter(p, NEVER);
	bind_str(q, ":viewer_id", p->viewer_id);
	bind_str(q, ":id", p->at.id);
	return index_section(p, q, NEVER, except);
}

static enum rc
section_read(struct channel_page *p, int64_t section,
    const struct candidates *c)
{
	switch (section) {
	case AIR_RANKED:
		return ranked_section(p, SQL_CHANNEL_CANDIDATE_AIR, section,
		    c);
	case AIR:
		return index_section(p, page_section(p,
		    SQL_CHANNEL_RECOMMENDED_AIR, section), section, c);
	case OFF_RANKED:
		return ranked_section(p, SQL_CHANNEL_CANDIDATE_OFF, section,
		    c);
	case OFF:
		return index_section(p, page_section(p,
		    SQL_CHANNEL_RECOMMENDED_OFF, section), section, c);
	default:
		return never_section(p, c);
	}
}

enum rc
channel_recommended(struct db *db, const char *viewer_id, int64_t now,
    const struct channel_after *after, int64_t limit,
    struct channel_row **rows, size_t *len, struct channel_after *last)
{
	struct candidates c = { 0 };
	struct channel_page p;
	int64_t section;
	enum rc rc = db_read_begin(db);

	if (rc != RC_OK)
		return rc;
	page_begin(&p, db, viewer_id == NULL ? "" : viewer_id, now, after,
	    limit);
	section = p.at.section;
	rc = candidates_find(&p, &c);
	while (rc == RC_OK && section <= NEVER && !page_is_full(&p))
		rc = section_read(&p, section++, &c);
	db_read_end(db);
	return page_end(&p, rc, rows, len, last);
}
