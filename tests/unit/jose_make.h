/*
 * Makes keys and tokens for the tests of jose, good and bad, with OpenSSL and
 * without the code under test (but for base64url, which has its own tests).
 * Strings live in a ring of buffers: good for a test, nothing to free.
 */
#ifndef JOSE_MAKE_H
#define JOSE_MAKE_H

#include <openssl/evp.h>

#include "../../src/jose/jose.h"

struct made_key {
	EVP_PKEY	*pkey;
	const char	*fields;	/* JWK members without the braces */
	const char	*private;	/* further members, private */
};

enum { MADE_SET_REFUSED = 100, MADE_MAX = 16384, MADE_RING = 1024 };

extern const char made_secret[33];	/* 32 characters */
extern const char made_secret_jwk[];

/* A buffer of the ring. */
char	*made(void);
char	*text(const char *, ...) __attribute__((format(printf, 1, 2)));
/* Any times a character. */
char	*times(char, size_t);
char	*b64(const void *, size_t);
char	*b64s(const char *);

/* Generated on first use: RSA 2048, P-256, Ed25519. */
const struct made_key *make_key(enum jose_alg);
struct made_key *make_rsa(unsigned bits, unsigned e);
void	 made_key_free(struct made_key *);

/* Signature bytes as JWS wants them; returns their length. */
size_t	 make_signature(const struct made_key *, enum jose_alg,
    const char *input, unsigned char *sig);
/* header "." payload, both encoded. */
char	*make_input(const char *header, const char *payload);
/* A whole token under the key, whatever the header says. */
char	*make_token(enum jose_alg key, const char *header,
    const char *payload);
/* A token with HMAC-SHA256 under any secret. */
char	*make_hmac(const void *secret, size_t len, const char *header,
    const char *payload);
/* input "." signature. */
char	*join(const char *input, const void *sig, size_t len);

/* jose_err of verifying against a JWKS or JWK, MADE_SET_REFUSED + jose_err. */
int	 verify(const char *keys, const char *token);
int	 verify_algs(const char *keys, const char *token, unsigned algs);
int	 verify_n(const char *keys, const char *token, size_t len);

#endif
