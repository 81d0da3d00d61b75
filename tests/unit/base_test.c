/* base: arena, buffers, JSON, text, time, random, log. */
#include <unistd.h>

#include "../../src/base/base.h"
#include "test.h"

static struct arena *
fresh(void)
{
	static struct arena *a;

	arena_free(a);
	return a = arena_new(8 << 20);
}

static char deferred_order[8];

static void
note(void *s)
{
	strncat(deferred_order, s, 1);
}

TEST("memory of an arena is zeroed, also after a reset")
{
	struct arena *a = fresh();
	char *p = arena_alloc(a, 4000);
	int i;

	memset(p, 'x', 4000);
	arena_reset(a);
	p = arena_alloc(a, 4000);
	for (i = 0; i < 4000; i++)
		CHECK(p[i] == 0);
}

TEST("pieces are aligned and do not overlap")
{
	struct arena *a = fresh();
	char *last = NULL;
	size_t n;

	for (n = 1; n < 3000; n += 7) {
		char *p = arena_alloc(a, n);

		CHECK((uintptr_t)p % 16 == 0);
		memset(p, (int)(n & 0xff), n);
		if (last != NULL)
			CHECK((unsigned char)*last == ((n - 7) & 0xff));
		last = p;
	}
}

TEST("a piece larger than a block is possible")
{
	struct arena *a = fresh();
	char *p = arena_alloc(a, 1 << 20);

	p[(1 << 20) - 1] = 1;
	arena_reset(a);
}

TEST("deferred functions run at the reset, last one first, once")
{
	struct arena *a = fresh();

	deferred_order[0] = '\0';
	arena_defer(a, note, "1");
	arena_defer(a, note, "2");
	arena_reset(a);
	CHECK_STR(deferred_order, "21");
	arena_reset(a);
	CHECK_STR(deferred_order, "21");
}

TEST("strndup copies len bytes and ends them")
{
	CHECK_STR(arena_strndup(fresh(), "abcdef", 3), "abc");
}

TEST("printf into an arena takes long results")
{
	struct arena *a = fresh();
	char *s = arena_printf(a, "%0*d", 100000, 7);

	CHECK_INT(strlen(s), 100000);
	CHECK(s[99999] == '7');
}

TEST("a buffer grows past its room and stays a string")
{
	struct buf b;
	int i;

	buf_init(&b, fresh());
	CHECK_STR(b.data, "");
	for (i = 0; i < 10000; i++)
		buf_printf(&b, "%d,", i % 10);
	CHECK_INT(b.len, 20000);
	CHECK_INT(strlen(b.data), 20000);
	CHECK(strncmp(b.data + 19998, "9,", 2) == 0);
}

TEST("bytes with NUL go into a buffer whole")
{
	struct buf b;

	buf_init(&b, fresh());
	buf_add(&b, "a\0b", 3);
	CHECK_INT(b.len, 3);
	CHECK(memcmp(b.data, "a\0b", 4) == 0);
}

TEST("JSON comes out with commas where they belong")
{
	struct buf b;

	buf_init(&b, fresh());
	json_object(&b, NULL);
	json_array(&b, "items");
	json_object(&b, NULL);
	json_add_int(&b, "n", INT64_MIN);
	json_add_bool(&b, "yes", true);
	json_add_bool(&b, "no", false);
	json_object_end(&b);
	json_array(&b, NULL);
	json_array_end(&b);
	json_add_null(&b, NULL);
	json_add_str(&b, NULL, NULL);
	json_array_end(&b);
	json_add_raw(&b, "raw", "{}");
	json_add_time(&b, "at", 0);
	json_add_time(&b, "then", 1768903200000);
	json_object_end(&b);
	CHECK_STR(b.data, "{\"items\":[{\"n\":-9223372036854775808,"
	    "\"yes\":true,\"no\":false},[],null,null],\"raw\":{},\"at\":null,"
	    "\"then\":\"2026-01-20T10:00:00.000Z\"}");
}

