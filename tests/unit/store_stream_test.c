/* Channels as their creators own them, stream keys and WHIP sessions. */
#include "store_help.h"

TEST("a channel comes back as inserted; one a creator")
{
	struct stream_row s, got;

	fresh();
	CHECK(have_user(1) == RC_OK);
	s = (struct stream_row){ .id = uuid_n(9), .user_id = uuid_n(1),
	    .title = "Chess", .description = "Every day",
	    .thumbnail = "https://example.org/a.png", .is_chat_delayed = true,
	    .is_chat_followers_only = true, .chat_delay_seconds = 7,
	    .refused_until = 70, .last_live_at = 60, .created_at = 50 };
	CHECK(stream_by_user(db, uuid_n(1), &got) == RC_NOT_FOUND);
	CHECK(TX(stream_insert(db, &s)) == RC_OK);
	CHECK(stream_by_user(db, uuid_n(1), &got) == RC_OK);
	CHECK_STR(got.id, uuid_n(9));
	CHECK_STR(got.user_id, uuid_n(1));
	CHECK_STR(got.title, "Chess");
	CHECK_STR(got.description, "Every day");
	CHECK_STR(got.thumbnail, "https://example.org/a.png");
	CHECK(!got.is_chat_enabled && got.is_chat_delayed);
	CHECK(got.is_chat_followers_only);
	CHECK_INT(got.chat_delay_seconds, 7);
	CHECK_INT(got.refused_until, 70);
	CHECK_INT(got.last_live_at, 60);
	CHECK_INT(got.created_at, 50);
	s.id = uuid_n(10);
	CHECK(TX(stream_insert(db, &s)) == RC_CONFLICT);
	s.user_id = uuid_n(2);
	CHECK(TX(stream_insert(db, &s)) == RC_NOT_FOUND);
}

TEST("what is told of a channel changes with the broadcast on air, not with "
    "those before")
{
	struct stream_row s = { .title = "New" }, got;
	struct broadcast_row b;

	fresh();
	CHECK(have_channel(1) == RC_OK);
	CHECK(have_broadcast(20, 1, 100, 0) == RC_OK);
	CHECK(TX(broadcast_end(db, uuid_n(20), 200)) == RC_OK);
	CHECK(have_broadcast(21, 1, 300, 0) == RC_OK);
	s.user_id = uuid_n(1);
	CHECK(TX(stream_set_info(db, &s)) == RC_OK);
	CHECK(stream_by_user(db, uuid_n(1), &got) == RC_OK);
	CHECK_STR(got.title, "New");
	CHECK(got.description == NULL && got.thumbnail == NULL);
	CHECK(got.is_chat_enabled);
	CHECK(broadcast_open(db, uuid_n(1), &b) == RC_OK);
	CHECK_STR(b.title, "New");
	CHECK(broadcast_by_id(db, uuid_n(1), uuid_n(20), 999, &b) == RC_OK);
	CHECK_STR(b.title, "On air");
	s.user_id = uuid_n(2);
	CHECK(TX(stream_set_info(db, &s)) == RC_NOT_FOUND);
}

TEST("chat rules and the refusal of encoders change, and nothing else does")
{
	struct stream_row s = { .is_chat_delayed = true,
	    .is_chat_followers_only = true, .chat_delay_seconds = 60 }, got;

	fresh();
	CHECK(have_channel(1) == RC_OK);
	s.user_id = uuid_n(1);
	CHECK(TX(stream_set_chat(db, &s)) == RC_OK);
	CHECK(TX(stream_set_refused(db, uuid_n(1), 500)) == RC_OK);
	CHECK(stream_by_user(db, uuid_n(1), &got) == RC_OK);
	CHECK(!got.is_chat_enabled && got.is_chat_delayed);
	CHECK(got.is_chat_followers_only);
	CHECK_INT(got.chat_delay_seconds, 60);
	CHECK_INT(got.refused_until, 500);
	CHECK_STR(got.title, "Title 1");
	CHECK(TX(stream_set_refused(db, uuid_n(1), 0)) == RC_OK);
	CHECK(stream_by_user(db, uuid_n(1), &got) == RC_OK);
	CHECK_INT(got.refused_until, 0);
	s.user_id = uuid_n(2);
	CHECK(TX(stream_set_chat(db, &s)) == RC_NOT_FOUND);
	CHECK(TX(stream_set_refused(db, uuid_n(2), 1)) == RC_NOT_FOUND);
}

