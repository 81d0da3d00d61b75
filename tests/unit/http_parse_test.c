/* http: paths, methods, routes, queries, cookies, addresses. */
#include "http_app.h"

/* ---- paths --------------------------------------------------------------- */

TEST("a path finds its route and its decoded parameters")
{
	CHECK_INT(get("/live/a%20b%C3%A9"), 200);
	CHECK_STR(body(), "{\"op\":\"getLive\",\"id\":\"a b\xc3\xa9\"}");
	CHECK_INT(get("/rooms/r1/people/p%2B1?x=1"), 200);
	CHECK(says("\"room\":\"r1\",\"identity\":\"p+1\""));
}

TEST("a written segment wins over a parameter")
{
	CHECK_INT(get("/rooms/r/people/me"), 200);
	CHECK(says("getMe"));
}

TEST("security 8: a path with an encoded slash or backslash is refused")
{
	get("/live/a%2Fb");
	CHECK(refused(400, "invalid_path"));
	get("/live/a%5cb");
	CHECK(refused(400, "invalid_path"));
	get("/live/a\\b");
	CHECK(refused(400, "invalid_path"));
}

TEST("control bytes in a path are refused, encoded or not")
{
	static const char *const paths[] = { "/live/%00", "/live/a%0d%0aX",
	    "/live/%1f", "/live/%7f", "/live/\x01", "/live/a\nb" };
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		get(paths[i]);
		CHECK(refused(400, "invalid_path"));
	}
}

TEST("bad percent-encoding and bad UTF-8 in a path are refused")
{
	static const char *const paths[] = { "/live/%", "/live/%4", "/live/%g1",
	    "/live/%ff", "/live/\xff", "/live/%c0%af", "/live/%ed%a0%80" };
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		get(paths[i]);
		CHECK(refused(400, "invalid_path"));
	}
}

TEST("dot segments and empty segments are refused, not repaired")
{
	static const char *const paths[] = { "/live/../x", "/live/.",
	    "/live/%2e%2e", "/./live", "//live", "/live//x", "/live/%2e",
	    "live", "*", "/live#x" };
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		get(paths[i]);
		CHECK(refused(400, "invalid_path"));
	}
}

TEST("a slash at the end is another address")
{
	get("/live/");
	CHECK(refused(404, "no_route"));
}

TEST("a path above 1024 bytes and a query above 2048 are 414")
{
	char uri[4096];

	memset(uri, 'a', sizeof(uri));
	memcpy(uri, "/live/", 6);
	uri[1024] = '\0';
	CHECK_INT(get(uri), 200);
	uri[1024] = 'a';
	uri[1025] = '\0';
	get(uri);
	CHECK(refused(414, "uri_too_long"));
	memset(uri, 'a', sizeof(uri));
	memcpy(uri, "/look?q=", 8);
	uri[6 + 2048] = '\0';
	CHECK_INT(get(uri), 204);
	uri[6 + 2048] = 'a';
	uri[6 + 2049] = '\0';
	get(uri);
	CHECK(refused(414, "uri_too_long"));
}

TEST("the address may come whole, with scheme and host")
{
	CHECK_INT(get("http://example.org/live/x"), 200);
	get("http://example.org");
	CHECK(refused(400, "invalid_path"));
}

TEST("below a mount point routes are found, beside it not")
{
	spine.mount = "/app";
	CHECK_INT(get("/app/live"), 200);
	CHECK_STR(seen, "/live");
	CHECK_INT(get("/app"), 200);
	CHECK_STR(seen, "/");
	CHECK_INT(get("/app/"), 200);
	get("/application/live");
	CHECK(refused(404, "no_route"));
	get("/live");
	CHECK(refused(404, "no_route"));
	spine.mount = "";
}

TEST("without REQUEST_URI, SCRIPT_NAME and PATH_INFO are the path")
{
	wire = (struct fake_wire){ .body = "" };
	set("REQUEST_METHOD", "GET");
	set("SCRIPT_NAME", "/app");
	set("PATH_INFO", "/live/a%20b");
	set("QUERY_STRING", "q=1");
	spine.mount = "/app";
	CHECK_INT(serve(), 200);
	spine.mount = "";
	CHECK(says("\"id\":\"a%20b\""));
	wire = (struct fake_wire){ .body = "" };
	set("REQUEST_METHOD", "GET");
	set("PATH_INFO", "/live");
	CHECK_INT(serve(), 200);
}

TEST("an empty environment is refused, not a crash")
{
	wire = (struct fake_wire){ .body = "" };
	serve();
	CHECK(refused(400, "invalid_path"));
}

/* ---- methods ------------------------------------------------------------- */

TEST("an unknown address is 404 no_route")
{
	get("/nothing/here");
	CHECK(refused(404, "no_route"));
}

TEST("security 28: a method that is not there is 405 with all that are")
{
	static const char *const methods[] = { "DELETE", "TRACE", "FOO",
	    "CONNECT", "get", "" };
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		ask(methods[i], "/live");
		serve();
		CHECK(refused(405, "method_not_allowed"));
		CHECK_STR(header("Allow"), "GET, PUT, HEAD, OPTIONS");
	}
}

TEST("security 31: state does not change by GET")
{
	get("/rooms/x");
	CHECK(refused(405, "method_not_allowed"));
	CHECK_STR(header("Allow"), "DELETE, OPTIONS");
}

