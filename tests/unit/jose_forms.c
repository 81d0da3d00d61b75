/* Attacks on the form of tokens and signatures: rows A11–A16, A25, A26. */
#include <cjson/cJSON.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include "jose_make.h"
#include "test.h"

#define CLAIMS "{\"sub\":\"ada\"}"

static char *
jwk(enum jose_alg alg)
{
	return text("{%s}", make_key(alg)->fields);
}

static enum strict_json
parse(const char *json, int depth)
{
	cJSON *tree;
	enum strict_json r = jose_strict_json_parse(json, strlen(json), depth,
	    &tree);

	if (r == STRICT_OK)
		cJSON_Delete(tree);
	return r;
}

TEST("A9 a claim twice is refused, also when escaped")
{
	CHECK_INT(parse("{\"sub\":\"a\",\"exp\":1,\"sub\":\"b\"}", 32),
	    STRICT_DUPLICATE_KEY);
	CHECK_INT(parse("{\"exp\":1,\"e\\u0078p\":2}", 32),
	    STRICT_DUPLICATE_KEY);
}

TEST("A11 a claim or header with an escaped NUL is refused")
{
	CHECK_INT(parse("{\"sub\":\"victim\\u0000x\"}", 32), STRICT_NUL);
	CHECK_INT(verify(made_secret_jwk, make_token(JOSE_HS256,
	    "{\"alg\":\"HS256\\u0000x\"}", CLAIMS)), JOSE_FORM);
}

/* The token with part n (0..2) replaced. */
static char *
with_part(const char *token, int n, const char *part)
{
	const char *dot1 = strchr(token, '.'), *dot2 = strrchr(token, '.');
	int l0 = (int)(dot1 - token), l1 = (int)(dot2 - dot1) - 1;

	if (n == 0)
		return text("%s%s", part, dot1);
	if (n == 1)
		return text("%.*s.%s%s", l0, token, part, dot2);
	return text("%.*s.%.*s.%s", l0, token, l1, dot1 + 1, part);
}

static char *
part_of(const char *token, int n)
{
	const char *p = token;

	for (; n > 0; n--)
		p = strchr(p, '.') + 1;
	return text("%.*s", (int)strcspn(p, "."), p);
}

TEST("A12 padding, other alphabets, white space in any part are refused")
{
	static const char *const tails[] = {
		"=", "==", "+", "/", " ", "\r\n", "\n", "\t", "%3D", "A%3D"
	};
	char *token = make_token(JOSE_HS256, "{\"alg\":\"HS256\"}", CLAIMS);

	for (int n = 0; n < 3; n++)
		for (size_t i = 0; i < sizeof(tails) / sizeof(*tails); i++) {
			char *part = part_of(token, n);

			CHECK(verify(made_secret_jwk, with_part(token, n,
			    text("%s%s", part, tails[i]))) != JOSE_OK);
			CHECK(verify(made_secret_jwk, with_part(token, n,
			    text("%s%s", tails[i], part))) != JOSE_OK);
		}
	CHECK_INT(verify(made_secret_jwk, token), JOSE_OK);
}

TEST("A12 a part of a length that base64 cannot have is refused")
{
	char *token = make_token(JOSE_HS256, "{\"alg\":\"HS256\"}", CLAIMS);

	/* 20, 18 and 43 characters. */
	CHECK_INT(verify(made_secret_jwk, with_part(token, 0,
	    text("%sA", part_of(token, 0)))), JOSE_FORM);
	CHECK_INT(verify(made_secret_jwk, with_part(token, 1, "A")),
	    JOSE_FORM);
	CHECK_INT(verify(made_secret_jwk, with_part(token, 2,
	    times('A', 41))), JOSE_FORM);
}

TEST("A12 spare bits that are not zero are refused")
{
	char *token = make_token(JOSE_HS256, "{\"alg\":\"HS256\"}", CLAIMS);
	size_t len = strlen(token);
	char last = token[len - 1];
	int accepted = 0;

	/* The last of 43 characters carries two spare bits. */
	for (const char *c = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
	    "wxyz0123456789-_"; *c != '\0'; c++) {
		token[len - 1] = *c;
		if (verify(made_secret_jwk, token) == JOSE_OK) {
			CHECK_INT(*c, last);
			accepted++;
		}
	}
	CHECK_INT(accepted, 1);
}

