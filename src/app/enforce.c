/*
 * Who is in a room already: thrown out, or given the permission that holds now.
 * A token says what held when it was made, and its owner comes back with it.
 * The rule itself is in rights.c.
 */
#include "local.h"

#include <string.h>
#include <strings.h>

#define ENFORCE_MOST_MS	(10 * 1000)	/* other jobs wait, too */

/* ---- one participant ----------------------------------------------------- */

/* LiveKit's CAMERA is our camera. */
static bool
same_sources(const struct lk_permission *has, const char *sources)
{
	size_t n = 0, len;

	for (; sources != NULL && *sources != '\0'; n++) {
		bool found = false;

		len = strcspn(sources, " ");
		for (size_t i = 0; i < has->can_publish_sources_len; i++)
			found |= strlen(has->can_publish_sources[i]) == len &&
			    strncasecmp(has->can_publish_sources[i], sources,
			    len) == 0;
		if (!found)
			return false;
		sources += len + strspn(sources + len, " ");
	}
	return has->can_publish_sources_len == n;
}

static bool
same_permission(const struct lk_permission *has, const struct grant *g)
{
	return has->can_publish == g->publish &&
	    has->can_subscribe == g->subscribe &&
	    has->can_publish_data == g->data &&
	    same_sources(has, g->sources);
}

/* Our /whip keeps its encoders out by itself; LiveKit's ingress does not. */
static enum rc
encoder_admitted(struct app *app, const struct room_row *room)
{
	struct stream_row stream;
	enum rc rc = stream_by_user(app->db, room->owner_id, &stream);

	return rc == RC_OK && stream.refused_until > clock_ms() ?
	    RC_FORBIDDEN : rc;
}

/* Others in the room read there what somebody is.  NULL: it says so already, or
 * is not ours. */
static const char *
metadata_now(struct app *app, const struct lk_participant *p, enum role role)
{
	static const char *const kept[] = { "joinedAt", "avatarUrl" };
	struct buf out;
	char *had;
	bool same;

	if (lk_json_str(p->metadata, "role", &had) != LK_OK)
		return NULL;
	same = strcmp(had, role_name(role)) == 0;
	lk_free(had);
	if (same)
		return NULL;
	buf_init(&out, app->arena);
	json_object(&out, NULL);
	json_add_str(&out, "role", role_name(role));
	for (size_t i = 0; i < 2; i++) {
		if (lk_json_str(p->metadata, kept[i], &had) != LK_OK) {
			json_add_null(&out, kept[i]);
			continue;
		}
		json_add_str(&out, kept[i], had);
		lk_free(had);
	}
	json_object_end(&out);
	return out.data;
}

enum rc
participant_verdict(struct app *app, const struct room_row *room,
    const struct lk_participant *p, struct verdict *v)
{
	struct rights r;
	enum rc rc;

	*v = (struct verdict){ .act = LET_BE };
	/* LiveKit's own helpers (recorders, agents) are not ours to judge. */
	if (room->state != ROOM_OPEN ||
	    (p->kind != LK_KIND_STANDARD && p->kind != LK_KIND_INGRESS))
		return RC_OK;
	rc = room_rights(app, room, p->identity, &r);
	if (rc == RC_OK && p->kind == LK_KIND_INGRESS &&
	    r.role == ROLE_CREATOR)
		rc = encoder_admitted(app, room);
	if (rc == RC_FORBIDDEN) {
		v->act = THROW_OUT;
		return RC_OK;
	}
	if (rc != RC_OK)
		return rc;
	v->grant = grant_now(room->kind, &r);
	/* What LiveKit gives its encoders is for it to say: they only publish. */
	if (p->kind != LK_KIND_STANDARD || p->permission == NULL)
		return RC_OK;
	v->metadata = metadata_now(app, p, r.role);
	if (v->metadata != NULL || !same_permission(p->permission, &v->grant))
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
	const char *sources[SOURCES_MAX];
	size_t len = sources_split(app->arena, v->grant.sources, sources);
	enum lk_err err = lk_participant_update(app->lk, room, p->identity,
	    LK(lk_participant_opts, .metadata = v->metadata,
	    .permission = LK(lk_permission_opts,
	    .can_subscribe = tri(v->grant.subscribe),
	    .can_publish = tri(v->grant.publish),
	    .can_publish_data = tri(v->grant.data),
	    .can_publish_sources = sources, .can_publish_sources_len = len,
	    .hidden = tri(has->hidden),
	    .can_update_metadata = tri(has->can_update_metadata),
	    .can_subscribe_metrics = tri(has->can_subscribe_metrics),
	    .can_manage_agent_session =
	    tri(has->can_manage_agent_session))), NULL);

	return lk_gone(err) ? RC_OK : livekit_result(app, NULL, err);
}

static enum rc
enforce_one(struct app *app, const struct room_row *room,
    const struct lk_participant *p, const struct presence_row *rows,
    size_t len)
{
	struct verdict v;
	enum rc rc;

	if (p->state != LK_ACTIVE && p->state != LK_JOINED)
		return RC_OK;
	if (presence_is_cut(rows, len, p->sid))
		return throw_out(app, room->name, p);
	rc = participant_verdict(app, room, p, &v);
	if (rc == RC_OK && v.act == THROW_OUT)
		rc = throw_out(app, room->name, p);
	else if (rc == RC_OK && v.act == SET_PERMISSION)
		rc = set_permission(app, room->name, p, &v);
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
	int64_t until = clock_mono_ms() + ENFORCE_MOST_MS;
	size_t len;
	enum rc rc = room_by_name(app->db, job->room_name, &room);

	if (rc == RC_OK && room.state != ROOM_OPEN)
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		rc = presence_open(app->db, room.name, &rows, &len);
	if (rc == RC_OK)
		rc = livekit_people(app, room.name, &all);
	if (rc != RC_OK)	/* over */
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	for (size_t i = 0; rc == RC_OK && i < all->len; i++) {
		rc = enforce_one(app, &room, all->item[i], rows, len);
		if (rc == RC_OK && clock_mono_ms() > until)
			rc = RC_BUSY;
	}
	lk_free(all);
	return rc;
}