TEST("strings are escaped, and bytes that are not UTF-8 replaced")
{
	struct buf b;

	buf_init(&b, fresh());
	json_add_str(&b, NULL, "\"\\\n\x01\x1f \xc3\xa9 \xff\xed\xa0\x80.");
	CHECK_STR(b.data, "\"\\\"\\\\\\n\\u0001\\u001f \xc3\xa9 \xef\xbf\xbd"
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd.\"");
}

TEST("what is written can be read again")
{
	struct arena *a = fresh();
	const struct cJSON *j = NULL;
	char nasty[256];
	struct buf b;
	int i;

	for (i = 1; i < 256; i++)
		nasty[i - 1] = (char)i;
	nasty[255] = '\0';
	buf_init(&b, a);
	json_object(&b, NULL);
	json_add_str(&b, nasty, nasty);
	json_object_end(&b);
	CHECK_INT(json_parse(a, b.data, b.len, &j), JSON_OK);
	CHECK(json_is_object(j));
}

TEST("members are found by their exact name and type")
{
	struct arena *a = fresh();
	const char *text = "{\"SUB\":\"x\",\"sub\":\"y\",\"n\":1}";
	const struct cJSON *j = NULL;

	CHECK_INT(json_parse(a, text, strlen(text), &j), JSON_OK);
	CHECK_STR(json_str(j, "sub"), "y");
	CHECK(json_str(j, "Sub") == NULL);
	CHECK(json_str(j, "n") == NULL);
	CHECK(json_get(j, "n") != NULL);
	CHECK(json_get(j, "m") == NULL);
}

TEST("each fault of a JSON text has its code")
{
	static const struct { const char *text; size_t len; const char *code; }
	cases[] = {
		{ "{", 1, "json_syntax" },
		{ "{}x", 3, "json_syntax" },
		{ "{}\0", 3, "json_syntax" },
		{ "[\"\xff\"]", 5, "json_utf8" },
		{ "[\"\\u0000\"]", 10, "json_nul" },
		{ "{\"a\":1,\"a\":2}", 13, "json_duplicate_key" },
		{ "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
		  "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", 66, "json_depth" },
	};
	struct arena *a = fresh();
	const struct cJSON *j = NULL;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CHECK_STR(json_fault_code(json_parse(a, cases[i].text,
		    cases[i].len, &j)), cases[i].code);
		CHECK(j == NULL);
	}
}

TEST("UTF-8: overlong, surrogates, past U+10FFFF and cut sequences are refused")
{
	static const char *const bad[] = { "\xc0\xaf", "\xe0\x80\xaf",
	    "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\x80",
	    "\xe2\x82", "\xf0\x9f\x98", "a\xff" };
	static const char *const good[] = { "", "a", "\xc3\xa9",
	    "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf",
	    "\xed\x9f\xbf", "\xee\x80\x80" };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!utf8_valid(bad[i], strlen(bad[i])));
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(utf8_valid(good[i], strlen(good[i])));
	CHECK_INT(utf8_count("a\xc3\xa9\xf0\x9f\x98\x80"), 3);
}

TEST("numbers are whole, in range and nothing besides")
{
	static const char *const bad[] = { "", "-", "+1", " 1", "1 ", "1e3",
	    "0x1", "1;", "9223372036854775808", "-9223372036854775809",
	    "99999999999999999999", "1.0", "--1" };
	int64_t n = 42;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!str_to_int(bad[i], INT64_MIN, INT64_MAX, &n));
	CHECK_INT(n, 42);
	CHECK(str_to_int("-9223372036854775808", INT64_MIN, INT64_MAX, &n));
	CHECK(n == INT64_MIN);
	CHECK(str_to_int("9223372036854775807", 0, INT64_MAX, &n));
	CHECK(n == INT64_MAX);
	CHECK(!str_to_int("101", 1, 100, &n));
	CHECK(!str_to_int("-1", 0, 100, &n));
	CHECK(str_to_int("100", 1, 100, &n));
}

