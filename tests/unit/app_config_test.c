/* Configuration: what is understood, what is refused, who gets the secrets. */
#include "test.h"
#include "../../src/app/app.h"

#include <sys/stat.h>
#include <unistd.h>

#define FINE							\
	"public_url = https://Stage.example/app/\n"		\
	"database = /nowhere/stage.db\n"			\
	"app_secret = 0123456789abcdef0123456789abcdef\n"

#define LIVEKIT							\
	"LIVEKIT_URL = wss://lk.example\n"			\
	"LIVEKIT_API_KEY = key\n"				\
	"LIVEKIT_API_SECRET = a-secret-of-livekit-of-32-bytes-.\n"

static struct config *config;
static char why_text[512];
static char file_path[64];

static enum rc
load_mode(const char *text, unsigned caps, mode_t mode)
{
	const char *why = "";
	FILE *file;
	int fd;
	enum rc rc;

	config_free(config);
	config = NULL;
	strncpy(file_path, "/tmp/conf-XXXXXX", sizeof file_path - 1);
	fd = mkstemp(file_path);
	if (fd == -1 || fchmod(fd, mode) == -1 ||
	    (file = fdopen(fd, "w")) == NULL)
		abort();
	fputs(text, file);
	fclose(file);
	rc = config_load(file_path, caps, &config, &why);
	snprintf(why_text, sizeof why_text, "%s", why);
	unlink(file_path);
	return rc;
}

static enum rc
load(const char *text)
{
	return load_mode(text, DB_RW, 0600);
}

/* The file's own name in front of what is wrong in it. */
static const char *
why_after_path(void)
{
	size_t len = strlen(file_path);

	return strncmp(why_text, file_path, len) == 0 ? why_text + len :
	    why_text;
}

TEST("defaults fill in what is not said")
{
	CHECK(load(FINE) == RC_OK);
	CHECK_INT(config->session_days, 30);
	CHECK_INT(config->token_ttl_s, 600);
	CHECK_INT(config->live_host_grace_s, 60);
	CHECK_INT(config->live_host_wait_s, 300);
	CHECK_INT(config->live_max_open, 1);
	CHECK_INT(config->leeway_s, 60);
	CHECK(config->rate_limits);
	CHECK(!config->livekit_exclusive);
	CHECK_STR(config->state_dir, "/nowhere");
	CHECK_INT(config->log_level, LOG_INFO_);
}

TEST("the path of public_url is the mount point")
{
	CHECK(load(FINE) == RC_OK);
	CHECK_STR(config->public_url, "https://Stage.example/app");
	CHECK_STR(config->mount, "/app");
	CHECK(load("public_url = http://a.example:8080\n"
	    "app_secret = 0123456789abcdef0123456789abcdef\n") == RC_OK);
	CHECK_STR(config->mount, "");
}

TEST("the seeds' names are understood in either case")
{
	CHECK(load(FINE "livekit_url = wss://lk.example:7880\n") == RC_OK);
	CHECK_STR(config->livekit_url, "wss://lk.example:7880");
	CHECK_STR(config->livekit_api_url, "https://lk.example:7880");
	CHECK(load(FINE "LIVEKIT_WS_URL=\"ws://lk.example\"\n") == RC_OK);
	CHECK_STR(config->livekit_url, "ws://lk.example");
	CHECK_STR(config->livekit_api_url, "http://lk.example");
	CHECK(load(FINE "LIVEKIT_URL = https://lk.example\n") == RC_OK);
	CHECK_STR(config->livekit_url, "wss://lk.example");
}

TEST("the webhook key is the API key unless another is named")
{
	CHECK(load(FINE LIVEKIT) == RC_OK);
	CHECK_STR(config->livekit_webhook_key, "key");
	CHECK(load(FINE LIVEKIT "livekit_webhook_key = other\n") == RC_OK);
	CHECK_STR(config->livekit_webhook_key, "other");
}

