/*
 * The one truth about being on air.  A broadcast is what follows from what the
 * creator publishes: nothing else opens one, and besides silence only a cut
 * ends it.  Everything here is inside the caller's transaction.
 */
#include "local.h"

static enum rc
broadcast_event(struct app *app, const char *type,
    const struct broadcast_row *row, int64_t now)
{
	struct buf data;

	buf_init(&data, app->arena);
	json_object(&data, NULL);
	json_object(&data, "broadcast");
	json_add_str(&data, "id", row->id);
	json_add_str(&data, "userId", row->user_id);
	json_add_str(&data, "title", row->title);
	json_add_time(&data, "startedAt", row->started_at);
	json_add_time(&data, "endedAt", row->ended_at);
	json_object_end(&data);
	json_object_end(&data);
	return event_insert(app->db, row->user_id, NULL, type, data.data, now);
}

static enum rc
broadcast_finish(struct app *app, const struct broadcast_row *row, int64_t at,
    int64_t now, const char *why)
{
	struct broadcast_row over = *row;
	enum rc rc;

	over.ended_at = at > row->started_at ? at : row->started_at;
	rc = broadcast_end(app->db, row->id, over.ended_at);
	if (rc == RC_OK)
		rc = broadcast_event(app, "stream.ended", &over, now);
	if (rc == RC_OK)
		log_info("broadcast %s ended: %s", row->id, why);
	return rc;
}

/* ---- cut ----------------------------------------------------------------- */

/* What LiveKit still tells of it counts no more, late or repeated. */
static enum rc
cut_published(struct app *app, const char *user_id, int64_t now)
{
	struct stream_key_row *keys;
	struct track_row *tracks;
	size_t len;
	enum rc rc = track_open(app->db, user_id, &tracks, &len);

	for (size_t i = 0; rc == RC_OK && i < len; i++) {
		tracks[i].unpublished_at = now;
		rc = track_merge(app->db, &tracks[i]);
	}
	if (rc == RC_OK)
		rc = stream_key_list(app->db, user_id, &keys, &len);
	for (size_t i = 0; rc == RC_OK && i < len; i++)
		if (keys[i].run_started_at > keys[i].run_ended_at)
			rc = stream_key_run_ended(app->db,
			    keys[i].ingress_id, now);
	if (rc == RC_OK)
		rc = presence_cut(app->db, user_id, user_id);
	return rc == RC_OK ? whip_end_all(app->db, user_id, now) : rc;
}

enum rc
stream_cut(struct app *app, const char *user_id, int64_t now, const char *why)
{
	struct stream_row stream;
	struct broadcast_row row;
	enum rc rc = stream_by_user(app->db, user_id, &stream);

	if (rc != RC_OK)	/* no channel, nothing to cut */
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	rc = broadcast_open(app->db, user_id, &row);
	if (rc == RC_OK && row.lapses_at != 0 && row.lapses_at <= now)
		rc = broadcast_finish(app, &row, row.lapses_at, now,
		    "nothing was published");
	else if (rc == RC_OK)
		rc = broadcast_finish(app, &row, now, now, why);
	if (rc == RC_NOT_FOUND)
		rc = RC_OK;
	if (rc == RC_OK)
		rc = cut_published(app, user_id, now);
	return rc == RC_OK ? enforce_put(app, user_id) : rc;
}
