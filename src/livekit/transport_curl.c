/*
 * The built-in transport: libcurl, opened when the first call is made, since
 * linking it costs every start of a CGI program some milliseconds.  Keeps one
 * connection.  Follows no redirect, uses no proxy, reads no environment.
 */
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "local.h"

struct curl {
	CURL		*easy;
	CURLcode	 (*global_init)(long);
	void		 (*global_cleanup)(void);
	CURL		*(*init)(void);
	void		 (*cleanup)(CURL *);
	CURLcode	 (*setopt)(CURL *, CURLoption, ...);
	CURLcode	 (*getinfo)(CURL *, CURLINFO, ...);
	CURLcode	 (*perform)(CURL *);
	void		 (*reset)(CURL *);
	const char	*(*strerror)(CURLcode);
	struct curl_slist *(*append)(struct curl_slist *, const char *);
	void		 (*free_all)(struct curl_slist *);
};

struct sink {
	struct lk_http_reply	*reply;
	enum lk_err		 err;
};

static size_t
body_take(char *p, size_t size, size_t n, void *ctx)
{
	struct sink *sink = ctx;

	sink->err = lk_reply_add(sink->reply, p, size * n);
	return sink->err == LK_OK ? size * n : 0;
}

static size_t
header_take(char *p, size_t size, size_t n, void *ctx)
{
	struct sink *sink = ctx;

	lk_reply_header(sink->reply, p, size * n);
	return size * n;
}

static void
pause_ms(int ms)
{
	struct timespec ts = { ms / 1000, (ms % 1000) * 1000000L };

	while (ms > 0 && nanosleep(&ts, &ts) != 0)
		;
}

static void
options_set(struct curl *c, const struct lk_http_call *call,
    struct curl_slist *headers, struct sink *sink)
{
	c->reset(c->easy);
	c->setopt(c->easy, CURLOPT_URL, call->url);
	c->setopt(c->easy, CURLOPT_HTTPHEADER, headers);
	c->setopt(c->easy, CURLOPT_NOSIGNAL, 1L);
	/* Nor is a resolver that never answers waited for. */
	c->setopt(c->easy, CURLOPT_QUICK_EXIT, 1L);
	c->setopt(c->easy, CURLOPT_PROXY, "");
	c->setopt(c->easy, CURLOPT_FOLLOWLOCATION, 0L);
	c->setopt(c->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	c->setopt(c->easy, CURLOPT_CONNECTTIMEOUT_MS,
	    (long)call->connect_timeout_ms);
	c->setopt(c->easy, CURLOPT_TIMEOUT_MS, (long)call->timeout_ms);
	c->setopt(c->easy, CURLOPT_MAXCONNECTS, 2L);
	/* On a kept connection that breaks before the answer libcurl asks once
	 * more.  What takes so long (recordings, phone calls) is begun once. */
	if (call->timeout_ms > LKI_TIMEOUT_MS)
		c->setopt(c->easy, CURLOPT_FRESH_CONNECT, 1L);
	c->setopt(c->easy, CURLOPT_TCP_NODELAY, 1L);
	c->setopt(c->easy, CURLOPT_WRITEFUNCTION, body_take);
	c->setopt(c->easy, CURLOPT_WRITEDATA, sink);
	c->setopt(c->easy, CURLOPT_HEADERFUNCTION, header_take);
	c->setopt(c->easy, CURLOPT_HEADERDATA, sink);
	if (strcmp(call->method, "GET") == 0)
		return;
	c->setopt(c->easy, CURLOPT_CUSTOMREQUEST, call->method);
	if (strcmp(call->method, "DELETE") == 0 && call->body_len == 0)
		return;
	c->setopt(c->easy, CURLOPT_POST, 1L);
	c->setopt(c->easy, CURLOPT_POSTFIELDSIZE_LARGE,
	    (curl_off_t)call->body_len);
	c->setopt(c->easy, CURLOPT_POSTFIELDS, call->body);
}

static struct curl_slist *
headers_list(struct curl *c, const struct lk_http_call *call)
{
	struct curl_slist *list = c->append(NULL, "Expect:"), *next = list;

	for (size_t i = 0; next != NULL && call->headers[i] != NULL; i++)
		if ((next = c->append(list, call->headers[i])) != NULL)
			list = next;
	if (next == NULL)
		c->free_all(list);
	return next;
}

static enum lk_err
cause(CURLcode rc, bool connected, const struct sink *sink)
{
	switch (rc) {
	case CURLE_OK:
		return LK_OK;
	case CURLE_OPERATION_TIMEDOUT:	/* of the answer, or of the connect */
		return connected ? LK_TIMEOUT : LK_TRANSPORT;
	case CURLE_OUT_OF_MEMORY:
		return LK_NOMEM;
	case CURLE_WRITE_ERROR:
		return sink->err != LK_OK ? sink->err : LK_TRANSPORT;
	default:
		return LK_TRANSPORT;
	}
}

static enum lk_err
handle_call(void *ctx, const struct lk_http_call *call,
    struct lk_http_reply *reply, int *status, char *why, size_t why_size)
{
	struct curl *c = ctx;
	struct sink sink = { reply, LK_OK };
	struct curl_slist *headers = headers_list(c, call);
	curl_off_t sent_us = 0;
	long code = 0;
	CURLcode rc;

