/*
 * A LiveKit of two lists behind the SDK's own transport.  Answers the calls of
 * RoomService that the application makes, notes them, and fails as told.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api.h"

#define ROOMS_MAX 64
#define PEOPLE_MAX 128

static struct lk_room_name { char name[256]; } rooms[ROOMS_MAX];
static size_t rooms_len;
/* may: "publish,subscribe,data", and the sources if not all may be published;
 * "" where the list does not say. */
static struct lk_person {
	char	room[256], identity[256], sid[64], kind[16], may[128];
	char	track[64], source[32];
	bool	muted;
} people[PEOPLE_MAX];
static size_t people_len;
static bool unmutes;		/* room.enable_remote_unmute */
static char calls[16384];
static const char *fault = "ok";

/* ---- its rooms and people ---------------------------------------------------- */

static bool
has_room(const char *name)
{
	size_t i;

	for (i = 0; name != NULL && i < rooms_len; i++)
		if (strcmp(rooms[i].name, name) == 0)
			return true;
	return false;
}

static void
add_room(const char *name)
{
	if (has_room(name))
		return;
	if (rooms_len == ROOMS_MAX)
		case_fail("livekit: too many rooms");
	snprintf(rooms[rooms_len++].name, sizeof(rooms[0].name), "%s", name);
}

static void
drop_people(const char *room, const char *identity)
{
	size_t i, n = 0;

	for (i = 0; i < people_len; i++)
		if (strcmp(people[i].room, room) != 0 || (identity != NULL &&
		    strcmp(people[i].identity, identity) != 0))
			people[n++] = people[i];
	people_len = n;
}

static bool
drop_room(const char *name)
{
	size_t i, n = 0;

	for (i = 0; i < rooms_len; i++)
		if (strcmp(rooms[i].name, name) != 0)
			rooms[n++] = rooms[i];
	drop_people(name, NULL);
	i = rooms_len;
	rooms_len = n;
	return i != n;
}

/* ---- its answers -------------------------------------------------------------- */

static void
say_room(struct buf *out, const char *key, const char *name)
{
	int64_t n = 0;
	size_t i;

	for (i = 0; i < people_len; i++)
		n += strcmp(people[i].room, name) == 0;
	json_object(out, key);
	json_add_str(out, "sid", arena_printf(out->arena, "RM_%s", name));
	json_add_str(out, "name", name);
	json_add_int(out, "num_participants", n);
	json_object_end(out);
}

static bool
is_asked(const cJSON *names, const char *name)
{
	const cJSON *n;

	if (cJSON_GetArraySize(names) == 0)
		return true;
	cJSON_ArrayForEach(n, names)
		if (strcmp(n->valuestring, name) == 0)
			return true;
	return false;
}

static void
say_rooms(struct buf *out, const cJSON *names)
{
	size_t i;

	json_object(out, NULL);
	json_array(out, "rooms");
	for (i = 0; i < rooms_len; i++)
		if (is_asked(names, rooms[i].name))
			say_room(out, NULL, rooms[i].name);
	json_array_end(out);
	json_object_end(out);
}

static const char *const sources[] = { "camera", "microphone", "screen_share",
	"screen_share_audio" };
#define SOURCES (sizeof(sources) / sizeof(sources[0]))

/* MICROPHONE is LiveKit's microphone. */
static char *
word_case(const char *word, int (*to)(int))
{
	char *copy = arena_strdup(the_case.arena, word);

	for (char *c = copy; *c != '\0'; c++)
		*c = (char)to((unsigned char)*c);
	return copy;
}

static bool
has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (; *list != '\0'; list += strspn(list, ","))
		if (strcspn(list, ",") == len && memcmp(list, word, len) == 0)
			return true;
		else
			list += strcspn(list, ",");
	return false;
}

static void
say_permission(struct buf *out, const char *may)
{
	if (may[0] == '\0')
		return;
	json_object(out, "permission");
	json_add_bool(out, "can_publish", has_word(may, "publish"));
	json_add_bool(out, "can_subscribe", has_word(may, "subscribe"));
	json_add_bool(out, "can_publish_data", has_word(may, "data"));
	json_array(out, "can_publish_sources");
	for (size_t i = 0; i < SOURCES; i++)
		if (has_word(may, sources[i]))
			json_add_str(out, NULL, word_case(sources[i],
			    toupper));
	json_array_end(out);
	json_object_end(out);
}

static void
say_track(struct buf *out, const char *key, const struct lk_person *p)
{
	json_object(out, key);
	json_add_str(out, "sid", p->track);
	json_add_str(out, "source", p->source);
	json_add_bool(out, "muted", p->muted);
	json_object_end(out);
}

