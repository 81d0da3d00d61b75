/*
 * Being on air: what webhooks of any order, loss and repetition, the clock and
 * a cut make of one channel.
 */
#include "test.h"
#include "app_air.h"

TEST("a published track of the creator opens a broadcast, at its time")
{
	air_open_channel();
	air_join("PA_1", LAB_HOST);
	CHECK(!air_on_air());
	lab_now += 700;
	air_publish("PA_1", "TR_1");
	CHECK(air_on_air());
	air_publish("PA_1", "TR_2");
	CHECK_INT(air_broadcasts(), 1);
	CHECK_INT(lab_number(&lab, "SELECT started_at FROM broadcasts"), T0);
	CHECK_INT(lab_number(&lab, "SELECT last_live_at FROM streams"), T0);
	CHECK_INT(air_events("stream.live"), 1);
	air_close_channel();
}

TEST("the creator being there, or others publishing, is no broadcast")
{
	air_open_channel();
	air_join("PA_1", LAB_HOST);
	air_join("PA_2", LAB_OTHER);
	told_add("track_published", lab_now, ",\"room\":{\"sid\":\"RM_1\","
	    "\"name\":\"" LAB_HOST "\"},\"participant\":{\"sid\":\"PA_2\","
	    "\"identity\":\"" LAB_OTHER "\"},\"track\":{\"sid\":\"TR_9\"}");
	air_tell_last();
	CHECK(!air_on_air());
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM tracks"), 0);
	air_close_channel();
}

TEST("a drop of 10 s stays the same broadcast")
{
	air_open_channel();
	air_join("PA_1", LAB_HOST);
	air_publish("PA_1", "TR_1");
	lab_now += 60000;
	air_unpublish("PA_1", "TR_1");
	air_leave("PA_1", LAB_HOST);
	lab_now += 10000;
	CHECK(air_on_air());
	air_join("PA_2", LAB_HOST);
	air_publish("PA_2", "TR_2");
	CHECK(air_on_air());
	CHECK_INT(air_broadcasts(), 1);
	CHECK_INT(lab_number(&lab, "SELECT lapses_at IS NULL FROM broadcasts"),
	    1);
	air_close_channel();
}

TEST("20 s after the last track nobody reads of it, and a pass writes it down")
{
	air_open_channel();
	air_join("PA_1", LAB_HOST);
	air_publish("PA_1", "TR_1");
	lab_now += 60000;
	air_unpublish("PA_1", "TR_1");
	lab_now += 19999;
	CHECK(air_on_air());
	lab_now += 1;
	CHECK(!air_on_air());
	CHECK_INT(lab_number(&lab, "SELECT ended_at IS NULL FROM broadcasts"),
	    1);
	lab_now += 4000;
	air_pass();
	CHECK_INT(lab_number(&lab, "SELECT ended_at FROM broadcasts"),
	    T0 + 80000);
	CHECK_INT(air_events("stream.ended"), 1);
	air_close_channel();
}

TEST("back after the lapse, before any pass, is another broadcast")
{
	air_open_channel();
	air_join("PA_1", LAB_HOST);
	air_publish("PA_1", "TR_1");
	lab_now += 60000;
	air_unpublish("PA_1", "TR_1");
	lab_now += 25000;
	air_publish("PA_1", "TR_2");
	CHECK(air_on_air());
	CHECK_INT(air_broadcasts(), 2);
	CHECK_INT(lab_number(&lab, "SELECT ended_at FROM broadcasts "
	    "WHERE ended_at IS NOT NULL"), T0 + 80000);
	CHECK_INT(lab_number(&lab, "SELECT started_at FROM broadcasts "
	    "WHERE ended_at IS NULL"), T0 + 85000);
	air_close_channel();
}

TEST("back within the grace, but told after it, is the same broadcast")
{
	air_open_channel();
	air_join("PA_1", LAB_HOST);
	air_publish("PA_1", "TR_1");
	lab_now += 60000;
	air_unpublish("PA_1", "TR_1");
	told_track("track_published", "PA_1", "TR_2", lab_now + 10000);
	lab_now += 30000;
	air_tell_last();
	CHECK(air_on_air());
	CHECK_INT(air_broadcasts(), 1);
	air_close_channel();
}

TEST("viewers are counted as in a live stream: people, not the creator's")
{
	air_open_channel();
	air_join("PA_1", LAB_HOST);
	air_join("PA_2", LAB_OTHER);
	air_join("PA_3", "Host-" LAB_HOST);
	CHECK_INT(air_events("viewers"), 0);
	air_publish("PA_1", "TR_1");
	CHECK_INT(lab_number(&lab, "SELECT viewer_count FROM broadcasts"), 1);
	air_join("PA_4", "guest-1-x");
	CHECK_INT(lab_number(&lab, "SELECT viewer_count FROM broadcasts"), 2);
	air_leave("PA_2", LAB_OTHER);
	CHECK_INT(lab_number(&lab, "SELECT viewer_count FROM broadcasts"), 1);
	CHECK_INT(lab_number(&lab, "SELECT peak_viewers FROM broadcasts"), 2);
	CHECK_INT(air_events("viewers"), 3);
	air_close_channel();
}

