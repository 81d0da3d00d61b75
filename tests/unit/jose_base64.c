/* base64 and base64url: RFC 4648 §10, and every text that is not canonical. */
#include "../../src/jose/jose.h"
#include "test.h"

static const struct {
	const char	*plain, *standard, *url;
} pairs[] = {
	{ "", "", "" },
	{ "f", "Zg==", "Zg" }, { "fo", "Zm8=", "Zm8" },
	{ "foo", "Zm9v", "Zm9v" }, { "foob", "Zm9vYg==", "Zm9vYg" },
	{ "fooba", "Zm9vYmE=", "Zm9vYmE" },
	{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
	{ "\xfb\xff\xfe", "+//+", "-__-" }
};

static long
url_decode(const char *s)
{
	unsigned char out[64];

	return jose_b64url_decode(s, strlen(s), out);
}

static long
decode(const char *s)
{
	unsigned char out[64];

	return jose_b64_decode(s, strlen(s), out);
}

TEST("base64 of RFC 4648 goes both ways")
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		size_t len = strlen(pairs[i].plain);
		unsigned char back[16];
		char out[16];

		CHECK_INT(jose_b64url_encode(pairs[i].plain, len, out),
		    strlen(pairs[i].url));
		CHECK_STR(out, pairs[i].url);
		CHECK_INT(jose_b64url_decode(out, strlen(out), back), len);
		CHECK_STR((char *)back, pairs[i].plain);
		CHECK_INT(jose_b64_encode(pairs[i].plain, len, out),
		    strlen(pairs[i].standard));
		CHECK_STR(out, pairs[i].standard);
		CHECK_INT(jose_b64_decode(out, strlen(out), back), len);
		CHECK_STR((char *)back, pairs[i].plain);
	}
}

TEST("every octet survives at every offset")
{
	unsigned char in[258], back[260];
	char out[360];

	for (int i = 0; i < 258; i++)
		in[i] = (unsigned char)i;
	for (size_t n = 0; n <= sizeof(in); n++) {
		CHECK_INT(jose_b64url_decode(out, jose_b64url_encode(in, n, out), back),
		    n);
		CHECK(memcmp(in, back, n) == 0);
		CHECK_INT(jose_b64_decode(out, jose_b64_encode(in, n, out), back), n);
		CHECK(memcmp(in, back, n) == 0);
	}
}

TEST("base64url takes exactly the 64 characters of its alphabet")
{
	int taken = 0;

	for (int c = 0; c < 256; c++) {
		char s[4] = { 'A', 'A', 'A', (char)c };
		unsigned char out[4];

		if (jose_b64url_decode(s, 4, out) == 3)
			taken++;
	}
	CHECK_INT(taken, 64);
	CHECK_INT(url_decode("AAA+"), -1);
	CHECK_INT(url_decode("AAA/"), -1);
}

TEST("base64url with padding, white space or a bad length is refused")
{
	CHECK_INT(url_decode("Zg=="), -1);
	CHECK_INT(url_decode("Zm8="), -1);
	CHECK_INT(url_decode("Zm9v\n"), -1);
	CHECK_INT(url_decode(" Zm9v"), -1);
	CHECK_INT(url_decode("Zm9vY"), -1);
	CHECK_INT(url_decode("Z"), -1);
}

TEST("spare bits must be zero in both alphabets")
{
	CHECK_INT(url_decode("Zg"), 1);
	CHECK_INT(url_decode("Zh"), -1);
	CHECK_INT(url_decode("Zm8"), 2);
	CHECK_INT(url_decode("Zm9"), -1);
	CHECK_INT(decode("Zh=="), -1);
	CHECK_INT(decode("Zm9="), -1);
}

TEST("padded base64 takes either alphabet, but not both at once")
{
	CHECK_INT(decode("+//+"), 3);
	CHECK_INT(decode("-__-"), 3);
	CHECK_INT(decode("+__+"), -1);
	CHECK_INT(decode("-AA/"), -1);
}

TEST("padded base64 without its padding, or with too much, is refused")
{
	CHECK_INT(decode("Zg"), -1);
	CHECK_INT(decode("Zg="), -1);
	CHECK_INT(decode("Z==="), -1);
	CHECK_INT(decode("===="), -1);
	CHECK_INT(decode("=="), -1);
	CHECK_INT(decode("Zg==Zg=="), -1);
	CHECK_INT(decode("Zm9v===="), -1);
	CHECK_INT(decode("Zg=a"), -1);
}

TEST("the digests give what the RFCs say")
{
	/* RFC 6234 "abc"; RFC 4231 cases 1 and 2; an empty key. */
	unsigned char out[32], key[20];
	char hex[44];

	CHECK(jose_sha256("abc", 3, out));
	jose_b64url_encode(out, 32, hex);
	CHECK_STR(hex, "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
	memset(key, 0x0b, sizeof(key));
	CHECK(jose_hmac_sha256(key, 20, "Hi There", 8, out));
	jose_b64url_encode(out, 32, hex);
	CHECK_STR(hex, "sDRMYdjbOFNcqK_OrwvxK4gdwgDJgz2nJuk3bC4yz_c");
	CHECK(jose_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28,
	    out));
	jose_b64url_encode(out, 32, hex);
	CHECK_STR(hex, "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM");
	CHECK(jose_hmac_sha256(NULL, 0, "", 0, out));
	jose_b64url_encode(out, 32, hex);
	CHECK_STR(hex, "thNnmggU2ex3L5XXeMNfxf8Wl8STcVZTxscSFEKSxa0");
}
