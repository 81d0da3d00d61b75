/*
 * present: who is in a room now, as people are shown and counted.  What is known
 * of each session of theirs is presence.c's.
 */
#include "local.h"

enum rc
present_list(struct db *db, const char *room, const char *after,
    int64_t limit, struct present_row **rows, size_t *len)
{
	struct query *q = db_query(db, SQL_PRESENT_LIST);
	struct present_row *list = NULL, *p;
	size_t n = 0, cap = 0;
	enum rc rc;

	bind_str(q, ":room", room);
	bind_str(q, ":after", after == NULL ? "" : after);
	bind_int(q, ":limit", limit);
	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		p = &list[n++];
		p->identity = col_str(q, "identity");
		p->name = col_str(q, "name");
		p->avatar_url = col_str(q, "avatar_url");
		p->joined_at = col_int(q, "joined_at");
		p->is_publishing = col_int(q, "is_publishing") != 0;
		p->hand_raised_at = col_int(q, "hand_raised_at");
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}

enum rc
present_is(struct db *db, const char *room, const char *identity, bool *yes)
{
	struct query *q = db_query(db, SQL_PRESENT_IS);

	bind_str(q, ":room", room);
	bind_str(q, ":identity", identity);
	return row_any(q, yes);
}

enum rc
present_count(struct db *db, const char *room, const char *owner_id,
    int64_t *people)
{
	struct query *q = db_query(db, SQL_PRESENT_COUNT);
	int64_t n = 0;
	enum rc rc;

	bind_str(q, ":room", room);
	bind_str(q, ":owner", owner_id);
	if (row_one(q) == RC_OK)
		n = col_int(q, "people");
	if ((rc = db_done(q)) == RC_OK)
		*people = n;
	return rc;
}

enum rc
present_sessions(struct db *db, const char *room, struct presence_row **rows,
    size_t *len)
{
	struct query *q = db_query(db, SQL_PRESENT_SESSIONS);
	struct presence_row *list = NULL, *s;
	size_t n = 0, cap = 0;
	enum rc rc;

	bind_str(q, ":room", room);
	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		s = &list[n++];
		*s = (struct presence_row){ .room_name = room };
		s->sid = col_str(q, "sid");
		s->identity = col_str(q, "identity");
		s->joined_at = col_int(q, "joined_at");
		s->left_at = col_int(q, "left_at");
		s->left_by = (enum left_by)col_int(q, "left_by");
		s->reason = col_str(q, "reason");
		if (s->joined_at == 0)
			s->joined_at = s->left_at;
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}
