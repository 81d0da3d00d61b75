/* Strict JSON: what the attack list names, and all of JSONTestSuite. */
#include <cjson/cJSON.h>
#include <dirent.h>

#include "../../src/jose/jose.h"
#include "test.h"

static enum strict_json
parse_n(const char *s, size_t len, int depth)
{
	cJSON *tree;
	enum strict_json r = jose_strict_json_parse(s, len, depth, &tree);

	if (r == STRICT_OK)
		cJSON_Delete(tree);
	return r;
}

static enum strict_json
parse(const char *s)
{
	return parse_n(s, strlen(s), 32);
}

TEST("an object comes out as a tree")
{
	static const char s[] = " {\"a\":[1,-2.5e1,true,null],\"b\":\"\\u00e4\"}\n";
	const cJSON *a;
	cJSON *tree;

	CHECK_INT(jose_strict_json_parse(s, strlen(s), 32, &tree), STRICT_OK);
	a = cJSON_GetObjectItemCaseSensitive(tree, "a");
	CHECK_INT(cJSON_GetArraySize(a), 4);
	CHECK(cJSON_GetArrayItem(a, 1)->valuedouble == -25);
	CHECK_STR(cJSON_GetObjectItemCaseSensitive(tree, "b")->valuestring,
	    "ä");
	cJSON_Delete(tree);
}

TEST("a refusal leaves the result alone")
{
	cJSON *tree = (cJSON *)&tree;

	CHECK_INT(jose_strict_json_parse("{", 1, 32, &tree), STRICT_SYNTAX);
	CHECK(tree == (cJSON *)&tree);
}

TEST("text is read to its length, not to a NUL")
{
	CHECK_INT(parse_n("12x", 2, 32), STRICT_OK);
	CHECK_INT(parse_n("1\0", 2, 32), STRICT_SYNTAX);
	CHECK_INT(parse_n("\"a\0b\"", 5, 32), STRICT_SYNTAX);
	CHECK_INT(parse_n("", 0, 32), STRICT_SYNTAX);
}