TEST("an unknown name is refused with its line")
{
	CHECK(load(FINE "\n# fine\ncolour = red\n") == RC_INVALID);
	CHECK_STR(why_after_path(), ":6: unknown name colour");
}

TEST("a name set twice is refused with both lines")
{
	CHECK(load("leeway_s = 1\nleeway_s = 2\n") == RC_INVALID);
	CHECK(strstr(why_text, ":2: leeway_s was set at ") != NULL);
	CHECK(strstr(why_text, ":1 already") != NULL);
}

TEST("a line without = is refused")
{
	CHECK(load(FINE "leeway_s 5\n") == RC_INVALID);
	CHECK_STR(why_after_path(), ":4: not of the form name = value");
}

TEST("leeway above 300 s is refused")
{
	CHECK(load(FINE "leeway_s = 300\n") == RC_OK);
	CHECK(load(FINE "leeway_s = 301\n") == RC_INVALID);
	CHECK_STR(why_after_path(),
	    ":4: leeway_s must be a number from 0 to 300");
}

TEST("numbers, switches and levels are checked")
{
	CHECK(load(FINE "session_days = 0\n") == RC_INVALID);
	CHECK(load(FINE "session_days = 1e2\n") == RC_INVALID);
	CHECK(load(FINE "session_days =\n") == RC_INVALID);
	CHECK(load(FINE "token_ttl_s = 59\n") == RC_INVALID);
	CHECK(load(FINE "livekit_exclusive = maybe\n") == RC_INVALID);
	CHECK(load(FINE "log_level = loud\n") == RC_INVALID);
	CHECK(load(FINE "rate_limits = off\nlog_level = debug\n") == RC_OK);
	CHECK(!config->rate_limits);
	CHECK_INT(config->log_level, LOG_DEBUG_);
}

TEST("rate limits have their own form")
{
	CHECK(load(FINE "rate_chat = 5/s burst 10\nrate_login = off\n") ==
	    RC_OK);
	CHECK_STR(config->rate[LIMIT_CHAT], "5/s burst 10");
	CHECK(load(FINE "rate_chat = often\n") == RC_INVALID);
	CHECK(strstr(why_text, "rate_chat must be") != NULL);
	CHECK(load(FINE "rate_nothing = 1/s burst 1\n") == RC_INVALID);
}

TEST("every rate limit that there is has a name")
{
	for (int i = 0; i < LIMIT_MAX; i++) {
		char name[64];
		bool found = false;

		snprintf(name, sizeof name, "rate_%s",
		    limit_name((enum limit)i));
		for (size_t k = 0; config_doc_at(k) != NULL; k++)
			found |= strcmp(config_doc_at(k)->name, name) == 0;
		CHECK(found);
	}
}

TEST("addresses of another scheme or with extras are refused")
{
	static const char *const bad[] = { "ftp://a.example", "a.example",
	    "https://", "https:///x", "https://u:p@a.example",
	    "https://a.example/?q", "https://a.example/#f", "https://:80",
	    "wss://a.example", "https://a b.example" };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char text[256];

		snprintf(text, sizeof text, "public_url = %s\napp_secret = "
		    "0123456789abcdef0123456789abcdef\n", bad[i]);
		CHECK(load(text) == RC_INVALID);
	}
}

TEST("public_url and app_secret must be there")
{
	CHECK(load("app_secret = 0123456789abcdef0123456789abcdef\n") ==
	    RC_INVALID);
	CHECK(strstr(why_text, "public_url") != NULL);
	CHECK(load("public_url = https://a.example\n") == RC_INVALID);
	CHECK(strstr(why_text, "app_secret") != NULL);
}

TEST("an app_secret of 31 bytes is refused, and not repeated")
{
	CHECK(load("public_url = https://a.example\n"
	    "app_secret = 0123456789abcdef0123456789abcde\n") == RC_INVALID);
	CHECK(strstr(why_text, "at least 32 bytes") != NULL);
	CHECK(strstr(why_text, "0123456789") == NULL);
}

