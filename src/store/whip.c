/*
 * whip: sessions that came in through our /whip.  A creator has one at a time.
 */
#include "local.h"

enum rc
whip_insert(struct db *db, const struct whip_row *w)
{
	enum rc rc = whip_end_all(db, w->user_id, w->started_at);
	struct query *q;

	if (rc != RC_OK)
		return rc;
	q = db_query(db, SQL_WHIP_INSERT);
	bind_str(q, ":id", w->id);
	bind_str(q, ":user_id", w->user_id);
	bind_str(q, ":ingress_id", w->ingress_id);
	bind_str(q, ":participant_sid", w->participant_sid);
	bind_int(q, ":started_at", w->started_at);
	bind_time(q, ":ended_at", w->ended_at);
	return run_new(q);
}

enum rc
whip_by_id(struct db *db, const char *id, struct whip_row *out)
{
	struct query *q = db_query(db, SQL_WHIP_BY_ID);
	struct whip_row w;
	enum rc rc;

	bind_str(q, ":id", id);
	if (row_one(q) == RC_OK) {
		w.id = col_str(q, "id");
		w.user_id = col_str(q, "user_id");
		w.ingress_id = col_str(q, "ingress_id");
		w.participant_sid = col_str(q, "participant_sid");
		w.started_at = col_int(q, "started_at");
		w.ended_at = col_int(q, "ended_at");
	}
	if ((rc = db_done(q)) == RC_OK)
		*out = w;
	return rc;
}

enum rc
whip_end(struct db *db, const char *id, int64_t at)
{
	struct query *q = db_query(db, SQL_WHIP_END);

	bind_str(q, ":id", id);
	bind_int(q, ":at", at);
	return run_found(q);
}

enum rc
whip_end_all(struct db *db, const char *user_id, int64_t at)
{
	struct query *q = db_query(db, SQL_WHIP_END_ALL);

	bind_str(q, ":user_id", user_id);
	bind_int(q, ":at", at);
	return db_run(q);
}

enum rc
whip_purge(struct db *db, int64_t ended_before)
{
	return run_purge(db, SQL_WHIP_PURGE, ended_before);
}
