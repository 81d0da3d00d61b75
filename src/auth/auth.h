/*
 * auth: credential → struct user.  Passwords, sessions, app tokens, API keys,
 * external issuers and their key sets.  Knows no HTTP reply and no LiveKit:
 * a refusal is a cause plus a problem code that the caller passes to fail().
 */
#ifndef AUTH_H
#define AUTH_H

#include "../base/base.h"

struct db;
struct user_row;

/* ---- who is calling ---------------------------------------------------- */

enum credential { CRED_SESSION, CRED_API_KEY, CRED_EXTERNAL, CRED_GUEST };

struct user {
	/* UUID; of external ones version 5 of iss + "\n" + sub in the namespace
	 * 5d1c8e0a-3b5f-4a7e-9a52-642f8b07d193 */
	const char	*id;
	const char	*username;
	const char	*display_name;
	const char	*avatar_url;	/* NULL */
	bool		 is_creator;
	bool		 is_admin;
	int64_t		 created_at;	/* 0: no row yet (external) */

	enum credential	 credential;
	bool		 by_cookie;	/* writes then need a same-origin Origin */
	bool		 has_row;	/* false: user_ensure before the first write */
	const char	*session_id;	/* CRED_SESSION, else NULL */
	const char	*key_id;	/* CRED_API_KEY, else NULL */
	const char	*scopes;	/* CRED_API_KEY: NULL = all but admin */
	/* CRED_GUEST: the one room it is for; id and username are the identity,
	 * has_row is false and no row is ever made */
	const char	*guest_room;
	int64_t		 expires_at;	/* of the credential, ms; 0: does not */
	int64_t		 last_used_at;	/* of session or key, as stored */
};

/* Everything auth needs to know, made once from the configuration. */
struct auth;

struct issuer_config {
	const char	*name;		/* as in issuer.NAME.… */
	const char	*iss;
	const char	*aud;
	const char	*algs;		/* "RS256 ES256" */
	const char	*secret;	/* HS256, tokens without kid; or */
	/* https URL (http for loopback), or the path of a file: the only place
	 * where HMAC keys may have kids */
	const char	*jwks;
	const char	*name_claim;	/* default preferred_username, then name, sub */
	const char	*picture_claim;	/* default picture */
};

struct auth_config {
	const char	*app_secret;	/* >= 32 bytes: signs app tokens */
	const char	*app_iss;	/* public_url: iss and aud of app tokens */
	int64_t		 session_ms;
	int64_t		 leeway_ms;	/* 0–300000, for external tokens */
	bool		 creators_open;	/* new people are creators at once */
	const char	*cache_dir;	/* JWKS files, 0600 */
	const struct issuer_config *issuers;
	size_t		 issuers_len;
};

/* RC_INVALID with *why where the configuration cannot be used; it names what is
 * wrong. */
enum rc	 auth_new(const struct auth_config *, struct auth **out,
    const char **why) MUST_CHECK;
void	 auth_free(struct auth *);

/*
 * Authorization header (or NULL) and cookie token (or NULL) → user.
 * *user is NULL with RC_OK when neither was sent.  A header wins over a cookie.
 * RC_UNAUTHORIZED: *code says why ("invalid_token", "token_expired", …).
 * RC_BUSY: an issuer's keys cannot be had ("issuer_unavailable").
 * RC_FORBIDDEN: account disabled ("account_disabled").
 * Never writes; reading the last-use time back is auth_touch's.
 */
enum rc	 auth_user(struct auth *, struct db *, struct arena *,
    const char *authorization, const char *cookie_token, int64_t now,
    struct user **user, const char **code) MUST_CHECK;
/*
 * The credential after "Bearer " (RFC 6750 §2.1; the scheme is
 * case-insensitive, one space).  NULL: no header, or not of that form.
 */
const char *auth_bearer(const char *authorization);
/* Writes last use of session or key when older than a minute. Call outside a
 * transaction, from programs that may write. */
enum rc	 auth_touch(struct db *, const struct user *, int64_t now) MUST_CHECK;
/* Makes the row of an external user before its first write (inside a
 * transaction); username cleaned and made unique. */
enum rc	 user_ensure(struct db *, struct arena *, struct user *, int64_t now)
    MUST_CHECK;
/* May an API key with these scopes do what needs scope ("live")? Sessions and
 * external tokens: always. Scope "self": never with a key. Guests: "read",
 * "chat", "stream" and "rooms", which they may where a route lets them in. */
