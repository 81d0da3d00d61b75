/*
 * Who is in a room, and what follows from it: events, counts and lapse times,
 * always read from the rows and never added up.  Webhooks and the reconciler
 * both end here.
 */
#include "local.h"

#include <string.h>

/* ---- who came, who left ---------------------------------------------------- */

static enum rc
person_event(struct app *app, const struct presence_row *row,
    const char *type, int64_t at)
{
	struct buf data;

	if (row->lk_kind != LK_KIND_STANDARD || row->is_hidden)
		return RC_OK;
	buf_init(&data, app->arena);
	json_object(&data, NULL);
	json_add_str(&data, "identity", row->identity);
	json_add_str(&data, "name", row->name);
	json_object_end(&data);
	return event_insert(app->db, row->room_name, NULL, type, data.data,
	    at);
}

enum rc
presence_told(struct app *app, const struct presence_row *row)
{
	bool was, is;
	enum rc rc = presence_there(app->db, row->room_name, row->sid, &was);

	if (rc == RC_OK)
		rc = presence_merge(app->db, row);
	if (rc == RC_OK)
		rc = presence_there(app->db, row->room_name, row->sid, &is);
	if (rc != RC_OK || is == was)
		return rc;
	return is ?
	    person_event(app, row, "participant.joined", row->joined_at) :
	    person_event(app, row, "participant.left", row->left_at);
}

enum rc
presence_gone(struct app *app, const char *room, const char *room_sid,
    enum left_by left_by, int64_t at)
{
	struct presence_row *rows;
	size_t len;
	enum rc rc = presence_open(app->db, room, &rows, &len);

	for (size_t i = 0; rc == RC_OK && i < len; i++) {
		if (room_sid != NULL && strcmp(rows[i].room_sid, room_sid) != 0)
			continue;
		rows[i].left_at = at;
		rows[i].left_by = left_by;
		rc = presence_told(app, &rows[i]);
	}
	return rc;
}

/* ---- what follows ---------------------------------------------------------- */

/* Why a room that is over would be there: an old token made it again. */
enum rc
room_seen(struct app *app, const struct room_row *room, int64_t at)
{
	if (room->state == ROOM_OVER)
		return job_room(app, JOB_ROOM_DELETE, room->name, clock_ms());
	if (at <= room->confirmed_at)
		return RC_OK;
	return room_confirm(app->db, room->name, at);
}

static enum rc
lapse_of(struct app *app, const struct live_row *row, int64_t *lapses_at)
{
	const struct config *c = app->config;
	int64_t since;
	enum rc rc = presence_absent_since(app->db, row->id,
	    row->streamer_id, &since);

	if (rc != RC_OK)
		return rc;
	if (since == 0)
		*lapses_at = 0;
	else if (since < 0)
		*lapses_at = row->created_at + c->live_host_wait_s * 1000;
	else
		*lapses_at = since + c->live_host_grace_s * 1000;
	return RC_OK;
}

enum rc
viewers_event(struct app *app, const char *room, int64_t viewers, int64_t now)
{
	struct buf data;

	buf_init(&data, app->arena);
	json_object(&data, NULL);
	json_add_int(&data, "viewerCount", viewers);
	json_object_end(&data);
	return event_insert(app->db, room, NULL, "viewers", data.data, now);
}

enum rc
live_recount(struct app *app, const char *room, int64_t now)
{
	struct live_row row;
	int64_t viewers, lapses_at;
	/* At time 0 nothing has lapsed: the row as it is written. */
	enum rc rc = live_by_id(app->db, room, 0, &row);

	if (rc != RC_OK || !row.is_live)
		return rc;
	rc = presence_count(app->db, room, row.streamer_id, &viewers);
	if (rc == RC_OK)
		rc = lapse_of(app, &row, &lapses_at);
	if (rc != RC_OK)
		return rc;
	if (viewers == row.viewer_count && lapses_at == row.lapses_at)
		return RC_OK;
	rc = live_set_presence(app->db, room, viewers, lapses_at);
	if (rc == RC_OK && viewers != row.viewer_count)
		rc = viewers_event(app, room, viewers, now);
	return rc;
}

enum rc
people_recount(struct app *app, const struct room_row *room,
    int64_t lapses_at, int64_t now)
{
	int64_t people;
	enum rc rc = present_count(app->db, room->name, room->owner_id,
	    &people);

	if (rc != RC_OK || room->state == ROOM_OVER ||
	    (people == room->people && lapses_at == room->lapses_at))
		return rc;
	rc = room_set_presence(app->db, room->name, people, lapses_at);
	if (rc != RC_OK || people == room->people ||
	    room->kind == KIND_LIVE || room->kind == KIND_STREAM)
		return rc;
	return viewers_event(app, room->name, people, now);
}

enum rc
room_recount(struct app *app, const struct room_row *room, int64_t now)
{
	enum rc rc = RC_OK;

	if (room->kind == KIND_SOURCE)
		return source_recount(app, room, now);
	if (room->kind == KIND_LIVE)
		rc = live_recount(app, room->name, now);
	else if (room->kind == KIND_STREAM)
		rc = stream_recount(app, room->owner_id, now);
	return rc == RC_OK ? people_recount(app, room, 0, now) : rc;
}

bool
room_tracks(const struct room_row *room, const char *identity)
{
	return (room->kind != KIND_LIVE && room->kind != KIND_STREAM) ||
	    strcmp(identity, room->owner_id) == 0;
}
