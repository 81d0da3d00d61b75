/*
 * Replies against www/openapi.json: the operation must document the status, and
 * the body must fit its schema.  Knows the part of JSON Schema that the
 * document uses: $ref, type, required, properties, additionalProperties false,
 * items, enum, const, allOf, oneOf, anyOf.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cjson/cJSON.h>

#include "api.h"

static cJSON *spec;

static char	*check(const cJSON *schema, const cJSON *value,
		    const char *where);

static const cJSON *
member(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

static cJSON *
spec_load(void)
{
	const char *top = getenv("top_srcdir");
	char path[1024];
	cJSON *json = NULL;
	char *text;
	long size;
	FILE *f;

	snprintf(path, sizeof(path), "%s/www/openapi.json",
	    top != NULL ? top : ".");
	if ((f = fopen(path, "r")) == NULL)
		return NULL;
	fseek(f, 0, SEEK_END);
	size = ftell(f);
	rewind(f);
	text = calloc(1, (size_t)size + 1);
	if (text != NULL && fread(text, 1, (size_t)size, f) == (size_t)size)
		json = cJSON_Parse(text);
	free(text);
	fclose(f);
	if (json == NULL)
		case_fail("%s is not JSON", path);
	return json;
}

/* "#/components/schemas/Stream" → what stands there. */
static const cJSON *
resolve(const cJSON *node)
{
	const char *ref;
	int depth;

	for (depth = 0; depth < 16; depth++) {
		const cJSON *at = spec;

		ref = cJSON_GetStringValue(member(node, "$ref"));
		if (ref == NULL)
			return node;
		if (!str_starts(ref, "#/"))
			case_fail("openapi.json: $ref %s", ref);
		for (ref += 2; *ref != '\0'; ref += *ref == '/') {
			size_t len = strcspn(ref, "/");

			at = member(at, arena_strndup(the_case.arena, ref,
			    len));
			ref += len;
		}
		if (at == NULL)
			case_fail("openapi.json: nothing at %s",
			    cJSON_GetStringValue(member(node, "$ref")));
		node = at;
	}
	case_fail("openapi.json: $ref in a circle");
}

/* "/live/{id}" against a path without its query. */
static bool
template_fits(const char *template, const char *path)
{
	while (*template != '\0') {
		if (*template == '{') {
			template += strcspn(template, "}") + 1;
			if (*path == '/' || *path == '\0')
				return false;
			path += strcspn(path, "/");
		} else if (*template++ != *path++)
			return false;
	}
	return *path == '\0';
}

static const cJSON *
find_operation(const char *method, const char *path)
{
	const cJSON *item, *best = NULL;
	char verb[16];
	size_t i;

	for (i = 0; method[i] != '\0' && i < sizeof(verb) - 1; i++)
		verb[i] = (char)(method[i] | 0x20);
	verb[i] = '\0';
	cJSON_ArrayForEach(item, member(spec, "paths"))
		if (template_fits(item->string, path) &&
		    member(item, verb) != NULL &&
		    (best == NULL || strchr(item->string, '{') == NULL))
			best = member(item, verb);
	return best;
}

static char *
wrong(const char *where, const char *what, const cJSON *value)
{
	char *text = cJSON_PrintUnformatted(value), *why;

	why = arena_printf(the_case.arena, "openapi.json: %s: %s, got %s",
	    where, what, text != NULL ? text : "nothing");
	free(text);
	return why;
}

static bool
is_type(const char *type, const cJSON *v)
{
	if (strcmp(type, "integer") == 0)
		return cJSON_IsNumber(v) &&
		    fabs(v->valuedouble - round(v->valuedouble)) < 1e-9;
	return (strcmp(type, "object") == 0 && cJSON_IsObject(v)) ||
	    (strcmp(type, "array") == 0 && cJSON_IsArray(v)) ||
	    (strcmp(type, "string") == 0 && cJSON_IsString(v)) ||
	    (strcmp(type, "number") == 0 && cJSON_IsNumber(v)) ||
	    (strcmp(type, "boolean") == 0 && cJSON_IsBool(v)) ||
	    (strcmp(type, "null") == 0 && cJSON_IsNull(v));
}

