/*
 * One JSON Web Key: which algorithm it is for, whether it may be used, and its
 * numbers, checked and given to OpenSSL.  A key serves exactly one algorithm.
 * Sets of keys are jwks.c's.
 */
#include <cjson/cJSON.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

enum {
	P256_BYTES = 32, ED25519_BYTES = 32,
	RSA_E_MAX_BITS = 64,
	RSA_PUBLIC = 2, RSA_BARE = 3, RSA_FULL = 8	/* of rsa_members */
};

static const struct {
	const char	*member, *param;
} rsa_members[RSA_FULL] = {
	{ "n", OSSL_PKEY_PARAM_RSA_N },
	{ "e", OSSL_PKEY_PARAM_RSA_E },
	{ "d", OSSL_PKEY_PARAM_RSA_D },
	{ "p", OSSL_PKEY_PARAM_RSA_FACTOR1 },
	{ "q", OSSL_PKEY_PARAM_RSA_FACTOR2 },
	{ "dp", OSSL_PKEY_PARAM_RSA_EXPONENT1 },
	{ "dq", OSSL_PKEY_PARAM_RSA_EXPONENT2 },
	{ "qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1 }
};

const char *
jose_member_string(const cJSON *object, const char *name)
{
	return cJSON_GetStringValue(
	    cJSON_GetObjectItemCaseSensitive(object, name));
}

static bool
member_has(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name) != NULL;
}

/* Absent, or exactly this string. */
static bool
member_allows(const cJSON *object, const char *name, const char *want)
{
	const char *got = jose_member_string(object, name);

	return !member_has(object, name) ||
	    (got != NULL && strcmp(got, want) == 0);
}

/* Exactly want octets; out has room for one more. */
static bool
member_octets(const cJSON *object, const char *name, unsigned char *out,
    size_t want)
{
	const char *s = jose_member_string(object, name);
	size_t len = s != NULL ? strlen(s) : 0;

	return len == (want * 4 + 2) / 3 &&
	    jose_b64url_decode(s, len, out) == (long)want;
}

/* Base64urlUInt of RFC 7518 §2: the fewest octets; KEY_RSA_MAX bits. */
static enum key_read
member_number(const cJSON *object, const char *name, BIGNUM **out)
{
	const char *s = jose_member_string(object, name);
	enum key_read r = KEY_READ_SKIP;
	unsigned char *octets;
	size_t len;
	long n;

	if (s == NULL || (len = strlen(s)) > KEY_RSA_MAX / 6 + 1)
		return KEY_READ_SKIP;
	if ((octets = malloc(len * 3 / 4 + 1)) == NULL)
		return KEY_READ_NOMEM;
	n = jose_b64url_decode(s, len, octets);
	if (n > 0 && octets[0] != 0) {
		*out = BN_bin2bn(octets, (int)n, NULL);
		r = *out != NULL ? KEY_READ_OK : KEY_READ_NOMEM;
	}
	OPENSSL_cleanse(octets, len * 3 / 4 + 1);
	free(octets);
	return r;
}

/* key_ops, where present, is an array with this operation in it. */
static bool
allows_operation(const cJSON *jwk, const char *operation)
{
	const cJSON *ops = cJSON_GetObjectItemCaseSensitive(jwk, "key_ops");
	const cJSON *op;
	bool found = ops == NULL;

	if (ops != NULL && !cJSON_IsArray(ops))
		return false;
	cJSON_ArrayForEach(op, ops) {
		if (!cJSON_IsString(op))
			return false;
		found |= strcmp(op->valuestring, operation) == 0;
	}
	return found;
}

