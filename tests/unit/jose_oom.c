/*
 * Every allocation fails, ours, cJSON's and OpenSSL's, alone and with all that
 * follow: no crash, no leak, nothing handed out, nothing accepted that should
 * not be, and the same call succeeds once memory is back.
 */
#include <cjson/cJSON.h>
#include <openssl/crypto.h>

#include "jose_make.h"
#include "test.h"

#define CLAIMS "{\"sub\":\"ada\"}"

void	*__real_malloc(size_t);
void	*__real_calloc(size_t, size_t);
char	*__real_strdup(const char *);
void	*__wrap_malloc(size_t);
void	*__wrap_calloc(size_t, size_t);
char	*__wrap_strdup(const char *);

static long countdown = -1;	/* -1: never fail */
static bool single;		/* only one fails */

static bool
fails(void)
{
	if (countdown < 0)
		return false;
	if (countdown > 0 || single)
		return countdown-- == 0;
	return true;
}

void *
__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

char *
__wrap_strdup(const char *s)
{
	return fails() ? NULL : __real_strdup(s);
}

static void *
openssl_malloc(size_t n, const char *file, int line)
{
	(void)file, (void)line;
	return n == 0 || fails() ? NULL : __real_malloc(n);
}

static void *
openssl_realloc(void *p, size_t n, const char *file, int line)
{
	(void)file, (void)line;
	return fails() ? NULL : realloc(p, n);
}

static void
openssl_free(void *p, const char *file, int line)
{
	(void)file, (void)line;
	free(p);
}

static void *
cjson_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

/* Before OpenSSL allocates for the first time; tests are made before main. */
__attribute__((constructor)) static void
hooks(void)
{
	cJSON_Hooks cjson = { cjson_malloc, free };

	cJSON_InitHooks(&cjson);
	if (!CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc,
	    openssl_free))
		abort();
}

/*
 * Runs op with the first, second, … allocation failing until none is left to
 * fail.  Returns how many there were, -1 where it misbehaved.
 */
static int
torture(enum jose_err (*op)(const char *), const char *arg)
{
	int total = -1;

	for (int n = 0; n < 5000 && total < 0; n++) {
		enum jose_err r;

		countdown = n;
		r = op(arg);
		countdown = -1;
		if (r == JOSE_OK)
			total = n;
		else if (op(arg) != JOSE_OK)
			return -1;
	}
	/* OpenSSL may do without some; op itself checks what comes out. */
	single = true;
	for (int n = 0; n < total; n++) {
		countdown = n;
		(void)op(arg);
		countdown = -1;
		if (op(arg) != JOSE_OK)
			total = -1;
	}
	single = false;
	return total;
}

static enum jose_err
op_parse(const char *json)
{
	struct jwk_set *set;
	enum jose_err r = jwk_set_parse(json, strlen(json), &set, NULL);

	if ((r == JOSE_OK) != (set != NULL))
		abort();
	jwk_set_free(set);
	return r;
}

static enum jose_err
op_secret(const char *secret)
{
	struct jwk_set *set;
	enum jose_err r = jwk_set_secret(secret, strlen(secret), &set);

	jwk_set_free(set);
	return r;
}

static enum jose_err
op_signer_secret(const char *secret)
{
	struct jws_signer *made_signer;
	enum jose_err r = jws_signer_secret(secret, strlen(secret),
	    &made_signer);

	jws_signer_free(made_signer);
	return r;
}

static enum jose_err
op_signer(const char *json)
{
	struct jws_signer *signer;
	enum jose_err r = jws_signer_jwk(json, strlen(json), &signer);

	jws_signer_free(signer);
	return r;
}

static struct jwk_set *set;
static struct jws_signer *signer;

static enum jose_err
op_verify(const char *token)
{
	struct jws *jws;
	enum jose_err r = jws_verify(token, strlen(token), set, 15, &jws);

	if ((r == JOSE_OK) != (jws != NULL))
		abort();
	jws_free(jws);
	return r;
}

