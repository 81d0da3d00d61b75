/* Each typed call: what it sends, with which grant, and what it reads. */
#include "livekit_wire.h"
#include "test.h"

#define ROOM "{\"sid\":\"RM_1\",\"name\":\"r\",\"empty_timeout\":300,"	\
	"\"creation_time\":\"17\",\"creation_time_ms\":\"17005\","	\
	"\"metadata\":\"m\",\"num_participants\":2,"			\
	"\"active_recording\":true,\"new_field\":{\"x\":1}}"
#define PERSON "{\"sid\":\"PA_1\",\"identity\":\"ada\",\"state\":\"ACTIVE\","	\
	"\"tracks\":[{\"sid\":\"TR_1\",\"type\":\"VIDEO\",\"muted\":true,"	\
	"\"width\":640}],\"permission\":{\"can_publish_sources\":[\"CAMERA\"]},"	\
	"\"attributes\":{},\"kind\":\"INGRESS\",\"joined_at\":\"5\"}"

/* What was sent, where, and by which video grant. */
#define SENT(w, method_, body_) do {					\
	CHECK_STR((w)->ask[0].url,					\
	    "http://127.0.0.1:7880/twirp/livekit." method_);		\
	CHECK_STR((w)->ask[0].body, body_);				\
} while (0)

static bool
granted_admin(struct wire *w, const char *room)
{
	struct lk_claims *c = wire_claims(w);
	bool good = c->video != NULL && c->video->room_admin == LK_YES &&
	    strcmp(c->video->room, room) == 0 &&
	    c->video->room_create == LK_UNSET;

	lk_free(c);
	return good;
}

TEST("a room is made with its settings, agents and egress")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, ROOM);
	const struct lk_pair tag = { "k", "v" };
	const struct lk_room_agent *agent = LK(lk_room_agent,
	    .agent_name = "bot", .attributes = &tag, .attributes_len = 1);
	struct lk_room *room;
	struct lk_claims *claims;

	CHECK_INT(lk_room_create(c, "r", LK(lk_room_opts,
	    .empty_timeout_s = 300, .departure_timeout_s = 120,
	    .max_participants = 9, .metadata = "m", .min_playout_delay_ms = 1,
	    .max_playout_delay_ms = 2, .sync_streams = LK_YES,
	    .replay_enabled = LK_NO, .agents = &agent, .agents_len = 1,
	    .egress = "{\"room\":{}}", .room_preset = "p", .node_id = "n",
	    .tags = &tag, .tags_len = 1), &room), LK_OK);
	SENT(&w, "RoomService/CreateRoom", "{\"name\":\"r\","
	    "\"emptyTimeout\":300,\"departureTimeout\":120,"
	    "\"maxParticipants\":9,\"metadata\":\"m\",\"minPlayoutDelay\":1,"
	    "\"maxPlayoutDelay\":2,\"syncStreams\":true,"
	    "\"replayEnabled\":false,\"agents\":[{\"agentName\":\"bot\","
	    "\"attributes\":{\"k\":\"v\"}}],\"egress\":{\"room\":{}},"
	    "\"roomPreset\":\"p\",\"nodeId\":\"n\",\"tags\":{\"k\":\"v\"}}");
	claims = wire_claims(&w);
	CHECK_INT(claims->video->room_create, LK_YES);
	CHECK_INT(claims->exp_s - claims->nbf_s, 610);
	lk_free(claims);
	CHECK_STR(room->sid, "RM_1");
	CHECK_INT(room->created_at_ms, 17005);
	CHECK_INT(room->num_participants, 2);
	CHECK(room->active_recording);
	CHECK_STR(room->json, ROOM);
	lk_free(room);
	lk_client_free(c);
}

