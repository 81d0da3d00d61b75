/*
 * What a pass over LiveKit finds out about a channel, and who comes into its
 * room with an old token.
 */
#include "test.h"
#include "app_air.h"

/* ---- a pass over LiveKit -------------------------------------------------------- */

static void
there(const char *sid, const char *identity)
{
	fake_room_add(&lab.fake, LAB_HOST, "RM_1");
	fake_join(&lab.fake, LAB_HOST, sid, identity, lab_now);
}

TEST("a broadcast that no webhook told of begins with a pass")
{
	air_open_channel();
	there("PA_1", LAB_HOST);
	fake_publish(&lab.fake, "PA_1", "TR_1");
	lab_now += 10000;
	air_pass();
	CHECK(air_on_air());
	air_pass();
	CHECK_INT(air_broadcasts(), 1);
	air_close_channel();
}

TEST("a broadcast whose end no webhook told of ends with a pass and the grace")
{
	air_open_channel();
	there("PA_1", LAB_HOST);
	fake_publish(&lab.fake, "PA_1", "TR_1");
	air_join("PA_1", LAB_HOST);
	air_publish("PA_1", "TR_1");
	lab_now += 60000;
	air_pass();
	CHECK_INT(lab_number(&lab, "SELECT lapses_at IS NULL FROM broadcasts"),
	    1);
	fake_person(&lab.fake, "PA_1")->tracks_len = 0;
	air_pass();
	CHECK_INT(lab_number(&lab, "SELECT lapses_at FROM broadcasts"),
	    lab_now + 20000);
	lab_now += 20000;
	air_pass();
	CHECK_INT(lab_number(&lab, "SELECT ended_at FROM broadcasts"),
	    lab_now);
	air_close_channel();
}

TEST("a track of 4 s ago may not be on LiveKit's list yet")
{
	air_open_channel();
	there("PA_1", LAB_HOST);
	air_join("PA_1", LAB_HOST);
	air_publish("PA_1", "TR_1");
	lab_now += 4000;
	air_pass();
	CHECK_INT(lab_number(&lab, "SELECT lapses_at IS NULL FROM broadcasts"),
	    1);
	air_close_channel();
}

TEST("LiveKit gone, and all with it, is the end of a broadcast")
{
	air_open_channel();
	air_join("PA_1", LAB_HOST);
	air_publish("PA_1", "TR_1");
	lab_now += 60000;
	air_pass();
	lab_now += 20000;
	air_pass();
	CHECK(!air_on_air());
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM tracks "
	    "WHERE unpublished_at IS NULL"), 0);
	air_close_channel();
}

TEST("a track told of without its session ends with the room, too")
{
	air_open_channel();
	air_publish("PA_1", "TR_1");
	CHECK(air_on_air());
	lab_now += 2000;
	air_pass();
	lab_now += 20000;
	air_pass();
	CHECK(!air_on_air());
	air_close_channel();
}

TEST("while LiveKit is down a pass leaves what is on air as it is")
{
	air_open_channel();
	air_publish("PA_1", "TR_1");
	lab_now += 300000;
	lab.fake.fail = LK_TRANSPORT;
	CHECK(reconcile(&lab.app) == RC_UPSTREAM);
	CHECK(air_on_air());
	CHECK_INT(lab_number(&lab, "SELECT lapses_at IS NULL FROM broadcasts"),
	    1);
	air_close_channel();
}

TEST("permissions that are not what they should be are put right by a pass")
{
	air_open_channel();
	there("PA_2", LAB_OTHER);
	fake_may(&lab.fake, "PA_2", true, true, true);
	air_pass();
	CHECK_INT(lab.fake.updates, 1);
	CHECK(!fake_person(&lab.fake, "PA_2")->publish);
	air_pass();
	CHECK_INT(lab.fake.updates, 1);
	air_close_channel();
}

TEST("the room of an encoder at LiveKit is there again after a pass")
{
	air_open_channel();
	air_pass();
	CHECK_INT(lab.fake.rooms_len, 0);
	lab_key(&lab, "IN_1");
	air_pass();
	CHECK_INT(lab.fake.rooms_len, 1);
	fake_room_drop(&lab.fake, LAB_HOST);
	must(db_begin(lab.app.db, NORMAL));
	must(stream_key_set_enabled(lab.app.db, "IN_1", false));
	must(db_commit(lab.app.db));
	air_pass();
	CHECK_INT(lab.fake.rooms_len, 0);
	air_close_channel();
}

TEST("a run of an ingress that no webhook told of is found by a pass")
{
	air_open_channel();
	lab_key(&lab, "IN_1");
	lab.fake.ingress = "ENDPOINT_PUBLISHING";
	lab.fake.ingress_started_ms = T0 - 4000;
	air_pass();
	CHECK(air_on_air());
	CHECK_INT(lab_number(&lab, "SELECT started_at FROM broadcasts"),
	    T0 - 4000);
	air_close_channel();
}

