/* LiveKit's WHIP endpoint: what is sent to it, what its answers become. */
#include "livekit_wire.h"
#include "test.h"

#define TOKEN	"eyJh.eyJz.c2ln"
#define OFFER	"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\n"
#define ANSWER	"v=0\r\no=- 2 2 IN IP4 0.0.0.0\r\n"
#define FRAG	"a=ice-ufrag:abcd\r\n"
#define MADE	"Location: /whip/v1/PA_x-1_Y\nETag: tag1\n"		\
	"Link: <stun:stun.example>; rel=\"ice-server\""

/* A client whose first answer has these header lines. */
static struct lk_client *
answering(struct wire *w, int status, const char *body, const char *header)
{
	struct lk_client *c = wire_simple(w, status, body);

	w->answer[0].header = header;
	return c;
}

TEST("an offer goes as it is, with the token that was given")
{
	struct wire w;
	struct lk_client *c = answering(&w, 201, ANSWER, MADE);
	struct lk_whip *whip;

	CHECK_INT(lk_whip_post(c, TOKEN, OFFER, strlen(OFFER), &whip), LK_OK);
	CHECK_STR(w.ask[0].method, "POST");
	CHECK_STR(w.ask[0].url, "http://127.0.0.1:7880/whip/v1");
	CHECK_STR(w.ask[0].type, "application/sdp");
	CHECK_STR(w.ask[0].auth, TOKEN);
	CHECK_STR(w.ask[0].match, "");
	CHECK_STR(w.ask[0].body, OFFER);
	CHECK_INT(w.ask[0].timeout_ms, 10000);
	CHECK_INT(whip->status, 201);
	CHECK_STR(whip->body, ANSWER);
	CHECK_INT(whip->body_len, strlen(ANSWER));
	CHECK_STR(whip->etag, "tag1");
	CHECK_STR(whip->resource, "PA_x-1_Y");
	CHECK_INT(lk_client_error(c)->http_status, 201);
	lk_free(whip);
	lk_client_free(c);
}

TEST("candidates go with the tag, a body may come back")
{
	struct wire w;
	struct lk_client *c = answering(&w, 204, NULL, NULL);
	struct lk_whip *whip;

	CHECK_INT(lk_whip_patch(c, TOKEN, "PA_1", "tag1", FRAG, strlen(FRAG),
	    &whip), LK_OK);
	CHECK_STR(w.ask[0].method, "PATCH");
	CHECK_STR(w.ask[0].url, "http://127.0.0.1:7880/whip/v1/PA_1");
	CHECK_STR(w.ask[0].type, "application/trickle-ice-sdpfrag");
	CHECK_STR(w.ask[0].match, "tag1");
	CHECK_STR(w.ask[0].body, FRAG);
	CHECK_INT(whip->status, 204);
	CHECK_INT(whip->body_len, 0);
	CHECK_STR(whip->etag, "");
	CHECK_STR(whip->resource, "");
	lk_free(whip);
	lk_client_free(c);
	c = answering(&w, 200, FRAG, "etag:\t\"tag2\" \r");
	CHECK_INT(lk_whip_patch(c, TOKEN, "PA_1", "*", FRAG, strlen(FRAG),
	    &whip), LK_OK);
	CHECK_STR(w.ask[0].match, "*");
	CHECK_STR(whip->body, FRAG);
	CHECK_STR(whip->etag, "tag2");
	lk_free(whip);
	lk_client_free(c);
}

TEST("a session is ended without a body")
{
	struct wire w;
	struct lk_client *c = answering(&w, 200, NULL, NULL);

	CHECK_INT(lk_whip_delete(c, TOKEN, "PA_1"), LK_OK);
	CHECK_STR(w.ask[0].method, "DELETE");
	CHECK_STR(w.ask[0].url, "http://127.0.0.1:7880/whip/v1/PA_1");
	CHECK_STR(w.ask[0].type, "");
	CHECK_STR(w.ask[0].body, "");
	lk_client_free(c);
}

