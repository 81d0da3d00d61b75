/*
 * The configuration: ONE table that names, documents and checks every setting,
 * and the way from given texts to struct config.  Reading files and the
 * environment is config_read.c's.  Must not log a value.
 */
#include "local.h"
#include "../net/net.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#ifndef SYSCONFDIR
#define SYSCONFDIR "/etc"
#endif
#ifndef LOCALSTATEDIR
#define LOCALSTATEDIR "/var"
#endif

#define RECORDING_PATH_MAX 512

#define AT(member)	offsetof(struct config, member)
#define OF(member)	offsetof(struct issuer_config, member)
#define RATE(which, text)						\
	{ { "rate_" which, NULL, text, false }, FORM_LIMIT, 0

static const struct setting settings[] = {
	{ { "public_url", NULL, "address that people use, "
	    "http(s)://host[:port][/path]; its path is the mount point", false },
	    FORM_HTTP_URL, AT(public_url) },
	{ { "database", LOCALSTATEDIR "/lib/stagedoor/stagedoor.db",
	    "the SQLite file; never below a web server's document root", false },
	    FORM_TEXT, AT(database) },
	{ { "state_dir", NULL, "folder of rate limits, counters and cached "
	    "key sets (default: the folder of the database)", false },
	    FORM_TEXT, AT(state_dir) },
	{ { "app_secret", NULL, "signs our own tokens; at least 32 bytes, random",
	    true }, FORM_TEXT, AT(app_secret) },
	{ { "session_days", "30", "a sign-in lasts so long, 1-365", false },
	    FORM_INT, AT(session_days), 1, 365 },
	{ { "livekit_url", NULL, "LiveKit as clients are told, ws(s)://host[:port]",
	    false }, FORM_LIVEKIT_URL, AT(livekit_url), 0, 0, 0,
	    "livekit_ws_url" },
	{ { "livekit_api_url", NULL, "LiveKit's server API "
	    "(default: livekit_url with http)", false },
	    FORM_HTTP_URL, AT(livekit_api_url) },
	{ { "livekit_api_key", NULL, "name of LiveKit's API key", false },
	    FORM_TEXT, AT(livekit_api_key) },
	{ { "livekit_api_secret", NULL, "secret of LiveKit's API key", true },
	    FORM_TEXT, AT(livekit_api_secret), 0, 0, NEEDS_LK },
	{ { "livekit_webhook_key", NULL, "key that LiveKit signs webhooks with "
	    "(default: livekit_api_key)", false },
	    FORM_TEXT, AT(livekit_webhook_key) },
	{ { "livekit_webhook_secret", NULL, "another secret that webhooks may be "
	    "signed with, beside livekit_api_secret", true },
	    FORM_TEXT, AT(livekit_webhook_secret), 0, 0, NEEDS_LK },
	{ { "livekit_exclusive", "no", "yes: nobody else uses this LiveKit, so "
	    "rooms that are not in our table are deleted there", false },
	    FORM_BOOL, AT(livekit_exclusive) },
	{ { "token_ttl_s", "600", "seconds that a room token lets people in, "
	    "60-21600", false }, FORM_INT, AT(token_ttl_s), 60, 21600 },
	{ { "live_max_open", "1", "open streams per person; 0: any number",
	    false }, FORM_INT, AT(live_max_open), 0, 100 },
	{ { "live_host_grace_s", "60", "seconds after the host left until a "
	    "stream ends, 5-3600", false },
	    FORM_INT, AT(live_host_grace_s), 5, 3600 },
	{ { "live_host_wait_s", "300", "seconds that a started stream waits for "
	    "its host, 10-86400", false },
	    FORM_INT, AT(live_host_wait_s), 10, 86400 },
	{ { "creators", "open", "who may stream: open (everybody) or approval "
	    "(whom an administrator approves)", false },
	    FORM_WORD, AT(creators), .words = "open approval" },
	{ { "ingress", "auto", "what stream keys are made for: auto (WHIP here, "
	    "RTMP at LiveKit's ingress where there is one), livekit (both there) "
	    "or own (WHIP here, no RTMP)", false },
	    FORM_WORD, AT(ingress), .words = "auto livekit own" },
	{ { "key_file", NULL, "file of the key that stream keys are kept under; "
	    "made when first needed (default: stagedoor.key beside the database)",
	    false }, FORM_TEXT, AT(key_file) },
	{ { "whip_ice_servers", "", "STUN and TURN servers that WHIP encoders are "
	    "told, separated by commas", false },
	    FORM_TEXT, AT(whip_ice_servers) },
	{ { "environment", "production", "what GET /api/config tells clients to "
	    "be like: production (quality) or development (debugging)", false },
	    FORM_WORD, AT(environment), .words = "production development" },
	{ { "recording_path", "recordings", "folder of recordings, in the bucket "
	    "or on the disk of the egress host", false },
	    FORM_TEXT, AT(recording_path) },
	{ { "s3_bucket", NULL, "bucket that recordings go to (default: the disk "
	    "of the egress host)", false }, FORM_TEXT, AT(s3_bucket) },
	{ { "s3_region", NULL, "its region", false }, FORM_TEXT, AT(s3_region) },
	{ { "s3_endpoint", NULL, "http(s)://host[:port] of S3 storage that is not "
	    "Amazon's", false }, FORM_HTTP_URL, AT(s3_endpoint) },
	{ { "s3_access_key", NULL, "name of its access key", false },
	    FORM_TEXT, AT(s3_access_key), 0, 0, NEEDS_LK },
	{ { "s3_secret_key", NULL, "secret of its access key", true },
	    FORM_TEXT, AT(s3_secret_key), 0, 0, NEEDS_LK },
	{ { "leeway_s", "60", "seconds that clocks of token issuers may differ, "
	    "0-300", false }, FORM_INT, AT(leeway_s), 0, 300 },
	{ { "trusted_proxies", "", "addresses whose X-Forwarded-For is believed, "
	    "separated by commas", false }, FORM_TEXT, AT(trusted_proxies) },
	{ { "metrics_allow", "", "addresses besides loopback that may read "
	    "/metrics, separated by commas", false },
	    FORM_TEXT, AT(metrics_allow) },
	{ { "log_level", "info", "debug, info, warn or error", false },
	    FORM_WORD, AT(log_level), .words = "debug info warn error" },
	{ { "rate_limits", "on", "off: no rate limit at all (benchmarks)", false },
	    FORM_BOOL, AT(rate_limits) },
	RATE("register", "accounts made per address: N/period burst B, or off"),
	    LIMIT_REGISTER },
	RATE("login", "failed sign-ins per account and per address"),
	    LIMIT_LOGIN },
	RATE("token", "room tokens per person"), LIMIT_TOKEN },
	RATE("guest", "room tokens of guests per address"), LIMIT_GUEST },
	RATE("start", "streams started per person"), LIMIT_START },
	RATE("chat", "chat messages per person"), LIMIT_CHAT },
	RATE("metrics", "client metrics per person"), LIMIT_METRICS },
	RATE("webhook_failure", "webhooks with a bad signature per address"),
	    LIMIT_WEBHOOK_FAILURE },
	{ { "issuer.NAME.iss", NULL, "iss of tokens of an outside login; "
	    "NAME is 1-32 of A-Z a-z 0-9 _ -", false }, FORM_ISSUER, OF(iss) },
	{ { "issuer.NAME.aud", NULL, "aud that its tokens must have", false },
	    FORM_ISSUER, OF(aud) },
	{ { "issuer.NAME.algs", NULL, "algorithms, separated by spaces: HS256 "
	    "RS256 ES256 EdDSA", false }, FORM_ISSUER, OF(algs) },
	{ { "issuer.NAME.secret", NULL, "shared secret (HS256); or", true },
	    FORM_ISSUER, OF(secret) },
	{ { "issuer.NAME.jwks", NULL, "its key set: https address or file",
	    false }, FORM_ISSUER, OF(jwks) },
	{ { "issuer.NAME.name_claim", NULL, "claim that names the person "
	    "(default: preferred_username, then name, then sub)", false },
	    FORM_ISSUER, OF(name_claim) },
	{ { "issuer.NAME.picture_claim", NULL, "claim with the picture's address "
	    "(default: picture)", false }, FORM_ISSUER, OF(picture_claim) },
};
_Static_assert(sizeof(enum log_level) == sizeof(int) &&
    sizeof(enum creators_mode) == sizeof(int) &&
    sizeof(enum ingress_mode) == sizeof(int) &&
    sizeof(enum environment) == sizeof(int), "FORM_WORD stores an int");
