/*
 * Stream keys at LiveKit's ingress.  The rows say which one of a creator is to
 * be there, and whether it is on; settling makes it so and everything else go,
 * whatever was left half done.  One process at a time works at a creator's, so
 * that what is not stored is nobody's; never within a transaction.
 */
#include "local.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JOBS_MOST	16	/* kinds that one room may have */
#define PAGE		100

/* ---- one at a time --------------------------------------------------------- */

/* A byte of one file for each; two who share one only wait for each other.  The
 * kernel lets go of it with the process, however that ends. */
static off_t
lock_place(const char *user_id)
{
	unsigned char digest[32];

	sha256(user_id, strlen(user_id), digest);
	return (off_t)digest[0] << 16 | (off_t)digest[1] << 8 | digest[2];
}

enum rc
ingress_lock(struct app *app, const char *user_id, int *lock)
{
	const char *path = arena_printf(app->arena, "%s/ingress.lock",
	    app->config->state_dir);
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET,
	    .l_start = lock_place(user_id), .l_len = 1 };
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd == -1) {
		log_error("%s: %s", path, strerror(errno));
		return RC_INTERNAL;
	}
	if (fcntl(fd, F_SETLK, &l) == 0) {
		*lock = fd;
		return RC_OK;
	}
	close(fd);
	return RC_CONFLICT;
}

void
ingress_unlock(int lock)
{
	close(lock);
}

/* ---- calls ----------------------------------------------------------------- */

static enum rc
ingress_result(struct app *app, struct req *req, enum lk_err err)
{
	assert(!db_in_tx(app->db));
	if (!livekit_lacks(app, err))
		return livekit_result(app, req, err);
	return req == NULL ? RC_UNSUPPORTED :
	    fail(req, RC_UNSUPPORTED, "ingress_missing", NULL, 0);
}

/* What an encoder is to be told must be there. */
static enum rc
made_whole(struct app *app, struct req *req, const struct lk_ingress *made)
{
	if (made->ingress_id[0] == '\0' || made->stream_key[0] == '\0')
		return livekit_result(app, req, LK_PROTOCOL);
	return made->url[0] != '\0' ? RC_OK : fail_detail(req, RC_UNSUPPORTED,
	    "ingress_missing", NULL, "LiveKit has no address for encoders; "
	    "its operator sets rtmp_base_url and whip_base_url of its ingress "
	    "section. Use another type meanwhile.");
}

enum rc
ingress_create(struct app *app, struct req *req,
    const struct lk_ingress_opts *opts, struct lk_ingress **out)
{
	struct lk_ingress *made;
	enum rc rc = ingress_result(app, req, lk_ingress_create(app->lk, opts,
	    &made));

	if (rc != RC_OK)
		return rc;
	rc = made_whole(app, req, made);
	if (rc == RC_OK)
		*out = made;
	else
		lk_free(made);
	return rc;
}

/* ---- settling -------------------------------------------------------------- */

struct settling {
	struct app		*app;
	struct req		*req;		/* NULL: a job */
	const char		*user_id;
	struct stream_key_row	*keys;		/* of LiveKit's ingress */
	size_t			 keys_len;
	const struct stream_key_row *keeper;	/* the one to be; NULL: none */
	struct lk_ingresses	*there;
	const struct lk_ingress	*kept;		/* the keeper there */
	int64_t			 job_id;	/* pending at the beginning */
	int64_t			 refused_until;
};

enum rc
ingress_job(struct app *app, const char *user_id, int64_t *id)
{
	struct job_row *jobs;
	size_t len;
	enum rc rc = job_due_of(app->db, user_id, INT64_MAX, JOBS_MOST, &jobs,
	    &len);

	*id = 0;
	for (size_t i = 0; rc == RC_OK && i < len; i++)
		if (strcmp(jobs[i].kind, JOB_INGRESS_SETTLE) == 0)
			*id = jobs[i].id;
	return rc;
}

/* Whoever changes a key puts the job anew, and is not talked over. */
enum rc
ingress_settled(struct app *app, const char *user_id, int64_t job_id,
    int64_t again_at)
{
	int64_t pending;
	enum rc rc = ingress_job(app, user_id, &pending);

	if (rc != RC_OK || (pending != 0 && pending != job_id))
		return rc;
	if (again_at != 0)
		return job_room(app, JOB_INGRESS_SETTLE, user_id, again_at);
	return pending == 0 ? RC_OK :
	    job_drop(app->db, JOB_INGRESS_SETTLE, user_id);
}

static enum rc
settle_load(struct settling *s)
{
	struct db *db = s->app->db;
	struct stream_key_row *keys;
	struct stream_row stream;
	size_t len;
	enum rc rc = stream_key_list(db, s->user_id, &keys, &len);

	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < len; i++)
		if (!keys[i].is_own)
			keys[s->keys_len++] = keys[i];
	s->keys = keys;
	rc = stream_by_user(db, s->user_id, &stream);
	if (rc == RC_OK)
		s->refused_until = stream.refused_until;
	if (rc == RC_OK || rc == RC_NOT_FOUND)
		rc = ingress_job(s->app, s->user_id, &s->job_id);
	return rc;
}

