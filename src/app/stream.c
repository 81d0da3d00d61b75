/*
 * A channel as its creator owns it: made once, told about, ended, and the
 * tokens to look at it or to publish from a browser.  Keys of encoders are
 * stream_key.c's; what others see of it is viewer.c's.
 */
#include "local.h"

#include <string.h>

#define CHAT_DELAY_S	3

/* ---- what is shown --------------------------------------------------------- */

enum rc
stream_on_air(struct app *app, const char *user_id, struct broadcast_row *air)
{
	enum rc rc = broadcast_on_air(app->db, user_id, clock_ms(), air);

	if (rc != RC_NOT_FOUND)
		return rc;
	*air = (struct broadcast_row){ 0 };
	return RC_OK;
}

void
stream_write(struct buf *out, const char *key, const struct stream_row *s,
    const struct broadcast_row *air)
{
	json_object(out, key);
	json_add_str(out, "id", s->id);
	json_add_str(out, "userId", s->user_id);
	json_add_str(out, "title", s->title);
	json_add_str(out, "description", s->description);
	json_add_str(out, "thumbnail", s->thumbnail);
	json_add_bool(out, "isLive", air->id != NULL);
	json_add_int(out, "viewerCount", air->viewer_count);
	json_add_time(out, "startedAt", air->started_at);
	json_add_bool(out, "isChatEnabled", s->is_chat_enabled);
	json_add_bool(out, "isChatDelayed", s->is_chat_delayed);
	json_add_bool(out, "isChatFollowersOnly", s->is_chat_followers_only);
	json_add_int(out, "chatDelaySeconds", s->chat_delay_seconds);
	json_add_time(out, "createdAt", s->created_at);
	json_object_end(out);
}

/* ---- the channel ----------------------------------------------------------- */

enum rc
stream_find(struct req *req, struct stream_row *out)
{
	enum rc rc = stream_by_user(req->app->db, req->user->id, out);

	return rc == RC_NOT_FOUND ? fail(req, rc, "no_stream", NULL, 0) : rc;
}

enum rc
stream_new(struct arena *arena, const char *user_id, struct stream_row *s)
{
	char *id;
	enum rc rc = random_uuid(arena, &id);

	if (rc != RC_OK)
		return rc;
	s->id = id;
	s->user_id = user_id;
	s->is_chat_enabled = true;
	s->chat_delay_seconds = CHAT_DELAY_S;
	s->created_at = clock_ms();
	return RC_OK;
}

void
stream_room(struct arena *arena, const struct stream_row *s,
    struct room_row *room)
{
	struct buf metadata;

	buf_init(&metadata, arena);
	json_object(&metadata, NULL);
	json_add_str(&metadata, "streamId", s->id);
	json_object_end(&metadata);
	*room = (struct room_row){ .name = s->user_id, .kind = KIND_STREAM,
	    .owner_id = s->user_id, .state = ROOM_OPEN,
	    .metadata = metadata.data, .created_at = s->created_at };
}

enum rc
stream_make(struct app *app, struct stream_row *s)
{
	struct room_row room;
	enum rc rc = RC_OK;

	if (s->id == NULL)
		rc = stream_new(app->arena, s->user_id, s);
	if (rc != RC_OK)
		return rc;
	stream_room(app->arena, s, &room);
	rc = room_insert(app->db, &room);
	return rc == RC_OK ? stream_insert(app->db, s) : rc;
}

enum rc
stream_chat_set(struct req *req, const struct stream_row *s)
{
	struct app *app = req->app;
	enum rc rc = stream_set_chat(app->db, s);

	if (rc == RC_OK)
		rc = enforce_put(app, s->user_id);
	if (rc == RC_OK)
		jobs_run_after(app, s->user_id);
	return rc;
}

/* ---- off the air ----------------------------------------------------------- */

enum rc
stream_stop(struct app *app, const char *user_id, const char *why)
{
	int64_t now = clock_ms();
	enum rc rc = stream_set_refused(app->db, user_id,
	    now + STREAM_REFUSED_MS);

	if (rc == RC_OK)
		rc = stream_cut(app, user_id, now, why);
	return rc == RC_OK ? stream_keys_tell(app, user_id) : rc;
}

enum rc
stream_end(struct req *req)
{
	struct app *app = req->app;
	struct stream_row stream;
	enum rc rc = db_begin(app->db, NORMAL);

	if (rc != RC_OK)
		return rc;
	rc = stream_find(req, &stream);
	if (rc == RC_OK)
		rc = stream_stop(app, stream.user_id, "its creator ended it");
	rc = db_end(app->db, rc);
	if (rc == RC_OK)
		jobs_run_now(app, req->user->id);
	return rc;
}

/* ---- tokens ---------------------------------------------------------------- */

/* Whoever is on air now makes way, before the studio comes in. */
static enum rc
takeover_rows(struct req *req, bool takeover, bool *cut)
{
	struct app *app = req->app;
	struct broadcast_row air;
	enum rc rc = stream_on_air(app, req->user->id, &air);

	*cut = rc == RC_OK && air.id != NULL;
	if (!*cut)
		return rc;
	if (!takeover)
		return fail(req, RC_CONFLICT, "already_on_air", NULL, 0);
	return stream_stop(app, req->user->id, "taken over from a browser");
}

static enum rc
studio_admit(struct req *req, bool takeover)
{
	struct app *app = req->app;
	bool cut;
	enum rc rc = db_begin(app->db, NORMAL);

	if (rc != RC_OK)
		return rc;
	rc = takeover_rows(req, takeover, &cut);
	rc = db_end(app->db, rc);
	if (rc == RC_OK && cut)
		jobs_run_now(app, req->user->id);
	return rc;
}

/* Refused before LiveKit is asked for anything. */
static enum rc
token_look(struct req *req, bool publish, bool takeover, struct room_row *room)
{
	struct db *db = req->app->db;
	struct broadcast_row air = { 0 };
	struct stream_row stream;
	enum rc rc = db_read_begin(db);

	if (rc != RC_OK)
		return rc;
	rc = stream_find(req, &stream);
	if (rc == RC_OK)
		rc = room_by_name(db, stream.user_id, room);
	if (rc == RC_OK && publish && !takeover)
		rc = stream_on_air(req->app, stream.user_id, &air);
	db_read_end(db);
	return rc == RC_OK && air.id != NULL ?
	    fail(req, RC_CONFLICT, "already_on_air", NULL, 0) : rc;
}

enum rc
stream_creator_token(struct req *req, bool publish, bool takeover,
    char **token, const char **identity)
{
	const struct user *user = req->user;
	struct app *app = req->app;
	struct room_row room;
	enum rc rc = req_limit(req, LIMIT_TOKEN, user->id);

	if (rc != RC_OK ||
	    (rc = token_look(req, publish, takeover, &room)) != RC_OK ||
	    (rc = room_ensure(app, req, &room)) != RC_OK ||
	    (publish && (rc = studio_admit(req, takeover)) != RC_OK))
		return rc;
	*identity = publish ? user->id : arena_printf(req->arena,
	    SELF_VIEW_PREFIX "%s", user->id);
	return token_mint(app, &(struct token_for){ .room = room.name,
	    .kind = KIND_STREAM,
	    .rights.role = publish ? ROLE_CREATOR : ROLE_SELF_VIEW,
	    .identity = *identity, .name = user->display_name,
	    .avatar_url = user->avatar_url, .rights.chat = true,
	    .not_after = user->expires_at }, token);
}
