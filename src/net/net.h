/*
 * net: the one outgoing HTTP client of the application (libcurl, loaded with
 * dlopen on the first call).  No proxy, no redirects, TLS verified, capped
 * reply, whole-call time-out.  LiveKit has its own transport in src/livekit.
 */
#ifndef NET_H
#define NET_H

#include "../base/base.h"

struct net_reply {
	int		 status;
	const char	*body;		/* arena, NUL added */
	size_t		 body_len;
	const char	*etag;		/* NULL */
};

/*
 * GET of an https URL (http for 127.0.0.1, [::1], localhost only).
 * if_none_match may be NULL; 304 comes back as status 304.
 * RC_UPSTREAM: no connection, TLS, too large; RC_TIMEOUT; RC_INVALID: the URL.
 */
enum rc	 net_get(struct arena *, const char *url, const char *if_none_match,
    size_t max_bytes, int timeout_ms, struct net_reply *out) MUST_CHECK;

/* True for https, and for http to this machine alone. */
bool	 net_url_allowed(const char *url);

struct net_s3 {
	const char	*endpoint;	/* http(s)://host[:port]; NULL: Amazon's */
	const char	*region;	/* NULL: us-east-1 */
	const char	*bucket;
	const char	*access_key;
	const char	*secret_key;
};

/* Address of an object: below the bucket's own name at Amazon, where that has
 * no dots, else below the endpoint and the bucket. */
char	*net_s3_url(struct arena *, const struct net_s3 *, const char *key);
/* DELETE of an object, signed; causes as above.  204 and 404: it is gone. */
enum rc	 net_s3_delete(struct arena *, const struct net_s3 *, const char *key,
    int timeout_ms, struct net_reply *out) MUST_CHECK;

#endif
