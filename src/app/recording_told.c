/*
 * What becomes of a recording: from what LiveKit says of its egress, in any
 * order and any number of times, and from what it does not say in time.  A
 * status only goes forward, and an end is the end.  No call of LiveKit here.
 */
#include "local.h"

#include <string.h>

#define BATCH		100
#define ERROR_MAX	500
#define LOCATION_MAX	2048
#define KEY_SHORT	4	/* would be in every word */
#define SKEW_MS		10000	/* of LiveKit's clock */

static const char unheard[] = "LiveKit did not confirm within 60 seconds that "
    "the recording began; try again, and tell the operator if it stays so.";
static const char stopped_early[] = "It was stopped before it began.";

bool
recording_is_final(const struct recording_row *r)
{
	return r->status == RECORDING_COMPLETE || r->status == RECORDING_FAILED;
}

/* ---- texts --------------------------------------------------------------- */

static void
stars(char *s, const char *secret)
{
	size_t len = secret == NULL ? 0 : strlen(secret);

	if (len < KEY_SHORT)
		return;
	while ((s = strstr(s, secret)) != NULL) {
		memset(s, '*', len);
		s += len;
	}
}

/* Storage likes to say who could not come in. */
static char *
clean(struct app *app, const char *text)
{
	char *copy = arena_strdup(app->arena, text);

	stars(copy, app->config->s3_secret_key);
	stars(copy, app->config->s3_access_key);
	stars(copy, app->config->livekit_api_secret);
	return copy;
}

const char *
recording_text(struct app *app, const char *text)
{
	size_t n = 0;
	char *copy, *p;

	if (text == NULL || text[0] == '\0')
		return NULL;
	copy = clean(app, text);
	for (p = copy; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
		/* Not in the middle of a character. */
		if (((unsigned char)*p & 0xC0) != 0x80 && ++n > ERROR_MAX)
			break;
	}
	*p = '\0';
	return copy;
}

/* ---- the row ------------------------------------------------------------- */

enum rc
recording_event(struct app *app, const struct recording_row *r, int64_t at)
{
	struct buf data;

	buf_init(&data, app->arena);
	json_object(&data, NULL);
	json_add_str(&data, "recordingId", r->id);
	json_add_str(&data, "status", recording_status_name(r->status));
	json_object_end(&data);
	return event_insert(app->db, r->room_name, NULL, "recording.status",
	    data.data, at);
}

enum rc
recording_change(struct app *app, const struct recording_row *before,
    const struct recording_row *after, int64_t at)
{
	enum rc rc = recording_update(app->db, after);

	if (rc == RC_OK && before->status != after->status)
		rc = recording_event(app, after, at);
	return rc;
}

enum rc
recording_fail(struct app *app, const struct recording_row *row,
    const char *why, int64_t at)
{
	struct recording_row after = *row;

	if (recording_is_final(row))
		return RC_OK;
	after.status = RECORDING_FAILED;
	after.error = row->is_stop_wanted && row->egress_id == NULL ?
	    stopped_early : recording_text(app, why);
	log_info("recording %s of room %s failed: %s", row->id, row->room_name,
	    after.error);
	if (after.ended_at == 0)
		after.ended_at = at;
	return recording_change(app, row, &after, at);
}

enum rc
recording_halt(struct app *app, struct recording_row *row, int64_t at)
{
	struct recording_row before = *row;
	enum rc rc;

	if (row->status != RECORDING_STARTING &&
	    row->status != RECORDING_RECORDING)
		return RC_OK;
	row->status = RECORDING_PROCESSING;
	row->is_stop_wanted = true;
	row->ended_at = at;
	rc = recording_change(app, &before, row, at);
	/* Without an egress whoever starts it, or hears of it, sees the wish. */
	if (rc == RC_OK && row->egress_id != NULL)
		rc = egress_stop_put(app, row->room_name, row->egress_id);
	return rc;
}

/* ---- what was not said in time ------------------------------------------- */

void
recording_lapse(struct recording_row *r, int64_t now)
{
	if (recording_is_final(r) || r->egress_id != NULL ||
	    now - r->created_at < RECORDING_START_MS)
		return;
	r->status = RECORDING_FAILED;
	r->error = r->is_stop_wanted ? stopped_early : unheard;
	if (r->ended_at == 0)
		r->ended_at = r->created_at + RECORDING_START_MS;
}

/* Who asked may have read it so already. */
enum rc
recording_lapsed(struct app *app, struct recording_row *r)
{
	struct recording_row before = *r;

	recording_lapse(r, clock_ms());
	return recording_is_final(r) && !recording_is_final(&before) ?
	    recording_change(app, &before, r, clock_ms()) : RC_OK;
}