TEST("a file that others may read is refused")
{
	CHECK(load_mode(FINE, DB_RW, 0644) == RC_INVALID);
	CHECK(strstr(why_text, "chmod 600") != NULL);
	CHECK(load_mode(FINE, DB_RW, 0640) == RC_INVALID);
	CHECK(load_mode(FINE, DB_RW, 0400) == RC_OK);
}

TEST("a file that is not there is named")
{
	const char *why = "";

	config_free(config);
	config = NULL;
	CHECK(config_load("/nowhere/at/all.conf", DB_RW, &config, &why) ==
	    RC_INVALID);
	CHECK_STR(why, "/nowhere/at/all.conf: No such file or directory");
}

TEST("a database below the document root is refused")
{
	setenv("DOCUMENT_ROOT", "/tmp", 1);
	CHECK(load("public_url = https://a.example\napp_secret = "
	    "0123456789abcdef0123456789abcdef\ndatabase = /tmp/s.db\n") ==
	    RC_INVALID);
	CHECK(strstr(why_text, "document root") != NULL);
	setenv("DOCUMENT_ROOT", "/usr", 1);
	CHECK(load("public_url = https://a.example\napp_secret = "
	    "0123456789abcdef0123456789abcdef\ndatabase = /tmp/s.db\n") ==
	    RC_OK);
	unsetenv("DOCUMENT_ROOT");
}

TEST("programs that do not call LiveKit never have its secret")
{
	CHECK(load_mode(FINE LIVEKIT "livekit_webhook_secret = w\n", DB_RW,
	    0600) == RC_OK);
	CHECK(config->livekit_api_secret == NULL);
	CHECK(config->livekit_webhook_secret == NULL);
	CHECK_STR(config->livekit_api_key, "key");
	CHECK(load_mode(FINE LIVEKIT, NEEDS_LK, 0600) == RC_OK);
	CHECK_STR(config->livekit_api_secret,
	    "a-secret-of-livekit-of-32-bytes-.");
}

TEST("LiveKit's secret goes from the environment of those programs too")
{
	setenv("STAGEDOOR_LIVEKIT_API_SECRET", "one", 1);
	setenv("LIVEKIT_API_SECRET", "two", 1);
	CHECK(load(FINE) == RC_OK);
	CHECK(getenv("STAGEDOOR_LIVEKIT_API_SECRET") == NULL);
	CHECK(getenv("LIVEKIT_API_SECRET") == NULL);
}

TEST("a site without LiveKit, or with half of it, is one; it says what lacks")
{
	CHECK(load_mode(FINE, NEEDS_LK, 0600) == RC_OK);
	CHECK_STR(livekit_missing(config), "livekit_url");
	CHECK(load_mode(FINE "livekit_url = ws://l\nlivekit_api_key = k\n",
	    NEEDS_LK, 0600) == RC_OK);
	CHECK_STR(livekit_missing(config), "livekit_api_secret");
	CHECK(load_mode(FINE LIVEKIT, NEEDS_LK, 0600) == RC_OK);
	CHECK(livekit_missing(config) == NULL);
}

TEST("the environment wins over the file, and ours over plain names")
{
	setenv("LIVEKIT_URL", "wss://plain.example", 1);
	CHECK(load(FINE LIVEKIT) == RC_OK);
	CHECK_STR(config->livekit_url, "wss://plain.example");
	setenv("STAGEDOOR_LIVEKIT_URL", "wss://ours.example", 1);
	CHECK(load(FINE LIVEKIT) == RC_OK);
	CHECK_STR(config->livekit_url, "wss://ours.example");
	unsetenv("LIVEKIT_URL");
	unsetenv("STAGEDOOR_LIVEKIT_URL");
}