TEST("rooms are listed by name, all of them without names")
{
	const char *names[] = { "a", "b" };
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "{\"rooms\":[" ROOM ", "
	    ROOM "]}");
	struct lk_rooms *rooms;
	struct lk_claims *claims;

	CHECK_INT(lk_room_list(c, names, 2, &rooms), LK_OK);
	SENT(&w, "RoomService/ListRooms", "{\"names\":[\"a\",\"b\"]}");
	claims = wire_claims(&w);
	CHECK_INT(claims->video->room_list, LK_YES);
	lk_free(claims);
	CHECK_INT(w.ask[0].reply_max, 32 << 20);
	CHECK_INT(rooms->len, 2);
	CHECK_STR(rooms->item[1]->name, "r");
	CHECK_STR(rooms->item[1]->json, ROOM);
	lk_free(rooms);
	lk_client_free(c);
	c = wire_simple(&w, 200, "{\"rooms\":[]}");
	CHECK_INT(lk_room_list(c, NULL, 0, &rooms), LK_OK);
	CHECK_STR(w.ask[0].body, "{}");
	CHECK_INT(rooms->len, 0);
	lk_free(rooms);
	lk_client_free(c);
}

TEST("a room is deleted by the create grant")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "{}");
	struct lk_claims *claims;

	CHECK_INT(lk_room_delete(c, "r"), LK_OK);
	SENT(&w, "RoomService/DeleteRoom", "{\"room\":\"r\"}");
	claims = wire_claims(&w);
	CHECK_INT(claims->video->room_create, LK_YES);
	lk_free(claims);
	lk_client_free(c);
}

TEST("room metadata is set, also to nothing")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, ROOM);

	CHECK_INT(lk_room_update_metadata(c, "r", "", NULL), LK_OK);
	SENT(&w, "RoomService/UpdateRoomMetadata",
	    "{\"room\":\"r\",\"metadata\":\"\"}");
	CHECK(granted_admin(&w, "r"));
	lk_client_free(c);
}

TEST("participants are listed with tracks and rights")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200,
	    "{\"participants\":[" PERSON "]}");
	struct lk_participants *all;
	struct lk_participant *p;

	CHECK_INT(lk_participant_list(c, "r", &all), LK_OK);
	SENT(&w, "RoomService/ListParticipants", "{\"room\":\"r\"}");
	CHECK(granted_admin(&w, "r"));
	CHECK_INT(all->len, 1);
	p = all->item[0];
	CHECK_STR(p->identity, "ada");
	CHECK_INT(p->kind, LK_KIND_INGRESS);
	CHECK_INT(p->joined_at_ms, 5000);
	CHECK_INT(p->tracks_len, 1);
	CHECK_INT(p->tracks[0]->type, LK_VIDEO);
	CHECK_INT(p->tracks[0]->width, 640);
	CHECK(p->tracks[0]->muted);
	CHECK_INT(p->permission->can_publish_sources_len, 1);
	CHECK_STR(p->permission->can_publish_sources[0], "CAMERA");
	CHECK_STR(p->name, "");
	CHECK_STR(p->json, PERSON);
	lk_free(all);
	lk_client_free(c);
}

TEST("one participant is read and removed")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, PERSON);
	struct lk_participant *p;

	CHECK_INT(lk_participant_get(c, "r", "ada", &p), LK_OK);
	SENT(&w, "RoomService/GetParticipant",
	    "{\"room\":\"r\",\"identity\":\"ada\"}");
	CHECK_STR(p->sid, "PA_1");
	lk_free(p);
	lk_client_free(c);
	c = wire_simple(&w, 200, "{}");
	CHECK_INT(lk_participant_remove(c, "r", "ada"), LK_OK);
	SENT(&w, "RoomService/RemoveParticipant",
	    "{\"room\":\"r\",\"identity\":\"ada\"}");
	CHECK(granted_admin(&w, "r"));
	lk_client_free(c);
}

