/*
 * One call of the API without I/O: what to send, and what the answer means.
 * Signs the grant that the call needs; hands fail-over to failover.c and
 * errors to reply.c.
 */
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "local.h"

#define TOKEN_TTL_S	600
#define RINGING_S	30

static bool
name_good(const char *s)
{
	if (lki_blank(s) || strlen(s) > 64)
		return false;
	return s[strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")] == '\0';
}

static bool
uuid_header(char *out, size_t size)
{
	unsigned char r[16];

	if (RAND_bytes(r, sizeof(r)) != 1)
		return false;
	r[6] = (r[6] & 0x0F) | 0x40;
	r[8] = (r[8] & 0x3F) | 0x80;
	snprintf(out, size, "X-Livekit-Request-Id: %02x%02x%02x%02x-%02x%02x-"
	    "%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", r[0], r[1], r[2],
	    r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12],
	    r[13], r[14], r[15]);
	return true;
}

/* The grant that the table names, for the room that the request names. */
static enum lk_err
sign_grant(const struct lk_client *c, const struct lki_method *m,
    struct lki_span whole, char **jwt)
{
	struct lk_sip_grant sip = { sizeof(sip) };
	struct lk_agent_grant agent = { sizeof(agent) };
	struct lk_video_grant v = { sizeof(v) };
	struct lk_token t = { sizeof(t) };
	char *room = NULL, *dest = NULL;
	unsigned g = m->grant;
	enum lk_err err = LK_NOMEM;

	t.ttl_s = TOKEN_TTL_S;
	v.room_create = g & G_CREATE ? LK_YES : LK_UNSET;
	v.room_list = g & G_LIST ? LK_YES : LK_UNSET;
	v.room_record = g & G_RECORD ? LK_YES : LK_UNSET;
	v.room_admin = g & G_ADMIN ? LK_YES : LK_UNSET;
	v.ingress_admin = g & G_INGRESS ? LK_YES : LK_UNSET;
	sip.admin = g & G_SIP_ADMIN ? LK_YES : LK_UNSET;
	sip.call = g & G_SIP_CALL ? LK_YES : LK_UNSET;
	agent.admin = g & G_AGENT ? LK_YES : LK_UNSET;
	agent.simulation_admin = g & G_SIMULATION ? LK_YES : LK_UNSET;
	if (m->room != NULL &&
	    (room = lki_text(lki_member(whole, m->room))) == NULL)
		goto out;
	if ((g & G_DEST) != 0 &&
	    (dest = lki_text(lki_member(whole, "destination_room"))) == NULL)
		goto out;
	v.room = room;
	v.destination_room = dest;
	if ((g & (G_SIP_ADMIN | G_SIP_CALL)) != 0)
		t.sip = &sip;
	if ((g & (G_AGENT | G_SIMULATION)) != 0)
		t.agent = &agent;
	if ((g & ~(unsigned)(G_SIP_ADMIN | G_SIP_CALL | G_AGENT |
	    G_SIMULATION)) != 0)
		t.video = &v;
	err = lk_signer_token(c->signer, &t, jwt);
out:
	free(room);
	free(dest);
	return err;
}

static enum lk_err
authorize(struct lk_request *req, const struct lki_method *m,
    const struct lk_token *grant, struct lki_span whole)
{
	LKI_COPY(lk_token, t, grant);
	const struct lk_client *c = req->client;
	struct lki_buf b = { 0 };
	enum lk_err err = LK_OK;

	if (c->signer == NULL) {
		req->jwt = lki_strdup(c->token);
		err = req->jwt == NULL ? LK_NOMEM : LK_OK;
	} else if (grant != NULL) {
		if (t.ttl_s == 0 && t.exp_s == 0)
			t.ttl_s = TOKEN_TTL_S;
		t.size = sizeof(t);
		err = lk_signer_token(c->signer, &t, &req->jwt);
	} else
		err = sign_grant(c, m, whole, &req->jwt);
	if (err != LK_OK)
		return err;
	lki_puts(&b, "Authorization: Bearer ");
	lki_puts(&b, req->jwt);
	return lki_buf_done(&b, &req->auth);
}

/*
 * A phone rings longer than a call usually takes.  What the server would ring
 * by default is written out, so that both sides know.
 */
static enum lk_err
dial_prepare(struct lk_request *req, const struct lki_method *m,
    struct lki_span whole, bool own_timeout)
{
	struct lki_span ringing = lki_member(whole, "ringing_timeout");
	struct lki_span wait = lki_member(whole, "wait_until_answered");
	struct lki_buf b = { 0 };
	char *text;
	double s = RINGING_S;

