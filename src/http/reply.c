/*
 * The reply: status line, headers, body, as one run of bytes.  Every header of
 * ours goes through reply_header, which lets no control byte out.  Status: is
 * always written, and Location never with 200: mod_fcgid answers 500 to that.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "local.h"

struct buf *
reply_json(struct req *req, int status)
{
	req->status = status;
	req->out_type = "application/json";
	buf_init(&req->out, req->arena);
	return &req->out;
}

struct buf *
reply_list(struct req *req, const char *key)
{
	struct buf *out = reply_json(req, 200);

	json_object(out, NULL);
	json_array(out, key);
	return out;
}

enum rc
reply_list_end(struct buf *out, const char *next)
{
	json_array_end(out);
	json_add_str(out, "next", next);
	json_object_end(out);
	return RC_OK;
}

enum rc
reply_empty(struct req *req, int status)
{
	req->status = status;
	req->out_type = NULL;
	buf_init(&req->out, req->arena);
	return RC_OK;
}

enum rc
reply_raw(struct req *req, int status, const char *type, const char *bytes,
    size_t len)
{
	reply_empty(req, status);
	req->out_type = type;
	buf_add(&req->out, bytes, len);
	return RC_OK;
}

enum rc
reply_text(struct req *req, int status, const char *type, const char *text)
{
	return reply_raw(req, status, type, text, strlen(text));
}

static bool
clean_name(const char *s)
{
	return *s != '\0' && strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == strlen(s);
}

static bool
clean_value(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

void
reply_header(struct req *req, const char *name, const char *value)
{
	if (!clean_name(name) || !clean_value(value)) {
		log_error("a header with control bytes was dropped: %s", name);
		return;
	}
	if (req->headers_len == HTTP_HEADERS_MAX) {
		log_error("no room for the header %s", name);
		return;
	}
	req->headers[req->headers_len++] = (struct header){
	    arena_strdup(req->arena, name), arena_strdup(req->arena, value) };
}

static const char *
own_header(const struct req *req, const char *name)
{
	size_t i;

	for (i = 0; i < req->headers_len; i++)
		if (strcasecmp(req->headers[i].name, name) == 0)
			return req->headers[i].value;
	return NULL;
}

static bool
is_read(const struct req *req)
{
	return req->method == GET || req->method == HEAD;
}

/* One entry of If-None-Match is the tag, compared weakly (RFC 9110 §8.8.3.2). */
static bool
tag_listed(const char *list, const char *tag)
{
	size_t len = strlen(tag + 2);

	while (*(list += strspn(list, ", \t")) != '\0') {
		if (*list == '*')
			return true;
		if (strncmp(list, "W/", 2) == 0)
			list += 2;
		if (strncmp(list, tag + 2, len) == 0)
			return true;
		list += strcspn(list, ",");
	}
	return false;
}

/* Tags the body, and turns a reply that the client has already into 304. */
static void
reply_tag(struct req *req)
{
	unsigned char digest[32];
	char tag[40];
	char *hex;

	if (req->route == NULL || !(req->route->flags & ETAG) ||
	    !is_read(req) || req->status != 200)
		return;
	sha256(req->out.data, req->out.len, digest);
	hex = hex_lower(req->arena, digest, 16);
	snprintf(tag, sizeof(tag), "W/\"%s\"", hex);
	reply_header(req, "ETag", tag);
	if (req->if_none_match != NULL && tag_listed(req->if_none_match, tag))
		reply_empty(req, 304);
}

static const char *
cache_control(const struct req *req)
{
	unsigned flags = req->route != NULL ? req->route->flags : 0;

	if (flags & NO_STORE)
		return "no-store";
	if (req->status < 400 && (flags & ETAG))
		return "private, no-cache";
	return req->status < 400 ? own_header(req, "Cache-Control") : NULL;
}

static void
add_header(struct buf *b, const char *name, const char *value)
{
	buf_str(b, name);
	buf_str(b, ": ");
	buf_str(b, value);
	buf_str(b, "\r\n");
}

static void
add_own_headers(const struct req *req, struct buf *b)
{
	size_t i;

	for (i = 0; i < req->headers_len; i++) {
		const struct header *h = &req->headers[i];

		if (strcasecmp(h->name, "Cache-Control") == 0)
			continue;
		if (req->status == 200 &&
		    strcasecmp(h->name, "Location") == 0) {
			log_error("Location with status 200 was dropped");
			continue;
		}
		add_header(b, h->name, h->value);
	}
}

static void
add_problem_headers(const struct req *req, struct buf *b)
{
	int64_t retry_s = problem_retry_s(req, req->status);
	const char *code = req->problem.code;

	if (req->status == 401)
		add_header(b, "WWW-Authenticate",
		    code != NULL && problem_is_bad_token(code) ?
		    "Bearer error=\"invalid_token\"" : "Bearer");
	if (retry_s > 0)
		buf_printf(b, "Retry-After: %lld\r\n", (long long)retry_s);
}

void
reply_bytes(struct req *req, struct reply *out)
{
	const char *cache;
	struct buf b;

	reply_tag(req);
	buf_init(&b, req->arena);
	buf_printf(&b, "Status: %d %s\r\n", req->status,
	    status_title(req->status));
	if (req->out_type != NULL)
		add_header(&b, "Content-Type", req->out_type);
	if (req->status != 204 && req->status != 304)
		buf_printf(&b, "Content-Length: %zu\r\n", req->out.len);
	cache = cache_control(req);
	add_header(&b, "Cache-Control", cache != NULL ? cache : "no-store");
	add_header(&b, "X-Content-Type-Options", "nosniff");
	add_header(&b, "X-Request-Id", req->id);
	if (req->status >= 400)
		add_problem_headers(req, &b);
	add_own_headers(req, &b);
	buf_str(&b, "\r\n");
	if (req->method != HEAD)
		buf_add(&b, req->out.data, req->out.len);
	*out = (struct reply){ b.data, b.len, req->status };
}
