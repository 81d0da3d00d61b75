/*
 * http: bytes to request, answer to bytes.  Two wires (FastCGI, plain CGI)
 * under one set of handlers; parsing with limits, routing from tables, replies
 * and problems, rate limits and counters in shared memory.
 * Knows no database and no LiveKit: struct app is only passed through.
 */
#ifndef HTTP_H
#define HTTP_H

#include "../base/base.h"

struct app;		/* app.h */
struct user;		/* auth.h */
struct req;

/* ---- limits (design.md §4.5) ------------------------------------------- */

#define HTTP_BODY_MAX		(64 * 1024)
#define HTTP_WEBHOOK_BODY_MAX	(2 * 1024 * 1024)
#define HTTP_PATH_MAX		1024
#define HTTP_QUERY_MAX		2048
#define HTTP_PATH_PARTS		16
#define HTTP_PARAMS_MAX		4
#define HTTP_COOKIE_MAX		8192
#define HTTP_HEADERS_MAX	24	/* reply headers */

/* ---- routes ------------------------------------------------------------ */

enum method { GET, POST, PUT, DELETE, PATCH, HEAD, OPTIONS, METHOD_MAX };

const char *method_name(enum method);

/* Who may call; checked by the spine before the handler runs. */
enum access {
	AUTH_NONE,		/* nobody is looked up */
	AUTH_OPTIONAL,		/* a bad credential is 401, none is fine */
	AUTH_ANY,		/* any signed-in person */
	AUTH_CREATOR,		/* who is approved to stream */
	AUTH_ADMIN,		/* administrators */
	AUTH_MAX
};

enum {				/* flags of a route */
	BODY	    = 1 << 0,	/* JSON object required */
	BODY_OPT    = 1 << 1,	/* JSON object, or nothing = {} */
	BODY_RAW    = 1 << 2,	/* bytes in req->body, any content type */
	BODY_BIG    = 1 << 3,	/* HTTP_WEBHOOK_BODY_MAX instead of HTTP_BODY_MAX */
	TX	    = 1 << 4,	/* inside BEGIN IMMEDIATE … COMMIT */
	TX_FULL	    = 1 << 5,	/* TX with synchronous=FULL */
	LK	    = 1 << 6,	/* may call LiveKit; never with TX */
	NO_STORE    = 1 << 7,	/* Cache-Control: no-store */
	ETAG	    = 1 << 8,	/* weak ETag of the body; 304 on If-None-Match */
	GUESTS	    = 1 << 9,	/* guest tokens are welcome; else 403 where
				 * sign-in is needed, nobody where it is not */
	BODY_SDP    = 1 << 10,	/* with BODY_RAW: application/sdp, for PATCH
				 * application/trickle-ice-sdpfrag */
	/* API key scope this route needs (exactly one of them, or none) */
	SCOPE_READ  = 1 << 16,
	SCOPE_CHAT  = 1 << 17,
	SCOPE_LIVE  = 1 << 18,
	SCOPE_STREAM = 1 << 19,
	SCOPE_ROOMS = 1 << 20,
	SCOPE_RECORDINGS = 1 << 21,
	SCOPE_ADMIN = 1 << 22,
	SCOPE_SELF  = 1 << 23,	/* no API key may do this (account, keys) */
	SCOPE_MASK  = 0xff << 16
};

struct route {
	enum method	 method;
	const char	*path;		/* "/live/{id}"; a {part} matches one segment */
	const char	*op;		/* operationId in openapi.json */
	enum access	 auth;
	unsigned	 flags;
	enum rc		(*handle)(struct req *);
};

enum {				/* what a program may do: its privileges */
	DB_RW	 = 1 << 0,	/* else query_only */
	NEEDS_LK = 1 << 1	/* gets the LiveKit secret */
};

struct program {
	const char		*name;		/* "live" */
	const struct route	*routes;	/* ends with { 0 } */
	unsigned		 caps;
};

/* ---- request ----------------------------------------------------------- */

struct param {			/* one {part} of the path, decoded */
	const char	*name;
	const char	*value;
};

struct header {
	const char	*name;
	const char	*value;
};

