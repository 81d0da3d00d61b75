/*
 * Program workspace: tenants, their members and voice channels.  Handlers read
 * input, call app/ and write output.
 */
#include "programs.h"

#include <string.h>

#define NAME_MAX_CP	100
#define WORD_MAX	32
#define SOURCES_MAX	4
#define SHOWN_MAX	1000	/* people beside a channel */

/* ---- what comes in --------------------------------------------------------- */

static enum rc
role_read(struct req *req, enum workspace_role *role)
{
	const char *word = NULL;
	enum rc rc = body_str(req, "role", REQUIRED, 0, WORD_MAX, &word);

	if (rc == RC_OK && workspace_role_read(word, role) != RC_OK)
		return fail_detail(req, RC_INVALID, "invalid_value", "role",
		    "The role is owner, admin or member.");
	return rc;
}

/* Names of an array to one text, each in its own place: the same sources are
 * the same text.  NULL where the array is absent. */
static enum rc
sources_read(struct req *req, const char **sources)
{
	static const char *const names[SOURCES_MAX] = { "microphone", "camera",
	    "screen_share", "screen_share_audio" };
	const char **given = NULL;
	size_t len = 0, found = 0;
	struct buf all;
	enum rc rc = body_strs(req, "sources", OPTIONAL, SOURCES_MAX, &given,
	    &len);

	if (rc != RC_OK || given == NULL)
		return rc;
	buf_init(&all, req->arena);
	for (size_t n = 0; n < SOURCES_MAX; n++)
		for (size_t i = 0; i < len; i++)
			if (strcmp(given[i], names[n]) == 0) {
				buf_printf(&all, "%s%s", found++ == 0 ? "" :
				    " ", names[n]);
				break;
			}
	if (found != len || !str_starts(all.data, names[0]))
		return fail_detail(req, RC_INVALID, "invalid_value", "sources",
		    "sources are microphone and, where wanted, camera, "
		    "screen_share and screen_share_audio, each once.");
	*sources = all.data;
	return RC_OK;
}

/* ---- workspaces ------------------------------------------------------------ */

static void
workspace_write(struct buf *out, const char *key,
    const struct workspace_row *w)
{
	json_object(out, key);
	json_add_str(out, "id", w->id);
	json_add_str(out, "name", w->name);
	json_add_str(out, "role", workspace_role_name(w->role));
	json_add_time(out, "createdAt", w->created_at);
	json_object_end(out);
}

static enum rc
workspace_reply(struct req *req, int status, const struct workspace_row *w)
{
	struct buf *out = reply_json(req, status);

	json_object(out, NULL);
	workspace_write(out, "workspace", w);
	json_object_end(out);
	return RC_OK;
}

static enum rc
workspaces_post(struct req *req)
{
	const char *name = NULL;
	struct workspace_row w;
	enum rc rc = body_name(req, "name", REQUIRED, NAME_MAX_CP, &name);

	if (rc == RC_OK)
		rc = workspace_create(req, name, &w);
	return rc == RC_OK ? workspace_reply(req, 201, &w) : rc;
}

static enum rc
workspaces_get(struct req *req)
{
	struct workspace_row *rows;
	size_t len;
	int64_t limit, before;
	const char *before_id, *next = NULL;
	struct buf *out;
	enum rc rc = req_page_time(req, &limit, &before, &before_id);

	if (rc == RC_OK)
		rc = workspace_list(req->app->db, req->user->id, before,
		    before_id, limit + 1, &rows, &len);
	if (rc != RC_OK)
		return rc;
	if (len > (size_t)limit) {
		len = (size_t)limit;
		next = cursor_make(req->arena, "%lld,%s",
		    (long long)rows[len - 1].joined_at, rows[len - 1].id);
	}
	out = reply_list(req, "items");
	for (size_t i = 0; i < len; i++)
		workspace_write(out, NULL, &rows[i]);
	return reply_list_end(out, next);
}

static enum rc
workspace_show(struct req *req)
{
	struct workspace_row w;
	enum rc rc = workspace_find(req, req_param(req, "workspace"), &w);

	return rc == RC_OK ? workspace_reply(req, 200, &w) : rc;
}

