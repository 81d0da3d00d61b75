/*
 * One exchange of a case: the request as it is written down, made into an
 * environment and a body, served by the real spine, and the reply compared.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cjson/cJSON.h>

#include "api.h"

#define HEADERS_MAX 64

struct exchange {
	const char	*method, *target;
	const char	*env[HEADERS_MAX][2];
	size_t		 env_len;
	const char	*body;
	size_t		 body_len, body_at;
	struct reply	 reply;
	const char	*reply_body;
	bool		 unchanged;	/* the database must stay as it is */
};

static struct exchange x;

bool
exchange_begins(const char *line)
{
	size_t n = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return n > 0 && line[n] == ' ' && (line[n + 1] == '/' ||
	    strncmp(line + n + 1, "http", 4) == 0 || line[n + 1] == '*' ||
	    strncmp(line + n + 1, "{{", 2) == 0);
}

const char *
exchange_story(void)
{
	if (x.method == NULL)
		return "";
	return arena_printf(the_case.arena, "%s %s\n%.*s%s%s", x.method,
	    x.target, (int)(x.body_len > 600 ? 600 : x.body_len),
	    x.body != NULL ? x.body : "", x.body_len > 0 ? "\n" : "",
	    x.reply.bytes != NULL ? arena_printf(the_case.arena,
	    "got:\n%.2000s\n", x.reply.bytes) : "");
}

/* ---- the request ---------------------------------------------------------- */

static const char *
wire_env(void *ctx, const char *name)
{
	size_t i;

	(void)ctx;
	for (i = 0; i < x.env_len; i++)
		if (strcmp(x.env[i][0], name) == 0)
			return x.env[i][1];
	return NULL;
}

static long
wire_body(void *ctx, char *to, size_t len)
{
	size_t left = x.body_len - x.body_at;

	(void)ctx;
	if (len > left)
		len = left;
	memcpy(to, x.body + x.body_at, len);
	x.body_at += len;
	return (long)len;
}

static void
put_env(const char *name, const char *value)
{
	if (x.env_len == HEADERS_MAX)
		case_fail("too many headers");
	x.env[x.env_len][0] = name;
	x.env[x.env_len++][1] = value;
}

/* "Content-Type" → CONTENT_TYPE, "X-Y" → HTTP_X_Y; NAMES_LIKE_THIS are the
 * web server's own variables. */
static void
put_header(const char *name, const char *value)
{
	bool plain = strcasecmp(name, "Content-Type") == 0 ||
	    strcasecmp(name, "Content-Length") == 0 ||
	    strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == strlen(name);
	char *s = arena_printf(the_case.arena, "%s%s", plain ? "" : "HTTP_",
	    name), *c;

	for (c = s; *c != '\0'; c++)
		if (*c == '-')
			*c = '_';
		else if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	put_env(s, value);
}

static void
take_headers(void)
{
	const char *line, *value;
	char *name;
	size_t len;

	while ((line = case_peek()) != NULL && *line != '\0' &&
	    !str_starts(line, "---")) {
		len = strcspn(line, ":");
		if (line[len] == '\0' || len == 0)
			case_fail("not a header: %s", line);
		name = arena_strndup(the_case.arena, line, len);
		value = line + len + 1;
		value += strspn(value, " ");
		/* Signed when the body is known. */
		put_header(name, strstr(value, "{{webhook") != NULL ? value :
		    name_fill(value));
		case_take();
	}
}

static void
body_hex(struct buf *b, const char *s)
{
	char pair[3] = "";

	for (; s[0] != '\0' && s[1] != '\0'; s += 2) {
		memcpy(pair, s, 2);
		buf_char(b, (char)strtol(pair, NULL, 16));
	}
}

/* "@hex 7b7d", "@repeat 65537 x": what cannot be written as text. */
static void
body_special(struct buf *b, const char *line)
{
	char *rest;
	long n;

	if (str_starts(line, "@hex "))
		body_hex(b, line + 5);
	else if (str_starts(line, "@repeat ")) {
		n = strtol(line + 8, &rest, 10);
		while (n-- > 0)
			buf_str(b, rest + 1);
	} else
		case_fail("@hex or @repeat, not %s", line);
}

