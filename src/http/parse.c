/*
 * Environment to request: method, path, query, the headers we use.  Only here
 * and in the body do bytes from outside become values, under the limits of
 * http.h.  A path that two readers could understand differently (encoded
 * slashes, dot segments, empty segments) is refused, not repaired.
 */
#include <string.h>

#include "local.h"

static const char *const method_names[] = {
	[GET] = "GET", [POST] = "POST", [PUT] = "PUT", [DELETE] = "DELETE",
	[PATCH] = "PATCH", [HEAD] = "HEAD", [OPTIONS] = "OPTIONS",
};
_Static_assert(sizeof(method_names) / sizeof(method_names[0]) == METHOD_MAX,
    "every method has a name");

const char *
method_name(enum method m)
{
	return m < METHOD_MAX ? method_names[m] : "?";
}

/* METHOD_MAX for what we never answer: routing turns it into 405. */
static enum method
method_by_name(const char *name)
{
	int m;

	for (m = 0; name != NULL && m < METHOD_MAX; m++)
		if (strcmp(name, method_names[m]) == 0)
			return (enum method)m;
	return METHOD_MAX;
}

/* A variable of the wire; some servers set what was not sent to "". */
static const char *
env(const struct live_req *l, const char *name)
{
	const char *value = l->wire->env(l->wire->ctx, name);

	return value != NULL && *value != '\0' ? value : NULL;
}

static enum rc
bad_path(struct req *req)
{
	return fail(req, RC_INVALID, "invalid_path", NULL, 0);
}

static enum rc
too_long(struct req *req)
{
	return fail_status(req, 414, "uri_too_long");
}

static bool
is_dots(const char *s, size_t len)
{
	return (len == 1 && s[0] == '.') ||
	    (len == 2 && s[0] == '.' && s[1] == '.');
}

/* One segment onto the path; false where it may not stand in one. */
static bool
add_segment(struct req *req, struct buf *path, const char *s, size_t len,
    bool encoded)
{
	const char *text = s;

	if (encoded && memchr(s, '%', len) != NULL) {
		if ((text = percent_decode(req->arena, s, len, false)) == NULL)
			return false;
		len = strlen(text);
	}
	if (memchr(text, '/', len) != NULL || memchr(text, '\\', len) != NULL ||
	    is_dots(text, len))
		return false;
	buf_char(path, '/');
	buf_add(path, text, len);
	return true;
}

static bool
has_control(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return true;
	return false;
}

/*
 * Splits before decoding, so that an encoded slash can never make a segment.
 * encoded is false for SCRIPT_NAME and PATH_INFO, which servers decode.
 */
static enum rc
parse_path(struct req *req, const char *raw, size_t len, bool encoded)
{
	const char *end = raw + len, *s, *slash;
	struct buf path;

	if (len > HTTP_PATH_MAX)
		return too_long(req);
	if (len == 0 || *raw != '/' || has_control(raw, len) ||
	    !utf8_valid(raw, len) || memchr(raw, '#', len) != NULL)
		return bad_path(req);
	buf_init(&path, req->arena);
	for (s = raw + 1;; s = slash + 1) {
		slash = memchr(s, '/', (size_t)(end - s));
		if (slash == s)
			return bad_path(req);
		if (slash == NULL)
			slash = end;
		if (!add_segment(req, &path, s, (size_t)(slash - s), encoded))
			return bad_path(req);
		if (slash == end)
			break;
	}
	req->path = path.data;
	return RC_OK;
}

static enum rc
parse_query(struct req *req, const char *raw)
{
	size_t len = strlen(raw);

	if (len > HTTP_QUERY_MAX)
		return too_long(req);
	if (len > 0 && percent_decode(req->arena, raw, len, true) == NULL)
		return fail(req, RC_INVALID, "invalid_query", NULL, 0);
	req->query = raw;
	return RC_OK;
}

/* Takes the mount point off the path; false when it lies outside. */
static bool
strip_mount(struct req *req, const char *mount)
{
	size_t len = mount != NULL ? strlen(mount) : 0;
	const char *rest = req->path + len;

	if (len == 0)
		return true;
	if (strncmp(req->path, mount, len) != 0)
		return false;
	if (*rest != '\0' && *rest != '/')
		return false;
	req->path = *rest == '\0' ? "/" : rest;
	return true;
}

/* REQUEST_URI is what the client sent; all our servers but a hand-made CGI
 * environment set it. */
static enum rc
parse_uri(struct live_req *l)
{
	const char *uri = env(l, "REQUEST_URI"), *query, *scheme;
	struct req *req = &l->req;
	enum rc rc;

	if (*uri != '/' && (scheme = strstr(uri, "://")) != NULL)
		uri = scheme + 3 + strcspn(scheme + 3, "/?");
	query = strchr(uri, '?');
	rc = parse_path(req, uri, query != NULL ? (size_t)(query - uri) :
	    strlen(uri), true);
	if (rc == RC_OK)
		rc = parse_query(req, query != NULL ? query + 1 : "");
	if (rc == RC_OK && !strip_mount(req, l->spine->mount))
		rc = fail(req, RC_NOT_FOUND, "no_route", NULL, 0);
	return rc;
}

static enum rc
parse_script(struct live_req *l)
{
	const char *script = env(l, "SCRIPT_NAME"), *info = env(l, "PATH_INFO");
	const char *query = env(l, "QUERY_STRING"), *full;
	struct req *req = &l->req;
	enum rc rc;

	full = arena_printf(req->arena, "%s%s", script != NULL ? script : "",
	    info != NULL ? info : "");
	rc = parse_path(req, full, strlen(full), false);
	if (rc == RC_OK)
		rc = parse_query(req, query != NULL ? query : "");
	/* Without SCRIPT_NAME nobody named a mount point: PATH_INFO is ours. */
	if (rc == RC_OK && !strip_mount(req, l->spine->mount) && script != NULL)
		rc = fail(req, RC_NOT_FOUND, "no_route", NULL, 0);
	return rc;
}

static const char *
client_address(const struct live_req *l)
{
	const char *remote = env(l, "REMOTE_ADDR");

	if (remote == NULL)
		return "";
	return address_forwarded(l->req.arena, remote,
	    env(l, "HTTP_X_FORWARDED_FOR"), l->spine->trusted_proxies);
}

enum rc
req_parse(struct live_req *l)
{
	struct req *req = &l->req;

	req->method = method_by_name(env(l, "REQUEST_METHOD"));
	req->path = req->query = "";
	req->authorization = env(l, "HTTP_AUTHORIZATION");
	if (req->authorization == NULL)
		req->authorization = env(l, "REDIRECT_HTTP_AUTHORIZATION");
	req->cookie = env(l, "HTTP_COOKIE");
	req->content_type = env(l, "CONTENT_TYPE");
	req->origin = env(l, "HTTP_ORIGIN");
	req->host = env(l, "HTTP_HOST");
	req->if_none_match = env(l, "HTTP_IF_NONE_MATCH");
	req->if_match = env(l, "HTTP_IF_MATCH");
	req->user_agent = env(l, "HTTP_USER_AGENT");
	req->fetch_site = env(l, "HTTP_SEC_FETCH_SITE");
	req->remote_addr = client_address(l);
	l->content_length = env(l, "CONTENT_LENGTH");
	if (req->cookie != NULL && strlen(req->cookie) > HTTP_COOKIE_MAX)
		return fail(req, RC_INVALID, "cookie_too_long", NULL, 0);
	return env(l, "REQUEST_URI") != NULL ? parse_uri(l) : parse_script(l);
}
