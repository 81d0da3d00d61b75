/*
 * jwks: the key sets of outside issuers: a file, or an address that is asked
 * rarely: fresh for five minutes, after a failure or an unknown kid at most
 * every 30 s, old keys kept for 24 hours.  What was fetched lies in a 0600 file
 * that all processes share (plain CGI has no memory) and that is replaced by
 * rename under a lock, so that many workers ask once.
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
file_seen(struct issuer *s, const struct stat *st)
{
	s->file_mtime_ns = mtime_ns(st);
	s->file_inode = (int64_t)st->st_ino;
}

static void
keys_replace(struct issuer *s, struct jwk_set *keys)
{
	jwk_set_free(s->keys);
	s->keys = keys;
	s->generation++;
}

/* False: no key set, the old one stays. */
static bool
keys_take(struct issuer *s, const char *json, size_t len)
{
	struct jwk_set *keys;
	const char *why;

	if (jwk_set_parse(json, len, &keys, &why) != JOSE_OK) {
		log_warn("issuer %s: key set refused, the old one stays: %s",
		    s->config.name, why);
		return false;
	}
	keys_replace(s, keys);
	return true;
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
		file_seen(s, &st);
		(void)keys_take(s, text, len);
	}
	return s->keys == NULL ? RC_BUSY : RC_OK;
}

static void
etag_set(struct issuer *s, const char *etag)
{
	free((void *)s->etag);
	s->etag = etag == NULL ? NULL : strdup(etag);
}

/* ---- the shared cache: one line of JSON, then the body as it came --------- */

static void
cache_read(struct auth *a, struct issuer *s, struct arena *arena)
{
	const char *path = arena_printf(arena, "%s/jwks-%s",
	    a->config.cache_dir, s->config.name);
	const struct cJSON *head, *v;
	const char *url;
	struct stat st;
	char *text, *end;
	size_t len;

	if (!file_changed(s, path) ||
	    (text = file_read(arena, path, &len, &st)) == NULL)
		return;
	file_seen(s, &st);
	/* Keys of an address that is configured no more are nobody's. */
	if ((end = memchr(text, '\n', len)) == NULL || json_parse(arena, text,
	    (size_t)(end - text), &head) != JSON_OK ||
	    (url = json_str(head, "url")) == NULL ||
	    strcmp(url, s->config.jwks) != 0)
		return;
	if (cJSON_IsNumber(v = json_get(head, "tried")))
		s->tried_ms = (int64_t)v->valuedouble;
	end++;
	if (end == text + len ||
	    !keys_take(s, end, len - (size_t)(end - text)))
		return;
	if (cJSON_IsNumber(v = json_get(head, "fetched")))
		s->fetched_ms = (int64_t)v->valuedouble;
	etag_set(s, json_str(head, "etag"));
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
	json_add_str(&b, "url", s->config.jwks);
	json_add_int(&b, "fetched", s->fetched_ms);
	json_add_int(&b, "tried", s->tried_ms);
	json_add_str(&b, "etag", s->etag);
	json_object_end(&b);
	buf_char(&b, '\n');
	if (body == NULL && s->keys != NULL &&
	    (old = file_read(arena, path, &len, &st)) != NULL &&
	    (body = memchr(old, '\n', len)) != NULL) {
		body++;
		body_len = len - (size_t)(body - old);
	}
	if (body != NULL)
		buf_add(&b, body, body_len);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, b.data, b.len) != (ssize_t)b.len ||
	    fstat(fd, &st) != 0 || rename(fresh, path) != 0) {
		log_warn("issuer %s: %s: %s", s->config.name, path,
		    strerror(errno));
		unlink(fresh);
	} else
		file_seen(s, &st);	/* it says what we know */
	if (fd >= 0)
		close(fd);
}

