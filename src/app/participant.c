/*
 * People who are in a room, as those who lead it see them, and what they may do
 * about them: put them out, mute them, let them speak; and the raised hand.
 * Whatever is decided is a row; who is inside gets it by the job of enforce.c.
 * The owner is nobody's to change.
 */
#include "local.h"

#include <string.h>

/* ---- who is there ----------------------------------------------------------- */

/* How many watch a stream is for everybody to know, who they are is not. */
static enum rc
shown(struct req *req, const struct room_row *room)
{
	struct rights r;

	return room->kind == KIND_LIVE || room->kind == KIND_STREAM ?
	    room_lead(req, room) : room_admit(req, room, req->user->id, &r);
}

/* Who must not be there is on the way out, as nothing in particular. */
static enum rc
participant_role(struct app *app, const struct room_row *room,
    struct participant *p)
{
	struct rights r;
	enum rc rc = room_rights(app, room, p->present.identity, &r);

	p->role = rc == RC_OK ? role_name(r.role) : NULL;
	return rc == RC_FORBIDDEN ? RC_OK : rc;
}

enum rc
participants_find(struct req *req, const char *name,
    struct participant **people, size_t *len, char **next)
{
	struct app *app = req->app;
	struct participant *list;
	struct present_row *rows;
	struct room_row room;
	const char *after;
	int64_t limit;
	size_t n;
	enum rc rc;

	if ((rc = req_page(req, &limit, &after)) != RC_OK ||
	    (rc = room_find_shown(req, name, &room)) != RC_OK ||
	    (rc = shown(req, &room)) != RC_OK ||
	    (rc = present_list(app->db, room.name, after, limit + 1, &rows,
	    &n)) != RC_OK)
		return rc;
	*next = NULL;
	if (n > (size_t)limit) {
		n = (size_t)limit;
		*next = cursor_make(req->arena, "%s", rows[n - 1].identity);
	}
	list = arena_alloc(req->arena, (n + 1) * sizeof *list);
	for (size_t i = 0; rc == RC_OK && i < n; i++) {
		list[i].present = rows[i];
		rc = participant_role(app, &room, &list[i]);
	}
	*people = list;
	*len = n;
	return rc;
}

void
participant_write(struct buf *out, const struct participant *p)
{
	json_object(out, NULL);
	json_add_str(out, "identity", p->present.identity);
	json_add_str(out, "name", p->present.name);
	json_add_str(out, "role", p->role);
	json_add_time(out, "joinedAt", p->present.joined_at);
	json_add_bool(out, "isPublishing", p->present.is_publishing);
	json_add_bool(out, "handRaised", p->present.hand_raised_at != 0);
	json_object_end(out);
}

/* ---- whom something is done to ------------------------------------------------ */

static enum rc
not_owner(struct req *req, const struct room_row *room, const char *identity)
{
	bool owner = strcmp(identity, room->owner_id) == 0 ||
	    (room->kind == KIND_STREAM &&
	    stream_role(room->owner_id, identity) == ROLE_SELF_VIEW);

	return owner ? fail(req, RC_FORBIDDEN, "owner_protected", NULL, 0) :
	    RC_OK;
}

/* Somebody in a room that the caller leads. */
static enum rc
target(struct req *req, const char *name, const char *identity,
    struct room_row *room)
{
	enum rc rc = room_find_shown(req, name, room);

	if (rc == RC_OK)
		rc = room_lead(req, room);
	return rc == RC_OK ? not_owner(req, room, identity) : rc;
}

/* In a transaction: those inside get what holds now. */
static enum rc
tell(struct app *app, const struct room_row *room)
{
	jobs_run_after(app, room->name);
	return enforce_put(app, room->name);
}

enum rc
participant_remove(struct req *req, const char *name, const char *identity)
{
	struct app *app = req->app;
	struct room_row room;
	bool there = false;
	enum rc rc = target(req, name, identity, &room);

	if (rc == RC_OK)
		rc = present_is(app->db, room.name, identity, &there);
	if (rc == RC_OK && !there)
		return fail(req, RC_NOT_FOUND, "no_participant", NULL, 0);
	if (rc == RC_OK)
		rc = removal_put(app->db, room.name, identity,
		    clock_ms() + REMOVED_MS);
	return rc == RC_OK ? tell(app, &room) : rc;
}

/* ---- muting ------------------------------------------------------------------ */

static enum rc
source_read(struct req *req, const char *word, enum lk_track_source *source)
{
	static const struct {
		const char		*word;
		enum lk_track_source	 source;
	} words[] = {
		{ "microphone", LK_SOURCE_MICROPHONE },
		{ "camera", LK_SOURCE_CAMERA },
		{ "screen_share", LK_SOURCE_SCREEN_SHARE },
		{ "screen_share_audio", LK_SOURCE_SCREEN_SHARE_AUDIO },
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i].word, word) == 0) {
			*source = words[i].source;
			return RC_OK;
		}
	return fail_detail(req, RC_INVALID, "invalid_value", "source",
	    "source must be microphone, camera, screen_share or "
	    "screen_share_audio.");
}

