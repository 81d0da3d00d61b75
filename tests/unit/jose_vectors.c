/* Published JWS: RFC 7515, 7519 and 8037, and the JOSE cookbook (RFC 7520). */
#include <cjson/cJSON.h>

#include "../../src/jose/jose.h"
#include "test.h"

static cJSON *
load(const char *name)
{
	static char buf[65536];
	const char *srcdir = getenv("srcdir");
	cJSON *tree = NULL;
	char path[1024];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s/tests/vectors/%s",
	    srcdir != NULL ? srcdir : ".", name);
	if ((f = fopen(path, "rb")) == NULL)
		return NULL;
	n = fread(buf, 1, sizeof(buf), f);
	fclose(f);
	if (jose_strict_json_parse(buf, n, 32, &tree) != STRICT_OK)
		return NULL;
	return tree;
}

static const cJSON *
at(const cJSON *tree, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(tree, name);
}

static const char *
string_at(const cJSON *tree, const char *name)
{
	const char *s = cJSON_GetStringValue(at(tree, name));

	return s != NULL ? s : "";
}

/* JOSE_MAX where the keys are refused, else what verifying says. */
static int
verify(const cJSON *key, const char *token, char *payload, size_t size)
{
	char *json = cJSON_PrintUnformatted(key);
	struct jwk_set *set;
	struct jws *jws;
	int r = JOSE_MAX;

	if (jwk_set_parse(json, strlen(json), &set, NULL) == JOSE_OK) {
		r = (int)jws_verify(token, strlen(token), set,
		    jwk_set_algs(set), &jws);
		if (r == JOSE_OK)
			snprintf(payload, size, "%s", jws->payload);
		jws_free(jws);
		jwk_set_free(set);
	}
	free(json);
	return r;
}

/* One case of the file of RFC examples, by id. */
static int
rfc(const char *id, char *payload, size_t size)
{
	cJSON *tree = load("rfc/rfc_jose_examples.json"), *any;
	const cJSON *c;
	int r = -1;

	any = cJSON_Parse("{\"kty\":\"oct\",\"k\":"
	    "\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY\"}");
	cJSON_ArrayForEach(c, at(tree, "cases")) {
		const cJSON *key = at(c, "jwk");

		if (strcmp(string_at(c, "id"), id) == 0)
			r = verify(key != NULL ? key : any,
			    string_at(c, "compact"), payload, size);
	}
	cJSON_Delete(any);
	cJSON_Delete(tree);
	return r;
}

#define JOE "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n"		\
	" \"http://example.com/is_root\":true}"

TEST("RFC 7515 A.1 HS256 verifies to its payload")
{
	char payload[256];

	CHECK_INT(rfc("rfc7515-A1", payload, sizeof(payload)), JOSE_OK);
	CHECK_STR(payload, JOE);
}

TEST("RFC 7515 A.2 RS256 verifies to its payload")
{
	char payload[256];

	CHECK_INT(rfc("rfc7515-A2", payload, sizeof(payload)), JOSE_OK);
	CHECK_STR(payload, JOE);
}

TEST("RFC 7515 A.3 ES256 verifies to its payload")
{
	char payload[256];

	CHECK_INT(rfc("rfc7515-A3", payload, sizeof(payload)), JOSE_OK);
	CHECK_STR(payload, JOE);
}

TEST("RFC 8037 A.4 Ed25519 verifies to its payload")
{
	char payload[256];

	CHECK_INT(rfc("rfc8037-A4", payload, sizeof(payload)), JOSE_OK);
	CHECK_STR(payload, "Example of Ed25519 signing");
}

TEST("RFC 7515 A.5 and RFC 7519 6.1, unsecured, are refused")
{
	char payload[256];

	CHECK_INT(rfc("rfc7515-A5", payload, sizeof(payload)), JOSE_FORM);
	CHECK_INT(rfc("rfc7519-6.1", payload, sizeof(payload)), JOSE_FORM);
}

TEST("RFC 7515 E, an unknown critical extension, is refused")
{
	char payload[256];

	CHECK_INT(rfc("rfc7515-E", payload, sizeof(payload)), JOSE_FORM);
}

/* A cookbook file's compact form against its own key. */
static int
cookbook(const char *name, char *payload, size_t size)
{
	cJSON *tree = load(name);
	int r = verify(at(at(tree, "input"), "key"),
	    string_at(at(tree, "output"), "compact"), payload, size);

	if (r == JOSE_OK && strcmp(payload,
	    string_at(at(tree, "input"), "payload")) != 0)
		r = -1;
	cJSON_Delete(tree);
	return r;
}

