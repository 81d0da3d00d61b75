/*
 * Keys, and verification of what was signed with them: access tokens and
 * webhooks.  The key is chosen by iss before the signature is checked; nothing
 * else of a token is believed until then.
 */
#include <cjson/cJSON.h>
#include <math.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "../jose/jose.h"
#include "local.h"

#define LEEWAY_S	60
#define TIME_MAX	253402300799.0		/* year 9999 */
#define CLAIMS_DEPTH	32

struct key {
	struct key	*next;
	char		*name;
	struct jwk_set	*set;
};

struct lk_keys {
	struct key	*first;
};

enum lk_err
lk_keys_new(struct lk_keys **out)
{
	struct lk_keys *keys = calloc(1, sizeof(*keys));

	if (keys == NULL)
		return LK_NOMEM;
	*out = keys;
	return LK_OK;
}

enum lk_err
lk_keys_add(struct lk_keys *keys, const char *name, const char *secret)
{
	struct key *key;

	if (keys == NULL || lki_blank(name) || lki_blank(secret))
		return LK_USAGE;
	if ((key = calloc(1, sizeof(*key))) == NULL)
		return LK_NOMEM;
	key->name = lki_strdup(name);
	if (key->name == NULL || jwk_set_secret(secret, strlen(secret),
	    &key->set) != JOSE_OK) {
		free(key->name);
		free(key);
		return LK_NOMEM;
	}
	key->next = keys->first;
	keys->first = key;
	return LK_OK;
}

void
lk_keys_free(struct lk_keys *keys)
{
	struct key *key;

	if (keys == NULL)
		return;
	while ((key = keys->first) != NULL) {
		keys->first = key->next;
		jwk_set_free(key->set);
		free(key->name);
		free(key);
	}
	free(keys);
}

static enum lk_err
jose_cause(enum jose_err err)
{
	switch (err) {
	case JOSE_OK:
		return LK_OK;
	case JOSE_NOMEM:
		return LK_NOMEM;
	case JOSE_KEY:
	case JOSE_SIGNATURE:
		return LK_TOKEN_SIGNATURE;
	default:
		return LK_TOKEN_FORM;
	}
}

/* Strict JSON, an object: no claim twice, no NUL in a string. */
static enum lk_err
claims_check(const char *json, size_t len, struct lki_span *out)
{
	struct cJSON *tree;

	switch (jose_strict_json_parse(json, len, CLAIMS_DEPTH, &tree)) {
	case STRICT_OK:
		break;
	case STRICT_NOMEM:
		return LK_NOMEM;
	default:
		return LK_TOKEN_FORM;
	}
	cJSON_Delete(tree);
	return lki_json(json, len, out) && lki_is_object(*out) ? LK_OK :
	    LK_TOKEN_FORM;
}

static struct lki_span
claim(struct lki_span claims, const char *name)
{
	struct lki_span key, val, none = { NULL, 0 };
	const char *at = NULL;

	while (lki_next(claims, &at, &key, &val))
		if (lki_key_is(key, name, true))
			return val;
	return none;
}

/* Seconds since 1970, fractions allowed; 0 = absent, -1 = wrong. */
static double
date(struct lki_span claims, const char *name)
{
	struct lki_span val = claim(claims, name);
	char text[64];
	double d;

	if (val.s == NULL)
		return 0;
	if (*val.s < '0' || *val.s > '9' || val.len >= sizeof(text))
		return -1;
	memcpy(text, val.s, val.len);
	text[val.len] = '\0';
	d = strtod(text, NULL);
	return isfinite(d) && d > 0 && d <= TIME_MAX ? d : -1;
}

static enum lk_err
times_check(struct lki_span claims, const struct lk_verify_opts *o)
{
	double now = o->now_s != 0 ? (double)o->now_s : (double)time(NULL);
	double leeway = o->leeway_s == 0 ? LEEWAY_S : o->leeway_s < 0 ? 0 :
	    o->leeway_s;
	double exp = date(claims, "exp"), nbf = date(claims, "nbf");

	if (exp <= 0 || nbf < 0 || date(claims, "iat") < 0)
		return LK_TOKEN_FORM;
	if (now > exp + leeway)
		return LK_TOKEN_EXPIRED;
	return now + leeway < nbf ? LK_TOKEN_EARLY : LK_OK;
}

