/*
 * Webhooks: LiveKit's own vectors, a recorded session, and what must not pass.
 */
#include "../../src/jose/jose.h"
#include "../../src/livekit/livekit-api.h"
#include "livekit_file.h"
#include "test.h"

#define KEY	"APItestkey01"
#define SECRET	"0123456789abcdef0123456789abcdef"
#define NOW	1785500000

static struct lk_keys *
keys_of(const char *key, const char *secret)
{
	struct lk_keys *keys;

	if (lk_keys_new(&keys) != LK_OK ||
	    lk_keys_add(keys, key, secret) != LK_OK)
		abort();
	return keys;
}

/* The header of a body, as the server makes it. */
static char *
sign(const char *body, const char *key, const char *secret)
{
	unsigned char hash[32];
	char text[64], *jwt;

	jose_sha256(body, strlen(body), hash);
	text[jose_b64_encode(hash, sizeof(hash), text)] = '\0';
	if (lk_token_sign(key, secret, LK(lk_token, .sha256 = text,
	    .now_s = NOW, .ttl_s = 300), &jwt) != LK_OK)
		abort();
	return jwt;
}

static enum lk_err
receive(const char *body, const char *header, struct lk_event **ev)
{
	struct lk_keys *keys = keys_of(KEY, SECRET);
	enum lk_err err = lk_webhook_receive(keys, header, body,
	    strlen(body), NOW, ev);

	lk_keys_free(keys);
	return err;
}

/* Signed as it should be; NULL where it was refused. */
static struct lk_event *
event_of(const char *body)
{
	struct lk_event *ev = NULL;
	char *header = sign(body, KEY, SECRET);

	if (receive(body, header, &ev) != LK_OK)
		ev = NULL;
	lk_free(header);
	return ev;
}

static struct lk_event *
vector(const char *vectors, const char *name)
{
	char path[128], *body, *header;
	struct lk_event *ev = NULL;

	snprintf(path, sizeof(path), "webhooks.%s.body", name);
	if (lk_json_str(vectors, path, &body) != LK_OK)
		return NULL;
	snprintf(path, sizeof(path), "webhooks.%s.authorization_header", name);
	if (lk_json_str(vectors, path, &header) != LK_OK)
		return NULL;
	if (receive(body, header, &ev) != LK_OK)
		ev = NULL;
	lk_free(body);
	lk_free(header);
	return ev;
}

TEST("every signed body of the vectors is received")
{
	static const char *const names[] = {
		"room_started", "participant_joined", "track_published_video",
		"track_published_audio", "track_unpublished",
		"participant_left", "participant_connection_aborted",
		"room_finished", "ingress_started", "ingress_ended",
		"egress_started", "egress_ended", "room_finished_spaced"
	};
	char *v = vector_load("livekit-vectors.json");
	struct lk_event *ev;
	size_t n;

	CHECK(v != NULL);
	CHECK_INT(lk_json_len(v, "webhooks", &n), LK_OK);
	CHECK_INT(n, sizeof(names) / sizeof(names[0]));
	for (size_t i = 0; i < n; i++) {
		ev = vector(v, names[i]);
		CHECK(ev != NULL);
		CHECK(strncmp(ev->name, names[i], strlen(ev->name)) == 0);
		CHECK(ev->type != LK_EVENT_UNKNOWN);
		lk_free(ev);
	}
	free(v);
}

TEST("a participant's event carries room, rights and attributes")
{
	char *v = vector_load("livekit-vectors.json");
	struct lk_event *ev = vector(v, "participant_joined");
	struct lk_participant *p;

	CHECK(ev != NULL && ev->participant != NULL && ev->room != NULL);
	p = ev->participant;
	CHECK_STR(ev->room->name, "live-7");
	CHECK_INT(ev->room->created_at_ms, 1785500000123);
	CHECK_INT(ev->room->empty_timeout_s, 300);
	CHECK_STR(ev->room->metadata, "{\"stream_id\":7}");
	CHECK_INT(ev->created_at_ms, 1785500003000);
	CHECK_STR(p->identity, "user-42");
	CHECK_STR(p->name, "Ada");
	CHECK_INT(p->state, LK_ACTIVE);
	CHECK_INT(p->kind, LK_KIND_STANDARD);
	CHECK_INT(p->joined_at_ms, 1785500003456);
	CHECK(p->permission->can_publish && !p->permission->hidden);
	CHECK_INT(p->attributes_len, 1);
	CHECK_STR(p->attributes[0].name, "role");
	CHECK_STR(p->attributes[0].value, "host");
	CHECK(ev->track == NULL && ev->ingress == NULL && ev->egress == NULL);
	lk_free(ev);
	free(v);
}

