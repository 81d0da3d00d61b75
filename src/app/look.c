/*
 * One room of ours beside what LiveKit has of it: who is there, what its
 * creator publishes, and whether anybody may what they must not.  A look writes
 * nothing; what it found is written later, together with that of other rooms.
 */
#include "local.h"

#include <string.h>

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
	    .name = arena_strdup(arena, p->name), .lk_kind = (int)p->kind,
	    .is_hidden = p->permission != NULL && p->permission->hidden,
	    .joined_at = p->joined_at_ms != 0 ? p->joined_at_ms : at };
}

/* Rows of ours that LiveKit does not list, and the other way round. */
static void
compare(struct app *app, struct finding *f, const char *room_sid,
    const struct presence_row *rows, size_t len,
    const struct lk_participants *all)
{
	size_t most = len + (all == NULL ? 0 : all->len);
	struct presence_row *merge = most == 0 ? NULL :
	    arena_alloc(app->arena, most * sizeof *merge);

	for (size_t i = 0; i < len; i++) {
		if ((all != NULL && participant_by_sid(all, rows[i].sid)) ||
		    rows[i].joined_at > f->at - LISTS_LAG_MS)
			continue;
		merge[f->merge_len] = rows[i];
		merge[f->merge_len].left_at = f->at;
		merge[f->merge_len++].left_by = LEFT_RECONCILE;
	}
	for (size_t i = 0; all != NULL && i < all->len; i++)
		if (all->item[i]->state == LK_JOINING ||
		    all->item[i]->state == LK_JOINED)
			f->coming = true;
		else if (all->item[i]->state == LK_ACTIVE &&
		    !row_by_sid(rows, len, all->item[i]->sid))
			merge[f->merge_len++] = row_of(app->arena,
			    f->room, room_sid, all->item[i], f->at);
	f->merge = merge;
}

/* A track and who publishes it, as LiveKit lists them. */
struct listed {
	const char	*sid;
	const char	*participant_sid;
	const char	*identity;
};

static struct listed *
listed_of(struct app *app, const struct lk_participants *all,
    const struct room_row *room, size_t *len)
{
	struct listed *list;
	size_t most = 0;

	for (size_t i = 0; all != NULL && i < all->len; i++)
		most += all->item[i]->tracks_len;
	list = arena_alloc(app->arena, (most + 1) * sizeof *list);
	*len = 0;
	for (size_t i = 0; all != NULL && i < all->len; i++) {
		const struct lk_participant *p = all->item[i];

		if (!room_tracks(room, p->identity))
			continue;
		for (size_t k = 0; k < p->tracks_len; k++)
			list[(*len)++] = (struct listed){
			    arena_strdup(app->arena, p->tracks[k]->sid),
			    arena_strdup(app->arena, p->sid),
			    arena_strdup(app->arena, p->identity) };
	}
	return list;
}

static bool
is_listed(const struct listed *list, size_t len, const char *sid)
{
	for (size_t i = 0; i < len; i++)
		if (strcmp(list[i].sid, sid) == 0)
			return true;
	return false;
}

static bool
is_known(const struct track_row *rows, size_t len, const char *sid)
{
	for (size_t i = 0; i < len; i++)
		if (strcmp(rows[i].sid, sid) == 0)
			return true;
	return false;
}

/* What is published, the same two ways.  Nobody looks again at
 * a room that is not there and where nobody is. */
static enum rc
compare_tracks(struct app *app, struct finding *f,
    const struct room_row *room, bool nobody, const struct lk_participants *all)
{
	struct track_row *rows, *merge;
	struct listed *list;
	size_t len, list_len;
	enum rc rc = track_open(app->db, f->room, &rows, &len);

	if (rc != RC_OK)
		return rc;
	list = listed_of(app, all, room, &list_len);
	merge = arena_alloc(app->arena, (len + list_len + 1) * sizeof *merge);
	for (size_t i = 0; i < len; i++) {
		if (is_listed(list, list_len, rows[i].sid) ||
		    (rows[i].published_at > f->at - LISTS_LAG_MS && !nobody))
			continue;
		merge[f->tracks_len] = rows[i];
		merge[f->tracks_len++].unpublished_at = f->at;
	}
	for (size_t i = 0; i < list_len; i++)
		if (!is_known(rows, len, list[i].sid))
			merge[f->tracks_len++] = (struct track_row){
			    .room_name = f->room, .sid = list[i].sid,
			    .participant_sid = list[i].participant_sid,
			    .identity = list[i].identity, .published_at = f->at };
	f->tracks = merge;
	return RC_OK;
}

/* Whoever is there by a token of before gets what holds now. */
static enum rc
compare_rules(struct app *app, struct finding *f, const struct room_row *room,
    const struct presence_row *rows, size_t len,
    const struct lk_participants *all)
{
	struct verdict v;
	enum rc rc = RC_OK;

	if (all == NULL)
		return RC_OK;
	for (size_t i = 0; rc == RC_OK && !f->enforce && i < all->len; i++) {
		if (all->item[i]->state != LK_ACTIVE)
			continue;
		rc = participant_verdict(app, room, all->item[i], &v);
		f->enforce = rc == RC_OK && (v.act != LET_BE ||
		    presence_is_cut(rows, len, all->item[i]->sid));
	}
	return rc;
}

enum rc
room_look(struct app *app, const struct room_row *room,
    const struct lk_room *there, struct finding *f)
{
	struct lk_participants *all = NULL;
	struct presence_row *rows;
	size_t len;
	enum rc rc = presence_open(app->db, room->name, &rows, &len);

	*f = (struct finding){ .room = room->name, .there = there != NULL,
	    .at = clock_ms() };
	if (rc != RC_OK)
		return rc;
	if (there != NULL && (len != 0 || there->num_participants != 0)) {
		rc = livekit_people(app, room->name, &all);
		if (rc != RC_OK)
			return rc;
	}
	compare(app, f, there == NULL ? "" : there->sid, rows, len, all);
	rc = compare_rules(app, f, room, rows, len, all);
	if (rc == RC_OK)
		rc = compare_tracks(app, f, room,
		    there == NULL && len == 0, all);
	lk_free(all);
	return rc;
}

enum rc
finding_write(struct app *app, const struct finding *f)
{
	struct room_row room;
	enum rc rc = room_by_name(app->db, f->room, &room);

	for (size_t i = 0; i < f->merge_len && rc == RC_OK; i++)
		rc = presence_told(app, &f->merge[i]);
	for (size_t i = 0; i < f->tracks_len && rc == RC_OK; i++)
		rc = track_merge(app->db, &f->tracks[i]);
	if (rc == RC_OK && f->there)
		rc = room_seen(app, &room, f->at);
	else if (rc == RC_OK && room.confirmed_at != 0 &&
	    room.confirmed_at < f->at)
		rc = room_confirm(app->db, f->room, 0);
	if (rc == RC_OK)
		rc = room_recount(app, &room, f->at);
	if (rc == RC_OK && room.kind == KIND_SOURCE && !f->coming)
		rc = source_unseen(app, f->room, f->at);
	if (rc == RC_OK && f->enforce)
		rc = enforce_put(app, f->room);
	return rc;
}
