/*
 * message: lines of chat (seed 001's live_messages).  Who may say what is
 * app's to decide.
 */
#include <string.h>

#include "local.h"

enum rc
message_insert(struct db *db, struct message_row *m)
{
	struct query *q;
	int64_t seq;
	enum rc rc;

	if ((rc = counter_next(db, "message", &seq)) != RC_OK)
		return rc;
	q = db_query(db, SQL_MESSAGE_INSERT);
	bind_str(q, ":id", m->id);
	bind_int(q, ":seq", seq);
	bind_str(q, ":room", m->room_name);
	bind_str(q, ":user_id", m->user_id);
	bind_str(q, ":identity", m->identity);
	bind_str(q, ":guest_name", m->user_id == NULL ? m->display_name : NULL);
	bind_str(q, ":text", m->text);
	bind_str(q, ":type", m->type);
	bind_int(q, ":is_pinned", m->is_pinned);
	bind_int(q, ":created_at", m->created_at);
	if ((rc = run_new(q)) == RC_OK)
		m->seq = seq;
	return rc;
}

static void
message_from(struct query *q, struct message_row *m)
{
	m->id = col_str(q, "id");
	m->seq = col_int(q, "seq");
	m->room_name = col_str(q, "room_name");
	m->identity = col_str(q, "identity");
	m->text = col_str(q, "text");
	m->type = col_str(q, "type");
	m->is_pinned = col_int(q, "is_pinned") != 0;
	m->created_at = col_int(q, "created_at");
	m->user_id = col_str(q, "user_id");
	m->username = col_str(q, "username");
	m->display_name = col_str(q, "display_name");
}

enum { BACK, FORWARD };
enum { ALL, PLAIN, MARKED, PINNED, PINNED_TYPE };

static const enum sql_id pages[2][5] = {
	[BACK] = {
		[ALL] = SQL_MESSAGE_PAGE,
		[PLAIN] = SQL_MESSAGE_PAGE_PLAIN,
		[MARKED] = SQL_MESSAGE_PAGE_MARKED,
		[PINNED] = SQL_MESSAGE_PAGE_PINNED,
		[PINNED_TYPE] = SQL_MESSAGE_PAGE_PINNED_TYPE,
	},
	[FORWARD] = {
		[ALL] = SQL_MESSAGE_PAGE_AFTER,
		[PLAIN] = SQL_MESSAGE_PAGE_AFTER_PLAIN,
		[MARKED] = SQL_MESSAGE_PAGE_AFTER_MARKED,
		[PINNED] = SQL_MESSAGE_PAGE_AFTER_PINNED,
		[PINNED_TYPE] = SQL_MESSAGE_PAGE_AFTER_PINNED_TYPE,
	},
};

static int
page_filter(const char *type, bool pinned_only)
{
	if (pinned_only)
		return type == NULL ? PINNED : PINNED_TYPE;
	if (type == NULL)
		return ALL;
	return strcmp(type, "message") == 0 ? PLAIN : MARKED;
}

static enum rc
page(struct db *db, int direction, const char *room, int64_t seq,
    const char *type, bool pinned_only, int64_t limit,
    struct message_row **rows, size_t *len)
{
	int filter = page_filter(type, pinned_only);
	struct query *q = db_query(db, pages[direction][filter]);
	struct message_row *list = NULL;
	size_t n = 0, cap = 0;
	enum rc rc;

	bind_str(q, ":room", room);
	bind_int(q, ":seq", seq);
	bind_int(q, ":limit", limit);
	if (filter == MARKED || filter == PINNED_TYPE)
		bind_str(q, ":type", type);
	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		message_from(q, &list[n++]);
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}

enum rc
message_page(struct db *db, const char *room, int64_t before,
    const char *type, bool pinned_only, int64_t limit,
    struct message_row **rows, size_t *len)
{
	return page(db, BACK, room, before == 0 ? INT64_MAX : before, type,
	    pinned_only, limit, rows, len);
}

enum rc
message_page_after(struct db *db, const char *room, int64_t after,
    const char *type, bool pinned_only, int64_t limit,
    struct message_row **rows, size_t *len)
{
	return page(db, FORWARD, room, after, type, pinned_only, limit, rows,
	    len);
}

enum rc
message_by_id(struct db *db, const char *room, const char *id,
    struct message_row *m)
{
	struct query *q = db_query(db, SQL_MESSAGE_BY_ID);
	struct message_row found;
	enum rc rc;

	bind_str(q, ":room", room);
	bind_str(q, ":id", id);
	if (row_one(q) == RC_OK)
		message_from(q, &found);
	if ((rc = db_done(q)) == RC_OK)
		*m = found;
	return rc;
}

enum rc
message_set_pinned(struct db *db, const char *room, const char *id,
    bool is_pinned)
{
	struct query *q = db_query(db, SQL_MESSAGE_SET_PINNED);

	bind_str(q, ":room", room);
	bind_str(q, ":id", id);
	bind_int(q, ":is_pinned", is_pinned);
	return run_found(q);
}
