/*
 * Program account: register, sign in, sessions, API keys, the own profile.
 * Hashes passwords outside any transaction, so nobody waits for them; never
 * sees LiveKit's secret.
 */
#include "programs.h"

#include <cjson/cJSON.h>
#include <string.h>

#define DISPLAY_MAX	64
#define LABEL_MAX	100
#define PASSWORD_MAX	1024	/* what is read; password_check says 128 */
#define KEYS_MAX	50

/* ---- what goes out ----------------------------------------------------- */

static void
user_write(struct buf *b, const struct user_row *u)
{
	json_object(b, "user");
	json_add_str(b, "id", u->id);
	json_add_str(b, "username", u->username);
	json_add_str(b, "displayName", u->display_name);
	json_add_str(b, "avatarUrl", u->avatar_url);
	json_add_bool(b, "isCreator", u->is_creator);
	json_add_bool(b, "isAdmin", u->is_admin);
	json_add_time(b, "createdAt", u->created_at);
	json_object_end(b);
}

static void
cookie_set(struct req *req, const char *token, int64_t max_age_s)
{
	const struct config *c = req->app->config;

	reply_header(req, "Set-Cookie", arena_printf(req->arena,
	    "stagedoor=%s; Path=%s/; Max-Age=%lld; HttpOnly; SameSite=Lax%s",
	    token, c->mount, (long long)max_age_s,
	    str_starts(c->public_url, "https://") ? "; Secure" : ""));
}

static enum rc
session_reply(struct req *req, int status, const struct user_row *u,
    const char *token, int64_t expires_at)
{
	struct buf *out;

	cookie_set(req, token, (expires_at - clock_ms()) / 1000);
	out = reply_json(req, status);
	json_object(out, NULL);
	user_write(out, u);
	json_add_str(out, "token", token);
	json_add_time(out, "expiresAt", expires_at);
	json_object_end(out);
	return RC_OK;
}

/* ---- register, login, logout ------------------------------------------- */

static enum rc
password_read(struct req *req, const char *name, const char *username,
    const char **password)
{
	const char *code;
	enum rc rc = body_str(req, name, REQUIRED, 0, PASSWORD_MAX, password);

	if (rc == RC_OK && password_check(*password, username, &code) != RC_OK)
		return fail(req, RC_INVALID, code, name, 0);
	return rc;
}

static enum rc
register_post(struct req *req)
{
	const char *given = NULL, *password = NULL, *display = NULL, *code;
	struct user_row u = { .is_creator =
	    req->app->config->creators == CREATORS_OPEN }, there;
	char *id, *hash, *token;
	int64_t expires_at;
	enum rc rc;

	if ((rc = body_str(req, "username", REQUIRED, 0, 256, &given)) != RC_OK)
		return rc;
	if (username_check(req->arena, given, &u.username, &code) != RC_OK)
		return fail(req, RC_INVALID, code, "username", 0);
	if ((rc = password_read(req, "password", u.username, &password)) !=
	    RC_OK || (rc = body_name(req, "displayName", OPTIONAL,
	    DISPLAY_MAX, &display)) != RC_OK)
		return rc;
	rc = user_by_name(req->app->db, u.username, &there);
	if (rc == RC_OK)
		return fail(req, RC_CONFLICT, "username_taken", "username", 0);
	if (rc != RC_NOT_FOUND ||
	    (rc = req_limit(req, LIMIT_REGISTER, req_address(req))) != RC_OK ||
	    (rc = password_hash(req->arena, password, &hash)) != RC_OK ||
	    (rc = random_uuid(req->arena, &id)) != RC_OK)
		return rc;
	u.id = id;
	u.password_hash = hash;
	u.display_name = display != NULL ? display : given;
	u.created_at = clock_ms();
	rc = account_register(req->app->auth, req->app->db, req->arena, &u,
	    req->user_agent, u.created_at, &token, &expires_at);
	if (rc == RC_CONFLICT)
		return fail(req, rc, "username_taken", "username", 0);
	return rc == RC_OK ? session_reply(req, 201, &u, token, expires_at) :
	    rc;
}

