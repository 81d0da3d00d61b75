/*
 * Stream keys as their creators have them: made, shown, switched, taken away.
 * A key of ours lives in one row and changes in one transaction; one at
 * LiveKit's ingress also lives there, and ingress.c sees that both agree.  The
 * key itself is in the reply to its owner and sealed in its row, nowhere else.
 */
#include "local.h"

#include <string.h>

#define KEY_BYTES	16
#define MAKE_GUARD_MS	(30 * 1000)	/* longer than any call at LiveKit */

/* ---- sealed ---------------------------------------------------------------- */

/* Opened by who first needs it: most programs never read a key. */
static enum rc
seal_ready(struct app *app)
{
	const char *why = "";

	if (app->seal != NULL)
		return RC_OK;
	if (seal_open(app->config->key_file, &app->seal, &why) == RC_OK)
		return RC_OK;
	log_error("key_file: %s", why);
	return RC_INTERNAL;
}

static const char *
bound_of(struct arena *arena, const struct stream_key_row *key)
{
	return arena_printf(arena, "%s\n%s", key->user_id, key->ingress_id);
}

static enum rc
key_seal(struct app *app, struct stream_key_row *key, const char *secret)
{
	char *sealed;
	enum rc rc = seal_close_text(app->seal, app->arena,
	    bound_of(app->arena, key), secret, &sealed);

	if (rc != RC_OK)
		return rc;
	key->key_sealed = sealed;
	key->key_hash = sha256_hex(app->arena, secret, strlen(secret));
	return RC_OK;
}

static enum rc
key_unseal(struct app *app, const struct stream_key_row *key, char **secret)
{
	enum rc rc = seal_ready(app);

	if (rc != RC_OK)
		return rc;
	rc = seal_open_text(app->seal, app->arena, bound_of(app->arena, key),
	    key->key_sealed, secret);
	if (rc != RC_OK)
		log_error("key_file: %s does not open the key of %s; put the "
		    "file back that it was sealed with, or its owner makes "
		    "another", app->config->key_file, key->user_id);
	return rc;
}

/* ---- all of a creator's ---------------------------------------------------- */

enum rc
stream_keys_tell(struct app *app, const char *user_id)
{
	struct stream_key_row *keys;
	bool at_livekit = false;
	size_t len;
	enum rc rc = stream_key_list(app->db, user_id, &keys, &len);

	for (size_t i = 0; rc == RC_OK && i < len; i++)
		at_livekit |= !keys[i].is_own;
	return rc == RC_OK && at_livekit ? job_room(app, JOB_INGRESS_SETTLE,
	    user_id, clock_ms()) : rc;
}

enum rc
stream_key_kill(struct app *app, const char *user_id)
{
	struct stream_key_row *keys;
	size_t len;
	enum rc rc = stream_key_list(app->db, user_id, &keys, &len);

	for (size_t i = 0; rc == RC_OK && i < len; i++)
		rc = keys[i].is_own ?
		    stream_key_delete(app->db, keys[i].ingress_id) :
		    stream_key_set_state(app->db, keys[i].ingress_id, KEY_GONE);
	return rc == RC_OK ? stream_keys_tell(app, user_id) : rc;
}

enum rc
stream_keys_enable(struct app *app, const char *user_id, bool enabled,
    bool *changed)
{
	struct stream_key_row *keys;
	bool any = false;
	size_t len;
	enum rc rc = stream_key_list(app->db, user_id, &keys, &len);

	*changed = false;
	for (size_t i = 0; rc == RC_OK && i < len; i++) {
		if (keys[i].state == KEY_GONE)
			continue;
		any = true;
		if (keys[i].is_enabled == enabled)
			continue;
		*changed = true;
		rc = stream_key_set_enabled(app->db, keys[i].ingress_id,
		    enabled);
	}
	if (rc == RC_OK && *changed)
		rc = stream_keys_tell(app, user_id);
	return rc == RC_OK && !any ? RC_NOT_FOUND : rc;
}

/* ---- made ------------------------------------------------------------------ */

/* A key on its way, and the channel that may come with it. */
struct making {
	struct req		*req;
	struct app		*app;
	bool			 is_create;	/* there must be no channel */
	bool			 is_fresh;	/* there is none */
	struct stream_row	 stream;
	struct room_row		 room;
	struct stream_key_row	 key;
	const char		*secret;
	int64_t			 job_id;
};

static enum rc
stream_there(struct making *m)
{
	return fail(m->req, RC_CONFLICT, "stream_exists", NULL, 0);
}

