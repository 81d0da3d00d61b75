/*
 * What the files of auth share among themselves.
 */
#ifndef AUTH_LOCAL_H
#define AUTH_LOCAL_H

#include "../base/base.h"
#include "../jose/jose.h"
#include "../net/net.h"
#include "../store/store.h"
#include "auth.h"

#define SECRET_MIN_BYTES	32
#define JWKS_MAX_BYTES		(256 * 1024)
#define JWKS_TIMEOUT_MS		5000
#define JWKS_KID_WAIT_MS	1000	/* for another's refresh */
#define JWKS_FRESH_MS		(5 * 60 * 1000LL)	/* then ask again */
#define JWKS_COOL_DOWN_MS	(30 * 1000LL)		/* between two asks */
#define JWKS_HARD_AGE_MS	(24 * 3600 * 1000LL)	/* then not trusted */

struct issuer {
	struct issuer_config config;
	unsigned	 algs;
	bool		 is_url;

	struct jwk_set	*keys;		/* NULL: none yet */
	uint64_t	 generation;	/* of keys: another set, another number */
	int64_t		 fetched_ms;	/* when they last came from the issuer */
	int64_t		 tried_ms;	/* when that was last asked */
	const char	*etag;		/* malloc'd, NULL */
	int64_t		 file_mtime_ns;	/* of the file or cache they are from */
	int64_t		 file_inode;
};

/* A token whose signature was found good; everything else is looked at again
 * each time. */
struct verified {
	unsigned char	 digest[32];	/* of the whole token */
	const struct issuer *issuer;	/* NULL: free */
	uint64_t	 generation;	/* of its keys */
};

struct auth {
	struct auth_config config;
	struct jwk_set	*app_keys;
	struct jws_signer *app_signer;
	struct issuer	*issuers;
	size_t		 issuers_len;
	struct verified	 verified[256];	/* by the digest's first byte */
	/* net_get, or what a test puts in its place */
	enum rc		(*fetch)(struct arena *, const char *url,
	    const char *if_none_match, size_t max_bytes, int timeout_ms,
	    struct net_reply *out);
};

/* ---- claims.c ---------------------------------------------------------- */

/* aud is this string, or an array that holds it (RFC 7519 §4.1.3). */
bool	 claims_for(const struct cJSON *claims, const char *aud);
/* Times, issuer and audience of a JWT's claims (RFC 7519 §4.1), leeway on
 * times; *code on RC_UNAUTHORIZED. *expires_at in ms. */
enum rc	 claims_check(const struct cJSON *claims, const char *iss,
    const char *aud, int64_t leeway_ms, int64_t now, int64_t *expires_at,
    const char **code) MUST_CHECK;

/* ---- issuer.c ---------------------------------------------------------- */

/* RC_INVALID and *why, with its name, where an issuer's configuration cannot be
 * used.  app_iss is ours, which nobody else may have. */
enum rc	 issuer_open(struct issuer *, const struct issuer_config *,
    const char *app_iss, const char **why) MUST_CHECK;
void	 issuer_close(struct issuer *);

/* ---- jwks.c ------------------------------------------------------------ */

/* Its keys for a token with this kid (NULL: none). RC_BUSY: none to be had. */
enum rc	 issuer_keys(struct auth *, struct issuer *, struct arena *,
    const char *kid, int64_t now, const struct jwk_set **) MUST_CHECK;

/* ---- external.c -------------------------------------------------------- */

/* A token that is not ours: the issuer's keys, claims, and who that is. */
enum rc	 external_user(struct auth *, struct db *, struct arena *,
    const char *token, size_t len, int64_t now, struct user *,
    const char **code) MUST_CHECK;

/* ---- session.c --------------------------------------------------------- */

/* Claims (JSON) as a token of ours. */
enum rc	 token_sign(struct auth *, struct arena *, const struct buf *claims,
    char **token) MUST_CHECK;

/* ---- guest.c ----------------------------------------------------------- */

/* Claims of a guest's token that our key signed, issuer, audience and times
 * looked at; *code on RC_UNAUTHORIZED. */
enum rc	 guest_user(const struct cJSON *claims, int64_t expires_at, int64_t now,
    struct user *, const char **code) MUST_CHECK;

/* ---- username.c -------------------------------------------------------- */

/* The nearest name that username_check takes. */
char	*username_clean(struct arena *, const char *);

#endif
