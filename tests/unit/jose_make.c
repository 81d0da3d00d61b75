/* Keys and tokens for the tests of jose; see jose_make.h. */
#include "jose_make.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char made_secret[33] = "0123456789abcdef0123456789abcdef";
const char made_secret_jwk[] = "{\"kty\":\"oct\",\"k\":"
    "\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY\"}";

char *
made(void)
{
	static char ring[MADE_RING][MADE_MAX];
	static unsigned next;

	return ring[next++ % MADE_RING];
}

char *
text(const char *fmt, ...)
{
	char *out = made();
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(out, MADE_MAX, fmt, ap) >= MADE_MAX)
		abort();
	va_end(ap);
	return out;
}

char *
times(char c, size_t n)
{
	char *out = made();

	if (n >= MADE_MAX)
		abort();
	memset(out, c, n);
	out[n] = '\0';
	return out;
}

char *
b64(const void *p, size_t len)
{
	char *out = made();

	if (len * 4 / 3 + 4 > MADE_MAX)
		abort();
	jose_b64url_encode(p, len, out);
	return out;
}

char *
b64s(const char *s)
{
	return b64(s, strlen(s));
}

static char *
number(const EVP_PKEY *pkey, const char *param)
{
	unsigned char octets[1024];
	BIGNUM *bn = NULL;
	int n;

	if (!EVP_PKEY_get_bn_param(pkey, param, &bn))
		abort();
	n = BN_bn2bin(bn, octets);
	BN_free(bn);
	return b64(octets, (size_t)n);
}

/* At least 32 octets, as EC and OKP want them. */
static char *
number32(const EVP_PKEY *pkey, const char *param)
{
	unsigned char octets[32];
	BIGNUM *bn = NULL;

	if (!EVP_PKEY_get_bn_param(pkey, param, &bn) ||
	    BN_bn2binpad(bn, octets, 32) != 32)
		abort();
	BN_free(bn);
	return b64(octets, 32);
}

static struct made_key *
key_of(EVP_PKEY *pkey, const char *fields, const char *private)
{
	struct made_key *key = malloc(sizeof(*key));

	if (key == NULL || pkey == NULL)
		abort();
	key->pkey = pkey;
	key->fields = strdup(fields);
	key->private = strdup(private);
	return key;
}

void
made_key_free(struct made_key *key)
{
	EVP_PKEY_free(key->pkey);
	free((char *)key->fields);
	free((char *)key->private);
	free(key);
}

struct made_key *
make_rsa(unsigned bits, unsigned e)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_uint(OSSL_PKEY_PARAM_RSA_BITS, &bits),
		OSSL_PARAM_construct_uint(OSSL_PKEY_PARAM_RSA_E, &e),
		OSSL_PARAM_construct_end()
	};
	EVP_PKEY *k = NULL;

	if (EVP_PKEY_keygen_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_params(ctx, params) != 1 ||
	    EVP_PKEY_generate(ctx, &k) != 1)
		abort();
	EVP_PKEY_CTX_free(ctx);
	return key_of(k, text("\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"",
	    number(k, "n"), number(k, "e")),
	    text("\"d\":\"%s\",\"p\":\"%s\",\"q\":\"%s\",\"dp\":\"%s\","
	    "\"dq\":\"%s\",\"qi\":\"%s\"", number(k, "d"),
	    number(k, OSSL_PKEY_PARAM_RSA_FACTOR1),
	    number(k, OSSL_PKEY_PARAM_RSA_FACTOR2),
	    number(k, OSSL_PKEY_PARAM_RSA_EXPONENT1),
	    number(k, OSSL_PKEY_PARAM_RSA_EXPONENT2),
	    number(k, OSSL_PKEY_PARAM_RSA_COEFFICIENT1)));
}

static struct made_key *
make_ec(void)
{
	EVP_PKEY *k = EVP_EC_gen("P-256");

	return key_of(k, text("\"kty\":\"EC\",\"crv\":\"P-256\","
	    "\"x\":\"%s\",\"y\":\"%s\"", number32(k, "qx"),
	    number32(k, "qy")), text("\"d\":\"%s\"", number32(k, "priv")));
}

