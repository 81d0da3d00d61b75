/*
 * Administration: what administrators do to people and to what is on air, and
 * the log of it; who may stream.  Writes rows and jobs only: what must end at
 * LiveKit is carried out by whoever holds its secret.
 */
#include "local.h"

#include <ctype.h>
#include <string.h>

#define NAME_BYTES	"abcdefghijklmnopqrstuvwxyz0123456789_-"

/* ---- how it is shown ----------------------------------------------------- */

const char *
creator_state(const struct user_row *u)
{
	if (u->is_creator)
		return "approved";
	if (u->creator_asked_at != 0)
		return "pending";
	return u->is_creator_refused ? "refused" : "none";
}

void
admin_user_write(struct buf *out, const struct user_row *u)
{
	json_object(out, NULL);
	json_add_str(out, "id", u->id);
	json_add_str(out, "username", u->username);
	json_add_str(out, "displayName", u->display_name);
	json_add_str(out, "avatarUrl", u->avatar_url);
	json_add_bool(out, "isCreator", u->is_creator);
	json_add_str(out, "creatorState", creator_state(u));
	json_add_bool(out, "isAdmin", u->is_admin);
	json_add_bool(out, "isDisabled", u->is_disabled);
	json_add_bool(out, "isExternal", u->password_hash == NULL);
	json_add_int(out, "followerCount", u->follower_count);
	json_add_time(out, "createdAt", u->created_at);
	json_object_end(out);
}

void
audit_write(struct buf *out, struct arena *arena, const struct audit_row *a)
{
	json_object(out, NULL);
	json_add_str(out, "id", arena_printf(arena, "%lld", (long long)a->id));
	json_add_time(out, "at", a->at);
	if (a->actor_id == NULL)
		json_add_null(out, "actor");
	else {
		json_object(out, "actor");
		json_add_str(out, "id", a->actor_id);
		json_add_str(out, "username", a->actor_name);
		json_object_end(out);
	}
	json_add_str(out, "actorName", a->actor_name);
	json_add_str(out, "action", a->action);
	json_object(out, "target");
	json_add_str(out, "id", a->target_id);
	json_add_str(out, "username", a->target_name);
	json_object_end(out);
	json_object_end(out);
}

/* ---- who there is -------------------------------------------------------- */

