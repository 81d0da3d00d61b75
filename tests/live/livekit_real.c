/*
 * Every call of RoomService, its WHIP endpoint, and the path and grant of every
 * other call, against a real livekit-server without Redis (LIVEKIT_URL, LIVEKIT_API_KEY,
 * LIVEKIT_API_SECRET).  Participants are missing here: the documented answer
 * to that is what is asserted.
 */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../../src/livekit/livekit-api.h"
#include "../unit/test.h"

static struct lk_client *
client(void)
{
	struct lk_client *c;

	/* a proxy that is not there: it must not be asked */
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	if (lk_client_new(NULL, &c) != LK_OK) {
		printf("not ok LIVEKIT_URL, _API_KEY and _API_SECRET are set\n");
		exit(1);
	}
	return c;
}

/* A room of its own for each test. */
static const char *
room_name(void)
{
	static char name[64];
	static int n;

	snprintf(name, sizeof(name), "sdk-%ld-%d", (long)getpid(), ++n);
	return name;
}

static long
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

TEST("CreateRoom returns the room with its settings")
{
	struct lk_client *c = client();
	const char *name = room_name();
	struct lk_room *room;

	CHECK_INT(lk_room_create(c, name, LK(lk_room_opts,
	    .empty_timeout_s = 77, .departure_timeout_s = 33,
	    .max_participants = 5, .metadata = "{\"a\":\"\xC3\xA9\"}"), &room),
	    LK_OK);
	CHECK_STR(room->name, name);
	CHECK(strncmp(room->sid, "RM_", 3) == 0);
	CHECK_INT(room->empty_timeout_s, 77);
	CHECK_INT(room->departure_timeout_s, 33);
	CHECK_INT(room->max_participants, 5);
	CHECK_STR(room->metadata, "{\"a\":\"\xC3\xA9\"}");
	CHECK(room->created_at_ms / 1000 >= time(NULL) - 5 &&
	    room->created_at_ms / 1000 <= time(NULL) + 5);
	lk_free(room);
	CHECK_INT(lk_room_delete(c, name), LK_OK);
	lk_client_free(c);
}

TEST("CreateRoom of a live room returns it unchanged")
{
	struct lk_client *c = client();
	const char *name = room_name();
	struct lk_room *a, *b;

	CHECK_INT(lk_room_create(c, name, LK(lk_room_opts,
	    .empty_timeout_s = 60), &a), LK_OK);
	CHECK_INT(lk_room_create(c, name, LK(lk_room_opts,
	    .empty_timeout_s = 90), &b), LK_OK);
	CHECK_STR(b->sid, a->sid);
	CHECK_INT(b->empty_timeout_s, 60);
	lk_free(a);
	lk_free(b);
	CHECK_INT(lk_room_delete(c, name), LK_OK);
	lk_client_free(c);
}

TEST("ListRooms finds rooms by name, and none of an unknown name")
{
	struct lk_client *c = client();
	const char *name = room_name(), *unknown = "sdk-nobody";
	struct lk_rooms *rooms;

	CHECK_INT(lk_room_create(c, name, NULL, NULL), LK_OK);
	CHECK_INT(lk_room_list(c, &name, 1, &rooms), LK_OK);
	CHECK_INT(rooms->len, 1);
	CHECK_STR(rooms->item[0]->name, name);
	lk_free(rooms);
	CHECK_INT(lk_room_list(c, NULL, 0, &rooms), LK_OK);
	CHECK(rooms->len >= 1);
	lk_free(rooms);
	CHECK_INT(lk_room_list(c, &unknown, 1, &rooms), LK_OK);
	CHECK_INT(rooms->len, 0);
	lk_free(rooms);
	CHECK_INT(lk_room_delete(c, name), LK_OK);
	lk_client_free(c);
}

TEST("UpdateRoomMetadata sets and clears; a missing room is not found")
{
	struct lk_client *c = client();
	const char *name = room_name();
	struct lk_room *room;

	CHECK_INT(lk_room_create(c, name, NULL, NULL), LK_OK);
	CHECK_INT(lk_room_update_metadata(c, name, "new", &room), LK_OK);
	CHECK_STR(room->metadata, "new");
	lk_free(room);
	CHECK_INT(lk_room_update_metadata(c, name, "", &room), LK_OK);
	CHECK_STR(room->metadata, "");
	lk_free(room);
	CHECK_INT(lk_room_update_metadata(c, "sdk-nobody", "x", NULL),
	    LK_NOT_FOUND);
	CHECK_INT(lk_room_delete(c, name), LK_OK);
	lk_client_free(c);
}