/* The problem a refusal becomes; filled by fail(). */
struct problem {
	enum rc		 rc;
	int		 status;	/* 0: from rc */
	const char	*code;
	const char	*detail;
	const char	*field;
	int64_t		 retry_after_ms;
	struct header	 extra[4];	/* string members api.md asks for */
	size_t		 extra_len;
};

struct req {
	struct arena	*arena;
	struct app	*app;
	const struct program *program;
	const struct route *route;	/* NULL until routed */
	char		 id[24];	/* request id, also in X-Request-Id */

	enum method	 method;
	const char	*path;		/* decoded, below the mount point, "/…" */
	const char	*query;		/* raw, "" when absent */
	struct param	 params[HTTP_PARAMS_MAX];
	size_t		 params_len;

	const char	*authorization;	/* header or NULL */
	const char	*cookie;
	const char	*content_type;
	const char	*origin;
	const char	*host;
	const char	*if_none_match;
	const char	*if_match;
	const char	*user_agent;
	const char	*fetch_site;	/* Sec-Fetch-Site */
	const char	*remote_addr;	/* after trusted proxies */

	const char	*body;		/* bytes, NUL added */
	size_t		 body_len;
	const struct cJSON *json;	/* parsed object, BODY and BODY_OPT */

	struct user	*user;		/* NULL: nobody */
	const char	*user_id;	/* the same, for the log; set with user */
	int64_t		 started_mono_ms;

	/* the reply */
	int		 status;	/* 0 until set */
	struct buf	 out;		/* body */
	const char	*out_type;
	struct header	 headers[HTTP_HEADERS_MAX];
	size_t		 headers_len;
	struct problem	 problem;
};

/*
 * Says why, once, where it was found out; returns rc so that callers write
 * `return fail(req, RC_NOT_FOUND, "no_room", NULL, 0);`.  code is a string of
 * the closed list in http/problem.c (checked against openapi.json), from which
 * also the default detail comes.  field names a body or query member, or NULL.
 * retry_after_ms > 0 becomes Retry-After in seconds, rounded up.
 */
enum rc	 fail(struct req *, enum rc, const char *code, const char *field,
    int64_t retry_after_ms) MUST_CHECK;
/* The same with a sentence of its own. */
enum rc	 fail_detail(struct req *, enum rc, const char *code,
    const char *field, const char *fmt, ...) PRINTF(5, 6) MUST_CHECK;
/* For statuses that no cause has (412, 413, 428 …): RC_INVALID and this one. */
enum rc	 fail_status(struct req *, int status, const char *code) MUST_CHECK;
/* Adds a string member to the problem ("recordingId"). After fail(). */
void	 fail_extra(struct req *, const char *name, const char *value);

/* Path parameter by name; never NULL for names in the route's path. */
const char *req_param(const struct req *, const char *name);
/* First value of a query parameter, percent-decoded; NULL when absent. */
const char *req_query(struct req *, const char *name);
/* Value of a cookie, NULL when absent. */
const char *req_cookie(struct req *, const char *name);
/*
 * ?limit (1–100, default 50; out of range → 400 invalid_limit) and ?cursor.
 * A cursor is base64url of our own text, opaque outside; *cursor gets that
 * text or NULL; garbage → 400 invalid_cursor.
 */
enum rc	 req_page(struct req *, int64_t *limit, const char **cursor) MUST_CHECK;
/* The same where a cursor is a time and an id ("%lld,%s"), those of the last
 * row seen; 0 and NULL without one. */
enum rc	 req_page_time(struct req *, int64_t *limit, int64_t *before,
    const char **before_id) MUST_CHECK;
/* Makes the opaque form. */
char	*cursor_make(struct arena *, const char *fmt, ...) PRINTF(2, 3);

/* ---- typed getters on the JSON body ------------------------------------ */

enum want { OPTIONAL, REQUIRED };

/*
 * Each refuses with 400 and the field's name: missing_field (REQUIRED and
 * absent or null), invalid_type, too_short, too_long, invalid_value.
 * OPTIONAL and absent (or null): RC_OK and *out untouched.
 */
enum rc	 body_str(struct req *, const char *name, enum want,
    size_t min_codepoints, size_t max_codepoints, const char **out) MUST_CHECK;
/* What people call themselves or things, of at least one code point: no control
 * characters, not only spaces. */