/* The caller's channel, or one to be made. */
static enum rc
making_look(struct making *m)
{
	const struct user *user = m->req->user;
	struct stream_row there;
	enum rc rc = stream_by_user(m->app->db, user->id, &there);

	m->is_fresh = rc == RC_NOT_FOUND;
	if (rc == RC_OK && m->is_create)
		return stream_there(m);
	if (rc == RC_OK) {
		m->stream = there;
		return room_by_name(m->app->db, user->id, &m->room);
	}
	if (rc != RC_NOT_FOUND)
		return rc;
	if (m->stream.title == NULL)
		m->stream.title = arena_printf(m->req->arena, "%s's stream",
		    user->display_name);
	rc = stream_new(m->req->arena, user->id, &m->stream);
	if (rc == RC_OK)
		stream_room(m->req->arena, &m->stream, &m->room);
	return rc;
}

/* Whose channel is only to be made has no row that could be confirmed. */
static enum rc
making_room(struct making *m)
{
	enum rc rc;

	if (!m->is_fresh)
		return room_ensure(m->app, m->req, &m->room);
	rc = room_make(m->app, m->req, &m->room);
	m->room.confirmed_at = clock_ms();
	return rc;
}

/* While LiveKit was asked, an administrator may have said no. */
static enum rc
making_allowed(struct making *m)
{
	struct user_row user;
	enum rc rc = user_by_id(m->app->db, m->req->user->id, &user);

	if (rc != RC_OK)
		return rc;
	if (user.is_disabled || user.deleted_at != 0)
		return fail(m->req, RC_FORBIDDEN, "account_disabled", NULL, 0);
	return user.is_creator ? RC_OK : fail(m->req, RC_FORBIDDEN,
	    "creator_not_approved", NULL, 0);
}

/* In a transaction: the caller's row and channel, where they lack them. */
static enum rc
making_channel(struct making *m)
{
	struct req *req = m->req;
	struct db *db = m->app->db;
	enum rc rc = RC_OK;

	if (!req->user->has_row)
		rc = user_ensure(db, req->arena, req->user, clock_ms());
	if (rc == RC_OK)
		rc = making_allowed(m);
	if (rc != RC_OK || !m->is_fresh)
		return rc;
	rc = stream_make(m->app, &m->stream);
	if (rc == RC_CONFLICT && m->is_create)
		return stream_there(m);
	if (rc == RC_CONFLICT)	/* made by a request beside this one */
		rc = stream_by_user(db, req->user->id, &m->stream);
	return rc == RC_OK ? room_confirm(db, m->room.name,
	    m->room.confirmed_at) : rc;
}

/* ---- ours ------------------------------------------------------------------ */

static enum rc
own_rows(struct making *m)
{
	const char *user_id = m->key.user_id;
	struct app *app = m->app;
	struct stream_key_row *old;
	size_t len;
	enum rc rc = making_channel(m);

	if (rc == RC_OK)
		rc = stream_key_list(app->db, user_id, &old, &len);
	if (rc == RC_OK)
		rc = stream_key_kill(app, user_id);
	if (rc == RC_OK)
		rc = stream_key_insert(app->db, &m->key);
	if (rc == RC_OK && len > 0)
		rc = stream_cut(app, user_id, clock_ms(), "another stream key");
	return rc;
}

static enum rc
own_make(struct making *m)
{
	struct app *app = m->app;
	char *id, *secret;
	enum rc rc = making_room(m);

	if (rc != RC_OK ||
	    (rc = random_token(app->arena, "ig_", KEY_BYTES, &id)) != RC_OK ||
	    (rc = random_token(app->arena, "sk_", KEY_BYTES, &secret)) !=
	    RC_OK)
		return rc;
	m->secret = secret;
	m->key.ingress_id = id;
	m->key.is_own = true;
	m->key.server_url = arena_printf(app->arena, "%s/whip",
	    app->config->public_url);
	if ((rc = key_seal(app, &m->key, secret)) != RC_OK ||
	    (rc = db_begin(app->db, FULL)) != RC_OK)
		return rc;
	return db_end(app->db, own_rows(m));
}

/* ---- at LiveKit's ingress -------------------------------------------------- */

/*
 * A rotation there, and what a kill at each step of it leaves to the job:
 *	rotate.1	the job is put: nothing
 *	rotate.2	another ingress is made, switched off: it is deleted
 *	rotate.3	it is stored as the next key: it becomes the current one
 *	rotate.4	the old ingress is deleted (ingress_settle from here on)
 *	rotate.5	the new one is switched on
 *	rotate.6	it is the current key
 * A first key has nothing to replace: it is made switched on, and current.
 */

