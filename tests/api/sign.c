/*
 * What LiveKit's secret signs: webhooks as it would send them, and the tokens
 * that we make, read again.
 */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "../../src/jose/jose.h"
#include "api.h"

char *
livekit_sign(const char *secret, const void *body, size_t len)
{
	unsigned char digest[32];
	char hash[64], *token = NULL, *claims;
	struct jws_signer *signer = NULL;
	int64_t now_s = clock_ms() / 1000;

	sha256(body, len, digest);
	hash[jose_b64_encode(digest, sizeof(digest), hash)] = '\0';
	claims = arena_printf(the_case.arena, "{\"iss\":\"" API_KEY "\","
	    "\"nbf\":%lld,\"exp\":%lld,\"sha256\":\"%s\"}",
	    (long long)now_s - 10, (long long)now_s + 300, hash);
	if (jws_signer_secret(secret, strlen(secret), &signer) != JOSE_OK ||
	    jws_sign(signer, claims, strlen(claims), &token) != JOSE_OK)
		case_fail("a webhook cannot be signed");
	jws_signer_free(signer);
	claims = arena_strdup(the_case.arena, token);
	free(token);
	return claims;
}

void
livekit_jwt(const char *line)
{
	const char *json = strchr(line, ' ');
	struct jwk_set *keys = NULL;
	cJSON *want, *got;
	struct jws *jws = NULL;
	char *why;

	if (json == NULL)
		case_fail("jwt: TOKEN {claims}, not %s", line);
	if (jwk_set_secret(API_SECRET, strlen(API_SECRET), &keys) != JOSE_OK ||
	    jws_verify(line, (size_t)(json - line), keys, JOSE_HS256, &jws) !=
	    JOSE_OK)
		case_fail("jwt: not signed with LiveKit's secret: %.*s",
		    (int)(json - line), line);
	want = match_parse(json + 1, "jwt:");
	got = match_parse(jws->payload, "the token");
	if ((why = match_json(want, got, "")) != NULL)
		case_fail("jwt: %s", why);
	cJSON_Delete(want);
	cJSON_Delete(got);
	jws_free(jws);
	jwk_set_free(keys);
}