static void
say_person(struct buf *out, const struct lk_person *p)
{
	json_object(out, NULL);
	json_add_str(out, "sid", p->sid);
	json_add_str(out, "identity", p->identity);
	json_add_str(out, "state", "ACTIVE");
	json_add_str(out, "kind", p->kind);
	say_permission(out, p->may);
	json_array(out, "tracks");
	if (p->track[0] != '\0')
		say_track(out, NULL, p);
	json_array_end(out);
	json_add_str(out, "joined_at_ms", arena_printf(out->arena, "%lld",
	    (long long)clock_ms()));
	json_object_end(out);
}

static void
say_people(struct buf *out, const char *room)
{
	size_t i;

	json_object(out, NULL);
	json_array(out, "participants");
	for (i = 0; i < people_len; i++)
		if (strcmp(people[i].room, room) == 0)
			say_person(out, &people[i]);
	json_array_end(out);
	json_object_end(out);
}

static struct lk_person *
person_in(const char *room, const char *identity)
{
	for (size_t i = 0; i < people_len; i++)
		if (strcmp(people[i].room, room) == 0 &&
		    strcmp(people[i].identity, identity) == 0)
			return &people[i];
	return NULL;
}

/* Somebody who is not there: one call says so, the other waits for them. */
static int
answer_person(struct buf *out, const char *method, const cJSON *json)
{
	struct lk_person *p = person_in(json_str(json, "room"),
	    json_str(json, "identity"));
	bool get = strcmp(method, "GetParticipant") == 0;
	bool muted = cJSON_IsTrue(json_get(json, "muted"));

	if (p == NULL) {
		buf_str(out, get ? "{\"code\":\"not_found\",\"msg\":"
		    "\"participant does not exist\"}" :
		    "{\"code\":\"unavailable\",\"msg\":\"no response\"}");
		return get ? 404 : 503;
	}
	if (get) {
		say_person(out, p);
		return 200;
	}
	if (!muted && !unmutes) {
		buf_str(out, "{\"code\":\"failed_precondition\",\"msg\":"
		    "\"remote unmute not enabled\"}");
		return 412;
	}
	json_object(out, NULL);
	if (strcmp(p->track, json_str(json, "trackSid")) == 0) {
		p->muted = muted;
		say_track(out, "track", p);
	} else
		json_add_null(out, "track");
	json_object_end(out);
	return 200;
}

/* As the server does: what is not there is taken away. */
static void
set_permission(const char *room, const cJSON *json)
{
	const cJSON *p = json_get(json, "permission"), *source;
	struct lk_person *who = person_in(room, json_str(json, "identity"));
	struct buf may;

	if (who == NULL)
		return;
	buf_init(&may, the_case.arena);
	buf_printf(&may, "%s%s%s",
	    cJSON_IsTrue(json_get(p, "canPublish")) ? "publish," : "",
	    cJSON_IsTrue(json_get(p, "canSubscribe")) ? "subscribe," : "",
	    cJSON_IsTrue(json_get(p, "canPublishData")) ? "data," : "");
	cJSON_ArrayForEach(source, json_get(p, "canPublishSources"))
		buf_printf(&may, "%s,", word_case(source->valuestring,
		    tolower));
	snprintf(who->may, sizeof(who->may), "%s", may.data);
}

static int
answer(struct buf *out, const char *method, const cJSON *json)
{
	const char *room = json_str(json, "room");
	const char *name = json_str(json, "name");

	if (strcmp(method, "CreateRoom") == 0 && name != NULL) {
		add_room(name);
		say_room(out, NULL, name);
	} else if (strcmp(method, "ListRooms") == 0)
		say_rooms(out, json_get(json, "names"));
	else if (strcmp(method, "ListParticipants") == 0 && room != NULL)
		say_people(out, room);
	else if (room != NULL && !has_room(room)) {
		buf_str(out, "{\"code\":\"not_found\",\"msg\":\"requested room "
		    "does not exist\"}");
		return 404;
	} else if (strcmp(method, "GetParticipant") == 0 ||
	    strcmp(method, "MutePublishedTrack") == 0)
		return answer_person(out, method, json);
	else {
		if (strcmp(method, "DeleteRoom") == 0)
			drop_room(room);
		if (strcmp(method, "RemoveParticipant") == 0)
			drop_people(room, json_str(json, "identity"));
		if (strcmp(method, "UpdateParticipant") == 0)
			set_permission(room, json);
		buf_str(out, "{}");
	}
	return 200;
}

