/*
 * What the files of http share among themselves.
 */
#ifndef HTTP_LOCAL_H
#define HTTP_LOCAL_H

#include "http.h"

/* A request with what only http may see of it. */
struct live_req {
	struct req		 req;	/* first: req_read_body goes back to it */
	const struct wire_in	*wire;
	const struct spine	*spine;
	const char		*content_length;	/* NULL: absent */
};

/* parse.c: fills everything up to remote_addr; fails with 400 or 414. */
enum rc	 req_parse(struct live_req *) MUST_CHECK;

/* route.c: finds route, program and parameters; answers OPTIONS itself (then
 * req->status is set); fails with 404 or 405. */
enum rc	 req_route(struct live_req *) MUST_CHECK;

/* percent.c: decodes len bytes into arena memory.  NULL when a % is not
 * followed by two hex digits, or a byte comes out that is a control byte or
 * not UTF-8.  plus: '+' is a space. */
char	*percent_decode(struct arena *, const char *s, size_t len, bool plus);

/* problem.c: Retry-After for the reply, in seconds; 0: none. */
int64_t	 problem_retry_s(const struct req *, int status);
/* Reason phrase of a status, also the title of problems. */
const char *status_title(int status);
/* True when the refusal was about a credential that was sent. */
bool	 problem_is_bad_token(const char *code);

/* reply.c: status line, headers and body. */
void	 reply_bytes(struct req *, struct reply *);

/*
 * shared.c: maps a file of exactly size bytes that begins with magic, shared
 * between processes; one that is missing, of another size or of another magic
 * is replaced by a new one, zeroed and prepared by make().  path NULL: memory
 * of this process.
 */
enum rc	 shared_map(const char *path, size_t size, uint64_t magic,
    enum rc (*make)(void *), void **out) MUST_CHECK;
/* Locks the directory that path is in, until the descriptor is closed; -1 when
 * that is not possible. */
int	 shared_lock_dir(const char *path);

#define HTTP_READ_MS	(20 * 1000)	/* a body must have come within */

/* ---- fcgi.c: one FastCGI connection, used by wire_fcgi.c and its fuzzer ---- */

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
	bool		 body_ended, broken;
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