	if (headers == NULL)
		return LK_NOMEM;
	pause_ms(call->wait_ms);
	options_set(c, call, headers, &sink);
	rc = c->perform(c->easy);
	c->getinfo(c->easy, CURLINFO_RESPONSE_CODE, &code);
	c->getinfo(c->easy, CURLINFO_PRETRANSFER_TIME_T, &sent_us);
	*status = (int)code;
	if (rc != CURLE_OK)
		snprintf(why, why_size, "%s", c->strerror(rc));
	/* the handle must not keep pointers into this call */
	c->reset(c->easy);
	c->free_all(headers);
	return cause(rc, sent_us > 0, &sink);
}

static void
handle_free(void *ctx)
{
	struct curl *c = ctx;

	if (c->easy != NULL)
		c->cleanup(c->easy);
	if (c->global_cleanup != NULL)
		c->global_cleanup();
	free(c);
}

/* POSIX wants functions to come out of dlsym's object pointer. */
#define SYMBOL(c, library, member, name)				\
	(*(void **)(void *)&(c)->member = dlsym(library, name))

static bool
symbols_find(struct curl *c, void *library)
{
	return SYMBOL(c, library, global_init, "curl_global_init") != NULL &&
	    SYMBOL(c, library, init, "curl_easy_init") != NULL &&
	    SYMBOL(c, library, cleanup, "curl_easy_cleanup") != NULL &&
	    SYMBOL(c, library, setopt, "curl_easy_setopt") != NULL &&
	    SYMBOL(c, library, getinfo, "curl_easy_getinfo") != NULL &&
	    SYMBOL(c, library, perform, "curl_easy_perform") != NULL &&
	    SYMBOL(c, library, reset, "curl_easy_reset") != NULL &&
	    SYMBOL(c, library, strerror, "curl_easy_strerror") != NULL &&
	    SYMBOL(c, library, append, "curl_slist_append") != NULL &&
	    SYMBOL(c, library, free_all, "curl_slist_free_all") != NULL;
}

enum lk_err
lki_curl(struct lk_transport *out)
{
	/* never closed: libcurl's and OpenSSL's exit handlers stay behind */
	void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
	struct curl *c;

	if (library == NULL)
		return LK_CONFIG;
	if ((c = calloc(1, sizeof(*c))) == NULL)
		return LK_NOMEM;
	if (!symbols_find(c, library) ||
	    c->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(c);
		return LK_CONFIG;
	}
	SYMBOL(c, library, global_cleanup, "curl_global_cleanup");
	if ((c->easy = c->init()) == NULL) {
		handle_free(c);
		return LK_NOMEM;
	}
	*out = (struct lk_transport){
		sizeof(*out), handle_call, handle_free, c
	};
	return LK_OK;
}