/* A key may be there with several secrets: any of them will do. */
static enum lk_err
signature_check(const struct lk_keys *keys, const char *issuer,
    const char *jwt, size_t len, struct jws **out)
{
	enum lk_err err = LK_TOKEN_ISSUER;

	for (const struct key *k = keys->first; k != NULL; k = k->next) {
		if (strcmp(k->name, issuer) != 0)
			continue;
		err = jose_cause(jws_verify(jwt, len, k->set, JOSE_HS256,
		    out));
		if (err != LK_TOKEN_SIGNATURE)
			return err;
	}
	return err;
}

static enum lk_err
issuer_read(const char *jwt, size_t len, char **issuer)
{
	struct lki_span claims, iss;
	struct jws *peek;
	enum lk_err err = jose_cause(jws_peek(jwt, len, &peek));

	if (err != LK_OK)
		return err;
	err = claims_check(peek->payload, peek->payload_len, &claims);
	if (err == LK_OK) {
		iss = claim(claims, "iss");
		if (iss.s == NULL || *iss.s != '"')
			err = LK_TOKEN_FORM;
		else if ((*issuer = lki_text(iss)) == NULL)
			err = LK_NOMEM;
	}
	jws_free(peek);
	return err;
}

static enum lk_err
verify(const struct lk_keys *keys, const char *jwt, size_t len,
    const struct lk_verify_opts *o, struct lk_claims **out)
{
	struct lki_span claims;
	struct lk_claims *c;
	struct jws *jws;
	char *issuer;
	enum lk_err err = issuer_read(jwt, len, &issuer);

	if (err != LK_OK)
		return err;
	err = signature_check(keys, issuer, jwt, len, &jws);
	free(issuer);
	if (err != LK_OK)
		return err;
	if (!lki_json(jws->payload, jws->payload_len, &claims))
		err = LK_TOKEN_FORM;
	else if ((err = times_check(claims, o)) == LK_OK &&
	    (c = lki_read(&lki_claims, claims)) == NULL)
		err = LK_NOMEM;
	jws_free(jws);
	if (err != LK_OK)
		return err;
	if (*c->kind == '\0')
		c->kind = "standard";
	*out = c;
	return LK_OK;
}

enum lk_err
lk_token_verify(const struct lk_keys *keys, const char *jwt,
    const struct lk_verify_opts *in, struct lk_claims **out)
{
	LKI_COPY(lk_verify_opts, o, in);

	if (keys == NULL || out == NULL || LKI_UNSIZED(in))
		return LK_USAGE;
	if (jwt == NULL)
		return LK_TOKEN_FORM;
	return verify(keys, jwt, strlen(jwt), &o, out);
}

static bool
hash_good(const struct lk_claims *c, const void *body, size_t len)
{
	unsigned char hash[32];
	char text[48];

	if (!jose_sha256(body, len, hash))
		return false;
	text[jose_b64_encode(hash, sizeof(hash), text)] = '\0';
	return strlen(c->sha256) == strlen(text) &&
	    CRYPTO_memcmp(c->sha256, text, strlen(text)) == 0;
}

enum lk_err
lk_event_parse(const void *body, size_t len, struct lk_event **out)
{
	struct lk_event *event;
	struct lki_span whole;

	if (out == NULL)
		return LK_USAGE;
	if (body == NULL || !lki_json(body, len, &whole) ||
	    lki_unescape(lki_member(whole, "event"), NULL) == 0)
		return LK_PROTOCOL;
	if ((event = lki_read(&lki_event, whole)) == NULL)
		return LK_NOMEM;
	*out = event;
	return LK_OK;
}

enum lk_err
lk_webhook_receive(const struct lk_keys *keys, const char *authorization,
    const void *body, size_t len, int64_t now_s, struct lk_event **out)
{
	const struct lk_verify_opts o = { sizeof(o), now_s, 0 };
	const char *jwt = authorization;
	struct lk_claims *c;
	enum lk_err err;

	if (keys == NULL || out == NULL || (body == NULL && len > 0))
		return LK_USAGE;
	if (jwt == NULL)
		return LK_TOKEN_FORM;
	if (strncasecmp(jwt, "Bearer ", 7) == 0)
		jwt += 7;
	if ((err = verify(keys, jwt, strlen(jwt), &o, &c)) != LK_OK)
		return err;
	/* a viewer's token is signed by the same key, but has no hash */
	if (!hash_good(c, body, len))
		err = LK_WEBHOOK_HASH;
	lk_free(c);
	return err == LK_OK ? lk_event_parse(body, len, out) : err;
}
