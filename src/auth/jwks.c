/*
 * jwks: the key sets of outside issuers.  A shared secret, a file, or an
 * address that is asked rarely: fresh for five minutes, after a failure or an
 * unknown kid at most every 30 s, old keys kept for 24 hours.  What was fetched
 * lies in a 0600 file that all processes share (plain CGI has no memory) and
 * that is replaced by rename under a lock, so that many workers ask once.
 */
#include "local.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CACHE_MAX_BYTES	(JWKS_MAX_BYTES + 4096)

static enum rc
algs_parse(const char *text, unsigned *out)
{
	char word[16];
	size_t n;

	*out = 0;
	for (const char *p = text; *p != '\0'; p += n) {
		p += strspn(p, " ,");
		if ((n = strcspn(p, " ,")) == 0)
			break;
		if (n >= sizeof(word))
			return RC_INVALID;
		memcpy(word, p, n);
		word[n] = '\0';
		if (jose_alg_by_name(word) == 0)
			return RC_INVALID;
		*out |= jose_alg_by_name(word);
	}
	return *out == 0 ? RC_INVALID : RC_OK;
}

static bool
is_loopback_http(const char *url)
{
	static const char *const hosts[] = { "http://127.0.0.1",
		"http://localhost", "http://[::1]" };

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		size_t n = strlen(hosts[i]);

		if (strncmp(url, hosts[i], n) == 0 &&
		    (url[n] == ':' || url[n] == '/'))
			return true;
	}
	return false;
}

enum rc
issuer_open(struct issuer *s, const struct issuer_config *c, const char **why)
{
	const char *algs = c->algs;

	s->config = *c;
	*why = NULL;
	if (c->iss == NULL || *c->iss == '\0')
		*why = "an issuer needs issuer.NAME.iss";
	else if (c->aud == NULL || *c->aud == '\0')
		*why = "an issuer needs issuer.NAME.aud: without an audience "
		    "tokens meant for others would be taken";
	else if ((c->secret == NULL) == (c->jwks == NULL))
		*why = "an issuer needs issuer.NAME.secret or "
		    "issuer.NAME.jwks, and not both";
	if (*why != NULL)
		return RC_INVALID;
	if (algs == NULL)
		algs = c->secret != NULL ? "HS256" : "RS256 ES256 EdDSA";
	if (algs_parse(algs, &s->algs) != RC_OK)
		*why = "issuer.NAME.algs takes HS256, RS256, ES256, EdDSA";
	else if (c->secret != NULL && s->algs != JOSE_HS256)
		*why = "an issuer with a secret signs with HS256 only";
	else if (c->jwks != NULL && (s->algs & JOSE_HS256))
		*why = "an issuer with a key set may not use HS256: its public "
		    "keys would be secrets";
	else if (c->secret != NULL && strlen(c->secret) < SECRET_MIN_BYTES)
		*why = "issuer.NAME.secret must have at least 32 bytes";
	else if (c->secret != NULL && jwk_set_secret(c->secret,
	    strlen(c->secret), &s->keys) != JOSE_OK)
		*why = "issuer.NAME.secret cannot be used as a key";
	if (*why != NULL)
		return RC_INVALID;
	s->is_url = c->jwks != NULL && strstr(c->jwks, "://") != NULL;
	if (s->is_url && !str_starts(c->jwks, "https://") &&
	    !is_loopback_http(c->jwks)) {
		*why = "issuer.NAME.jwks must be an https:// address or a file";
		return RC_INVALID;
	}
	return RC_OK;
}

void
issuer_close(struct issuer *s)
{
	jwk_set_free(s->keys);
	free((void *)s->etag);
}