/* Both buckets take one for a wrong password only: who signs in rightly, as
 * often as he likes, is never refused. */
static enum rc
login_refuse(struct req *req, const char *account, const char *address)
{
	int64_t wait = 0;
	enum rc by_account = limit_take(LIMIT_LOGIN, account, &wait);
	enum rc by_address = limit_take(LIMIT_LOGIN, address, &wait);

	if (by_account != RC_OK || by_address != RC_OK)
		return fail(req, RC_TOO_MANY, "rate_limited", NULL, wait);
	return fail(req, RC_UNAUTHORIZED, "invalid_credentials", NULL, 0);
}

/* Signs in who gave the right password, unless that is no longer so. */
static enum rc
login_enter(struct req *req, struct user_row *u)
{
	int64_t expires_at;
	char *token;
	enum rc rc = account_enter(req->app->auth, req->app->db, req->arena, u,
	    req->user_agent, clock_ms(), &token, &expires_at);

	if (rc == RC_FORBIDDEN)
		return fail(req, rc, "account_disabled", NULL, 0);
	if (rc == RC_UNAUTHORIZED)
		return fail(req, rc, "invalid_credentials", NULL, 0);
	return rc == RC_OK ? session_reply(req, 200, u, token, expires_at) :
	    rc;
}

static enum rc
login_post(struct req *req)
{
	const char *given = NULL, *password = NULL, *name, *code, *account;
	const char *address = arena_printf(req->arena, "a:%s",
	    req_address(req));
	struct user_row u = { 0 };
	int64_t wait;
	enum rc rc, known;

	if ((rc = body_str(req, "username", REQUIRED, 0, 256, &given)) !=
	    RC_OK || (rc = body_str(req, "password", REQUIRED, 0, PASSWORD_MAX,
	    &password)) != RC_OK)
		return rc;
	known = RC_NOT_FOUND;
	if (username_check(req->arena, given, &name, &code) != RC_OK)
		name = given;
	else
		known = user_by_name(req->app->db, name, &u);
	if (known != RC_OK && known != RC_NOT_FOUND)
		return known;
	account = arena_printf(req->arena, "u:%s", name);
	if (limit_peek(LIMIT_LOGIN, account, &wait) != RC_OK ||
	    limit_peek(LIMIT_LOGIN, address, &wait) != RC_OK)
		return fail(req, RC_TOO_MANY, "rate_limited", NULL, wait);
	rc = password_verify(password, known == RC_OK ? u.password_hash : NULL);
	if (rc == RC_UNAUTHORIZED)
		return login_refuse(req, account, address);
	return rc == RC_OK ? login_enter(req, &u) : rc;
}

static enum rc
logout_post(struct req *req)
{
	enum rc rc = RC_OK;

	if (req->user->session_id != NULL)
		rc = session_delete(req->app->db, req->user->id,
		    req->user->session_id);
	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	cookie_set(req, "", 0);
	return reply_empty(req, 204);
}

/* ---- me ---------------------------------------------------------------- */

/* The row as it is now; for an outside user without one, what the token says. */
static enum rc
me_read(struct req *req, struct user_row *u)
{
	const struct user *me = req->user;
	enum rc rc = user_by_id(req->app->db, me->id, u);

	if (rc != RC_NOT_FOUND || me->has_row)
		return rc;
	*u = (struct user_row){ .id = me->id, .username = me->username,
	    .display_name = me->display_name, .avatar_url = me->avatar_url,
	    .is_creator = me->is_creator };
	return RC_OK;
}

static enum rc
me_reply(struct req *req)
{
	struct user_row u;
	struct buf *out;
	enum rc rc = me_read(req, &u);

	if (rc != RC_OK)
		return rc;
	out = reply_json(req, 200);
	json_object(out, NULL);
	user_write(out, &u);
	json_object_end(out);
	return RC_OK;
}

static enum rc
me_get(struct req *req)
{
	return me_reply(req);
}

