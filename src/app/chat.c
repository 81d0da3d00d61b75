/*
 * Chat rules: who may write and read where, mark and pin.  Every way in comes
 * through here.  Who may be in a room at all is rights.c's to say.
 */
#include "local.h"

#include <string.h>

/* In a source room chat is for who hold a token. */
static enum rc
source_holds_token(struct req *req, const struct room_row *room)
{
	struct member_row member;
	enum rc rc = RC_OK;

	if (strcmp(req->user->id, room->owner_id) != 0)
		rc = member_get(req->app->db, room->name, req->user->id,
		    &member);
	return rc != RC_NOT_FOUND ? rc : fail_detail(req, RC_FORBIDDEN,
	    "not_in_room", NULL, "This chat is for people of the room; ask for "
	    "a token of it first (POST /api/livekit/get-token).");
}

/* The room, for who may read there: also when it is over. */
static enum rc
chat_room(struct req *req, const char *name, struct room_row *room)
{
	struct rights rights;
	enum rc rc = room_by_name(req->app->db, name, room);

	if (rc == RC_OK && (room->kind == KIND_STREAM ||
	    room->state == ROOM_STARTING))
		rc = RC_NOT_FOUND;
	if (rc == RC_NOT_FOUND)
		return fail(req, rc, "no_room", NULL, 0);
	if (rc == RC_OK)
		rc = room_admit(req, room, req->user->id, &rights);
	return rc == RC_OK && room->kind == KIND_SOURCE ?
	    source_holds_token(req, room) : rc;
}

/* What is marked or kept in sight is for who leads the room. */
static enum rc
chat_lead(struct req *req, const struct room_row *room, const char *field)
{
	bool leads;
	enum rc rc = room_leads(req->app, room, req->user->id, &leads);

	return rc == RC_OK && !leads ?
	    fail(req, RC_FORBIDDEN, "not_moderator", field, 0) : rc;
}

void
message_write(struct buf *out, const char *key, const struct message_row *row)
{
	json_object(out, key);
	json_add_str(out, "id", row->id);
	json_add_str(out, "roomName", row->room_name);
	json_add_str(out, "userId", row->user_id);
	json_add_str(out, "identity", row->identity);
	json_add_str(out, "username", row->username);
	json_add_str(out, "displayName", row->display_name);
	json_add_str(out, "text", row->text);
	json_add_str(out, "type", row->type);
	json_add_bool(out, "isPinned", row->is_pinned);
	json_add_time(out, "createdAt", row->created_at);
	json_object_end(out);
}

static enum rc
message_store(struct app *app, struct message_row *row)
{
	struct buf data;
	enum rc rc = message_insert(app->db, row);

	if (rc != RC_OK)
		return rc;
	buf_init(&data, app->arena);
	json_object(&data, NULL);
	message_write(&data, "message", row);
	json_object_end(&data);
	return event_insert(app->db, row->room_name, NULL, "chat.message",
	    data.data, row->created_at);
}

enum rc
chat_post(struct req *req, const char *name, const char *text,
    const char *type, struct message_row *row)
{
	const struct user *user = req->user;
	bool marked = strcmp(type, "important") == 0 ||
	    strcmp(type, "announcement") == 0;
	struct room_row room;
	char *id;
	enum rc rc;

	if (!text_lines(text))
		return fail_detail(req, RC_INVALID, "invalid_value", "text",
		    "A message has no control characters but line ends and "
		    "tabs.");
	if (text[strspn(text, " \t\r\n")] == '\0')
		return fail_detail(req, RC_INVALID, "too_short", "text",
		    "A message has something to read in it.");
	if (!marked && strcmp(type, "message") != 0)
		return fail_detail(req, RC_INVALID, "invalid_value", "type",
		    "The type is message, important or announcement.");
	if ((rc = chat_room(req, name, &room)) != RC_OK ||
	    (rc = room_ended(req, &room)) != RC_OK ||
	    (marked && (rc = chat_lead(req, &room, "type")) != RC_OK))
		return rc;
	if ((rc = req_limit(req, LIMIT_CHAT, user->id)) != RC_OK ||
	    (rc = random_uuid(req->arena, &id)) != RC_OK)
		return rc;
	*row = (struct message_row){ .id = id, .room_name = room.name,
	    .user_id = user->id, .identity = user->id,
	    .username = user->username, .display_name = user->display_name,
	    .text = text, .type = type, .created_at = clock_ms() };
	return message_store(req->app, row);
}

