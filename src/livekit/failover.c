/*
 * LiveKit Cloud has several regions behind one name.  When one does not
 * answer, or answers 5xx, its list says where else to go.  Decides and
 * remembers; sends nothing.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "local.h"

#define REGIONS_MAX_AGE_S	(60 * 60)

static size_t
host_at(const char *url, size_t *len)
{
	const char *p = strstr(url, "://");
	size_t at = p == NULL ? 0 : (size_t)(p - url) + 3;

	*len = strcspn(url + at, ":/");
	return at;
}

static bool
is_cloud(const char *url)
{
	static const char domain[] = ".livekit.cloud";
	size_t len, at = host_at(url, &len), n = sizeof(domain) - 1;

	return strncasecmp(url, "https://", 8) == 0 && len > n &&
	    strncasecmp(url + at + len - n, domain, n) == 0;
}

bool
lki_may_failover(const struct lk_client *c, const char *url)
{
	return c->failover && (c->any_host || is_cloud(url));
}

static void
regions_drop(struct lk_client *c)
{
	for (size_t i = 0; i < c->region_len; i++)
		free(c->region[i]);
	c->region_len = 0;
}

/* Scheme, host and port, without a path: regions are known by those. */
static bool
same_origin(const char *a, const char *b)
{
	size_t la, lb;

	la = host_at(a, &lb);
	la += strcspn(a + la, "/");
	lb = strlen(b) < la ? 0 : la;
	return lb == la && strncasecmp(a, b, la) == 0 &&
	    (b[la] == '\0' || b[la] == '/');
}

static bool
tried(const struct lk_request *req, const char *region)
{
	for (size_t i = 0; i < req->tried_len; i++)
		if (same_origin(region, req->tried[i]))
			return true;
	return false;
}

static bool
call_point(struct lk_request *req, const char *base)
{
	struct lki_buf b = { 0 };
	char *url, *mark = lki_strdup(base);

	lki_puts(&b, base);
	lki_puts(&b, req->path);
	if (lki_buf_done(&b, &url) != LK_OK || mark == NULL) {
		free(mark);
		return false;
	}
	free(req->url);
	req->call.url = req->url = url;
	req->call.method = "POST";
	req->call.body = req->body;
	req->call.body_len = strlen(req->body);
	req->call.timeout_ms = req->timeout_ms;
	req->call.reply_max = req->reply_max;
	req->call.wait_ms = 200 << (req->error.attempts - 1);
	req->tried[req->tried_len++] = mark;
	return true;
}

static bool
next_host(struct lk_request *req)
{
	struct lk_client *c = req->client;

	for (size_t i = 0; i < c->region_len; i++)
		if (!tried(req, c->region[i]))
			return call_point(req, c->region[i]);
	return false;
}

static bool
ask(struct lk_request *req)
{
	struct lki_buf b = { 0 };
	char *url;

	lki_puts(&b, req->saved);
	lki_puts(&b, "/settings/regions");
	if (lki_buf_done(&b, &url) != LK_OK)
		return false;
	free(req->url);
	req->call.url = req->url = url;
	req->call.method = "GET";
	req->call.body = "";
	req->call.body_len = 0;
	req->call.timeout_ms = 2000;
	req->call.reply_max = LKI_REPLY_MAX;
	req->call.wait_ms = 0;
	req->max_age_s = 0;
	req->asking = req->asked = true;
	return true;
}

bool
lki_failover(struct lk_request *req, int status)
{
	struct lk_client *c = req->client;
	bool pinned = status == 451;

	if (!req->failover || req->error.attempts >= LKI_ATTEMPTS ||
	    req->timeout_ms < 5000 ||
	    (status != 0 && status < 500 && !pinned))
		return false;
	/* the room is pinned to a region that our list may not know yet */
	if (pinned) {
		if (req->repinned)
			return false;
		req->repinned = true;
		return ask(req);
	}
	if (!req->asked &&
	    (c->region_len == 0 || lki_clock_ms() >= c->region_until_ms))
		return ask(req);
	return next_host(req);
}

bool
lki_regions(struct lk_request *req, int status, const void *body, size_t len)
{
	struct lk_client *c = req->client;
	struct lki_span whole, list, key, val;
	const char *at = NULL;
	enum lk_err err;
	char *text, *url;

	req->asking = false;
	if (status != 200 || body == NULL || !lki_json(body, len, &whole))
		return false;
	list = lki_member(whole, "regions");
	regions_drop(c);
	while (c->region_len < LKI_REGIONS &&
	    lki_next(list, &at, &key, &val)) {
		if ((text = lki_text(lki_member(val, "url"))) == NULL)
			break;
		url = lki_url(text, &err);
		free(text);
		/* the token goes there: only to Cloud's own names */
		if (url != NULL && (c->any_host || is_cloud(url)))
			c->region[c->region_len++] = url;
		else
			free(url);
	}
	if (req->max_age_s > REGIONS_MAX_AGE_S)
		req->max_age_s = REGIONS_MAX_AGE_S;
	c->region_until_ms = lki_clock_ms() + req->max_age_s * 1000;
	return next_host(req);
}
