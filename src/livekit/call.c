/*
 * The blocking client: requests through a transport, and the typed calls'
 * common part.  Opens the built-in transport on the first call.
 */
#include <stdlib.h>
#include <string.h>

#include "local.h"

enum lk_err
lk_reply_add(struct lk_http_reply *r, const void *p, size_t n)
{
	size_t cap = r->cap == 0 ? 4096 : r->cap;
	char *s;

	if (n > r->max || r->len > r->max - n)
		return LK_TOO_BIG;
	while (cap < r->len + n)
		cap *= 2;
	if (cap != r->cap) {
		if ((s = realloc(r->s, cap)) == NULL)
			return LK_NOMEM;
		r->s = s;
		r->cap = cap;
	}
	if (n > 0)
		memcpy(r->s + r->len, p, n);
	r->len += n;
	return LK_OK;
}

void
lk_reply_header(struct lk_http_reply *r, const char *line, size_t len)
{
	lk_request_header(r->req, line, len);
}

static enum lk_err
send_once(struct lk_client *c, struct lk_request *req, char **reply)
{
	struct lk_http_reply r = { 0 };
	char why[256] = "";
	int status = 0;
	enum lk_err err;

	r.max = req->call.reply_max;
	r.req = req;
	err = c->transport.call(c->transport.ctx, &req->call, &r, &status, why,
	    sizeof(why));
	err = lki_answer(req, err, why, status, r.s, r.len, reply);
	free(r.s);
	return err;
}

enum lk_err
lki_send(struct lk_client *c, struct lk_request *req, char **reply)
{
	enum lk_err err;

	if (c->transport.call == NULL &&
	    (err = lki_curl(&c->transport)) != LK_OK) {
		lk_request_free(req);
		return lki_refuse(c, err);
	}
	lki_refuse(c, LK_OK);
	do
		err = send_once(c, req, reply);
	while (err == LK_AGAIN);
	c->last = req;
	return err;
}

enum lk_err
lk_call_with(struct lk_client *c, const struct lk_call_opts *o,
    const char *service, const char *method, const char *json, char **reply)
{
	struct lk_request *req;
	enum lk_err err;

	if (c == NULL)
		return LK_USAGE;
	err = lk_request_new_with(c, o, service, method, json, &req);
	if (err != LK_OK)
		return lki_refuse(c, err);
	return lki_send(c, req, reply);
}

enum lk_err
lk_call(struct lk_client *c, const char *service, const char *method,
    const char *json, char **reply)
{
	return lk_call_with(c, NULL, service, method, json, reply);
}

enum lk_err
lki_call_with(struct lk_client *c, const struct lk_call_opts *o,
    const char *service, const char *method, struct lki_buf *in,
    const struct lki_type *type, const char *member, void *out)
{
	struct lki_span whole;
	char *json = NULL, *reply = NULL;
	enum lk_err err;
	void *p = NULL;

	lki_put(in, "}", 1);
	if ((err = lki_buf_done(in, &json)) != LK_OK)
		return c == NULL ? err : lki_refuse(c, err);
	err = lk_call_with(c, o, service, method, json, &reply);
	lki_wipe(json);
	if (err != LK_OK)
		return err;
	if (out != NULL && lki_json(reply, strlen(reply), &whole)) {
		if (member != NULL)
			whole = lki_member(whole, member);
		if (!lki_is_null(whole) &&
		    (p = lki_read(type, whole)) == NULL)
			err = lki_refuse(c, LK_NOMEM);
		else
			memcpy(out, &p, sizeof(p));
	}
	free(reply);
	return err;
}

enum lk_err
lki_call(struct lk_client *c, const char *service, const char *method,
    struct lki_buf *in, const struct lki_type *type, const char *member,
    void *out)
{
	return lki_call_with(c, NULL, service, method, in, type, member, out);
}
