/*
 * Verifies compact JSON Web Signatures.  Decides on form, header and key
 * before any cryptography runs; follows nothing that a token points at.  The
 * payload is bytes here: claims are the caller's.
 */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

/* A token's three parts, still in base64url. */
struct parts {
	const char	*header, *payload, *sig;
	size_t		 header_len, payload_len, sig_len;
};

const char *const jose_alg_names[JOSE_EDDSA + 1] = {
	[JOSE_HS256] = "HS256",
	[JOSE_RS256] = "RS256",
	[JOSE_ES256] = "ES256",
	[JOSE_EDDSA] = "EdDSA"
};

const char *
jose_strerror(enum jose_err err)
{
	static const char *const sentences[JOSE_MAX] = {
		[JOSE_OK] = "no error",
		[JOSE_NOMEM] = "no memory, or OpenSSL failed",
		[JOSE_FORM] = "not a well-formed compact JWS",
		[JOSE_ALG] = "the algorithm is not allowed here",
		[JOSE_KEY] = "no key, or more than one, fits",
		[JOSE_SIGNATURE] = "the signature does not match"
	};

	if ((unsigned)err >= JOSE_MAX)
		return "unknown error";
	return sentences[err];
}

enum jose_alg
jose_alg_by_name(const char *name)
{
	for (unsigned alg = JOSE_HS256; alg <= JOSE_EDDSA; alg <<= 1)
		if (strcmp(name, jose_alg_names[alg]) == 0)
			return (enum jose_alg)alg;
	return 0;
}

void
jws_free(struct jws *jws)
{
	free(jws);
}

/* Exactly three parts, none empty. */
static bool
token_split(const char *token, size_t len, struct parts *p)
{
	const char *end = token + len, *dot;

	if (len > JOSE_TOKEN_MAX ||
	    (dot = memchr(token, '.', len)) == NULL)
		return false;
	p->header = token;
	p->header_len = (size_t)(dot - token);
	p->payload = dot + 1;
	dot = memchr(p->payload, '.', (size_t)(end - p->payload));
	if (dot == NULL)
		return false;
	p->payload_len = (size_t)(dot - p->payload);
	p->sig = dot + 1;
	p->sig_len = (size_t)(end - p->sig);
	return p->header_len > 0 && p->payload_len > 0 && p->sig_len > 0 &&
	    memchr(p->sig, '.', p->sig_len) == NULL;
}

/*
 * What a header may not carry: critical extensions (we know none), unencoded
 * payloads, and keys or places to find keys.
 */
static bool
header_forbidden(const cJSON *header)
{
	static const char *const names[] = {
		"crit", "b64", "jwk", "jku", "x5u", "x5c"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (cJSON_GetObjectItemCaseSensitive(header, names[i]) != NULL)
			return true;
	return false;
}

/* Reads alg and kid; kid is copied to room, which holds the header's length. */
static enum jose_err
header_read(const cJSON *header, struct jws *jws, char *room)
{
	const char *alg, *kid;

	if (!cJSON_IsObject(header) || header_forbidden(header))
		return JOSE_FORM;
	kid = jose_member_string(header, "kid");
	if (kid != NULL && *kid != '\0') {
		memcpy(room, kid, strlen(kid) + 1);
		jws->kid = room;
	} else if (cJSON_GetObjectItemCaseSensitive(header, "kid") != NULL) {
		return JOSE_FORM;
	}
	alg = jose_member_string(header, "alg");
	if (alg == NULL || (jws->alg = jose_alg_by_name(alg)) == 0)
		return JOSE_ALG;
	return JOSE_OK;
}

static enum jose_err
header_parse(struct jws *jws, char *room)
{
	enum strict_json parsed;
	enum jose_err r;
	cJSON *tree;

	parsed = jose_strict_json_parse(jws->header, jws->header_len, JOSE_DEPTH,
	    &tree);
	if (parsed != STRICT_OK)
		return parsed == STRICT_NOMEM ? JOSE_NOMEM : JOSE_FORM;
	r = header_read(tree, jws, room);
	cJSON_Delete(tree);
	return r;
}

/* One block: the struct, the header, the payload, the kid. */
static enum jose_err
token_read(const struct parts *p, struct jws **out)
{
	size_t header_room = p->header_len * 3 / 4 + 1;
	size_t payload_room = p->payload_len * 3 / 4 + 1;
	unsigned char *header, *payload;
	struct jws *jws;
	enum jose_err r;
	long h, n;

	jws = malloc(sizeof(*jws) + 2 * header_room + payload_room);
	if (jws == NULL)
		return JOSE_NOMEM;
	*jws = (struct jws){ 0 };
	header = (unsigned char *)(jws + 1);
	payload = header + header_room;
	h = jose_b64url_decode(p->header, p->header_len, header);
	n = jose_b64url_decode(p->payload, p->payload_len, payload);
	if (h < 0 || n < 0) {
		free(jws);
		return JOSE_FORM;
	}
	jws->header = (const char *)header;
	jws->header_len = (size_t)h;
	jws->payload = (const char *)payload;
	jws->payload_len = (size_t)n;
	if ((r = header_parse(jws, (char *)payload + payload_room)) != JOSE_OK)
		free(jws);
	else
		*out = jws;
	return r;
}

static enum jose_err
signature_check(const struct parts *p, const struct jws *jws,
    const struct jwk_set *set, unsigned algs)
{
	unsigned char sig[KEY_RSA_MAX / 8 + 1];
	const struct jose_key *key;
	enum jose_err why;
	long n;

	if ((jws->alg & algs) == 0)
		return JOSE_ALG;
	if ((key = jwk_set_pick(set, jws->alg, jws->kid, &why)) == NULL)
		return why;
	if (p->sig_len * 3 / 4 > key->sig_len)
		return JOSE_SIGNATURE;
	if ((n = jose_b64url_decode(p->sig, p->sig_len, sig)) < 0)
		return JOSE_FORM;
	return jwk_key_verify(key, p->header, p->header_len + 1 + p->payload_len,
	    sig, (size_t)n);
}

enum jose_err
jws_verify(const char *token, size_t len, const struct jwk_set *set,
    unsigned algs, struct jws **out)
{
	struct jws *jws;
	struct parts p;
	enum jose_err r;

	*out = NULL;
	if (!token_split(token, len, &p))
		return JOSE_FORM;
	if ((r = token_read(&p, &jws)) != JOSE_OK)
		return r;
	if ((r = signature_check(&p, jws, set, algs)) != JOSE_OK) {
		jws_free(jws);
		return r;
	}
	*out = jws;
	return JOSE_OK;
}

enum jose_err
jws_peek(const char *token, size_t len, struct jws **out)
{
	struct parts p;

	*out = NULL;
	if (!token_split(token, len, &p))
		return JOSE_FORM;
	return token_read(&p, out);
}