TEST("a run whose end no webhook told of is over after a pass, but for 5 s")
{
	air_open_channel();
	lab_key(&lab, "IN_1");
	told_ingress("ingress_started", T0, "", T0);
	air_tell_last();
	told_person("participant_joined", "PA_1", LAB_HOST, "INGRESS", T0);
	air_tell_last();
	there("PA_1", LAB_HOST);
	lab.fake.ingress = "ENDPOINT_INACTIVE";
	lab_now += 4999;
	air_pass();
	CHECK_INT(lab_number(&lab, "SELECT lapses_at IS NULL FROM broadcasts"),
	    1);
	lab_now += 30000;
	lab.fake.ingress_ended_ms = T0 + 20000;
	air_pass();
	CHECK_INT(lab_number(&lab, "SELECT lapses_at FROM broadcasts"),
	    T0 + 40000);
	air_close_channel();
}

TEST("a dead ingress is listed as publishing for ever, and is not on air")
{
	air_open_channel();
	lab_key(&lab, "IN_1");
	told_ingress("ingress_started", T0, "", T0);
	air_tell_last();
	told_ingress("ingress_ended", T0, "", T0 + 30000);
	air_tell_last();
	lab.fake.ingress = "ENDPOINT_PUBLISHING";
	lab.fake.ingress_started_ms = T0;
	lab_now += 51000;
	air_pass();
	CHECK(!air_on_air());
	CHECK_INT(air_broadcasts(), 1);
	air_close_channel();
}

TEST("nobody is asked about ingresses where nobody has a key at LiveKit")
{
	air_open_channel();
	air_pass();
	CHECK_INT(lab.fake.calls, 1);
	lab_key(&lab, "IN_1");
	lab.fake.calls = 0;
	air_pass();
	CHECK_INT(lab.fake.calls, 3);
	air_close_channel();
}

TEST("a pass forgets tracks and WHIP sessions that ended a week ago")
{
	air_open_channel();
	air_join("PA_1", LAB_HOST);
	air_publish("PA_1", "TR_1");
	air_unpublish("PA_1", "TR_1");
	must(db_begin(lab.app.db, NORMAL));
	must(whip_insert(lab.app.db, &(struct whip_row){
	    .id = "0123456789abcdef", .user_id = LAB_HOST,
	    .ingress_id = "x", .participant_sid = "PA_1",
	    .started_at = lab_now }));
	must(whip_end_all(lab.app.db, LAB_HOST, lab_now));
	must(db_commit(lab.app.db));
	lab_now += 6LL * 24 * 3600 * 1000;
	air_pass();
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM tracks"), 1);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM whip_sessions"), 1);
	lab_now += 25LL * 3600 * 1000;
	air_pass();
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM tracks"), 0);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM whip_sessions"), 0);
	air_close_channel();
}

/* ---- who comes back with an old token --------------------------------------------- */

static void
joined_with(const char *sid, const char *identity, bool data)
{
	char rest[512];

	snprintf(rest, sizeof rest, ",\"room\":{\"sid\":\"RM_1\",\"name\":"
	    "\"" LAB_HOST "\"},\"participant\":{\"sid\":\"%s\","
	    "\"identity\":\"%s\",\"joinedAtMs\":\"%lld\",\"permission\":"
	    "{\"canSubscribe\":true%s}}", sid, identity, (long long)lab_now,
	    data ? ",\"canPublishData\":true" : "");
	told_add("participant_joined", lab_now, rest);
	air_tell_last();
	there(sid, identity);
	fake_may(&lab.fake, sid, false, true, data);
}

TEST("who comes with what a token of now says costs no call")
{
	air_open_channel();
	joined_with("PA_2", LAB_OTHER, true);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM job"), 0);
	CHECK_STR(lab.app.after_room, "");
	air_close_channel();
}

TEST("who comes with an old token has what holds now after the reply")
{
	struct stream_row s;

	air_open_channel();
	must(stream_by_user(lab.app.db, LAB_HOST, &s));
	s.is_chat_enabled = false;
	must(db_begin(lab.app.db, NORMAL));
	must(stream_set_chat(lab.app.db, &s));
	must(db_commit(lab.app.db));
	joined_with("PA_2", LAB_OTHER, true);
	CHECK_INT(lab.fake.calls, 0);
	app_after(&lab.app);
	CHECK(!fake_person(&lab.fake, "PA_2")->data);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM job"), 0);
	air_close_channel();
}

TEST("who is blocked comes in vain")
{
	air_open_channel();
	must(db_begin(lab.app.db, NORMAL));
	must(block_add(lab.app.db, LAB_HOST, LAB_OTHER, lab_now));
	must(db_commit(lab.app.db));
	joined_with("PA_2", LAB_OTHER, true);
	app_after(&lab.app);
	CHECK_INT(lab.fake.removes, 1);
	air_close_channel();
}

TEST("where a daemon works, it does the jobs of a webhook")
{
	bool got;

	air_open_channel();
	must(db_begin(lab.app.db, NORMAL));
	must(block_add(lab.app.db, LAB_HOST, LAB_OTHER, lab_now));
	for (int i = 0; i < 2; i++)
		must(lease_take(lab.app.db, LEASE_WORKER, "daemon", lab_now,
		    30000, &got));
	must(db_commit(lab.app.db));
	joined_with("PA_2", LAB_OTHER, true);
	app_after(&lab.app);
	CHECK_INT(lab.fake.calls, 0);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM job"), 1);
	air_close_channel();
}
