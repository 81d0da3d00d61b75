/*
 * People as others see them, and what they do about each other: follow, block.
 * Rooms that this concerns get a job; nobody here talks to LiveKit.
 */
#include "local.h"

#include <string.h>

enum rc
person_named(struct req *req, const char *username, struct user_row *user)
{
	const char *folded, *code;
	enum rc rc = RC_NOT_FOUND;

	if (username_check(req->arena, username, &folded, &code) == RC_OK)
		rc = user_by_name(req->app->db, folded, user);
	if (rc == RC_NOT_FOUND)
		return fail(req, rc, "no_user", NULL, 0);
	return rc;
}

/* Somebody else than the caller. */
static enum rc
other_named(struct req *req, const char *username, struct user_row *user)
{
	enum rc rc = person_named(req, username, user);

	if (rc == RC_OK && strcmp(user->id, req->user->id) == 0)
		return fail(req, RC_CONFLICT, "not_yourself", NULL, 0);
	return rc;
}

/* ---- profile --------------------------------------------------------------- */

/* What the two have to do with each other. */
static enum rc
person_relations(struct req *req, struct person *p)
{
	const char *me = req->user->id, *other = p->user.id;
	struct db *db = req->app->db;
	bool hidden = false;
	enum rc rc = block_exists(db, other, me, &hidden);

	if (rc == RC_OK && hidden)
		return fail(req, RC_NOT_FOUND, "no_user", NULL, 0);
	if (rc == RC_OK)
		rc = block_exists(db, me, other, &p->is_blocked);
	return rc == RC_OK ? follow_exists(db, me, other, &p->is_following) :
	    rc;
}

static enum rc
person_channel(struct app *app, struct person *p)
{
	struct broadcast_row broadcast;
	struct stream_row stream;
	enum rc rc = stream_by_user(app->db, p->user.id, &stream);

	p->has_channel = rc == RC_OK;
	if (rc == RC_OK)
		rc = broadcast_on_air(app->db, p->user.id, clock_ms(),
		    &broadcast);
	p->is_live = rc == RC_OK;
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
person_find(struct req *req, const char *username, struct person *p)
{
	enum rc rc;

	*p = (struct person){ 0 };
	if ((rc = person_named(req, username, &p->user)) != RC_OK)
		return rc;
	if (p->user.is_disabled)
		return fail(req, RC_NOT_FOUND, "no_user", NULL, 0);
	if (req->user != NULL && (rc = person_relations(req, p)) != RC_OK)
		return rc;
	return person_channel(req->app, p);
}

/* ---- following and blocking ------------------------------------------------ */

/* Who may write in the chat of this person has changed. */
static enum rc
followers_changed(struct app *app, const char *user_id)
{
	struct stream_row stream;
	enum rc rc = stream_by_user(app->db, user_id, &stream);

	if (rc == RC_NOT_FOUND ||
	    (rc == RC_OK && !stream.is_chat_followers_only))
		return RC_OK;
	return rc == RC_OK ? enforce_put(app, user_id) : rc;
}

enum rc
person_follow(struct req *req, const char *username)
{
	const char *me = req->user->id;
	struct app *app = req->app;
	struct user_row other;
	bool theirs = false, mine = false;
	enum rc rc = other_named(req, username, &other);

	if (rc == RC_OK && other.is_disabled)
		return fail(req, RC_NOT_FOUND, "no_user", NULL, 0);
	if (rc != RC_OK ||
	    (rc = block_exists(app->db, other.id, me, &theirs)) != RC_OK ||
	    (rc = block_exists(app->db, me, other.id, &mine)) != RC_OK)
		return rc;
	if (theirs)
		return fail(req, RC_FORBIDDEN, "blocked", NULL, 0);
	if (mine)
		return fail_detail(req, RC_CONFLICT, "conflict", NULL,
		    "You block this person; unblock them first.");
	rc = follow_add(app->db, me, other.id, clock_ms());
	return rc == RC_OK ? followers_changed(app, other.id) : rc;
}

enum rc
person_unfollow(struct req *req, const char *username)
{
	struct app *app = req->app;
	struct user_row other;
	enum rc rc = other_named(req, username, &other);

	if (rc == RC_OK)
		rc = follow_remove(app->db, req->user->id, other.id);
	return rc == RC_OK ? followers_changed(app, other.id) : rc;
}

enum rc
person_block(struct req *req, const char *username)
{
	const char *me = req->user->id;
	struct app *app = req->app;
	struct stream_row stream;
	struct user_row other;
	enum rc rc = other_named(req, username, &other);

	if (rc != RC_OK ||
	    (rc = block_add(app->db, me, other.id, clock_ms())) != RC_OK ||
	    (rc = followers_changed(app, other.id)) != RC_OK)
		return rc;
	/* The channel's room whoever is known to be there, others where they are. */
	rc = stream_by_user(app->db, me, &stream);
	if (rc == RC_OK)
		rc = enforce_put(app, me);
	return rc == RC_OK || rc == RC_NOT_FOUND ?
	    enforce_put_person(app, other.id) : rc;
}

enum rc
person_unblock(struct req *req, const char *username)
{
	struct user_row other;
	enum rc rc = other_named(req, username, &other);

	return rc != RC_OK ? rc :
	    block_remove(req->app->db, req->user->id, other.id);
}