static char *
check_type(const cJSON *type, const cJSON *v, const char *where)
{
	const cJSON *t;

	if (type == NULL || (cJSON_IsString(type) &&
	    is_type(type->valuestring, v)))
		return NULL;
	if (cJSON_IsArray(type))
		cJSON_ArrayForEach(t, type)
			if (cJSON_IsString(t) && is_type(t->valuestring, v))
				return NULL;
	return wrong(where, arena_printf(the_case.arena, "must be %s",
	    cJSON_PrintUnformatted(type)), v);
}

static char *
check_enum(const cJSON *values, const cJSON *v, const char *where)
{
	const cJSON *e;

	if (values == NULL)
		return NULL;
	cJSON_ArrayForEach(e, values)
		if (cJSON_Compare(e, v, true))
			return NULL;
	return wrong(where, "is none of the listed values", v);
}

static char *
check_object(const cJSON *schema, const cJSON *v, const char *where)
{
	const cJSON *properties = member(schema, "properties"), *r, *m;
	char *why;

	cJSON_ArrayForEach(r, member(schema, "required"))
		if (member(v, r->valuestring) == NULL)
			return wrong(where, arena_printf(the_case.arena,
			    "lacks %s", r->valuestring), v);
	cJSON_ArrayForEach(m, v) {
		const cJSON *p = member(properties, m->string);
		const char *path = arena_printf(the_case.arena, "%s.%s", where,
		    m->string);

		if (p == NULL && cJSON_IsFalse(member(schema,
		    "additionalProperties")))
			return wrong(path, "is not documented", m);
		if (p != NULL && (why = check(p, m, path)) != NULL)
			return why;
	}
	return NULL;
}

static char *
check_array(const cJSON *schema, const cJSON *v, const char *where)
{
	const cJSON *items = member(schema, "items"), *i;
	char *why;
	int n = 0;

	cJSON_ArrayForEach(i, v) {
		const char *path = arena_printf(the_case.arena, "%s[%d]", where,
		    n++);

		if (items != NULL && (why = check(items, i, path)) != NULL)
			return why;
	}
	return NULL;
}

/* allOf: each of them; oneOf and anyOf: at least one. */
static char *
check_composed(const cJSON *schema, const cJSON *v, const char *where)
{
	const cJSON *any = member(schema, "oneOf"), *s;
	char *why = NULL;

	cJSON_ArrayForEach(s, member(schema, "allOf"))
		if ((why = check(s, v, where)) != NULL)
			return why;
	if (any == NULL)
		any = member(schema, "anyOf");
	cJSON_ArrayForEach(s, any)
		if ((why = check(s, v, where)) == NULL)
			return NULL;
	return why;
}

static char *
check(const cJSON *schema, const cJSON *v, const char *where)
{
	const cJSON *constant;
	char *why;

	schema = resolve(schema);
	constant = member(schema, "const");
	if (constant != NULL && !cJSON_Compare(constant, v, true))
		return wrong(where, "is not the constant", v);
	if ((why = check_type(member(schema, "type"), v, where)) != NULL ||
	    (why = check_enum(member(schema, "enum"), v, where)) != NULL ||
	    (why = check_composed(schema, v, where)) != NULL)
		return why;
	if (cJSON_IsObject(v))
		return check_object(schema, v, where);
	return cJSON_IsArray(v) ? check_array(schema, v, where) : NULL;
}

char *
schema_check(const char *method, const char *path, int status,
    const char *type, const cJSON *body)
{
	const cJSON *op, *reply, *media;
	char number[16];

	if (spec == NULL && (spec = spec_load()) == NULL)
		return NULL;
	path = arena_strndup(the_case.arena, path, strcspn(path, "?"));
	if ((op = find_operation(method, path)) == NULL)
		return NULL;
	snprintf(number, sizeof(number), "%d", status);
	reply = member(member(op, "responses"), number);
	if (reply == NULL)
		reply = member(member(op, "responses"), "default");
	if (reply == NULL)
		return arena_printf(the_case.arena, "openapi.json: %s does not "
		    "document %d", cJSON_GetStringValue(member(op,
		    "operationId")), status);
	if (body == NULL)
		return NULL;
	type = arena_strndup(the_case.arena, type, strcspn(type, ";"));
	media = member(member(resolve(reply), "content"), type);
	if (media == NULL)
		return arena_printf(the_case.arena, "openapi.json: %s %d does "
		    "not document %s", cJSON_GetStringValue(member(op,
		    "operationId")), status, type);
	media = member(media, "schema");
	return media == NULL ? NULL : check(media, body, "body");
}
