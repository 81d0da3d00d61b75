/*
 * stagedoor jws verify: the token seam on the command line.  Token on standard
 * input, payload bytes on standard output, or one line of reason.  Touches
 * neither configuration nor database; claims are not looked at.
 */
#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../jose/jose.h"
#include "cli.h"

enum { KEYS_MAX_BYTES = 1 << 20 };

static const char usage[] =
    "usage: stagedoor jws verify --keys FILE [--alg A[,B]] < TOKEN\n";

struct options {
	const char	*keys;
	unsigned	 algs;		/* 0: all that the keys are for */
};

static bool
algs_parse(const char *list, unsigned *algs)
{
	while (*list != '\0') {
		size_t len = strcspn(list, ",");
		enum jose_alg alg;
		char name[8];

		if (len >= sizeof(name))
			return false;
		memcpy(name, list, len);
		name[len] = '\0';
		if ((alg = jose_alg_by_name(name)) == 0)
			return false;
		*algs |= alg;
		list += len;
		if (*list == ',' && *++list == '\0')
			return false;
	}
	return *algs != 0;
}

static bool
options_parse(int argc, char **argv, struct options *o)
{
	for (int i = 0; i < argc; i++) {
		bool more = i + 1 < argc;

		if (strcmp(argv[i], "--keys") == 0 && more &&
		    o->keys == NULL) {
			o->keys = argv[++i];
		} else if (strcmp(argv[i], "--alg") == 0 && more &&
		    o->algs == 0) {
			if (!algs_parse(argv[++i], &o->algs)) {
				fputs("stagedoor: --alg: one or more of "
				    "HS256,RS256,ES256,EdDSA\n", stderr);
				return false;
			}
		} else {
			return false;
		}
	}
	return o->keys != NULL;
}

/* At most max bytes; a longer file gives max + 1 of them. */
static char *
read_all(FILE *f, size_t max, size_t *len)
{
	char *buf = malloc(max + 1);

	if (buf == NULL)
		return NULL;
	*len = fread(buf, 1, max + 1, f);
	if (ferror(f)) {
		free(buf);
		return NULL;
	}
	return buf;
}

static struct jwk_set *
keys_read(const char *path)
{
	FILE *f = fopen(path, "re");
	struct jwk_set *set = NULL;
	const char *why = NULL;
	char *text = NULL;
	size_t len;

	if (f != NULL)
		text = read_all(f, KEYS_MAX_BYTES, &len);
	if (text == NULL)
		why = strerror(errno);
	else if (len > KEYS_MAX_BYTES)
		why = "longer than 1 MB";
	else
		(void)jwk_set_parse(text, len, &set, &why);
	if (set == NULL)
		fprintf(stderr, "stagedoor: %s: %s\n", path, why);
	if (text != NULL)
		OPENSSL_cleanse(text, KEYS_MAX_BYTES + 1);
	free(text);
	if (f != NULL)
		fclose(f);
	return set;
}

/* One line end behind the token is the terminal's, not the token's. */
static size_t
token_trim(const char *token, size_t len)
{
	if (len > 0 && token[len - 1] == '\n')
		len--;
	if (len > 0 && token[len - 1] == '\r')
		len--;
	return len;
}

static int
verify(const struct jwk_set *set, unsigned algs)
{
	struct jws *jws = NULL;
	enum jose_err r;
	char *token;
	size_t len;
	int status = CLI_OK;

	/* Two for the line end. */
	if ((token = read_all(stdin, JOSE_TOKEN_MAX + 2, &len)) == NULL) {
		fprintf(stderr, "stagedoor: standard input: %s\n",
		    strerror(errno));
		return CLI_FAILED;
	}
	r = jws_verify(token, token_trim(token, len), set,
	    algs != 0 ? algs : jwk_set_algs(set), &jws);
	if (r != JOSE_OK) {
		fprintf(stderr, "stagedoor: refused: %s\n", jose_strerror(r));
		status = CLI_FAILED;
	} else if (fwrite(jws->payload, 1, jws->payload_len, stdout) !=
	    jws->payload_len || fflush(stdout) != 0) {
		fprintf(stderr, "stagedoor: standard output: %s\n",
		    strerror(errno));
		status = CLI_FAILED;
	}
	jws_free(jws);
	free(token);
	return status;
}

int
cli_jws_verify(struct app *app, int argc, char **argv)
{
	struct options o = { 0 };
	struct jwk_set *set;
	int status;

	(void)app;
	if (!options_parse(argc, argv, &o)) {
		fputs(usage, stderr);
		return CLI_USAGE;
	}
	if ((set = keys_read(o.keys)) == NULL)
		return CLI_FAILED;
	status = verify(set, o.algs);
	jwk_set_free(set);
	return status;
}
