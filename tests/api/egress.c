/*
 * LiveKit's egress API, with Redis and an egress service or (fault: livekit
 * no-redis) without, as v1.13.5 answers it.  It keeps what it was asked to
 * record and echoes it, without what opens the storage.
 */
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api.h"

#define EGRESSES_MAX 16

static struct egress {
	char		 id[64], room[256], status[16], path[512];
	const cJSON	*asked;
} egresses[EGRESSES_MAX];
static size_t egresses_len;
static int number;
static char refused[64], refused_with[64];	/* method, Twirp's code */

static struct egress *
by_id(const char *id)
{
	size_t i;

	for (i = 0; id != NULL && i < egresses_len; i++)
		if (strcmp(egresses[i].id, id) == 0)
			return &egresses[i];
	return NULL;
}

static struct egress *
add(const char *room, const char *path)
{
	struct egress *e = &egresses[egresses_len];

	if (egresses_len++ == EGRESSES_MAX)
		case_fail("livekit: too many egresses");
	memset(e, 0, sizeof(*e));
	snprintf(e->id, sizeof(e->id), "EG_%d", ++number);
	snprintf(e->room, sizeof(e->room), "%s", room);
	snprintf(e->path, sizeof(e->path), "%s", path);
	snprintf(e->status, sizeof(e->status), "STARTING");
	return e;
}

static bool
is_active(const struct egress *e)
{
	return strcmp(e->status, "STARTING") == 0 ||
	    strcmp(e->status, "ACTIVE") == 0 ||
	    strcmp(e->status, "ENDING") == 0;
}

static void
say(struct buf *out, const struct egress *e)
{
	json_object(out, NULL);
	json_add_str(out, "egress_id", e->id);
	json_add_str(out, "room_id", arena_printf(out->arena, "RM_%s",
	    e->room));
	json_add_str(out, "room_name", e->room);
	json_add_str(out, "status", arena_printf(out->arena, "EGRESS_%s",
	    e->status));
	json_add_str(out, "started_at", "0");
	json_add_str(out, "ended_at", "0");
	json_add_str(out, "error", "");
	if (strcmp(e->path, "-") != 0) {
		json_object(out, "room_composite");
		json_array(out, "file_outputs");
		json_object(out, NULL);
		json_add_str(out, "filepath", e->path);
		json_object_end(out);
		json_array_end(out);
		json_object_end(out);
	}
	json_array(out, "file_results");
	json_array_end(out);
	json_object_end(out);
}

static void
say_all(struct buf *out, const cJSON *json)
{
	const char *room = json_str(json, "roomName");
	const char *id = json_str(json, "egressId");
	bool active = cJSON_IsTrue(json_get(json, "active"));
	size_t i;

	json_object(out, NULL);
	json_array(out, "items");
	for (i = 0; i < egresses_len; i++)
		if ((room == NULL || strcmp(egresses[i].room, room) == 0) &&
		    (id == NULL || strcmp(egresses[i].id, id) == 0) &&
		    (!active || is_active(&egresses[i])))
			say(out, &egresses[i]);
	json_array_end(out);
	json_add_null(out, "next_page_token");
	json_object_end(out);
}

static int
fail_with(struct buf *out, const char *code, const char *msg)
{
	static const struct { const char *code; int status; } known[] = {
		{ "internal", 500 }, { "not_found", 404 },
		{ "unavailable", 503 }, { "failed_precondition", 412 },
		{ "resource_exhausted", 429 }, { "unauthenticated", 401 },
		{ "invalid_argument", 400 }, { "deadline_exceeded", 408 },
	};
	size_t i;

	json_object(out, NULL);
	json_add_str(out, "code", code);
	json_add_str(out, "msg", msg);
	json_object_end(out);
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].code, code) == 0)
			return known[i].status;
	case_fail("livekit: refuse METHOD with a code that is known, not %s",
	    code);
}

/* The background's look at what runs is none of a case's calls. */
bool
egress_is_look(const char *method, const cJSON *json)
{
	return strcmp(method, "ListEgress") == 0 &&
	    json_get(json, "roomName") == NULL &&
	    json_get(json, "egressId") == NULL;
}