static char *
name_fold(struct arena *arena, const char *given)
{
	char *name = arena_strdup(arena, given);

	for (char *p = name; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return name;
}

enum rc
admin_users(struct app *app, const char *prefix, const char *after,
    int64_t limit, struct user_row **rows, size_t *len)
{
	char *name = name_fold(app->arena, prefix), *before;
	size_t n = strlen(name);
	enum rc rc;

	if (strspn(name, NAME_BYTES) != n) {
		*rows = NULL;
		*len = 0;
		return RC_OK;
	}
	/* Names are in order: those wanted come right behind this one, which
	 * nobody can have. */
	if (n > 0 && strcmp(after, name) < 0) {
		before = arena_printf(app->arena, "%s\x7f", name);
		before[n - 1]--;
		after = before;
	}
	rc = user_list(app->db, after, limit, rows, len);
	while (rc == RC_OK && *len > 0 &&
	    !str_starts((*rows)[*len - 1].username, name))
		--*len;
	return rc;
}

/* ---- acts ---------------------------------------------------------------- */

/* Two who take it from each other at once: the second one has none any more. */
static enum rc
actor_check(struct app *app, const struct actor *actor)
{
	struct user_row u;
	enum rc rc;

	if (actor->id == NULL)
		return RC_OK;
	rc = user_by_id(app->db, actor->id, &u);
	if (rc == RC_NOT_FOUND)
		return RC_FORBIDDEN;
	if (rc != RC_OK)
		return rc;
	return u.is_admin && !u.is_disabled && u.deleted_at == 0 ? RC_OK :
	    RC_FORBIDDEN;
}

static enum rc
audit_put(struct app *app, const struct actor *actor, const char *action,
    const struct user_row *target)
{
	return audit_insert(app->db, &(struct audit_row){ .at = clock_ms(),
	    .actor_id = actor->id, .actor_name = actor->name,
	    .action = action, .target_id = target->id,
	    .target_name = target->username });
}

static enum rc
lives_end(struct app *app, const char *user_id, int64_t now, const char *why,
    int *ended)
{
	struct live_row live;
	enum rc rc;

	for (*ended = 0; (rc = live_by_streamer(app->db, user_id, now,
	    &live)) == RC_OK; ++*ended)
		if ((rc = live_finish(app, &live, now, why)) != RC_OK)
			return rc;
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc
sources_end(struct app *app, const char *user_id, int64_t now, const char *why)
{
	struct room_row *rooms;
	size_t len;
	enum rc rc = room_by_owner(app->db, user_id, KIND_SOURCE, &rooms,
	    &len);

	for (size_t i = 0; rc == RC_OK && i < len; i++)
		rc = room_finish(app, &rooms[i], rooms[i].lapses_at != 0 &&
		    rooms[i].lapses_at < now ? rooms[i].lapses_at : now, why);
	return rc;
}

/* Off the air, and no way back on it. */
static enum rc
channel_stop(struct app *app, const char *user_id, int64_t now,
    const char *why)
{
	enum rc rc = stream_cut(app, user_id, now, why);

	return rc == RC_OK ? stream_key_kill(app, user_id) : rc;
}

enum rc
person_stop(struct app *app, const char *user_id, int64_t now,
    const char *why)
{
	int ended;
	enum rc rc = lives_end(app, user_id, now, why, &ended);

	if (rc == RC_OK)
		rc = sources_end(app, user_id, now, why);
	if (rc == RC_OK)
		rc = channel_stop(app, user_id, now, why);
	return rc == RC_OK ? enforce_put_person(app, user_id) : rc;
}

static enum rc
change_creator(struct app *app, const struct actor *actor,
    struct user_row *u, bool approve)
{
	bool was = u->is_creator;
	enum rc rc;

	if (approve ? was : !was && u->is_creator_refused &&
	    u->creator_asked_at == 0)
		return RC_OK;
	u->is_creator = approve;
	rc = user_set_creator(app->db, u->id, approve, !approve, 0);
	if (rc == RC_OK)
		rc = audit_put(app, actor, approve ? "user.approve" :
		    "user.refuse", u);
	if (rc == RC_OK && was)
		rc = channel_stop(app, u->id, clock_ms(), "approval_lost");
	return rc;
}

static enum rc
change_flags(struct app *app, const struct actor *actor, struct user_row *u,
    bool *flag, bool on, const char *action)
{
	enum rc rc;

	*flag = on;
	rc = user_set_flags(app->db, u->id, u->is_creator, u->is_admin,
	    u->is_disabled);
	return rc == RC_OK ? audit_put(app, actor, action, u) : rc;
}

static enum rc
change_disabled(struct app *app, const struct actor *actor,
    struct user_row *u, bool disable)
{
	enum rc rc;

	if (disable == u->is_disabled)
		return RC_OK;
	rc = change_flags(app, actor, u, &u->is_disabled, disable, disable ?
	    "user.disable" : "user.enable");
	if (rc == RC_OK && disable)
		rc = user_sign_out(app->db, u->id);
	if (rc == RC_OK && disable)
		rc = person_stop(app, u->id, clock_ms(), "account_disabled");
	return rc;
}

enum rc
admin_user_change(struct app *app, const struct actor *actor,
    const char *username, const struct user_change *change,
    struct user_row *out)
{
	struct user_row u;
	enum rc rc = actor_check(app, actor);

	if (rc == RC_OK)
		rc = user_by_name(app->db, name_fold(app->arena, username), &u);
	if (rc != RC_OK)
		return rc;
	if (actor->id != NULL && strcmp(actor->id, u.id) == 0 &&
	    (change->is_disabled == 1 || change->is_admin == 0))
		return RC_CONFLICT;
	if (change->is_creator >= 0)
		rc = change_creator(app, actor, &u, change->is_creator == 1);
	if (rc == RC_OK && change->is_disabled >= 0)
		rc = change_disabled(app, actor, &u, change->is_disabled == 1);
	if (rc == RC_OK && change->is_admin >= 0 &&
	    (change->is_admin == 1) != u.is_admin)
		rc = change_flags(app, actor, &u, &u.is_admin,
		    change->is_admin == 1, change->is_admin == 1 ?
		    "user.admin" : "user.unadmin");
	return rc == RC_OK ? user_by_id(app->db, u.id, out) : rc;
}

enum rc
admin_stream_end(struct app *app, const struct actor *actor,
    const char *username)
{
	static const char why[] = "an administrator ended it";
	int64_t now = clock_ms();
	struct stream_row stream;
	struct user_row u;
	bool changed;
	int ended;
	enum rc rc = actor_check(app, actor);

	if (rc == RC_OK)
		rc = user_by_name(app->db, name_fold(app->arena, username), &u);
	if (rc == RC_OK)
		rc = lives_end(app, u.id, now, why, &ended);
	if (rc != RC_OK)
		return rc;
	rc = stream_by_user(app->db, u.id, &stream);
	if (rc == RC_NOT_FOUND)
		return ended == 0 ? RC_GONE :
		    audit_put(app, actor, "stream.end", &u);
	if (rc == RC_OK)
		rc = stream_keys_enable(app, u.id, false, &changed);
	if (rc == RC_OK || rc == RC_NOT_FOUND)
		rc = stream_stop(app, u.id, why);
	return rc == RC_OK ? audit_put(app, actor, "stream.end", &u) : rc;
}

/* ---- who may stream ------------------------------------------------------ */

enum rc
creator_request(struct app *app, const char *user_id, const char **state)
{
	bool open = app->config->creators == CREATORS_OPEN;
	struct user_row u;
	enum rc rc = user_by_id(app->db, user_id, &u);

	if (rc == RC_OK && !u.is_creator) {
		u.is_creator = open && !u.is_creator_refused;
		if (u.is_creator)
			u.creator_asked_at = 0;
		else if (u.creator_asked_at == 0)
			u.creator_asked_at = clock_ms();
		rc = user_set_creator(app->db, u.id, u.is_creator,
		    u.is_creator_refused, u.creator_asked_at);
	}
	if (rc == RC_OK)
		*state = creator_state(&u);
	return rc;
}

enum rc
admin_room_end(struct app *app, const struct actor *actor,
    const struct room_row *room)
{
	struct user_row owner;
	enum rc rc = user_by_id(app->db, room->owner_id, &owner);

	if (rc == RC_OK)
		rc = room_close(app, room, "an administrator ended it");
	return rc == RC_OK ? audit_put(app, actor, "room.end", &owner) : rc;
}
