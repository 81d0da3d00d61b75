/* What people type: passwords, user names, addresses of pictures. */
#include <openssl/evp.h>

#include <cjson/cJSON.h>
#include <time.h>

#include "auth_lab.h"

static double
cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* A hash of other parameters than ours, in our form. */
static const char *
hashed(const char *password, const char *salt, unsigned log_n, unsigned r,
    unsigned p)
{
	unsigned char out[32];

	if (EVP_PBE_scrypt(password, strlen(password),
	    (const unsigned char *)salt, strlen(salt), 1ULL << log_n, r, p,
	    1 << 28, out, sizeof out) != 1)
		return "";
	return text("scrypt$%u$%u$%u$%s$%s", log_n, r, p, b64s(salt),
	    b64(out, sizeof out));
}

/* ---- passwords --------------------------------------------------------- */

TEST("a password is kept as scrypt 2^15, 8, 1 with a salt of its own")
{
	char *one, *two;

	fresh();
	CHECK_INT(password_hash(arena, "correct horse", &one), RC_OK);
	CHECK_INT(password_hash(arena, "correct horse", &two), RC_OK);
	CHECK(str_starts(one, "scrypt$15$8$1$"));
	CHECK_INT(strlen(one), strlen("scrypt$15$8$1$") + 22 + 1 + 43);
	CHECK(strcmp(one, two) != 0);
	CHECK_INT(password_verify("correct horse", one), RC_OK);
	CHECK_INT(password_verify("correct Horse", one), RC_UNAUTHORIZED);
	CHECK_INT(password_verify("", one), RC_UNAUTHORIZED);
	CHECK_INT(password_verify("correct horse", two), RC_OK);
}

TEST("the vector of RFC 7914 verifies: stored parameters count")
{
	CHECK_INT(password_verify("pleaseletmein",
	    "scrypt$14$8$1$U29kaXVtQ2hsb3JpZGU$"
	    "cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofI"), RC_OK);
	CHECK_INT(password_verify("pleaseletmein", hashed("pleaseletmein",
	    "salty", 4, 1, 1)), RC_OK);
	CHECK_INT(password_verify("pleaseletmein", hashed("pleaseletmein",
	    "salty", 4, 4, 2)), RC_OK);
	CHECK_INT(password_verify("pleaseletmeout", hashed("pleaseletmein",
	    "salty", 4, 4, 2)), RC_UNAUTHORIZED);
}

TEST("a stored hash that is none, or too costly, is refused")
{
	static const char *const hashes[] = { "", "x", "scrypt$", "plain",
	    "scrypt$15$8$1$c2FsdA$aGFzaA", "bcrypt$15$8$1$c2FsdA$",
	    "scrypt$99$8$1$U29kaXVtQ2hsb3JpZGU$"
	    "cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofI",
	    "scrypt$14$99$1$U29kaXVtQ2hsb3JpZGU$"
	    "cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofI",
	    "scrypt$14$8$99$U29kaXVtQ2hsb3JpZGU$"
	    "cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofI",
	    "scrypt$14$8$1$U29kaXVtQ2hsb3JpZGU$"
	    "cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofI=",
	    "scrypt$14$8$1$$cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofI" };

	for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++)
		CHECK_INT(password_verify("pleaseletmein", hashes[i]),
		    RC_UNAUTHORIZED);
}

TEST("an unknown account takes the time of a known one")
{
	double known, unknown, began;
	char *hash;

	fresh();
	CHECK_INT(password_hash(arena, "correct horse", &hash), RC_OK);
	began = cpu_ms();
	CHECK_INT(password_verify("wrong horse", hash), RC_UNAUTHORIZED);
	known = cpu_ms() - began;
	began = cpu_ms();
	CHECK_INT(password_verify("wrong horse", NULL), RC_UNAUTHORIZED);
	unknown = cpu_ms() - began;
	CHECK(unknown > known / 2 && unknown < known * 2);
}

/* "ok" or the code. */
static const char *
password_code(const char *password)
{
	const char *code = "";

	return password_check(password, "ada_lovelace", &code) == RC_OK ?
	    "ok" : code;
}

TEST("a password has 10 to 128 characters, of whatever bytes")
{
	CHECK_STR(password_code("123456789"), "too_short");
	CHECK_STR(password_code("hemligare!"), "ok");
	CHECK_STR(password_code("ååååååååå"), "too_short");
	CHECK_STR(password_code("åååååååååå"), "ok");
	CHECK_STR(password_code(times('x', 128)), "ok");
	CHECK_STR(password_code(times('x', 129)), "too_long");
	CHECK_STR(password_code(""), "too_short");
}

TEST("neither the name nor a common word is a password, in any spelling")
{
	CHECK_STR(password_code("ada_lovelace"), "password_is_username");
	CHECK_STR(password_code("Ada_LoveLace"), "password_is_username");
	CHECK_STR(password_code("ada_lovelace1"), "ok");
	CHECK_STR(password_code("password123"), "password_common");
	CHECK_STR(password_code("PassWord123"), "password_common");
	CHECK_STR(password_code("1234567890"), "password_common");
	CHECK_STR(password_code("qwertyuiop"), "password_common");
	CHECK_STR(password_code("iloveyou123"), "password_common");
}

/* ---- names and pictures ------------------------------------------------ */

static const char *
name_code(const char *given)
{
	const char *code = "", *folded;

	return username_check(arena, given, &folded, &code) == RC_OK ? folded :
	    code;
}

