/*
 * session: what a sign-in leaves behind (a row and an app token), API keys,
 * and the row of an outside user before its first write.
 */
#include "local.h"

#include <stdlib.h>
#include <string.h>

#define AGENT_MAX_BYTES	200
#define KEY_BYTES	32
#define TRIES		16

static const char *const scopes_known[] = {
	"read", "chat", "live", "stream", "rooms", "recordings", "admin",
};

bool
scope_known(const char *word)
{
	for (size_t i = 0; i < sizeof(scopes_known) / sizeof(*scopes_known);
	    i++)
		if (strcmp(word, scopes_known[i]) == 0)
			return true;
	return false;
}

/* At most AGENT_MAX_BYTES, cut between characters; nothing that is no text. */
static const char *
agent_shorten(struct arena *arena, const char *agent)
{
	size_t len;
	char *out;

	if (agent == NULL || !utf8_valid(agent, strlen(agent)))
		return NULL;
	len = strlen(agent);
	if (len > AGENT_MAX_BYTES)
		for (len = AGENT_MAX_BYTES;
		    len > 0 && ((unsigned char)agent[len] & 0xc0) == 0x80;)
			len--;
	out = arena_strndup(arena, agent, len);
	for (char *p = out; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
	return out;
}

enum rc
token_sign(struct auth *a, struct arena *arena, const struct buf *claims,
    char **token)
{
	char *jwt;

	if (jws_sign(a->app_signer, claims->data, claims->len, &jwt) !=
	    JOSE_OK) {
		log_error("a token of ours cannot be signed");
		return RC_INTERNAL;
	}
	*token = arena_strdup(arena, jwt);
	free(jwt);
	return RC_OK;
}

enum rc
session_start(struct auth *a, struct db *db, struct arena *arena,
    const char *user_id, const char *user_agent, int64_t now, char **token,
    int64_t *expires_at)
{
	struct session_row row = {
		.user_id = user_id,
		.user_agent = agent_shorten(arena, user_agent),
		.created_at = now,
		/* Whole seconds: what a JWT can say. */
		.expires_at = (now + a->config.session_ms) / 1000 * 1000,
		.last_used_at = now,
	};
	struct buf b;
	char *id;
	enum rc rc;

	if ((rc = random_uuid(arena, &id)) != RC_OK)
		return rc;
	row.id = id;
	if ((rc = session_insert(db, &row)) != RC_OK)
		return rc;
	buf_init(&b, arena);
	json_object(&b, NULL);
	json_add_str(&b, "iss", a->config.app_iss);
	json_add_str(&b, "aud", a->config.app_iss);
	json_add_str(&b, "use", "app");
	json_add_str(&b, "sub", user_id);
	json_add_str(&b, "sid", id);
	json_add_int(&b, "iat", now / 1000);
	json_add_int(&b, "exp", row.expires_at / 1000);
	json_object_end(&b);
	*expires_at = row.expires_at;
	return token_sign(a, arena, &b, token);
}

enum rc
api_key_make(struct db *db, struct arena *arena, const char *user_id,
    const char *label, const char *scopes, int64_t now, char **id, char **key)
{
	struct api_key_row row = {
		.user_id = user_id, .label = label, .scopes = scopes,
		.created_at = now,
	};
	enum rc rc;

	if ((rc = random_uuid(arena, id)) != RC_OK ||
	    (rc = random_token(arena, "sd_", KEY_BYTES, key)) != RC_OK)
		return rc;
	row.id = *id;
	row.key_hash = sha256_hex(arena, *key, strlen(*key));
	return api_key_insert(db, &row);
}

enum rc
user_ensure(struct db *db, struct arena *arena, struct user *u, int64_t now)
{
	struct user_row row = {
		.id = u->id, .display_name = u->display_name,
		.avatar_url = u->avatar_url, .is_creator = u->is_creator,
		.created_at = now,
	}, there;
	const char *base = u->username;
	unsigned char random[2];
	enum rc rc;

	if (u->has_row)
		return RC_OK;
	/* A request beside this one may have made it. */
	if ((rc = user_by_id(db, u->id, &there)) == RC_OK) {
		u->username = there.username;
		u->created_at = there.created_at;
		u->has_row = true;
		return RC_OK;
	}
	if (rc != RC_NOT_FOUND)
		return rc;
	row.username = base;
	for (int i = 0; i < TRIES; i++) {
		if ((rc = user_insert(db, &row)) != RC_CONFLICT)
			break;
		if ((rc = random_bytes(random, sizeof(random))) != RC_OK)
			return rc;
		row.username = arena_printf(arena, "%.24s_%02x%02x", base,
		    random[0], random[1]);
		rc = RC_CONFLICT;
	}
	if (rc != RC_OK)
		return rc;
	u->username = row.username;
	u->created_at = now;
	u->has_row = true;
	return RC_OK;
}