static void
take_body(void)
{
	const char *line;
	struct buf b;

	buf_init(&b, the_case.arena);
	while ((line = case_peek()) != NULL && !str_starts(line, "---")) {
		case_take();
		if (*line == '@')
			body_special(&b, line);
		else if (*line != '\0')
			buf_printf(&b, "%s%s", b.len > 0 ? "\n" : "",
			    name_fill(line));
	}
	x.body = b.data;
	x.body_len = b.len;
}

static void
complete_headers(void)
{
	size_t i;

	for (i = 0; i < x.env_len; i++) {
		const char **value = &x.env[i][1];

		if (strcmp(*value, "{{webhook}}") == 0)
			*value = livekit_sign(API_SECRET, x.body, x.body_len);
		else if (strcmp(*value, "{{webhook-forged}}") == 0)
			*value = livekit_sign("not-the-secret-not-the-secret-32",
			    x.body, x.body_len);
	}
	put_env("REQUEST_METHOD", x.method);
	put_env("REQUEST_URI", x.target);
	put_env("REMOTE_ADDR", "192.0.2.1");
	if (x.body_len == 0)
		return;
	/* The first of a name counts: these are only defaults. */
	put_env("CONTENT_TYPE", "application/json");
	put_env("CONTENT_LENGTH", arena_printf(the_case.arena, "%zu",
	    x.body_len));
}

static void
take_request(void)
{
	const char *line = name_fill(case_take());
	size_t len = strcspn(line, " ");

	x = (struct exchange){ 0 };
	x.method = arena_strndup(the_case.arena, line, len);
	x.target = line + len + 1;
	take_headers();
	take_body();
	complete_headers();
}

/* ---- the reply -------------------------------------------------------------- */

/* i-th value of a header, NULL past the last. */
static char *
reply_value(const char *name, size_t i)
{
	const char *s = x.reply.bytes, *end = strstr(s, "\r\n\r\n");
	size_t len = strlen(name);

	for (; s < end + 2; s = strstr(s, "\r\n") + 2) {
		if (strncasecmp(s, name, len) != 0 || s[len] != ':')
			continue;
		if (i-- > 0)
			continue;
		s += len + 1;
		s += strspn(s, " ");
		return arena_strndup(the_case.arena, s, strcspn(s, "\r"));
	}
	return NULL;
}

/* What holds for every reply, asked for or not. */
static void
check_form(void)
{
	const char *status = reply_value("Status", 0);
	const char *length = reply_value("Content-Length", 0);
	const char *sniff = reply_value("X-Content-Type-Options", 0);
	size_t len = strlen(x.reply_body);

	if (!str_starts(x.reply.bytes, "Status: ") ||
	    atol(status) != x.reply.status)
		case_fail("the reply does not begin with its status");
	if (reply_value("X-Request-Id", 0) == NULL || sniff == NULL ||
	    strcmp(sniff, "nosniff") != 0 ||
	    reply_value("Cache-Control", 0) == NULL)
		case_fail("X-Request-Id, X-Content-Type-Options: nosniff or "
		    "Cache-Control is missing");
	if (x.reply.status == 204 || x.reply.status == 304) {
		if (len > 0 || length != NULL)
			case_fail("%d must not have a body", x.reply.status);
	} else if (length == NULL || (strcmp(x.method, "HEAD") != 0 &&
	    (size_t)atol(length) != len))
		case_fail("Content-Length is not that of the body");
	if (x.reply.status == 401 &&
	    reply_value("WWW-Authenticate", 0) == NULL)
		case_fail("401 without WWW-Authenticate");
	if ((x.reply.status == 429 || x.reply.status == 503) &&
	    reply_value("Retry-After", 0) == NULL)
		case_fail("%d without Retry-After", x.reply.status);
}

/* Refusals have one form everywhere, documented or not. */
static void
check_problem(const cJSON *json, const char *type)
{
	if (x.reply.status < 400 || strcmp(x.method, "HEAD") == 0)
		return;
	if (strcmp(type, "application/problem+json") != 0 ||
	    json_str(json, "type") == NULL || json_str(json, "title") == NULL ||
	    json_str(json, "code") == NULL ||
	    json_str(json, "detail") == NULL ||
	    json_str(json, "requestId") == NULL ||
	    !cJSON_IsNumber(json_get(json, "status")) ||
	    (int)cJSON_GetNumberValue(json_get(json, "status")) !=
	    x.reply.status)
		case_fail("not a problem document");
}

