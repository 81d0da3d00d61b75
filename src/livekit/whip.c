/*
 * LiveKit's own WHIP endpoint (RFC 9725), which is no Twirp: SDP goes in and
 * out, and half of an answer is in its headers.  The token is the caller's;
 * nothing of the answer to a refused one is kept but its message, scrubbed.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "local.h"

#define PATH		"/whip/v1"
#define RESOURCE_MAX	128

static const struct {
	const char	*method;
	const char	*type;		/* header line; NULL: no body */
} kinds[] = {
	{ "POST", "Content-Type: application/sdp" },
	{ "PATCH", "Content-Type: application/trickle-ice-sdpfrag" },
	{ "DELETE", NULL }
};

static bool
resource_good(const char *s)
{
	size_t len = lki_blank(s) ? 0 : strlen(s);

	return len > 0 && len <= RESOURCE_MAX &&
	    strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789_-") == len;
}

static bool
etag_good(const char *s)
{
	return !lki_blank(s) && lki_visible(s) && strchr(s, '"') == NULL;
}

/* The row of kinds; LKI_LEN(kinds) where something is missing or too much. */
static size_t
kind_of(const struct lk_whip_opts *o)
{
	size_t i = 0;

	while (i < LKI_LEN(kinds) && (o->method == NULL ||
	    strcmp(kinds[i].method, o->method) != 0))
		i++;
	if (i == LKI_LEN(kinds) || lki_blank(o->token) ||
	    !lki_visible(o->token) || (i != 0 && !resource_good(o->resource)) ||
	    (i == 1 && !etag_good(o->etag)) ||
	    (i != 2 && (o->body == NULL || o->body_len == 0)))
		return LKI_LEN(kinds);
	return i;
}

static enum lk_err
lines_fill(struct lk_request *req, const struct lk_whip_opts *o)
{
	struct lki_buf b = { 0 };
	enum lk_err err;

	lki_puts(&b, PATH);
	if (o->resource != NULL) {
		lki_puts(&b, "/");
		lki_puts(&b, o->resource);
	}
	if ((err = lki_buf_done(&b, &req->path)) != LK_OK)
		return err;
	lki_puts(&b, "Authorization: Bearer ");
	lki_puts(&b, o->token);
	if ((err = lki_buf_done(&b, &req->auth)) != LK_OK)
		return err;
	if ((req->jwt = lki_strdup(o->token)) == NULL)
		return LK_NOMEM;
	lki_puts(&b, "If-Match: ");
	lki_puts(&b, o->etag == NULL ? "" : o->etag);
	return lki_buf_done(&b, &req->match);
}

static enum lk_err
request_fill(struct lk_request *req, const struct lk_whip_opts *o, size_t kind)
{
	const char *own[2];
	size_t n = 0, len = kinds[kind].type == NULL ? 0 : o->body_len;
	enum lk_err err = lines_fill(req, o);

	if (err != LK_OK)
		return err;
	/* a byte more: it is wiped like a string, up to a NUL */
	if ((req->body = calloc(1, len + 1)) == NULL)
		return LK_NOMEM;
	if (len > 0)
		memcpy(req->body, o->body, len);
	if (kinds[kind].type != NULL)
		own[n++] = kinds[kind].type;
	if (o->etag != NULL)
		own[n++] = req->match;
	if ((err = lki_request_point(req, NULL, own, n)) != LK_OK)
		return err;
	req->timeout_ms = req->client->timeout_ms != 0 ?
	    req->client->timeout_ms : LKI_TIMEOUT_MS;
	req->call = (struct lk_http_call){
		kinds[kind].method, req->url, req->header, req->body, len,
		req->timeout_ms, LKI_CONNECT_MS, 0, LKI_REPLY_MAX
	};
	return LK_OK;
}

enum lk_err
lk_whip_request_new(struct lk_client *c, const struct lk_whip_opts *in,
    struct lk_request **out)
{
	LKI_COPY(lk_whip_opts, o, in);
	struct lk_request *req;
	size_t kind = kind_of(&o);
	enum lk_err err;

	if (c == NULL || out == NULL || LKI_UNSIZED(in) ||
	    kind == LKI_LEN(kinds))
		return LK_USAGE;
	if ((req = calloc(1, sizeof(*req))) == NULL)
		return LK_NOMEM;
	req->client = c;
	req->is_whip = true;
	lki_error_clear(req);
	if ((err = request_fill(req, &o, kind)) != LK_OK) {
		lk_request_free(req);
		return err;
	}
	*out = req;
	return LK_OK;
}