enum rc
chat_pin(struct req *req, const char *name, const char *id, bool pinned)
{
	struct db *db = req->app->db;
	struct room_row room;
	struct message_row row;
	struct buf data;
	enum rc rc;

	if ((rc = chat_room(req, name, &room)) != RC_OK ||
	    (rc = chat_lead(req, &room, NULL)) != RC_OK)
		return rc;
	if ((rc = message_by_id(db, name, id, &row)) == RC_NOT_FOUND)
		return fail(req, rc, "no_message", NULL, 0);
	if (rc != RC_OK || row.is_pinned == pinned ||
	    (rc = message_set_pinned(db, name, id, pinned)) != RC_OK)
		return rc;
	buf_init(&data, req->arena);
	json_object(&data, NULL);
	json_add_str(&data, "id", row.id);
	json_add_bool(&data, "isPinned", pinned);
	json_object_end(&data);
	return event_insert(db, name, NULL, "chat.pinned", data.data,
	    clock_ms());
}

/* What a list is asked for. */
struct wish {
	int64_t		 limit;
	int64_t		 from;		/* seq of the cursor, 0: none */
	const char	*type;
	bool		 pinned;
	bool		 newer;
};

static enum rc
wish_read(struct req *req, struct wish *w)
{
	static const char *const types[] = { "message", "important",
	    "announcement", "system" };
	const char *cursor, *pinned = req_query(req, "pinned");
	const char *direction = req_query(req, "direction");
	bool known;
	enum rc rc = req_page(req, &w->limit, &cursor);

	if (rc != RC_OK)
		return rc;
	w->from = 0;
	if (cursor != NULL && !str_to_int(cursor, 0, INT64_MAX, &w->from))
		return fail(req, RC_INVALID, "invalid_cursor", "cursor", 0);
	w->type = req_query(req, "type");
	known = w->type == NULL;
	for (size_t i = 0; i < 4 && !known; i++)
		known = strcmp(w->type, types[i]) == 0;
	if (!known)
		return fail_detail(req, RC_INVALID, "invalid_value", "type",
		    "type must be message, important, announcement or "
		    "system.");
	if (pinned != NULL && strcmp(pinned, "true") != 0 &&
	    strcmp(pinned, "false") != 0)
		return fail_detail(req, RC_INVALID, "invalid_value", "pinned",
		    "pinned must be true or false.");
	w->pinned = pinned != NULL && strcmp(pinned, "true") == 0;
	if (direction != NULL && strcmp(direction, "older") != 0 &&
	    strcmp(direction, "newer") != 0)
		return fail(req, RC_INVALID, "invalid_direction", "direction",
		    0);
	w->newer = direction != NULL && strcmp(direction, "newer") == 0;
	return RC_OK;
}

enum rc
chat_list(struct req *req, const char *name, struct message_row **rows,
    size_t *len, char **next)
{
	struct room_row room;
	struct wish w;
	enum rc rc;

	if ((rc = wish_read(req, &w)) != RC_OK ||
	    (rc = chat_room(req, name, &room)) != RC_OK)
		return rc;
	rc = (w.newer ? message_page_after : message_page)(req->app->db, name,
	    w.from, w.type, w.pinned, w.limit + 1, rows, len);
	if (rc != RC_OK)
		return rc;
	*next = NULL;
	if (*len > (size_t)w.limit) {
		*len = (size_t)w.limit;
		*next = cursor_make(req->arena, "%lld",
		    (long long)(*rows)[*len - 1].seq);
	}
	return RC_OK;
}
