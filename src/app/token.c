/*
 * Join tokens: what the grant table says, in LiveKit's form.  The signer is
 * prepared once a process; minting does no I/O.
 */
#include "local.h"

#include <string.h>

#define NBF_BACK_MS	(10 * 1000)	/* clocks of two machines */

static enum lk_tri
tri(bool yes)
{
	return yes ? LK_YES : LK_NO;
}

/* Public to everybody in the room: nothing private. */
const char *
token_metadata(struct app *app, const struct token_for *who, int64_t now)
{
	struct buf out;

	buf_init(&out, app->arena);
	json_object(&out, NULL);
	json_add_str(&out, "role", role_name(who->rights.role));
	json_add_time(&out, "joinedAt", now);
	json_add_str(&out, "avatarUrl", who->avatar_url);
	json_object_end(&out);
	return out.data;
}

size_t
sources_split(struct arena *arena, const char *sources,
    const char *list[SOURCES_MAX])
{
	size_t n = 0, len;

	for (; sources != NULL && *sources != '\0' && n < SOURCES_MAX; n++) {
		len = strcspn(sources, " ");
		list[n] = arena_strndup(arena, sources, len);
		sources += len + strspn(sources + len, " ");
	}
	return n;
}

enum rc
token_mint(struct app *app, const struct token_for *who, char **token)
{
	struct grant g = grant_now(who->kind, &who->rights);
	int64_t now = clock_ms(), until;
	const char *sources[SOURCES_MAX];
	const struct lk_video_grant *video;
	/* Seed 003 spells out what a student is not; elsewhere it is absent. */
	enum lk_tri not = who->kind == KIND_CLASS ? LK_NO : LK_UNSET;
	char *signed_token;

	if (grant_of(who->kind, who->rights.role) == NULL ||
	    app->signer == NULL)
		return RC_INTERNAL;
	until = now + app->config->token_ttl_s * 1000;
	if (who->not_after != 0 && who->not_after < until)
		until = who->not_after;
	video = LK(lk_video_grant, .room = who->room, .room_join = LK_YES,
	    .can_publish = tri(g.publish), .can_subscribe = tri(g.subscribe),
	    .can_publish_data = tri(g.data),
	    .room_admin = g.admin ? LK_YES : not,
	    .room_record = g.record ? LK_YES : not,
	    .can_publish_sources = sources,
	    .can_publish_sources_len = sources_split(app->arena, g.sources,
	    sources));
	if (lk_signer_token(app->signer, LK(lk_token,
	    .identity = who->identity, .name = who->name,
	    .metadata = token_metadata(app, who, now), .now_s = now / 1000,
	    .nbf_s = (now - NBF_BACK_MS) / 1000, .exp_s = until / 1000,
	    .video = video), &signed_token) != LK_OK)
		return RC_INTERNAL;
	*token = arena_strdup(app->arena, signed_token);
	lk_free(signed_token);
	return RC_OK;
}
