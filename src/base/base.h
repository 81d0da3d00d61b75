/*
 * base: what every layer stands on.  Memory that lives as long as a request,
 * growable buffers, strict JSON in and out, text, time, random, log.
 * Knows nothing of HTTP, SQL or LiveKit.  Uses jose.h for the strict JSON
 * parser and base64url, which live there because liblivekit-api needs them
 * without us.
 */
#ifndef BASE_H
#define BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- causes ------------------------------------------------------------ */

/*
 * Why something was not done: causes, not places.  Every store, auth and app
 * function returns one; results go out through the last pointer and are
 * written on RC_OK only.  http turns it into a status in one table.
 */
enum rc {
	RC_OK,
	RC_INVALID,		/* 400 the caller's input is wrong */
	RC_UNAUTHORIZED,	/* 401 we do not know who this is */
	RC_FORBIDDEN,		/* 403 we know, and the answer is no */
	RC_NOT_FOUND,		/* 404 */
	RC_GONE,		/* 410 was there, is over */
	RC_CONFLICT,		/* 409 clashes with what is there */
	RC_TOO_MANY,		/* 429 rate limit; retry_after says when */
	RC_BUSY,		/* 503 we cannot now; try again */
	RC_UPSTREAM,		/* 502 LiveKit or an issuer failed */
	RC_TIMEOUT,		/* 504 it was too slow */
	RC_UNSUPPORTED,		/* 501 not installed or not configured */
	RC_INTERNAL,		/* 500 our fault */
	RC_MAX
};

/* Lower-case name of a cause, for logs ("not_found"). Never NULL. */
const char *rc_name(enum rc rc);

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* ---- arena ------------------------------------------------------------- */

/*
 * Memory of one request.  Nobody frees; arena_reset() takes everything back
 * and keeps the first block.  Out of memory or past the ceiling aborts the
 * process: input limits make the ceiling unreachable from outside.
 */
struct arena;

struct arena *arena_new(size_t ceiling_bytes);
void	 arena_free(struct arena *);	/* NULL allowed */
void	 arena_reset(struct arena *);
/* Zeroed memory, aligned for any type. */
void	*arena_alloc(struct arena *, size_t bytes);
char	*arena_strdup(struct arena *, const char *);
char	*arena_strndup(struct arena *, const char *, size_t len);
char	*arena_printf(struct arena *, const char *fmt, ...) PRINTF(2, 3);
/* Calls fn(ptr) at the next reset or free, last registered first. */
void	 arena_defer(struct arena *, void (*fn)(void *), void *ptr);

/* ---- buffers ----------------------------------------------------------- */

/* Growable bytes in an arena; data is always NUL-terminated. */
struct buf {
	struct arena	*arena;
	char		*data;
	size_t		 len;
	size_t		 cap;
};

void	 buf_init(struct buf *, struct arena *);
void	 buf_add(struct buf *, const void *, size_t len);
void	 buf_str(struct buf *, const char *);
void	 buf_char(struct buf *, char);
void	 buf_printf(struct buf *, const char *fmt, ...) PRINTF(2, 3);

/* ---- JSON in ----------------------------------------------------------- */

struct cJSON;

/* Why a text is not JSON as we take it; names are the API's codes. */
enum json_fault {
	JSON_OK,
	JSON_SYNTAX,		/* json_syntax, a raw NUL byte included */
	JSON_UTF8,		/* json_utf8 */
	JSON_NUL,		/* json_nul: the escape \u0000 */
	JSON_DEPTH,		/* json_depth: deeper than 32 */
	JSON_DUPLICATE_KEY,	/* json_duplicate_key */
	JSON_FAULT_MAX
};

const char *json_fault_code(enum json_fault);	/* "json_syntax" … */

/*
 * Strict parse (RFC 8259 plus the refusals above) of exactly len bytes.
 * The tree belongs to the arena.  *out is written on JSON_OK only.
 */
enum json_fault json_parse(struct arena *, const char *text, size_t len,
    const struct cJSON **out) MUST_CHECK;

/* Members of an object, exact spelling only; NULL where absent or other type. */
const struct cJSON *json_get(const struct cJSON *object, const char *name);
const char	*json_str(const struct cJSON *object, const char *name);
bool		 json_is_object(const struct cJSON *);

/* ---- JSON out ---------------------------------------------------------- */

