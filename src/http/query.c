/*
 * Query parameters, cookies, and the page of a list.  The query was checked as
 * a whole by parse.c, so decoding a part of it cannot fail.
 */
#include <stdio.h>
#include <string.h>

#include "../jose/jose.h"
#include "local.h"

#define CURSOR_MAX 256		/* bytes of our own text in one */
#define PAGE_DEFAULT 50
#define PAGE_MAX 100

const char *
req_query(struct req *req, const char *name)
{
	const char *s = req->query, *eq;
	size_t len, name_len;

	for (; *s != '\0'; s += len, s += *s == '&') {
		len = strcspn(s, "&");
		eq = memchr(s, '=', len);
		name_len = eq != NULL ? (size_t)(eq - s) : len;
		if (name_len == 0)
			continue;
		if (strcmp(percent_decode(req->arena, s, name_len, true),
		    name) != 0)
			continue;
		if (eq == NULL)
			return "";
		return percent_decode(req->arena, eq + 1, len - name_len - 1,
		    true);
	}
	return NULL;
}

const char *
req_cookie(struct req *req, const char *name)
{
	size_t name_len = strlen(name), len;
	const char *s = req->cookie;

	if (s == NULL)
		return NULL;
	while (*(s += strspn(s, "; ")) != '\0') {
		len = strcspn(s, ";");
		if (len > name_len && s[name_len] == '=' &&
		    strncmp(s, name, name_len) == 0)
			return arena_strndup(req->arena, s + name_len + 1,
			    len - name_len - 1);
		s += len;
	}
	return NULL;
}

char *
cursor_make(struct arena *a, const char *fmt, ...)
{
	char text[CURSOR_MAX + 1], *out;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (len < 0 || len > CURSOR_MAX)
		len = CURSOR_MAX;
	out = arena_alloc(a, 4 * ((CURSOR_MAX + 2) / 3) + 1);
	out[jose_b64url_encode(text, (size_t)len, out)] = '\0';
	return out;
}

static const char *
cursor_open(struct arena *a, const char *opaque)
{
	size_t len = strlen(opaque);
	char *text;
	long n;

	if (len == 0 || len > 4 * ((CURSOR_MAX + 2) / 3))
		return NULL;
	text = arena_alloc(a, len * 3 / 4 + 1);
	n = jose_b64url_decode(opaque, len, (unsigned char *)text);
	if (n <= 0 || strlen(text) != (size_t)n ||
	    !utf8_valid(text, (size_t)n))
		return NULL;
	return text;
}

enum rc
req_page(struct req *req, int64_t *limit, const char **cursor)
{
	const char *asked = req_query(req, "limit");
	const char *opaque = req_query(req, "cursor"), *text = NULL;
	int64_t n = PAGE_DEFAULT;

	if (asked != NULL && !str_to_int(asked, 1, PAGE_MAX, &n))
		return fail(req, RC_INVALID, "invalid_limit", "limit", 0);
	if (opaque != NULL &&
	    (text = cursor_open(req->arena, opaque)) == NULL)
		return fail(req, RC_INVALID, "invalid_cursor", "cursor", 0);
	*limit = n;
	*cursor = text;
	return RC_OK;
}

enum rc
req_page_time(struct req *req, int64_t *limit, int64_t *before,
    const char **before_id)
{
	const char *cursor;
	size_t len;
	enum rc rc = req_page(req, limit, &cursor);

	*before = 0;
	*before_id = NULL;
	if (rc != RC_OK || cursor == NULL)
		return rc;
	len = strcspn(cursor, ",");
	if (cursor[len] == '\0' || cursor[len + 1] == '\0' ||
	    !str_to_int(arena_strndup(req->arena, cursor, len), 1, INT64_MAX,
	    before))
		return fail(req, RC_INVALID, "invalid_cursor", "cursor", 0);
	*before_id = cursor + len + 1;
	return RC_OK;
}
