/* http: bodies, their fields, pages of lists. */
#include "http_app.h"

/* ---- bodies -------------------------------------------------------------- */

TEST("a body arrives whole, however it is cut")
{
	ask("POST", "/live/start");
	with_body("{\"a\":\"bcdef\"}", 13, "13");
	CHECK_INT(serve(), 204);
	CHECK_STR(seen, "{\"a\":\"bcdef\"}");
}

TEST("F31: a body shorter than its Content-Length is refused")
{
	ask("POST", "/live/start");
	with_body("{\"a\":1}", 7, "10");
	serve();
	CHECK(refused(400, "short_body"));
	ask("POST", "/live/start");
	with_body("{\"a\":1}", 7, "10");
	wire.broken = true;
	serve();
	CHECK(refused(400, "short_body"));
}

TEST("what comes after the Content-Length is not read")
{
	ask("POST", "/live/start");
	with_body("{}garbage", 9, "2");
	CHECK_INT(serve(), 204);
	CHECK_INT(wire.body_at, 2);
}

TEST("security 18: a Content-Length that is no length is 400")
{
	static const char *const bad[] = { "-1", "abc", "1e3", "0x10", "+5",
	    "5 ", "5,5", "1.0" };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ask("POST", "/live/start");
		with_body("{}", 2, bad[i]);
		serve();
		CHECK(refused(400, "invalid_content_length"));
		CHECK_INT(wire.reads, 0);
	}
}

TEST("security 18, 19: a Content-Length above the limit is 413, unread")
{
	static const char *const big[] = { "65537", "2147483647", "2147483648",
	    "9223372036854775807", "9223372036854775808",
	    "99999999999999999999999" };
	size_t i;

	for (i = 0; i < sizeof(big) / sizeof(big[0]); i++) {
		ask("POST", "/live/start");
		with_body("{}", 2, big[i]);
		serve();
		CHECK(refused(413, "body_too_large"));
		CHECK_INT(wire.reads, 0);
	}
}

TEST("a body of exactly the limit is taken")
{
	char *big = calloc(1, HTTP_BODY_MAX);

	memset(big, ' ', HTTP_BODY_MAX);
	memcpy(big, "{}", 2);
	ask("POST", "/live/start");
	with_body(big, HTTP_BODY_MAX, "65536");
	CHECK_INT(serve(), 204);
	free(big);
}

TEST("a route for webhooks takes more")
{
	char *big = calloc(1, HTTP_WEBHOOK_BODY_MAX + 1);
	char length[16];

	memset(big, 'x', HTTP_WEBHOOK_BODY_MAX);
	snprintf(length, sizeof(length), "%d", HTTP_WEBHOOK_BODY_MAX);
	ask("POST", "/raw");
	with_body(big, HTTP_WEBHOOK_BODY_MAX, length);
	CHECK_INT(serve(), 204);
	snprintf(length, sizeof(length), "%d", HTTP_WEBHOOK_BODY_MAX + 1);
	ask("POST", "/raw");
	with_body(big, HTTP_WEBHOOK_BODY_MAX, length);
	serve();
	CHECK(refused(413, "body_too_large"));
	free(big);
}

TEST("in plain CGI a body without length reaches to the end, under the limit")
{
	char *big = calloc(1, HTTP_BODY_MAX + 1);

	ask("POST", "/live/start");
	with_body("{\"a\":\"bcdef\"}", 13, NULL);
	wire.to_end = true;
	CHECK_INT(serve(), 204);
	CHECK_STR(seen, "{\"a\":\"bcdef\"}");
	memset(big, ' ', HTTP_BODY_MAX + 1);
	memcpy(big, "{}", 2);
	ask("POST", "/live/start");
	with_body(big, HTTP_BODY_MAX, NULL);
	wire.to_end = true;
	CHECK_INT(serve(), 204);
	ask("POST", "/live/start");
	with_body(big, HTTP_BODY_MAX + 1, NULL);
	wire.to_end = true;
	serve();
	CHECK(refused(413, "body_too_large"));
	free(big);
}

TEST("in plain CGI a body without length has its type checked too")
{
	ask("POST", "/live/start");
	wire.body = "{}";
	wire.body_len = 2;
	wire.to_end = true;
	serve();
	CHECK(refused(415, "unsupported_media_type"));
}

TEST("in FastCGI no length is no body")
{
	ask("POST", "/maybe");
	with_body("{}", 2, NULL);
	CHECK_INT(serve(), 204);
	CHECK_INT(wire.reads, 0);
}