/* Whole file into the arena; NULL when it is not there or too large. */
static char *
file_read(struct arena *arena, const char *path, size_t *len, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *text = NULL;
	ssize_t n;

	*len = 0;
	if (fd < 0)
		return NULL;
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode) &&
	    st->st_size <= CACHE_MAX_BYTES) {
		text = arena_alloc(arena, (size_t)st->st_size + 1);
		while (*len < (size_t)st->st_size && (n = read(fd, text + *len,
		    (size_t)st->st_size - *len)) > 0)
			*len += (size_t)n;
	}
	close(fd);
	return text;
}

static int64_t
mtime_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

static void
keys_take(struct issuer *s, const char *json, size_t len)
{
	struct jwk_set *keys;
	const char *why;

	if (jwk_set_parse(json, len, &keys, &why) != JOSE_OK) {
		log_warn("issuer %s: key set refused, the old one stays: %s",
		    s->config.name, why);
		return;
	}
	jwk_set_free(s->keys);
	s->keys = keys;
}

/* True when the file is another one than what we read last. */
static bool
file_changed(struct issuer *s, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return s->file_inode == 0;
	return mtime_ns(&st) != s->file_mtime_ns ||
	    (int64_t)st.st_ino != s->file_inode;
}

static enum rc
keys_from_file(struct issuer *s, struct arena *arena)
{
	struct stat st;
	size_t len;
	char *text;

	if (!file_changed(s, s->config.jwks))
		return s->keys == NULL ? RC_BUSY : RC_OK;
	text = file_read(arena, s->config.jwks, &len, &st);
	if (text == NULL) {
		log_warn("issuer %s: %s cannot be read", s->config.name,
		    s->config.jwks);
	} else {
		s->file_mtime_ns = mtime_ns(&st);
		s->file_inode = (int64_t)st.st_ino;
		keys_take(s, text, len);
	}
	return s->keys == NULL ? RC_BUSY : RC_OK;
}

/* ---- the shared cache: one line of JSON, then the body as it came --------- */

static void
cache_read(struct auth *a, struct issuer *s, struct arena *arena)
{
	const char *path = arena_printf(arena, "%s/jwks-%s",
	    a->config.cache_dir, s->config.name);
	const struct cJSON *head, *v;
	struct stat st;
	char *text, *end;
	size_t len;

	if (!file_changed(s, path) ||
	    (text = file_read(arena, path, &len, &st)) == NULL)
		return;
	s->file_mtime_ns = mtime_ns(&st);
	s->file_inode = (int64_t)st.st_ino;
	if ((end = memchr(text, '\n', len)) == NULL || json_parse(arena, text,
	    (size_t)(end - text), &head) != JSON_OK)
		return;
	if (cJSON_IsNumber(v = json_get(head, "fetched")))
		s->fetched_ms = (int64_t)v->valuedouble;
	if (cJSON_IsNumber(v = json_get(head, "tried")))
		s->tried_ms = (int64_t)v->valuedouble;
	free((void *)s->etag);
	s->etag = json_str(head, "etag") == NULL ? NULL :
	    strdup(json_str(head, "etag"));
	end++;
	if (end < text + len)
		keys_take(s, end, len - (size_t)(end - text));
}

/* body NULL: the one that is there stays. */
static void
cache_write(struct auth *a, struct issuer *s, struct arena *arena,
    const char *body, size_t body_len)
{
	char *path = arena_printf(arena, "%s/jwks-%s", a->config.cache_dir,
	    s->config.name);
	char *fresh = arena_printf(arena, "%s.%ld", path, (long)getpid());
	struct stat st;
	struct buf b;
	size_t len = 0;
	char *old;
	int fd;

	buf_init(&b, arena);
	json_object(&b, NULL);
	json_add_int(&b, "fetched", s->fetched_ms);
	json_add_int(&b, "tried", s->tried_ms);
	json_add_str(&b, "etag", s->etag);
	json_object_end(&b);
	buf_char(&b, '\n');
	if (body == NULL && (old = file_read(arena, path, &len, &st)) != NULL &&
	    (body = memchr(old, '\n', len)) != NULL) {
		body++;
		body_len = len - (size_t)(body - old);
	}
	if (body != NULL)
		buf_add(&b, body, body_len);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, b.data, b.len) != (ssize_t)b.len ||
	    rename(fresh, path) != 0) {
		log_warn("issuer %s: %s: %s", s->config.name, path,
		    strerror(errno));
		unlink(fresh);
	}
	if (fd >= 0)
		close(fd);
}

