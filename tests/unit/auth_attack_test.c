/*
 * Attacks on the credential: app tokens, outside tokens and headers.  Rows of
 * the attack list where keys and claims meet; what can be said of signatures
 * alone is in jose_attack.c and jose_forms.c.
 */
#include <openssl/bio.h>
#include <openssl/pem.h>

#include "../../src/livekit/livekit-api.h"
#include "auth_lab.h"

static const char *
set_of(const char *members)
{
	return text("{\"keys\":[%s]}", members);
}

static void
lab_with_keys(const char *members)
{
	lab(&by_url, 1);
	net.body = set_of(members);
}

static const char *
jwk(enum jose_alg alg, const char *kid)
{
	return kid == NULL ? text("{%s}", make_key(alg)->fields) :
	    text("{\"kid\":\"%s\",%s}", kid, make_key(alg)->fields);
}

TEST("an app token is its session's user")
{
	char *t;

	lab(NULL, 0);
	CHECK((t = signed_in()) != NULL);
	CHECK_STR(token(t), "ok");
	CHECK_STR(user->id, uuid_n(1));
	CHECK_INT(user->credential, CRED_SESSION);
	CHECK(user->has_row && !user->by_cookie && user->session_id != NULL);
	CHECK_INT(user->expires_at, NOW + 86400000);
	CHECK_STR(token(ours(payload_of(t))), "ok");
}

TEST("A1 an app token with alg none or another is refused")
{
	static const char *const headers[] = { "{\"alg\":\"none\"}",
	    "{\"alg\":\"None\"}", "{\"alg\":\"\"}", "{\"alg\":null}", "{}",
	    "{\"alg\":\"HS384\"}", "{\"alg\":\"hs256\"}", "{\"alg\":[]}" };
	const char *payload;
	char *t;

	lab(&by_secret, 1);
	CHECK((t = signed_in()) != NULL);
	payload = payload_of(t);
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
		CHECK_STR(token(text("%s.", make_input(headers[i], payload))),
		    "invalid_token");
		CHECK_STR(token(make_hmac(APP_SECRET, strlen(APP_SECRET),
		    headers[i], payload)), "invalid_token");
		CHECK_STR(token(make_hmac(made_secret, 32, headers[i],
		    claims_with(""))), "invalid_token");
	}
}

TEST("A2 HS256 with the text of the issuer's public key is refused")
{
	static const enum jose_alg algs[] = { JOSE_RS256, JOSE_ES256 };
	BUF_MEM *pem;
	BIO *bio;

	for (size_t i = 0; i < 2; i++) {
		unsigned char *der = NULL;
		int len = i2d_PUBKEY(make_key(algs[i])->pkey, &der);

		lab_with_keys(jwk(algs[i], NULL));
		bio = BIO_new(BIO_s_mem());
		CHECK(PEM_write_bio_PUBKEY(bio, make_key(algs[i])->pkey) == 1);
		BIO_get_mem_ptr(bio, &pem);
		CHECK_STR(token(make_hmac(pem->data, pem->length,
		    "{\"alg\":\"HS256\"}", claims_with(""))), "invalid_token");
		CHECK_STR(token(make_hmac(der, (size_t)len,
		    "{\"alg\":\"HS256\"}", claims_with(""))), "invalid_token");
		CHECK_STR(token(make_hmac(net.body, strlen(net.body),
		    "{\"alg\":\"HS256\"}", claims_with(""))), "invalid_token");
		BIO_free(bio);
		OPENSSL_free(der);
	}
}

TEST("A3 an algorithm that is not the issuer's is refused, though its key is")
{
	struct issuer_config rsa_only = by_url;

	rsa_only.algs = "RS256";
	lab(&rsa_only, 1);
	net.body = set_of(text("%s,%s", jwk(JOSE_RS256, "r"),
	    jwk(JOSE_ES256, "e")));
	CHECK_STR(token(outside_by(JOSE_RS256, "RS256", "r")), "ok");
	CHECK_STR(token(outside_by(JOSE_ES256, "ES256", "e")),
	    "invalid_token");
	CHECK_STR(token(outside_by(JOSE_ES256, "RS256", "e")),
	    "invalid_token");
	CHECK_STR(token(outside_by(JOSE_RS256, "PS256", "r")),
	    "invalid_token");
	CHECK_STR(token(outside_by(JOSE_RS256, "RS512", "r")),
	    "invalid_token");
}

