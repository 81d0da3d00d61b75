/*
 * Workspaces: tenants of people who have voice channels together.  Who may do
 * what in one is decided here; to everybody else it does not exist.  Channels
 * and their rooms are voice.c's.
 */
#include "local.h"

#include <string.h>

#define OWNED_MOST	100

/* ---- who is asking --------------------------------------------------------- */

enum rc
workspace_find(struct req *req, const char *id, struct workspace_row *row)
{
	enum rc rc = workspace_get(req->app->db, id, req->user->id, row);

	return rc == RC_NOT_FOUND ?
	    fail(req, rc, "no_workspace", NULL, 0) : rc;
}

enum rc
workspace_lead(struct req *req, const char *id, struct workspace_row *row)
{
	enum rc rc = workspace_find(req, id, row);

	return rc == RC_OK && row->role == WORKSPACE_MEMBER ?
	    fail(req, RC_FORBIDDEN, "not_admin", NULL, 0) : rc;
}

/* ---- workspaces ------------------------------------------------------------ */

static enum rc
owner_has_room(struct req *req, const char *user_id)
{
	int64_t owned;
	enum rc rc = workspace_count_owned(req->app->db, user_id, &owned);

	return rc == RC_OK && owned >= OWNED_MOST ?
	    fail(req, RC_CONFLICT, "too_many", NULL, 0) : rc;
}

enum rc
workspace_create(struct req *req, const char *name, struct workspace_row *row)
{
	const char *me = req->user->id;
	char *id;
	enum rc rc;

	if ((rc = owner_has_room(req, me)) != RC_OK ||
	    (rc = random_uuid(req->arena, &id)) != RC_OK)
		return rc;
	*row = (struct workspace_row){ .id = id, .name = name, .owner_id = me,
	    .role = WORKSPACE_OWNER, .joined_at = clock_ms(),
	    .created_at = clock_ms() };
	return workspace_insert(req->app->db, row);
}

enum rc
workspace_change(struct req *req, const char *id, const char *name,
    struct workspace_row *row)
{
	enum rc rc = workspace_lead(req, id, row);

	if (rc != RC_OK)
		return rc;
	row->name = name;
	return workspace_rename(req->app->db, row->id, name);
}

/* Its rooms first: they are found by its channels. */
static enum rc
workspace_end(struct app *app, const char *id, int64_t now, const char *why)
{
	enum rc rc = voice_end_all(app, id, now, why);

	return rc == RC_OK ? workspace_delete(app->db, id, now) : rc;
}

enum rc
workspace_remove(struct req *req, const char *id)
{
	struct workspace_row w;
	enum rc rc = workspace_find(req, id, &w);

	if (rc != RC_OK)
		return rc;
	if (w.role != WORKSPACE_OWNER)
		return fail(req, RC_FORBIDDEN, "not_owner", NULL, 0);
	return workspace_end(req->app, w.id, clock_ms(),
	    "its workspace was deleted");
}

/* ---- members --------------------------------------------------------------- */

/* RC_NOT_FOUND: in no way a member; what that means is the caller's to say. */
static enum rc
member_named(struct req *req, const char *id, const char *username,
    struct workspace_member_row *member)
{
	struct user_row user;
	enum rc rc = person_named(req, username, &user);

	return rc != RC_OK ? rc :
	    workspace_member_get(req->app->db, id, user.id, member);
}

static enum rc
hand_over(struct req *req, const struct workspace_row *w,
    const struct workspace_member_row *to)
{
	enum rc rc;

	if (w->role != WORKSPACE_OWNER)
		return fail(req, RC_FORBIDDEN, "not_owner", NULL, 0);
	if (to == NULL)
		return fail(req, RC_NOT_FOUND, "no_member", NULL, 0);
	if (to->role == WORKSPACE_OWNER)
		return RC_OK;
	if ((rc = owner_has_room(req, to->user_id)) != RC_OK)
		return rc;
	return workspace_hand_over(req->app->db, w->id, w->owner_id,
	    to->user_id);
}

