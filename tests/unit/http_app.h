/*
 * A small application on a wire of memory, for the tests of http: routes that
 * tell what reached them, a request made of an environment and a body, and a
 * look at the reply.
 */
#ifndef HTTP_APP_H
#define HTTP_APP_H

#include "../../src/http/http.h"
#include "test.h"

#define UNUSED __attribute__((unused))

#define ENV_MAX 16

static struct arena *arena;
static struct reply got;
static char seen[4096];
static int handled;

struct fake_wire {
	const char	*names[ENV_MAX], *values[ENV_MAX];
	size_t		 len;
	const char	*body;
	size_t		 body_len, body_at;
	int		 reads;
	bool		 broken;
	bool		 to_end;
};

static struct fake_wire wire;

static const char *
wire_env(void *ctx, const char *name)
{
	struct fake_wire *w = ctx;
	size_t i;

	for (i = 0; i < w->len; i++)
		if (strcmp(w->names[i], name) == 0)
			return w->values[i];
	return NULL;
}

/* Three bytes at a time: nobody may count on getting all at once. */
static long
wire_body(void *ctx, char *to, size_t len)
{
	struct fake_wire *w = ctx;
	size_t n = w->body_len - w->body_at;

	w->reads++;
	if (w->broken && n == 0)
		return -1;
	if (n > 3)
		n = 3;
	if (n > len)
		n = len;
	memcpy(to, w->body + w->body_at, n);
	w->body_at += n;
	return (long)n;
}

UNUSED static void
set(const char *name, const char *value)
{
	wire.names[wire.len] = name;
	wire.values[wire.len++] = value;
}

/* A fresh request with nothing but its first line. */
UNUSED static void
ask(const char *method, const char *uri)
{
	wire = (struct fake_wire){ .body = "" };
	set("REQUEST_METHOD", method);
	set("REQUEST_URI", uri);
}

UNUSED static void
with_body(const char *body, size_t len, const char *announced)
{
	wire.body = body;
	wire.body_len = len;
	if (announced != NULL)
		set("CONTENT_LENGTH", announced);
	set("CONTENT_TYPE", "application/json");
}

/* ---- a small application ------------------------------------------------ */

static enum rc
echo(struct req *req)
{
	struct buf *out = reply_json(req, 200);
	size_t i;

	handled++;
	snprintf(seen, sizeof(seen), "%s", req->path);
	json_object(out, NULL);
	json_add_str(out, "op", req->route->op);
	for (i = 0; i < req->params_len; i++)
		json_add_str(out, req->params[i].name, req->params[i].value);
	json_object_end(out);
	return RC_OK;
}

static enum rc
echo_body(struct req *req)
{
	handled++;
	snprintf(seen, sizeof(seen), "%.*s", (int)req->body_len, req->body);
	return reply_empty(req, 204);
}

static enum rc
look(struct req *req)
{
	const char *q = req_query(req, "q"), *c = req_cookie(req, "stagedoor");

	snprintf(seen, sizeof(seen), "q=%s auth=%s addr=%s cookie=%s",
	    q != NULL ? q : "-",
	    req->authorization != NULL ? req->authorization : "-",
	    req->remote_addr, c != NULL ? c : "-");
	return reply_empty(req, 204);
}

static enum rc
page(struct req *req)
{
	const char *cursor;
	int64_t limit;
	enum rc rc = req_page(req, &limit, &cursor);

	if (rc != RC_OK)
		return rc;
	snprintf(seen, sizeof(seen), "%lld %s", (long long)limit,
	    cursor != NULL ? cursor : "-");
	return reply_empty(req, 204);
}

static enum rc
fields(struct req *req)
{
	const char *s = "-", **list = NULL;
	int64_t n = -1;
	bool b = false;
	size_t len = 0;
	enum rc rc;

	if ((rc = body_str(req, "s", REQUIRED, 2, 4, &s)) != RC_OK ||
	    (rc = body_int(req, "n", OPTIONAL, -5, 5000000000, &n)) != RC_OK ||
	    (rc = body_bool(req, "b", OPTIONAL, &b)) != RC_OK ||
	    (rc = body_strs(req, "l", OPTIONAL, 2, &list, &len)) != RC_OK)
		return rc;
	snprintf(seen, sizeof(seen), "%s %lld %d %zu", s, (long long)n, b, len);
	return reply_empty(req, 204);
}

