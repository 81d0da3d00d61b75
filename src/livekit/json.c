/*
 * Reads JSON as spans of its text: nothing is copied and numbers keep their
 * digits.  lki_json checks a text once; the rest trusts that check.  Tolerant
 * where a participant could otherwise make a whole reply unreadable: NUL and
 * lone surrogates in strings become U+FFFD.
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

#define DEPTH	64

static const char *
spaces(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	return p;
}

static int
hex4(const char *p)
{
	int n = 0;

	for (int i = 0; i < 4; i++) {
		int c = (unsigned char)p[i];

		if (!isxdigit(c))
			return -1;
		n = n * 16 + (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
	}
	return n;
}

/* Past one UTF-8 sequence of two bytes or more; NULL where it is none. */
static const char *
utf8_skip(const char *s, const char *end)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n = p[0] < 0xC2 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 :
	    p[0] < 0xF5 ? 4 : 0;

	if (n == 0 || n > (size_t)(end - s))
		return NULL;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xC0) != 0x80)
			return NULL;
	if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
	    (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
		return NULL;
	return s + n;
}

/* Each of these returns the end of what it checked, or NULL. */
static const char *
string(const char *p, const char *end)
{
	if (p == end || *p++ != '"')
		return NULL;
	while (p != NULL && p < end && *p != '"')
		if ((unsigned char)*p < 0x20)
			return NULL;
		else if ((unsigned char)*p >= 0x80)
			p = utf8_skip(p, end);
		else if (*p != '\\')
			p++;
		else if (end - p >= 6 && p[1] == 'u' && hex4(p + 2) >= 0)
			p += 6;
		else if (end - p >= 2 && p[1] != '\0' &&
		    strchr("\"\\/bfnrt", p[1]) != NULL)
			p += 2;
		else
			return NULL;
	return p == NULL || p >= end ? NULL : p + 1;
}

static const char *
digits(const char *p, const char *end)
{
	const char *start = p;

	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p == start ? NULL : p;
}

static const char *
number(const char *p, const char *end)
{
	const char *start;

	if (p < end && *p == '-')
		p++;
	start = p;
	if ((p = digits(p, end)) == NULL || (*start == '0' && p > start + 1))
		return NULL;
	if (p < end && *p == '.' && (p = digits(p + 1, end)) == NULL)
		return NULL;
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		p = digits(p, end);
	}
	return p;
}

static const char *
word(const char *p, const char *end, const char *w)
{
	size_t n = strlen(w);

	if ((size_t)(end - p) < n || memcmp(p, w, n) != 0)
		return NULL;
	return p + n;
}

static const char *value(const char *, const char *, int);

static const char *
items(const char *p, const char *end, int depth)
{
	char close = *p == '{' ? '}' : ']';

	p = spaces(p + 1, end);
	if (p < end && *p == close)
		return p + 1;
	for (;;) {
		if (close == '}') {
			if ((p = string(p, end)) == NULL)
				return NULL;
			p = spaces(p, end);
			if (p == end || *p != ':')
				return NULL;
			p = spaces(p + 1, end);
		}
		if ((p = value(p, end, depth)) == NULL)
			return NULL;
		p = spaces(p, end);
		if (p < end && *p == close)
			return p + 1;
		if (p == end || *p != ',')
			return NULL;
		p = spaces(p + 1, end);
	}
}

static const char *
value(const char *p, const char *end, int depth)
{
	if (p == end)
		return NULL;
	switch (*p) {
	case '{':
	case '[':
		return depth == 0 ? NULL : items(p, end, depth - 1);
	case '"':
		return string(p, end);
	case 't':
		return word(p, end, "true");
	case 'f':
		return word(p, end, "false");
	case 'n':
		return word(p, end, "null");
	default:
		return number(p, end);
	}
}

bool
lki_json(const char *text, size_t len, struct lki_span *out)
{
	const char *end = text + len, *p = spaces(text, end), *q;

	if ((q = value(p, end, DEPTH)) == NULL || spaces(q, end) != end)
		return false;
	out->s = p;
	out->len = (size_t)(q - p);
	return true;
}

bool
lki_is_object(struct lki_span span)
{
	return span.s != NULL && *span.s == '{';
}

bool
lki_is_null(struct lki_span span)
{
	return span.s == NULL || *span.s == 'n';
}

/* Past the string that opens at p; the text was checked. */
static const char *
string_skip(const char *p)
{
	for (p++; *p != '"'; p++)
		if (*p == '\\')
			p++;
	return p + 1;
}

