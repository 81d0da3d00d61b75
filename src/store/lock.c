/*
 * lock: the writers' queue.  Whoever wants to write first takes an flock on
 * NAME-lock, so that writers wait asleep and in turn instead of by SQLite's
 * sleep-and-retry; checkpoints happen under it too.  The kernel drops it with
 * the process, however that ends.
 *
 * Waiting has an end: flock has no time-out, so a POSIX timer sends this
 * thread LOCK_SIGNAL, whose handler does nothing and is installed without
 * SA_RESTART: flock returns EINTR.  A real-time signal of our own rather than
 * SIGALRM, which belongs to the program.  The timer repeats, as the first
 * signal may come just before flock sleeps.  Other signals only cost a look
 * at the clock.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE		/* gettid */
#endif
#include <sys/file.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "local.h"

#define LOCK_SIGNAL	(SIGRTMIN + 5)
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

enum { REPEAT_MS = 20 };

static void
wake(int signo)
{
	(void)signo;
}

static int
timer_start(timer_t *timer, int64_t ms)
{
	struct sigaction sa = { .sa_handler = wake };
	struct sigevent ev = { .sigev_notify = SIGEV_THREAD_ID,
	    .sigev_signo = LOCK_SIGNAL };
	struct itimerspec spec = {
		.it_value = { ms / 1000, ms % 1000 * 1000000 },
		.it_interval = { 0, REPEAT_MS * 1000000 },
	};

	sigemptyset(&sa.sa_mask);
	if (sigaction(LOCK_SIGNAL, &sa, NULL) == -1)
		return -1;
	ev.sigev_notify_thread_id = gettid();
	if (timer_create(CLOCK_MONOTONIC, &ev, timer) == -1)
		return -1;
	return timer_settime(*timer, 0, &spec, NULL);
}

static enum rc
lock_wait(struct db *db, int64_t wait_ms)
{
	int64_t deadline = clock_mono_ms() + wait_ms;
	sigset_t ours, before;
	timer_t timer;
	int got;

	if (timer_start(&timer, wait_ms) == -1) {
		log_error("%s: no timer to wait with: %s", db->path,
		    strerror(errno));
		return RC_BUSY;
	}
	sigemptyset(&ours);
	sigaddset(&ours, LOCK_SIGNAL);
	pthread_sigmask(SIG_UNBLOCK, &ours, &before);
	do
		got = flock(db->lock_fd, LOCK_EX);
	while (got == -1 && errno == EINTR && clock_mono_ms() < deadline);
	timer_delete(timer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (got == 0)
		return RC_OK;
	log_warn("%s: %lld ms in the queue of writers and not served",
	    db->path, (long long)wait_ms);
	return RC_BUSY;
}

enum rc
lock_take(struct db *db, int64_t wait_ms)
{
	if (db->lock_fd == -1) {
		log_warn("%s: cannot be written to here", db->path);
		return RC_BUSY;
	}
	if (flock(db->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return RC_OK;
	return wait_ms > 0 ? lock_wait(db, wait_ms) : RC_BUSY;
}

void
lock_drop(struct db *db)
{
	if (db->lock_fd != -1)
		flock(db->lock_fd, LOCK_UN);
}

bool
lock_is_network(long f_type)
{
	static const unsigned long remote[] = {
		0x6969,		/* NFS */
		0x517b,		/* SMB */
		0xff534d42,	/* CIFS */
		0xfe534d42,	/* SMB2 */
		0x65735546,	/* FUSE: sshfs and the like */
		0x5346414f,	/* AFS */
		0x6b414653,	/* kAFS */
		0x01021997,	/* 9p */
		0x00c36400,	/* Ceph */
		0x0bd00bd0,	/* Lustre */
		0x73757245,	/* Coda */
		0x01161970,	/* GFS2 */
		0x7461636f,	/* OCFS2 */
	};

	for (size_t i = 0; i < sizeof remote / sizeof *remote; i++)
		if (((unsigned long)f_type & 0xffffffff) == remote[i])
			return true;
	return false;
}