static enum lk_err
answer_fault(struct buf *out, int *status)
{
	*status = 200;
	if (strcmp(fault, "down") == 0)
		return LK_TRANSPORT;
	if (strcmp(fault, "slow") == 0)
		return LK_TIMEOUT;
	if (strcmp(fault, "garbage") == 0)
		buf_str(out, "<html>it works</html>");
	if (strcmp(fault, "json") == 0)
		buf_str(out, "{\"it\":\"works\"}");
	if (strcmp(fault, "404") == 0) {
		*status = 404;
		buf_str(out, "<h1>Not Found</h1>");
	}
	if (strcmp(fault, "500") == 0) {
		*status = 500;
		buf_str(out, "{\"code\":\"internal\",\"msg\":\"boom\"}");
	}
	if (strcmp(fault, "keys") == 0) {
		*status = 401;
		buf_str(out, "{\"code\":\"unauthenticated\","
		    "\"msg\":\"invalid token\"}");
	}
	return LK_OK;
}

static void
note_call(const char *method, const char *room)
{
	strncat(calls, calls[0] != '\0' ? ", " : "",
	    sizeof(calls) - strlen(calls) - 1);
	strncat(calls, method, sizeof(calls) - strlen(calls) - 1);
	if (room != NULL) {
		strncat(calls, " ", sizeof(calls) - strlen(calls) - 1);
		strncat(calls, room, sizeof(calls) - strlen(calls) - 1);
	}
}

static enum lk_err
transport_call(void *ctx, const struct lk_http_call *call,
    struct lk_http_reply *reply, int *status, char *why, size_t why_size)
{
	struct app *app = ctx;
	const char *method = strrchr(call->url, '/') + 1, *whip, *room;
	enum lk_err err = LK_OK;
	bool ingress, egress, no_redis;
	struct buf out;
	cJSON *json;

	snprintf(why, why_size, "fault: livekit %s", fault);
	if (db_in_tx(app->db))
		case_fail("LiveKit was called inside a transaction (%s)",
		    method);
	if ((whip = whip_called(call)) != NULL) {
		note_call(whip, NULL);
		return whip_answer_call(call, fault, reply, status);
	}
	if ((json = cJSON_ParseWithLength(call->body, call->body_len)) == NULL)
		case_fail("%s was called without JSON", method);
	ingress = strstr(call->url, "livekit.Ingress/") != NULL;
	egress = strstr(call->url, "livekit.Egress/") != NULL;
	room = json_str(json, "room");
	if (!egress || !egress_is_look(method, json))
		note_call(method, ingress ? ingress_about(method, json) :
		    egress ? egress_about(json) :
		    room != NULL ? room : json_str(json, "name"));
	buf_init(&out, the_case.arena);
	no_redis = strcmp(fault, "no-redis") == 0;
	if (ingress && (no_redis || strcmp(fault, "ok") == 0))
		*status = ingress_answer(&out, method, json, !no_redis);
	else if (egress && (no_redis || strcmp(fault, "ok") == 0))
		*status = egress_answer(&out, method, json, !no_redis,
		    has_room(json_str(json, "roomName")));
	else if (no_redis || strcmp(fault, "ok") == 0)
		*status = answer(&out, method, json);
	else
		err = answer_fault(&out, status);
	cJSON_Delete(json);
	return err == LK_OK ? lk_reply_add(reply, out.data, out.len) : err;
}

void
livekit_install(struct app *app)
{
	/* none where the configuration has none */
	if (app->lk != NULL && lk_client_set_transport(app->lk, LK(lk_transport,
	    .call = transport_call, .ctx = app)) != LK_OK)
		case_fail("the transport cannot be replaced");
}

/* ---- directives ---------------------------------------------------------------- */

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct lk_room_name *)a)->name,
	    ((const struct lk_room_name *)b)->name);
}

static void
expect_rooms(const char *want)
{
	struct buf got;
	size_t i;

	qsort(rooms, rooms_len, sizeof(rooms[0]), by_name);
	buf_init(&got, the_case.arena);
	for (i = 0; i < rooms_len; i++)
		buf_printf(&got, "%s%s", i > 0 ? "," : "", rooms[i].name);
	if (strcmp(got.data, want) != 0)
		case_fail("LiveKit's rooms: expected \"%s\", got \"%s\"", want,
		    got.data);
}

