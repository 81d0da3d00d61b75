/* Claims of outside tokens: rows A9–A11, A17–A23 and A25 of the attack list. */
#include "auth_lab.h"

/* A good token but for its claims; "ok" or the code. */
static const char *
with(const char *rest)
{
	return token(outside(claims_with(rest)));
}

/* The same with another exp, given as JSON. */
static const char *
exp_is(const char *json)
{
	return token(outside(text("{\"iss\":\"" ISS "\",\"aud\":\"" AUD "\","
	    "\"sub\":\"u-17\"%s%s}", *json == '\0' ? "" : ",\"exp\":", json)));
}

static const char *
sub_is(const char *member)
{
	return token(outside(text("{\"iss\":\"" ISS "\",\"aud\":\"" AUD
	    "\",\"exp\":%lld%s}", NOW_S + 60, member)));
}

static const char *
times_are(const char *name, long long seconds)
{
	return token(outside(strcmp(name, "exp") == 0 ?
	    text("{\"iss\":\"" ISS "\",\"aud\":\"" AUD "\","
	    "\"sub\":\"u-17\",\"exp\":%lld}", seconds) :
	    claims_with(text(",\"%s\":%lld", name, seconds))));
}

TEST("a good outside token is a user without a row")
{
	lab(&by_secret, 1);
	CHECK_STR(with(",\"preferred_username\":\"Zo\u00e9 Q.\","
	    "\"picture\":\"https://pics.example/z.png\""), "ok");
	CHECK_STR(user->id, "d82c18b9-6054-5a6e-9cce-09e4852233c9");
	CHECK_STR(user->username, "zo_q");
	CHECK_STR(user->display_name, "Zo\u00e9 Q.");
	CHECK_STR(user->avatar_url, "https://pics.example/z.png");
	CHECK_INT(user->credential, CRED_EXTERNAL);
	CHECK_INT(user->expires_at, NOW + 3600000);
	CHECK(!user->has_row && !user->is_admin && user->session_id == NULL);
}

TEST("A9 a claim that is there twice is refused, also by escape")
{
	lab(&by_secret, 1);
	CHECK_STR(with(",\"sub\":\"victim\""), "invalid_token");
	CHECK_STR(with(",\"su\\u0062\":\"victim\""), "invalid_token");
	CHECK_STR(with(",\"exp\":9999999999"), "invalid_token");
	CHECK_STR(with(",\"x\":{\"a\":1,\"\\u0061\":1}"), "invalid_token");
}

TEST("A10 claims in other letters are not read")
{
	lab(&by_secret, 1);
	CHECK_STR(with(",\"SUB\":\"victim\",\"Exp\":1,\"ISS\":\"x\",\"Typ\":"
	    "\"ID\""), "ok");
	CHECK_STR(user->id, "d82c18b9-6054-5a6e-9cce-09e4852233c9");
	CHECK_STR(token(outside(text("{\"iss\":\"" ISS "\",\"aud\":\"" AUD
	    "\",\"sub\":\"u-17\",\"Exp\":%lld}", NOW_S + 3600))),
	    "invalid_token");
	CHECK_STR(token(outside(text("{\"iss\":\"" ISS "\",\"aud\":\"" AUD
	    "\",\"SUB\":\"u-17\",\"exp\":%lld}", NOW_S + 3600))),
	    "invalid_token");
}

TEST("A11 a sub with a NUL escape is refused")
{
	lab(&by_secret, 1);
	CHECK_STR(token(outside(text("{\"iss\":\"" ISS "\",\"aud\":\"" AUD
	    "\",\"sub\":\"u-17\\u0000x\",\"exp\":%lld}", NOW_S + 3600))),
	    "invalid_token");
	CHECK_STR(with(",\"x\":\"\\u0000\""), "invalid_token");
}

TEST("a sub that is absent, empty, no text or over 255 bytes is refused")
{
	static const char *const subs[] = { "", ",\"sub\":\"\"",
	    ",\"sub\":17", ",\"sub\":null", ",\"sub\":[\"a\"]" };

	lab(&by_secret, 1);
	for (size_t i = 0; i < sizeof subs / sizeof *subs; i++)
		CHECK_STR(sub_is(subs[i]),
		    "invalid_token");
	CHECK_STR(sub_is(text(",\"sub\":\"%s\"", times('a', 255))), "ok");
	CHECK_STR(sub_is(text(",\"sub\":\"%s\"", times('a', 256))), "invalid_token");
}

TEST("A17 exp that is no time from now to year 9999 is refused")
{
	static const char *const wrong[] = { "", "null", "\"1700000000\"",
	    "\"4102444800\"", "true", "[4102444800]", "{}", "-1", "0", "1e400",
	    "-1e400", "9007199254740993", "253402300800", "1e308" };

	lab(&by_secret, 1);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK_STR(exp_is(wrong[i]), "invalid_token");
	CHECK_STR(exp_is("1700000000"), "token_expired");
	CHECK_STR(exp_is("1"), "token_expired");
	CHECK_STR(exp_is("4102444800"), "ok");
	CHECK_STR(exp_is("253402300799"), "ok");
	CHECK_STR(exp_is("4.1024448e9"), "ok");
}

