/*
 * issuer: whether the configuration of an outside login can be trusted with
 * anybody's account.  Looks at words only, opens nothing.
 */
#include "local.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum rc
algs_parse(const char *text, unsigned *out)
{
	char word[16];
	size_t n;

	*out = 0;
	for (const char *p = text; *p != '\0'; p += n) {
		p += strspn(p, " ,");
		if ((n = strcspn(p, " ,")) == 0)
			break;
		if (n >= sizeof(word))
			return RC_INVALID;
		memcpy(word, p, n);
		word[n] = '\0';
		if (jose_alg_by_name(word) == 0)
			return RC_INVALID;
		*out |= jose_alg_by_name(word);
	}
	return *out == 0 ? RC_INVALID : RC_OK;
}

static bool
is_loopback_http(const char *url)
{
	static const char *const hosts[] = { "http://127.0.0.1",
		"http://localhost", "http://[::1]" };

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		size_t n = strlen(hosts[i]);

		if (strncmp(url, hosts[i], n) == 0 &&
		    (url[n] == ':' || url[n] == '/'))
			return true;
	}
	return false;
}

/* NULL where all is well, else what is wrong, as it goes on from the name. */
static const char *
issuer_fault(struct issuer *s, const struct issuer_config *c)
{
	const char *algs = c->algs;

	if (c->iss == NULL || *c->iss == '\0')
		return ".iss is not set";
	if (c->aud == NULL || *c->aud == '\0')
		return ".aud is not set: without an audience tokens meant for "
		    "others would be taken";
	if ((c->secret == NULL) == (c->jwks == NULL))
		return " needs .secret or .jwks, and not both";
	s->is_url = c->jwks != NULL && strstr(c->jwks, "://") != NULL;
	if (algs == NULL)
		algs = c->secret != NULL ? "HS256" : "RS256 ES256 EdDSA";
	if (algs_parse(algs, &s->algs) != RC_OK)
		return ".algs takes HS256, RS256, ES256, EdDSA";
	if (c->secret != NULL && s->algs != JOSE_HS256)
		return ".algs: with a secret it is HS256 only";
	if (s->is_url && (s->algs & JOSE_HS256))
		return ".algs: an issuer whose keys are at an address may not "
		    "use HS256: its public keys would be secrets";
	if (c->secret != NULL && strlen(c->secret) < SECRET_MIN_BYTES)
		return ".secret must have at least 32 bytes";
	if (c->secret != NULL && jwk_set_secret(c->secret, strlen(c->secret),
	    &s->keys) != JOSE_OK)
		return ".secret cannot be used as a key";
	if (s->is_url && !str_starts(c->jwks, "https://") &&
	    !is_loopback_http(c->jwks))
		return ".jwks must be an https:// address or a file";
	return NULL;
}

enum rc
issuer_open(struct issuer *s, const struct issuer_config *c,
    const char *app_iss, const char **why)
{
	static char text[256];
	const char *fault;

	s->config = *c;
	fault = issuer_fault(s, c);
	if (fault == NULL && strcmp(c->iss, app_iss) == 0)
		fault = ".iss may not be our own public_url";
	if (fault == NULL)
		return RC_OK;
	snprintf(text, sizeof(text), "issuer.%s%s", c->name, fault);
	*why = text;
	return RC_INVALID;
}

void
issuer_close(struct issuer *s)
{
	jwk_set_free(s->keys);
	free((void *)s->etag);
}
