/*
 * LiveKit as the application meets it: client, signer and webhook keys of this
 * process, what its errors mean to a caller, and the breaker that keeps workers
 * free while it is down.
 */
#include "local.h"

#include <assert.h>
#include <string.h>

#define BREAKER_MS	5000

const char *
livekit_missing(const struct config *c)
{
	if (c->livekit_url == NULL)
		return "livekit_url";
	if (c->livekit_api_key == NULL)
		return "livekit_api_key";
	return c->livekit_api_secret == NULL ? "livekit_api_secret" : NULL;
}

static enum rc
not_configured(struct app *app, struct req *req)
{
	if (req == NULL)
		return RC_UNSUPPORTED;
	log_warn("LiveKit: %s is not set", livekit_missing(app->config));
	return fail(req, RC_UNSUPPORTED, "livekit_not_configured", NULL, 0);
}

enum rc
livekit_ready(struct app *app, struct req *req)
{
	assert(!db_in_tx(app->db));
	if (app->lk == NULL)
		return not_configured(app, req);
	if (breaker_get() <= clock_ms())
		return RC_OK;
	return req == NULL ? RC_UPSTREAM :
	    fail(req, RC_UPSTREAM, "livekit_unreachable", NULL, 0);
}

static const struct meaning {
	enum rc		 rc;
	const char	*code;
} unreachable = { RC_UPSTREAM, "livekit_unreachable" },
  keys = { RC_UPSTREAM, "livekit_keys" },
  slow = { RC_TIMEOUT, "livekit_slow" },
  elsewhere = { RC_UPSTREAM, "livekit_wrong_url" },
  wrong = { RC_UPSTREAM, "livekit_error" },
  ours = { RC_INTERNAL, "internal" };

static const struct meaning *
meaning_of(enum lk_err err)
{
	switch (err) {
	case LK_TRANSPORT:
	case LK_UNAVAILABLE:
		return &unreachable;
	case LK_UNAUTHENTICATED:
	case LK_PERMISSION_DENIED:
		return &keys;
	case LK_TIMEOUT:
	case LK_DEADLINE_EXCEEDED:
		return &slow;
	case LK_PROTOCOL:	/* a page, somebody else's JSON */
	case LK_BAD_ROUTE:
		return &elsewhere;
	case LK_NOMEM:
	case LK_USAGE:
	case LK_CONFIG:
		return &ours;
	default:
		return &wrong;
	}
}

enum rc
livekit_result(struct app *app, struct req *req, enum lk_err err)
{
	const struct meaning *m;
	const struct lk_error *e;

	if (err == LK_OK)
		return RC_OK;
	m = meaning_of(err);
	e = lk_client_error(app->lk);
	log_warn("LiveKit: %s%s%s", lk_strerror(err),
	    e->message[0] == '\0' ? "" : ": ", e->message);
	/* Slow is as bad as gone: each call holds a worker for seconds. */
	if (err == LK_TRANSPORT || err == LK_TIMEOUT)
		breaker_set(clock_ms() + BREAKER_MS);
	return req == NULL ? m->rc : fail(req, m->rc, m->code, NULL, 0);
}

/*
 * Without Redis LiveKit has no error for it: some calls say so in words, the
 * others panic.
 */
bool
livekit_lacks(struct app *app, enum lk_err err)
{
	const char *words = lk_client_error(app->lk)->message;

	return err == LK_UNIMPLEMENTED ||
	    (err == LK_INTERNAL && (strstr(words, "redis required") != NULL ||
	    strstr(words, "service panic") != NULL));
}

/*
 * People would be thrown out of our counts by a reply that only lacks its list,
 * so it must be there, as long as it was read, and every row must have a key.
 */
bool
livekit_list_whole(const char *json, const char *member, size_t read)
{
	size_t len;
	char *raw;
	bool good;

	if (lk_json_raw(json, member, &raw) == LK_OK) {
		good = raw[0] == '[' &&
		    lk_json_len(raw, "", &len) == LK_OK && len == read;
		lk_free(raw);
		if (good)
			return true;
	}
	log_warn("LiveKit: a reply without a proper list of %s", member);
	return false;
}

enum rc
livekit_rooms(struct app *app, const char **names, size_t len,
    struct lk_rooms **out)
{
	struct lk_rooms *all;
	enum rc rc = livekit_result(app, NULL,
	    lk_room_list(app->lk, names, len, &all));

	assert(!db_in_tx(app->db));
	if (rc != RC_OK)
		return rc;
	rc = livekit_list_whole(all->json, "rooms", all->len) ? RC_OK :
	    RC_UPSTREAM;
	for (size_t i = 0; i < all->len && rc == RC_OK; i++)
		if (all->item[i]->name[0] == '\0')
			rc = RC_UPSTREAM;
	if (rc == RC_OK)
		*out = all;
	else
		lk_free(all);
	return rc;
}

enum rc
livekit_people(struct app *app, const char *room, struct lk_participants **out)
{
	struct lk_participants *all;
	enum rc rc = livekit_result(app, NULL,
	    lk_participant_list(app->lk, room, &all));

	assert(!db_in_tx(app->db));
	if (rc != RC_OK)
		return rc;
	rc = livekit_list_whole(all->json, "participants", all->len) ? RC_OK :
	    RC_UPSTREAM;
	for (size_t i = 0; i < all->len && rc == RC_OK; i++)
		if (all->item[i]->sid[0] == '\0')
			rc = RC_UPSTREAM;
	if (rc == RC_OK)
		*out = all;
	else
		lk_free(all);
	return rc;
}

enum rc
livekit_open(struct app *app, const char **why)
{
	const struct config *c = app->config;
	enum lk_err err;

	if (livekit_missing(c) != NULL)
		return RC_OK;
	err = lk_client_new(LK(lk_client_opts, .url = c->livekit_api_url,
	    .key = c->livekit_api_key, .secret = c->livekit_api_secret),
	    &app->lk);
	if (err == LK_OK)
		err = lk_signer_new(c->livekit_api_key, c->livekit_api_secret,
		    &app->signer);
	if (err == LK_OK)
		err = lk_keys_new(&app->webhook_keys);
	if (err == LK_OK)
		err = lk_keys_add(app->webhook_keys, c->livekit_api_key,
		    c->livekit_api_secret);
	if (err == LK_OK && c->livekit_webhook_secret != NULL)
		err = lk_keys_add(app->webhook_keys, c->livekit_webhook_key,
		    c->livekit_webhook_secret);
	if (err == LK_OK)
		return RC_OK;
	*why = lk_strerror(err);
	return RC_INVALID;
}

void
livekit_close(struct app *app)
{
	lk_client_free(app->lk);
	lk_signer_free(app->signer);
	lk_keys_free(app->webhook_keys);
}