TEST("an update carries only what is given, sources as enum names")
{
	const char *source = "screen_share";
	const struct lk_pair role = { "role", "" };
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, PERSON);

	CHECK_INT(lk_participant_update(c, "r", "ada", LK(lk_participant_opts,
	    .name = "A", .metadata = "m", .attributes = &role,
	    .attributes_len = 1, .permission = LK(lk_permission_opts,
	    .can_subscribe = LK_YES, .can_publish = LK_NO,
	    .can_publish_sources = &source, .can_publish_sources_len = 1,
	    .can_update_metadata = LK_YES)), NULL), LK_OK);
	SENT(&w, "RoomService/UpdateParticipant", "{\"room\":\"r\","
	    "\"identity\":\"ada\",\"name\":\"A\",\"metadata\":\"m\","
	    "\"attributes\":{\"role\":\"\"},\"permission\":"
	    "{\"canSubscribe\":true,\"canPublish\":false,"
	    "\"canPublishSources\":[\"SCREEN_SHARE\"],"
	    "\"canUpdateMetadata\":true}}");
	lk_client_free(c);
	c = wire_simple(&w, 200, PERSON);
	source = "webcam";
	CHECK_INT(lk_participant_update(c, "r", "ada", LK(lk_participant_opts,
	    .permission = LK(lk_permission_opts, .can_publish = LK_YES,
	    .can_publish_sources = &source, .can_publish_sources_len = 1)),
	    NULL), LK_USAGE);
	CHECK_INT(w.used, 0);
	lk_client_free(c);
}

TEST("a mute returns the track, or none where the sid is unknown")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200,
	    "{\"track\":{\"sid\":\"TR_1\",\"muted\":true}}");
	struct lk_track *t;

	CHECK_INT(lk_track_mute(c, "r", "ada", "TR_1", true, &t), LK_OK);
	SENT(&w, "RoomService/MutePublishedTrack", "{\"room\":\"r\","
	    "\"identity\":\"ada\",\"trackSid\":\"TR_1\",\"muted\":true}");
	CHECK(t != NULL && t->muted);
	lk_free(t);
	lk_client_free(c);
	c = wire_simple(&w, 200, "{\"track\":null}");
	CHECK_INT(lk_track_mute(c, "r", "ada", "TR_2", false, &t), LK_OK);
	CHECK(t == NULL);
	lk_client_free(c);
}

TEST("subscriptions name tracks, alone or by participant")
{
	const char *sids[] = { "TR_1", "TR_2" };
	const struct lk_participant_tracks *of = LK(lk_participant_tracks,
	    .participant_sid = "PA_1", .track_sids = sids,
	    .track_sids_len = 2);
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "{}");

	CHECK_INT(lk_subscriptions_update(c, "r", "ada",
	    LK(lk_subscription_opts, .subscribe = LK_NO, .track_sids = sids,
	    .track_sids_len = 1, .participant_tracks = &of,
	    .participant_tracks_len = 1)), LK_OK);
	SENT(&w, "RoomService/UpdateSubscriptions", "{\"room\":\"r\","
	    "\"identity\":\"ada\",\"subscribe\":false,\"trackSids\":[\"TR_1\"],"
	    "\"participantTracks\":[{\"participantSid\":\"PA_1\","
	    "\"trackSids\":[\"TR_1\",\"TR_2\"]}]}");
	CHECK_INT(lk_subscriptions_update(c, "r", "ada",
	    LK(lk_subscription_opts, .track_sids = sids, .track_sids_len = 1)),
	    LK_USAGE);
	lk_client_free(c);
}