/* Past the value at p; it needs no stack, and sees each byte once. */
static const char *
skip(const char *p, const char *end)
{
	int depth = 0;

	while (p < end) {
		if (*p == '"')
			p = string_skip(p);
		else if (*p == '{' || *p == '[') {
			depth++;
			p++;
			continue;
		} else if (*p == '}' || *p == ']') {
			if (depth == 0)
				return p;
			depth--;
			p++;
		} else if (depth > 0) {
			p++;
			continue;
		} else
			while (p < end && strchr(",]} \t\r\n", *p) == NULL)
				p++;
		if (depth == 0)
			return p;
	}
	return p;
}

bool
lki_next(struct lki_span whole, const char **at, struct lki_span *key,
    struct lki_span *val)
{
	const char *p = *at, *end = whole.s + whole.len;

	if (whole.s == NULL || (*whole.s != '{' && *whole.s != '['))
		return false;
	p = spaces(p == NULL ? whole.s + 1 : p, end);
	if (*p == ',')
		p = spaces(p + 1, end);
	if (*p == '}' || *p == ']')
		return false;
	key->s = NULL;
	key->len = 0;
	if (*whole.s == '{') {
		key->s = p;
		p = string_skip(p);
		key->len = (size_t)(p - key->s);
		p = spaces(spaces(p, end) + 1, end);
	}
	val->s = p;
	p = skip(p, end);
	val->len = (size_t)(p - val->s);
	*at = p;
	return true;
}

bool
lki_key_is(struct lki_span key, const char *name, bool exact)
{
	const char *p = key.s + 1, *end = key.s + key.len - 1;

	if (exact)
		return strlen(name) == key.len - 2 &&
		    memcmp(p, name, key.len - 2) == 0;
	for (; p < end && *name != '\0'; p++, name++)
		if (*name == '_' && *p != '_') {
			name++;
			if (toupper((unsigned char)*name) != *p)
				return false;
		} else if (*name != *p)
			return false;
	return p == end && *name == '\0';
}

struct lki_span
lki_member(struct lki_span object, const char *name)
{
	struct lki_span key, val, none = { NULL, 0 };
	const char *at = NULL;

	if (!lki_is_object(object))
		return none;
	while (lki_next(object, &at, &key, &val))
		if (lki_key_is(key, name, false))
			return val;
	return none;
}

static size_t
utf8_put(unsigned c, char *out)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	if (out == NULL)
		return n;
	if (n == 1) {
		out[0] = (char)c;
		return n;
	}
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3F));
	out[0] = (char)((0xF00 >> n & 0xFF) | c);
	return n;
}

/* The code point of a \u escape (and its second half); *p is moved past. */
static unsigned
escaped(const char **p, const char *end)
{
	unsigned c = (unsigned)hex4(*p + 2), low;

	*p += 6;
	if (c >= 0xD800 && c < 0xDC00 && end - *p >= 6 && (*p)[0] == '\\' &&
	    (*p)[1] == 'u') {
		low = (unsigned)hex4(*p + 2);
		if (low >= 0xDC00 && low < 0xE000) {
			*p += 6;
			return 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
		}
	}
	return c == 0 || (c >= 0xD800 && c < 0xE000) ? 0xFFFD : c;
}

size_t
lki_unescape(struct lki_span span, char *out)
{
	const char *from = "\"\\/bfnrt", *to = "\"\\/\b\f\n\r\t";
	const char *p, *end, *at;
	size_t n = 0;

	if (span.s == NULL || *span.s != '"')
		return 0;
	p = span.s + 1;
	end = span.s + span.len - 1;
	while (p < end)
		if (*p != '\\') {
			if (out != NULL)
				out[n] = *p;
			n++;
			p++;
		} else if (p[1] == 'u')
			n += utf8_put(escaped(&p, end),
			    out == NULL ? NULL : out + n);
		else {
			at = strchr(from, p[1]);
			if (out != NULL)
				out[n] = to[at - from];
			n++;
			p += 2;
		}
	return n;
}

char *
lki_text(struct lki_span span)
{
	size_t n = lki_unescape(span, NULL);
	char *s = malloc(n + 1);

	if (s == NULL)
		return NULL;
	lki_unescape(span, s);
	s[n] = '\0';
	return s;
}

bool
lki_int(struct lki_span span, int64_t *out)
{
	char text[40], *end;
	double d;

	if (span.s != NULL && *span.s == '"') {
		span.s++;
		span.len -= 2;
	}
	if (span.s == NULL || span.len == 0 || span.len >= sizeof(text) ||
	    number(span.s, span.s + span.len) != span.s + span.len)
		return false;
	memcpy(text, span.s, span.len);
	text[span.len] = '\0';
	*out = strtoll(text, &end, 10);
	if (*end == '\0')
		return true;
	d = strtod(text, NULL);
	if (!isfinite(d))
		return false;
	*out = d >= 9.2e18 ? INT64_MAX : d <= -9.2e18 ? INT64_MIN : (int64_t)d;
	return true;
}
