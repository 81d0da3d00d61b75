/*
 * jose: JSON Web Signatures (RFC 7515), keys (RFC 7517), base64url and the
 * strict JSON below them.  Stands on libc, OpenSSL and cJSON alone and is part
 * of liblivekit-api.  Strict by default: what a specification leaves open and
 * an attacker could use is refused.  Signs and verifies bytes; claims are the
 * caller's (auth, livekit).
 */
#ifndef JOSE_H
#define JOSE_H

#include <stdbool.h>
#include <stddef.h>

struct cJSON;

/* ---- base64 ------------------------------------------------------------ */

/* RFC 4648 §5 without padding. Returns length; out needs 4*((n+2)/3)+1. */
size_t	 jose_b64url_encode(const void *, size_t len, char *out);
/*
 * Strict: alphabet only, no padding, no length 1 mod 4, spare bits zero.
 * out needs len*3/4+1 (a NUL is added).  Returns the length or -1.
 */
long	 jose_b64url_decode(const char *, size_t len, unsigned char *out);
/* RFC 4648 §4, with padding. */
size_t	 jose_b64_encode(const void *, size_t len, char *out);
/* Standard or url alphabet, padded; -1 where malformed. */
long	 jose_b64_decode(const char *, size_t len, unsigned char *out);

/* ---- strict JSON ------------------------------------------------------- */

enum strict_json {
	STRICT_OK, STRICT_SYNTAX, STRICT_UTF8, STRICT_NUL, STRICT_DEPTH,
	STRICT_DUPLICATE_KEY, STRICT_NOMEM
};

/*
 * RFC 8259 to the letter, and besides: valid UTF-8, no \u0000 escape, no lone
 * surrogate escape (STRICT_UTF8), no member twice in one object (compared
 * after unescaping), no more than max_depth levels of [ and { (500 at most),
 * numbers finite (else STRICT_SYNTAX).
 * The tree is freed with cJSON_Delete.  *out is written on STRICT_OK only.
 */
enum strict_json jose_strict_json_parse(const char *text, size_t len,
    int max_depth, struct cJSON **out);

/* ---- keys -------------------------------------------------------------- */

enum jose_alg {			/* bits of a mask */
	JOSE_HS256 = 1,
	JOSE_RS256 = 2,
	JOSE_ES256 = 4,
	JOSE_EDDSA = 8		/* Ed25519 */
};

enum jose_err {
	JOSE_OK,
	JOSE_NOMEM,
	JOSE_FORM,		/* not a compact JWS, bad base64url, bad header */
	JOSE_ALG,		/* algorithm unknown, not allowed, or not the key's */
	JOSE_KEY,		/* no key, or more than one, fits; a key is unusable */
	JOSE_SIGNATURE,		/* the signature is not that key's */
	JOSE_MAX
};

/* "no key fits the token", … Never NULL. */
const char *jose_strerror(enum jose_err);

/* Names of RFC 7518 ("HS256"); 0 for anything else, exact case. */
enum jose_alg jose_alg_by_name(const char *);

/* A closed set of verification keys. */
struct jwk_set;

/*
 * A JWKS document ({"keys":[…]}), or one bare JWK.  Members that are unusable
 * for verification (use:"enc", key_ops without verify, unknown kty or crv,
 * RSA < 2048 bits or e = 1, point off the curve, wrong sizes) are skipped.
 * Refused as a whole (JOSE_KEY): no strict JSON, a kid twice (on skipped
 * members too), oct beside public keys, an oct key under 32 bytes, more than
 * 100 members; nothing usable left.  *out is NULL then, and why, where not
 * NULL, gets a static sentence.
 */
enum jose_err jwk_set_parse(const char *json, size_t len,
    struct jwk_set **out, const char **why);
/* One HS256 key from raw bytes, of any length >= 1 (LiveKit's may be short). */
enum jose_err jwk_set_secret(const void *secret, size_t len,
    struct jwk_set **out);
void	 jwk_set_free(struct jwk_set *);	/* wipes secrets; NULL allowed */
size_t	 jwk_set_len(const struct jwk_set *);
/* Algorithms that some key of the set can verify. */
unsigned jwk_set_algs(const struct jwk_set *);
bool	 jwk_set_has_kid(const struct jwk_set *, const char *kid);

/* ---- signatures -------------------------------------------------------- */

#define JOSE_TOKEN_MAX	8000	/* bytes; longer tokens are JOSE_FORM */

/* What jws_verify found; one block, freed with jws_free. */
struct jws {
	const char	*header;	/* JSON text */
	size_t		 header_len;
	const char	*payload;	/* bytes as signed, NUL added */
	size_t		 payload_len;
	enum jose_alg	 alg;
	const char	*kid;		/* NULL where the header has none */
};

/*
 * Verifies a compact JWS of exactly len bytes.  The algorithm must be in the
 * header, in algs and the one that the key is for; a kid picks the key (a set
 * from a raw secret has none, so refuses every kid), else exactly one key must
 * fit.  Headers with crit, b64, jwk, jku, x5u, x5c are
 * refused; none of them is ever followed.  Comparison is constant time.
 */
enum jose_err jws_verify(const char *token, size_t len,
    const struct jwk_set *, unsigned algs, struct jws **out);
void	 jws_free(struct jws *);		/* NULL allowed */

/* Reads header and payload WITHOUT verifying: to find an issuer's keys only. */
enum jose_err jws_peek(const char *token, size_t len, struct jws **out);

/* A signer prepared once (HMAC state, parsed key), used for many tokens. */
struct jws_signer;	/* like a jwk_set: threads may share it */
enum jose_err jws_signer_secret(const void *secret, size_t len,
    struct jws_signer **out);			/* HS256 */
/* A private JWK (oct, RSA, EC P-256, OKP Ed25519); its kid goes into headers. */
enum jose_err jws_signer_jwk(const char *jwk_json, size_t len,
    struct jws_signer **out);
void	 jws_signer_free(struct jws_signer *);
/*
 * Compact JWS; *out is malloc'd, NUL-terminated, the caller frees.  JOSE_FORM
 * for an empty payload.  No limit on the length: a verifier may have one.
 */
enum jose_err jws_sign(const struct jws_signer *, const char *payload,
    size_t len, char **out);

/* One-shot SHA-256 and HMAC-SHA-256; false only when OpenSSL fails. */
bool	 jose_sha256(const void *, size_t len, unsigned char out[32]);
bool	 jose_hmac_sha256(const void *key, size_t key_len, const void *,
    size_t len, unsigned char out[32]);

#endif
