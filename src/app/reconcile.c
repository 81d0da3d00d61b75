/*
 * One look at LiveKit's rooms and participants, and what of ours does not agree
 * with them.  Looks first, outside any transaction; then writes what it found.
 * What was made while it looked is left for the next pass.
 */
#include "local.h"

#include <stdlib.h>
#include <string.h>

#define NAMES_BATCH	500
#define WRITE_BATCH	50	/* rooms in one transaction */
#define YOUNG_MS	5000	/* LiveKit's own lists lag behind so much */

/* What the look at one room of ours found. */
struct finding {
	const char		*room;
	bool			 there;
	const struct presence_row *merge;
	size_t			 merge_len;
	int64_t			 at;
};

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
finding_write(struct app *app, const struct finding *f)
{
	struct room_row room;
	enum rc rc = room_by_name(app->db, f->room, &room);

	for (size_t i = 0; i < f->merge_len && rc == RC_OK; i++)
		rc = presence_merge(app->db, &f->merge[i]);
	if (rc == RC_OK && f->there)
		rc = room_seen(app, &room, f->at);
	else if (rc == RC_OK && room.confirmed_at != 0 &&
	    room.confirmed_at < f->at)
		rc = room_confirm(app->db, f->room, 0);
	if (rc == RC_OK && room.kind == KIND_LIVE)
		rc = live_recount(app, f->room, f->at);
	return rc;
}

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

/* ---- looking at one room ------------------------------------------------- */

static const struct lk_participant *
participant_by_sid(const struct lk_participants *all, const char *sid)
{
	for (size_t i = 0; i < all->len; i++)
		if (strcmp(all->item[i]->sid, sid) == 0)
			return all->item[i];
	return NULL;
}

static bool
row_by_sid(const struct presence_row *rows, size_t len, const char *sid)
{
	for (size_t i = 0; i < len; i++)
		if (strcmp(rows[i].sid, sid) == 0)
			return true;
	return false;
}

/* LiveKit's list does not live as long as the finding. */
static struct presence_row
row_of(struct arena *arena, const char *room, const char *room_sid,
    const struct lk_participant *p, int64_t at)
{
	return (struct presence_row){ .sid = arena_strdup(arena, p->sid),
	    .room_name = room, .room_sid = room_sid,
	    .identity = arena_strdup(arena, p->identity),
	    .name = arena_strdup(arena, p->name), .lk_kind = (int)p->kind, .is_hidden = p->permission != NULL &&
	    p->permission->hidden,
	    .joined_at = p->joined_at_ms != 0 ? p->joined_at_ms : at };
}

/* Rows of ours that LiveKit does not list, and the other way round. */
static void
compare(struct pass *p, struct finding *f, const char *room_sid,
    const struct presence_row *rows, size_t len,
    const struct lk_participants *all)
{
	size_t most = len + (all == NULL ? 0 : all->len);
	struct presence_row *merge = most == 0 ? NULL :
	    arena_alloc(p->app->arena, most * sizeof *merge);

	for (size_t i = 0; i < len; i++) {
		if ((all != NULL && participant_by_sid(all, rows[i].sid)) ||
		    rows[i].joined_at > f->at - YOUNG_MS)
			continue;
		merge[f->merge_len] = rows[i];
		merge[f->merge_len].left_at = f->at;
		merge[f->merge_len++].left_by = LEFT_RECONCILE;
	}
	for (size_t i = 0; all != NULL && i < all->len; i++)
		if (all->item[i]->state == LK_ACTIVE &&
		    !row_by_sid(rows, len, all->item[i]->sid))
			merge[f->merge_len++] = row_of(p->app->arena,
			    f->room, room_sid, all->item[i], f->at);
	f->merge = merge;
}

static enum rc
room_look(struct pass *p, const char *name, const struct lk_room *there)
{
	struct app *app = p->app;
	struct finding f = { .room = name, .there = there != NULL,
	    .at = clock_ms() };
	struct lk_participants *all = NULL;
	struct presence_row *rows;
	size_t len;
	enum rc rc = presence_open(app->db, name, &rows, &len);

	if (rc != RC_OK)
		return rc;
	if (there != NULL && (len != 0 || there->num_participants != 0)) {
		rc = livekit_people(app, name, &all);
		if (rc != RC_OK)
			return rc;
	}
	compare(p, &f, there == NULL ? "" : there->sid, rows, len, all);
	lk_free(all);
	return found_add(p, &f);
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
	return room_look(p, there->name, there);
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
	if (rc != RC_OK || (len == 0 && room.confirmed_at == 0))
		return rc;
	return room_look(p, name, NULL);
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

enum rc
reconcile(struct app *app)
{
	struct lk_rooms *all = NULL;
	struct pass p = { .app = app, .started_at = clock_ms() };
	enum rc rc = livekit_ready(app, NULL);

	if (rc != RC_OK)
		return rc;
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
	lk_free(all);
	return rc;
}
