/*
 * Runs the cases of tests/api/<operationId>/<case>.http against the programs,
 * in this process, without web server and network: README.md has the format.
 * runner [TEXT …] runs the files whose path contains a TEXT, or all;
 * runner --file PATH … runs just these.
 */
#include <sys/wait.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api.h"

#define CASE_SECONDS 60

/* ---- directives ------------------------------------------------------------- */

static void
do_fault(const char *line)
{
	if (str_starts(line, "livekit "))
		livekit_fault(line + 8);
	else if (strcmp(line, "database locked") == 0)
		world_lock(true);
	else if (strcmp(line, "database ok") == 0)
		world_lock(false);
	else
		case_fail("fault: livekit …, database locked or database ok, "
		    "not %s", line);
}

/* "set: name = value" */
static void
do_set(const char *line)
{
	size_t len = strcspn(line, " =");
	const char *value = strchr(line, '=');

	if (value == NULL)
		case_fail("set: name = value, not %s", line);
	name_set(arena_strndup(the_case.arena, line, len),
	    value + 1 + strspn(value + 1, " "));
}

static const struct {
	const char	*name;
	void		(*run)(const char *);
} directives[] = {
	{ "user: ", world_user },
	{ "channel: ", world_channel },
	{ "class: ", world_class },
	{ "clock: ", world_clock },
	{ "fault: ", do_fault },
	{ "livekit: ", livekit_line },
	{ "config: ", world_config },
	{ "env: ", world_env },
	{ "set: ", do_set },
	{ "jwt: ", livekit_jwt },
	{ "sql: ", world_sql },
	{ "tick:", world_tick },
};

#define DIRECTIVES (sizeof(directives) / sizeof(directives[0]))

/* DIRECTIVES where it is none. */
static size_t
directive_of(const char *line)
{
	size_t i = 0;

	while (i < DIRECTIVES && !str_starts(line, directives[i].name))
		i++;
	return i;
}

static void
do_directive(const char *line)
{
	size_t i = directive_of(line);

	if (i == DIRECTIVES)
		case_fail("neither a request nor a directive: %s", line);
	directives[i].run(name_fill(line) + strlen(directives[i].name));
}

/* "--- db: SELECT …", then the rows that are expected. */
static void
do_rows(const char *line)
{
	const char *got = world_rows(name_fill(line + 8)), *next;
	struct buf want;

	buf_init(&want, the_case.arena);
	while ((next = case_peek()) != NULL && *next != '\0' &&
	    !str_starts(next, "---") && *next != '#' &&
	    !exchange_begins(next) && directive_of(next) == DIRECTIVES)
		buf_printf(&want, "%s\n", name_fill(case_take()));
	if (!match_text(want.data, got))
		case_fail("%s\nexpected:\n%sgot:\n%s", line, want.data, got);
}

static void
run_case(void)
{
	const char *line;

	while ((line = case_peek()) != NULL) {
		if (exchange_begins(line)) {
			exchange_run();
			continue;
		}
		case_take();
		if (*line == '\0' || *line == '#' ||
		    strcmp(line, "--- unchanged") == 0)
			continue;
		if (str_starts(line, "--- db: "))
			do_rows(line);
		else
			do_directive(line);
	}
	world_close();
}

/* ---- files ------------------------------------------------------------------ */

/* A process a case; true when it went as written. */
static bool
run_file(const char *path)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	if ((pid = fork()) == 0) {
		alarm(CASE_SECONDS);
		case_open(path);
		run_case();
		arena_free(the_case.arena);
		_exit(0);
	}
	if (pid == -1 || waitpid(pid, &status, 0) != pid)
		return false;
	if (WIFSIGNALED(status))
		printf("# %s: killed by signal %d\n", path, WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool
chosen(const char *path, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (strstr(path, argv[i]) != NULL)
			return true;
	return argc < 2;
}

static bool
run_named(const char *path, const char *name)
{
	bool good = run_file(path);

	printf("%s api %s\n", good ? "ok" : "not ok", name);
	return good;
}

int
main(int argc, char **argv)
{
	const char *srcdir = getenv("srcdir");
	int wrong = 0, ran = 0, arg;
	char top[1024], pattern[1100];
	glob_t found;
	size_t i;

	snprintf(top, sizeof(top), "%s/tests/api", srcdir != NULL ? srcdir :
	    ".");
	setenv("top_srcdir", srcdir != NULL ? srcdir : ".", 1);
	if (argc > 2 && strcmp(argv[1], "--file") == 0) {
		for (arg = 2; arg < argc; arg++)
			wrong += !run_named(argv[arg], argv[arg]);
		return wrong > 0;
	}
	snprintf(pattern, sizeof(pattern), "%s/*/*.http", top);
	if (glob(pattern, 0, NULL, &found) != 0) {
		printf("not ok there are cases at %s\n", pattern);
		return 1;
	}
	for (i = 0; i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i];

		if (!chosen(path, argc, argv))
			continue;
		wrong += !run_named(path, path + strlen(top) + 1);
		ran++;
	}
	globfree(&found);
	return wrong > 0 || ran == 0;
}