enum rc	 body_name(struct req *, const char *name, enum want,
    size_t max_codepoints, const char **out) MUST_CHECK;
enum rc	 body_bool(struct req *, const char *name, enum want, bool *out)
    MUST_CHECK;
enum rc	 body_int(struct req *, const char *name, enum want, int64_t min,
    int64_t max, int64_t *out) MUST_CHECK;
/* Strings of an array, at most max items; *out is NULL when absent. */
enum rc	 body_strs(struct req *, const char *name, enum want, size_t max,
    const char ***out, size_t *len) MUST_CHECK;

/* The same of objects; their members are read by the getters below. */
enum rc	 body_objects(struct req *, const char *name, enum want, size_t max,
    const struct cJSON ***out, size_t *len) MUST_CHECK;

/*
 * An object within the body: { list[i], NULL, "members", i } of an array, or
 * what item_object found.  Read like the body itself; refusals name the field
 * "members[3].role".  NULL is the body.
 */
struct item {
	const struct cJSON *object;
	const struct item *outer;	/* NULL: the body */
	const char	*name;		/* there, of the array or of this */
	long		 i;		/* its place in the array; -1: in none */
};

enum rc	 item_str(struct req *, const struct item *, const char *name,
    enum want, size_t min_codepoints, size_t max_codepoints,
    const char **out) MUST_CHECK;
enum rc	 item_int(struct req *, const struct item *, const char *name,
    enum want, int64_t min, int64_t max, int64_t *out) MUST_CHECK;
enum rc	 item_num(struct req *, const struct item *, const char *name,
    enum want, double min, double max, double *out) MUST_CHECK;
enum rc	 item_object(struct req *, const struct item *, const char *name,
    enum want, struct item *out) MUST_CHECK;
/* How a refusal names a member. */
const char *item_path(struct req *, const struct item *, const char *name);

/* ---- reply ------------------------------------------------------------- */

/* Sets status and type and returns &req->out to write JSON into. */
struct buf *reply_json(struct req *, int status);
/* A page of a list, 200: what is written between goes into this array; next
 * NULL at the end. */
struct buf *reply_list(struct req *, const char *key);
enum rc	 reply_list_end(struct buf *, const char *next);
/* 204 and the like: no body. */
enum rc	 reply_empty(struct req *, int status);
/* text/plain, for /metrics. */
enum rc	 reply_text(struct req *, int status, const char *type, const char *);
/* Bytes as they are, of any type. */
enum rc	 reply_raw(struct req *, int status, const char *type,
    const char *bytes, size_t len);
/* Control bytes in name or value: the header is dropped and logged. */
void	 reply_header(struct req *, const char *name, const char *value);
/* Turns rc + req->problem into the problem document; used by the spine only. */
void	 reply_problem(struct req *, enum rc);
/* Status of a cause, before req->problem.status. */
int	 rc_status(enum rc);
/* The closed list: i-th problem code, NULL past the end (for the checks). */
const char *problem_code_at(size_t i);

/* ---- spine seams ------------------------------------------------------- */

/*
 * What a wire found in one request, before parsing.  body_read reads up to len
 * bytes into buf; 0 at the end, -1 on a broken connection.
 */
struct wire_in {
	const char	*(*env)(void *ctx, const char *name);
	long		 (*body_read)(void *ctx, char *buf, size_t len);
	void		*ctx;
	/* Without CONTENT_LENGTH the body reaches to the end of the input
	 * (plain CGI); else there is none. */
	bool		 to_end;
};

/*
 * The whole life of a request: parse → route → spine hooks → reply bytes.
 * Reply (status line as "Status: …", headers, body) goes into *out, in the
 * request's arena, valid until arena_reset.  Never fails: what goes wrong is a
 * problem document.  This is the one entrance: both wires, the API runner and
 * the fuzzers call it.
 */
struct spine {
	struct app	*app;
	const struct program *const *programs;	/* NULL-terminated */
	struct arena	*arena;
	const char	*mount;		/* path of public_url, no trailing '/' */
	const char	*trusted_proxies; /* comma list of addresses, may be "" */
	/* Between routing and reply; implemented by app/spine.c: authentication,
	 * origin check, scope, body, transaction, handler. */
	enum rc		(*run)(struct req *);
	/* After the bytes have left (tick after reply); may be NULL. */
	void		(*after)(struct app *);
};

