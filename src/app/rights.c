/*
 * The one rule about people in rooms: may they be there, and as what.  Read from
 * the database each time; tokens, chat, and who is inside already are all asked
 * here.  What LiveKit must be told of it is enforce.c's.
 */
#include "local.h"

#include <string.h>

static enum rc
refuse(struct rights *r, const char *code)
{
	r->refusal = code;
	return RC_FORBIDDEN;
}

/* ---- people --------------------------------------------------------------- */

/* People of an external issuer who never wrote anything have no row. */
enum rc
person_admitted(struct app *app, const char *id, struct rights *r)
{
	struct user_row user;
	enum rc rc;

	if (r->is_signed_in)
		return RC_OK;
	rc = user_by_id(app->db, id, &user);
	if (rc == RC_NOT_FOUND)
		return RC_OK;
	if (rc == RC_OK && (user.is_disabled || user.deleted_at != 0))
		return refuse(r, "account_disabled");
	return rc;
}

enum rc
guest_of_owner(struct app *app, const struct room_row *room, const char *id,
    struct rights *r)
{
	bool blocked = false;
	enum rc rc = person_admitted(app, id, r);

	if (rc == RC_OK)
		rc = block_exists(app->db, room->owner_id, id, &blocked);
	return rc == RC_OK && blocked ? refuse(r, "blocked") : rc;
}

/* ---- kinds ---------------------------------------------------------------- */

static enum rc
live_rights(struct app *app, const struct room_row *room, const char *identity,
    struct rights *r)
{
	r->role = strcmp(identity, room->owner_id) == 0 ? ROLE_HOST :
	    ROLE_VIEWER;
	r->chat = true;
	return guest_of_owner(app, room, identity, r);
}

enum role
stream_role(const char *owner_id, const char *identity)
{
	if (strcmp(identity, owner_id) == 0)
		return ROLE_CREATOR;
	if (str_starts(identity, SELF_VIEW_PREFIX) &&
	    strcmp(identity + strlen(SELF_VIEW_PREFIX), owner_id) == 0)
		return ROLE_SELF_VIEW;
	if (str_starts(identity, GUEST_PREFIX))
		return ROLE_GUEST;
	return ROLE_VIEWER;
}

static enum rc
creator_admitted(struct app *app, const char *id, struct rights *r)
{
	struct user_row user;
	enum rc rc = user_by_id(app->db, id, &user);

	if (rc != RC_OK)
		return rc;
	if (user.is_disabled || user.deleted_at != 0)
		return refuse(r, "account_disabled");
	return r->role == ROLE_CREATOR && !user.is_creator ?
	    refuse(r, "creator_not_approved") : RC_OK;
}

static enum rc
stream_rights(struct app *app, const struct room_row *room,
    const char *identity, struct rights *r)
{
	struct stream_row stream;
	bool follows = false;
	enum rc rc = stream_by_user(app->db, room->owner_id, &stream);

	if (rc != RC_OK)
		return rc;
	r->role = stream_role(room->owner_id, identity);
	rc = creator_admitted(app, room->owner_id, r);
	if (rc == RC_OK && r->role == ROLE_VIEWER)
		rc = guest_of_owner(app, room, identity, r);
	if (rc == RC_OK && r->role == ROLE_VIEWER &&
	    stream.is_chat_followers_only)
		rc = follow_exists(app->db, identity, room->owner_id,
		    &follows);
	r->chat = r->role == ROLE_CREATOR || r->role == ROLE_SELF_VIEW ||
	    (stream.is_chat_enabled && !stream.is_chat_delayed &&
	    (!stream.is_chat_followers_only || follows));
	return rc;
}

static enum rc (*const rules[KIND_MAX])(struct app *,
    const struct room_row *, const char *identity, struct rights *) = {
	[KIND_SOURCE] = source_rights,
	[KIND_LIVE] = live_rights,
	[KIND_VOICE] = voice_rights,
	[KIND_CLASS] = class_rights,
	[KIND_STREAM] = stream_rights,
};

