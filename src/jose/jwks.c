/*
 * Sets of verification keys: from a JWKS document, a bare JWK or a raw secret;
 * which key of the set a token names.  A set never changes after parsing.
 */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

enum { MEMBERS_MAX = 100 };	/* kids are compared pair by pair */

struct jwk_set {
	size_t		 len;
	struct jose_key	 keys[];
};

void
jwk_set_free(struct jwk_set *set)
{
	for (size_t i = 0; set != NULL && i < set->len; i++)
		jwk_key_clear(&set->keys[i]);
	free(set);
}

size_t
jwk_set_len(const struct jwk_set *set)
{
	return set->len;
}

unsigned
jwk_set_algs(const struct jwk_set *set)
{
	unsigned algs = 0;

	for (size_t i = 0; i < set->len; i++)
		algs |= set->keys[i].alg;
	return algs;
}

static bool
key_is(const struct jose_key *key, const char *kid)
{
	return key->kid != NULL && strcmp(key->kid, kid) == 0;
}

bool
jwk_set_has_kid(const struct jwk_set *set, const char *kid)
{
	for (size_t i = 0; i < set->len; i++)
		if (key_is(&set->keys[i], kid))
			return true;
	return false;
}

const struct jose_key *
jwk_set_pick(const struct jwk_set *set, enum jose_alg alg, const char *kid,
    enum jose_err *why)
{
	const struct jose_key *found = NULL;

	*why = JOSE_KEY;
	for (size_t i = 0; i < set->len; i++) {
		const struct jose_key *key = &set->keys[i];

		if (kid != NULL ? !key_is(key, kid) : key->alg != alg)
			continue;
		if (found != NULL)
			return NULL;
		found = key;
	}
	if (found == NULL && (jwk_set_algs(set) & alg) == 0)
		*why = JOSE_ALG;
	if (found != NULL && found->alg != alg) {
		*why = JOSE_ALG;
		return NULL;
	}
	return found;
}

static struct jwk_set *
set_new(size_t room)
{
	return calloc(1, sizeof(struct jwk_set) +
	    room * sizeof(struct jose_key));
}

enum jose_err
jwk_set_secret(const void *secret, size_t len, struct jwk_set **out)
{
	struct jwk_set *set;

	*out = NULL;
	if (len == 0)
		return JOSE_KEY;
	if ((set = set_new(1)) == NULL)
		return JOSE_NOMEM;
	set->len = 1;
	if (jwk_key_secret(&set->keys[0], secret, len) != JOSE_OK) {
		jwk_set_free(set);
		return JOSE_NOMEM;
	}
	*out = set;
	return JOSE_OK;
}

/* No two members, usable or not, may share a kid. */
static bool
kid_twice(const cJSON *members)
{
	const cJSON *a, *b;

	cJSON_ArrayForEach(a, members) {
		const char *kid = jose_member_string(a, "kid");

		for (b = a->next; kid != NULL && b != NULL; b = b->next) {
			const char *other = jose_member_string(b, "kid");

			if (other != NULL && strcmp(kid, other) == 0)
				return true;
		}
	}
	return false;
}

/* A secret published beside public keys is no secret. */
static bool
secret_beside_public(const cJSON *members)
{
	bool secret = false, public = false;
	const cJSON *m;

	cJSON_ArrayForEach(m, members) {
		const char *kty = jose_member_string(m, "kty");

		if (kty == NULL)
			continue;
		if (strcmp(kty, "oct") == 0)
			secret = true;
		else
			public = true;
	}
	return secret && public;
}

static enum jose_err
set_fill(struct jwk_set *set, const cJSON *first, const char **why)
{
	for (const cJSON *m = first; m != NULL; m = m->next) {
		struct jose_key key;

		switch (jwk_read(m, KEY_TO_VERIFY, &key)) {
		case KEY_READ_OK:
			set->keys[set->len++] = key;
			continue;
		case KEY_READ_SKIP:
			jwk_key_clear(&key);
			continue;
		case KEY_READ_SHORT:
			jwk_key_clear(&key);
			*why = "an oct key is shorter than 32 bytes";
			return JOSE_KEY;
		case KEY_READ_NOMEM:
			jwk_key_clear(&key);
			*why = "no memory";
			return JOSE_NOMEM;
		}
	}
	if (set->len > 0)
		return JOSE_OK;
	*why = "no key is usable for verification";
	return JOSE_KEY;
}

static enum jose_err
set_from_tree(const cJSON *tree, struct jwk_set **out, const char **why)
{
	const cJSON *members = cJSON_GetObjectItemCaseSensitive(tree, "keys");
	const cJSON *first = tree;
	struct jwk_set *set;
	enum jose_err r;
	int n = 1;

	if (members != NULL) {
		first = members->child;
		n = cJSON_GetArraySize(members);
	}
	if (!cJSON_IsObject(tree) ||
	    (members != NULL && !cJSON_IsArray(members)))
		*why = "neither a JWKS nor a JWK";
	else if (n > MEMBERS_MAX)
		*why = "more than 100 keys";
	else if (kid_twice(members))
		*why = "two keys have the same kid";
	else if (secret_beside_public(members))
		*why = "an oct key beside public keys";
	else if ((set = set_new((size_t)n)) == NULL) {
		*why = "no memory";
		return JOSE_NOMEM;
	} else {
		if ((r = set_fill(set, first, why)) == JOSE_OK)
			*out = set;
		else
			jwk_set_free(set);
		return r;
	}
	return JOSE_KEY;
}

enum jose_err
jwk_set_parse(const char *json, size_t len, struct jwk_set **out,
    const char **why)
{
	enum strict_json parsed;
	const char *ignored;
	enum jose_err r;
	cJSON *tree;

	*out = NULL;
	if (why == NULL)
		why = &ignored;
	parsed = jose_strict_json_parse(json, len, JOSE_DEPTH, &tree);
	if (parsed != STRICT_OK) {
		*why = parsed == STRICT_NOMEM ? "no memory" :
		    "not strict JSON (RFC 8259, UTF-8, no member twice)";
		return parsed == STRICT_NOMEM ? JOSE_NOMEM : JOSE_KEY;
	}
	r = set_from_tree(tree, out, why);
	jose_json_wipe(tree);
	return r;
}
