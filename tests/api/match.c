/*
 * What a case expects against what came: JSON of which the expectation is a
 * subset, and texts with "*".  Values named "<so>" are kept.
 */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api.h"

#define ABSENT "<absent>"

/* "*" stands for any run of bytes. */
static bool
glob(const char *want, const char *got)
{
	const char *star = NULL, *from = NULL;

	while (*got != '\0') {
		if (*want == '*') {
			star = want++;
			from = got;
		} else if (*want == *got) {
			want++;
			got++;
		} else if (star != NULL) {
			want = star + 1;
			got = ++from;
		} else
			return false;
	}
	while (*want == '*')
		want++;
	return *want == '\0';
}

/* "<name>" → name, NULL for anything else. */
static const char *
capture_name(const char *want)
{
	size_t len = strlen(want);

	if (len < 3 || want[0] != '<' || want[len - 1] != '>' ||
	    strpbrk(want, " /\"") != NULL || strcmp(want, ABSENT) == 0)
		return NULL;
	return arena_strndup(the_case.arena, want + 1, len - 2);
}

bool
match_text(const char *want, const char *got)
{
	const char *name = capture_name(want);

	if (name != NULL) {
		name_set(name, got);
		return true;
	}
	return glob(want, got);
}

static char *
show(const cJSON *value)
{
	char *text = value != NULL ? cJSON_PrintUnformatted(value) : NULL;
	char *copy = arena_strdup(the_case.arena,
	    text != NULL ? text : "nothing");

	free(text);
	return copy;
}

static char *
differs(const char *where, const cJSON *want, const cJSON *got)
{
	return arena_printf(the_case.arena, "%s: expected %s, got %s",
	    *where != '\0' ? where : "the body", show(want), show(got));
}

static char *
match_object(const cJSON *want, const cJSON *got, const char *where)
{
	const cJSON *w;
	char *why;

	cJSON_ArrayForEach(w, want) {
		const cJSON *g = json_get(got, w->string);
		const char *path = arena_printf(the_case.arena, "%s%s%s", where,
		    *where != '\0' ? "." : "", w->string);

		if (cJSON_IsString(w) && strcmp(w->valuestring, ABSENT) == 0) {
			if (g != NULL)
				return differs(path, w, g);
			continue;
		}
		if (g == NULL)
			return differs(path, w, NULL);
		if ((why = match_json(w, g, path)) != NULL)
			return why;
	}
	return NULL;
}

/* "..." as the last item lets any others follow. */
static char *
match_array(const cJSON *want, const cJSON *got, const char *where)
{
	const cJSON *w, *g = got->child;
	char *why;
	int i = 0;

	cJSON_ArrayForEach(w, want) {
		const char *path = arena_printf(the_case.arena, "%s[%d]", where,
		    i++);

		if (w->next == NULL && cJSON_IsString(w) &&
		    strcmp(w->valuestring, "...") == 0)
			return NULL;
		if (g == NULL)
			return differs(path, w, NULL);
		if ((why = match_json(w, g, path)) != NULL)
			return why;
		g = g->next;
	}
	return g == NULL ? NULL : differs(arena_printf(the_case.arena,
	    "%s has more items", where), want, got);
}

static char *
match_string(const cJSON *want, const cJSON *got, const char *where)
{
	const char *name = capture_name(want->valuestring);

	if (name != NULL) {
		name_set(name, cJSON_IsString(got) ? got->valuestring :
		    show(got));
		return NULL;
	}
	if (strcmp(want->valuestring, "*") == 0)
		return NULL;
	if (cJSON_IsString(got) && glob(want->valuestring, got->valuestring))
		return NULL;
	return differs(where, want, got);
}

char *
match_json(const cJSON *want, const cJSON *got, const char *where)
{
	if (cJSON_IsString(want))
		return match_string(want, got, where);
	if (cJSON_IsObject(want) && cJSON_IsObject(got))
		return match_object(want, got, where);
	if (cJSON_IsArray(want) && cJSON_IsArray(got))
		return match_array(want, got, where);
	if (cJSON_IsNumber(want) && cJSON_IsNumber(got) &&
	    !(want->valuedouble < got->valuedouble) &&
	    !(want->valuedouble > got->valuedouble))
		return NULL;
	if (!cJSON_IsNumber(want) && want->type == got->type &&
	    !cJSON_IsObject(want) && !cJSON_IsArray(want))
		return NULL;
	return differs(where, want, got);
}

cJSON *
match_parse(const char *json, const char *what)
{
	cJSON *parsed = cJSON_Parse(json);

	if (parsed == NULL)
		case_fail("%s is not JSON: %s", what, json);
	return parsed;
}