static void
keys_fetch(struct auth *a, struct issuer *s, struct arena *arena, int64_t now,
    int timeout_ms)
{
	struct net_reply reply = { 0 };
	struct jwk_set *keys;
	const char *why = "no key set";
	enum rc rc;

	s->tried_ms = now;
	rc = a->fetch(arena, s->config.jwks, s->keys == NULL ? NULL : s->etag,
	    JWKS_MAX_BYTES, timeout_ms, &reply);
	if (rc == RC_OK && reply.status == 304 && s->keys != NULL) {
		s->fetched_ms = now;
		cache_write(a, s, arena, NULL, 0);
		return;
	}
	if (rc == RC_OK && reply.status == 200 && jwk_set_parse(reply.body,
	    reply.body_len, &keys, &why) == JOSE_OK) {
		keys_replace(s, keys);
		s->fetched_ms = now;
		etag_set(s, reply.etag);
		cache_write(a, s, arena, reply.body, reply.body_len);
		return;
	}
	log_warn("issuer %s: key set not refreshed (%s, status %d): %s",
	    s->config.name, rc_name(rc), reply.status, why);
	cache_write(a, s, arena, NULL, 0);
}

/* Either way: another process, or a clock set back, may be ahead of now. */
static bool
within(int64_t then, int64_t now, int64_t span_ms)
{
	return then > now ? then - now < span_ms : now - then < span_ms;
}

static bool
usable(const struct issuer *s, int64_t now)
{
	return s->keys != NULL && within(s->fetched_ms, now, JWKS_HARD_AGE_MS);
}

static bool
kid_missing(const struct issuer *s, const char *kid)
{
	return kid != NULL && !jwk_set_has_kid(s->keys, kid);
}

static bool
refresh_due(const struct issuer *s, const char *kid, int64_t now)
{
	if (within(s->tried_ms, now, JWKS_COOL_DOWN_MS))
		return false;
	return !usable(s, now) ||
	    !within(s->fetched_ms, now, JWKS_FRESH_MS) || kid_missing(s, kid);
}

/*
 * The lock of one issuer's refresh, waited for until a monotonic time.  False:
 * another has it.  Where there can be no lock file *fd is -1 and we go on: the
 * cool-down still holds in this process.
 */
static bool
refresh_lock(struct auth *a, struct issuer *s, struct arena *arena,
    int64_t until, int *fd)
{
	const struct timespec nap = { 0, 20 * 1000000L };
	const char *path = arena_printf(arena, "%s/jwks-%s.lock",
	    a->config.cache_dir, s->config.name);

	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*fd < 0) {
		log_warn("issuer %s: %s: %s", s->config.name, path,
		    strerror(errno));
		return true;
	}
	while (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
		if (clock_mono_ms() >= until) {
			close(*fd);
			return false;
		}
		nanosleep(&nap, NULL);
	}
	return true;
}

/*
 * Asks the issuer, or waits for the one who does: not at all where the keys
 * are only old, a moment where the one for this token may be on its way, as
 * long as an answer may take where there are none.
 */
static void
keys_refresh(struct auth *a, struct issuer *s, struct arena *arena,
    const char *kid, int64_t now)
{
	int64_t begun = clock_mono_ms(), left;
	int64_t wait = !usable(s, now) ? JWKS_TIMEOUT_MS :
	    kid_missing(s, kid) ? JWKS_KID_WAIT_MS : 0;
	int fd;

	if (!refresh_lock(a, s, arena, begun + wait, &fd))
		return;
	cache_read(a, s, arena);	/* another may have asked */
	left = begun + JWKS_TIMEOUT_MS - clock_mono_ms();
	if (left > 0 && refresh_due(s, kid, now))
		keys_fetch(a, s, arena, now, (int)left);
	if (fd >= 0)
		close(fd);
}

enum rc
issuer_keys(struct auth *a, struct issuer *s, struct arena *arena,
    const char *kid, int64_t now, const struct jwk_set **out)
{
	if (s->is_url) {
		cache_read(a, s, arena);
		if (refresh_due(s, kid, now))
			keys_refresh(a, s, arena, kid, now);
		if (!usable(s, now))
			return RC_BUSY;
	} else if (s->config.secret == NULL &&
	    keys_from_file(s, arena) != RC_OK)
		return RC_BUSY;
	*out = s->keys;
	return RC_OK;
}
