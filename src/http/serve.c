/*
 * The spine: the whole life of one request, in order.  Each step is a function
 * that returns a cause; the first that is not RC_OK becomes a problem.  What
 * lies between routing and reply is the application's (struct spine, run).
 */
#include <string.h>

#include "local.h"

/* Short, since people read it out; unique enough to find a line of the log. */
static enum rc
give_id(struct req *req)
{
	unsigned char bytes[8];
	enum rc rc = random_bytes(bytes, sizeof(bytes));

	if (rc != RC_OK)
		return fail(req, rc, "busy", NULL, 0);
	memcpy(req->id, hex_lower(req->arena, bytes, sizeof(bytes)), 17);
	return RC_OK;
}

static enum rc
serve_steps(struct spine *spine, struct live_req *l)
{
	struct req *req = &l->req;
	enum rc rc;

	if ((rc = give_id(req)) != RC_OK)
		return rc;
	log_request(req->id);
	if ((rc = req_parse(l)) != RC_OK)
		return rc;
	if ((rc = req_route(l)) != RC_OK || req->status != 0)
		return rc;
	if ((rc = spine->run(req)) != RC_OK)
		return rc;
	if (req->status == 0) {
		log_error("%s replied nothing", req->route->op);
		return RC_INTERNAL;
	}
	return RC_OK;
}

static void
serve_log(const struct req *req, const struct reply *reply, int64_t ms)
{
	log_info("%s %s %d %lldms in=%zu out=%zu user=%s%s%s",
	    method_name(req->method),
	    req->route != NULL ? req->route->op : req->path, reply->status,
	    (long long)ms, req->body_len, reply->len,
	    req->user_id != NULL ? req->user_id : "-",
	    reply->status >= 400 ? " code=" : "",
	    reply->status >= 400 && req->problem.code != NULL ?
	    req->problem.code : "");
}

void
spine_serve(struct spine *spine, const struct wire_in *in, struct reply *out)
{
	struct live_req *l = arena_alloc(spine->arena, sizeof(*l));
	struct req *req = &l->req;
	int64_t ms;
	enum rc rc;

	l->wire = in;
	l->spine = spine;
	req->arena = spine->arena;
	req->app = spine->app;
	req->body = "";
	req->method = METHOD_MAX;
	req->started_mono_ms = clock_mono_ms();
	rc = serve_steps(spine, l);
	if (rc != RC_OK)
		reply_problem(req, rc);
	reply_bytes(req, out);
	ms = clock_mono_ms() - req->started_mono_ms;
	serve_log(req, out, ms);
	counters_reply(req->program, req->route != NULL ? req->route->op : NULL,
	    out->status, ms);
	log_request(NULL);
}
