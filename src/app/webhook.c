/*
 * What LiveKit tells becomes rows: room sessions, presence, tracks, runs of an
 * ingress, and what is counted from them.  Any order, any repetition and any
 * loss of events that the reconciler makes up for end in the same rows, so
 * every time written here is the event's own, and nothing adds or subtracts.
 */
#include "local.h"

#include <string.h>

static struct presence_row
presence_of(const struct lk_event *ev)
{
	const struct lk_participant *p = ev->participant;

	return (struct presence_row){ .sid = p->sid,
	    .room_name = ev->room->name, .room_sid = ev->room->sid,
	    .identity = p->identity, .name = p->name, .lk_kind = (int)p->kind,
	    .is_hidden = p->permission != NULL && p->permission->hidden,
	    .joined_at = p->joined_at_ms };
}

/* Whoever comes with an old token comes with what held when it was made. */
static enum rc
participant_judge(struct app *app, const struct lk_participant *p,
    const struct room_row *room)
{
	struct verdict verdict;
	enum rc rc = participant_verdict(app, room, p, &verdict);

	if (rc != RC_OK || verdict.act == LET_BE)
		return rc;
	/* A publisher on its way out must not be on air until it is gone. */
	if (verdict.act == THROW_OUT && room->kind == KIND_STREAM &&
	    strcmp(p->identity, room->owner_id) == 0)
		rc = presence_cut(app->db, room->name, p->identity);
	jobs_run_after(app, room->name);
	return rc == RC_OK ? enforce_put(app, room->name) : rc;
}

static enum rc
participant_joined(struct app *app, const struct lk_event *ev,
    const struct room_row *room)
{
	struct presence_row row = presence_of(ev);
	enum rc rc;

	if (row.joined_at == 0)
		row.joined_at = ev->created_at_ms;
	rc = presence_told(app, &row);
	if (rc == RC_OK)
		rc = room_seen(app, room, ev->created_at_ms);
	if (rc == RC_OK)
		rc = participant_judge(app, ev->participant, room);
	return rc;
}

/*
 * createdAt is in whole seconds: nobody leaves before having joined, and in a
 * source room, which ends at the moment when the last one left, it counts as the
 * end of that second, or as now: who came within it was there in time.
 */
static int64_t
left_at(const struct lk_event *ev, const struct room_row *room)
{
	int64_t at = ev->created_at_ms, last = at + 999, now = clock_ms();

	if (room->kind == KIND_SOURCE && now > at)
		at = now < last ? now : last;
	return at > ev->participant->joined_at_ms ? at :
	    ev->participant->joined_at_ms;
}

static enum rc
participant_left(struct app *app, const struct lk_event *ev,
    const struct room_row *room)
{
	struct presence_row row = presence_of(ev);

	row.left_at = left_at(ev, room);
	row.left_by = LEFT_EVENT;
	row.reason = ev->participant->disconnect_reason_text;
	return presence_told(app, &row);
}

static enum rc
room_started(struct app *app, const struct lk_event *ev,
    const struct room_row *room)
{
	enum rc rc = room_session_started(app->db, ev->room->sid, room->name,
	    ev->created_at_ms);

	return rc == RC_OK ? room_seen(app, room, ev->created_at_ms) : rc;
}

static enum rc
room_finished(struct app *app, const struct lk_event *ev,
    const struct room_row *room)
{
	enum rc rc = presence_gone(app, room->name, ev->room->sid,
	    LEFT_ROOM, ev->created_at_ms);

	if (rc == RC_OK)
		rc = room_session_finished(app->db, ev->room->sid, room->name,
		    ev->created_at_ms);
	return rc == RC_OK ? room_confirm(app->db, room->name, 0) : rc;
}

/* ---- what is published ------------------------------------------------------ */

static enum rc
track_told(struct app *app, const struct lk_event *ev,
    const struct room_row *room, int64_t published_at,
    int64_t unpublished_at)
{
	const struct lk_participant *p = ev->participant;

	if (!room_tracks(room, p->identity))
		return RC_OK;
	return track_merge(app->db, &(struct track_row){
	    .room_name = room->name, .sid = ev->track->sid,
	    .participant_sid = p->sid, .identity = p->identity,
	    .published_at = published_at, .unpublished_at = unpublished_at });
}

static enum rc
track_published(struct app *app, const struct lk_event *ev,
    const struct room_row *room)
{
	enum rc rc = track_told(app, ev, room, ev->created_at_ms, 0);

	return rc == RC_OK ? room_seen(app, room, ev->created_at_ms) : rc;
}

static enum rc
track_unpublished(struct app *app, const struct lk_event *ev,
    const struct room_row *room)
{
	return track_told(app, ev, room, 0, ev->created_at_ms);
}

static enum rc
ingress_started(struct app *app, const struct lk_event *ev,
    const struct stream_key_row *key)
{
	int64_t at = ev->ingress->started_at_ms != 0 ?
	    ev->ingress->started_at_ms : ev->created_at_ms;
	struct stream_row stream;
	enum rc rc = stream_by_user(app->db, key->user_id, &stream);

	/* After an end encoders that come again by themselves do not count. */
	if (rc == RC_OK)
		rc = stream.refused_until > at ?
		    stream_key_run_ended(app->db, key->ingress_id, at) :
		    stream_key_run_started(app->db, key->ingress_id, at);
	if (rc == RC_OK && at > key->last_used_at)
		rc = stream_key_touch(app->db, key->ingress_id, at);
	return rc;
}