static enum rc
guard_put(struct making *m)
{
	struct app *app = m->app;
	const char *user_id = m->key.user_id;
	enum rc rc = db_begin(app->db, FULL);

	if (rc != RC_OK)
		return rc;
	rc = job_room(app, JOB_INGRESS_SETTLE, user_id,
	    clock_ms() + MAKE_GUARD_MS);
	if (rc == RC_OK)
		rc = ingress_job(app, user_id, &m->job_id);
	rc = db_end(app->db, rc);
	if (rc == RC_OK)
		fail_point("rotate.1");
	return rc;
}

/* It did not come about: what LiveKit has of it goes as soon as may be. */
static void
guard_due(struct making *m)
{
	struct app *app = m->app;
	enum rc rc = db_begin(app->db, FULL);

	if (rc == RC_OK) {
		rc = job_room(app, JOB_INGRESS_SETTLE, m->key.user_id,
		    clock_ms());
		rc = db_end(app->db, rc);
	}
	if (rc != RC_OK)
		log_warn("the stream key of %s is settled in %d s",
		    m->key.user_id, MAKE_GUARD_MS / 1000);
}

static bool
is_refused(const struct making *m)
{
	return m->stream.refused_until > clock_ms();
}

static enum rc
livekit_create(struct making *m, bool first)
{
	const struct user *user = m->req->user;
	struct app *app = m->app;
	const struct token_for who = { .rights.role = ROLE_CREATOR,
	    .avatar_url = user->avatar_url };
	struct lk_ingress *made;
	enum rc rc = ingress_create(app, m->req, LK(lk_ingress_opts,
	    .input = m->key.is_rtmp ? LK_INPUT_RTMP : LK_INPUT_WHIP,
	    .name = user->username, .room_name = user->id,
	    .participant_identity = user->id,
	    .participant_name = user->display_name,
	    .participant_metadata = token_metadata(app, &who, clock_ms()),
	    .enabled = first && !is_refused(m) ? LK_YES : LK_NO), &made);

	if (rc != RC_OK)
		return rc;
	m->key.ingress_id = arena_strdup(app->arena, made->ingress_id);
	m->key.server_url = arena_strdup(app->arena, made->url);
	m->secret = arena_strdup(app->arena, made->stream_key);
	lk_free(made);
	fail_point("rotate.2");
	return key_seal(app, &m->key, m->secret);
}

static enum rc
livekit_rows(struct making *m)
{
	struct app *app = m->app;
	struct stream_key_row old;
	enum rc rc = making_channel(m);

	if (rc != RC_OK)
		return rc;
	rc = stream_key_by_user(app->db, m->key.user_id, &old);
	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	m->key.state = rc == RC_OK ? KEY_NEXT : KEY_CURRENT;
	rc = stream_key_insert(app->db, &m->key);
	if (rc == RC_OK && m->key.state == KEY_CURRENT)
		rc = ingress_settled(app, m->key.user_id, m->job_id,
		    is_refused(m) ? m->stream.refused_until : 0);
	return rc;
}

static enum rc
livekit_store(struct making *m)
{
	struct db *db = m->app->db;
	enum rc rc = db_begin(db, FULL);

	if (rc != RC_OK)
		return rc;
	rc = db_end(db, livekit_rows(m));
	if (rc == RC_OK)
		fail_point("rotate.3");
	return rc;
}

/* From here on the job does the same, should this process not live to. */
static enum rc
livekit_forward(struct making *m)
{
	struct stream_key_row now;
	enum rc rc = ingress_settle(m->app, m->req, m->key.user_id);

	if (rc == RC_OK)
		rc = stream_key_by_user(m->app->db, m->key.user_id, &now);
	/* Taken away, or replaced by one of ours, in the meantime. */
	if (rc == RC_NOT_FOUND || (rc == RC_OK &&
	    strcmp(now.ingress_id, m->key.ingress_id) != 0))
		return fail(m->req, RC_CONFLICT, "key_changing", NULL, 0);
	return rc;
}

static enum rc
livekit_rotate(struct making *m)
{
	struct stream_key_row old;
	enum rc rc = stream_key_by_user(m->app->db, m->key.user_id, &old);
	bool first = rc == RC_NOT_FOUND;

	if ((rc != RC_OK && !first) || (rc = guard_put(m)) != RC_OK)
		return rc;
	rc = livekit_create(m, first);
	if (rc == RC_OK)
		rc = livekit_store(m);
	/* One made for a key that is gone by now is current, and still off. */
	if (rc == RC_OK && (!first || m->key.state == KEY_NEXT))
		rc = livekit_forward(m);
	if (rc != RC_OK)
		guard_due(m);
	return rc;
}