TEST("an empty body is json_syntax where one is required, {} where not")
{
	ask("POST", "/live/start");
	set("CONTENT_LENGTH", "0");
	serve();
	CHECK(refused(400, "json_syntax"));
	ask("POST", "/maybe");
	set("CONTENT_LENGTH", "");
	set("CONTENT_TYPE", "text/plain");
	CHECK_INT(serve(), 204);
}

TEST("security 31: only application/json is taken, with any parameters")
{
	static const char *const good[] = { "application/json",
	    "Application/JSON", "application/json; charset=utf-8",
	    "application/json;x", "application/json ;a=b" };
	static const char *const bad[] = { "text/plain", "application/jsonx",
	    "application/x-www-form-urlencoded", "", "multipart/form-data",
	    "application/json+x", "application/problem+json" };
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ask("POST", "/live/start");
		set("CONTENT_TYPE", good[i]);
		with_body("{}", 2, "2");
		CHECK_INT(serve(), 204);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ask("POST", "/live/start");
		set("CONTENT_TYPE", bad[i]);
		with_body("{}", 2, "2");
		serve();
		CHECK(refused(415, "unsupported_media_type"));
		CHECK_INT(wire.reads, 0);
	}
}

TEST("security 25: each fault of the JSON has its code")
{
	static const struct { const char *body; const char *code; } cases[] = {
		{ "{", "json_syntax" }, { "{}x", "json_syntax" },
		{ "{\"a\":1,\"a\":1}", "json_duplicate_key" },
		{ "{\"a\":\"\\u0000\"}", "json_nul" },
		{ "{\"a\":\"\xff\"}", "json_utf8" },
		{ "[]", "body_not_object" }, { "1", "body_not_object" },
		{ "null", "body_not_object" },
	};
	char length[32];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(length, sizeof(length), "%zu", strlen(cases[i].body));
		ask("POST", "/live/start");
		with_body(cases[i].body, strlen(cases[i].body), length);
		serve();
		CHECK(refused(400, cases[i].code));
	}
}

TEST("a body where none is wanted is left alone")
{
	ask("GET", "/live/x");
	set("CONTENT_LENGTH", "999999999");
	set("CONTENT_TYPE", "image/png");
	CHECK_INT(serve(), 200);
	CHECK_INT(wire.reads, 0);
}

/* ---- fields -------------------------------------------------------------- */

static int
post(const char *path, const char *json)
{
	static char length[32];

	snprintf(length, sizeof(length), "%zu", strlen(json));
	ask("POST", path);
	with_body(json, strlen(json), length);
	return serve();
}

static int
post_fields(const char *json)
{
	return post("/fields", json);
}

TEST("fields are read with their types and bounds")
{
	CHECK_INT(post_fields("{\"s\":\"\xc3\xa9\xc3\xa9\",\"n\":5000000000,"
	    "\"b\":true,\"l\":[\"x\",\"y\"]}"), 204);
	CHECK_STR(seen, "\xc3\xa9\xc3\xa9 5000000000 1 2");
	CHECK_INT(post_fields("{\"s\":\"abcd\",\"n\":null,\"b\":null}"), 204);
	CHECK_STR(seen, "abcd -1 0 0");
	CHECK_INT(post_fields("{\"s\":\"ab\",\"n\":-5.0}"), 204);
}

static bool
names_field(const char *name)
{
	char field[64];

	snprintf(field, sizeof(field), "\"field\":\"%s\"", name);
	return says(field);
}