TEST("secrets are equal only when all of them is")
{
	CHECK(secret_equal("abc", "abc"));
	CHECK(secret_equal("", ""));
	CHECK(!secret_equal("abc", "abd"));
	CHECK(!secret_equal("ab", "abc"));
	CHECK(!secret_equal("abcd", "abc"));
}

TEST("a UUID is known by its form")
{
	CHECK(looks_like_uuid("6ba7b810-9dad-11d1-80b4-00c04fd430c8"));
	CHECK(looks_like_uuid("6BA7B810-9DAD-11D1-80B4-00C04FD430C8"));
	CHECK(!looks_like_uuid("6ba7b810-9dad-11d1-80b4-00c04fd430c"));
	CHECK(!looks_like_uuid("6ba7b810-9dad-11d1-80b4-00c04fd430c88"));
	CHECK(!looks_like_uuid("6ba7b8109dad-11d1-80b4-00c04fd430c8-"));
	CHECK(!looks_like_uuid(""));
}

TEST("times are UTC with milliseconds, from 1970 to 9999")
{
	struct arena *a = fresh();

	CHECK_STR(time_rfc3339(a, 0), "1970-01-01T00:00:00.000Z");
	CHECK_STR(time_rfc3339(a, 951827696789), "2000-02-29T12:34:56.789Z");
	CHECK_STR(time_rfc3339(a, 4102444800000), "2100-01-01T00:00:00.000Z");
	CHECK_STR(time_rfc3339(a, INT64_MAX), "9999-12-31T23:59:59.999Z");
	CHECK_STR(time_rfc3339(a, -1), "1970-01-01T00:00:00.000Z");
}

TEST("times are read as RFC 3339 has them, and nothing else")
{
	static const struct { const char *text; int64_t ms; } good[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2000-02-29T12:34:56.789Z", 951827696789 },
		{ "2000-02-29t12:34:56.7z", 951827696700 },
		{ "2000-02-29T12:34:56.789999Z", 951827696789 },
		{ "2000-02-29T14:04:56.789+01:30", 951827696789 },
		{ "2000-02-28T23:34:56.789-13:00", 951827696789 },
		{ "9999-12-31T23:59:59.999Z", 253402300799999 },
	};
	static const char *const bad[] = { "", "2000", "2000-02-30T00:00:00Z",
	    "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+00:01",
	    "9999-12-31T23:59:59-00:01", "2000-02-29T12:34:56",
	    "2000-02-29 12:34:56Z", "2000-02-29T12:34Z",
	    "2000-02-29T12:34:56.Z", "2000-02-29T12:34:56Zx",
	    "2000-02-29T24:00:00Z", "2000-13-01T00:00:00Z",
	    "2000-00-01T00:00:00Z", "2000-01-00T00:00:00Z",
	    "2000-01-01T00:60:00Z", "2000-01-01T00:00:60Z",
	    "2000-01-01T00:00:00+0100", "2000-01-01T00:00:00+24:00",
	    "2000-1-01T00:00:00Z", "+200-01-01T00:00:00Z" };
	int64_t ms = -7;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!time_read(bad[i], &ms));
	CHECK_INT(ms, -7);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		CHECK(time_read(good[i].text, &ms));
		CHECK_INT(ms, good[i].ms);
	}
}

static int64_t
noon(void)
{
	return 12345;
}

TEST("the wall clock can be replaced and put back")
{
	clock_set(noon);
	CHECK_INT(clock_ms(), 12345);
	clock_set(NULL);
	CHECK(clock_ms() > 1700000000000);
}

