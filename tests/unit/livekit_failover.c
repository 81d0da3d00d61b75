/* Requests without I/O, and fail-over between the regions of LiveKit Cloud. */
#include "livekit_wire.h"
#include "test.h"

#define REGIONS "{\"regions\":[{\"region\":\"a\",\"url\":"		\
	"\"https://a.livekit.cloud\",\"distance\":\"1\"},{\"region\":\"b\","	\
	"\"url\":\"wss://b.livekit.cloud\"},{\"region\":\"evil\","		\
	"\"url\":\"https://evil.example\"},{\"region\":\"c\","		\
	"\"url\":\"https://c.livekit.cloud\"}]}"
#define PATH "/twirp/livekit.RoomService/DeleteRoom"
#define DOWN "{\"code\":\"unavailable\",\"msg\":\"down\"}"

static struct lk_client *
cloud(struct wire *w)
{
	return wire_client(w, LK(lk_client_opts,
	    .url = "wss://me.livekit.cloud", .key = KEY, .secret = SECRET));
}

TEST("when Cloud answers 5xx, the next region is asked, with the same id")
{
	struct wire w = { .answer = {
	    { LK_OK, 503, DOWN, NULL }, { LK_OK, 200, REGIONS, NULL },
	    { LK_OK, 200, "{}", NULL } } };
	struct lk_client *c = cloud(&w);

	CHECK_INT(lk_room_delete(c, "r"), LK_OK);
	CHECK_INT(w.used, 3);
	CHECK_STR(w.ask[0].url, "https://me.livekit.cloud" PATH);
	CHECK_STR(w.ask[1].url, "https://me.livekit.cloud/settings/regions");
	CHECK_STR(w.ask[1].method, "GET");
	CHECK_STR(w.ask[1].body, "");
	CHECK_INT(w.ask[1].timeout_ms, 2000);
	CHECK_STR(w.ask[1].auth, w.ask[0].auth);
	CHECK_STR(w.ask[2].url, "https://a.livekit.cloud" PATH);
	CHECK_STR(w.ask[2].body, "{\"room\":\"r\"}");
	CHECK_STR(w.ask[2].id, w.ask[0].id);
	CHECK_INT(w.ask[2].wait_ms, 200);
	CHECK_INT(lk_client_error(c)->attempts, 2);
	lk_client_free(c);
}

TEST("three attempts are all, each on another host, pauses double")
{
	struct wire w = { .answer = {
	    { LK_TRANSPORT, 0, NULL, NULL }, { LK_OK, 200, REGIONS,
	    "Cache-Control: private, max-age=0" },
	    { LK_TIMEOUT, 0, NULL, NULL }, { LK_OK, 503, DOWN, NULL },
	    { LK_OK, 200, "{}", NULL } } };
	struct lk_client *c = cloud(&w);

	CHECK_INT(lk_room_delete(c, "r"), LK_UNAVAILABLE);
	CHECK_INT(w.used, 4);
	CHECK_STR(w.ask[2].url, "https://a.livekit.cloud" PATH);
	CHECK_STR(w.ask[3].url, "https://b.livekit.cloud" PATH);
	CHECK_INT(w.ask[3].wait_ms, 400);
	CHECK_INT(lk_client_error(c)->attempts, 3);
	lk_client_free(c);
}

TEST("the list of regions is remembered as long as it says")
{
	struct wire w = { .answer = {
	    { LK_OK, 500, "x", NULL }, { LK_OK, 200, REGIONS,
	    "cache-control: max-age=60" }, { LK_OK, 200, "{}", NULL },
	    { LK_OK, 500, "x", NULL }, { LK_OK, 200, "{}", NULL } } };
	struct lk_client *c = cloud(&w);

	CHECK_INT(lk_room_delete(c, "r"), LK_OK);
	CHECK_INT(lk_room_delete(c, "r"), LK_OK);
	CHECK_INT(w.used, 5);
	CHECK_STR(w.ask[4].url, "https://a.livekit.cloud" PATH);
	lk_client_free(c);
}

TEST("without a max-age the list is asked for again")
{
	struct wire w = { .answer = {
	    { LK_OK, 500, "x", NULL }, { LK_OK, 200, REGIONS, NULL },
	    { LK_OK, 200, "{}", NULL },
	    { LK_OK, 500, "x", NULL }, { LK_OK, 200, REGIONS, NULL },
	    { LK_OK, 200, "{}", NULL } } };
	struct lk_client *c = cloud(&w);

	CHECK_INT(lk_room_delete(c, "r"), LK_OK);
	CHECK_INT(lk_room_delete(c, "r"), LK_OK);
	CHECK_INT(w.used, 6);
	lk_client_free(c);
}

TEST("4xx never fails over, nor does a good answer of the wrong form")
{
	struct wire w = { .answer = {
	    { LK_OK, 404, "{\"code\":\"not_found\",\"msg\":\"\"}", NULL },
	    { LK_OK, 200, "<html>", NULL } } };
	struct lk_client *c = cloud(&w);

	CHECK_INT(lk_room_delete(c, "r"), LK_NOT_FOUND);
	CHECK_INT(lk_room_delete(c, "r"), LK_PROTOCOL);
	CHECK_INT(w.used, 2);
	lk_client_free(c);
}

