/* LiveKit in trouble: causes, codes, the breaker, rooms made again. */
#include "test.h"
#include "app_lab.h"

static struct lab lab;

static struct req
request(void)
{
	return (struct req){ .arena = lab.arena, .app = &lab.app };
}

static struct room_row
room_of(const char *name)
{
	struct room_row room = { 0 };

	if (room_by_name(lab.app.db, name, &room) != RC_OK)
		abort();
	return room;
}

TEST("a LiveKit that cannot be reached is 502, and for 5 s at once")
{
	struct req req;

	lab_open(&lab, "");
	req = request();
	CHECK(livekit_ready(&lab.app, &req) == RC_OK);
	CHECK(livekit_result(&lab.app, &req, LK_TRANSPORT) == RC_UPSTREAM);
	CHECK_STR(req.problem.code, "livekit_unreachable");
	req = request();
	CHECK(livekit_ready(&lab.app, &req) == RC_UPSTREAM);
	CHECK_STR(req.problem.code, "livekit_unreachable");
	lab_now += 5001;
	CHECK(livekit_ready(&lab.app, &req) == RC_OK);
	lab_close(&lab);
}

TEST("a LiveKit that is too slow is 504, and then left alone for 5 s too")
{
	struct req req;

	lab_open(&lab, "");
	req = request();
	CHECK(livekit_result(&lab.app, &req, LK_TIMEOUT) == RC_TIMEOUT);
	CHECK_STR(req.problem.code, "livekit_slow");
	CHECK(livekit_ready(&lab.app, NULL) == RC_UPSTREAM);
	lab_close(&lab);
}

TEST("each way that LiveKit fails has its own code")
{
	static const struct {
		enum lk_err err; enum rc rc; const char *code;
	} want[] = {
		{ LK_UNAUTHENTICATED, RC_UPSTREAM, "livekit_keys" },
		{ LK_PERMISSION_DENIED, RC_UPSTREAM, "livekit_keys" },
		{ LK_DEADLINE_EXCEEDED, RC_TIMEOUT, "livekit_slow" },
		{ LK_PROTOCOL, RC_UPSTREAM, "livekit_wrong_url" },
		{ LK_BAD_ROUTE, RC_UPSTREAM, "livekit_wrong_url" },
		{ LK_TOO_BIG, RC_UPSTREAM, "livekit_error" },
		{ LK_INTERNAL, RC_UPSTREAM, "livekit_error" },
		{ LK_RESOURCE_EXHAUSTED, RC_UPSTREAM, "livekit_error" },
		{ LK_USAGE, RC_INTERNAL, "internal" },
	};

	lab_open(&lab, "");
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		struct req req = request();

		CHECK(livekit_result(&lab.app, &req, want[i].err) ==
		    want[i].rc);
		CHECK_STR(req.problem.code, want[i].code);
		CHECK(livekit_ready(&lab.app, NULL) == RC_OK);
	}
	lab_close(&lab);
}

TEST("without LiveKit what needs it says so; background work goes on")
{
	struct config config;
	struct lk_client *lk;
	struct room_row room;
	struct req req;
	bool did = false;

	lab_open(&lab, "");
	lab_stream(&lab, "talk", lab_now);
	config = *lab.app.config;
	CHECK(livekit_missing(&config) == NULL);
	config.livekit_api_secret = NULL;
	CHECK_STR(livekit_missing(&config), "livekit_api_secret");
	config.livekit_api_key = NULL;
	CHECK_STR(livekit_missing(&config), "livekit_api_key");
	config.livekit_url = NULL;
	CHECK_STR(livekit_missing(&config), "livekit_url");
	lk = lab.app.lk;
	lab.app.lk = NULL;
	req = request();
	CHECK(livekit_ready(&lab.app, NULL) == RC_UNSUPPORTED);
	CHECK(livekit_ready(&lab.app, &req) == RC_UNSUPPORTED);
	CHECK_STR(req.problem.code, "livekit_not_configured");
	room = room_of("talk");
	room.confirmed_at = lab_now;
	req = request();
	CHECK(room_ensure(&lab.app, &req, &room) == RC_UNSUPPORTED);
	CHECK(tick(&lab.app, &did) == RC_OK);
	CHECK(did);
	CHECK_INT(lab.fake.calls, 0);
	lab.app.lk = lk;
	lab_close(&lab);
}

TEST("a room is made with our time-outs and its metadata")
{
	struct room_row room;
	struct req req;

	lab_open(&lab, "");
	lab_stream(&lab, "talk", lab_now);
	room = room_of("talk");
	req = request();
	CHECK(room_ensure(&lab.app, &req, &room) == RC_OK);
	CHECK_INT(lab.fake.rooms_len, 1);
	CHECK_STR(lab.fake.rooms[0].name, "talk");
	CHECK_STR(lab.fake.rooms[0].metadata, "{}");
	CHECK_INT(lab.fake.rooms[0].empty_timeout_s, 300);
	CHECK_INT(lab.fake.rooms[0].departure_timeout_s, 120);
	CHECK(!lab.fake.called_in_tx);
	lab_close(&lab);
}

TEST("a room confirmed in the last 10 s is not made again")
{
	struct room_row room;
	struct req req;

	lab_open(&lab, "");
	lab_stream(&lab, "talk", lab_now);
	room = room_of("talk");
	req = request();
	CHECK(room_ensure(&lab.app, &req, &room) == RC_OK);
	room = room_of("talk");
	CHECK_INT(room.confirmed_at, lab_now);
	CHECK(room_ensure(&lab.app, &req, &room) == RC_OK);
	CHECK_INT(lab.fake.calls, 1);
	lab_now += 10001;
	CHECK(room_ensure(&lab.app, &req, &room) == RC_OK);
	CHECK_INT(lab.fake.calls, 2);
	lab_close(&lab);
}

TEST("a room that LiveKit does not make leaves the row unconfirmed")
{
	struct room_row room;
	struct req req;

	lab_open(&lab, "");
	lab_stream(&lab, "talk", lab_now);
	room = room_of("talk");
	req = request();
	lab.fake.fail = LK_TIMEOUT;
	CHECK(room_ensure(&lab.app, &req, &room) == RC_TIMEOUT);
	CHECK_STR(req.problem.code, "livekit_slow");
	CHECK_INT(room_of("talk").confirmed_at, 0);
	lab_close(&lab);
}

TEST("a room that ended while LiveKit made it goes again")
{
	struct room_row room;
	struct req req;

	lab_open(&lab, "");
	lab_stream(&lab, "talk", lab_now);
	room = room_of("talk");
	CHECK(db_begin(lab.app.db, NORMAL) == RC_OK);
	CHECK(room_set_state(lab.app.db, "talk", ROOM_OVER, lab_now) ==
	    RC_OK);
	CHECK(db_commit(lab.app.db) == RC_OK);
	req = request();
	CHECK(room_ensure(&lab.app, &req, &room) == RC_GONE);
	CHECK_STR(req.problem.code, "room_ended");
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM job "
	    "WHERE kind = 'room.delete' AND room_name = 'talk'"), 1);
	lab_close(&lab);
}