static struct made_key *
make_ed25519(void)
{
	EVP_PKEY *k = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	unsigned char x[32], d[32];
	size_t n = 32;

	if (EVP_PKEY_get_raw_public_key(k, x, &n) != 1 ||
	    EVP_PKEY_get_raw_private_key(k, d, &n) != 1)
		abort();
	return key_of(k, text("\"kty\":\"OKP\",\"crv\":\"Ed25519\","
	    "\"x\":\"%s\"", b64(x, 32)), text("\"d\":\"%s\"", b64(d, 32)));
}

const struct made_key *
make_key(enum jose_alg alg)
{
	static struct made_key *keys[JOSE_EDDSA + 1];

	if (keys[alg] == NULL)
		keys[alg] = alg == JOSE_RS256 ? make_rsa(2048, 65537) :
		    alg == JOSE_ES256 ? make_ec() : make_ed25519();
	return keys[alg];
}

size_t
make_signature(const struct made_key *key, enum jose_alg alg,
    const char *input, unsigned char *sig)
{
	const EVP_MD *md = alg == JOSE_EDDSA ? NULL : EVP_sha256();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char der[1024];
	const unsigned char *p = der;
	size_t n = sizeof(der);
	ECDSA_SIG *s;

	if (EVP_DigestSignInit(ctx, NULL, md, NULL, key->pkey) != 1 ||
	    EVP_DigestSign(ctx, der, &n, (const unsigned char *)input,
	    strlen(input)) != 1)
		abort();
	EVP_MD_CTX_free(ctx);
	if (alg != JOSE_ES256) {
		memcpy(sig, der, n);
		return n;
	}
	s = d2i_ECDSA_SIG(NULL, &p, (long)n);
	BN_bn2binpad(ECDSA_SIG_get0_r(s), sig, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(s), sig + 32, 32);
	ECDSA_SIG_free(s);
	return 64;
}

char *
make_input(const char *header, const char *payload)
{
	return text("%s.%s", b64s(header), b64s(payload));
}

char *
join(const char *input, const void *sig, size_t len)
{
	return text("%s.%s", input, b64(sig, len));
}

char *
make_token(enum jose_alg alg, const char *header, const char *payload)
{
	char *input = make_input(header, payload);
	unsigned char sig[1024];
	size_t n;

	if (alg == JOSE_HS256)
		return make_hmac(made_secret, 32, header, payload);
	n = make_signature(make_key(alg), alg, input, sig);
	return join(input, sig, n);
}

char *
make_hmac(const void *secret, size_t len, const char *header,
    const char *payload)
{
	char *input = make_input(header, payload);
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned n;

	if (HMAC(EVP_sha256(), secret, (int)len,
	    (const unsigned char *)input, strlen(input), mac, &n) == NULL)
		abort();
	return join(input, mac, n);
}

static int
verify_all(const char *keys, const char *token, size_t len, unsigned algs)
{
	struct jwk_set *set;
	struct jws *jws = NULL;
	enum jose_err r;

	r = jwk_set_parse(keys, strlen(keys), &set, NULL);
	if (r != JOSE_OK)
		return MADE_SET_REFUSED + (int)r;
	r = jws_verify(token, len, set,
	    algs != 0 ? algs : jwk_set_algs(set), &jws);
	/* Nothing comes out of a refusal. */
	if ((r == JOSE_OK) != (jws != NULL))
		abort();
	jws_free(jws);
	jwk_set_free(set);
	return (int)r;
}

int
verify_n(const char *keys, const char *token, size_t len)
{
	return verify_all(keys, token, len, 0);
}

int
verify_algs(const char *keys, const char *token, unsigned algs)
{
	return verify_all(keys, token, strlen(token), algs);
}

int
verify(const char *keys, const char *token)
{
	return verify_all(keys, token, strlen(token), 0);
}
