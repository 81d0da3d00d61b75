/*
 * Program whip: encoders and browsers publish by WHIP (RFC 9725) with a stream
 * key.  Not a user's credential: who calls is the key's owner.
 */
#include "programs.h"

#define SDP	"application/sdp"
#define SDPFRAG	"application/trickle-ice-sdpfrag"

static void
etag_header(struct req *req, const struct whip_answer *answer)
{
	if (answer->etag != NULL)
		reply_header(req, "ETag", arena_printf(req->arena, "\"%s\"",
		    answer->etag));
}

static enum rc
whip_post(struct req *req)
{
	struct whip_answer answer = { 0 };
	enum rc rc = whip_offer(req, &answer);

	if (rc != RC_OK)
		return rc;
	reply_header(req, "Location", arena_printf(req->arena, "%s/whip/%s",
	    req->app->config->mount, answer.session));
	etag_header(req, &answer);
	whip_links(req);
	return reply_raw(req, 201, SDP, answer.body, answer.body_len);
}

static enum rc
whip_session_patch(struct req *req)
{
	struct whip_answer answer = { 0 };
	enum rc rc = whip_patch(req, req_param(req, "session"), &answer);

	if (rc != RC_OK)
		return rc;
	etag_header(req, &answer);
	if (answer.status != 200)
		return reply_empty(req, 204);
	return reply_raw(req, 200, SDPFRAG, answer.body, answer.body_len);
}

static enum rc
whip_session_delete(struct req *req)
{
	enum rc rc = whip_delete(req, req_param(req, "session"));

	return rc == RC_OK ? reply_empty(req, 200) : rc;
}

static const struct route routes[] = {
	{ POST, "/whip", "createWhip", AUTH_NONE,
	    BODY_RAW | BODY_SDP | LK | NO_STORE, whip_post },
	{ PATCH, "/whip/{session}", "patchWhip", AUTH_NONE,
	    BODY_RAW | BODY_SDP | LK | NO_STORE, whip_session_patch },
	{ DELETE, "/whip/{session}", "deleteWhip", AUTH_NONE,
	    LK | NO_STORE, whip_session_delete },
	{ 0 }
};

const struct program whip_program = { "whip", routes, DB_RW | NEEDS_LK };
