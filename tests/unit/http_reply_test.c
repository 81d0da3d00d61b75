/* http: replies, problems, headers. */
#include "http_app.h"

/* ---- replies ------------------------------------------------------------- */

TEST("security 26, 34: every reply has its type, nosniff, no-store, an id")
{
	get("/live/x");
	CHECK(str_starts(got.bytes, "Status: 200 OK\r\n"));
	CHECK_STR(header("Content-Type"), "application/json");
	CHECK_STR(header("X-Content-Type-Options"), "nosniff");
	CHECK_STR(header("Cache-Control"), "no-store");
	CHECK_INT(strlen(header("X-Request-Id")), 16);
	CHECK_INT(atol(header("Content-Length")), strlen(body()));
	get("/nothing");
	CHECK(str_starts(got.bytes, "Status: 404 Not Found\r\n"));
	CHECK_STR(header("X-Content-Type-Options"), "nosniff");
	CHECK_STR(header("Cache-Control"), "no-store");
}

TEST("a problem names itself, its reason and the request")
{
	get("/nothing");
	CHECK(says("\"type\":\"about:blank\",\"title\":\"Not Found\","
	    "\"status\":404,\"code\":\"no_route\",\"detail\":\""));
	CHECK(says(header("X-Request-Id")));
}

TEST("two requests have two ids")
{
	char first[32];

	get("/live");
	snprintf(first, sizeof(first), "%s", header("X-Request-Id"));
	get("/live");
	CHECK(strcmp(first, header("X-Request-Id")) != 0);
}

TEST("a list carries a weak tag, and 304 answers who has it")
{
	char tag[64], list[128];

	CHECK_INT(get("/live"), 200);
	snprintf(tag, sizeof(tag), "%s", header("ETag"));
	CHECK(str_starts(tag, "W/\""));
	CHECK_STR(header("Cache-Control"), "private, no-cache");
	ask("GET", "/live");
	snprintf(list, sizeof(list), "\"other\", %s", tag);
	set("HTTP_IF_NONE_MATCH", list);
	CHECK_INT(serve(), 304);
	CHECK_STR(body(), "");
	CHECK_STR(header("ETag"), tag);
	CHECK_STR(header("Content-Length"), "");
	CHECK_STR(header("Content-Type"), "");
	ask("GET", "/live");
	set("HTTP_IF_NONE_MATCH", tag + 2);
	CHECK_INT(serve(), 304);
	ask("GET", "/live");
	set("HTTP_IF_NONE_MATCH", "*");
	CHECK_INT(serve(), 304);
	ask("HEAD", "/live");
	set("HTTP_IF_NONE_MATCH", tag);
	CHECK_INT(serve(), 304);
	ask("GET", "/live");
	set("HTTP_IF_NONE_MATCH", "W/\"other\", \"x");
	CHECK_INT(serve(), 200);
}

static enum rc
with_headers(struct req *req)
{
	reply_header(req, "X-Good", "yes");
	reply_header(req, "X-Split", "a\r\nX-Accel-Redirect: /etc/passwd");
	reply_header(req, "X-Bad\r\nY", "b");
	reply_header(req, "", "b");
	reply_header(req, "X-Del", "a\x7f");
	reply_header(req, "Location", "/elsewhere");
	return reply_text(req, 200, "text/plain; charset=utf-8", "hello");
}

TEST("headers with control bytes do not come out; Location never with 200")
{
	special = with_headers;
	log_open("test", LOG_ERROR_ + 1);
	get("/special");
	log_open("test", LOG_ERROR_);
	CHECK_STR(header("X-Good"), "yes");
	CHECK(strstr(got.bytes, "X-Accel") == NULL);
	CHECK(strstr(got.bytes, "X-Bad") == NULL);
	CHECK(strstr(got.bytes, "X-Del") == NULL);
	CHECK(strstr(got.bytes, "Location") == NULL);
	CHECK_STR(body(), "hello");
	CHECK_STR(header("Content-Type"), "text/plain; charset=utf-8");
}

static enum rc
moved(struct req *req)
{
	reply_header(req, "Location", "/elsewhere");
	reply_header(req, "Cache-Control", "max-age=60");
	return reply_empty(req, 303);
}

