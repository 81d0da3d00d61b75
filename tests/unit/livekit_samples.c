/*
 * The five samples of the SDK's design, statement for statement,
     compiled against the
 * installed header and run: a token, a webhook, clearing a room, recording and
 * dialling, and a request without I/O in somebody else's loop.
 */
#include <time.h>

#include "livekit_wire.h"
#include "test.h"

typedef struct loop CURLM;

struct work {
	struct lk_request	*req;
	const void		*reply;
	size_t			 reply_len;
	void			(*done)(struct work *, enum lk_err, char *);
};

struct loop {
	char	 url[256];
	int	 sent;
};

static char stored[64];
static char finished[64];

static enum lk_err
store_event(struct lk_event *ev)
{
	snprintf(stored, sizeof(stored), "%s", ev->name);
	return LK_OK;
}

static void
work_send(CURLM *multi, struct work *w, const struct lk_http_call *call)
{
	(void)w;
	snprintf(multi->url, sizeof(multi->url), "%s", call->url);
	multi->sent++;
}

static void
work_done(struct work *w, enum lk_err err, char *rooms)
{
	(void)w;
	snprintf(finished, sizeof(finished), "%d %s", (int)err, rooms);
	lk_free(rooms);
}

/* 1. a viewer's token: pure, thread-safe */
static enum lk_err
viewer_token(const char *key, const char *secret, const char *room,
    const char *user, char **jwt)
{
	const struct lk_pair attributes[] = { { "role", "viewer" } };
	const struct lk_video_grant *video = LK(lk_video_grant, .room = room,
	    .room_join = LK_YES, .can_publish = LK_NO,
	    .can_publish_data = LK_NO);

	return lk_token_sign(key, secret, LK(lk_token, .identity = user,
	    .ttl_s = 600, .attributes = attributes, .attributes_len = 1,
	    .video = video), jwt);
}
/* 2. a webhook: raw body and header in, HTTP status out */
static int
webhook(const struct lk_keys *keys, const char *authorization, const void *body,
    size_t len)
{
	struct lk_event *ev;
	enum lk_err err = lk_webhook_receive(keys, authorization, body, len,
	    time(NULL), &ev);

	if (err != LK_OK)
		/* LK_TOKEN_*, LK_WEBHOOK_HASH: not LiveKit's */
		return err == LK_NOMEM ? 503 : 401;
	/* ev->name ->id ->room ->participant … ->json (all of it) */
	err = store_event(ev);
	lk_free(ev);			/* one block, its strings go with it */
	/* 503: LiveKit tries again, for 15 s at most */
	return err == LK_OK ? 200 : 503;
}
/* 3. throw out everybody but the host; who left meanwhile is no error */
static enum lk_err
clear_room(struct lk_client *c, const char *room, const char *host)
{
	struct lk_participants *all;
	enum lk_err err = lk_participant_list(c, room, &all);

	if (err != LK_OK)
		return err;		/* nothing was written to `all` */
	for (size_t i = 0; i < all->len && err == LK_OK; i++)
		if (strcmp(all->item[i]->identity, host) != 0) {
			err = lk_participant_remove(c, room,
			    all->item[i]->identity);
			/* not_found, or unavailable "no response" */
			if (lk_gone(err))
				err = LK_OK;
		}
	lk_free(all);
	return err;
}
/* 4. record to S3 (typed); dial a phone (raw; grant and time-out are known) */
static enum lk_err
record(struct lk_client *c, const char *room, const struct lk_s3 *s3,
    struct lk_egress **egress)
{
	return lk_egress_start_room(c, room, LK(lk_egress_opts,
	    .layout = "grid",
	    .file = LK(lk_file, .filepath = "rec/{room_name}-{time}.mp4",
	        .s3 = s3)), egress);
}
static enum lk_err
dial(struct lk_client *c, const char *trunk, const char *number,
    const char *room, char **id, int *sip)
{
	char *in = NULL, *out = NULL;
	/* %s is quoted and escaped, NULL becomes null */
	enum lk_err err = lk_json_print(&in,
	    "{\"sipTrunkId\":%s,\"sipCallTo\":%s,\"roomName\":%s,"
	    "\"waitUntilAnswered\":true}", trunk, number, room);

	if (err == LK_OK && (err = lk_call(c, "SIP", "CreateSIPParticipant", in,
	    &out)) != LK_OK)
		/* 486 busy, 0 none */
		*sip = lk_client_error(c)->sip_status;
	if (err == LK_OK)
		/* sip_call_id is found as well */
		err = lk_json_str(out, "sipCallId", id);
	lk_free(in), lk_free(out);
	return err;
}
/* 5. without blocking: the library does no I/O,
    the caller's loop does (here curl multi) */
