/*
 * Fills a result struct from JSON by its table, in one block: a first pass
 * measures, a second one writes into memory of exactly that size.  Both walk
 * the same way, so what one counts the other finds room for.
 */
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

struct pack {
	char	*base;		/* NULL: measuring */
	size_t	 used;
};

static void object_read(struct pack *, const struct lki_type *,
    struct lki_span, char *);

static void *
take(struct pack *p, size_t n)
{
	void *at = p->base == NULL ? NULL : p->base + p->used;

	p->used += (n + alignof(max_align_t) - 1) &
	    ~(alignof(max_align_t) - 1);
	return at;
}

static const char *
text_read(struct pack *p, struct lki_span val)
{
	size_t n = lki_unescape(val, NULL);
	char *s = take(p, n + 1);

	if (s != NULL) {
		lki_unescape(val, s);
		s[n] = '\0';
	}
	return s;
}

static const char *
raw_read(struct pack *p, struct lki_span val)
{
	char *s = take(p, val.len + 1);

	if (s != NULL) {
		memcpy(s, val.s, val.len);
		s[val.len] = '\0';
	}
	return s;
}

static size_t
count(struct lki_span whole)
{
	struct lki_span key, val;
	const char *at = NULL;
	size_t n = 0;

	while (lki_next(whole, &at, &key, &val))
		n++;
	return n;
}

static void
list_read(struct pack *p, const struct lki_field *f, struct lki_span whole,
    char *obj)
{
	const struct lki_type *type = f->sub;
	struct lki_span key, val;
	const char *at = NULL;
	size_t n = count(whole), i = 0;
	void **list = take(p, (n + 1) * sizeof(*list));

	for (; lki_next(whole, &at, &key, &val); i++) {
		char *item = take(p, type->size);

		object_read(p, type, val, item);
		if (list != NULL)
			list[i] = item;
	}
	if (obj != NULL) {
		memcpy(obj + f->at, &list, sizeof(list));
		memcpy(obj + f->at2, &n, sizeof(n));
	}
}

/* A list of strings, or an object's names and string values. */
static void
strings_read(struct pack *p, const struct lki_field *f, struct lki_span whole,
    char *obj)
{
	bool pairs = f->kind == F_PAIRS;
	struct lki_span key, val;
	const char *at = NULL, *s, *name;
	size_t n = count(whole), i = 0;
	char *list = take(p, (n + 1) *
	    (pairs ? sizeof(struct lk_pair) : sizeof(char *)));

	for (; lki_next(whole, &at, &key, &val); i++) {
		name = pairs ? text_read(p, key) : NULL;
		s = text_read(p, val);
		if (list != NULL && pairs)
			((struct lk_pair *)(void *)list)[i] =
			    (struct lk_pair){ name, s };
		else if (list != NULL)
			((const char **)(void *)list)[i] = s;
	}
	if (obj != NULL) {
		memcpy(obj + f->at, &list, sizeof(list));
		memcpy(obj + f->at2, &n, sizeof(n));
	}
}

static void
enum_read(struct pack *p, const struct lki_field *f, struct lki_span val,
    char *obj)
{
	const char *const *name = f->sub, *s;
	int64_t number = -1;
	int found = -1;

	if (*val.s != '"' && lki_int(val, &number))
		for (int i = 0; name[i] != NULL; i++)
			found = i == number && *name[i] != '\0' ? i : found;
	for (int i = 0; *val.s == '"' && name[i] != NULL; i++)
		if (val.len > 2 && lki_key_is(val, name[i], true))
			found = i;
	s = found >= 0 ? name[found] : *val.s == '"' ? text_read(p, val) :
	    raw_read(p, val);
	if (obj != NULL) {
		memcpy(obj + f->at, &found, sizeof(found));
		memcpy(obj + f->at2, &s, sizeof(s));
	}
}

