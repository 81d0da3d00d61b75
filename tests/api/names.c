/*
 * Names that a case gives to values: {{alice}}, {{stream}}.  A handful, so a
 * list will do.
 */
#include <stdlib.h>
#include <string.h>

#include "api.h"

struct name {
	struct name	*next;
	const char	*name;
	const char	*value;
};

static struct name *names;

void
name_set(const char *name, const char *value)
{
	struct name *n = arena_alloc(the_case.arena, sizeof(*n));

	n->name = arena_strdup(the_case.arena, name);
	n->value = arena_strdup(the_case.arena, value);
	n->next = names;
	names = n;
}

const char *
name_get(const char *name)
{
	struct name *n;

	if (strcmp(name, "now") == 0)
		return time_rfc3339(the_case.arena, clock_ms());
	for (n = names; n != NULL; n = n->next)
		if (strcmp(n->name, name) == 0)
			return n->value;
	return NULL;
}

char *
name_fill(const char *text)
{
	const char *open, *close, *name, *value;
	struct buf b;

	buf_init(&b, the_case.arena);
	while ((open = strstr(text, "{{")) != NULL &&
	    (close = strstr(open, "}}")) != NULL) {
		name = arena_strndup(the_case.arena, open + 2,
		    (size_t)(close - open) - 2);
		/* JSON closes objects with }} too: only words are names. */
		if (*name == '\0' || strpbrk(name, "{\":, \t\n") != NULL) {
			buf_add(&b, text, (size_t)(open - text) + 2);
			text = open + 2;
			continue;
		}
		if ((value = name_get(name)) == NULL)
			case_fail("nothing is known as {{%s}}", name);
		buf_add(&b, text, (size_t)(open - text));
		buf_str(&b, value);
		text = close + 2;
	}
	buf_str(&b, text);
	return b.data;
}
