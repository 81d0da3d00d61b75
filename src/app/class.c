/*
 * Classes (seed 003): rooms that stay, with members and their roles.  Who may
 * be in one as what, tokens for it, and how members come and go.  What teachers
 * do to people who are inside is participant.c's.
 */
#include "local.h"

#include <string.h>
#include <strings.h>

enum { MEMBER_ROLES = MEMBER_STUDENT + 1 };

/* ---- who may be in it ------------------------------------------------------ */

enum rc
class_member_get(struct app *app, const struct room_row *room,
    const char *user_id, struct member_row *m)
{
	bool owner = strcmp(user_id, room->owner_id) == 0;
	enum rc rc = member_get(app->db, room->name, user_id, m);

	if (rc == RC_NOT_FOUND && owner) {
		*m = (struct member_row){ .room_name = room->name,
		    .user_id = user_id, .asked = MEMBER_TEACHER,
		    .can_publish = -1 };
		rc = RC_OK;
	}
	if (rc == RC_OK && owner)
		m->role = MEMBER_TEACHER;
	return rc;
}

/* Teachers come first and students last: the lower of two is the greater. */
static void
member_rights(const struct member_row *m, struct rights *r)
{
	static const enum role roles[MEMBER_ROLES] = {
		[MEMBER_TEACHER] = ROLE_TEACHER,
		[MEMBER_PARTICIPANT] = ROLE_PARTICIPANT,
		[MEMBER_STUDENT] = ROLE_STUDENT,
	};

	r->role = roles[m->asked > m->role ? m->asked : m->role];
	if (m->can_publish >= 0)
		r->publish = m->can_publish ? MAY_PUBLISH : MAY_NOT_PUBLISH;
	r->chat = true;
}

enum rc
class_rights(struct app *app, const struct room_row *room,
    const char *identity, struct rights *r)
{
	struct member_row m;
	enum rc rc = guest_of_owner(app, room, identity, r);

	if (rc != RC_OK)
		return rc;
	rc = class_member_get(app, room, identity, &m);
	if (rc == RC_NOT_FOUND) {
		r->refusal = "not_member";
		return RC_FORBIDDEN;
	}
	if (rc == RC_OK)
		member_rights(&m, r);
	return rc;
}

enum rc
class_leads(struct app *app, const struct room_row *room, const char *user_id,
    bool *yes)
{
	struct rights r = { 0 };
	struct member_row m;
	enum rc rc = guest_of_owner(app, room, user_id, &r);

	*yes = false;
	if (rc == RC_OK)
		rc = class_member_get(app, room, user_id, &m);
	if (rc == RC_OK)
		*yes = m.role == MEMBER_TEACHER;
	return rc == RC_NOT_FOUND || rc == RC_FORBIDDEN ? RC_OK : rc;
}

/* ---- which room ------------------------------------------------------------ */

enum rc
class_find(struct req *req, const char *name, struct room_row *room)
{
	enum rc rc = room_find(req, name, room);

	if ((rc == RC_OK || rc == RC_GONE) && room->kind != KIND_CLASS)
		return fail(req, RC_NOT_FOUND, "no_room", NULL, 0);
	return rc;
}

/* Voice channels are not there for who is not in their workspace. */
enum rc
room_find_shown(struct req *req, const char *name, struct room_row *room)
{
	struct rights r;
	enum rc rc = room_find(req, name, room);

	if ((rc != RC_OK && rc != RC_GONE) || room->kind != KIND_VOICE)
		return rc;
	if (rc == RC_OK)
		rc = room_rights(req->app, room, req->user->id, &r);
	if (rc == RC_GONE ||
	    (rc == RC_FORBIDDEN && strcmp(r.refusal, "not_member") == 0))
		return fail(req, RC_NOT_FOUND, "no_room", NULL, 0);
	return rc == RC_FORBIDDEN ? RC_OK : rc;
}

/* Who was put out for a while belongs to it all the same. */
static enum rc
see(struct req *req, const struct room_row *room)
{
	struct rights r;
	enum rc rc = room_rights(req->app, room, req->user->id, &r);

	if (rc != RC_FORBIDDEN)
		return rc;
	return strcmp(r.refusal, "removed") == 0 ? RC_OK :
	    fail(req, rc, r.refusal, NULL, r.retry_ms);
}

enum rc
class_see(struct req *req, const char *name, struct room_row *room)
{
	enum rc rc = room_find_shown(req, name, room);

	return rc == RC_OK ? see(req, room) : rc;
}

static enum rc
class_led(struct req *req, const char *name, struct room_row *room)
{
	enum rc rc = class_find(req, name, room);

	return rc == RC_OK ? room_lead(req, room) : rc;
}

/* ---- tokens ---------------------------------------------------------------- */

enum rc
member_role_read(struct req *req, const char *field, const char *word,
    enum member_role *role)
{
	for (int i = 0; i < MEMBER_ROLES; i++)
		if (strcmp(word, member_role_name(i)) == 0) {
			*role = (enum member_role)i;
			return RC_OK;
		}
	return fail_detail(req, RC_INVALID, "invalid_value", field,
	    "%s must be teacher, participant or student.", field);
}