TEST("A4 a key that the token brings is not used, nothing is fetched for it")
{
	static const char *const forms[] = { "\"jwk\":{%s}",
	    "\"jku\":\"https://evil.example/keys\"",
	    "\"x5u\":\"https://evil.example/cert\"", "\"x5c\":[\"MII\"]" };
	int asked;

	lab_with_keys(jwk(JOSE_ES256, NULL));
	CHECK_STR(token(outside_by(JOSE_ES256, "ES256", NULL)), "ok");
	asked = net.asked;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		const char *brought = i == 0 ? text("\"jwk\":{%s}",
		    make_key(JOSE_EDDSA)->fields) : forms[i];

		CHECK_STR(token(make_token(JOSE_EDDSA, text(
		    "{\"alg\":\"EdDSA\",%s}", brought), claims_with(""))),
		    "invalid_token");
		CHECK_STR(token(make_token(JOSE_ES256, text(
		    "{\"alg\":\"ES256\",%s}", brought), claims_with(""))),
		    "invalid_token");
	}
	CHECK_INT(net.asked, asked);
}

TEST("A5 a kid is compared with memory and used for nothing else")
{
	static const char *const kids[] = { "\"../../../dev/null\"",
	    "\"' OR 1=1--\"", "\"\"", "17", "null", "[\"k\"]", "\"k\\u0000\"",
	    "\"K\"", "\"k \"", "\"https://evil.example/\"" };

	lab_with_keys(jwk(JOSE_ES256, "k"));
	CHECK_STR(token(outside_by(JOSE_ES256, "ES256", "k")), "ok");
	for (size_t i = 0; i < sizeof kids / sizeof *kids; i++)
		CHECK_STR(token(make_token(JOSE_ES256, text(
		    "{\"alg\":\"ES256\",\"kid\":%s}", kids[i]),
		    claims_with(""))), "invalid_token");
	CHECK_STR(token(make_token(JOSE_ES256, text(
	    "{\"alg\":\"ES256\",\"kid\":\"%s\"}", times('k', 5000)),
	    claims_with(""))), "invalid_token");
	CHECK_INT(net.asked, 1);
}

TEST("A6 1000 unknown kids in 10 s cost one request")
{
	lab_with_keys(jwk(JOSE_ES256, "k"));
	CHECK_STR(token(outside_by(JOSE_ES256, "ES256", "k")), "ok");
	CHECK_INT(net.asked, 1);
	for (int i = 0; i < 1000; i++)
		CHECK_STR(token_at(text("%s.AAAA", make_input(text(
		    "{\"alg\":\"ES256\",\"kid\":\"%d\"}", i),
		    claims_with(""))), NOW + JWKS_COOL_DOWN_MS + i * 10),
		    "invalid_token");
	CHECK_INT(net.asked, 2);
	CHECK_STR(token(outside_by(JOSE_ES256, "ES256", "k")), "ok");
}

TEST("A7 without a kid exactly one key must fit")
{
	lab_with_keys(jwk(JOSE_ES256, "e"));
	CHECK_STR(token(outside_by(JOSE_ES256, "ES256", NULL)), "ok");
	lab_with_keys(text("%s,%s,%s", jwk(JOSE_ES256, "e"),
	    jwk(JOSE_RS256, "r"), jwk(JOSE_EDDSA, "d")));
	CHECK_STR(token(outside_by(JOSE_ES256, "ES256", NULL)), "ok");
	lab_with_keys(text("%s,%s", jwk(JOSE_ES256, "e"),
	    jwk(JOSE_ES256, "f")));
	CHECK_STR(token(outside_by(JOSE_ES256, "ES256", NULL)),
	    "invalid_token");
	CHECK_STR(token(outside_by(JOSE_ES256, "ES256", "e")), "ok");
}

TEST("A8 crit and b64 are refused")
{
	static const char *const forms[] = {
	    "\"crit\":[\"b64\"],\"b64\":false", "\"crit\":[\"exp\"]",
	    "\"crit\":[]", "\"crit\":\"b64\"", "\"b64\":false" };

	lab(&by_secret, 1);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		CHECK_STR(token(make_token(JOSE_HS256, text(
		    "{\"alg\":\"HS256\",%s}", forms[i]), claims_with(""))),
		    "invalid_token");
}

TEST("A12 other base64 is refused")
{
	static const char *const ends[] = { "=", "+", "/", "%3D", "A", "AA" };
	const char *good;

	lab(&by_secret, 1);
	good = outside(claims_with(""));
	CHECK_STR(token(good), "ok");
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		CHECK_STR(token(text("%s%s", good, ends[i])),
		    "invalid_token");
}

