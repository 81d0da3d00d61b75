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

#endif
