/*
 * A look at the first records of a FastCGI connection before libfcgi reads
 * them.  Lengths of parameters that lie make libfcgi (up to 2.4.6, Debian's
 * 2.4.2 included: CVE-2025-23016) write past its memory or abort; here they
 * close the connection and nothing else.  Reads by MSG_PEEK only: the bytes
 * stay for libfcgi.
 */
#include <sys/socket.h>

#include <errno.h>
#include <string.h>

#include "local.h"

#define HEAD_BYTES 8
#define PARAMS_MAX (64 * 1024)	/* web servers cut headers far below this */

enum { FCGI_BEGIN = 1, FCGI_PARAMS = 4 };
enum verdict { MORE, USABLE, UNUSABLE };

struct record {
	unsigned	 type, id;
	size_t		 len, padding;
};

static struct record
record_at(const unsigned char *p)
{
	return (struct record){ .type = p[1], .id = p[2] * 256u + p[3],
	    .len = p[4] * 256u + p[5], .padding = p[6] };
}

/* One length of a name or value (FastCGI specification §3.4). */
static bool
take_length(const unsigned char **p, size_t *left, size_t *len)
{
	const unsigned char *b = *p;
	size_t n = *left > 0 && b[0] >> 7 ? 4 : 1;

	if (*left < n)
		return false;
	*len = n == 1 ? b[0] : (size_t)(b[0] & 0x7f) << 24 |
	    (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
	*p += n;
	*left -= n;
	return true;
}

static bool
params_usable(const unsigned char *p, size_t left)
{
	size_t name, value;

	while (left > 0) {
		if (!take_length(&p, &left, &name) ||
		    !take_length(&p, &left, &value))
			return false;
		if (name > left || value > left - name)
			return false;
		p += name + value;
		left -= name + value;
	}
	return true;
}

/*
 * BEGIN_REQUEST as responder, then PARAMS of the same request up to the empty
 * one, and nothing between.  Gathers their content at the start of bytes.
 */
static enum verdict
judge(unsigned char *bytes, size_t len)
{
	size_t at = HEAD_BYTES + 8, params = 0;
	struct record begin, r;

	if (len < at)
		return len > 0 && bytes[0] != 1 ? UNUSABLE : MORE;
	begin = record_at(bytes);
	if (bytes[0] != 1 || begin.type != FCGI_BEGIN || begin.id == 0 ||
	    begin.len != 8 || bytes[HEAD_BYTES] != 0 ||
	    bytes[HEAD_BYTES + 1] != 1)
		return UNUSABLE;
	at += begin.padding;
	for (;;) {
		if (len < at + HEAD_BYTES)
			return MORE;
		r = record_at(bytes + at);
		if (bytes[at] != 1 || r.type != FCGI_PARAMS || r.id != begin.id)
			return UNUSABLE;
		at += HEAD_BYTES;
		if (r.len == 0)
			break;
		if (len < at + r.len + r.padding)
			return MORE;
		memmove(bytes + params, bytes + at, r.len);
		params += r.len;
		at += r.len + r.padding;
	}
	return params_usable(bytes, params) ? USABLE : UNUSABLE;
}

/* Like recv with MSG_PEEK; a signal is no reason to give up. */
static ssize_t
peek(int fd, void *to, size_t len, int flags)
{
	ssize_t n;

	do
		n = recv(fd, to, len, MSG_PEEK | flags);
	while (n == -1 && errno == EINTR);
	return n;
}

bool
fcgi_guard(int fd, int64_t deadline_mono_ms)
{
	static unsigned char bytes[PARAMS_MAX];
	enum verdict verdict;
	ssize_t n, had = 0;

	for (;;) {
		n = peek(fd, bytes, sizeof(bytes), 0);
		if (n <= had)
			return false;
		had = n;
		verdict = judge(bytes, (size_t)n);
		if (verdict != MORE)
			return verdict == USABLE;
		if ((size_t)n == sizeof(bytes) ||
		    clock_mono_ms() > deadline_mono_ms)
			return false;
		/* Sleeps until there is a byte more than was seen. */
		if (peek(fd, bytes, (size_t)n + 1, MSG_WAITALL) <= n)
			return false;
	}
}