/* Who asks, as what; NULL: as what they are. */
struct asking {
	const char	*name;
	const enum member_role *role;
	struct room_row	 room;
	struct rights	 rights;
	struct member_row member;
	enum member_role before;	/* what they asked to be last */
};

static enum rc
asking_read(struct req *req, struct asking *a)
{
	enum rc rc = class_find(req, a->name, &a->room);

	if (rc == RC_OK)
		rc = room_admit(req, &a->room, req->user->id, &a->rights);
	if (rc == RC_OK)
		rc = class_member_get(req->app, &a->room, req->user->id,
		    &a->member);
	if (rc != RC_OK)
		return rc;
	a->before = a->member.asked;
	a->member.asked = a->role == NULL ? a->member.role : *a->role;
	if (a->member.asked < a->member.role)
		return fail(req, RC_FORBIDDEN, "role_too_high", "role", 0);
	member_rights(&a->member, &a->rights);
	return RC_OK;
}

/* Else whoever looks after people inside would give them their own role. */
static enum rc
asking_keep(struct req *req, struct asking *a)
{
	struct app *app = req->app;
	enum rc rc = db_begin(app->db, NORMAL);

	if (rc != RC_OK)
		return rc;
	if ((rc = asking_read(req, a)) == RC_OK &&
	    (rc = member_put(app->db, a->room.name, req->user->id,
	    a->member.role, clock_ms())) == RC_OK &&
	    (rc = member_set_asked(app->db, a->room.name, req->user->id,
	    a->member.asked)) == RC_OK)
		rc = enforce_put(app, a->room.name);
	jobs_run_after(app, a->room.name);
	return db_end(app->db, rc);
}

enum rc
class_token(struct req *req, const char *room_name, const char *role,
    char **token)
{
	const struct user *user = req->user;
	struct app *app = req->app;
	struct asking a = { .name = room_name };
	enum member_role wanted;
	enum rc rc = RC_OK;

	if (role != NULL) {
		rc = member_role_read(req, "role", role, &wanted);
		a.role = &wanted;
	}
	if (rc != RC_OK ||
	    (rc = req_limit(req, LIMIT_TOKEN, user->id)) != RC_OK ||
	    (rc = db_read_begin(app->db)) != RC_OK)
		return rc;
	rc = asking_read(req, &a);
	db_read_end(app->db);
	if (rc == RC_OK && a.member.asked != a.before)
		rc = asking_keep(req, &a);
	if (rc == RC_OK)
		rc = room_ensure(app, req, &a.room);
	return rc != RC_OK ? rc : token_mint(app, &(struct token_for){
	    .room = a.room.name, .kind = KIND_CLASS, .rights = a.rights,
	    .identity = user->id, .name = user->display_name,
	    .avatar_url = user->avatar_url, .not_after = user->expires_at },
	    token);
}

/* ---- beginning and end ------------------------------------------------------ */

/* Somebody the caller may bring in: not who blocks them, and not twice. */
static enum rc
member_first(struct req *req, const char *room,
    const struct class_member *member, int64_t now)
{
	struct member_row there;
	struct person p;
	enum rc rc = person_find(req, member->username, &p);

	if (rc == RC_NOT_FOUND)
		return fail_detail(req, rc, "no_user", "members",
		    "There is nobody named %s; check the name.",
		    member->username);
	if (rc != RC_OK)
		return rc;
	rc = member_get(req->app->db, room, p.user.id, &there);
	if (rc == RC_OK)
		return fail_detail(req, RC_INVALID, "invalid_value",
		    "members", strcmp(p.user.id, req->user->id) == 0 ?
		    "You are the teacher already; name the others." :
		    "members names %s twice.", p.user.username);
	return rc == RC_NOT_FOUND ? member_put(req->app->db, room, p.user.id,
	    member->role, now) : rc;
}

enum rc
class_create(struct req *req, const char *name, const char *display_name,
    const struct class_member *members, size_t len, struct room_row *room)
{
	struct db *db = req->app->db;
	int64_t now = clock_ms();
	char *uuid = NULL;
	enum rc rc = req_limit(req, LIMIT_TOKEN, req->user->id);

	if (rc == RC_OK)
		rc = name == NULL ? random_uuid(req->arena, &uuid) :
		    room_name_check(req, "name", name);
	if (rc != RC_OK)
		return rc;
	*room = (struct room_row){ .name = name == NULL ? uuid : name,
	    .kind = KIND_CLASS, .owner_id = req->user->id, .state = ROOM_OPEN,
	    .display_name = display_name, .created_at = now };
	rc = room_insert(db, room);
	if (rc == RC_CONFLICT)
		return fail(req, rc, "room_taken", "name", 0);
	if (rc == RC_OK)
		rc = member_put(db, room->name, req->user->id, MEMBER_TEACHER,
		    now);
	for (size_t i = 0; rc == RC_OK && i < len; i++)
		rc = member_first(req, room->name, &members[i], now);
	return rc;
}