/* The one algorithm that a key of this type and curve is for, or 0. */
static enum jose_alg
jwk_alg(const cJSON *jwk)
{
	static const struct {
		const char	*kty, *crv;
		enum jose_alg	 alg;
	} types[] = {
		{ "oct", NULL, JOSE_HS256 },
		{ "RSA", NULL, JOSE_RS256 },
		{ "EC", "P-256", JOSE_ES256 },
		{ "OKP", "Ed25519", JOSE_EDDSA }
	};
	const char *kty = jose_member_string(jwk, "kty");
	const char *crv = jose_member_string(jwk, "crv");

	for (size_t i = 0; kty != NULL && i < sizeof(types) / sizeof(*types);
	    i++) {
		if (strcmp(kty, types[i].kty) != 0)
			continue;
		if (types[i].crv != NULL &&
		    (crv == NULL || strcmp(crv, types[i].crv) != 0))
			return 0;
		return types[i].alg;
	}
	return 0;
}

static enum key_read
read_secret(const cJSON *jwk, struct jose_key *key)
{
	const char *s = jose_member_string(jwk, "k");
	enum key_read r = KEY_READ_SKIP;
	unsigned char *octets;
	size_t len;
	long n;

	if (s == NULL)
		return KEY_READ_SKIP;
	len = strlen(s);
	if ((octets = malloc(len * 3 / 4 + 1)) == NULL)
		return KEY_READ_NOMEM;
	n = jose_b64url_decode(s, len, octets);
	if (n >= KEY_OCT_MIN)
		r = jwk_key_secret(key, octets, (size_t)n) == JOSE_OK ?
		    KEY_READ_OK : KEY_READ_NOMEM;
	else if (n >= 0)
		r = KEY_READ_SHORT;
	OPENSSL_cleanse(octets, len * 3 / 4 + 1);
	free(octets);
	return r;
}

/* NULL where OpenSSL finds the numbers wrong (or has no memory). */
static EVP_PKEY *
pkey_build(const char *type, OSSL_PARAM_BLD *bld, int selection)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY *pkey = NULL;

	if (ctx == NULL || params == NULL ||
	    EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, selection, params) != 1)
		pkey = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static bool
rsa_size_ok(const BIGNUM *n, const BIGNUM *e)
{
	return BN_num_bits(n) >= KEY_RSA_MIN && BN_is_odd(n) &&
	    BN_is_odd(e) && !BN_is_one(e) &&
	    BN_num_bits(e) <= RSA_E_MAX_BITS;
}

static enum key_read
read_rsa(const cJSON *jwk, enum key_purpose purpose, EVP_PKEY **out)
{
	BIGNUM *bn[RSA_FULL] = { NULL };
	OSSL_PARAM_BLD *bld = NULL;
	enum key_read r = KEY_READ_OK;
	size_t n = RSA_PUBLIC;

	if (purpose == KEY_TO_SIGN)
		n = member_has(jwk, "p") ? RSA_FULL : RSA_BARE;
	if (member_has(jwk, "oth"))
		return KEY_READ_SKIP;
	for (size_t i = 0; i < n && r == KEY_READ_OK; i++)
		r = member_number(jwk, rsa_members[i].member, &bn[i]);
	if (r == KEY_READ_OK && !rsa_size_ok(bn[0], bn[1]))
		r = KEY_READ_SKIP;
	if (r == KEY_READ_OK && (bld = OSSL_PARAM_BLD_new()) == NULL)
		r = KEY_READ_NOMEM;
	for (size_t i = 0; i < n && r == KEY_READ_OK; i++)
		if (!OSSL_PARAM_BLD_push_BN(bld, rsa_members[i].param, bn[i]))
			r = KEY_READ_NOMEM;
	if (r == KEY_READ_OK && (*out = pkey_build("RSA", bld, n > RSA_PUBLIC ?
	    EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY)) == NULL)
		r = KEY_READ_SKIP;
	OSSL_PARAM_BLD_free(bld);
	for (size_t i = 0; i < n; i++)
		BN_clear_free(bn[i]);
	return r;
}