TEST("an answer without session, of another status or no SDP is none")
{
	static const struct answer bad[] = {
		{ LK_OK, 201, ANSWER, NULL },
		{ LK_OK, 201, ANSWER, "Location: /whip/v1/" },
		{ LK_OK, 201, ANSWER, "Location: PA_1" },
		{ LK_OK, 201, ANSWER, "Location: /whip/v1/PA_1?x=y" },
		{ LK_OK, 201, "<html>", MADE },
		{ LK_OK, 201, NULL, MADE },
		{ LK_OK, 200, ANSWER, MADE },
		{ LK_OK, 301, ANSWER, MADE },
	};
	struct wire w;
	struct lk_client *c;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		c = answering(&w, bad[i].status, bad[i].body, bad[i].header);
		CHECK_INT(lk_whip_post(c, TOKEN, OFFER, strlen(OFFER), NULL),
		    LK_PROTOCOL);
		CHECK_INT(lk_client_error(c)->err, LK_PROTOCOL);
		lk_client_free(c);
	}
}

TEST("a tag that no header may carry is none")
{
	struct wire w;
	struct lk_client *c = answering(&w, 201, ANSWER,
	    "Location: /a/PA_1\nETag: a\"b");
	struct lk_whip *whip;

	CHECK_INT(lk_whip_post(c, TOKEN, OFFER, strlen(OFFER), &whip), LK_OK);
	CHECK_STR(whip->etag, "");
	lk_free(whip);
	lk_client_free(c);
}

TEST("refusals: LiveKit's own JSON, plain text, a proxy's page")
{
	static const struct {
		int		 status;
		const char	*body, *message;
		enum lk_err	 err;
	} all[] = {
		{ 400, "{\"error\":\"malformed SDP offer: x\"}\n",
		    "malformed SDP offer: x", LK_INVALID_ARGUMENT },
		{ 503, "{\"error\":\"called with no ice-ufrag\"}",
		    "called with no ice-ufrag", LK_UNAVAILABLE },
		{ 500, "{\"error\":\"ice session mismatch\"}",
		    "ice session mismatch", LK_INTERNAL },
		{ 428, "{\"error\":\"missing entity tag\"}",
		    "missing entity tag", LK_FAILED_PRECONDITION },
		{ 404, "{\"error\":\"participant does not exist\"}",
		    "participant does not exist", LK_NOT_FOUND },
		{ 401, "invalid token: " TOKEN ", error: bad",
		    "invalid token: [token], error: bad",
		    LK_UNAUTHENTICATED },
		{ 401, "{\"error\":\"not " TOKEN "\"}", "not [token]",
		    LK_UNAUTHENTICATED },
		{ 404, "404 page not found\n", "404 page not found",
		    LK_BAD_ROUTE },
		{ 503, "<h1>no</h1>", "<h1>no</h1>", LK_TRANSPORT },
	};
	struct wire w;
	struct lk_client *c;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		c = answering(&w, all[i].status, all[i].body, NULL);
		CHECK_INT(lk_whip_post(c, TOKEN, OFFER, strlen(OFFER), NULL),
		    all[i].err);
		CHECK_STR(lk_client_error(c)->message, all[i].message);
		CHECK_INT(lk_client_error(c)->http_status, all[i].status);
		lk_client_free(c);
	}
}

TEST("no answer and a late one are told apart, and nothing is sent twice")
{
	struct wire w;
	struct lk_client *c = wire_client(&w, LK(lk_client_opts,
	    .url = "https://x.livekit.cloud", .key = KEY, .secret = SECRET));

	memset(&w, 0, sizeof(w));
	w.answer[0].err = LK_TRANSPORT;
	w.answer[1].err = LK_TIMEOUT;
	CHECK_INT(lk_whip_post(c, TOKEN, OFFER, 3, NULL), LK_TRANSPORT);
	CHECK_INT(lk_whip_delete(c, TOKEN, "PA_1"), LK_TIMEOUT);
	CHECK_INT(w.used, 2);
	lk_client_free(c);
}

