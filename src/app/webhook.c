/*
 * What LiveKit tells becomes rows: room sessions, presence, and what is counted
 * from them.  Any order, any repetition and any loss of events that the
 * reconciler makes up for end in the same rows, so every time written here is
 * the event's own, and nothing here adds or subtracts.
 */
#include "local.h"

#include <string.h>

static bool
is_person(const struct lk_participant *p)
{
	return p->kind == LK_KIND_STANDARD &&
	    (p->permission == NULL || !p->permission->hidden);
}

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

static enum rc
participant_event(struct app *app, const struct lk_event *ev,
    const char *type, int64_t at)
{
	const struct lk_participant *p = ev->participant;
	struct buf data;

	if (!is_person(p))
		return RC_OK;
	buf_init(&data, app->arena);
	json_object(&data, NULL);
	json_add_str(&data, "identity", p->identity);
	json_add_str(&data, "name", p->name);
	json_object_end(&data);
	return event_insert(app->db, ev->room->name, NULL, type, data.data,
	    at);
}

static enum rc
participant_joined(struct app *app, const struct lk_event *ev,
    const struct room_row *room)
{
	struct presence_row row = presence_of(ev);
	enum rc rc;

	if (row.joined_at == 0)
		row.joined_at = ev->created_at_ms;
	rc = presence_merge(app->db, &row);
	if (rc == RC_OK)
		rc = room_seen(app, room, ev->created_at_ms);
	if (rc == RC_OK)
		rc = participant_event(app, ev, "participant.joined",
		    row.joined_at);
	return rc;
}

/* createdAt is in whole seconds: nobody leaves before having joined. */
static enum rc
participant_left(struct app *app, const struct lk_event *ev,
    const struct room_row *room)
{
	struct presence_row row = presence_of(ev);
	enum rc rc;

	(void)room;
	row.left_at = ev->created_at_ms > row.joined_at ? ev->created_at_ms :
	    row.joined_at;
	row.left_by = LEFT_EVENT;
	row.reason = ev->participant->disconnect_reason_text;
	rc = presence_merge(app->db, &row);
	if (rc == RC_OK)
		rc = participant_event(app, ev, "participant.left",
		    row.left_at);
	return rc;
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
	enum rc rc = room_session_finished(app->db, ev->room->sid, room->name,
	    ev->created_at_ms);

	return rc == RC_OK ? room_confirm(app->db, room->name, 0) : rc;
}

static const struct {
	enum lk_event_type type;
	bool		 has_participant;
	enum rc		(*apply)(struct app *, const struct lk_event *,
			    const struct room_row *);
} handled[] = {
	{ LK_ROOM_STARTED, false, room_started },
	{ LK_ROOM_FINISHED, false, room_finished },
	{ LK_PARTICIPANT_JOINED, true, participant_joined },
	{ LK_PARTICIPANT_LEFT, true, participant_left },
	{ LK_PARTICIPANT_CONNECTION_ABORTED, true, participant_left },
};

/* What an event must carry before its sids become keys. */
static bool
event_complete(const struct lk_event *ev, bool has_participant)
{
	const struct lk_participant *p = ev->participant;

	if (ev->room == NULL || ev->room->name[0] == '\0' ||
	    ev->room->sid[0] == '\0' || ev->created_at_ms <= 0)
		return false;
	return !has_participant || (p != NULL && p->sid[0] != '\0' &&
	    p->identity[0] != '\0');
}

enum rc
webhook_apply(struct app *app, const struct lk_event *ev, int64_t now)
{
	struct room_row room;
	enum rc rc;

	for (size_t i = 0; i < sizeof handled / sizeof handled[0]; i++) {
		if (handled[i].type != ev->type)
			continue;
		if (!event_complete(ev, handled[i].has_participant))
			return RC_INVALID;
		rc = room_by_name(app->db, ev->room->name, &room);
		if (rc != RC_OK)	/* somebody else's room */
			return rc == RC_NOT_FOUND ? RC_OK : rc;
		rc = handled[i].apply(app, ev, &room);
		if (rc == RC_OK && room.kind == KIND_LIVE)
			rc = live_recount(app, room.name, now);
		return rc;
	}
	return RC_OK;
}

enum rc
webhook_keep(struct app *app, const struct lk_event *ev, int64_t now)
{
	enum rc rc = db_begin(app->db, NORMAL);

	if (rc != RC_OK)
		return rc;
	rc = inbox_insert(app->db, ev->id, ev->name,
	    ev->room == NULL ? NULL : ev->room->name, ev->created_at_ms, now);
	if (rc == RC_OK)
		rc = webhook_apply(app, ev, now);
	return db_end(app->db, rc);
}
