/*
 * curl: the application's one way out besides LiveKit.  libcurl is opened with
 * dlopen on the first call: linking it costs every plain CGI start 5 ms.
 * Nobody's name leads anywhere else: no proxy, no redirect, https or loopback.
 */
#include "local.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <string.h>
#include <strings.h>

#define CONNECT_MS	2000
#define ETAG_MAX	200

static struct {
	CURLcode	 (*global_init)(long);
	CURL		*(*easy_init)(void);
	CURLcode	 (*easy_setopt)(CURL *, CURLoption, ...);
	CURLcode	 (*easy_perform)(CURL *);
	CURLcode	 (*easy_getinfo)(CURL *, CURLINFO, ...);
	void		 (*easy_cleanup)(CURL *);
	const char	*(*easy_strerror)(CURLcode);
	struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
	void		 (*slist_free_all)(struct curl_slist *);
} lib;

static bool
lib_open(void)
{
	static bool tried, ok;
	void *so;

	if (tried)
		return ok;
	tried = true;
	if ((so = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL)) == NULL) {
		log_error("libcurl.so.4 cannot be opened: install libcurl4");
		return false;
	}
#define SYMBOL(name)							\
	(*(void **)&lib.name = dlsym(so, "curl_" #name)) != NULL
	ok = SYMBOL(global_init) && SYMBOL(easy_init) &&
	    SYMBOL(easy_setopt) && SYMBOL(easy_perform) &&
	    SYMBOL(easy_getinfo) && SYMBOL(easy_cleanup) &&
	    SYMBOL(easy_strerror) && SYMBOL(slist_append) &&
	    SYMBOL(slist_free_all);
#undef SYMBOL
	if (!ok || lib.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		log_error("libcurl.so.4 is not one that we can use");
		ok = false;
	}
	return ok;
}

struct receiving {
	struct buf	 body;
	size_t		 max;
	bool		 too_large;
	struct arena	*arena;
	const char	*etag;
};

static size_t
body_receive(char *data, size_t size, size_t n, void *ctx)
{
	struct receiving *r = ctx;

	if (r->body.len + size * n > r->max) {
		r->too_large = true;
		return 0;
	}
	buf_add(&r->body, data, size * n);
	return size * n;
}

static size_t
header_receive(char *data, size_t size, size_t n, void *ctx)
{
	struct receiving *r = ctx;
	size_t len = size * n, from = strlen("etag:");

	if (len > from && strncasecmp(data, "etag:", from) == 0) {
		while (from < len && data[from] == ' ')
			from++;
		while (len > from && (data[len - 1] == '\r' ||
		    data[len - 1] == '\n'))
			len--;
		if (len - from <= ETAG_MAX)
			r->etag = arena_strndup(r->arena, data + from,
			    len - from);
	}
	return size * n;
}

bool
net_url_allowed(const char *url)
{
	static const char *const plain[] = { "http://127.0.0.1",
		"http://localhost", "http://[::1]" };

	if (strpbrk(url, "@ \t\r\n") != NULL)
		return false;
	if (str_starts(url, "https://"))
		return true;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		const char *rest = url + strlen(plain[i]);

		if (str_starts(url, plain[i]) && (*rest == ':' || *rest == '/'))
			return true;
	}
	return false;
}

static void
call_prepare(CURL *c, const char *url, int timeout_ms, struct receiving *r,
    struct curl_slist *headers)
{
	lib.easy_setopt(c, CURLOPT_URL, url);
	lib.easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	lib.easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	lib.easy_setopt(c, CURLOPT_PROXY, "");
	lib.easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	lib.easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	/* Nor is a resolver that never answers waited for. */
	lib.easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
	lib.easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	lib.easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	lib.easy_setopt(c, CURLOPT_USERAGENT, "stagedoor");
	lib.easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	lib.easy_setopt(c, CURLOPT_WRITEFUNCTION, body_receive);
	lib.easy_setopt(c, CURLOPT_WRITEDATA, r);
	lib.easy_setopt(c, CURLOPT_HEADERFUNCTION, header_receive);
	lib.easy_setopt(c, CURLOPT_HEADERDATA, r);
}

static struct curl_slist *
headers_make(struct net_call *call)
{
	struct curl_slist *list = NULL;

	for (size_t i = 0; i < call->headers_len; i++)
		list = lib.slist_append(list, call->headers[i]);
	return list;
}

/* Signed in the way of S3, over the headers that are given. */
static void
call_sign(CURL *c, const struct net_call *call)
{
	if (call->aws_sigv4 == NULL)
		return;
	lib.easy_setopt(c, CURLOPT_AWS_SIGV4, call->aws_sigv4);
	lib.easy_setopt(c, CURLOPT_USERNAME, call->username);
	lib.easy_setopt(c, CURLOPT_PASSWORD, call->password);
	/* What is signed is what is sent. */
	lib.easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
}

enum rc
net_call(struct arena *arena, struct net_call *call, struct net_reply *out)
{
	struct receiving r = { .max = call->max_bytes, .arena = arena };
	struct curl_slist *headers;
	long status = 0;
	CURLcode err;
	CURL *c;

	if (!net_url_allowed(call->url))
		return RC_INVALID;
	if (!lib_open() || (c = lib.easy_init()) == NULL)
		return RC_UPSTREAM;
	buf_init(&r.body, arena);
	headers = headers_make(call);
	call_prepare(c, call->url, call->timeout_ms, &r, headers);
	if (strcmp(call->method, "GET") != 0)
		lib.easy_setopt(c, CURLOPT_CUSTOMREQUEST, call->method);
	call_sign(c, call);
	err = lib.easy_perform(c);
	lib.easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	lib.slist_free_all(headers);
	lib.easy_cleanup(c);
	if (err != CURLE_OK) {
		log_warn("%s %s: %s", call->method, call->url, r.too_large ?
		    "the reply is too large" : lib.easy_strerror(err));
		return err == CURLE_OPERATION_TIMEDOUT ? RC_TIMEOUT :
		    RC_UPSTREAM;
	}
	out->status = (int)status;
	out->body = r.body.data;
	out->body_len = r.body.len;
	out->etag = r.etag;
	return RC_OK;
}

enum rc
net_get(struct arena *arena, const char *url, const char *if_none_match,
    size_t max_bytes, int timeout_ms, struct net_reply *out)
{
	const char *headers[2] = { "Accept: application/json" };
	struct net_call call = { .method = "GET", .url = url,
	    .headers = headers, .headers_len = 1, .max_bytes = max_bytes,
	    .timeout_ms = timeout_ms };

	if (if_none_match != NULL)
		headers[call.headers_len++] = arena_printf(arena,
		    "If-None-Match: %s", if_none_match);
	return net_call(arena, &call, out);
}
