/*
 * FastCGI 1.0, the responder's half: records of one connection to environment
 * and body, a reply to records.  Written here, and not left to libfcgi, since
 * whoever reaches the socket can make that write past its memory or abort by
 * lengths that lie (CVE-2025-23016; Debian's 2.4.2 has half of the fix).  Every
 * length is checked against what is there before it is used; what breaks the
 * protocol ends the connection and nothing else.
 */
#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "local.h"

enum { FCGI_BEGIN = 1, FCGI_END = 3, FCGI_PARAMS = 4, FCGI_STDIN = 5,
	FCGI_STDOUT = 6 };

#define FCGI_VERSION 1
#define RESPONDER 1
#define HEAD_BYTES 8
#define BEGIN_BYTES 8
#define CONTENT_MAX 65528	/* of a record we send; keeps it aligned */
#define LINGER_MS 2000
#define LINGER_BYTES (16 * 1024 * 1024)

/* ---- reading ------------------------------------------------------------- */

/* At least want bytes in the buffer; false when they do not come. */
static bool
fill(struct fcgi *f, size_t want)
{
	ssize_t n;

	while (f->have - f->at < want) {
		if (clock_mono_ms() > f->deadline_mono_ms)
			return false;
		if (f->at > 0) {
			memmove(f->in, f->in + f->at, f->have - f->at);
			f->have -= f->at;
			f->at = 0;
		}
		n = recv(f->fd, f->in + f->have, sizeof(f->in) - f->have, 0);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		f->have += (size_t)n;
	}
	return true;
}

/* Up to len bytes of the record in hand; 0 when none come. */
static size_t
take(struct fcgi *f, char *to, size_t len)
{
	size_t n;

	if (!fill(f, 1))
		return 0;
	n = f->have - f->at;
	if (n > len)
		n = len;
	if (n > f->left)
		n = f->left;
	if (to != NULL)
		memcpy(to, f->in + f->at, n);
	f->at += n;
	f->left -= n;
	return n;
}

/* Past the padding of the last record to the head of the next. */
static bool
next_record(struct fcgi *f, unsigned *type, unsigned *id)
{
	const unsigned char *p;

	f->left = f->padding;
	while (f->left > 0)
		if (take(f, NULL, f->left) == 0)
			return false;
	if (!fill(f, HEAD_BYTES))
		return false;
	p = f->in + f->at;
	*type = p[1];
	*id = p[2] * 256u + p[3];
	f->left = p[4] * 256u + p[5];
	f->padding = p[6];
	f->at += HEAD_BYTES;
	return p[0] == FCGI_VERSION;
}

static bool
read_begin(struct fcgi *f)
{
	char body[BEGIN_BYTES];
	unsigned type;
	size_t got = 0, n;

	if (!next_record(f, &type, &f->id) || type != FCGI_BEGIN ||
	    f->id == 0 || f->left != BEGIN_BYTES)
		return false;
	while (got < BEGIN_BYTES) {
		if ((n = take(f, body + got, BEGIN_BYTES - got)) == 0)
			return false;
		got += n;
	}
	return body[0] == 0 && body[1] == RESPONDER;
}

/* One length of a name or value: one byte, or four (specification §3.4). */
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
parse_params(struct fcgi *f, const unsigned char *p, size_t left)
{
	size_t name, value;

	while (left > 0) {
		struct fcgi_param *to = &f->params[f->params_len];

		if (!take_length(&p, &left, &name) ||
		    !take_length(&p, &left, &value) ||
		    name > left || value > left - name ||
		    f->params_len == FCGI_PARAMS_MAX)
			return false;
		/* A NUL would end for us what goes on for the server. */
		if (memchr(p, '\0', name + value) != NULL)
			return false;
		*to = (struct fcgi_param){ (const char *)p, name,
		    (const char *)p + name, value };
		f->params_len++;
		p += name + value;
		left -= name + value;
	}
	return true;
}

bool
fcgi_read_head(struct fcgi *f, struct arena *arena)
{
	unsigned type, id;
	struct buf content;
	size_t n, before;

	if (!read_begin(f))
		return false;
	buf_init(&content, arena);
	do {
		if (!next_record(f, &type, &id) || type != FCGI_PARAMS ||
		    id != f->id || content.len + f->left > FCGI_PARAMS_BYTES)
			return false;
		for (before = f->left; f->left > 0;) {
			n = f->have - f->at;
			if (n == 0 && !fill(f, 1))
				return false;
			n = f->have - f->at < f->left ? f->have - f->at :
			    f->left;
			buf_add(&content, f->in + f->at, n);
			f->at += n;
			f->left -= n;
		}
	} while (before > 0);
	return parse_params(f, (const unsigned char *)content.data,
	    content.len);
}

