/*
 * Chat rules: who may write and read where.  Every way in comes through here.
 * Kinds whose rules are not known here have no chat.
 */
#include "local.h"

#include <string.h>

static bool
may_announce(const struct req *req, const struct room_row *room)
{
	return strcmp(room->owner_id, req->user->id) == 0;
}

/* Signed-in people read and post; when the stream is over they only read. */
static enum rc
live_may_post(struct req *req, const struct room_row *room)
{
	struct live_row row;
	enum rc rc = live_by_id(req->app->db, room->name, clock_ms(), &row);

	if (rc == RC_OK && !row.is_live)
		return fail(req, RC_GONE, "room_ended", NULL, 0);
	return rc;
}

/* What each kind of room adds; NULL: no chat there. */
static enum rc (*const may_post[KIND_MAX])(struct req *,
    const struct room_row *) = {
	[KIND_LIVE] = live_may_post,
};

static enum rc
chat_room(struct req *req, const char *name, struct room_row *room)
{
	enum rc rc = room_by_name(req->app->db, name, room);

	if (rc == RC_OK && (may_post[room->kind] == NULL ||
	    room->state == ROOM_STARTING))
		rc = RC_NOT_FOUND;
	if (rc == RC_NOT_FOUND)
		return fail(req, rc, "no_room", NULL, 0);
	return rc;
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

static bool
has_control_bytes(const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if ((*p < 0x20 && *p != '\n' && *p != '\t') || *p == 0x7f)
			return true;
	return false;
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
	struct room_row room;
	char *id;
	enum rc rc;

	if (has_control_bytes(text))
		return fail_detail(req, RC_INVALID, "invalid_value", "text",
		    "A message has no control characters but line feed and "
		    "tab.");
	if (text[strspn(text, " \t\n")] == '\0')
		return fail_detail(req, RC_INVALID, "too_short", "text",
		    "A message has something to read in it.");
	if (strcmp(type, "message") != 0 && strcmp(type, "important") != 0 &&
	    strcmp(type, "announcement") != 0)
		return fail_detail(req, RC_INVALID, "invalid_value", "type",
		    "The type is message, important or announcement.");
	if ((rc = chat_room(req, name, &room)) != RC_OK ||
	    (rc = may_post[room.kind](req, &room)) != RC_OK)
		return rc;
	if (strcmp(type, "message") != 0 && !may_announce(req, &room))
		return fail(req, RC_FORBIDDEN, "not_moderator", "type", 0);
	if ((rc = req_limit(req, LIMIT_CHAT, user->id)) != RC_OK ||
	    (rc = random_uuid(req->arena, &id)) != RC_OK)
		return rc;
	*row = (struct message_row){ .id = id, .room_name = room.name,
	    .user_id = user->id, .identity = user->id,
	    .username = user->username, .display_name = user->display_name,
	    .text = text, .type = type, .created_at = clock_ms() };
	return message_store(req->app, row);
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
		return fail(req, RC_INVALID, "invalid_value", "type", 0);
	if (pinned != NULL && strcmp(pinned, "true") != 0 &&
	    strcmp(pinned, "false") != 0)
		return fail(req, RC_INVALID, "invalid_value", "pinned", 0);
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
