/* The client: where it goes, who it is, what refusals become. */
#include "livekit_wire.h"
#include "test.h"

static enum lk_err
client_try(const struct lk_client_opts *o)
{
	struct lk_client *c;
	enum lk_err err = lk_client_new(o, &c);

	if (err == LK_OK)
		lk_client_free(c);
	return err;
}

/* The URL that a call goes to, for a client's. */
static const char *
url_for(const char *url)
{
	static struct wire w;
	struct lk_client *c;

	memset(&w, 0, sizeof(w));
	w.answer[0] = (struct answer){ LK_OK, 200, "{}", NULL };
	c = wire_client(&w, LK(lk_client_opts, .url = url, .key = KEY,
	    .secret = SECRET));
	if (lk_room_delete(c, "r") != LK_OK)
		abort();
	lk_client_free(c);
	return w.ask[0].url;
}

/* The error that an answer becomes; the client is the caller's. */
static struct lk_client *
refused(struct wire *w, int status, const char *body, enum lk_err *err)
{
	struct lk_client *c = wire_simple(w, status, body);

	*err = lk_room_delete(c, "r");
	return c;
}

static enum lk_err
answer_is(int status, const char *body)
{
	struct wire w;
	enum lk_err err;

	lk_client_free(refused(&w, status, body, &err));
	return err;
}

TEST("ws becomes http, a path is kept, slashes at the end are not")
{
	CHECK_STR(url_for("ws://h:7880"),
	    "http://h:7880/twirp/livekit.RoomService/DeleteRoom");
	CHECK_STR(url_for("WSS://h/"),
	    "https://h/twirp/livekit.RoomService/DeleteRoom");
	CHECK_STR(url_for("https://h/live/kit//"),
	    "https://h/live/kit/twirp/livekit.RoomService/DeleteRoom");
	CHECK_STR(url_for("http://[::1]:7880"),
	    "http://[::1]:7880/twirp/livekit.RoomService/DeleteRoom");
}

TEST("URLs of other schemes, with passwords, queries or spaces are refused")
{
	static const char *const bad[] = {
		"ftp://h", "h:7880", "http://", "http://u:p@h", "http://h?a=b",
		"http://h#f", "http://h /x", "http://h\r\nX: y", "file:///etc"
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(client_try(LK(lk_client_opts, .url = bad[i],
		    .key = KEY, .secret = SECRET)), LK_USAGE);
}

TEST("what is not given comes from the environment")
{
	struct lk_client *c;
	struct wire w = { .answer = { { LK_OK, 200, "{}", NULL } } };

	unsetenv("LIVEKIT_URL");
	CHECK_INT(client_try(NULL), LK_CONFIG);
	setenv("LIVEKIT_URL", "http://env:1", 1);
	CHECK_INT(client_try(NULL), LK_CONFIG);
	setenv("LIVEKIT_API_KEY", KEY, 1);
	CHECK_INT(client_try(NULL), LK_CONFIG);
	setenv("LIVEKIT_API_SECRET", SECRET, 1);
	setenv("LIVEKIT_TOKEN", "ambient", 1);
	c = wire_client(&w, NULL);
	CHECK_INT(lk_room_delete(c, "r"), LK_OK);
	CHECK_STR(w.ask[0].url,
	    "http://env:1/twirp/livekit.RoomService/DeleteRoom");
	CHECK(strcmp(w.ask[0].auth, "ambient") != 0);
	lk_client_free(c);
	unsetenv("LIVEKIT_API_SECRET");
	memset(&w.used, 0, sizeof(w.used));
	c = wire_client(&w, NULL);
	CHECK_INT(lk_room_delete(c, "r"), LK_OK);
	CHECK_STR(w.ask[0].auth, "ambient");
	lk_client_free(c);
	unsetenv("LIVEKIT_URL");
	unsetenv("LIVEKIT_API_KEY");
	unsetenv("LIVEKIT_TOKEN");
}

TEST("a ready token is sent as it is, to any method")
{
	struct wire w = { .answer = { { LK_OK, 200, "{\"a\":1}", NULL } } };
	struct lk_client *c = wire_client(&w, LK(lk_client_opts,
	    .url = "http://h", .token = "ready"));
	char *s;

	CHECK_INT(lk_call(c, "NewService", "DoIt", "{}", &s), LK_OK);
	CHECK_STR(w.ask[0].auth, "ready");
	CHECK_STR(s, "{\"a\":1}");
	lk_free(s);
	lk_client_free(c);
	CHECK_INT(client_try(LK(lk_client_opts, .url = "http://h",
	    .token = "a\r\nX: y")), LK_USAGE);
}

TEST("every call names its kind, its language and a request id of its own")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "{}");

	w.answer[1] = w.answer[0];
	CHECK_INT(lk_room_delete(c, "r"), LK_OK);
	CHECK_STR(w.ask[0].type, "application/json");
	CHECK(strncmp(w.ask[0].agent, "livekit-server-sdk-c/", 21) == 0);
	CHECK_INT(strlen(w.ask[0].id), 36);
	CHECK_STR(w.ask[0].id, lk_client_error(c)->request_id);
	CHECK_INT(lk_room_delete(c, "r"), LK_OK);
	CHECK(strcmp(w.ask[0].id, w.ask[1].id) != 0);
	lk_client_free(c);
}

