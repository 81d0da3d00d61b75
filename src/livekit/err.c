/*
 * Words for errors, and the small things every file needs.  No state, no I/O.
 */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

static const char *const words[LK_ERR_MAX] = {
	[LK_OK] = "success",
	[LK_NOMEM] = "out of memory",
	[LK_USAGE] = "an argument is missing or wrong",
	[LK_CONFIG] = "no server URL or API key, or libcurl cannot be opened",
	[LK_TRANSPORT] = "the server cannot be reached",
	[LK_TIMEOUT] = "the server did not answer in time",
	[LK_PROTOCOL] = "the text is not in LiveKit's form",
	[LK_TOO_BIG] = "the answer is too big",
	[LK_AGAIN] = "another attempt is due",
	[LK_TOKEN_FORM] = "not a token of this kind",
	[LK_TOKEN_SIGNATURE] = "the token's signature is wrong",
	[LK_TOKEN_ISSUER] = "the token names an unknown API key",
	[LK_TOKEN_EXPIRED] = "the token has expired",
	[LK_TOKEN_EARLY] = "the token is not valid yet",
	[LK_WEBHOOK_HASH] = "the body is not the one that was signed",
	[LK_CANCELED] = "the call was cancelled",
	[LK_UNKNOWN] = "LiveKit failed for an unknown reason",
	[LK_INVALID_ARGUMENT] = "LiveKit refused an argument",
	[LK_MALFORMED] = "LiveKit could not read the request",
	[LK_DEADLINE_EXCEEDED] = "LiveKit ran out of time",
	[LK_NOT_FOUND] = "not found",
	[LK_BAD_ROUTE] = "the server has no such call",
	[LK_ALREADY_EXISTS] = "it exists already",
	[LK_PERMISSION_DENIED] = "the key does not permit it",
	[LK_UNAUTHENTICATED] = "LiveKit does not accept the key or its grants",
	[LK_RESOURCE_EXHAUSTED] = "a limit of the server is reached",
	[LK_FAILED_PRECONDITION] = "its state does not allow the call",
	[LK_ABORTED] = "the call was aborted",
	[LK_OUT_OF_RANGE] = "out of range",
	[LK_UNIMPLEMENTED] = "the server does not implement it",
	[LK_INTERNAL] = "LiveKit failed inside",
	[LK_UNAVAILABLE] = "nobody serves it",
	[LK_DATALOSS] = "LiveKit lost data"
};

const char *
lk_strerror(enum lk_err err)
{
	if ((int)err < 0 || err >= LK_ERR_MAX)
		return "unknown error";
	return words[err];
}

bool
lk_gone(enum lk_err err)
{
	return err == LK_NOT_FOUND || err == LK_UNAVAILABLE;
}

bool
lk_retry(enum lk_err err)
{
	switch (err) {
	case LK_NOMEM:
	case LK_TRANSPORT:
	case LK_TIMEOUT:
	case LK_AGAIN:
	case LK_DEADLINE_EXCEEDED:
	case LK_RESOURCE_EXHAUSTED:
	case LK_ABORTED:
	case LK_UNAVAILABLE:
		return true;
	default:
		return false;
	}
}

void
lk_free(void *p)
{
	free(p);
}

void
lki_copy(void *to, size_t to_size, const void *from, size_t size)
{
	if (from != NULL)
		memcpy(to, from, size < to_size ? size : to_size);
}

char *
lki_strdup(const char *s)
{
	return s == NULL ? NULL : strdup(s);
}

void
lki_wipe(char *s)
{
	if (s != NULL)
		OPENSSL_cleanse(s, strlen(s));
	free(s);
}

bool
lki_blank(const char *s)
{
	return s == NULL || *s == '\0';
}