TEST("DeleteRoom ends a room; a second time it is gone")
{
	struct lk_client *c = client();
	const char *name = room_name();

	CHECK_INT(lk_room_create(c, name, NULL, NULL), LK_OK);
	CHECK_INT(lk_room_delete(c, name), LK_OK);
	CHECK(lk_gone(lk_room_delete(c, name)));
	CHECK_INT(lk_client_error(c)->http_status, 404);
	CHECK_STR(lk_client_error(c)->code, "not_found");
	lk_client_free(c);
}

TEST("ListParticipants of an empty and of a missing room is an empty list")
{
	struct lk_client *c = client();
	const char *name = room_name();
	struct lk_participants *all;

	CHECK_INT(lk_room_create(c, name, NULL, NULL), LK_OK);
	CHECK_INT(lk_participant_list(c, name, &all), LK_OK);
	CHECK_INT(all->len, 0);
	lk_free(all);
	CHECK_INT(lk_participant_list(c, "sdk-nobody", &all), LK_OK);
	CHECK_INT(all->len, 0);
	lk_free(all);
	CHECK_INT(lk_room_delete(c, name), LK_OK);
	lk_client_free(c);
}

TEST("Get-, Remove- and UpdateParticipant of a missing one: not found")
{
	struct lk_client *c = client();
	const char *name = room_name();
	const struct lk_pair a = { "k", "v" };

	CHECK_INT(lk_room_create(c, name, NULL, NULL), LK_OK);
	CHECK_INT(lk_participant_get(c, name, "eve", NULL), LK_NOT_FOUND);
	CHECK_INT(lk_participant_remove(c, name, "eve"), LK_NOT_FOUND);
	CHECK_INT(lk_participant_update(c, name, "eve",
	    LK(lk_participant_opts, .name = "E", .metadata = "m",
	    .attributes = &a, .attributes_len = 1,
	    .permission = LK(lk_permission_opts, .can_publish = LK_YES)),
	    NULL), LK_NOT_FOUND);
	CHECK_INT(lk_room_delete(c, name), LK_OK);
	lk_client_free(c);
}

TEST("SendData to a live room nobody is in succeeds")
{
	struct lk_client *c = client();
	const char *name = room_name(), *to = "eve";

	CHECK_INT(lk_room_create(c, name, NULL, NULL), LK_OK);
	CHECK_INT(lk_data_send(c, name, "\0\xFF data", 7, NULL), LK_OK);
	CHECK_INT(lk_data_send(c, name, "x", 1, LK(lk_data_opts,
	    .topic = "t", .lossy = LK_YES, .identities = &to,
	    .identities_len = 1)), LK_OK);
	CHECK_INT(lk_room_delete(c, name), LK_OK);
	lk_client_free(c);
}

/* What nobody serves: 503 "no response" after three tries of a second. */
#define CHECK_NOBODY(c, call) do {					\
	long start_ = now_ms();						\
	CHECK_INT(call, LK_UNAVAILABLE);				\
	CHECK_INT(lk_client_error(c)->http_status, 503);		\
	CHECK(lk_gone(lk_client_error(c)->err));			\
	CHECK(now_ms() - start_ < 9000);				\
} while (0)

TEST("MutePublishedTrack of a missing participant: gone after 3 s")
{
	struct lk_client *c = client();

	CHECK_NOBODY(c, lk_track_mute(c, "sdk-nobody", "eve", "TR_x", true,
	    NULL));
	lk_client_free(c);
}

TEST("UpdateSubscriptions of a missing participant: gone after 3 s")
{
	struct lk_client *c = client();
	const char *sid = "TR_x";

	CHECK_NOBODY(c, lk_subscriptions_update(c, "sdk-nobody", "eve",
	    LK(lk_subscription_opts, .subscribe = LK_YES, .track_sids = &sid,
	    .track_sids_len = 1)));
	lk_client_free(c);
}