TEST("headers of the client go with every call; bad ones are refused")
{
	const struct lk_pair good = { "X-Extra", "yes" };
	const struct lk_pair bad[] = {
		{ "X Y", "v" }, { "", "v" }, { "X", "a\nb" }, { "X:", "v" },
		{ "X", NULL }
	};
	struct wire w = { .answer = { { LK_OK, 200, "{}", NULL } } };
	struct lk_client *c = wire_client(&w, LK(lk_client_opts,
	    .url = "http://h", .key = KEY, .secret = SECRET,
	    .headers = &good, .headers_len = 1));

	CHECK_INT(lk_room_delete(c, "r"), LK_OK);
	CHECK_STR(w.ask[0].extra, "yes");
	lk_client_free(c);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(client_try(LK(lk_client_opts, .url = "http://h",
		    .key = KEY, .secret = SECRET, .headers = &bad[i],
		    .headers_len = 1)), LK_USAGE);
}

TEST("the 18 codes of Twirp are told apart by code, not by status")
{
	static const struct {
		const char	*code;
		enum lk_err	 err;
	} all[] = {
		{ "canceled", LK_CANCELED }, { "unknown", LK_UNKNOWN },
		{ "invalid_argument", LK_INVALID_ARGUMENT },
		{ "malformed", LK_MALFORMED },
		{ "deadline_exceeded", LK_DEADLINE_EXCEEDED },
		{ "not_found", LK_NOT_FOUND }, { "bad_route", LK_BAD_ROUTE },
		{ "already_exists", LK_ALREADY_EXISTS },
		{ "permission_denied", LK_PERMISSION_DENIED },
		{ "unauthenticated", LK_UNAUTHENTICATED },
		{ "resource_exhausted", LK_RESOURCE_EXHAUSTED },
		{ "failed_precondition", LK_FAILED_PRECONDITION },
		{ "aborted", LK_ABORTED }, { "out_of_range", LK_OUT_OF_RANGE },
		{ "unimplemented", LK_UNIMPLEMENTED },
		{ "internal", LK_INTERNAL }, { "unavailable", LK_UNAVAILABLE },
		{ "dataloss", LK_DATALOSS }, { "brand_new", LK_UNKNOWN }
	};
	char body[128];

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		snprintf(body, sizeof(body), "{\"code\":\"%s\",\"msg\":\"m\"}",
		    all[i].code);
		CHECK_INT(answer_is(400, body), all[i].err);
	}
}

