/*
 * Tokens and key documents of any bytes.  What is accepted spells its parts in
 * the one canonical way, so no second text of a token can pass.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/jose/jose.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Public keys of RFC 7515 A.2, A.3 and RFC 8037 A.4; a secret of our own. */
static const char public_keys[] = "{\"keys\":["
    "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4"
    "fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-"
    "yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf"
    "63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQ"
    "Y4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q"
    "2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ\"},"
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"ec\","
    "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"},"
    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
    "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}";
static const char secret[] = "0123456789abcdef0123456789abcdef";

static void
check_canonical(const struct jws *jws, const char *token, size_t len)
{
	char *again = malloc(len * 2 + 16);
	size_t n;

	if (again == NULL)
		abort();
	n = jose_b64url_encode(jws->header, jws->header_len, again);
	again[n++] = '.';
	n += jose_b64url_encode(jws->payload, jws->payload_len, again + n);
	again[n++] = '.';
	if (n >= len || memcmp(again, token, n) != 0)
		abort();
	free(again);
}

static void
try_token(const struct jwk_set *set, const char *token, size_t len)
{
	struct jws *jws, *peeked;

	if (jws_peek(token, len, &peeked) == JOSE_OK)
		check_canonical(peeked, token, len);
	if (jws_verify(token, len, set, 15, &jws) == JOSE_OK) {
		check_canonical(jws, token, len);
		if (peeked == NULL)
			abort();
	}
	jws_free(peeked);
	jws_free(jws);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct jwk_set *public_set, *secret_set;
	const char *text = (const char *)data;
	struct jws_signer *signer;
	struct jwk_set *set;

	if (public_set == NULL && (jwk_set_parse(public_keys,
	    strlen(public_keys), &public_set, NULL) != JOSE_OK ||
	    jwk_set_secret(secret, strlen(secret), &secret_set) != JOSE_OK))
		abort();
	try_token(public_set, text, len);
	try_token(secret_set, text, len);
	if (jwk_set_parse(text, len, &set, NULL) == JOSE_OK) {
		if (jwk_set_len(set) == 0 || jwk_set_algs(set) == 0)
			abort();
		jwk_set_free(set);
	}
	if (jws_signer_jwk(text, len, &signer) == JOSE_OK)
		jws_signer_free(signer);
	return 0;
}
