/* Key sets of outside issuers: when they are asked, kept, shared and dropped. */
#include <sys/mman.h>

#include "auth_lab.h"

#define SECOND	1000LL
#define MINUTE	(60 * SECOND)
#define HOUR	(60 * MINUTE)

static const char *
set_of(enum jose_alg alg, const char *kid)
{
	return text("{\"keys\":[{\"kid\":\"%s\",%s}]}", kid,
	    make_key(alg)->fields);
}

static const char *
es(void)
{
	return outside_by(JOSE_ES256, "ES256", "e");
}

static const char *
ed(void)
{
	return outside_by(JOSE_EDDSA, "EdDSA", "d");
}

/* A good answer with the key of es(), and tokens that live long. */
static void
lab_es(void)
{
	lab(&by_url, 1);
	net.body = set_of(JOSE_ES256, "e");
	net.etag = "\"one\"";
}

/* Its token, made to be good at that time. */
static const char *
es_at(int64_t now)
{
	return token_at(make_token(JOSE_ES256,
	    "{\"alg\":\"ES256\",\"kid\":\"e\"}", text("{\"iss\":\"" ISS "\","
	    "\"aud\":\"" AUD "\",\"sub\":\"u-17\",\"exp\":%lld}",
	    (long long)(now / 1000) + 60)), now);
}

TEST("keys are asked for at the first token, not before, and then kept")
{
	lab_es();
	CHECK_INT(net.asked, 0);
	CHECK_STR(token(es()), "ok");
	CHECK_INT(net.asked, 1);
	CHECK(net.if_none_match == NULL);
	CHECK_INT(net.max_bytes, JWKS_MAX_BYTES);
	CHECK(net.timeout_ms > 0 && net.timeout_ms <= JWKS_TIMEOUT_MS);
	for (int i = 0; i < 100; i++)
		CHECK_STR(token_at(es(), NOW + i * 2 * SECOND), "ok");
	CHECK_INT(net.asked, 1);
}

TEST("after five minutes they are asked for again, and 304 keeps them")
{
	lab_es();
	CHECK_STR(es_at(NOW), "ok");
	CHECK_STR(es_at(NOW + 5 * MINUTE - 1), "ok");
	CHECK_INT(net.asked, 1);
	net.status = 304;
	net.body = "";
	CHECK_STR(es_at(NOW + 5 * MINUTE), "ok");
	CHECK_INT(net.asked, 2);
	CHECK_STR(net.if_none_match, "\"one\"");
	CHECK_STR(es_at(NOW + 10 * MINUTE - 1), "ok");
	CHECK_INT(net.asked, 2);
	CHECK_STR(es_at(NOW + 10 * MINUTE), "ok");
	CHECK_INT(net.asked, 3);
}

TEST("a 304 renews the hard age")
{
	lab_es();
	CHECK_STR(es_at(NOW), "ok");
	net.status = 304;
	net.body = "";
	CHECK_STR(es_at(NOW + 20 * HOUR), "ok");
	net.rc = RC_TIMEOUT;
	CHECK_STR(es_at(NOW + 43 * HOUR), "ok");
	CHECK_STR(es_at(NOW + 44 * HOUR), "issuer_unavailable");
}

TEST("a new set replaces the old one: a withdrawn key is refused")
{
	lab_es();
	CHECK_STR(es_at(NOW), "ok");
	net.body = set_of(JOSE_EDDSA, "d");
	net.etag = "\"two\"";
	CHECK_STR(es_at(NOW + 5 * MINUTE), "invalid_token");
	CHECK_STR(token_at(ed(), NOW + 5 * MINUTE), "ok");
	CHECK_INT(net.asked, 2);
}

TEST("F33 an unknown kid asks at once, then not before the cool-down is over")
{
	lab_es();
	CHECK_STR(token(es()), "ok");
	net.body = set_of(JOSE_EDDSA, "d");
	CHECK_STR(token_at(ed(), NOW + JWKS_COOL_DOWN_MS - 1),
	    "invalid_token");
	CHECK_INT(net.asked, 1);
	CHECK_STR(token_at(ed(), NOW + JWKS_COOL_DOWN_MS), "ok");
	CHECK_INT(net.asked, 2);
}

TEST("F33 an issuer that is down at the start: 503, asked once a cool-down")
{
	lab_es();
	net.rc = RC_UPSTREAM;
	for (int i = 0; i < 30; i++)
		CHECK_STR(token_at(es(), NOW + i * SECOND - i),
		    "issuer_unavailable");
	CHECK_INT(net.asked, 1);
	net.rc = RC_OK;
	CHECK_STR(token_at(es(), NOW + JWKS_COOL_DOWN_MS), "ok");
	CHECK_INT(net.asked, 2);
}