TEST("an answer that is not LiveKit's goes by its status")
{
	CHECK_INT(answer_is(401, "invalid token"), LK_UNAUTHENTICATED);
	CHECK_INT(answer_is(403, ""), LK_PERMISSION_DENIED);
	CHECK_INT(answer_is(404, "404 page not found"), LK_BAD_ROUTE);
	CHECK_INT(answer_is(500, "oops"), LK_INTERNAL);
	CHECK_INT(answer_is(301, ""), LK_PROTOCOL);
	CHECK_INT(answer_is(200, "<html>"), LK_PROTOCOL);
	CHECK_INT(answer_is(200, "[]"), LK_PROTOCOL);
	CHECK_INT(answer_is(200, ""), LK_PROTOCOL);
}

TEST("a proxy's 503 does not look like a room that is gone")
{
	CHECK(!lk_gone(answer_is(503, "<h1>Service Unavailable</h1>")));
	CHECK(lk_retry(answer_is(503, "<h1>Service Unavailable</h1>")));
	CHECK(lk_gone(answer_is(503, "{\"code\":\"unavailable\","
	    "\"msg\":\"no response from servers\"}")));
}

TEST("the error tells code, message, meta and what the phone said")
{
	struct wire w;
	enum lk_err err;
	struct lk_client *c = refused(&w, 400, "{\"code\":\"aborted\","
	    "\"msg\":\"busy\",\"meta\":{\"sip_status_code\":\"486\","
	    "\"sip_status\":\"Busy Here\"}}", &err);
	const struct lk_error *e = lk_client_error(c);

	CHECK_INT(err, LK_ABORTED);
	CHECK_INT(e->err, LK_ABORTED);
	CHECK_INT(e->http_status, 400);
	CHECK_STR(e->code, "aborted");
	CHECK_STR(e->message, "busy");
	CHECK_INT(e->sip_status, 486);
	CHECK_STR(e->sip_reason, "Busy Here");
	CHECK_STR(e->meta, "{\"sip_status_code\":\"486\","
	    "\"sip_status\":\"Busy Here\"}");
	CHECK_INT(e->attempts, 1);
	lk_client_free(c);
}

TEST("a message that repeats the token is shown without it")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 401, "invalid token: eyJhbGciOi"
	    "JIUzI1NiJ9.eyJpc3MiOiJ4In0.AAAA, error: bad\r\nsecond line");

	CHECK_INT(lk_room_delete(c, "r"), LK_UNAUTHENTICATED);
	CHECK_STR(lk_client_error(c)->message,
	    "invalid token: [token], error: bad  second line");
	lk_client_free(c);
	memset(&w, 0, sizeof(w));
	w.answer[0] = (struct answer){ LK_OK, 401, "no: opaque-ready-token!",
	    NULL };
	c = wire_client(&w, LK(lk_client_opts, .url = "http://h",
	    .token = "opaque-ready-token"));
	CHECK_INT(lk_room_delete(c, "r"), LK_UNAUTHENTICATED);
	CHECK_STR(lk_client_error(c)->message, "no: [token]!");
	lk_client_free(c);
}

TEST("the error is that of the last call")
{
	struct wire w;
	enum lk_err err;
	struct lk_client *c = refused(&w, 404, "{\"code\":\"not_found\","
	    "\"msg\":\"no such room\"}", &err);

	w.answer[1] = (struct answer){ LK_OK, 200, "{}", NULL };
	CHECK_INT(err, LK_NOT_FOUND);
	CHECK_INT(lk_room_delete(c, "r"), LK_OK);
	CHECK_INT(lk_client_error(c)->err, LK_OK);
	CHECK_STR(lk_client_error(c)->code, "");
	lk_client_free(c);
}

TEST("no answer, a late one and one too big are different causes")
{
	static const enum lk_err causes[] = {
		LK_TRANSPORT, LK_TIMEOUT, LK_TOO_BIG, LK_NOMEM
	};
	struct wire w;
	struct lk_client *c;

	for (size_t i = 0; i < 4; i++) {
		c = wire_simple(&w, 0, NULL);
		w.answer[0].err = causes[i];
		CHECK_INT(lk_room_delete(c, "r"), causes[i]);
		CHECK_INT(lk_client_error(c)->http_status, 0);
		CHECK_STR(lk_client_error(c)->message, "the wire said so");
		CHECK_INT(w.used, 1);
		lk_client_free(c);
	}
}

