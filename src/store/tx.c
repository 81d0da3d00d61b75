/*
 * tx: transactions, and the checkpoints that go with them.  A write
 * transaction begins in the writers' queue and leaves it after its commit and
 * the checkpoint that may be due: no two connections ever write and
 * checkpoint at once.
 *
 * A checkpoint is due every CHECKPOINT_FRAMES frames of the WAL, whoever wrote
 * them (a commit adds two at least).  How far the last one came stands in the
 * lock file, so that processes that commit once and exit count as well.
 */
#include <time.h>
#include <unistd.h>

#include "local.h"

enum {
	CHECKPOINT_FRAMES = 1000,	/* 4 MB */
	RESTART_FRAMES = 4000,		/* a reader was always in the way */
	RESTART_WAIT_MS = 250,
};

static enum rc
tx_begin(struct db *db, enum durability durability, int64_t deadline)
{
	/* A rollback journal without FULL may be torn by a power cut. */
	int level = durability == FULL || !db->wal ? 2 : 1;
	int64_t left = deadline - clock_mono_ms();
	enum rc rc;

	if ((rc = db_synchronous(db, level)) != RC_OK)
		return rc;
	/* Programs that know nothing of our queue: sqlite3(1), a backup. */
	sqlite3_busy_timeout(db->handle, left > 1 ? (int)left : 1);
	rc = db_step(db, &db->begin, "BEGIN IMMEDIATE");
	sqlite3_busy_timeout(db->handle, (int)db->wait_ms);
	return rc;
}

enum rc
db_begin(struct db *db, enum durability durability)
{
	int64_t deadline = clock_mono_ms() + db->wait_ms;
	enum rc rc;

	db_guard(db);
	if (!db->writes || db->in_tx || db->reading > 0) {
		log_error("%s: transaction begun %s", db->path, !db->writes ?
		    "by a program that only reads" : "inside another");
		return RC_INTERNAL;
	}
	db_reset_all(db);
	if ((rc = lock_take(db, db->wait_ms)) != RC_OK)
		return rc;
	if ((rc = tx_begin(db, durability, deadline)) != RC_OK) {
		lock_drop(db);
		return rc;
	}
	db->in_tx = true;
	return RC_OK;
}

/* Readers are short but may overlap for ever: SQLite's own handler looks too
 * seldom to meet the moment in which those in the way have all gone. */
static int
restart_wait(void *arg, int tries)
{
	const struct timespec ms = { 0, 1000000 };
	int64_t *deadline = arg;

	/* Not counted from before: writing the pages back takes its time. */
	if (tries == 0)
		*deadline = clock_mono_ms() + RESTART_WAIT_MS;
	nanosleep(&ms, NULL);
	return clock_mono_ms() < *deadline;
}

static void
checkpoint(struct db *db, int64_t frames)
{
	int64_t deadline = 0;
	int mode = SQLITE_CHECKPOINT_PASSIVE, code;

	if (frames >= RESTART_FRAMES) {
		mode = SQLITE_CHECKPOINT_RESTART;
		sqlite3_busy_handler(db->handle, restart_wait, &deadline);
	}
	code = sqlite3_wal_checkpoint_v2(db->handle, NULL, mode, NULL, NULL);
	sqlite3_busy_timeout(db->handle, (int)db->wait_ms);
	if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY)
		log_warn("%s: checkpoint: %s", db->path, sqlite3_errstr(code));
}

static void
checkpoint_if_due(struct db *db)
{
	int64_t mark = 0, frames = db->wal_frames, next;

	if (pread(db->lock_fd, &mark, sizeof mark, 0) != sizeof mark)
		mark = 0;
	next = frames < mark ? 0 : mark;	/* the WAL has begun anew */
	if (frames - next >= CHECKPOINT_FRAMES) {
		checkpoint(db, frames);
		next = frames;
	}
	if (next != mark && pwrite(db->lock_fd, &next, sizeof next, 0) !=
	    sizeof next)
		log_warn("%s-lock: cannot be written to", db->path);
}

enum rc
db_commit(struct db *db)
{
	enum rc rc = RC_BUSY;

	db_guard(db);
	if (!db->in_tx) {
		log_error("%s: commit without a transaction", db->path);
		return RC_INTERNAL;
	}
	db_reset_all(db);
	db->wal_frames = 0;
	/* After a full disk SQLite may have rolled back by itself. */
	if (!sqlite3_get_autocommit(db->handle))
		rc = db_step(db, &db->commit, "COMMIT");
	if (rc != RC_OK) {
		db_rollback(db);
		return rc;
	}
	db->in_tx = false;
	if (db->wal && db->wal_frames > 0)
		checkpoint_if_due(db);
	lock_drop(db);
	return RC_OK;
}

void
db_rollback(struct db *db)
{
	db_guard(db);
	if (!db->in_tx)
		return;
	db_reset_all(db);
	if (!sqlite3_get_autocommit(db->handle) &&
	    db_step(db, &db->rollback, "ROLLBACK") != RC_OK)
		log_error("%s: rollback refused", db->path);
	db->in_tx = false;
	lock_drop(db);
}

bool
db_in_tx(const struct db *db)
{
	return db->in_tx;
}

enum rc
db_read_begin(struct db *db)
{
	enum rc rc;

	db_guard(db);
	if (!db->in_tx && db->reading == 0) {
		rc = db_step(db, &db->begin_read, "BEGIN");
		if (rc != RC_OK)
			return rc;
		db->read_is_ours = true;
	}
	db->reading++;
	return RC_OK;
}

void
db_read_end(struct db *db)
{
	db_guard(db);
	if (db->reading == 0 || --db->reading > 0 || !db->read_is_ours)
		return;
	db->read_is_ours = false;
	db_reset_all(db);
	if (!sqlite3_get_autocommit(db->handle) &&
	    db_step(db, &db->commit, "COMMIT") != RC_OK)
		log_error("%s: end of reading refused", db->path);
}

enum rc
db_end(struct db *db, enum rc rc)
{
	if (rc == RC_OK)
		return db_commit(db);
	db_rollback(db);
	return rc;
}
