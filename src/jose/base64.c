/*
 * base64 and base64url, strict: one text for each byte string, so that no
 * signed thing has a second spelling.  No white space, no missing or needless
 * padding, no spare bits.
 */
#include <stdint.h>

#include "jose.h"

enum { STANDARD = 1, URL = 2 };

static const char standard[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* The value of a character + 1, so that 0 means "not in the alphabet". */
#define ROW(c, v) [c] = (v) + 1
static const uint8_t value[256] = {
	ROW('A', 0), ROW('B', 1), ROW('C', 2), ROW('D', 3), ROW('E', 4),
	ROW('F', 5), ROW('G', 6), ROW('H', 7), ROW('I', 8), ROW('J', 9),
	ROW('K', 10), ROW('L', 11), ROW('M', 12), ROW('N', 13), ROW('O', 14),
	ROW('P', 15), ROW('Q', 16), ROW('R', 17), ROW('S', 18), ROW('T', 19),
	ROW('U', 20), ROW('V', 21), ROW('W', 22), ROW('X', 23), ROW('Y', 24),
	ROW('Z', 25), ROW('a', 26), ROW('b', 27), ROW('c', 28), ROW('d', 29),
	ROW('e', 30), ROW('f', 31), ROW('g', 32), ROW('h', 33), ROW('i', 34),
	ROW('j', 35), ROW('k', 36), ROW('l', 37), ROW('m', 38), ROW('n', 39),
	ROW('o', 40), ROW('p', 41), ROW('q', 42), ROW('r', 43), ROW('s', 44),
	ROW('t', 45), ROW('u', 46), ROW('v', 47), ROW('w', 48), ROW('x', 49),
	ROW('y', 50), ROW('z', 51), ROW('0', 52), ROW('1', 53), ROW('2', 54),
	ROW('3', 55), ROW('4', 56), ROW('5', 57), ROW('6', 58), ROW('7', 59),
	ROW('8', 60), ROW('9', 61), ROW('+', 62), ROW('-', 62), ROW('/', 63),
	ROW('_', 63)
};

static size_t
encode(const unsigned char *p, size_t len, const char *alphabet, char *out)
{
	char *o = out;

	for (; len >= 3; p += 3, len -= 3) {
		uint32_t v = (uint32_t)p[0] << 16 | p[1] << 8 | p[2];

		*o++ = alphabet[v >> 18];
		*o++ = alphabet[v >> 12 & 63];
		*o++ = alphabet[v >> 6 & 63];
		*o++ = alphabet[v & 63];
	}
	if (len > 0) {
		uint32_t v = (uint32_t)p[0] << 16 | (len > 1 ? p[1] << 8 : 0);

		*o++ = alphabet[v >> 18];
		*o++ = alphabet[v >> 12 & 63];
		if (len > 1)
			*o++ = alphabet[v >> 6 & 63];
	}
	*o = '\0';
	return (size_t)(o - out);
}

size_t
jose_b64url_encode(const void *p, size_t len, char *out)
{
	return encode(p, len, url, out);
}

size_t
jose_b64_encode(const void *p, size_t len, char *out)
{
	size_t n = encode(p, len, standard, out);

	while (n % 4 != 0)
		out[n++] = '=';
	out[n] = '\0';
	return n;
}

/* Which of the two alphabets hold this character. */
static int
alphabets(unsigned char c)
{
	if (c == '+' || c == '/')
		return STANDARD;
	if (c == '-' || c == '_')
		return URL;
	return value[c] != 0 ? STANDARD | URL : 0;
}

/* Unpadded text whose characters all lie in one of the allowed alphabets. */
static long
decode(const unsigned char *s, size_t len, int allowed, unsigned char *out)
{
	unsigned char *o = out;
	uint32_t v = 0;
	unsigned bits = 0;

	if (len % 4 == 1)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if ((allowed &= alphabets(s[i])) == 0)
			return -1;
		v = v << 6 | (value[s[i]] - 1u);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			*o++ = (unsigned char)(v >> bits);
		}
	}
	if ((v & ((1u << bits) - 1)) != 0)
		return -1;
	*o = '\0';
	return (long)(o - out);
}

long
jose_b64url_decode(const char *s, size_t len, unsigned char *out)
{
	return decode((const unsigned char *)s, len, URL, out);
}

long
jose_b64_decode(const char *s, size_t len, unsigned char *out)
{
	size_t pad = 0;

	if (len % 4 != 0)
		return -1;
	while (pad < 2 && pad < len && s[len - 1 - pad] == '=')
		pad++;
	return decode((const unsigned char *)s, len - pad, STANDARD | URL,
	    out);
}