TEST("A13 other than three parts is refused")
{
	const char *good, *dot;

	lab(&by_secret, 1);
	good = outside(claims_with(""));
	dot = strrchr(good, '.');
	CHECK_STR(token(text("%.*s", (int)(dot - good), good)),
	    "invalid_token");
	CHECK_STR(token(text("%s.", good)), "invalid_token");
	CHECK_STR(token(text(".%s", good)), "invalid_token");
	CHECK_STR(token(text("%s.%s", good, good)), "invalid_token");
	CHECK_STR(token(".."), "invalid_token");
	CHECK_STR(token("{\"payload\":\"e30\"}"), "invalid_token");
}

TEST("A23 what else our secret may have signed is no app token")
{
	static const struct { const char *from, *to; } changes[] = {
		{ "\"use\":\"app\"", "\"use\":\"guest\"" },
		{ "\"use\":\"app\"", "\"use\":1" },
		{ "\"use\":\"app\",", "" },
		{ "\"sid\":", "\"no\":" },
		{ "\"sub\":", "\"no\":" },
		{ "\"iss\":\"" OURS "\"", "\"iss\":\"" OURS "/\"" },
		{ "\"aud\":\"" OURS "\"", "\"aud\":\"other\"" },
		{ "\"exp\":", "\"no\":" },
	};
	const char *payload;
	char *t;

	lab(&by_secret, 1);
	CHECK((t = signed_in()) != NULL);
	payload = payload_of(t);
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
		CHECK_STR(token(ours(replaced(payload, changes[i].from,
		    changes[i].to))), "invalid_token");
	/* Where one secret is used for LiveKit and for us. */
	CHECK_STR(token(ours(text("{\"iss\":\"devkey\",\"sub\":\"%s\","
	    "\"exp\":%lld,\"video\":{\"roomJoin\":true,\"room\":\"x\"}}",
	    uuid_n(1), NOW_S + 60))), "invalid_token");
	CHECK_STR(token(ours(text("{\"iss\":\"devkey\",\"sha256\":\"x\","
	    "\"exp\":%lld}", NOW_S + 60))), "invalid_token");
}

TEST("an app token that names another user or session is refused")
{
	const char *payload;
	char *t;

	lab(NULL, 0);
	CHECK((t = signed_in()) != NULL);
	CHECK_INT(have_user(2), RC_OK);
	payload = payload_of(t);
	CHECK_STR(token(ours(replaced(payload, uuid_n(1), uuid_n(2)))),
	    "session_ended");
	CHECK_STR(token(t), "ok");
	CHECK_STR(token(ours(replaced(payload, user->session_id, uuid_n(9)))),
	    "session_ended");
	CHECK_STR(token(make_token(JOSE_HS256, "{\"alg\":\"HS256\"}",
	    payload)), "invalid_token");
}

TEST("A24 an app token is no signature of a webhook")
{
	struct lk_event *event = NULL;
	struct lk_keys *keys;
	const char *body = "{\"event\":\"room_started\",\"id\":\"EV_1\"}";
	char *t;

	lab(NULL, 0);
	CHECK((t = signed_in()) != NULL);
	CHECK_INT(lk_keys_new(&keys), LK_OK);
	/* At worst: the same secret, the key named like our iss. */
	CHECK_INT(lk_keys_add(keys, OURS, APP_SECRET), LK_OK);
	CHECK(lk_webhook_receive(keys, t, body, strlen(body), NOW_S, &event) !=
	    LK_OK);
	CHECK(lk_webhook_receive(keys, text("Bearer %s", t), body,
	    strlen(body), NOW_S, &event) != LK_OK);
	CHECK(event == NULL);
	lk_keys_free(keys);
}

/* An outside token of exactly so many bytes. */
static const char *
of_length(size_t want)
{
	const char *t;

	for (size_t pad = want / 2; pad < want; pad++) {
		t = outside(claims_with(text(",\"x\":\"%s\"",
		    times('a', pad))));
		if (strlen(t) == want)
			return t;
	}
	return "";
}

TEST("A26 a token of 8000 bytes is read, a longer one refused")
{
	lab(&by_secret, 1);
	CHECK_STR(token(of_length(8000)), "ok");
	CHECK(strlen(of_length(8001)) == 8001);
	CHECK_STR(token(of_length(8001)), "invalid_token");
	CHECK_STR(token(times('a', 9000)), "invalid_token");
	CHECK_STR(token(text("sd_%s", times('a', 9000))), "invalid_token");
}