/* Runs of an ingress follow each other: those that began by then are over.
 * createdAt is in whole seconds. */
static int64_t
run_over(const struct lk_event *ev)
{
	const struct lk_ingress *in = ev->ingress;

	if (in->ended_at_ms != 0)
		return in->ended_at_ms;
	return in->started_at_ms != 0 ? in->started_at_ms :
	    ev->created_at_ms + 999;
}

/*
 * An encoder that LiveKit turned away may have lacked its room, and the error
 * does not say so: with the room there, its next try succeeds.
 */
static enum rc
ingress_ended(struct app *app, const struct lk_event *ev,
    const struct stream_key_row *key)
{
	const struct lk_ingress *in = ev->ingress;
	enum rc rc = stream_key_run_ended(app->db, key->ingress_id,
	    run_over(ev));

	if (rc != RC_OK || !key->is_enabled || key->state != KEY_CURRENT ||
	    (in->error[0] == '\0' && in->status != LK_INGRESS_ERROR))
		return rc;
	jobs_run_after(app, key->user_id);
	return job_room(app, JOB_ROOM_MAKE, key->user_id, clock_ms());
}

/* Ingresses that we do not know are somebody else's. */
static enum rc
ingress_apply(struct app *app, const struct lk_event *ev, int64_t now)
{
	struct stream_key_row key;
	enum rc rc;

	if (ev->ingress == NULL || ev->ingress->ingress_id[0] == '\0' ||
	    ev->created_at_ms <= 0)
		return RC_INVALID;
	rc = stream_key_by_ingress(app->db, ev->ingress->ingress_id, &key);
	if (rc != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	rc = ev->type == LK_INGRESS_STARTED ? ingress_started(app, ev, &key) :
	    ingress_ended(app, ev, &key);
	return rc == RC_OK ? stream_recount(app, key.user_id, now) : rc;
}

/* ---- which event is for whom ------------------------------------------------ */

enum about { ABOUT_ROOM, ABOUT_PARTICIPANT, ABOUT_TRACK };

static const struct {
	enum lk_event_type type;
	enum about	 about;
	enum rc		(*apply)(struct app *, const struct lk_event *,
			    const struct room_row *);
} handled[] = {
	{ LK_ROOM_STARTED, ABOUT_ROOM, room_started },
	{ LK_ROOM_FINISHED, ABOUT_ROOM, room_finished },
	{ LK_PARTICIPANT_JOINED, ABOUT_PARTICIPANT, participant_joined },
	{ LK_PARTICIPANT_LEFT, ABOUT_PARTICIPANT, participant_left },
	{ LK_PARTICIPANT_CONNECTION_ABORTED, ABOUT_PARTICIPANT,
	    participant_left },
	{ LK_TRACK_PUBLISHED, ABOUT_TRACK, track_published },
	{ LK_TRACK_UNPUBLISHED, ABOUT_TRACK, track_unpublished },
};

/* What an event must carry before its sids become keys. */
static bool
event_complete(const struct lk_event *ev, enum about about)
{
	const struct lk_participant *p = ev->participant;

	if (ev->room->name[0] == '\0' || ev->room->sid[0] == '\0' ||
	    ev->created_at_ms <= 0)
		return false;
	if (about == ABOUT_TRACK &&
	    (ev->track == NULL || ev->track->sid[0] == '\0'))
		return false;
	return about == ABOUT_ROOM || (p != NULL && p->sid[0] != '\0' &&
	    p->identity[0] != '\0');
}

static enum rc
room_apply(struct app *app, const struct lk_event *ev, size_t i)
{
	struct room_row room;
	enum rc rc;

	/* Some servers do not say which room a track is in. */
	if (ev->room == NULL)
		return handled[i].about == ABOUT_TRACK ? RC_OK : RC_INVALID;
	if (!event_complete(ev, handled[i].about))
		return RC_INVALID;
	rc = room_by_name(app->db, ev->room->name, &room);
	if (rc != RC_OK)	/* somebody else's room */
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	rc = handled[i].apply(app, ev, &room);
	/* As of now: what left_at wrote must not be still to come. */
	return rc == RC_OK ? room_recount(app, &room, clock_ms()) : rc;
}

enum rc
webhook_apply(struct app *app, const struct lk_event *ev, int64_t now)
{
	if (ev->type == LK_INGRESS_STARTED || ev->type == LK_INGRESS_ENDED)
		return ingress_apply(app, ev, now);
	if (ev->type == LK_EGRESS_STARTED || ev->type == LK_EGRESS_UPDATED ||
	    ev->type == LK_EGRESS_ENDED)
		return egress_apply(app, ev);
	for (size_t i = 0; i < sizeof handled / sizeof handled[0]; i++)
		if (handled[i].type == ev->type)
			return room_apply(app, ev, i);
	return RC_OK;
}

static const char *
event_room(const struct lk_event *ev)
{
	if (ev->room != NULL)
		return ev->room->name;
	if (ev->egress != NULL)
		return ev->egress->room_name;
	return ev->ingress != NULL ? ev->ingress->room_name : NULL;
}

enum rc
webhook_keep(struct app *app, const struct lk_event *ev, int64_t now)
{
	enum rc rc = db_begin(app->db, NORMAL);

	if (rc != RC_OK)
		return rc;
	rc = inbox_insert(app->db, ev->id, ev->name, event_room(ev),
	    ev->created_at_ms, now);
	if (rc == RC_OK)
		rc = webhook_apply(app, ev, now);
	return db_end(app->db, rc);
}
