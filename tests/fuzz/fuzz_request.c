/*
 * Fuzz target: a whole request.  The input is lines NAME=VALUE of a wire's
 * environment, an empty line, and the body; a table of routes with every kind
 * of body and parameter answers.  What comes out must be a reply that a web
 * server can read.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/http/http.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct input {
	struct arena	*arena;
	const char	*env, *env_end;
	const char	*body, *end;
};

static const char *
input_env(void *ctx, const char *name)
{
	const struct input *in = ctx;
	const char *line = in->env, *eol;
	size_t len = strlen(name);

	for (; line < in->env_end; line = eol + 1) {
		eol = memchr(line, '\n', (size_t)(in->env_end - line));
		if (eol == NULL)
			eol = in->env_end;
		if ((size_t)(eol - line) > len && line[len] == '=' &&
		    memcmp(line, name, len) == 0)
			return arena_strndup(in->arena, line + len + 1,
			    (size_t)(eol - line) - len - 1);
	}
	return NULL;
}

static long
input_body(void *ctx, char *to, size_t len)
{
	struct input *in = ctx;
	size_t left = (size_t)(in->end - in->body);

	if (len > left)
		len = left;
	if (len > 0)
		memcpy(to, in->body, len);
	in->body += len;
	return (long)len;
}

/* Reads everything that a handler can read. */
static enum rc
answer(struct req *req)
{
	const char *s = "", **list = NULL, *cursor;
	size_t i, len = 0;
	int64_t n = 0, limit;
	bool b = false;
	struct buf *out;
	enum rc rc;

	if ((rc = req_page(req, &limit, &cursor)) != RC_OK)
		return rc;
	if (req->json != NULL &&
	    ((rc = body_str(req, "s", REQUIRED, 1, 8, &s)) != RC_OK ||
	    (rc = body_int(req, "n", OPTIONAL, -9, 9, &n)) != RC_OK ||
	    (rc = body_bool(req, "b", OPTIONAL, &b)) != RC_OK ||
	    (rc = body_strs(req, "l", OPTIONAL, 3, &list, &len)) != RC_OK))
		return rc;
	out = reply_json(req, 200);
	json_object(out, NULL);
	for (i = 0; i < req->params_len; i++)
		json_add_str(out, req->params[i].name, req->params[i].value);
	json_add_str(out, "q", req_query(req, "q"));
	json_add_str(out, "cookie", req_cookie(req, "stagedoor"));
	json_add_str(out, "addr", req->remote_addr);
	json_add_str(out, "s", s);
	json_object_end(out);
	if (req->user_agent != NULL)
		reply_header(req, "X-Agent", req->user_agent);
	return RC_OK;
}

static const struct route routes[] = {
	{ GET, "/live", "list", AUTH_NONE, ETAG, answer },
	{ GET, "/live/{id}", "get", AUTH_NONE, 0, answer },
	{ POST, "/live/start", "start", AUTH_NONE, BODY, answer },
	{ PUT, "/a/{b}/c/{d}", "put", AUTH_NONE, BODY_OPT, answer },
	{ POST, "/raw", "raw", AUTH_NONE, BODY_RAW | BODY_BIG, answer },
	{ 0 }
};
static const struct program program = { "fuzz", routes, 0 };
static const struct program *const all[] = { &program, NULL };

static enum rc
run(struct req *req)
{
	enum rc rc = req_read_body(req);

	return rc == RC_OK ? req->route->handle(req) : rc;
}

/* The form that every web server needs, whatever came in. */
static void
must_be_reply(const struct reply *r)
{
	const char *end = strstr(r->bytes, "\r\n\r\n"), *s;

	if (strncmp(r->bytes, "Status: ", 8) != 0 || end == NULL ||
	    r->status < 200 || r->status > 599 || r->status == 500)
		abort();
	for (s = r->bytes; s < end; s++)
		if ((*s == '\n' && s[-1] != '\r') ||
		    ((unsigned char)*s < 0x20 && *s != '\n' && *s != '\r'))
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct arena *arena;
	const char *text = (const char *)data, *gap;
	struct input in = { .env = text, .end = text + len };
	struct wire_in wire = { .env = input_env, .body_read = input_body,
	    .ctx = &in };
	struct spine spine = { .programs = all, .mount = "/app",
	    .trusted_proxies = "10.0.0.1, ::1, 192.168.0.0/16", .run = run };
	struct reply reply;

	if (arena == NULL) {
		arena = arena_new(64 << 20);
		log_open("fuzz", LOG_ERROR_ + 1);
	}
	in.arena = spine.arena = arena;
	gap = len > 1 ? memmem(text, len, "\n\n", 2) : NULL;
	in.env_end = gap != NULL ? gap : in.end;
	in.body = gap != NULL ? gap + 2 : in.end;
	wire.to_end = len % 2 == 0;
	spine_serve(&spine, &wire, &reply);
	must_be_reply(&reply);
	arena_reset(arena);
	return 0;
}
