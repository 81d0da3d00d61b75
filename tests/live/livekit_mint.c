/*
 * Prints one token of each kind of grant, "NAME TOKEN" a line, for the
 * official SDK to verify (node_sdk.mjs).  LIVEKIT_API_KEY, LIVEKIT_API_SECRET.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../src/livekit/livekit-api.h"

static void
mint(const char *name, const struct lk_token *t)
{
	enum lk_err err;
	char *jwt;

	err = lk_token_sign(getenv("LIVEKIT_API_KEY"),
	    getenv("LIVEKIT_API_SECRET"), t, &jwt);
	if (err != LK_OK) {
		fprintf(stderr, "%s: %s\n", name, lk_strerror(err));
		exit(1);
	}
	printf("%s %s\n", name, jwt);
	lk_free(jwt);
}

static void
mint_video(void)
{
	const char *sources[] = { "camera", "screen_share" };
	const struct lk_pair attributes[] = {
		{ "role", "viewer" }, { "caf\xC3\xA9", "\"quoted\"\n" }
	};

	mint("viewer", LK(lk_token, .identity = "ada", .name = "Ad\xC3\xA9",
	    .metadata = "{\"a\":[1,\"\\\"\"]}", .attributes = attributes,
	    .attributes_len = 2, .ttl_s = 600,
	    .video = LK(lk_video_grant, .room = "r", .room_join = LK_YES,
	    .can_publish = LK_NO, .can_publish_data = LK_NO)));
	mint("host", LK(lk_token, .identity = "host",
	    .video = LK(lk_video_grant, .room = "r", .room_join = LK_YES,
	    .can_publish = LK_YES, .can_subscribe = LK_YES,
	    .can_publish_data = LK_YES, .can_publish_sources = sources,
	    .can_publish_sources_len = 2,
	    .can_update_own_metadata = LK_YES)));
	mint("admin", LK(lk_token, .video = LK(lk_video_grant, .room = "r",
	    .room_admin = LK_YES, .destination_room = "other")));
	mint("server", LK(lk_token, .video = LK(lk_video_grant,
	    .room_create = LK_YES, .room_list = LK_YES,
	    .room_record = LK_YES, .ingress_admin = LK_YES)));
	mint("hidden", LK(lk_token, .identity = "spy", .kind = "egress",
	    .video = LK(lk_video_grant, .room = "r", .room_join = LK_YES,
	    .hidden = LK_YES, .recorder = LK_YES, .agent = LK_YES,
	    .can_subscribe_metrics = LK_YES,
	    .can_manage_agent_session = LK_YES)));
}

int
main(void)
{
	mint_video();
	mint("sip", LK(lk_token, .sip = LK(lk_sip_grant, .admin = LK_YES,
	    .call = LK_YES)));
	mint("inference", LK(lk_token, .inference = LK(lk_inference_grant,
	    .perform = LK_YES)));
	mint("observability", LK(lk_token,
	    .observability = LK(lk_observability_grant, .write = LK_YES)));
	mint("agent", LK(lk_token, .kind = "agent",
	    .agent = LK(lk_agent_grant, .admin = LK_YES,
	    .simulation_admin = LK_YES)));
	mint("room", LK(lk_token, .identity = "ada", .room_preset = "big",
	    .room_config = "{\"emptyTimeout\":60,\"agents\":[{"
	    "\"agentName\":\"bot\"}]}", .video = LK(lk_video_grant,
	    .room = "r", .room_join = LK_YES)));
	mint("hash", LK(lk_token, .sha256 = "aGFzaA=="));
	mint("expired", LK(lk_token, .now_s = 1700000000, .ttl_s = 60));
	return 0;
}
