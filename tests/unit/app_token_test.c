/* What is in a token, bit by bit, read with the library's verifier. */
#include "test.h"
#include "app_lab.h"

static struct lab lab;
static struct lk_claims *claims;
static char *token;

static bool
mint(const struct token_for *who)
{
	struct lk_keys *keys;
	bool good;

	lk_free(claims);
	claims = NULL;
	if (token_mint(&lab.app, who, &token) != RC_OK ||
	    lk_keys_new(&keys) != LK_OK)
		return false;
	good = lk_keys_add(keys, LAB_KEY, LAB_SECRET) == LK_OK &&
	    lk_token_verify(keys, token, LK(lk_verify_opts,
	    .now_s = lab_now / 1000), &claims) == LK_OK;
	lk_keys_free(keys);
	return good;
}

static const struct token_for viewer = { .room = "r", .kind = KIND_LIVE,
    .rights.role = ROLE_VIEWER, .identity = LAB_OTHER, .name = "Eve", .rights.chat = true };

TEST("a viewer's token joins one room, may not publish, may chat")
{
	lab_open(&lab, "");
	CHECK(mint(&viewer));
	CHECK_STR(claims->issuer, LAB_KEY);
	CHECK_STR(claims->identity, LAB_OTHER);
	CHECK_STR(claims->name, "Eve");
	CHECK_STR(claims->video->room, "r");
	CHECK_INT(claims->video->room_join, LK_YES);
	CHECK_INT(claims->video->can_publish, LK_NO);
	CHECK_INT(claims->video->can_subscribe, LK_YES);
	CHECK_INT(claims->video->can_publish_data, LK_YES);
	CHECK(claims->video->room_admin != LK_YES);
	CHECK(claims->video->room_record != LK_YES);
	CHECK(claims->video->room_create != LK_YES);
	CHECK(claims->video->room_list != LK_YES);
	lab_close(&lab);
}

TEST("who may not chat may not publish data either")
{
	struct token_for quiet = viewer;

	quiet.rights.chat = false;
	lab_open(&lab, "");
	CHECK(mint(&quiet));
	CHECK_INT(claims->video->can_publish_data, LK_NO);
	lab_close(&lab);
}

TEST("a host's token publishes everything")
{
	struct token_for host = viewer;

	host.rights.role = ROLE_HOST;
	lab_open(&lab, "");
	CHECK(mint(&host));
	CHECK_INT(claims->video->can_publish, LK_YES);
	CHECK_INT(claims->video->can_publish_data, LK_YES);
	CHECK_INT(claims->video->can_publish_sources_len, 0);
	lab_close(&lab);
}

TEST("a speaker's token publishes the microphone alone")
{
	struct token_for speaker = viewer;

	speaker.kind = KIND_VOICE;
	speaker.rights.role = ROLE_SPEAKER;
	lab_open(&lab, "");
	CHECK(mint(&speaker));
	CHECK_INT(claims->video->can_publish_sources_len, 1);
	CHECK_STR(claims->video->can_publish_sources[0], "microphone");
	lab_close(&lab);
}

TEST("a teacher's token administers and records")
{
	struct token_for teacher = viewer;

	teacher.kind = KIND_CLASS;
	teacher.rights.role = ROLE_TEACHER;
	lab_open(&lab, "");
	CHECK(mint(&teacher));
	CHECK_INT(claims->video->room_admin, LK_YES);
	CHECK_INT(claims->video->room_record, LK_YES);
	lab_close(&lab);
}

TEST("a token holds ten minutes, and ten seconds of the past")
{
	lab_open(&lab, "");
	CHECK(mint(&viewer));
	CHECK_INT(claims->exp_s, lab_now / 1000 + 600);
	CHECK_INT(claims->nbf_s, lab_now / 1000 - 10);
	lab_close(&lab);
}

TEST("token_ttl_s sets how long a token holds")
{
	lab_open(&lab, "token_ttl_s = 60\n");
	CHECK(mint(&viewer));
	CHECK_INT(claims->exp_s, lab_now / 1000 + 60);
	lab_close(&lab);
}

TEST("a token never outlives the caller's own credential")
{
	struct token_for brief = viewer;

	brief.not_after = lab_now + 30000;
	lab_open(&lab, "");
	CHECK(mint(&brief));
	CHECK_INT(claims->exp_s, lab_now / 1000 + 30);
	brief.not_after = lab_now + 3600000;
	CHECK(mint(&brief));
	CHECK_INT(claims->exp_s, lab_now / 1000 + 600);
	lab_close(&lab);
}

TEST("metadata is a string with role, joinedAt and avatarUrl")
{
	struct token_for with = viewer;
	struct arena *arena = arena_new(65536);
	const struct cJSON *json;

	with.avatar_url = "https://a.example/\"x\"";
	lab_open(&lab, "");
	CHECK(mint(&with));
	CHECK(json_parse(arena, claims->metadata, strlen(claims->metadata),
	    &json) == JSON_OK);
	CHECK_STR(json_str(json, "role"), "viewer");
	CHECK_STR(json_str(json, "joinedAt"), time_rfc3339(arena, lab_now));
	CHECK_STR(json_str(json, "avatarUrl"), "https://a.example/\"x\"");
	arena_free(arena);
	lab_close(&lab);
}

TEST("a pair of kind and role that does not exist gets no token")
{
	struct token_for none = viewer;

	none.rights.role = ROLE_TEACHER;
	lab_open(&lab, "");
	CHECK(token_mint(&lab.app, &none, &token) == RC_INTERNAL);
	lab_close(&lab);
	lk_free(claims);
	claims = NULL;
}
