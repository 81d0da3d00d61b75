/*
 * Program recording: start, stop, list and delete recordings.  Handlers read
 * input, call app/recording.c and write output.
 */
#include "programs.h"

#define ROOM_MAX	256
#define SID_MAX		128
#define ID_MAX		64

/* What start and stop answer. */
static enum rc
state_reply(struct req *req, int status, const struct recording_row *row)
{
	struct buf *out = reply_json(req, status);

	json_object(out, NULL);
	json_add_str(out, "recordingId", row->id);
	json_add_str(out, "status", recording_status_name(row->status));
	json_object_end(out);
	return RC_OK;
}

static enum rc
start_post(struct req *req)
{
	const char *room = NULL, *sid = NULL;
	struct recording_row row;
	enum rc rc;

	if ((rc = body_str(req, "roomName", REQUIRED, 1, ROOM_MAX, &room)) !=
	    RC_OK || (rc = body_str(req, "roomSid", OPTIONAL, 1, SID_MAX,
	    &sid)) != RC_OK ||
	    (rc = recording_start(req, room, sid, &row)) != RC_OK)
		return rc;
	return state_reply(req, 202, &row);
}

static enum rc
stop_post(struct req *req)
{
	const char *id = NULL;
	struct recording_row row;
	enum rc rc;

	if ((rc = body_str(req, "recordingId", REQUIRED, 1, ID_MAX, &id)) !=
	    RC_OK || (rc = recording_stop(req, id, &row)) != RC_OK)
		return rc;
	return state_reply(req, 200, &row);
}

static enum rc
list_get(struct req *req)
{
	struct recording_row *rows;
	const char *next;
	struct buf *out;
	size_t len;
	enum rc rc = recordings_find(req, req_query(req, "room"), &rows, &len,
	    &next);

	if (rc != RC_OK)
		return rc;
	out = reply_list(req, "items");
	for (size_t i = 0; i < len; i++)
		recording_write(out, NULL, &rows[i]);
	return reply_list_end(out, next);
}

static enum rc
one_get(struct req *req)
{
	struct recording_row row;
	enum rc rc = recording_find(req, req_param(req, "id"), &row);

	if (rc == RC_OK)
		recording_write(reply_json(req, 200), NULL, &row);
	return rc;
}

static enum rc
one_delete(struct req *req)
{
	const char *left_at;
	struct buf *out;
	enum rc rc = recording_remove(req, req_param(req, "id"), &left_at);

	if (rc != RC_OK)
		return rc;
	if (left_at == NULL)
		return reply_empty(req, 204);
	out = reply_json(req, 200);
	json_object(out, NULL);
	json_add_bool(out, "deleted", true);
	json_add_str(out, "fileLeftAt", left_at);
	json_object_end(out);
	return RC_OK;
}

static const struct route routes[] = {
	{ POST, "/api/recordings/start", "startRecording", AUTH_ANY,
	    BODY | LK | SCOPE_RECORDINGS, start_post },
	{ POST, "/api/recordings/stop", "stopRecording", AUTH_ANY,
	    BODY | TX | SCOPE_RECORDINGS, stop_post },
	{ GET, "/api/recordings", "listRecordings", AUTH_ANY,
	    SCOPE_RECORDINGS, list_get },
	{ GET, "/api/recordings/{id}", "getRecording", AUTH_ANY,
	    SCOPE_RECORDINGS, one_get },
	{ DELETE, "/api/recordings/{id}", "deleteRecording", AUTH_ANY,
	    LK | SCOPE_RECORDINGS, one_delete },
	{ 0 }
};

const struct program recording_program = { "recording", routes, DB_RW | NEEDS_LK };
