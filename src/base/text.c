/*
 * Text: UTF-8, numbers, comparisons.  Pure functions over bytes; locale plays
 * no part.
 */
#include <string.h>

#include <openssl/crypto.h>

#include "base.h"
#include "local.h"

static bool
is_tail(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

size_t
utf8_step(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;

	if (len == 0)
		return 0;
	if (u[0] < 0x80)
		return 1;
	if (u[0] >= 0xc2 && u[0] <= 0xdf)
		return len >= 2 && is_tail(s[1]) ? 2 : 0;
	if (u[0] >= 0xe0 && u[0] <= 0xef) {
		if (len < 3 || !is_tail(s[1]) || !is_tail(s[2]))
			return 0;
		if ((u[0] == 0xe0 && u[1] < 0xa0) ||
		    (u[0] == 0xed && u[1] > 0x9f))
			return 0;
		return 3;
	}
	if (u[0] >= 0xf0 && u[0] <= 0xf4) {
		if (len < 4 || !is_tail(s[1]) || !is_tail(s[2]) ||
		    !is_tail(s[3]))
			return 0;
		if ((u[0] == 0xf0 && u[1] < 0x90) ||
		    (u[0] == 0xf4 && u[1] > 0x8f))
			return 0;
		return 4;
	}
	return 0;
}

bool
utf8_valid(const char *s, size_t len)
{
	size_t n;

	for (; len > 0; s += n, len -= n)
		if ((n = utf8_step(s, len)) == 0)
			return false;
	return true;
}

size_t
utf8_count(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += !is_tail(*s);
	return n;
}

bool
str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool
secret_equal(const char *a, const char *b)
{
	size_t len = strlen(b);

	return strlen(a) == len && CRYPTO_memcmp(a, b, len) == 0;
}

static int
hex_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
	    (c >= 'A' && c <= 'F');
}

bool
looks_like_uuid(const char *s)
{
	size_t i;

	for (i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s[i] != '-' : !hex_digit(s[i]))
			return false;
	}
	return s[36] == '\0';
}

bool
str_to_int(const char *s, int64_t min, int64_t max, int64_t *out)
{
	bool negative = *s == '-';
	int64_t n = 0;

	if (negative)
		s++;
	if (*s == '\0')
		return false;
	/* Counted downwards, so that INT64_MIN needs no special case. */
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return false;
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_sub_overflow(n, *s - '0', &n))
			return false;
	}
	if (!negative && __builtin_sub_overflow((int64_t)0, n, &n))
		return false;
	if (n < min || n > max)
		return false;
	*out = n;
	return true;
}

char *
hex_lower(struct arena *a, const unsigned char *bytes, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	char *s = arena_alloc(a, 2 * len + 1);
	size_t i;

	for (i = 0; i < len; i++) {
		s[2 * i] = hex[bytes[i] >> 4];
		s[2 * i + 1] = hex[bytes[i] & 15];
	}
	return s;
}

/* C0, DEL and C1. */
static bool
control_at(const unsigned char *s)
{
	return *s < ' ' || *s == 0x7f ||
	    (s[0] == 0xc2 && s[1] >= 0x80 && s[1] <= 0x9f);
}

bool
text_plain(const char *text)
{
	for (const char *s = text; *s != '\0'; s++)
		if (control_at((const unsigned char *)s))
			return false;
	return true;
}

bool
text_lines(const char *text)
{
	for (const char *s = text; *s != '\0'; s++)
		if (control_at((const unsigned char *)s) && *s != '\n' &&
		    *s != '\t' && !(s[0] == '\r' && s[1] == '\n'))
			return false;
	return true;
}