bool	 user_has_scope(const struct user *, const char *scope);

/* ---- accounts ---------------------------------------------------------- */

/* Folds to lower case; RC_INVALID: *code = "invalid_username",
 * "username_reserved". */
enum rc	 username_check(struct arena *, const char *given, const char **folded,
    const char **code) MUST_CHECK;
#define PICTURE_URL_MAX	2048	/* bytes */
/* An address that a page may load a picture from: https or http, a host name,
 * perhaps a port, then printable ASCII.  No user name, no address literal. */
bool	 picture_url_ok(const char *url);
/* 10–128 code points, not the username, not common: *code = "too_short",
 * "too_long", "password_is_username", "password_common". */
enum rc	 password_check(const char *password, const char *username,
    const char **code) MUST_CHECK;
/* "scrypt$15$8$1$salt$hash", base64url. */
enum rc	 password_hash(struct arena *, const char *password, char **out)
    MUST_CHECK;
/* RC_OK or RC_UNAUTHORIZED. hash NULL burns the same time and refuses. */
enum rc	 password_verify(const char *password, const char *hash) MUST_CHECK;

/*
 * Inside a transaction, after a password was checked outside it: the account
 * as it is now.  RC_UNAUTHORIZED: erased, or its password is another meanwhile;
 * RC_FORBIDDEN: disabled.
 */
enum rc	 account_unchanged(struct db *, const struct user_row *checked,
    struct user_row *now_there) MUST_CHECK;
/* Each in a transaction of its own: a new account with its first session
 * (RC_CONFLICT: the name is taken); */
enum rc	 account_register(struct auth *, struct db *, struct arena *,
    const struct user_row *, const char *user_agent, int64_t now,
    char **token, int64_t *expires_at) MUST_CHECK;
/* a session for who gave the password of row, which is read again (see
 * account_unchanged for who is refused); */
enum rc	 account_enter(struct auth *, struct db *, struct arena *,
    struct user_row *row, const char *user_agent, int64_t now,
    char **token, int64_t *expires_at) MUST_CHECK;
/* a new password, and the end of all sessions but one (likewise). */
enum rc	 account_set_password(struct db *, const struct user_row *,
    const char *hash, const char *session_id) MUST_CHECK;

/* A session row (inside a transaction) and its app token. */
enum rc	 session_start(struct auth *, struct db *, struct arena *,
    const char *user_id, const char *user_agent, int64_t now, char **token,
    int64_t *expires_at) MUST_CHECK;

#define GUEST_PREFIX	"guest-"	/* begins every guest's identity */
/* A guest's token: app-signed, for one room and identity, no row anywhere. */
enum rc	 guest_token_make(struct auth *, struct arena *, const char *room,
    const char *identity, const char *name, int64_t now, int64_t expires_at,
    char **token) MUST_CHECK;
/*
 * What a guest is shown as: controls and characters that show nothing or turn
 * the text around are gone, white space is one space between words.
 * RC_INVALID: *code = "too_short" (nothing is left), "too_long" (more than 32
 * code points are).
 */
enum rc	 guest_name_clean(struct arena *, const char *given, const char **name,
    const char **code) MUST_CHECK;

/* ---- secrets that must be read again ----------------------------------- */

struct seal;

/*
 * AES-256-GCM with the key in a file of 32 random bytes, mode 0600, which is
 * made where it is not there.  RC_INVALID: *why (readable by others, wrong
 * size).
 */
enum rc	 seal_open(const char *key_file, struct seal **out, const char **why)
    MUST_CHECK;
void	 seal_free(struct seal *);	/* wipes; NULL allowed */
/* bound: what the text belongs to; the same is needed to read it.  At most 512
 * bytes of text. */
enum rc	 seal_close_text(struct seal *, struct arena *, const char *bound,
    const char *plain, char **sealed) MUST_CHECK;
/* RC_INTERNAL: another key file, or changed. */
enum rc	 seal_open_text(struct seal *, struct arena *, const char *bound,
    const char *sealed, char **plain) MUST_CHECK;

/* An API key (inside a transaction): *key is shown once, "sd_…".
 * scopes: validated words, space-separated, or NULL. RC_INVALID: unknown word. */
enum rc	 api_key_make(struct db *, struct arena *, const char *user_id,
    const char *label, const char *scopes, int64_t now, char **id, char **key)
    MUST_CHECK;
bool	 scope_known(const char *word);

#endif
