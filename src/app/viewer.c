/*
 * Channels as others see them: what a page shows of one, and the tokens to
 * watch it.  Nothing that only its creator may know goes through here.
 */
#include "local.h"

#include <string.h>

/* ---- what is shown --------------------------------------------------------- */

static void
write_person(struct buf *out, const struct channel_row *row)
{
	json_add_str(out, "id", row->stream.id);
	json_add_str(out, "userId", row->stream.user_id);
	json_add_str(out, "username", row->username);
	json_add_str(out, "displayName", row->display_name);
	json_add_str(out, "avatarUrl", row->avatar_url);
	json_add_str(out, "title", row->stream.title);
}

static void
write_air(struct buf *out, const struct channel_row *row)
{
	json_add_str(out, "thumbnail", row->stream.thumbnail);
	json_add_bool(out, "isLive", row->is_live);
	json_add_int(out, "viewerCount", row->viewer_count);
	json_add_time(out, "startedAt", row->started_at);
}

static void
write_followers(struct buf *out, const struct channel_row *row)
{
	json_add_int(out, "followerCount", row->follower_count);
	json_add_bool(out, "isFollowing", row->is_following);
}

void
channel_write(struct buf *out, const char *key, const struct channel_row *row)
{
	json_object(out, key);
	write_person(out, row);
	json_add_str(out, "description", row->stream.description);
	write_air(out, row);
	json_add_bool(out, "isChatEnabled", row->stream.is_chat_enabled);
	json_add_bool(out, "isChatDelayed", row->stream.is_chat_delayed);
	json_add_bool(out, "isChatFollowersOnly",
	    row->stream.is_chat_followers_only);
	write_followers(out, row);
	json_object_end(out);
}

void
channel_write_short(struct buf *out, const struct channel_row *row)
{
	json_object(out, NULL);
	write_person(out, row);
	write_air(out, row);
	write_followers(out, row);
	json_object_end(out);
}

/* ---- whose it is ----------------------------------------------------------- */

/* The channel of a name, unless its creator may show it to nobody. */
static enum rc
channel_named(struct req *req, const char *username, const char *viewer_id,
    struct channel_row *row)
{
	const char *folded, *code;
	enum rc rc = RC_NOT_FOUND;

	if (username_check(req->arena, username, &folded, &code) == RC_OK)
		rc = channel_by_username(req->app->db, folded, viewer_id,
		    clock_ms(), row);
	if (rc == RC_NOT_FOUND || (rc == RC_OK && row->is_disabled))
		return fail(req, RC_NOT_FOUND, "no_channel", NULL, 0);
	return rc;
}

enum rc
viewer_channel(struct req *req, const char *username, struct channel_row *row)
{
	enum rc rc = channel_named(req, username,
	    req->user == NULL ? NULL : req->user->id, row);

	/* Who is blocked cannot tell it from one that is not there. */
	if (rc == RC_OK && row->is_blocked)
		return fail(req, RC_NOT_FOUND, "no_channel", NULL, 0);
	return rc;
}

/* By id, by name, or by both when they mean the same person. */
static enum rc
channel_asked(struct req *req, const char *host_id, const char *username,
    struct channel_row *row)
{
	enum rc rc;

	if (host_id == NULL && username == NULL)
		return fail(req, RC_INVALID, "missing_field", "hostId", 0);
	if (username != NULL) {
		rc = channel_named(req, username, NULL, row);
		if (rc == RC_OK && host_id != NULL &&
		    strcmp(row->stream.user_id, host_id) != 0)
			return fail_detail(req, RC_INVALID, "invalid_value",
			    "hostId", "hostId and username are not the same "
			    "person; send one of them.");
		return rc;
	}
	rc = channel_by_user(req->app->db, host_id, NULL, clock_ms(), row);
	if (rc == RC_NOT_FOUND || (rc == RC_OK && row->is_disabled))
		return fail(req, RC_NOT_FOUND, "no_channel", NULL, 0);
	return rc;
}

