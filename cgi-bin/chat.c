/*
 * Program chat: post, list and pin messages.  Needs no LiveKit: what goes there is
 * written as a job.
 */
#include "programs.h"

#define TEXT_MAX	500

static enum rc
message_post(struct req *req)
{
	const char *text = NULL, *type = "message";
	struct message_row row;
	struct buf *out;
	enum rc rc;

	if ((rc = body_str(req, "text", REQUIRED, 1, TEXT_MAX, &text)) !=
	    RC_OK ||
	    (rc = body_str(req, "type", OPTIONAL, 1, 32, &type)) != RC_OK ||
	    (rc = chat_post(req, req_param(req, "room"), text, type, &row)) !=
	    RC_OK)
		return rc;
	out = reply_json(req, 201);
	json_object(out, NULL);
	message_write(out, "message", &row);
	json_object_end(out);
	return RC_OK;
}

static enum rc
message_list(struct req *req)
{
	struct message_row *rows;
	size_t len;
	char *next;
	struct buf *out;
	enum rc rc = chat_list(req, req_param(req, "room"), &rows, &len,
	    &next);

	if (rc != RC_OK)
		return rc;
	out = reply_list(req, "items");
	for (size_t i = 0; i < len; i++)
		message_write(out, NULL, &rows[i]);
	return reply_list_end(out, next);
}

static enum rc
pin_set(struct req *req, bool pinned)
{
	enum rc rc = chat_pin(req, req_param(req, "room"),
	    req_param(req, "id"), pinned);

	return rc == RC_OK ? reply_empty(req, 204) : rc;
}

static enum rc
pin_put(struct req *req)
{
	return pin_set(req, true);
}

static enum rc
pin_delete(struct req *req)
{
	return pin_set(req, false);
}

static const struct route routes[] = {
	{ POST, "/api/chat/{room}/messages", "createMessage", AUTH_ANY,
	    BODY | TX | SCOPE_CHAT, message_post },
	{ GET, "/api/chat/{room}/messages", "listMessages", AUTH_ANY,
	    ETAG | SCOPE_READ, message_list },
	{ PUT, "/api/chat/{room}/messages/{id}/pin", "pinMessage", AUTH_ANY,
	    TX | SCOPE_CHAT, pin_put },
	{ DELETE, "/api/chat/{room}/messages/{id}/pin", "unpinMessage",
	    AUTH_ANY, TX | SCOPE_CHAT, pin_delete },
	{ 0 }
};

const struct program chat_program = { "chat", routes, DB_RW };
