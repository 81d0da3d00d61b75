/* Tokens: what is written, what is refused, what verifies. */
#include "../../src/jose/jose.h"
#include "../../src/livekit/livekit-api.h"
#include "livekit_file.h"
#include "test.h"

#define KEY	"APItestkey01"
#define SECRET	"0123456789abcdef0123456789abcdef"
#define NOW	1785500000

/* The payload of a token, or NULL where signing is refused. */
static char *
payload_of(const struct lk_token *t)
{
	char *jwt, *json;
	struct jws *jws;

	if (lk_token_sign(KEY, SECRET, t, &jwt) != LK_OK)
		return NULL;
	if (jws_peek(jwt, strlen(jwt), &jws) != JOSE_OK)
		abort();
	json = strdup(jws->payload);
	jws_free(jws);
	lk_free(jwt);
	return json;
}

static enum lk_err
sign(const struct lk_token *t)
{
	char *jwt;
	enum lk_err err = lk_token_sign(KEY, SECRET, t, &jwt);

	if (err == LK_OK)
		lk_free(jwt);
	return err;
}

static struct lk_keys *
keys_of(const char *secret)
{
	struct lk_keys *keys;

	if (lk_keys_new(&keys) != LK_OK ||
	    lk_keys_add(keys, KEY, secret) != LK_OK)
		abort();
	return keys;
}

/* Signs any text as if it were claims, with KEY's secret. */
static char *
forge(const char *claims)
{
	struct jws_signer *s;
	char *jwt;

	if (jws_signer_secret(SECRET, strlen(SECRET), &s) != JOSE_OK ||
	    jws_sign(s, claims, strlen(claims), &jwt) != JOSE_OK)
		abort();
	jws_signer_free(s);
	return jwt;
}

static enum lk_err
verify_at(const char *jwt, int64_t now, int leeway)
{
	struct lk_keys *keys = keys_of(SECRET);
	struct lk_claims *c;
	enum lk_err err = lk_token_verify(keys, jwt, LK(lk_verify_opts,
	    .now_s = now, .leeway_s = leeway), &c);

	if (err == LK_OK)
		lk_free(c);
	lk_keys_free(keys);
	return err;
}

static enum lk_err
verify_claims(const char *claims)
{
	char *jwt = forge(claims);
	enum lk_err err = verify_at(jwt, NOW, 0);

	lk_free(jwt);
	return err;
}

TEST("a viewer's token holds what was set and nothing else")
{
	const struct lk_pair role = { "role", "viewer" };
	char *p = payload_of(LK(lk_token, .identity = "user-42",
	    .name = "Ada", .metadata = "{\"role\":\"viewer\"}",
	    .attributes = &role, .attributes_len = 1, .now_s = NOW,
	    .ttl_s = 600, .video = LK(lk_video_grant, .room = "live-7",
	    .room_join = LK_YES, .can_publish = LK_NO)));

	CHECK_STR(p, "{\"iss\":\"APItestkey01\",\"sub\":\"user-42\","
	    "\"nbf\":1785499990,\"exp\":1785500600,\"name\":\"Ada\","
	    "\"metadata\":\"{\\\"role\\\":\\\"viewer\\\"}\","
	    "\"attributes\":{\"role\":\"viewer\"},\"video\":{\"roomJoin\":true,"
	    "\"room\":\"live-7\",\"canPublish\":false}}");
	free(p);
}

TEST("a token lives six hours where nothing is said")
{
	char *p = payload_of(LK(lk_token, .now_s = NOW));

	CHECK_STR(p, "{\"iss\":\"APItestkey01\",\"nbf\":1785499990,"
	    "\"exp\":1785521600}");
	free(p);
}

TEST("nbf and exp are settable")
{
	char *p = payload_of(LK(lk_token, .now_s = NOW, .nbf_s = 5,
	    .exp_s = NOW + 1));

	CHECK_STR(p, "{\"iss\":\"APItestkey01\",\"nbf\":5,\"exp\":1785500001}");
	free(p);
}

