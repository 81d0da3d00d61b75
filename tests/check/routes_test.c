/*
 * The route tables and www/openapi.json say the same, both ways: paths,
 * methods, operationIds, who may call, bodies, path parameters, problem codes.
 * Each comparison is also shown a document with one thing wrong.
 */
#include "../../cgi-bin/programs.h"
#include "../unit/test.h"

#include <cjson/cJSON.h>
#include <ctype.h>

static cJSON *
api_read(void)
{
	const char *top = getenv("top_srcdir");
	char path[4096], *text;
	size_t len, size = 4 << 20;
	cJSON *api;
	FILE *f;

	snprintf(path, sizeof path, "%s/www/openapi.json",
	    top == NULL ? "." : top);
	if ((f = fopen(path, "r")) == NULL || (text = malloc(size)) == NULL) {
		perror(path);
		exit(1);
	}
	len = fread(text, 1, size - 1, f);
	text[len] = '\0';
	fclose(f);
	if ((api = cJSON_Parse(text)) == NULL) {
		printf("# %s is not JSON\n", path);
		exit(1);
	}
	free(text);
	return api;
}

static cJSON *
member(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const cJSON *
operation_of(const cJSON *api, const struct route *r)
{
	char method[16];
	size_t i;
	const char *m = method_name(r->method);

	for (i = 0; m[i] != '\0' && i < sizeof method - 1; i++)
		method[i] = (char)tolower((unsigned char)m[i]);
	method[i] = '\0';
	return member(member(member(api, "paths"), r->path), method);
}

/* Runs one comparison over all routes; the number of those that are wrong. */
static int
each_route(const cJSON *api,
    bool (*right)(const cJSON *api, const cJSON *op, const struct route *))
{
	int wrong = 0;

	for (size_t p = 0; programs[p] != NULL; p++)
		for (const struct route *r = programs[p]->routes;
		    r->path != NULL; r++) {
			const cJSON *op = operation_of(api, r);

			if (op != NULL && right(api, op, r))
				continue;
			printf("# %s %s (%s)%s\n", method_name(r->method),
			    r->path, r->op,
			    op == NULL ? " is not described" : "");
			wrong++;
		}
	return wrong;
}

static bool
is_there(const cJSON *api, const cJSON *op, const struct route *r)
{
	(void)api, (void)op, (void)r;
	return true;
}

static bool
same_id(const cJSON *api, const cJSON *op, const struct route *r)
{
	const char *id = cJSON_GetStringValue(member(op, "operationId"));

	(void)api;
	return id != NULL && strcmp(id, r->op) == 0;
}

/* [] is nobody, {} beside others is optional, others alone are required. */
static bool
same_auth(const cJSON *api, const cJSON *op, const struct route *r)
{
	const cJSON *security = member(op, "security"), *one;
	bool anonymous = false;

	if (security == NULL)
		security = member(api, "security");
	cJSON_ArrayForEach(one, security)
		anonymous |= one->child == NULL;
	switch (r->auth) {
	case AUTH_NONE:
		return cJSON_GetArraySize(security) == 0;
	case AUTH_OPTIONAL:
		return anonymous && cJSON_GetArraySize(security) > 1;
	default:
		return !anonymous && cJSON_GetArraySize(security) > 0;
	}
}

static bool
same_body(const cJSON *api, const cJSON *op, const struct route *r)
{
	const cJSON *body = member(op, "requestBody");

	(void)api;
	if (!(r->flags & (BODY | BODY_OPT | BODY_RAW)))
		return body == NULL;
	return body != NULL &&
	    cJSON_IsTrue(member(body, "required")) == !(r->flags & BODY_OPT);
}

/* Follows "#/components/…" once. */
static const cJSON *
resolve(const cJSON *api, const cJSON *item)
{
	const char *ref = cJSON_GetStringValue(member(item, "$ref"));
	char part[128];
	size_t n;

	if (ref == NULL || strncmp(ref, "#/", 2) != 0)
		return item;
	for (item = api, ref += 2; *ref != '\0'; ref += n + (ref[n] == '/')) {
		n = strcspn(ref, "/");
		snprintf(part, sizeof part, "%.*s", (int)n, ref);
		item = member(item, part);
	}
	return item;
}

static bool
declares(const cJSON *api, const cJSON *list, const char *name, size_t len)
{
	const cJSON *one;

	cJSON_ArrayForEach(one, list) {
		const cJSON *p = resolve(api, one);
		const char *n = cJSON_GetStringValue(member(p, "name"));
		const char *in = cJSON_GetStringValue(member(p, "in"));

		if (n != NULL && in != NULL && strcmp(in, "path") == 0 &&
		    strlen(n) == len && strncmp(n, name, len) == 0)
			return true;
	}
	return false;
}

static bool
same_params(const cJSON *api, const cJSON *op, const struct route *r)
{
	const cJSON *item = member(member(api, "paths"), r->path);

	for (const char *s = r->path; (s = strchr(s, '{')) != NULL; s++) {
		size_t len = strcspn(s + 1, "}");

		if (!declares(api, member(op, "parameters"), s + 1, len) &&
		    !declares(api, member(item, "parameters"), s + 1, len))
			return false;
	}
	return true;
}

/* Some way to say no must be described: a 4xx, a 5xx or "default". */
static bool
has_problem(const cJSON *api, const cJSON *op, const struct route *r)
{
	const cJSON *one;

	(void)api;
	if (strcmp(r->op, "health") == 0)
		return true;
	cJSON_ArrayForEach(one, member(op, "responses"))
		if (one->string[0] == '4' || one->string[0] == '5' ||
		    strcmp(one->string, "default") == 0)
			return true;
	return false;
}

static bool
route_exists(const char *path, const char *method)
{
	for (size_t p = 0; programs[p] != NULL; p++)
		for (const struct route *r = programs[p]->routes;
		    r->path != NULL; r++)
			if (strcmp(r->path, path) == 0 &&
			    strcasecmp(method_name(r->method), method) == 0)
				return true;
	return false;
}

/* Operations that no program has. */
static int
unserved(const cJSON *api)
{
	static const char *const methods[] = { "get", "put", "post", "delete",
	    "options", "head", "patch", "trace" };
	const cJSON *path;
	int wrong = 0;

	cJSON_ArrayForEach(path, member(api, "paths"))
		for (size_t i = 0; i < 8; i++)
			if (member(path, methods[i]) != NULL &&
			    !route_exists(path->string, methods[i])) {
				printf("# nobody serves %s %s\n", methods[i],
				    path->string);
				wrong++;
			}
	return wrong;
}

static cJSON *
code_list(const cJSON *api)
{
	return member(member(member(member(api, "components"), "schemas"),
	    "ProblemCode"), "enum");
}

/* Problem codes that one side has and the other not. */
static int
codes_differ(const cJSON *api)
{
	const cJSON *one, *list = code_list(api);
	const char *code;
	int wrong = 0;
	bool found;

	for (size_t i = 0; (code = problem_code_at(i)) != NULL; i++) {
		found = false;
		cJSON_ArrayForEach(one, list)
			found |= strcmp(one->valuestring, code) == 0;
		if (!found)
			wrong += printf("# not in openapi.json: %s\n", code) > 0;
	}
	cJSON_ArrayForEach(one, list) {
		found = false;
		for (size_t i = 0; (code = problem_code_at(i)) != NULL; i++)
			found |= strcmp(one->valuestring, code) == 0;
		if (!found)
			wrong += printf("# nobody says: %s\n",
			    one->valuestring) > 0;
	}
	return wrong;
}

TEST("every route is described in openapi.json") {
	cJSON *api = api_read();

	CHECK_INT(each_route(api, is_there), 0);
	cJSON_DeleteItemFromObjectCaseSensitive(
	    member(member(api, "paths"), "/live"), "get");
	CHECK_INT(each_route(api, is_there), 1);
	cJSON_Delete(api);
}

TEST("every operation of openapi.json is served") {
	cJSON *api = api_read();

	CHECK_INT(unserved(api), 0);
	cJSON_AddItemToObject(member(member(api, "paths"), "/live"), "patch",
	    cJSON_CreateObject());
	CHECK_INT(unserved(api), 1);
	cJSON_Delete(api);
}

/* A member of GET /live replaced: the document that must be refused. */
static int
with_get_live(bool (*right)(const cJSON *, const cJSON *,
    const struct route *), const char *name, const char *json)
{
	cJSON *api = api_read();
	cJSON *op = member(member(member(api, "paths"), "/live"), "get");
	int wrong;

	cJSON_DeleteItemFromObjectCaseSensitive(op, name);
	if (json != NULL)
		cJSON_AddItemToObject(op, name, cJSON_Parse(json));
	wrong = each_route(api, right);
	cJSON_Delete(api);
	return wrong;
}

TEST("operationIds are those of the route tables") {
	cJSON *api = api_read();

	CHECK_INT(each_route(api, same_id), 0);
	CHECK_INT(with_get_live(same_id, "operationId", "\"x\""), 1);
	cJSON_Delete(api);
}

TEST("security says who may call") {
	cJSON *api = api_read();

	CHECK_INT(each_route(api, same_auth), 0);
	CHECK_INT(with_get_live(same_auth, "security", "[]"), 1);
	CHECK_INT(with_get_live(same_auth, "security", "[{\"bearer\":[]}]"), 1);
	cJSON_Delete(api);
}

TEST("requestBody is there where a route takes one") {
	cJSON *api = api_read();

	CHECK_INT(each_route(api, same_body), 0);
	CHECK_INT(with_get_live(same_body, "requestBody", "{}"), 1);
	cJSON_Delete(api);
}

TEST("every {part} of a path is a declared parameter") {
	cJSON *api = api_read();
	cJSON *item = member(member(api, "paths"), "/live/{id}");

	CHECK_INT(each_route(api, same_params), 0);
	cJSON_DeleteItemFromObjectCaseSensitive(item, "parameters");
	cJSON_DeleteItemFromObjectCaseSensitive(member(item, "get"),
	    "parameters");
	CHECK_INT(each_route(api, same_params), 1);
	cJSON_Delete(api);
}

TEST("every operation describes a refusal") {
	cJSON *api = api_read();

	CHECK_INT(each_route(api, has_problem), 0);
	CHECK_INT(with_get_live(has_problem, "responses", "{\"200\":{}}"), 1);
	cJSON_Delete(api);
}

TEST("problem codes are the closed list of http") {
	cJSON *api = api_read();

	CHECK_INT(codes_differ(api), 0);
	cJSON_AddItemToArray(code_list(api), cJSON_CreateString("new_code"));
	CHECK_INT(codes_differ(api), 1);
	cJSON_DeleteItemFromArray(code_list(api), 0);
	CHECK_INT(codes_differ(api), 2);
	cJSON_Delete(api);
}