TEST("A27 only one Bearer credential with one space is read")
{
	static const char *const wrong[] = { "Bearer  %s", "Bearer %s x",
	    "Bearer %s,Bearer y", "Bearer %s, Bearer y", "Bearer\t%s",
	    "Bearer %s\r", "Bearer %s\n", "Bearer %s ", " Bearer %s", "%s",
	    "Basic %s", "Token %s", "Bearer%s", "Bearer \xc2\xa0%s", "Bearer",
	    "Bearer ", "" };
	char *t, header[2048];

	lab(NULL, 0);
	CHECK((t = signed_in()) != NULL);
	CHECK_STR(header_at(text("Bearer %s", t), NOW), "ok");
	CHECK_STR(header_at(text("bearer %s", t), NOW), "ok");
	CHECK_STR(header_at(text("BEARER %s", t), NOW), "ok");
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		const char *at = strstr(wrong[i], "%s");
		size_t before = at == NULL ? strlen(wrong[i]) :
		    (size_t)(at - wrong[i]);

		snprintf(header, sizeof header, "%.*s%s%s", (int)before,
		    wrong[i], at == NULL ? "" : t, at == NULL ? "" : at + 2);
		CHECK_STR(header_at(header, NOW), "invalid_token");
	}
}

TEST("A28 one flipped bit anywhere in an app token is refused")
{
	size_t len;
	char *t, *bad;

	lab(NULL, 0);
	CHECK((t = signed_in()) != NULL);
	len = strlen(t);
	bad = arena_strdup(arena, t);
	for (size_t i = 0; i < len; i++)
		for (int bit = 0; bit < 8; bit++) {
			bad[i] = (char)(t[i] ^ 1 << bit);
			if (bad[i] != '\0')
				CHECK_STR(token(bad), "invalid_token");
			bad[i] = t[i];
		}
	CHECK_STR(token(bad), "ok");
}

TEST("a header wins over a cookie, and a cookie holds no API key")
{
	const char *code;
	char *t, *id, *key;

	lab(NULL, 0);
	CHECK((t = signed_in()) != NULL);
	CHECK_INT(TX(api_key_make(db, arena, uuid_n(1), "k", NULL, NOW, &id,
	    &key)), RC_OK);
	CHECK_INT(auth_user(auth, db, arena, NULL, NULL, NOW, &user, &code),
	    RC_OK);
	CHECK(user == NULL);
	CHECK_INT(auth_user(auth, db, arena, NULL, t, NOW, &user, &code),
	    RC_OK);
	CHECK(user != NULL && user->by_cookie);
	CHECK_INT(auth_user(auth, db, arena, "Bearer x", t, NOW, &user, &code),
	    RC_UNAUTHORIZED);
	CHECK(user == NULL);
	CHECK_INT(auth_user(auth, db, arena, text("Bearer %s", key), "x", NOW,
	    &user, &code), RC_OK);
	CHECK(user != NULL && !user->by_cookie);
	CHECK_INT(auth_user(auth, db, arena, NULL, key, NOW, &user, &code),
	    RC_UNAUTHORIZED);
	CHECK_INT(auth_user(auth, db, arena, NULL, "", NOW, &user, &code),
	    RC_UNAUTHORIZED);
}

TEST("an app token ends with its session, to the millisecond")
{
	char *t;

	lab(NULL, 0);
	CHECK((t = signed_in()) != NULL);
	CHECK_STR(token_at(t, NOW + 86400000 - 1), "ok");
	CHECK_STR(token_at(t, NOW + 86400000), "session_ended");
	CHECK_STR(token_at(t, NOW + 86400000 + 2 * LEEWAY_S * 1000),
	    "token_expired");
}

TEST("a disabled account is refused by session and by key at once")
{
	char *t, *id, *key;

	lab(NULL, 0);
	CHECK((t = signed_in()) != NULL);
	CHECK_INT(TX(api_key_make(db, arena, uuid_n(1), "k", NULL, NOW, &id,
	    &key)), RC_OK);
	CHECK_STR(token(key), "ok");
	CHECK_INT(TX(user_set_flags(db, uuid_n(1), false, false, true)),
	    RC_OK);
	CHECK_STR(token(t), "account_disabled");
	CHECK_STR(token(key), "account_disabled");
}
