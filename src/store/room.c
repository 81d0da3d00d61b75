/*
 * room: rooms that we know, and their sessions at LiveKit.  What a state means
 * for a kind is app's to decide; here over is for ever.
 */
#include <assert.h>
#include <string.h>

#include "local.h"

static const char *const kinds[] = {
	[KIND_SOURCE] = "source", [KIND_LIVE] = "live", [KIND_VOICE] = "voice",
	[KIND_CLASS] = "class", [KIND_STREAM] = "stream",
};
static_assert(sizeof kinds / sizeof *kinds == KIND_MAX, "a name per kind");

static const char *const states[] = {
	[ROOM_STARTING] = "starting", [ROOM_OPEN] = "open",
	[ROOM_OVER] = "over",
};

const char *
kind_name(enum kind kind)
{
	return kinds[kind];
}

int
word_index(const char *const *words, int len, const char *word)
{
	int i = 0;

	while (i < len - 1 && strcmp(words[i], word) != 0)
		i++;
	return i;
}

enum rc
room_insert(struct db *db, const struct room_row *r)
{
	struct query *q = db_query(db, SQL_ROOM_INSERT);

	bind_str(q, ":name", r->name);
	bind_str(q, ":kind", kinds[r->kind]);
	bind_str(q, ":owner_id", r->owner_id);
	bind_str(q, ":state", states[r->state]);
	bind_str(q, ":metadata", r->metadata == NULL ? "" : r->metadata);
	bind_time(q, ":confirmed_at", r->confirmed_at);
	bind_str(q, ":display_name", r->display_name);
	bind_time(q, ":lapses_at", r->lapses_at);
	bind_int(q, ":created_at", r->created_at);
	bind_time(q, ":ended_at", r->ended_at);
	return run_new(q);
}

void
room_from(struct query *q, struct room_row *r)
{
	r->name = col_str(q, "name");
	r->kind = (enum kind)word_index(kinds, KIND_MAX, col_str(q, "kind"));
	r->owner_id = col_str(q, "owner_id");
	r->state = (enum room_state)word_index(states, 3,
	    col_str(q, "state"));
	r->metadata = col_str(q, "metadata");
	r->confirmed_at = col_int(q, "confirmed_at");
	r->display_name = col_str(q, "display_name");
	r->lapses_at = col_int(q, "lapses_at");
	r->people = col_int(q, "people_count");
	r->created_at = col_int(q, "created_at");
	r->ended_at = col_int(q, "ended_at");
}

enum rc
room_by_name(struct db *db, const char *name, struct room_row *out)
{
	struct query *q = db_query(db, SQL_ROOM_BY_NAME);
	struct room_row r;
	enum rc rc;

	bind_str(q, ":name", name);
	if (row_one(q) == RC_OK)
		room_from(q, &r);
	if ((rc = db_done(q)) == RC_OK)
		*out = r;
	return rc;
}

enum rc
room_set_state(struct db *db, const char *name, enum room_state state,
    int64_t ended_at)
{
	struct query *q = db_query(db, SQL_ROOM_SET_STATE);
	struct room_row now;
	enum rc rc;

	bind_str(q, ":name", name);
	bind_str(q, ":state", states[state]);
	bind_int(q, ":ended_at", ended_at);
	if ((rc = run_found(q)) != RC_NOT_FOUND)
		return rc;
	if ((rc = room_by_name(db, name, &now)) != RC_OK)
		return rc;
	return state == ROOM_OVER ? RC_OK : RC_CONFLICT;
}

enum rc
room_confirm(struct db *db, const char *name, int64_t at)
{
	struct query *q = db_query(db, SQL_ROOM_CONFIRM);

	bind_str(q, ":name", name);
	bind_time(q, ":at", at);
	return run_found(q);
}

