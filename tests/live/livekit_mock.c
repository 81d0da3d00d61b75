/*
 * What only LiveKit Cloud or a phone would show: fail-over between regions,
 * pins, SIP refusals, slow and broken answers.  Against upstream's own mock of
 * the API (LIVEKIT_URL: its first port), steered by the header X-Lk-Mock; its
 * listeners are the regions.  It checks the grant of every call.
 */
#include <time.h>

#include "../../src/livekit/livekit-api.h"
#include "../unit/test.h"

static struct lk_client *
mock(const char *steer, int timeout_ms, enum lk_tri failover)
{
	const struct lk_pair header = { "X-Lk-Mock", steer };
	struct lk_client *c;

	if (lk_client_new(LK(lk_client_opts, .headers = &header,
	    .headers_len = 1, .timeout_ms = timeout_ms, .failover = failover,
	    .failover_any_host = LK_YES), &c) != LK_OK) {
		printf("not ok LIVEKIT_URL, _API_KEY and _API_SECRET are set\n");
		exit(1);
	}
	return c;
}

/* One CreateRoom; its outcome, and how many attempts it took. */
static enum lk_err
create(const char *steer, int timeout_ms, enum lk_tri failover, int *attempts)
{
	struct lk_client *c = mock(steer, timeout_ms, failover);
	enum lk_err err = lk_room_create(c, "r", NULL, NULL);

	*attempts = lk_client_error(c)->attempts;
	lk_client_free(c);
	return err;
}

static long
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

TEST("a good answer needs one attempt and echoes the request")
{
	struct lk_client *c = mock("{}", 0, LK_UNSET);
	struct lk_room *room;

	CHECK_INT(lk_room_create(c, "r", LK(lk_room_opts,
	    .empty_timeout_s = 42, .metadata = "m"), &room), LK_OK);
	CHECK_STR(room->name, "r");
	CHECK_INT(room->empty_timeout_s, 42);
	CHECK_STR(room->metadata, "m");
	CHECK_INT(lk_client_error(c)->attempts, 1);
	lk_free(room);
	lk_client_free(c);
}

TEST("a region that answers 503 is left for the next one")
{
	int n;

	CHECK_INT(create("{\"failRegions\":[0]}", 0, LK_UNSET, &n), LK_OK);
	CHECK_INT(n, 2);
}

TEST("two broken regions: the third attempt succeeds")
{
	int n;

	CHECK_INT(create("{\"failRegions\":[0,1]}", 0, LK_UNSET, &n), LK_OK);
	CHECK_INT(n, 3);
}

TEST("all regions broken: three attempts, and the last refusal")
{
	int n;

	CHECK_INT(create("{\"failRegions\":[0,1,2]}", 0, LK_UNSET, &n),
	    LK_UNAVAILABLE);
	CHECK_INT(n, 3);
}

TEST("a dropped connection fails over as well")
{
	int n;

	CHECK_INT(create("{\"failRegions\":[0],\"failMode\":\"drop\"}", 0,
	    LK_UNSET, &n), LK_OK);
	CHECK_INT(n, 2);
}

TEST("a 4xx never fails over")
{
	int n;

	CHECK_INT(create("{\"failRegions\":[0],\"failStatus\":400}", 0,
	    LK_UNSET, &n), LK_INVALID_ARGUMENT);
	CHECK_INT(n, 1);
	CHECK_INT(create("{\"failRegions\":[0],\"failStatus\":429}", 0,
	    LK_UNSET, &n), LK_RESOURCE_EXHAUSTED);
	CHECK_INT(n, 1);
}

TEST("no fail-over where it is off, or the time-out is below 5 s")
{
	int n;

	CHECK_INT(create("{\"failRegions\":[0]}", 0, LK_NO, &n),
	    LK_UNAVAILABLE);
	CHECK_INT(n, 1);
	CHECK_INT(create("{\"failRegions\":[0]}", 4000, LK_UNSET, &n),
	    LK_UNAVAILABLE);
	CHECK_INT(n, 1);
}

TEST("without a list of regions the first refusal stays")
{
	int n;

	CHECK_INT(create("{\"failRegions\":[0],\"regionsStatus\":404}", 0,
	    LK_UNSET, &n), LK_UNAVAILABLE);
	CHECK_INT(n, 1);
}

TEST("a room pinned to another region is found there")
{
	int n;

	CHECK_INT(create("{\"pinnedRegions\":[\"region-1\"]}", 0, LK_UNSET,
	    &n), LK_OK);
	CHECK_INT(n, 2);
}

TEST("an answer that takes too long is a time-out")
{
	long start = now_ms();
	int n;

	CHECK_INT(create("{\"delayMs\":3000}", 500, LK_UNSET, &n), LK_TIMEOUT);
	CHECK_INT(n, 1);
	CHECK(now_ms() - start < 2000);
}

TEST("a busy phone is data: status and reason")
{
	struct lk_client *c = mock("{\"sipStatus\":{\"code\":486,"
	    "\"status\":\"Busy Here\"},\"delayMs\":0}", 0, LK_NO);
	char *s;

	CHECK(lk_call(c, "SIP", "CreateSIPParticipant", "{\"sipTrunkId\":\"t\","
	    "\"sipCallTo\":\"1\",\"roomName\":\"r\"}", &s) != LK_OK);
	CHECK_INT(lk_client_error(c)->sip_status, 486);
	CHECK_STR(lk_client_error(c)->sip_reason, "Busy Here");
	lk_client_free(c);
}

