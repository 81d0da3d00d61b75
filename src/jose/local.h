/*
 * Private to src/jose: the prepared key that verification and signing share,
 * and the strict decoding of JWK members.
 */
#ifndef JOSE_LOCAL_H
#define JOSE_LOCAL_H

#include <openssl/evp.h>

#include "jose.h"

enum {
	JOSE_DEPTH = 32,	/* levels in a header or a key document */
	HS256_BYTES = 32,
	ES256_BYTES = 64,
	KEY_OCT_MIN = 32,	/* bytes, RFC 7518 §3.2 */
	KEY_RSA_MIN = 2048,	/* bits */
	KEY_RSA_MAX = 8192	/* verifying costs the square of the size */
};

/* What reading a JWK says about it. */
enum key_read {
	KEY_READ_OK,
	KEY_READ_SKIP,		/* not for us, or unusable */
	KEY_READ_SHORT,		/* oct under KEY_OCT_MIN: spoils the set */
	KEY_READ_NOMEM
};

enum key_purpose { KEY_TO_VERIFY, KEY_TO_SIGN };

/*
 * Parsed and keyed once.  The contexts are templates: each use works on a
 * copy, so a key may be used by several threads.
 */
struct jose_key {
	enum jose_alg	 alg;
	char		*kid;		/* NULL where it has none */
	size_t		 sig_len;	/* bytes of a signature in a JWS */
	EVP_MAC_CTX	*mac;		/* HS256 */
	EVP_MD_CTX	*verify;	/* the others */
	EVP_MD_CTX	*sign;		/* the others, KEY_TO_SIGN only */
};

/* jws.c: "HS256" at [JOSE_HS256], NULL between. */
extern const char *const jose_alg_names[JOSE_EDDSA + 1];

/* scan.c: the grammar, UTF-8 and depth alone. */
enum strict_json jose_json_scan(const char *, size_t len, int max_depth);
/* json.c: frees a tree and wipes every string in it; NULL allowed. */
void	 jose_json_wipe(struct cJSON *);

/* jwk.c: one JWK object; *key is released with jwk_key_clear, whatever came. */
enum key_read jwk_read(const struct cJSON *, enum key_purpose,
    struct jose_key *);
/* The string member of an object, NULL where absent or no string. */
const char *jose_member_string(const struct cJSON *, const char *name);

/* key.c */
enum jose_err jwk_key_secret(struct jose_key *, const void *, size_t len);
/* Takes its own reference to the EVP_PKEY. */
enum jose_err jwk_key_public(struct jose_key *, enum jose_alg, EVP_PKEY *,
    enum key_purpose);
enum jose_err jwk_key_verify(const struct jose_key *, const void *input,
    size_t len, const unsigned char *sig, size_t sig_len);
/* sig has room for key->sig_len. */
enum jose_err jwk_key_sign(const struct jose_key *, const void *input, size_t len,
    unsigned char *sig);
void	 jwk_key_clear(struct jose_key *);

/* digest.c: fetched once for the life of the process; NULL: OpenSSL failed. */
const EVP_MD *jose_digest_sha256(void);
EVP_MAC_CTX *jose_digest_hmac(const void *key, size_t len);
bool	 jose_digest_hmac_run(const EVP_MAC_CTX *, const void *, size_t len,
    unsigned char out[HS256_BYTES]);

/* jwks.c: NULL where none or several fit; *why says which error it is. */
const struct jose_key *jwk_set_pick(const struct jwk_set *, enum jose_alg,
    const char *kid, enum jose_err *why);

#endif