static enum rc
workspace_put(struct req *req)
{
	const char *name = NULL;
	struct workspace_row w;
	enum rc rc = body_name(req, "name", REQUIRED, NAME_MAX_CP, &name);

	if (rc == RC_OK)
		rc = workspace_change(req, req_param(req, "workspace"), name,
		    &w);
	return rc == RC_OK ? workspace_reply(req, 200, &w) : rc;
}

static enum rc
workspace_drop(struct req *req)
{
	enum rc rc = workspace_remove(req, req_param(req, "workspace"));

	return rc == RC_OK ? reply_empty(req, 204) : rc;
}

/* ---- members --------------------------------------------------------------- */

static void
member_write(struct buf *out, const struct workspace_member_row *m)
{
	json_object(out, NULL);
	json_add_str(out, "id", m->user_id);
	json_add_str(out, "username", m->username);
	json_add_str(out, "displayName", m->display_name);
	json_add_str(out, "avatarUrl", m->avatar_url);
	json_add_str(out, "role", workspace_role_name(m->role));
	json_add_time(out, "createdAt", m->created_at);
	json_object_end(out);
}

static enum rc
members_get(struct req *req)
{
	struct workspace_member_row *rows;
	struct workspace_row w;
	size_t len;
	int64_t limit;
	const char *after, *next = NULL;
	struct buf *out;
	enum rc rc = req_page(req, &limit, &after);

	if (rc == RC_OK)
		rc = workspace_find(req, req_param(req, "workspace"), &w);
	if (rc == RC_OK)
		rc = workspace_member_list(req->app->db, w.id, after,
		    limit + 1, &rows, &len);
	if (rc != RC_OK)
		return rc;
	if (len > (size_t)limit) {
		len = (size_t)limit;
		next = cursor_make(req->arena, "%s", rows[len - 1].username);
	}
	out = reply_list(req, "items");
	for (size_t i = 0; i < len; i++)
		member_write(out, &rows[i]);
	return reply_list_end(out, next);
}

static enum rc
members_put(struct req *req)
{
	enum workspace_role role;
	enum rc rc = role_read(req, &role);

	if (rc == RC_OK)
		rc = workspace_member_set(req, req_param(req, "workspace"),
		    req_param(req, "username"), role);
	return rc == RC_OK ? reply_empty(req, 204) : rc;
}

static enum rc
member_delete(struct req *req)
{
	enum rc rc = workspace_member_drop(req, req_param(req, "workspace"),
	    req_param(req, "username"));

	return rc == RC_OK ? reply_empty(req, 204) : rc;
}

/* ---- channels -------------------------------------------------------------- */

/* Left open, for what only lists show. */
static void
channel_begin(struct req *req, struct buf *out, const char *key,
    const struct voice_row *v)
{
	json_object(out, key);
	json_add_str(out, "id", v->id);
	json_add_str(out, "name", v->name);
	json_add_str(out, "type", "voice");
	json_add_str(out, "room", voice_room(req->arena, v->id));
	json_array(out, "sources");
	for (const char *s = v->sources; *s != '\0'; s += strspn(s, " ")) {
		size_t len = strcspn(s, " ");

		json_add_str(out, NULL, arena_strndup(req->arena, s, len));
		s += len;
	}
	json_array_end(out);
	json_add_time(out, "createdAt", v->created_at);
}

static enum rc
channel_reply(struct req *req, int status, const struct voice_row *v)
{
	struct buf *out = reply_json(req, status);

	json_object(out, NULL);
	channel_begin(req, out, "channel", v);
	json_object_end(out);
	json_object_end(out);
	return RC_OK;
}

/* Who is in it now. */
static enum rc
channel_people(struct req *req, struct buf *out, const struct voice_row *v)
{
	struct present_row *rows;
	size_t len;
	enum rc rc = present_list(req->app->db, voice_room(req->arena, v->id),
	    NULL, SHOWN_MAX, &rows, &len);

	if (rc != RC_OK)
		return rc;
	json_array(out, "participants");
	for (size_t i = 0; i < len; i++) {
		json_object(out, NULL);
		json_add_str(out, "identity", rows[i].identity);
		json_add_str(out, "name", rows[i].name);
		json_add_str(out, "avatarUrl", rows[i].avatar_url);
		json_object_end(out);
	}
	json_array_end(out);
	return RC_OK;
}