_Static_assert(sizeof settings / sizeof settings[0] <= SETTINGS_MAX,
    "struct loading has room for every setting");

const struct setting *
setting_at(size_t i)
{
	return i < sizeof settings / sizeof settings[0] ? &settings[i] : NULL;
}

const struct setting *
setting_find(const char *name, size_t *i)
{
	const struct setting *s;

	for (*i = 0; (s = setting_at(*i)) != NULL; (*i)++)
		if (s->form != FORM_ISSUER &&
		    (strcasecmp(s->doc.name, name) == 0 ||
		    (s->alias != NULL && strcasecmp(s->alias, name) == 0)))
			return s;
	return NULL;
}

const struct config_doc *
config_doc_at(size_t i)
{
	const struct setting *s = setting_at(i);

	return s == NULL ? NULL : &s->doc;
}

enum rc
config_refuse(struct loading *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(l->why, sizeof l->why, fmt, ap);
	va_end(ap);
	return RC_INVALID;
}

/* Without user, query, fragment; *out has no '/' at the end. */
static bool
url_plain(struct arena *arena, const char *text, const char *scheme,
    const char *tls_scheme, const char **out)
{
	size_t len = strlen(text), skip;

	if (str_starts(text, tls_scheme))
		skip = strlen(tls_scheme);
	else if (str_starts(text, scheme))
		skip = strlen(scheme);
	else
		return false;
	if (strpbrk(text, "@?#\\\"<> \t") != NULL || text[skip] == '/' ||
	    text[skip] == ':' || text[skip] == '\0')
		return false;
	while (len > skip && text[len - 1] == '/')
		len--;
	*out = arena_strndup(arena, text, len);
	return true;
}