TEST("F33 a refresh that fails in any way leaves the old keys for 24 hours")
{
	static const struct { enum rc rc; int status; const char *body; }
	answers[] = {
		{ RC_UPSTREAM, 0, NULL }, { RC_TIMEOUT, 0, NULL },
		{ RC_OK, 500, "{\"keys\":[]}" }, { RC_OK, 503, "" },
		{ RC_OK, 302, "" }, { RC_OK, 404, "{}" }, { RC_OK, 204, "" },
		{ RC_OK, 200, "" }, { RC_OK, 200, "{\"keys\":[]}" },
		{ RC_OK, 200, "<html>" }, { RC_OK, 200, "{\"keys\":" },
		{ RC_OK, 200, "[]" },
		{ RC_OK, 200, "{\"keys\":[{\"kty\":\"RSA\"}]}" },
	};
	int64_t at;

	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		lab_es();
		CHECK_STR(es_at(NOW), "ok");
		net.rc = answers[i].rc;
		net.status = answers[i].status;
		net.body = answers[i].body;
		at = NOW + 5 * MINUTE;
		CHECK_STR(es_at(at), "ok");
		CHECK_STR(es_at(at + JWKS_COOL_DOWN_MS - 1), "ok");
		CHECK_INT(net.asked, 2);
		CHECK_STR(es_at(NOW + 24 * HOUR - 1), "ok");
		CHECK_INT(net.asked, 3);
		CHECK_STR(es_at(NOW + 24 * HOUR + JWKS_COOL_DOWN_MS),
		    "issuer_unavailable");
	}
}

TEST("a set with HMAC keys, two of one kid or mixed kinds is not taken")
{
	const char *const sets[] = {
		text("{\"keys\":[%s]}", made_secret_jwk),
		text("{\"keys\":[%s,{%s}]}", made_secret_jwk,
		    make_key(JOSE_ES256)->fields),
		text("{\"keys\":[{\"kid\":\"e\",%s},{\"kid\":\"e\",%s}]}",
		    make_key(JOSE_ES256)->fields, make_key(JOSE_RS256)->fields),
	};

	for (size_t i = 0; i < 3; i++) {
		lab_es();
		net.body = sets[i];
		CHECK_STR(token(outside(claims_with(""))), "invalid_token");
		CHECK(strcmp(token(es()), "ok") != 0);
	}
}

TEST("a key for encryption or of an unknown kind does not spoil the set")
{
	lab_es();
	net.body = text("{\"keys\":[{\"kty\":\"RSA\",\"use\":\"enc\","
	    "\"kid\":\"x\",\"alg\":\"RSA-OAEP\",\"n\":\"AQAB\",\"e\":\"AQAB\"}"
	    ",{\"kty\":\"LMS\",\"kid\":\"y\"},{\"kid\":\"e\",\"use\":\"sig\","
	    "%s}]}", make_key(JOSE_ES256)->fields);
	CHECK_STR(token(es()), "ok");
}

TEST("another process takes the keys from the cache, and asks nobody")
{
	lab_es();
	CHECK_STR(token(es()), "ok");
	process_again(&by_url, 1);
	CHECK_STR(token_at(es(), NOW + MINUTE), "ok");
	CHECK_INT(net.asked, 1);
	/* It knows when they came, by which ETag. */
	net.status = 304;
	net.body = "";
	CHECK_STR(es_at(NOW + 5 * MINUTE), "ok");
	CHECK_STR(net.if_none_match, "\"one\"");
	CHECK_INT(net.asked, 2);
}

TEST("another process keeps the cool-down of a failure")
{
	lab_es();
	net.rc = RC_TIMEOUT;
	CHECK_STR(token(es()), "issuer_unavailable");
	process_again(&by_url, 1);
	CHECK_STR(token_at(es(), NOW + SECOND), "issuer_unavailable");
	CHECK_INT(net.asked, 1);
}

TEST("a process sees at once what another one fetched")
{
	struct auth *first;

	lab_es();
	CHECK_STR(token(es()), "ok");
	first = auth;
	auth = NULL;
	process_again(&by_url, 1);
	net.body = set_of(JOSE_EDDSA, "d");
	CHECK_STR(token_at(ed(), NOW + MINUTE), "ok");
	CHECK_INT(net.asked, 2);
	auth_free(auth);
	auth = first;
	CHECK_STR(token_at(ed(), NOW + MINUTE), "ok");
	CHECK_INT(net.asked, 2);
}

