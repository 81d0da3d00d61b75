/*
 * Typed members of a JSON body.  A handler names bounds each time it reads, so
 * it cannot forget them.
 */
#include <math.h>

#include <cjson/cJSON.h>

#include "local.h"

#define INT_EXACT_MAX 9007199254740992.0	/* 2^53 */

/* The member, or NULL in *out where an optional one is absent. */
static enum rc
member(struct req *req, const char *name, enum want want, const cJSON **out)
{
	const cJSON *value = json_get(req->json, name);

	if (cJSON_IsNull(value))
		value = NULL;
	if (value == NULL && want == REQUIRED)
		return fail(req, RC_INVALID, "missing_field", name, 0);
	*out = value;
	return RC_OK;
}

static enum rc
wrong_type(struct req *req, const char *name, const char *type)
{
	return fail_detail(req, RC_INVALID, "invalid_type", name,
	    "%s must be %s.", name, type);
}

enum rc
body_str(struct req *req, const char *name, enum want want,
    size_t min_codepoints, size_t max_codepoints, const char **out)
{
	const cJSON *value = NULL;
	const char *s;
	enum rc rc;
	size_t n;

	if ((rc = member(req, name, want, &value)) != RC_OK || value == NULL)
		return rc;
	if ((s = cJSON_GetStringValue(value)) == NULL)
		return wrong_type(req, name, "a string");
	n = utf8_count(s);
	if (n < min_codepoints)
		return fail_detail(req, RC_INVALID, "too_short", name,
		    "%s must have at least %zu character%s.", name,
		    min_codepoints, min_codepoints == 1 ? "" : "s");
	if (n > max_codepoints)
		return fail_detail(req, RC_INVALID, "too_long", name,
		    "%s may have at most %zu characters; this has %zu.", name,
		    max_codepoints, n);
	*out = s;
	return RC_OK;
}

enum rc
body_bool(struct req *req, const char *name, enum want want, bool *out)
{
	const cJSON *value = NULL;
	enum rc rc;

	if ((rc = member(req, name, want, &value)) != RC_OK || value == NULL)
		return rc;
	if (!cJSON_IsBool(value))
		return wrong_type(req, name, "true or false");
	*out = cJSON_IsTrue(value);
	return RC_OK;
}

enum rc
body_int(struct req *req, const char *name, enum want want, int64_t min,
    int64_t max, int64_t *out)
{
	const cJSON *value = NULL;
	enum rc rc;
	double d;

	if ((rc = member(req, name, want, &value)) != RC_OK || value == NULL)
		return rc;
	/* valueint ends in 2038; past 2^53 a double is not what was sent. */
	d = cJSON_GetNumberValue(value);
	if (!cJSON_IsNumber(value) || !isfinite(d) || d != floor(d))
		return wrong_type(req, name, "a whole number");
	if (fabs(d) > INT_EXACT_MAX || (int64_t)d < min || (int64_t)d > max)
		return fail_detail(req, RC_INVALID, "invalid_value", name,
		    "%s must be between %lld and %lld.", name, (long long)min,
		    (long long)max);
	*out = (int64_t)d;
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

	if ((rc = member(req, name, want, &value)) != RC_OK)
		return rc;
	*out = NULL;
	*len = 0;
	if (value == NULL)
		return RC_OK;
	if (!cJSON_IsArray(value))
		return wrong_type(req, name, type);
	if ((size_t)cJSON_GetArraySize(value) > max)
		return fail_detail(req, RC_INVALID, "too_long", name,
		    "%s may have at most %zu items.", name, max);
	list = arena_alloc(req->arena, (max + 1) * sizeof(list[0]));
	cJSON_ArrayForEach(item, value) {
		if (!is(item))
			return wrong_type(req, name, type);
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
