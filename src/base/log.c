/*
 * The log: one line per event on standard error, one write each, so that lines
 * of several processes never mix.  Last line of defence for secrets: what
 * looks like a credential does not come out.  Must not allocate: it is also
 * what speaks when memory is gone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base.h"
#include "local.h"

#define LINE_BYTES 4096
#define TEXT_BYTES 2048

static const char *log_program = "stagedoor";
static const char *log_request_id;
static enum log_level log_least = LOG_INFO_;

static const char *const level_names[] = {
	[LOG_DEBUG_] = "debug", [LOG_INFO_] = "info",
	[LOG_WARN_] = "warn", [LOG_ERROR_] = "error",
};

static const char *const rc_names[] = {
	[RC_OK] = "ok",
	[RC_INVALID] = "invalid",
	[RC_UNAUTHORIZED] = "unauthorized",
	[RC_FORBIDDEN] = "forbidden",
	[RC_NOT_FOUND] = "not_found",
	[RC_GONE] = "gone",
	[RC_CONFLICT] = "conflict",
	[RC_TOO_MANY] = "too_many",
	[RC_BUSY] = "busy",
	[RC_UPSTREAM] = "upstream",
	[RC_TIMEOUT] = "timeout",
	[RC_UNSUPPORTED] = "unsupported",
	[RC_INTERNAL] = "internal",
};
_Static_assert(sizeof(rc_names) / sizeof(rc_names[0]) == RC_MAX,
    "every cause has a name");

const char *
rc_name(enum rc rc)
{
	return rc < RC_MAX ? rc_names[rc] : "unknown";
}

void
log_open(const char *program, enum log_level least)
{
	log_program = program;
	log_least = least;
}

void
log_request(const char *request_id)
{
	log_request_id = request_id;
}

static bool
word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_';
}

static bool
token_char(char c)
{
	return word_char(c) || c == '-' || c == '.' || c == '~' || c == '+' ||
	    c == '/' || c == '=';
}

static size_t
token_len(const char *s)
{
	size_t n = 0;

	while (token_char(s[n]))
		n++;
	return n;
}

/* name=VALUE of a query string or form; VALUE ends at & and white space. */
static size_t
named_secret(const char *s)
{
	static const char *const names[] = { "access_token=", "token=",
	    "jwt=", "password=", "secret=", "signature=" };
	size_t i, n;

	/* Every character of every line passes here. */
	if (strchr("atjpsATJPS", *s) == NULL)
		return 0;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		n = strlen(names[i]);
		if (strncasecmp(s, names[i], n) == 0)
			return n + strcspn(s + n, "& \t\r\n\"'");
	}
	return 0;
}

/*
 * Length of what looks like a credential at s, 0 where nothing does.  A key
 * prefix in the middle of a word counts only with a key's length behind it.
 */
static size_t
secret_len(const char *s, bool word_start)
{
	size_t n;

	if (strncmp(s, "eyJ", 3) == 0)
		return token_len(s);
	if (strncmp(s, "sd_", 3) == 0 || strncmp(s, "sk_", 3) == 0) {
		n = token_len(s + 3);
		return n >= (word_start ? 1 : 16) ? 3 + n : 0;
	}
	if ((*s == 'b' || *s == 'B') &&
	    (strncasecmp(s, "bearer ", 7) == 0 ||
	    strncasecmp(s, "bearer%20", 9) == 0)) {
		n = s[6] == ' ' ? 7 : 9;
		n += strspn(s + n, " ");
		return n + token_len(s + n);
	}
	return named_secret(s);
}

/* Copies text into out: credentials replaced, control bytes and what is not
 * UTF-8 as \xNN. */
static size_t
log_clean(char *out, size_t size, const char *s)
{
	size_t at = 0, n, left = strlen(s);
	bool word_start = true;

	while (left > 0 && at + 16 < size) {
		unsigned char c = (unsigned char)*s;

		if ((n = secret_len(s, word_start)) > 0) {
			memcpy(out + at, "[secret]", 8);
			at += 8;
			word_start = false;
		} else {
			n = utf8_step(s, left);
			/* C1 controls (c2 80 – c2 9f) move terminals too. */
			if (n == 0 || c < 0x20 || c == 0x7f ||
			    (c == 0xc2 && (unsigned char)s[1] < 0xa0)) {
				n = 1;
				at += (size_t)snprintf(out + at, 5, "\\x%02x",
				    c);
			} else {
				memcpy(out + at, s, n);
				at += n;
			}
			word_start = !word_char((char)c);
		}
		s += n;
		left -= n;
	}
	return at;
}

void
log_line(enum log_level level, const char *fmt, ...)
{
	char text[TEXT_BYTES], line[LINE_BYTES];
	int64_t now = clock_ms();
	time_t s = (time_t)(now / 1000);
	struct tm tm;
	size_t at;
	va_list ap;

	if (level < log_least)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	gmtime_r(&s, &tm);
	at = strftime(line, 64, "%Y-%m-%dT%H:%M:%S", &tm);
	at += (size_t)snprintf(line + at, 128, ".%03dZ %s %.32s %.32s ",
	    (int)(now % 1000), level_names[level], log_program,
	    log_request_id != NULL ? log_request_id : "-");
	at += log_clean(line + at, sizeof(line) - at - 1, text);
	line[at++] = '\n';
	/* A log that cannot be written has nowhere to say so. */
	if (write(STDERR_FILENO, line, at) == -1)
		return;
}

_Noreturn void
base_abort(const char *why)
{
	log_error("%s: this process ends", why);
	abort();
}
