/* JWK and JWKS: which keys are usable, which sets are refused. */
#include "jose_make.h"
#include "test.h"

#define CLAIMS "{\"sub\":\"ada\"}"


static const char *
fields(enum jose_alg alg)
{
	return make_key(alg)->fields;
}

/* Usable keys in a document, or minus the error. */
static int
usable(const char *json)
{
	const char *why = NULL;
	struct jwk_set *set;
	enum jose_err r;
	int n;

	r = jwk_set_parse(json, strlen(json), &set, &why);
	if (r != JOSE_OK)
		return why != NULL && set == NULL ? -(int)r : -100;
	n = (int)jwk_set_len(set);
	jwk_set_free(set);
	return n;
}

static const char *
why_refused(const char *json)
{
	const char *why = "accepted";
	struct jwk_set *set;

	if (jwk_set_parse(json, strlen(json), &set, &why) == JOSE_OK)
		jwk_set_free(set);
	return why;
}

TEST("a bare JWK is a set of one, a JWKS of all it can use")
{
	CHECK_INT(usable(text("{%s}", fields(JOSE_ES256))), 1);
	CHECK_INT(usable(text("{\"keys\":[{%s},{%s},{%s}]}",
	    fields(JOSE_ES256), fields(JOSE_RS256), fields(JOSE_EDDSA))), 3);
}

TEST("a set knows its algorithms and its kids")
{
	char *json = text("{\"keys\":[{\"kid\":\"a\",%s},{\"kid\":\"b\",%s}]}",
	    fields(JOSE_ES256), fields(JOSE_EDDSA));
	struct jwk_set *set;

	CHECK_INT(jwk_set_parse(json, strlen(json), &set, NULL), JOSE_OK);
	CHECK_INT(jwk_set_algs(set), JOSE_ES256 | JOSE_EDDSA);
	CHECK(jwk_set_has_kid(set, "a"));
	CHECK(jwk_set_has_kid(set, "b"));
	CHECK(!jwk_set_has_kid(set, "c"));
	CHECK(!jwk_set_has_kid(set, "A"));
	jwk_set_free(set);
}

TEST("a kid twice refuses the set, also on keys that are skipped")
{
	CHECK_STR(why_refused(text("{\"keys\":[{\"kid\":\"a\",%s},"
	    "{\"kid\":\"a\",%s}]}", fields(JOSE_ES256), fields(JOSE_RS256))),
	    "two keys have the same kid");
	CHECK_STR(why_refused(text("{\"keys\":[{\"kid\":\"a\",%s},"
	    "{\"kid\":\"a\",\"use\":\"enc\",%s}]}", fields(JOSE_ES256),
	    fields(JOSE_RS256))), "two keys have the same kid");
}

TEST("an oct key beside public keys refuses the set")
{
	CHECK_STR(why_refused(text("{\"keys\":[%s,{\"kid\":\"a\",%s}]}",
	    made_secret_jwk, fields(JOSE_ES256))),
	    "an oct key beside public keys");
	CHECK_INT(usable(text("{\"keys\":[%s]}", made_secret_jwk)), 1);
}

TEST("an oct key under 32 bytes refuses the set")
{
	CHECK_STR(why_refused(text("{\"kty\":\"oct\",\"k\":\"%s\"}",
	    b64("0123456789abcdef0123456789abcde", 31))),
	    "an oct key is shorter than 32 bytes");
	CHECK_STR(why_refused("{\"kty\":\"oct\",\"k\":\"\"}"),
	    "an oct key is shorter than 32 bytes");
	CHECK_STR(why_refused(text("{\"keys\":[%s,{\"kty\":\"oct\","
	    "\"kid\":\"short\",\"k\":\"c2hvcnQ\"}]}", made_secret_jwk)),
	    "an oct key is shorter than 32 bytes");
}

TEST("an oct key without k, or with a bad one, is skipped")
{
	CHECK_INT(usable("{\"kty\":\"oct\"}"), -JOSE_KEY);
	CHECK_INT(usable("{\"kty\":\"oct\",\"k\":1}"), -JOSE_KEY);
	CHECK_INT(usable(text("{\"kty\":\"oct\",\"k\":\"%s=\"}",
	    b64(made_secret, 32))), -JOSE_KEY);
}

