/*
 * Program room: rooms of people, who belongs to them, who is in them and what
 * those who lead may do about it.  Handlers read input, call app/ and write
 * output.
 */
#include "programs.h"

#include <string.h>

#define ROOM_MAX	64
#define DISPLAY_MAX	200
#define MEMBERS_MAX	100
#define WORD_MAX	32

/* ---- what comes in --------------------------------------------------------- */

/* Channels, streams and calls are made where they belong. */
static enum rc
kind_read(struct req *req)
{
	const char *kind = NULL;
	enum rc rc = body_str(req, "kind", REQUIRED, 0, WORD_MAX, &kind);

	if (rc != RC_OK || strcmp(kind, kind_name(KIND_CLASS)) == 0)
		return rc;
	return fail_detail(req, RC_INVALID, "invalid_value", "kind",
	    "kind must be class; other rooms are made by POST /live/start, "
	    "/api/livekit/get-token, /api/stream/create and in workspaces.");
}

static enum rc
role_read(struct req *req, enum member_role *role)
{
	const char *word = NULL;
	enum rc rc = body_str(req, "role", REQUIRED, 0, WORD_MAX, &word);

	return rc == RC_OK ? member_role_read(req, "role", word, role) : rc;
}

static enum rc
member_read(struct req *req, const struct cJSON *object, long i,
    struct class_member *m)
{
	struct item it = { .object = object, .name = "members", .i = i };
	const char *role = NULL;
	enum rc rc;

	if ((rc = item_str(req, &it, "username", REQUIRED, 0, WORD_MAX,
	    &m->username)) != RC_OK || (rc = item_str(req, &it, "role",
	    REQUIRED, 0, WORD_MAX, &role)) != RC_OK)
		return rc;
	return member_role_read(req, item_path(req, &it, "role"), role,
	    &m->role);
}

static enum rc
members_read(struct req *req, struct class_member **members, size_t *len)
{
	const struct cJSON **items;
	enum rc rc = body_objects(req, "members", OPTIONAL, MEMBERS_MAX,
	    &items, len);

	if (rc != RC_OK)
		return rc;
	*members = arena_alloc(req->arena, (*len + 1) * sizeof **members);
	for (size_t i = 0; rc == RC_OK && i < *len; i++)
		rc = member_read(req, items[i], (long)i, &(*members)[i]);
	return rc;
}

/* ---- rooms ----------------------------------------------------------------- */

static enum rc
room_reply(struct req *req, int status, const char *name)
{
	struct room_listed row;
	struct buf *out;
	enum rc rc = room_listed_get(req->app->db, name, &row);

	if (rc != RC_OK)
		return rc;
	out = reply_json(req, status);
	json_object(out, NULL);
	class_write(out, "room", &row);
	json_object_end(out);
	return RC_OK;
}

static enum rc
rooms_post(struct req *req)
{
	const char *name = NULL, *display = NULL;
	struct class_member *members;
	struct room_row room;
	size_t len;
	enum rc rc;

	if ((rc = kind_read(req)) != RC_OK ||
	    (rc = body_str(req, "name", OPTIONAL, 1, ROOM_MAX, &name)) !=
	    RC_OK || (rc = body_name(req, "displayName", OPTIONAL,
	    DISPLAY_MAX, &display)) != RC_OK ||
	    (rc = members_read(req, &members, &len)) != RC_OK ||
	    (rc = class_create(req, name, display, members, len, &room)) !=
	    RC_OK)
		return rc;
	return room_reply(req, 201, room.name);
}

static enum rc
rooms_get(struct req *req)
{
	struct room_listed *rows;
	size_t len;
	int64_t limit, before;
	const char *before_name, *next = NULL;
	struct buf *out;
	enum rc rc = req_page_time(req, &limit, &before, &before_name);

	if (rc == RC_OK)
		rc = room_list_class(req->app->db, req->user->id, before,
		    before_name, limit + 1, &rows, &len);
	if (rc != RC_OK)
		return rc;
	if (len > (size_t)limit) {
		len = (size_t)limit;
		next = cursor_make(req->arena, "%lld,%s",
		    (long long)rows[len - 1].since, rows[len - 1].room.name);
	}
	out = reply_list(req, "items");
	for (size_t i = 0; i < len; i++)
		class_write(out, NULL, &rows[i]);
	return reply_list_end(out, next);
}

static enum rc
room_get(struct req *req)
{
	struct room_row room;
	enum rc rc = class_see(req, req_param(req, "room"), &room);

	return rc == RC_OK ? room_reply(req, 200, room.name) : rc;
}

static enum rc
room_delete(struct req *req)
{
	enum rc rc = class_end(req, req_param(req, "room"));

	return rc == RC_OK ? reply_empty(req, 204) : rc;
}

/* ---- members --------------------------------------------------------------- */