TEST("each wrong field is refused by name")
{
	static const struct { const char *json, *code, *field; } cases[] = {
		{ "{}", "missing_field", "s" },
		{ "{\"s\":null}", "missing_field", "s" },
		{ "{\"S\":\"ab\"}", "missing_field", "s" },
		{ "{\"s\":1}", "invalid_type", "s" },
		{ "{\"s\":[\"ab\"]}", "invalid_type", "s" },
		{ "{\"s\":\"a\"}", "too_short", "s" },
		{ "{\"s\":\"\"}", "too_short", "s" },
		{ "{\"s\":\"abcde\"}", "too_long", "s" },
		{ "{\"s\":\"ab\",\"n\":\"1\"}", "invalid_type", "n" },
		{ "{\"s\":\"ab\",\"n\":1.5}", "invalid_type", "n" },
		{ "{\"s\":\"ab\",\"n\":-6}", "invalid_value", "n" },
		{ "{\"s\":\"ab\",\"n\":5000000001}", "invalid_value", "n" },
		{ "{\"s\":\"ab\",\"n\":1e300}", "invalid_value", "n" },
		{ "{\"s\":\"ab\",\"n\":-1e300}", "invalid_value", "n" },
		{ "{\"s\":\"ab\",\"b\":0}", "invalid_type", "b" },
		{ "{\"s\":\"ab\",\"l\":\"x\"}", "invalid_type", "l" },
		{ "{\"s\":\"ab\",\"l\":[1]}", "invalid_type", "l" },
		{ "{\"s\":\"ab\",\"l\":[\"a\",\"b\",\"c\"]}", "too_long", "l" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		post_fields(cases[i].json);
		CHECK(refused(400, cases[i].code));
		CHECK(names_field(cases[i].field));
	}
}

TEST("objects of an array are read as the body is")
{
	CHECK_INT(post("/objects", "{\"o\":[{\"s\":\"ab\",\"in\":{\"n\":1}},"
	    "{\"s\":\"cd\",\"in\":{\"n\":9,\"x\":0.25}}]}"), 204);
	CHECK_STR(seen, "2 cd 9 0.25");
	CHECK_INT(post("/objects", "{\"o\":[],\"in\":{\"n\":7}}"), 204);
	CHECK_STR(seen, "0 - 7 0");
}

TEST("what is wrong within an array is refused by its place")
{
	static const struct { const char *json, *code, *field; } cases[] = {
		{ "{}", "missing_field", "o" },
		{ "{\"o\":{}}", "invalid_type", "o" },
		{ "{\"o\":[1]}", "invalid_type", "o" },
		{ "{\"o\":[{},{},{}]}", "too_long", "o" },
		{ "{\"o\":[{}]}", "missing_field", "o[0].s" },
		{ "{\"o\":[{\"s\":1}]}", "invalid_type", "o[0].s" },
		{ "{\"o\":[{\"s\":\"a\"}]}", "too_short", "o[0].s" },
		{ "{\"o\":[{\"s\":\"abcde\"}]}", "too_long", "o[0].s" },
		{ "{\"o\":[{\"s\":\"ab\"}]}", "missing_field", "o[0].in" },
		{ "{\"o\":[{\"s\":\"ab\",\"in\":{\"n\":1}},"
		    "{\"s\":\"ab\",\"in\":[]}]}", "invalid_type", "o[1].in" },
		{ "{\"o\":[{\"s\":\"ab\",\"in\":{\"n\":10}}]}",
		    "invalid_value", "o[0].in.n" },
		{ "{\"o\":[{\"s\":\"ab\",\"in\":{\"n\":1,\"x\":\"1\"}}]}",
		    "invalid_type", "o[0].in.x" },
		{ "{\"o\":[{\"s\":\"ab\",\"in\":{\"n\":1,\"x\":-0.5}}]}",
		    "invalid_value", "o[0].in.x" },
		{ "{\"o\":[{\"s\":\"ab\",\"in\":{\"n\":1,\"x\":1e300}}]}",
		    "invalid_value", "o[0].in.x" },
		{ "{\"o\":[],\"in\":{\"n\":0}}", "invalid_value", "in.n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		post("/objects", cases[i].json);
		CHECK(refused(400, cases[i].code));
		CHECK(names_field(cases[i].field));
	}
}

TEST("security 21: limits and cursors out of range are refused by name")
{
	static const char *const bad[] = { "/page?limit=0", "/page?limit=101",
	    "/page?limit=1000000000", "/page?limit=-1", "/page?limit=1e2",
	    "/page?limit=", "/page?limit=9223372036854775808" };
	static const char *const cursors[] = { "/page?cursor=", "/page?cursor=%",
	    "/page?cursor=!!", "/page?cursor=A", "/page?cursor=AAAA",
	    "/page?cursor=_w", "/page?cursor=AAB=" };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		get(bad[i]);
		CHECK(refused(400, "invalid_limit") &&
		    says("\"field\":\"limit\""));
	}
	for (i = 0; i < sizeof(cursors) / sizeof(cursors[0]); i++) {
		get(cursors[i]);
		CHECK(got.status == 400);
	}
	CHECK_INT(get("/page?limit=100"), 204);
	CHECK_STR(seen, "100 -");
	CHECK_INT(get("/page"), 204);
	CHECK_STR(seen, "50 -");
}

TEST("a cursor comes back as it was made")
{
	char uri[256];

	snprintf(uri, sizeof(uri), "/page?cursor=%s",
	    cursor_make(arena, "%d,%s", 12, "id-1"));
	CHECK_INT(get(uri), 204);
	CHECK_STR(seen, "50 12,id-1");
}