/* Clients are told ws(s); people also write http(s) there. */
static bool
url_livekit(struct arena *arena, const char *text, const char **out)
{
	const char *url;

	if (url_plain(arena, text, "ws://", "wss://", out))
		return true;
	if (!url_plain(arena, text, "http://", "https://", &url))
		return false;
	*out = arena_printf(arena, "ws%s", url + strlen("http"));
	return true;
}

static bool
text_to_bool(const char *text, bool *out)
{
	static const char *const yes[] = { "yes", "on", "true", "1" };
	static const char *const no[] = { "no", "off", "false", "0" };

	for (size_t i = 0; i < 4; i++) {
		if (strcasecmp(text, yes[i]) == 0)
			return *out = true;
		if (strcasecmp(text, no[i]) == 0)
			return !(*out = false);
	}
	return false;
}

/* The i-th of some words separated by spaces; NULL past the end. */
static const char *
word_at(const char *words, size_t i, size_t *len)
{
	while (i-- > 0) {
		words += strcspn(words, " ");
		words += strspn(words, " ");
	}
	*len = strcspn(words, " ");
	return *len == 0 ? NULL : words;
}

static bool
text_to_word(const char *text, const char *words, int *out)
{
	const char *word;
	size_t len;

	for (int i = 0; (word = word_at(words, (size_t)i, &len)) != NULL; i++)
		if (strlen(text) == len && memcmp(text, word, len) == 0) {
			*out = i;
			return true;
		}
	return false;
}

