/*
 * What LiveKit lists of egresses, for the webhooks about them that were lost
 * and for those that nobody here asked for.  A LiveKit without Redis has none,
 * and that is nothing to ask for, or to report, at each pass.
 */
#include "local.h"

#include <string.h>

#define IDLE_MS		(30 * 1000)		/* nothing of ours runs there */
#define LACKING_MS	(10 * 60 * 1000)	/* there is no egress at all */
#define QUIET_MS	(60 * 1000)		/* its list may lag behind */
#define STUCK_MS		(5 * 60 * 1000)		/* it was to begin long ago */
#define ENDING_MS	(24 * 60 * 60 * 1000)	/* longer than any upload */
#define BATCH		50
#define PAGE		100

enum rc
egress_list_told(struct app *app, const struct lk_egresses *all)
{
	int64_t at = clock_ms();
	enum rc rc = RC_OK;

	for (size_t from = 0; rc == RC_OK && from < all->len; from += BATCH) {
		if ((rc = db_begin(app->db, NORMAL)) != RC_OK)
			return rc;
		for (size_t i = from; rc == RC_OK && i < all->len &&
		    i < from + BATCH; i++)
			if (all->item[i]->egress_id[0] != '\0')
				rc = egress_told(app, NULL,
				    all->item[i], at);
		rc = db_end(app->db, rc);
	}
	return rc;
}

static bool
is_listed(const struct lk_egresses *all, const char *egress_id)
{
	for (size_t i = 0; i < all->len; i++)
		if (strcmp(all->item[i]->egress_id, egress_id) == 0)
			return true;
	return false;
}

/* It has failed, and goes on nowhere. */
static enum rc
give_up(struct app *app, const struct recording_row *seen, const char *why)
{
	struct recording_row row;
	enum rc rc = db_begin(app->db, NORMAL);

	if (rc != RC_OK)
		return rc;
	rc = recording_by_id(app->db, seen->id, &row);
	if (rc == RC_OK && row.status == seen->status) {
		rc = recording_fail(app, &row, why, clock_ms());
		if (rc == RC_OK && row.status == RECORDING_STARTING &&
		    row.egress_id != NULL)
			rc = egress_stop_put(app, row.room_name,
			    row.egress_id);
	}
	return db_end(app->db, rc == RC_NOT_FOUND ? RC_OK : rc);
}

static enum rc
lost(struct app *app, const struct recording_row *row)
{
	return give_up(app, row, RECORDING_LOST);
}

/* The room is over: nobody is there to record, whatever LiveKit thinks. */
static enum rc
room_over(struct app *app, const char *id)
{
	struct recording_row row;
	struct room_row room;
	enum rc rc = db_begin(app->db, NORMAL);

	if (rc != RC_OK)
		return rc;
	rc = recording_by_id(app->db, id, &row);
	if (rc == RC_OK)
		rc = room_by_name(app->db, row.room_name, &room);
	if (rc == RC_OK && room.state == ROOM_OVER)
		rc = recording_halt(app, &row, room.ended_at != 0 ?
		    room.ended_at : clock_ms());
	return db_end(app->db, rc == RC_NOT_FOUND ? RC_OK : rc);
}

/* One of ours that does not run: it has ended, or was never heard of. */
static enum rc
absent_look(struct app *app, const struct recording_row *row)
{
	struct lk_egresses *some;
	int64_t now = clock_ms();
	bool there;
	enum rc rc = egress_list(app, NULL, row->egress_id != NULL ?
	    LK(lk_egress_filter, .egress_id = row->egress_id) :
	    LK(lk_egress_filter, .room_name = row->room_name), &some);

	if (rc != RC_OK)
		return rc;
	rc = egress_list_told(app, some);
	there = some->len > 0;
	lk_free(some);
	return rc == RC_OK && !there && row->egress_id != NULL &&
	    row->created_at < now - QUIET_MS ? lost(app, row) : rc;
}

/* all NULL: there is no egress at all. */
static enum rc
row_look(struct app *app, const struct recording_row *row,
    const struct lk_egresses *all)
{
	int64_t age = clock_ms() - row->created_at;
	enum rc rc = RC_OK;

	if (all == NULL)
		return age > LACKING_MS ? lost(app, row) : RC_OK;
	if (row->egress_id == NULL || !is_listed(all, row->egress_id))
		rc = absent_look(app, row);
	else if (row->status == RECORDING_STARTING && age > STUCK_MS)
		rc = give_up(app, row, "LiveKit's egress service took "
		    "the recording and did not begin it.");
	else if (row->status == RECORDING_PROCESSING &&
	    clock_ms() - row->ended_at > ENDING_MS)
		rc = give_up(app, row, "LiveKit's egress service did not "
		    "finish the recording within a day; it has probably "
		    "died.");
	return rc == RC_OK ? room_over(app, row->id) : rc;
}

static enum rc
rows_look(struct app *app, const struct lk_egresses *all)
{
	struct recording_row *rows;
	const char *after_id = NULL;
	int64_t after = 0;
	size_t len;
	bool got = true;
	enum rc rc;

	do {
		rc = recording_unfinished(app->db, after, after_id, PAGE,
		    &rows, &len);
		for (size_t i = 0; rc == RC_OK && i < len; i++) {
			after = rows[i].created_at;
			after_id = rows[i].id;
			rc = row_look(app, &rows[i], all);
		}
		if (rc == RC_OK && len > 0)
			rc = lease_hold(app, &got);
	} while (rc == RC_OK && got && len == PAGE);
	return rc;
}

enum rc
egress_look(struct app *app)
{
	int64_t now = clock_mono_ms();
	struct recording_row *rows;
	struct lk_egresses *all;
	size_t len;
	enum rc rc = recording_unfinished(app->db, 0, NULL, 1, &rows, &len);

	if (rc != RC_OK || (len == 0 && app->egress_look_mono_ms > now))
		return rc;
	rc = egress_list(app, NULL, LK(lk_egress_filter, .active = LK_YES),
	    &all);
	app->egress_look_mono_ms = now + (rc == RC_UNSUPPORTED ? LACKING_MS :
	    IDLE_MS);
	if (rc == RC_UNSUPPORTED)
		return rows_look(app, NULL);
	/* The rest of a pass does not depend on a look for strangers. */
	if (rc != RC_OK)
		return len == 0 ? RC_OK : rc;
	rc = egress_list_told(app, all);
	if (rc == RC_OK)
		rc = rows_look(app, all);
	lk_free(all);
	return rc;
}