TEST("SendData to a missing room: gone after 3 s")
{
	struct lk_client *c = client();

	CHECK_NOBODY(c, lk_data_send(c, "sdk-nobody", "x", 1, NULL));
	lk_client_free(c);
}

TEST("Forward- and MoveParticipant pass the grant check; nobody serves them")
{
	struct lk_client *c = client();

	CHECK_NOBODY(c, lk_participant_forward(c, "sdk-nobody", "eve", "b"));
	CHECK_NOBODY(c, lk_participant_move(c, "sdk-nobody", "eve", "b"));
	lk_client_free(c);
}

TEST("PerformRpc to a missing participant: gone after 3 s")
{
	struct lk_client *c = client();
	char *s;

	CHECK_NOBODY(c, lk_rpc(c, "sdk-nobody", "eve", "ping", "x", 0, &s));
	lk_client_free(c);
}

TEST("agents are dispatched to a live room, listed and taken back")
{
	struct lk_client *c = client();
	const char *name = room_name();
	struct lk_dispatches *all;
	struct lk_dispatch *d;

	CHECK_INT(lk_room_create(c, name, NULL, NULL), LK_OK);
	CHECK_INT(lk_dispatch_create(c, name, LK(lk_room_agent,
	    .agent_name = "bot", .metadata = "m"), &d), LK_OK);
	CHECK(strncmp(d->id, "AD_", 3) == 0);
	CHECK_STR(d->agent_name, "bot");
	CHECK_STR(d->metadata, "m");
	CHECK(d->created_at_ms / 1000 >= time(NULL) - 5);
	CHECK_INT(lk_dispatch_list(c, name, d->id, &all), LK_OK);
	CHECK_INT(all->len, 1);
	CHECK_STR(all->item[0]->id, d->id);
	lk_free(all);
	CHECK_INT(lk_dispatch_delete(c, name, d->id, NULL), LK_OK);
	CHECK_INT(lk_dispatch_delete(c, name, "AD_unknown", NULL),
	    LK_NOT_FOUND);
	lk_free(d);
	CHECK_INT(lk_room_delete(c, name), LK_OK);
	lk_client_free(c);
}

TEST("a room made with agents holds their dispatches")
{
	struct lk_client *c = client();
	const struct lk_room_agent *agent = LK(lk_room_agent,
	    .agent_name = "first");
	const char *name = room_name();
	struct lk_dispatches *all;

	CHECK_INT(lk_room_create(c, name, LK(lk_room_opts, .agents = &agent,
	    .agents_len = 1), NULL), LK_OK);
	CHECK_INT(lk_dispatch_list(c, name, NULL, &all), LK_OK);
	CHECK_INT(all->len, 1);
	CHECK_STR(all->item[0]->agent_name, "first");
	lk_free(all);
	CHECK_INT(lk_room_delete(c, name), LK_OK);
	lk_client_free(c);
}

TEST("egress and ingress without Redis are internal errors that say so")
{
	struct lk_client *c = client();
	struct lk_egresses *e;
	struct lk_ingresses *i;

	CHECK_INT(lk_egress_list(c, NULL, &e), LK_INTERNAL);
	CHECK(strstr(lk_client_error(c)->message, "redis required") != NULL);
	CHECK_INT(lk_ingress_list(c, NULL, &i), LK_INTERNAL);
	CHECK_INT(lk_ingress_create(c, LK(lk_ingress_opts,
	    .participant_identity = "a", .room_name = "r"), NULL),
	    LK_INTERNAL);
	CHECK(strstr(lk_client_error(c)->message, "redis required") != NULL);
	/* these two panic and close the connection; the next call works */
	CHECK_INT(lk_ingress_update(c, "IN_x", LK(lk_ingress_opts,
	    .name = "n"), NULL), LK_INTERNAL);
	CHECK_INT(lk_ingress_delete(c, "IN_x", NULL), LK_INTERNAL);
	CHECK_INT(lk_egress_list(c, NULL, &e), LK_INTERNAL);
	lk_client_free(c);
}

