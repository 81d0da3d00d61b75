/*
 * The FastCGI wire: accepts a connection, serves its request, closes it, until
 * it is told to stop.  One at a time; the web server or systemd runs as many
 * processes as it wants.  Records are fcgi.c's.
 */
#include <sys/socket.h>
#include <sys/time.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "local.h"

static volatile sig_atomic_t stopping;
static int stop_listen_fd = -1, stop_null_fd = -1;

struct fcgi_in {
	struct fcgi	*fcgi;
	struct arena	*arena;
};

/*
 * Puts /dev/null in the place of the listening socket: an accept that begins
 * after this fails as surely as one that is interrupted by it.
 */
static void
on_stop(int sig)
{
	int saved = errno;

	(void)sig;
	stopping = 1;
	dup2(stop_null_fd, stop_listen_fd);
	errno = saved;
}

static void
stop_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGUSR1);
}

static bool
signals_open(int listen_fd)
{
	struct sigaction sa = { .sa_handler = on_stop };
	sigset_t set;

	stop_listen_fd = listen_fd;
	stop_null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (stop_null_fd == -1)
		return false;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);	/* a full disk is an error, no death */
	stop_signals(&set);
	/* Held back except while we wait, so that no request is cut in two. */
	sigprocmask(SIG_BLOCK, &set, NULL);
	sa.sa_mask = set;
	return sigaction(SIGTERM, &sa, NULL) == 0 &&
	    sigaction(SIGINT, &sa, NULL) == 0 &&
	    sigaction(SIGHUP, &sa, NULL) == 0 &&
	    sigaction(SIGUSR1, &sa, NULL) == 0;
}

bool
wire_is_fcgi(void)
{
	int listening = 0;
	socklen_t len = sizeof(listening);

	return getsockopt(STDIN_FILENO, SOL_SOCKET, SO_ACCEPTCONN, &listening,
	    &len) == 0 && listening != 0;
}

/* Whoever can connect may claim any address and header: unix sockets and
 * loopback only. */
static bool
socket_is_local(int fd)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);

	if (getsockname(fd, (struct sockaddr *)&ss, &len) == -1)
		return false;
	if (ss.ss_family == AF_INET)
		return ntohl(((struct sockaddr_in *)&ss)->sin_addr.s_addr) >>
		    24 == 127;
	if (ss.ss_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(
		    &((struct sockaddr_in6 *)&ss)->sin6_addr);
	return ss.ss_family == AF_UNIX;
}

static bool
worth_another_try(int error)
{
	if (error != EMFILE && error != ENFILE && error != ENOMEM &&
	    error != ENOBUFS)
		return error == EINTR || error == ECONNABORTED ||
		    error == EPROTO || error == EAGAIN;
	log_warn("cannot accept: %s", strerror(error));
	usleep(100 * 1000);
	return true;
}

/* -1 when it is time to stop, or the listening socket is of no more use. */
static int
accept_one(int listen_fd)
{
	const struct timeval limit = { .tv_sec = HTTP_READ_MS / 1000 };
	sigset_t set;
	int fd, error;

	stop_signals(&set);
	do {
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		fd = accept(listen_fd, NULL, NULL);
		error = errno;
		sigprocmask(SIG_BLOCK, &set, NULL);
	} while (fd == -1 && !stopping && worth_another_try(error));
	if (fd == -1) {
		if (!stopping)
			log_error("cannot accept: %s", strerror(error));
		return -1;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	return fd;
}

static const char *
in_env(void *ctx, const char *name)
{
	const struct fcgi_in *in = ctx;

	return fcgi_param(in->fcgi, in->arena, name);
}

static long
in_body(void *ctx, char *to, size_t len)
{
	const struct fcgi_in *in = ctx;

	return fcgi_read_body(in->fcgi, to, len);
}

/* Every connection is closed after its reply: a kept one would tie this
 * process to one peer while others wait in the queue. */
static void
serve_one(struct spine *spine, int fd)
{
	static struct fcgi fcgi;
	struct fcgi_in ctx = { &fcgi, spine->arena };
	struct wire_in in = { .env = in_env, .body_read = in_body,
	    .ctx = &ctx };
	struct reply reply;

	fcgi_open(&fcgi, fd, clock_mono_ms() + HTTP_READ_MS);
	if (!fcgi_read_head(&fcgi, spine->arena)) {
		/* Also what a mere look at whether we are here comes to. */
		log_debug("a connection without a usable request was closed");
		close(fd);
		arena_reset(spine->arena);
		return;
	}
	spine_serve(spine, &in, &reply);
	if (!fcgi_reply(&fcgi, reply.bytes, reply.len))
		log_debug("a reply was not taken: %s", strerror(errno));
	fcgi_close(&fcgi);
	arena_reset(spine->arena);
	if (spine->after != NULL)
		spine->after(spine->app);
	arena_reset(spine->arena);
}

int
wire_fcgi(struct spine *spine, int fd)
{
	int peer, flags = fcntl(fd, F_GETFL);

	if (!socket_is_local(fd)) {
		log_error("FastCGI is served on a unix socket or loopback only");
		return 1;
	}
	if (!signals_open(fd) || flags == -1 ||
	    fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == -1)
		return 1;
	while ((peer = accept_one(fd)) != -1)
		serve_one(spine, peer);
	return stopping ? 0 : 1;
}
