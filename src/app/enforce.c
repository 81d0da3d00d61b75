/*
 * Who may be in a room and what they may do there: the rule, read from the
 * database, and its carrying out at LiveKit.  A token says what held when it
 * was made, and its owner comes back with it; what holds now is said here, to
 * who asks for a token and to who is inside already.
 */
#include "local.h"

#include <string.h>

#define ENFORCE_MOST_MS	(10 * 1000)	/* other jobs wait, too */

/* ---- the rule ------------------------------------------------------------ */

enum role
stream_role(const char *owner_id, const char *identity)
{
	if (strcmp(identity, owner_id) == 0)
		return ROLE_CREATOR;
	if (str_starts(identity, SELF_VIEW_PREFIX) &&
	    strcmp(identity + strlen(SELF_VIEW_PREFIX), owner_id) == 0)
		return ROLE_SELF_VIEW;
	if (str_starts(identity, GUEST_PREFIX))
		return ROLE_GUEST;
	return ROLE_VIEWER;
}

/* People of an external issuer who never wrote anything have no row. */
static enum rc
person_admitted(struct app *app, const char *id)
{
	struct user_row user;
	enum rc rc = user_by_id(app->db, id, &user);

	if (rc == RC_NOT_FOUND)
		return RC_OK;
	if (rc == RC_OK && (user.is_disabled || user.deleted_at != 0))
		return RC_FORBIDDEN;
	return rc;
}

static enum rc
creator_admitted(struct app *app, const char *id, enum role role)
{
	struct user_row user;
	enum rc rc = user_by_id(app->db, id, &user);

	if (rc != RC_OK)
		return rc;
	if (user.is_disabled || user.deleted_at != 0 ||
	    (role == ROLE_CREATOR && !user.is_creator))
		return RC_FORBIDDEN;
	return RC_OK;
}

static enum rc
viewer_admitted(struct app *app, const struct stream_row *stream,
    const char *id, bool *follows)
{
	bool blocked = false;
	enum rc rc = person_admitted(app, id);

	*follows = false;
	if (rc == RC_OK)
		rc = block_exists(app->db, stream->user_id, id, &blocked);
	if (rc == RC_OK && blocked)
		rc = RC_FORBIDDEN;
	if (rc == RC_OK && stream->is_chat_followers_only)
		rc = follow_exists(app->db, id, stream->user_id, follows);
	return rc;
}

enum rc
stream_admits(struct app *app, const struct stream_row *stream,
    const char *identity, bool *chat)
{
	enum role role = stream_role(stream->user_id, identity);
	bool open = stream->is_chat_enabled && !stream->is_chat_delayed;
	bool follows = false;
	enum rc rc = creator_admitted(app, stream->user_id, role);

	if (rc == RC_OK && role == ROLE_VIEWER)
		rc = viewer_admitted(app, stream, identity, &follows);
	if (rc != RC_OK)
		return rc;
	*chat = role == ROLE_CREATOR || role == ROLE_SELF_VIEW ||
	    (open && (!stream->is_chat_followers_only || follows));
	return RC_OK;
}

/* ---- one participant ----------------------------------------------------- */

enum rc
house_open(struct app *app, const struct room_row *room, struct house *h)
{
	*h = (struct house){ .room = room };
	if (room->state != ROOM_OPEN)
		return RC_NOT_FOUND;
	if (room->kind == KIND_LIVE)
		return RC_OK;
	if (room->kind != KIND_STREAM)
		return RC_NOT_FOUND;
	return stream_by_user(app->db, room->owner_id, &h->stream);
}

/* Its role in a room of this kind, and whether it may chat there. */
static enum rc
house_admits(struct app *app, const struct house *h, const char *identity,
    enum role *role, bool *chat)
{
	if (h->room->kind == KIND_STREAM) {
		*role = stream_role(h->room->owner_id, identity);
		return stream_admits(app, &h->stream, identity, chat);
	}
	*role = strcmp(identity, h->room->owner_id) == 0 ? ROLE_HOST :
	    ROLE_VIEWER;
	*chat = true;
	return person_admitted(app, identity);
}

static bool
same_permission(const struct lk_permission *has, const struct grant *g,
    bool chat)
{
	return has->can_publish == g->publish &&
	    has->can_subscribe == g->subscribe &&
	    has->can_publish_data == (g->data || chat) &&
	    has->can_publish_sources_len == 0;
}

