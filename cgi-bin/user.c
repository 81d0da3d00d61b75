/*
 * Program user: people as others see them; following and blocking.  Never sees
 * LiveKit's secret: who is blocked is thrown out by a job.
 */
#include "programs.h"

#include <string.h>

#define PREFIX_MAX	32
#define NAME_CHARS	"abcdefghijklmnopqrstuvwxyz0123456789_"

/* What every list and profile shows of somebody. */
static void
person_write(struct buf *out, const struct user_row *user)
{
	json_add_str(out, "id", user->id);
	json_add_str(out, "username", user->username);
	json_add_str(out, "displayName", user->display_name);
	json_add_str(out, "avatarUrl", user->avatar_url);
}

static enum rc
user_get(struct req *req)
{
	struct person p;
	struct buf *out;
	enum rc rc = person_find(req, req_param(req, "username"), &p);

	if (rc != RC_OK)
		return rc;
	out = reply_json(req, 200);
	json_object(out, NULL);
	person_write(out, &p.user);
	json_add_int(out, "followerCount", p.user.follower_count);
	json_add_int(out, "followingCount", p.user.following_count);
	json_add_bool(out, "hasChannel", p.has_channel);
	json_add_bool(out, "isLive", p.is_live);
	json_add_bool(out, "isFollowing", p.is_following);
	json_add_bool(out, "isBlocked", p.is_blocked);
	json_add_time(out, "createdAt", p.user.created_at);
	json_object_end(out);
	return RC_OK;
}

/* ---- search -------------------------------------------------------------- */

static enum rc
prefix_read(struct req *req, const char **prefix)
{
	const char *q = req_query(req, "q");
	char *folded;
	size_t len;

	if (q == NULL)
		return fail_detail(req, RC_INVALID, "missing_field", "q",
		    "Say with q how the user name begins.");
	len = utf8_count(q);
	if (len < 1 || len > PREFIX_MAX)
		return fail(req, RC_INVALID, len < 1 ? "too_short" : "too_long",
		    "q", 0);
	folded = arena_strdup(req->arena, q);
	for (char *p = folded; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	*prefix = folded;
	return RC_OK;
}

static enum rc
found_write(struct req *req, struct buf *out, const struct user_row *user)
{
	bool follows = false;
	enum rc rc = RC_OK;

	json_object(out, NULL);
	person_write(out, user);
	if (req->user != NULL) {
		rc = follow_exists(req->app->db, req->user->id, user->id,
		    &follows);
		json_add_bool(out, "isFollowing", follows);
	}
	json_object_end(out);
	return rc;
}

static enum rc
user_search_get(struct req *req)
{
	const char *viewer = req->user == NULL ? NULL : req->user->id;
	const char *prefix = NULL, *cursor, *next = NULL;
	struct user_row *rows;
	int64_t limit;
	size_t len;
	struct buf *out;
	enum rc rc;

	if ((rc = req_page(req, &limit, &cursor)) != RC_OK ||
	    (rc = prefix_read(req, &prefix)) != RC_OK)
		return rc;
	if (cursor != NULL && cursor[strspn(cursor, NAME_CHARS)] != '\0')
		return fail(req, RC_INVALID, "invalid_cursor", "cursor", 0);
	rc = user_search(req->app->db, prefix, cursor == NULL ? "" : cursor,
	    viewer, limit + 1, &rows, &len);
	if (rc != RC_OK)
		return rc;
	if (len > (size_t)limit) {
		len = (size_t)limit;
		next = cursor_make(req->arena, "%s", rows[len - 1].username);
	}
	out = reply_list(req, "items");
	for (size_t i = 0; rc == RC_OK && i < len; i++)
		rc = found_write(req, out, &rows[i]);
	return rc != RC_OK ? rc : reply_list_end(out, next);
}

/* ---- whom I follow and block --------------------------------------------- */

static enum rc
relations_reply(struct req *req, enum rc (*list)(struct db *,
    const char *user_id, int64_t before_created, const char *before_id,
    int64_t limit, struct relation_row **, size_t *))
{
	struct relation_row *rows;
	int64_t limit, before;
	const char *before_id, *next = NULL;
	size_t len;
	struct buf *out;
	enum rc rc;

	if ((rc = req_page_time(req, &limit, &before, &before_id)) != RC_OK ||
	    (rc = list(req->app->db, req->user->id, before, before_id,
	    limit + 1, &rows, &len)) != RC_OK)
		return rc;
	if (len > (size_t)limit) {
		len = (size_t)limit;
		next = cursor_make(req->arena, "%lld,%s",
		    (long long)rows[len - 1].created_at, rows[len - 1].user.id);
	}
	out = reply_list(req, "items");
	for (size_t i = 0; i < len; i++) {
		json_object(out, NULL);
		person_write(out, &rows[i].user);
		json_add_time(out, "createdAt", rows[i].created_at);
		json_object_end(out);
	}
	return reply_list_end(out, next);
}

static enum rc
my_follows_get(struct req *req)
{
	return relations_reply(req, follow_list);
}

static enum rc
my_blocks_get(struct req *req)
{
	return relations_reply(req, block_list);
}

/* ---- follow and block ---------------------------------------------------- */

static enum rc
done(struct req *req, enum rc (*act)(struct req *, const char *username))
{
	enum rc rc = act(req, req_param(req, "username"));

	return rc == RC_OK ? reply_empty(req, 204) : rc;
}

static enum rc
follow_put(struct req *req)
{
	return done(req, person_follow);
}

static enum rc
follow_delete(struct req *req)
{
	return done(req, person_unfollow);
}

static enum rc
block_put(struct req *req)
{
	return done(req, person_block);
}

static enum rc
block_delete(struct req *req)
{
	return done(req, person_unblock);
}

static const struct route routes[] = {
	{ GET, "/api/users", "searchUsers", AUTH_OPTIONAL, SCOPE_READ,
	    user_search_get },
	{ GET, "/api/users/me/following", "listMyFollows", AUTH_ANY,
	    SCOPE_READ, my_follows_get },
	{ GET, "/api/users/me/blocks", "listMyBlocks", AUTH_ANY, SCOPE_READ,
	    my_blocks_get },
	{ GET, "/api/users/{username}", "getUser", AUTH_OPTIONAL, SCOPE_READ,
	    user_get },
	{ PUT, "/api/users/{username}/follow", "followUser", AUTH_ANY,
	    TX | SCOPE_STREAM, follow_put },
	{ DELETE, "/api/users/{username}/follow", "unfollowUser", AUTH_ANY,
	    TX | SCOPE_STREAM, follow_delete },
	{ PUT, "/api/users/{username}/block", "blockUser", AUTH_ANY,
	    TX_FULL | SCOPE_STREAM, block_put },
	{ DELETE, "/api/users/{username}/block", "unblockUser", AUTH_ANY,
	    TX_FULL | SCOPE_STREAM, block_delete },
	{ 0 }
};

const struct program user_program = { "user", routes, DB_RW };