TEST("A13 two, four, five or empty parts are refused")
{
	char *token = make_token(JOSE_HS256, "{\"alg\":\"HS256\"}", CLAIMS);
	char *bad[] = {
		text("%s.%s", part_of(token, 0), part_of(token, 1)),
		text("%s.", token), text(".%s", token),
		text("%s.AAAA", token), text("%s.AAAA.AAAA", token),
		with_part(token, 0, ""), with_part(token, 1, ""),
		with_part(token, 2, ""), text("."), text(".."), text("..."),
		text("%s", "")
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK_INT(verify(made_secret_jwk, bad[i]), JOSE_FORM);
}

TEST("A13 an empty payload is refused though its signature is good")
{
	CHECK_INT(verify(made_secret_jwk, make_token(JOSE_HS256,
	    "{\"alg\":\"HS256\"}", "")), JOSE_FORM);
}

TEST("A13 the JSON serialisation is refused")
{
	char *token = make_token(JOSE_HS256, "{\"alg\":\"HS256\"}", CLAIMS);

	CHECK_INT(verify(made_secret_jwk, text("{\"payload\":\"%s\","
	    "\"protected\":\"%s\",\"signature\":\"%s\"}", part_of(token, 1),
	    part_of(token, 0), part_of(token, 2))), JOSE_FORM);
}

TEST("A14 an ES256 signature of another length than 64 is refused")
{
	char *input = make_input("{\"alg\":\"ES256\"}", CLAIMS);
	unsigned char sig[128] = { 0 };

	CHECK_INT(make_signature(make_key(JOSE_ES256), JOSE_ES256, input,
	    sig), 64);
	CHECK_INT(verify(jwk(JOSE_ES256), join(input, sig, 64)), JOSE_OK);
	for (size_t n = 1; n < sizeof(sig); n++)
		if (n != 64)
			CHECK_INT(verify(jwk(JOSE_ES256),
			    join(input, sig, n)), JOSE_SIGNATURE);
}

TEST("A14 an ES256 signature in DER is refused")
{
	char *input = make_input("{\"alg\":\"ES256\"}", CLAIMS);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char der[80];
	size_t n = sizeof(der);

	CHECK(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL,
	    make_key(JOSE_ES256)->pkey) == 1);
	CHECK(EVP_DigestSign(ctx, der, &n, (unsigned char *)input,
	    strlen(input)) == 1);
	EVP_MD_CTX_free(ctx);
	CHECK_INT(verify(jwk(JOSE_ES256), join(input, der, n)),
	    JOSE_SIGNATURE);
}

TEST("A14 r or s of zero, of the order or above is refused")
{
	static const unsigned char order[32] = {
		0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84,
		0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51
	};
	char *input = make_input("{\"alg\":\"ES256\"}", CLAIMS);
	unsigned char sig[64], bad[64];

	make_signature(make_key(JOSE_ES256), JOSE_ES256, input, sig);
	for (int half = 0; half < 2; half++) {
		memcpy(bad, sig, 64);
		memset(bad + half * 32, 0, 32);
		CHECK_INT(verify(jwk(JOSE_ES256), join(input, bad, 64)),
		    JOSE_SIGNATURE);
		memcpy(bad + half * 32, order, 32);
		CHECK_INT(verify(jwk(JOSE_ES256), join(input, bad, 64)),
		    JOSE_SIGNATURE);
		memset(bad + half * 32, 0xff, 32);
		CHECK_INT(verify(jwk(JOSE_ES256), join(input, bad, 64)),
		    JOSE_SIGNATURE);
	}
	memset(bad, 0, 64);
	CHECK_INT(verify(jwk(JOSE_ES256), join(input, bad, 64)),
	    JOSE_SIGNATURE);
}

TEST("ES256 signatures with short r or s are accepted")
{
	unsigned char sig[64];
	int shorts = 0;

	/* A leading zero octet comes once in 128 signatures. */
	for (int i = 0; i < 5000 && shorts < 4; i++) {
		char *input = make_input("{\"alg\":\"ES256\"}",
		    text("%d", i));

		make_signature(make_key(JOSE_ES256), JOSE_ES256, input, sig);
		if (sig[0] != 0 && sig[32] != 0)
			continue;
		shorts++;
		CHECK_INT(verify(jwk(JOSE_ES256), join(input, sig, 64)),
		    JOSE_OK);
	}
	CHECK_INT(shorts, 4);
}

/* S + L: the same point, another text. */
static void
ed25519_add_order(unsigned char *s)
{
	static const unsigned char order[32] = {
		0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
		0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
		[31] = 0x10
	};
	unsigned carry = 0;

	for (int i = 0; i < 32; i++) {
		carry += s[i] + order[i];
		s[i] = (unsigned char)carry;
		carry >>= 8;
	}
}

TEST("A15 an EdDSA signature with S of the order or above is refused")
{
	char *input = make_input("{\"alg\":\"EdDSA\"}", CLAIMS);
	unsigned char sig[64];

	make_signature(make_key(JOSE_EDDSA), JOSE_EDDSA, input, sig);
	CHECK_INT(verify(jwk(JOSE_EDDSA), join(input, sig, 64)), JOSE_OK);
	ed25519_add_order(sig + 32);
	CHECK_INT(verify(jwk(JOSE_EDDSA), join(input, sig, 64)),
	    JOSE_SIGNATURE);
}