TEST("every grant has LiveKit's name")
{
	const char *sources[] = { "camera", "screen_share_audio" };
	const char *details[] = { "cloud" };
	char *p = payload_of(LK(lk_token, .now_s = NOW, .kind = "agent",
	    .kind_details = details, .kind_details_len = 1,
	    .video = LK(lk_video_grant, .room_create = LK_YES,
	    .room_list = LK_YES, .room_record = LK_YES, .room_admin = LK_YES,
	    .can_subscribe = LK_YES, .can_publish_data = LK_NO,
	    .can_publish_sources = sources, .can_publish_sources_len = 2,
	    .can_update_own_metadata = LK_YES, .ingress_admin = LK_YES,
	    .hidden = LK_YES, .recorder = LK_YES, .agent = LK_YES,
	    .can_subscribe_metrics = LK_YES,
	    .can_manage_agent_session = LK_YES, .destination_room = "b"),
	    .sip = LK(lk_sip_grant, .admin = LK_YES, .call = LK_YES),
	    .agent = LK(lk_agent_grant, .admin = LK_YES,
	    .simulation_admin = LK_YES),
	    .inference = LK(lk_inference_grant, .perform = LK_YES),
	    .observability = LK(lk_observability_grant, .write = LK_YES),
	    .sha256 = "aGFzaA==", .room_preset = "big",
	    .room_config = " {\"emptyTimeout\": 5} ",
	    .extra = "{\"mine\":[1,2]}"));

	CHECK_STR(p, "{\"iss\":\"APItestkey01\",\"nbf\":1785499990,"
	    "\"exp\":1785521600,\"kind\":\"agent\",\"kindDetails\":[\"cloud\"],"
	    "\"video\":{\"roomCreate\":true,\"roomList\":true,"
	    "\"roomRecord\":true,\"roomAdmin\":true,\"canSubscribe\":true,"
	    "\"canPublishData\":false,\"canPublishSources\":[\"camera\","
	    "\"screen_share_audio\"],\"canUpdateOwnMetadata\":true,"
	    "\"ingressAdmin\":true,\"hidden\":true,\"recorder\":true,"
	    "\"agent\":true,\"canSubscribeMetrics\":true,"
	    "\"canManageAgentSession\":true,\"destinationRoom\":\"b\"},"
	    "\"sip\":{\"admin\":true,\"call\":true},\"agent\":{\"admin\":true,"
	    "\"simulationAdmin\":true},\"inference\":{\"perform\":true},"
	    "\"observability\":{\"write\":true},\"sha256\":\"aGFzaA==\","
	    "\"roomPreset\":\"big\",\"roomConfig\":{\"emptyTimeout\": 5},"
	    "\"mine\":[1,2]}");
	free(p);
}

TEST("a prepared signer makes the same token as one call does")
{
	const struct lk_token *t = LK(lk_token, .identity = "a", .now_s = NOW);
	struct lk_signer *s;
	char *a, *b, *c;

	CHECK_INT(lk_signer_new(KEY, SECRET, &s), LK_OK);
	CHECK_INT(lk_signer_token(s, t, &a), LK_OK);
	CHECK_INT(lk_signer_token(s, t, &b), LK_OK);
	CHECK_INT(lk_token_sign(KEY, SECRET, t, &c), LK_OK);
	CHECK_STR(a, c);
	CHECK_STR(b, c);
	lk_free(a), lk_free(b), lk_free(c);
	lk_signer_free(s);
}

TEST("text of any kind survives: quotes, controls, UTF-8")
{
	struct lk_keys *keys = keys_of(SECRET);
	const char *name = "\"\\/\b\f\n\r\t\x01\x7F\xC3\xA9\xF0\x9F\x98\x80";
	struct lk_claims *c;
	char *jwt;

	CHECK_INT(lk_token_sign(KEY, SECRET, LK(lk_token, .identity = name,
	    .name = name, .now_s = NOW), &jwt), LK_OK);
	CHECK_INT(lk_token_verify(keys, jwt, LK(lk_verify_opts, .now_s = NOW),
	    &c), LK_OK);
	CHECK_STR(c->identity, name);
	CHECK_STR(c->name, name);
	lk_free(c);
	lk_free(jwt);
	lk_keys_free(keys);
}

