/*
 * user: accounts.  Whether a name or a password may be had is auth's business.
 */
#include "local.h"

static void
user_row(struct query *q, struct user_row *u)
{
	u->id = col_str(q, "id");
	u->username = col_str(q, "username");
	u->display_name = col_str(q, "display_name");
	u->avatar_url = col_str(q, "avatar_url");
	u->password_hash = col_str(q, "password_hash");
	u->is_creator = col_int(q, "is_creator") != 0;
	u->is_admin = col_int(q, "is_admin") != 0;
	u->is_disabled = col_int(q, "is_disabled") != 0;
	u->created_at = col_int(q, "created_at");
	u->deleted_at = col_int(q, "deleted_at");
}

void
user_joined(struct query *q, struct user_row *u)
{
	u->id = col_str(q, "user_id");
	u->username = col_str(q, "username");
	u->display_name = col_str(q, "display_name");
	u->avatar_url = col_str(q, "avatar_url");
	u->password_hash = col_str(q, "password_hash");
	u->is_creator = col_int(q, "is_creator") != 0;
	u->is_admin = col_int(q, "is_admin") != 0;
	u->is_disabled = col_int(q, "is_disabled") != 0;
	u->created_at = col_int(q, "user_created_at");
	u->deleted_at = 0;
}

enum rc
user_insert(struct db *db, const struct user_row *u)
{
	struct query *q = db_query(db, SQL_USER_INSERT);

	bind_str(q, ":id", u->id);
	bind_str(q, ":username", u->username);
	bind_str(q, ":display_name", u->display_name);
	bind_str(q, ":avatar_url", u->avatar_url);
	bind_str(q, ":password_hash", u->password_hash);
	bind_int(q, ":is_creator", u->is_creator);
	bind_int(q, ":is_admin", u->is_admin);
	bind_int(q, ":is_disabled", u->is_disabled);
	bind_int(q, ":created_at", u->created_at);
	return run_new(q);
}

static enum rc
user_one(struct query *q, struct user_row *out)
{
	struct user_row u;
	enum rc rc;

	if (row_one(q) == RC_OK)
		user_row(q, &u);
	if ((rc = db_done(q)) == RC_OK)
		*out = u;
	return rc;
}

enum rc
user_by_id(struct db *db, const char *id, struct user_row *out)
{
	struct query *q = db_query(db, SQL_USER_BY_ID);

	bind_str(q, ":id", id);
	return user_one(q, out);
}

enum rc
user_by_name(struct db *db, const char *username, struct user_row *out)
{
	struct query *q = db_query(db, SQL_USER_BY_NAME);

	bind_str(q, ":username", username);
	return user_one(q, out);
}

enum rc
user_update_profile(struct db *db, const char *id, const char *display_name,
    const char *avatar_url)
{
	struct query *q = db_query(db, SQL_USER_UPDATE_PROFILE);

	bind_str(q, ":id", id);
	bind_str(q, ":display_name", display_name);
	bind_str(q, ":avatar_url", avatar_url);
	return run_found(q);
}

enum rc
user_set_password(struct db *db, const char *id, const char *hash)
{
	struct query *q = db_query(db, SQL_USER_SET_PASSWORD);

	bind_str(q, ":id", id);
	bind_str(q, ":password_hash", hash);
	return run_found(q);
}

enum rc
user_set_flags(struct db *db, const char *id, bool is_creator, bool is_admin,
    bool is_disabled)
{
	struct query *q = db_query(db, SQL_USER_SET_FLAGS);

	bind_str(q, ":id", id);
	bind_int(q, ":is_creator", is_creator);
	bind_int(q, ":is_admin", is_admin);
	bind_int(q, ":is_disabled", is_disabled);
	return run_found(q);
}

enum rc
user_erase(struct db *db, const char *id, int64_t now)
{
	static const enum sql_id also[] = { SQL_USER_ERASE_SESSIONS,
	    SQL_USER_ERASE_KEYS, SQL_USER_ERASE_MESSAGES };
	struct query *q = db_query(db, SQL_USER_ERASE);
	enum rc rc;

	bind_str(q, ":id", id);
	bind_int(q, ":now", now);
	rc = run_found(q);
	for (size_t i = 0; rc == RC_OK && i < sizeof also / sizeof *also; i++) {
		q = db_query(db, also[i]);
		bind_str(q, ":id", id);
		rc = db_run(q);
	}
	return rc;
}

enum rc
user_list(struct db *db, const char *after, int64_t limit,
    struct user_row **rows, size_t *len)
{
	struct query *q = db_query(db, SQL_USER_LIST);
	struct user_row *list = NULL;
	size_t n = 0, cap = 0;
	enum rc rc;

	bind_str(q, ":after", after == NULL ? "" : after);
	bind_int(q, ":limit", limit);
	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		user_row(q, &list[n++]);
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}
