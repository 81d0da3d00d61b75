/*
 * stream_key: what encoders come with, sealed; the key itself is never here.
 * The order of a rotation is app's.
 */
#include "local.h"

static const char *const states[] = {
	[KEY_CURRENT] = "current", [KEY_NEXT] = "next", [KEY_GONE] = "gone",
};

static const char *const types[] = { "WHIP", "RTMP" };

enum rc
stream_key_insert(struct db *db, const struct stream_key_row *k)
{
	struct query *q = db_query(db, SQL_STREAM_KEY_INSERT);

	bind_str(q, ":ingress_id", k->ingress_id);
	bind_str(q, ":user_id", k->user_id);
	bind_str(q, ":state", states[k->state]);
	bind_str(q, ":type", types[k->is_rtmp]);
	bind_int(q, ":is_own", k->is_own);
	bind_str(q, ":server_url", k->server_url);
	bind_str(q, ":key_sealed", k->key_sealed);
	bind_str(q, ":key_hash", k->key_hash);
	bind_int(q, ":is_enabled", k->is_enabled);
	bind_time(q, ":run_started_at", k->run_started_at);
	bind_time(q, ":run_ended_at", k->run_ended_at);
	bind_int(q, ":created_at", k->created_at);
	bind_time(q, ":last_used_at", k->last_used_at);
	return run_new(q);
}

static void
stream_key_from(struct query *q, struct stream_key_row *k)
{
	k->ingress_id = col_str(q, "ingress_id");
	k->user_id = col_str(q, "user_id");
	k->state = (enum key_state)word_index(states, 3, col_str(q, "state"));
	k->is_rtmp = word_index(types, 2, col_str(q, "type")) == 1;
	k->is_own = col_int(q, "is_own") != 0;
	k->server_url = col_str(q, "server_url");
	k->key_sealed = col_str(q, "key_sealed");
	k->key_hash = col_str(q, "key_hash");
	k->is_enabled = col_int(q, "is_enabled") != 0;
	k->run_started_at = col_int(q, "run_started_at");
	k->run_ended_at = col_int(q, "run_ended_at");
	k->created_at = col_int(q, "created_at");
	k->last_used_at = col_int(q, "last_used_at");
}

static enum rc
stream_key_one(struct db *db, enum sql_id id, const char *name,
    const char *value, struct stream_key_row *out)
{
	struct query *q = db_query(db, id);
	struct stream_key_row k;
	enum rc rc;

	bind_str(q, name, value);
	if (row_one(q) == RC_OK)
		stream_key_from(q, &k);
	if ((rc = db_done(q)) == RC_OK)
		*out = k;
	return rc;
}

enum rc
stream_key_by_user(struct db *db, const char *user_id,
    struct stream_key_row *out)
{
	return stream_key_one(db, SQL_STREAM_KEY_BY_USER, ":user_id", user_id,
	    out);
}

enum rc
stream_key_any(struct db *db, bool *yes)
{
	return row_any(db_query(db, SQL_STREAM_KEY_ANY), yes);
}

enum rc
stream_key_by_hash(struct db *db, const char *key_hash,
    struct stream_key_row *out)
{
	return stream_key_one(db, SQL_STREAM_KEY_BY_HASH, ":key_hash",
	    key_hash, out);
}

enum rc
stream_key_by_ingress(struct db *db, const char *ingress_id,
    struct stream_key_row *out)
{
	return stream_key_one(db, SQL_STREAM_KEY_BY_INGRESS, ":ingress_id",
	    ingress_id, out);
}

static enum rc
stream_key_rows(struct db *db, struct query *q, struct stream_key_row **rows,
    size_t *len)
{
	struct stream_key_row *list = NULL;
	size_t n = 0, cap = 0;
	enum rc rc;

	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		stream_key_from(q, &list[n++]);
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}

enum rc
stream_key_list(struct db *db, const char *user_id,
    struct stream_key_row **rows, size_t *len)
{
	struct query *q = db_query(db, SQL_STREAM_KEY_LIST);

	bind_str(q, ":user_id", user_id);
	return stream_key_rows(db, q, rows, len);
}

enum rc
stream_key_at_livekit(struct db *db, const char *after_user, int64_t limit,
    struct stream_key_row **rows, size_t *len)
{
	struct query *q = db_query(db, SQL_STREAM_KEY_AT_LIVEKIT);

	bind_str(q, ":after", after_user == NULL ? "" : after_user);
	bind_int(q, ":limit", limit);
	return stream_key_rows(db, q, rows, len);
}

enum rc
stream_key_set_state(struct db *db, const char *ingress_id,
    enum key_state state)
{
	struct query *q = db_query(db, SQL_STREAM_KEY_SET_STATE);

	bind_str(q, ":ingress_id", ingress_id);
	bind_str(q, ":state", states[state]);
	return run_found(q);
}

/* One number of one key. */
static enum rc
stream_key_set(struct db *db, enum sql_id id, const char *ingress_id,
    const char *name, int64_t value)
{
	struct query *q = db_query(db, id);

	bind_str(q, ":ingress_id", ingress_id);
	bind_int(q, name, value);
	return run_found(q);
}

enum rc
stream_key_set_enabled(struct db *db, const char *ingress_id, bool enabled)
{
	return stream_key_set(db, SQL_STREAM_KEY_SET_ENABLED, ingress_id,
	    ":is_enabled", enabled);
}

enum rc
stream_key_touch(struct db *db, const char *ingress_id, int64_t now)
{
	return stream_key_set(db, SQL_STREAM_KEY_TOUCH, ingress_id, ":now",
	    now);
}

enum rc
stream_key_run_started(struct db *db, const char *ingress_id,
    int64_t started_at)
{
	return stream_key_set(db, SQL_STREAM_KEY_RUN_STARTED, ingress_id,
	    ":started_at", started_at);
}

enum rc
stream_key_run_ended(struct db *db, const char *ingress_id,
    int64_t started_at_or_before)
{
	return stream_key_set(db, SQL_STREAM_KEY_RUN_ENDED, ingress_id,
	    ":started_at", started_at_or_before);
}

enum rc
stream_key_delete(struct db *db, const char *ingress_id)
{
	struct query *q = db_query(db, SQL_STREAM_KEY_DELETE);

	bind_str(q, ":ingress_id", ingress_id);
	return run_found(q);
}
