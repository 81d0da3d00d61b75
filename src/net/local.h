/*
 * What the files of net share.
 */
#ifndef NET_LOCAL_H
#define NET_LOCAL_H

#include "net.h"

/* One call; what is NULL is not used. */
struct net_call {
	const char	*method;
	const char	*url;
	const char	**headers;	/* "Name: value" */
	size_t		 headers_len;
	const char	*aws_sigv4;	/* "aws:amz:REGION:SERVICE": signed by */
	const char	*username;	/* an access key */
	const char	*password;
	size_t		 max_bytes;	/* of the reply */
	int		 timeout_ms;
};

/* Causes as net_get has them. */
enum rc	 net_call(struct arena *, struct net_call *, struct net_reply *)
    MUST_CHECK;

#endif