const char *
fcgi_param(const struct fcgi *f, struct arena *arena, const char *name)
{
	size_t len = strlen(name), i;

	for (i = 0; i < f->params_len; i++) {
		const struct fcgi_param *p = &f->params[i];

		if (p->name_len == len && memcmp(p->name, name, len) == 0)
			return arena_strndup(arena, p->value, p->value_len);
	}
	return NULL;
}

long
fcgi_read_body(struct fcgi *f, char *to, size_t len)
{
	unsigned type, id;
	size_t n;

	if (f->body_ended)
		return 0;
	if (f->left == 0) {
		if (!next_record(f, &type, &id) || type != FCGI_STDIN ||
		    id != f->id) {
			f->broken = true;
			return -1;
		}
		if (f->left == 0) {
			f->body_ended = true;
			return 0;
		}
	}
	if ((n = take(f, to, len)) == 0) {
		f->broken = true;
		return -1;
	}
	return (long)n;
}

/* ---- writing ------------------------------------------------------------- */

static void
put_head(unsigned char *p, unsigned type, unsigned id, size_t len)
{
	p[0] = FCGI_VERSION;
	p[1] = (unsigned char)type;
	p[2] = (unsigned char)(id >> 8);
	p[3] = (unsigned char)id;
	p[4] = (unsigned char)(len >> 8);
	p[5] = (unsigned char)len;
	p[6] = p[7] = 0;
}

/* All of it, or false: the peer is gone or takes nothing more. */
static bool
send_all(int fd, struct iovec *iov, size_t count)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = count };
	ssize_t n;

	while (msg.msg_iovlen > 0) {
		n = sendmsg(fd, &msg, MSG_NOSIGNAL);
		if (n == -1 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		while (msg.msg_iovlen > 0 &&
		    (size_t)n >= msg.msg_iov->iov_len) {
			n -= (ssize_t)msg.msg_iov->iov_len;
			msg.msg_iov++;
			msg.msg_iovlen--;
		}
		if (msg.msg_iovlen > 0) {
			msg.msg_iov->iov_base =
			    (char *)msg.msg_iov->iov_base + n;
			msg.msg_iov->iov_len -= (size_t)n;
		}
	}
	return true;
}

bool
fcgi_reply(struct fcgi *f, const char *bytes, size_t len)
{
	unsigned char head[HEAD_BYTES], tail[3 * HEAD_BYTES] = { 0 };
	size_t n;

	/* End of output, and END_REQUEST with status 0 of both kinds. */
	put_head(tail, FCGI_STDOUT, f->id, 0);
	put_head(tail + HEAD_BYTES, FCGI_END, f->id, HEAD_BYTES);
	do {
		struct iovec iov[3];
		bool last;

		n = len > CONTENT_MAX ? CONTENT_MAX : len;
		last = n == len;
		put_head(head, FCGI_STDOUT, f->id, n);
		iov[0] = (struct iovec){ head, HEAD_BYTES };
		iov[1] = (struct iovec){ (char *)(uintptr_t)bytes, n };
		iov[2] = (struct iovec){ tail, sizeof(tail) };
		if (!send_all(f->fd, iov, last ? 3 : 2))
			return false;
		bytes += n;
		len -= n;
	} while (len > 0);
	return true;
}

/* The usual end of a request whose body was read, already in the buffer: the
 * padding of the last record, then an empty FCGI_STDIN. */
static bool
ends_here(const struct fcgi *f)
{
	const unsigned char *p = f->in + f->at + f->padding;

	return f->left == 0 &&
	    f->have - f->at == (size_t)f->padding + HEAD_BYTES &&
	    p[1] == FCGI_STDIN && p[4] == 0 && p[5] == 0 && p[6] == 0;
}

/*
 * Closing on what was not read would reset the connection, and a reply that
 * the peer has not yet taken could be lost with it.
 */
static void
linger(struct fcgi *f)
{
	struct pollfd in = { .fd = f->fd, .events = POLLIN };
	int64_t left, end = clock_mono_ms() + LINGER_MS;
	size_t total = 0;
	ssize_t n;

	if (shutdown(f->fd, SHUT_WR) == -1)
		return;
	while (total < LINGER_BYTES && (left = end - clock_mono_ms()) > 0 &&
	    poll(&in, 1, (int)left) == 1) {
		n = recv(f->fd, f->in, sizeof(f->in), MSG_DONTWAIT);
		if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
			break;
		total += n > 0 ? (size_t)n : 0;
	}
}

void
fcgi_close(struct fcgi *f)
{
	if (!f->body_ended && !f->broken && !ends_here(f))
		linger(f);
	close(f->fd);
	f->fd = -1;
}

void
fcgi_open(struct fcgi *f, int fd, int64_t deadline_mono_ms)
{
	f->fd = fd;
	f->deadline_mono_ms = deadline_mono_ms;
	f->at = f->have = f->left = f->padding = f->params_len = 0;
	f->id = 0;
	f->body_ended = f->broken = false;
}
