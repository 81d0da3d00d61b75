/*
 * account: what changes when somebody registers, signs in or takes a new
 * password.  A password is checked before the transaction, because that takes
 * long; here, inside it, is looked at whether what was checked still holds.
 */
#include "local.h"

#include <string.h>

enum rc
account_unchanged(struct db *db, const struct user_row *checked,
    struct user_row *now_there)
{
	enum rc rc = user_by_id(db, checked->id, now_there);
	const char *was = checked->password_hash;
	const char *is = now_there->password_hash;

	if (rc == RC_NOT_FOUND || (rc == RC_OK && now_there->deleted_at != 0))
		return RC_UNAUTHORIZED;
	if (rc != RC_OK)
		return rc;
	if ((was == NULL) != (is == NULL) ||
	    (was != NULL && strcmp(was, is) != 0))
		return RC_UNAUTHORIZED;
	return now_there->is_disabled ? RC_FORBIDDEN : RC_OK;
}

/* Keeps what was done on RC_OK, else nothing. */
static enum rc
finish(struct db *db, enum rc rc)
{
	return db_end(db, rc);
}

enum rc
account_register(struct auth *a, struct db *db, struct arena *arena,
    const struct user_row *row, const char *user_agent, int64_t now,
    char **token, int64_t *expires_at)
{
	enum rc rc = db_begin(db, FULL);

	if (rc != RC_OK)
		return rc;
	if ((rc = user_insert(db, row)) == RC_OK)
		rc = session_start(a, db, arena, row->id, user_agent, now,
		    token, expires_at);
	return finish(db, rc);
}

enum rc
account_enter(struct auth *a, struct db *db, struct arena *arena,
    struct user_row *row, const char *user_agent, int64_t now, char **token,
    int64_t *expires_at)
{
	struct user_row there = { 0 };
	enum rc rc = db_begin(db, FULL);

	if (rc != RC_OK)
		return rc;
	if ((rc = account_unchanged(db, row, &there)) == RC_OK)
		rc = session_start(a, db, arena, row->id, user_agent, now,
		    token, expires_at);
	if ((rc = finish(db, rc)) == RC_OK)
		*row = there;
	return rc;
}

enum rc
account_set_password(struct db *db, const struct user_row *row,
    const char *hash, const char *session_id)
{
	struct user_row there = { 0 };
	enum rc rc = db_begin(db, FULL);

	if (rc != RC_OK)
		return rc;
	if ((rc = account_unchanged(db, row, &there)) == RC_OK &&
	    (rc = user_set_password(db, row->id, hash)) == RC_OK)
		rc = session_delete_others(db, row->id, session_id);
	return finish(db, rc);
}
