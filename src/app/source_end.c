/*
 * When a source room ends by itself: its source left, everybody left, nobody
 * came.  That is read from the sessions that LiveKit told of, all of them each
 * time, so that the order in which it told has no say.
 */
#include "local.h"

#include <stdlib.h>
#include <string.h>

#define GRACE_MS	2000
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

/* A moment at which it is over. */
struct moment {
	int64_t	 at;
	bool	 broke_off;	/* the connection, which may come back */
	bool	 nobody;	/* as nobody else is known to be there */
};

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

/* How long a session keeps its room. */
static struct moment
session_until(const struct sessions *all, size_t i)
{
	static const char *const meant[] = { "CLIENT_INITIATED",
	    "PARTICIPANT_REMOVED", "CONNECTION_TIMEOUT" };
	const struct presence_row *s = &all->rows[i];

	if (s->left_by == LEFT_NOT)
		return (struct moment){ .at = NEVER };
	if (strcmp(s->reason, "DUPLICATE_IDENTITY") == 0)
		return (struct moment){ .at = replaced_until(all, i) };
	for (size_t k = 0; k < sizeof meant / sizeof meant[0]; k++)
		if (strcmp(s->reason, meant[k]) == 0)
			return (struct moment){ .at = s->left_at };
	return (struct moment){ .at = s->left_at + GRACE_MS,
	    .broke_off = true };
}

/* The first moment at which the newest session of the source was over; without
 * any the room goes on for those who are there. */
static struct moment
source_gone(const struct sessions *all, const char *owner_id)
{
	struct moment until = { .at = NEVER };

	for (size_t i = 0; i < all->len; i++) {
		if (strcmp(all->rows[i].identity, owner_id) != 0)
			continue;
		if (all->rows[i].joined_at > until.at)
			break;
		until = session_until(all, i);
	}
	return until;
}

/* The first moment at which nobody was there any more. */
static struct moment
people_gone(const struct sessions *all, int64_t created_at)
{
	struct moment until = { .at = created_at + SOURCE_WAIT_MS }, own;

	for (size_t i = 0; i < all->len; i++) {
		if (all->rows[i].joined_at > until.at)
			break;
		own = session_until(all, i);
		if (i == 0 || own.at > until.at)
			until = own;
	}
	until.nobody = true;
	return until;
}

/* When it ends or ended, NEVER while it goes on. */
static enum rc
source_end(struct app *app, const struct room_row *room, int64_t listed_at,
    struct moment *end, const char **why)
{
	struct sessions all = { .listed_at = listed_at };
	struct moment people;
	enum rc rc = present_sessions(app->db, room->name, &all.rows,
	    &all.len);

	if (rc != RC_OK)
		return rc;
	if (all.len > 1)
		qsort(all.rows, all.len, sizeof *all.rows, session_cmp);
	*end = source_gone(&all, room->owner_id);
	people = people_gone(&all, room->created_at);
	*why = "its source left";
	if (people.at < end->at) {
		*end = people;
		*why = all.len == 0 ? "nobody came" : "everybody left";
	}
	return RC_OK;
}

/*
 * When it lapses.  Where we hear late of what somebody else may undo, we may be
 * about to hear of them as well: that, too, waits for the grace.
 */
static int64_t
lapse_of(const struct room_row *room, const struct moment *end, int64_t now)
{
	int64_t heard = now + GRACE_MS;

	if (end->at == NEVER)
		return 0;
	if (end->at > now || (!end->broke_off &&
	    (!end->nobody || now - end->at < GRACE_MS)))
		return end->at;
	return room->lapses_at != 0 && room->lapses_at < heard ?
	    room->lapses_at : heard;
}

enum rc
source_recount(struct app *app, const struct room_row *room, int64_t now)
{
	struct moment end;
	const char *why;
	int64_t lapses_at;
	enum rc rc = source_end(app, room, 0, &end, &why);

	if (rc != RC_OK)
		return rc;
	if (room->state == ROOM_OVER)
		return room_ended_by(app->db, room->name, end.at);
	lapses_at = lapse_of(room, &end, now);
	if (room->state == ROOM_OPEN && lapses_at != 0 && lapses_at <= now)
		return room_finish(app, room, end.at, why);
	return people_recount(app, room, lapses_at, now);
}

enum rc
source_unseen(struct app *app, const char *name, int64_t listed_at)
{
	struct room_row room;
	struct moment end;
	const char *why;
	enum rc rc = room_by_name(app->db, name, &room);

	if (rc != RC_OK || room.state != ROOM_OPEN ||
	    (rc = source_end(app, &room, listed_at, &end, &why)) != RC_OK)
		return rc;
	return end.at == listed_at ? room_finish(app, &room, end.at, why) :
	    RC_OK;
}
