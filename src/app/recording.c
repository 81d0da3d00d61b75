/*
 * Recordings as people ask for them: who may, whether LiveKit can, what is
 * written down.  The calls that begin and end one are jobs (recording_job.c);
 * what becomes of it is recording_told.c's.
 */
#include "local.h"
#include "../net/net.h"

#include <string.h>

#define PARTICIPANTS_MAX	60000	/* bytes of their JSON */
#define S3_MS			10000
#define NO_BUCKET		"<Code>NoSuchBucket</Code>"

/* ---- who may ------------------------------------------------------------- */

static enum rc
not_found(struct req *req)
{
	return fail(req, RC_NOT_FOUND, "no_recording", NULL, 0);
}

/* Administrators, whoever leads the room, and who started it while the room is
 * there for them: not once they are out of its workspace. */
static enum rc
may_see(struct req *req, const struct recording_row *row, bool *may)
{
	struct room_row room;
	bool hidden = false;
	enum rc rc;

	if ((*may = user_is_admin(req->user)))
		return RC_OK;
	rc = room_by_name(req->app->db, row->room_name, &room);
	if (rc == RC_OK)
		rc = room_leads(req->app, &room, req->user->id, may);
	if (rc != RC_OK || *may || strcmp(row->started_by, req->user->id) != 0)
		return rc;
	rc = room_hidden(req->app, &room, req->user->id, &hidden);
	*may = !hidden;
	return rc;
}

/* Strangers are not told that there is one. */
enum rc
recording_find(struct req *req, const char *id, struct recording_row *row)
{
	bool may;
	enum rc rc = recording_by_id(req->app->db, id, row);

	if (rc == RC_NOT_FOUND)
		return not_found(req);
	if (rc != RC_OK)
		return rc;
	recording_lapse(row, clock_ms());
	rc = may_see(req, row, &may);
	return rc == RC_OK && !may ? not_found(req) : rc;
}

static enum rc
room_seen_by(struct req *req, const char *name)
{
	struct room_row room;
	enum rc rc = room_by_name(req->app->db, name, &room);

	if (rc == RC_NOT_FOUND)
		return fail(req, rc, "no_room", NULL, 0);
	return rc != RC_OK || user_is_admin(req->user) ? rc :
	    room_lead(req, &room);
}

enum rc
recordings_find(struct req *req, const char *room,
    struct recording_row **rows, size_t *len, const char **next)
{
	struct db *db = req->app->db;
	const char *before_id;
	int64_t limit, before;
	struct recording_row *list;
	size_t n = 0;
	bool may = true;
	enum rc rc = req_page_time(req, &limit, &before, &before_id);

	if (rc == RC_OK && room != NULL)
		rc = room_seen_by(req, room);
	if (rc == RC_OK)
		rc = room != NULL ? recording_list(db, room, before, before_id,
		    limit + 1, &list, len) : recording_list_of(db,
		    req->user->id, before, before_id, limit + 1, &list, len);
	if (rc != RC_OK)
		return rc;
	*next = NULL;
	if (*len > (size_t)limit) {
		*len = (size_t)limit;
		*next = cursor_make(req->arena, "%lld,%s",
		    (long long)list[*len - 1].created_at, list[*len - 1].id);
	}
	for (size_t i = 0; i < *len && rc == RC_OK; i++) {
		if (room == NULL)
			rc = may_see(req, &list[i], &may);
		if (!may)
			continue;
		recording_lapse(&list[i], clock_ms());
		list[n++] = list[i];
	}
	*rows = list;
	*len = n;
	return rc;
}

/* ---- starting ------------------------------------------------------------ */

/* Whose picture or voice can be in it: people, each once. */
static enum rc
participants_now(struct app *app, const char *room, const char **out)
{
	struct presence_row *rows;
	const char *last = "";
	struct buf list;
	size_t len;
	enum rc rc = presence_open(app->db, room, &rows, &len);

	if (rc != RC_OK)
		return rc;
	buf_init(&list, app->arena);
	json_array(&list, NULL);
	/* They come by identity. */
	for (size_t i = 0; i < len && list.len < PARTICIPANTS_MAX; i++) {
		if (rows[i].lk_kind != LK_KIND_STANDARD || rows[i].is_hidden ||
		    strcmp(rows[i].identity, last) == 0)
			continue;
		last = rows[i].identity;
		json_add_str(&list, NULL, last);
	}
	json_array_end(&list);
	*out = list.data;
	return RC_OK;
}

