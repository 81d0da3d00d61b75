/*
 * auth: which credential this is, and whose.  Bearer header before cookie; an
 * API key, our own app token, or a token of an outside issuer.  Reads only.
 */
#include "local.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KEY_PREFIX	"sd_"
#define TOUCH_EVERY_MS	(60 * 1000LL)

enum rc
auth_new(const struct auth_config *config, struct auth **out, const char **why)
{
	struct auth *a = calloc(1, sizeof(*a));
	size_t len = config->app_secret == NULL ? 0 :
	    strlen(config->app_secret);

	if (a == NULL)
		abort();
	a->config = *config;
	a->fetch = net_get;
	*why = NULL;
	if (len < SECRET_MIN_BYTES)
		*why = "app_secret must have at least 32 bytes; make one with "
		    "openssl rand -hex 32";
	else if (config->leeway_ms < 0 || config->leeway_ms > 300000)
		*why = "leeway_s must be 0 to 300";
	else if (jwk_set_secret(config->app_secret, len, &a->app_keys) !=
	    JOSE_OK || jws_signer_secret(config->app_secret, len,
	    &a->app_signer) != JOSE_OK)
		*why = "app_secret cannot be used as a key";
	a->issuers = calloc(config->issuers_len + 1, sizeof(*a->issuers));
	if (a->issuers == NULL)
		abort();
	for (size_t i = 0; i < config->issuers_len && *why == NULL; i++) {
		a->issuers_len = i + 1;
		if (issuer_open(&a->issuers[i], &config->issuers[i],
		    config->app_iss, why) != RC_OK)
			break;
	}
	if (*why != NULL) {
		auth_free(a);
		return RC_INVALID;
	}
	*out = a;
	return RC_OK;
}

void
auth_free(struct auth *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < a->issuers_len; i++)
		issuer_close(&a->issuers[i]);
	free(a->issuers);
	jwk_set_free(a->app_keys);
	jws_signer_free(a->app_signer);
	free(a);
}

static void
user_fill(struct user *u, const struct user_row *row)
{
	u->id = row->id;
	u->username = row->username;
	u->display_name = row->display_name;
	u->avatar_url = row->avatar_url;
	u->is_creator = row->is_creator;
	u->is_admin = row->is_admin;
	u->created_at = row->created_at;
	u->has_row = true;
}

/* sid names a session. */
static enum rc
app_user(struct db *db, const struct cJSON *claims, int64_t expires_at,
    int64_t now, struct user *u, const char **code)
{
	const char *sid = json_str(claims, "sid");
	const char *sub = json_str(claims, "sub");
	struct session_row session;
	struct user_row row;
	enum rc rc;

	if (sid == NULL || sub == NULL)
		return RC_UNAUTHORIZED;
	rc = session_by_id(db, sid, now, &session, &row);
	if (rc == RC_NOT_FOUND ||
	    (rc == RC_OK && strcmp(row.id, sub) != 0)) {
		*code = "session_ended";
		return RC_UNAUTHORIZED;
	}
	if (rc != RC_OK)
		return rc;
	if (row.is_disabled) {
		*code = "account_disabled";
		return RC_FORBIDDEN;
	}
	user_fill(u, &row);
	u->credential = CRED_SESSION;
	u->session_id = session.id;
	u->last_used_at = session.last_used_at;
	u->expires_at = expires_at < session.expires_at ? expires_at :
	    session.expires_at;
	return RC_OK;
}

/* A token that our own key signed says itself what it is for. */
static enum rc
own_user(struct auth *a, struct db *db, struct arena *arena,
    const struct jws *jws, int64_t now, struct user *u, const char **code)
{
	const struct cJSON *claims;
	const char *use;
	int64_t expires_at;
	enum rc rc;

	if (json_parse(arena, jws->payload, jws->payload_len, &claims) !=
	    JSON_OK)
		return RC_UNAUTHORIZED;
	/* A clock set back, or another host's: the session's row is exact. */
	rc = claims_check(claims, a->config.app_iss, a->config.app_iss,
	    a->config.leeway_ms, now, &expires_at, code);
	if (rc != RC_OK)
		return rc;
	use = json_str(claims, "use");
	if (use != NULL && strcmp(use, "app") == 0)
		return app_user(db, claims, expires_at, now, u, code);
	if (use != NULL && strcmp(use, "guest") == 0)
		return guest_user(claims, expires_at, now, u, code);
	return RC_UNAUTHORIZED;
}

