/*
 * One look at LiveKit's rooms and participants, and what of ours does not agree
 * with them.  Looks first, outside any transaction; then writes what it found.
 * What was made while it looked is left for the next pass.
 */
#include "local.h"

#include <stdlib.h>
#include <string.h>

#define NAMES_BATCH	500
#define KEYS_BATCH	100
#define WRITE_BATCH	50	/* rooms in one transaction */

struct pass {
	struct app	*app;
	int64_t		 started_at;
	const char	**there;	/* names at LiveKit, sorted */
	size_t		 there_len;
	struct finding	 found[WRITE_BATCH];
	size_t		 found_len;
};

static int
name_cmp(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
is_there(const struct pass *p, const char *name)
{
	return p->there_len != 0 && bsearch(&name, p->there, p->there_len,
	    sizeof *p->there, name_cmp) != NULL;
}

/* ---- writing ------------------------------------------------------------- */

static enum rc
found_write(struct pass *p)
{
	struct app *app = p->app;
	bool got = true;
	enum rc rc = RC_OK;

	if (p->found_len == 0)
		return RC_OK;
	if ((rc = db_begin(app->db, NORMAL)) != RC_OK)
		return rc;
	for (size_t i = 0; i < p->found_len && rc == RC_OK; i++)
		rc = finding_write(app, &p->found[i]);
	rc = db_end(app->db, rc);
	p->found_len = 0;
	/* Long passes must not lose the lease under way. */
	if (rc == RC_OK)
		rc = lease_hold(app, &got);
	return rc == RC_OK && !got ? RC_BUSY : rc;
}

static enum rc
found_add(struct pass *p, const struct finding *f)
{
	p->found[p->found_len++] = *f;
	return p->found_len == WRITE_BATCH ? found_write(p) : RC_OK;
}

static enum rc
found_look(struct pass *p, const struct room_row *room,
    const struct lk_room *there)
{
	struct finding f;
	enum rc rc = room_look(p->app, room, there, &f);

	return rc == RC_OK ? found_add(p, &f) : rc;
}

/* ---- the pass ------------------------------------------------------------ */

/* A room at LiveKit, by what we know of its name. */
static enum rc
there_look(struct pass *p, const struct lk_room *there)
{
	struct app *app = p->app;
	struct room_row room;
	enum rc rc = room_by_name(app->db, there->name, &room);

	if (rc == RC_NOT_FOUND && app->config->livekit_exclusive) {
		log_info("room %s at LiveKit is nobody's: deleted",
		    there->name);
		return room_remove(app, there->name);
	}
	if (rc == RC_NOT_FOUND)
		return RC_OK;
	if (rc != RC_OK || room.state == ROOM_STARTING)
		return rc;
	if (room.state == ROOM_OVER)
		return room_remove(app, there->name);
	return found_look(p, &room, there);
}

static enum rc
listed_look(struct pass *p, const struct lk_rooms *rooms)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; i < rooms->len && rc == RC_OK; i++)
		rc = there_look(p, rooms->item[i]);
	return rc;
}

/* Rooms made while we looked are not gone. */
static enum rc
vanished_look(struct pass *p, const char *name)
{
	struct room_row room;
	struct presence_row *rows;
	size_t len;
	enum rc rc = room_by_name(p->app->db, name, &room);

	if (rc != RC_OK || room.created_at >= p->started_at ||
	    room.confirmed_at >= p->started_at)
		return rc;
	rc = presence_open(p->app->db, name, &rows, &len);
	/* Of a room that would end by itself with nobody there it is told. */
	if (rc != RC_OK || (len == 0 && room.confirmed_at == 0 &&
	    (room.kind != KIND_SOURCE || room.lapses_at != 0)))
		return rc;
	return found_look(p, &room, NULL);
}