static enum rc
settle_list(struct settling *s)
{
	enum rc rc = livekit_ready(s->app, s->req);

	if (rc == RC_OK)
		rc = ingress_result(s->app, s->req, lk_ingress_list(s->app->lk,
		    LK(lk_ingress_filter, .room_name = s->user_id),
		    &s->there));
	if (rc != RC_OK)
		return rc;
	if (livekit_list_whole(s->there->json, "items", s->there->len))
		return RC_OK;
	lk_free(s->there);
	s->there = NULL;
	return livekit_result(s->app, s->req, LK_PROTOCOL);
}

static const struct lk_ingress *
there_by_id(const struct settling *s, const char *id)
{
	for (size_t i = 0; i < s->there->len; i++)
		if (strcmp(s->there->item[i]->ingress_id, id) == 0)
			return s->there->item[i];
	return NULL;
}

/* The next one before the current one, where LiveKit has it. */
static void
settle_choose(struct settling *s)
{
	const struct lk_ingress *in;

	for (size_t i = 0; i < s->keys_len; i++) {
		const struct stream_key_row *key = &s->keys[i];

		in = key->state == KEY_GONE ? NULL :
		    there_by_id(s, key->ingress_id);
		if (in == NULL && key->state != KEY_GONE)
			log_warn("the ingress %s of %s is not at LiveKit any "
			    "more", key->ingress_id, s->user_id);
		if (in == NULL || (s->keeper != NULL &&
		    (s->keeper->state == KEY_NEXT && (key->state != KEY_NEXT ||
		    key->created_at <= s->keeper->created_at))))
			continue;
		s->keeper = key;
		s->kept = in;
	}
}

/* Others of the room: replaced, taken away, or never stored. */
static enum rc
others_delete(struct settling *s)
{
	bool did = false;
	enum lk_err err;
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < s->there->len; i++) {
		const struct lk_ingress *in = s->there->item[i];

		if (in == s->kept || strcmp(in->room_name, s->user_id) != 0)
			continue;
		err = lk_ingress_delete(s->app->lk, in->ingress_id, NULL);
		rc = err == LK_NOT_FOUND ? RC_OK :
		    ingress_result(s->app, s->req, err);
		did = true;
	}
	if (rc == RC_OK && did)
		fail_point("rotate.4");
	return rc;
}

static bool
is_refused(const struct settling *s)
{
	return s->refused_until > clock_ms();
}

static enum rc
keeper_switch(struct settling *s)
{
	bool on, is_on;
	enum rc rc;

	if (s->keeper == NULL)
		return RC_OK;
	on = s->keeper->is_enabled && !is_refused(s);
	is_on = s->kept->enabled != LK_NO;
	if (on == is_on)
		return RC_OK;
	rc = ingress_result(s->app, s->req, lk_ingress_update(s->app->lk,
	    s->keeper->ingress_id, LK(lk_ingress_opts,
	    .enabled = on ? LK_YES : LK_NO), NULL));
	if (rc == RC_OK)
		fail_point("rotate.5");
	return rc;
}

/* Unless it was taken away meanwhile: that has a job of its own. */
static enum rc
keeper_promote(struct settling *s)
{
	struct db *db = s->app->db;
	struct stream_key_row now;
	const char *id = s->keeper->ingress_id;
	enum rc rc = stream_key_by_ingress(db, id, &now);

	if (rc == RC_NOT_FOUND || (rc == RC_OK && now.state != KEY_NEXT))
		return RC_OK;
	if (rc == RC_OK)
		rc = stream_key_by_user(db, s->user_id, &now);
	if (rc == RC_OK)	/* one of ours */
		rc = stream_key_delete(db, now.ingress_id);
	if (rc == RC_OK || rc == RC_NOT_FOUND)
		rc = stream_key_set_state(db, id, KEY_CURRENT);
	return rc == RC_OK ? stream_cut(s->app, s->user_id, clock_ms(),
	    "another stream key") : rc;
}

static enum rc
settle_rows(struct settling *s)
{
	bool later = s->keeper != NULL && s->keeper->is_enabled &&
	    is_refused(s);
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < s->keys_len; i++) {
		if (&s->keys[i] == s->keeper)
			continue;
		rc = stream_key_delete(s->app->db, s->keys[i].ingress_id);
		if (rc == RC_NOT_FOUND)
			rc = RC_OK;
	}
	if (rc == RC_OK && s->keeper != NULL &&
	    s->keeper->state == KEY_NEXT)
		rc = keeper_promote(s);
	return rc == RC_OK ? ingress_settled(s->app, s->user_id, s->job_id,
	    later ? s->refused_until : 0) : rc;
}