TEST("an audio track, whose type LiveKit leaves out, is audio")
{
	char *v = vector_load("livekit-vectors.json");
	struct lk_event *ev = vector(v, "track_published_audio");

	CHECK(ev != NULL && ev->track != NULL);
	CHECK_INT(ev->track->type, LK_AUDIO);
	CHECK_STR(ev->track->type_text, "AUDIO");
	CHECK_INT(ev->track->source, LK_SOURCE_MICROPHONE);
	lk_free(ev);
	free(v);
}

TEST("an ended push ingress, whose state has no status, is inactive")
{
	char *v = vector_load("livekit-vectors.json");
	struct lk_event *ev = vector(v, "ingress_ended");

	CHECK(ev != NULL && ev->ingress != NULL);
	CHECK_INT(ev->ingress->status, LK_INGRESS_INACTIVE);
	CHECK_INT(ev->ingress->input, LK_INPUT_RTMP);
	CHECK(*ev->ingress->stream_key != '\0');
	CHECK_INT(ev->ingress->ended_at_ms, 1785500890000);
	CHECK(ev->room == NULL);
	lk_free(ev);
	free(v);
}

TEST("an egress event lists its files")
{
	char *v = vector_load("livekit-vectors.json");
	struct lk_event *ev = vector(v, "egress_ended");

	CHECK(ev != NULL && ev->egress != NULL);
	CHECK_INT(ev->egress->status, LK_EGRESS_COMPLETE);
	CHECK_INT(ev->egress->files_len, 1);
	CHECK_STR(ev->egress->files[0]->filename, "rec/live-7.mp4");
	CHECK_INT(ev->egress->files[0]->duration_ms, 99000);
	CHECK_INT(ev->egress->files[0]->size_bytes, 31457280);
	lk_free(ev);
	free(v);
}

TEST("a recorded session of a real server is received in full")
{
	struct lk_keys *keys = keys_of("devkey",
	    "devsecret-devsecret-devsecret-32b");
	char *v = vector_load("recorded-session.json"), *body, *header;
	char path[64];
	struct lk_event *ev;
	int64_t now;
	size_t n;

	CHECK(v != NULL);
	CHECK_INT(lk_json_len(v, "", &n), LK_OK);
	CHECK_INT(n, 27);
	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%zu.now", i);
		CHECK_INT(lk_json_int(v, path, &now), LK_OK);
		snprintf(path, sizeof(path), "%zu.body", i);
		CHECK_INT(lk_json_str(v, path, &body), LK_OK);
		snprintf(path, sizeof(path), "%zu.authorization", i);
		CHECK_INT(lk_json_str(v, path, &header), LK_OK);
		CHECK_INT(lk_webhook_receive(keys, header, body, strlen(body),
		    now, &ev), LK_OK);
		CHECK(strncmp(ev->id, "EV_", 3) == 0);
		CHECK_STR(ev->json, body);
		lk_free(ev);
		lk_free(body);
		lk_free(header);
	}
	lk_keys_free(keys);
	free(v);
}

TEST("the hash of upstream's vector is the one this library makes")
{
	char *v = vector_load("upstream-vectors.json"), *body, *want;
	unsigned char hash[32];
	char text[64];

	CHECK(v != NULL);
	CHECK_INT(lk_json_str(v, "cases.1.body", &body), LK_OK);
	CHECK_INT(lk_json_str(v, "cases.1.sha256_base64_std", &want), LK_OK);
	CHECK(jose_sha256(body, strlen(body), hash));
	text[jose_b64_encode(hash, sizeof(hash), text)] = '\0';
	CHECK_STR(text, want);
	lk_free(body);
	lk_free(want);
	free(v);
}

