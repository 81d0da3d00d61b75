/*
 * The case in hand: its lines, and how it fails.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api.h"

struct api_case the_case;

void
case_fail(const char *fmt, ...)
{
	const char *story = exchange_story(), *end;
	va_list ap;

	printf("# %s:%zu: ", the_case.path, the_case.at);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	for (; *story != '\0'; story = *end != '\0' ? end + 1 : end) {
		end = story + strcspn(story, "\n");
		printf("#   %.*s\n", (int)(end - story), story);
	}
	fflush(stdout);
	world_close();
	_exit(1);
}

const char *
case_peek(void)
{
	return the_case.lines[the_case.at];
}

const char *
case_take(void)
{
	const char *line = the_case.lines[the_case.at];

	if (line != NULL)
		the_case.at++;
	return line;
}

void
case_open(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text, *line, *end;
	size_t n = 0;
	long size;

	the_case.path = path;
	the_case.arena = arena_new(256 << 20);
	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0)
		case_fail("cannot be read");
	rewind(f);
	text = arena_alloc(the_case.arena, (size_t)size + 1);
	if (fread(text, 1, (size_t)size, f) != (size_t)size)
		case_fail("cannot be read");
	fclose(f);
	the_case.lines = arena_alloc(the_case.arena,
	    ((size_t)size + 2) * sizeof(the_case.lines[0]));
	while ((line = strsep(&text, "\n")) != NULL) {
		end = line + strlen(line);
		while (end > line && strchr(" \t\r", end[-1]) != NULL)
			*--end = '\0';
		the_case.lines[n++] = line;
	}
}