static enum rc
settle_write(struct settling *s)
{
	struct db *db = s->app->db;
	bool changes = s->keys_len != (s->keeper != NULL) ||
	    (s->keeper != NULL && s->keeper->state == KEY_NEXT);
	enum rc rc;

	if (!changes && s->job_id == 0 && !is_refused(s))
		return RC_OK;
	if ((rc = db_begin(db, FULL)) != RC_OK)
		return rc;
	rc = db_end(db, settle_rows(s));
	if (rc == RC_OK && changes)
		fail_point("rotate.6");
	return rc;
}

enum rc
ingress_settle(struct app *app, struct req *req, const char *user_id)
{
	struct settling s = { .app = app, .req = req, .user_id = user_id };
	enum rc rc = settle_load(&s);

	if (rc == RC_OK)
		rc = settle_list(&s);
	if (rc == RC_UNSUPPORTED && req == NULL && s.keys_len == 0)
		return RC_OK;	/* nothing of this creator can be there */
	if (rc != RC_OK)
		return rc;
	settle_choose(&s);
	rc = others_delete(&s);
	if (rc == RC_OK)
		rc = keeper_switch(&s);
	if (rc == RC_OK)
		rc = settle_write(&s);
	lk_free(s.there);
	return rc;
}

enum rc
ingress_settle_job(struct app *app, const struct job_row *job)
{
	int lock;
	enum rc rc = ingress_lock(app, job->room_name, &lock);

	if (rc != RC_OK)
		return rc == RC_CONFLICT ? RC_BUSY : rc;
	rc = ingress_settle(app, NULL, job->room_name);
	ingress_unlock(lock);
	return rc;
}

/* ---- a pass ---------------------------------------------------------------- */

static int
id_cmp(const void *a, const void *b)
{
	return strcmp((*(const struct lk_ingress *const *)a)->ingress_id,
	    (*(const struct lk_ingress *const *)b)->ingress_id);
}

/* Looked at closely by the job, unless one is pending anyway. */
static enum rc
settle_put(struct app *app, const char *user_id)
{
	int64_t pending;
	enum rc rc = db_begin(app->db, NORMAL);

	if (rc != RC_OK)
		return rc;
	rc = ingress_job(app, user_id, &pending);
	if (rc == RC_OK && pending == 0)
		rc = job_room(app, JOB_INGRESS_SETTLE, user_id, clock_ms());
	return db_end(app->db, rc);
}

static enum rc
key_compare(struct app *app, const struct stream_key_row *key,
    const struct lk_ingress *in, int64_t at)
{
	struct stream_row stream;
	bool is_on = in != NULL && in->enabled != LK_NO;
	enum rc rc;

	if (in == NULL)		/* or made while LiveKit was asked */
		return key->created_at >= at ? RC_OK :
		    settle_put(app, key->user_id);
	if (is_on == key->is_enabled)
		return RC_OK;
	rc = stream_by_user(app->db, key->user_id, &stream);
	if (rc == RC_OK && !is_on && stream.refused_until > at)
		return RC_OK;
	return rc == RC_OK ? settle_put(app, key->user_id) : rc;
}

static enum rc
keys_compare(struct app *app, const struct lk_ingress **sorted, size_t len,
    int64_t at)
{
	struct stream_key_row *keys;
	const char *after = "";
	size_t n;
	enum rc rc;

	do {
		rc = stream_key_at_livekit(app->db, after, PAGE, &keys, &n);
		for (size_t i = 0; rc == RC_OK && i < n; i++) {
			const struct lk_ingress want = {
			    .ingress_id = keys[i].ingress_id }, *key = &want;
			const struct lk_ingress **found = len == 0 ? NULL :
			    bsearch(&key, sorted, len, sizeof *sorted, id_cmp);

			rc = key_compare(app, &keys[i],
			    found == NULL ? NULL : *found, at);
			after = keys[i].user_id;
		}
	} while (rc == RC_OK && n == PAGE);
	return rc;
}

/* Rooms that are not channels of ours are other people's. */
static enum rc
orphan_look(struct app *app, const struct lk_ingress *in)
{
	struct stream_key_row key;
	struct room_row room;
	enum rc rc;

	if (in->room_name[0] == '\0')
		return RC_OK;
	rc = stream_key_by_ingress(app->db, in->ingress_id, &key);
	if (rc == RC_NOT_FOUND)
		rc = room_by_name(app->db, in->room_name, &room);
	else
		return rc;
	if (rc == RC_NOT_FOUND || (rc == RC_OK && room.kind != KIND_STREAM))
		return RC_OK;
	return rc == RC_OK ? settle_put(app, room.owner_id) : rc;
}

enum rc
ingress_reconcile(struct app *app, const struct lk_ingresses *all, int64_t at)
{
	const struct lk_ingress **sorted = arena_alloc(app->arena,
	    (all->len + 1) * sizeof *sorted);
	enum rc rc = RC_OK;

	for (size_t i = 0; i < all->len; i++)
		sorted[i] = all->item[i];
	qsort(sorted, all->len, sizeof *sorted, id_cmp);
	for (size_t i = 0; rc == RC_OK && i < all->len; i++)
		rc = orphan_look(app, sorted[i]);
	return rc == RC_OK ? keys_compare(app, sorted, all->len, at) : rc;
}
