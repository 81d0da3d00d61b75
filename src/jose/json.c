/*
 * Strict JSON: the scan, then cJSON, then what only the tree shows (a member
 * twice in one object, a number too large for a double).  No other file of
 * the project may call cJSON's parser on bytes from outside.
 */
#include <cjson/cJSON.h>
#include <math.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

/* cJSON itself refuses 1000 levels; all of us recurse on the stack. */
enum { DEPTH_CEILING = 500, NAMES_ON_STACK = 16 };

static int
name_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, since a body of 2 MB may hold 300,000 members. */
static enum strict_json
check_names(const cJSON *object)
{
	const char *few[NAMES_ON_STACK], **names = few;
	enum strict_json r = STRICT_OK;
	const cJSON *member;
	size_t n = 0, i = 0;

	cJSON_ArrayForEach(member, object)
		n++;
	if (n > NAMES_ON_STACK &&
	    (names = malloc(n * sizeof(*names))) == NULL)
		return STRICT_NOMEM;
	cJSON_ArrayForEach(member, object)
		names[i++] = member->string;
	if (n > 1)
		qsort(names, n, sizeof(*names), name_compare);
	for (i = 1; i < n; i++)
		if (strcmp(names[i - 1], names[i]) == 0)
			r = STRICT_DUPLICATE_KEY;
	if (names != few)
		free(names);
	return r;
}

static enum strict_json
check_tree(const cJSON *node)
{
	enum strict_json r = STRICT_OK;
	const cJSON *child;

	if (cJSON_IsNumber(node) && !isfinite(node->valuedouble))
		return STRICT_SYNTAX;
	if (cJSON_IsObject(node))
		r = check_names(node);
	cJSON_ArrayForEach(child, node) {
		if (r != STRICT_OK)
			break;
		r = check_tree(child);
	}
	return r;
}

enum strict_json
jose_strict_json_parse(const char *text, size_t len, int max_depth, cJSON **out)
{
	enum strict_json r;
	cJSON *tree;

	if (max_depth > DEPTH_CEILING)
		max_depth = DEPTH_CEILING;
	if ((r = jose_json_scan(text, len, max_depth)) != STRICT_OK)
		return r;
	/* What passed the scan, cJSON can refuse for want of memory only. */
	if ((tree = cJSON_ParseWithLength(text, len)) == NULL)
		return STRICT_NOMEM;
	if ((r = check_tree(tree)) != STRICT_OK) {
		cJSON_Delete(tree);
		return r;
	}
	*out = tree;
	return STRICT_OK;
}

static void
wipe_strings(cJSON *node)
{
	cJSON *child;

	if (cJSON_IsString(node))
		OPENSSL_cleanse(node->valuestring, strlen(node->valuestring));
	cJSON_ArrayForEach(child, node)
		wipe_strings(child);
}

void
jose_json_wipe(cJSON *tree)
{
	if (tree != NULL)
		wipe_strings(tree);
	cJSON_Delete(tree);
}
