/*
 * The grammar of RFC 8259, checked before cJSON sees a byte: cJSON lets
 * control characters, bad UTF-8, "-01" and more pass, and cuts strings at
 * \u0000.  Looks only; builds nothing, allocates nothing.
 */
#include <string.h>

#include "local.h"

struct scan {
	const unsigned char	*p, *end;
	int			 depth;		/* levels still allowed */
};

static enum strict_json scan_value(struct scan *);

static void
scan_space(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' ||
	    *s->p == '\r' || *s->p == '\n'))
		s->p++;
}

static bool
scan_byte(struct scan *s, unsigned char c)
{
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

static bool
scan_digits(struct scan *s)
{
	const unsigned char *first = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return s->p > first;
}

static enum strict_json
scan_number(struct scan *s)
{
	(void)scan_byte(s, '-');
	if (!scan_byte(s, '0') && !scan_digits(s))
		return STRICT_SYNTAX;
	if (scan_byte(s, '.') && !scan_digits(s))
		return STRICT_SYNTAX;
	if (scan_byte(s, 'e') || scan_byte(s, 'E')) {
		if (!scan_byte(s, '+'))
			(void)scan_byte(s, '-');
		if (!scan_digits(s))
			return STRICT_SYNTAX;
	}
	return STRICT_OK;
}

static enum strict_json
scan_word(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(s->end - s->p) < len || memcmp(s->p, word, len) != 0)
		return STRICT_SYNTAX;
	s->p += len;
	return STRICT_OK;
}

/* Four hexadecimal digits, or -1. */
static int
scan_hex4(struct scan *s)
{
	int v = 0;

	if (s->end - s->p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int c = *s->p++;

		if (c >= '0' && c <= '9')
			v = v * 16 + c - '0';
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			v = v * 16 + (c | 32) - 'a' + 10;
		else
			return -1;
	}
	return v;
}

/* Behind "\u". */
static enum strict_json
scan_unicode(struct scan *s)
{
	int unit = scan_hex4(s);

	if (unit < 0)
		return STRICT_SYNTAX;
	if (unit == 0)
		return STRICT_NUL;
	if (unit >= 0xdc00 && unit <= 0xdfff)
		return STRICT_UTF8;
	if (unit < 0xd800 || unit > 0xdbff)
		return STRICT_OK;
	if (!scan_byte(s, '\\') || !scan_byte(s, 'u'))
		return STRICT_UTF8;
	unit = scan_hex4(s);
	if (unit < 0)
		return STRICT_SYNTAX;
	return unit >= 0xdc00 && unit <= 0xdfff ? STRICT_OK : STRICT_UTF8;
}

static enum strict_json
scan_escape(struct scan *s)
{
	if (s->p == s->end)
		return STRICT_SYNTAX;
	switch (*s->p++) {
	case '"': case '\\': case '/': case 'b': case 'f':
	case 'n': case 'r': case 't':
		return STRICT_OK;
	case 'u':
		return scan_unicode(s);
	default:
		return STRICT_SYNTAX;
	}
}

/* One sequence of two to four bytes: RFC 3629, shortest form only. */
static enum strict_json
scan_utf8(struct scan *s)
{
	unsigned char lead = *s->p++, low = 0x80, high = 0xbf;
	int more;

	if (lead >= 0xc2 && lead <= 0xdf) {
		more = 1;
	} else if (lead >= 0xe0 && lead <= 0xef) {
		more = 2;
		low = lead == 0xe0 ? 0xa0 : 0x80;
		high = lead == 0xed ? 0x9f : 0xbf;
	} else if (lead >= 0xf0 && lead <= 0xf4) {
		more = 3;
		low = lead == 0xf0 ? 0x90 : 0x80;
		high = lead == 0xf4 ? 0x8f : 0xbf;
	} else {
		return STRICT_UTF8;
	}
	for (; more > 0; more--, low = 0x80, high = 0xbf) {
		if (s->p == s->end || *s->p < low || *s->p > high)
			return STRICT_UTF8;
		s->p++;
	}
	return STRICT_OK;
}

static enum strict_json
scan_string(struct scan *s)
{
	if (!scan_byte(s, '"'))
		return STRICT_SYNTAX;
	while (s->p < s->end) {
		enum strict_json r = STRICT_OK;

		if (*s->p == '"') {
			s->p++;
			return STRICT_OK;
		}
		if (*s->p < 0x20)
			return STRICT_SYNTAX;
		if (*s->p == '\\') {
			s->p++;
			r = scan_escape(s);
		} else if (*s->p >= 0x80) {
			r = scan_utf8(s);
		} else {
			s->p++;
		}
		if (r != STRICT_OK)
			return r;
	}
	return STRICT_SYNTAX;
}

static enum strict_json
scan_member(struct scan *s)
{
	enum strict_json r;

	scan_space(s);
	if ((r = scan_string(s)) != STRICT_OK)
		return r;
	scan_space(s);
	return scan_byte(s, ':') ? scan_value(s) : STRICT_SYNTAX;
}

/* An array or an object; the opening bracket is next. */
static enum strict_json
scan_container(struct scan *s)
{
	bool object = *s->p++ == '{';
	unsigned char close = object ? '}' : ']';
	enum strict_json r;

	if (s->depth-- == 0)
		return STRICT_DEPTH;
	scan_space(s);
	if (!scan_byte(s, close)) {
		do {
			r = object ? scan_member(s) : scan_value(s);
			if (r != STRICT_OK)
				return r;
		} while (scan_byte(s, ','));
		if (!scan_byte(s, close))
			return STRICT_SYNTAX;
	}
	s->depth++;
	return STRICT_OK;
}

/* A value with the white space around it. */
static enum strict_json
scan_value(struct scan *s)
{
	enum strict_json r;

	scan_space(s);
	if (s->p == s->end)
		return STRICT_SYNTAX;
	switch (*s->p) {
	case '{': case '[':
		r = scan_container(s);
		break;
	case '"':
		r = scan_string(s);
		break;
	case 't':
		r = scan_word(s, "true");
		break;
	case 'f':
		r = scan_word(s, "false");
		break;
	case 'n':
		r = scan_word(s, "null");
		break;
	default:
		r = scan_number(s);
	}
	scan_space(s);
	return r;
}

enum strict_json
jose_json_scan(const char *text, size_t len, int max_depth)
{
	struct scan s = {
		.p = (const unsigned char *)text,
		.end = (const unsigned char *)text + len,
		.depth = max_depth
	};
	enum strict_json r = scan_value(&s);

	if (r == STRICT_OK && s.p != s.end)
		r = STRICT_SYNTAX;
	return r;
}
