/*
 * JSONTestSuite against every operation that takes JSON, through the real
 * spine: what is no JSON is refused as such, what is JSON gets the operation's
 * own answer, and never a 500.  (Security requirement 24.)
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api.h"

#define BODY_ROOM (512 * 1024)

struct request {
	const struct route *route;
	const char	*path;
	const char	*authorization;
	char		 length[24];
	const char	*body;
	size_t		 body_len, body_at;
};

struct score {
	int		 refused, taken, exceptions, wrong;
};

static const char *
suite_env(void *ctx, const char *name)
{
	const struct request *r = ctx;

	if (strcmp(name, "REQUEST_METHOD") == 0)
		return method_name(r->route->method);
	if (strcmp(name, "REQUEST_URI") == 0)
		return r->path;
	if (strcmp(name, "CONTENT_LENGTH") == 0)
		return r->length;
	if (strcmp(name, "CONTENT_TYPE") == 0)
		return "application/json";
	if (strcmp(name, "HTTP_AUTHORIZATION") == 0)
		return r->authorization;
	return NULL;
}

static long
suite_body(void *ctx, char *to, size_t len)
{
	struct request *r = ctx;

	if (len > r->body_len - r->body_at)
		len = r->body_len - r->body_at;
	memcpy(to, r->body + r->body_at, len);
	r->body_at += len;
	return (long)len;
}

/* "/live/{id}" → "/live/x" */
static char *
path_of(const struct route *route)
{
	const char *s = route->path;
	struct buf b;

	buf_init(&b, the_case.arena);
	for (; *s != '\0'; s++)
		if (*s == '{') {
			buf_char(&b, 'x');
			s += strcspn(s, "}");
		} else
			buf_char(&b, *s);
	return b.data;
}

/* Code of the problem in a reply, "" where it is none. */
static const char *
code_of(const struct reply *reply)
{
	static char code[64];
	const char *s = strstr(reply->bytes, "\"code\":\"");

	code[0] = '\0';
	if (reply->status >= 400 && s != NULL)
		snprintf(code, sizeof(code), "%.*s", (int)strcspn(s + 8, "\""),
		    s + 8);
	return code;
}

static bool
listed(const char *code, const char *const *codes)
{
	for (; *codes != NULL; codes++)
		if (strcmp(code, *codes) == 0)
			return true;
	return false;
}

static bool
n_is_right(const struct request *r, int status, const char *code)
{
	static const char *const codes[] = { "json_syntax", "json_utf8",
	    "json_depth", NULL };

	if (r->body_len > HTTP_BODY_MAX)
		return status == 413 && strcmp(code, "body_too_large") == 0;
	/* No body at all stands for {} where that is enough. */
	if (r->body_len == 0 && (r->route->flags & BODY_OPT))
		return status < 500 && !str_starts(code, "json_");
	return status == 400 && listed(code, codes);
}

static bool
y_is_right(int status, const char *code, struct score *score)
{
	static const char *const codes[] = { "json_duplicate_key", "json_nul",
	    NULL };

	if (listed(code, codes)) {
		score->exceptions++;
		return status == 400;
	}
	return status < 500 && !str_starts(code, "json_");
}

/* True when the operation did what it does, which may have been signing out. */
static bool
judge(const struct request *r, const char *file, struct score *score)
{
	struct wire_in in = { .env = suite_env, .body_read = suite_body,
	    .ctx = (void *)(uintptr_t)r };
	const char *name = strrchr(file, '/') + 1, *code;
	struct reply reply;
	bool right;

	spine_serve(&world.spine, &in, &reply);
	code = code_of(&reply);
	if (*name == 'n') {
		score->refused++;
		right = n_is_right(r, reply.status, code);
	} else {
		score->taken++;
		right = y_is_right(reply.status, code, score);
	}
	if (!right) {
		score->wrong++;
		printf("# %s %s: %d %s\n", r->route->op, name, reply.status,
		    code);
	}
	right = reply.status < 300;
	arena_reset(world.spine.arena);
	return right;
}

static size_t
read_body(const char *path, char *to)
{
	FILE *f = fopen(path, "rb");
	size_t len;

	if (f == NULL)
		case_fail("%s cannot be read", path);
	len = fread(to, 1, BODY_ROOM, f);
	fclose(f);
	return len;
}

/* Somebody new, who may do everything. */
static char *
credential(int i)
{
	char *name = arena_printf(the_case.arena, "user%d", i);

	world_user(arena_printf(the_case.arena, "%s admin creator", name));
	return arena_printf(the_case.arena, "Bearer %s", name_get(name));
}

static void
judge_all(const struct route *route, const glob_t *files, struct score *score)
{
	static char body[BODY_ROOM];
	static int users;
	struct request r = { .route = route, .path = path_of(route) };
	size_t i;

	*score = (struct score){ 0 };
	for (i = 0; i < files->gl_pathc; i++) {
		if (r.authorization == NULL)
			r.authorization = credential(users++);
		r.body = body;
		r.body_len = read_body(files->gl_pathv[i], body);
		r.body_at = 0;
		snprintf(r.length, sizeof(r.length), "%zu", r.body_len);
		if (judge(&r, files->gl_pathv[i], score))
			r.authorization = NULL;
	}
}

static int
run_route(const struct route *route, const glob_t *files)
{
	struct score s;
	bool good;

	if (!(route->flags & (BODY | BODY_OPT)))
		return 0;
	judge_all(route, files, &s);
	good = s.wrong == 0 && s.refused == 188 && s.taken == 95 &&
	    s.exceptions == 4;
	if (!good)
		printf("# n_ %d, y_ %d, exceptions %d, wrong %d\n", s.refused,
		    s.taken, s.exceptions, s.wrong);
	printf("%s security 24: JSONTestSuite on %s\n", good ? "ok" : "not ok",
	    route->op);
	return !good;
}

int
main(void)
{
	const char *srcdir = getenv("srcdir");
	const struct program *const *p;
	const struct route *route;
	char pattern[1100];
	glob_t files;
	int wrong = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	snprintf(pattern, sizeof(pattern),
	    "%s/tests/vectors/jsontestsuite/test_parsing/[ny]_*.json",
	    srcdir != NULL ? srcdir : ".");
	the_case.path = "suite";
	the_case.arena = arena_new(1 << 30);
	if (glob(pattern, 0, NULL, &files) != 0)
		case_fail("nothing at %s", pattern);
	world_config("rate_limits = off");
	for (p = programs; *p != NULL; p++)
		for (route = (*p)->routes; route->path != NULL; route++)
			wrong |= run_route(route, &files);
	globfree(&files);
	world_close();
	arena_free(the_case.arena);
	return wrong;
}