enum rc
recordings_lapsed(struct app *app)
{
	struct recording_row *rows, row;
	int64_t now = clock_ms();
	size_t len;
	enum rc rc;

	do {
		rc = recording_unheard(app->db, now - RECORDING_START_MS, BATCH,
		    &rows, &len);
		if (rc != RC_OK || len == 0)
			return rc;
		if ((rc = db_begin(app->db, NORMAL)) != RC_OK)
			return rc;
		for (size_t i = 0; i < len && rc == RC_OK; i++) {
			rc = recording_by_id(app->db, rows[i].id, &row);
			if (rc == RC_OK)
				rc = recording_lapsed(app, &row);
			else if (rc == RC_NOT_FOUND)
				rc = RC_OK;
		}
		rc = db_end(app->db, rc);
	} while (rc == RC_OK && len == BATCH);
	return rc;
}

/* ---- which recording an egress is ---------------------------------------- */

/* We ask for whole rooms only. */
static bool
egress_is_other(const struct lk_egress *e)
{
	static const char *const kinds[] = { "web", "participant",
		"trackComposite", "track" };
	bool yes = false;
	char *raw;

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && !yes; i++)
		if (lk_json_raw(e->json, kinds[i], &raw) == LK_OK) {
			yes = raw[0] == '{';
			lk_free(raw);
		}
	return yes;
}

/* Whether it names this recording's file; *told: whether what it was asked for
 * shows whose it is.  On a disk its file may lie deeper. */
static bool
egress_is_of(const struct lk_egress *e, const struct recording_row *row,
    bool *told)
{
	static const struct {
		const char	*path;
		bool		 is_asked;
	} places[] = {
		{ "roomComposite.fileOutputs.0.filepath", true },
		{ "roomComposite.file.filepath", true },
		{ "fileResults.0.filename", false },
		{ "file.filename", false } };
	size_t len, key_len;
	bool yes = false;
	char *path;

	*told = egress_is_other(e);
	key_len = row->object_key == NULL ? 0 : strlen(row->object_key);
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		if (lk_json_str(e->json, places[i].path, &path) != LK_OK)
			continue;
		len = strlen(path);
		*told |= places[i].is_asked && len > 0;
		yes |= key_len > 0 && len >= key_len &&
		    strcmp(path + len - key_len, row->object_key) == 0 &&
		    (len == key_len || path[len - key_len - 1] == '/');
		lk_free(path);
	}
	return yes;
}

/* Where no file is named, time decides: it is of this start or a later one. */
static bool
egress_is_since(const struct lk_egress *e, int64_t since)
{
	int64_t last = e->updated_at_ms;

	if (e->started_at_ms > last)
		last = e->started_at_ms;
	if (e->ended_at_ms > last)
		last = e->ended_at_ms;
	return last == 0 || last >= since - SKEW_MS;
}

/* The answer to a start can be lost, and webhooks overtake it.  What answers the
 * start of id (NULL: none's) is of that recording, whatever it says. */
static enum rc
recording_of(struct app *app, const char *id, const struct lk_egress *e,
    struct recording_row *out)
{
	struct recording_row *rows;
	size_t len;
	bool told, found = false;
	enum rc rc = recording_by_egress(app->db, e->egress_id, out);

	if (rc == RC_NOT_FOUND && id != NULL) {
		rc = recording_by_id(app->db, id, out);
		if (rc == RC_OK && out->egress_id != NULL)
			rc = RC_NOT_FOUND;
	}
	if (rc != RC_NOT_FOUND || e->room_name[0] == '\0')
		return rc;
	rc = recording_unfinished_of(app->db, e->room_name, &rows, &len);
	for (size_t i = 0; rc == RC_OK && i < len; i++) {
		if (rows[i].egress_id != NULL)
			continue;
		if (egress_is_of(e, &rows[i], &told)) {
			*out = rows[i];
			return RC_OK;
		}
		if (!told && egress_is_since(e, rows[i].created_at) &&
		    (!found || rows[i].status == RECORDING_STARTING)) {
			*out = rows[i];
			found = true;
		}
	}
	return rc == RC_OK && !found ? RC_NOT_FOUND : rc;
}

/* ---- what it says -------------------------------------------------------- */

static enum recording_status
status_of(const struct lk_egress *e, const struct recording_row *row)
{
	enum recording_status to = row->status;

	switch (e->status) {
	case LK_EGRESS_ACTIVE:
		to = RECORDING_RECORDING;
		break;
	case LK_EGRESS_ENDING:
		to = RECORDING_PROCESSING;
		break;
	case LK_EGRESS_COMPLETE:
	case LK_EGRESS_LIMIT_REACHED:
		to = RECORDING_COMPLETE;
		break;
	case LK_EGRESS_FAILED:
	case LK_EGRESS_ABORTED:
		to = RECORDING_FAILED;
		break;
	default:
		break;
	}
	return to > row->status ? to : row->status;
}