TEST("data goes out in base64 with a nonce of 16 bytes, each time another")
{
	const char *to = "ada";
	char *nonce[2];
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "{}");

	w.answer[1] = w.answer[0];
	for (int i = 0; i < 2; i++) {
		CHECK_INT(lk_data_send(c, "r", "\0hi", 3, LK(lk_data_opts,
		    .topic = "t", .identities = &to, .identities_len = 1)),
		    LK_OK);
		CHECK(strncmp(w.ask[i].body, "{\"room\":\"r\",\"data\":\"AGhp\","
		    "\"kind\":\"RELIABLE\",\"topic\":\"t\","
		    "\"destinationIdentities\":[\"ada\"],\"nonce\":\"", 90) ==
		    0);
		CHECK_INT(lk_json_str(w.ask[i].body, "nonce", &nonce[i]),
		    LK_OK);
		CHECK_INT(strlen(nonce[i]), 24);
	}
	CHECK(strcmp(nonce[0], nonce[1]) != 0);
	CHECK(granted_admin(&w, "r"));
	lk_free(nonce[0]);
	lk_free(nonce[1]);
	lk_client_free(c);
}

TEST("forward and move ask for the destination's grant")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "{}");
	struct lk_claims *claims;

	w.answer[1] = w.answer[0];
	CHECK_INT(lk_participant_forward(c, "r", "ada", "other"), LK_OK);
	SENT(&w, "RoomService/ForwardParticipant", "{\"room\":\"r\","
	    "\"identity\":\"ada\",\"destinationRoom\":\"other\"}");
	CHECK_INT(lk_participant_move(c, "r", "ada", "other"), LK_OK);
	CHECK_STR(w.ask[1].url,
	    "http://127.0.0.1:7880/twirp/livekit.RoomService/MoveParticipant");
	claims = wire_claims(&w);
	CHECK_STR(claims->video->destination_room, "other");
	CHECK_INT(claims->video->room_admin, LK_YES);
	lk_free(claims);
	lk_client_free(c);
}

TEST("an RPC waits two seconds longer than the participant may take")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "{\"payload\":\"pong\"}");
	char *s;

	CHECK_INT(lk_rpc(c, "r", "ada", "ping", "x", 20000, &s), LK_OK);
	SENT(&w, "RoomService/PerformRpc", "{\"room\":\"r\","
	    "\"destinationIdentity\":\"ada\",\"method\":\"ping\","
	    "\"payload\":\"x\",\"responseTimeoutMs\":20000}");
	CHECK_INT(w.ask[0].timeout_ms, 22000);
	CHECK_STR(s, "pong");
	lk_free(s);
	lk_client_free(c);
}

TEST("a recording to S3 goes out as one file output, with 30 s of patience")
{
	const char *urls[] = { "rtmp://h/k" };
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "{\"egress_id\":\"EG_1\","
	    "\"status\":\"EGRESS_STARTING\",\"started_at\":\"5000000\","
	    "\"file_results\":[]}");
	struct lk_egress *e;
	struct lk_claims *claims;

	CHECK_INT(lk_egress_start_room(c, "r", LK(lk_egress_opts,
	    .layout = "grid", .audio_only = LK_NO, .preset = "H264_720P_30",
	    .file = LK(lk_file, .filepath = "f.mp4", .file_type = "MP4",
	    .s3 = LK(lk_s3, .access_key = "a", .secret = "s", .bucket = "b",
	    .region = "eu", .endpoint = "http://s3", .force_path_style = LK_YES)),
	    .stream_urls = urls, .stream_urls_len = 1,
	    .extra = "{\"webhooks\":[]}"), &e), LK_OK);
	SENT(&w, "Egress/StartRoomCompositeEgress", "{\"roomName\":\"r\","
	    "\"layout\":\"grid\",\"audioOnly\":false,"
	    "\"preset\":\"H264_720P_30\",\"fileOutputs\":[{"
	    "\"filepath\":\"f.mp4\",\"fileType\":\"MP4\",\"s3\":{"
	    "\"accessKey\":\"a\",\"secret\":\"s\",\"region\":\"eu\","
	    "\"endpoint\":\"http://s3\",\"bucket\":\"b\","
	    "\"forcePathStyle\":true}}],\"streamOutputs\":[{"
	    "\"protocol\":\"RTMP\",\"urls\":[\"rtmp://h/k\"]}],"
	    "\"webhooks\":[]}");
	CHECK_INT(w.ask[0].timeout_ms, 30000);
	claims = wire_claims(&w);
	CHECK_INT(claims->video->room_record, LK_YES);
	lk_free(claims);
	CHECK_STR(e->egress_id, "EG_1");
	CHECK_INT(e->started_at_ms, 5);
	lk_free(e);
	CHECK_INT(lk_egress_start_room(c, "r", LK(lk_egress_opts,
	    .layout = "grid"), &e), LK_USAGE);
	CHECK_INT(lk_egress_start_room(c, "r", LK(lk_egress_opts,
	    .file = LK(lk_file, .s3 = LK(lk_s3, .bucket = "a"),
	    .gcp = LK(lk_gcp, .bucket = "b"))), &e), LK_USAGE);
	lk_client_free(c);
}