TEST("an empty key or secret signs nothing")
{
	const struct lk_token *t = LK(lk_token, .identity = "a");
	char *jwt;

	CHECK_INT(lk_token_sign("", SECRET, t, &jwt), LK_USAGE);
	CHECK_INT(lk_token_sign(KEY, "", t, &jwt), LK_USAGE);
	CHECK_INT(lk_token_sign(NULL, SECRET, t, &jwt), LK_USAGE);
	CHECK_INT(lk_token_sign(KEY, NULL, t, &jwt), LK_USAGE);
}

TEST("room_join needs an identity and a room")
{
	CHECK_INT(sign(LK(lk_token, .video = LK(lk_video_grant, .room = "r",
	    .room_join = LK_YES))), LK_USAGE);
	CHECK_INT(sign(LK(lk_token, .identity = "a",
	    .video = LK(lk_video_grant, .room_join = LK_YES))), LK_USAGE);
	CHECK_INT(sign(LK(lk_token, .video = LK(lk_video_grant,
	    .room_create = LK_YES))), LK_OK);
}

TEST("names of 256 bytes are signed, of 257 not; metadata has its limit")
{
	static char name[LK_NAME_MAX + 2], meta[LK_METADATA_MAX + 2];

	memset(name, 'n', LK_NAME_MAX);
	memset(meta, 'm', LK_METADATA_MAX);
	/* such a token is longer than this library itself would verify */
	CHECK_INT(sign(LK(lk_token, .identity = name, .name = name,
	    .metadata = meta)), LK_OK);
	meta[LK_METADATA_MAX] = 'm';
	CHECK_INT(sign(LK(lk_token, .metadata = meta)), LK_USAGE);
	name[LK_NAME_MAX] = 'n';
	CHECK_INT(sign(LK(lk_token, .identity = name)), LK_USAGE);
	CHECK_INT(sign(LK(lk_token, .name = name)), LK_USAGE);
	CHECK_INT(sign(LK(lk_token, .video = LK(lk_video_grant,
	    .room = name))), LK_USAGE);
}

TEST("attributes: names once, 64 KiB together, no NULL")
{
	static char big[LK_ATTRIBUTES_MAX + 1];
	const struct lk_pair twice[] = { { "a", "1" }, { "a", "2" } };
	const struct lk_pair null = { "a", NULL };
	struct lk_pair one = { "a", big };

	memset(big, 'b', LK_ATTRIBUTES_MAX - 1);
	CHECK_INT(sign(LK(lk_token, .attributes = &one, .attributes_len = 1)),
	    LK_OK);
	big[LK_ATTRIBUTES_MAX - 1] = 'b';
	CHECK_INT(sign(LK(lk_token, .attributes = &one, .attributes_len = 1)),
	    LK_USAGE);
	CHECK_INT(sign(LK(lk_token, .attributes = twice,
	    .attributes_len = 2)), LK_USAGE);
	CHECK_INT(sign(LK(lk_token, .attributes = &null,
	    .attributes_len = 1)), LK_USAGE);
}

