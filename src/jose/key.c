/*
 * A key prepared once: HMAC state or OpenSSL contexts ready to be copied, and
 * the two operations on it.  Converts between the signatures of JWS (fixed
 * size) and OpenSSL's.  Knows nothing of tokens or JSON.
 */
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

enum { ES256_HALF = ES256_BYTES / 2, ES256_DER_MAX = 72 };

/* n of P-256, big-endian. */
static const unsigned char p256_order[ES256_HALF] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84,
	0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51
};

enum jose_err
jwk_key_secret(struct jose_key *key, const void *secret, size_t len)
{
	key->alg = JOSE_HS256;
	key->sig_len = HS256_BYTES;
	key->mac = jose_digest_hmac(secret, len);
	return key->mac != NULL ? JOSE_OK : JOSE_NOMEM;
}

enum jose_err
jwk_key_public(struct jose_key *key, enum jose_alg alg, EVP_PKEY *pkey,
    enum key_purpose purpose)
{
	const EVP_MD *md = alg == JOSE_EDDSA ? NULL : jose_digest_sha256();
	enum jose_err r = JOSE_NOMEM;

	ERR_set_mark();
	key->alg = alg;
	key->sig_len = alg == JOSE_ES256 ? ES256_BYTES :
	    (size_t)EVP_PKEY_get_size(pkey);
	if ((key->verify = EVP_MD_CTX_new()) != NULL &&
	    EVP_DigestVerifyInit(key->verify, NULL, md, NULL, pkey) == 1)
		r = JOSE_OK;
	if (r == JOSE_OK && purpose == KEY_TO_SIGN &&
	    ((key->sign = EVP_MD_CTX_new()) == NULL ||
	    EVP_DigestSignInit(key->sign, NULL, md, NULL, pkey) != 1))
		r = JOSE_NOMEM;
	ERR_pop_to_mark();
	return r;
}

/* 0 < half < n */
static bool
es256_half_ok(const unsigned char *half)
{
	static const unsigned char zero[ES256_HALF];

	return memcmp(half, zero, ES256_HALF) != 0 &&
	    memcmp(half, p256_order, ES256_HALF) < 0;
}

/* r and s, 32 bytes each, to DER; 0 where out of range. */
static size_t
es256_to_der(const unsigned char *sig, unsigned char der[ES256_DER_MAX])
{
	unsigned char *p = der + 2;

	for (int i = 0; i < 2; i++) {
		const unsigned char *half = sig + (size_t)i * ES256_HALF;
		size_t skip = 0, sign;

		if (!es256_half_ok(half))
			return 0;
		while (half[skip] == 0)
			skip++;
		sign = half[skip] >> 7;
		*p++ = 0x02;
		*p++ = (unsigned char)(ES256_HALF - skip + sign);
		if (sign)
			*p++ = 0;
		memcpy(p, half + skip, ES256_HALF - skip);
		p += ES256_HALF - skip;
	}
	der[0] = 0x30;
	der[1] = (unsigned char)(p - der - 2);
	return (size_t)(p - der);
}

static bool
es256_from_der(const unsigned char *der, size_t len, unsigned char *sig)
{
	ECDSA_SIG *s = d2i_ECDSA_SIG(NULL, &der, (long)len);
	bool ok;

	ok = s != NULL &&
	    BN_bn2binpad(ECDSA_SIG_get0_r(s), sig, ES256_HALF) > 0 &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(s), sig + ES256_HALF,
	    ES256_HALF) > 0;
	ECDSA_SIG_free(s);
	return ok;
}

/* A working copy of a template. */
static EVP_MD_CTX *
context_copy(const EVP_MD_CTX *template)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (ctx != NULL && !EVP_MD_CTX_copy_ex(ctx, template)) {
		EVP_MD_CTX_free(ctx);
		ctx = NULL;
	}
	return ctx;
}

static enum jose_err
verify_mac(const struct jose_key *key, const void *input, size_t len,
    const unsigned char *sig)
{
	unsigned char want[HS256_BYTES];
	enum jose_err r;

	if (!jose_digest_hmac_run(key->mac, input, len, want))
		return JOSE_NOMEM;
	r = CRYPTO_memcmp(want, sig, sizeof(want)) == 0 ?
	    JOSE_OK : JOSE_SIGNATURE;
	OPENSSL_cleanse(want, sizeof(want));
	return r;
}

enum jose_err
jwk_key_verify(const struct jose_key *key, const void *input, size_t len,
    const unsigned char *sig, size_t sig_len)
{
	unsigned char der[ES256_DER_MAX];
	enum jose_err r = JOSE_SIGNATURE;
	EVP_MD_CTX *ctx;

	if (sig_len != key->sig_len)
		return JOSE_SIGNATURE;
	if (key->alg == JOSE_HS256)
		return verify_mac(key, input, len, sig);
	if (key->alg == JOSE_ES256) {
		if ((sig_len = es256_to_der(sig, der)) == 0)
			return JOSE_SIGNATURE;
		sig = der;
	}
	ERR_set_mark();
	if ((ctx = context_copy(key->verify)) == NULL)
		r = JOSE_NOMEM;
	else if (EVP_DigestVerify(ctx, sig, sig_len, input, len) == 1)
		r = JOSE_OK;
	EVP_MD_CTX_free(ctx);
	ERR_pop_to_mark();
	return r;
}

enum jose_err
jwk_key_sign(const struct jose_key *key, const void *input, size_t len,
    unsigned char *sig)
{
	unsigned char der[ES256_DER_MAX];
	bool ecdsa = key->alg == JOSE_ES256, ok;
	size_t n = ecdsa ? sizeof(der) : key->sig_len;
	EVP_MD_CTX *ctx;

	if (key->alg == JOSE_HS256)
		return jose_digest_hmac_run(key->mac, input, len, sig) ?
		    JOSE_OK : JOSE_NOMEM;
	ERR_set_mark();
	ctx = context_copy(key->sign);
	ok = ctx != NULL &&
	    EVP_DigestSign(ctx, ecdsa ? der : sig, &n, input, len) == 1 &&
	    (ecdsa ? es256_from_der(der, n, sig) : n == key->sig_len);
	EVP_MD_CTX_free(ctx);
	ERR_pop_to_mark();
	return ok ? JOSE_OK : JOSE_NOMEM;
}

void
jwk_key_clear(struct jose_key *key)
{
	free(key->kid);
	EVP_MAC_CTX_free(key->mac);
	EVP_MD_CTX_free(key->verify);
	EVP_MD_CTX_free(key->sign);
	*key = (struct jose_key){ 0 };
}
