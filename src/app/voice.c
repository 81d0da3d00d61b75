/*
 * Voice channels of workspaces (seed 002): each has one room, open as long as
 * the channel is there.  Who may be in it is read from the workspace each time;
 * what may be published, from the channel.
 */
#include "local.h"

#include <string.h>

#define CHANNELS_MOST	500
#define BATCH		100

const char *
voice_room(struct arena *arena, const char *channel_id)
{
	return arena_printf(arena, VOICE_PREFIX "%s", channel_id);
}

/* ---- who may be in it ------------------------------------------------------ */

enum rc
voice_rights(struct app *app, const struct room_row *room,
    const char *identity, struct rights *r)
{
	enum workspace_role role;
	enum rc rc = voice_access(app->db, room->name + strlen(VOICE_PREFIX),
	    identity, &role, &r->sources);

	r->role = ROLE_SPEAKER;
	r->chat = true;
	if (rc == RC_NOT_FOUND) {
		r->refusal = "not_member";
		return RC_FORBIDDEN;
	}
	return rc == RC_OK ? guest_of_owner(app, room, identity, r) : rc;
}

enum rc
voice_leads(struct app *app, const struct room_row *room,
    const char *user_id, bool *yes)
{
	enum workspace_role role = WORKSPACE_MEMBER;
	const char *sources;
	enum rc rc = voice_access(app->db, room->name + strlen(VOICE_PREFIX),
	    user_id, &role, &sources);

	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	*yes = role != WORKSPACE_MEMBER;
	return RC_OK;
}

/* ---- tokens ---------------------------------------------------------------- */

static enum rc
voice_admitted(struct req *req, const char *channel_id, struct room_row *room,
    struct rights *rights)
{
	struct voice_row channel;
	struct app *app = req->app;
	struct db *db = app->db;
	enum rc rc = voice_get(db, channel_id, &channel);

	if (rc == RC_OK)
		rc = room_by_name(db, voice_room(req->arena, channel.id), room);
	if (rc == RC_NOT_FOUND)
		return fail(req, rc, "no_channel", NULL, 0);
	if (rc == RC_OK)
		rc = room_rights(app, room, req->user->id, rights);
	return rc == RC_FORBIDDEN ?
	    fail(req, rc, rights->refusal, NULL, rights->retry_ms) : rc;
}

enum rc
voice_token(struct req *req, const char *channel_id, char **token,
    const char **room_name)
{
	const struct user *user = req->user;
	struct app *app = req->app;
	struct rights rights;
	struct room_row room;
	enum rc rc = req_limit(req, LIMIT_TOKEN, user->id);

	if (rc != RC_OK || (rc = db_read_begin(app->db)) != RC_OK)
		return rc;
	rc = voice_admitted(req, channel_id, &room, &rights);
	db_read_end(app->db);
	if (rc != RC_OK || (rc = room_ensure(app, req, &room)) != RC_OK)
		return rc;
	*room_name = room.name;
	return token_mint(app, &(struct token_for){ .room = room.name,
	    .kind = KIND_VOICE, .rights = rights, .identity = user->id,
	    .name = user->display_name, .avatar_url = user->avatar_url,
	    .not_after = user->expires_at }, token);
}

/* ---- channels -------------------------------------------------------------- */

static enum rc
voice_find(struct req *req, const char *workspace_id, const char *id,
    struct voice_row *row)
{
	struct workspace_row w;
	enum rc rc = workspace_lead(req, workspace_id, &w);

	if (rc != RC_OK)
		return rc;
	rc = voice_get(req->app->db, id, row);
	if (rc == RC_NOT_FOUND ||
	    (rc == RC_OK && strcmp(row->workspace_id, w.id) != 0))
		return fail(req, RC_NOT_FOUND, "no_channel", NULL, 0);
	return rc;
}