static enum rc
objects(struct req *req)
{
	const struct cJSON **list = NULL;
	struct item within = { 0 };
	const char *s = "-";
	int64_t n = -1;
	double x = 0;
	size_t len = 0;
	enum rc rc = body_objects(req, "o", REQUIRED, 2, &list, &len);

	if (rc == RC_OK)
		rc = item_object(req, NULL, "in", OPTIONAL, &within);
	if (rc == RC_OK && within.object != NULL)
		rc = item_int(req, &within, "n", REQUIRED, 1, 9, &n);
	for (size_t i = 0; i < len && rc == RC_OK; i++) {
		struct item it = { list[i], NULL, "o", (long)i };

		if ((rc = item_str(req, &it, "s", REQUIRED, 2, 4, &s)) !=
		    RC_OK || (rc = item_object(req, &it, "in", REQUIRED,
		    &within)) != RC_OK || (rc = item_int(req, &within, "n",
		    REQUIRED, 1, 9, &n)) != RC_OK)
			break;
		rc = item_num(req, &within, "x", OPTIONAL, 0, 1e10, &x);
	}
	if (rc != RC_OK)
		return rc;
	snprintf(seen, sizeof(seen), "%zu %s %lld %g", len, s, (long long)n, x);
	return reply_empty(req, 204);
}

static enum rc (*special)(struct req *);

static enum rc
run_special(struct req *req)
{
	return special(req);
}

static const struct route a_routes[] = {
	{ GET, "/", "root", AUTH_NONE, 0, echo },
	{ GET, "/live", "listLive", AUTH_NONE, ETAG, echo },
	{ GET, "/live/{id}", "getLive", AUTH_NONE, 0, echo },
	{ POST, "/live/start", "startLive", AUTH_NONE, BODY, echo_body },
	{ GET, "/rooms/{room}/people/{identity}", "getPerson", AUTH_NONE, 0,
	    echo },
	{ GET, "/rooms/{room}/people/me", "getMe", AUTH_NONE, 0, echo },
	{ DELETE, "/rooms/{room}", "deleteRoom", AUTH_NONE, 0, echo },
	{ 0 }
};
static const struct route b_routes[] = {
	{ GET, "/look", "look", AUTH_NONE, 0, look },
	{ GET, "/page", "page", AUTH_NONE, 0, page },
	{ POST, "/fields", "fields", AUTH_NONE, BODY, fields },
	{ POST, "/objects", "objects", AUTH_NONE, BODY, objects },
	{ POST, "/maybe", "maybe", AUTH_NONE, BODY_OPT, echo_body },
	{ POST, "/raw", "raw", AUTH_NONE, BODY_RAW | BODY_BIG, echo_body },
	{ PUT, "/live", "putLive", AUTH_NONE, 0, echo },
	{ GET, "/special", "special", AUTH_NONE, 0, run_special },
	{ GET, "/secret", "secret", AUTH_NONE, NO_STORE | ETAG, run_special },
	{ 0 }
};
static const struct program a = { "a", a_routes, 0 };
static const struct program b = { "b", b_routes, 0 };
static const struct program *const programs[] = { &a, &b, NULL };

static enum rc
run(struct req *req)
{
	enum rc rc = req_read_body(req);

	return rc == RC_OK ? req->route->handle(req) : rc;
}

static struct spine spine = { .programs = programs, .mount = "",
	.trusted_proxies = "10.0.0.1, 192.168.0.0/16, ::1", .run = run };

UNUSED static int
serve(void)
{
	struct wire_in in = { wire_env, wire_body, &wire, wire.to_end };

	if (arena == NULL) {
		arena = arena_new(16 << 20);
		log_open("test", LOG_ERROR_);
	}
	arena_reset(arena);
	spine.arena = arena;
	seen[0] = '\0';
	handled = 0;
	spine_serve(&spine, &in, &got);
	return got.status;
}

UNUSED static int
get(const char *uri)
{
	ask("GET", uri);
	return serve();
}

/* A header of the reply; "" when it is not there. */
UNUSED static const char *
header(const char *name)
{
	static char value[512];
	const char *s = got.bytes, *end = strstr(s, "\r\n\r\n");
	size_t len = strlen(name);

	value[0] = '\0';
	for (; s != NULL && s < end; s = strstr(s, "\r\n") + 2)
		if (strncmp(s, name, len) == 0 && s[len] == ':')
			snprintf(value, sizeof(value), "%.*s",
			    (int)strcspn(s + len + 2, "\r"), s + len + 2);
	return value;
}

UNUSED static const char *
body(void)
{
	return strstr(got.bytes, "\r\n\r\n") + 4;
}

UNUSED static bool
says(const char *text)
{
	return strstr(body(), text) != NULL;
}

UNUSED static bool
refused(int status, const char *code)
{
	char want[64];

	snprintf(want, sizeof(want), "\"code\":\"%s\"", code);
	if (got.status == status && says(want) &&
	    strcmp(header("Content-Type"), "application/problem+json") == 0 &&
	    handled == 0)
		return true;
	printf("# %d %s\n", got.status, got.bytes);
	return false;
}

#endif