static enum rc
me_put(struct req *req)
{
	const char *display = NULL, *avatar = NULL;
	struct user_row u;
	enum rc rc;

	if ((rc = body_name(req, "displayName", OPTIONAL, DISPLAY_MAX,
	    &display)) != RC_OK || (rc = body_str(req, "avatarUrl", OPTIONAL,
	    0, PICTURE_URL_MAX, &avatar)) != RC_OK ||
	    (rc = me_read(req, &u)) != RC_OK)
		return rc;
	if (avatar != NULL && *avatar != '\0' && !picture_url_ok(avatar))
		return fail(req, RC_INVALID, "invalid_url", "avatarUrl", 0);
	if (display != NULL)
		u.display_name = display;
	/* null and "" take the picture away; absent leaves it. */
	if (json_get(req->json, "avatarUrl") != NULL)
		u.avatar_url = avatar == NULL || *avatar == '\0' ? NULL :
		    avatar;
	rc = user_update_profile(req->app->db, u.id, u.display_name,
	    u.avatar_url);
	return rc == RC_OK ? me_reply(req) : rc;
}

/* RC_OK when the body's member is this account's password. */
static enum rc
password_confirm(struct req *req, const struct user_row *u, const char *member)
{
	const char *password = NULL;
	const char *account = arena_printf(req->arena, "u:%s", u->username);
	int64_t wait;
	enum rc rc;

	if ((rc = body_str(req, member, REQUIRED, 0, PASSWORD_MAX,
	    &password)) != RC_OK)
		return rc;
	if (limit_peek(LIMIT_LOGIN, account, &wait) != RC_OK)
		return fail(req, RC_TOO_MANY, "rate_limited", NULL, wait);
	rc = password_verify(password, u->password_hash);
	if (rc != RC_UNAUTHORIZED)
		return rc;
	if (limit_take(LIMIT_LOGIN, account, &wait) != RC_OK)
		return fail(req, RC_TOO_MANY, "rate_limited", NULL, wait);
	return fail(req, RC_FORBIDDEN, "wrong_password", member, 0);
}

/* Another request changed the account while this one's password was checked. */
static enum rc
changed_meanwhile(struct req *req, enum rc rc)
{
	if (rc == RC_UNAUTHORIZED)
		return fail(req, rc, "session_ended", NULL, 0);
	if (rc == RC_FORBIDDEN)
		return fail(req, rc, "account_disabled", NULL, 0);
	return rc;
}

static enum rc
me_erase(struct app *app, const char *id, int64_t now)
{
	enum rc rc = person_stop(app, id, now, "account_deleted");

	if (rc == RC_OK)
		rc = workspaces_pass_on(app, id, now);
	if (rc == RC_OK)
		rc = classes_end(app, id, "account_deleted");
	if (rc == RC_OK)
		rc = stream_blank(app->db, id);
	return rc == RC_OK || rc == RC_NOT_FOUND ?
	    user_erase(app->db, id, now) : rc;
}

static enum rc
me_delete(struct req *req)
{
	struct user_row u, there = { 0 };
	enum rc rc = me_read(req, &u);

	if (rc != RC_OK)
		return rc;
	/* Outside users have no password here: their token is the proof. */
	if (req->user->credential != CRED_EXTERNAL &&
	    (rc = password_confirm(req, &u, "password")) != RC_OK)
		return rc;
	if ((rc = db_begin(req->app->db, FULL)) != RC_OK)
		return rc;
	if (req->user->has_row &&
	    (rc = account_unchanged(req->app->db, &u, &there)) == RC_OK)
		rc = me_erase(req->app, u.id, clock_ms());
	rc = db_end(req->app->db, rc);
	if (rc != RC_OK)
		return changed_meanwhile(req, rc);
	cookie_set(req, "", 0);
	return reply_empty(req, 204);
}

static enum rc
creator_post(struct req *req)
{
	const char *state;
	struct buf *out;
	enum rc rc = creator_request(req->app, req->user->id, &state);

	if (rc != RC_OK)
		return rc;
	out = reply_json(req, 200);
	json_object(out, NULL);
	json_add_str(out, "state", state);
	json_object_end(out);
	return RC_OK;
}

