/*
 * removal: who was put out of a room and may not come back for a while.
 */
#include "local.h"

enum rc
removal_put(struct db *db, const char *room, const char *identity,
    int64_t until)
{
	struct query *q = db_query(db, SQL_REMOVAL_PUT);

	bind_str(q, ":room", room);
	bind_str(q, ":identity", identity);
	bind_int(q, ":until", until);
	return db_run(q);
}

enum rc
removal_until(struct db *db, const char *room, const char *identity,
    int64_t now, int64_t *until)
{
	struct query *q = db_query(db, SQL_REMOVAL_UNTIL);
	int64_t found = 0;
	enum rc rc;

	bind_str(q, ":room", room);
	bind_str(q, ":identity", identity);
	bind_int(q, ":now", now);
	if (row_one(q) == RC_OK)
		found = col_int(q, "until");
	rc = db_done(q);
	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	*until = found;
	return RC_OK;
}

enum rc
removal_purge(struct db *db, int64_t until_before)
{
	return run_purge(db, SQL_REMOVAL_PURGE, until_before);
}