TEST("a user name is 3 to 32 of a-z, 0-9 and _, folded")
{
	static const char *const wrong[] = { "", "ab", "a b", "a-b", "a.b",
	    "å_å", "abc\n", "abc ", "a/b", "a\xff\x62", "abc%00" };

	fresh();
	CHECK_STR(name_code("Ada_99"), "ada_99");
	CHECK_STR(name_code("abc"), "abc");
	CHECK_STR(name_code(times('a', 32)), times('a', 32));
	CHECK_STR(name_code(times('a', 33)), "invalid_username");
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK_STR(name_code(wrong[i]), "invalid_username");
}

TEST("names of our addresses are reserved, in any spelling")
{
	static const char *const ours[] = { "api", "live", "whip", "healthz",
	    "readyz", "metrics", "oembed", "assets", "static", "admin",
	    "login", "stagedoor", "API", "Admin", "index", "root" };

	fresh();
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		CHECK_STR(name_code(ours[i]), "username_reserved");
	CHECK_STR(name_code("apis"), "apis");
}

TEST("a name from elsewhere is cleaned to the nearest that may be")
{
	static const struct { const char *given, *want; } rows[] = {
		{ "ada", "ada" }, { "Ada Lovelace", "ada_lovelace" },
		{ "ada.lovelace@example.com", "ada_lovelace_example_com" },
		{ "Zoé", "user_zo" }, { "", "user_" }, { "___", "user_" },
		{ "..a..b..c..", "a_b_c" }, { "admin", "user_admin" },
		{ "\xe5\x8c\x97\xe4\xba\xac", "user_" },
	};

	fresh();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_STR(username_clean(arena, rows[i].given), rows[i].want);
	CHECK_INT(strlen(username_clean(arena, times('a', 100))), 32);
}

/* A file of the source tree, with escapes that cJSON stops at made harmless. */
static cJSON *
vectors(const char *path)
{
	const char *top = getenv("top_srcdir");
	cJSON *tree;
	char *data;
	FILE *f;
	long n;

	f = fopen(arena_printf(arena, "%s/tests/vectors/%s",
	    top != NULL ? top : ".", path), "r");
	if (f == NULL)
		return NULL;
	fseek(f, 0, SEEK_END);
	n = ftell(f);
	rewind(f);
	data = arena_alloc(arena, (size_t)n + 1);
	n = (long)fread(data, 1, (size_t)n, f);
	fclose(f);
	for (char *p = data; (p = strstr(p, "\\u")) != NULL; p += 2)
		if (strncasecmp(p, "\\ud", 3) == 0 ||
		    strncmp(p, "\\u0000", 6) == 0)
			memcpy(p, "\\ufffd", 6);
	tree = cJSON_ParseWithLength(data, (size_t)n);
	return tree;
}

TEST("each of 515 naughty strings becomes a good name, or is one")
{
	const cJSON *s;
	cJSON *all;
	int n = 0;

	fresh();
	CHECK((all = vectors("naughty/blns.json")) != NULL);
	cJSON_ArrayForEach(s, all) {
		const char *clean = username_clean(arena, s->valuestring);

		CHECK_STR(name_code(clean), clean);
		n++;
	}
	cJSON_Delete(all);
	CHECK_INT(n, 515);
}

TEST("a picture's address is http or https, a host with a name, and plain")
{
	static const char *const good[] = { "https://pics.example/a.png",
	    "http://pics.example", "https://pics.example:8443/?a=b&c#d",
	    "https://a.b-c.example/%20x", "HTTPS" };
	static const char *const wrong[] = { "", "javascript:alert(1)",
	    "data:text/html,x", "//evil.example/", "http://a@b.example/",
	    "http://a:b@c.example/", "https://127.0.0.1/", "https://[::1]/",
	    "https://0x7f000001/", "https://017700000001/", "https://1.2.3/",
	    "https://localhost/", "https://pics.example./", "ftp://p.example/",
	    "https://pics.example\\@evil.example/", "https:/pics.example/",
	    "https://pics.example:0/", "https://pics.example:65536/",
	    "https://pics.example:/", "https://pics.example/ x",
	    "https://pics.example/\"x", "https://pics.example/\n",
	    " https://pics.example/", "https://pics.example/<b>",
	    "https://é.example/", "https://pics.example/é", "https://" };

	for (size_t i = 0; i + 1 < sizeof good / sizeof *good; i++)
		CHECK(picture_url_ok(good[i]));
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (picture_url_ok(wrong[i]))
			CHECK_STR(wrong[i], "refused");
	CHECK(picture_url_ok(text("https://pics.example/%s",
	    times('a', 2048 - 21))));
	CHECK(!picture_url_ok(text("https://pics.example/%s",
	    times('a', 2049 - 21))));
}

TEST("none of the addresses that browsers fail on is a picture's")
{
	const cJSON *row;
	cJSON *all;
	int n = 0;

	fresh();
	CHECK((all = vectors("url/urltestdata.json")) != NULL);
	cJSON_ArrayForEach(row, all) {
		const char *input;

		if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(row,
		    "failure")))
			continue;
		input = cJSON_GetObjectItemCaseSensitive(row,
		    "input")->valuestring;
		n++;
		if (picture_url_ok(input))
			CHECK_STR(input, "refused");
	}
	cJSON_Delete(all);
	CHECK_INT(n, 267);
}