TEST("one track or two are recorded; options of rooms are refused")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "{\"egress_id\":\"EG_1\"}");
	const struct lk_file *file = LK(lk_file, .filepath = "f.mp4");
	struct lk_egress *e;
	struct lk_claims *claims;

	w.answer[1] = w.answer[0];
	CHECK_INT(lk_egress_start_tracks(c, "r", "TR_a", "TR_v",
	    LK(lk_egress_opts, .preset = "H264_720P_30", .file = file,
	    .extra = "{\"webhooks\":[]}"), &e), LK_OK);
	SENT(&w, "Egress/StartTrackCompositeEgress", "{\"roomName\":\"r\","
	    "\"audioTrackId\":\"TR_a\",\"videoTrackId\":\"TR_v\","
	    "\"preset\":\"H264_720P_30\",\"fileOutputs\":[{"
	    "\"filepath\":\"f.mp4\"}],\"webhooks\":[]}");
	CHECK_INT(w.ask[0].timeout_ms, 30000);
	claims = wire_claims(&w);
	CHECK_INT(claims->video->room_record, LK_YES);
	lk_free(claims);
	CHECK_STR(e->egress_id, "EG_1");
	lk_free(e);
	CHECK_INT(lk_egress_start_tracks(c, "r", NULL, "TR_v",
	    LK(lk_egress_opts, .file = file), NULL), LK_OK);
	CHECK_STR(w.ask[1].body, "{\"roomName\":\"r\","
	    "\"videoTrackId\":\"TR_v\",\"fileOutputs\":[{"
	    "\"filepath\":\"f.mp4\"}]}");
	CHECK_INT(lk_egress_start_tracks(c, "r", NULL, "", LK(lk_egress_opts,
	    .file = file), NULL), LK_USAGE);
	CHECK_INT(lk_egress_start_tracks(c, "r", "TR_a", NULL, NULL, NULL),
	    LK_USAGE);
	CHECK_INT(lk_egress_start_tracks(c, "r", "TR_a", NULL,
	    LK(lk_egress_opts, .file = file, .layout = "grid"), NULL),
	    LK_USAGE);
	CHECK_INT(lk_egress_start_tracks(c, "r", "TR_a", NULL,
	    LK(lk_egress_opts, .file = file, .video_only = LK_NO), NULL),
	    LK_USAGE);
	CHECK_INT(w.used, 2);
	lk_client_free(c);
}

TEST("what storage is opened with is not in the refusal that says it back")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 400,
	    "{\"code\":\"invalid_argument\",\"msg\":\"s3: AKIAKEY with "
	    "topSecret/1 and topSecret/1 to rtmp://h/streamkey\","
	    "\"meta\":{\"was\":\"topSecret/1\"}}");
	const char *urls[] = { "rtmp://h/streamkey" };

	CHECK_INT(lk_egress_start_room(c, "r", LK(lk_egress_opts,
	    .stream_urls = urls, .stream_urls_len = 1, .file = LK(lk_file,
	    .filepath = "f", .s3 = LK(lk_s3, .access_key = "AKIAKEY",
	    .secret = "topSecret/1"))), NULL), LK_INVALID_ARGUMENT);
	CHECK_STR(lk_client_error(c)->message, "s3: ******* with "
	    "*********** and *********** to ******************");
	CHECK(strstr(lk_client_error(c)->meta, "Secret") == NULL);
	lk_client_free(c);
}

