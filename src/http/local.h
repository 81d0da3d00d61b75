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

#endif
