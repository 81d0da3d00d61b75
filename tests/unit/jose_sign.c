/* Signing: what comes out verifies, by us and by OpenSSL; bad keys refused. */
#include "jose_make.h"
#include "test.h"

#define CLAIMS "{\"sub\":\"ada\"}"

static enum jose_err
signer_of(const char *json)
{
	struct jws_signer *signer;
	enum jose_err r = jws_signer_jwk(json, strlen(json), &signer);

	if ((r == JOSE_OK) != (signer != NULL))
		abort();
	jws_signer_free(signer);
	return r;
}

/* Signs with a private JWK; the token is in the ring. */
static char *
sign(const char *json, const char *payload)
{
	struct jws_signer *signer;
	char *token, *copy;

	if (jws_signer_jwk(json, strlen(json), &signer) != JOSE_OK ||
	    jws_sign(signer, payload, strlen(payload), &token) != JOSE_OK)
		abort();
	copy = text("%s", token);
	free(token);
	jws_signer_free(signer);
	return copy;
}

static char *
private_jwk(enum jose_alg alg)
{
	return text("{%s,%s}", make_key(alg)->fields, make_key(alg)->private);
}

static const enum jose_alg algs[] = { JOSE_RS256, JOSE_ES256, JOSE_EDDSA };

TEST("a token signed with each kind of private key verifies")
{
	CHECK_INT(verify(made_secret_jwk, sign(made_secret_jwk, CLAIMS)),
	    JOSE_OK);
	for (int i = 0; i < 3; i++)
		CHECK_INT(verify(text("{%s}", make_key(algs[i])->fields),
		    sign(private_jwk(algs[i]), CLAIMS)), JOSE_OK);
}

TEST("an HS256 token is byte for byte the one that OpenSSL's HMAC gives")
{
	CHECK_STR(sign(made_secret_jwk, CLAIMS), make_hmac(made_secret, 32,
	    "{\"alg\":\"HS256\",\"typ\":\"JWT\"}", CLAIMS));
}

TEST("RS256 and EdDSA tokens are byte for byte those that OpenSSL gives")
{
	CHECK_STR(sign(private_jwk(JOSE_RS256), CLAIMS),
	    make_token(JOSE_RS256, "{\"alg\":\"RS256\",\"typ\":\"JWT\"}",
	    CLAIMS));
	CHECK_STR(sign(private_jwk(JOSE_EDDSA), CLAIMS),
	    make_token(JOSE_EDDSA, "{\"alg\":\"EdDSA\",\"typ\":\"JWT\"}",
	    CLAIMS));
}

TEST("ES256 signatures keep 64 bytes where r or s is short")
{
	struct jws_signer *signer;
	struct jwk_set *set;
	char *json = private_jwk(JOSE_ES256);
	int shorts = 0;

	CHECK_INT(jws_signer_jwk(json, strlen(json), &signer), JOSE_OK);
	CHECK_INT(jwk_set_parse(json, strlen(json), &set, NULL), JOSE_OK);
	for (int i = 0; i < 5000 && shorts < 3; i++) {
		unsigned char sig[65];
		struct jws *jws;
		char *token, *dot;

		CHECK_INT(jws_sign(signer, "x", 1, &token), JOSE_OK);
		dot = strrchr(token, '.') + 1;
		CHECK_INT(jose_b64url_decode(dot, strlen(dot), sig), 64);
		CHECK_INT(jws_verify(token, strlen(token), set, JOSE_ES256,
		    &jws), JOSE_OK);
		shorts += sig[0] == 0 || sig[32] == 0;
		jws_free(jws);
		free(token);
	}
	CHECK_INT(shorts, 3);
	jwk_set_free(set);
	jws_signer_free(signer);
}

TEST("the kid of a signing key goes into the header, escaped as JSON")
{
	char *json = text("{\"kid\":\"a\\\"\\u00e4\",%s",
	    private_jwk(JOSE_ES256) + 1);
	char *token = sign(json, CLAIMS);
	struct jws *jws;

	CHECK_INT(jws_peek(token, strlen(token), &jws), JOSE_OK);
	CHECK_STR(jws->kid, "a\"ä");
	jws_free(jws);
	CHECK_INT(verify(json, token), JOSE_OK);
}