static enum rc
voice_rows(struct req *req, const struct voice_row *row, const char *owner_id)
{
	struct buf metadata;
	enum rc rc = voice_insert(req->app->db, row);

	if (rc != RC_OK)
		return rc;
	buf_init(&metadata, req->arena);
	json_object(&metadata, NULL);
	json_add_str(&metadata, "channelId", row->id);
	json_object_end(&metadata);
	return room_insert(req->app->db, &(struct room_row){
	    .name = voice_room(req->arena, row->id), .kind = KIND_VOICE,
	    .owner_id = owner_id, .state = ROOM_OPEN,
	    .metadata = metadata.data, .display_name = row->name,
	    .created_at = row->created_at });
}

enum rc
voice_create(struct req *req, const char *workspace_id, const char *name,
    const char *sources, struct voice_row *row)
{
	struct workspace_row w;
	int64_t n;
	char *id;
	enum rc rc = workspace_lead(req, workspace_id, &w);

	if (rc != RC_OK || (rc = voice_count(req->app->db, w.id, &n)) != RC_OK)
		return rc;
	if (n >= CHANNELS_MOST)
		return fail(req, RC_CONFLICT, "too_many", NULL, 0);
	if ((rc = random_uuid(req->arena, &id)) != RC_OK)
		return rc;
	*row = (struct voice_row){ .id = id, .workspace_id = w.id,
	    .name = name, .sources = sources, .created_at = clock_ms() };
	return voice_rows(req, row, w.owner_id);
}

enum rc
voice_change(struct req *req, const char *workspace_id, const char *id,
    const char *name, const char *sources, struct voice_row *row)
{
	struct app *app = req->app;
	const char *room;
	bool other;
	enum rc rc = voice_find(req, workspace_id, id, row);

	if (rc != RC_OK)
		return rc;
	other = sources != NULL && strcmp(sources, row->sources) != 0;
	if (name != NULL)
		row->name = name;
	if (sources != NULL)
		row->sources = sources;
	if ((rc = voice_update(app->db, row)) != RC_OK || !other)
		return rc;
	room = voice_room(req->arena, row->id);
	jobs_run_after(app, room);
	return enforce_put(app, room);
}

static enum rc
voice_end(struct app *app, const char *id, int64_t now, const char *why)
{
	struct room_row room;
	enum rc rc = room_by_name(app->db, voice_room(app->arena, id), &room);

	return rc == RC_OK ? room_finish(app, &room, now, why) : rc;
}

enum rc
voice_remove(struct req *req, const char *workspace_id, const char *id)
{
	int64_t now = clock_ms();
	struct voice_row row;
	enum rc rc = voice_find(req, workspace_id, id, &row);

	if (rc == RC_OK)
		rc = voice_delete(req->app->db, row.id, now);
	return rc == RC_OK ? voice_end(req->app, row.id, now,
	    "its channel was deleted") : rc;
}

/* ---- all of a workspace, all of a person ----------------------------------- */

enum rc
voice_end_all(struct app *app, const char *workspace_id, int64_t now,
    const char *why)
{
	struct voice_row *rows, last = { 0 };
	size_t len;
	enum rc rc;

	do {
		rc = voice_list(app->db, workspace_id, last.created_at,
		    last.id, BATCH, &rows, &len);
		for (size_t i = 0; rc == RC_OK && i < len; i++) {
			rc = voice_end(app, rows[i].id, now, why);
			last = rows[i];
		}
	} while (rc == RC_OK && len == BATCH);
	return rc;
}

enum rc
voice_throw_out(struct app *app, const char *user_id)
{
	const char **rooms;
	size_t len;
	enum rc rc = presence_rooms(app->db, user_id, &rooms, &len);

	for (size_t i = 0; rc == RC_OK && i < len; i++) {
		if (!str_starts(rooms[i], VOICE_PREFIX))
			continue;
		jobs_run_after(app, rooms[i]);
		rc = enforce_put(app, rooms[i]);
	}
	return rc;
}