/*
 * Writes JSON into a buf; commas are kept by looking at the last byte.
 * key is NULL inside arrays and at the top.  Strings are escaped, and bytes
 * that are not UTF-8 become U+FFFD, so what comes out always parses.
 */
void	 json_object(struct buf *, const char *key);		/* { */
void	 json_object_end(struct buf *);				/* } */
void	 json_array(struct buf *, const char *key);		/* [ */
void	 json_array_end(struct buf *);				/* ] */
void	 json_add_str(struct buf *, const char *key, const char *value); /* NULL: null */
void	 json_add_int(struct buf *, const char *key, int64_t value);
void	 json_add_bool(struct buf *, const char *key, bool value);
void	 json_add_null(struct buf *, const char *key);
/* RFC 3339 UTC with milliseconds; 0 is written as null. */
void	 json_add_time(struct buf *, const char *key, int64_t ms);
/* Text that is JSON already. */
void	 json_add_raw(struct buf *, const char *key, const char *json);

/* ---- text -------------------------------------------------------------- */

bool	 utf8_valid(const char *, size_t len);
/* Code points in valid UTF-8. */
size_t	 utf8_count(const char *);
/* No control characters (C0, DEL, C1). */
bool	 text_plain(const char *);
/* The same of what has lines: tabs and line ends (LF, CRLF) are fine. */
bool	 text_lines(const char *);
bool	 str_starts(const char *s, const char *prefix);
/* Constant time in the length of b; false when lengths differ. */
bool	 secret_equal(const char *a, const char *b);
/* True for the 8-4-4-4-12 form, either case. */
bool	 looks_like_uuid(const char *);
/* Whole string is a decimal int64 within [min,max]; no sign but '-', no space. */
bool	 str_to_int(const char *, int64_t min, int64_t max, int64_t *out);
char	*hex_lower(struct arena *, const unsigned char *, size_t len);

/* ---- time -------------------------------------------------------------- */

/* Wall clock, ms since 1970. Tests replace it with clock_set. */
int64_t	 clock_ms(void);
void	 clock_set(int64_t (*now_ms)(void));	/* NULL: the real one again */
/* Monotonic, for deadlines and durations. */
int64_t	 clock_mono_ms(void);
/* "2026-01-20T10:00:00.000Z"; years 1970–9999. */
char	*time_rfc3339(struct arena *, int64_t ms);
/* RFC 3339 of those years, any offset; what is finer than ms is cut off. */
bool	 time_read(const char *, int64_t *ms);

/* ---- random and digests ------------------------------------------------ */

/* RC_BUSY when the generator fails (the caller answers 503). */
enum rc	 random_bytes(void *, size_t len) MUST_CHECK;
/* A version-4 UUID, lower case. */
enum rc	 random_uuid(struct arena *, char **out) MUST_CHECK;
/* prefix + base64url of bytes random bytes (bytes >= 16). */
enum rc	 random_token(struct arena *, const char *prefix, size_t bytes,
    char **out) MUST_CHECK;
/* Version-5 UUID (RFC 9562) of name in a namespace given as 16 bytes. */
char	*uuid_v5(struct arena *, const unsigned char ns[16], const char *name);
void	 sha256(const void *, size_t len, unsigned char out[32]);
/* SHA-256 as lower-case hex. */
char	*sha256_hex(struct arena *, const void *, size_t len);

/* ---- log --------------------------------------------------------------- */

enum log_level { LOG_DEBUG_, LOG_INFO_, LOG_WARN_, LOG_ERROR_ };

/*
 * One line on standard error: time, level, program, request id, text.
 * Control bytes are escaped; anything that looks like a credential (eyJ…,
 * sd_…, sk_…, Bearer …, access_token=…) is replaced by "[secret]".
 */
void	 log_open(const char *program, enum log_level least);
void	 log_request(const char *request_id);	/* NULL: none */
void	 log_line(enum log_level, const char *fmt, ...) PRINTF(2, 3);
#define log_debug(...)	log_line(LOG_DEBUG_, __VA_ARGS__)
#define log_info(...)	log_line(LOG_INFO_, __VA_ARGS__)
#define log_warn(...)	log_line(LOG_WARN_, __VA_ARGS__)
#define log_error(...)	log_line(LOG_ERROR_, __VA_ARGS__)

/* ---- tests -------------------------------------------------------------- */

/*
 * A step between two things that must come together in the end.  For tests
 * only: STAGEDOOR_FAIL_AT=name in the environment kills the process here.
 */
void	 fail_point(const char *name);

#endif