#define BODY	"{\"event\":\"room_started\",\"id\":\"EV_1\"}"

TEST("a Bearer prefix before the token is accepted")
{
	char *jwt = sign(BODY, KEY, SECRET), header[1024];
	struct lk_event *ev;

	snprintf(header, sizeof(header), "Bearer %s", jwt);
	CHECK_INT(receive(BODY, header, &ev), LK_OK);
	lk_free(ev);
	snprintf(header, sizeof(header), "bearer %s", jwt);
	CHECK_INT(receive(BODY, header, &ev), LK_OK);
	lk_free(ev);
	lk_free(jwt);
}

TEST("a body changed by one byte is refused by its hash")
{
	char *jwt = sign(BODY, KEY, SECRET);
	struct lk_event *ev;

	CHECK_INT(receive("{\"event\":\"room_started\",\"id\":\"EV_2\"}", jwt,
	    &ev), LK_WEBHOOK_HASH);
	CHECK_INT(receive(BODY " ", jwt, &ev), LK_WEBHOOK_HASH);
	lk_free(jwt);
}

TEST("a viewer's join token does not sign a webhook")
{
	struct lk_event *ev;
	char *jwt;

	CHECK_INT(lk_token_sign(KEY, SECRET, LK(lk_token, .identity = "eve",
	    .now_s = NOW, .video = LK(lk_video_grant, .room = "r",
	    .room_join = LK_YES)), &jwt), LK_OK);
	CHECK_INT(receive(BODY, jwt, &ev), LK_WEBHOOK_HASH);
	lk_free(jwt);
}

TEST("a hash that is no string is refused")
{
	struct lk_event *ev;
	char *jwt;

	CHECK_INT(lk_token_sign(KEY, SECRET, LK(lk_token, .now_s = NOW,
	    .extra = "{\"sha256\":[\"x\"]}"), &jwt), LK_OK);
	CHECK_INT(receive(BODY, jwt, &ev), LK_WEBHOOK_HASH);
	lk_free(jwt);
}

TEST("an unknown key, another secret, no header and an old token: each says so")
{
	char *jwt = sign(BODY, "other", SECRET);
	struct lk_keys *keys = keys_of(KEY, SECRET);
	struct lk_event *ev;

	CHECK_INT(receive(BODY, jwt, &ev), LK_TOKEN_ISSUER);
	lk_free(jwt);
	jwt = sign(BODY, KEY, "another secret");
	CHECK_INT(receive(BODY, jwt, &ev), LK_TOKEN_SIGNATURE);
	lk_free(jwt);
	CHECK_INT(receive(BODY, NULL, &ev), LK_TOKEN_FORM);
	CHECK_INT(receive(BODY, "", &ev), LK_TOKEN_FORM);
	CHECK_INT(receive(BODY, "Bearer ", &ev), LK_TOKEN_FORM);
	jwt = sign(BODY, KEY, SECRET);
	CHECK_INT(lk_webhook_receive(keys, jwt, BODY, strlen(BODY),
	    NOW + 300 + 61, &ev), LK_TOKEN_EXPIRED);
	CHECK_INT(lk_webhook_receive(keys, jwt, BODY, strlen(BODY),
	    NOW - 10 - 61, &ev), LK_TOKEN_EARLY);
	lk_free(jwt);
	lk_keys_free(keys);
}

TEST("two secrets of one key: either signs")
{
	struct lk_keys *keys = keys_of(KEY, SECRET);
	struct lk_event *ev;
	char *a = sign(BODY, KEY, SECRET), *b = sign(BODY, KEY, "second");

	CHECK_INT(lk_keys_add(keys, KEY, "second"), LK_OK);
	CHECK_INT(lk_webhook_receive(keys, a, BODY, strlen(BODY), NOW, &ev),
	    LK_OK);
	lk_free(ev);
	CHECK_INT(lk_webhook_receive(keys, b, BODY, strlen(BODY), NOW, &ev),
	    LK_OK);
	lk_free(ev);
	lk_free(a);
	lk_free(b);
	lk_keys_free(keys);
}

