/*
 * stream: channels as their creators own them, and what a creator publishes.
 * How others see them is in channel.c.
 */
#include "local.h"

static void
bind_info(struct query *q, const struct stream_row *s)
{
	bind_str(q, ":user_id", s->user_id);
	bind_str(q, ":title", s->title);
	bind_str(q, ":description", s->description);
	bind_str(q, ":thumbnail", s->thumbnail);
}

static void
bind_chat(struct query *q, const struct stream_row *s)
{
	bind_str(q, ":user_id", s->user_id);
	bind_int(q, ":is_chat_enabled", s->is_chat_enabled);
	bind_int(q, ":is_chat_delayed", s->is_chat_delayed);
	bind_int(q, ":is_chat_followers_only", s->is_chat_followers_only);
	bind_int(q, ":chat_delay_seconds", s->chat_delay_seconds);
}

enum rc
stream_insert(struct db *db, const struct stream_row *s)
{
	struct query *q = db_query(db, SQL_STREAM_INSERT);

	bind_str(q, ":id", s->id);
	bind_info(q, s);
	bind_chat(q, s);
	bind_time(q, ":refused_until", s->refused_until);
	bind_time(q, ":last_live_at", s->last_live_at);
	bind_int(q, ":created_at", s->created_at);
	return run_new(q);
}

void
stream_from(struct query *q, struct stream_row *s)
{
	s->id = col_str(q, "id");
	s->user_id = col_str(q, "user_id");
	s->title = col_str(q, "title");
	s->description = col_str(q, "description");
	s->thumbnail = col_str(q, "thumbnail");
	s->is_chat_enabled = col_int(q, "is_chat_enabled") != 0;
	s->is_chat_delayed = col_int(q, "is_chat_delayed") != 0;
	s->is_chat_followers_only = col_int(q, "is_chat_followers_only") != 0;
	s->chat_delay_seconds = col_int(q, "chat_delay_seconds");
	s->refused_until = col_int(q, "refused_until");
	s->last_live_at = col_int(q, "last_live_at");
	s->created_at = col_int(q, "created_at");
}

enum rc
stream_by_user(struct db *db, const char *user_id, struct stream_row *out)
{
	struct query *q = db_query(db, SQL_STREAM_BY_USER);
	struct stream_row s;
	enum rc rc;

	bind_str(q, ":user_id", user_id);
	if (row_one(q) == RC_OK)
		stream_from(q, &s);
	if ((rc = db_done(q)) == RC_OK)
		*out = s;
	return rc;
}

enum rc
stream_set_info(struct db *db, const struct stream_row *s)
{
	struct query *q = db_query(db, SQL_STREAM_SET_INFO);
	enum rc rc;

	bind_info(q, s);
	if ((rc = run_found(q)) != RC_OK)
		return rc;
	q = db_query(db, SQL_BROADCAST_SET_TITLE);
	bind_str(q, ":user_id", s->user_id);
	bind_str(q, ":title", s->title);
	return db_run(q);
}

enum rc
stream_set_chat(struct db *db, const struct stream_row *s)
{
	struct query *q = db_query(db, SQL_STREAM_SET_CHAT);

	bind_chat(q, s);
	return run_found(q);
}

enum rc
stream_set_refused(struct db *db, const char *user_id, int64_t until)
{
	struct query *q = db_query(db, SQL_STREAM_SET_REFUSED);

	bind_str(q, ":user_id", user_id);
	bind_time(q, ":until", until);
	return run_found(q);
}

enum rc
stream_blank(struct db *db, const char *user_id)
{
	struct query *q = db_query(db, SQL_STREAM_BLANK);
	enum rc rc;

	bind_str(q, ":user_id", user_id);
	if ((rc = run_found(q)) != RC_OK)
		return rc;
	q = db_query(db, SQL_BROADCAST_BLANK);
	bind_str(q, ":user_id", user_id);
	return db_run(q);
}
