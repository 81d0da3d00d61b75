/*
 * Webhooks of any bytes: first as a body that was signed, then as a header
 * line and a body.  What is read can be walked to its last string; what nobody
 * signed is never accepted.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/jose/jose.h"
#include "../../src/livekit/livekit-api.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static size_t walked;

static void
walk(const char *s)
{
	walked += strlen(s);
}

static void
walk_track(const struct lk_track *t)
{
	walk(t->sid), walk(t->type_text), walk(t->source_text), walk(t->name);
	walk(t->mime_type), walk(t->mid), walk(t->stream), walk(t->json);
}

static void
walk_participant(const struct lk_participant *p)
{
	walk(p->sid), walk(p->identity), walk(p->name), walk(p->state_text);
	walk(p->kind_text), walk(p->disconnect_reason_text);
	walk(p->metadata), walk(p->region), walk(p->json);
	for (size_t i = 0; i < p->attributes_len; i++)
		walk(p->attributes[i].name), walk(p->attributes[i].value);
	for (size_t i = 0; i < p->tracks_len; i++)
		walk_track(p->tracks[i]);
	for (size_t i = 0; p->permission != NULL &&
	    i < p->permission->can_publish_sources_len; i++)
		walk(p->permission->can_publish_sources[i]);
}

static void
walk_event(const struct lk_event *ev)
{
	walk(ev->name), walk(ev->id), walk(ev->json);
	if (*ev->name == '\0')
		abort();
	if (ev->room != NULL)
		walk(ev->room->sid), walk(ev->room->name),
		    walk(ev->room->metadata), walk(ev->room->json);
	if (ev->participant != NULL)
		walk_participant(ev->participant);
	if (ev->track != NULL)
		walk_track(ev->track);
	if (ev->ingress != NULL)
		walk(ev->ingress->stream_key), walk(ev->ingress->status_text),
		    walk(ev->ingress->error), walk(ev->ingress->json);
	if (ev->egress != NULL)
		for (size_t i = 0; i < ev->egress->files_len; i++)
			walk(ev->egress->files[i]->filename),
			    walk(ev->egress->files[i]->json);
}

static void
signed_body(const struct lk_keys *keys, const uint8_t *data, size_t len)
{
	struct lk_event *ev, *again;
	unsigned char hash[32];
	char text[64], *jwt;
	enum lk_err err;

	if (!jose_sha256(data, len, hash))
		abort();
	text[jose_b64_encode(hash, sizeof(hash), text)] = '\0';
	if (lk_token_sign("key", "secret", LK(lk_token, .sha256 = text,
	    .now_s = 1000), &jwt) != LK_OK)
		abort();
	err = lk_webhook_receive(keys, jwt, data, len, 1000, &ev);
	if (err != LK_OK && err != LK_PROTOCOL)
		abort();
	if (err == LK_OK) {
		walk_event(ev);
		if (lk_event_parse(ev->json, strlen(ev->json), &again) !=
		    LK_OK || strcmp(again->json, ev->json) != 0)
			abort();
		lk_free(again);
		lk_free(ev);
	}
	lk_free(jwt);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const uint8_t *body = memchr(data, '\n', len);
	struct lk_keys *keys;
	struct lk_event *ev;
	char *header;
	size_t n;

	if (lk_keys_new(&keys) != LK_OK ||
	    lk_keys_add(keys, "key", "secret") != LK_OK)
		abort();
	signed_body(keys, data, len);
	n = body == NULL ? len : (size_t)(body - data);
	if ((header = malloc(n + 1)) == NULL)
		abort();
	memcpy(header, data, n);
	header[n] = '\0';
	/* a secret that nobody used */
	if (lk_webhook_receive(keys, header, data + n, len - n, 1000, &ev) ==
	    LK_OK)
		abort();
	free(header);
	lk_keys_free(keys);
	return 0;
}
