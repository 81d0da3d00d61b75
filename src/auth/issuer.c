/*
 * issuer: whether the configuration of an outside login can be trusted with
 * anybody's account.  Looks at words only, opens nothing.
 */
#include "local.h"

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

enum rc
issuer_open(struct issuer *s, const struct issuer_config *c, const char **why)
{
	const char *algs = c->algs;

	s->config = *c;
	*why = NULL;
	if (c->iss == NULL || *c->iss == '\0')
		*why = "an issuer needs issuer.NAME.iss";
	else if (c->aud == NULL || *c->aud == '\0')
		*why = "an issuer needs issuer.NAME.aud: without an audience "
		    "tokens meant for others would be taken";
	else if ((c->secret == NULL) == (c->jwks == NULL))
		*why = "an issuer needs issuer.NAME.secret or "
		    "issuer.NAME.jwks, and not both";
	if (*why != NULL)
		return RC_INVALID;
	s->is_url = c->jwks != NULL && strstr(c->jwks, "://") != NULL;
	if (algs == NULL)
		algs = c->secret != NULL ? "HS256" : "RS256 ES256 EdDSA";
	if (algs_parse(algs, &s->algs) != RC_OK)
		*why = "issuer.NAME.algs takes HS256, RS256, ES256, EdDSA";
	else if (c->secret != NULL && s->algs != JOSE_HS256)
		*why = "an issuer with a secret signs with HS256 only";
	else if (s->is_url && (s->algs & JOSE_HS256))
		*why = "an issuer whose keys are at an address may not use "
		    "HS256: its public keys would be secrets";
	else if (c->secret != NULL && strlen(c->secret) < SECRET_MIN_BYTES)
		*why = "issuer.NAME.secret must have at least 32 bytes";
	else if (c->secret != NULL && jwk_set_secret(c->secret,
	    strlen(c->secret), &s->keys) != JOSE_OK)
		*why = "issuer.NAME.secret cannot be used as a key";
	else if (s->is_url && !str_starts(c->jwks, "https://") &&
	    !is_loopback_http(c->jwks))
		*why = "issuer.NAME.jwks must be an https:// address or a file";
	return *why == NULL ? RC_OK : RC_INVALID;
}

void
issuer_close(struct issuer *s)
{
	jwk_set_free(s->keys);
	free((void *)s->etag);
}