const char *
egress_about(const cJSON *json)
{
	const char *id = json_str(json, "egressId");

	return id != NULL ? id : json_str(json, "roomName");
}

int
egress_answer(struct buf *out, const char *method, const cJSON *json,
    bool redis, bool has_room)
{
	struct egress *e = by_id(json_str(json, "egressId"));
	const cJSON *file;

	if (!redis)
		return fail_with(out, "internal", "twirp error unknown: "
		    "egress not connected (redis required)");
	if (strcmp(refused, method) == 0)
		return fail_with(out, refused_with, "twirp error unknown: no");
	if (strcmp(method, "ListEgress") == 0) {
		say_all(out, json);
		return 200;
	}
	if (strcmp(method, "StartRoomCompositeEgress") == 0) {
		if (!has_room)
			return fail_with(out, "not_found", "twirp error "
			    "unknown: requested room does not exist");
		file = cJSON_GetArrayItem(json_get(json, "fileOutputs"), 0);
		e = add(json_str(json, "roomName"), json_str(file,
		    "filepath"));
		e->asked = cJSON_Duplicate(json, true);
	} else if (e == NULL)
		return fail_with(out, "not_found", "twirp error unknown: "
		    "egress does not exist");
	else if (strcmp(method, "StopEgress") == 0) {
		if (!is_active(e))
			return fail_with(out, "failed_precondition",
			    "twirp error unknown: egress has ended");
		snprintf(e->status, sizeof(e->status), "ENDING");
	}
	say(out, e);
	return 200;
}

/* ---- directives ---------------------------------------------------------------- */

/* "EG_1 ACTIVE, EG_2 COMPLETE": these and no others */
static void
expect(const char *want)
{
	struct buf got;
	size_t i;

	buf_init(&got, the_case.arena);
	for (i = 0; i < egresses_len; i++)
		buf_printf(&got, "%s%s %s", i > 0 ? ", " : "",
		    egresses[i].id, egresses[i].status);
	if (!match_text(want, got.data))
		case_fail("LiveKit's egresses: expected \"%s\", got \"%s\"",
		    want, got.data);
}

/* "EG_1 {…}": how it was asked for */
static void
expect_asked(const char *line)
{
	const char *json = strchr(line, ' ');
	struct egress *e;
	cJSON *want;
	char *why;

	if (json == NULL || (e = by_id(arena_strndup(the_case.arena, line,
	    (size_t)(json - line)))) == NULL || e->asked == NULL)
		case_fail("livekit: recorded ID {…}, not %s", line);
	want = match_parse(json + 1, "recorded:");
	if ((why = match_json(want, e->asked, "")) != NULL)
		case_fail("recorded: %s", why);
	cJSON_Delete(want);
}

bool
egress_line(const char *line)
{
	char room[256], path[512] = "elsewhere.mp4", id[64], status[16];
	struct egress *e;

	if (str_starts(line, "egresses ="))
		expect(line + 10 + strspn(line + 10, " "));
	else if (str_starts(line, "recorded "))
		expect_asked(line + 9);
	else if (str_starts(line, "egress ")) {
		if (sscanf(line + 7, "%255s %511s", room, path) < 1)
			case_fail("livekit: egress ROOM [PATH], not %s", line);
		add(room, path);
	} else if (str_starts(line, "becomes ")) {
		if (sscanf(line + 8, "%63s %15s", id, status) != 2 ||
		    (e = by_id(id)) == NULL)
			case_fail("livekit: becomes ID STATUS, not %s", line);
		memcpy(e->status, status, sizeof(status));
	} else if (str_starts(line, "forget ")) {
		if ((e = by_id(line + 7)) == NULL)
			case_fail("livekit: there is no egress %s", line + 7);
		*e = egresses[--egresses_len];
	} else if (str_starts(line, "refuse ")) {
		if (sscanf(line + 7, "%63s %63s", refused, refused_with) != 2)
			case_fail("livekit: refuse METHOD CODE, not %s", line);
	} else
		return false;
	return true;
}