static enum rc
key_user(struct db *db, struct arena *arena, const char *key, size_t len,
    struct user *u, const char **code)
{
	struct api_key_row row;
	struct user_row user;
	enum rc rc;

	rc = api_key_by_hash(db, sha256_hex(arena, key, len), &row, &user);
	if (rc == RC_NOT_FOUND)
		return RC_UNAUTHORIZED;
	if (rc != RC_OK)
		return rc;
	if (user.is_disabled) {
		*code = "account_disabled";
		return RC_FORBIDDEN;
	}
	user_fill(u, &user);
	u->credential = CRED_API_KEY;
	u->key_id = row.id;
	u->scopes = row.scopes;
	u->last_used_at = row.last_used_at;
	return RC_OK;
}

static enum rc
token_user(struct auth *a, struct db *db, struct arena *arena,
    const char *token, size_t len, int64_t now, struct user *u,
    const char **code)
{
	struct jws *jws;
	enum rc rc;

	if (len >= strlen(KEY_PREFIX) && str_starts(token, KEY_PREFIX))
		return key_user(db, arena, token, len, u, code);
	if (jws_verify(token, len, a->app_keys, JOSE_HS256, &jws) != JOSE_OK)
		return external_user(a, db, arena, token, len, now, u, code);
	rc = own_user(a, db, arena, jws, now, u, code);
	jws_free(jws);
	return rc;
}

const char *
auth_bearer(const char *header)
{
	const char *token;

	if (header == NULL || strncasecmp(header, "Bearer ", 7) != 0)
		return NULL;
	token = header + 7;
	if (*token == '\0')
		return NULL;
	for (const char *p = token; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~')
			return NULL;
	return token;
}

enum rc
auth_user(struct auth *a, struct db *db, struct arena *arena,
    const char *authorization, const char *cookie_token, int64_t now,
    struct user **user, const char **code)
{
	const char *token = cookie_token;
	struct user *u;
	enum rc rc;

	*user = NULL;
	*code = "invalid_token";
	if (authorization != NULL &&
	    (token = auth_bearer(authorization)) == NULL)
		return RC_UNAUTHORIZED;
	if (token == NULL)
		return RC_OK;
	u = arena_alloc(arena, sizeof(*u));
	u->by_cookie = authorization == NULL;
	/* An API key is a secret of programs: in a cookie it is none. */
	if (u->by_cookie && str_starts(token, KEY_PREFIX))
		return RC_UNAUTHORIZED;
	rc = token_user(a, db, arena, token, strlen(token), now, u, code);
	if (rc == RC_OK)
		*user = u;
	return rc;
}

enum rc
auth_touch(struct db *db, const struct user *u, int64_t now)
{
	enum rc rc;

	/* What others carry has no row here. */
	if (u == NULL || (u->credential != CRED_SESSION &&
	    u->credential != CRED_API_KEY) ||
	    now - u->last_used_at < TOUCH_EVERY_MS)
		return RC_OK;
	if ((rc = db_begin(db, NORMAL)) != RC_OK)
		return rc;
	rc = u->credential == CRED_SESSION ?
	    session_touch(db, u->session_id, now) :
	    api_key_touch(db, u->key_id, now);
	if (rc == RC_OK)
		return db_commit(db);
	db_rollback(db);
	/* Ended meanwhile: nothing to write down. */
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

bool
user_has_scope(const struct user *u, const char *scope)
{
	size_t len = strlen(scope);
	const char *p;

	if (u->credential == CRED_GUEST)
		return strcmp(scope, "read") == 0 ||
		    strcmp(scope, "chat") == 0 ||
		    strcmp(scope, "stream") == 0 ||
		    strcmp(scope, "rooms") == 0;
	if (u->credential != CRED_API_KEY)
		return true;
	if (strcmp(scope, "self") == 0)
		return false;
	if (u->scopes == NULL)
		return strcmp(scope, "admin") != 0;
	for (p = strstr(u->scopes, scope); p != NULL;
	    p = strstr(p + 1, scope))
		if ((p == u->scopes || p[-1] == ' ') &&
		    (p[len] == '\0' || p[len] == ' '))
			return true;
	return false;
}