TEST("A15 an EdDSA signature of another length than 64 is refused")
{
	char *input = make_input("{\"alg\":\"EdDSA\"}", CLAIMS);
	unsigned char sig[66] = { 0 };

	make_signature(make_key(JOSE_EDDSA), JOSE_EDDSA, input, sig);
	CHECK_INT(verify(jwk(JOSE_EDDSA), join(input, sig, 63)),
	    JOSE_SIGNATURE);
	CHECK_INT(verify(jwk(JOSE_EDDSA), join(input, sig, 65)),
	    JOSE_SIGNATURE);
}

TEST("A15 an OKP key of 31 or 33 bytes, X25519 or Ed448 is unusable")
{
	char *token = make_token(JOSE_EDDSA, "{\"alg\":\"EdDSA\"}", CLAIMS);
	unsigned char x[33] = { 9 };
	size_t n = 32;

	CHECK(EVP_PKEY_get_raw_public_key(make_key(JOSE_EDDSA)->pkey, x,
	    &n) == 1);
	for (size_t len = 31; len <= 33; len++)
		CHECK_INT(verify(text("{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
		    "\"x\":\"%s\"}", b64(x, len)), token), len == 32 ?
		    JOSE_OK : MADE_SET_REFUSED + JOSE_KEY);
	CHECK_INT(verify(text("{\"kty\":\"OKP\",\"crv\":\"X25519\","
	    "\"x\":\"%s\"}", b64(x, 32)), token), MADE_SET_REFUSED + JOSE_KEY);
	CHECK_INT(verify(text("{\"kty\":\"OKP\",\"crv\":\"Ed448\","
	    "\"x\":\"%s\"}", b64(x, 32)), token), MADE_SET_REFUSED + JOSE_KEY);
}

/* Raises a chosen block to the private exponent: any padding, well signed. */
static char *
rsa_raw(const char *input, unsigned char block[256])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(make_key(JOSE_RS256)->pkey,
	    NULL);
	unsigned char sig[256];
	size_t n = sizeof(sig);

	if (EVP_PKEY_sign_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) != 1 ||
	    EVP_PKEY_sign(ctx, sig, &n, block, 256) != 1)
		abort();
	EVP_PKEY_CTX_free(ctx);
	return join(input, sig, n);
}

/* DigestInfo of SHA-256 over input, at the end or after pad octets of ff. */
static void
pkcs1(const char *input, unsigned char block[256], size_t pad)
{
	static const unsigned char info[19] = {
		0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
		0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20
	};

	memset(block, 0x5a, 256);
	block[0] = 0;
	block[1] = 1;
	memset(block + 2, 0xff, pad);
	block[2 + pad] = 0;
	memcpy(block + 3 + pad, info, sizeof(info));
	if (!EVP_Digest(input, strlen(input), block + 3 + pad + sizeof(info),
	    NULL, EVP_sha256(), NULL))
		abort();
}

TEST("A16 only the exact PKCS #1 padding is accepted")
{
	enum { FULL = 256 - 3 - 19 - 32 };
	char *input = make_input("{\"alg\":\"RS256\"}", CLAIMS);
	unsigned char block[256];

	pkcs1(input, block, FULL);
	CHECK_INT(verify(jwk(JOSE_RS256), rsa_raw(input, block)), JOSE_OK);
	/* Bleichenbacher '06: the digest in the middle, rubbish behind. */
	pkcs1(input, block, 8);
	CHECK_INT(verify(jwk(JOSE_RS256), rsa_raw(input, block)),
	    JOSE_SIGNATURE);
	pkcs1(input, block, FULL - 1);
	CHECK_INT(verify(jwk(JOSE_RS256), rsa_raw(input, block)),
	    JOSE_SIGNATURE);
	/* Block type 2, a hole in the padding, another digest's name. */
	pkcs1(input, block, FULL);
	block[1] = 2;
	CHECK_INT(verify(jwk(JOSE_RS256), rsa_raw(input, block)),
	    JOSE_SIGNATURE);
	pkcs1(input, block, FULL);
	block[50] = 0;
	CHECK_INT(verify(jwk(JOSE_RS256), rsa_raw(input, block)),
	    JOSE_SIGNATURE);
	pkcs1(input, block, FULL);
	block[3 + FULL + 14] = 2;
	CHECK_INT(verify(jwk(JOSE_RS256), rsa_raw(input, block)),
	    JOSE_SIGNATURE);
}