/* Keeps the value of a header line of that name; false: another's. */
static bool
value_keep(struct lk_request *req, const char *line, size_t len,
    const char *name, char **value)
{
	size_t n = strlen(name);

	if (len <= n || line[n] != ':' || strncasecmp(line, name, n) != 0)
		return false;
	for (n++; n < len && (line[n] == ' ' || line[n] == '\t'); n++)
		;
	while (len > n && strchr(" \t\r\n", line[len - 1]) != NULL)
		len--;
	free(*value);
	*value = strndup(line + n, len - n);
	if (*value == NULL)
		req->is_short = true;
	return true;
}

void
lki_whip_header(struct lk_request *req, const char *line, size_t len)
{
	if (!value_keep(req, line, len, "ETag", &req->etag))
		value_keep(req, line, len, "Location", &req->location);
}

/* LiveKit's tag has no quotes today; RFC 9110 wants some. */
static char *
unquoted(char *etag)
{
	size_t len;

	if (etag == NULL)
		return NULL;
	if (strncmp(etag, "W/", 2) == 0)
		etag += 2;
	len = strlen(etag);
	if (len >= 2 && *etag == '"' && etag[len - 1] == '"') {
		etag[len - 1] = '\0';
		etag++;
	}
	return etag_good(etag) ? etag : NULL;
}

static const char *
last_segment(const char *location)
{
	const char *slash = location == NULL ? NULL : strrchr(location, '/');

	return slash != NULL && resource_good(slash + 1) ? slash + 1 : NULL;
}

/* In one block, as all results. */
static struct lk_whip *
whip_make(int status, const char *body, const char *etag,
    const char *resource)
{
	size_t b = strlen(body) + 1, e = strlen(etag) + 1;
	size_t r = strlen(resource) + 1;
	struct lk_whip *w = malloc(sizeof(*w) + b + e + r);
	char *at = (char *)(w + 1);

	if (w == NULL)
		return NULL;
	w->status = status;
	w->body = memcpy(at, body, b);
	w->body_len = b - 1;
	w->etag = memcpy(at + b, etag, e);
	w->resource = memcpy(at + b + e, resource, r);
	return w;
}

/* body is freed; what is no WHIP answer is no success. */
static enum lk_err
whip_read(struct lk_request *req, char *body, struct lk_whip **out)
{
	const char *etag = unquoted(req->etag);
	const char *resource = last_segment(req->location);
	bool offer = strcmp(req->call.method, "POST") == 0;
	int status = req->error.http_status;
	enum lk_err err = LK_OK;
	struct lk_whip *w;

	if (req->is_short)
		err = LK_NOMEM;
	else if (offer && (status != 201 || resource == NULL ||
	    strncmp(body, "v=0", 3) != 0))
		err = LK_PROTOCOL;
	else if (out != NULL) {
		w = whip_make(status, body, etag == NULL ? "" : etag,
		    offer ? resource : "");
		if (w == NULL)
			err = LK_NOMEM;
		else
			*out = w;
	}
	free(body);
	if (err != LK_OK) {
		req->error.err = err;
		req->error.message = lk_strerror(err);
	}
	return err;
}

enum lk_err
lk_whip_request_done(struct lk_request *req, int status, const void *body,
    size_t len, struct lk_whip **out)
{
	char *reply = NULL;
	enum lk_err err;

	if (req == NULL || !req->is_whip)
		return LK_USAGE;
	err = lk_request_done(req, status, body, len, &reply);
	return err == LK_OK ? whip_read(req, reply, out) : err;
}

static enum lk_err
whip_send(struct lk_client *c, const struct lk_whip_opts *o,
    struct lk_whip **out)
{
	struct lk_request *req;
	char *reply = NULL;
	enum lk_err err;

	if (c == NULL)
		return LK_USAGE;
	if ((err = lk_whip_request_new(c, o, &req)) != LK_OK)
		return lki_refuse(c, err);
	err = lki_send(c, req, &reply);
	return err == LK_OK ? whip_read(req, reply, out) : err;
}

enum lk_err
lk_whip_post(struct lk_client *c, const char *token, const char *sdp,
    size_t len, struct lk_whip **out)
{
	return whip_send(c, LK(lk_whip_opts, .method = "POST",
	    .token = token, .body = sdp, .body_len = len), out);
}

enum lk_err
lk_whip_patch(struct lk_client *c, const char *token, const char *resource,
    const char *etag, const char *body, size_t len, struct lk_whip **out)
{
	return whip_send(c, LK(lk_whip_opts, .method = "PATCH",
	    .token = token, .resource = resource, .etag = etag, .body = body,
	    .body_len = len), out);
}

enum lk_err
lk_whip_delete(struct lk_client *c, const char *token, const char *resource)
{
	return whip_send(c, LK(lk_whip_opts, .method = "DELETE",
	    .token = token, .resource = resource), NULL);
}