static enum rc
rights_read(struct app *app, const struct room_row *room,
    const char *identity, bool is_signed_in, struct rights *r)
{
	int64_t now = clock_ms(), until;
	enum rc rc;

	*r = (struct rights){ .is_signed_in = is_signed_in };
	rc = removal_until(app->db, room->name, identity, now, &until);
	if (rc == RC_OK && until > now) {
		r->retry_ms = until - now;
		return refuse(r, "removed");
	}
	return rc == RC_OK ? rules[room->kind](app, room, identity, r) : rc;
}

enum rc
room_rights(struct app *app, const struct room_row *room,
    const char *identity, struct rights *r)
{
	return rights_read(app, room, identity, false, r);
}

/* What a workspace has is not there for who is not in it. */
static bool
is_hidden(const struct room_row *room, const struct rights *r)
{
	return room->kind == KIND_VOICE &&
	    strcmp(r->refusal, "not_member") == 0;
}

enum rc
room_admit(struct req *req, const struct room_row *room, const char *identity,
    struct rights *r)
{
	bool caller = req->user != NULL &&
	    req->user->credential != CRED_GUEST &&
	    strcmp(identity, req->user->id) == 0;
	enum rc rc = rights_read(req->app, room, identity, caller, r);

	if (rc == RC_FORBIDDEN && is_hidden(room, r))
		return fail(req, RC_NOT_FOUND, "no_room", NULL, 0);
	return rc == RC_FORBIDDEN ?
	    fail(req, rc, r->refusal, NULL, r->retry_ms) : rc;
}

/* ---- who leads ------------------------------------------------------------ */

static enum rc (*const leaders[KIND_MAX])(struct app *,
    const struct room_row *, const char *user_id, bool *yes) = {
	[KIND_SOURCE] = NULL,		/* its owner, nobody else */
	[KIND_VOICE] = voice_leads,
	[KIND_CLASS] = class_leads,
};

enum rc
room_leads(struct app *app, const struct room_row *room, const char *user_id,
    bool *yes)
{
	*yes = strcmp(room->owner_id, user_id) == 0;
	if (*yes || leaders[room->kind] == NULL)
		return RC_OK;
	return leaders[room->kind](app, room, user_id, yes);
}

enum rc
room_lead(struct req *req, const struct room_row *room)
{
	bool yes, hidden;
	enum rc rc = room_leads(req->app, room, req->user->id, &yes);

	if (rc != RC_OK || yes)
		return rc;
	rc = room_hidden(req->app, room, req->user->id, &hidden);
	if (rc != RC_OK)
		return rc;
	return hidden ? fail(req, RC_NOT_FOUND, "no_room", NULL, 0) :
	    fail(req, RC_FORBIDDEN, "not_leader", NULL, 0);
}

enum rc
room_hidden(struct app *app, const struct room_row *room, const char *user_id,
    bool *yes)
{
	struct rights r;
	enum rc rc = room_rights(app, room, user_id, &r);

	*yes = rc == RC_FORBIDDEN && is_hidden(room, &r);
	return rc == RC_FORBIDDEN ? RC_OK : rc;
}

enum rc
room_ended(struct req *req, const struct room_row *room)
{
	struct live_row live = { .is_live = true };
	enum rc rc = RC_OK;

	if (room->kind == KIND_LIVE)
		rc = live_by_id(req->app->db, room->name, clock_ms(), &live);
	if (rc != RC_OK)
		return rc;
	/* What lapsed is over, though nobody wrote it down yet. */
	return room->state != ROOM_OVER && live.is_live &&
	    (room->lapses_at == 0 || room->lapses_at > clock_ms()) ? RC_OK :
	    fail(req, RC_GONE, "room_ended", NULL, 0);
}

enum rc
room_find(struct req *req, const char *name, struct room_row *room)
{
	enum rc rc = room_by_name(req->app->db, name, room);

	if (rc == RC_NOT_FOUND ||
	    (rc == RC_OK && room->state == ROOM_STARTING))
		return fail(req, RC_NOT_FOUND, "no_room", NULL, 0);
	return rc == RC_OK ? room_ended(req, room) : rc;
}
