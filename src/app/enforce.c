/*
 * Who may be in a room and what they may do there: the rule, read from the
 * database, and its carrying out at LiveKit.  A token says what held when it
 * was made, and its owner comes back with it; what holds now is said here, to
 * who asks for a token and to who is inside already.
 */
#include "local.h"

#include <string.h>

/* ---- the rule ------------------------------------------------------------ */

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

/* People of an external issuer who never wrote anything have no row. */
static enum rc
person_admitted(struct app *app, const char *id)
{
	struct user_row user;
	enum rc rc = user_by_id(app->db, id, &user);

	if (rc == RC_NOT_FOUND)
		return RC_OK;
	if (rc == RC_OK && (user.is_disabled || user.deleted_at != 0))
		return RC_FORBIDDEN;
	return rc;
}

static enum rc
creator_admitted(struct app *app, const char *id, enum role role)
{
	struct user_row user;
	enum rc rc = user_by_id(app->db, id, &user);

	if (rc != RC_OK)
		return rc;
	if (user.is_disabled || user.deleted_at != 0 ||
	    (role == ROLE_CREATOR && !user.is_creator))
		return RC_FORBIDDEN;
	return RC_OK;
}

static enum rc
viewer_admitted(struct app *app, const struct stream_row *stream,
    const char *id, bool *follows)
{
	bool blocked = false;
	enum rc rc = person_admitted(app, id);

	*follows = false;
	if (rc == RC_OK)
		rc = block_exists(app->db, stream->user_id, id, &blocked);
	if (rc == RC_OK && blocked)
		rc = RC_FORBIDDEN;
	if (rc == RC_OK && stream->is_chat_followers_only)
		rc = follow_exists(app->db, id, stream->user_id, follows);
	return rc;
}

enum rc
stream_admits(struct app *app, const struct stream_row *stream,
    const char *identity, bool *chat)
{
	enum role role = stream_role(stream->user_id, identity);
	bool open = stream->is_chat_enabled && !stream->is_chat_delayed;
	bool follows = false;
	enum rc rc = creator_admitted(app, stream->user_id, role);

	if (rc == RC_OK && role == ROLE_VIEWER)
		rc = viewer_admitted(app, stream, identity, &follows);
	if (rc != RC_OK)
		return rc;
	*chat = role == ROLE_CREATOR || role == ROLE_SELF_VIEW ||
	    (open && (!stream->is_chat_followers_only || follows));
	return RC_OK;
}

/* ---- its jobs ------------------------------------------------------------ */

enum rc
enforce_put(struct app *app, const char *room)
{
	return job_room(app, JOB_ROOM_ENFORCE, room, clock_ms());
}

enum rc
enforce_put_person(struct app *app, const char *identity)
{
	const char **rooms;
	size_t len;
	enum rc rc = presence_rooms(app->db, identity, &rooms, &len);

	for (size_t i = 0; rc == RC_OK && i < len; i++)
		rc = enforce_put(app, rooms[i]);
	return rc;
}
