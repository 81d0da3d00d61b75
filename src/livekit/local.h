/*
 * What the files of this folder share and no user sees: the growing buffer
 * that JSON is written into, spans of JSON text, the reader that fills result
 * structs from tables, and the insides of keys, clients and requests.
 */
#ifndef LIVEKIT_LOCAL_H
#define LIVEKIT_LOCAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "livekit-api.h"

#define LKI_LEN(a)	(sizeof(a) / sizeof((a)[0]))

/*
 * A copy of an options struct as this library knows it: what an older caller
 * lacks is zero.  in may be NULL.
 */
#define LKI_COPY(type, copy, in)					\
	struct type copy = { 0 };					\
	lki_copy(&(copy), sizeof(copy), (in), (in) == NULL ? 0 : (in)->size)
/* A struct that was not made by LK: what it says would be ignored. */
#define LKI_UNSIZED(in)	((in) != NULL && (in)->size == 0)
void	 lki_copy(void *to, size_t to_size, const void *from, size_t size);

char	*lki_strdup(const char *);		/* NULL stays NULL */
/* Overwrites and frees; NULL allowed. */
void	 lki_wipe(char *);
bool	 lki_blank(const char *);		/* NULL or "" */

/* ---- writing ----------------------------------------------------------- */

/* The first error sticks and everything after it is ignored. */
struct lki_buf {
	char		*s;
	size_t		 len, cap;
	enum lk_err	 err;
};

void	 lki_put(struct lki_buf *, const void *, size_t);
void	 lki_puts(struct lki_buf *, const char *);
void	 lki_put_int(struct lki_buf *, int64_t);
/* Quoted and escaped; LK_USAGE where it is not UTF-8. */
void	 lki_put_str(struct lki_buf *, const char *, size_t len);
/* Remembers the first error. */
void	 lki_fail(struct lki_buf *, enum lk_err);
/* "name": after a comma where one is needed. */
void	 lki_key(struct lki_buf *, const char *name);
/* Members; each writes nothing where its value is not given. */
void	 lki_str(struct lki_buf *, const char *name, const char *value);
void	 lki_tri(struct lki_buf *, const char *name, enum lk_tri);
void	 lki_u32(struct lki_buf *, const char *name, uint32_t);
void	 lki_strs(struct lki_buf *, const char *name, const char *const *,
	    size_t len);
void	 lki_pairs(struct lki_buf *, const char *name, const struct lk_pair *,
	    size_t len);
void	 lki_raw(struct lki_buf *, const char *name, const char *json);
/* The members of a JSON object, without its braces; LK_USAGE if it is none. */
void	 lki_members(struct lki_buf *, const char *json);
/* The text, or its error; the buffer is empty afterwards. */
enum lk_err lki_buf_done(struct lki_buf *, char **out);

/* ---- reading ----------------------------------------------------------- */

/* A JSON value's text without spaces around; s NULL = absent. */
struct lki_span {
	const char	*s;
	size_t		 len;
};

/* Checks that text is one JSON value (RFC 8259, UTF-8) and trims it. */
bool	 lki_json(const char *text, size_t len, struct lki_span *);
bool	 lki_is_object(struct lki_span);
bool	 lki_is_null(struct lki_span);		/* or absent */
/*
 * Walks an object (key with its quotes) or a list (key.s NULL).  Start with
 * at = NULL.  The span must have passed lki_json.
 */
bool	 lki_next(struct lki_span whole, const char **at,
	    struct lki_span *key, struct lki_span *value);
/* name is snake_case and matches camelCase too; exact: as it stands. */
bool	 lki_key_is(struct lki_span key, const char *name, bool exact);
struct lki_span lki_member(struct lki_span object, const char *name);
/* Unescapes a string; \u0000 and lone surrogates become U+FFFD.  out may be
 * NULL to measure; the NUL is not counted. */
size_t	 lki_unescape(struct lki_span, char *out);
char	*lki_text(struct lki_span);		/* malloc'd; NULL: no memory */
/* A number, or a string of digits; beyond int64 it is clamped. */
bool	 lki_int(struct lki_span, int64_t *);

enum lki_kind {
	F_STR, F_INT, F_BOOL, F_TRI, F_MS, F_SEC, F_NS, F_ENUM, F_STRS,
	F_PAIRS, F_OBJ, F_LIST, F_RAW, F_FLAT
};

struct lki_field {
	const char	*name;
	enum lki_kind	 kind;
	size_t		 at;		/* offset in the struct */
	size_t		 at2;		/* of its length, or its text */
	const void	*sub;		/* struct lki_type, or names */
};

struct lki_type {
	size_t			 size;
	const struct lki_field	*field;
	size_t			 len;
	size_t			 json_at;	/* 0: none */
	bool			 exact;		/* names as they stand */
};

/* One block; NULL: no memory. */
void	*lki_read(const struct lki_type *, struct lki_span);

extern const struct lki_type lki_room, lki_rooms, lki_track, lki_participant,
    lki_participants, lki_ingress, lki_ingresses, lki_egress, lki_egresses,
    lki_dispatch, lki_dispatches, lki_event, lki_claims;