/* Only the owner makes administrators, and takes it from them. */
static enum rc
role_change(struct req *req, const struct workspace_row *w,
    const struct workspace_member_row *member, enum workspace_role role)
{
	bool owner = w->role == WORKSPACE_OWNER;

	if (member->role == role)
		return RC_OK;
	if (member->role == WORKSPACE_OWNER)
		return owner ? fail(req, RC_CONFLICT, "owner_stays", NULL, 0) :
		    fail(req, RC_FORBIDDEN, "owner_protected", NULL, 0);
	if (!owner)
		return fail(req, RC_FORBIDDEN, "not_owner", NULL, 0);
	return workspace_member_put(req->app->db, w->id, member->user_id, role,
	    clock_ms());
}

enum rc
workspace_member_set(struct req *req, const char *id, const char *username,
    enum workspace_role role)
{
	struct workspace_member_row member;
	struct workspace_row w;
	struct person newcomer;
	enum rc rc = workspace_lead(req, id, &w), found;

	if (rc != RC_OK)
		return rc;
	found = member_named(req, w.id, username, &member);
	if (found != RC_OK && found != RC_NOT_FOUND)
		return found;
	if (role == WORKSPACE_OWNER)
		return hand_over(req, &w, found == RC_OK ? &member : NULL);
	if (found == RC_OK)
		return role_change(req, &w, &member, role);
	if (role == WORKSPACE_ADMIN && w.role != WORKSPACE_OWNER)
		return fail(req, RC_FORBIDDEN, "not_owner", NULL, 0);
	/* Not against the will of who blocks the caller. */
	rc = person_find(req, username, &newcomer);
	return rc == RC_OK ? workspace_member_put(req->app->db, w.id,
	    newcomer.user.id, role, clock_ms()) : rc;
}

/* Anybody may leave but the owner; who leads puts out whom they stand above. */
static enum rc
drop_allowed(struct req *req, const struct workspace_row *w,
    const struct workspace_member_row *member)
{
	bool me = strcmp(member->user_id, req->user->id) == 0;

	if (member->role == WORKSPACE_OWNER)
		return me ? fail(req, RC_CONFLICT, "owner_stays", NULL, 0) :
		    fail(req, RC_FORBIDDEN, "owner_protected", NULL, 0);
	if (me || w->role == WORKSPACE_OWNER)
		return RC_OK;
	return member->role == WORKSPACE_ADMIN ?
	    fail(req, RC_FORBIDDEN, "not_owner", NULL, 0) : RC_OK;
}

enum rc
workspace_member_drop(struct req *req, const char *id, const char *username)
{
	struct app *app = req->app;
	struct workspace_member_row member;
	struct workspace_row w;
	enum rc rc = workspace_find(req, id, &w);

	if (rc != RC_OK)
		return rc;
	rc = member_named(req, w.id, username, &member);
	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	if (w.role == WORKSPACE_MEMBER && (rc == RC_NOT_FOUND ||
	    strcmp(member.user_id, req->user->id) != 0))
		return fail(req, RC_FORBIDDEN, "not_admin", NULL, 0);
	if (rc == RC_NOT_FOUND)
		return fail(req, rc, "no_member", NULL, 0);
	if ((rc = drop_allowed(req, &w, &member)) != RC_OK)
		return rc;
	rc = workspace_member_remove(app->db, w.id, member.user_id);
	return rc == RC_OK ? voice_throw_out(app, member.user_id) : rc;
}

/* ---- the end of an account ------------------------------------------------- */

static enum rc
workspace_pass_on(struct app *app, const char *id, const char *owner_id,
    int64_t now)
{
	const char *heir;
	enum rc rc = workspace_heir(app->db, id, &heir);

	if (rc == RC_NOT_FOUND)
		return workspace_end(app, id, now, "its owner's account was "
		    "deleted");
	return rc != RC_OK ? rc :
	    workspace_hand_over(app->db, id, owner_id, heir);
}

enum rc
workspaces_pass_on(struct app *app, const char *user_id, int64_t now)
{
	const char **ids;
	size_t len;
	enum rc rc;

	do {
		rc = workspace_owned(app->db, user_id, &ids, &len);
		for (size_t i = 0; rc == RC_OK && i < len; i++)
			rc = workspace_pass_on(app, ids[i], user_id, now);
	} while (rc == RC_OK && len > 0);
	return rc;
}