static enum rc
session_at_livekit(struct req *req, const char *room, const char **sid)
{
	struct app *app = req->app;
	struct lk_rooms *rooms = NULL;
	enum rc rc = livekit_ready(app, req);
	enum lk_err err;

	if (rc != RC_OK)
		return rc;
	err = lk_room_list(app->lk, &room, 1, &rooms);
	if (err != LK_OK)
		return livekit_result(app, req, err);
	*sid = "";
	for (size_t i = 0; i < rooms->len; i++)
		if (strcmp(rooms->item[i]->name, room) == 0)
			*sid = arena_strdup(req->arena, rooms->item[i]->sid);
	lk_free(rooms);
	return RC_OK;
}

/*
 * Which life of the room is to be recorded.  A webhook about it can be lost, so
 * LiveKit has the last word where the caller knows of another than we.
 */
static enum rc
session_check(struct req *req, const char *room, const char *given,
    const char **sid)
{
	enum rc rc = room_session_now(req->app->db, room, sid);

	if (rc == RC_NOT_FOUND) {
		*sid = "";
		rc = RC_OK;
	}
	if (rc != RC_OK || given == NULL || strcmp(given, *sid) == 0)
		return rc;
	rc = session_at_livekit(req, room, sid);
	return rc == RC_OK && strcmp(given, *sid) != 0 ?
	    fail(req, RC_CONFLICT, "wrong_session", "roomSid", 0) : rc;
}