	if (strcmp(m->method, "TransferSIPParticipant") != 0 &&
	    (wait.s == NULL || *wait.s != 't'))
		return LK_OK;
	if (strcmp(m->service, "Connector") == 0) {
		if (!own_timeout)
			req->timeout_ms = RINGING_S * 1000;
		return LK_OK;
	}
	if (lki_is_null(ringing)) {
		lki_put(&b, "{", 1);
		lki_str(&b, "ringingTimeout", "30s");
		lki_members(&b, req->body);
		lki_put(&b, "}", 1);
		free(req->body);
		req->body = NULL;
		if (lki_buf_done(&b, &req->body) != LK_OK)
			return LK_NOMEM;
	} else {
		if ((text = lki_text(ringing)) == NULL)
			return LK_NOMEM;
		s = strtod(text, NULL);
		free(text);
		if (!(s >= 0 && s <= 3600))
			return LK_USAGE;
	}
	if (req->timeout_ms < (int)(s * 1000) + 2000)
		req->timeout_ms = (int)(s * 1000) + 2000;
	return LK_OK;
}

static enum lk_err
headers_point(struct lk_request *req, const char *const *own, size_t own_len)
{
	struct lk_client *c = req->client;
	size_t n = 0;

	req->header = calloc(c->header_len + own_len + 4,
	    sizeof(*req->header));
	if (req->header == NULL)
		return LK_NOMEM;
	if (!uuid_header(req->id_header, sizeof(req->id_header)))
		return LK_NOMEM;
	req->error.request_id = strchr(req->id_header, ' ') + 1;
	req->header[n++] = req->auth;
	req->header[n++] = "User-Agent: livekit-server-sdk-c/" PACKAGE_VERSION;
	req->header[n++] = req->id_header;
	for (size_t i = 0; i < own_len; i++)
		req->header[n++] = own[i];
	for (size_t i = 0; i < c->header_len; i++)
		req->header[n++] = c->header[i];
	return LK_OK;
}

enum lk_err
lki_request_point(struct lk_request *req, const char *host,
    const char *const *own, size_t own_len)
{
	struct lki_buf b = { 0 };
	enum lk_err err = LK_NOMEM;

	req->saved = host == NULL ? lki_strdup(req->client->url) :
	    lki_url(host, &err);
	if (req->saved == NULL)
		return err;
	lki_puts(&b, req->saved);
	lki_puts(&b, req->path);
	if ((err = lki_buf_done(&b, &req->url)) != LK_OK)
		return err;
	return headers_point(req, own, own_len);
}

static enum lk_err
path_fill(struct lk_request *req, const char *service, const char *method)
{
	struct lki_buf b = { 0 };

	lki_puts(&b, "/twirp/livekit.");
	lki_puts(&b, service);
	lki_puts(&b, "/");
	lki_puts(&b, method);
	return lki_buf_done(&b, &req->path);
}

/* Another host may take a call that does no harm when done twice. */
static enum lk_err
failover_prepare(struct lk_request *req)
{
	req->failover = lki_may_failover(req->client, req->saved);
	req->tried[0] = lki_strdup(req->saved);
	if (req->tried[0] == NULL)
		return LK_NOMEM;
	req->tried_len = 1;
	return LK_OK;
}

static enum lk_err
request_fill(struct lk_request *req, const struct lki_method *m,
    const struct lk_call_opts *o, const char *service, const char *method,
    const char *json)
{
	static const char *const headers[] = {
		"Content-Type: application/json", "Accept: application/json"
	};
	int own = o->timeout_ms != 0 ? o->timeout_ms :
	    req->client->timeout_ms;
	struct lki_span whole;
	enum lk_err err;

	if (!lki_json(json, strlen(json), &whole) || !lki_is_object(whole))
		return LK_USAGE;
	req->timeout_ms = own != 0 ? own : m == NULL ? LKI_TIMEOUT_MS :
	    m->timeout_ms;
	req->reply_max = o->reply_max != 0 ? o->reply_max :
	    m == NULL ? LKI_REPLY_MAX : m->reply_max;
	if ((req->body = lki_strdup(json)) == NULL)
		return LK_NOMEM;
	if ((err = authorize(req, m, o->grant, whole)) != LK_OK ||
	    (err = path_fill(req, service, method)) != LK_OK ||
	    (err = lki_request_point(req, o->host, headers,
	    LKI_LEN(headers))) != LK_OK ||
	    (err = failover_prepare(req)) != LK_OK)
		return err;
	if (m != NULL && m->dials &&
	    (err = dial_prepare(req, m, whole, own != 0)) != LK_OK)
		return err;
	req->call = (struct lk_http_call){
		"POST", req->url, req->header, req->body, strlen(req->body),
		req->timeout_ms, LKI_CONNECT_MS, 0, req->reply_max
	};
	return LK_OK;
}

