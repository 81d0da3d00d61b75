/*
 * Program metric: how good calls are, as clients tell it.  Never has LiveKit's
 * secret.
 */
#include "programs.h"

static enum rc
metrics_post(struct req *req)
{
	int64_t accepted;
	struct buf *out;
	enum rc rc = metric_post(req, &accepted);

	if (rc != RC_OK)
		return rc;
	out = reply_json(req, 202);
	json_object(out, NULL);
	json_add_int(out, "accepted", accepted);
	json_object_end(out);
	return RC_OK;
}

static enum rc
room_metrics_get(struct req *req)
{
	return metric_room(req, req_param(req, "room"));
}

static const struct route routes[] = {
	{ POST, "/api/metrics", "postMetrics", AUTH_ANY,
	    GUESTS | BODY | TX | SCOPE_ROOMS, metrics_post },
	{ GET, "/api/metrics/rooms/{room}", "getRoomMetrics", AUTH_ANY,
	    SCOPE_READ, room_metrics_get },
	{ 0 }
};

const struct program metric_program = { "metric", routes, DB_RW };
