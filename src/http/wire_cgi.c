/*
 * Plain CGI: one request from the environment and standard input, the reply on
 * standard output.  Nothing else may ever write to descriptor 1.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "local.h"

static const char *
cgi_env(void *ctx, const char *name)
{
	(void)ctx;
	return getenv(name);
}

/* Waits for input no longer than is left of the time for the whole body. */
static long
cgi_read(void *ctx, char *to, size_t len)
{
	const int64_t *deadline = ctx;
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	int64_t left;
	ssize_t n;

	do {
		left = *deadline - clock_mono_ms();
		if (left <= 0 || poll(&in, 1, (int)left) == 0)
			return -1;
		n = read(STDIN_FILENO, to, len);
	} while (n == -1 && errno == EINTR);
	return (long)n;
}

static bool
write_all(const char *s, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(STDOUT_FILENO, s, len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		s += n;
		len -= (size_t)n;
	}
	return true;
}

int
wire_cgi(struct spine *spine)
{
	int64_t deadline = clock_mono_ms() + HTTP_READ_MS;
	struct wire_in in = { .env = cgi_env, .body_read = cgi_read,
	    .ctx = &deadline, .to_end = true };
	struct reply reply;
	bool sent;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);	/* a full disk is an error, no death */
	spine_serve(spine, &in, &reply);
	/* lighttpd and Apache end whoever is still there when they have read
	 * the reply, and what comes after it would not be done. */
	signal(SIGTERM, SIG_IGN);
	sent = write_all(reply.bytes, reply.len);
	/* The server must not wait for what comes after the reply. */
	close(STDOUT_FILENO);
	arena_reset(spine->arena);
	if (spine->after != NULL)
		spine->after(spine->app);
	arena_reset(spine->arena);
	return sent ? 0 : 1;
}
