/*
 * SHA-256 and HMAC-SHA-256.  The algorithms are fetched from OpenSSL once for
 * the life of the process: a fetch by name costs more than the digest of a
 * token.
 */
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

#include "local.h"

static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;
static EVP_MD *sha256;
static EVP_MAC *hmac;

static void
digest_fetch(void)
{
	ERR_set_mark();
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	ERR_pop_to_mark();
}

const EVP_MD *
jose_digest_sha256(void)
{
	return CRYPTO_THREAD_run_once(&once, digest_fetch) ? sha256 : NULL;
}

EVP_MAC_CTX *
jose_digest_hmac(const void *key, size_t len)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
		    (char[]){ "SHA256" }, 0),
		OSSL_PARAM_construct_end()
	};
	EVP_MAC_CTX *ctx;

	if (jose_digest_sha256() == NULL || hmac == NULL ||
	    (ctx = EVP_MAC_CTX_new(hmac)) == NULL)
		return NULL;
	/* A NULL key would mean "the one before". */
	if (!EVP_MAC_init(ctx, len > 0 ? key : "", len, params)) {
		EVP_MAC_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

bool
jose_digest_hmac_run(const EVP_MAC_CTX *keyed, const void *data, size_t len,
    unsigned char out[HS256_BYTES])
{
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_dup(keyed);
	size_t n;
	bool ok;

	ok = ctx != NULL && EVP_MAC_update(ctx, data, len) &&
	    EVP_MAC_final(ctx, out, &n, HS256_BYTES) && n == HS256_BYTES;
	EVP_MAC_CTX_free(ctx);
	return ok;
}

bool
jose_sha256(const void *data, size_t len, unsigned char out[32])
{
	const EVP_MD *md = jose_digest_sha256();

	return md != NULL && EVP_Digest(data, len, out, NULL, md, NULL);
}

bool
jose_hmac_sha256(const void *key, size_t key_len, const void *data,
    size_t len, unsigned char out[32])
{
	EVP_MAC_CTX *ctx = jose_digest_hmac(key, key_len);
	bool ok = ctx != NULL && jose_digest_hmac_run(ctx, data, len, out);

	EVP_MAC_CTX_free(ctx);
	return ok;
}
