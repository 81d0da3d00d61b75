/* The JSON helpers, and the SDK's own reader behind them. */
#include <stdint.h>

#include "../../src/livekit/livekit-api.h"
#include "test.h"

TEST("strings are quoted and escaped, NULL is null, %-s goes in as it is")
{
	const char *volatile none = NULL;	/* gcc would warn */
	char *s;

	CHECK_INT(lk_json_print(&s, "{\"a\":%s,\"b\":%s,\"c\":%-s,\"d\":%.*s}",
	    "say \"hi\"\n", none, "[1,{}]", 2, "cut"), LK_OK);
	CHECK_STR(s, "{\"a\":\"say \\\"hi\\\"\\n\",\"b\":null,\"c\":[1,{}],"
	    "\"d\":\"cu\"}");
	lk_free(s);
}

TEST("integers of every size are printed")
{
	char *s;

	CHECK_INT(lk_json_print(&s, "[%d,%i,%u,%ld,%lu,%lld,%llu,%zu,%jd,\"%%\"]",
	    -1, INT32_MIN, UINT32_MAX, -5L, 6UL, (long long)INT64_MIN,
	    (unsigned long long)UINT64_MAX, (size_t)7, (intmax_t)8), LK_OK);
	CHECK_STR(s, "[-1,-2147483648,4294967295,-5,6,-9223372036854775808,"
	    "18446744073709551615,7,8,\"%\"]");
	lk_free(s);
}

TEST("a text that is no JSON, or not UTF-8, is refused")
{
	char *s;

	CHECK_INT(lk_json_print(&s, "{\"a\":%-s}", "1,"), LK_USAGE);
	CHECK_INT(lk_json_print(&s, "{\"a\":%s", "x"), LK_USAGE);
	CHECK_INT(lk_json_print(&s, "%s", "\xFF"), LK_USAGE);
	CHECK_INT(lk_json_print(&s, "%s%s", "a", "b"), LK_USAGE);
}

#define DOC "{\"items\": [{\"sipTrunkId\":\"ST_1\",\"n\":\"12\"}, "	\
	"{\"sip_trunk_id\":\"ST_2\",\"n\":-7,\"ok\":true}], \"f\":1.5e3,"	\
	"\"e\":{},\"s\":\"\\u00e9\\ud83d\\ude00\",\"big\":\"9223372036854775807\","	\
	"\"max\":1e99}"

TEST("values are found by path, in either spelling")
{
	char *s;

	CHECK_INT(lk_json_str(DOC, "items.0.sipTrunkId", &s), LK_OK);
	CHECK_STR(s, "ST_1");
	lk_free(s);
	CHECK_INT(lk_json_str(DOC, "items.0.sip_trunk_id", &s), LK_OK);
	CHECK_STR(s, "ST_1");
	lk_free(s);
	CHECK_INT(lk_json_str(DOC, "items.1.sipTrunkId", &s), LK_OK);
	CHECK_STR(s, "ST_2");
	lk_free(s);
	CHECK_INT(lk_json_str(DOC, "s", &s), LK_OK);
	CHECK_STR(s, "\xC3\xA9\xF0\x9F\x98\x80");
	lk_free(s);
}

TEST("integers may be strings of digits, fractions are cut, huge ones clamped")
{
	int64_t n;

	CHECK_INT(lk_json_int(DOC, "items.0.n", &n), LK_OK);
	CHECK_INT(n, 12);
	CHECK_INT(lk_json_int(DOC, "items.1.n", &n), LK_OK);
	CHECK_INT(n, -7);
	CHECK_INT(lk_json_int(DOC, "items.1.ok", &n), LK_OK);
	CHECK_INT(n, 1);
	CHECK_INT(lk_json_int(DOC, "f", &n), LK_OK);
	CHECK_INT(n, 1500);
	CHECK_INT(lk_json_int(DOC, "big", &n), LK_OK);
	CHECK_INT(n, INT64_MAX);
	CHECK_INT(lk_json_int(DOC, "max", &n), LK_OK);
	CHECK_INT(n, INT64_MAX);
}

