/*
 * Signs compact JSON Web Signatures.  The header is encoded once, with the
 * key; a token costs one allocation and one signature.
 */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

struct jws_signer {
	struct jose_key	 key;
	char		*header;	/* base64url, with the dot behind it */
	size_t		 header_len;
};

void
jws_signer_free(struct jws_signer *signer)
{
	if (signer == NULL)
		return;
	jwk_key_clear(&signer->key);
	free(signer->header);
	free(signer);
}

static enum jose_err
header_make(struct jws_signer *signer)
{
	cJSON *tree = cJSON_CreateObject();
	char *text = NULL;
	size_t len;

	if (cJSON_AddStringToObject(tree, "alg",
	    jose_alg_names[signer->key.alg]) != NULL &&
	    cJSON_AddStringToObject(tree, "typ", "JWT") != NULL &&
	    (signer->key.kid == NULL || cJSON_AddStringToObject(tree, "kid",
	    signer->key.kid) != NULL))
		text = cJSON_PrintUnformatted(tree);
	cJSON_Delete(tree);
	if (text == NULL)
		return JOSE_NOMEM;
	len = strlen(text);
	signer->header = malloc((len + 2) / 3 * 4 + 2);
	if (signer->header != NULL) {
		len = jose_b64url_encode(text, len, signer->header);
		signer->header[len++] = '.';
		signer->header_len = len;
	}
	cJSON_free(text);
	return signer->header != NULL ? JOSE_OK : JOSE_NOMEM;
}

/* Takes the key over. */
static enum jose_err
signer_new(struct jose_key *key, struct jws_signer **out)
{
	struct jws_signer *signer = calloc(1, sizeof(*signer));

	if (signer == NULL) {
		jwk_key_clear(key);
		return JOSE_NOMEM;
	}
	signer->key = *key;
	if (header_make(signer) != JOSE_OK) {
		jws_signer_free(signer);
		return JOSE_NOMEM;
	}
	*out = signer;
	return JOSE_OK;
}

enum jose_err
jws_signer_secret(const void *secret, size_t len, struct jws_signer **out)
{
	struct jose_key key = { 0 };

	*out = NULL;
	if (len == 0)
		return JOSE_KEY;
	if (jwk_key_secret(&key, secret, len) != JOSE_OK)
		return JOSE_NOMEM;
	return signer_new(&key, out);
}

/* The private half must belong to the public one that others verify with. */
static enum jose_err
key_try(const struct jose_key *key)
{
	static const char message[] = "trial";
	unsigned char sig[KEY_RSA_MAX / 8];
	enum jose_err r;

	r = jwk_key_sign(key, message, sizeof(message), sig);
	if (r == JOSE_OK)
		r = jwk_key_verify(key, message, sizeof(message), sig,
		    key->sig_len);
	return r == JOSE_OK ? JOSE_OK : JOSE_KEY;
}

enum jose_err
jws_signer_jwk(const char *json, size_t len, struct jws_signer **out)
{
	struct jose_key key = { 0 };
	enum strict_json parsed;
	enum key_read read;
	cJSON *tree;

	*out = NULL;
	parsed = jose_strict_json_parse(json, len, JOSE_DEPTH, &tree);
	if (parsed != STRICT_OK)
		return parsed == STRICT_NOMEM ? JOSE_NOMEM : JOSE_KEY;
	read = jwk_read(tree, KEY_TO_SIGN, &key);
	jose_json_wipe(tree);
	if (read == KEY_READ_OK && key_try(&key) == JOSE_OK)
		return signer_new(&key, out);
	jwk_key_clear(&key);
	return read == KEY_READ_NOMEM ? JOSE_NOMEM : JOSE_KEY;
}

enum jose_err
jws_sign(const struct jws_signer *signer, const char *payload, size_t len,
    char **out)
{
	size_t header_len = signer->header_len, n;
	unsigned char sig[KEY_RSA_MAX / 8];
	enum jose_err r;
	char *token;

	*out = NULL;
	/* No verifier of ours takes an empty part. */
	if (len == 0)
		return JOSE_FORM;
	token = malloc(header_len + (len + 2) / 3 * 4 + 1 +
	    (signer->key.sig_len + 2) / 3 * 4 + 1);
	if (token == NULL)
		return JOSE_NOMEM;
	memcpy(token, signer->header, header_len);
	n = header_len + jose_b64url_encode(payload, len, token + header_len);
	if ((r = jwk_key_sign(&signer->key, token, n, sig)) != JOSE_OK) {
		free(token);
		return r;
	}
	token[n++] = '.';
	jose_b64url_encode(sig, signer->key.sig_len, token + n);
	*out = token;
	return JOSE_OK;
}