static enum rc
password_put(struct req *req)
{
	const char *next = NULL;
	struct user_row u;
	char *hash;
	enum rc rc = me_read(req, &u);

	if (rc != RC_OK)
		return rc;
	if (u.password_hash == NULL)
		return fail(req, RC_CONFLICT, "not_external", NULL, 0);
	if ((rc = password_read(req, "next", u.username, &next)) != RC_OK ||
	    (rc = password_confirm(req, &u, "current")) != RC_OK ||
	    (rc = password_hash(req->arena, next, &hash)) != RC_OK)
		return rc;
	rc = account_set_password(req->app->db, &u, hash,
	    req->user->session_id);
	return rc == RC_OK ? reply_empty(req, 204) : changed_meanwhile(req, rc);
}

/* ---- sessions ---------------------------------------------------------- */

static enum rc
sessions_get(struct req *req)
{
	struct session_row *rows;
	struct buf *out;
	size_t len;
	enum rc rc;

	rc = session_list(req->app->db, req->user->id, clock_ms(), &rows,
	    &len);
	if (rc != RC_OK)
		return rc;
	out = reply_json(req, 200);
	json_object(out, NULL);
	json_array(out, "items");
	for (size_t i = 0; i < len; i++) {
		json_object(out, NULL);
		json_add_str(out, "id", rows[i].id);
		json_add_bool(out, "isCurrent", req->user->session_id != NULL &&
		    strcmp(rows[i].id, req->user->session_id) == 0);
		json_add_str(out, "userAgent", rows[i].user_agent);
		json_add_time(out, "createdAt", rows[i].created_at);
		json_add_time(out, "lastUsedAt", rows[i].last_used_at);
		json_add_time(out, "expiresAt", rows[i].expires_at);
		json_object_end(out);
	}
	json_array_end(out);
	json_add_null(out, "next");
	json_object_end(out);
	return RC_OK;
}

static enum rc
session_delete_one(struct req *req)
{
	enum rc rc = session_delete(req->app->db, req->user->id,
	    req_param(req, "id"));

	if (rc == RC_NOT_FOUND)
		return fail(req, rc, "no_session", NULL, 0);
	return rc == RC_OK ? reply_empty(req, 204) : rc;
}

/* ---- API keys ---------------------------------------------------------- */

static void
scopes_write(struct buf *out, struct arena *arena, const char *scopes)
{
	if (scopes == NULL) {
		json_add_null(out, "scopes");
		return;
	}
	json_array(out, "scopes");
	for (const char *p = scopes; *p != '\0';) {
		size_t n = strcspn(p, " ");

		json_add_str(out, NULL, arena_strndup(arena, p, n));
		p += n + (p[n] == ' ');
	}
	json_array_end(out);
}

static enum rc
keys_get(struct req *req)
{
	struct api_key_row *rows;
	struct buf *out;
	size_t len;
	enum rc rc = api_key_list(req->app->db, req->user->id, &rows, &len);

	if (rc != RC_OK)
		return rc;
	out = reply_json(req, 200);
	json_object(out, NULL);
	json_array(out, "items");
	for (size_t i = 0; i < len; i++) {
		json_object(out, NULL);
		json_add_str(out, "id", rows[i].id);
		json_add_str(out, "label", rows[i].label);
		scopes_write(out, req->arena, rows[i].scopes);
		json_add_time(out, "createdAt", rows[i].created_at);
		json_add_time(out, "lastUsedAt", rows[i].last_used_at);
		json_object_end(out);
	}
	json_array_end(out);
	json_add_null(out, "next");
	json_object_end(out);
	return RC_OK;
}

static bool
scope_named(const char *scopes, const char *word)
{
	struct user key = { .credential = CRED_API_KEY, .scopes = scopes };

	return user_has_scope(&key, word);
}