TEST("well signed but no event is a protocol error, not a forgery")
{
	static const char *const bodies[] = {
		"", "[]", "{}", "nonsense", "{\"event\":\"\"}",
		"{\"event\":7}", "{\"event\":\"room_started\"} x"
	};
	struct lk_event *ev;

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		char *jwt = sign(bodies[i], KEY, SECRET);

		CHECK_INT(receive(bodies[i], jwt, &ev), LK_PROTOCOL);
		lk_free(jwt);
	}
}

TEST("an event of a newer server keeps its name and text")
{
	struct lk_event *ev = event_of("{\"event\":\"moon_landed\",\"id\":"
	    "\"EV_9\",\"crater\":{\"depth\":3},\"createdAt\":17}");

	CHECK(ev != NULL);
	CHECK_INT(ev->type, LK_EVENT_UNKNOWN);
	CHECK_STR(ev->name, "moon_landed");
	CHECK_INT(ev->created_at_ms, 17000);
	CHECK(strstr(ev->json, "\"crater\":{\"depth\":3}") != NULL);
	lk_free(ev);
}

TEST("unknown enum values keep their text and become -1")
{
	struct lk_event *ev = event_of("{\"event\":\"participant_left\","
	    "\"participant\":{\"state\":\"DANCING\",\"kind\":99,"
	    "\"disconnectReason\":\"BORED\",\"identity\":\"a\"}}");

	CHECK(ev != NULL);
	CHECK_INT(ev->participant->state, LK_STATE_UNKNOWN);
	CHECK_STR(ev->participant->state_text, "DANCING");
	CHECK_INT(ev->participant->kind, LK_KIND_UNKNOWN);
	CHECK_STR(ev->participant->kind_text, "99");
	CHECK_INT(ev->participant->disconnect_reason, LK_REASON_OTHER);
	CHECK_STR(ev->participant->disconnect_reason_text, "BORED");
	lk_free(ev);
}

TEST("both spellings of a member are read, enums also by number")
{
	struct lk_event *ev = event_of("{\"event\":\"participant_joined\","
	    "\"created_at\":\"5\",\"room\":{\"num_participants\":3,"
	    "\"creation_time\":\"7\"},\"participant\":{\"kind\":7,"
	    "\"joined_at\":9,\"disconnect_reason\":\"ROOM_DELETED\"}}");

	CHECK(ev != NULL);
	CHECK_INT(ev->created_at_ms, 5000);
	CHECK_INT(ev->room->num_participants, 3);
	CHECK_INT(ev->room->created_at_ms, 7000);
	CHECK_INT(ev->participant->kind, LK_KIND_CONNECTOR);
	CHECK_STR(ev->participant->kind_text, "CONNECTOR");
	CHECK_INT(ev->participant->joined_at_ms, 9000);
	CHECK_INT(ev->participant->disconnect_reason, LK_REASON_ROOM_DELETED);
	lk_free(ev);
}

TEST("a NUL or half a surrogate in a name is replaced, not a reason to refuse")
{
	struct lk_event *ev = event_of("{\"event\":\"participant_joined\","
	    "\"participant\":{\"name\":\"a\\u0000b\\ud800c\\ud83d\\ude00\"}}");

	CHECK(ev != NULL);
	CHECK_STR(ev->participant->name, "a\xEF\xBF\xBD" "b\xEF\xBF\xBD" "c"
	    "\xF0\x9F\x98\x80");
	lk_free(ev);
}

TEST("an event from a store is read without its signature")
{
	struct lk_event *ev;

	CHECK_INT(lk_event_parse(BODY, strlen(BODY), &ev), LK_OK);
	CHECK_INT(ev->type, LK_ROOM_STARTED);
	CHECK_STR(ev->id, "EV_1");
	lk_free(ev);
	CHECK_INT(lk_event_parse(NULL, 0, &ev), LK_PROTOCOL);
}