TEST("recordings are stopped and listed")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "{\"egress_id\":\"EG_1\"}");
	struct lk_egresses *all;

	CHECK_INT(lk_egress_stop(c, "EG_1", NULL), LK_OK);
	SENT(&w, "Egress/StopEgress", "{\"egressId\":\"EG_1\"}");
	lk_client_free(c);
	c = wire_simple(&w, 200, "{\"items\":[{\"egress_id\":\"EG_1\","
	    "\"status\":\"EGRESS_ACTIVE\"}],\"next_page_token\":null}");
	CHECK_INT(lk_egress_list(c, LK(lk_egress_filter, .room_name = "r",
	    .active = LK_YES), &all), LK_OK);
	SENT(&w, "Egress/ListEgress", "{\"roomName\":\"r\",\"active\":true}");
	CHECK_INT(all->len, 1);
	CHECK_INT(all->item[0]->status, LK_EGRESS_ACTIVE);
	lk_free(all);
	lk_client_free(c);
}

TEST("an ingress is made, changed, listed and deleted")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "{\"ingress_id\":\"IN_1\","
	    "\"stream_key\":\"k\",\"input_type\":\"WHIP_INPUT\",\"state\":{"
	    "\"status\":\"ENDPOINT_PUBLISHING\",\"room_id\":\"RM_1\"}}");
	struct lk_ingresses *all;
	struct lk_ingress *in;
	struct lk_claims *claims;

	for (int i = 1; i < 4; i++)
		w.answer[i] = w.answer[0];
	CHECK_INT(lk_ingress_create(c, LK(lk_ingress_opts,
	    .input = LK_INPUT_WHIP, .name = "obs", .room_name = "r",
	    .participant_identity = "ada", .enabled = LK_NO,
	    .extra = "{\"video\":{\"name\":\"v\"}}"), &in), LK_OK);
	SENT(&w, "Ingress/CreateIngress", "{\"inputType\":\"WHIP_INPUT\","
	    "\"name\":\"obs\",\"roomName\":\"r\","
	    "\"participantIdentity\":\"ada\",\"enabled\":false,"
	    "\"video\":{\"name\":\"v\"}}");
	CHECK_INT(in->input, LK_INPUT_WHIP);
	CHECK_INT(in->status, LK_INGRESS_PUBLISHING);
	CHECK_STR(in->room_sid, "RM_1");
	CHECK_INT(in->enabled, LK_UNSET);
	lk_free(in);
	claims = wire_claims(&w);
	CHECK_INT(claims->video->ingress_admin, LK_YES);
	lk_free(claims);
	CHECK_INT(lk_ingress_update(c, "IN_1", LK(lk_ingress_opts,
	    .enabled = LK_YES), NULL), LK_OK);
	CHECK_STR(w.ask[1].body, "{\"ingressId\":\"IN_1\",\"enabled\":true}");
	CHECK_INT(lk_ingress_delete(c, "IN_1", NULL), LK_OK);
	CHECK_STR(w.ask[2].body, "{\"ingressId\":\"IN_1\"}");
	w.answer[3].body = "{\"items\":[{\"ingress_id\":\"IN_1\"}]}";
	CHECK_INT(lk_ingress_list(c, LK(lk_ingress_filter, .room_name = "r"),
	    &all), LK_OK);
	CHECK_STR(w.ask[3].body, "{\"roomName\":\"r\"}");
	CHECK_INT(all->len, 1);
	lk_free(all);
	CHECK_INT(lk_ingress_create(c, LK(lk_ingress_opts, .name = "x"), NULL),
	    LK_USAGE);
	CHECK_INT(lk_ingress_create(c, LK(lk_ingress_opts,
	    .participant_identity = "a", .input = LK_INPUT_URL), NULL),
	    LK_USAGE);
	lk_client_free(c);
}

