/*
 * A transport without a network: answers from a script, and keeps what was
 * asked.
 */
#ifndef LIVEKIT_WIRE_H
#define LIVEKIT_WIRE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/livekit/livekit-api.h"

#define KEY	"APItestkey01"
#define SECRET	"0123456789abcdef0123456789abcdef"

struct answer {
	enum lk_err	 err;
	int		 status;
	const char	*body;
	const char	*header;	/* lines, \n between */
};

struct wire {
	struct answer	 answer[8];
	int		 used;
	struct {
		char	 method[8], url[256], body[4096], auth[2048];
		char	 id[64], agent[64], extra[64], type[64], match[64];
		int	 timeout_ms, wait_ms;
		size_t	 reply_max;
	} ask[8];
};

static void
wire_header(struct wire *w, const char *line)
{
	static const char *const name[] = {
		"Authorization: Bearer ", "X-Livekit-Request-Id: ",
		"User-Agent: ", "X-Extra: ", "Content-Type: ", "If-Match: "
	};
	char *to[] = {
		w->ask[w->used].auth, w->ask[w->used].id,
		w->ask[w->used].agent, w->ask[w->used].extra,
		w->ask[w->used].type, w->ask[w->used].match
	};
	size_t size[] = { 2048, 64, 64, 64, 64, 64 };

	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++)
		if (strncmp(line, name[i], strlen(name[i])) == 0)
			snprintf(to[i], size[i], "%s", line + strlen(name[i]));
}

static enum lk_err
wire_call(void *ctx, const struct lk_http_call *call, struct lk_http_reply *r,
    int *status, char *why, size_t why_size)
{
	struct wire *w = ctx;
	const struct answer *a = &w->answer[w->used];
	enum lk_err err = a->err;

	snprintf(w->ask[w->used].method, 8, "%s", call->method);
	snprintf(w->ask[w->used].url, 256, "%s", call->url);
	snprintf(w->ask[w->used].body, 4096, "%.*s", (int)call->body_len,
	    call->body);
	for (size_t i = 0; call->headers[i] != NULL; i++)
		wire_header(w, call->headers[i]);
	w->ask[w->used].timeout_ms = call->timeout_ms;
	w->ask[w->used].wait_ms = call->wait_ms;
	w->ask[w->used].reply_max = call->reply_max;
	w->used++;
	*status = a->status;
	for (const char *h = a->header; h != NULL; h = strchr(h, '\n')) {
		h += *h == '\n';
		lk_reply_header(r, h, strcspn(h, "\n"));
	}
	if (err == LK_OK && a->body != NULL)
		err = lk_reply_add(r, a->body, strlen(a->body));
	if (err != LK_OK)
		snprintf(why, why_size, "the wire said so");
	return err;
}

static inline struct lk_client *
wire_client(struct wire *w, const struct lk_client_opts *o)
{
	struct lk_client *c;

	if (lk_client_new(o, &c) != LK_OK || lk_client_set_transport(c,
	    LK(lk_transport, .call = wire_call, .ctx = w)) != LK_OK)
		abort();
	return c;
}

/* A plain client whose first answer is this. */
static inline struct lk_client *
wire_simple(struct wire *w, int status, const char *body)
{
	memset(w, 0, sizeof(*w));
	w->answer[0] = (struct answer){ LK_OK, status, body, NULL };
	return wire_client(w, LK(lk_client_opts, .url = "http://127.0.0.1:7880",
	    .key = KEY, .secret = SECRET));
}

/* The claims of the token that was sent last; freed with lk_free. */
static inline struct lk_claims *
wire_claims(struct wire *w)
{
	struct lk_claims *c;
	struct lk_keys *keys;

	if (lk_keys_new(&keys) != LK_OK ||
	    lk_keys_add(keys, KEY, SECRET) != LK_OK || w->used == 0 ||
	    lk_token_verify(keys, w->ask[w->used - 1].auth, NULL, &c) != LK_OK)
		abort();
	lk_keys_free(keys);
	return c;
}

#endif