TEST("what cJSON lets pass is refused")
{
	static const char *const bad[] = {
		"-01", "2.", "0.e1", "\"\x01\"", "\"\\uqqqq\"", "\f1", "1\v",
		"\xef\xbb\xbf{}", "[1,]", "{\"a\":1,}", "nul", "truee", "+1",
		".5", "0x1", "1e", "1e+", "--1", "NaN", "Infinity", "'a'",
		"\"\\x41\"", "\"\\a\"", "\"a", "{a:1}", "{\"a\" 1}", "{} {}",
		"\"tab\there\"", "// 1\n1", "[", "]", "{]", "\"\\u12\"", "-"
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK_INT(parse(bad[i]), STRICT_SYNTAX);
}

TEST("numbers that no double holds are refused")
{
	CHECK_INT(parse("1e400"), STRICT_SYNTAX);
	CHECK_INT(parse("[-1e400]"), STRICT_SYNTAX);
	CHECK_INT(parse("{\"exp\":1e999}"), STRICT_SYNTAX);
	CHECK_INT(parse("1e308"), STRICT_OK);
	CHECK_INT(parse("1e-400"), STRICT_OK);
}

TEST("strings are valid UTF-8")
{
	static const char *const bad[] = {
		"\"\x80\"", "\"\xbf\"", "\"\xc3\"", "\"\xc3(\"",
		"\"\xc0\x80\"", "\"\xc1\xbf\"", "\"\xe0\x80\x80\"",
		"\"\xe0\x9f\xbf\"", "\"\xed\xa0\x80\"", "\"\xed\xbf\xbf\"",
		"\"\xf0\x80\x80\x80\"", "\"\xf0\x8f\xbf\xbf\"",
		"\"\xf4\x90\x80\x80\"", "\"\xf5\x80\x80\x80\"", "\"\xff\"",
		"\"\xfe\"", "\"\xe2\x82\"", "\"\xf0\x9f\x98\"",
		"{\"\xff\":1}"
	};
	static const char *const good[] = {
		"\"\xc2\x80\"", "\"\xdf\xbf\"", "\"\xe0\xa0\x80\"",
		"\"\xed\x9f\xbf\"", "\"\xee\x80\x80\"", "\"\xef\xbf\xbf\"",
		"\"\xf0\x90\x80\x80\"", "\"\xf4\x8f\xbf\xbf\"", "\"\x7f\""
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK_INT(parse(bad[i]), STRICT_UTF8);
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		CHECK_INT(parse(good[i]), STRICT_OK);
	CHECK_INT(parse_n("\"\xf0\x9f\x98", 4, 32), STRICT_UTF8);
}

TEST("lone surrogate escapes are refused, pairs are read")
{
	CHECK_INT(parse("\"\\ud800\""), STRICT_UTF8);
	CHECK_INT(parse("\"\\udc00\""), STRICT_UTF8);
	CHECK_INT(parse("\"\\ud800\\ud800\""), STRICT_UTF8);
	CHECK_INT(parse("\"\\ud800x\""), STRICT_UTF8);
	CHECK_INT(parse("\"\\ud800\\n\""), STRICT_UTF8);
	CHECK_INT(parse("\"\\ud83d\\uDE00\""), STRICT_OK);
}

TEST("an escaped NUL is refused in values and names")
{
	CHECK_INT(parse("\"\\u0000\""), STRICT_NUL);
	CHECK_INT(parse("{\"a\\u0000b\":1}"), STRICT_NUL);
	CHECK_INT(parse("\"\\\\u0000\""), STRICT_OK);
}

TEST("a member twice is refused, in any spelling and at any depth")
{
	CHECK_INT(parse("{\"a\":1,\"a\":1}"), STRICT_DUPLICATE_KEY);
	CHECK_INT(parse("{\"a\":1,\"\\u0061\":2}"), STRICT_DUPLICATE_KEY);
	CHECK_INT(parse("{\"\xc3\xa4\":1,\"\\u00E4\":2}"),
	    STRICT_DUPLICATE_KEY);
	CHECK_INT(parse("{\"/\":1,\"\\/\":2}"), STRICT_DUPLICATE_KEY);
	CHECK_INT(parse("{\"\":1,\"\":2}"), STRICT_DUPLICATE_KEY);
	CHECK_INT(parse("[[{\"x\":{\"a\":1,\"b\":2,\"a\":3}}]]"),
	    STRICT_DUPLICATE_KEY);
	CHECK_INT(parse("{\"a\":1,\"A\":2}"), STRICT_OK);
	CHECK_INT(parse("[{\"a\":1},{\"a\":1}]"), STRICT_OK);
	CHECK_INT(parse("{\"a\":{\"a\":1}}"), STRICT_OK);
}

TEST("100,000 members are compared without comparing each with each")
{
	enum { N = 100000 };
	char *s = malloc(N * 16 + 32), *p = s;

	CHECK(s != NULL);
	*p++ = '{';
	for (int i = 0; i < N; i++)
		p += snprintf(p, 16, "\"m%d\":1,", i);
	p += snprintf(p, 16, "\"last\":1}");
	CHECK_INT(parse_n(s, (size_t)(p - s), 32), STRICT_OK);
	p += snprintf(p - 1, 16, ",\"m7\":1}") - 1;
	CHECK_INT(parse_n(s, (size_t)(p - s), 32), STRICT_DUPLICATE_KEY);
	free(s);
}

TEST("depth counts brackets and braces and may be zero")
{
	CHECK_INT(parse_n("[{}]", 4, 2), STRICT_OK);
	CHECK_INT(parse_n("[{}]", 4, 1), STRICT_DEPTH);
	CHECK_INT(parse_n("[[],[],[]]", 10, 2), STRICT_OK);
	CHECK_INT(parse_n("1", 1, 0), STRICT_OK);
	CHECK_INT(parse_n("[]", 2, 0), STRICT_DEPTH);
}

TEST("a depth beyond what the stack bears is cut to 500")
{
	static char s[2 * 501];

	memset(s, '[', 501);
	memset(s + 501, ']', 501);
	CHECK_INT(parse_n(s, sizeof(s), 1 << 30), STRICT_DEPTH);
	CHECK_INT(parse_n(s + 1, sizeof(s) - 2, 1 << 30), STRICT_OK);
}

/* ---- JSONTestSuite ------------------------------------------------------ */

static const char *
suite(const char *folder)
{
	static char path[1024];
	const char *srcdir = getenv("srcdir");

	snprintf(path, sizeof(path), "%s/tests/vectors/jsontestsuite/%s",
	    srcdir != NULL ? srcdir : ".", folder);
	return path;
}

static int
parse_file(const char *folder, const char *name)
{
	static char buf[1 << 20];
	char path[2048];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", suite(folder), name);
	if ((f = fopen(path, "rb")) == NULL)
		return -1;
	n = fread(buf, 1, sizeof(buf), f);
	fclose(f);
	return (int)parse_n(buf, n, 32);
}

/* Runs every file with the prefix; counts those that were as wanted. */
static int
parse_files(const char *folder, const char *prefix,
    int (*wanted)(const char *name, int result))
{
	DIR *dir = opendir(suite(folder));
	struct dirent *e;
	int n = 0;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		int r;

		if (strncmp(e->d_name, prefix, strlen(prefix)) != 0)
			continue;
		r = parse_file(folder, e->d_name);
		if (wanted(e->d_name, r))
			n++;
		else
			printf("# %s: %d\n", e->d_name, r);
	}
	if (dir != NULL)
		closedir(dir);
	return n;
}

static int
accepted_but_four(const char *name, int r)
{
	if (strcmp(name, "y_object_duplicated_key.json") == 0 ||
	    strcmp(name, "y_object_duplicated_key_and_value.json") == 0)
		return r == STRICT_DUPLICATE_KEY;
	if (strcmp(name, "y_object_escaped_null_in_key.json") == 0 ||
	    strcmp(name, "y_string_null_escape.json") == 0)
		return r == STRICT_NUL;
	return r == STRICT_OK;
}

static int
refused(const char *name, int r)
{
	(void)name;
	return r > STRICT_OK && r < STRICT_NOMEM;
}

/* Free to decide: numbers that underflow or lose digits pass, no more. */
static int
decided(const char *name, int r)
{
	if (strstr(name, "_number_") != NULL)
		return r == STRICT_OK || r == STRICT_SYNTAX;
	return refused(name, r);
}

static int
transformed(const char *name, int r)
{
	if (strncmp(name, "object_same_key", 15) == 0)
		return r == STRICT_DUPLICATE_KEY;
	if (strcmp(name, "string_with_escaped_NULL.json") == 0)
		return r == STRICT_NUL;
	if (strncmp(name, "string_", 7) == 0)
		return r == STRICT_UTF8;
	return r == STRICT_OK;
}

TEST("JSONTestSuite: all y_ accepted but two with a key twice, two with NUL")
{
	CHECK_INT(parse_files("test_parsing", "y_", accepted_but_four), 95);
}

TEST("JSONTestSuite: all n_ refused")
{
	CHECK_INT(parse_files("test_parsing", "n_", refused), 188);
}

TEST("JSONTestSuite: i_ decided, and only numbers accepted")
{
	CHECK_INT(parse_files("test_parsing", "i_", decided), 35);
}

TEST("JSONTestSuite: what parsers would change is refused, the rest read")
{
	CHECK_INT(parse_files("test_transform", "number_", transformed), 10);
	CHECK_INT(parse_files("test_transform", "object_", transformed), 5);
	CHECK_INT(parse_files("test_transform", "string_", transformed), 7);
}