/* ---- cut --------------------------------------------------------------------- */

TEST("a cut ends the broadcast at once, whatever LiveKit still tells")
{
	air_open_channel();
	lab_key(&lab, "IN_1");
	told_ingress("ingress_started", lab_now, "", lab_now);
	air_tell_last();
	air_join("PA_1", LAB_HOST);
	air_publish("PA_1", "TR_1");
	lab_now += 60000;
	air_cut();
	CHECK(!air_on_air());
	CHECK_INT(lab_number(&lab, "SELECT ended_at FROM broadcasts"),
	    lab_now);
	air_publish("PA_1", "TR_2");
	CHECK(!air_on_air());
	lab_now += 30000;
	air_unpublish("PA_1", "TR_2");
	air_leave("PA_1", LAB_HOST);
	CHECK_INT(air_broadcasts(), 1);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM job "
	    "WHERE kind = 'room.enforce'"), 1);
	air_close_channel();
}

TEST("after a cut another session is another broadcast")
{
	air_open_channel();
	air_join("PA_1", LAB_HOST);
	air_publish("PA_1", "TR_1");
	lab_now += 60000;
	air_cut();
	air_leave("PA_1", LAB_HOST);
	lab_now += 1000;
	air_join("PA_2", LAB_HOST);
	air_publish("PA_2", "TR_2");
	CHECK(air_on_air());
	CHECK_INT(air_broadcasts(), 2);
	air_close_channel();
}

TEST("a cut with nothing on air is fine, also without a channel")
{
	lab_now = T0;
	lab_open(&lab, "");
	air_cut();
	lab_channel(&lab, T0);
	air_cut();
	CHECK_INT(air_broadcasts(), 0);
	lab_close(&lab);
}

TEST("a creator without approval never goes on air, but is thrown out")
{
	air_open_channel();
	must(db_begin(lab.app.db, NORMAL));
	must(user_set_flags(lab.app.db, LAB_HOST, false, false, false));
	must(db_commit(lab.app.db));
	fake_room_add(&lab.fake, LAB_HOST, "RM_1");
	fake_join(&lab.fake, LAB_HOST, "PA_1", LAB_HOST, lab_now);
	air_join("PA_1", LAB_HOST);
	air_publish("PA_1", "TR_1");
	CHECK(!air_on_air());
	CHECK_INT(air_broadcasts(), 0);
	jobs_run_now(&lab.app, LAB_HOST);
	CHECK_INT(lab.fake.removes, 1);
	air_close_channel();
}

/* ---- ingress ------------------------------------------------------------------ */

TEST("an ingress that started is a broadcast; nobody in the room for a minute "
    "ends it")
{
	air_open_channel();
	lab_key(&lab, "IN_1");
	told_ingress("ingress_started", lab_now - 300, "", lab_now);
	air_tell_last();
	CHECK(air_on_air());
	CHECK_INT(lab_number(&lab, "SELECT started_at FROM broadcasts"),
	    T0 - 300);
	CHECK_INT(lab_number(&lab, "SELECT last_used_at FROM stream_keys"),
	    T0 - 300);
	lab_now += 60000 + 20000 - 301;
	CHECK(air_on_air());
	lab_now += 1;
	CHECK(!air_on_air());
	air_close_channel();
}

TEST("an ingress that ended without a started, or is unknown, changes nothing")
{
	air_open_channel();
	told_ingress("ingress_started", 0, "", lab_now);
	air_tell_last();
	CHECK(!air_on_air());
	lab_key(&lab, "IN_1");
	told_ingress("ingress_ended", 0, "", lab_now);
	air_tell_last();
	CHECK(!air_on_air());
	CHECK_INT(air_broadcasts(), 0);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM job"), 0);
	air_close_channel();
}

TEST("an encoder that was turned away finds its room when it tries again")
{
	air_open_channel();
	lab_key(&lab, "IN_1");
	told_ingress("ingress_ended", 0, "context canceled", lab_now);
	air_tell_last();
	CHECK_INT(lab.fake.rooms_len, 0);
	app_after(&lab.app);
	CHECK_INT(lab.fake.rooms_len, 1);
	CHECK_STR(lab.fake.rooms[0].name, LAB_HOST);
	air_close_channel();
}

TEST("an encoder that comes again within a minute of an end is not on air")
{
	air_open_channel();
	lab_key(&lab, "IN_1");
	must(db_begin(lab.app.db, NORMAL));
	must(stream_set_refused(lab.app.db, LAB_HOST, lab_now + 60000));
	must(db_commit(lab.app.db));
	lab_now += 59000;
	told_ingress("ingress_started", lab_now, "", lab_now);
	air_tell_last();
	told_person("participant_joined", "PA_1", LAB_HOST, "INGRESS",
	    lab_now);
	air_tell_last();
	air_publish("PA_1", "TR_1");
	CHECK(!air_on_air());
	CHECK_INT(air_broadcasts(), 0);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM job "
	    "WHERE kind = 'room.enforce'"), 1);
	lab_now += 1000;
	told_ingress("ingress_started", lab_now, "", lab_now);
	air_tell_last();
	CHECK(air_on_air());
	air_close_channel();
}