TEST("an answer above the limit of its call is too big")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "{\"a\":\"0123456789\"}");
	char *s;

	CHECK_INT(lk_call_with(c, LK(lk_call_opts, .reply_max = 10),
	    "RoomService", "ListRooms", "{}", &s), LK_TOO_BIG);
	CHECK_INT(lk_client_error(c)->err, LK_TOO_BIG);
	lk_client_free(c);
}

TEST("an unknown method wants a grant of the caller's")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "{}");
	struct lk_claims *claims;
	char *s;

	CHECK_INT(lk_call(c, "RoomService", "Dance", "{}", &s), LK_USAGE);
	CHECK_INT(w.used, 0);
	CHECK_INT(lk_call_with(c, LK(lk_call_opts, .grant = LK(lk_token,
	    .sip = LK(lk_sip_grant, .call = LK_YES)), .timeout_ms = 77,
	    .host = "https://other/base/"), "RoomService", "Dance", "{}", &s),
	    LK_OK);
	CHECK_STR(w.ask[0].url,
	    "https://other/base/twirp/livekit.RoomService/Dance");
	CHECK_INT(w.ask[0].timeout_ms, 77);
	claims = wire_claims(&w);
	CHECK(claims->video == NULL);
	CHECK_INT(claims->sip->call, LK_YES);
	CHECK_INT(claims->exp_s - claims->nbf_s, 610);
	lk_free(claims);
	lk_free(s);
	lk_client_free(c);
}

TEST("names that could leave the path and requests that are no object")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "{}");
	char *s;

	CHECK_INT(lk_call(c, "RoomService", "../x", "{}", &s), LK_USAGE);
	CHECK_INT(lk_call(c, "Room/Service", "x", "{}", &s), LK_USAGE);
	CHECK_INT(lk_call(c, "RoomService", "ListRooms", "[]", &s), LK_USAGE);
	CHECK_INT(lk_call(c, "RoomService", "ListRooms", "", &s), LK_USAGE);
	CHECK_INT(lk_call(c, "RoomService", "ListRooms", NULL, &s), LK_USAGE);
	CHECK_INT(w.used, 0);
	lk_client_free(c);
}

/* c create, l list, r record, a admin of room r, d admin and destination,
 * i ingress, s SIP admin, p phone call, t transfer, g agent, m simulation */
static const char *const methods[] = {
	"cRoomService/CreateRoom", "lRoomService/ListRooms",
	"cRoomService/DeleteRoom", "aRoomService/UpdateRoomMetadata",
	"aRoomService/ListParticipants", "aRoomService/GetParticipant",
	"aRoomService/RemoveParticipant", "aRoomService/MutePublishedTrack",
	"aRoomService/UpdateParticipant", "aRoomService/UpdateSubscriptions",
	"aRoomService/SendData", "dRoomService/ForwardParticipant",
	"dRoomService/MoveParticipant", "aRoomService/PerformRpc",
	"rEgress/StartEgress", "rEgress/StartRoomCompositeEgress",
	"rEgress/StartWebEgress", "rEgress/StartParticipantEgress",
	"rEgress/StartTrackCompositeEgress", "rEgress/StartTrackEgress",
	"rEgress/UpdateLayout", "rEgress/UpdateStream", "rEgress/StopEgress",
	"rEgress/ListEgress", "iIngress/CreateIngress",
	"iIngress/UpdateIngress", "iIngress/ListIngress",
	"iIngress/DeleteIngress", "sSIP/CreateSIPInboundTrunk",
	"sSIP/CreateSIPOutboundTrunk", "sSIP/UpdateSIPInboundTrunk",
	"sSIP/UpdateSIPOutboundTrunk", "sSIP/GetSIPInboundTrunk",
	"sSIP/GetSIPOutboundTrunk", "sSIP/ListSIPInboundTrunk",
	"sSIP/ListSIPOutboundTrunk", "sSIP/ListSIPTrunk",
	"sSIP/DeleteSIPTrunk", "sSIP/CreateSIPDispatchRule",
	"sSIP/UpdateSIPDispatchRule", "sSIP/ListSIPDispatchRule",
	"sSIP/DeleteSIPDispatchRule", "pSIP/CreateSIPParticipant",
	"tSIP/TransferSIPParticipant", "aAgentDispatchService/CreateDispatch",
	"aAgentDispatchService/ListDispatch",
	"aAgentDispatchService/DeleteDispatch", "cConnector/DialWhatsAppCall",
	"cConnector/AcceptWhatsAppCall", "cConnector/ConnectWhatsAppCall",
	"cConnector/DisconnectWhatsAppCall", "cConnector/ConnectTwilioCall",
	"sPhoneNumberService/SearchPhoneNumbers", "gCloudAgent/CreateAgent",
	"mAgentSimulation/CreateSimulationRun"
};