TEST("RFC 7520 4.1 RS256 verifies to its payload")
{
	char payload[256];

	CHECK_INT(cookbook("cookbook/jws/4_1.rsa_v15_signature.json",
	    payload, sizeof(payload)), JOSE_OK);
}

TEST("RFC 7520 4.2 RSA-PSS is refused")
{
	char payload[256];

	CHECK_INT(cookbook("cookbook/jws/4_2.rsa-pss_signature.json",
	    payload, sizeof(payload)), JOSE_ALG);
}

TEST("RFC 7520 4.3 P-521 is no usable key")
{
	char payload[256];

	CHECK_INT(cookbook("cookbook/jws/4_3.ecdsa_signature.json",
	    payload, sizeof(payload)), JOSE_MAX);
}

TEST("RFC 7520 4.4 HS256 verifies to its payload")
{
	char payload[256];

	CHECK_INT(cookbook(
	    "cookbook/jws/4_4.hmac-sha2_integrity_protection.json",
	    payload, sizeof(payload)), JOSE_OK);
}

TEST("RFC 7520 4.5 detached content is refused")
{
	char payload[256];

	CHECK_INT(cookbook(
	    "cookbook/jws/4_5.signature_with_detached_content.json",
	    payload, sizeof(payload)), JOSE_FORM);
}

/* Both JSON serialisations of a file, as if they were tokens. */
static int
json_forms(const char *name)
{
	static const char *const forms[] = { "json", "json_flat" };
	cJSON *tree = load(name);
	const cJSON *key = at(at(tree, "input"), "key");
	int refused = 0;

	for (int i = 0; i < 2; i++) {
		const cJSON *form = at(at(tree, "output"), forms[i]);
		char payload[256], *json;

		if (form == NULL)
			continue;
		json = cJSON_PrintUnformatted(form);
		/* 4.8 has an array of keys: the last is the oct one. */
		refused += verify(cJSON_IsArray(key) ?
		    cJSON_GetArrayItem(key, 2) : key, json, payload,
		    sizeof(payload)) == JOSE_FORM;
		free(json);
	}
	cJSON_Delete(tree);
	return refused;
}

TEST("RFC 7520 4.4 to 4.8, JSON serialisations, are refused")
{
	CHECK_INT(json_forms(
	    "cookbook/jws/4_4.hmac-sha2_integrity_protection.json"), 2);
	CHECK_INT(json_forms(
	    "cookbook/jws/4_5.signature_with_detached_content.json"), 2);
	CHECK_INT(json_forms(
	    "cookbook/jws/4_6.protecting_specific_header_fields.json"), 2);
	CHECK_INT(json_forms(
	    "cookbook/jws/4_7.protecting_content_only.json"), 2);
	CHECK_INT(json_forms("cookbook/jws/4_8.multiple_signatures.json"), 1);
}

TEST("RFC 7797 unencoded payloads are refused")
{
	char payload[256];

	CHECK_INT(cookbook("cookbook/rfc7797/hmac-sha2_b64_false.json",
	    payload, sizeof(payload)), JOSE_FORM);
	CHECK_INT(json_forms("cookbook/rfc7797/4.2.hmac-sha2_b64_false.json"),
	    2);
}

TEST("RFC 8037, from the cookbook, verifies to its payload")
{
	char payload[256];

	CHECK_INT(cookbook("cookbook/curve25519/jws.json", payload,
	    sizeof(payload)), JOSE_OK);
}

/* Usable keys in a bare JWK of RFC 7520 section 3. */
static int
jwk(const char *name)
{
	cJSON *tree = load(name);
	char *json = cJSON_PrintUnformatted(tree);
	struct jwk_set *set;
	int n = 0;

	if (jwk_set_parse(json, strlen(json), &set, NULL) == JOSE_OK) {
		n = (int)jwk_set_len(set);
		jwk_set_free(set);
	}
	free(json);
	cJSON_Delete(tree);
	return n;
}

TEST("RFC 7520 3: RSA and MAC keys are usable, P-521 and encryption not")
{
	CHECK_INT(jwk("cookbook/jwk/3_1.ec_public_key.json"), 0);
	CHECK_INT(jwk("cookbook/jwk/3_2.ec_private_key.json"), 0);
	CHECK_INT(jwk("cookbook/jwk/3_3.rsa_public_key.json"), 1);
	CHECK_INT(jwk("cookbook/jwk/3_4.rsa_private_key.json"), 1);
	CHECK_INT(jwk("cookbook/jwk/3_5.symmetric_key_mac_computation.json"),
	    1);
	CHECK_INT(jwk("cookbook/jwk/3_6.symmetric_key_encryption.json"), 0);
}