TEST("lists and objects have a length, and every value its text")
{
	size_t n;
	char *s;

	CHECK_INT(lk_json_len(DOC, "items", &n), LK_OK);
	CHECK_INT(n, 2);
	CHECK_INT(lk_json_len(DOC, "e", &n), LK_OK);
	CHECK_INT(n, 0);
	CHECK_INT(lk_json_len(DOC, "items.0", &n), LK_OK);
	CHECK_INT(n, 2);
	CHECK_INT(lk_json_raw(DOC, "items.1.n", &s), LK_OK);
	CHECK_STR(s, "-7");
	lk_free(s);
	CHECK_INT(lk_json_raw(DOC, "", &s), LK_OK);
	CHECK_STR(s, DOC);
	lk_free(s);
}

TEST("what is absent or of another kind is a protocol error")
{
	int64_t n;
	size_t len;
	char *s;

	CHECK_INT(lk_json_str(DOC, "nothing", &s), LK_PROTOCOL);
	CHECK_INT(lk_json_str(DOC, "items.2.n", &s), LK_PROTOCOL);
	CHECK_INT(lk_json_str(DOC, "items.x", &s), LK_PROTOCOL);
	CHECK_INT(lk_json_str(DOC, "s.deeper", &s), LK_PROTOCOL);
	CHECK_INT(lk_json_str(DOC, "f", &s), LK_PROTOCOL);
	CHECK_INT(lk_json_int(DOC, "s", &n), LK_PROTOCOL);
	CHECK_INT(lk_json_int(DOC, "e", &n), LK_PROTOCOL);
	CHECK_INT(lk_json_len(DOC, "s", &len), LK_PROTOCOL);
	CHECK_INT(lk_json_str("{\"a\":\"b\"", "a", &s), LK_PROTOCOL);
	CHECK_INT(lk_json_str("", "", &s), LK_PROTOCOL);
}

TEST("what RFC 8259 does not allow is not read")
{
	static const char *const bad[] = {
		"", " ", "{", "}", "[1,]", "[,1]", "{\"a\":1,}", "{a:1}",
		"{\"a\" 1}", "[1 2]", "01", "-", "-01", "+1", "1.", ".5", "1e",
		"1e+", "tru", "nul", "\"a", "\"\\x\"", "\"\\u12g4\"", "\"\t\"",
		"\"\xC3\"", "\"\xED\xA0\x80\"", "1 1", "[1]]", "'a'", "NaN",
		"{\"a\":1 \"b\":2}", "{1:2}", "[\"a\":1]"
	};
	char *s;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(lk_json_raw(bad[i], "", &s), LK_PROTOCOL);
}

TEST("64 levels are read, 65 are not")
{
	char deep[140], *s;

	memset(deep, '[', 64);
	memset(deep + 64, ']', 64);
	deep[128] = '\0';
	CHECK_INT(lk_json_raw(deep, "", &s), LK_OK);
	lk_free(s);
	memset(deep, '[', 65);
	memset(deep + 65, ']', 65);
	deep[130] = '\0';
	CHECK_INT(lk_json_raw(deep, "", &s), LK_PROTOCOL);
}

TEST("every cause has its words, and knows if it is gone or worth a retry")
{
	for (int i = 0; i < LK_ERR_MAX; i++)
		CHECK(*lk_strerror((enum lk_err)i) != '\0');
	CHECK_STR(lk_strerror((enum lk_err)9999), "unknown error");
	CHECK(lk_gone(LK_NOT_FOUND) && lk_gone(LK_UNAVAILABLE));
	CHECK(!lk_gone(LK_TRANSPORT) && !lk_gone(LK_OK));
	CHECK(lk_retry(LK_TIMEOUT) && !lk_retry(LK_INVALID_ARGUMENT));
}
