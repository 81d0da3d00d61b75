/*
 * follow: who follows and who blocks whom.  The counts in users move with the
 * rows, and only with them.  Whether somebody may is app's to decide.
 */
#include "local.h"

/* A statement on the relation of two; *changes: how many rows it touched. */
static enum rc
relation_run(struct query *q, const char *one, const char *one_id,
    const char *other, const char *other_id, int64_t *changes)
{
	bind_str(q, one, one_id);
	bind_str(q, other, other_id);
	return db_run_changes(q, changes);
}

static enum rc
count_by(struct db *db, enum sql_id id, const char *user_id, int64_t by)
{
	struct query *q = db_query(db, id);

	bind_str(q, ":id", user_id);
	bind_int(q, ":by", by);
	return db_run(q);
}

static enum rc
follow_counted(struct db *db, const char *follower_id,
    const char *followed_id, int64_t by)
{
	enum rc rc = count_by(db, SQL_USER_COUNT_FOLLOWERS, followed_id, by);

	return rc != RC_OK ? rc :
	    count_by(db, SQL_USER_COUNT_FOLLOWING, follower_id, by);
}

enum rc
follow_add(struct db *db, const char *follower_id, const char *followed_id,
    int64_t now)
{
	struct query *q = db_query(db, SQL_FOLLOW_ADD);
	int64_t changes;
	enum rc rc;

	bind_int(q, ":now", now);
	rc = relation_run(q, ":follower_id", follower_id, ":followed_id",
	    followed_id, &changes);
	if (rc != RC_OK || changes == 0)
		return rc;
	return follow_counted(db, follower_id, followed_id, 1);
}

enum rc
follow_remove(struct db *db, const char *follower_id, const char *followed_id)
{
	struct query *q = db_query(db, SQL_FOLLOW_REMOVE);
	int64_t changes;
	enum rc rc;

	rc = relation_run(q, ":follower_id", follower_id, ":followed_id",
	    followed_id, &changes);
	if (rc != RC_OK || changes == 0)
		return rc;
	return follow_counted(db, follower_id, followed_id, -1);
}

static enum rc
relation_exists(struct db *db, enum sql_id id, const char *one_id,
    const char *other_id, bool *yes)
{
	struct query *q = db_query(db, id);
	bool found = false;
	enum rc rc;

	bind_str(q, ":one_id", one_id);
	bind_str(q, ":other_id", other_id);
	if (row_one(q) == RC_OK)
		found = col_int(q, "yes") != 0;
	if ((rc = db_done(q)) == RC_OK)
		*yes = found;
	return rc;
}

enum rc
follow_exists(struct db *db, const char *follower_id, const char *followed_id,
    bool *yes)
{
	return relation_exists(db, SQL_FOLLOW_EXISTS, follower_id, followed_id,
	    yes);
}

enum rc
block_add(struct db *db, const char *blocker_id, const char *blocked_id,
    int64_t now)
{
	struct query *q = db_query(db, SQL_BLOCK_ADD);
	int64_t changes;
	enum rc rc;

	bind_int(q, ":now", now);
	rc = relation_run(q, ":blocker_id", blocker_id, ":blocked_id",
	    blocked_id, &changes);
	if (rc == RC_OK)
		rc = follow_remove(db, blocker_id, blocked_id);
	return rc != RC_OK ? rc : follow_remove(db, blocked_id, blocker_id);
}

enum rc
block_remove(struct db *db, const char *blocker_id, const char *blocked_id)
{
	struct query *q = db_query(db, SQL_BLOCK_REMOVE);
	int64_t changes;

	return relation_run(q, ":blocker_id", blocker_id, ":blocked_id",
	    blocked_id, &changes);
}

enum rc
block_exists(struct db *db, const char *blocker_id, const char *blocked_id,
    bool *yes)
{
	return relation_exists(db, SQL_BLOCK_EXISTS, blocker_id, blocked_id,
	    yes);
}

static enum rc
relation_list(struct db *db, struct query *q, const char *id, int64_t limit,
    struct relation_row **rows, size_t *len)
{
	struct relation_row *list = NULL;
	size_t n = 0, cap = 0;
	enum rc rc;

	bind_str(q, ":id", id);
	bind_int(q, ":limit", limit);
	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		user_from(q, &list[n].user);
		list[n++].created_at = col_int(q, "since");
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}

enum rc
follow_list(struct db *db, const char *follower_id, int64_t before_created,
    const char *before_id, int64_t limit, struct relation_row **rows,
    size_t *len)
{
	struct query *q = db_query(db, SQL_FOLLOW_LIST);

	bind_before(q, before_created, before_id);
	return relation_list(db, q, follower_id, limit, rows, len);
}

enum rc
block_list(struct db *db, const char *blocker_id, int64_t before_created,
    const char *before_id, int64_t limit, struct relation_row **rows,
    size_t *len)
{
	struct query *q = db_query(db, SQL_BLOCK_LIST);

	bind_before(q, before_created, before_id);
	return relation_list(db, q, blocker_id, limit, rows, len);
}