TEST("a time-out below 5 s, fail-over off, or another host: one attempt")
{
	struct wire w = { .answer = { { LK_OK, 503, DOWN, NULL },
	    { LK_OK, 503, DOWN, NULL }, { LK_OK, 503, DOWN, NULL },
	    { LK_OK, 503, DOWN, NULL }, { LK_OK, 503, DOWN, NULL } } };
	const struct lk_client_opts *o[] = {
		LK(lk_client_opts, .url = "https://me.livekit.cloud",
		    .key = KEY, .secret = SECRET, .timeout_ms = 4999),
		LK(lk_client_opts, .url = "https://me.livekit.cloud",
		    .key = KEY, .secret = SECRET, .failover = LK_NO),
		LK(lk_client_opts, .url = "https://livekit.cloud.example",
		    .key = KEY, .secret = SECRET),
		LK(lk_client_opts, .url = "http://me.livekit.cloud",
		    .key = KEY, .secret = SECRET),
		LK(lk_client_opts, .url = "https://evillivekit.cloud",
		    .key = KEY, .secret = SECRET)
	};

	for (int i = 0; i < 5; i++) {
		struct lk_client *c = wire_client(&w, o[i]);

		CHECK_INT(lk_room_delete(c, "r"), LK_UNAVAILABLE);
		CHECK_INT(w.used, i + 1);
		lk_client_free(c);
	}
}

TEST("no list of regions: the first refusal stays")
{
	static const struct answer none[] = {
		{ LK_OK, 404, "404 page not found", NULL },
		{ LK_OK, 200, "nonsense", NULL }, { LK_OK, 200, "{}", NULL },
		{ LK_OK, 200, "{\"regions\":[{\"url\":"
		    "\"https://evil.example\"}]}", NULL },
		{ LK_TIMEOUT, 0, NULL, NULL }
	};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		struct wire w = { .answer = { { LK_OK, 503, DOWN, NULL },
		    none[i], { LK_OK, 200, "{}", NULL } } };
		struct lk_client *c = cloud(&w);

		CHECK_INT(lk_room_delete(c, "r"), LK_UNAVAILABLE);
		CHECK_INT(w.used, 2);
		CHECK_INT(lk_client_error(c)->http_status, 503);
		CHECK_STR(lk_client_error(c)->message, "down");
		lk_client_free(c);
	}
}

TEST("451, a room pinned elsewhere, asks for the regions anew and once")
{
	struct wire w = { .answer = {
	    { LK_OK, 451, "pinned", NULL }, { LK_OK, 200, REGIONS,
	    "Cache-Control: max-age=60" }, { LK_OK, 451, "pinned", NULL },
	    { LK_OK, 200, "{}", NULL } } };
	struct lk_client *c = cloud(&w);

	CHECK_INT(lk_room_delete(c, "r"), LK_PROTOCOL);
	CHECK_INT(w.used, 3);
	CHECK_INT(lk_client_error(c)->http_status, 451);
	lk_client_free(c);
}

TEST("the same without I/O: again, again, done")
{
	struct wire unused = { .used = 0 };
	struct lk_client *c = cloud(&unused);
	struct lk_request *req;
	char id[64], *reply;

	CHECK_INT(lk_request_new(c, "RoomService", "DeleteRoom",
	    "{\"room\":\"r\"}", &req), LK_OK);
	CHECK_STR(lk_request_call(req)->url, "https://me.livekit.cloud" PATH);
	CHECK_STR(lk_request_call(req)->method, "POST");
	snprintf(id, sizeof(id), "%s", lk_request_error(req)->request_id);
	CHECK_INT(lk_request_done(req, 0, NULL, 0, &reply), LK_AGAIN);
	CHECK_STR(lk_request_call(req)->method, "GET");
	lk_request_header(req, "Cache-Control: max-age=9", 24);
	CHECK_INT(lk_request_done(req, 200, REGIONS, strlen(REGIONS), &reply),
	    LK_AGAIN);
	CHECK_STR(lk_request_call(req)->url, "https://a.livekit.cloud" PATH);
	CHECK_INT(lk_request_call(req)->wait_ms, 200);
	CHECK_INT(lk_request_done(req, 200, "{\"x\":1}", 7, &reply), LK_OK);
	CHECK_STR(reply, "{\"x\":1}");
	CHECK_STR(lk_request_error(req)->request_id, id);
	lk_free(reply);
	lk_request_free(req);
	CHECK_INT(unused.used, 0);
	lk_client_free(c);
}

TEST("two requests of one client do not disturb each other")
{
	struct wire unused = { .used = 0 };
	struct lk_client *c = cloud(&unused);
	struct lk_request *a, *b;
	char *reply;

	CHECK_INT(lk_request_new(c, "RoomService", "ListRooms", "{}", &a),
	    LK_OK);
	CHECK_INT(lk_request_new(c, "RoomService", "ListRooms", "{}", &b),
	    LK_OK);
	CHECK_INT(lk_request_done(a, 401, "no", 2, &reply),
	    LK_UNAUTHENTICATED);
	CHECK_INT(lk_request_done(b, 200, "{}", 2, &reply), LK_OK);
	CHECK_INT(lk_request_error(a)->http_status, 401);
	CHECK_INT(lk_request_error(b)->err, LK_OK);
	lk_free(reply);
	lk_request_free(a);
	lk_request_free(b);
	lk_client_free(c);
}
