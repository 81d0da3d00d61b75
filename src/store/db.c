/*
 * db: a connection from open to close, its settings, what SQLite's results
 * mean, backup and verification.  The only file with PRAGMAs.  It must not
 * know any table.
 */
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "local.h"

enum { WAIT_MS = 5000 };

void
db_guard(const struct db *db)
{
	if (getpid() != db->pid) {
		log_error("%s: used across a fork", db->path);
		abort();
	}
}

enum rc
db_cause(struct db *db, int code, const char *doing)
{
	const char *text = sqlite3_errmsg(db->handle);

	switch (code) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
		return RC_CONFLICT;
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		return RC_NOT_FOUND;
	}
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return RC_OK;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		log_warn("%s: %s: %s", db->path, doing, text);
		return RC_BUSY;
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
		log_error("%s: %s: %s (%d)", db->path, doing, text, code);
		return RC_BUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		log_error("%s: %s: THE DATABASE IS DAMAGED: %s (%d): stop the "
		    "programs and restore a backup", db->path, doing, text,
		    code);
		return RC_INTERNAL;
	default:
		log_error("%s: %s: %s (%d)", db->path, doing, text, code);
		return RC_INTERNAL;
	}
}

enum rc
db_exec(struct db *db, const char *sql)
{
	return db_cause(db, sqlite3_exec(db->handle, sql, NULL, NULL, NULL),
	    "schema and settings");
}

/* First column of the first row of sql as text, "" when there is none. */
static enum rc
pragma_text(struct db *db, const char *sql, char *out, size_t size)
{
	sqlite3_stmt *stmt = NULL;
	const unsigned char *text = NULL;
	int code;

	code = sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL);
	if (code == SQLITE_OK && (code = sqlite3_step(stmt)) == SQLITE_ROW)
		text = sqlite3_column_text(stmt, 0);
	snprintf(out, size, "%s", text == NULL ? "" : (const char *)text);
	sqlite3_finalize(stmt);
	return db_cause(db, code, sql);
}

enum rc
db_pragma_int(struct db *db, const char *sql, int64_t *out)
{
	char text[32];
	enum rc rc = pragma_text(db, sql, text, sizeof text);

	if (rc == RC_OK)
		*out = strtoll(text, NULL, 10);
	return rc;
}

enum rc
db_step(struct db *db, sqlite3_stmt **stmt, const char *sql)
{
	int code = SQLITE_OK;

	if (*stmt == NULL)
		code = sqlite3_prepare_v3(db->handle, sql, -1,
		    SQLITE_PREPARE_PERSISTENT, stmt, NULL);
	if (code == SQLITE_OK) {
		code = sqlite3_step(*stmt);
		sqlite3_reset(*stmt);
	}
	return db_cause(db, code, sql);
}

enum rc
db_synchronous(struct db *db, int level)
{
	enum rc rc = RC_OK;

	if (db->synchronous != level)
		rc = db_exec(db, level == 2 ? "PRAGMA synchronous = FULL" :
		    "PRAGMA synchronous = NORMAL");
	if (rc == RC_OK)
		db->synchronous = level;
	return rc;
}

/* Only a file that we make ourselves is opened outside SQLite: closing one
 * that it has open would drop its POSIX locks. */
static enum rc
file_create(struct db *db)
{
	int fd = open(db->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd != -1)
		close(fd);
	else if (errno != EEXIST) {
		log_error("%s: cannot be made: %s", db->path, strerror(errno));
		return RC_BUSY;
	}
	return RC_OK;
}

static void
lock_open(struct db *db)
{
	char *name = sqlite3_mprintf("%s-lock", db->path);

	if (name != NULL)
		db->lock_fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (db->lock_fd == -1)
		log_warn("%s-lock: %s: nothing can be written", db->path,
		    strerror(errno));
	sqlite3_free(name);
}

static bool
on_network(const struct db *db)
{
	struct statfs fs;

	return statfs(db->path, &fs) == 0 && lock_is_network(fs.f_type);
}

static int
wal_grew(void *arg, sqlite3 *handle, const char *schema, int frames)
{
	struct db *db = arg;

	(void)handle;
	(void)schema;
	db->wal_frames = frames;
	return SQLITE_OK;
}

static enum rc
journal_switch(struct db *db, const char *sql)
{
	enum rc rc = lock_take(db, db->wait_ms);
	char mode[16];

	if (rc == RC_OK) {
		rc = pragma_text(db, sql, mode, sizeof mode);
		lock_drop(db);
	}
	return rc;
}

/*
 * WAL needs memory shared by all who have the file open, which a network file
 * system cannot give.  Under a network file system or where nothing can be
 * written the journal stays as it is found.
 */
