/*
 * presence: who is in a room, by LiveKit participant session.  Reports come
 * late, twice and in any order: each write is a merge that gives the same row
 * whatever the order.
 */
#include "local.h"

static enum rc
presence_who(struct db *db, const struct presence_row *p)
{
	struct query *q = db_query(db, SQL_PRESENCE_MERGE);

	bind_str(q, ":room", p->room_name);
	bind_str(q, ":sid", p->sid);
	bind_str(q, ":room_sid", p->room_sid == NULL ? "" : p->room_sid);
	bind_str(q, ":identity", p->identity == NULL ? "" : p->identity);
	bind_str(q, ":name", p->name == NULL ? "" : p->name);
	bind_int(q, ":lk_kind", p->lk_kind);
	bind_int(q, ":is_hidden", p->is_hidden);
	bind_time(q, ":joined_at", p->joined_at);
	return db_run(q);
}

static enum rc
presence_leave(struct db *db, const struct presence_row *p)
{
	struct query *q = db_query(db, SQL_PRESENCE_LEAVE);

	bind_str(q, ":room", p->room_name);
	bind_str(q, ":sid", p->sid);
	bind_int(q, ":left_at", p->left_at);
	bind_int(q, ":left_by", p->left_by);
	bind_str(q, ":reason", p->reason == NULL ? "" : p->reason);
	return db_run(q);
}

enum rc
presence_merge(struct db *db, const struct presence_row *p)
{
	struct query *q;
	enum rc rc;

	if ((rc = presence_who(db, p)) != RC_OK)
		return rc;
	if (p->left_by != LEFT_NOT && (rc = presence_leave(db, p)) != RC_OK)
		return rc;
	q = db_query(db, SQL_PRESENCE_CLOSE_LATE);
	bind_str(q, ":room", p->room_name);
	bind_str(q, ":sid", p->sid);
	return db_run(q);
}

static const char *
or_null(const char *s)
{
	return s[0] == '\0' ? NULL : s;
}

enum rc
presence_open(struct db *db, const char *room, struct presence_row **rows,
    size_t *len)
{
	struct query *q = db_query(db, SQL_PRESENCE_OPEN);
	struct presence_row *list = NULL, *p;
	size_t n = 0, cap = 0;
	enum rc rc;

	bind_str(q, ":room", room);
	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		p = &list[n++];
		p->sid = col_str(q, "sid");
		p->room_name = col_str(q, "room_name");
		p->room_sid = col_str(q, "room_sid");
		p->identity = col_str(q, "identity");
		p->name = col_str(q, "name");
		p->lk_kind = (int)col_int(q, "lk_kind");
		p->is_hidden = col_int(q, "is_hidden") != 0;
		p->joined_at = col_int(q, "joined_at");
		p->left_at = col_int(q, "left_at");
		p->left_by = (enum left_by)col_int(q, "left_by");
		p->is_cut = col_int(q, "is_cut") != 0;
		p->reason = or_null(col_str(q, "reason"));
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}

enum rc
presence_count(struct db *db, const char *room, const char *except,
    int64_t *people)
{
	struct query *q = db_query(db, SQL_PRESENCE_COUNT);
	int64_t n = 0;
	enum rc rc;

	bind_str(q, ":room", room);
	bind_str(q, ":except", except == NULL ? "" : except);
	if (row_one(q) == RC_OK)
		n = col_int(q, "people");
	if ((rc = db_done(q)) == RC_OK)
		*people = n;
	return rc;
}

enum rc
presence_absent_since(struct db *db, const char *room, const char *identity,
    int64_t *since)
{
	static const enum sql_id steps[] = { SQL_PRESENCE_IS_OPEN,
	    SQL_PRESENCE_LAST_LEFT };
	enum rc rc = RC_NOT_FOUND;
	int64_t left_at = -1;

	for (int i = 0; i < 2 && rc == RC_NOT_FOUND; i++) {
		struct query *q = db_query(db, steps[i]);

		bind_str(q, ":room", room);
		bind_str(q, ":identity", identity);
		if (row_one(q) == RC_OK)
			left_at = col_int(q, "left_at");
		rc = db_done(q);
	}
	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	*since = left_at;
	return RC_OK;
}

enum rc
presence_cut(struct db *db, const char *room, const char *identity)
{
	struct query *q = db_query(db, SQL_PRESENCE_CUT);

	bind_str(q, ":room", room);
	bind_str(q, ":identity", identity);
	return db_run(q);
}

enum rc
presence_there(struct db *db, const char *room, const char *sid, bool *yes)
{
	struct query *q = db_query(db, SQL_PRESENCE_THERE);

	bind_str(q, ":room", room);
	bind_str(q, ":sid", sid);
	return row_any(q, yes);
}

enum rc
presence_rooms(struct db *db, const char *identity, const char ***rooms,
    size_t *len)
{
	struct query *q = db_query(db, SQL_PRESENCE_ROOMS);

	bind_str(q, ":identity", identity);
	return names_read(db, q, "room_name", rooms, len);
}
