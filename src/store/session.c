/*
 * session: sign-ins and API keys, each read together with its user in one
 * statement, as every request does.
 */
#include "local.h"

enum rc
session_insert(struct db *db, const struct session_row *s)
{
	struct query *q = db_query(db, SQL_SESSION_INSERT);

	bind_str(q, ":id", s->id);
	bind_str(q, ":user_id", s->user_id);
	bind_str(q, ":user_agent", s->user_agent);
	bind_int(q, ":created_at", s->created_at);
	bind_int(q, ":expires_at", s->expires_at);
	bind_int(q, ":last_used_at", s->last_used_at);
	return run_new(q);
}

static void
session_from(struct query *q, struct session_row *s)
{
	s->id = col_str(q, "id");
	s->user_id = col_str(q, "user_id");
	s->user_agent = col_str(q, "user_agent");
	s->created_at = col_int(q, "created_at");
	s->expires_at = col_int(q, "expires_at");
	s->last_used_at = col_int(q, "last_used_at");
}

enum rc
session_by_id(struct db *db, const char *id, int64_t now,
    struct session_row *session, struct user_row *user)
{
	struct query *q = db_query(db, SQL_SESSION_BY_ID);
	struct session_row s;
	struct user_row u;
	enum rc rc;

	bind_str(q, ":id", id);
	bind_int(q, ":now", now);
	if (row_one(q) == RC_OK) {
		session_from(q, &s);
		user_joined(q, &u);
	}
	if ((rc = db_done(q)) == RC_OK) {
		*session = s;
		*user = u;
	}
	return rc;
}

enum rc
session_list(struct db *db, const char *user_id, int64_t now,
    struct session_row **rows, size_t *len)
{
	struct query *q = db_query(db, SQL_SESSION_LIST);
	struct session_row *list = NULL;
	size_t n = 0, cap = 0;
	enum rc rc;

	bind_str(q, ":user_id", user_id);
	bind_int(q, ":now", now);
	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		session_from(q, &list[n++]);
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}

enum rc
session_delete(struct db *db, const char *user_id, const char *id)
{
	struct query *q = db_query(db, SQL_SESSION_DELETE);

	bind_str(q, ":user_id", user_id);
	bind_str(q, ":id", id);
	return run_found(q);
}

enum rc
session_delete_others(struct db *db, const char *user_id, const char *except)
{
	struct query *q = db_query(db, SQL_SESSION_DELETE_OTHERS);

	bind_str(q, ":user_id", user_id);
	bind_str(q, ":except", except == NULL ? "" : except);
	return db_run(q);
}

enum rc
session_touch(struct db *db, const char *id, int64_t now)
{
	struct query *q = db_query(db, SQL_SESSION_TOUCH);

	bind_str(q, ":id", id);
	bind_int(q, ":now", now);
	return run_found(q);
}

enum rc
session_purge(struct db *db, int64_t expired_before)
{
	return run_purge(db, SQL_SESSION_PURGE, expired_before);
}

enum rc
api_key_insert(struct db *db, const struct api_key_row *k)
{
	struct query *q = db_query(db, SQL_API_KEY_INSERT);

	bind_str(q, ":id", k->id);
	bind_str(q, ":user_id", k->user_id);
	bind_str(q, ":label", k->label);
	bind_str(q, ":scopes", k->scopes);
	bind_str(q, ":key_hash", k->key_hash);
	bind_int(q, ":created_at", k->created_at);
	return run_new(q);
}

static void
api_key_from(struct query *q, struct api_key_row *k)
{
	k->id = col_str(q, "id");
	k->user_id = col_str(q, "user_id");
	k->label = col_str(q, "label");
	k->scopes = col_str(q, "scopes");
	k->key_hash = col_str(q, "key_hash");
	k->created_at = col_int(q, "created_at");
	k->last_used_at = col_int(q, "last_used_at");
}

enum rc
api_key_by_hash(struct db *db, const char *hash, struct api_key_row *key,
    struct user_row *user)
{
	struct query *q = db_query(db, SQL_API_KEY_BY_HASH);
	struct api_key_row k;
	struct user_row u;
	enum rc rc;

	bind_str(q, ":key_hash", hash);
	if (row_one(q) == RC_OK) {
		api_key_from(q, &k);
		user_joined(q, &u);
	}
	if ((rc = db_done(q)) == RC_OK) {
		*key = k;
		*user = u;
	}
	return rc;
}

enum rc
api_key_list(struct db *db, const char *user_id, struct api_key_row **rows,
    size_t *len)
{
	struct query *q = db_query(db, SQL_API_KEY_LIST);
	struct api_key_row *list = NULL;
	size_t n = 0, cap = 0;
	enum rc rc;

	bind_str(q, ":user_id", user_id);
	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		api_key_from(q, &list[n++]);
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}

enum rc
api_key_delete(struct db *db, const char *user_id, const char *id)
{
	struct query *q = db_query(db, SQL_API_KEY_DELETE);

	bind_str(q, ":user_id", user_id);
	bind_str(q, ":id", id);
	return run_found(q);
}

enum rc
api_key_touch(struct db *db, const char *id, int64_t now)
{
	struct query *q = db_query(db, SQL_API_KEY_TOUCH);

	bind_str(q, ":id", id);
	bind_int(q, ":now", now);
	return run_found(q);
}
