/*
 * LiveKit's ingress API, with Redis or (fault: livekit no-redis) without it, as
 * v1.13.5 answers it: "enabled" is not there unless it was set, and without
 * Redis half of the calls are a panic.
 */
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api.h"

#define INGRESSES_MAX 16

static struct ingress {
	char		 id[64], room[256], type[16];
	const cJSON	*made;		/* as CreateIngress was asked */
	enum { UNSET, OFF, ON } enabled;
} ingresses[INGRESSES_MAX];
static size_t ingresses_len;
static int number;
static const char *broken = "";		/* method that fails */

static struct ingress *
by_id(const char *id)
{
	size_t i;

	for (i = 0; id != NULL && i < ingresses_len; i++)
		if (strcmp(ingresses[i].id, id) == 0)
			return &ingresses[i];
	return NULL;
}

static struct ingress *
add(const char *type, const char *room)
{
	struct ingress *in = &ingresses[ingresses_len];

	if (ingresses_len++ == INGRESSES_MAX)
		case_fail("livekit: too many ingresses");
	memset(in, 0, sizeof(*in));
	snprintf(in->id, sizeof(in->id), "IN_%d", ++number);
	snprintf(in->type, sizeof(in->type), "%s", type);
	snprintf(in->room, sizeof(in->room), "%s", room);
	return in;
}

static void
drop(struct ingress *in)
{
	*in = ingresses[--ingresses_len];
}

static void
say(struct buf *out, const struct ingress *in)
{
	bool rtmp = strcmp(in->type, "RTMP") == 0;

	json_object(out, NULL);
	json_add_str(out, "ingress_id", in->id);
	json_add_str(out, "stream_key", arena_printf(out->arena,
	    "keyOf%s", in->id));
	json_add_str(out, "url", rtmp ? "rtmp://ingress.example/live" :
	    "https://ingress.example/w");
	json_add_str(out, "input_type", rtmp ? "RTMP_INPUT" : "WHIP_INPUT");
	json_add_str(out, "room_name", in->room);
	if (in->enabled != UNSET)
		json_add_bool(out, "enabled", in->enabled == ON);
	json_object_end(out);
}

static void
say_all(struct buf *out, const char *room)
{
	size_t i;

	json_object(out, NULL);
	json_add_null(out, "next_page_token");
	json_array(out, "items");
	for (i = 0; i < ingresses_len; i++)
		if (room == NULL || strcmp(ingresses[i].room, room) == 0)
			say(out, &ingresses[i]);
	json_array_end(out);
	json_object_end(out);
}

static void
set_enabled(struct ingress *in, const cJSON *json)
{
	const cJSON *enabled = json_get(json, "enabled");

	if (enabled != NULL)
		in->enabled = cJSON_IsTrue(enabled) ? ON : OFF;
}

static int
fail_with(struct buf *out, int status, const char *code, const char *msg)
{
	json_object(out, NULL);
	json_add_str(out, "code", code);
	json_add_str(out, "msg", msg);
	json_object_end(out);
	return status;
}

/* What a call is about, for the list of calls. */
const char *
ingress_about(const char *method, const cJSON *json)
{
	const char *id = json_str(json, "ingressId");
	const cJSON *enabled = json_get(json, "enabled");

	if (strcmp(method, "CreateIngress") == 0)
		return str_starts(json_str(json, "inputType"), "RTMP") ?
		    "RTMP" : "WHIP";
	if (strcmp(method, "UpdateIngress") == 0)
		return arena_printf(the_case.arena, "%s %s", id,
		    cJSON_IsTrue(enabled) ? "on" : "off");
	return id != NULL ? id : json_str(json, "roomName");
}

int
ingress_answer(struct buf *out, const char *method, const cJSON *json,
    bool redis)
{
	struct ingress *in = by_id(json_str(json, "ingressId"));
	bool create = strcmp(method, "CreateIngress") == 0;

	if (strcmp(broken, method) == 0)
		return fail_with(out, 500, "internal", "boom");
	if (!redis && (create || strcmp(method, "ListIngress") == 0))
		return fail_with(out, 500, "internal", "twirp error unknown: "
		    "ingress not connected (redis required)");
	if (!redis)
		return fail_with(out, 500, "internal",
		    "Internal service panic");
	if (strcmp(method, "ListIngress") == 0) {
		say_all(out, json_str(json, "roomName"));
		return 200;
	}
	if (create) {
		in = add(ingress_about(method, json),
		    json_str(json, "roomName"));
		in->made = cJSON_Duplicate(json, true);
	} else if (in == NULL)
		return fail_with(out, 404, "not_found", "twirp error unknown: "
		    "ingress does not exist");
	set_enabled(in, json);
	say(out, in);
	if (strcmp(method, "DeleteIngress") == 0)
		drop(in);
	return 200;
}

/* ---- directives ---------------------------------------------------------------- */

/* "IN_1 RTMP on, IN_2 WHIP off": these and no others, as they were made */
static void
expect(const char *want)
{
	static const char *const words[] = { "on", "off", "on" };
	struct buf got;
	size_t i;

	buf_init(&got, the_case.arena);
	for (i = 0; i < ingresses_len; i++)
		buf_printf(&got, "%s%s %s %s", i > 0 ? ", " : "",
		    ingresses[i].id, ingresses[i].type,
		    words[ingresses[i].enabled]);
	if (!match_text(want, got.data))
		case_fail("LiveKit's ingresses: expected \"%s\", got \"%s\"",
		    want, got.data);
}

/* "IN_1 {…}": how it was asked for */
static void
expect_made(const char *line)
{
	const char *json = strchr(line, ' ');
	struct ingress *in;
	cJSON *want;
	char *why;

	if (json == NULL || (in = by_id(arena_strndup(the_case.arena, line,
	    (size_t)(json - line)))) == NULL || in->made == NULL)
		case_fail("livekit: made ID {…}, not %s", line);
	want = match_parse(json + 1, "made:");
	if ((why = match_json(want, in->made, "")) != NULL)
		case_fail("made: %s", why);
	cJSON_Delete(want);
}

bool
ingress_line(const char *line)
{
	char type[16], room[256];
	struct ingress *in;

	if (str_starts(line, "ingresses ="))
		expect(line + 11 + strspn(line + 11, " "));
	else if (str_starts(line, "made "))
		expect_made(line + 5);
	else if (str_starts(line, "break "))
		broken = arena_strdup(the_case.arena, line + 6);
	else if (str_starts(line, "ingress ")) {
		if (sscanf(line + 8, "%15s %255s", type, room) != 2)
			case_fail("livekit: ingress TYPE ROOM, not %s", line);
		add(type, room);
	} else if (str_starts(line, "lose ")) {
		if ((in = by_id(line + 5)) == NULL)
			case_fail("livekit: there is no ingress %s", line + 5);
		drop(in);
	} else
		return false;
	return true;
}
