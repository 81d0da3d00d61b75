/*
 * Typed members of a JSON body.  A handler names bounds each time it reads, so
 * it cannot forget them.
 */
#include <math.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "local.h"

#define INT_EXACT_MAX 9007199254740992.0	/* 2^53 */

const char *
item_path(struct req *req, const struct item *it, const char *name)
{
	const char *before;

	if (it == NULL)
		return name;
	before = item_path(req, it->outer, it->name);
	if (it->i >= 0)
		before = arena_printf(req->arena, "%s[%ld]", before, it->i);
	return arena_printf(req->arena, "%s.%s", before, name);
}

/* The member, or NULL in *out where an optional one is absent. */
static enum rc
member(struct req *req, const struct item *it, const char *name,
    enum want want, const cJSON **out)
{
	const cJSON *value = json_get(it == NULL ? req->json : it->object,
	    name);

	if (cJSON_IsNull(value))
		value = NULL;
	if (value == NULL && want == REQUIRED)
		return fail(req, RC_INVALID, "missing_field",
		    item_path(req, it, name), 0);
	*out = value;
	return RC_OK;
}

static enum rc
wrong_type(struct req *req, const struct item *it, const char *name,
    const char *type)
{
	const char *path = item_path(req, it, name);

	return fail_detail(req, RC_INVALID, "invalid_type", path,
	    "%s must be %s.", path, type);
}

static enum rc
wrong_length(struct req *req, const struct item *it, const char *name,
    size_t n, size_t min, size_t max)
{
	const char *path = item_path(req, it, name);

	if (n < min)
		return fail_detail(req, RC_INVALID, "too_short", path,
		    "%s must have at least %zu character%s.", path, min,
		    min == 1 ? "" : "s");
	return fail_detail(req, RC_INVALID, "too_long", path,
	    "%s may have at most %zu characters; this has %zu.", path, max, n);
}

enum rc
item_str(struct req *req, const struct item *it, const char *name,
    enum want want, size_t min_codepoints, size_t max_codepoints,
    const char **out)
{
	const cJSON *value = NULL;
	const char *s;
	enum rc rc;
	size_t n;

	if ((rc = member(req, it, name, want, &value)) != RC_OK ||
	    value == NULL)
		return rc;
	if ((s = cJSON_GetStringValue(value)) == NULL)
		return wrong_type(req, it, name, "a string");
	n = utf8_count(s);
	if (n < min_codepoints || n > max_codepoints)
		return wrong_length(req, it, name, n, min_codepoints,
		    max_codepoints);
	*out = s;
	return RC_OK;
}

enum rc
body_str(struct req *req, const char *name, enum want want,
    size_t min_codepoints, size_t max_codepoints, const char **out)
{
	return item_str(req, NULL, name, want, min_codepoints, max_codepoints,
	    out);
}

enum rc
body_name(struct req *req, const char *name, enum want want,
    size_t max_codepoints, const char **out)
{
	const char *text = NULL;
	enum rc rc = body_str(req, name, want, 1, max_codepoints, &text);

	if (rc != RC_OK || text == NULL)
		return rc;
	if (!text_plain(text))
		return fail_detail(req, RC_INVALID, "invalid_value", name,
		    "%s must be one line without control characters.", name);
	if (text[strspn(text, " ")] == '\0')
		return fail_detail(req, RC_INVALID, "too_short", name,
		    "%s must not be of spaces only.", name);
	*out = text;
	return RC_OK;
}

enum rc
body_bool(struct req *req, const char *name, enum want want, bool *out)
{
	const cJSON *value = NULL;
	enum rc rc;

	if ((rc = member(req, NULL, name, want, &value)) != RC_OK ||
	    value == NULL)
		return rc;
	if (!cJSON_IsBool(value))
		return wrong_type(req, NULL, name, "true or false");
	*out = cJSON_IsTrue(value);
	return RC_OK;
}

enum rc
item_int(struct req *req, const struct item *it, const char *name,
    enum want want, int64_t min, int64_t max, int64_t *out)
{
	const cJSON *value = NULL;
	const char *path;
	enum rc rc;
	double d;

