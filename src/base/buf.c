/*
 * Growable bytes in an arena.  Always NUL-terminated, so that what is in them
 * can be handed on as a string.  What they outgrow stays in the arena until it
 * is reset; doubling bounds that.
 */
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "local.h"

#define BUF_FIRST_BYTES 512

void
buf_init(struct buf *b, struct arena *a)
{
	/* The first write makes room: an untouched buffer costs nothing. */
	b->arena = a;
	b->len = 0;
	b->cap = 1;
	b->data = arena_alloc(a, b->cap);
}

/* Makes room for len more bytes and the NUL. */
static void
buf_room(struct buf *b, size_t len)
{
	size_t cap = b->cap;
	char *data;

	if (len > SIZE_MAX / 4 || b->len > SIZE_MAX / 4)
		base_abort("a buffer asked for an impossible size");
	if (b->len + len + 1 <= cap)
		return;
	if (cap < BUF_FIRST_BYTES)
		cap = BUF_FIRST_BYTES;
	while (cap < b->len + len + 1)
		cap *= 2;
	data = arena_alloc(b->arena, cap);
	memcpy(data, b->data, b->len + 1);
	b->data = data;
	b->cap = cap;
}

void
buf_add(struct buf *b, const void *bytes, size_t len)
{
	buf_room(b, len);
	if (len > 0)
		memcpy(b->data + b->len, bytes, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void
buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(b->data + b->len, b->cap - b->len, fmt, ap);
	va_end(ap);
	if (n < 0)
		base_abort("a format cannot be printed");
	if ((size_t)n >= b->cap - b->len) {
		b->data[b->len] = '\0';
		buf_room(b, (size_t)n);
		vsnprintf(b->data + b->len, b->cap - b->len, fmt, again);
	}
	va_end(again);
	b->len += (size_t)n;
}