TEST("A16 an RS256 signature of another length than the modulus is refused")
{
	char *input = make_input("{\"alg\":\"RS256\"}", CLAIMS);
	unsigned char sig[1200] = { 0 };

	CHECK_INT(make_signature(make_key(JOSE_RS256), JOSE_RS256, input,
	    sig + 1), 256);
	CHECK_INT(verify(jwk(JOSE_RS256), join(input, sig + 1, 256)),
	    JOSE_OK);
	CHECK_INT(verify(jwk(JOSE_RS256), join(input, sig, 257)),
	    JOSE_SIGNATURE);
	CHECK_INT(verify(jwk(JOSE_RS256), join(input, sig + 1, 257)),
	    JOSE_SIGNATURE);
	CHECK_INT(verify(jwk(JOSE_RS256), join(input, sig + 1, 255)),
	    JOSE_SIGNATURE);
	CHECK_INT(verify(jwk(JOSE_RS256), join(input, sig, 1199)),
	    JOSE_SIGNATURE);
}

TEST("A25 a header that is no object is refused")
{
	static const char *const headers[] = {
		"[]", "\"alg\"", "1", "null", "[{\"alg\":\"HS256\"}]", " ",
		"{\"alg\":\"HS256\"} x", "\xef\xbb\xbf{\"alg\":\"HS256\"}",
		"{\"alg\":\"HS256\",}"
	};

	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++)
		CHECK_INT(verify(made_secret_jwk, make_token(JOSE_HS256,
		    headers[i], CLAIMS)), JOSE_FORM);
}

TEST("A25 invalid UTF-8 in header or claims is refused")
{
	CHECK_INT(verify(made_secret_jwk, make_token(JOSE_HS256,
	    "{\"alg\":\"HS256\",\"x\":\"\xc3\x28\"}", CLAIMS)), JOSE_FORM);
	CHECK_INT(parse("{\"sub\":\"\xff\"}", 32), STRICT_UTF8);
}

TEST("A25 32 levels are read, 33 are refused, in header and claims")
{
	char *deep32 = text("%s1%s", times('[', 31), times(']', 31));
	char *deep33 = text("%s1%s", times('[', 32), times(']', 32));

	CHECK_INT(verify(made_secret_jwk, make_token(JOSE_HS256,
	    text("{\"alg\":\"HS256\",\"x\":%s}", deep32), CLAIMS)), JOSE_OK);
	CHECK_INT(verify(made_secret_jwk, make_token(JOSE_HS256,
	    text("{\"alg\":\"HS256\",\"x\":%s}", deep33), CLAIMS)),
	    JOSE_FORM);
	CHECK_INT(parse(text("{\"x\":%s}", deep32), 32), STRICT_OK);
	CHECK_INT(parse(text("{\"x\":%s}", deep33), 32), STRICT_DEPTH);
}

TEST("A26 a token of 8000 bytes is read, one of 8001 and more refused")
{
	/* 20 + 1 + payload + 1 + 43, so a payload of 7935 characters. */
	char *token = make_token(JOSE_HS256, "{\"alg\":\"HS256\"}",
	    times('x', 5951));
	char *large = calloc(1, 1 << 20);

	CHECK_INT(strlen(token), 8000);
	CHECK_INT(verify(made_secret_jwk, token), JOSE_OK);
	token = make_token(JOSE_HS256, "{\"alg\":\"HS256\"}",
	    times('x', 5952));
	CHECK(strlen(token) > 8000);
	CHECK_INT(verify(made_secret_jwk, token), JOSE_FORM);
	CHECK(large != NULL);
	memset(large, 'A', 1 << 20);
	CHECK_INT(verify_n(made_secret_jwk, large, 1 << 20), JOSE_FORM);
	free(large);
}

TEST("peek reads the same forms as verify, without a key")
{
	char *token = make_hmac("other", 5,
	    "{\"alg\":\"HS256\",\"kid\":\"k\"}", CLAIMS);
	struct jws *jws;

	CHECK_INT(jws_peek(token, strlen(token), &jws), JOSE_OK);
	CHECK_STR(jws->payload, CLAIMS);
	CHECK_STR(jws->kid, "k");
	jws_free(jws);
	CHECK_INT(jws_peek(token, 40, &jws), JOSE_FORM);
	CHECK(jws == NULL);
	token = make_hmac("other", 5, "{\"alg\":\"none\"}", CLAIMS);
	CHECK_INT(jws_peek(token, strlen(token), &jws), JOSE_ALG);
	token = make_hmac("other", 5, "{\"alg\":\"HS256\",\"crit\":[]}",
	    CLAIMS);
	CHECK_INT(jws_peek(token, strlen(token), &jws), JOSE_FORM);
	token = text("%s.AAAA", make_hmac("other", 5, "{\"alg\":\"HS256\"}",
	    CLAIMS));
	CHECK_INT(jws_peek(token, strlen(token), &jws), JOSE_FORM);
}
