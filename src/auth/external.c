/*
 * external: tokens of outside logins.  Which issuer, is it signed by its keys,
 * is it meant for us, and who is it.  No row is needed: the id comes from the
 * token.
 */
#include "local.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SUB_MAX_BYTES	255
#define NAME_MAX_CP	64

/* Namespace of user ids made from iss + "\n" + sub (RFC 9562 §5.5). */
static const unsigned char user_namespace[16] = {
	0x5d, 0x1c, 0x8e, 0x0a, 0x3b, 0x5f, 0x4a, 0x7e,
	0x9a, 0x52, 0x64, 0x2f, 0x8b, 0x07, 0xd1, 0x93
};

/* Header typ (RFC 8725 §3.11): logout+jwt, dpop+jwt … are no access tokens. */
static bool
other_type(struct arena *arena, const struct jws *jws)
{
	const struct cJSON *header;
	const char *typ, *plus;

	if (json_parse(arena, jws->header, jws->header_len, &header) != JSON_OK)
		return true;
	typ = json_str(header, "typ");
	if (typ == NULL || (plus = strchr(typ, '+')) == NULL)
		return false;
	if (strncasecmp(typ, "application/", 12) == 0)
		typ += 12;
	return strcasecmp(typ, "at+jwt") != 0;
}

/* Tokens of the same issuer that are for other purposes than calling us. */
static bool
other_purpose(const struct cJSON *claims)
{
	static const char *const typs[] = { "ID", "Refresh", "Offline" };
	const char *typ = json_str(claims, "typ");
	const char *use = json_str(claims, "token_use");

	for (size_t i = 0; typ != NULL && i < sizeof(typs) / sizeof(*typs); i++)
		if (strcasecmp(typ, typs[i]) == 0)
			return true;
	if (use != NULL && strcmp(use, "access") != 0)
		return true;
	/* LiveKit's join and webhook tokens. */
	return json_get(claims, "video") != NULL ||
	    json_get(claims, "sha256") != NULL;
}

/* Two entries may share an issuer: each its algorithms, or its audience. */
static struct issuer *
issuer_of(struct auth *a, const struct cJSON *claims, unsigned alg)
{
	const char *iss = json_str(claims, "iss");
	struct issuer *s, *first = NULL;

	for (size_t i = 0; iss != NULL && i < a->issuers_len; i++) {
		s = &a->issuers[i];
		if (strcmp(s->config.iss, iss) != 0 || !(s->algs & alg))
			continue;
		if (claims_for(claims, s->config.aud))
			return s;
		if (first == NULL)
			first = s;
	}
	return first;
}

/* First of the claims that is a fitting text. */
static const char *
claim_name(const struct cJSON *claims, const char *chosen)
{
	const char *names[] = { chosen, "preferred_username", "name", "sub" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *v = names[i] == NULL ? NULL :
		    json_str(claims, names[i]);

		if (v != NULL && *v != '\0')
			return v;
	}
	return "";
}

/* At most NAME_MAX_CP code points, control characters left out. */
static const char *
name_shorten(struct arena *arena, const char *name)
{
	char *out = arena_alloc(arena, strlen(name) + 1);
	size_t len, n = 0;

	for (size_t cp = 0; *name != '\0' && cp < NAME_MAX_CP; name += len) {
		for (len = 1; ((unsigned char)name[len] & 0xc0) == 0x80; len++)
			continue;
		memcpy(out + n, name, len);
		out[n + len] = '\0';
		if (text_plain(out + n)) {
			n += len;
			cp++;
		}
	}
	out[n] = '\0';
	return out;
}

static enum rc
person_fill(struct auth *a, struct db *db, struct arena *arena,
    const struct issuer *issuer, const struct cJSON *claims, struct user *u,
    const char **code)
{
	const char *sub = json_str(claims, "sub"), *picture;
	struct user_row row;
	enum rc rc;

	if (sub == NULL || *sub == '\0' || strlen(sub) > SUB_MAX_BYTES)
		return RC_UNAUTHORIZED;
	u->id = uuid_v5(arena, user_namespace, arena_printf(arena, "%s\n%s",
	    issuer->config.iss, sub));
	rc = user_by_id(db, u->id, &row);
	if (rc == RC_OK) {
		if (row.is_disabled || row.deleted_at != 0) {
			*code = "account_disabled";
			return RC_FORBIDDEN;
		}
		u->username = row.username;
		u->display_name = row.display_name;
		u->avatar_url = row.avatar_url;
		u->is_creator = row.is_creator;
		u->is_admin = row.is_admin;
		u->created_at = row.created_at;
		u->has_row = true;
		return RC_OK;
	}
	if (rc != RC_NOT_FOUND)
		return rc;
	u->display_name = name_shorten(arena, claim_name(claims,
	    issuer->config.name_claim));
	u->username = username_clean(arena, u->display_name);
	if (*u->display_name == '\0')
		u->display_name = u->username;
	picture = json_str(claims, issuer->config.picture_claim != NULL ?
	    issuer->config.picture_claim : "picture");
	if (picture != NULL && picture_url_ok(picture))
		u->avatar_url = picture;
	u->is_creator = a->config.creators_open;
	return RC_OK;
}

/*
 * Whether the issuer's keys signed it.  A public-key check costs more than all
 * the rest of a request and one token comes many times: good ones are known by
 * their digest until the keys are others.
 */
static bool
signature_good(struct auth *a, const struct issuer *issuer,
    const struct jwk_set *keys, const char *token, size_t len)
{
	unsigned char digest[32];
	struct verified *known;
	struct jws *jws;

	sha256(token, len, digest);
	known = &a->verified[digest[0]];
	if (known->issuer == issuer &&
	    known->generation == issuer->generation &&
	    memcmp(known->digest, digest, sizeof(digest)) == 0)
		return true;
	if (jws_verify(token, len, keys, issuer->algs, &jws) != JOSE_OK)
		return false;
	jws_free(jws);
	memcpy(known->digest, digest, sizeof(digest));
	known->issuer = issuer;
	known->generation = issuer->generation;
	return true;
}

enum rc
external_user(struct auth *a, struct db *db, struct arena *arena,
    const char *token, size_t len, int64_t now, struct user *u,
    const char **code)
{
	const struct cJSON *claims;
	const struct jwk_set *keys;
	struct issuer *issuer;
	struct jws *jws;
	int64_t expires_at;
	enum rc rc;

	if (a->issuers_len == 0 || jws_peek(token, len, &jws) != JOSE_OK)
		return RC_UNAUTHORIZED;
	arena_defer(arena, (void (*)(void *))jws_free, jws);
	if (json_parse(arena, jws->payload, jws->payload_len, &claims) !=
	    JSON_OK || !json_is_object(claims) ||
	    (issuer = issuer_of(a, claims, jws->alg)) == NULL)
		return RC_UNAUTHORIZED;
	rc = issuer_keys(a, issuer, arena, jws->kid, now, &keys);
	if (rc != RC_OK) {
		*code = "issuer_unavailable";
		return rc;
	}
	/* The bytes peeked at are the bytes verified: same token, same len. */
	if (!signature_good(a, issuer, keys, token, len))
		return RC_UNAUTHORIZED;
	rc = claims_check(claims, issuer->config.iss, issuer->config.aud,
	    a->config.leeway_ms, now, &expires_at, code);
	if (rc != RC_OK)
		return rc;
	if (other_type(arena, jws) || other_purpose(claims))
		return RC_UNAUTHORIZED;
	u->credential = CRED_EXTERNAL;
	u->expires_at = expires_at;
	return person_fill(a, db, arena, issuer, claims, u, code);
}
