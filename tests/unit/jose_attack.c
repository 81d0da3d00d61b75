/* Attacks on the header and on the choice of the key: rows A1–A10, A28. */
#include <openssl/pem.h>

#include "jose_make.h"
#include "test.h"

#define CLAIMS "{\"sub\":\"ada\"}"

static char *
jwk(enum jose_alg alg)
{
	return text("{%s}", make_key(alg)->fields);
}

static const enum jose_alg public_algs[] = {
	JOSE_RS256, JOSE_ES256, JOSE_EDDSA
};
static const char *const public_names[] = { "RS256", "ES256", "EdDSA" };

TEST("a good token of each algorithm is accepted")
{
	CHECK_INT(verify(made_secret_jwk, make_token(JOSE_HS256,
	    "{\"alg\":\"HS256\"}", CLAIMS)), JOSE_OK);
	for (int i = 0; i < 3; i++)
		CHECK_INT(verify(jwk(public_algs[i]),
		    make_token(public_algs[i], text("{\"alg\":\"%s\"}",
		    public_names[i]), CLAIMS)), JOSE_OK);
}

TEST("verify hands out header, payload, algorithm and kid")
{
	char *keys = text("{\"kid\":\"k\\u00e4\",%s}",
	    make_key(JOSE_ES256)->fields);
	char *token = make_token(JOSE_ES256,
	    "{\"alg\":\"ES256\",\"kid\":\"kä\"}", CLAIMS);
	struct jwk_set *set;
	struct jws *jws;

	CHECK_INT(jwk_set_parse(keys, strlen(keys), &set, NULL), JOSE_OK);
	CHECK_INT(jws_verify(token, strlen(token), set, JOSE_ES256, &jws),
	    JOSE_OK);
	CHECK_STR(jws->header, "{\"alg\":\"ES256\",\"kid\":\"kä\"}");
	CHECK_STR(jws->payload, CLAIMS);
	CHECK_INT(jws->header_len, strlen(jws->header));
	CHECK_INT(jws->payload_len, strlen(CLAIMS));
	CHECK_INT(jws->alg, JOSE_ES256);
	CHECK_STR(jws->kid, "kä");
	jws_free(jws);
	jwk_set_free(set);
}

TEST("a payload with a NUL byte comes out whole")
{
	struct jws_signer *signer;
	struct jwk_set *set;
	struct jws *jws;
	char *token;

	CHECK_INT(jws_signer_secret("s", 1, &signer), JOSE_OK);
	CHECK_INT(jwk_set_secret("s", 1, &set), JOSE_OK);
	CHECK_INT(jws_sign(signer, "a\0b", 3, &token), JOSE_OK);
	CHECK_INT(jws_verify(token, strlen(token), set, JOSE_HS256, &jws),
	    JOSE_OK);
	CHECK_INT(jws->payload_len, 3);
	CHECK(memcmp(jws->payload, "a\0b", 4) == 0);
	jws_free(jws);
	free(token);
	jwk_set_free(set);
	jws_signer_free(signer);
}

TEST("A1 alg none in any spelling, absent or of another type is refused")
{
	static const char *const headers[] = {
		"{\"alg\":\"none\"}", "{\"alg\":\"None\"}",
		"{\"alg\":\"NONE\"}", "{\"alg\":\"nOnE\"}", "{\"alg\":\"\"}",
		"{\"alg\":null}", "{}", "{\"alg\":1}", "{\"alg\":[]}",
		"{\"alg\":[\"HS256\"]}", "{\"alg\":true}",
		"{\"alg\":\"hs256\"}", "{\"alg\":\"HS256 \"}",
		"{\"alg\":\"HS384\"}", "{\"alg\":\"HS512\"}",
		"{\"alg\":\"PS256\"}", "{\"alg\":\"ES256K\"}",
		"{\"alg\":\"Ed25519\"}"
	};

	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		CHECK_INT(verify(made_secret_jwk, make_token(JOSE_HS256,
		    headers[i], CLAIMS)), JOSE_ALG);
		for (int k = 0; k < 3; k++)
			CHECK_INT(verify(jwk(public_algs[k]),
			    make_token(public_algs[k], headers[i], CLAIMS)),
			    JOSE_ALG);
	}
}

TEST("A1 an unsigned token is refused with and without its last dot")
{
	char *input = make_input("{\"alg\":\"none\"}", CLAIMS);

	CHECK_INT(verify(made_secret_jwk, input), JOSE_FORM);
	CHECK_INT(verify(made_secret_jwk, text("%s.", input)), JOSE_FORM);
}