static enum rc
journal_set(struct db *db)
{
	bool network = on_network(db);
	char mode[16];
	enum rc rc;

	rc = pragma_text(db, "PRAGMA journal_mode", mode, sizeof mode);
	if (rc != RC_OK)
		return rc;
	db->wal = strcmp(mode, "wal") == 0;
	if (network && db->writes)
		log_warn("%s: on a network file system: slower, and only safe "
		    "if its locks work; a local disk is better", db->path);
	if (db->lock_fd == -1 || db->wal != network)
		return RC_OK;
	rc = journal_switch(db, network ? "PRAGMA journal_mode = DELETE" :
	    "PRAGMA journal_mode = WAL");
	if (rc == RC_OK)
		rc = pragma_text(db, "PRAGMA journal_mode", mode, sizeof mode);
	db->wal = strcmp(mode, "wal") == 0;
	return rc;
}

static enum rc
settings(struct db *db)
{
	sqlite3 *h = db->handle;
	enum rc rc;

	sqlite3_extended_result_codes(h, 1);
	sqlite3_busy_timeout(h, (int)db->wait_ms);
	sqlite3_db_config(h, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	sqlite3_db_config(h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(h, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(h, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(h, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_wal_autocheckpoint(h, 0);
	sqlite3_wal_hook(h, wal_grew, db);
	if ((rc = journal_set(db)) != RC_OK)
		return rc;
	rc = db_exec(db, "PRAGMA temp_store = MEMORY;"
	    "PRAGMA cache_size = -1024;"	/* KiB; the system caches too */
	    "PRAGMA secure_delete = ON;"
	    "PRAGMA journal_size_limit = 8388608;"
	    "PRAGMA synchronous = FULL");
	db->synchronous = 2;
	if (rc == RC_OK && !db->writes)
		rc = db_exec(db, "PRAGMA query_only = ON");
	return rc;
}

static enum rc
handle_open(struct db *db, unsigned flags)
{
	int code;
	enum rc rc;

	if ((flags & DB_OPEN_CREATE) && (rc = file_create(db)) != RC_OK)
		return rc;
	if (access(db->path, F_OK) == -1) {
		log_error("%s: %s", db->path, strerror(errno));
		return RC_NOT_FOUND;
	}
	/* Readers too: SQLite falls back by itself where it may not write, and
	 * a reader must be able to set up the shared memory of the WAL. */
	code = sqlite3_open_v2(db->path, &db->handle, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL);
	if (code != SQLITE_OK)
		return db_cause(db, code, "open");
	if (db->writes && sqlite3_db_readonly(db->handle, "main") == 1)
		log_warn("%s: read-only: nothing can be written", db->path);
	else if (db->writes)
		lock_open(db);
	return settings(db);
}

enum rc
db_open(const char *path, unsigned flags, struct db **out)
{
	struct db *db = calloc(1, sizeof *db);
	enum rc rc;

	if (db == NULL || (db->path = strdup(path)) == NULL)
		abort();
	db->pid = getpid();
	db->lock_fd = -1;
	db->writes = (flags & DB_OPEN_RW) != 0;
	db->wait_ms = WAIT_MS;
	db->refused.db = db;
	for (int i = 0; i < SQL_MAX; i++) {
		db->query[i].db = db;
		db->query[i].id = (enum sql_id)i;
	}
	if ((rc = handle_open(db, flags)) != RC_OK) {
		db_close(db);
		return rc;
	}
	*out = db;
	return RC_OK;
}

void
db_close(struct db *db)
{
	/* In a forked child even closing would drop the parent's locks. */
	if (db == NULL || getpid() != db->pid)
		return;
	db_rollback(db);
	for (int i = 0; i < SQL_MAX; i++)
		db_query_free(&db->query[i]);
	sqlite3_finalize(db->begin);
	sqlite3_finalize(db->begin_read);
	sqlite3_finalize(db->commit);
	sqlite3_finalize(db->rollback);
	sqlite3_finalize(db->version);
	sqlite3_close(db->handle);
	if (db->lock_fd != -1)
		close(db->lock_fd);
	free(db->path);
	free(db);
}

void
db_arena(struct db *db, struct arena *arena)
{
	db_reset_all(db);
	db->arena = arena;
}

void
db_patience(struct db *db, int64_t wait_ms)
{
	db->wait_ms = wait_ms;
	sqlite3_busy_timeout(db->handle, (int)wait_ms);
}

int64_t
db_data_version(struct db *db)
{
	int64_t version = -1;

	db_guard(db);
	if (db->version == NULL && sqlite3_prepare_v3(db->handle,
	    "PRAGMA data_version", -1, SQLITE_PREPARE_PERSISTENT, &db->version,
	    NULL) != SQLITE_OK)
		return -1;
	if (sqlite3_step(db->version) == SQLITE_ROW)
		version = sqlite3_column_int64(db->version, 0);
	sqlite3_reset(db->version);
	return version;
}