static enum lk_err
list_start(CURLM *multi, struct lk_client *c, struct work *w)
{
	enum lk_err err = lk_request_new(c, "RoomService", "ListRooms", "{}",
	    &w->req);

	if (err == LK_OK)
		/* url, headers[], body, timeout_ms */
		work_send(multi, w, lk_request_call(w->req));
	return err;
}
static void
/* 0: no answer at all */
list_answer(CURLM *multi, struct work *w, int http_status)
{
	char *rooms = NULL;
	enum lk_err err = lk_request_done(w->req, http_status, w->reply,
	    w->reply_len, &rooms);

	/* fail-over: same request id, next host, after ->wait_ms */
	if (err == LK_AGAIN)
		work_send(multi, w, lk_request_call(w->req));
	else
		w->done(w, err, rooms);
}

TEST("sample 1 mints a viewer's token")
{
	struct lk_keys *keys;
	struct lk_claims *c;
	char *jwt;

	CHECK_INT(viewer_token(KEY, SECRET, "r", "ada", &jwt), LK_OK);
	CHECK_INT(lk_keys_new(&keys), LK_OK);
	CHECK_INT(lk_keys_add(keys, KEY, SECRET), LK_OK);
	CHECK_INT(lk_token_verify(keys, jwt, NULL, &c), LK_OK);
	CHECK_INT(c->video->can_publish, LK_NO);
	CHECK_STR(c->attributes[0].value, "viewer");
	lk_free(c);
	lk_free(jwt);
	lk_keys_free(keys);
}

TEST("sample 2 stores an event and refuses a forged one")
{
	const char *body = "{\"event\":\"room_started\"}";
	struct lk_keys *keys;
	char *jwt;

	/* base64 of that body's SHA-256 */
	CHECK_INT(lk_token_sign(KEY, SECRET, LK(lk_token, .sha256 =
	    "w9NV0uLHjSON8P7eonnkKXDHY4ICORefbHDCviKIgX8="), &jwt), LK_OK);
	CHECK_INT(lk_keys_new(&keys), LK_OK);
	CHECK_INT(lk_keys_add(keys, KEY, SECRET), LK_OK);
	CHECK_INT(webhook(keys, jwt, body, strlen(body)), 200);
	CHECK_STR(stored, "room_started");
	CHECK_INT(webhook(keys, jwt, body, strlen(body) - 1), 401);
	lk_free(jwt);
	lk_keys_free(keys);
}

TEST("sample 3 removes everybody but the host, who is gone is no error")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "{\"participants\":["
	    "{\"identity\":\"a\"},{\"identity\":\"host\"},"
	    "{\"identity\":\"b\"}]}");

	w.answer[1] = (struct answer){ LK_OK, 404,
	    "{\"code\":\"not_found\",\"msg\":\"\"}", NULL };
	w.answer[2] = (struct answer){ LK_OK, 200, "{}", NULL };
	CHECK_INT(clear_room(c, "r", "host"), LK_OK);
	CHECK_INT(w.used, 3);
	CHECK_STR(w.ask[2].body, "{\"room\":\"r\",\"identity\":\"b\"}");
	lk_client_free(c);
}

TEST("sample 4 starts a recording and dials a phone that is busy")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "{\"egress_id\":\"EG_1\"}");
	struct lk_egress *e;
	char *id;
	int sip = 0;

	CHECK_INT(record(c, "r", LK(lk_s3, .bucket = "b"), &e), LK_OK);
	CHECK_STR(e->egress_id, "EG_1");
	CHECK_STR(w.ask[0].body, "{\"roomName\":\"r\",\"layout\":\"grid\","
	    "\"fileOutputs\":[{\"filepath\":\"rec/{room_name}-{time}.mp4\","
	    "\"s3\":{\"bucket\":\"b\"}}]}");
	lk_free(e);
	w.answer[1] = (struct answer){ LK_OK, 200,
	    "{\"sip_call_id\":\"SCL_1\"}", NULL };
	CHECK_INT(dial(c, "ST_1", "+49", "r", &id, &sip), LK_OK);
	CHECK_STR(id, "SCL_1");
	lk_free(id);
	w.answer[2] = (struct answer){ LK_OK, 400, "{\"code\":\"aborted\","
	    "\"msg\":\"\",\"meta\":{\"sip_status_code\":\"486\"}}", NULL };
	CHECK_INT(dial(c, "ST_1", "+49", "r", &id, &sip), LK_ABORTED);
	CHECK_INT(sip, 486);
	lk_client_free(c);
}

TEST("sample 5 runs a call in a loop of its own")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "{}");
	struct loop loop = { "", 0 };
	struct work work = { NULL, "{\"rooms\":[]}", 12, work_done };

	CHECK_INT(list_start(&loop, c, &work), LK_OK);
	CHECK_STR(loop.url,
	    "http://127.0.0.1:7880/twirp/livekit.RoomService/ListRooms");
	list_answer(&loop, &work, 200);
	CHECK_STR(finished, "0 {\"rooms\":[]}");
	CHECK_INT(loop.sent, 1);
	lk_request_free(work.req);
	lk_client_free(c);
}
