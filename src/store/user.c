/*
 * user: accounts.  Whether a name or a password may be had is auth's business.
 */
#include <string.h>

#include "local.h"

void
user_from(struct query *q, struct user_row *u)
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
	u->creator_asked_at = col_int(q, "creator_asked_at");
	u->is_creator_refused = col_int(q, "is_creator_refused") != 0;
	u->follower_count = col_int(q, "follower_count");
	u->following_count = col_int(q, "following_count");
}

void
user_joined(struct query *q, struct user_row *u)
{
	*u = (struct user_row){ .id = col_str(q, "user_id") };
	u->username = col_str(q, "username");
	u->display_name = col_str(q, "display_name");
	u->avatar_url = col_str(q, "avatar_url");
	u->password_hash = col_str(q, "password_hash");
	u->is_creator = col_int(q, "is_creator") != 0;
	u->is_admin = col_int(q, "is_admin") != 0;
	u->is_disabled = col_int(q, "is_disabled") != 0;
	u->created_at = col_int(q, "user_created_at");
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
		user_from(q, &u);
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
user_set_creator(struct db *db, const char *id, bool is_creator,
    bool is_refused, int64_t asked_at)
{
	struct query *q = db_query(db, SQL_USER_SET_CREATOR);

	bind_str(q, ":id", id);
	bind_int(q, ":is_creator", is_creator);
	bind_int(q, ":is_refused", is_refused);
	bind_time(q, ":asked_at", asked_at);
	return run_found(q);
}

/* Statements that know nothing but the user, one after another. */
static enum rc
user_each(struct db *db, const char *id, const enum sql_id *ids, size_t len)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < len; i++) {
		struct query *q = db_query(db, ids[i]);

		bind_str(q, ":id", id);
		rc = db_run(q);
	}
	return rc;
}

enum rc
user_sign_out(struct db *db, const char *id)
{
	static const enum sql_id what[] = { SQL_USER_DELETE_SESSIONS,
	    SQL_USER_DELETE_KEYS };

	return user_each(db, id, what, sizeof what / sizeof *what);
}

enum rc
user_erase(struct db *db, const char *id, int64_t now)
{
	static const enum sql_id also[] = { SQL_USER_DELETE_SESSIONS,
	    SQL_USER_DELETE_KEYS, SQL_USER_ERASE_MESSAGES,
	    SQL_USER_ERASE_FOLLOWED, SQL_USER_ERASE_FOLLOWERS,
	    SQL_USER_ERASE_FOLLOWS, SQL_USER_ERASE_BLOCKS,
	    SQL_USER_ERASE_MEMBERS, SQL_USER_ERASE_WORKSPACES,
	    SQL_METRIC_ERASE };
	struct query *q = db_query(db, SQL_USER_ERASE);
	enum rc rc;

	bind_str(q, ":id", id);
	bind_int(q, ":now", now);
	rc = run_found(q);
	return rc != RC_OK ? rc :
	    user_each(db, id, also, sizeof also / sizeof *also);
}

static enum rc
user_page(struct db *db, struct query *q, int64_t limit,
    struct user_row **rows, size_t *len)
{
	struct user_row *list = NULL;
	size_t n = 0, cap = 0;
	enum rc rc;

	bind_int(q, ":limit", limit);
	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		user_from(q, &list[n++]);
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}

enum rc
user_list(struct db *db, const char *after, int64_t limit,
    struct user_row **rows, size_t *len)
{
	struct query *q = db_query(db, SQL_USER_LIST);

	bind_str(q, ":after", after == NULL ? "" : after);
	return user_page(db, q, limit, rows, len);
}

enum rc
user_list_asking(struct db *db, int64_t after_asked, const char *after_name,
    int64_t limit, struct user_row **rows, size_t *len)
{
	struct query *q = db_query(db, SQL_USER_LIST_ASKING);

	bind_int(q, ":after_asked", after_asked);
	bind_str(q, ":after_name", after_name);
	return user_page(db, q, limit, rows, len);
}

enum rc
user_search(struct db *db, const char *prefix, const char *after,
    const char *viewer_id, int64_t limit, struct user_row **rows, size_t *len)
{
	struct query *q = db_query(db, SQL_USER_SEARCH);

	if (after == NULL)
		after = "";
	/* The index is entered where the page begins, not where the names do. */
	bind_str(q, ":first", strcmp(after, prefix) > 0 ? after : prefix);
	/* Behind all that go on after the prefix: U+10FFFF. */
	bind_str(q, ":end", arena_printf(db->arena, "%s\xf4\x8f\xbf\xbf",
	    prefix));
	bind_str(q, ":after", after);
	bind_str(q, ":viewer_id", viewer_id);
	return user_page(db, q, limit, rows, len);
}