static void
keys_fetch(struct auth *a, struct issuer *s, struct arena *arena, int64_t now)
{
	struct net_reply reply = { 0 };
	struct jwk_set *keys;
	const char *why = "no answer";
	enum rc rc;

	s->tried_ms = now;
	rc = a->fetch(arena, s->config.jwks, s->keys == NULL ? NULL : s->etag,
	    JWKS_MAX_BYTES, JWKS_TIMEOUT_MS, &reply);
	if (rc == RC_OK && reply.status == 304 && s->keys != NULL) {
		s->fetched_ms = now;
		cache_write(a, s, arena, NULL, 0);
		return;
	}
	if (rc == RC_OK && reply.status == 200 && jwk_set_parse(reply.body,
	    reply.body_len, &keys, &why) == JOSE_OK) {
		jwk_set_free(s->keys);
		s->keys = keys;
		s->fetched_ms = now;
		free((void *)s->etag);
		s->etag = reply.etag == NULL ? NULL : strdup(reply.etag);
		cache_write(a, s, arena, reply.body, reply.body_len);
		return;
	}
	log_warn("issuer %s: key set not refreshed (%s, status %d): %s",
	    s->config.name, rc_name(rc), reply.status, why);
	cache_write(a, s, arena, NULL, 0);
}

static bool
usable(const struct issuer *s, int64_t now)
{
	return s->keys != NULL && now - s->fetched_ms < JWKS_HARD_AGE_MS;
}

/* Another ask is allowed: the cool-down is over (or the clock went back). */
static bool
may_ask(const struct issuer *s, int64_t now)
{
	return now - s->tried_ms >= JWKS_COOL_DOWN_MS || now < s->tried_ms;
}

/*
 * The lock of one issuer's refresh.  Who has keys does not wait for it; who
 * has none waits as long as one fetch may take.
 */
static int
refresh_lock(struct auth *a, struct issuer *s, struct arena *arena, bool wait)
{
	const struct timespec nap = { 0, 20 * 1000000L };
	int64_t until = clock_mono_ms() + (wait ? JWKS_TIMEOUT_MS : 0);
	int fd = open(arena_printf(arena, "%s/jwks-%s.lock",
	    a->config.cache_dir, s->config.name),
	    O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return -1;
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (clock_mono_ms() >= until) {
			close(fd);
			return -1;
		}
		nanosleep(&nap, NULL);
	}
	return fd;
}

static bool
refresh_due(const struct issuer *s, const char *kid, int64_t now)
{
	if (!may_ask(s, now))
		return false;
	return !usable(s, now) || now - s->fetched_ms >= JWKS_FRESH_MS ||
	    (kid != NULL && !jwk_set_has_kid(s->keys, kid));
}

enum rc
issuer_keys(struct auth *a, struct issuer *s, struct arena *arena,
    const char *kid, int64_t now, const struct jwk_set **out)
{
	int fd;

	if (s->config.secret != NULL) {
		*out = s->keys;
		return RC_OK;
	}
	if (!s->is_url) {
		if (keys_from_file(s, arena) != RC_OK)
			return RC_BUSY;
		*out = s->keys;
		return RC_OK;
	}
	cache_read(a, s, arena);
	if (refresh_due(s, kid, now) &&
	    (fd = refresh_lock(a, s, arena, !usable(s, now))) >= 0) {
		cache_read(a, s, arena);	/* another may have asked */
		if (refresh_due(s, kid, now))
			keys_fetch(a, s, arena, now);
		close(fd);
	}
	if (!usable(s, now))
		return RC_BUSY;
	*out = s->keys;
	return RC_OK;
}
