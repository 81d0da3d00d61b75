/*
 * The main() of every program.  Under the name of one (live.fcgi) it is that
 * one, with its rights and no other's; under any other name it is all of them.
 * Options, configuration, which wire, exit status.  No handler here.
 */
#include "programs.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/crypto.h>

#define ARENA_CEILING	(64 * 1024 * 1024)

static const struct program *alone[2];		/* one, NULL */
static const struct program *const *serving = programs;
static const char *name = "stagedoor";

static void
be_called(const char *path)
{
	const char *slash = path == NULL ? NULL : strrchr(path, '/');
	const char *base = slash != NULL ? slash + 1 : path;

	for (size_t i = 0; base != NULL && programs[i] != NULL; i++) {
		size_t len = strlen(programs[i]->name);

		if (strncmp(base, programs[i]->name, len) == 0 &&
		    strcmp(base + len, ".fcgi") == 0) {
			alone[0] = programs[i];
			serving = alone;
			name = programs[i]->name;
		}
	}
}

static int
usage(FILE *to, int status)
{
	fprintf(to, "usage: %s.fcgi [--config FILE] [--socket PATH]\n"
	    "       %s.fcgi --routes | --version | --help\n"
	    "A web server starts this program: as FastCGI with the listening\n"
	    "socket on descriptor 0 (or made at --socket), or as plain CGI.\n"
	    "The configuration is $STAGEDOOR_CONF or --config.\n", name, name);
	return status;
}

static void
print_routes(void)
{
	static const char *const auths[] = { "none", "optional", "any",
	    "creator", "admin" };
	static const char *const flags[] = { "BODY", "BODY_OPT", "BODY_RAW",
	    "BODY_BIG", "TX", "TX_FULL", "LK", "NO_STORE", "ETAG", "GUESTS",
	    "BODY_SDP", NULL, NULL, NULL, NULL, NULL, "SCOPE_READ", "SCOPE_CHAT",
	    "SCOPE_LIVE", "SCOPE_STREAM", "SCOPE_ROOMS", "SCOPE_RECORDINGS",
	    "SCOPE_ADMIN", "SCOPE_SELF" };

	for (size_t p = 0; serving[p] != NULL; p++)
		for (const struct route *r = serving[p]->routes;
		    r->path != NULL; r++) {
			char sep = ' ';

			printf("%s %s %s %s", method_name(r->method), r->path,
			    r->op, auths[r->auth]);
			for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
				if (flags[i] != NULL && (r->flags & 1U << i)) {
					printf("%c%s", sep, flags[i]);
					sep = ',';
				}
			putchar('\n');
		}
}

/* A server that starts a CGI wants an answer, whatever is wrong with us. */
static int
refuse(bool cgi, const char *why)
{
	log_error("%s", why);
	if (!cgi)
		return EXIT_FAILURE;
	fputs("Status: 503 Service Unavailable\r\n"
	    "Content-Type: application/problem+json\r\n"
	    "Retry-After: 30\r\nCache-Control: no-store\r\n"
	    "X-Content-Type-Options: nosniff\r\n\r\n"
	    "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\","
	    "\"status\":503,\"code\":\"not_set_up\",\"detail\":\"This server is "
	    "not set up; its log says why.\"}\n", stdout);
	return EXIT_SUCCESS;
}

/* What a process of ours was started for by recording_spawn. */
static int
record(struct config *config, const char *id)
{
	struct app app;
	const char *why = NULL;
	enum rc rc;

	if (app_open(config, DB_RW | NEEDS_LK, &app, &why) != RC_OK)
		return refuse(false, why);
	app.arena = arena_new(ARENA_CEILING);
	db_arena(app.db, app.arena);
	rc = recording_carry_out(&app, id);
	arena_free(app.arena);
	app_close(&app);
	return rc == RC_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
serve(struct config *config, unsigned caps, const char *socket_path, bool cgi)
{
	struct app app;
	struct spine spine = { .app = &app, .programs = serving,
	    .arena = arena_new(ARENA_CEILING), .mount = config->mount,
	    .trusted_proxies = config->trusted_proxies, .run = app_run,
	    .after = app_after };
	const char *why = NULL;
	int status, fd = 0;

	/* Hosts with plain CGI have nobody who would run `stagedoor migrate`. */
	if (cgi && (caps & DB_RW))
		caps |= APP_MIGRATE;
	if (app_open(config, caps, &app, &why) != RC_OK) {
		arena_free(spine.arena);
		return refuse(cgi, why);
	}
	app.recorder = "--record";
	if (socket_path != NULL)
		fd = wire_listen(socket_path);
	if (fd == -1)
		status = EXIT_FAILURE;
	else
		status = cgi ? wire_cgi(&spine) : wire_fcgi(&spine, fd);
	app_close(&app);
	arena_free(spine.arena);
	return status;
}

/* What the command line asks for. */
struct wish {
	const char	*config_path;
	const char	*socket_path;
	const char	*recording;	/* its id: start it, serve nothing */
};

/* -1: go on; else the status to end with. */
static int
wish_read(int argc, char **argv, struct wish *w)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "socket", required_argument, NULL, 's' },
		{ "record", required_argument, NULL, 'R' },
		{ "routes", no_argument, NULL, 'r' },
		{ "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (c) {
		case 'c':
			w->config_path = optarg;
			break;
		case 's':
			w->socket_path = optarg;
			break;
		case 'R':
			w->recording = optarg;
			break;
		case 'r':
			print_routes();
			return EXIT_SUCCESS;
		case 'v':
			printf("%s.fcgi %s\n", name, PACKAGE_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			return usage(stdout, EXIT_SUCCESS);
		default:
			return usage(stderr, 2);
		}
	return w->socket_path == NULL && w->recording == NULL &&
	    !wire_is_fcgi() ? usage(stderr, 2) : -1;
}

int
main(int argc, char **argv)
{
	struct wish wish = { 0 };
	const char *why = NULL;
	struct config *config;
	unsigned caps = 0;
	bool cgi = !wire_is_fcgi() && (getenv("REQUEST_METHOD") != NULL ||
	    getenv("GATEWAY_INTERFACE") != NULL);
	int status;

	/* Reading OpenSSL's configuration costs every plain CGI start 4 ms. */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	umask(077);
	be_called(argv[0]);
	log_open(name, LOG_INFO_);
	/* A query without '=' arrives as arguments of a CGI: never options. */
	if (!cgi && (status = wish_read(argc, argv, &wish)) != -1)
		return status;
	for (size_t i = 0; serving[i] != NULL; i++)
		caps |= serving[i]->caps;
	if (config_load(wish.config_path, caps, &config, &why) != RC_OK)
		return refuse(cgi, why);
	log_open(name, config->log_level);
	status = wish.recording != NULL ? record(config, wish.recording) :
	    serve(config, caps, wish.socket_path, cgi);
	config_free(config);
	return status;
}
