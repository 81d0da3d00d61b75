/*
 * Files mapped by several processes at once.  They hold what may be lost
 * (rate limits, counters): what does not fit is replaced, never repaired.
 */
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "local.h"

int
shared_lock_dir(const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];
	int fd;

	if (slash == NULL)
		snprintf(dir, sizeof(dir), ".");
	else
		snprintf(dir, sizeof(dir), "%.*s", slash == path ? 1 :
		    (int)(slash - path), path);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	while (flock(fd, LOCK_EX) == -1)
		if (errno != EINTR) {
			close(fd);
			return -1;
		}
	return fd;
}

static void *
map_fd(int fd, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* NULL where there is none that fits. */
static void *
map_existing(const char *path, size_t size, uint64_t magic)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	void *p = NULL;

	if (fd == -1)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (size_t)st.st_size == size)
		p = map_fd(fd, size);
	close(fd);
	if (p != NULL && memcmp(p, &magic, sizeof(magic)) != 0) {
		munmap(p, size);
		p = NULL;
	}
	return p;
}

/* A new file beside it, renamed over it: others may have the old one mapped,
 * and cutting that would kill them. */
static void *
map_new(const char *path, size_t size, uint64_t magic, enum rc (*make)(void *))
{
	char temp[PATH_MAX];
	void *p = NULL;
	int fd;

	snprintf(temp, sizeof(temp), "%s.%ld", path, (long)getpid());
	fd = open(temp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (fd == -1)
		return NULL;
	/* Allocated, not sparse: a full disk must fail here, not as SIGBUS. */
	if ((errno = posix_fallocate(fd, 0, (off_t)size)) == 0)
		p = map_fd(fd, size);
	close(fd);
	if (p != NULL && make(p) == RC_OK) {
		memcpy(p, &magic, sizeof(magic));
		if (rename(temp, path) == 0)
			return p;
	}
	if (p != NULL)
		munmap(p, size);
	unlink(temp);
	return NULL;
}

static enum rc
map_private(size_t size, uint64_t magic, enum rc (*make)(void *), void **out)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	enum rc rc;

	if (p == MAP_FAILED)
		return RC_INTERNAL;
	if ((rc = make(p)) != RC_OK) {
		munmap(p, size);
		return rc;
	}
	memcpy(p, &magic, sizeof(magic));
	*out = p;
	return RC_OK;
}

enum rc
shared_map(const char *path, size_t size, uint64_t magic,
    enum rc (*make)(void *), void **out)
{
	int saved, lock;
	void *p;

	if (path == NULL)
		return map_private(size, magic, make, out);
	if ((lock = shared_lock_dir(path)) == -1) {
		log_error("%s: its directory: %s", path, strerror(errno));
		return RC_INTERNAL;
	}
	if ((p = map_existing(path, size, magic)) == NULL)
		p = map_new(path, size, magic, make);
	saved = errno;
	close(lock);
	if (p == NULL) {
		log_error("%s: %s", path, strerror(saved));
		return RC_INTERNAL;
	}
	*out = p;
	return RC_OK;
}