	if ((rc = member(req, it, name, want, &value)) != RC_OK ||
	    value == NULL)
		return rc;
	/* valueint ends in 2038; past 2^53 a double is not what was sent. */
	d = cJSON_GetNumberValue(value);
	if (!cJSON_IsNumber(value) || !isfinite(d) || d != floor(d))
		return wrong_type(req, it, name, "a whole number");
	if (fabs(d) > INT_EXACT_MAX || (int64_t)d < min || (int64_t)d > max) {
		path = item_path(req, it, name);
		return fail_detail(req, RC_INVALID, "invalid_value", path,
		    "%s must be between %lld and %lld.", path, (long long)min,
		    (long long)max);
	}
	*out = (int64_t)d;
	return RC_OK;
}

enum rc
body_int(struct req *req, const char *name, enum want want, int64_t min,
    int64_t max, int64_t *out)
{
	return item_int(req, NULL, name, want, min, max, out);
}

enum rc
item_num(struct req *req, const struct item *it, const char *name,
    enum want want, double min, double max, double *out)
{
	const cJSON *value = NULL;
	const char *path;
	enum rc rc;
	double d;

	if ((rc = member(req, it, name, want, &value)) != RC_OK ||
	    value == NULL)
		return rc;
	d = cJSON_GetNumberValue(value);
	if (!cJSON_IsNumber(value))
		return wrong_type(req, it, name, "a number");
	if (d < min || d > max) {
		path = item_path(req, it, name);
		return fail_detail(req, RC_INVALID, "invalid_value", path,
		    "%s must be between %.15g and %.15g.", path, min, max);
	}
	*out = d;
	return RC_OK;
}

enum rc
item_object(struct req *req, const struct item *it, const char *name,
    enum want want, struct item *out)
{
	const cJSON *value = NULL;
	enum rc rc;

	if ((rc = member(req, it, name, want, &value)) != RC_OK ||
	    value == NULL)
		return rc;
	if (!cJSON_IsObject(value))
		return wrong_type(req, it, name, "an object");
	*out = (struct item){ value, it, name, -1 };
	return RC_OK;
}

/* Items of an array that are all of one type; NULL where it is absent. */
static enum rc
items(struct req *req, const char *name, enum want want, size_t max,
    cJSON_bool (*is)(const cJSON *), const char *type, const cJSON ***out,
    size_t *len)
{
	const cJSON *value = NULL, *item;
	const cJSON **list;
	size_t n = 0;
	enum rc rc;

	if ((rc = member(req, NULL, name, want, &value)) != RC_OK)
		return rc;
	*out = NULL;
	*len = 0;
	if (value == NULL)
		return RC_OK;
	if (!cJSON_IsArray(value))
		return wrong_type(req, NULL, name, type);
	if ((size_t)cJSON_GetArraySize(value) > max)
		return fail_detail(req, RC_INVALID, "too_long", name,
		    "%s may have at most %zu items.", name, max);
	list = arena_alloc(req->arena, (max + 1) * sizeof(list[0]));
	cJSON_ArrayForEach(item, value) {
		if (!is(item))
			return wrong_type(req, NULL, name, type);
		list[n++] = item;
	}
	*out = list;
	*len = n;
	return RC_OK;
}

enum rc
body_strs(struct req *req, const char *name, enum want want, size_t max,
    const char ***out, size_t *len)
{
	const cJSON **all;
	const char **list;
	size_t n;
	enum rc rc = items(req, name, want, max, cJSON_IsString,
	    "an array of strings", &all, &n);

	if (rc != RC_OK || all == NULL)
		return rc;
	list = arena_alloc(req->arena, (n + 1) * sizeof(list[0]));
	for (size_t i = 0; i < n; i++)
		list[i] = all[i]->valuestring;
	*out = list;
	*len = n;
	return RC_OK;
}

enum rc
body_objects(struct req *req, const char *name, enum want want, size_t max,
    const struct cJSON ***out, size_t *len)
{
	return items(req, name, want, max, cJSON_IsObject,
	    "an array of objects", out, len);
}