TEST("A2 HS256 under the PEM, DER or JWK of the public key is refused")
{
	for (int i = 0; i < 3; i++) {
		const struct made_key *key = make_key(public_algs[i]);
		char *keys = jwk(public_algs[i]), *pem;
		BIO *bio = BIO_new(BIO_s_mem());
		unsigned char *der = NULL;
		long pem_len;
		int n;

		CHECK(PEM_write_bio_PUBKEY(bio, key->pkey) == 1);
		pem_len = BIO_get_mem_data(bio, &pem);
		CHECK((n = i2d_PUBKEY(key->pkey, &der)) > 0);
		for (unsigned algs = 0; algs <= 15; algs += 15) {
			CHECK_INT(verify_algs(keys, make_hmac(pem,
			    (size_t)pem_len, "{\"alg\":\"HS256\"}", CLAIMS),
			    algs), JOSE_ALG);
			CHECK_INT(verify_algs(keys, make_hmac(der, (size_t)n,
			    "{\"alg\":\"HS256\"}", CLAIMS), algs), JOSE_ALG);
			CHECK_INT(verify_algs(keys, make_hmac(keys,
			    strlen(keys), "{\"alg\":\"HS256\"}", CLAIMS),
			    algs), JOSE_ALG);
		}
		OPENSSL_free(der);
		BIO_free(bio);
	}
}

TEST("A2 HS256 under a public key that the kid names is refused")
{
	char *keys = text("{\"kid\":\"1\",%s}", make_key(JOSE_RS256)->fields);

	CHECK_INT(verify_algs(keys, make_hmac(keys, strlen(keys),
	    "{\"alg\":\"HS256\",\"kid\":\"1\"}", CLAIMS), 15), JOSE_ALG);
}

TEST("A3 a header of another algorithm than the key's is refused")
{
	static const char *const names[] = {
		"HS256", "RS256", "ES256", "EdDSA",
		"PS256", "RS384", "RS512", "ES384", "ES512"
	};

	for (int k = 0; k < 3; k++)
		for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
			char *token = make_token(public_algs[k],
			    text("{\"alg\":\"%s\"}", names[i]), CLAIMS);

			if (strcmp(names[i], public_names[k]) != 0)
				CHECK_INT(verify_algs(jwk(public_algs[k]),
				    token, 15), JOSE_ALG);
		}
}

TEST("A3 an algorithm that the caller does not allow is refused")
{
	CHECK_INT(verify_algs(jwk(JOSE_RS256), make_token(JOSE_RS256,
	    "{\"alg\":\"RS256\"}", CLAIMS), 15u & ~(unsigned)JOSE_RS256),
	    JOSE_ALG);
}

TEST("A3 a key whose own alg differs is not used")
{
	const char *fields = make_key(JOSE_RS256)->fields;

	CHECK_INT(verify(text("{\"alg\":\"RS512\",%s}", fields),
	    make_token(JOSE_RS256, "{\"alg\":\"RS256\"}", CLAIMS)),
	    MADE_SET_REFUSED + JOSE_KEY);
	CHECK_INT(verify(text("{\"alg\":\"RS256\",%s}", fields),
	    make_token(JOSE_RS256, "{\"alg\":\"RS256\"}", CLAIMS)), JOSE_OK);
}

TEST("A4 a key, or the place of a key, in the header is refused")
{
	char *good = jwk(JOSE_ES256);

	CHECK_INT(verify(good, make_token(JOSE_ES256,
	    text("{\"alg\":\"ES256\",\"jwk\":{%s}}",
	    make_key(JOSE_ES256)->fields), CLAIMS)), JOSE_FORM);
	CHECK_INT(verify(good, make_token(JOSE_ES256, "{\"alg\":\"ES256\","
	    "\"jku\":\"https://127.0.0.1/jwks.json\"}", CLAIMS)), JOSE_FORM);
	CHECK_INT(verify(good, make_token(JOSE_ES256, "{\"alg\":\"ES256\","
	    "\"x5u\":\"https://127.0.0.1/c.pem\"}", CLAIMS)), JOSE_FORM);
	CHECK_INT(verify(good, make_token(JOSE_ES256, "{\"alg\":\"ES256\","
	    "\"x5c\":[\"MIIB\"]}", CLAIMS)), JOSE_FORM);
	CHECK_INT(verify(good, make_token(JOSE_ES256, "{\"alg\":\"ES256\","
	    "\"jwk\":null}", CLAIMS)), JOSE_FORM);
}