enum rc
room_set_presence(struct db *db, const char *name, int64_t people,
    int64_t lapses_at)
{
	struct query *q = db_query(db, SQL_ROOM_SET_PRESENCE);

	bind_str(q, ":name", name);
	bind_int(q, ":people", people);
	bind_time(q, ":lapses_at", lapses_at);
	return run_found(q);
}

static enum rc
room_rows(struct db *db, struct query *q, struct room_row **rows, size_t *len)
{
	struct room_row *list = NULL;
	size_t n = 0, cap = 0;
	enum rc rc;

	while (db_row(q)) {
		list = rows_grow(db, list, n, &cap, sizeof *list);
		room_from(q, &list[n++]);
	}
	if ((rc = db_done(q)) == RC_OK) {
		*rows = list;
		*len = n;
	}
	return rc;
}

enum rc
room_lapsed(struct db *db, int64_t now, int64_t limit, struct room_row **rows,
    size_t *len)
{
	struct query *q = db_query(db, SQL_ROOM_LAPSED);

	bind_int(q, ":now", now);
	bind_int(q, ":limit", limit);
	return room_rows(db, q, rows, len);
}

enum rc
room_lapse_next(struct db *db, int64_t *at)
{
	struct query *q = db_query(db, SQL_ROOM_LAPSE_NEXT);
	int64_t next = 0;
	enum rc rc;

	if (row_one(q) == RC_OK)
		next = col_int(q, "at");
	if ((rc = db_done(q)) == RC_OK)
		*at = next;
	return rc;
}

enum rc
room_by_owner(struct db *db, const char *owner_id, enum kind kind,
    struct room_row **rows, size_t *len)
{
	struct query *q = db_query(db, SQL_ROOM_BY_OWNER);

	bind_str(q, ":owner_id", owner_id);
	bind_str(q, ":kind", kinds[kind]);
	return room_rows(db, q, rows, len);
}

enum rc
room_ended_by(struct db *db, const char *name, int64_t at)
{
	struct query *q = db_query(db, SQL_ROOM_ENDED_BY);

	bind_str(q, ":name", name);
	bind_int(q, ":at", at);
	return db_run(q);
}

enum rc
room_discard(struct db *db, const char *name)
{
	struct query *q = db_query(db, SQL_ROOM_DISCARD);

	bind_str(q, ":name", name);
	return run_found(q);
}

enum rc
room_names(struct db *db, enum room_state state, const char *after,
    int64_t limit, const char ***names, size_t *len)
{
	struct query *q = db_query(db, SQL_ROOM_NAMES);

	bind_str(q, ":state", states[state]);
	bind_str(q, ":after", after == NULL ? "" : after);
	bind_int(q, ":limit", limit);
	return names_read(db, q, "name", names, len);
}

static enum rc
session_at(struct db *db, enum sql_id id, const char *sid, const char *room,
    int64_t at)
{
	struct query *q = db_query(db, id);

	bind_str(q, ":sid", sid);
	bind_str(q, ":room", room);
	bind_int(q, ":at", at);
	return db_run(q);
}

enum rc
room_session_started(struct db *db, const char *sid, const char *room,
    int64_t at)
{
	return session_at(db, SQL_ROOM_SESSION_STARTED, sid, room, at);
}

enum rc
room_session_finished(struct db *db, const char *sid, const char *room,
    int64_t at)
{
	enum rc rc;

	rc = session_at(db, SQL_ROOM_SESSION_FINISHED, sid, room, at);
	if (rc == RC_OK)
		rc = session_at(db, SQL_ROOM_SESSION_CLOSE, sid, room, at);
	return rc;
}

enum rc
room_session_now(struct db *db, const char *room, const char **sid)
{
	struct query *q = db_query(db, SQL_ROOM_SESSION_NOW);
	const char *found = NULL;
	enum rc rc;

	bind_str(q, ":room", room);
	if (row_one(q) == RC_OK)
		found = col_str(q, "sid");
	if ((rc = db_done(q)) == RC_OK)
		*sid = found;
	return rc;
}