/* "livekit_api_key =" of a sample that nobody filled in sets nothing. */
static bool
setting_given(const struct setting *s, const struct given *g)
{
	if (g->value == NULL)
		return false;
	return g->value[0] != '\0' || (s->form != FORM_TEXT &&
	    s->form != FORM_HTTP_URL && s->form != FORM_LIVEKIT_URL);
}

/* One text into its place in struct config, checked. */
static enum rc
setting_store(struct loading *l, const struct setting *s,
    const struct given *g, struct config *c)
{
	void *to = (char *)c + s->offset;
	bool good = true;
	const char *want = "";

	switch (s->form) {
	case FORM_TEXT:
		*(const char **)to = g->value;
		break;
	case FORM_HTTP_URL:
		want = "http(s)://host[:port][/path]";
		good = url_plain(l->arena, g->value, "http://", "https://", to);
		break;
	case FORM_LIVEKIT_URL:
		want = "ws(s)://host[:port]";
		good = url_livekit(l->arena, g->value, to);
		break;
	case FORM_INT:
		want = arena_printf(l->arena, "a number from %lld to %lld",
		    (long long)s->min, (long long)s->max);
		good = str_to_int(g->value, s->min, s->max, to);
		break;
	case FORM_BOOL:
		want = "yes or no";
		good = text_to_bool(g->value, to);
		break;
	case FORM_WORD:
		want = arena_printf(l->arena, "one of: %s", s->words);
		good = text_to_word(g->value, s->words, to);
		break;
	case FORM_LIMIT:
		want = "\"N/period burst B\" or \"off\"";
		c->rate[s->min] = g->value;
		good = limit_set((enum limit)s->min, g->value);
		break;
	case FORM_ISSUER:
		break;
	}
	if (!good)
		return config_refuse(l, "%s: %s must be %s", g->where,
		    s->doc.name, want);
	return RC_OK;
}

static enum rc
config_store(struct loading *l, struct config *c)
{
	const struct setting *s;
	enum rc rc;

	for (size_t i = 0; (s = setting_at(i)) != NULL; i++) {
		struct given g = l->given[i];

		if (!setting_given(s, &g))
			g = (struct given){ s->doc.dflt, "default" };
		if (g.value == NULL)
			continue;
		if ((rc = setting_store(l, s, &g, c)) != RC_OK)
			return rc;
	}
	c->issuers = l->issuers_len == 0 ? NULL : memcpy(arena_alloc(l->arena,
	    sizeof l->issuers), l->issuers, sizeof l->issuers);
	c->issuers_len = l->issuers_len;
	return RC_OK;
}

/* The folder that a path is in; "." where it names none. */
static const char *
path_folder(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return ".";
	return slash == path ? "/" :
	    arena_strndup(arena, path, (size_t)(slash - path));
}

static bool
path_below(const char *folder, const char *root)
{
	char a[PATH_MAX], b[PATH_MAX];
	size_t len;

	if (realpath(folder, a) == NULL || realpath(root, b) == NULL)
		return false;
	len = strlen(b);
	return strcmp(b, "/") == 0 ||
	    (strncmp(a, b, len) == 0 && (a[len] == '/' || a[len] == '\0'));
}

/* Of recordings: LiveKit fills braces in, and then we would not know our own
 * file; we say the secret of S3 to nobody who may listen. */
static enum rc
config_recordings(struct loading *l, const struct config *c)
{
	const char *path = c->recording_path;

	if (strlen(path) > RECORDING_PATH_MAX || strpbrk(path, "{}") != NULL ||
	    !utf8_valid(path, strlen(path)))
		return config_refuse(l, "recording_path: at most %d bytes, "
		    "without { and }", RECORDING_PATH_MAX);
	if (c->s3_bucket != NULL && c->s3_endpoint != NULL &&
	    !net_url_allowed(arena_printf(l->arena, "%s/", c->s3_endpoint)))
		return config_refuse(l, "s3_endpoint: %s must be https (http "
		    "only on this machine: 127.0.0.1, localhost, [::1])",
		    c->s3_endpoint);
	return RC_OK;
}