TEST("A5 a kid that names no key of the set is refused")
{
	static const char *const kids[] = {
		"../../../dev/null", "' OR 1=1--", "k2", "K", " k", "k "
	};
	char *keys = text("{\"kid\":\"k\",%s}", make_key(JOSE_ES256)->fields);

	for (size_t i = 0; i < sizeof(kids) / sizeof(*kids); i++)
		CHECK_INT(verify(keys, make_token(JOSE_ES256,
		    text("{\"alg\":\"ES256\",\"kid\":\"%s\"}", kids[i]),
		    CLAIMS)), JOSE_KEY);
	CHECK_INT(verify(keys, make_token(JOSE_ES256,
	    text("{\"alg\":\"ES256\",\"kid\":\"%s\"}", times('k', 4000)),
	    CLAIMS)), JOSE_KEY);
	CHECK_INT(verify(keys, make_token(JOSE_ES256,
	    text("{\"alg\":\"ES256\",\"kid\":\"%s\"}", times('k', 10000)),
	    CLAIMS)), JOSE_FORM);
}

TEST("A5 a kid that is no string, empty or holds a NUL is refused")
{
	static const char *const kids[] = {
		"1", "\"\"", "null", "[]", "{}", "true", "\"k\\u0000\""
	};
	char *keys = text("{\"kid\":\"k\",%s}", make_key(JOSE_ES256)->fields);

	for (size_t i = 0; i < sizeof(kids) / sizeof(*kids); i++)
		CHECK_INT(verify(keys, make_token(JOSE_ES256,
		    text("{\"alg\":\"ES256\",\"kid\":%s}", kids[i]), CLAIMS)),
		    JOSE_FORM);
}

TEST("A5 a kid against a key without one is refused")
{
	CHECK_INT(verify(jwk(JOSE_ES256), make_token(JOSE_ES256,
	    "{\"alg\":\"ES256\",\"kid\":\"k\"}", CLAIMS)), JOSE_KEY);
}

TEST("A7 a token without kid is accepted where exactly one key fits")
{
	struct made_key *other = make_rsa(2048, 65537);
	const char *rsa = make_key(JOSE_RS256)->fields;
	const char *ec = make_key(JOSE_ES256)->fields;
	char *token = make_token(JOSE_RS256, "{\"alg\":\"RS256\"}", CLAIMS);

	CHECK_INT(verify(text("{\"keys\":[{\"kid\":\"a\",%s}]}", rsa),
	    token), JOSE_OK);
	CHECK_INT(verify(text("{\"keys\":[{\"kid\":\"b\",%s},"
	    "{\"kid\":\"a\",%s}]}", ec, rsa), token), JOSE_OK);
	CHECK_INT(verify(text("{\"keys\":[{\"kid\":\"a\",%s},"
	    "{\"kid\":\"b\",\"use\":\"enc\",%s}]}", rsa, other->fields),
	    token), JOSE_OK);
	CHECK_INT(verify(text("{\"keys\":[{\"kid\":\"a\",%s},"
	    "{\"kid\":\"b\",%s},{\"kid\":\"c\",%s}]}", rsa, other->fields,
	    ec), token), JOSE_KEY);
	CHECK_INT(verify(text("{\"keys\":[{\"kid\":\"b\",%s}]}", ec), token),
	    JOSE_ALG);
	made_key_free(other);
}

TEST("A7 the kid picks its key among several, and no other")
{
	struct made_key *other = make_rsa(2048, 65537);
	char *keys = text("{\"keys\":[{\"kid\":\"a\",%s},{\"kid\":\"b\",%s}]}",
	    make_key(JOSE_RS256)->fields, other->fields);

	CHECK_INT(verify(keys, make_token(JOSE_RS256,
	    "{\"alg\":\"RS256\",\"kid\":\"a\"}", CLAIMS)), JOSE_OK);
	CHECK_INT(verify(keys, make_token(JOSE_RS256,
	    "{\"alg\":\"RS256\",\"kid\":\"b\"}", CLAIMS)), JOSE_SIGNATURE);
	made_key_free(other);
}