static void
int_read(const struct lki_field *f, struct lki_span val, char *obj)
{
	int64_t n, old;

	if (obj == NULL || !lki_int(val, &n))
		return;
	memcpy(&old, obj + f->at, sizeof(old));
	if (f->kind == F_NS)
		n /= 1000000;
	/* seconds are only for servers that send no milliseconds */
	if (f->kind == F_SEC)
		n = old != 0 ? old : n > INT64_MAX / 1000 ||
		    n < INT64_MIN / 1000 ? 0 : n * 1000;
	if (f->kind == F_MS && n == 0)
		n = old;
	memcpy(obj + f->at, &n, sizeof(n));
}

static void
field_read(struct pack *p, const struct lki_field *f, struct lki_span val,
    char *obj)
{
	const struct lki_type *type = f->sub;
	const char *s;
	char *sub;
	bool yes = *val.s == 't';
	enum lk_tri tri = yes ? LK_YES : LK_NO;

	switch (f->kind) {
	case F_STR:
	case F_RAW:
		s = f->kind == F_RAW ? raw_read(p, val) : text_read(p, val);
		if (obj != NULL)
			memcpy(obj + f->at, &s, sizeof(s));
		return;
	case F_INT:
	case F_MS:
	case F_SEC:
	case F_NS:
		int_read(f, val, obj);
		return;
	case F_BOOL:
		if (obj != NULL)
			memcpy(obj + f->at, &yes, sizeof(yes));
		return;
	case F_TRI:
		if (obj != NULL && (yes || *val.s == 'f'))
			memcpy(obj + f->at, &tri, sizeof(tri));
		return;
	case F_ENUM:
		enum_read(p, f, val, obj);
		return;
	case F_STRS:
	case F_PAIRS:
		strings_read(p, f, val, obj);
		return;
	case F_LIST:
		list_read(p, f, val, obj);
		return;
	case F_OBJ:
		if (!lki_is_object(val))
			return;
		sub = take(p, type->size);
		object_read(p, type, val, sub);
		if (obj != NULL)
			memcpy(obj + f->at, &sub, sizeof(sub));
		return;
	case F_FLAT:
		return;
	}
}

/* What a struct holds before any member is read. */
static void
defaults(const struct lki_type *type, char *obj)
{
	const struct lki_field *f = type->field;
	const char *none = "", *s;

	for (size_t i = 0; i < type->len; i++, f++)
		if (f->kind == F_STR || f->kind == F_RAW)
			memcpy(obj + f->at, &none, sizeof(none));
		else if (f->kind == F_ENUM) {
			s = ((const char *const *)f->sub)[0];
			memcpy(obj + f->at2, &s, sizeof(s));
		} else if (f->kind == F_FLAT)
			defaults(f->sub, obj);
}

static void
members_read(struct pack *p, const struct lki_type *type,
    struct lki_span whole, char *obj)
{
	struct lki_span key, val;
	const char *at = NULL;

	if (!lki_is_object(whole))
		return;
	while (lki_next(whole, &at, &key, &val)) {
		if (lki_is_null(val))
			continue;
		for (size_t i = 0; i < type->len; i++) {
			const struct lki_field *f = &type->field[i];

			if (!lki_key_is(key, f->name, type->exact))
				continue;
			if (f->kind == F_FLAT)
				members_read(p, f->sub, val, obj);
			else
				field_read(p, f, val, obj);
		}
	}
}

static void
object_read(struct pack *p, const struct lki_type *type,
    struct lki_span whole, char *obj)
{
	const char *s;

	if (obj != NULL) {
		memset(obj, 0, type->size);
		defaults(type, obj);
	}
	members_read(p, type, whole, obj);
	if (type->json_at == 0)
		return;
	s = raw_read(p, whole);
	if (obj != NULL)
		memcpy(obj + type->json_at, &s, sizeof(s));
}

void *
lki_read(const struct lki_type *type, struct lki_span span)
{
	struct pack p = { NULL, 0 };

	take(&p, type->size);
	object_read(&p, type, span, NULL);
	if ((p.base = malloc(p.used)) == NULL)
		return NULL;
	p.used = 0;
	object_read(&p, type, span, take(&p, type->size));
	return p.base;
}