/* What follows from other settings, and what must not be. */
static enum rc
config_complete(struct loading *l, struct config *c)
{
	const char *root = getenv("DOCUMENT_ROOT");
	const char *path, *folder = path_folder(l->arena, c->database);

	if (c->public_url == NULL)
		return config_refuse(l, "public_url is not set: the address that "
		    "people use, like https://example.org/stage");
	path = strchr(strstr(c->public_url, "://") + 3, '/');
	c->mount = path == NULL ? "" : path;
	if (c->app_secret == NULL || strlen(c->app_secret) < 32)
		return config_refuse(l, "app_secret must have at least 32 bytes, "
		    "for example of `openssl rand -hex 32`");
	if (c->state_dir == NULL)
		c->state_dir = folder;
	if (c->key_file == NULL)
		c->key_file = arena_printf(l->arena, "%s/stagedoor.key",
		    folder);
	if (!whip_ice_valid(c->whip_ice_servers))
		return config_refuse(l, "whip_ice_servers: at most %d addresses "
		    "like stun:stun.example.org:3478 (stun:, stuns:, turn:, "
		    "turns:), separated by commas", WHIP_ICE_MAX);
	if (root != NULL && root[0] != '\0' && path_below(folder, root))
		return config_refuse(l, "database: %s is below the document root "
		    "%s, where anybody could fetch it", c->database, root);
	if (c->livekit_api_url == NULL && c->livekit_url != NULL)
		c->livekit_api_url = arena_printf(l->arena, "http%s",
		    c->livekit_url + strlen("ws"));
	if (c->livekit_webhook_key == NULL)
		c->livekit_webhook_key = c->livekit_api_key;
	return config_recordings(l, c);
}

enum rc
config_load(const char *path, unsigned caps, struct config **out,
    const char **why)
{
	static struct loading l;
	const char *usual = SYSCONFDIR "/stagedoor.conf";
	struct config *c;
	enum rc rc = RC_OK;

	memset(&l, 0, sizeof l);
	l.arena = arena_new(4 * HTTP_BODY_MAX);
	l.caps = caps;
	c = arena_alloc(l.arena, sizeof *c);
	c->arena = l.arena;
	if (path == NULL)
		path = getenv("STAGEDOOR_CONF");
	if (path == NULL && access(usual, F_OK) == 0)
		path = usual;
	if (path != NULL) {
		c->path = arena_strdup(l.arena, path);
		rc = config_read_file(&l, c->path);
	}
	if (rc == RC_OK)
		rc = config_read_environment(&l);
	if (rc == RC_OK)
		rc = config_store(&l, c);
	if (rc == RC_OK)
		rc = config_complete(&l, c);
	if (rc != RC_OK) {
		arena_free(l.arena);
		*why = l.why;
		return rc;
	}
	*out = c;
	return RC_OK;
}

void
config_free(struct config *c)
{
	if (c != NULL)
		arena_free(c->arena);
}

const char *
config_value(const struct config *c, const char *name)
{
	size_t i, len;
	const struct setting *s = setting_find(name, &i);
	const void *at;
	const char *word;

	if (s == NULL)
		return NULL;
	at = (const char *)c + s->offset;
	switch (s->form) {
	case FORM_INT:
		return arena_printf(c->arena, "%lld",
		    (long long)*(const int64_t *)at);
	case FORM_BOOL:
		return *(const bool *)at ? "yes" : "no";
	case FORM_WORD:
		word = word_at(s->words, (size_t)*(const int *)at, &len);
		return word == NULL ? NULL :
		    arena_strndup(c->arena, word, len);
	case FORM_LIMIT:
		return c->rate[s->min];
	default:
		return *(const char *const *)at;
	}
}