TEST("the name-based UUID is that of RFC 9562")
{
	static const unsigned char dns[16] = { 0x6b, 0xa7, 0xb8, 0x10, 0x9d,
	    0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8 };

	CHECK_STR(uuid_v5(fresh(), dns, "www.example.com"),
	    "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

TEST("random UUIDs are version 4 and differ")
{
	struct arena *a = fresh();
	char *x = NULL, *y = NULL;

	CHECK(random_uuid(a, &x) == RC_OK && random_uuid(a, &y) == RC_OK);
	CHECK(looks_like_uuid(x) && looks_like_uuid(y));
	CHECK(x[14] == '4' && strchr("89ab", x[19]) != NULL);
	CHECK(strcmp(x, y) != 0);
}

TEST("random tokens carry their prefix and their length")
{
	struct arena *a = fresh();
	char *x = NULL, *y = NULL;

	CHECK(random_token(a, "sd_", 16, &x) == RC_OK);
	CHECK(random_token(a, "sd_", 16, &y) == RC_OK);
	CHECK(str_starts(x, "sd_"));
	CHECK_INT(strlen(x), 3 + 22);
	CHECK(strcmp(x, y) != 0);
}

TEST("SHA-256 is SHA-256")
{
	CHECK_STR(sha256_hex(fresh(), "abc", 3), "ba7816bf8f01cfea414140de"
	    "5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* What a line becomes on standard error. */
static char *
logged(const char *text)
{
	static char line[8192];
	int fds[2], saved = dup(2);
	ssize_t n;

	if (pipe(fds) != 0 || saved == -1)
		return NULL;
	dup2(fds[1], 2);
	log_info("%s", text);
	dup2(saved, 2);
	close(saved);
	close(fds[1]);
	n = read(fds[0], line, sizeof(line) - 1);
	close(fds[0]);
	line[n > 0 ? n : 0] = '\0';
	return line;
}

TEST("a line of the log names time, level, program and request")
{
	char *line;

	clock_set(noon);
	log_open("live", LOG_INFO_);
	log_request("r1");
	line = logged("hello");
	log_request(NULL);
	clock_set(NULL);
	CHECK_STR(line, "1970-01-01T00:00:12.345Z info live r1 hello\n");
}

TEST("lines below the level stay away")
{
	log_open("live", LOG_WARN_);
	CHECK_STR(logged("hello"), "");
	log_open("live", LOG_INFO_);
}

TEST("control bytes cannot break a line of the log")
{
	char *line = logged("a\r\nb\x1b[2J\x7f\xc2\x9b\xff");

	CHECK(strstr(line, "a\\x0d\\x0ab\\x1b[2J\\x7f\\xc2\\x9b\\xff\n")
	    != NULL);
	CHECK(strchr(line, '\n') == line + strlen(line) - 1);
}

TEST("what looks like a credential does not reach the log")
{
	static const char *const texts[] = {
		"t eyJhbGciOi.SECRET.x_-", "key sd_SECRET", "key=sk_SECRET12",
		"Authorization: Bearer SECRET", "bearer   SECRET",
		"/x?access_token=SECRET&a=b", "/x?token=SECRET",
		"Bearer%20SECRET", "password=SECRET",
		"%22sd_SECRETSECRETSECRET",
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char *line = logged(texts[i]);

		CHECK(strstr(line, "SECRET") == NULL);
		CHECK(strstr(line, "[secret]") != NULL);
	}
}

TEST("ordinary words are logged as they are")
{
	CHECK(strstr(logged("task_sd_x asked disk_full risk_a"),
	    "task_sd_x asked disk_full risk_a") != NULL);
}

TEST("a very long text is cut, not lost")
{
	char text[10000];
	char *line;

	memset(text, '\x01', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	line = logged(text);
	CHECK(strlen(line) > 1000 && strlen(line) < 4200);
	CHECK(line[strlen(line) - 1] == '\n');
}

TEST("every cause has a name")
{
	int i;

	for (i = 0; i < RC_MAX; i++)
		CHECK(strlen(rc_name((enum rc)i)) > 1);
	CHECK_STR(rc_name(RC_NOT_FOUND), "not_found");
}
