/*
 * auth_lab: an auth over a fresh database for each test, with outside issuers
 * whose address is answered by the test itself; and tokens of any kind.
 */
#ifndef AUTH_LAB_H
#define AUTH_LAB_H

#include "../../src/auth/local.h"
#include "jose_make.h"
#include "store_help.h"

#define NOW	1768903200000LL		/* 2026-01-20T10:00:00Z */
#define NOW_S	(NOW / 1000)
#define LEEWAY_S 60
#define ISS	"https://login.example/"
#define AUD	"stage"
#define URL	"https://login.example/jwks.json"
#define OURS	"https://stage.example"
#define APP_SECRET "fedcba9876543210fedcba9876543210"

static struct auth *auth;
static struct user *user;

/* What the issuer's address answers, and what it was asked. */
static struct {
	enum rc		 rc;
	int		 status;
	const char	*body;
	const char	*etag;
	int		 asked;
	const char	*if_none_match;
	size_t		 max_bytes;
	int		 timeout_ms;
} net;

static UNUSED enum rc
net_fake(struct arena *a, const char *url, const char *if_none_match,
    size_t max_bytes, int timeout_ms, struct net_reply *out)
{
	(void)a;
	net.asked++;
	net.if_none_match = if_none_match == NULL ? NULL :
	    text("%s", if_none_match);
	net.max_bytes = max_bytes;
	net.timeout_ms = timeout_ms;
	if (strcmp(url, URL) != 0)
		return RC_INVALID;
	if (net.rc == RC_OK)
		*out = (struct net_reply){ .status = net.status,
		    .body = net.body == NULL ? "" : net.body,
		    .body_len = net.body == NULL ? 0 : strlen(net.body),
		    .etag = net.etag };
	return net.rc;
}

static UNUSED struct auth_config
config_of(const struct issuer_config *issuers, size_t len)
{
	return (struct auth_config){ .app_secret = APP_SECRET,
	    .app_iss = OURS, .session_ms = 86400000,
	    .leeway_ms = LEEWAY_S * 1000, .creators_open = true,
	    .cache_dir = help_dir,
	    .issuers = issuers, .issuers_len = len };
}

/* Another process: new memory over the same folder. */
static UNUSED void
process_again(const struct issuer_config *issuers, size_t len)
{
	struct auth_config c = config_of(issuers, len);
	const char *why = "";

	auth_free(auth);
	auth = NULL;
	if (auth_new(&c, &auth, &why) != RC_OK) {
		printf("# auth_new: %s\n", why);
		exit(1);
	}
	auth->fetch = net_fake;
}

static UNUSED void
lab(const struct issuer_config *issuers, size_t len)
{
	fresh();
	unlink(in_dir("jwks-site"));
	unlink(in_dir("jwks-site.lock"));
	memset(&net, 0, sizeof net);
	net.status = 200;
	process_again(issuers, len);
}

/* One outside login with a shared secret. */
static const struct issuer_config by_secret = { .name = "site", .iss = ISS,
    .aud = AUD, .secret = made_secret };
/* One with a key set at an address. */
static const struct issuer_config by_url = { .name = "site", .iss = ISS,
    .aud = AUD, .jwks = URL };

/* "ok", or the code of the refusal; user is who it is. */
static UNUSED const char *
header_at(const char *header, int64_t now)
{
	const char *code = NULL;
	enum rc rc;

	user = NULL;
	rc = auth_user(auth, db, arena, header, NULL, now, &user, &code);
	if (rc == RC_OK)
		return user == NULL ? "nobody" : "ok";
	if (user != NULL)
		return "somebody refused";
	if (rc == RC_UNAUTHORIZED || rc == RC_BUSY || rc == RC_FORBIDDEN)
		return code;
	return rc_name(rc);
}

static UNUSED const char *
token_at(const char *token, int64_t now)
{
	return header_at(arena_printf(arena, "Bearer %s", token), now);
}

static UNUSED const char *
token(const char *t)
{
	return token_at(t, NOW);
}

/* Claims of a good outside token, but for those in rest (", …" or ""). */
static UNUSED const char *
claims_with(const char *rest)
{
	return text("{\"iss\":\"" ISS "\",\"aud\":\"" AUD "\","
	    "\"sub\":\"u-17\",\"exp\":%lld%s}", NOW_S + 3600, rest);
}

/* Signed with the secret of by_secret. */
static UNUSED const char *
outside(const char *claims)
{
	return make_token(JOSE_HS256, "{\"alg\":\"HS256\"}", claims);
}

/* Signed with the public-key pair of that algorithm. */
static UNUSED const char *
outside_by(enum jose_alg alg, const char *name, const char *kid)
{
	return make_token(alg, kid == NULL ?
	    text("{\"alg\":\"%s\"}", name) :
	    text("{\"alg\":\"%s\",\"kid\":\"%s\"}", name, kid),
	    claims_with(""));
}

/* A token of our own with these claims. */
static UNUSED const char *
ours(const char *claims)
{
	return make_hmac(APP_SECRET, strlen(APP_SECRET),
	    "{\"alg\":\"HS256\",\"typ\":\"JWT\"}", claims);
}

/* The claims of a token. */
static UNUSED const char *
payload_of(const char *t)
{
	const char *dot = strchr(t, '.') + 1;
	char *out = arena_alloc(arena, strlen(t));

	(void)jose_b64url_decode(dot, strcspn(dot, "."),
	    (unsigned char *)out);
	return out;
}

/* The payload with one text replaced by another. */
static UNUSED const char *
replaced(const char *payload, const char *from, const char *to)
{
	const char *at = strstr(payload, from);

	if (at == NULL)
		return "not there";
	return text("%.*s%s%s", (int)(at - payload), payload, to,
	    at + strlen(from));
}

/* User 1 signed in: the app token. */
static UNUSED char *
signed_in(void)
{
	int64_t expires_at;
	char *t = NULL;

	if (have_user(1) != RC_OK || TX(session_start(auth, db, arena,
	    uuid_n(1), "test", NOW, &t, &expires_at)) != RC_OK)
		return NULL;
	return t;
}

#endif