TEST("A8 crit and b64 in a header are refused, whatever they hold")
{
	static const char *const extra[] = {
		"\"crit\":[\"b64\"],\"b64\":false",
		"\"crit\":[\"b64\"],\"b64\":true",
		"\"crit\":[\"http://example.com/x\"],"
		    "\"http://example.com/x\":1",
		"\"crit\":[]", "\"crit\":\"b64\"", "\"crit\":null",
		"\"crit\":{}", "\"crit\":[1]", "\"crit\":[\"alg\"]",
		"\"b64\":false", "\"b64\":true"
	};

	for (size_t i = 0; i < sizeof(extra) / sizeof(*extra); i++)
		CHECK_INT(verify(made_secret_jwk, make_token(JOSE_HS256,
		    text("{\"alg\":\"HS256\",%s}", extra[i]), CLAIMS)),
		    JOSE_FORM);
}

TEST("A9 a header member twice is refused, also when escaped")
{
	static const char *const headers[] = {
		"{\"alg\":\"HS256\",\"alg\":\"HS256\"}",
		"{\"alg\":\"HS256\",\"al\\u0067\":\"none\"}",
		"{\"alg\":\"none\",\"alg\":\"HS256\"}",
		"{\"alg\":\"HS256\",\"x\":{\"y\":1,\"y\":2}}"
	};

	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++)
		CHECK_INT(verify(made_secret_jwk, make_token(JOSE_HS256,
		    headers[i], CLAIMS)), JOSE_FORM);
}

TEST("A10 members are read in their exact case only")
{
	CHECK_INT(verify(made_secret_jwk, make_token(JOSE_HS256,
	    "{\"ALG\":\"HS256\"}", CLAIMS)), JOSE_ALG);
	CHECK_INT(verify(made_secret_jwk, make_token(JOSE_HS256,
	    "{\"ALG\":\"none\",\"alg\":\"HS256\",\"Kid\":\"x\"}", CLAIMS)),
	    JOSE_OK);
	CHECK_INT(verify(text("{\"KTY\":\"oct\",%s",
	    strstr(made_secret_jwk, "\"k\"")), make_token(JOSE_HS256,
	    "{\"alg\":\"HS256\"}", CLAIMS)), MADE_SET_REFUSED + JOSE_KEY);
}

TEST("A28 every single flipped bit of a good token is refused")
{
	static const enum jose_alg algs[] = { JOSE_HS256, JOSE_ES256 };

	for (int i = 0; i < 2; i++) {
		const char *keys = algs[i] == JOSE_HS256 ? made_secret_jwk :
		    jwk(JOSE_ES256);
		char *token = make_token(algs[i], algs[i] == JOSE_HS256 ?
		    "{\"alg\":\"HS256\"}" : "{\"alg\":\"ES256\"}", CLAIMS);
		size_t len = strlen(token);

		for (size_t bit = 0; bit < len * 8; bit++) {
			token[bit / 8] ^= (char)(1 << bit % 8);
			CHECK(verify_n(keys, token, len) != JOSE_OK);
			token[bit / 8] ^= (char)(1 << bit % 8);
		}
		CHECK_INT(verify(keys, token), JOSE_OK);
	}
}

/* A verifier that left the last signature on its stack would accept these. */
TEST("A28 a signature cut short is refused right after the whole one")
{
	static const enum jose_alg algs[] = { JOSE_HS256, JOSE_ES256 };

	for (int i = 0; i < 2; i++) {
		bool mac = algs[i] == JOSE_HS256;
		const char *keys = mac ? made_secret_jwk : jwk(JOSE_ES256);
		char *token = make_token(algs[i], mac ?
		    "{\"alg\":\"HS256\"}" : "{\"alg\":\"ES256\"}", CLAIMS);
		size_t len = strlen(token), bytes = mac ? 32 : 64;
		const char *dot = strrchr(token, '.');
		unsigned char sig[65];

		CHECK_INT(jose_b64url_decode(dot + 1, strlen(dot + 1), sig),
		    bytes);
		for (size_t n = 1; n < bytes; n++) {
			char *cut = text("%.*s", (int)(dot - token), token);

			CHECK_INT(verify_n(keys, token, len), JOSE_OK);
			CHECK_INT(verify(keys, join(cut, sig, n)),
			    JOSE_SIGNATURE);
		}
	}
}

TEST("A28 a good token cut at any byte is refused")
{
	char *token = make_token(JOSE_HS256, "{\"alg\":\"HS256\"}", CLAIMS);

	for (size_t n = 0; n < strlen(token); n++)
		CHECK(verify_n(made_secret_jwk, token, n) != JOSE_OK);
}