/* Known words, each once; NULL where the body names none. */
static enum rc
scopes_read(struct req *req, const char **scopes)
{
	const char **words = NULL;
	struct buf b;
	size_t len = 0;
	enum rc rc = body_strs(req, "scopes", OPTIONAL, 16, &words, &len);

	*scopes = NULL;
	if (rc != RC_OK || words == NULL)
		return rc;
	if (len == 0)
		return fail(req, RC_INVALID, "invalid_scope", "scopes", 0);
	buf_init(&b, req->arena);
	for (size_t i = 0; i < len; i++) {
		if (!scope_known(words[i]))
			return fail(req, RC_INVALID, "invalid_scope", "scopes",
			    0);
		if (strcmp(words[i], "admin") == 0 && !req->user->is_admin)
			return fail(req, RC_FORBIDDEN, "admin_only", "scopes",
			    0);
		if (b.len > 0 && scope_named(b.data, words[i]))
			continue;
		if (b.len > 0)
			buf_char(&b, ' ');
		buf_str(&b, words[i]);
	}
	*scopes = b.data;
	return RC_OK;
}

static enum rc
keys_post(struct req *req)
{
	const char *label = NULL, *scopes;
	struct api_key_row *rows;
	int64_t now = clock_ms();
	struct buf *out;
	char *id, *key;
	size_t len;
	enum rc rc;

	if ((rc = body_name(req, "label", REQUIRED, LABEL_MAX, &label)) !=
	    RC_OK || (rc = scopes_read(req, &scopes)) != RC_OK ||
	    (rc = api_key_list(req->app->db, req->user->id, &rows, &len)) !=
	    RC_OK)
		return rc;
	if (len >= KEYS_MAX)
		return fail(req, RC_CONFLICT, "too_many_keys", NULL, 0);
	rc = api_key_make(req->app->db, req->arena, req->user->id, label,
	    scopes, now, &id, &key);
	if (rc != RC_OK)
		return rc;
	out = reply_json(req, 201);
	json_object(out, NULL);
	json_add_str(out, "id", id);
	json_add_str(out, "label", label);
	scopes_write(out, req->arena, scopes);
	json_add_str(out, "key", key);
	json_add_time(out, "createdAt", now);
	json_object_end(out);
	return RC_OK;
}

static enum rc
key_delete_one(struct req *req)
{
	enum rc rc = api_key_delete(req->app->db, req->user->id,
	    req_param(req, "id"));

	if (rc == RC_NOT_FOUND)
		return fail(req, rc, "no_key", NULL, 0);
	return rc == RC_OK ? reply_empty(req, 204) : rc;
}

#define SELF	(SCOPE_SELF | NO_STORE)

static const struct route routes[] = {
	{ POST, "/api/auth/register", "register", AUTH_NONE, BODY | NO_STORE,
	    register_post },
	{ POST, "/api/auth/login", "login", AUTH_NONE, BODY | NO_STORE,
	    login_post },
	{ POST, "/api/auth/logout", "logout", AUTH_ANY, BODY_OPT | TX_FULL |
	    SELF, logout_post },
	{ GET, "/api/auth/me", "getMe", AUTH_ANY, SCOPE_READ | NO_STORE,
	    me_get },
	{ PUT, "/api/auth/me", "updateMe", AUTH_ANY, BODY | TX | SELF, me_put },
	{ DELETE, "/api/auth/me", "deleteMe", AUTH_ANY, BODY_OPT | SELF,
	    me_delete },
	{ PUT, "/api/auth/me/password", "changePassword", AUTH_ANY,
	    BODY | SELF, password_put },
	{ POST, "/api/auth/me/creator", "requestCreator", AUTH_ANY,
	    BODY_OPT | TX_FULL | SELF, creator_post },
	{ GET, "/api/auth/sessions", "listSessions", AUTH_ANY, SELF,
	    sessions_get },
	{ DELETE, "/api/auth/sessions/{id}", "deleteSession", AUTH_ANY,
	    TX_FULL | SELF, session_delete_one },
	{ GET, "/api/auth/keys", "listKeys", AUTH_ANY, SELF, keys_get },
	{ POST, "/api/auth/keys", "createKey", AUTH_ANY, BODY | TX_FULL | SELF,
	    keys_post },
	{ DELETE, "/api/auth/keys/{id}", "deleteKey", AUTH_ANY, TX_FULL | SELF,
	    key_delete_one },
	{ 0 }
};

const struct program account_program = { "account", routes, DB_RW };