TEST("a wrong value in the environment is named by its variable")
{
	setenv("STAGEDOOR_LEEWAY_S", "x", 1);
	CHECK(load(FINE) == RC_INVALID);
	CHECK(strncmp(why_text, "STAGEDOOR_LEEWAY_S: leeway_s must", 33) == 0);
	unsetenv("STAGEDOOR_LEEWAY_S");
}

TEST("names in the environment that are not ours are left alone")
{
	setenv("STAGEDOOR_VAR", "var", 1);
	setenv("LIVEKIT_PORT", "7880", 1);
	CHECK(load(FINE) == RC_OK);
	unsetenv("STAGEDOOR_VAR");
	unsetenv("LIVEKIT_PORT");
}

TEST("issuers are gathered by their names from file and environment")
{
	setenv("STAGEDOOR_ISSUER_MAIN_NAME_CLAIM", "nick", 1);
	CHECK(load(FINE "issuer.main.iss = https://i.example\n"
	    "issuer.main.aud = stage\nissuer.main.algs = RS256 ES256\n"
	    "issuer.main.jwks = https://i.example/keys\n"
	    "issuer.old.iss = o\nissuer.old.secret = s\n") == RC_OK);
	unsetenv("STAGEDOOR_ISSUER_MAIN_NAME_CLAIM");
	CHECK_INT(config->issuers_len, 2);
	CHECK_STR(config->issuers[0].name, "main");
	CHECK_STR(config->issuers[0].iss, "https://i.example");
	CHECK_STR(config->issuers[0].aud, "stage");
	CHECK_STR(config->issuers[0].algs, "RS256 ES256");
	CHECK_STR(config->issuers[0].jwks, "https://i.example/keys");
	CHECK_STR(config->issuers[0].name_claim, "nick");
	CHECK_STR(config->issuers[1].name, "old");
	CHECK_STR(config->issuers[1].secret, "s");
}

TEST("an unknown member of an issuer is refused with its line")
{
	CHECK(load(FINE "issuer.main.colour = red\n") == RC_INVALID);
	CHECK_STR(why_after_path(), ":4: unknown name issuer.main.colour");
	CHECK(load(FINE "issuer.iss = x\n") == RC_INVALID);
}

TEST("the name of an issuer is part of a file's: others are refused")
{
	static const char *const bad[] = { "../x", "a/b", "a.b", "a b",
	    "caf\xc3\xa9", "a2345678901234567890123456789012x" };
	char text[512];

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(text, sizeof text, FINE "issuer.%s.iss = i\n", bad[i]);
		CHECK(load(text) == RC_INVALID);
		snprintf(text, sizeof text, ":4: issuer.%s: the name of an "
		    "issuer is 1 to 32 of A-Z, a-z, 0-9, _ and -", bad[i]);
		CHECK_STR(why_after_path(), text);
	}
	setenv("STAGEDOOR_ISSUER_A/B_ISS", "i", 1);
	CHECK(load(FINE) == RC_INVALID);
	CHECK(strstr(why_text, "issuer.A/B: the name of an issuer") != NULL);
	unsetenv("STAGEDOOR_ISSUER_A/B_ISS");
	CHECK(load(FINE "issuer.a234567890-234567890_23456789012.iss = i\n") ==
	    RC_OK);
	CHECK_STR(config->issuers[0].name, "a234567890-234567890_23456789012");
}

TEST("a text without anything in it is not set")
{
	CHECK(load_mode(FINE "livekit_url = ws://l\nlivekit_api_key =\n",
	    NEEDS_LK, 0600) == RC_OK);
	CHECK_STR(livekit_missing(config), "livekit_api_key");
	CHECK(load_mode(FINE LIVEKIT "livekit_webhook_secret = \"\"\n"
	    "livekit_api_url =\nissuer.main.iss = i\nissuer.main.secret =\n",
	    NEEDS_LK, 0600) == RC_OK);
	CHECK(config->livekit_webhook_secret == NULL);
	CHECK_STR(config->livekit_api_url, "https://lk.example");
	CHECK(config->issuers[0].secret == NULL);
}

