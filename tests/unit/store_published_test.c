/* What a creator publishes: tracks, presence, WHIP sessions, runs of ingress. */
#include "store_help.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND };

/* Something else that has gone on for years must not be needed. */
static bool
fresh_channel(void)
{
	fresh();
	return have_channel(1) == RC_OK;
}

static enum rc
track(const char *sid, const char *session, int64_t from, int64_t until)
{
	struct track_row t = { .room_name = uuid_n(1), .sid = sid,
	    .participant_sid = session, .identity = uuid_n(1),
	    .published_at = from, .unpublished_at = until };

	return TX(track_merge(db, &t));
}

static enum rc
session(const char *sid, int lk_kind, int64_t from, int64_t until)
{
	struct presence_row p = { .sid = sid, .room_name = uuid_n(1),
	    .room_sid = "RM_a", .identity = uuid_n(1), .lk_kind = lk_kind,
	    .joined_at = from, .left_at = until,
	    .left_by = until == 0 ? LEFT_NOT : LEFT_EVENT };

	return TX(presence_merge(db, &p));
}

static enum rc
whip(const char *sid, int64_t started_at, int64_t ended_at)
{
	struct whip_row w = { .id = arena_printf(arena, "whip-session-%s", sid),
	    .user_id = uuid_n(1), .ingress_id = "sk_x",
	    .participant_sid = sid, .started_at = started_at,
	    .ended_at = ended_at };

	return TX(whip_insert(db, &w));
}

static enum rc
ingress(bool is_own)
{
	struct stream_key_row k = { .ingress_id = "IN_a", .is_own = is_own,
	    .user_id = uuid_n(1), .server_url = "rtmp://x", .is_rtmp = true,
	    .key_sealed = "c2VhbGVkIHNlYWxlZCBzZWFsZWQ",
	    .key_hash = arena_printf(arena, "%64d", 1), .created_at = 5 };

	return TX(stream_key_insert(db, &k));
}

static int64_t
silent(int64_t now)
{
	int64_t since = -2;

	return stream_silent_since(db, uuid_n(1), now, &since) == RC_OK ?
	    since : -3;
}

static int64_t
begun(int64_t after)
{
	int64_t at = -2;

	return stream_published_from(db, uuid_n(1), after, &at) == RC_OK ?
	    at : -3;
}

/* ---- tracks as rows ---- */