TEST("OPTIONS is 204 with Allow")
{
	ask("OPTIONS", "/live");
	CHECK_INT(serve(), 204);
	CHECK_STR(header("Allow"), "GET, PUT, HEAD, OPTIONS");
	ask("OPTIONS", "/nothing");
	serve();
	CHECK(refused(404, "no_route"));
}

TEST("HEAD is GET without the body")
{
	size_t len;

	get("/live/x");
	len = strlen(body());
	ask("HEAD", "/live/x");
	CHECK_INT(serve(), 200);
	CHECK_STR(body(), "");
	CHECK_INT(atol(header("Content-Length")), len);
}

/* ---- query, cookies, headers --------------------------------------------- */

TEST("query parameters are decoded, the first of a name counts")
{
	CHECK_INT(get("/look?a&q=x%20y+z%26&q=2"), 204);
	CHECK(strstr(seen, "q=x y z& ") != NULL);
	get("/look?%71=1");
	CHECK(strstr(seen, "q=1 ") != NULL);
	get("/look?q");
	CHECK(strstr(seen, "q= ") != NULL);
	get("/look?qq=1&&=2");
	CHECK(strstr(seen, "q=- ") != NULL);
}

TEST("a query that is no percent-encoded UTF-8 is refused")
{
	static const char *const queries[] = { "/look?q=%", "/look?q=%zz",
	    "/look?q=%ff", "/look?q=%00", "/look?q=%0a", "/look?\x01" };
	size_t i;

	for (i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		get(queries[i]);
		CHECK(refused(400, "invalid_query"));
	}
}

TEST("cookies are found by their whole name")
{
	ask("GET", "/look");
	set("HTTP_COOKIE", "xstagedoor=1; stagedoorx=2;stagedoor=3; b=c");
	serve();
	CHECK(strstr(seen, "cookie=3") != NULL);
	ask("GET", "/look");
	set("HTTP_COOKIE", "=; ;;stagedoor");
	serve();
	CHECK(strstr(seen, "cookie=-") != NULL);
}

TEST("Authorization is found under both of its names, empty is absent")
{
	ask("GET", "/look");
	set("HTTP_AUTHORIZATION", "");
	set("REDIRECT_HTTP_AUTHORIZATION", "Bearer x");
	serve();
	CHECK(strstr(seen, "auth=Bearer x ") != NULL);
	ask("GET", "/look");
	set("HTTP_AUTHORIZATION", "");
	serve();
	CHECK(strstr(seen, "auth=- ") != NULL);
}

static const char *
address(const char *remote, const char *forwarded)
{
	static char out[64];

	ask("GET", "/look");
	set("REMOTE_ADDR", remote);
	set("HTTP_X_FORWARDED_FOR", forwarded);
	set("HTTP_X_REAL_IP", "6.6.6.6");
	serve();
	snprintf(out, sizeof(out), "%.*s",
	    (int)strcspn(strstr(seen, "addr=") + 5, " "),
	    strstr(seen, "addr=") + 5);
	return out;
}

TEST("security 27: X-Forwarded-For counts only as trusted proxies wrote it")
{
	CHECK_STR(address("1.2.3.4", "9.9.9.9"), "1.2.3.4");
	CHECK_STR(address("10.0.0.1", "9.9.9.9"), "9.9.9.9");
	CHECK_STR(address("10.0.0.1", "6.6.6.6, 9.9.9.9"), "9.9.9.9");
	CHECK_STR(address("10.0.0.1", "9.9.9.9 , 192.168.3.4"), "9.9.9.9");
	CHECK_STR(address("10.0.0.1", "6.6.6.6, nonsense"), "10.0.0.1");
	CHECK_STR(address("::1", "[2001:db8::1]:443"), "2001:db8::1");
	CHECK_STR(address("10.0.0.1", "9.9.9.9:1234"), "9.9.9.9");
	CHECK_STR(address("10.0.0.1", ""), "10.0.0.1");
	CHECK_STR(address("10.0.0.1", ",,, "), "10.0.0.1");
	CHECK_STR(address("", "9.9.9.9"), "");
}

TEST("addresses are in lists by themselves or by their network")
{
	CHECK(address_in_list("127.0.0.1", "127.0.0.1"));
	CHECK(address_in_list("::ffff:127.0.0.1", "127.0.0.1"));
	CHECK(address_in_list("10.1.2.3", "1.1.1.1,10.0.0.0/8"));
	CHECK(!address_in_list("11.1.2.3", "10.0.0.0/8"));
	CHECK(address_in_list("10.0.0.127", "10.0.0.0/25"));
	CHECK(!address_in_list("10.0.0.128", "10.0.0.0/25"));
	CHECK(address_in_list("2001:db8::5", "2001:db8::/32"));
	CHECK(!address_in_list("1.2.3.4", "1.2.3.40"));
	CHECK(!address_in_list("1.2.3.4", "0.0.0.0/x, 0.0.0.0/, /8, 1.2.3.4/33"));
	CHECK(!address_in_list("nonsense", "0.0.0.0/0"));
	CHECK(!address_in_list("1.2.3.4", ""));
	CHECK(!address_in_list("1.2.3.4", NULL));
}