TEST("a recording of a missing room is not found, stopping one is refused")
{
	struct lk_client *c = client();

	CHECK_INT(lk_egress_start_room(c, "sdk-nobody", LK(lk_egress_opts,
	    .layout = "grid", .file = LK(lk_file, .filepath = "f.mp4",
	    .s3 = LK(lk_s3, .access_key = "a", .secret = "s", .bucket = "b"))),
	    NULL), LK_NOT_FOUND);
	CHECK_INT(lk_egress_stop(c, "EG_x", NULL), LK_INTERNAL);
	lk_client_free(c);
}

TEST("every other call of the table exists and accepts its grant")
{
	static const char *const calls[][2] = {
		{ "Egress", "StartEgress" }, { "Egress", "StartWebEgress" },
		{ "Egress", "StartParticipantEgress" },
		{ "Egress", "StartTrackCompositeEgress" },
		{ "Egress", "StartTrackEgress" }, { "Egress", "UpdateLayout" },
		{ "Egress", "UpdateStream" }, { "SIP", "CreateSIPInboundTrunk" },
		{ "SIP", "CreateSIPOutboundTrunk" },
		{ "SIP", "UpdateSIPInboundTrunk" },
		{ "SIP", "UpdateSIPOutboundTrunk" },
		{ "SIP", "GetSIPInboundTrunk" }, { "SIP", "GetSIPOutboundTrunk" },
		{ "SIP", "ListSIPInboundTrunk" },
		{ "SIP", "ListSIPOutboundTrunk" }, { "SIP", "ListSIPTrunk" },
		{ "SIP", "DeleteSIPTrunk" }, { "SIP", "CreateSIPDispatchRule" },
		{ "SIP", "UpdateSIPDispatchRule" },
		{ "SIP", "ListSIPDispatchRule" },
		{ "SIP", "DeleteSIPDispatchRule" },
		{ "SIP", "CreateSIPParticipant" },
		{ "SIP", "TransferSIPParticipant" }
	};
	struct lk_client *c = client();
	enum lk_err err;
	char *s = NULL;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		/* those that would wait for a service are cut short */
		err = lk_call_with(c, LK(lk_call_opts, .timeout_ms = 700),
		    calls[i][0], calls[i][1], "{\"roomName\":\"sdk-nobody\","
		    "\"participantIdentity\":\"eve\",\"sipTrunkId\":\"ST_x\","
		    "\"egressId\":\"EG_x\",\"transferTo\":\"tel:1\"}", &s);
		if (err == LK_OK)
			lk_free(s);
		if (err == LK_BAD_ROUTE || err == LK_UNAUTHENTICATED ||
		    err == LK_MALFORMED || err == LK_TRANSPORT)
			printf("# %s/%s: %s\n", calls[i][0], calls[i][1],
			    lk_client_error(c)->message);
		CHECK(err != LK_BAD_ROUTE && err != LK_UNAUTHENTICATED &&
		    err != LK_MALFORMED && err != LK_TRANSPORT);
	}
	lk_client_free(c);
}

TEST("a name that is none is a bad route, Cloud's services are not there")
{
	struct lk_client *c = client();
	char *s;

	CHECK_INT(lk_call_with(c, LK(lk_call_opts, .grant = LK(lk_token,
	    .video = LK(lk_video_grant, .room_list = LK_YES))), "RoomService",
	    "Dance", "{}", &s), LK_BAD_ROUTE);
	CHECK_STR(lk_client_error(c)->code, "bad_route");
	CHECK_INT(lk_call(c, "Connector", "ConnectTwilioCall", "{}", &s),
	    LK_BAD_ROUTE);
	CHECK_INT(lk_client_error(c)->http_status, 404);
	CHECK_INT(lk_client_error(c)->attempts, 1);
	lk_client_free(c);
}

