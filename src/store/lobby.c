/*
 * lobby: the rooms that somebody may see, of all kinds in one list.  Each kind
 * is read from an index of its own, no further than the page needs it.
 */
#include "local.h"

#include <string.h>

static const enum sql_id lists[KIND_MAX] = {
	[KIND_SOURCE] = SQL_ROOM_LIST_SOURCE,
	[KIND_LIVE] = SQL_ROOM_LIST_LIVE,
	[KIND_VOICE] = SQL_ROOM_LIST_VOICE,
	[KIND_CLASS] = SQL_ROOM_LIST_JOINED,
	[KIND_STREAM] = SQL_ROOM_LIST_STREAM,
};

struct section {		/* rooms of one kind; row: the next of them */
	struct query		*q;	/* NULL: not wanted */
	bool			 has;
	struct room_listed	 row;
};

static void
listed_from(struct query *q, struct room_listed *l)
{
	*l = (struct room_listed){ 0 };
	room_from(q, &l->room);
	l->owner_name = col_str(q, "owner_name");
	l->title = col_str(q, "title");
}

static void
section_next(struct section *s)
{
	s->has = s->q != NULL && db_row(s->q);
	if (s->has)
		listed_from(s->q, &s->row);
}

static bool
is_newer(const struct section *a, const struct section *b)
{
	const struct room_row *x = &a->row.room, *y = &b->row.room;

	return x->created_at != y->created_at ?
	    x->created_at > y->created_at : strcmp(x->name, y->name) > 0;
}

static struct section *
newest_of(struct section *all)
{
	struct section *best = NULL;

	for (size_t i = 0; i < KIND_MAX; i++)
		if (all[i].has && (best == NULL || is_newer(&all[i], best)))
			best = &all[i];
	return best;
}

enum rc
room_list_visible(struct db *db, const char *viewer_id, enum kind kind,
    int64_t now, int64_t before_created, const char *before_name,
    int64_t limit, struct room_listed **rows, size_t *len)
{
	struct section all[KIND_MAX] = { 0 }, *s;
	struct room_listed *list = NULL;
	size_t n = 0, cap = 0;
	enum rc rc = RC_OK, done;

	for (size_t i = 0; i < KIND_MAX; i++) {
		if (kind != KIND_MAX && kind != (enum kind)i)
			continue;
		all[i].q = db_query(db, lists[i]);
		bind_str(all[i].q, ":viewer_id", viewer_id);
		bind_int(all[i].q, ":now", now);
		bind_before(all[i].q, before_created, before_name);
		bind_int(all[i].q, ":limit", limit);
		section_next(&all[i]);
	}
	while ((int64_t)n < limit && (s = newest_of(all)) != NULL) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		list[n++] = s->row;
		section_next(s);
	}
	for (size_t i = 0; i < KIND_MAX; i++) {
		if (all[i].q == NULL)
			continue;
		done = db_done(all[i].q);
		rc = rc == RC_OK ? done : rc;
	}
	if (rc == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}

enum rc
room_list_open(struct db *db, enum kind kind, int64_t now,
    int64_t before_created, const char *before_name, int64_t limit,
    struct room_listed **rows, size_t *len)
{
	struct query *q = db_query(db, SQL_ROOM_LIST_OPEN);
	struct room_listed *list = NULL;
	size_t n = 0, cap = 0;
	enum rc rc;

	bind_str(q, ":kind", kind_name(kind));
	bind_int(q, ":now", now);
	bind_before(q, before_created, before_name);
	bind_int(q, ":limit", limit);
	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		listed_from(q, &list[n++]);
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}

enum rc
room_listed_get(struct db *db, const char *name, struct room_listed *out)
{
	struct query *q = db_query(db, SQL_ROOM_LISTED_GET);
	struct room_listed l;
	enum rc rc;

	bind_str(q, ":name", name);
	if (row_one(q) == RC_OK)
		listed_from(q, &l);
	if ((rc = db_done(q)) == RC_OK)
		*out = l;
	return rc;
}
