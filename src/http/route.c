/*
 * Path and method to a row of a route table.  Tables are few and short, so
 * they are walked; a path segment that is written out wins over a {part}.
 */
#include <string.h>

#include "local.h"

#define METHOD_BIT(m) (1u << (m))

/*
 * Whether path fits pattern; its {parts} go to params.  Patterns are ours and
 * trusted, paths were checked by parse.c.
 */
static bool
path_fits(struct arena *a, const char *pattern, const char *path,
    struct param params[HTTP_PARAMS_MAX], size_t *params_len)
{
	size_t n = 0, name_len, len;

	*params_len = 0;
	while (*pattern != '\0') {
		if (*pattern != '{') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		name_len = strcspn(++pattern, "}");
		len = strcspn(path, "/");
		if (len == 0 || n == HTTP_PARAMS_MAX)
			return false;
		params[n].name = pattern;
		params[n++].value = path;
		pattern += name_len + 1;
		path += len;
	}
	if (*path != '\0')
		return false;
	/* Copied only now: most patterns do not fit. */
	*params_len = n;
	while (n-- > 0) {
		params[n].name = arena_strndup(a, params[n].name,
		    strcspn(params[n].name, "}"));
		params[n].value = arena_strndup(a, params[n].value,
		    strcspn(params[n].value, "/"));
	}
	return true;
}

static void
take_route(struct req *req, const struct program *program,
    const struct route *route, const struct param *params, size_t len)
{
	/* Fewer {parts} is more specific; the first of equals stays. */
	if (req->route != NULL && req->params_len <= len)
		return;
	req->program = program;
	req->route = route;
	memcpy(req->params, params, len * sizeof(params[0]));
	req->params_len = len;
}

static const char *
allow_list(struct arena *a, unsigned methods)
{
	struct buf b;
	int m;

	if (methods & METHOD_BIT(GET))
		methods |= METHOD_BIT(HEAD);
	methods |= METHOD_BIT(OPTIONS);
	buf_init(&b, a);
	for (m = 0; m < METHOD_MAX; m++)
		if (methods & METHOD_BIT(m))
			buf_printf(&b, "%s%s", b.len > 0 ? ", " : "",
			    method_name((enum method)m));
	return b.data;
}

static enum rc
no_route_for(struct req *req, unsigned methods, bool takes_sdp)
{
	if (methods == 0)
		return fail(req, RC_NOT_FOUND, "no_route", NULL, 0);
	reply_header(req, "Allow", allow_list(req->arena, methods));
	/* RFC 9725 §4.2 */
	if (takes_sdp)
		reply_header(req, "Accept-Post", "application/sdp");
	if (req->method == OPTIONS)
		return reply_empty(req, 204);
	return fail_status(req, 405, "method_not_allowed");
}

enum rc
req_route(struct live_req *l)
{
	const struct program *const *p;
	struct param params[HTTP_PARAMS_MAX];
	struct req *req = &l->req;
	unsigned methods = 0;
	bool takes_sdp = false;
	size_t len;

	for (p = l->spine->programs; *p != NULL; p++) {
		const struct route *r;

		for (r = (*p)->routes; r->path != NULL; r++) {
			/* Both begin with '/'; the next byte tells most apart. */
			if (r->path[1] != req->path[1] && r->path[1] != '{')
				continue;
			if (!path_fits(req->arena, r->path, req->path, params,
			    &len))
				continue;
			methods |= METHOD_BIT(r->method);
			takes_sdp |= r->method == POST &&
			    (r->flags & BODY_SDP);
			if (r->method == req->method ||
			    (r->method == GET && req->method == HEAD))
				take_route(req, *p, r, params, len);
		}
	}
	return req->route != NULL ? RC_OK :
	    no_route_for(req, methods, takes_sdp);
}

const char *
req_param(const struct req *req, const char *name)
{
	size_t i;

	for (i = 0; i < req->params_len; i++)
		if (strcmp(req->params[i].name, name) == 0)
			return req->params[i].value;
	return "";
}