TEST("bad kinds, sources, times, UTF-8 and JSON are refused")
{
	const char *source = "CAMERA";

	CHECK_INT(sign(LK(lk_token, .kind = "robot")), LK_USAGE);
	CHECK_INT(sign(LK(lk_token, .video = LK(lk_video_grant,
	    .can_publish_sources = &source, .can_publish_sources_len = 1))),
	    LK_USAGE);
	CHECK_INT(sign(LK(lk_token, .now_s = NOW, .exp_s = NOW)), LK_USAGE);
	CHECK_INT(sign(LK(lk_token, .ttl_s = -5)), LK_USAGE);
	CHECK_INT(sign(LK(lk_token, .ttl_s = INT64_MAX)), LK_USAGE);
	CHECK_INT(sign(LK(lk_token, .now_s = NOW, .ttl_s = 1,
	    .nbf_s = NOW + 1)), LK_USAGE);
	CHECK_INT(sign(LK(lk_token, .name = "\xC0\x80")), LK_USAGE);
	CHECK_INT(sign(LK(lk_token, .name = "\xED\xA0\x80")), LK_USAGE);
	CHECK_INT(sign(LK(lk_token, .room_config = "[]")), LK_USAGE);
	CHECK_INT(sign(LK(lk_token, .room_config = "{")), LK_USAGE);
	CHECK_INT(sign(LK(lk_token, .extra = "1")), LK_USAGE);
	CHECK_INT(sign(LK(lk_token, .extra = "{\"exp\":99999999999}")),
	    LK_USAGE);
	CHECK_INT(sign(LK(lk_token, .extra = "{\"a\":1,\"a\":2}")), LK_USAGE);
}

TEST("a room configuration with storage secrets or streams is refused")
{
	static const char *const bad[] = {
		"{\"egress\":{\"room\":{\"fileOutputs\":[{\"s3\":"
		    "{\"secret\":\"x\"}}]}}}",
		"{\"egress\":{\"tracks\":{\"gcp\":{\"credentials\":\"x\"}}}}",
		"{\"egress\":{\"tracks\":{\"azure\":{\"account_key\":\"x\"}}}}",
		"{\"egress\":{\"participant\":{\"fileOutputs\":[{\"aliOSS\":"
		    "{\"secret\":\"x\"}}]}}}",
		"{\"egress\":{\"room\":{\"streamOutputs\":[{\"urls\":"
		    "[\"rtmp://h/k\"]}]}}}",
		"{\"egress\":{\"room\":{\"stream\":{\"protocol\":\"RTMP\"}}}}"
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_INT(sign(LK(lk_token, .room_config = bad[i])), LK_USAGE);
		CHECK_INT(sign(LK(lk_token, .room_config = bad[i],
		    .allow_secrets = LK_YES)), LK_OK);
	}
	CHECK_INT(sign(LK(lk_token, .room_config = "{\"egress\":{\"room\":"
	    "{\"fileOutputs\":[{\"filepath\":\"f\",\"s3\":{\"bucket\":\"b\","
	    "\"secret\":\"\"}}]}},\"agents\":[{\"agentName\":\"a\","
	    "\"attributes\":{\"secret\":\"of pancakes\"}}]}")), LK_OK);
}

TEST("a token of upstream's is good with its secret, and expired")
{
	char *v = vector_load("upstream-vectors.json"), *key, *secret, *jwt;
	const char *wrong[] = { "anothersecret", "yHC-CUhbQhGeVCaYgn1BNA++" };
	struct lk_keys *keys;
	struct lk_claims *c;

	CHECK(v != NULL);
	CHECK_INT(lk_json_str(v, "cases.0.key", &key), LK_OK);
	CHECK_INT(lk_json_str(v, "cases.0.secret", &secret), LK_OK);
	CHECK_INT(lk_json_str(v, "cases.0.token", &jwt), LK_OK);
	CHECK_INT(lk_keys_new(&keys), LK_OK);
	CHECK_INT(lk_keys_add(keys, key, secret), LK_OK);
	CHECK_INT(lk_token_verify(keys, jwt, NULL, &c), LK_TOKEN_EXPIRED);
	CHECK_INT(lk_token_verify(keys, jwt, LK(lk_verify_opts,
	    .now_s = 1608930000), &c), LK_OK);
	lk_free(c);
	lk_keys_free(keys);
	for (int i = 0; i < 2; i++) {
		CHECK_INT(lk_keys_new(&keys), LK_OK);
		CHECK_INT(lk_keys_add(keys, key, wrong[i]), LK_OK);
		CHECK_INT(lk_token_verify(keys, jwt, NULL, &c),
		    LK_TOKEN_SIGNATURE);
		lk_keys_free(keys);
	}
	CHECK_INT(lk_keys_new(&keys), LK_OK);
	CHECK_INT(lk_keys_add(keys, key, ""), LK_USAGE);
	CHECK_INT(lk_token_verify(keys, jwt, NULL, &c), LK_TOKEN_ISSUER);
	lk_keys_free(keys);
	lk_free(key), lk_free(secret), lk_free(jwt);
	free(v);
}

