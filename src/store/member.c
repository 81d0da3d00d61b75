/*
 * member: who belongs to a room, as what, and what was decided for each: what
 * they asked to be, whether they may publish, the raised hand.  What follows
 * from it is app's to decide.
 */
#include "local.h"

static const char *const roles[] = {
	[MEMBER_TEACHER] = "teacher", [MEMBER_PARTICIPANT] = "participant",
	[MEMBER_STUDENT] = "student",
};

enum { ROLES = sizeof roles / sizeof *roles };

const char *
member_role_name(enum member_role role)
{
	return roles[role];
}

/* A statement on the row of one member. */
static struct query *
member_query(struct db *db, enum sql_id id, const char *room,
    const char *user_id)
{
	struct query *q = db_query(db, id);

	bind_str(q, ":room", room);
	bind_str(q, ":user_id", user_id);
	return q;
}

enum rc
member_put(struct db *db, const char *room, const char *user_id,
    enum member_role role, int64_t now)
{
	struct query *q = member_query(db, SQL_MEMBER_PUT, room, user_id);

	bind_str(q, ":role", roles[role]);
	bind_int(q, ":now", now);
	return db_run(q);
}

enum rc
member_remove(struct db *db, const char *room, const char *user_id)
{
	return run_found(member_query(db, SQL_MEMBER_REMOVE, room, user_id));
}

static void
member_from(struct query *q, struct member_row *m)
{
	m->room_name = col_str(q, "room_name");
	m->user_id = col_str(q, "user_id");
	m->username = col_str(q, "username");
	m->display_name = col_str(q, "display_name");
	m->avatar_url = col_str(q, "avatar_url");
	m->role = (enum member_role)word_index(roles, ROLES,
	    col_str(q, "role"));
	m->asked = (enum member_role)word_index(roles, ROLES,
	    col_str(q, "asked"));
	m->can_publish = (int)col_int(q, "can_publish");
	m->hand_raised_at = col_int(q, "hand_raised_at");
	m->created_at = col_int(q, "created_at");
}

enum rc
member_get(struct db *db, const char *room, const char *user_id,
    struct member_row *out)
{
	struct query *q = member_query(db, SQL_MEMBER_GET, room, user_id);
	struct member_row m;
	enum rc rc;

	if (row_one(q) == RC_OK)
		member_from(q, &m);
	if ((rc = db_done(q)) == RC_OK)
		*out = m;
	return rc;
}

enum rc
member_list(struct db *db, const char *room, const char *after, int64_t limit,
    struct member_row **rows, size_t *len)
{
	struct query *q = db_query(db, SQL_MEMBER_LIST);
	struct member_row *list = NULL;
	size_t n = 0, cap = 0;
	enum rc rc;

	bind_str(q, ":room", room);
	bind_str(q, ":after", after == NULL ? "" : after);
	bind_int(q, ":limit", limit);
	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		member_from(q, &list[n++]);
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}

enum rc
member_set_asked(struct db *db, const char *room, const char *user_id,
    enum member_role asked)
{
	struct query *q = member_query(db, SQL_MEMBER_SET_ASKED, room,
	    user_id);

	bind_str(q, ":asked", roles[asked]);
	return run_found(q);
}

enum rc
member_set_publish(struct db *db, const char *room, const char *user_id,
    int can_publish)
{
	struct query *q = member_query(db, SQL_MEMBER_SET_PUBLISH, room,
	    user_id);

	if (can_publish < 0)
		bind_null(q, ":can_publish");
	else
		bind_int(q, ":can_publish", can_publish);
	return run_found(q);
}

enum rc
member_set_hand(struct db *db, const char *room, const char *user_id,
    int64_t raised_at)
{
	struct query *q = member_query(db, SQL_MEMBER_SET_HAND, room, user_id);

	bind_time(q, ":raised_at", raised_at);
	return run_found(q);
}

enum rc
member_hand_up(struct db *db, const char *room, const char *user_id, bool *up)
{
	return row_any(member_query(db, SQL_MEMBER_HAND_UP, room, user_id), up);
}

enum rc
room_list_class(struct db *db, const char *user_id, int64_t before_since,
    const char *before_name, int64_t limit, struct room_listed **rows,
    size_t *len)
{
	struct query *q = db_query(db, SQL_ROOM_LIST_CLASS);
	struct room_listed *list = NULL;
	size_t n = 0, cap = 0;
	enum rc rc;

	bind_str(q, ":user_id", user_id);
	bind_before(q, before_since, before_name);
	bind_int(q, ":limit", limit);
	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		room_from(q, &list[n].room);
		list[n].owner_name = col_str(q, "owner_name");
		list[n].title = NULL;
		list[n++].since = col_int(q, "since");
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}
