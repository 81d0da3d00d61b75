/*
 * JSON to the outside, written straight into a buffer.  Whatever the strings
 * hold, what comes out parses.  Must not be handed text that is JSON already,
 * except by json_add_raw.
 */
#include <string.h>

#include "base.h"
#include "local.h"

/* A value ends in one of these bytes; only after a value comes a comma. */
static bool
ends_value(char c)
{
	return c == '}' || c == ']' || c == '"' || (c >= '0' && c <= '9') ||
	    c == 'e' || c == 'l';
}

static void
add_escaped(struct buf *b, const char *s, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	size_t plain = 0, i = 0, n;

	while (i < len) {
		unsigned char c = (unsigned char)s[i];

		n = c < 0x80 ? 1 : utf8_step(s + i, len - i);
		if (n != 0 && c >= 0x20 && c != '"' && c != '\\') {
			i += n;
			continue;
		}
		buf_add(b, s + plain, i - plain);
		if (n == 0)
			buf_str(b, "\xef\xbf\xbd");
		else if (c == '"' || c == '\\')
			buf_add(b, (char[2]){ '\\', (char)c }, 2);
		else if (c == '\n')
			buf_str(b, "\\n");
		else
			buf_add(b, (char[6]){ '\\', 'u', '0', '0',
			    hex[c >> 4], hex[c & 15] }, 6);
		plain = ++i;
	}
	buf_add(b, s + plain, len - plain);
}

static void
add_string(struct buf *b, const char *s)
{
	buf_char(b, '"');
	add_escaped(b, s, strlen(s));
	buf_char(b, '"');
}

static void
add_key(struct buf *b, const char *key)
{
	if (b->len > 0 && ends_value(b->data[b->len - 1]))
		buf_char(b, ',');
	if (key == NULL)
		return;
	add_string(b, key);
	buf_char(b, ':');
}

void
json_object(struct buf *b, const char *key)
{
	add_key(b, key);
	buf_char(b, '{');
}

void
json_object_end(struct buf *b)
{
	buf_char(b, '}');
}

void
json_array(struct buf *b, const char *key)
{
	add_key(b, key);
	buf_char(b, '[');
}

void
json_array_end(struct buf *b)
{
	buf_char(b, ']');
}

void
json_add_str(struct buf *b, const char *key, const char *value)
{
	add_key(b, key);
	if (value == NULL)
		buf_str(b, "null");
	else
		add_string(b, value);
}

void
json_add_int(struct buf *b, const char *key, int64_t value)
{
	add_key(b, key);
	buf_printf(b, "%lld", (long long)value);
}

void
json_add_bool(struct buf *b, const char *key, bool value)
{
	add_key(b, key);
	buf_str(b, value ? "true" : "false");
}

void
json_add_null(struct buf *b, const char *key)
{
	add_key(b, key);
	buf_str(b, "null");
}

void
json_add_time(struct buf *b, const char *key, int64_t ms)
{
	json_add_str(b, key, ms == 0 ? NULL : time_rfc3339(b->arena, ms));
}

void
json_add_raw(struct buf *b, const char *key, const char *json)
{
	add_key(b, key);
	buf_str(b, json);
}