TEST("Location goes out with other statuses, Cache-Control as the handler says")
{
	special = moved;
	CHECK_INT(get("/special"), 303);
	CHECK_STR(header("Location"), "/elsewhere");
	CHECK_STR(header("Cache-Control"), "max-age=60");
	get("/secret");
	CHECK_STR(header("Cache-Control"), "no-store");
}

static enum rc
too_many(struct req *req)
{
	return fail(req, RC_TOO_MANY, "rate_limited", NULL, 1001);
}

static enum rc
busy(struct req *req)
{
	(void)req;
	return RC_BUSY;
}

TEST("429 and 503 say when to come back, in seconds, rounded up")
{
	special = too_many;
	CHECK_INT(get("/special"), 429);
	CHECK_STR(header("Retry-After"), "2");
	special = busy;
	CHECK_INT(get("/special"), 503);
	CHECK_STR(header("Retry-After"), "1");
	CHECK(says("\"code\":\"busy\""));
}

static const char *auth_code;

static enum rc
unauthorized(struct req *req)
{
	return fail(req, RC_UNAUTHORIZED, auth_code, NULL, 0);
}

TEST("security 1: 401 asks for a token, or says that the one sent is bad")
{
	special = unauthorized;
	auth_code = "not_signed_in";
	CHECK_INT(get("/special"), 401);
	CHECK_STR(header("WWW-Authenticate"), "Bearer");
	auth_code = "token_expired";
	CHECK_INT(get("/special"), 401);
	CHECK_STR(header("WWW-Authenticate"), "Bearer error=\"invalid_token\"");
}

static enum rc
with_extra(struct req *req)
{
	enum rc rc = fail_detail(req, RC_CONFLICT, "already_live", "title",
	    "Room %s is open.", "\"x\"");

	fail_extra(req, "id", "r1");
	return rc;
}

TEST("a problem carries its own sentence, field and members")
{
	special = with_extra;
	CHECK_INT(get("/special"), 409);
	CHECK(says("\"detail\":\"Room \\\"x\\\" is open.\",\"field\":\"title\","
	    "\"id\":\"r1\","));
}

static enum rc
half_then_fail(struct req *req)
{
	struct buf *out = reply_json(req, 200);

	json_object(out, NULL);
	json_add_str(out, "secret", "half");
	return RC_INTERNAL;
}

static enum rc
silent(struct req *req)
{
	(void)req;
	return RC_OK;
}

static enum rc
other_cause(struct req *req)
{
	enum rc rc = fail(req, RC_NOT_FOUND, "no_room", NULL, 0);

	return rc == RC_NOT_FOUND ? RC_CONFLICT : rc;
}

TEST("what a handler had written is not sent when it then fails")
{
	special = half_then_fail;
	CHECK_INT(get("/special"), 500);
	CHECK(!says("half") && says("\"code\":\"internal\""));
}

TEST("a handler that says nothing is an internal error")
{
	special = silent;
	log_open("test", LOG_ERROR_ + 1);
	CHECK_INT(get("/special"), 500);
	log_open("test", LOG_ERROR_);
}

TEST("a reason for another cause is not shown")
{
	special = other_cause;
	CHECK_INT(get("/special"), 409);
	CHECK(says("\"code\":\"conflict\""));
}

TEST("problem codes are each listed once, in lower case, with a sentence")
{
	const char *code, *other;
	size_t i, j;

	for (i = 0; (code = problem_code_at(i)) != NULL; i++) {
		CHECK(strspn(code, "abcdefghijklmnopqrstuvwxyz_8") ==
		    strlen(code));
		for (j = 0; j < i; j++) {
			other = problem_code_at(j);
			CHECK(strcmp(code, other) != 0);
		}
	}
	CHECK(i > 40);
}

TEST("every cause has a status of its own")
{
	int i, j;

	for (i = 1; i < RC_MAX; i++) {
		CHECK(rc_status((enum rc)i) >= 400);
		for (j = 1; j < i; j++)
			CHECK(rc_status((enum rc)i) != rc_status((enum rc)j));
	}
	CHECK_INT(rc_status(RC_GONE), 410);
}