/* An encoder at LiveKit may come at any time and finds its room or nothing. */
static enum rc
key_look(struct pass *p, const char *user_id)
{
	struct stream_key_row key;
	struct room_row room;
	enum rc rc = stream_key_by_user(p->app->db, user_id, &key);

	if (rc == RC_OK && (key.is_own || !key.is_enabled))
		return RC_OK;
	if (rc == RC_OK)
		rc = room_by_name(p->app->db, user_id, &room);
	if (rc != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	room.confirmed_at = 0;	/* whatever it says: we have just looked */
	return room_ensure(p->app, NULL, &room);
}

static void
there_sort(struct pass *p, const struct lk_rooms *rooms)
{
	p->there = arena_alloc(p->app->arena,
	    (rooms->len + 1) * sizeof *p->there);
	p->there_len = rooms->len;
	for (size_t i = 0; i < rooms->len; i++)
		p->there[i] = rooms->item[i]->name;
	qsort(p->there, p->there_len, sizeof *p->there, name_cmp);
}

/* The open rooms of ours by name; all: LiveKit's whole list, if it was had. */
static enum rc
open_look(struct pass *p, struct lk_rooms *all)
{
	struct app *app = p->app;
	struct lk_rooms *some = NULL;
	const char **names, *after = "";
	size_t len;
	enum rc rc;

	do {
		rc = room_names(app->db, ROOM_OPEN, after, NAMES_BATCH, &names,
		    &len);
		if (rc == RC_OK && all == NULL && len > 0) {
			rc = livekit_rooms(app, names, len, &some);
			if (rc != RC_OK)
				break;
			there_sort(p, some);
			rc = listed_look(p, some);
		}
		for (size_t i = 0; i < len && rc == RC_OK; i++)
			if (!is_there(p, names[i]))
				rc = vanished_look(p, names[i]);
		if (rc == RC_OK && len > 0)
			after = names[len - 1];
		if (rc == RC_OK)
			rc = found_write(p);
		lk_free(some);
		some = NULL;
	} while (rc == RC_OK && len == NAMES_BATCH);
	return rc;
}

static enum rc
keys_batch(struct pass *p, const struct stream_key_row *keys, size_t len,
    bool have_all)
{
	const char *names[KEYS_BATCH];
	struct lk_rooms *some = NULL;
	bool got = true;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < len; i++)
		names[i] = keys[i].user_id;
	if (!have_all) {
		rc = livekit_rooms(p->app, names, len, &some);
		if (rc != RC_OK)
			return rc;
		there_sort(p, some);
	}
	for (size_t i = 0; i < len && rc == RC_OK; i++)
		if (!is_there(p, names[i]))
			rc = key_look(p, names[i]);
	lk_free(some);
	if (rc == RC_OK)
		rc = lease_hold(p->app, &got);
	return rc == RC_OK && !got ? RC_BUSY : rc;
}

static enum rc
keys_look(struct pass *p, bool have_all)
{
	struct stream_key_row *keys;
	const char *after = "";
	size_t len;
	enum rc rc;

	do {
		rc = stream_key_at_livekit(p->app->db, after, KEYS_BATCH,
		    &keys, &len);
		if (rc == RC_OK && len > 0 && after[0] == '\0')
			rc = runs_look(p->app);
		if (rc == RC_OK && len > 0) {
			rc = keys_batch(p, keys, len, have_all);
			after = keys[len - 1].user_id;
		}
	} while (rc == RC_OK && len == KEYS_BATCH);
	return rc;
}

enum rc
reconcile(struct app *app)
{
	struct lk_rooms *all = NULL;
	struct pass p = { .app = app, .started_at = clock_ms() };
	enum rc rc = livekit_ready(app, NULL);

	if (rc != RC_OK)	/* none: nothing to agree with */
		return rc == RC_UNSUPPORTED ? RC_OK : rc;
	/* Others may have more rooms there than a reply may hold; then ours are
	 * asked for by name, and old ones are left to webhooks. */
	rc = livekit_rooms(app, NULL, 0, &all);
	if (rc != RC_OK && lk_client_error(app->lk)->err == LK_TOO_BIG)
		rc = RC_OK;
	if (rc == RC_OK && all != NULL) {
		there_sort(&p, all);
		rc = listed_look(&p, all);
	}
	if (rc == RC_OK)
		rc = open_look(&p, all);
	if (rc == RC_OK)
		rc = keys_look(&p, all != NULL);
	lk_free(all);
	return rc == RC_OK ? egress_look(app) : rc;
}