TEST("what could leave its header or the path is refused")
{
	static const struct {
		const char *method, *token, *resource, *etag, *body;
	} bad[] = {
		{ NULL, TOKEN, "PA_1", "e", FRAG },
		{ "PUT", TOKEN, "PA_1", "e", FRAG },
		{ "POST", NULL, NULL, NULL, OFFER },
		{ "POST", "", NULL, NULL, OFFER },
		{ "POST", "a b", NULL, NULL, OFFER },
		{ "POST", "a\r\nX: y", NULL, NULL, OFFER },
		{ "POST", TOKEN, NULL, NULL, NULL },
		{ "POST", TOKEN, NULL, NULL, "" },
		{ "PATCH", TOKEN, NULL, "e", FRAG },
		{ "PATCH", TOKEN, "../twirp", "e", FRAG },
		{ "PATCH", TOKEN, "PA 1", "e", FRAG },
		{ "PATCH", TOKEN, "PA_1", NULL, FRAG },
		{ "PATCH", TOKEN, "PA_1", "", FRAG },
		{ "PATCH", TOKEN, "PA_1", "\"e\"", FRAG },
		{ "PATCH", TOKEN, "PA_1", "e\r\nX: y", FRAG },
		{ "PATCH", TOKEN, "PA_1", "e", NULL },
		{ "DELETE", TOKEN, NULL, NULL, NULL },
		{ "DELETE", TOKEN, "", NULL, NULL },
	};
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "");
	struct lk_request *req;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(lk_whip_request_new(c, LK(lk_whip_opts,
		    .method = bad[i].method, .token = bad[i].token,
		    .resource = bad[i].resource, .etag = bad[i].etag,
		    .body = bad[i].body, .body_len = bad[i].body == NULL ? 0 :
		    strlen(bad[i].body)), &req), LK_USAGE);
	CHECK_INT(lk_whip_post(c, "a b", OFFER, 3, NULL), LK_USAGE);
	CHECK_INT(lk_client_error(c)->err, LK_USAGE);
	CHECK_INT(lk_whip_post(NULL, TOKEN, OFFER, 3, NULL), LK_USAGE);
	CHECK_INT(w.used, 0);
	lk_client_free(c);
}

TEST("without I/O: the call, its headers, then the answer")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "");
	const struct lk_http_call *call;
	struct lk_request *req, *other;
	struct lk_whip *whip;

	CHECK_INT(lk_whip_request_new(c, LK(lk_whip_opts, .method = "POST",
	    .token = TOKEN, .body = OFFER, .body_len = 5), &req), LK_OK);
	call = lk_request_call(req);
	CHECK_STR(call->url, "http://127.0.0.1:7880/whip/v1");
	CHECK_STR(call->headers[0], "Authorization: Bearer " TOKEN);
	CHECK_INT(call->body_len, 5);
	lk_request_header(req, "LOCATION: http://h/whip/v1/PA_7\r\n", 33);
	lk_request_header(req, "ETag: W/\"q\"\r\n", 13);
	CHECK_INT(lk_whip_request_done(req, 201, ANSWER, strlen(ANSWER),
	    &whip), LK_OK);
	CHECK_STR(whip->resource, "PA_7");
	CHECK_STR(whip->etag, "q");
	lk_free(whip);
	lk_request_free(req);
	CHECK_INT(lk_request_new(c, "RoomService", "ListRooms", "{}", &other),
	    LK_OK);
	CHECK_INT(lk_whip_request_done(other, 201, ANSWER, strlen(ANSWER),
	    NULL), LK_USAGE);
	lk_request_free(other);
	lk_client_free(c);
}