TEST("a wrong secret is refused, and the message does not hold the token")
{
	struct lk_client *c;
	struct lk_rooms *rooms;

	CHECK_INT(lk_client_new(LK(lk_client_opts, .secret =
	    "wrong-secret-wrong-secret-wrong-secret"), &c), LK_OK);
	CHECK_INT(lk_room_list(c, NULL, 0, &rooms), LK_UNAUTHENTICATED);
	CHECK_INT(lk_client_error(c)->http_status, 401);
	CHECK(strstr(lk_client_error(c)->message, "[token]") != NULL);
	CHECK(strstr(lk_client_error(c)->message, "eyJ") == NULL);
	lk_client_free(c);
	CHECK_INT(lk_client_new(LK(lk_client_opts, .key = "APInobody"), &c),
	    LK_OK);
	CHECK_INT(lk_room_list(c, NULL, 0, &rooms), LK_UNAUTHENTICATED);
	CHECK(strstr(lk_client_error(c)->message, "invalid API key") != NULL);
	lk_client_free(c);
}

TEST("a missing grant is unauthenticated")
{
	struct lk_client *c = client();
	char *s;

	CHECK_INT(lk_call_with(c, LK(lk_call_opts, .grant = LK(lk_token,
	    .video = LK(lk_video_grant, .room_create = LK_YES))),
	    "RoomService", "ListRooms", "{}", &s), LK_UNAUTHENTICATED);
	CHECK_STR(lk_client_error(c)->message, "permissions denied");
	lk_client_free(c);
}

TEST("a ready token is sent as it is")
{
	struct lk_rooms *rooms;
	struct lk_client *c;
	char *jwt;

	CHECK_INT(lk_token_sign(getenv("LIVEKIT_API_KEY"),
	    getenv("LIVEKIT_API_SECRET"), LK(lk_token, .video =
	    LK(lk_video_grant, .room_list = LK_YES)), &jwt), LK_OK);
	CHECK_INT(lk_client_new(LK(lk_client_opts, .token = jwt), &c), LK_OK);
	CHECK_INT(lk_room_list(c, NULL, 0, &rooms), LK_OK);
	lk_free(rooms);
	CHECK_INT(lk_room_delete(c, "sdk-nobody"), LK_UNAUTHENTICATED);
	lk_client_free(c);
	lk_free(jwt);
}

TEST("a server that is not there is a transport error at once, one attempt")
{
	long start = now_ms();
	struct lk_client *c;

	CHECK_INT(lk_client_new(LK(lk_client_opts,
	    .url = "http://127.0.0.1:1"), &c), LK_OK);
	CHECK_INT(lk_room_delete(c, "r"), LK_TRANSPORT);
	CHECK_INT(lk_client_error(c)->http_status, 0);
	CHECK_INT(lk_client_error(c)->attempts, 1);
	CHECK(now_ms() - start < 1500);
	lk_client_free(c);
}

/* GET /rtc/validate, as a browser does before it joins. */
static int
validate(const char *jwt)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	const char *url = getenv("LIVEKIT_URL");
	char out[4096], in[512] = "";
	int fd = socket(AF_INET, SOCK_STREAM, 0), status = -1;

	to.sin_port = htons((unsigned short)strtol(strrchr(url, ':') + 1, NULL,
	    10));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	snprintf(out, sizeof(out), "GET /rtc/validate HTTP/1.0\r\n"
	    "Host: 127.0.0.1\r\nAuthorization: Bearer %s\r\n\r\n", jwt);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 &&
	    write(fd, out, strlen(out)) == (ssize_t)strlen(out) &&
	    read(fd, in, sizeof(in) - 1) > 12)
		status = (int)strtol(in + 9, NULL, 10);
	close(fd);
	return status;
}

TEST("the server accepts join tokens of ours, with and without the room")
{
	struct lk_client *c = client();
	const char *name = room_name();
	char *jwt;

	CHECK_INT(lk_token_sign(getenv("LIVEKIT_API_KEY"),
	    getenv("LIVEKIT_API_SECRET"), LK(lk_token, .identity = "ada",
	    .name = "Ada", .metadata = "{\"a\":1}", .kind = "standard",
	    .video = LK(lk_video_grant, .room = name, .room_join = LK_YES,
	    .can_publish = LK_NO)), &jwt), LK_OK);
	CHECK_INT(validate(jwt), 404);
	CHECK_INT(lk_room_create(c, name, NULL, NULL), LK_OK);
	CHECK_INT(validate(jwt), 200);
	jwt[strlen(jwt) - 2] ^= 1;
	CHECK_INT(validate(jwt), 401);
	lk_free(jwt);
	CHECK_INT(lk_room_delete(c, name), LK_OK);
	lk_client_free(c);
}

