/*
 * The body of a request: read under its limit, whole or not at all, and as
 * JSON where the route says so.  What is refused is refused before anything
 * else was done.
 */
#include <string.h>
#include <strings.h>

#include "local.h"

static size_t
body_max(const struct req *req)
{
	return req->route->flags & BODY_BIG ? HTTP_WEBHOOK_BODY_MAX :
	    HTTP_BODY_MAX;
}

/* The announced length; *known is false where there is none. */
static enum rc
announced(struct live_req *l, size_t *len, bool *known)
{
	const char *s = l->content_length;
	int64_t n;

	*known = s != NULL;
	*len = 0;
	if (s == NULL)
		return RC_OK;
	if (strspn(s, "0123456789") != strlen(s))
		return fail(&l->req, RC_INVALID, "invalid_content_length",
		    NULL, 0);
	/* Digits that are no int64 are a length too: one far too large. */
	if (!str_to_int(s, 0, (int64_t)body_max(&l->req), &n))
		return fail_status(&l->req, 413, "body_too_large");
	*len = (size_t)n;
	return RC_OK;
}

/* The media type itself; parameters after it do not matter. */
static bool
is_type(const char *given, const char *wanted)
{
	size_t len = strlen(wanted);
	const char *rest;

	if (given == NULL || strncasecmp(given, wanted, len) != 0)
		return false;
	rest = given + len;
	rest += strspn(rest, " \t");
	return *rest == '\0' || *rest == ';';
}

static enum rc
check_type(struct req *req)
{
	const char *wanted = "application/json";

	if (req->route->flags & BODY_SDP)
		wanted = req->method == PATCH ?
		    "application/trickle-ice-sdpfrag" : "application/sdp";
	else if (req->route->flags & BODY_RAW)
		return RC_OK;
	if (is_type(req->content_type, wanted))
		return RC_OK;
	if (fail_detail(req, RC_INVALID, "unsupported_media_type", NULL,
	    "Send the body as Content-Type: %s.", wanted) == RC_INVALID)
		req->problem.status = 415;
	return RC_INVALID;
}

/* Reads until len bytes or the end; -1 when the connection broke. */
static long
read_whole(const struct wire_in *in, char *to, size_t len)
{
	size_t got = 0;
	long n;

	while (got < len) {
		n = in->body_read(in->ctx, to + got, len - got);
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (long)got;
}

static enum rc
read_announced(struct live_req *l, size_t len)
{
	char *bytes = arena_alloc(l->req.arena, len + 1);

	if (read_whole(l->wire, bytes, len) != (long)len)
		return fail(&l->req, RC_INVALID, "short_body", NULL, 0);
	l->req.body = bytes;
	l->req.body_len = len;
	return RC_OK;
}

/* Plain CGI, chunked: Apache's mod_cgid gives no length but an end. */
static enum rc
read_to_end(struct live_req *l)
{
	size_t max = body_max(&l->req), room = 4096, len = 0;
	char *bytes = arena_alloc(l->req.arena, room + 1), *more;
	long n;

	while ((n = read_whole(l->wire, bytes + len, room - len)) > 0) {
		len += (size_t)n;
		if (len > max)
			return fail_status(&l->req, 413, "body_too_large");
		if (len < room)
			continue;
		room = room * 2 > max + 1 ? max + 1 : room * 2;
		more = arena_alloc(l->req.arena, room + 1);
		memcpy(more, bytes, len);
		bytes = more;
	}
	if (n < 0)
		return fail(&l->req, RC_INVALID, "short_body", NULL, 0);
	l->req.body = bytes;
	l->req.body_len = len;
	return RC_OK;
}

static enum rc
parse_json(struct req *req)
{
	enum json_fault fault;
	const char *text = req->body;
	size_t len = req->body_len;

	if (len == 0 && (req->route->flags & BODY_OPT)) {
		text = "{}";
		len = 2;
	}
	fault = json_parse(req->arena, text, len, &req->json);
	if (fault != JSON_OK)
		return fail(req, RC_INVALID, json_fault_code(fault), NULL, 0);
	if (!json_is_object(req->json))
		return fail(req, RC_INVALID, "body_not_object", NULL, 0);
	return RC_OK;
}

enum rc
req_read_body(struct req *req)
{
	/* Every request of the spine is the first member of a live_req. */
	struct live_req *l = (struct live_req *)req;
	size_t len = 0;
	bool known;
	enum rc rc;

	req->body = "";
	if (!(req->route->flags & (BODY | BODY_OPT | BODY_RAW)))
		return RC_OK;
	if ((rc = announced(l, &len, &known)) != RC_OK)
		return rc;
	if (len > 0 && (rc = check_type(req)) != RC_OK)
		return rc;
	if (len > 0)
		rc = read_announced(l, len);
	else if (!known && l->wire->to_end)
		rc = read_to_end(l);
	if (rc == RC_OK && len == 0 && req->body_len > 0)
		rc = check_type(req);
	if (rc == RC_OK && !(req->route->flags & BODY_RAW))
		rc = parse_json(req);
	return rc;
}
