/*
 * The `stagedoor` command: finds the command in the table, opens what it
 * needs, runs it.  Owns usage, help and exit status; decides nothing about
 * streams or people.
 */
#include <openssl/crypto.h>

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

#define ARENA_MAX_BYTES (256UL * 1024 * 1024)

static const struct command commands[] = {
	{ "migrate", "", "bring the database up to this version",
	    CLI_CONFIG, DB_RW, cli_migrate },
	{ "user add", "NAME [--password-stdin] [--display NAME] [--admin]",
	    "make an account; without --password-stdin a password is made "
	    "and printed once", CLI_APP, DB_RW, cli_user_add },
	{ "user list", "[--asking]", "list accounts, or those that wait for "
	    "approval to stream", CLI_APP, 0, cli_user_list },
	{ "user approve", "NAME", "let somebody stream",
	    CLI_APP, DB_RW, cli_user_approve },
	{ "user refuse", "NAME", "let somebody stream no more, or not at all: "
	    "key and broadcast end", CLI_APP, DB_RW, cli_user_refuse },
	{ "user admin", "NAME [--off]", "make an account administrator, or not",
	    CLI_APP, DB_RW, cli_user_admin },
	{ "user disable", "NAME",
	    "lock an account: sessions, keys and streams end",
	    CLI_APP, DB_RW, cli_user_disable },
	{ "user enable", "NAME", "unlock an account",
	    CLI_APP, DB_RW, cli_user_enable },
	{ "stream list", "", "list what is on air", CLI_APP, 0,
	    cli_stream_list },
	{ "stream end", "NAME", "end what somebody has on air, and disable the "
	    "stream key", CLI_APP, DB_RW, cli_stream_end },
	{ "room list", "", "list source rooms, classes and voice channels that "
	    "are open", CLI_APP, 0, cli_room_list },
	{ "room end", "ROOM", "end a source room, a class or a live stream",
	    CLI_APP, DB_RW, cli_room_end },
	{ "audit", "[--limit N]", "show what administrators did, newest first",
	    CLI_APP, 0, cli_audit },
	{ "worker", "", "do background work until told to stop (SIGTERM)",
	    CLI_APP, DB_RW | NEEDS_LK, cli_worker },
	{ "tick", "", "do one pass of background work, for cron",
	    CLI_APP, DB_RW | NEEDS_LK, cli_tick },
	{ "record", "ID", "start a recording at LiveKit that was asked for; the "
	    "worker runs this", CLI_APP, DB_RW | NEEDS_LK, cli_record },
	{ "backup", "FILE", "copy the database to a new file, while it runs",
	    CLI_CONFIG, 0, cli_backup },
	{ "doctor", "", "check configuration, database and LiveKit",
	    CLI_CONFIG, DB_RW | NEEDS_LK, cli_doctor },
	{ "config", "", "show every setting, secrets hidden",
	    CLI_CONFIG, NEEDS_LK, cli_config },
	{ "jws verify", "--keys FILE [--alg A[,B]]",
	    "verify a token from standard input, print its payload",
	    CLI_NOTHING, 0, cli_jws_verify },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static bool json_wanted;

bool
cli_json(void)
{
	return json_wanted;
}

int
cli_fail(const char *fmt, ...)
{
	va_list ap;

	fputs("stagedoor: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return CLI_FAILED;
}

void
cli_print_json(struct buf *b)
{
	puts(b->data);
	b->len = 0;
}

void
cli_list_begin(struct buf *b, const char *name)
{
	if (!cli_json())
		return;
	json_object(b, NULL);
	json_array(b, name);
}

void
cli_list_end(struct buf *b)
{
	if (!cli_json())
		return;
	json_array_end(b);
	json_object_end(b);
	cli_print_json(b);
}

struct actor
cli_actor(struct app *app)
{
	const struct passwd *user = getpwuid(getuid());

	return (struct actor){ .name = user != NULL &&
	    user->pw_name[0] != '\0' ?
	    arena_printf(app->arena, "%.64s", user->pw_name) :
	    arena_printf(app->arena, "uid %lu", (unsigned long)getuid()) };
}

static void
help(FILE *out)
{
	fputs("usage: stagedoor [--config FILE] COMMAND [--json]\n\n", out);
	for (size_t i = 0; i < COMMANDS; i++) {
		fprintf(out, "  %s%s%s\n", commands[i].name,
		    *commands[i].usage ? " " : "", commands[i].usage);
		fprintf(out, "      %s\n", commands[i].help);
	}
	fputs("\n  --config FILE   the configuration; default $STAGEDOOR_CONF, "
	    "then\n                  " SYSCONFDIR "/stagedoor.conf\n"
	    "  --json          the answer as JSON\n"
	    "  --version, --help\n"
	    "\nExit status: 0 done, 1 refused or failed, 2 wrong usage.\n"
	    "See stagedoor(1) and stagedoor.conf(5).\n", out);
}

static int
usage_of(const struct command *c)
{
	fprintf(stderr, "usage: stagedoor [--config FILE] %s%s%s [--json]\n",
	    c->name, *c->usage ? " " : "", c->usage);
	return CLI_USAGE;
}

/* The command that argv begins with; *words gets how many words it took. */
static const struct command *
command_find(int argc, char **argv, int *words)
{
	char two[64];

	if (argc == 0)
		return NULL;
	snprintf(two, sizeof(two), "%s %s", argv[0], argc > 1 ? argv[1] : "");
	for (size_t i = 0; i < COMMANDS; i++) {
		*words = strchr(commands[i].name, ' ') != NULL ? 2 : 1;
		if (strcmp(commands[i].name, *words == 2 ? two : argv[0]) == 0)
			return &commands[i];
	}
	return NULL;
}

/* Takes --json out of argv; returns the new argc. */
static int
json_take(int argc, char **argv)
{
	int n = 0;

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			json_wanted = true;
		else
			argv[n++] = argv[i];
	}
	argv[n] = NULL;
	return n;
}

static int
command_run(const struct command *c, const char *conf, int argc, char **argv)
{
	struct app app = { 0 };
	struct config *config = NULL;
	struct arena *arena;
	const char *why = NULL;
	int status;

	if (c->needs == CLI_NOTHING)
		return c->run(NULL, argc, argv);
	if (config_load(conf, c->caps, &config, &why) != RC_OK)
		return cli_fail("%s", why);
	log_open("stagedoor", config->log_level);
	app.config = config;
	if (c->needs == CLI_APP) {
		if (app_open(config, c->caps, &app, &why) != RC_OK) {
			config_free(config);
			return cli_fail("%s", why);
		}
	}
	app.arena = arena = arena_new(ARENA_MAX_BYTES);
	if (app.db != NULL)
		db_arena(app.db, arena);
	status = c->run(&app, argc, argv);
	if (c->needs == CLI_APP)
		app_close(&app);
	arena_free(arena);
	config_free(config);
	return status;
}

int
main(int argc, char **argv)
{
	const struct command *c;
	const char *conf = NULL;
	int words, status;

	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	umask(077);
	argv++, argc--;
	while (argc > 0 && argv[0][0] == '-') {
		if (strcmp(argv[0], "--help") == 0 ||
		    strcmp(argv[0], "-h") == 0) {
			help(stdout);
			return CLI_OK;
		}
		if (strcmp(argv[0], "--version") == 0) {
			puts("stagedoor " PACKAGE_VERSION);
			return CLI_OK;
		}
		if (strcmp(argv[0], "--config") != 0 || argc < 2)
			break;
		conf = argv[1];
		argv += 2, argc -= 2;
	}
	if (argc == 1 && strcmp(argv[0], "help") == 0) {
		help(stdout);
		return CLI_OK;
	}
	argc = json_take(argc, argv);
	if ((c = command_find(argc, argv, &words)) == NULL) {
		if (argc > 0)
			fprintf(stderr, "stagedoor: no command \"%s\"\n",
			    argv[0]);
		help(stderr);
		return CLI_USAGE;
	}
	argv += words, argc -= words;
	if (argc > 0 && strcmp(argv[0], "--help") == 0) {
		printf("usage: stagedoor %s %s\n%s\n", c->name, c->usage,
		    c->help);
		return CLI_OK;
	}
	status = command_run(c, conf, argc, argv);
	if (status == CLI_USAGE)
		usage_of(c);
	if (fflush(stdout) != 0 && status == CLI_OK)
		status = cli_fail("standard output: %s", strerror(errno));
	return status;
}
