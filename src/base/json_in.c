/*
 * JSON from outside.  The strict parser is jose's; here its trees join the
 * arena and are read by exact member names only.  Must not use cJSON's getters
 * that ignore case.
 */
#include <cjson/cJSON.h>

#include "../jose/jose.h"
#include "base.h"
#include "local.h"

#define JSON_DEPTH_MAX 32

static const char *const fault_codes[] = {
	[JSON_OK] = "json_ok",
	[JSON_SYNTAX] = "json_syntax",
	[JSON_UTF8] = "json_utf8",
	[JSON_NUL] = "json_nul",
	[JSON_DEPTH] = "json_depth",
	[JSON_DUPLICATE_KEY] = "json_duplicate_key",
};
_Static_assert(sizeof(fault_codes) / sizeof(fault_codes[0]) == JSON_FAULT_MAX,
    "every fault has a code");

const char *
json_fault_code(enum json_fault fault)
{
	return fault_codes[fault < JSON_FAULT_MAX ? fault : JSON_SYNTAX];
}

static void
tree_free(void *tree)
{
	cJSON_Delete(tree);
}

enum json_fault
json_parse(struct arena *a, const char *text, size_t len,
    const struct cJSON **out)
{
	struct cJSON *tree = NULL;

	switch (jose_strict_json_parse(text, len, JSON_DEPTH_MAX, &tree)) {
	case STRICT_OK:
		arena_defer(a, tree_free, tree);
		*out = tree;
		return JSON_OK;
	case STRICT_SYNTAX:
		return JSON_SYNTAX;
	case STRICT_UTF8:
		return JSON_UTF8;
	case STRICT_NUL:
		return JSON_NUL;
	case STRICT_DEPTH:
		return JSON_DEPTH;
	case STRICT_DUPLICATE_KEY:
		return JSON_DUPLICATE_KEY;
	case STRICT_NOMEM:
		break;
	}
	base_abort("out of memory");
}

const struct cJSON *
json_get(const struct cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

const char *
json_str(const struct cJSON *object, const char *name)
{
	return cJSON_GetStringValue(json_get(object, name));
}

bool
json_is_object(const struct cJSON *value)
{
	return cJSON_IsObject(value);
}