/* One can have failed without anybody having written it down. */
static enum rc
running_check(struct req *req, const char *room)
{
	struct recording_row row;
	enum rc rc = recording_running(req->app->db, room, &row);

	if (rc != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	rc = recording_lapsed(req->app, &row);
	if (rc != RC_OK || recording_is_final(&row))
		return rc;
	rc = fail(req, RC_CONFLICT, "already_recording", NULL, 0);
	fail_extra(req, "recordingId", row.id);
	return rc;
}

static const char *
object_key(struct app *app, const struct recording_row *row)
{
	const char *path = app->config->recording_path;
	size_t len;

	/* In a bucket nothing comes before the first folder. */
	while (row->is_s3 && *path == '/')
		path++;
	len = strlen(path);
	while (len > 0 && path[len - 1] == '/')
		len--;
	return arena_printf(app->arena, "%.*s%s%s/%s.mp4", (int)len, path,
	    path[0] == '\0' ? "" : "/", row->room_name, row->id);
}

static enum rc
start_write(struct req *req, const struct room_row *room,
    struct recording_row *row)
{
	struct app *app = req->app;
	struct room_row now;
	enum rc rc = room_by_name(app->db, room->name, &now);

	if (rc == RC_OK)
		rc = room_ended(req, &now);
	if (rc == RC_OK)
		rc = user_ensure(app->db, req->arena, req->user,
		    row->created_at);
	if (rc == RC_OK)
		rc = running_check(req, room->name);
	if (rc == RC_OK)
		rc = participants_now(app, room->name, &row->participants);
	if (rc == RC_OK)
		rc = recording_insert(app->db, row);
	if (rc == RC_OK)
		rc = recording_event(app, row, row->created_at);
	return rc == RC_OK ? job_put(app->db, &(struct job_row){
	    .kind = JOB_EGRESS_START, .room_name = room->name,
	    .identity = row->id, .not_before = row->created_at,
	    .created_at = row->created_at }) : rc;
}

enum rc
recording_start(struct req *req, const char *room_name, const char *room_sid,
    struct recording_row *row)
{
	struct app *app = req->app;
	struct lk_egresses *there;
	struct room_row room;
	char *id;
	enum rc rc = room_find(req, room_name, &room);

	if (rc == RC_OK)
		rc = room_lead(req, &room);
	if (rc == RC_OK)
		rc = egress_list(app, req, LK(lk_egress_filter,
		    .room_name = room.name, .active = LK_YES), &there);
	if (rc != RC_OK)
		return rc;
	lk_free(there);
	*row = (struct recording_row){ .room_name = room.name,
	    .status = RECORDING_STARTING, .started_by = req->user->id,
	    .is_s3 = app->config->s3_bucket != NULL, .file_size = -1,
	    .duration_ms = -1 };
	rc = session_check(req, room.name, room_sid, &row->room_sid);
	if (rc == RC_OK)
		rc = random_uuid(req->arena, &id);
	if (rc != RC_OK)
		return rc;
	row->id = id;
	row->created_at = row->started_at = clock_ms();
	row->object_key = object_key(app, row);
	if ((rc = db_begin(app->db, NORMAL)) != RC_OK)
		return rc;
	rc = db_end(app->db, start_write(req, &room, row));
	if (rc == RC_OK)
		jobs_run_after(app, room.name);
	return rc;
}

/* ---- the rest ------------------------------------------------------------ */

enum rc
recording_stop(struct req *req, const char *id, struct recording_row *row)
{
	enum rc rc = recording_find(req, id, row);

	if (rc == RC_OK)
		rc = recording_halt(req->app, row, clock_ms());
	if (rc == RC_OK)
		jobs_run_after(req->app, row->room_name);
	return rc;
}

static enum rc
object_delete(struct req *req, const struct recording_row *row)
{
	const struct config *c = req->app->config;
	struct net_reply reply;
	enum rc rc;

	if (c->s3_bucket == NULL || c->s3_access_key == NULL ||
	    c->s3_secret_key == NULL)
		return fail_detail(req, RC_UPSTREAM, "storage_error", NULL,
		    "The file is in a bucket, and the settings to delete it "
		    "there (s3_bucket, s3_access_key, s3_secret_key) are not "
		    "set; tell the operator.");
	rc = net_s3_delete(req->arena, &(struct net_s3){
	    .endpoint = c->s3_endpoint, .region = c->s3_region,
	    .bucket = c->s3_bucket, .access_key = c->s3_access_key,
	    .secret_key = c->s3_secret_key }, row->object_key, S3_MS, &reply);
	if (rc == RC_OK && reply.status == 404 && memmem(reply.body,
	    reply.body_len, NO_BUCKET, strlen(NO_BUCKET)) != NULL)
		return fail_detail(req, RC_UPSTREAM, "storage_error", NULL,
		    "The storage has no bucket of the name in s3_bucket; tell "
		    "the operator.");
	if (rc == RC_OK && (reply.status / 100 == 2 || reply.status == 404))
		return RC_OK;
	if (rc == RC_OK)
		log_warn("recording %s: the storage answers %d to DELETE",
		    row->id, reply.status);
	return fail(req, RC_UPSTREAM, "storage_error", NULL, 0);
}

enum rc
recording_remove(struct req *req, const char *id, const char **left_at)
{
	struct app *app = req->app;
	struct recording_row row;
	enum rc rc = recording_find(req, id, &row);

	if (rc == RC_OK && !recording_is_final(&row))
		rc = fail(req, RC_CONFLICT, "recording_running", NULL, 0);
	if (rc == RC_OK && row.is_s3)
		rc = object_delete(req, &row);
	if (rc != RC_OK)
		return rc;
	*left_at = row.is_s3 ? NULL : row.location;
	if ((rc = db_begin(app->db, NORMAL)) != RC_OK)
		return rc;
	rc = db_end(app->db, recording_delete(app->db, id));
	return rc == RC_NOT_FOUND ? not_found(req) : rc;
}

static void
number_write(struct buf *out, const char *key, int64_t value)
{
	if (value < 0)
		json_add_null(out, key);
	else
		json_add_int(out, key, value);
}

void
recording_write(struct buf *out, const char *key,
    const struct recording_row *r)
{
	json_object(out, key);
	json_add_str(out, "id", r->id);
	json_add_str(out, "roomName", r->room_name);
	json_add_str(out, "roomSid", r->room_sid[0] == '\0' ? NULL :
	    r->room_sid);
	json_add_str(out, "status", recording_status_name(r->status));
	json_add_str(out, "startedBy", r->started_by);
	json_add_time(out, "startedAt", r->started_at);
	json_add_time(out, "endedAt", r->ended_at);
	json_add_raw(out, "participants", r->participants);
	number_write(out, "fileSize", r->file_size);
	number_write(out, "durationMs", r->duration_ms);
	json_add_str(out, "location", r->location);
	json_add_str(out, "error", r->error);
	json_object_end(out);
}