/* ---- tokens ---------------------------------------------------------------- */

static bool
is_guest(const struct user *user)
{
	return user == NULL || user->credential == CRED_GUEST;
}

/* A guest of this room stays who they are; any other one is new. */
static enum rc
guest_identity(struct req *req, const char *room, const char *given,
    struct token_for *who)
{
	const struct user *user = req->user;
	const char *code;
	unsigned char random[8];
	enum rc rc;

	if (user != NULL && strcmp(user->guest_room, room) == 0) {
		who->identity = user->id;
		who->name = user->display_name;
		return RC_OK;
	}
	if (given == NULL)
		return fail(req, RC_INVALID, "missing_field", "guestName", 0);
	if (guest_name_clean(req->arena, given, &who->name, &code) != RC_OK)
		return fail(req, RC_INVALID, code, "guestName", 0);
	if ((rc = random_bytes(random, sizeof random)) == RC_OK)
		who->identity = arena_printf(req->arena, GUEST_PREFIX
		    "%lld-%s", (long long)clock_ms(),
		    hex_lower(req->arena, random, sizeof random));
	return rc;
}

/* Who the caller is in this room; identities are ours, never the body's. */
static enum rc
viewer_identity(struct req *req, const struct stream_row *stream,
    const char *guest_name, struct token_for *who)
{
	const struct user *user = req->user;

	if (is_guest(user))
		return guest_identity(req, stream->user_id, guest_name, who);
	/* The creator's own id is the encoder's: it must not be thrown out. */
	who->identity = strcmp(user->id, stream->user_id) != 0 ? user->id :
	    arena_printf(req->arena, SELF_VIEW_PREFIX "%s", user->id);
	who->name = user->display_name;
	who->avatar_url = user->avatar_url;
	if (user->expires_at != 0 && user->expires_at < who->not_after)
		who->not_after = user->expires_at;
	return RC_OK;
}

/* What the database says about the room, and the caller in it. */
static enum rc
viewer_admitted(struct req *req, const char *host_id, const char *username,
    const char *guest_name, struct room_row *room, struct token_for *who)
{
	struct db *db = req->app->db;
	struct channel_row channel;
	enum rc rc = channel_asked(req, host_id, username, &channel);

	if (rc != RC_OK ||
	    (rc = room_by_name(db, channel.stream.user_id, room)) != RC_OK ||
	    (rc = viewer_identity(req, &channel.stream, guest_name, who)) !=
	    RC_OK)
		return rc;
	who->room = room->name;
	who->kind = KIND_STREAM;
	return room_admit(req, room, who->identity, &who->rights);
}

enum rc
viewer_token(struct req *req, const char *host_id, const char *username,
    const char *guest_name, struct viewer_token *out)
{
	struct app *app = req->app;
	bool guest = is_guest(req->user);
	int64_t now = clock_ms();
	struct token_for who = {
	    .not_after = now + app->config->token_ttl_s * 1000 };
	struct room_row room;
	enum rc rc = guest ? req_limit(req, LIMIT_GUEST, req_address(req)) :
	    req_limit(req, LIMIT_TOKEN, req->user->id);

	if (rc != RC_OK || (rc = db_read_begin(app->db)) != RC_OK)
		return rc;
	rc = viewer_admitted(req, host_id, username, guest_name, &room, &who);
	db_read_end(app->db);
	if (rc != RC_OK || (rc = room_ensure(app, req, &room)) != RC_OK ||
	    (rc = token_mint(app, &who, &out->token)) != RC_OK)
		return rc;
	out->identity = who.identity;
	out->name = who.name;
	out->guest_token = NULL;
	return !guest ? RC_OK : guest_token_make(app->auth, req->arena,
	    who.room, who.identity, who.name, now, who.not_after,
	    &out->guest_token);
}
