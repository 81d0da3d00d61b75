/*
 * The unix socket that FastCGI comes in through.  It appears under its name
 * only when it listens and has its mode, and never in place of a live one.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "local.h"

#define BACKLOG 1024

static bool
fill_address(struct sockaddr_un *sa, const char *path)
{
	*sa = (struct sockaddr_un){ .sun_family = AF_UNIX };
	return snprintf(sa->sun_path, sizeof(sa->sun_path), "%s", path) <
	    (int)sizeof(sa->sun_path);
}

/* Whether a new socket may take this name; logs why not. */
static bool
may_replace(const struct sockaddr_un *sa)
{
	const char *path = sa->sun_path;
	struct stat st;
	bool live;
	int fd;

	if (lstat(path, &st) == -1)
		return errno == ENOENT;
	if (!S_ISSOCK(st.st_mode)) {
		log_error("%s is there and is no socket", path);
		return false;
	}
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0)) == -1)
		return false;
	/* EAGAIN: its queue is full, so somebody listens. */
	live = connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) == 0 ||
	    errno == EAGAIN;
	close(fd);
	if (live)
		log_error("%s is in use by a running program", path);
	return !live;
}

static int
listen_under(const char *temp)
{
	struct sockaddr_un sa;
	int fd, ok;
	mode_t mask;

	if (!fill_address(&sa, temp)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	unlink(temp);
	mask = umask(0117);
	ok = bind(fd, (struct sockaddr *)&sa, sizeof(sa));
	umask(mask);
	if (ok == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	ok = errno;
	close(fd);
	errno = ok;
	return -1;
}

static int
listen_locked(const char *path)
{
	char temp[sizeof(((struct sockaddr_un *)0)->sun_path) + 8];
	struct sockaddr_un sa;
	int fd;

	snprintf(temp, sizeof(temp), "%s.new", path);
	if (!fill_address(&sa, path) || strlen(temp) >= sizeof(sa.sun_path)) {
		log_error("%s: too long for a socket", path);
		return -1;
	}
	if (!may_replace(&sa))
		return -1;
	if ((fd = listen_under(temp)) == -1) {
		log_error("%s: %s", path, strerror(errno));
		return -1;
	}
	if (rename(temp, path) == -1) {
		log_error("%s: %s", path, strerror(errno));
		unlink(temp);
		close(fd);
		return -1;
	}
	return fd;
}

int
wire_listen(const char *path)
{
	int lock = shared_lock_dir(path), fd;

	if (lock == -1) {
		log_error("%s: its directory: %s", path, strerror(errno));
		return -1;
	}
	fd = listen_locked(path);
	close(lock);
	return fd;
}
