/*
 * upkeep: the schema and its migrations, backup, verification: what an
 * operator asks of a database as a whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "local.h"

enum { MIGRATE_WAIT_MS = 60000 };

int
db_schema_version(void)
{
	return SQL_MIGRATIONS;
}

/* Version 0 with tables in it is somebody else's as well. */
static enum rc
schema_read(struct db *db, int64_t *version, bool *ours)
{
	int64_t application, tables = 0;
	enum rc rc;

	rc = db_pragma_int(db, "PRAGMA user_version", version);
	if (rc == RC_OK)
		rc = db_pragma_int(db, "PRAGMA application_id", &application);
	if (rc == RC_OK)
		rc = db_pragma_int(db, "SELECT count(*) FROM sqlite_schema",
		    &tables);
	if (rc == RC_OK)
		*ours = application == APPLICATION_ID || (application == 0 &&
		    *version == 0 && tables == 0);
	return rc;
}

enum rc
db_schema_check(struct db *db, const char **why)
{
	int64_t version = 0;
	bool ours = false;

	db_guard(db);
	*why = db->why;
	if (schema_read(db, &version, &ours) != RC_OK)
		snprintf(db->why, sizeof db->why, "%s cannot be read: the log "
		    "has the cause", db->path);
	else if (!ours)
		snprintf(db->why, sizeof db->why, "%s is not a database of "
		    "stagedoor", db->path);
	else if (version == 0)
		snprintf(db->why, sizeof db->why, "%s is empty: run "
		    "`stagedoor migrate`", db->path);
	else if (version < SQL_MIGRATIONS)
		snprintf(db->why, sizeof db->why, "%s has schema %lld, this "
		    "program needs %d: run `stagedoor migrate`", db->path,
		    (long long)version, SQL_MIGRATIONS);
	else if (version > SQL_MIGRATIONS)
		snprintf(db->why, sizeof db->why, "%s has schema %lld, this "
		    "program knows %d: install the newer programs, then run "
		    "`stagedoor migrate`", db->path, (long long)version,
		    SQL_MIGRATIONS);
	else {
		*why = NULL;
		return RC_OK;
	}
	return RC_INTERNAL;
}

/* Inside the transaction: what the migration made, and that we made it. */
static enum rc
migration_apply(struct db *db, const struct sql_migration *m)
{
	char mark[96];
	int64_t broken = 0;
	enum rc rc;

	if ((rc = db_exec(db, m->text)) != RC_OK)
		return rc;
	rc = db_pragma_int(db, "SELECT count(*) FROM pragma_foreign_key_check",
	    &broken);
	if (rc != RC_OK)
		return rc;
	if (broken > 0) {
		log_error("%s: migration %s would leave %lld rows that refer "
		    "to nothing", db->path, m->name, (long long)broken);
		return RC_INTERNAL;
	}
	snprintf(mark, sizeof mark, "PRAGMA application_id = %d;"
	    "PRAGMA user_version = %d", APPLICATION_ID, m->number);
	return db_exec(db, mark);
}

/* The next one, if any is due; looked up under the lock, as any number of
 * processes may be at it. */
static enum rc
migrate_one(struct db *db, int64_t *version)
{
	enum rc rc = db_begin(db, FULL);
	bool ours = false;

	if (rc != RC_OK)
		return rc;
	rc = schema_read(db, version, &ours);
	if (rc == RC_OK && !ours) {
		log_error("%s: not a database of stagedoor: left alone",
		    db->path);
		rc = RC_CONFLICT;
	}
	if (rc == RC_OK && *version < SQL_MIGRATIONS)
		rc = migration_apply(db, &sql_migrations[*version]);
	if (rc == RC_OK)
		rc = db_commit(db);
	else
		db_rollback(db);
	return rc;
}

enum rc
db_migrate(struct db *db, int *from, int *to)
{
	int64_t version = 0, first = -1, patience = db->wait_ms;
	enum rc rc;

	/* Tables are rebuilt by dropping them; migration_apply checks. */
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL);
	db_patience(db, MIGRATE_WAIT_MS);
	do {
		rc = migrate_one(db, &version);
		if (first == -1)
			first = version;
	} while (rc == RC_OK && version++ < SQL_MIGRATIONS);
	db_patience(db, patience);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	if (rc == RC_OK) {
		*from = (int)first;
		*to = (int)version - 1;
	}
	return rc;
}

static enum rc
vacuum_into(struct db *db, const char *path)
{
	sqlite3_stmt *stmt = NULL;
	int code;

	code = sqlite3_prepare_v2(db->handle, "VACUUM INTO :path", -1, &stmt,
	    NULL);
	if (code == SQLITE_OK)
		code = sqlite3_bind_text(stmt, 1, path, -1, SQLITE_STATIC);
	if (code == SQLITE_OK)
		code = sqlite3_step(stmt);
	sqlite3_finalize(stmt);
	return db_cause(db, code, "backup");
}

enum rc
db_backup(struct db *db, const char *path)
{
	/* Made here for its mode; SQLite fills an empty file. */
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	enum rc rc;

	db_guard(db);
	if (fd == -1) {
		log_error("%s: %s", path, strerror(errno));
		return errno == EEXIST ? RC_CONFLICT : RC_BUSY;
	}
	/* A program that only reads writes this file all the same. */
	rc = db_exec(db, "PRAGMA query_only = OFF");
	if (rc == RC_OK)
		rc = vacuum_into(db, path);
	if (!db->writes && db_exec(db, "PRAGMA query_only = ON") != RC_OK)
		rc = RC_INTERNAL;
	if (rc == RC_OK && fsync(fd) == -1) {
		log_error("%s: %s", path, strerror(errno));
		rc = RC_BUSY;
	}
	close(fd);
	if (rc != RC_OK)
		unlink(path);
	return rc;
}

/* *why gets the first row of sql, unless that is fine (NULL: no row is). */
static enum rc
complaint(struct db *db, const char *sql, const char *fine, const char **why)
{
	sqlite3_stmt *stmt = NULL;
	const char *text = NULL;
	int code;

	code = sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL);
	if (code == SQLITE_OK && (code = sqlite3_step(stmt)) == SQLITE_ROW)
		text = (const char *)sqlite3_column_text(stmt, 0);
	if (text != NULL && (fine == NULL || strcmp(text, fine) != 0)) {
		snprintf(db->why, sizeof db->why, "%s", text);
		*why = db->why;
	}
	sqlite3_finalize(stmt);
	/* Damage is the answer here, not a failure to get one. */
	if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB) {
		snprintf(db->why, sizeof db->why, "%s", sqlite3_errstr(code));
		*why = db->why;
		return RC_OK;
	}
	return db_cause(db, code, "verification");
}

enum rc
db_verify(struct db *db, const char **why)
{
	const char *found = NULL;
	enum rc rc;

	db_guard(db);
	rc = complaint(db, "PRAGMA integrity_check(1)", "ok", &found);
	if (rc == RC_OK && found == NULL)
		rc = complaint(db, "SELECT 'row ' || coalesce(rowid, '?') || "
		    "' of ' || \"table\" || ' refers to nothing in ' || parent "
		    "FROM pragma_foreign_key_check", NULL, &found);
	if (rc == RC_OK)
		*why = found;
	return rc;
}
