/*
 * The one truth about being on air.  A broadcast is what follows from what the
 * creator publishes: nothing else opens one, and besides silence only a cut
 * ends it.  Everything here is inside the caller's transaction.
 */
#include "local.h"

#define TOLD_LATE_MS	(5 * 60 * 1000)	/* LiveKit gives up after 45 s */

static bool
has_lapsed(const struct broadcast_row *row, int64_t now)
{
	return row->lapses_at != 0 && row->lapses_at <= now;
}

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
	if (rc == RC_OK && has_lapsed(&row, now))
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

/* ---- what follows from what is published ---------------------------------- */

/* What is known of a creator while the broadcast is worked out. */
struct air {
	struct stream_row	 stream;
	struct broadcast_row	 row;		/* with is_open */
	bool			 is_open;
	int64_t			 now;
	int64_t			 silent_since;	/* of stream_silent_since */
	int64_t			 last_end;	/* of the one before; 0: none */
};

static enum rc
air_load(struct app *app, struct air *a)
{
	const char *id = a->stream.user_id;
	enum rc rc = stream_silent_since(app->db, id, a->now,
	    &a->silent_since);

	if (rc != RC_OK)
		return rc;
	rc = broadcast_open(app->db, id, &a->row);
	a->is_open = rc == RC_OK;
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* The end of the latest broadcast that began before a time; 0: always. */
static enum rc
air_last_end(struct app *app, struct air *a, int64_t before_started,
    const char *before_id)
{
	struct broadcast_row *last;
	size_t len = 0;
	enum rc rc = broadcast_list(app->db, a->stream.user_id, a->now,
	    before_started, before_id, 1, &last, &len);

	a->last_end = rc == RC_OK && len == 1 ? last[0].ended_at : 0;
	return rc;
}

/* Back after the lapse, before anybody wrote it down: that was another time. */
static enum rc
air_resume(struct app *app, struct air *a)
{
	int64_t lapsed_at = a->row.lapses_at, began_at;
	enum rc rc = stream_published_from(app->db, a->stream.user_id,
	    lapsed_at - STREAM_GRACE_MS, &began_at);

	if (rc != RC_OK || began_at < lapsed_at)
		return rc;
	a->is_open = false;
	return broadcast_finish(app, &a->row, lapsed_at, a->now,
	    "nothing was published");
}

static enum rc
air_insert(struct app *app, struct air *a, int64_t started_at)
{
	char *id;
	enum rc rc = random_uuid(app->arena, &id);

	if (rc != RC_OK)
		return rc;
	a->row = (struct broadcast_row){ .id = id,
	    .user_id = a->stream.user_id, .title = a->stream.title,
	    .started_at = started_at };
	rc = broadcast_insert(app->db, &a->row);
	if (rc == RC_OK)
		rc = broadcast_event(app, "stream.live", &a->row, a->now);
	if (rc == RC_OK)
		log_info("broadcast %s of %s is on air", id,
		    a->stream.user_id);
	a->is_open = rc == RC_OK;
	return rc;
}

/*
 * Also a time on air of which we heard the end first.  Whoever may not stream
 * is thrown out instead.
 */
static enum rc
air_begin(struct app *app, struct air *a)
{
	const char *id = a->stream.user_id;
	struct room_row room;
	struct rights rights;
	int64_t began_at;
	enum rc rc;

	if (a->silent_since < 0)
		return RC_OK;
	rc = air_last_end(app, a, 0, NULL);
	if (rc == RC_OK)
		rc = stream_published_from(app->db, id, a->last_end,
		    &began_at);
	if (rc != RC_OK || (a->silent_since > 0 &&
	    (began_at == 0 || a->silent_since <= a->last_end)))
		return rc;
	rc = room_by_name(app->db, id, &room);
	if (rc == RC_OK)
		rc = room_rights(app, &room, id, &rights);
	if (rc == RC_FORBIDDEN)
		return a->silent_since > 0 ? RC_OK :
		    stream_cut(app, id, a->now, "no longer a creator");
	if (rc != RC_OK)
		return rc;
	if (began_at == 0)
		began_at = a->now;
	return air_insert(app, a,
	    began_at > a->last_end ? began_at : a->last_end);
}

/*
 * When it ends by itself.  A run of an ingress that nobody saw in the room
 * counts for a while only: that is known now, and so written now.
 */
static enum rc
air_lapse(struct app *app, const struct air *a, int64_t *lapses_at)
{
	int64_t since = a->silent_since;
	enum rc rc = RC_OK;

	if (since == 0)
		rc = stream_silent_since(app->db, a->stream.user_id,
		    a->now + STREAM_RUN_MS, &since);
	if (rc != RC_OK)
		return rc;
	if (since >= 0)
		*lapses_at = since == 0 ? 0 : since + STREAM_GRACE_MS;
	else if (a->row.lapses_at != 0)
		*lapses_at = a->row.lapses_at;
	else
		*lapses_at = a->now + STREAM_GRACE_MS;
	return RC_OK;
}

/* What began it may be told after what came of it. */
static enum rc
air_start(struct app *app, struct air *a)
{
	int64_t began_at;
	enum rc rc;

	if (a->now - a->row.started_at > TOLD_LATE_MS)
		return RC_OK;
	rc = air_last_end(app, a, a->row.started_at, a->row.id);
	if (rc == RC_OK)
		rc = stream_published_from(app->db, a->stream.user_id,
		    a->last_end, &began_at);
	if (rc != RC_OK || began_at == 0)
		return rc;
	if (began_at < a->last_end)
		began_at = a->last_end;
	if (began_at >= a->row.started_at)
		return RC_OK;
	return broadcast_set_start(app->db, a->row.id, began_at);
}

static enum rc
air_settle(struct app *app, struct air *a)
{
	struct broadcast_row *row = &a->row;
	int64_t viewers, lapses_at;
	enum rc rc = air_lapse(app, a, &lapses_at);

	if (rc == RC_OK)
		rc = air_start(app, a);
	if (rc != RC_OK)
		return rc;
	if (lapses_at != 0 && lapses_at <= a->now)
		return broadcast_finish(app, row, lapses_at, a->now,
		    "nothing was published");
	rc = presence_count(app->db, row->user_id, row->user_id, &viewers);
	if (rc != RC_OK || (viewers == row->viewer_count &&
	    lapses_at == row->lapses_at))
		return rc;
	rc = broadcast_set_presence(app->db, row->id, viewers, lapses_at);
	if (rc == RC_OK && viewers != row->viewer_count)
		rc = viewers_event(app, row->user_id, viewers, a->now);
	return rc;
}

enum rc
stream_recount(struct app *app, const char *user_id, int64_t now)
{
	struct air a = { .now = now };
	enum rc rc = stream_by_user(app->db, user_id, &a.stream);

	if (rc != RC_OK)	/* its room, but no channel */
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	rc = air_load(app, &a);
	if (rc == RC_OK && a.is_open && has_lapsed(&a.row, now))
		rc = air_resume(app, &a);
	if (rc == RC_OK && !a.is_open)
		rc = air_begin(app, &a);
	if (rc == RC_OK && a.is_open)
		rc = air_settle(app, &a);
	return rc;
}