TEST("tracks: of each time the earliest holds, any order, any repetition")
{
	struct track_row *rows;
	size_t len;

	CHECK(fresh_channel());
	CHECK(track("TR_a", "PA_a", 0, 300) == RC_OK);
	CHECK(track("TR_a", "PA_a", 200, 0) == RC_OK);
	CHECK(track("TR_a", "PA_a", 100, 250) == RC_OK);
	CHECK(track("TR_a", "PA_a", 150, 400) == RC_OK);
	CHECK(track("TR_b", "PA_a", 500, 0) == RC_OK);
	CHECK(track("TR_b", "PA_a", 450, 0) == RC_OK);
	CHECK_INT(begun(0), 100);
	CHECK(track_open(db, uuid_n(1), &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(rows[0].sid, "TR_b");
	CHECK_STR(rows[0].room_name, uuid_n(1));
	CHECK_STR(rows[0].participant_sid, "PA_a");
	CHECK_STR(rows[0].identity, uuid_n(1));
	CHECK_INT(rows[0].published_at, 450);
	CHECK_INT(rows[0].unpublished_at, 0);
	CHECK(track("TR_b", "PA_a", 0, 600) == RC_OK);
	CHECK_INT(silent(999), 600);
	CHECK(track("TR_a", "PA_a", 0, 200) == RC_OK);
	CHECK_INT(begun(200), 450);
}

TEST("a track of a room that we do not know is refused")
{
	struct track_row t = { .room_name = "nowhere", .sid = "TR_a",
	    .participant_sid = "PA_a", .identity = "x", .published_at = 1 };

	fresh();
	CHECK(TX(track_merge(db, &t)) == RC_NOT_FOUND);
}

TEST("tracks that ended long ago are purged, open ones never")
{
	CHECK(fresh_channel());
	CHECK(track("TR_a", "PA_a", 100, 200) == RC_OK);
	CHECK(track("TR_b", "PA_a", 90, 300) == RC_OK);
	CHECK(track("TR_c", "PA_a", 400, 0) == RC_OK);
	CHECK_INT(begun(0), 90);
	CHECK(TX(track_purge(db, 300)) == RC_OK);
	CHECK_INT(begun(0), 90);
	CHECK(TX(track_purge(db, 301)) == RC_OK);
	CHECK_INT(begun(0), 400);
	CHECK_INT(silent(999), 0);
}

/* ---- sessions ---- */

TEST("nothing was ever published; being there is not publishing")
{
	CHECK(fresh_channel());
	CHECK_INT(silent(999), -1);
	CHECK(session("PA_a", 0, 100, 0) == RC_OK);
	CHECK_INT(silent(999), -1);
	CHECK_INT(begun(0), 0);
}

TEST("a track counts until it is unpublished, also before its session is "
    "known")
{
	CHECK(fresh_channel());
	CHECK(track("TR_a", "PA_a", 100, 0) == RC_OK);
	CHECK_INT(silent(999), 0);
	CHECK_INT(begun(0), 100);
	CHECK(session("PA_a", 0, 90, 0) == RC_OK);
	CHECK_INT(silent(999), 0);
	CHECK(track("TR_a", "PA_a", 0, 300) == RC_OK);
	CHECK_INT(silent(999), 300);
	CHECK_INT(begun(299), 100);
	CHECK_INT(begun(300), 0);
}

TEST("a session that left publishes nothing, though the end of its track was "
    "never told")
{
	CHECK(fresh_channel());
	CHECK(session("PA_a", 0, 90, 0) == RC_OK);
	CHECK(track("TR_a", "PA_a", 100, 0) == RC_OK);
	CHECK(session("PA_a", 0, 90, 250) == RC_OK);
	CHECK_INT(silent(999), 250);
	CHECK_INT(begun(249), 100);
	CHECK_INT(begun(250), 0);
	/* Told later, with the time of being told: the earlier end holds. */
	CHECK(track("TR_a", "PA_a", 0, 700) == RC_OK);
	CHECK_INT(silent(999), 250);
	CHECK_INT(begun(250), 0);
}

TEST("of several ends the latest counts, not the one told latest")
{
	CHECK(fresh_channel());
	CHECK(session("PA_a", 0, 90, 250) == RC_OK);
	CHECK(track("TR_a", "PA_a", 100, 900) == RC_OK);
	CHECK(session("PA_b", 0, 260, 0) == RC_OK);
	CHECK(track("TR_b", "PA_b", 270, 400) == RC_OK);
	CHECK(track("TR_c", "PA_b", 270, 380) == RC_OK);
	CHECK_INT(silent(999), 400);
	CHECK_INT(begun(0), 100);
	CHECK_INT(begun(250), 270);
	CHECK(track("TR_d", "PA_b", 500, 0) == RC_OK);
	CHECK_INT(silent(999), 0);
}

TEST("a cut session publishes nothing, late tracks of it neither; the next "
    "one does")
{
	struct presence_row *rows;
	size_t len;

	CHECK(fresh_channel());
	CHECK(session("PA_a", 0, 90, 0) == RC_OK);
	CHECK(track("TR_a", "PA_a", 100, 0) == RC_OK);
	CHECK(TX(presence_cut(db, uuid_n(1), uuid_n(1))) == RC_OK);
	CHECK_INT(silent(999), -1);
	CHECK(track("TR_b", "PA_a", 120, 0) == RC_OK);
	CHECK(session("PA_a", 0, 90, 200) == RC_OK);
	CHECK(track("TR_b", "PA_a", 0, 210) == RC_OK);
	CHECK_INT(silent(999), -1);
	CHECK_INT(begun(0), 0);
	CHECK(session("PA_b", 0, 300, 0) == RC_OK);
	CHECK(presence_open(db, uuid_n(1), &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK(!rows[0].is_cut);
	CHECK(track("TR_c", "PA_b", 310, 0) == RC_OK);
	CHECK_INT(silent(999), 0);
	CHECK_INT(begun(0), 310);
}

TEST("cutting is of one person in one room, and of who is there now")
{
	struct presence_row p = { .sid = "PA_v", .identity = "viewer",
	    .joined_at = 5 }, *rows;
	size_t len;
	const char **rooms;

	CHECK(fresh_channel());
	CHECK(have_channel(2) == RC_OK);
	p.room_name = uuid_n(1);
	CHECK(TX(presence_merge(db, &p)) == RC_OK);
	p.room_name = uuid_n(2);
	CHECK(TX(presence_merge(db, &p)) == RC_OK);
	CHECK(session("PA_a", 0, 90, 0) == RC_OK);
	CHECK(presence_rooms(db, "viewer", &rooms, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rooms[0], uuid_n(1));
	CHECK_STR(rooms[1], uuid_n(2));
	CHECK(TX(presence_cut(db, uuid_n(1), uuid_n(1))) == RC_OK);
	CHECK(TX(presence_cut(db, uuid_n(2), "viewer")) == RC_OK);
	CHECK(presence_open(db, uuid_n(1), &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].identity, uuid_n(1));
	CHECK(rows[0].is_cut && !rows[1].is_cut);
	p.left_by = LEFT_EVENT;
	p.left_at = 50;
	CHECK(TX(presence_merge(db, &p)) == RC_OK);
	CHECK(presence_rooms(db, "viewer", &rooms, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK(presence_rooms(db, "nobody", &rooms, &len) == RC_OK);
	CHECK_INT(len, 0);
}

TEST("a WHIP session that ended publishes nothing from then on")
{
	CHECK(fresh_channel());
	CHECK(whip("PA_a", 100, 0) == RC_OK);
	CHECK(session("PA_a", 0, 100, 0) == RC_OK);
	CHECK(track("TR_a", "PA_a", 100, 0) == RC_OK);
	CHECK_INT(silent(999), 0);
	CHECK(TX(whip_end_all(db, uuid_n(1), 200)) == RC_OK);
	CHECK_INT(silent(999), 200);
	CHECK_INT(begun(200), 0);
	/* Published after that: told of what is over. */
	CHECK(track("TR_b", "PA_a", 300, 0) == RC_OK);
	CHECK(track("TR_c", "PA_a", 300, 400) == RC_OK);
	CHECK_INT(silent(999), 200);
	CHECK_INT(begun(200), 0);
}

TEST("somebody else's tracks in the room are not the creator's")
{
	struct track_row t = { .sid = "TR_x", .participant_sid = "PA_x",
	    .identity = "other", .published_at = 100 };

	CHECK(fresh_channel());
	t.room_name = uuid_n(1);
	CHECK(TX(track_merge(db, &t)) == RC_OK);
	CHECK_INT(silent(999), -1);
	t.unpublished_at = 200;
	CHECK(TX(track_merge(db, &t)) == RC_OK);
	CHECK_INT(silent(999), -1);
	CHECK_INT(begun(0), 0);
}

/* ---- runs of an ingress ---- */

TEST("a run counts for a minute though nobody is seen in the room")
{
	int64_t at = 10 * MINUTE;

	CHECK(fresh_channel());
	CHECK(ingress(false) == RC_OK);
	CHECK_INT(silent(at), -1);
	CHECK(TX(stream_key_run_started(db, "IN_a", at)) == RC_OK);
	CHECK_INT(silent(at + STREAM_RUN_MS - 1), 0);
	CHECK_INT(silent(at + STREAM_RUN_MS), at + STREAM_RUN_MS);
	CHECK_INT(silent(at + STREAM_RUN_MS * 9), at + STREAM_RUN_MS);
	CHECK_INT(begun(0), at);
	CHECK_INT(begun(at + STREAM_RUN_MS), 0);
}

TEST("a run with a participant counts until the last one left")
{
	int64_t at = 10 * MINUTE;

	CHECK(fresh_channel());
	CHECK(ingress(false) == RC_OK);
	/* One of the run before, and one whose clock is behind. */
	CHECK(session("PA_old", 1, MINUTE, at - 6 * SECOND) == RC_OK);
	CHECK(TX(stream_key_run_started(db, "IN_a", at)) == RC_OK);
	CHECK(session("PA_a", 1, at - 4 * SECOND, 0) == RC_OK);
	CHECK_INT(silent(at + 9 * MINUTE), 0);
	CHECK(session("PA_b", 1, at + SECOND, 0) == RC_OK);
	CHECK(session("PA_a", 1, at - 4 * SECOND, at + 2 * SECOND) == RC_OK);
	CHECK_INT(silent(at + 9 * MINUTE), 0);
	CHECK(session("PA_b", 1, at + SECOND, at + 5 * SECOND) == RC_OK);
	CHECK_INT(silent(at + 9 * MINUTE), at + 5 * SECOND);
	CHECK_INT(silent(at + 6 * SECOND), at + 5 * SECOND);
	CHECK_INT(begun(at + 4 * SECOND), at);
	CHECK_INT(begun(at + 5 * SECOND), 0);
}

TEST("the creator's own session is no participant of a run")
{
	int64_t at = 10 * MINUTE;

	CHECK(fresh_channel());
	CHECK(ingress(false) == RC_OK);
	CHECK(TX(stream_key_run_started(db, "IN_a", at)) == RC_OK);
	CHECK(session("PA_a", 0, at, 0) == RC_OK);
	CHECK_INT(silent(at + 2 * MINUTE), at + STREAM_RUN_MS);
}

TEST("a run that is over ended when its participant left, else as was told")
{
	int64_t at = 10 * MINUTE;

	CHECK(fresh_channel());
	CHECK(ingress(false) == RC_OK);
	CHECK(TX(stream_key_run_started(db, "IN_a", at)) == RC_OK);
	CHECK(TX(stream_key_run_ended(db, "IN_a", at)) == RC_OK);
	CHECK_INT(silent(at + SECOND), at);
	CHECK_INT(begun(0), at);
	CHECK(TX(stream_key_run_ended(db, "IN_a", at + 3 * SECOND)) == RC_OK);
	CHECK_INT(silent(at + 4 * SECOND), at + 3 * SECOND);
	CHECK(session("PA_a", 1, at, 0) == RC_OK);
	CHECK_INT(silent(at + 4 * SECOND), at + 3 * SECOND);
	CHECK(session("PA_a", 1, at, at + 2 * SECOND) == RC_OK);
	CHECK_INT(silent(at + 4 * SECOND), at + 2 * SECOND);
	/* The next one begins. */
	CHECK(TX(stream_key_run_started(db, "IN_a", at + MINUTE)) == RC_OK);
	CHECK_INT(silent(at + MINUTE + SECOND), 0);
}

TEST("a run whose participants were cut does not count")
{
	int64_t at = 10 * MINUTE;

	CHECK(fresh_channel());
	CHECK(ingress(false) == RC_OK);
	CHECK(TX(stream_key_run_started(db, "IN_a", at)) == RC_OK);
	CHECK(session("PA_a", 1, at, 0) == RC_OK);
	CHECK(TX(presence_cut(db, uuid_n(1), uuid_n(1))) == RC_OK);
	CHECK_INT(silent(at + SECOND), -1);
	CHECK(session("PA_a", 1, at, at + 2 * SECOND) == RC_OK);
	CHECK_INT(silent(at + 3 * SECOND), -1);
	CHECK_INT(begun(0), 0);
	CHECK(session("PA_b", 1, at + 4 * SECOND, 0) == RC_OK);
	CHECK_INT(silent(at + 5 * SECOND), 0);
}

TEST("runs of our own endpoint's key and of keys that are not current count "
    "nothing")
{
	CHECK(fresh_channel());
	CHECK(ingress(true) == RC_OK);
	CHECK(TX(stream_key_run_started(db, "IN_a", 100)) == RC_OK);
	CHECK_INT(silent(200), -1);
	CHECK(TX(stream_key_delete(db, "IN_a")) == RC_OK);
	CHECK(ingress(false) == RC_OK);
	CHECK(TX(stream_key_run_started(db, "IN_a", 100)) == RC_OK);
	CHECK_INT(silent(200), 0);
	CHECK(TX(stream_key_set_state(db, "IN_a", KEY_GONE)) == RC_OK);
	CHECK_INT(silent(200), -1);
}

TEST("of a run and of tracks the latest end counts")
{
	CHECK(fresh_channel());
	CHECK(ingress(false) == RC_OK);
	CHECK(track("TR_a", "PA_x", 100, 5000) == RC_OK);
	CHECK(TX(stream_key_run_started(db, "IN_a", 2000)) == RC_OK);
	CHECK(TX(stream_key_run_ended(db, "IN_a", 3000)) == RC_OK);
	CHECK_INT(silent(9000), 5000);
	CHECK(TX(stream_key_run_ended(db, "IN_a", 7000)) == RC_OK);
	CHECK_INT(silent(9000), 7000);
	CHECK_INT(begun(5000), 2000);
}
