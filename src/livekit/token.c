/*
 * Signs access tokens.  The payload is written by hand into one buffer, since
 * a token is the answer to most requests of an application.  Verifies nothing.
 */
#include <openssl/crypto.h>
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../jose/jose.h"
#include "local.h"

#define TTL_S		(6 * 60 * 60)
#define SKEW_S		10
#define TIME_MAX	INT64_C(253402300799)	/* year 9999 */
#define CLAIMS_DEPTH	32

struct lk_signer {
	char			*key;
	struct jws_signer	*jws;
};

static bool
too_long(const char *s, size_t max)
{
	return s != NULL && strlen(s) > max;
}

static bool
one_of(const char *s, const char *const *list, size_t len)
{
	for (size_t i = 0; s != NULL && i < len; i++)
		if (strcmp(s, list[i]) == 0)
			return true;
	return false;
}

static bool
sources_good(const struct lk_video_grant *v)
{
	static const char *const sources[] = {
		"camera", "microphone", "screen_share", "screen_share_audio"
	};

	for (size_t i = 0; i < v->can_publish_sources_len; i++)
		if (!one_of(v->can_publish_sources[i], sources,
		    LKI_LEN(sources)))
			return false;
	return true;
}

static bool
attributes_good(const struct lk_token *t)
{
	size_t sum = 0;

	for (size_t i = 0; i < t->attributes_len; i++) {
		const struct lk_pair *a = &t->attributes[i];

		if (a->name == NULL || a->value == NULL)
			return false;
		sum += strlen(a->name) + strlen(a->value);
		for (size_t j = 0; j < i; j++)
			if (strcmp(a->name, t->attributes[j].name) == 0)
				return false;
	}
	return sum <= LK_ATTRIBUTES_MAX;
}

/*
 * Storage secrets and stream URLs anywhere in the egress part: the browser
 * that carries the token could read them.
 */
static bool
has_secrets(struct lki_span whole)
{
	static const char *const secrets[] = {
		"secret", "session_token", "credentials", "account_key",
		"password", "passphrase", "stream", "stream_outputs", "urls"
	};
	struct lki_span key, val;
	const char *at = NULL;

	while (lki_next(whole, &at, &key, &val)) {
		for (size_t i = 0; key.s != NULL && i < LKI_LEN(secrets); i++)
			if (lki_key_is(key, secrets[i], false) &&
			    !lki_is_null(val) && val.len > 2)
				return true;
		if (has_secrets(val))
			return true;
	}
	return false;
}

static bool
config_good(const struct lk_token *t)
{
	struct lki_span whole;

	if (t->room_config == NULL)
		return true;
	return lki_json(t->room_config, strlen(t->room_config), &whole) &&
	    lki_is_object(whole) && (t->allow_secrets == LK_YES ||
	    !has_secrets(lki_member(whole, "egress")));
}

/* A grant without its size would be read as granting nothing. */
static bool
sizes_good(const struct lk_token *t)
{
	return t->size != 0 && !LKI_UNSIZED(t->video) &&
	    !LKI_UNSIZED(t->sip) && !LKI_UNSIZED(t->agent) &&
	    !LKI_UNSIZED(t->inference) && !LKI_UNSIZED(t->observability);
}

static bool
token_good(const struct lk_token *t, const struct lk_video_grant *v)
{
	static const char *const kinds[] = {
		"standard", "ingress", "egress", "sip", "agent", "connector",
		"bridge"
	};

	if (v->room_join == LK_YES &&
	    (lki_blank(t->identity) || lki_blank(v->room)))
		return false;
	if (t->kind != NULL && !one_of(t->kind, kinds, LKI_LEN(kinds)))
		return false;
	return !too_long(t->identity, LK_NAME_MAX) &&
	    !too_long(t->name, LK_NAME_MAX) &&
	    !too_long(v->room, LK_NAME_MAX) &&
	    !too_long(v->destination_room, LK_NAME_MAX) &&
	    !too_long(t->metadata, LK_METADATA_MAX) &&
	    sources_good(v) && attributes_good(t) && config_good(t);
}

static void
begin(struct lki_buf *b, const char *name)
{
	lki_key(b, name);
	lki_put(b, "{", 1);
}

static void
end(struct lki_buf *b)
{
	lki_put(b, "}", 1);
}

static void
video_write(struct lki_buf *b, const struct lk_video_grant *v)
{
	begin(b, "video");
	lki_tri(b, "roomCreate", v->room_create);
	lki_tri(b, "roomList", v->room_list);
	lki_tri(b, "roomRecord", v->room_record);
	lki_tri(b, "roomAdmin", v->room_admin);
	lki_tri(b, "roomJoin", v->room_join);
	lki_str(b, "room", v->room);
	lki_tri(b, "canPublish", v->can_publish);
	lki_tri(b, "canSubscribe", v->can_subscribe);
	lki_tri(b, "canPublishData", v->can_publish_data);
	lki_strs(b, "canPublishSources", v->can_publish_sources,
	    v->can_publish_sources_len);
	lki_tri(b, "canUpdateOwnMetadata", v->can_update_own_metadata);
	lki_tri(b, "ingressAdmin", v->ingress_admin);
	lki_tri(b, "hidden", v->hidden);
	lki_tri(b, "recorder", v->recorder);
	lki_tri(b, "agent", v->agent);
	lki_tri(b, "canSubscribeMetrics", v->can_subscribe_metrics);
	lki_tri(b, "canManageAgentSession", v->can_manage_agent_session);
	lki_str(b, "destinationRoom", v->destination_room);
	end(b);
}