/* The letter of what a token grants. */
static char
grant_letter(const struct lk_claims *c)
{
	const struct lk_video_grant *v = c->video;

	if (c->agent != NULL)
		return c->agent->admin == LK_YES ? 'g' : 'm';
	if (c->sip != NULL)
		return v != NULL ? 't' : c->sip->admin == LK_YES ? 's' : 'p';
	if (v->room_admin == LK_YES && strcmp(v->room, "r") == 0)
		return strcmp(v->destination_room, "d") == 0 ? 'd' : 'a';
	return v->room_create == LK_YES ? 'c' : v->room_list == LK_YES ? 'l' :
	    v->room_record == LK_YES ? 'r' : v->ingress_admin == LK_YES ? 'i' :
	    '?';
}

TEST("every known method is signed with its own grant and no other")
{
	struct wire w;
	struct lk_client *c;
	struct lk_claims *claims;
	char *s, service[64], *method;

	CHECK_INT(sizeof(methods) / sizeof(methods[0]), 52 + 3);
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		snprintf(service, sizeof(service), "%s", methods[i] + 1);
		method = strchr(service, '/');
		*method++ = '\0';
		c = wire_simple(&w, 200, "{}");
		CHECK_INT(lk_call(c, service, method, "{\"room\":\"r\","
		    "\"roomName\":\"r\",\"destinationRoom\":\"d\"}", &s),
		    LK_OK);
		lk_free(s);
		claims = wire_claims(&w);
		CHECK_INT(grant_letter(claims), methods[i][0]);
		lk_free(claims);
		lk_client_free(c);
	}
}

TEST("a transfer needs both grants, and the room in either spelling")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "{}");
	struct lk_claims *claims;
	char *s;

	CHECK_INT(lk_call(c, "SIP", "TransferSIPParticipant",
	    "{\"room_name\":\"r\",\"ringingTimeout\":\"50s\"}", &s), LK_OK);
	lk_free(s);
	claims = wire_claims(&w);
	CHECK_INT(claims->sip->call, LK_YES);
	CHECK_INT(claims->video->room_admin, LK_YES);
	CHECK_STR(claims->video->room, "r");
	lk_free(claims);
	CHECK_INT(w.ask[0].timeout_ms, 52000);
	lk_client_free(c);
}

TEST("dialling and waiting rings 30 s, and is waited for 32")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "{}");
	char *s;

	w.answer[1] = w.answer[0];
	CHECK_INT(lk_call(c, "SIP", "CreateSIPParticipant",
	    "{\"waitUntilAnswered\":true,\"sipCallTo\":\"1\"}", &s), LK_OK);
	lk_free(s);
	CHECK_STR(w.ask[0].body, "{\"ringingTimeout\":\"30s\","
	    "\"waitUntilAnswered\":true,\"sipCallTo\":\"1\"}");
	CHECK_INT(w.ask[0].timeout_ms, 32000);
	CHECK_INT(lk_call(c, "SIP", "CreateSIPParticipant",
	    "{\"sipCallTo\":\"1\"}", &s), LK_OK);
	lk_free(s);
	CHECK_INT(w.ask[1].timeout_ms, 10000);
	lk_client_free(c);
}