TEST("the channel of an erased account tells nothing, nor do its broadcasts")
{
	struct stream_row s = { .title = "Mine", .description = "About me",
	    .thumbnail = "https://example.org/me.png" }, got;
	struct broadcast_row b;

	fresh();
	CHECK(have_channel(1) == RC_OK);
	CHECK(have_broadcast(20, 1, 100, 0) == RC_OK);
	s.user_id = uuid_n(1);
	CHECK(TX(stream_set_info(db, &s)) == RC_OK);
	CHECK(TX(broadcast_end(db, uuid_n(20), 200)) == RC_OK);
	CHECK(TX(stream_blank(db, uuid_n(1))) == RC_OK);
	CHECK(stream_by_user(db, uuid_n(1), &got) == RC_OK);
	CHECK_STR(got.title, "Deleted");
	CHECK(got.description == NULL && got.thumbnail == NULL);
	CHECK(broadcast_by_id(db, uuid_n(1), uuid_n(20), 999, &b) == RC_OK);
	CHECK_STR(b.title, "Deleted");
	CHECK(TX(stream_blank(db, uuid_n(2))) == RC_NOT_FOUND);
}

TEST("writing a channel outside a transaction is refused")
{
	struct stream_row s = { .title = "New" };

	fresh();
	CHECK(have_channel(1) == RC_OK);
	s.user_id = uuid_n(1);
	CHECK(stream_set_info(db, &s) == RC_INTERNAL);
	CHECK(broadcast_end(db, uuid_n(20), 1) == RC_INTERNAL);
	CHECK(follow_add(db, uuid_n(1), uuid_n(2), 1) == RC_INTERNAL);
}

/* ---- stream keys ---- */

static struct stream_key_row
key_n(const char *ingress_id, int n, enum key_state state)
{
	return (struct stream_key_row){ .ingress_id = ingress_id,
	    .user_id = uuid_n(n), .state = state, .server_url = "rtmp://x",
	    .key_sealed = "c2VhbGVkIHNlYWxlZCBzZWFsZWQ",
	    .key_hash = arena_printf(arena, "%-32s%-32s", ingress_id,
	    uuid_n(n) + 4), .is_enabled = true, .created_at = 5 };
}

static enum rc
have_key(const char *ingress_id, int n, enum key_state state)
{
	struct stream_key_row k = key_n(ingress_id, n, state);

	return TX(stream_key_insert(db, &k));
}

TEST("a stream key comes back as inserted, by creator, hash and ingress")
{
	struct stream_key_row k, got;

	fresh();
	CHECK(have_user(1) == RC_OK);
	k = key_n("IN_a", 1, KEY_CURRENT);
	k.is_rtmp = true;
	k.run_started_at = 11;
	k.run_ended_at = 12;
	k.last_used_at = 13;
	CHECK(TX(stream_key_insert(db, &k)) == RC_OK);
	CHECK(stream_key_by_hash(db, k.key_hash, &got) == RC_OK);
	CHECK_STR(got.ingress_id, "IN_a");
	CHECK(stream_key_by_ingress(db, "IN_a", &got) == RC_OK);
	CHECK_STR(got.key_hash, k.key_hash);
	CHECK(stream_key_by_user(db, uuid_n(1), &got) == RC_OK);
	CHECK_STR(got.user_id, uuid_n(1));
	CHECK_INT(got.state, KEY_CURRENT);
	CHECK(got.is_rtmp && !got.is_own && got.is_enabled);
	CHECK_STR(got.server_url, "rtmp://x");
	CHECK_STR(got.key_sealed, k.key_sealed);
	CHECK_INT(got.run_started_at, 11);
	CHECK_INT(got.run_ended_at, 12);
	CHECK_INT(got.created_at, 5);
	CHECK_INT(got.last_used_at, 13);
	CHECK(stream_key_by_user(db, uuid_n(2), &got) == RC_NOT_FOUND);
	CHECK(stream_key_by_hash(db, "x", &got) == RC_NOT_FOUND);
	CHECK(stream_key_by_ingress(db, "IN_b", &got) == RC_NOT_FOUND);
	CHECK(TX(stream_key_insert(db, &k)) == RC_CONFLICT);
}