TEST("a call that is answered after 11 s is waited for")
{
	struct lk_client *c = mock("{}", 0, LK_NO);
	char *s;

	CHECK_INT(lk_call(c, "SIP", "CreateSIPParticipant",
	    "{\"sipTrunkId\":\"t\",\"sipCallTo\":\"1\",\"roomName\":\"r\","
	    "\"waitUntilAnswered\":true}", &s), LK_OK);
	lk_free(s);
	lk_client_free(c);
}

TEST("a grant that lacks the right is permission denied")
{
	struct lk_client *c = mock("{}", 0, LK_NO);
	char *s;

	CHECK_INT(lk_call_with(c, LK(lk_call_opts, .grant = LK(lk_token,
	    .video = LK(lk_video_grant, .room_list = LK_YES))),
	    "RoomService", "CreateRoom", "{\"name\":\"r\"}", &s),
	    LK_PERMISSION_DENIED);
	CHECK_INT(lk_client_error(c)->http_status, 403);
	lk_client_free(c);
}

TEST("the grant of each of the 52 calls satisfies upstream's table")
{
	static const char *const calls[] = {
		"RoomService", "CreateRoom", "ListRooms", "DeleteRoom",
		"UpdateRoomMetadata", "ListParticipants", "GetParticipant",
		"RemoveParticipant", "MutePublishedTrack",
		"UpdateParticipant", "UpdateSubscriptions", "SendData",
		"ForwardParticipant", "MoveParticipant", "PerformRpc", NULL,
		"Egress", "StartEgress", "StartRoomCompositeEgress",
		"StartWebEgress", "StartParticipantEgress",
		"StartTrackCompositeEgress", "StartTrackEgress",
		"UpdateLayout", "UpdateStream", "StopEgress", "ListEgress",
		NULL, "Ingress", "CreateIngress", "UpdateIngress",
		"ListIngress", "DeleteIngress", NULL, "SIP",
		"CreateSIPInboundTrunk", "CreateSIPOutboundTrunk",
		"UpdateSIPInboundTrunk", "UpdateSIPOutboundTrunk",
		"GetSIPInboundTrunk", "GetSIPOutboundTrunk",
		"ListSIPInboundTrunk", "ListSIPOutboundTrunk", "ListSIPTrunk",
		"DeleteSIPTrunk", "CreateSIPDispatchRule",
		"UpdateSIPDispatchRule", "ListSIPDispatchRule",
		"DeleteSIPDispatchRule", "CreateSIPParticipant",
		"TransferSIPParticipant", NULL, "AgentDispatchService",
		"CreateDispatch", "ListDispatch", "DeleteDispatch", NULL,
		"Connector", "DialWhatsAppCall", "AcceptWhatsAppCall",
		"ConnectWhatsAppCall", "DisconnectWhatsAppCall",
		"ConnectTwilioCall", NULL
	};
	struct lk_client *c = mock("{\"delayMs\":0}", 0, LK_NO);
	const char *service = NULL;
	size_t n = 0;
	char *s;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (calls[i] == NULL || service == NULL) {
			service = calls[i];
			continue;
		}
		if (lk_call(c, service, calls[i], "{\"room\":\"r\","
		    "\"roomName\":\"r\",\"destinationRoom\":\"d\"}", &s) !=
		    LK_OK)
			printf("# %s/%s: %s\n", service, calls[i],
			    lk_client_error(c)->message);
		CHECK_INT(lk_client_error(c)->err, LK_OK);
		lk_free(s);
		n++;
	}
	CHECK_INT(n, 52);
	lk_client_free(c);
}

TEST("typed replies in camelCase are read: participants, egress, ingress")
{
	struct lk_client *c = mock("{}", 0, LK_NO);
	struct lk_participants *p;
	struct lk_egresses *e;
	struct lk_egress *started;
	struct lk_ingresses *i;

	CHECK_INT(lk_egress_start_tracks(c, "r", "TR_a", NULL,
	    LK(lk_egress_opts, .file = LK(lk_file, .filepath = "f")), &started),
	    LK_OK);
	CHECK(*started->egress_id != '\0');
	lk_free(started);
	CHECK_INT(lk_participant_list(c, "r", &p), LK_OK);
	CHECK_INT(p->len, 1);
	CHECK(*p->item[0]->sid != '\0');
	CHECK_INT(lk_egress_list(c, NULL, &e), LK_OK);
	CHECK_INT(e->len, 1);
	CHECK(*e->item[0]->egress_id != '\0');
	CHECK_INT(lk_ingress_list(c, NULL, &i), LK_OK);
	CHECK_INT(i->len, 1);
	CHECK(*i->item[0]->ingress_id != '\0');
	lk_free(p);
	lk_free(e);
	lk_free(i);
	lk_client_free(c);
}

TEST("an answer of the server's choosing is read, too big a one is not")
{
	struct lk_client *c = mock("{\"response\":{\"name\":\"given\","
	    "\"numParticipants\":7}}", 0, LK_NO);
	struct lk_room *room;
	char *s;

	CHECK_INT(lk_room_create(c, "r", NULL, &room), LK_OK);
	CHECK_STR(room->name, "given");
	CHECK_INT(room->num_participants, 7);
	lk_free(room);
	CHECK_INT(lk_call_with(c, LK(lk_call_opts, .reply_max = 10),
	    "RoomService", "CreateRoom", "{\"name\":\"r\"}", &s), LK_TOO_BIG);
	CHECK_INT(lk_room_create(c, "r", NULL, NULL), LK_OK);
	lk_client_free(c);
}
