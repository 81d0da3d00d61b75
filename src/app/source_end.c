/*
 * When a source room ends by itself: its source left, everybody left, nobody
 * came.  That is read from the sessions that LiveKit told of, all of them each
 * time, so that the order in which it told has no say.
 */
#include "local.h"

#include <stdlib.h>
#include <string.h>

#define GRACE_MS	2000	/* for a connection that broke off */
#define NEVER		INT64_MAX

/* Sessions of a room in the order in which they began. */
struct sessions {
	struct presence_row	*rows;
	size_t			 len;
	int64_t			 listed_at;	/* they are all that LiveKit
						 * listed then; 0: who knows */
};

static int
session_cmp(const void *a, const void *b)
{
	const struct presence_row *x = a, *y = b;

	if (x->joined_at != y->joined_at)
		return x->joined_at < y->joined_at ? -1 : 1;
	return strcmp(x->sid, y->sid);
}

/* Another one took its place: until that began, or until LiveKit's own list
 * shows that there is none. */
static int64_t
replaced_until(const struct sessions *all, size_t i)
{
	const struct presence_row *s = &all->rows[i];

	for (size_t k = i + 1; k < all->len; k++)
		if (strcmp(all->rows[k].identity, s->identity) == 0)
			return all->rows[k].joined_at > s->left_at ?
			    all->rows[k].joined_at : s->left_at;
	return all->listed_at != 0 &&
	    s->left_at <= all->listed_at - LISTS_LAG_MS ?
	    all->listed_at : NEVER;
}

/* How long a session keeps its room: some ends are meant, others may be the
 * beginning of a reconnect. */
static int64_t
session_until(const struct sessions *all, size_t i)
{
	static const char *const final[] = { "CLIENT_INITIATED",
	    "PARTICIPANT_REMOVED", "CONNECTION_TIMEOUT" };
	const struct presence_row *s = &all->rows[i];

	if (s->left_by == LEFT_NOT)
		return NEVER;
	if (strcmp(s->reason, "DUPLICATE_IDENTITY") == 0)
		return replaced_until(all, i);
	for (size_t k = 0; k < sizeof final / sizeof final[0]; k++)
		if (strcmp(s->reason, final[k]) == 0)
			return s->left_at;
	return s->left_at + GRACE_MS;
}

/* The first moment at which the newest session of the source was over; without
 * any the room goes on for those who are there. */
static int64_t
source_gone(const struct sessions *all, const char *owner_id)
{
	int64_t until = NEVER;

	for (size_t i = 0; i < all->len; i++) {
		if (strcmp(all->rows[i].identity, owner_id) != 0)
			continue;
		if (all->rows[i].joined_at > until)
			break;
		until = session_until(all, i);
	}
	return until;
}

/* The first moment at which nobody was there any more. */
static int64_t
people_gone(const struct sessions *all, int64_t created_at)
{
	int64_t until = created_at + SOURCE_WAIT_MS, own;

	for (size_t i = 0; i < all->len; i++) {
		if (all->rows[i].joined_at > until)
			break;
		own = session_until(all, i);
		if (i == 0 || own > until)
			until = own;
	}
	return until;
}

/* When it ends or ended, NEVER while it goes on. */
static enum rc
source_end(struct app *app, const struct room_row *room, int64_t listed_at,
    int64_t *at, const char **why)
{
	struct sessions all = { .listed_at = listed_at };
	int64_t source, people;
	enum rc rc = present_sessions(app->db, room->name, &all.rows,
	    &all.len);

	if (rc != RC_OK)
		return rc;
	if (all.len > 1)
		qsort(all.rows, all.len, sizeof *all.rows, session_cmp);
	source = source_gone(&all, room->owner_id);
	people = people_gone(&all, room->created_at);
	*at = source < people ? source : people;
	*why = source <= people ? "its source left" :
	    all.len == 0 ? "nobody came" : "everybody left";
	return RC_OK;
}

enum rc
source_recount(struct app *app, const struct room_row *room, int64_t now)
{
	const char *why;
	int64_t at;
	enum rc rc = source_end(app, room, 0, &at, &why);

	if (rc != RC_OK)
		return rc;
	if (room->state == ROOM_OVER)
		return room_ended_by(app->db, room->name, at);
	if (room->state == ROOM_OPEN && at <= now)
		return room_finish(app, room, at, why);
	return people_recount(app, room, at == NEVER ? 0 : at, now);
}

enum rc
source_unseen(struct app *app, const char *name, int64_t listed_at)
{
	struct room_row room;
	const char *why;
	int64_t at;
	enum rc rc = room_by_name(app->db, name, &room);

	if (rc != RC_OK || room.state != ROOM_OPEN ||
	    (rc = source_end(app, &room, listed_at, &at, &why)) != RC_OK)
		return rc;
	return at <= listed_at ? room_finish(app, &room, at, why) : RC_OK;
}