/* Turned round: success is that a bad token was refused. */
static enum jose_err
op_refuse(const char *token)
{
	struct jws *jws;
	enum jose_err r = jws_verify(token, strlen(token), set, 15, &jws);

	if (r == JOSE_OK || jws != NULL)
		abort();
	return r == JOSE_SIGNATURE ? JOSE_OK : r;
}

static enum jose_err
op_sign(const char *payload)
{
	char *token;
	enum jose_err r = jws_sign(signer, payload, strlen(payload), &token);

	if ((r == JOSE_OK) != (token != NULL))
		abort();
	free(token);
	return r;
}

static enum jose_err
op_json(const char *json)
{
	enum strict_json r;
	cJSON *tree;

	r = jose_strict_json_parse(json, strlen(json), 32, &tree);
	if (r == STRICT_OK)
		cJSON_Delete(tree);
	return r == STRICT_OK ? JOSE_OK : JOSE_NOMEM;
}

static const enum jose_alg algs[] = { JOSE_RS256, JOSE_ES256, JOSE_EDDSA };
static const char *const headers[] = {
	"{\"alg\":\"RS256\",\"kid\":\"k\"}",
	"{\"alg\":\"ES256\",\"kid\":\"k\"}",
	"{\"alg\":\"EdDSA\",\"kid\":\"k\"}"
};

static char *
jwk(int i)
{
	return text("{\"kid\":\"k\",%s,%s}", make_key(algs[i])->fields,
	    make_key(algs[i])->private);
}

TEST("keys are parsed or refused when memory runs out")
{
	for (int i = 0; i < 3; i++) {
		CHECK(op_parse(jwk(i)) == JOSE_OK);
		CHECK(torture(op_parse, jwk(i)) > 10);
		CHECK(torture(op_signer, jwk(i)) > 10);
	}
	CHECK(torture(op_parse, made_secret_jwk) > 5);
	CHECK(torture(op_secret, made_secret) > 1);
	CHECK(torture(op_signer_secret, made_secret) > 1);
}

TEST("tokens are signed and verified or refused when memory runs out")
{
	for (int i = 0; i < 3; i++) {
		char *key = jwk(i), *token, *forged;

		token = make_token(algs[i], headers[i], CLAIMS);
		forged = text("%s%s", make_input(headers[i], "x"),
		    strrchr(token, '.'));
		CHECK(jwk_set_parse(key, strlen(key), &set, NULL) == JOSE_OK);
		CHECK(jws_signer_jwk(key, strlen(key), &signer) == JOSE_OK);
		CHECK(torture(op_verify, token) > 5);
		CHECK(torture(op_refuse, forged) > 5);
		CHECK(torture(op_sign, CLAIMS) > 1);
		jwk_set_free(set);
		jws_signer_free(signer);
	}
}

TEST("HS256 tokens are signed and verified or refused without memory")
{
	char *token = make_hmac("s", 1, "{\"alg\":\"HS256\"}", CLAIMS);
	char *forged = make_hmac("t", 1, "{\"alg\":\"HS256\"}", CLAIMS);

	CHECK(jwk_set_secret("s", 1, &set) == JOSE_OK);
	CHECK(jws_signer_secret("s", 1, &signer) == JOSE_OK);
	CHECK(torture(op_verify, token) > 5);
	CHECK(torture(op_refuse, forged) > 5);
	CHECK(torture(op_sign, CLAIMS) > 1);
	jwk_set_free(set);
	jws_signer_free(signer);
}

TEST("JSON is parsed or refused when memory runs out")
{
	CHECK(torture(op_json, "{\"a\":[1,{\"b\":\"c\"}],\"d\":null}") > 5);
	CHECK(torture(op_json, "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,"
	    "\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1,\"l\":1,"
	    "\"m\":1,\"n\":1,\"o\":1,\"p\":1,\"q\":1}") > 5);
}