static enum rc
members_get(struct req *req)
{
	struct member_row *rows;
	struct room_row room;
	size_t len;
	int64_t limit;
	const char *after, *next = NULL;
	struct buf *out;
	enum rc rc = req_page(req, &limit, &after);

	if (rc == RC_OK)
		rc = class_members(req, req_param(req, "room"), &room);
	if (rc == RC_OK)
		rc = member_list(req->app->db, room.name, after, limit + 1,
		    &rows, &len);
	if (rc != RC_OK)
		return rc;
	if (len > (size_t)limit) {
		len = (size_t)limit;
		next = cursor_make(req->arena, "%s", rows[len - 1].username);
	}
	out = reply_list(req, "items");
	for (size_t i = 0; i < len; i++)
		class_member_write(out, &rows[i]);
	return reply_list_end(out, next);
}

static enum rc
members_put(struct req *req)
{
	enum member_role role;
	enum rc rc = role_read(req, &role);

	if (rc == RC_OK)
		rc = class_member_set(req, req_param(req, "room"),
		    req_param(req, "username"), role);
	return rc == RC_OK ? reply_empty(req, 204) : rc;
}

static enum rc
member_delete(struct req *req)
{
	enum rc rc = class_member_drop(req, req_param(req, "room"),
	    req_param(req, "username"));

	return rc == RC_OK ? reply_empty(req, 204) : rc;
}

/* ---- people inside --------------------------------------------------------- */

static enum rc
participants_get(struct req *req)
{
	struct participant *people;
	size_t len;
	char *next;
	struct buf *out;
	enum rc rc = participants_find(req, req_param(req, "room"), &people,
	    &len, &next);

	if (rc != RC_OK)
		return rc;
	out = reply_list(req, "items");
	for (size_t i = 0; i < len; i++)
		participant_write(out, &people[i]);
	return reply_list_end(out, next);
}

static enum rc
participant_delete(struct req *req)
{
	enum rc rc = participant_remove(req, req_param(req, "room"),
	    req_param(req, "identity"));

	return rc == RC_OK ? reply_empty(req, 204) : rc;
}

static enum rc
mute_put(struct req *req)
{
	const char *source = NULL;
	bool muted = false;
	enum rc rc;

	if ((rc = body_str(req, "source", REQUIRED, 0, WORD_MAX, &source)) !=
	    RC_OK ||
	    (rc = body_bool(req, "muted", REQUIRED, &muted)) != RC_OK ||
	    (rc = participant_mute(req, req_param(req, "room"),
	    req_param(req, "identity"), source, muted)) != RC_OK)
		return rc;
	return reply_empty(req, 204);
}

static enum rc
permissions_put(struct req *req)
{
	bool can_publish = false;
	enum rc rc = body_bool(req, "canPublish", REQUIRED, &can_publish);

	if (rc == RC_OK)
		rc = participant_permit(req, req_param(req, "room"),
		    req_param(req, "identity"), can_publish);
	return rc == RC_OK ? reply_empty(req, 204) : rc;
}

static enum rc
hand_put(struct req *req)
{
	bool raised = false;
	enum rc rc = body_bool(req, "raised", REQUIRED, &raised);

	if (rc == RC_OK)
		rc = participant_hand(req, req_param(req, "room"), raised);
	return rc == RC_OK ? reply_empty(req, 204) : rc;
}

#define ROOM	"/api/rooms/{room}"

static const struct route routes[] = {
	{ POST, "/api/rooms", "createRoom", AUTH_ANY, BODY | TX | SCOPE_ROOMS,
	    rooms_post },
	{ GET, "/api/rooms", "listMyRooms", AUTH_ANY, ETAG | SCOPE_READ,
	    rooms_get },
	{ GET, ROOM, "getRoom", AUTH_ANY, ETAG | SCOPE_READ, room_get },
	{ DELETE, ROOM, "endRoom", AUTH_ANY, TX | SCOPE_ROOMS, room_delete },
	{ GET, ROOM "/members", "listRoomMembers", AUTH_ANY,
	    ETAG | SCOPE_READ, members_get },
	{ PUT, ROOM "/members/{username}", "setRoomMember", AUTH_ANY,
	    BODY | TX | SCOPE_ROOMS, members_put },
	{ DELETE, ROOM "/members/{username}", "removeRoomMember", AUTH_ANY,
	    TX | SCOPE_ROOMS, member_delete },
	{ GET, ROOM "/participants", "listParticipants", AUTH_ANY,
	    ETAG | SCOPE_READ, participants_get },
	{ DELETE, ROOM "/participants/{identity}", "removeParticipant",
	    AUTH_ANY, TX | SCOPE_ROOMS, participant_delete },
	{ PUT, ROOM "/participants/{identity}/mute", "muteParticipant",
	    AUTH_ANY, BODY | LK | SCOPE_ROOMS, mute_put },
	{ PUT, ROOM "/participants/{identity}/permissions", "setPermissions",
	    AUTH_ANY, BODY | TX | SCOPE_ROOMS, permissions_put },
	{ PUT, ROOM "/participants/me/hand", "raiseHand", AUTH_ANY,
	    BODY | TX | SCOPE_ROOMS, hand_put },
	{ 0 }
};

const struct program room_program = { "room", routes, DB_RW | NEEDS_LK };
