/*
 * claims: the registered claims of a JWT (RFC 7519 §4.1), as strictly as they
 * can be read.  Knows nothing of keys.
 */
#include "local.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#define YEAR_9999_S 253402300799.0

/* A NumericDate: absent is RC_NOT_FOUND, anything but a time RC_INVALID. */
static enum rc
claim_time(const struct cJSON *claims, const char *name, double *out)
{
	const struct cJSON *v = json_get(claims, name);

	if (v == NULL)
		return RC_NOT_FOUND;
	if (!cJSON_IsNumber(v) || !isfinite(v->valuedouble) ||
	    v->valuedouble <= 0 || v->valuedouble > YEAR_9999_S)
		return RC_INVALID;
	*out = v->valuedouble;
	return RC_OK;
}

bool
claims_for(const struct cJSON *claims, const char *aud)
{
	const struct cJSON *v = json_get(claims, "aud"), *item;

	if (cJSON_IsString(v))
		return strcmp(v->valuestring, aud) == 0;
	if (!cJSON_IsArray(v))
		return false;
	cJSON_ArrayForEach(item, v)
		if (cJSON_IsString(item) && strcmp(item->valuestring, aud) == 0)
			return true;
	return false;
}

enum rc
claims_check(const struct cJSON *claims, const char *iss, const char *aud,
    int64_t leeway_ms, int64_t now, int64_t *expires_at, const char **code)
{
	double exp, start, now_s = (double)(now / 1000);
	double leeway_s = (double)leeway_ms / 1000;
	const char *given;
	enum rc rc;

	*code = "invalid_token";
	given = json_str(claims, "iss");
	if (given == NULL || strcmp(given, iss) != 0 ||
	    !claims_for(claims, aud) ||
	    claim_time(claims, "exp", &exp) != RC_OK)
		return RC_UNAUTHORIZED;
	if (exp < now_s - leeway_s) {
		*code = "token_expired";
		return RC_UNAUTHORIZED;
	}
	for (int i = 0; i < 2; i++) {
		rc = claim_time(claims, i == 0 ? "nbf" : "iat", &start);
		if (rc == RC_INVALID ||
		    (rc == RC_OK && start > now_s + leeway_s))
			return RC_UNAUTHORIZED;
	}
	*expires_at = (int64_t)(exp * 1000);
	return RC_OK;
}
