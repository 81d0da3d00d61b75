/*
 * One FastCGI connection: a request in, a reply out, closed.  No socket is
 * opened here and no request is judged; used by wire_fcgi.c and its fuzzer.
 */
#ifndef HTTP_FCGI_H
#define HTTP_FCGI_H

#include "local.h"

#define FCGI_PARAMS_MAX		256
#define FCGI_PARAMS_BYTES	(64 * 1024)	/* servers cut headers far below */

struct fcgi_param {		/* slices of the parameters as they came */
	const char	*name;
	size_t		 name_len;
	const char	*value;
	size_t		 value_len;
};

struct fcgi {
	int		 fd;
	int64_t		 deadline_mono_ms;	/* for all of the request */
	unsigned	 id;
	size_t		 left, padding;		/* of the record in hand */
	bool		 in_body, body_ended, broken;
	struct fcgi_param params[FCGI_PARAMS_MAX];
	size_t		 params_len;
	size_t		 at, have;
	unsigned char	 in[16384];
};

void	 fcgi_open(struct fcgi *, int fd, int64_t deadline_mono_ms);
/*
 * Reads BEGIN_REQUEST and all parameters, which stay in the arena.  False where
 * there is no usable request: another role, records out of order or of another
 * request, lengths that lie, more than the limits above.
 */
bool	 fcgi_read_head(struct fcgi *, struct arena *);
/* Value of the first parameter of that name, NULL when there is none. */
const char *fcgi_param(const struct fcgi *, struct arena *, const char *name);
/* Up to len bytes of the body; 0 at its end, -1 when the connection broke. */
long	 fcgi_read_body(struct fcgi *, char *to, size_t len);
/* Sends output and end of request; false when the peer is gone. */
bool	 fcgi_reply(struct fcgi *, const char *bytes, size_t len);
/* Closes so that the reply arrives, whatever of the body was not read. */
void	 fcgi_close(struct fcgi *);

#endif