static enum key_read
read_ec(const cJSON *jwk, enum key_purpose purpose, EVP_PKEY **out)
{
	/* 4: uncompressed point.  Each decoding needs one octet of room. */
	unsigned char point[1 + 2 * P256_BYTES + 1] = { 4 };
	unsigned char secret[P256_BYTES + 1];
	bool private = purpose == KEY_TO_SIGN;
	OSSL_PARAM_BLD *bld;
	BIGNUM *d = NULL;

	if (!member_octets(jwk, "x", point + 1, P256_BYTES) ||
	    !member_octets(jwk, "y", point + 1 + P256_BYTES, P256_BYTES) ||
	    (private && !member_octets(jwk, "d", secret, P256_BYTES)))
		return KEY_READ_SKIP;
	if (private)
		d = BN_bin2bn(secret, P256_BYTES, NULL);
	OPENSSL_cleanse(secret, sizeof(secret));
	bld = OSSL_PARAM_BLD_new();
	/* OpenSSL refuses a point that is not on the curve. */
	if (bld != NULL && (!private || d != NULL) &&
	    OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME,
	    "prime256v1", 0) &&
	    OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY,
	    point, 1 + 2 * P256_BYTES) &&
	    (d == NULL ||
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, d)))
		*out = pkey_build("EC", bld, private ?
		    EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY);
	OSSL_PARAM_BLD_free(bld);
	BN_clear_free(d);
	return *out != NULL ? KEY_READ_OK : KEY_READ_SKIP;
}

static enum key_read
read_ed25519(const cJSON *jwk, enum key_purpose purpose, EVP_PKEY **out)
{
	unsigned char x[ED25519_BYTES + 1], d[ED25519_BYTES + 1];
	unsigned char derived[ED25519_BYTES];
	size_t n = sizeof(derived);

	if (!member_octets(jwk, "x", x, ED25519_BYTES))
		return KEY_READ_SKIP;
	if (purpose == KEY_TO_VERIFY) {
		*out = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x,
		    ED25519_BYTES);
		return *out != NULL ? KEY_READ_OK : KEY_READ_NOMEM;
	}
	if (!member_octets(jwk, "d", d, ED25519_BYTES))
		return KEY_READ_SKIP;
	*out = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, d,
	    ED25519_BYTES);
	OPENSSL_cleanse(d, sizeof(d));
	if (*out == NULL ||
	    EVP_PKEY_get_raw_public_key(*out, derived, &n) != 1)
		return KEY_READ_NOMEM;
	return memcmp(derived, x, ED25519_BYTES) == 0 ?
	    KEY_READ_OK : KEY_READ_SKIP;
}

static enum key_read
read_pair(const cJSON *jwk, enum jose_alg alg, enum key_purpose purpose,
    struct jose_key *key)
{
	EVP_PKEY *pkey = NULL;
	enum key_read r;

	ERR_set_mark();
	if (alg == JOSE_RS256)
		r = read_rsa(jwk, purpose, &pkey);
	else if (alg == JOSE_ES256)
		r = read_ec(jwk, purpose, &pkey);
	else
		r = read_ed25519(jwk, purpose, &pkey);
	ERR_pop_to_mark();
	if (r == KEY_READ_OK &&
	    jwk_key_public(key, alg, pkey, purpose) != JOSE_OK)
		r = KEY_READ_NOMEM;
	EVP_PKEY_free(pkey);
	return r;
}

enum key_read
jwk_read(const cJSON *jwk, enum key_purpose purpose, struct jose_key *key)
{
	const char *kid = jose_member_string(jwk, "kid");
	enum jose_alg alg;

	*key = (struct jose_key){ 0 };
	if (!cJSON_IsObject(jwk) || (alg = jwk_alg(jwk)) == 0 ||
	    !member_allows(jwk, "alg", jose_alg_names[alg]) ||
	    !member_allows(jwk, "use", "sig") ||
	    !allows_operation(jwk, purpose == KEY_TO_SIGN ? "sign" : "verify"))
		return KEY_READ_SKIP;
	if (member_has(jwk, "kid") && (kid == NULL || *kid == '\0'))
		return KEY_READ_SKIP;
	if (kid != NULL && (key->kid = strdup(kid)) == NULL)
		return KEY_READ_NOMEM;
	if (alg == JOSE_HS256)
		return read_secret(jwk, key);
	return read_pair(jwk, alg, purpose, key);
}