/* And forgets them: the next line tells of what comes after. */
static void
expect_calls(const char *want)
{
	if (!match_text(want, calls))
		case_fail("calls of LiveKit: expected \"%s\", got \"%s\"",
		    want, calls);
	calls[0] = '\0';
}

/* "join ROOM IDENTITY SID [KIND [publish,subscribe,data,microphone]]" */
static void
join(const char *line)
{
	struct lk_person *p = &people[people_len];

	memset(p, 0, sizeof(*p));
	snprintf(p->kind, sizeof(p->kind), "STANDARD");
	if (people_len == PEOPLE_MAX || sscanf(line,
	    "%255s %255s %63s %15s %127s", p->room, p->identity, p->sid,
	    p->kind, p->may) < 3)
		case_fail("livekit: join ROOM IDENTITY SID, not %s", line);
	add_room(p->room);
	people_len++;
}

static void
leave(const char *sid)
{
	size_t i, n = 0;

	for (i = 0; i < people_len; i++)
		if (strcmp(people[i].sid, sid) != 0)
			people[n++] = people[i];
	if (n == people_len)
		case_fail("livekit: there is no session %s", sid);
	people_len = n;
}

static struct lk_person *
session(const char *sid)
{
	for (size_t i = 0; i < people_len; i++)
		if (strcmp(people[i].sid, sid) == 0)
			return &people[i];
	case_fail("livekit: there is no session %s", sid);
}

/* "publish SID TRACK [MICROPHONE]", without a track: publishes no more */
static void
publish(const char *line)
{
	char sid[64], track[64] = "", source[32] = "UNKNOWN";
	struct lk_person *p;

	if (sscanf(line, "%63s %63s %31s", sid, track, source) < 1)
		case_fail("livekit: publish SID TRACK, not %s", line);
	p = session(sid);
	memcpy(p->track, track, sizeof(track));
	memcpy(p->source, source, sizeof(source));
	p->muted = false;
}

/* "muted SID = yes" */
static void
expect_muted(const char *line, const char *want)
{
	char sid[64];

	if (sscanf(line, "%63s", sid) != 1)
		case_fail("livekit: muted SID =, not %s", line);
	if (session(sid)->muted != (strcmp(want, "yes") == 0))
		case_fail("%s is%s muted at LiveKit", sid,
		    session(sid)->muted ? "" : " not");
}

/* "may SID = subscribe,data": and nothing else */
static void
expect_may(const char *line, const char *want)
{
	char sid[64], *may;
	size_t len;

	if (sscanf(line, "%63s", sid) != 1)
		case_fail("livekit: may SID =, not %s", line);
	may = session(sid)->may;
	len = strlen(may);
	if (len > 0 && may[len - 1] == ',')
		may[len - 1] = '\0';
	if (strcmp(may, want) != 0)
		case_fail("%s may %s at LiveKit, not %s", sid, may, want);
}

void
livekit_line(const char *line)
{
	const char *value = strchr(line, '=');

	world_open();
	value = value != NULL ? value + 1 + strspn(value + 1, " ") : "";
	if (str_starts(line, "rooms ="))
		expect_rooms(value);
	else if (str_starts(line, "calls ="))
		expect_calls(value);
	else if (str_starts(line, "add "))
		add_room(line + 4);
	else if (str_starts(line, "drop ")) {
		if (!drop_room(line + 5))
			case_fail("livekit: there is no room %s", line + 5);
	} else if (str_starts(line, "join "))
		join(line + 5);
	else if (str_starts(line, "leave "))
		leave(line + 6);
	else if (str_starts(line, "publish "))
		publish(line + 8);
	else if (str_starts(line, "may "))
		expect_may(line + 4, value);
	else if (str_starts(line, "muted "))
		expect_muted(line + 6, value);
	else if (strcmp(line, "unmutes") == 0)
		unmutes = true;
	else if (str_starts(line, "during "))
		whip_during(line + 7);
	else if (!ingress_line(line) && !egress_line(line))
		case_fail("livekit: rooms =, calls =, add, drop, join, leave, "
		    "publish, may, muted, unmutes, during, ingress, ingresses =, made, lose, "
		    "break, egress, egresses =, recorded, becomes, forget or "
		    "refuse, not %s", line);
}

void
livekit_fault(const char *what)
{
	static const char *const known[] = { "ok", "down", "slow", "500",
	    "keys", "garbage", "json", "404", "no-redis" };
	size_t i;

	world_open();
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(what, known[i]) == 0) {
			fault = known[i];
			return;
		}
	case_fail("fault: livekit ok, down, slow, 500, keys, garbage, json, "
	    "404 or no-redis, not %s", what);
}