TEST("A18 a fraction of a second is a time")
{
	lab(&by_secret, 1);
	CHECK_STR(exp_is(text("%lld.5", NOW_S + 10)), "ok");
	CHECK_INT(user->expires_at, NOW + 10500);
	CHECK_STR(with(text(",\"iat\":%lld.25,\"nbf\":%lld.75", NOW_S - 9,
	    NOW_S - 9)), "ok");
}

TEST("A19 exp, nbf and iat hold to the second at the leeway's edge")
{
	lab(&by_secret, 1);
	CHECK_STR(times_are("exp", NOW_S - LEEWAY_S), "ok");
	CHECK_STR(times_are("exp", NOW_S - LEEWAY_S - 1), "token_expired");
	CHECK_STR(times_are("nbf", NOW_S + LEEWAY_S), "ok");
	CHECK_STR(times_are("nbf", NOW_S + LEEWAY_S + 1), "invalid_token");
	CHECK_STR(times_are("iat", NOW_S + LEEWAY_S), "ok");
	CHECK_STR(times_are("iat", NOW_S + LEEWAY_S + 1), "invalid_token");
	CHECK_STR(with(",\"nbf\":\"now\""), "invalid_token");
	CHECK_STR(with(",\"iat\":true"), "invalid_token");
	CHECK_STR(with(",\"iat\":null"), "invalid_token");
}

TEST("A19 without leeway the edges are now")
{
	struct auth_config c;
	const char *why;

	lab(&by_secret, 1);
	c = config_of(&by_secret, 1);
	c.leeway_ms = 0;
	auth_free(auth);
	CHECK_INT(auth_new(&c, &auth, &why), RC_OK);
	CHECK_STR(times_are("exp", NOW_S), "ok");
	CHECK_STR(times_are("exp", NOW_S - 1), "token_expired");
	CHECK_STR(times_are("nbf", NOW_S + 1), "invalid_token");
}

TEST("A20 a leeway below 0 or above 300 s is refused at the start")
{
	static const int64_t wrong[] = { -1, -1000, 300001, 1000000000000,
	    INT64_MIN, INT64_MAX };
	struct auth *other = NULL;
	struct auth_config c;
	const char *why;

	lab(&by_secret, 1);
	c = config_of(&by_secret, 1);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		c.leeway_ms = wrong[i];
		why = NULL;
		CHECK_INT(auth_new(&c, &other, &why), RC_INVALID);
		CHECK(why != NULL && strstr(why, "leeway") != NULL);
		CHECK(other == NULL);
	}
	c.leeway_ms = 300000;
	CHECK_INT(auth_new(&c, &other, &why), RC_OK);
	auth_free(other);
}

TEST("A21 iss must be the issuer's, to the letter")
{
	static const char *const wrong[] = { "", "\"iss\":null,",
	    "\"iss\":\"https://login.example\",",
	    "\"iss\":\"https://login.example//\",",
	    "\"iss\":\"HTTPS://login.example/\",",
	    "\"iss\":\"https://evil.example/\",", "\"iss\":\"\",",
	    "\"iss\":[\"https://login.example/\"],", "\"iss\":1," };

	lab(&by_secret, 1);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK_STR(token(outside(text("{%s\"aud\":\"" AUD "\","
		    "\"sub\":\"u-17\",\"exp\":%lld}", wrong[i], NOW_S + 60))),
		    "invalid_token");
}

TEST("A22 aud is ours, or a list with ours, or refused")
{
	static const struct { const char *aud, *want; } rows[] = {
		{ "\"aud\":\"stage\",", "ok" },
		{ "\"aud\":[\"other\",\"stage\"],", "ok" },
		{ "\"aud\":[1,\"stage\"],", "ok" },
		{ "\"aud\":[\"other\"],", "invalid_token" },
		{ "\"aud\":[[\"stage\"]],", "invalid_token" },
		{ "\"aud\":[],", "invalid_token" },
		{ "\"aud\":null,", "invalid_token" },
		{ "\"aud\":1,", "invalid_token" },
		{ "\"aud\":{\"stage\":\"stage\"},", "invalid_token" },
		{ "", "invalid_token" },
		{ "\"aud\":\"stage2\",", "invalid_token" },
		{ "\"aud\":\"Stage\",", "invalid_token" },
		{ "\"aud\":\"stage other\",", "invalid_token" },
	};

	lab(&by_secret, 1);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_STR(token(outside(text("{\"iss\":\"" ISS "\",%s"
		    "\"sub\":\"u-17\",\"exp\":%lld}", rows[i].aud,
		    NOW_S + 60))), rows[i].want);
}