TEST("the cache is for us alone and leaves nothing beside it")
{
	struct dirent *e;
	struct stat st;
	int files = 0;
	DIR *d;

	lab_es();
	CHECK_STR(token(es()), "ok");
	CHECK(stat(in_dir("jwks-site"), &st) == 0);
	CHECK_INT(st.st_mode & 07777, 0600);
	CHECK((d = opendir(help_dir)) != NULL);
	while ((e = readdir(d)) != NULL)
		files += strncmp(e->d_name, "jwks-", 5) == 0;
	closedir(d);
	CHECK_INT(files, 2);	/* and its lock */
}

TEST("a cache of an address that is configured no more is not used")
{
	struct issuer_config moved = by_url;

	lab_es();
	CHECK_STR(token(es()), "ok");
	moved.jwks = "https://new.example/jwks.json";
	process_again(&moved, 1);
	CHECK_STR(token_at(es(), NOW + SECOND), "issuer_unavailable");
	CHECK_INT(net.asked, 2);
	CHECK(net.if_none_match == NULL);
}

TEST("a damaged cache is as good as none")
{
	static const char *const damaged[] = { "", "x", "\n", "{}\n{\"keys\":",
	    "{\"url\":\"" URL "\",\"fetched\":1768903200000,\"tried\":0,"
	    "\"etag\":\"\\\"one\\\"\"}\n{\"keys\":[", "[]\n[]",
	    "{\"url\":\"" URL "\",\"fetched\":\"x\",\"tried\":[]}\n" };
	FILE *f;

	for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
		lab_es();
		CHECK((f = fopen(in_dir("jwks-site"), "w")) != NULL);
		fputs(damaged[i], f);
		fclose(f);
		CHECK_STR(token(es()), "ok");
		CHECK_INT(net.asked, 1);
		CHECK(net.if_none_match == NULL);
	}
}

TEST("without a folder for it each process keeps its own keys and cool-down")
{
	struct auth_config c;
	const char *why;

	lab_es();
	c = config_of(&by_url, 1);
	c.cache_dir = in_dir("not-there");
	auth_free(auth);
	CHECK_INT(auth_new(&c, &auth, &why), RC_OK);
	auth->fetch = net_fake;
	net.rc = RC_TIMEOUT;
	CHECK_STR(token(es()), "issuer_unavailable");
	CHECK_STR(token(es()), "issuer_unavailable");
	CHECK_INT(net.asked, 1);
	net.rc = RC_OK;
	CHECK_STR(token_at(es(), NOW + JWKS_COOL_DOWN_MS), "ok");
	CHECK_STR(token_at(es(), NOW + JWKS_COOL_DOWN_MS), "ok");
	CHECK_INT(net.asked, 2);
}

TEST("F21 a clock set back does not keep anybody from asking")
{
	lab_es();
	CHECK_STR(es_at(NOW + 240 * HOUR), "ok");
	net.body = set_of(JOSE_EDDSA, "d");
	CHECK_STR(token(ed()), "ok");
	CHECK_INT(net.asked, 2);
	CHECK_STR(token(es()), "invalid_token");
}

/* ---- signatures that are known ------------------------------------------ */

TEST("a token that was good is refused when it has expired")
{
	const char *t;

	lab_es();
	t = es();
	CHECK_STR(token(t), "ok");
	CHECK_STR(token(t), "ok");
	CHECK_STR(token_at(t, NOW + HOUR + LEEWAY_S * SECOND), "ok");
	CHECK_STR(token_at(t, NOW + HOUR + (LEEWAY_S + 1) * SECOND),
	    "token_expired");
}

TEST("a token that was good is refused when its key is another of that kid")
{
	const char *t;

	lab_es();
	t = es();
	CHECK_STR(token(t), "ok");
	net.body = set_of(JOSE_EDDSA, "e");
	CHECK_STR(token_at(t, NOW + 5 * MINUTE), "invalid_token");
	net.body = set_of(JOSE_ES256, "e");
	CHECK_STR(token_at(t, NOW + 10 * MINUTE), "ok");
}

TEST("a token that was good is refused when keys cannot be had any more")
{
	struct issuer_config two[2] = { by_url, by_secret };
	const char *t;

	lab(two, 2);
	net.body = set_of(JOSE_ES256, "e");
	t = make_token(JOSE_ES256, "{\"alg\":\"ES256\",\"kid\":\"e\"}",
	    "{\"iss\":\"" ISS "\",\"aud\":\"" AUD "\",\"sub\":\"u-17\","
	    "\"exp\":4102444800}");
	CHECK_STR(token(t), "ok");
	net.rc = RC_UPSTREAM;
	CHECK_STR(token_at(t, NOW + 24 * HOUR), "issuer_unavailable");
}