TEST("one signer signs many tokens, each good")
{
	struct jws_signer *signer;

	CHECK_INT(jws_signer_secret(made_secret, 32, &signer), JOSE_OK);
	for (int i = 0; i < 200; i++) {
		char *payload = text("%d", i), *token;

		CHECK_INT(jws_sign(signer, payload, strlen(payload), &token),
		    JOSE_OK);
		CHECK_INT(verify(made_secret_jwk, token), JOSE_OK);
		free(token);
	}
	jws_signer_free(signer);
}

TEST("an empty payload or an empty secret is not signed")
{
	struct jws_signer *signer;
	char *token;

	CHECK_INT(jws_signer_secret("", 0, &signer), JOSE_KEY);
	CHECK_INT(jws_signer_secret("k", 1, &signer), JOSE_OK);
	CHECK_INT(jws_sign(signer, "", 0, &token), JOSE_FORM);
	CHECK(token == NULL);
	jws_signer_free(signer);
}

TEST("an RSA key without its primes signs")
{
	char *json = private_jwk(JOSE_RS256);
	char *bare = text("%.*s}", (int)(strstr(json, ",\"p\"") - json), json);

	CHECK_INT(verify(json, sign(bare, CLAIMS)), JOSE_OK);
}

TEST("a public key, or a broken private one, makes no signer")
{
	char *rsa = private_jwk(JOSE_RS256);

	for (int i = 0; i < 3; i++)
		CHECK_INT(signer_of(text("{%s}", make_key(algs[i])->fields)),
		    JOSE_KEY);
	CHECK_INT(signer_of(text("{%s,\"d\":\"AA\"}",
	    make_key(JOSE_ES256)->fields)), JOSE_KEY);
	CHECK_INT(signer_of(text("{%s,\"d\":\"AA\"}",
	    make_key(JOSE_EDDSA)->fields)), JOSE_KEY);
	CHECK_INT(signer_of(text("%.*s}", (int)(strstr(rsa, ",\"qi\"") - rsa),
	    rsa)), JOSE_KEY);
	CHECK_INT(signer_of(text("{\"oth\":[],%s", rsa + 1)), JOSE_KEY);
	CHECK_INT(signer_of("{"), JOSE_KEY);
	CHECK_INT(signer_of("[]"), JOSE_KEY);
	CHECK_INT(signer_of("{\"kty\":\"oct\",\"k\":\"c2hvcnQ\"}"), JOSE_KEY);
}

TEST("a private half of another pair makes no signer")
{
	struct made_key *other = make_rsa(2048, 65537);
	char d[32] = { 0 };

	d[31] = 5;
	CHECK_INT(signer_of(text("{%s,\"d\":\"%s\"}",
	    make_key(JOSE_ES256)->fields, b64(d, 32))), JOSE_KEY);
	CHECK_INT(signer_of(text("{%s,\"d\":\"%s\"}",
	    make_key(JOSE_EDDSA)->fields, b64(d, 32))), JOSE_KEY);
	CHECK_INT(signer_of(text("{%s,%s}", make_key(JOSE_RS256)->fields,
	    other->private)), JOSE_KEY);
	made_key_free(other);
}

TEST("a key that is not for signing makes no signer")
{
	char *json = private_jwk(JOSE_ES256) + 1;

	CHECK_INT(signer_of(text("{\"use\":\"enc\",%s", json)), JOSE_KEY);
	CHECK_INT(signer_of(text("{\"alg\":\"ES384\",%s", json)), JOSE_KEY);
	CHECK_INT(signer_of(text("{\"key_ops\":[\"verify\"],%s", json)),
	    JOSE_KEY);
	CHECK_INT(signer_of(text("{\"key_ops\":[\"sign\"],%s", json)),
	    JOSE_OK);
}
