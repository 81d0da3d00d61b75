/*
 * Memory of one request.  A chain of blocks from which pieces are cut; reset
 * gives back all blocks but the first.  Must not be used for what outlives a
 * request.  Running out ends the process: a supervisor restarts it, and the
 * limits on input keep that out of reach from outside.
 */
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "local.h"

/* Holds an ordinary request whole, so that it costs no malloc at all. */
#define FIRST_BLOCK_BYTES (32 * 1024)
#define BLOCK_BYTES (64 * 1024)

struct block {
	struct block	*next;
	size_t		 used;
	size_t		 size;
	alignas(max_align_t) char data[];
};

struct deferred {
	struct deferred	*next;
	void		(*fn)(void *);
	void		*ptr;
};

struct arena {
	struct block	*first;
	struct block	*now;
	struct deferred	*deferred;
	size_t		 total;
	size_t		 ceiling;
};

static struct block *
block_new(size_t size)
{
	struct block *b = malloc(sizeof(*b) + size);

	if (b == NULL)
		base_abort("out of memory");
	b->next = NULL;
	b->used = 0;
	b->size = size;
	return b;
}

struct arena *
arena_new(size_t ceiling_bytes)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a == NULL)
		base_abort("out of memory");
	a->ceiling = ceiling_bytes;
	a->first = a->now = block_new(FIRST_BLOCK_BYTES);
	a->total = FIRST_BLOCK_BYTES;
	return a;
}

void
arena_reset(struct arena *a)
{
	struct block *b, *next;

	/* A deferred function may itself defer: take them one by one. */
	while (a->deferred != NULL) {
		struct deferred *d = a->deferred;

		a->deferred = d->next;
		d->fn(d->ptr);
	}
	for (b = a->first->next; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	a->first->next = NULL;
	a->first->used = 0;
	a->now = a->first;
	a->total = a->first->size;
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_reset(a);
	free(a->first);
	free(a);
}

/* A piece too large for a shared block gets one of its own. */
static void
arena_grow(struct arena *a, size_t bytes)
{
	size_t size = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
	struct block *b;

	if (size > a->ceiling || a->total > a->ceiling - size)
		base_abort("a request used more memory than its ceiling");
	b = block_new(size);
	a->total += size;
	a->now->next = b;
	a->now = b;
}

static void *
arena_cut(struct arena *a, size_t bytes)
{
	const size_t unit = alignof(max_align_t);
	void *p;

	if (bytes > SIZE_MAX - unit)
		base_abort("a request asked for an impossible size");
	bytes = (bytes + unit - 1) / unit * unit;
	if (bytes == 0)
		bytes = unit;
	if (bytes > a->now->size - a->now->used)
		arena_grow(a, bytes);
	p = a->now->data + a->now->used;
	a->now->used += bytes;
	return p;
}

void *
arena_alloc(struct arena *a, size_t bytes)
{
	return memset(arena_cut(a, bytes), 0, bytes);
}

char *
arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p = arena_cut(a, len + 1);

	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *p;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		base_abort("a format cannot be printed");
	p = arena_cut(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p;
}

void
arena_defer(struct arena *a, void (*fn)(void *), void *ptr)
{
	struct deferred *d = arena_alloc(a, sizeof(*d));

	d->fn = fn;
	d->ptr = ptr;
	d->next = a->deferred;
	a->deferred = d;
}