TEST("A28 one flipped bit anywhere in a token that was good is refused")
{
	const char *t;
	char *bad;

	lab_es();
	t = es();
	CHECK_STR(token(t), "ok");
	bad = text("%s", t);
	for (size_t i = 0; t[i] != '\0'; i++)
		for (int bit = 0; bit < 7; bit++) {
			bad[i] = (char)(t[i] ^ 1 << bit);
			if (bad[i] != '\0')
				CHECK_STR(token(bad), "invalid_token");
			bad[i] = t[i];
		}
	CHECK_STR(token(bad), "ok");
}

TEST("a forged token in the place of a good one is refused")
{
	unsigned char good[32], forged[32];
	const char *t, *bad;
	int i = 0;

	lab_es();
	t = arena_strdup(arena, es());	/* the ring goes round below */
	CHECK_STR(token(t), "ok");
	sha256(t, strlen(t), good);
	do {
		bad = join(make_input("{\"alg\":\"ES256\",\"kid\":\"e\"}",
		    claims_with(text(",\"x\":%d", i++))), good, 32);
		bad = text("%s%s", bad, times('A', 43));
		sha256(bad, strlen(bad), forged);
	} while (forged[0] != good[0]);
	CHECK_STR(token(bad), "invalid_token");
	CHECK_STR(token(t), "ok");
}

/* ---- many processes ---------------------------------------------------- */

static _Atomic int *counter;

static enum rc
net_slow(struct arena *a, const char *url, const char *if_none_match,
    size_t max_bytes, int timeout_ms, struct net_reply *out)
{
	(*counter)++;
	sleep_ms(100);
	return net_fake(a, url, if_none_match, max_bytes, timeout_ms, out);
}

/* That many processes want a key at once, a millisecond apart; how many had
 * it, or -1. */
static int
crowd(int size, const char *kid, int64_t now)
{
	const struct jwk_set *keys;
	pid_t pids[64];
	int had = 0;

	if (counter == NULL)
		counter = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*counter = 0;
	auth->fetch = net_slow;
	for (int i = 0; i < size; i++)
		if ((pids[i] = fork()) == 0) {
			sleep_ms(i % 8);
			_exit(issuer_keys(auth, &auth->issuers[0], arena, kid,
			    now - i, &keys) == RC_OK &&
			    jwk_set_has_kid(keys, kid) ? 0 : 1);
		}
	for (int i = 0; i < size; i++)
		had += child_status(pids[i]) == 0;
	return had;
}

TEST("A6 64 processes without keys make one request, and all have them")
{
	lab_es();
	CHECK_INT(crowd(64, "e", NOW), 64);
	CHECK_INT(*counter, 1);
}

TEST("A6 16 processes with an unknown kid make one request, and all know it")
{
	lab_es();
	CHECK_STR(token(es()), "ok");
	net.body = set_of(JOSE_EDDSA, "d");
	CHECK_INT(crowd(16, "d", NOW + MINUTE), 16);
	CHECK_INT(*counter, 1);
}

TEST("64 processes with old keys: one asks, nobody waits for it")
{
	int64_t began;

	lab_es();
	CHECK_STR(token(es()), "ok");
	net.rc = RC_TIMEOUT;
	began = clock_mono_ms();
	CHECK_INT(crowd(64, "e", NOW + 10 * MINUTE), 64);
	CHECK_INT(*counter, 1);
	CHECK(clock_mono_ms() - began < 5000);
}

/* ---- files and configuration ------------------------------------------- */

static bool
file_put(const char *path, const char *body)
{
	const char *beside = arena_printf(arena, "%s.new", path);
	FILE *f = fopen(beside, "w");

	return f != NULL && fputs(body, f) >= 0 && fclose(f) == 0 &&
	    rename(beside, path) == 0;
}

static struct issuer_config
by_file(void)
{
	struct issuer_config c = by_url;

	c.jwks = arena_strdup(arena, in_dir("keys.json"));
	return c;
}

