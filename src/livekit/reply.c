/*
 * What an answer means: success, one of Twirp's codes, or something that is
 * not LiveKit's at all.  Takes tokens out of messages, since LiveKit's 401
 * repeats the token.
 */
#include <stdlib.h>
#include <string.h>

#include "local.h"

#define MESSAGE_MAX	1000	/* bytes of a body that is no JSON */

static const struct {
	const char	*name;
	enum lk_err	 err;
} codes[] = {
	{ "canceled", LK_CANCELED }, { "unknown", LK_UNKNOWN },
	{ "invalid_argument", LK_INVALID_ARGUMENT },
	{ "malformed", LK_MALFORMED },
	{ "deadline_exceeded", LK_DEADLINE_EXCEEDED },
	{ "not_found", LK_NOT_FOUND }, { "bad_route", LK_BAD_ROUTE },
	{ "already_exists", LK_ALREADY_EXISTS },
	{ "permission_denied", LK_PERMISSION_DENIED },
	{ "unauthenticated", LK_UNAUTHENTICATED },
	{ "resource_exhausted", LK_RESOURCE_EXHAUSTED },
	{ "failed_precondition", LK_FAILED_PRECONDITION },
	{ "aborted", LK_ABORTED }, { "out_of_range", LK_OUT_OF_RANGE },
	{ "unimplemented", LK_UNIMPLEMENTED }, { "internal", LK_INTERNAL },
	{ "unavailable", LK_UNAVAILABLE }, { "dataloss", LK_DATALOSS },
	{ "data_loss", LK_DATALOSS }
};

static enum lk_err
code_read(const char *code)
{
	for (size_t i = 0; i < LKI_LEN(codes); i++)
		if (strcmp(codes[i].name, code) == 0)
			return codes[i].err;
	return LK_UNKNOWN;
}

/*
 * An answer without a code comes from LiveKit's front or from a proxy.  A
 * proxy's 502-504 must not look like "that room is gone".
 */
static enum lk_err
status_read(int status)
{
	switch (status) {
	case 401:
		return LK_UNAUTHENTICATED;
	case 403:
		return LK_PERMISSION_DENIED;
	case 404:
		return LK_BAD_ROUTE;
	case 408:
		return LK_DEADLINE_EXCEEDED;
	case 429:
		return LK_RESOURCE_EXHAUSTED;
	case 500:
		return LK_INTERNAL;
	case 502:
	case 503:
	case 504:
		return LK_TRANSPORT;
	default:
		return LK_PROTOCOL;
	}
}

static bool
token_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/* A refusal of LiveKit's WHIP endpoint in its own form. */
static enum lk_err
whip_status_read(int status)
{
	switch (status) {
	case 400:
	case 406:
	case 415:
	case 422:
		return LK_INVALID_ARGUMENT;
	case 404:
		return LK_NOT_FOUND;
	case 412:
	case 428:
		return LK_FAILED_PRECONDITION;
	case 503:
		return LK_UNAVAILABLE;
	default:
		return status_read(status);
	}
}

/* In place: the bearer token, and whatever else looks like a JWT. */
static void
scrub(char *s, const char *jwt)
{
	static const char mark[] = "[token]";
	size_t n = jwt == NULL ? 0 : strlen(jwt), run;
	char *to = s;

	while (*s != '\0') {
		run = 0;
		if (n >= sizeof(mark) && strncmp(s, jwt, n) == 0)
			run = n;
		else if (strncmp(s, "eyJ", 3) == 0)
			while (token_char(s[run]))
				run++;
		if (run < sizeof(mark)) {
			*to++ = *s++;
			continue;
		}
		memcpy(to, mark, sizeof(mark) - 1);
		to += sizeof(mark) - 1;
		s += run;
	}
	*to = '\0';
}