static void
grants_write(struct lki_buf *b, const struct lk_token *t)
{
	LKI_COPY(lk_sip_grant, sip, t->sip);
	LKI_COPY(lk_agent_grant, agent, t->agent);
	LKI_COPY(lk_inference_grant, inference, t->inference);
	LKI_COPY(lk_observability_grant, observability, t->observability);

	if (t->sip != NULL) {
		begin(b, "sip");
		lki_tri(b, "admin", sip.admin);
		lki_tri(b, "call", sip.call);
		end(b);
	}
	if (t->agent != NULL) {
		begin(b, "agent");
		lki_tri(b, "admin", agent.admin);
		lki_tri(b, "simulationAdmin", agent.simulation_admin);
		end(b);
	}
	if (t->inference != NULL) {
		begin(b, "inference");
		lki_tri(b, "perform", inference.perform);
		end(b);
	}
	if (t->observability != NULL) {
		begin(b, "observability");
		lki_tri(b, "write", observability.write);
		end(b);
	}
}

static void
number_write(struct lki_buf *b, const char *name, int64_t n)
{
	lki_key(b, name);
	lki_put_int(b, n);
}

static enum lk_err
times_write(struct lki_buf *b, const struct lk_token *t)
{
	int64_t now = t->now_s != 0 ? t->now_s : (int64_t)time(NULL);
	int64_t nbf = t->nbf_s != 0 ? t->nbf_s : now - SKEW_S;
	int64_t ttl = t->ttl_s != 0 ? t->ttl_s : TTL_S, exp = t->exp_s;

	if (now < 0 || now > TIME_MAX || ttl < 0 || ttl > TIME_MAX)
		return LK_USAGE;
	if (exp == 0)
		exp = now + ttl;
	if (exp <= now || exp > TIME_MAX || nbf < 0 || nbf >= exp)
		return LK_USAGE;
	number_write(b, "nbf", nbf);
	number_write(b, "exp", exp);
	return LK_OK;
}

static void
payload_write(struct lki_buf *b, const char *key, const struct lk_token *t,
    const struct lk_video_grant *v)
{
	enum lk_err err;

	lki_put(b, "{", 1);
	lki_str(b, "iss", key);
	lki_str(b, "sub", t->identity);
	if ((err = times_write(b, t)) != LK_OK)
		lki_fail(b, err);
	lki_str(b, "name", t->name);
	lki_str(b, "metadata", t->metadata);
	lki_pairs(b, "attributes", t->attributes, t->attributes_len);
	lki_str(b, "kind", t->kind);
	lki_strs(b, "kindDetails", t->kind_details, t->kind_details_len);
	if (t->video != NULL)
		video_write(b, v);
	grants_write(b, t);
	lki_str(b, "sha256", t->sha256);
	lki_str(b, "roomPreset", t->room_preset);
	lki_raw(b, "roomConfig", t->room_config);
	lki_members(b, t->extra);
	end(b);
}

/* Text of others is inside: no claim may be there twice. */
static enum lk_err
payload_check(const struct lki_buf *b)
{
	struct cJSON *tree;

	switch (jose_strict_json_parse(b->s, b->len, CLAIMS_DEPTH, &tree)) {
	case STRICT_OK:
		cJSON_Delete(tree);
		return LK_OK;
	case STRICT_NOMEM:
		return LK_NOMEM;
	default:
		return LK_USAGE;
	}
}

enum lk_err
lk_signer_token(const struct lk_signer *s, const struct lk_token *in,
    char **jwt)
{
	LKI_COPY(lk_token, t, in);
	LKI_COPY(lk_video_grant, v, t.video);
	struct lki_buf b = { 0 };
	enum lk_err err;

	if (s == NULL || in == NULL || jwt == NULL || !sizes_good(&t) ||
	    !token_good(&t, &v))
		return LK_USAGE;
	payload_write(&b, s->key, &t, &v);
	err = b.err;
	if (err == LK_OK && (t.room_config != NULL || t.extra != NULL))
		err = payload_check(&b);
	if (err == LK_OK && jws_sign(s->jws, b.s, b.len, jwt) != JOSE_OK)
		err = LK_NOMEM;
	free(b.s);
	return err;
}

enum lk_err
lk_signer_new(const char *key, const char *secret, struct lk_signer **out)
{
	struct lk_signer *s;

	if (lki_blank(key) || lki_blank(secret) || out == NULL)
		return LK_USAGE;
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return LK_NOMEM;
	s->key = lki_strdup(key);
	if (s->key == NULL || jws_signer_secret(secret, strlen(secret),
	    &s->jws) != JOSE_OK) {
		lk_signer_free(s);
		return LK_NOMEM;
	}
	*out = s;
	return LK_OK;
}

void
lk_signer_free(struct lk_signer *s)
{
	if (s == NULL)
		return;
	jws_signer_free(s->jws);
	free(s->key);
	free(s);
}

enum lk_err
lk_token_sign(const char *key, const char *secret, const struct lk_token *t,
    char **jwt)
{
	struct lk_signer *s;
	enum lk_err err = lk_signer_new(key, secret, &s);

	if (err != LK_OK)
		return err;
	err = lk_signer_token(s, t, jwt);
	lk_signer_free(s);
	return err;
}
