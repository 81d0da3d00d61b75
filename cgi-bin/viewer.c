/*
 * Program viewer: channels as others see them, and the tokens to watch them.
 * Handlers read input, call app/viewer.c and write output.
 */
#include "programs.h"

#include <string.h>

#define ID_MAX		64
#define USERNAME_MAX	64
#define GUEST_NAME_MAX	256	/* before it is cleaned */

static enum rc
viewer_channel_get(struct req *req)
{
	struct channel_row row;
	enum rc rc = viewer_channel(req, req_param(req, "username"), &row);

	if (rc == RC_OK)
		channel_write(reply_json(req, 200), NULL, &row);
	return rc;
}

static enum rc
viewer_token_post(struct req *req)
{
	const char *host = NULL, *username = NULL, *guest_name = NULL;
	struct viewer_token made;
	struct buf *out;
	enum rc rc;

	if ((rc = body_str(req, "hostId", OPTIONAL, 1, ID_MAX, &host)) !=
	    RC_OK || (rc = body_str(req, "username", OPTIONAL, 1,
	    USERNAME_MAX, &username)) != RC_OK ||
	    (rc = body_str(req, "guestName", OPTIONAL, 0, GUEST_NAME_MAX,
	    &guest_name)) != RC_OK ||
	    (rc = viewer_token(req, host, username, guest_name, &made)) !=
	    RC_OK)
		return rc;
	out = reply_json(req, 200);
	json_object(out, NULL);
	json_add_str(out, "token", made.token);
	json_add_str(out, "identity", made.identity);
	json_add_str(out, "name", made.name);
	json_add_str(out, "wsUrl", req->app->config->livekit_url);
	if (made.guest_token != NULL)
		json_add_str(out, "guestToken", made.guest_token);
	json_object_end(out);
	return RC_OK;
}

/* ---- lists --------------------------------------------------------------- */

/* "section,first,second,id" */
static bool
after_read(struct arena *arena, const char *text, int64_t sections,
    struct channel_after *after)
{
	int64_t *const numbers[] = { &after->section, &after->first,
	    &after->second };
	size_t len;

	for (size_t i = 0; i < 3; i++) {
		len = strcspn(text, ",");
		if (text[len] == '\0' || !str_to_int(arena_strndup(arena, text,
		    len), INT64_MIN, INT64_MAX, numbers[i]))
			return false;
		text += len + 1;
	}
	after->id = text;
	return after->section >= 0 && after->section < sections &&
	    looks_like_uuid(text);
}

/* A page of a list that is read in so many sections. */
static enum rc
channels_reply(struct req *req, int64_t sections, enum rc (*list)(struct db *,
    const char *viewer_id, int64_t now, const struct channel_after *,
    int64_t limit, struct channel_row **, size_t *, struct channel_after *))
{
	const char *viewer = req->user == NULL ? NULL : req->user->id;
	struct channel_after after = { 0 }, last = { 0 };
	struct channel_row *rows;
	const char *cursor, *next = NULL;
	int64_t limit;
	size_t len;
	struct buf *out;
	enum rc rc = req_page(req, &limit, &cursor);

	if (rc != RC_OK)
		return rc;
	if (cursor != NULL && !after_read(req->arena, cursor, sections,
	    &after))
		return fail(req, RC_INVALID, "invalid_cursor", "cursor", 0);
	rc = list(req->app->db, viewer, clock_ms(), &after, limit, &rows, &len,
	    &last);
	if (rc != RC_OK)
		return rc;
	if (last.id != NULL)
		next = cursor_make(req->arena, "%lld,%lld,%lld,%s",
		    (long long)last.section, (long long)last.first,
		    (long long)last.second, last.id);
	out = reply_list(req, "items");
	for (size_t i = 0; i < len; i++)
		channel_write_short(out, &rows[i]);
	return reply_list_end(out, next);
}

static enum rc
live_channels_get(struct req *req)
{
	return channels_reply(req, 1, channel_live);
}

static enum rc
following_channels_get(struct req *req)
{
	return channels_reply(req, 2, channel_following);
}

static enum rc
recommended_channels_get(struct req *req)
{
	return channels_reply(req, 5, channel_recommended);
}

static const struct route routes[] = {
	{ GET, "/api/viewer/stream/{username}", "getChannel", AUTH_OPTIONAL,
	    ETAG | SCOPE_READ, viewer_channel_get },
	{ POST, "/api/viewer/token", "getViewerToken", AUTH_OPTIONAL,
	    GUESTS | BODY | LK | NO_STORE | SCOPE_STREAM, viewer_token_post },
	{ GET, "/api/viewer/live", "listLiveChannels", AUTH_OPTIONAL,
	    ETAG | SCOPE_READ, live_channels_get },
	{ GET, "/api/viewer/following", "listFollowing", AUTH_ANY,
	    ETAG | SCOPE_READ, following_channels_get },
	{ GET, "/api/viewer/recommended", "listRecommended", AUTH_OPTIONAL,
	    ETAG | SCOPE_READ, recommended_channels_get },
	{ 0 }
};

const struct program viewer_program = { "viewer", routes, DB_RW | NEEDS_LK };
