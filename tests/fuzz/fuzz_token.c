/*
 * Tokens from any bytes: as a token to verify, as text and JSON to sign, and
 * as an answer of the server.  What was signed verifies and reads back the
 * same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/livekit/livekit-api.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
read_back(const struct lk_keys *keys, const struct lk_token *t)
{
	struct lk_claims *c;
	char *jwt;
	enum lk_err err = lk_token_sign("key", "secret", t, &jwt);

	if (err == LK_USAGE)
		return;
	if (err != LK_OK)
		abort();
	err = lk_token_verify(keys, jwt, LK(lk_verify_opts, .now_s = 1000),
	    &c);
	/* ours may be longer, or nested deeper, than we would accept */
	if (err == LK_OK) {
		if (t->name != NULL && strcmp(c->name, t->name) != 0)
			abort();
		if (c->exp_s != 1600 || strcmp(c->issuer, "key") != 0)
			abort();
		lk_free(c);
	} else if (err != LK_TOKEN_FORM || strlen(jwt) <= 8000)
		abort();
	lk_free(jwt);
}

static void
answer(const char *text, size_t len)
{
	static const int status[] = { 0, 200, 401, 404, 451, 503, 999 };
	struct lk_client *c;
	struct lk_request *req;
	char *reply = NULL;
	enum lk_err err;

	if (lk_client_new(LK(lk_client_opts, .url = "http://h", .key = "key",
	    .secret = "secret", .failover_any_host = LK_YES), &c) != LK_OK)
		abort();
	for (size_t i = 0; i < sizeof(status) / sizeof(status[0]); i++) {
		if (lk_request_new(c, "RoomService", "ListRooms", "{}",
		    &req) != LK_OK)
			abort();
		lk_request_header(req, text, len);
		/* the same bytes as refusal and as list of regions */
		for (int n = 0; (err = lk_request_done(req, n % 2 == 0 ?
		    status[i] : 200, text, len, &reply)) == LK_AGAIN; n++)
			if (n > 6)
				abort();
		if (strlen(lk_request_error(req)->message) > len * 6 + 100)
			abort();
		if (err == LK_OK)
			lk_free(reply);
		lk_request_free(req);
	}
	lk_client_free(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct lk_keys *keys;
	struct lk_claims *c;
	char *text = malloc(len + 1), *out;
	size_t n;

	if (text == NULL || lk_keys_new(&keys) != LK_OK ||
	    lk_keys_add(keys, "key", "secret") != LK_OK)
		abort();
	if (len > 0)
		memcpy(text, data, len);
	text[len] = '\0';
	if (lk_token_verify(keys, text, LK(lk_verify_opts, .now_s = 1000),
	    &c) == LK_OK)
		lk_free(c);
	read_back(keys, LK(lk_token, .name = text, .now_s = 1000,
	    .ttl_s = 600));
	read_back(keys, LK(lk_token, .extra = text, .now_s = 1000,
	    .ttl_s = 600));
	read_back(keys, LK(lk_token, .room_config = text, .now_s = 1000,
	    .ttl_s = 600));
	if (lk_json_str(text, "items.0.name", &out) == LK_OK)
		lk_free(out);
	if (lk_json_raw(text, "", &out) == LK_OK)
		lk_free(out);
	(void)!lk_json_len(text, "items", &n);
	answer(text, len);
	free(text);
	lk_keys_free(keys);
	return 0;
}