TEST("a join token of the vectors reads back as it was made")
{
	char *v = vector_load("livekit-vectors.json"), *jwt;
	struct lk_keys *keys = keys_of(SECRET);
	struct lk_claims *c;

	CHECK(v != NULL);
	CHECK_INT(lk_json_str(v, "join.jwt", &jwt), LK_OK);
	CHECK_INT(lk_token_verify(keys, jwt, LK(lk_verify_opts, .now_s = NOW),
	    &c), LK_OK);
	CHECK_STR(c->issuer, KEY);
	CHECK_STR(c->identity, "user-42");
	CHECK_STR(c->name, "Ada");
	CHECK_STR(c->kind, "standard");
	CHECK_STR(c->metadata, "{\"role\":\"viewer\"}");
	CHECK_INT(c->exp_s, 4102444800);
	CHECK_INT(c->attributes_len, 1);
	CHECK(c->video != NULL && c->sip == NULL);
	CHECK_STR(c->video->room, "live-7");
	CHECK_INT(c->video->room_join, LK_YES);
	CHECK_INT(c->video->can_publish, LK_NO);
	CHECK_INT(c->video->can_publish_data, LK_YES);
	CHECK_INT(c->video->hidden, LK_UNSET);
	lk_free(c);
	lk_free(jwt);
	lk_keys_free(keys);
	free(v);
}

TEST("exp is required, a number, and counts with a minute's leeway")
{
	CHECK_INT(verify_claims("{\"iss\":\"" KEY "\"}"), LK_TOKEN_FORM);
	CHECK_INT(verify_claims("{\"iss\":\"" KEY "\",\"exp\":\"1785500100\"}"),
	    LK_TOKEN_FORM);
	CHECK_INT(verify_claims("{\"iss\":\"" KEY "\",\"exp\":null}"),
	    LK_TOKEN_FORM);
	CHECK_INT(verify_claims("{\"iss\":\"" KEY "\",\"exp\":true}"),
	    LK_TOKEN_FORM);
	CHECK_INT(verify_claims("{\"iss\":\"" KEY "\",\"exp\":-1}"),
	    LK_TOKEN_FORM);
	CHECK_INT(verify_claims("{\"iss\":\"" KEY "\",\"exp\":0}"),
	    LK_TOKEN_FORM);
	CHECK_INT(verify_claims("{\"iss\":\"" KEY "\","
	    "\"exp\":9007199254740993}"), LK_TOKEN_FORM);
	CHECK_INT(verify_claims("{\"iss\":\"" KEY "\",\"exp\":1e400}"),
	    LK_TOKEN_FORM);
	CHECK_INT(verify_claims("{\"iss\":\"" KEY "\",\"exp\":4102444800}"),
	    LK_OK);
	CHECK_INT(verify_claims("{\"iss\":\"" KEY "\",\"exp\":1785500000.5}"),
	    LK_OK);
	CHECK_INT(verify_claims("{\"iss\":\"" KEY "\",\"exp\":1785499940}"),
	    LK_OK);
	CHECK_INT(verify_claims("{\"iss\":\"" KEY "\",\"exp\":1785499939}"),
	    LK_TOKEN_EXPIRED);
}

