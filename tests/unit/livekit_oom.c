/*
 * Every allocation of the library fails once, and then all that follow too:
 * the call says LK_NOMEM, hands nothing out, leaks nothing (the sanitizer
 * looks), and succeeds once memory is back.
 */
#include "livekit_wire.h"
#include "test.h"

void	*__real_malloc(size_t);
void	*__real_calloc(size_t, size_t);
void	*__real_realloc(void *, size_t);
char	*__real_strdup(const char *);
char	*__real_strndup(const char *, size_t);
void	*__wrap_malloc(size_t);
void	*__wrap_calloc(size_t, size_t);
void	*__wrap_realloc(void *, size_t);
char	*__wrap_strdup(const char *);
char	*__wrap_strndup(const char *, size_t);

static long countdown = -1;	/* -1: never fail */
static bool once;

static bool
fails(void)
{
	if (countdown < 0)
		return false;
	if (countdown > 0) {
		countdown--;
		return false;
	}
	if (once)
		countdown = -1;
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

void *
__wrap_realloc(void *p, size_t n)
{
	return fails() ? NULL : __real_realloc(p, n);
}

char *
__wrap_strdup(const char *s)
{
	return fails() ? NULL : __real_strdup(s);
}

char *
__wrap_strndup(const char *s, size_t n)
{
	return fails() ? NULL : __real_strndup(s, n);
}

/* How many allocations op takes until it succeeds; -1: it went wrong. */
static int
starve(enum lk_err (*op)(void), bool only_one)
{
	enum lk_err err = LK_NOMEM;
	int n;

	once = only_one;
	for (n = 0; n < 500; n++) {
		countdown = n;
		err = op();
		if (countdown > 0) {
			countdown = -1;
			return err == LK_OK ? n : -1;
		}
		countdown = -1;
		if (err != LK_NOMEM && err != LK_OK) {
			printf("# allocation %d: %s\n", n, lk_strerror(err));
			return -1;
		}
	}
	return -1;
}

static enum lk_err
op_token(void)
{
	const struct lk_pair a = { "k", "v" };
	char *jwt = NULL;
	enum lk_err err = lk_token_sign(KEY, SECRET, LK(lk_token,
	    .identity = "ada", .attributes = &a, .attributes_len = 1,
	    .room_config = "{\"a\":1}", .video = LK(lk_video_grant,
	    .room = "r", .room_join = LK_YES)), &jwt);

	lk_free(jwt);
	return err;
}

static const char *hook_jwt, *hook_body;

static enum lk_err
op_webhook(void)
{
	struct lk_keys *keys = NULL;
	struct lk_event *ev = NULL;
	enum lk_err err = lk_keys_new(&keys);

	if (err == LK_OK)
		err = lk_keys_add(keys, KEY, SECRET);
	if (err == LK_OK)
		err = lk_webhook_receive(keys, hook_jwt, hook_body,
		    strlen(hook_body), 0, &ev);
	lk_free(ev);
	lk_keys_free(keys);
	return err;
}

static enum lk_err
op_client(void)
{
	const struct lk_pair header = { "X-Extra", "y" };
	static struct wire w;
	struct lk_participants *all = NULL;
	struct lk_client *c = NULL;
	enum lk_err err;

	memset(&w, 0, sizeof(w));
	w.answer[0] = (struct answer){ LK_OK, 200, "{\"participants\":[{"
	    "\"identity\":\"a\",\"tracks\":[{\"sid\":\"TR\"}]}]}", NULL };
	err = lk_client_new(LK(lk_client_opts, .url = "ws://h", .key = KEY,
	    .secret = SECRET, .headers = &header, .headers_len = 1), &c);
	if (err == LK_OK)
		err = lk_client_set_transport(c, LK(lk_transport,
		    .call = wire_call, .ctx = &w));
	if (err == LK_OK) {
		err = lk_participant_list(c, "r", &all);
		if (err != lk_client_error(c)->err)
			err = LK_INTERNAL;
	}
	lk_free(all);
	lk_client_free(c);
	return err;
}

static enum lk_err
op_refusal(void)
{
	static struct wire w;
	struct lk_client *c = NULL;
	enum lk_err err;

	memset(&w, 0, sizeof(w));
	w.answer[0] = (struct answer){ LK_OK, 404, "{\"code\":\"not_found\","
	    "\"msg\":\"gone\",\"meta\":{\"sip_status\":\"x\"}}", NULL };
	err = lk_client_new(LK(lk_client_opts, .url = "ws://h", .key = KEY,
	    .secret = SECRET), &c);
	if (err == LK_OK)
		err = lk_client_set_transport(c, LK(lk_transport,
		    .call = wire_call, .ctx = &w));
	if (err == LK_OK)
		err = lk_room_delete(c, "r");
	lk_client_free(c);
	return err == LK_NOT_FOUND ? LK_OK : err;
}

static enum lk_err
op_whip(void)
{
	static struct wire w;
	struct lk_whip *whip = NULL;
	struct lk_client *c = NULL;
	enum lk_err err;

	memset(&w, 0, sizeof(w));
	w.answer[0] = (struct answer){ LK_OK, 201, "v=0\r\n",
	    "Location: /whip/v1/PA_1\nETag: e" };
	err = lk_client_new(LK(lk_client_opts, .url = "ws://h", .key = KEY,
	    .secret = SECRET), &c);
	if (err == LK_OK)
		err = lk_client_set_transport(c, LK(lk_transport,
		    .call = wire_call, .ctx = &w));
	if (err == LK_OK) {
		err = lk_whip_post(c, "t", "v=0", 3, &whip);
		if (err != lk_client_error(c)->err)
			err = LK_INTERNAL;
	}
	lk_free(whip);
	lk_client_free(c);
	return err;
}

static enum lk_err
op_json(void)
{
	char *json = NULL, *s = NULL;
	enum lk_err err = lk_json_print(&json, "{\"a\":{\"b\":%s}}", "text");

	if (err == LK_OK)
		err = lk_json_str(json, "a.b", &s);
	lk_free(s);
	s = NULL;
	if (err == LK_OK)
		err = lk_json_raw(json, "a", &s);
	lk_free(s);
	lk_free(json);
	return err;
}

#define CHECK_STARVED(op) do {						\
	CHECK(starve(op, false) > 0);					\
	CHECK(starve(op, true) > 0);					\
} while (0)

TEST("signing a token without memory")
{
	CHECK_STARVED(op_token);
}

TEST("receiving a webhook without memory")
{
	char *jwt;

	hook_body = "{\"event\":\"room_started\",\"room\":{\"name\":\"r\"}}";
	CHECK_INT(lk_token_sign(KEY, SECRET, LK(lk_token, .sha256 =
	    "5wULmzqqs0VzzrWmYSBXi0XPP1TP0mXekpLcTIUPH7c="), &jwt), LK_OK);
	hook_jwt = jwt;
	CHECK_STARVED(op_webhook);
	lk_free(jwt);
}

TEST("a client, its call and its typed reply without memory")
{
	CHECK_STARVED(op_client);
}

TEST("a refusal without memory for its words stays a refusal")
{
	CHECK_STARVED(op_refusal);
}

TEST("a WHIP offer and its answer's headers without memory")
{
	CHECK_STARVED(op_whip);
}

TEST("JSON helpers without memory")
{
	CHECK_STARVED(op_json);
}