/* What an earlier one left unfinished comes to its end first. */
static enum rc
livekit_make(struct making *m)
{
	int lock;
	enum rc rc = ingress_lock(m->app, m->key.user_id, &lock);

	if (rc == RC_CONFLICT)
		return fail(m->req, rc, "key_changing", NULL, 0);
	if (rc != RC_OK)
		return rc;
	rc = ingress_settle(m->app, m->req, m->key.user_id);
	if (rc == RC_OK)
		rc = making_room(m);
	if (rc == RC_OK)
		rc = livekit_rotate(m);
	ingress_unlock(lock);
	return rc;
}

/* ---- for the owner --------------------------------------------------------- */

static enum rc
making_run(struct making *m, bool rtmp)
{
	const char *user_id = m->req->user->id;
	enum ingress_mode mode = m->app->config->ingress;
	enum rc rc;

	if (rtmp && mode == INGRESS_OWN)
		return fail(m->req, RC_UNSUPPORTED, "rtmp_off", NULL, 0);
	if ((rc = making_look(m)) != RC_OK ||
	    (rc = req_limit(m->req, LIMIT_TOKEN, user_id)) != RC_OK ||
	    (rc = seal_ready(m->app)) != RC_OK ||
	    (rc = livekit_ready(m->app, m->req)) != RC_OK)
		return rc;
	m->key = (struct stream_key_row){ .user_id = user_id,
	    .is_rtmp = rtmp, .is_enabled = true, .created_at = clock_ms() };
	rc = mode == INGRESS_LIVEKIT || rtmp ? livekit_make(m) : own_make(m);
	jobs_run_now(m->app, user_id);
	return rc;
}

enum rc
stream_create(struct req *req, const struct stream_row *wanted, bool rtmp,
    struct stream_row *stream, struct stream_key_row *key, char **secret)
{
	struct making m = { .req = req, .app = req->app, .is_create = true,
	    .stream = *wanted };
	enum rc rc = making_run(&m, rtmp);

	if (rc != RC_OK)
		return rc;
	*stream = m.stream;
	*key = m.key;
	*secret = arena_strdup(req->arena, m.secret);
	return RC_OK;
}

enum rc
stream_key_rotate(struct req *req, bool rtmp, struct stream_key_row *key,
    char **secret)
{
	struct making m = { .req = req, .app = req->app };
	enum rc rc = making_run(&m, rtmp);

	if (rc != RC_OK)
		return rc;
	*key = m.key;
	*secret = arena_strdup(req->arena, m.secret);
	return RC_OK;
}

static enum rc
enable_rows(struct req *req, bool enabled)
{
	struct app *app = req->app;
	bool changed;
	enum rc rc = stream_keys_enable(app, req->user->id, enabled, &changed);

	if (rc == RC_NOT_FOUND)
		return fail(req, rc, "no_stream_key", NULL, 0);
	return rc == RC_OK && changed && !enabled ? stream_cut(app,
	    req->user->id, clock_ms(), "its key was disabled") : rc;
}

enum rc
stream_key_enable(struct req *req, bool enabled)
{
	struct app *app = req->app;
	enum rc rc = db_begin(app->db, FULL);

	if (rc != RC_OK)
		return rc;
	rc = db_end(app->db, enable_rows(req, enabled));
	if (rc == RC_OK)
		jobs_run_now(app, req->user->id);
	return rc;
}

static enum rc
remove_rows(struct req *req)
{
	struct app *app = req->app;
	struct stream_key_row *keys;
	size_t len;
	enum rc rc = stream_key_list(app->db, req->user->id, &keys, &len);

	if (rc == RC_OK && len > 0)
		rc = stream_key_kill(app, req->user->id);
	return rc == RC_OK && len > 0 ? stream_cut(app, req->user->id,
	    clock_ms(), "its key was deleted") : rc;
}

enum rc
stream_key_remove(struct req *req)
{
	struct app *app = req->app;
	enum rc rc = db_begin(app->db, FULL);

	if (rc != RC_OK)
		return rc;
	rc = db_end(app->db, remove_rows(req));
	if (rc == RC_OK)
		jobs_run_now(app, req->user->id);
	return rc;
}

enum rc
stream_key_show(struct req *req, struct stream_key_row *key, char **secret)
{
	struct stream_key_row *keys, *current = NULL;
	size_t len;
	enum rc rc = stream_key_list(req->app->db, req->user->id, &keys, &len);

	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < len; i++) {
		/* The one before may be deleted at LiveKit already. */
		if (keys[i].state == KEY_NEXT)
			return fail(req, RC_CONFLICT, "key_changing", NULL, 0);
		if (keys[i].state == KEY_CURRENT)
			current = &keys[i];
	}
	if (current == NULL)
		return fail(req, RC_NOT_FOUND, "no_stream_key", NULL, 0);
	*key = *current;
	return key_unseal(req->app, current, secret);
}