#define ICE(word)	"a=ice-ufrag:" word "\r\n"				\
	"a=ice-pwd:abcdefghijklmnopqrstuvwx\r\n"
#define MEDIA		"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
#define FRAGMENT(word)	ICE(word) MEDIA "a=mid:0\r\n"			\
	"a=candidate:1 1 UDP 2130706431 127.0.0.1 9 typ host\r\n"
#define OFFER(ice)	"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\n"	\
	"t=0 0\r\na=group:BUNDLE 0\r\n" MEDIA "c=IN IP4 0.0.0.0\r\n"	\
	"a=mid:0\r\n" ice "a=setup:actpass\r\na=sendonly\r\n"		\
	"a=fingerprint:sha-256 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D"	\
	":0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F\r\n"	\
	"a=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n"

static char *
publisher(const char *room)
{
	char *jwt;

	if (lk_token_sign(getenv("LIVEKIT_API_KEY"),
	    getenv("LIVEKIT_API_SECRET"), LK(lk_token, .identity = "obs",
	    .video = LK(lk_video_grant, .room = room,
	    .room_join = LK_YES)), &jwt) != LK_OK)
		abort();
	return jwt;
}

TEST("a WHIP session: offer, candidates, ICE restart, end")
{
	static const char frag[] = FRAGMENT("abcd");
	static const char other[] = FRAGMENT("efgh");
	struct lk_client *c = client();
	const char *name = room_name();
	char *jwt = publisher(name);
	struct lk_whip *whip, *more;

	CHECK_INT(lk_room_create(c, name, NULL, NULL), LK_OK);
	CHECK_INT(lk_whip_post(c, jwt, OFFER(ICE("abcd")),
	    strlen(OFFER(ICE("abcd"))), &whip), LK_OK);
	CHECK(strncmp(whip->resource, "PA_", 3) == 0);
	CHECK(whip->etag[0] != '\0');
	CHECK(strstr(whip->body, "a=candidate:") != NULL);
	CHECK_INT(lk_whip_patch(c, jwt, whip->resource, whip->etag, frag,
	    strlen(frag), &more), LK_OK);
	CHECK_INT(more->status, 204);
	lk_free(more);
	CHECK_INT(lk_whip_patch(c, jwt, whip->resource, "nope", frag,
	    strlen(frag), NULL), LK_INTERNAL);
	CHECK(strstr(lk_client_error(c)->message, "ice session mismatch") !=
	    NULL);
	CHECK_INT(lk_whip_patch(c, jwt, whip->resource, "*", other,
	    strlen(other), &more), LK_OK);
	CHECK_INT(more->status, 200);
	CHECK(strstr(more->body, "a=ice-ufrag:") != NULL);
	lk_free(more);
	CHECK_INT(lk_whip_delete(c, jwt, whip->resource), LK_OK);
	CHECK_INT(lk_whip_delete(c, jwt, whip->resource), LK_NOT_FOUND);
	lk_free(whip);
	lk_free(jwt);
	CHECK_INT(lk_room_delete(c, name), LK_OK);
	lk_client_free(c);
}

TEST("WHIP offers that are refused, and the token is not in the words")
{
	struct lk_client *c = client();
	const char *name = room_name();
	char *jwt = publisher(name);

	CHECK_INT(lk_whip_post(c, jwt, "hello", 5, NULL),
	    LK_INVALID_ARGUMENT);
	CHECK_INT(lk_whip_post(c, jwt, OFFER(""), strlen(OFFER("")), NULL),
	    LK_UNAVAILABLE);
	CHECK(strstr(lk_client_error(c)->message, "RemoteDescription") !=
	    NULL);
	jwt[strlen(jwt) - 2] ^= 1;
	CHECK_INT(lk_whip_post(c, jwt, OFFER(""), strlen(OFFER("")), NULL),
	    LK_UNAUTHENTICATED);
	CHECK(strstr(lk_client_error(c)->message, "eyJ") == NULL);
	lk_free(jwt);
	CHECK_INT(lk_room_delete(c, name), LK_OK);
	lk_client_free(c);
}