TEST("a key file is read again when it is another one")
{
	struct issuer_config c;

	fresh();
	unlink(in_dir("keys.json"));
	c = by_file();
	c.jwks = text("%s", c.jwks);
	lab(&c, 1);
	CHECK_STR(token(es()), "issuer_unavailable");
	CHECK(file_put(c.jwks, set_of(JOSE_ES256, "e")));
	CHECK_STR(token(es()), "ok");
	CHECK(file_put(c.jwks, set_of(JOSE_EDDSA, "d")));
	CHECK_STR(token(ed()), "ok");
	CHECK_STR(token(es()), "invalid_token");
	CHECK(file_put(c.jwks, "{\"keys\":["));
	CHECK_STR(token(ed()), "ok");
	CHECK(unlink(c.jwks) == 0);
	CHECK_STR(token(ed()), "ok");
	CHECK_INT(net.asked, 0);
}

TEST("a key file may hold shared secrets with their kids")
{
	struct issuer_config c;

	fresh();
	c = by_file();
	c.jwks = text("%s", c.jwks);
	c.algs = "HS256";
	lab(&c, 1);
	CHECK(file_put(c.jwks, "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"s\",\"k\":"
	    "\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY\"}]}"));
	CHECK_STR(token(make_token(JOSE_HS256,
	    "{\"alg\":\"HS256\",\"kid\":\"s\"}", claims_with(""))), "ok");
	CHECK_STR(token(make_token(JOSE_HS256,
	    "{\"alg\":\"HS256\",\"kid\":\"t\"}", claims_with(""))),
	    "invalid_token");
	/* Public keys in such a file are still no secrets (A2). */
	CHECK(file_put(c.jwks, set_of(JOSE_ES256, "s")));
	CHECK_STR(token(make_token(JOSE_HS256,
	    "{\"alg\":\"HS256\",\"kid\":\"s\"}", claims_with(""))),
	    "invalid_token");
}

TEST("an issuer's configuration that cannot be trusted is refused, and why")
{
	static const struct { struct issuer_config c; const char *why; }
	rows[] = {
		{ { "a", NULL, AUD, .secret = made_secret }, ".iss" },
		{ { "a", "", AUD, .secret = made_secret }, ".iss" },
		{ { "a", ISS, NULL, .secret = made_secret }, ".aud" },
		{ { "a", ISS, "", .secret = made_secret }, ".aud" },
		{ { "a", ISS, AUD }, ".jwks" },
		{ { "a", ISS, AUD, .secret = made_secret, .jwks = URL },
		    "not both" },
		{ { "a", ISS, AUD, .secret = "too short" }, "32 bytes" },
		{ { "a", ISS, AUD, .secret = "" }, "32 bytes" },
		{ { "a", ISS, AUD, "RS256", .secret = made_secret },
		    "HS256 only" },
		{ { "a", ISS, AUD, "HS256", .jwks = URL }, "HS256" },
		{ { "a", ISS, AUD, "RS256 HS256", .jwks = URL }, "HS256" },
		{ { "a", ISS, AUD, "none", .jwks = URL }, "algs" },
		{ { "a", ISS, AUD, "PS256", .jwks = URL }, "algs" },
		{ { "a", ISS, AUD, "rs256", .jwks = URL }, "algs" },
		{ { "a", ISS, AUD, "", .jwks = URL }, "algs" },
		{ { "a", ISS, AUD, "RS256RS256RS256RS256", .jwks = URL },
		    "algs" },
		{ { "a", ISS, AUD, .jwks = "http://login.example/k" },
		    "https" },
		{ { "a", ISS, AUD, .jwks = "http://localhost.evil.example/k" },
		    "https" },
		{ { "a", ISS, AUD, .jwks = "file:///etc/keys" }, "https" },
		{ { "a", ISS, AUD, .jwks = "ftp://login.example/k" },
		    "https" },
		{ { "a", OURS, AUD, .secret = made_secret }, "public_url" },
	};
	struct auth *other = NULL;
	struct auth_config c;
	const char *why;

	fresh();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		c = config_of(&rows[i].c, 1);
		why = "";
		CHECK_INT(auth_new(&c, &other, &why), RC_INVALID);
		CHECK(other == NULL);
		if (strstr(why, rows[i].why) == NULL)
			CHECK_STR(why, rows[i].why);
		CHECK(strncmp(why, "issuer.a", 8) == 0);
	}
}

TEST("an app_secret under 32 bytes is refused")
{
	struct auth *other = NULL;
	struct auth_config c = config_of(NULL, 0);
	const char *why = NULL;

	c.app_secret = "0123456789abcdef0123456789abcde";
	CHECK_INT(auth_new(&c, &other, &why), RC_INVALID);
	CHECK(why != NULL && strstr(why, "32 bytes") != NULL);
	c.app_secret = NULL;
	CHECK_INT(auth_new(&c, &other, &why), RC_INVALID);
	CHECK(other == NULL);
}