TEST("values keep # and =, and lose the space and the quotes around them")
{
	CHECK(load("public_url=https://a.example\r\n"
	    "app_secret = \"0123456789=#abcdef0123456789abcd\"  \r\n") ==
	    RC_OK);
	CHECK_STR(config->app_secret, "0123456789=#abcdef0123456789abcd");
}

TEST("every setting is in the manual page stagedoor.conf(5)")
{
	static char page[65536];
	const char *dir = getenv("srcdir");
	char path[512];
	FILE *file;
	size_t len;

	snprintf(path, sizeof path, "%s/man/stagedoor.conf.5",
	    dir == NULL ? "." : dir);
	file = fopen(path, "r");
	CHECK(file != NULL);
	len = fread(page, 1, sizeof page - 1, file);
	fclose(file);
	page[len] = '\0';
	for (size_t i = 0; config_doc_at(i) != NULL; i++) {
		const char *name = config_doc_at(i)->name;

		if (strstr(page, name) == NULL)
			printf("# %s is not in %s\n", name, path);
		CHECK(strstr(page, name) != NULL);
	}
}

TEST("the values of settings can be asked for by name")
{
	CHECK(load(FINE LIVEKIT "rate_chat = off\n") == RC_OK);
	CHECK_STR(config_value(config, "leeway_s"), "60");
	CHECK_STR(config_value(config, "rate_limits"), "yes");
	CHECK_STR(config_value(config, "log_level"), "info");
	CHECK_STR(config_value(config, "rate_chat"), "off");
	CHECK_STR(config_value(config, "livekit_url"), "wss://lk.example");
	CHECK(config_value(config, "livekit_api_secret") == NULL);
	CHECK(config_value(config, "colour") == NULL);
	config_free(config);
	config = NULL;
}

TEST("ICE servers are addresses that a header may carry, at most eight")
{
	static const char *const good[] = { "", "stun:a", "stuns:a:5349",
	    "turn:[2001:db8::1]:3478?transport=udp , turns:b", "stun:a," };
	static const char *const bad[] = { "a.example:3478", "stun:",
	    "http://a", "stun:a,,stun:b", "stun:a b", "stun:a>; rel=x",
	    "stun:\"a", "stun:a\tb", "stun:\xC3\xA9",
	    "stun:1,stun:2,stun:3,stun:4,stun:5,stun:6,stun:7,stun:8,stun:9" };
	char text[512];

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		snprintf(text, sizeof text, FINE "whip_ice_servers = %s\n",
		    good[i]);
		CHECK_INT(load(text), RC_OK);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(text, sizeof text, FINE "whip_ice_servers = %s\n",
		    bad[i]);
		CHECK_INT(load(text), RC_INVALID);
		CHECK(strstr(why_text, "whip_ice_servers") != NULL);
	}
}

TEST("a recording's folder has no templates, and storage no plain http")
{
	CHECK(load(FINE LIVEKIT "recording_path = r/{room_name}\n") ==
	    RC_INVALID);
	CHECK(strstr(why_text, "recording_path") != NULL);
	CHECK(load(FINE LIVEKIT "recording_path = /var/r\n") == RC_OK);
	CHECK(load(FINE LIVEKIT "s3_bucket = b\n"
	    "s3_endpoint = http://s3.example.org\n") == RC_INVALID);
	CHECK(strstr(why_text, "s3_endpoint") != NULL &&
	    strstr(why_text, "https") != NULL);
	CHECK(load(FINE LIVEKIT "s3_bucket = b\n"
	    "s3_endpoint = http://127.0.0.1:9000\n") == RC_OK);
	CHECK(load(FINE LIVEKIT "s3_endpoint = http://s3.example.org\n") ==
	    RC_OK);
}