static enum rc
channels_get(struct req *req)
{
	struct workspace_row w;
	struct voice_row *rows;
	size_t len;
	int64_t limit, after;
	const char *after_id, *next = NULL;
	struct buf *out;
	enum rc rc = req_page_time(req, &limit, &after, &after_id);

	if (rc == RC_OK)
		rc = workspace_find(req, req_param(req, "workspace"), &w);
	if (rc == RC_OK)
		rc = voice_list(req->app->db, w.id, after, after_id, limit + 1,
		    &rows, &len);
	if (rc != RC_OK)
		return rc;
	if (len > (size_t)limit) {
		len = (size_t)limit;
		next = cursor_make(req->arena, "%lld,%s",
		    (long long)rows[len - 1].created_at, rows[len - 1].id);
	}
	out = reply_list(req, "items");
	for (size_t i = 0; rc == RC_OK && i < len; i++) {
		channel_begin(req, out, NULL, &rows[i]);
		rc = channel_people(req, out, &rows[i]);
		json_object_end(out);
	}
	return rc != RC_OK ? rc : reply_list_end(out, next);
}

static enum rc
channels_post(struct req *req)
{
	const char *name = NULL, *sources = "microphone";
	struct voice_row v;
	enum rc rc = body_name(req, "name", REQUIRED, NAME_MAX_CP, &name);

	if (rc == RC_OK)
		rc = sources_read(req, &sources);
	if (rc == RC_OK)
		rc = voice_create(req, req_param(req, "workspace"), name,
		    sources, &v);
	return rc == RC_OK ? channel_reply(req, 201, &v) : rc;
}

static enum rc
channel_put(struct req *req)
{
	const char *name = NULL, *sources = NULL;
	struct voice_row v;
	enum rc rc = body_name(req, "name", OPTIONAL, NAME_MAX_CP, &name);

	if (rc == RC_OK)
		rc = sources_read(req, &sources);
	if (rc == RC_OK)
		rc = voice_change(req, req_param(req, "workspace"),
		    req_param(req, "channel"), name, sources, &v);
	return rc == RC_OK ? channel_reply(req, 200, &v) : rc;
}

static enum rc
channel_delete(struct req *req)
{
	enum rc rc = voice_remove(req, req_param(req, "workspace"),
	    req_param(req, "channel"));

	return rc == RC_OK ? reply_empty(req, 204) : rc;
}

#define WORKSPACE	"/api/workspaces/{workspace}"

static const struct route routes[] = {
	{ POST, "/api/workspaces", "createWorkspace", AUTH_ANY,
	    BODY | TX | SCOPE_ROOMS, workspaces_post },
	{ GET, "/api/workspaces", "listWorkspaces", AUTH_ANY,
	    ETAG | SCOPE_READ, workspaces_get },
	{ GET, WORKSPACE, "getWorkspace", AUTH_ANY, ETAG | SCOPE_READ,
	    workspace_show },
	{ PUT, WORKSPACE, "updateWorkspace", AUTH_ANY,
	    BODY | TX | SCOPE_ROOMS, workspace_put },
	{ DELETE, WORKSPACE, "deleteWorkspace", AUTH_ANY, TX | SCOPE_ROOMS,
	    workspace_drop },
	{ GET, WORKSPACE "/members", "listWorkspaceMembers", AUTH_ANY,
	    ETAG | SCOPE_READ, members_get },
	{ PUT, WORKSPACE "/members/{username}", "setWorkspaceMember", AUTH_ANY,
	    BODY | TX | SCOPE_ROOMS, members_put },
	{ DELETE, WORKSPACE "/members/{username}", "removeWorkspaceMember",
	    AUTH_ANY, TX | SCOPE_ROOMS, member_delete },
	{ POST, WORKSPACE "/channels", "createChannel", AUTH_ANY,
	    BODY | TX | SCOPE_ROOMS, channels_post },
	{ GET, WORKSPACE "/channels", "listChannels", AUTH_ANY,
	    ETAG | SCOPE_READ, channels_get },
	{ PUT, WORKSPACE "/channels/{channel}", "updateChannel", AUTH_ANY,
	    BODY_OPT | TX | SCOPE_ROOMS, channel_put },
	{ DELETE, WORKSPACE "/channels/{channel}", "deleteChannel", AUTH_ANY,
	    TX | SCOPE_ROOMS, channel_delete },
	{ 0 }
};

const struct program workspace_program = { "workspace", routes, DB_RW | NEEDS_LK };