enum lk_err
lk_request_new_with(struct lk_client *c, const struct lk_call_opts *in,
    const char *service, const char *method, const char *json,
    struct lk_request **out)
{
	LKI_COPY(lk_call_opts, o, in);
	const struct lki_method *m;
	struct lk_request *req;
	enum lk_err err;

	if (c == NULL || out == NULL || json == NULL || o.timeout_ms < 0 ||
	    LKI_UNSIZED(in) || LKI_UNSIZED(o.grant) ||
	    !name_good(service) || !name_good(method))
		return LK_USAGE;
	m = lki_method(service, method);
	if (m == NULL && o.grant == NULL && c->signer != NULL)
		return LK_USAGE;
	if ((req = calloc(1, sizeof(*req))) == NULL)
		return LK_NOMEM;
	req->client = c;
	lki_error_clear(req);
	if ((err = request_fill(req, m, &o, service, method, json)) !=
	    LK_OK) {
		lk_request_free(req);
		return err;
	}
	*out = req;
	return LK_OK;
}

enum lk_err
lk_request_new(struct lk_client *c, const char *service, const char *method,
    const char *json, struct lk_request **out)
{
	return lk_request_new_with(c, NULL, service, method, json, out);
}

void
lk_request_free(struct lk_request *req)
{
	if (req == NULL)
		return;
	lki_error_clear(req);
	for (size_t i = 0; i < req->tried_len; i++)
		free(req->tried[i]);
	free(req->header);
	free(req->url);
	free(req->path);
	free(req->saved);
	/* may hold storage secrets and a data packet */
	lki_wipe(req->body);
	lki_wipe(req->jwt);
	lki_wipe(req->auth);
	free(req->match);
	free(req->etag);
	free(req->location);
	free(req);
}

const struct lk_http_call *
lk_request_call(const struct lk_request *req)
{
	return &req->call;
}

const struct lk_error *
lk_request_error(const struct lk_request *req)
{
	return &req->error;
}

void
lk_request_header(struct lk_request *req, const char *line, size_t len)
{
	static const char name[] = "cache-control:", age[] = "max-age=";
	size_t n = sizeof(age) - 1;

	if (req->is_whip)
		lki_whip_header(req, line, len);
	if (len < sizeof(name) ||
	    strncasecmp(line, name, sizeof(name) - 1) != 0)
		return;
	for (size_t i = sizeof(name) - 1; i + n < len; i++) {
		if (strncasecmp(line + i, age, n) != 0)
			continue;
		req->max_age_s = 0;
		for (i += n; i < len && line[i] >= '0' && line[i] <= '9' &&
		    req->max_age_s < 100000; i++)
			req->max_age_s = req->max_age_s * 10 + line[i] - '0';
		return;
	}
}

enum lk_err
lki_answer(struct lk_request *req, enum lk_err transport, const char *why,
    int status, const void *body, size_t len, char **reply)
{
	enum lk_err err;

	/* the refusal that led to the question stays, if there is no way */
	if (req->asking)
		return lki_regions(req, transport == LK_OK ? status : 0, body,
		    len) ? LK_AGAIN : req->error.err;
	req->error.attempts++;
	err = lki_error_read(req, transport, why, status, body, len);
	if (err == LK_OK) {
		if (reply == NULL)
			return LK_OK;
		*reply = malloc(len + 1);
		if (*reply == NULL)
			return req->error.err = LK_NOMEM;
		if (len > 0)
			memcpy(*reply, body, len);
		(*reply)[len] = '\0';
		return LK_OK;
	}
	if ((transport == LK_OK || transport == LK_TRANSPORT ||
	    transport == LK_TIMEOUT) &&
	    (err == LK_TRANSPORT || err == LK_TIMEOUT || status >= 451) &&
	    lki_failover(req, req->error.http_status))
		return LK_AGAIN;
	return err;
}

enum lk_err
lk_request_done(struct lk_request *req, int status, const void *body,
    size_t len, char **reply)
{
	if (req == NULL)
		return LK_USAGE;
	if (len > req->call.reply_max)
		return lki_answer(req, LK_TOO_BIG, NULL, status, NULL, 0,
		    reply);
	return lki_answer(req, status == 0 ? LK_TRANSPORT : LK_OK, NULL,
	    status, body, len, reply);
}