/* ---- the grant table --------------------------------------------------- */

enum lki_grant {
	G_CREATE = 1, G_LIST = 2, G_RECORD = 4, G_ADMIN = 8, G_DEST = 16,
	G_INGRESS = 32, G_SIP_ADMIN = 64, G_SIP_CALL = 128, G_AGENT = 256,
	G_SIMULATION = 512
};

struct lki_method {
	const char	*service;
	const char	*method;	/* NULL: any of that service */
	unsigned	 grant;
	const char	*room;		/* member that names the room */
	int		 timeout_ms;
	size_t		 reply_max;
	bool		 dials;		/* ringingTimeout sets the time-out */
};

#define LKI_TIMEOUT_MS	10000
#define LKI_CONNECT_MS	2000
#define LKI_REPLY_MAX	((size_t)1 << 20)
#define LKI_LIST_MAX	((size_t)32 << 20)

const struct lki_method *lki_method(const char *service, const char *method);

/* ---- client and requests ----------------------------------------------- */

#define LKI_ATTEMPTS	3
#define LKI_REGIONS	16

struct lk_http_reply {
	char		*s;
	size_t		 len, cap, max;
	struct lk_request *req;
};

struct lk_client {
	char		*url;		/* http(s), no slash at its end */
	struct lk_signer *signer;	/* NULL: token */
	char		*token;
	char		**header;	/* "Name: value" */
	size_t		 header_len;
	int		 timeout_ms;
	bool		 failover, any_host;
	struct lk_transport transport;
	struct lk_request *last;	/* whose error is shown */
	struct lk_error	 plain;		/* of a call that was never made */
	char		*region[LKI_REGIONS];
	size_t		 region_len;
	int64_t		 region_until_ms;
};

struct lk_request {
	struct lk_client *client;
	struct lk_http_call call;
	struct lk_error	 error;
	char		*url, *path, *body, *jwt, *auth;
	char		*saved;		/* the first URL's host part */
	const char	**header;	/* ends with NULL */
	char		*code, *message, *meta, *reason;
	char		 id_header[64];
	bool		 is_whip;
	bool		 is_short;	/* of memory, for a header */
	char		*match;		/* its If-Match line */
	char		*etag, *location; /* of its answer */
	bool		 asking;	/* for the regions */
	bool		 asked;		/* this request knows a fresh list */
	bool		 repinned;
	bool		 failover;
	int		 timeout_ms;
	size_t		 reply_max;
	char		*tried[LKI_ATTEMPTS + 1];
	size_t		 tried_len;
	int64_t		 max_age_s;
};

/* lk_request_done with the transport's own verdict. */
enum lk_err lki_answer(struct lk_request *, enum lk_err transport,
    const char *why, int status, const void *body, size_t len, char **reply);
/* Fills req->error from an answer; LK_OK for a good one. */
enum lk_err lki_error_read(struct lk_request *, enum lk_err transport,
    const char *why, int status, const void *body, size_t len);
void	 lki_error_clear(struct lk_request *);
/* Stars for a secret of the request in what its refusal says; NULL allowed. */
void	 lki_error_hide(struct lk_client *, const char *secret);
/* The same URL as http(s) without a slash at the end; NULL: LK_USAGE or no
 * memory (*err). */
char	*lki_url(const char *url, enum lk_err *err);
/* Another host to try, or the question for them; false: none. */
bool	 lki_failover(struct lk_request *, int status);
/* The answer to that question. */
bool	 lki_regions(struct lk_request *, int status, const void *, size_t);
bool	 lki_may_failover(const struct lk_client *, const char *url);
int64_t	 lki_clock_ms(void);
/*
 * What both kinds of request begin and end with: path and auth are there.  own
 * are header lines that live as long as the request; host NULL: the client's.
 */
enum lk_err lki_request_point(struct lk_request *, const char *host,
    const char *const *own, size_t own_len);
/* Refuses what a header must not hold: spaces, controls, not ASCII. */
bool	 lki_visible(const char *);
/* Sends it, and again as long as that is due; the client keeps it. */
enum lk_err lki_send(struct lk_client *, struct lk_request *, char **reply);
/* A header line of a WHIP answer. */
void	 lki_whip_header(struct lk_request *, const char *line, size_t);
/* libcurl, opened on the first call. */
enum lk_err lki_curl(struct lk_transport *);

/*
 * Sends the object in (its closing brace is added), reads the reply, or the
 * member of it, as type into *out.  out may be NULL.  Frees in.
 */
enum lk_err lki_call(struct lk_client *, const char *service,
    const char *method, struct lki_buf *in, const struct lki_type *,
    const char *member, void *out);
/* The same with other options than the table's. */
enum lk_err lki_call_with(struct lk_client *, const struct lk_call_opts *,
    const char *service, const char *method, struct lki_buf *in,
    const struct lki_type *, const char *member, void *out);
/* The members of an agent, for rooms and dispatches. */
void	 lki_agent_write(struct lki_buf *, const struct lk_room_agent *);
/* A call that was refused before it was made: remembers err, returns it. */
enum lk_err lki_refuse(struct lk_client *, enum lk_err);

#endif