TEST("A23 ID, refresh and offline tokens of the issuer are refused")
{
	static const char *const wrong[] = { ",\"typ\":\"ID\"",
	    ",\"typ\":\"Refresh\"", ",\"typ\":\"Offline\"",
	    ",\"token_use\":\"id\"", ",\"token_use\":\"refresh\"" };

	lab(&by_secret, 1);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK_STR(with(wrong[i]), "invalid_token");
	CHECK_STR(with(",\"typ\":\"Bearer\",\"token_use\":\"access\""), "ok");
}

TEST("A23 a header's typ of another kind of token is refused")
{
	static const struct { const char *typ, *want; } rows[] = {
		{ "JWT", "ok" }, { "at+jwt", "ok" },
		{ "application/at+jwt", "ok" },
		{ "logout+jwt", "invalid_token" },
		{ "dpop+jwt", "invalid_token" },
		{ "application/secevent+jwt", "invalid_token" },
	};

	lab(&by_secret, 1);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_STR(token(make_token(JOSE_HS256, text(
		    "{\"alg\":\"HS256\",\"typ\":\"%s\"}", rows[i].typ),
		    claims_with(""))), rows[i].want);
}

TEST("A23 join and webhook tokens are refused, even under the issuer's secret")
{
	lab(&by_secret, 1);
	CHECK_STR(with(",\"video\":{\"roomJoin\":true,\"room\":\"x\"}"),
	    "invalid_token");
	CHECK_STR(with(",\"sha256\":\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3"
	    "hSuFU=\""), "invalid_token");
}

TEST("A25 claims that are no object, no UTF-8 or 33 levels deep are refused")
{
	static const char *const wrong[] = { "[]", "\"x\"", "1", "null", "",
	    "{", "{}x", "\xef\xbb\xbf{}" };

	lab(&by_secret, 1);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK_STR(token(outside(wrong[i])), "invalid_token");
	CHECK_STR(with(",\"x\":\"\xff\""), "invalid_token");
	CHECK_STR(with(",\"x\":\"\xed\xa0\x80\""), "invalid_token");
	CHECK_STR(with(text(",\"x\":%s1%s", times('[', 31), times(']', 31))),
	    "ok");
	CHECK_STR(with(text(",\"x\":%s1%s", times('[', 32), times(']', 32))),
	    "invalid_token");
}

TEST("the name comes from the chosen claim, else the usual ones")
{
	struct issuer_config chosen = by_secret;

	chosen.name_claim = "nick";
	chosen.picture_claim = "photo";
	lab(&chosen, 1);
	CHECK_STR(with(",\"nick\":\"Ada\",\"name\":\"No\",\"photo\":"
	    "\"https://pics.example/a\",\"picture\":\"https://no.example/\""),
	    "ok");
	CHECK_STR(user->display_name, "Ada");
	CHECK_STR(user->avatar_url, "https://pics.example/a");
	CHECK_STR(with(",\"name\":\"Grace\""), "ok");
	CHECK_STR(user->display_name, "Grace");
	CHECK_STR(with(""), "ok");
	CHECK_STR(user->display_name, "u-17");
}

TEST("a name is cut at 64 characters, loses control characters, is never empty")
{
	lab(&by_secret, 1);
	CHECK_STR(with(text(",\"name\":\"%s\"", times('a', 100))), "ok");
	CHECK_INT(strlen(user->display_name), 64);
	CHECK_STR(with(",\"name\":\"a\\nb\\u0007c\\u0085d\""), "ok");
	CHECK_STR(user->display_name, "abcd");
	CHECK_STR(with(",\"name\":\"\\u0001\\u0002\""), "ok");
	CHECK(*user->display_name != '\0');
}

TEST("a picture that is no address of one is left out")
{
	lab(&by_secret, 1);
	CHECK_STR(with(",\"picture\":\"javascript:alert(1)\""), "ok");
	CHECK(user->avatar_url == NULL);
	CHECK_STR(with(",\"picture\":17"), "ok");
	CHECK(user->avatar_url == NULL);
}

TEST("two entries of one issuer: each its algorithms, or its audience")
{
	struct issuer_config two[3] = { by_secret, by_secret, by_url };

	two[1].name = "other";
	two[1].aud = "app";
	two[1].secret = "another outside secret of 32 bytes";
	lab(two, 3);
	net.body = text("{\"keys\":[{%s}]}", make_key(JOSE_ES256)->fields);
	CHECK_STR(with(""), "ok");
	CHECK_STR(token(make_hmac(two[1].secret, strlen(two[1].secret),
	    "{\"alg\":\"HS256\"}", text("{\"iss\":\"" ISS "\",\"aud\":\"app\","
	    "\"sub\":\"u-17\",\"exp\":%lld}", NOW_S + 60))), "ok");
	/* One's secret does not sign for the other's audience. */
	CHECK_STR(token(outside(text("{\"iss\":\"" ISS "\",\"aud\":\"app\","
	    "\"sub\":\"u-17\",\"exp\":%lld}", NOW_S + 60))), "invalid_token");
	CHECK_INT(net.asked, 0);
	CHECK_STR(token(outside_by(JOSE_ES256, "ES256", NULL)), "ok");
	CHECK_INT(net.asked, 1);
}