struct reply {
	const char	*bytes;		/* "Status: 200 OK\r\n…\r\n\r\n{…}" */
	size_t		 len;
	int		 status;
};

void	 spine_serve(struct spine *, const struct wire_in *, struct reply *);

/* For run(): reads and checks the body as the route's flags say (411 never;
 * 413, 415, short_body, json_* problems). */
enum rc	 req_read_body(struct req *) MUST_CHECK;

/* ---- wires ------------------------------------------------------------- */

/* True when descriptor 0 is a listening socket. */
bool	 wire_is_fcgi(void);
/*
 * Serves until SIGTERM (then ends the request in hand and returns 0).
 * fd: listening socket; 0 under a spawner.  Returns the exit status.
 */
int	 wire_fcgi(struct spine *, int fd);
/* Listening unix socket, mode 0660, stale file replaced; -1 + log on error. */
int	 wire_listen(const char *path);
/* One request from the environment and standard input, plain CGI. */
int	 wire_cgi(struct spine *);

/* ---- addresses --------------------------------------------------------- */

/* Whether address is in a comma list of addresses and networks
 * ("127.0.0.1, 10.0.0.0/8"); false for what is no address. */
bool	 address_in_list(const char *address, const char *list);
/*
 * Who is behind remote: it itself, or, as long as trusted lists the one before,
 * the entry to the left in an X-Forwarded-For header (NULL allowed).
 */
const char *address_forwarded(struct arena *, const char *remote,
    const char *forwarded, const char *trusted);

/* ---- rate limits ------------------------------------------------------- */

/* Named limits; the table in ratelimit.c has defaults. */
enum limit {
	LIMIT_REGISTER, LIMIT_LOGIN, LIMIT_TOKEN, LIMIT_GUEST, LIMIT_START,
	LIMIT_CHAT, LIMIT_METRICS, LIMIT_WEBHOOK_FAILURE, LIMIT_MAX
};

/* "start" for LIMIT_START, as in rate_start = …; NULL past the end. */
const char *limit_name(enum limit);
/*
 * Parses "N/period burst B" (period: s, min, h, d, or a number before them:
 * "10/1h burst 10", "5/min burst 5") or "off".  False when malformed.
 */
bool	 limit_set(enum limit, const char *text);
/* All of them off (rate_limits = off). */
void	 limit_all_off(void);
/*
 * Opens (makes) the shared file; NULL path: process memory.  Keys are hashed;
 * 65,536 GCRA cells, lock-free, hold across processes.
 */
enum rc	 limit_open(const char *path) MUST_CHECK;
/*
 * Takes one from the bucket of (limit, key).  RC_OK, or RC_TOO_MANY with
 * *retry_after_ms exact.
 */
enum rc	 limit_take(enum limit, const char *key, int64_t *retry_after_ms)
    MUST_CHECK;
/* Whether a take would pass, without taking. */
enum rc	 limit_peek(enum limit, const char *key, int64_t *retry_after_ms)
    MUST_CHECK;
/* Takes and, when over, fails the request with 429 rate_limited. */
enum rc	 req_limit(struct req *, enum limit, const char *key) MUST_CHECK;
/* Who the caller's address is, as a key: of IPv6 the first 64 bits, because
 * everybody has a whole such network. Never NULL. */
const char *req_address(struct req *);

/*
 * One shared mark beside the buckets: until when LiveKit counts as down
 * (ms wall clock; 0: up).  Read by every process before it calls.
 */
int64_t	 breaker_get(void);
void	 breaker_set(int64_t until_ms);

/* ---- counters ---------------------------------------------------------- */

/* Shared mmap of Prometheus counters; NULL path: process memory. */
enum rc	 counters_open(const char *path) MUST_CHECK;
/* Counts one reply: op (NULL: unrouted), status, duration. */
void	 counters_reply(const struct program *, const char *op, int status,
    int64_t duration_ms);
/* Named totals besides ("webhook_applied"); closed list in counters.c. */
void	 counters_add(const char *name, int64_t n);
/* Prometheus text format. */
void	 counters_print(struct buf *);

#endif