TEST("agents are dispatched, listed and taken back")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "{\"id\":\"AD_1\","
	    "\"agent_name\":\"bot\",\"state\":{\"created_at\":\"7000000\"}}");
	struct lk_dispatches *all;
	struct lk_dispatch *d;

	w.answer[1].body = "{\"agent_dispatches\":[{\"id\":\"AD_1\"}]}";
	w.answer[1].status = 200;
	w.answer[2] = w.answer[0];
	CHECK_INT(lk_dispatch_create(c, "r", LK(lk_room_agent,
	    .agent_name = "bot", .metadata = "m"), &d), LK_OK);
	SENT(&w, "AgentDispatchService/CreateDispatch", "{\"room\":\"r\","
	    "\"agentName\":\"bot\",\"metadata\":\"m\"}");
	CHECK(granted_admin(&w, "r"));
	CHECK_STR(d->id, "AD_1");
	CHECK_INT(d->created_at_ms, 7);
	lk_free(d);
	CHECK_INT(lk_dispatch_list(c, "r", NULL, &all), LK_OK);
	CHECK_STR(w.ask[1].body, "{\"room\":\"r\"}");
	CHECK_INT(all->len, 1);
	lk_free(all);
	CHECK_INT(lk_dispatch_delete(c, "r", "AD_1", NULL), LK_OK);
	CHECK_STR(w.ask[2].body, "{\"room\":\"r\",\"dispatchId\":\"AD_1\"}");
	lk_client_free(c);
}

TEST("names that are missing are refused before anything is sent")
{
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "{}");

	CHECK_INT(lk_room_create(c, "", NULL, NULL), LK_USAGE);
	CHECK_INT(lk_room_delete(c, NULL), LK_USAGE);
	CHECK_INT(lk_participant_remove(c, "r", ""), LK_USAGE);
	CHECK_INT(lk_participant_get(c, "", "a", NULL), LK_USAGE);
	CHECK_INT(lk_track_mute(c, "r", "a", "", true, NULL), LK_USAGE);
	CHECK_INT(lk_participant_move(c, "r", "a", ""), LK_USAGE);
	CHECK_INT(lk_egress_stop(c, "", NULL), LK_USAGE);
	CHECK_INT(lk_room_create(c, "bad\xFFutf8", NULL, NULL), LK_USAGE);
	CHECK_INT(w.used, 0);
	CHECK_INT(lk_client_error(c)->err, LK_USAGE);
	CHECK_INT(lk_client_error(c)->attempts, 0);
	lk_client_free(c);
}

TEST("options whose size was forgotten are refused")
{
	const struct lk_permission_opts none = { .can_publish = LK_NO };
	const struct lk_s3 s3 = { .bucket = "b" };
	const struct lk_room_opts room = { .metadata = "m" };
	const struct lk_data_opts data = { .topic = "t" };
	struct wire w;
	struct lk_client *c = wire_simple(&w, 200, "{}");

	CHECK_INT(lk_participant_update(c, "r", "a", LK(lk_participant_opts,
	    .permission = &none), NULL), LK_USAGE);
	CHECK_INT(lk_egress_start_room(c, "r", LK(lk_egress_opts,
	    .file = LK(lk_file, .s3 = &s3)), NULL), LK_USAGE);
	CHECK_INT(lk_room_create(c, "r", &room, NULL), LK_USAGE);
	CHECK_INT(lk_data_send(c, "r", "x", 1, &data), LK_USAGE);
	CHECK_INT(w.used, 0);
	lk_client_free(c);
}