TEST("a document that is no JWKS is refused")
{
	static const char *const bad[] = {
		"", "{}", "[]", "null", "1", "\"keys\"", "{\"keys\":{}}",
		"{\"keys\":null}", "{\"keys\":[]}", "{\"keys\":[1,null]}",
		"{\"keys\":[[]]}", "{\"keys\":[{}]}", "{\"kty\":\"oct\"",
		"{\"keys\":[],\"keys\":[]}", "{\"KEYS\":[]}"
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK_INT(usable(bad[i]), -JOSE_KEY);
}

TEST("more than 100 keys are refused")
{
	char *json = made(), *p = json;

	p = stpcpy(p, "{\"keys\":[");
	for (int i = 0; i < 101; i++)
		p += snprintf(p, 32, "%s{\"kid\":\"%d\"}", i ? "," : "",
		    i);
	memcpy(p, "]}", 3);
	CHECK_STR(why_refused(json), "more than 100 keys");
}

TEST("one unusable key does not spoil the others")
{
	CHECK_INT(usable(text("{\"keys\":[{\"kid\":\"enc\",\"use\":\"enc\","
	    "\"alg\":\"RSA-OAEP\",%s},7,{\"kty\":\"XYZ\"},"
	    "{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"AA\",\"y\":\"AA\"},"
	    "{\"kid\":\"a\",%s}]}", fields(JOSE_RS256), fields(JOSE_RS256))),
	    1);
}

TEST("use, where present, must be sig")
{
	const char *f = fields(JOSE_ES256);

	CHECK_INT(usable(text("{\"use\":\"sig\",%s}", f)), 1);
	CHECK_INT(usable(text("{\"use\":\"enc\",%s}", f)), -JOSE_KEY);
	CHECK_INT(usable(text("{\"use\":\"SIG\",%s}", f)), -JOSE_KEY);
	CHECK_INT(usable(text("{\"use\":null,%s}", f)), -JOSE_KEY);
	CHECK_INT(usable(text("{\"use\":[\"sig\"],%s}", f)), -JOSE_KEY);
}

TEST("key_ops, where present, must have verify")
{
	const char *f = fields(JOSE_ES256);

	CHECK_INT(usable(text("{\"key_ops\":[\"verify\"],%s}", f)), 1);
	CHECK_INT(usable(text("{\"key_ops\":[\"sign\",\"verify\"],%s}", f)),
	    1);
	CHECK_INT(usable(text("{\"key_ops\":[\"sign\"],%s}", f)), -JOSE_KEY);
	CHECK_INT(usable(text("{\"key_ops\":[],%s}", f)), -JOSE_KEY);
	CHECK_INT(usable(text("{\"key_ops\":\"verify\",%s}", f)), -JOSE_KEY);
	CHECK_INT(usable(text("{\"key_ops\":[\"verify\",1],%s}", f)),
	    -JOSE_KEY);
}

TEST("alg, where present, must be the one algorithm of the type")
{
	CHECK_INT(usable(text("{\"alg\":\"ES256\",%s}", fields(JOSE_ES256))),
	    1);
	CHECK_INT(usable(text("{\"alg\":\"EdDSA\",%s}", fields(JOSE_EDDSA))),
	    1);
	CHECK_INT(usable(text("{\"alg\":\"RS256\",%s}", fields(JOSE_ES256))),
	    -JOSE_KEY);
	CHECK_INT(usable(text("{\"alg\":\"PS256\",%s}", fields(JOSE_RS256))),
	    -JOSE_KEY);
	CHECK_INT(usable(text("{\"alg\":256,%s}", fields(JOSE_RS256))),
	    -JOSE_KEY);
	CHECK_INT(usable(text("{\"alg\":\"HS512\",%s", made_secret_jwk + 1)),
	    -JOSE_KEY);
}

TEST("a kid that is no string, or empty, makes a key unusable")
{
	CHECK_INT(usable(text("{\"kid\":1,%s}", fields(JOSE_ES256))),
	    -JOSE_KEY);
	CHECK_INT(usable(text("{\"kid\":\"\",%s}", fields(JOSE_ES256))),
	    -JOSE_KEY);
}

TEST("RSA under 2048 bits or over 8192 is unusable")
{
	struct made_key *small = make_rsa(2040, 65537);
	unsigned char n[1025];

	CHECK_INT(usable(text("{%s}", small->fields)), -JOSE_KEY);
	made_key_free(small);
	memset(n, 0xff, sizeof(n));
	CHECK_INT(usable(text("{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"%s\"}",
	    b64(n, 1024))), 1);
	CHECK_INT(usable(text("{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"%s\"}",
	    b64(n, 1025))), -JOSE_KEY);
}

TEST("RSA with e of 1, 0, even or huge is unusable, with 3 usable")
{
	static const char *const bad[] = {
		"AQ", "AA", "Ag", "AQAA", "AQAAAAAAAAAB", "", "AAEAAQ"
	};
	unsigned char n[256];
	char *modulus;

	memset(n, 0xff, sizeof(n));
	modulus = b64(n, sizeof(n));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK_INT(usable(text("{\"kty\":\"RSA\",\"e\":\"%s\","
		    "\"n\":\"%s\"}", bad[i], modulus)), -JOSE_KEY);
	CHECK_INT(usable(text("{\"kty\":\"RSA\",\"e\":\"Aw\",\"n\":\"%s\"}",
	    modulus)), 1);
}

TEST("RSA with an even or zero-led modulus, or without one, is unusable")
{
	unsigned char n[257];

	memset(n, 0xff, sizeof(n));
	n[255] = 0xfe;
	CHECK_INT(usable(text("{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"%s\"}",
	    b64(n, 256))), -JOSE_KEY);
	n[255] = 0xff;
	n[0] = 0;
	CHECK_INT(usable(text("{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"%s\"}",
	    b64(n, 257))), -JOSE_KEY);
	CHECK_INT(usable("{\"kty\":\"RSA\",\"e\":\"AQAB\"}"), -JOSE_KEY);
	CHECK_INT(usable("{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":5}"),
	    -JOSE_KEY);
}

/* A P-256 JWK of any coordinates. */
static char *
ec(const char *crv, const unsigned char *x, size_t x_len,
    const unsigned char *y, size_t y_len)
{
	return text("{\"kty\":\"EC\",\"crv\":\"%s\",\"x\":\"%s\","
	    "\"y\":\"%s\"}", crv, b64(x, x_len), b64(y, y_len));
}

TEST("EC points off the curve, of wrong size or of another curve are unusable")
{
	static const unsigned char p[32] = {	/* the prime of the field */
		0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, [20] = 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff
	};
	unsigned char point[66] = { 0 };
	size_t n;

	CHECK(EVP_PKEY_get_octet_string_param(make_key(JOSE_ES256)->pkey,
	    "encoded-pub-key", point, 65, &n) == 1);
	CHECK_INT(n, 65);
	CHECK_INT(usable(ec("P-256", point + 1, 32, point + 33, 32)), 1);
	CHECK_INT(usable(ec("P-384", point + 1, 32, point + 33, 32)),
	    -JOSE_KEY);
	CHECK_INT(usable(ec("secp256k1", point + 1, 32, point + 33, 32)),
	    -JOSE_KEY);
	CHECK_INT(usable(ec("P-256", point + 1, 31, point + 33, 32)),
	    -JOSE_KEY);
	CHECK_INT(usable(ec("P-256", point + 1, 32, point + 33, 33)),
	    -JOSE_KEY);
	CHECK_INT(usable(ec("P-256", p, 32, point + 33, 32)), -JOSE_KEY);
	point[64] ^= 1;
	CHECK_INT(usable(ec("P-256", point + 1, 32, point + 33, 32)),
	    -JOSE_KEY);
	memset(point, 0, sizeof(point));
	CHECK_INT(usable(ec("P-256", point, 32, point, 32)), -JOSE_KEY);
	CHECK_INT(usable(text("{\"kty\":\"EC\",%s", strstr(
	    fields(JOSE_EDDSA), "\"crv\""))), -JOSE_KEY);
}

TEST("a private JWK verifies with its public half")
{
	static const enum jose_alg algs[] = {
		JOSE_RS256, JOSE_ES256, JOSE_EDDSA
	};
	static const char *const names[] = { "RS256", "ES256", "EdDSA" };

	for (int i = 0; i < 3; i++)
		CHECK_INT(verify(text("{%s,%s}", fields(algs[i]),
		    make_key(algs[i])->private), make_token(algs[i],
		    text("{\"alg\":\"%s\"}", names[i]), CLAIMS)), JOSE_OK);
}

TEST("a raw secret may be short, but not empty, and needs no kid")
{
	char *token = make_hmac("secret", 6, "{\"alg\":\"HS256\"}", CLAIMS);
	struct jwk_set *set;
	struct jws *jws;

	CHECK_INT(jwk_set_secret("", 0, &set), JOSE_KEY);
	CHECK_INT(jwk_set_secret("secret", 6, &set), JOSE_OK);
	CHECK_INT(jwk_set_len(set), 1);
	CHECK_INT(jwk_set_algs(set), JOSE_HS256);
	CHECK_INT(jws_verify(token, strlen(token), set, JOSE_HS256, &jws),
	    JOSE_OK);
	jws_free(jws);
	token = make_hmac("Secret", 6, "{\"alg\":\"HS256\"}", CLAIMS);
	CHECK_INT(jws_verify(token, strlen(token), set, JOSE_HS256, &jws),
	    JOSE_SIGNATURE);
	jwk_set_free(set);
}

TEST("errors and algorithms have names")
{
	for (int e = JOSE_OK; e <= JOSE_MAX; e++)
		CHECK(strlen(jose_strerror((enum jose_err)e)) > 0);
	CHECK_INT(jose_alg_by_name("HS256"), JOSE_HS256);
	CHECK_INT(jose_alg_by_name("RS256"), JOSE_RS256);
	CHECK_INT(jose_alg_by_name("ES256"), JOSE_ES256);
	CHECK_INT(jose_alg_by_name("EdDSA"), JOSE_EDDSA);
	CHECK_INT(jose_alg_by_name("eddsa"), 0);
	CHECK_INT(jose_alg_by_name("none"), 0);
	CHECK_INT(jose_alg_by_name(""), 0);
}