/* Whoever left meanwhile is not there. */
static enum rc
mute_result(struct req *req, enum lk_err err)
{
	if (lk_gone(err))
		return fail(req, RC_NOT_FOUND, "no_participant", NULL, 0);
	if (err == LK_FAILED_PRECONDITION)
		return fail(req, RC_CONFLICT, "remote_unmute_off", NULL, 0);
	return livekit_result(req->app, req, err);
}

/* All that they publish of that source; LiveKit leaves a track out of its answer
 * that it has not any more. */
static enum rc
tracks_mute(struct req *req, const char *room, const struct lk_participant *p,
    enum lk_track_source source, bool muted)
{
	struct lk_track *done;
	bool found = false;
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < p->tracks_len; i++) {
		if (p->tracks[i]->source != source)
			continue;
		rc = mute_result(req, lk_track_mute(req->app->lk, room,
		    p->identity, p->tracks[i]->sid, muted, &done));
		if (rc != RC_OK)
			break;
		found |= done != NULL;
		lk_free(done);
	}
	return rc == RC_OK && !found ?
	    fail(req, RC_NOT_FOUND, "no_track", NULL, 0) : rc;
}

enum rc
participant_mute(struct req *req, const char *name, const char *identity,
    const char *source, bool muted)
{
	struct app *app = req->app;
	enum lk_track_source wanted = LK_SOURCE_UNKNOWN;
	struct lk_participant *p;
	struct room_row room;
	enum lk_err err;
	enum rc rc = source_read(req, source, &wanted);

	if (rc != RC_OK || (rc = db_read_begin(app->db)) != RC_OK)
		return rc;
	rc = target(req, name, identity, &room);
	db_read_end(app->db);
	if (rc != RC_OK || (rc = livekit_ready(app, req)) != RC_OK)
		return rc;
	err = lk_participant_get(app->lk, room.name, identity, &p);
	if (err == LK_NOT_FOUND)
		return fail(req, RC_NOT_FOUND, "no_participant", NULL, 0);
	if (err != LK_OK)
		return livekit_result(app, req, err);
	rc = tracks_mute(req, room.name, p, wanted, muted);
	lk_free(p);
	return rc;
}

/* ---- speaking ------------------------------------------------------------------ */

enum rc
hand_event(struct app *app, const struct room_row *room, const char *identity,
    bool raised)
{
	struct buf data;

	buf_init(&data, app->arena);
	json_object(&data, NULL);
	json_add_str(&data, "identity", identity);
	json_add_bool(&data, "raised", raised);
	json_object_end(&data);
	return event_insert(app->db, room->name, NULL, "participant.hand",
	    data.data, clock_ms());
}

static enum rc
hand_set(struct app *app, const struct room_row *room, const char *identity,
    bool raised)
{
	enum rc rc = member_set_hand(app->db, room->name, identity,
	    raised ? clock_ms() : 0);

	return rc == RC_OK ? hand_event(app, room, identity, raised) : rc;
}

enum rc
participant_permit(struct req *req, const char *name, const char *identity,
    bool can_publish)
{
	struct app *app = req->app;
	struct member_row m;
	struct room_row room;
	enum rc rc = class_find(req, name, &room);

	if (rc == RC_OK)
		rc = room_lead(req, &room);
	if (rc == RC_OK)
		rc = not_owner(req, &room, identity);
	if (rc != RC_OK)
		return rc;
	rc = member_get(app->db, room.name, identity, &m);
	if (rc == RC_NOT_FOUND)
		return fail(req, rc, "no_member", NULL, 0);
	if (rc == RC_OK)
		rc = member_set_publish(app->db, room.name, identity,
		    can_publish);
	if (rc == RC_OK && m.hand_raised_at != 0)
		rc = hand_set(app, &room, identity, false);
	return rc == RC_OK ? tell(app, &room) : rc;
}

enum rc
participant_hand(struct req *req, const char *name, bool raised)
{
	struct app *app = req->app;
	struct room_row room;
	struct rights r;
	bool up = false;
	enum rc rc = class_find(req, name, &room);

	if (rc == RC_OK)
		rc = room_admit(req, &room, req->user->id, &r);
	if (rc == RC_OK)
		rc = member_hand_up(app->db, room.name, req->user->id, &up);
	if (rc != RC_OK || up == raised)
		return rc;
	if (strcmp(room.owner_id, req->user->id) == 0)
		rc = member_put(app->db, room.name, req->user->id,
		    MEMBER_TEACHER, clock_ms());
	return rc != RC_OK ? rc : hand_set(app, &room, req->user->id, raised);
}
