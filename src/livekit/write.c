/*
 * Writes JSON by hand into one growing buffer.  The first error sticks, so
 * that callers check once, at the end.  Reads nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "local.h"

static bool
room_for(struct lki_buf *b, size_t n)
{
	size_t cap = b->cap == 0 ? 512 : b->cap;
	char *s;

	if (b->err != LK_OK)
		return false;
	if (n < b->cap - b->len)
		return true;
	while (cap - b->len <= n)
		cap *= 2;
	if ((s = realloc(b->s, cap)) == NULL) {
		b->err = LK_NOMEM;
		return false;
	}
	b->s = s;
	b->cap = cap;
	return true;
}

void
lki_put(struct lki_buf *b, const void *p, size_t n)
{
	if (!room_for(b, n))
		return;
	if (n > 0)
		memcpy(b->s + b->len, p, n);
	b->len += n;
	b->s[b->len] = '\0';
}

void
lki_fail(struct lki_buf *b, enum lk_err err)
{
	if (b->err == LK_OK)
		b->err = err;
}

void
lki_puts(struct lki_buf *b, const char *s)
{
	lki_put(b, s, strlen(s));
}

void
lki_put_int(struct lki_buf *b, int64_t n)
{
	uint64_t u = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	char digits[24], *p = digits + sizeof(digits);

	do
		*--p = (char)('0' + u % 10);
	while ((u /= 10) > 0);
	if (n < 0)
		*--p = '-';
	lki_put(b, p, (size_t)(digits + sizeof(digits) - p));
}

/* Length of the UTF-8 sequence at p; 0 where it is none. */
static size_t
utf8_len(const unsigned char *p, size_t left)
{
	size_t n = p[0] < 0xC2 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 :
	    p[0] < 0xF5 ? 4 : 0;

	if (n == 0 || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
	    (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
		return 0;
	return n;
}

/* Six characters at most. */
static size_t
escape(unsigned char c, char *out)
{
	static const char hex[] = "0123456789abcdef";
	const char *at, *from = "\"\\\n\r\t", *to = "\"\\nrt";

	out[0] = '\\';
	if ((at = strchr(from, c)) != NULL && c != '\0') {
		out[1] = to[at - from];
		return 2;
	}
	memcpy(out + 1, "u00", 3);
	out[4] = hex[c >> 4];
	out[5] = hex[c & 15];
	return 6;
}

void
lki_put_str(struct lki_buf *b, const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n;
	char *out;

	/* the worst case at once: one check for the whole string */
	if (len > SIZE_MAX / 8 || !room_for(b, 6 * len + 2))
		return;
	out = b->s + b->len;
	*out++ = '"';
	for (size_t i = 0; i < len; i += n) {
		n = 1;
		if (p[i] >= 0x80) {
			if ((n = utf8_len(p + i, len - i)) == 0) {
				b->err = LK_USAGE;
				return;
			}
			memcpy(out, p + i, n);
			out += n;
		} else if (p[i] < 0x20 || p[i] == '"' || p[i] == '\\' ||
		    p[i] == 0x7F)
			out += escape(p[i], out);
		else
			*out++ = (char)p[i];
	}
	*out++ = '"';
	*out = '\0';
	b->len = (size_t)(out - b->s);
}

void
lki_key(struct lki_buf *b, const char *name)
{
	if (b->len > 0 && b->s[b->len - 1] != '{' && b->s[b->len - 1] != '[')
		lki_put(b, ",", 1);
	if (name == NULL)
		return;
	lki_put(b, "\"", 1);
	lki_puts(b, name);
	lki_put(b, "\":", 2);
}

void
lki_str(struct lki_buf *b, const char *name, const char *value)
{
	if (value == NULL)
		return;
	lki_key(b, name);
	lki_put_str(b, value, strlen(value));
}

void
lki_tri(struct lki_buf *b, const char *name, enum lk_tri value)
{
	if (value == LK_UNSET)
		return;
	lki_key(b, name);
	lki_puts(b, value == LK_YES ? "true" : "false");
}

void
lki_u32(struct lki_buf *b, const char *name, uint32_t n)
{
	if (n == 0)
		return;
	lki_key(b, name);
	lki_put_int(b, n);
}

void
lki_strs(struct lki_buf *b, const char *name, const char *const *list,
    size_t len)
{
	if (len == 0)
		return;
	lki_key(b, name);
	lki_put(b, "[", 1);
	for (size_t i = 0; i < len; i++)
		if (list[i] == NULL)
			lki_fail(b, LK_USAGE);
		else
			lki_str(b, NULL, list[i]);
	lki_put(b, "]", 1);
}

void
lki_pairs(struct lki_buf *b, const char *name, const struct lk_pair *pair,
    size_t len)
{
	if (len == 0)
		return;
	lki_key(b, name);
	lki_put(b, "{", 1);
	for (size_t i = 0; i < len; i++) {
		if (pair[i].name == NULL || pair[i].value == NULL) {
			lki_fail(b, LK_USAGE);
			return;
		}
		lki_str(b, NULL, pair[i].name);
		lki_put(b, ":", 1);
		lki_put_str(b, pair[i].value, strlen(pair[i].value));
	}
	lki_put(b, "}", 1);
}

void
lki_raw(struct lki_buf *b, const char *name, const char *json)
{
	struct lki_span span;

	if (json == NULL || b->err != LK_OK)
		return;
	if (!lki_json(json, strlen(json), &span)) {
		b->err = LK_USAGE;
		return;
	}
	lki_key(b, name);
	lki_put(b, span.s, span.len);
}

void
lki_members(struct lki_buf *b, const char *json)
{
	struct lki_span whole, key, value;
	const char *at = NULL;

	if (json == NULL || b->err != LK_OK)
		return;
	if (!lki_json(json, strlen(json), &whole) || !lki_is_object(whole)) {
		b->err = LK_USAGE;
		return;
	}
	while (lki_next(whole, &at, &key, &value)) {
		lki_key(b, NULL);
		lki_put(b, key.s, key.len);
		lki_put(b, ":", 1);
		lki_put(b, value.s, value.len);
	}
}

enum lk_err
lki_buf_done(struct lki_buf *b, char **out)
{
	enum lk_err err = b->err;

	if (err == LK_OK && b->s == NULL)
		lki_put(b, "", 0);
	if ((err = b->err) == LK_OK)
		*out = b->s;
	else
		free(b->s);
	memset(b, 0, sizeof(*b));
	return err;
}
