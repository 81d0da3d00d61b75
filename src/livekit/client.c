/*
 * A client: where the server is, what signs, what is sent along.  It makes no
 * connection; that is the transport's.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "local.h"

int64_t
lki_clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Nothing that a URL may not hold, and no user:password@ before the host. */
static bool
rest_good(const char *rest)
{
	size_t host = strcspn(rest, "/?#");

	if (host == 0 || memchr(rest, '@', host) != NULL)
		return false;
	for (const char *p = rest; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7F ||
		    strchr("\"<>\\^`{|}?#", *p) != NULL)
			return false;
	return true;
}

char *
lki_url(const char *url, enum lk_err *err)
{
	static const struct lk_pair schemes[] = {
		{ "http://", "http://" }, { "https://", "https://" },
		{ "ws://", "http://" }, { "wss://", "https://" }
	};
	struct lki_buf b = { 0 };
	const char *rest;
	char *out = NULL;
	size_t n;

	*err = LK_USAGE;
	for (size_t i = 0; i < LKI_LEN(schemes); i++) {
		n = strlen(schemes[i].name);
		if (strncasecmp(url, schemes[i].name, n) != 0)
			continue;
		rest = url + n;
		if (!rest_good(rest))
			return NULL;
		for (n = strlen(rest); n > 0 && rest[n - 1] == '/'; n--)
			;
		lki_puts(&b, schemes[i].value);
		lki_put(&b, rest, n);
		*err = lki_buf_done(&b, &out);
		return out;
	}
	return NULL;
}

bool
lki_visible(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7F)
			return false;
	return true;
}

/* A token (RFC 9110) and a value without control characters. */
static bool
header_good(const struct lk_pair *h)
{
	if (lki_blank(h->name) || h->value == NULL)
		return false;
	for (const char *p = h->name; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7F ||
		    strchr("\"(),/:;<=>?@[\\]{}", *p) != NULL)
			return false;
	for (const char *p = h->value; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7F)
			return false;
	return true;
}

static enum lk_err
headers_copy(struct lk_client *c, const struct lk_client_opts *o)
{
	struct lki_buf b = { 0 };
	enum lk_err err = LK_OK;

	c->header = calloc(o->headers_len + 1, sizeof(*c->header));
	if (c->header == NULL)
		return LK_NOMEM;
	for (size_t i = 0; i < o->headers_len && err == LK_OK; i++) {
		if (!header_good(&o->headers[i]))
			return LK_USAGE;
		lki_puts(&b, o->headers[i].name);
		lki_puts(&b, ": ");
		lki_puts(&b, o->headers[i].value);
		err = lki_buf_done(&b, &c->header[i]);
		c->header_len += err == LK_OK;
	}
	return err;
}

static const char *
given_or(const char *given, const char *env)
{
	return lki_blank(given) ? getenv(env) : given;
}

/*
 * LIVEKIT_TOKEN lies around in shells: it must not override a key that is
 * known.
 */
static enum lk_err
key_take(struct lk_client *c, const struct lk_client_opts *o)
{
	const char *key, *secret, *token = o->token;

	if (lki_blank(token)) {
		key = given_or(o->key, "LIVEKIT_API_KEY");
		secret = given_or(o->secret, "LIVEKIT_API_SECRET");
		if (!lki_blank(key) && !lki_blank(secret))
			return lk_signer_new(key, secret, &c->signer);
		token = getenv("LIVEKIT_TOKEN");
	}
	if (lki_blank(token))
		return LK_CONFIG;
	if (!lki_visible(token))
		return LK_USAGE;
	c->token = lki_strdup(token);
	return c->token == NULL ? LK_NOMEM : LK_OK;
}

static enum lk_err
client_fill(struct lk_client *c, const struct lk_client_opts *o)
{
	const char *url = given_or(o->url, "LIVEKIT_URL");
	enum lk_err err;

	if (lki_blank(url))
		return LK_CONFIG;
	if (o->timeout_ms < 0)
		return LK_USAGE;
	if ((c->url = lki_url(url, &err)) == NULL)
		return err;
	if ((err = key_take(c, o)) != LK_OK)
		return err;
	c->timeout_ms = o->timeout_ms;
	c->failover = o->failover != LK_NO;
	c->any_host = o->failover_any_host == LK_YES;
	return headers_copy(c, o);
}

enum lk_err
lk_client_new(const struct lk_client_opts *in, struct lk_client **out)
{
	LKI_COPY(lk_client_opts, o, in);
	struct lk_client *c;
	enum lk_err err;

	if (out == NULL || LKI_UNSIZED(in))
		return LK_USAGE;
	if ((c = calloc(1, sizeof(*c))) == NULL)
		return LK_NOMEM;
	if ((err = client_fill(c, &o)) != LK_OK) {
		lk_client_free(c);
		return err;
	}
	lki_refuse(c, LK_OK);
	*out = c;
	return LK_OK;
}

static void
transport_free(struct lk_client *c)
{
	if (c->transport.free != NULL)
		c->transport.free(c->transport.ctx);
	memset(&c->transport, 0, sizeof(c->transport));
}

void
lk_client_free(struct lk_client *c)
{
	if (c == NULL)
		return;
	transport_free(c);
	lk_request_free(c->last);
	for (size_t i = 0; i < c->header_len; i++)
		lki_wipe(c->header[i]);
	free(c->header);
	for (size_t i = 0; i < c->region_len; i++)
		free(c->region[i]);
	lk_signer_free(c->signer);
	lki_wipe(c->token);
	free(c->url);
	free(c);
}

enum lk_err
lk_client_set_transport(struct lk_client *c, const struct lk_transport *in)
{
	LKI_COPY(lk_transport, t, in);

	if (c == NULL || in == NULL || LKI_UNSIZED(in) || t.call == NULL)
		return LK_USAGE;
	transport_free(c);
	c->transport = t;
	return LK_OK;
}

enum lk_err
lki_refuse(struct lk_client *c, enum lk_err err)
{
	lk_request_free(c->last);
	c->last = NULL;
	memset(&c->plain, 0, sizeof(c->plain));
	c->plain.err = err;
	c->plain.message = lk_strerror(err);
	c->plain.code = c->plain.sip_reason = c->plain.request_id = "";
	c->plain.meta = "{}";
	return err;
}

const struct lk_error *
lk_client_error(const struct lk_client *c)
{
	return c->last == NULL ? &c->plain : lk_request_error(c->last);
}
