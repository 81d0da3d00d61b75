/*
 * JSON for users without a JSON library: a printf that quotes, and values by
 * path.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

struct spec {
	bool	raw;		/* %-s */
	bool	has_len;	/* %.*s */
	int	len;
	char	size;		/* h, l, L = ll, z, j */
	char	kind;
};

/* Reads what follows a %; the end of it, or NULL. */
static const char *
spec_read(const char *p, struct spec *s)
{
	memset(s, 0, sizeof(*s));
	if (*p == '-') {
		s->raw = true;
		p++;
	}
	if (p[0] == '.' && p[1] == '*') {
		s->has_len = true;
		p += 2;
	}
	if (*p != '\0' && strchr("hlzj", *p) != NULL) {
		s->size = *p++;
		if (*p == s->size && (*p == 'l' || *p == 'h'))
			s->size = *p++ == 'l' ? 'L' : 'h';
	}
	s->kind = *p;
	if (s->kind == 's')
		return s->size != 0 ? NULL : p + 1;
	if (s->kind == '\0' || strchr("diu", s->kind) == NULL || s->raw ||
	    s->has_len)
		return NULL;
	return p + 1;
}

static void
unsigned_put(struct lki_buf *b, uint64_t n)
{
	if (n > INT64_MAX) {
		lki_put_int(b, (int64_t)(n / 10));
		n %= 10;
	}
	lki_put_int(b, (int64_t)n);
}

static void
string_put(struct lki_buf *b, const struct spec *s, const char *text)
{
	size_t n;

	if (text == NULL) {
		lki_puts(b, "null");
		return;
	}
	n = s->has_len && s->len >= 0 ? strnlen(text, (size_t)s->len) :
	    strlen(text);
	if (s->raw)
		lki_put(b, text, n);
	else
		lki_put_str(b, text, n);
}

/* va_list by pointer: what one call takes the next one must not see. */
struct args {
	va_list	ap;
};

static void
value_put(struct lki_buf *b, struct spec *s, struct args *a)
{
	bool u = s->kind == 'u';

	if (s->has_len)
		s->len = va_arg(a->ap, int);
	if (s->kind == 's')
		string_put(b, s, va_arg(a->ap, const char *));
	else if (s->size == 'l' && u)
		unsigned_put(b, va_arg(a->ap, unsigned long));
	else if (s->size == 'l')
		lki_put_int(b, va_arg(a->ap, long));
	else if (s->size == 'L' && u)
		unsigned_put(b, va_arg(a->ap, unsigned long long));
	else if (s->size == 'L')
		lki_put_int(b, va_arg(a->ap, long long));
	else if (s->size == 'z')
		unsigned_put(b, va_arg(a->ap, size_t));
	else if (s->size == 'j' && u)
		unsigned_put(b, va_arg(a->ap, uintmax_t));
	else if (s->size == 'j')
		lki_put_int(b, va_arg(a->ap, intmax_t));
	else if (u)
		unsigned_put(b, va_arg(a->ap, unsigned));
	else
		lki_put_int(b, va_arg(a->ap, int));
}

static void
format_put(struct lki_buf *b, const char *p, struct args *a)
{
	struct spec s;
	size_t n;

	while (*p != '\0' && b->err == LK_OK) {
		n = strcspn(p, "%");
		lki_put(b, p, n);
		p += n;
		if (*p == '\0')
			return;
		if (p[1] == '%') {
			lki_put(b, "%", 1);
			p += 2;
			continue;
		}
		if ((p = spec_read(p + 1, &s)) == NULL) {
			b->err = LK_USAGE;
			return;
		}
		value_put(b, &s, a);
	}
}

enum lk_err
lk_json_print(char **out, const char *format, ...)
{
	struct lki_buf b = { 0 };
	struct lki_span whole;
	struct args a;

	if (out == NULL || format == NULL)
		return LK_USAGE;
	va_start(a.ap, format);
	format_put(&b, format, &a);
	va_end(a.ap);
	if (b.err == LK_OK && (b.s == NULL || !lki_json(b.s, b.len, &whole)))
		b.err = LK_USAGE;
	return lki_buf_done(&b, out);
}

/* One step of a path: a list's index or a member's name. */
static struct lki_span
step(struct lki_span at, const char *name, size_t len)
{
	struct lki_span key, val, none = { NULL, 0 };
	const char *pos = NULL;
	char text[128];
	size_t want, i = 0;
	char *end;

	if (len == 0 || len >= sizeof(text) || at.s == NULL)
		return none;
	memcpy(text, name, len);
	text[len] = '\0';
	want = strtoul(text, &end, 10);
	if (*at.s == '[' && *end != '\0')
		return none;
	while (lki_next(at, &pos, &key, &val))
		if (key.s == NULL ? i++ == want :
		    lki_key_is(key, text, true) || lki_key_is(key, text, false))
			return val;
	return none;
}

/* "sip_trunk_id" finds sipTrunkId by itself; the other way needs this. */
static size_t
snake(const char *name, size_t len, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n + 2 < size; i++)
		if (name[i] >= 'A' && name[i] <= 'Z') {
			out[n++] = '_';
			out[n++] = (char)(name[i] | 32);
		} else
			out[n++] = name[i];
	return n;
}

static bool
find(const char *json, const char *path, struct lki_span *out)
{
	struct lki_span at, next;
	char other[256];
	size_t n;

	if (json == NULL || path == NULL ||
	    !lki_json(json, strlen(json), &at))
		return false;
	while (*path != '\0') {
		n = strcspn(path, ".");
		next = step(at, path, n);
		if (next.s == NULL)
			next = step(at, other, snake(path, n, other,
			    sizeof(other)));
		if ((at = next).s == NULL)
			return false;
		path += n;
		path += *path == '.';
	}
	*out = at;
	return true;
}

enum lk_err
lk_json_str(const char *json, const char *path, char **out)
{
	struct lki_span at;
	char *s;

	if (out == NULL)
		return LK_USAGE;
	if (!find(json, path, &at) || *at.s != '"')
		return LK_PROTOCOL;
	if ((s = lki_text(at)) == NULL)
		return LK_NOMEM;
	*out = s;
	return LK_OK;
}

enum lk_err
lk_json_int(const char *json, const char *path, int64_t *out)
{
	struct lki_span at;
	int64_t n;

	if (out == NULL)
		return LK_USAGE;
	if (!find(json, path, &at))
		return LK_PROTOCOL;
	if (*at.s == 't' || *at.s == 'f')
		n = *at.s == 't';
	else if (!lki_int(at, &n))
		return LK_PROTOCOL;
	*out = n;
	return LK_OK;
}

enum lk_err
lk_json_len(const char *json, const char *path, size_t *out)
{
	struct lki_span at, key, val;
	const char *pos = NULL;
	size_t n = 0;

	if (out == NULL)
		return LK_USAGE;
	if (!find(json, path, &at) || (*at.s != '[' && *at.s != '{'))
		return LK_PROTOCOL;
	while (lki_next(at, &pos, &key, &val))
		n++;
	*out = n;
	return LK_OK;
}

enum lk_err
lk_json_raw(const char *json, const char *path, char **out)
{
	struct lki_span at;
	char *s;

	if (out == NULL)
		return LK_USAGE;
	if (!find(json, path, &at))
		return LK_PROTOCOL;
	if ((s = strndup(at.s, at.len)) == NULL)
		return LK_NOMEM;
	*out = s;
	return LK_OK;
}