enum rc
house_verdict(struct app *app, const struct house *h,
    const struct lk_participant *p, struct verdict *v)
{
	enum role role;
	bool chat;
	enum rc rc;

	*v = (struct verdict){ .act = LET_BE };
	/* LiveKit's own helpers (recorders, agents) are not ours to judge. */
	if (p->kind != LK_KIND_STANDARD && p->kind != LK_KIND_INGRESS)
		return RC_OK;
	rc = house_admits(app, h, p->identity, &role, &chat);
	/* Our /whip keeps its encoders out by itself. */
	if (rc == RC_OK && p->kind == LK_KIND_INGRESS &&
	    role == ROLE_CREATOR && h->stream.refused_until > clock_ms())
		rc = RC_FORBIDDEN;
	if (rc == RC_FORBIDDEN) {
		v->act = THROW_OUT;
		return RC_OK;
	}
	if (rc != RC_OK)
		return rc;
	v->grant = grant_of(h->room->kind, role);
	v->chat = chat;
	/* What LiveKit gives its encoders is for it to say: they only publish. */
	if (p->kind == LK_KIND_STANDARD && p->permission != NULL &&
	    !same_permission(p->permission, v->grant, chat))
		v->act = SET_PERMISSION;
	return RC_OK;
}

/* ---- its jobs ------------------------------------------------------------ */

enum rc
enforce_put(struct app *app, const char *room)
{
	return job_room(app, JOB_ROOM_ENFORCE, room, clock_ms());
}

enum rc
enforce_put_person(struct app *app, const char *identity)
{
	const char **rooms;
	size_t len;
	enum rc rc = presence_rooms(app->db, identity, &rooms, &len);

	for (size_t i = 0; rc == RC_OK && i < len; i++)
		rc = enforce_put(app, rooms[i]);
	return rc;
}

/* Who left meanwhile is fine. */
static enum rc
throw_out(struct app *app, const char *room, const struct lk_participant *p)
{
	enum lk_err err = lk_participant_remove(app->lk, room, p->identity);

	if (err == LK_OK)
		log_info("room %s: %s must not be there", room, p->identity);
	return lk_gone(err) ? RC_OK : livekit_result(app, NULL, err);
}

static enum lk_tri
tri(bool yes)
{
	return yes ? LK_YES : LK_NO;
}

/* All of it: LiveKit takes away what is not named. */
static enum rc
set_permission(struct app *app, const char *room,
    const struct lk_participant *p, const struct verdict *v)
{
	const struct lk_permission *has = p->permission;
	enum lk_err err = lk_participant_update(app->lk, room, p->identity,
	    LK(lk_participant_opts, .permission = LK(lk_permission_opts,
	    .can_subscribe = tri(v->grant->subscribe),
	    .can_publish = tri(v->grant->publish),
	    .can_publish_data = tri(v->grant->data || v->chat),
	    .hidden = tri(has->hidden),
	    .can_update_metadata = tri(has->can_update_metadata),
	    .can_subscribe_metrics = tri(has->can_subscribe_metrics),
	    .can_manage_agent_session =
	    tri(has->can_manage_agent_session))), NULL);

	return lk_gone(err) ? RC_OK : livekit_result(app, NULL, err);
}

static enum rc
enforce_one(struct app *app, const struct house *h,
    const struct lk_participant *p, const struct presence_row *rows,
    size_t len)
{
	struct verdict v;
	enum rc rc;

	if (p->state != LK_ACTIVE && p->state != LK_JOINED)
		return RC_OK;
	if (presence_is_cut(rows, len, p->sid))
		return throw_out(app, h->room->name, p);
	rc = house_verdict(app, h, p, &v);
	if (rc == RC_OK && v.act == THROW_OUT)
		rc = throw_out(app, h->room->name, p);
	else if (rc == RC_OK && v.act == SET_PERMISSION)
		rc = set_permission(app, h->room->name, p, &v);
	return rc;
}

bool
presence_is_cut(const struct presence_row *rows, size_t len, const char *sid)
{
	for (size_t i = 0; i < len; i++)
		if (rows[i].is_cut && strcmp(rows[i].sid, sid) == 0)
			return true;
	return false;
}

/*
 * Goes by the list that LiveKit has now, so that a second run finds nothing to
 * do, and one that was cut short goes on where it was.
 */
enum rc
room_enforce(struct app *app, const struct job_row *job)
{
	struct lk_participants *all;
	struct presence_row *rows;
	struct room_row room;
	struct house h;
	int64_t until = clock_mono_ms() + ENFORCE_MOST_MS;
	size_t len;
	enum rc rc = room_by_name(app->db, job->room_name, &room);

	if (rc == RC_OK)
		rc = house_open(app, &room, &h);
	if (rc == RC_OK)
		rc = presence_open(app->db, room.name, &rows, &len);
	if (rc == RC_OK)
		rc = livekit_people(app, room.name, &all);
	if (rc != RC_OK)	/* over, or of a kind without rules */
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	for (size_t i = 0; rc == RC_OK && i < all->len; i++) {
		rc = enforce_one(app, &h, all->item[i], rows, len);
		if (rc == RC_OK && clock_mono_ms() > until)
			rc = RC_BUSY;
	}
	lk_free(all);
	return rc;
}