static void
file_take(struct app *app, struct recording_row *r, const struct lk_egress *e)
{
	const struct lk_egress_file *f;
	const char *place;

	if (e->files_len == 0)
		return;
	f = e->files[0];
	place = f->location[0] != '\0' ? f->location : f->filename;
	if (place[0] != '\0' && utf8_count(place) <= LOCATION_MAX)
		r->location = clean(app, place);
	if (f->size_bytes > 0)
		r->file_size = f->size_bytes;
	if (f->duration_ms > 0)
		r->duration_ms = f->duration_ms;
}

static void
end_take(struct app *app, struct recording_row *r, const struct lk_egress *e,
    int64_t at)
{
	if (e->ended_at_ms > 0)
		r->ended_at = e->ended_at_ms;
	else if (r->ended_at == 0)
		r->ended_at = at;
	file_take(app, r, e);
	/* It was written somewhere: where it was to be. */
	if (r->status == RECORDING_COMPLETE && r->location == NULL)
		r->location = r->object_key;
	if (r->duration_ms < 0 && e->started_at_ms > 0 &&
	    e->ended_at_ms >= e->started_at_ms)
		r->duration_ms = e->ended_at_ms - e->started_at_ms;
	if (r->status == RECORDING_FAILED) {
		r->error = recording_text(app, e->error);
		if (r->error == NULL)
			r->error = e->status == LK_EGRESS_ABORTED ?
			    "LiveKit gave the recording up before it began." :
			    "LiveKit's egress service failed and did not say "
			    "why; its log does.";
	}
}

bool
egress_is_running(const struct lk_egress *e)
{
	return e->status == LK_EGRESS_STARTING ||
	    e->status == LK_EGRESS_ACTIVE;
}

static enum rc
recording_told(struct app *app, const struct recording_row *row,
    const struct lk_egress *e, int64_t at)
{
	struct recording_row after = *row;
	enum rc rc;

	after.status = status_of(e, row);
	after.egress_id = e->egress_id;
	if (row->room_sid[0] == '\0' && utf8_count(e->room_sid) <= 128)
		after.room_sid = e->room_sid;
	if (e->started_at_ms > 0)
		after.started_at = e->started_at_ms;
	if (recording_is_final(&after))
		end_take(app, &after, e, at);
	else if (after.status == RECORDING_PROCESSING && after.ended_at == 0)
		after.ended_at = e->ended_at_ms > 0 ? e->ended_at_ms : at;
	/* Webhooks know whole seconds only, and clocks differ. */
	if (after.ended_at != 0 && after.ended_at < after.started_at)
		after.ended_at = after.started_at;
	rc = recording_change(app, row, &after, at);
	if (rc == RC_OK && row->is_stop_wanted && egress_is_running(e))
		rc = egress_stop_put(app, row->room_name, e->egress_id);
	return rc;
}

/* Whoever has a teacher's token can make LiveKit record any room. */
static enum rc
foreign_stop(struct app *app, const struct lk_egress *e)
{
	struct room_row room;
	enum rc rc;

	if (!egress_is_running(e))
		return RC_OK;
	rc = room_by_name(app->db, e->room_name, &room);
	if (rc != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	return egress_stop_put(app, room.name, e->egress_id);
}

enum rc
egress_told(struct app *app, const char *id, const struct lk_egress *e,
    int64_t at)
{
	struct recording_row row;
	enum rc rc = recording_of(app, id, e, &row);

	if (rc == RC_OK)
		rc = recording_lapsed(app, &row);
	if (rc == RC_OK && !recording_is_final(&row))
		return recording_told(app, &row, e, at);
	if (rc == RC_OK && row.status == RECORDING_COMPLETE)
		return RC_OK;	/* an old word */
	/* What we gave up must not go on there either. */
	return rc == RC_OK || rc == RC_NOT_FOUND ? foreign_stop(app, e) : rc;
}

enum rc
egress_apply(struct app *app, const struct lk_event *ev)
{
	const struct lk_egress *e = ev->egress;

	if (e == NULL || e->egress_id[0] == '\0' ||
	    utf8_count(e->egress_id) > 128 || ev->created_at_ms <= 0)
		return RC_INVALID;
	if (e->room_name[0] != '\0')
		jobs_run_after(app, e->room_name);
	return egress_told(app, NULL, e, ev->created_at_ms);
}