enum rc
room_close(struct app *app, const struct room_row *room, const char *why)
{
	int64_t now = clock_ms();
	bool lapsed = room->lapses_at != 0 && room->lapses_at < now;
	struct live_row live;
	bool did;

	return room->kind == KIND_LIVE ?
	    live_end_once(app, room->name, &live, &did) :
	    room_finish(app, room, lapsed ? room->lapses_at : now, why);
}

enum rc
class_end(struct req *req, const char *name)
{
	struct app *app = req->app;
	struct room_row room;
	bool owner;
	enum rc rc = room_find_shown(req, name, &room);

	if (rc != RC_OK && rc != RC_GONE)
		return rc;
	owner = strcmp(room.owner_id, req->user->id) == 0;
	if (!owner && !user_is_admin(req->user))
		return fail(req, RC_FORBIDDEN, "not_owner", NULL, 0);
	if (room.kind == KIND_STREAM)
		return fail_detail(req, RC_CONFLICT, "conflict", NULL,
		    "The room of a channel is always open; end what is on "
		    "air with POST /api/stream/end.");
	if (room.kind == KIND_VOICE)
		return fail_detail(req, RC_CONFLICT, "conflict", NULL,
		    "Voice channels are deleted in their workspace.");
	if (room.state == ROOM_OVER)
		return RC_OK;
	jobs_run_after(app, room.name);
	return owner ? room_close(app, &room, "its owner ended it") :
	    admin_room_end(app, &(struct actor){ req->user->id,
	    req->user->username }, &room);
}

enum rc
classes_end(struct app *app, const char *user_id, const char *why)
{
	struct room_row *rooms;
	size_t len;
	enum rc rc = room_by_owner(app->db, user_id, KIND_CLASS, &rooms,
	    &len);

	for (size_t i = 0; rc == RC_OK && i < len; i++)
		rc = room_finish(app, &rooms[i], clock_ms(), why);
	return rc;
}

void
class_write(struct buf *out, const char *key, const struct room_listed *row)
{
	json_object(out, key);
	json_add_str(out, "name", row->room.name);
	room_about_write(out, row);
	json_add_time(out, "createdAt", row->room.created_at);
	json_object_end(out);
}

/* ---- members --------------------------------------------------------------- */

enum rc
class_members(struct req *req, const char *name, struct room_row *room)
{
	enum rc rc = class_find(req, name, room);

	return rc == RC_OK ? see(req, room) : rc;
}

void
class_member_write(struct buf *out, const struct member_row *m)
{
	struct rights r = { 0 };
	struct member_row now = *m;

	/* Whatever they asked to be last is for their own next token. */
	now.asked = m->role;
	member_rights(&now, &r);
	json_object(out, NULL);
	json_add_str(out, "id", m->user_id);
	json_add_str(out, "username", m->username);
	json_add_str(out, "displayName", m->display_name);
	json_add_str(out, "avatarUrl", m->avatar_url);
	json_add_str(out, "role", member_role_name(m->role));
	json_add_bool(out, "canPublish", grant_now(KIND_CLASS, &r).publish);
	json_add_time(out, "createdAt", m->created_at);
	json_object_end(out);
}

enum rc
class_member_set(struct req *req, const char *name, const char *username,
    enum member_role role)
{
	struct app *app = req->app;
	struct member_row m;
	struct room_row room;
	struct user_row who;
	struct person newcomer;
	enum rc rc = class_led(req, name, &room);

	if (rc == RC_OK)
		rc = person_named(req, username, &who);
	if (rc != RC_OK)
		return rc;
	if (strcmp(who.id, room.owner_id) == 0)
		return fail(req, RC_FORBIDDEN, "owner_protected", NULL, 0);
	rc = member_get(app->db, room.name, who.id, &m);
	if (rc == RC_OK && m.role == role)
		return RC_OK;
	if (rc == RC_OK && m.hand_raised_at != 0)
		rc = hand_event(app, &room, who.id, false);
	else if (rc == RC_NOT_FOUND)	/* nobody who blocks the caller */
		rc = person_find(req, username, &newcomer);
	if (rc == RC_OK)
		rc = member_put(app->db, room.name, who.id, role, clock_ms());
	jobs_run_after(app, room.name);
	return rc == RC_OK ? enforce_put(app, room.name) : rc;
}

enum rc
class_member_drop(struct req *req, const char *name, const char *username)
{
	struct app *app = req->app;
	struct room_row room;
	struct user_row who;
	enum rc rc = class_find(req, name, &room);

	/* Anybody may leave. */
	if (rc == RC_OK && strcasecmp(username, req->user->username) != 0)
		rc = room_lead(req, &room);
	if (rc == RC_OK)
		rc = person_named(req, username, &who);
	if (rc != RC_OK)
		return rc;
	if (strcmp(who.id, room.owner_id) == 0)
		return fail(req, RC_FORBIDDEN, "owner_protected", NULL, 0);
	rc = member_remove(app->db, room.name, who.id);
	if (rc == RC_NOT_FOUND)
		return fail(req, rc, "no_member", NULL, 0);
	jobs_run_after(app, room.name);
	return rc == RC_OK ? enforce_put(app, room.name) : rc;
}