TEST("one key is current, and only that one opens anything")
{
	struct stream_key_row next, got, *rows;
	size_t len;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(have_key("IN_a", 1, KEY_CURRENT) == RC_OK);
	CHECK(have_key("IN_b", 1, KEY_CURRENT) == RC_CONFLICT);
	CHECK(have_key("IN_b", 1, KEY_NEXT) == RC_OK);
	next = key_n("IN_b", 1, KEY_NEXT);
	CHECK(stream_key_by_hash(db, next.key_hash, &got) == RC_NOT_FOUND);
	CHECK(TX(stream_key_set_state(db, "IN_b", KEY_CURRENT)) ==
	    RC_CONFLICT);
	CHECK(stream_key_list(db, uuid_n(1), &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_INT(rows[0].state, KEY_CURRENT);
	CHECK_INT(rows[1].state, KEY_NEXT);
	CHECK(TX(stream_key_set_state(db, "IN_a", KEY_GONE)) == RC_OK);
	CHECK(stream_key_by_user(db, uuid_n(1), &got) == RC_NOT_FOUND);
	CHECK(TX(stream_key_set_state(db, "IN_b", KEY_CURRENT)) == RC_OK);
	CHECK(stream_key_by_hash(db, next.key_hash, &got) == RC_OK);
	CHECK(TX(stream_key_delete(db, "IN_a")) == RC_OK);
	CHECK(TX(stream_key_delete(db, "IN_a")) == RC_NOT_FOUND);
	CHECK(TX(stream_key_set_state(db, "IN_a", KEY_NEXT)) == RC_NOT_FOUND);
	CHECK(stream_key_list(db, uuid_n(1), &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
}

TEST("a key is disabled and enabled, and its use written down")
{
	struct stream_key_row got;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(have_key("IN_a", 1, KEY_CURRENT) == RC_OK);
	CHECK(TX(stream_key_set_enabled(db, "IN_a", false)) == RC_OK);
	CHECK(TX(stream_key_touch(db, "IN_a", 99)) == RC_OK);
	CHECK(stream_key_by_user(db, uuid_n(1), &got) == RC_OK);
	CHECK(!got.is_enabled);
	CHECK_INT(got.last_used_at, 99);
	CHECK(TX(stream_key_set_enabled(db, "IN_a", true)) == RC_OK);
	CHECK(stream_key_by_user(db, uuid_n(1), &got) == RC_OK);
	CHECK(got.is_enabled);
	CHECK(TX(stream_key_set_enabled(db, "IN_b", true)) == RC_NOT_FOUND);
	CHECK(TX(stream_key_touch(db, "IN_b", 1)) == RC_NOT_FOUND);
}

TEST("of the runs of an ingress the latest holds, whatever the order")
{
	struct stream_key_row got;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(have_key("IN_a", 1, KEY_CURRENT) == RC_OK);
	CHECK(TX(stream_key_run_ended(db, "IN_a", 20)) == RC_OK);
	CHECK(TX(stream_key_run_started(db, "IN_a", 30)) == RC_OK);
	CHECK(TX(stream_key_run_started(db, "IN_a", 20)) == RC_OK);
	CHECK(TX(stream_key_run_ended(db, "IN_a", 10)) == RC_OK);
	CHECK(stream_key_by_ingress(db, "IN_a", &got) == RC_OK);
	CHECK_INT(got.run_started_at, 30);
	CHECK_INT(got.run_ended_at, 20);
	CHECK(TX(stream_key_run_started(db, "IN_b", 1)) == RC_NOT_FOUND);
	CHECK(TX(stream_key_run_ended(db, "IN_b", 1)) == RC_NOT_FOUND);
}

TEST("current keys at LiveKit are listed by creator, page by page")
{
	struct stream_key_row own, *rows;
	size_t len;
	bool any;

	fresh();
	CHECK(stream_key_any(db, &any) == RC_OK);
	CHECK(!any);
	for (int i = 1; i <= 4; i++)
		CHECK(have_user(i) == RC_OK);
	CHECK(have_key("IN_z", 1, KEY_CURRENT) == RC_OK);
	CHECK(have_key("IN_a", 1, KEY_GONE) == RC_OK);
	CHECK(have_key("IN_b", 2, KEY_NEXT) == RC_OK);
	CHECK(have_key("IN_c", 3, KEY_CURRENT) == RC_OK);
	own = key_n("sk_x", 4, KEY_CURRENT);
	own.is_own = true;
	CHECK(TX(stream_key_insert(db, &own)) == RC_OK);
	CHECK(stream_key_any(db, &any) == RC_OK);
	CHECK(any);
	CHECK(stream_key_at_livekit(db, NULL, 1, &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(rows[0].ingress_id, "IN_z");
	CHECK(stream_key_at_livekit(db, rows[0].user_id, 9, &rows, &len) ==
	    RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(rows[0].ingress_id, "IN_c");
}

/* ---- WHIP sessions ---- */

static enum rc
have_whip(const char *id, int n, int64_t started_at)
{
	struct whip_row w = { .id = id, .user_id = uuid_n(n),
	    .ingress_id = "sk_x", .participant_sid = arena_printf(arena,
	    "PA_%s", id), .started_at = started_at };

	return TX(whip_insert(db, &w));
}

TEST("a WHIP session ends when another of the same creator begins, and stays "
    "ended")
{
	struct whip_row got;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(have_user(2) == RC_OK);
	CHECK(have_whip("session-aaaaaaaa", 1, 10) == RC_OK);
	CHECK(have_whip("session-cccccccc", 2, 15) == RC_OK);
	CHECK(have_whip("session-bbbbbbbb", 1, 20) == RC_OK);
	CHECK(whip_by_id(db, "session-aaaaaaaa", &got) == RC_OK);
	CHECK_STR(got.user_id, uuid_n(1));
	CHECK_STR(got.ingress_id, "sk_x");
	CHECK_STR(got.participant_sid, "PA_session-aaaaaaaa");
	CHECK_INT(got.started_at, 10);
	CHECK_INT(got.ended_at, 20);
	CHECK(TX(whip_end(db, "session-aaaaaaaa", 30)) == RC_OK);
	CHECK(TX(whip_end_all(db, uuid_n(1), 40)) == RC_OK);
	CHECK(whip_by_id(db, "session-aaaaaaaa", &got) == RC_OK);
	CHECK_INT(got.ended_at, 20);
	CHECK(whip_by_id(db, "session-bbbbbbbb", &got) == RC_OK);
	CHECK_INT(got.ended_at, 40);
	CHECK(whip_by_id(db, "session-cccccccc", &got) == RC_OK);
	CHECK_INT(got.ended_at, 0);
	CHECK(TX(whip_end(db, "session-cccccccc", 50)) == RC_OK);
	CHECK(whip_by_id(db, "session-cccccccc", &got) == RC_OK);
	CHECK_INT(got.ended_at, 50);
	CHECK(TX(whip_end(db, "session-dddddddd", 1)) == RC_NOT_FOUND);
	CHECK(whip_by_id(db, "session-dddddddd", &got) == RC_NOT_FOUND);
}

TEST("WHIP sessions that ended long ago are purged, others are not")
{
	struct whip_row got;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(have_whip("session-aaaaaaaa", 1, 10) == RC_OK);
	CHECK(have_whip("session-bbbbbbbb", 1, 20) == RC_OK);
	CHECK(TX(whip_purge(db, 20)) == RC_OK);
	CHECK(whip_by_id(db, "session-aaaaaaaa", &got) == RC_OK);
	CHECK(TX(whip_purge(db, 21)) == RC_OK);
	CHECK(whip_by_id(db, "session-aaaaaaaa", &got) == RC_NOT_FOUND);
	CHECK(whip_by_id(db, "session-bbbbbbbb", &got) == RC_OK);
}