TEST("nbf counts with the same leeway, and both can have none")
{
	char *jwt = forge("{\"iss\":\"" KEY "\",\"nbf\":1785500060,"
	    "\"exp\":1785500100}");

	CHECK_INT(verify_at(jwt, NOW, 0), LK_OK);
	CHECK_INT(verify_at(jwt, NOW - 1, 0), LK_TOKEN_EARLY);
	CHECK_INT(verify_at(jwt, NOW, -1), LK_TOKEN_EARLY);
	CHECK_INT(verify_at(jwt, NOW, 120), LK_OK);
	CHECK_INT(verify_at(jwt, NOW + 101, -1), LK_TOKEN_EXPIRED);
	lk_free(jwt);
}

TEST("claims twice, of another case, or with a NUL are not believed")
{
	CHECK_INT(verify_claims("{\"iss\":\"" KEY "\",\"exp\":4102444800,"
	    "\"exp\":4102444801}"), LK_TOKEN_FORM);
	CHECK_INT(verify_claims("{\"iss\":\"" KEY "\",\"EXP\":4102444800}"),
	    LK_TOKEN_FORM);
	CHECK_INT(verify_claims("{\"ISS\":\"" KEY "\",\"exp\":4102444800}"),
	    LK_TOKEN_FORM);
	CHECK_INT(verify_claims("{\"iss\":\"" KEY "\\u0000x\","
	    "\"exp\":4102444800}"), LK_TOKEN_FORM);
	CHECK_INT(verify_claims("{\"iss\":[\"" KEY "\"],\"exp\":4102444800}"),
	    LK_TOKEN_FORM);
	CHECK_INT(verify_claims("[]"), LK_TOKEN_FORM);
}

TEST("unknown claims and grants are ignored")
{
	CHECK_INT(verify_claims("{\"iss\":\"" KEY "\",\"exp\":4102444800,"
	    "\"new\":{\"a\":[1]},\"video\":{\"canFly\":true}}"), LK_OK);
}

TEST("another algorithm, no signature and one flipped bit are refused")
{
	/* {"alg":"none"} . {"iss":"APItestkey01","exp":4102444800} . */
	const char *none = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJBUEl0ZXN0a2V5MDEiLC"
	    "JleHAiOjQxMDI0NDQ4MDB9.";
	char *jwt = forge("{\"iss\":\"" KEY "\",\"exp\":4102444800}");
	size_t n = strlen(jwt);

	CHECK(verify_at(none, NOW, 0) == LK_TOKEN_FORM);
	CHECK_INT(verify_at(jwt, NOW, 0), LK_OK);
	for (size_t i = 0; i < n; i++) {
		jwt[i] ^= 1;
		CHECK(verify_at(jwt, NOW, 0) != LK_OK);
		jwt[i] ^= 1;
	}
	lk_free(jwt);
}

TEST("a caller's shorter struct of an older version is read to its end")
{
	struct lk_token old = { offsetof(struct lk_token, kind) };
	char *p;

	old.now_s = NOW;
	old.identity = "a";
	old.kind = "robot";	/* beyond what the caller says it has */
	p = payload_of(&old);
	CHECK_STR(p, "{\"iss\":\"APItestkey01\",\"sub\":\"a\","
	    "\"nbf\":1785499990,\"exp\":1785521600}");
	free(p);
}

TEST("a struct whose size was forgotten is refused, not read as empty")
{
	const struct lk_video_grant video = { .room_join = LK_YES };
	const struct lk_sip_grant sip = { .admin = LK_YES };
	const struct lk_verify_opts opts = { .now_s = 1 };
	const struct lk_token token = { .identity = "a" };
	struct lk_keys *keys = keys_of(SECRET);
	struct lk_claims *c;

	CHECK_INT(sign(&token), LK_USAGE);
	CHECK_INT(sign(LK(lk_token, .identity = "a", .video = &video)),
	    LK_USAGE);
	CHECK_INT(sign(LK(lk_token, .identity = "a", .sip = &sip)), LK_USAGE);
	CHECK_INT(lk_token_verify(keys, "a.b.c", &opts, &c), LK_USAGE);
	lk_keys_free(keys);
}
