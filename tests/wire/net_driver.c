/*
 * net_driver: lets a script use the outgoing client and the key sets on it.
 *
 *	net_driver get URL MAX_BYTES TIMEOUT_MS [ETAG]
 *		prints "CAUSE STATUS LENGTH ETAG"
 *	net_driver keys URL FOLDER
 *		for each line "NOW_MS KID" of standard input prints
 *		"CAUSE has" or "CAUSE lacks"
 */
#include "../../src/auth/local.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
get(struct arena *arena, char **argv, int argc)
{
	struct net_reply reply = { 0 };
	enum rc rc = net_get(arena, argv[2], argc > 5 ? argv[5] : NULL,
	    (size_t)atol(argv[3]), (int)atol(argv[4]), &reply);

	printf("%s %d %zu %s\n", rc_name(rc), reply.status, reply.body_len,
	    reply.etag == NULL ? "-" : reply.etag);
	return 0;
}

static int
keys(struct arena *arena, char **argv)
{
	struct issuer_config issuer = { .name = "site", .iss = "i",
	    .aud = "a", .jwks = argv[2] };
	struct auth_config config = {
	    .app_secret = "0123456789abcdef0123456789abcdef",
	    .app_iss = "https://stage.example", .session_ms = 1000,
	    .cache_dir = argv[3], .issuers = &issuer, .issuers_len = 1 };
	const struct jwk_set *set;
	const char *why = "";
	struct auth *auth;
	char kid[64];
	int64_t now;
	enum rc rc;

	if (auth_new(&config, &auth, &why) != RC_OK) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	while (scanf("%" SCNd64 " %63s", &now, kid) == 2) {
		rc = issuer_keys(auth, &auth->issuers[0], arena, kid, now,
		    &set);
		printf("%s %s\n", rc_name(rc), rc == RC_OK &&
		    jwk_set_has_kid(set, kid) ? "has" : "lacks");
		fflush(stdout);
		arena_reset(arena);
	}
	auth_free(auth);
	return 0;
}

int
main(int argc, char **argv)
{
	struct arena *arena = arena_new(64 << 20);
	int status = 2;

	signal(SIGPIPE, SIG_IGN);
	log_open("net_driver", LOG_INFO_);
	if (argc >= 5 && strcmp(argv[1], "get") == 0)
		status = get(arena, argv, argc);
	else if (argc == 4 && strcmp(argv[1], "keys") == 0)
		status = keys(arena, argv);
	arena_free(arena);
	return status;
}