static void
check_documented(const cJSON *json, const char *type)
{
	const char *path = x.target, *mount = world.config->mount;
	char *why;

	if (str_starts(path, mount))
		path += strlen(mount);
	why = schema_check(x.method, path, x.reply.status, type, json);
	if (why != NULL)
		case_fail("%s", why);
}

static void
expect_headers(void)
{
	const char *line, *want;
	char *name, *got;
	size_t len, i;
	bool found;

	while ((line = case_peek()) != NULL && *line >= 'A' && *line <= 'Z' &&
	    !exchange_begins(line)) {
		len = strcspn(line, ":");
		name = arena_strndup(the_case.arena, line, len);
		want = name_fill(line + len + (line[len] != '\0'));
		want += strspn(want, " ");
		found = false;
		for (i = 0; !found && (got = reply_value(name, i)) != NULL; i++)
			found = match_text(want, got);
		if (strcmp(want, "-") == 0 ? i > 0 : !found)
			case_fail("header %s: expected %s, got %s", name, want,
			    i > 0 ? reply_value(name, 0) : "none");
		case_take();
	}
}

/* The JSON runs on until a line that begins another thing. */
static void
expect_json(const cJSON *got)
{
	const char *line;
	cJSON *want;
	struct buf b;
	char *why;

	buf_init(&b, the_case.arena);
	while ((line = case_peek()) != NULL && *line != '\0' &&
	    strchr("{}[] \t\"", *line) != NULL) {
		buf_printf(&b, "%s\n", name_fill(line));
		case_take();
	}
	want = match_parse(b.data, "what is expected");
	if (got == NULL)
		case_fail("the reply is not JSON");
	if ((why = match_json(want, got, "")) != NULL)
		case_fail("%s", why);
	cJSON_Delete(want);
}

/* "~ text": the body contains it, "!~ text": it does not. */
static void
expect_text(const char *line)
{
	bool wanted = *line == '~';
	const char *text = name_fill(line + (wanted ? 2 : 3));

	if ((strstr(x.reply_body, text) != NULL) != wanted)
		case_fail("the body %s: %s", wanted ? "lacks" : "contains",
		    text);
}

static void
expect_body(const cJSON *json)
{
	const char *line;

	while ((line = case_peek()) != NULL) {
		if (*line == '{' || *line == '[')
			expect_json(json);
		else if (str_starts(line, "~ ") || str_starts(line, "!~ "))
			expect_text(case_take());
		else if (*line == '\0' || *line == '#')
			case_take();
		else
			break;
	}
}

/* "--- unchanged" stands after the exchange it speaks of. */
static bool
wants_unchanged(void)
{
	size_t i;

	for (i = the_case.at; the_case.lines[i] != NULL; i++) {
		if (strcmp(the_case.lines[i], "--- unchanged") == 0)
			return true;
		if (exchange_begins(the_case.lines[i]))
			break;
	}
	return false;
}

static void
serve(void)
{
	struct wire_in in = { .env = wire_env, .body_read = wire_body };

	spine_serve(&world.spine, &in, &x.reply);
	x.reply_body = strstr(x.reply.bytes, "\r\n\r\n");
	if (x.reply_body == NULL)
		case_fail("the reply has no end of headers");
	x.reply_body += 4;
}

static void
compare(long status)
{
	const char *type = reply_value("Content-Type", 0);
	cJSON *json = NULL;

	if (x.reply.status != status)
		case_fail("status: expected %ld, got %d", status,
		    x.reply.status);
	check_form();
	type = type != NULL ? type : "";
	if (strstr(type, "json") != NULL && strcmp(x.method, "HEAD") != 0 &&
	    (json = cJSON_Parse(x.reply_body)) == NULL)
		case_fail("the body says it is JSON and is not");
	check_problem(json, type);
	check_documented(json, type);
	expect_headers();
	expect_body(json);
	cJSON_Delete(json);
}

void
exchange_run(void)
{
	const char *before = NULL, *line;
	bool unchanged;
	long status;

	world_open();
	take_request();
	line = case_take();
	if (line == NULL || !str_starts(line, "--- ") ||
	    (status = strtol(line + 4, NULL, 10)) < 100)
		case_fail("a request must be followed by --- STATUS");
	if ((unchanged = wants_unchanged()))
		before = world_dump();
	serve();
	compare(status);
	if (unchanged && strcmp(before, world_dump()) != 0)
		case_fail("the database has changed");
	arena_reset(world.spine.arena);
	x.reply = (struct reply){ 0 };
}
