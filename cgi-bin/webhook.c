/*
 * Program webhook: what LiveKit sends.  Verified on the bytes as they came,
 * stored and applied in one transaction, answered after the commit.
 */
#include "programs.h"

#include <string.h>

static void
event_free(void *ev)
{
	lk_free(ev);
}

/* Only failures count, so that nobody can keep LiveKit's own out. */
static enum rc
refuse(struct req *req)
{
	const char *from = req->remote_addr == NULL ? "" : req->remote_addr;
	enum rc rc = req_limit(req, LIMIT_WEBHOOK_FAILURE, from);

	counters_add("webhook_refused", 1);
	return rc != RC_OK ? rc :
	    fail(req, RC_UNAUTHORIZED, "invalid_signature", NULL, 0);
}

static enum rc
webhook_receive(struct req *req, struct lk_event **ev)
{
	enum lk_err err = lk_webhook_receive(req->app->webhook_keys,
	    req->authorization, req->body, req->body_len, clock_ms() / 1000,
	    ev);

	switch (err) {
	case LK_OK:
		arena_defer(req->arena, event_free, *ev);
		return RC_OK;
	case LK_NOMEM:
		return RC_BUSY;
	case LK_PROTOCOL:	/* signed, and yet no event */
		return fail(req, RC_INVALID, "invalid_webhook", NULL, 0);
	default:
		return refuse(req);
	}
}

static enum rc
webhook_post(struct req *req)
{
	struct lk_event *ev;
	struct buf *out;
	enum rc rc;

	if (req->app->webhook_keys == NULL)
		return livekit_ready(req->app, req);
	rc = webhook_receive(req, &ev);

	if (rc != RC_OK)
		return rc;
	rc = webhook_keep(req->app, ev, clock_ms());
	if (rc == RC_INVALID)
		return fail(req, rc, "invalid_webhook", NULL, 0);
	if (rc != RC_OK && rc != RC_CONFLICT)
		return rc;
	counters_add(rc == RC_OK ? "webhook_applied" : "webhook_repeated", 1);
	out = reply_json(req, 200);
	json_object(out, NULL);
	json_object_end(out);
	return RC_OK;
}

static const struct route routes[] = {
	{ POST, "/api/webhook/livekit", "receiveWebhook", AUTH_NONE,
	    BODY_RAW | BODY_BIG, webhook_post },
	{ 0 }
};

const struct program webhook_program = { "webhook", routes,
    DB_RW | NEEDS_LK };
