/*
 * Source rooms (seed 000): somebody opens one and is its source, others come in
 * and publish, too.  Who may, and the tokens for it; when it ends by itself is
 * source_end.c's.
 */
#include "local.h"

#include <string.h>

static bool
is_source_of(const struct room_row *room, const char *id)
{
	return strcmp(room->owner_id, id) == 0;
}

enum rc
source_rights(struct app *app, const struct room_row *room,
    const char *identity, struct rights *r)
{
	r->role = is_source_of(room, identity) ? ROLE_SOURCE :
	    ROLE_PARTICIPANT;
	r->chat = true;
	return guest_of_owner(app, room, identity, r);
}

/* ---- a new one ------------------------------------------------------------- */

static enum rc
source_insert(struct req *req, const struct room_start *s)
{
	return room_insert(req->app->db, s->room);
}

static enum rc
source_open(struct req *req, const char *name, const char *display_name,
    struct room_row *room)
{
	struct room_start start = { .room = room, .insert = source_insert };
	struct buf metadata;
	int64_t now = clock_ms();
	char *id;
	enum rc rc = random_uuid(req->arena, &id);

	if (rc != RC_OK)
		return rc;
	if (display_name == NULL)
		display_name = arena_printf(req->arena, "%s's room", name);
	buf_init(&metadata, req->arena);
	json_object(&metadata, NULL);
	json_add_str(&metadata, "displayName", display_name);
	json_object_end(&metadata);
	*room = (struct room_row){ .name = id, .kind = KIND_SOURCE,
	    .owner_id = req->user->id, .state = ROOM_STARTING,
	    .metadata = metadata.data, .display_name = display_name,
	    .lapses_at = now + SOURCE_WAIT_MS, .created_at = now };
	return room_start(req, &start);
}

/* ---- one that is there ----------------------------------------------------- */

/* Who holds a token is known from the first one on. */
static enum rc
participant_known(struct req *req, const struct room_row *room)
{
	struct app *app = req->app;
	struct user *user = req->user;
	struct member_row member;
	enum rc rc = member_get(app->db, room->name, user->id, &member);

	if (rc != RC_NOT_FOUND)
		return rc;
	if ((rc = db_begin(app->db, NORMAL)) != RC_OK)
		return rc;
	if (!user->has_row)
		rc = user_ensure(app->db, req->arena, user, clock_ms());
	if (rc == RC_OK)
		rc = member_put(app->db, room->name, user->id,
		    MEMBER_PARTICIPANT, clock_ms());
	return db_end(app->db, rc);
}

/* Looked up for the caller, and refused before LiveKit is asked. */
static enum rc
source_find(struct req *req, const char *name, bool is_source,
    struct room_row *room, struct rights *rights)
{
	enum rc rc = room_find(req, name, room);

	if (rc == RC_GONE && room->kind != KIND_SOURCE)
		rc = RC_NOT_FOUND;
	if (rc == RC_NOT_FOUND ||
	    (rc == RC_OK && room->kind != KIND_SOURCE))
		return fail(req, RC_NOT_FOUND, "no_room", NULL, 0);
	if (rc == RC_OK)
		rc = room_admit(req, room, req->user->id, rights);
	if (rc == RC_OK && is_source && rights->role != ROLE_SOURCE)
		return fail(req, RC_CONFLICT, "source_taken", "room", 0);
	return rc;
}

static enum rc
source_enter(struct req *req, const char *name, bool is_source,
    struct room_row *room, struct rights *rights)
{
	enum rc rc = db_read_begin(req->app->db);

	if (rc != RC_OK)
		return rc;
	rc = source_find(req, name, is_source, room, rights);
	db_read_end(req->app->db);
	if (rc == RC_OK)
		rc = room_ensure(req->app, req, room);
	return rc == RC_OK && rights->role == ROLE_PARTICIPANT ?
	    participant_known(req, room) : rc;
}

enum rc
source_token(struct req *req, const char *name, const char *room_name,
    bool is_source, const char *display_name, struct room_row *room,
    char **token)
{
	const struct user *user = req->user;
	struct rights rights = { .role = ROLE_SOURCE, .chat = true };
	enum rc rc;

	if (room_name == NULL && !is_source)
		return fail(req, RC_INVALID, "missing_field", "room", 0);
	rc = req_limit(req, LIMIT_TOKEN, user->id);
	if (rc == RC_OK)
		rc = room_name == NULL ?
		    source_open(req, name, display_name, room) :
		    source_enter(req, room_name, is_source, room, &rights);
	return rc != RC_OK ? rc : token_mint(req->app, &(struct token_for){
	    .room = room->name, .kind = KIND_SOURCE, .rights = rights,
	    .identity = user->id, .name = name,
	    .avatar_url = user->avatar_url, .not_after = user->expires_at },
	    token);
}

/* ---- lists ----------------------------------------------------------------- */

void
room_listed_write(struct buf *out, const struct room_listed *row)
{
	json_object(out, NULL);
	json_add_str(out, "room", row->room.name);
	room_about_write(out, row);
	json_add_int(out, "numParticipants", row->room.people);
	json_add_time(out, "createdAt", row->room.created_at);
	json_object_end(out);
}