TEST("the inbox knows the room of an ingress")
{
	air_open_channel();
	told_ingress("ingress_started", 0, "", lab_now);
	air_tell_last();
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM webhook_inbox "
	    "WHERE room_name = '" LAB_HOST "'"), 1);
	air_close_channel();
}

/* ---- any order ---------------------------------------------------------------- */

static void
told_life(void)
{
	told_ingress("ingress_started", T0, "", T0);
	told_person("participant_joined", "PA_1", LAB_HOST, "INGRESS", T0);
	told_track("track_published", "PA_1", "TR_1", T0 + 1000);
	told_track("track_published", "PA_1", "TR_2", T0 + 2000);
	told_track("track_unpublished", "PA_1", "TR_1", T0 + 60000);
	told_track("track_unpublished", "PA_1", "TR_2", T0 + 60000);
	told_person("participant_left", "PA_1", LAB_HOST, "INGRESS",
	    T0 + 60000);
	told_ingress("ingress_ended", T0, "", T0 + 61000);
}

static char *
life(const size_t *order, size_t len)
{
	char *dump;

	air_open_channel();
	lab_key(&lab, "IN_1");
	told_life();
	lab_now = T0 + 62000;
	for (size_t i = 0; i < len; i++) {
		enum rc rc = air_tell(order[i]);

		if (rc != RC_OK && rc != RC_CONFLICT)
			abort();
	}
	dump = strdup(lab_dump(&lab));
	air_close_channel();
	return dump;
}

/* The next order, or false after the last. */
static bool
next_order(size_t *a, size_t len)
{
	size_t i = len - 1, j = len - 1, keep;

	while (i > 0 && a[i - 1] >= a[i])
		i--;
	if (i == 0)
		return false;
	while (a[j] <= a[i - 1])
		j--;
	keep = a[i - 1];
	a[i - 1] = a[j];
	a[j] = keep;
	for (j = len - 1; i < j; i++, j--) {
		keep = a[i];
		a[i] = a[j];
		a[j] = keep;
	}
	return true;
}

static uint64_t seed = 4;

static size_t
dice(size_t sides)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (size_t)(seed >> 33) % sides;
}

static void
shuffle(size_t *a, size_t len)
{
	for (size_t i = len; i > 1; i--) {
		size_t j = dice(i), keep = a[i - 1];

		a[i - 1] = a[j];
		a[j] = keep;
	}
}

TEST("a time on air, shuffled and repeated, ends the same 100 times")
{
	size_t order[16];
	char *want, *got;

	for (size_t i = 0; i < 16; i++)
		order[i] = i % 8;
	want = life(order, 8);
	CHECK(strstr(want, "|1795227260000|NULL|1795227340000|") != NULL);
	for (int run = 0; run < 100; run++) {
		shuffle(order, 16);
		got = life(order, 16);
		CHECK_STR(got, want);
		free(got);
	}
	free(want);
}

/* The broadcast and all that it hangs on, read in the transaction in hand. */
static bool
life_is_right(void)
{
	struct broadcast_row b;
	struct stream_key_row key;
	struct presence_row *people;
	struct track_row *tracks;
	size_t people_len, tracks_len;

	must(broadcast_open(lab.app.db, LAB_HOST, &b));
	must(stream_key_by_ingress(lab.app.db, "IN_1", &key));
	must(presence_open(lab.app.db, LAB_HOST, &people, &people_len));
	must(track_open(lab.app.db, LAB_HOST, &tracks, &tracks_len));
	return b.started_at == T0 && b.lapses_at == T0 + 80000 &&
	    b.viewer_count == 0 && people_len == 0 && tracks_len == 0 &&
	    key.run_started_at == T0 && key.run_ended_at >= T0;
}

TEST("a time on air of six events ends the same in each of their 720 orders, "
    "each told twice")
{
	static const size_t six[] = { 0, 1, 2, 4, 6, 7 };
	size_t order[6] = { 0, 1, 2, 3, 4, 5 }, wrong = 0, orders = 0;
	struct lk_event *ev[EVENTS_MAX];

	air_open_channel();
	lab_key(&lab, "IN_1");
	told_life();
	lab_now = T0 + 62000;
	for (size_t i = 0; i < 6; i++)
		if (lk_event_parse(told[six[i]], strlen(told[six[i]]),
		    &ev[i]) != LK_OK)
			abort();
	do {
		must(db_begin(lab.app.db, NORMAL));
		for (size_t i = 0; i < 6; i++) {
			must(webhook_apply(&lab.app, ev[order[i]], lab_now));
			must(webhook_apply(&lab.app, ev[order[i]], lab_now));
		}
		wrong += !life_is_right();
		db_rollback(lab.app.db);
		orders++;
	} while (next_order(order, 6));
	for (size_t i = 0; i < 6; i++)
		lk_free(ev[i]);
	CHECK_INT(orders, 720);
	CHECK_INT(wrong, 0);
	air_close_channel();
}
