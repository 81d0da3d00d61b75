/*
 * event: the log that push reads, the inbox of webhooks, and the counters that
 * number what must rise and never repeat.
 */
#include "local.h"

enum rc
counter_next(struct db *db, const char *name, int64_t *out)
{
	struct query *q = db_query(db, SQL_COUNTER_NEXT);
	int64_t value = 0;
	enum rc rc;

	bind_str(q, ":name", name);
	if (row_one(q) == RC_OK)
		value = col_int(q, "value");
	/* Left before its end, an UPDATE would stay open. */
	while (db_row(q))
		;
	if ((rc = db_done(q)) == RC_OK)
		*out = value;
	return rc;
}

enum rc
event_insert(struct db *db, const char *room, const char *user_id,
    const char *type, const char *data, int64_t at)
{
	struct query *q;
	int64_t id;
	enum rc rc;

	if ((rc = counter_next(db, "event", &id)) != RC_OK)
		return rc;
	q = db_query(db, SQL_EVENT_INSERT);
	bind_int(q, ":id", id);
	bind_str(q, ":room", room);
	bind_str(q, ":user_id", user_id);
	bind_str(q, ":type", type);
	bind_str(q, ":data", data);
	bind_int(q, ":at", at);
	return db_run(q);
}

enum rc
event_purge(struct db *db, int64_t before)
{
	return run_purge(db, SQL_EVENT_PURGE, before);
}

enum rc
inbox_insert(struct db *db, const char *event_id, const char *event,
    const char *room, int64_t created_at, int64_t received_at)
{
	struct query *q = db_query(db, SQL_INBOX_INSERT);

	bind_str(q, ":event_id", event_id);
	bind_str(q, ":event", event);
	bind_str(q, ":room", room);
	bind_int(q, ":created_at", created_at);
	bind_int(q, ":received_at", received_at);
	return run_new(q);
}

enum rc
inbox_purge(struct db *db, int64_t received_before)
{
	return run_purge(db, SQL_INBOX_PURGE, received_before);
}