/* Text of anybody: one line of printable UTF-8 is what may be shown. */
static char *
plain_text(const char *body, size_t len)
{
	struct lki_buf b = { 0 };
	struct lki_span span;
	char *s = NULL;

	if (len > MESSAGE_MAX)
		for (len = MESSAGE_MAX; len > 0 &&
		    ((unsigned char)body[len] & 0xC0) == 0x80; len--)
			;
	while (len > 0 && (body[len - 1] == '\n' || body[len - 1] == '\r'))
		len--;
	lki_put_str(&b, body, len);
	if (b.err == LK_OK) {
		span = (struct lki_span){ b.s, b.len };
		s = lki_text(span);
	}
	free(b.s);
	for (char *p = s; p != NULL && *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7F)
			*p = ' ';
	return s;
}

static void
meta_read(struct lk_request *req, struct lki_span meta)
{
	int64_t status;
	char *s;

	if (!lki_is_object(meta))
		return;
	if ((req->meta = strndup(meta.s, meta.len)) != NULL) {
		scrub(req->meta, req->jwt);
		req->error.meta = req->meta;
	}
	if (lki_int(lki_member(meta, "sip_status_code"), &status))
		req->error.sip_status = (int)status;
	s = lki_text(lki_member(meta, "sip_status"));
	if ((req->reason = s) != NULL)
		req->error.sip_reason = s;
}

static enum lk_err
refusal_read(struct lk_request *req, int status, const char *body, size_t len)
{
	struct lki_span whole, code, error;
	enum lk_err err;

	if (lki_json(body, len, &whole) &&
	    (code = lki_member(whole, "code")).s != NULL && *code.s == '"') {
		req->code = lki_text(code);
		req->message = lki_text(lki_member(whole, "msg"));
		meta_read(req, lki_member(whole, "meta"));
		if (req->code == NULL || req->message == NULL)
			return LK_NOMEM;
		err = code_read(req->code);
	} else if (req->is_whip && lki_json(body, len, &whole) &&
	    (error = lki_member(whole, "error")).s != NULL &&
	    *error.s == '"') {
		req->message = lki_text(error);
		err = whip_status_read(status);
	} else {
		err = status_read(status);
		req->message = plain_text(body, len);
	}
	if (req->code != NULL)
		req->error.code = req->code;
	if (req->message == NULL || *req->message == '\0')
		return err;
	scrub(req->message, req->jwt);
	req->error.message = req->message;
	return err;
}

void
lki_error_clear(struct lk_request *req)
{
	free(req->code);
	free(req->message);
	free(req->meta);
	free(req->reason);
	req->code = req->message = req->meta = req->reason = NULL;
	req->error.err = LK_OK;
	req->error.http_status = req->error.sip_status = 0;
	req->error.code = req->error.message = req->error.sip_reason = "";
	req->error.meta = "{}";
}

enum lk_err
lki_error_read(struct lk_request *req, enum lk_err transport, const char *why,
    int status, const void *body, size_t len)
{
	struct lki_span whole;
	enum lk_err err = transport;

	lki_error_clear(req);
	if (body == NULL)
		len = 0;
	if (err == LK_OK && (status < 100 || status > 599))
		err = LK_TRANSPORT;
	if (err == LK_OK) {
		req->error.http_status = status;
		if (status < 200 || status > 299)
			err = refusal_read(req, status,
			    len == 0 ? "" : body, len);
		else if (!req->is_whip && (!lki_json(len == 0 ? "" : body, len, &whole) ||
		    !lki_is_object(whole)))
			err = LK_PROTOCOL;
	} else if (!lki_blank(why)) {
		req->message = lki_strdup(why);
		if (req->message != NULL)
			req->error.message = req->message;
	}
	req->error.err = err;
	if (*req->error.message == '\0')
		req->error.message = lk_strerror(err);
	return err;
}

static void
hide(char *s, const char *secret, size_t len)
{
	while (s != NULL && (s = strstr(s, secret)) != NULL) {
		memset(s, '*', len);
		s += len;
	}
}

/* Shorter ones are in every word. */
#define SECRET_MIN 4

void
lki_error_hide(struct lk_client *c, const char *secret)
{
	size_t len = secret == NULL ? 0 : strlen(secret);

	if (c->last == NULL || len < SECRET_MIN)
		return;
	hide(c->last->message, secret, len);
	hide(c->last->meta, secret, len);
	hide(c->last->code, secret, len);
}
