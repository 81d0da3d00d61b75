/*
 * Webhooks: the recorded session of a real server and random ones of our own,
 * in order, shuffled, repeated, with losses.  What must come out is computed
 * from the truth, not from another run of the same code.
 */
#include "test.h"
#include "app_lab.h"

#define PEOPLE		12
#define EVENTS_MAX	128
#define BODY_MAX	1024

static struct lab lab;

struct told {
	char	*authorization;		/* NULL: made here, not signed */
	char	*body;
	int64_t	 now_s;
};

static struct told told[EVENTS_MAX];
static size_t told_len;

/* A generator of our own, so that a seed means the same everywhere. */
static uint64_t seed;

static uint32_t
dice(uint32_t sides)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(seed >> 33) % sides;
}

static struct lk_event *
event_of(const struct told *t)
{
	struct lk_event *ev = NULL;

	if (lk_event_parse(t->body, strlen(t->body), &ev) != LK_OK)
		abort();
	return ev;
}

/* RC_OK, or RC_CONFLICT where it was told before; anything else is wrong. */
static enum rc
tell(const struct told *t)
{
	struct lk_event *ev = event_of(t);
	enum rc rc = webhook_keep(&lab.app, ev, lab_now);

	lk_free(ev);
	return rc;
}

static void
shuffle(size_t *order, size_t len)
{
	for (size_t i = len; i > 1; i--) {
		size_t j = dice((uint32_t)i), keep = order[i - 1];

		order[i - 1] = order[j];
		order[j] = keep;
	}
}

/* ---- the recorded session ------------------------------------------------ */

static void
read_recorded(void)
{
	static char text[65536];
	const char *dir = getenv("srcdir");
	char path[512];
	FILE *file;
	size_t len;
	char *value;
	int64_t now;

	snprintf(path, sizeof path,
	    "%s/tests/vectors/livekit/recorded-session.json",
	    dir == NULL ? "." : dir);
	file = fopen(path, "r");
	if (file == NULL)
		abort();
	len = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[len] = '\0';
	for (told_len = 0; ; told_len++) {
		snprintf(path, sizeof path, "%zu.body", told_len);
		if (lk_json_str(text, path, &value) != LK_OK)
			break;
		told[told_len].body = value;
		snprintf(path, sizeof path, "%zu.authorization", told_len);
		if (lk_json_str(text, path, &told[told_len].authorization) !=
		    LK_OK)
			abort();
		snprintf(path, sizeof path, "%zu.now", told_len);
		if (lk_json_int(text, path, &now) != LK_OK)
			abort();
		told[told_len].now_s = now;
	}
}

static void
forget_told(void)
{
	for (size_t i = 0; i < told_len; i++) {
		lk_free(told[i].authorization);
		lk_free(told[i].body);
		told[i] = (struct told){ 0 };
	}
	told_len = 0;
}

/* live-7 is ours, hosted by user-1 of the recording; live-9 and -8 not. */
static void
open_recorded(void)
{
	lab_open(&lab, "");
	lab_now = 1795227213000;
	lab_stream(&lab, "live-7", lab_now);
	lab_now = 1795227260000;
	read_recorded();
}

TEST("the recorded session is signed with the key that we accept")
{
	struct lk_event *ev;

	open_recorded();
	CHECK_INT(told_len, 27);
	for (size_t i = 0; i < told_len; i++) {
		CHECK(lk_webhook_receive(lab.app.webhook_keys,
		    told[i].authorization, told[i].body,
		    strlen(told[i].body), told[i].now_s, &ev) == LK_OK);
		lk_free(ev);
	}
	forget_told();
	lab_close(&lab);
}

TEST("the recorded session ends with nobody in the room")
{
	open_recorded();
	for (size_t i = 0; i < told_len; i++)
		CHECK(tell(&told[i]) == RC_OK);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM presence"), 6);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM presence "
	    "WHERE left_at IS NULL"), 0);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM webhook_inbox"), 27);
	CHECK_INT(lab_number(&lab, "SELECT viewer_count FROM live_streams"),
	    0);
	forget_told();
	lab_close(&lab);
}

TEST("people are counted while the recorded session goes on")
{
	/* After each of the 27: user-1, -2 and -3 are viewers, the host is
	 * somebody else. */
	static const int want[] = { 0, 1, 1, 1, 2, 2, 3, 3, 3, 2, 3, 3, 2, 1,
	    2, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0 };

	open_recorded();
	for (size_t i = 0; i < told_len; i++) {
		CHECK(tell(&told[i]) == RC_OK);
		CHECK_INT(lab_number(&lab,
		    "SELECT viewer_count FROM live_streams"), want[i]);
	}
	forget_told();
	lab_close(&lab);
}

TEST("the recorded session, shuffled and repeated, ends the same 60 times")
{
	size_t order[2 * EVENTS_MAX];
	char *first;

	open_recorded();
	for (size_t i = 0; i < told_len; i++)
		CHECK(tell(&told[i]) == RC_OK);
	first = strdup(lab_dump(&lab));
	for (seed = 1; seed <= 60; seed++) {
		uint64_t run = seed;

		lab_close(&lab);
		lab_open(&lab, "");
		lab_now = 1795227213000;
		lab_stream(&lab, "live-7", lab_now);
		lab_now = 1795227260000;
		for (size_t i = 0; i < 2 * told_len; i++)
			order[i] = i % told_len;
		shuffle(order, 2 * told_len);
		for (size_t i = 0; i < 2 * told_len; i++) {
			enum rc rc = tell(&told[order[i]]);

			CHECK(rc == RC_OK || rc == RC_CONFLICT);
		}
		if (strcmp(lab_dump(&lab), first) != 0)
			printf("# seed %llu\n%s# instead of\n%s",
			    (unsigned long long)run, lab_dump(&lab), first);
		CHECK(strcmp(lab_dump(&lab), first) == 0);
		seed = run;
	}
	free(first);
	forget_told();
	lab_close(&lab);
}

/* ---- sessions of our own -------------------------------------------------- */

struct session {
	char	sid[32];
	char	identity[40];
	int64_t	joined_ms;
	int64_t	left_ms;		/* 0: stays */
};

static struct session sessions[PEOPLE];
static size_t sessions_len;

static void
told_add(const char *event, const struct session *s, int64_t at_ms)
{
	char text[BODY_MAX], who[BODY_MAX / 2] = "";
	size_t i = told_len++;

	if (i == EVENTS_MAX)
		abort();
	if (s != NULL)
		snprintf(who, sizeof who, ",\"participant\":{\"sid\":\"%s\","
		    "\"identity\":\"%s\",\"joinedAtMs\":\"%lld\"%s}", s->sid,
		    s->identity, (long long)s->joined_ms, s->left_ms == 0 ?
		    "" : ",\"disconnectReason\":\"CLIENT_INITIATED\"");
	snprintf(text, sizeof text, "{\"event\":\"%s\",\"id\":\"EV_%zu\","
	    "\"createdAt\":\"%lld\",\"room\":{\"sid\":\"RM_1\","
	    "\"name\":\"talk\"}%s}", event, i, (long long)(at_ms / 1000), who);
	told[i] = (struct told){ NULL, strdup(text), 0 };
}

static void
told_free(void)
{
	for (size_t i = 0; i < told_len; i++)
		free(told[i].body);
	told_len = 0;
}

/* Some come, some leave, some twice, within a minute; then what LiveKit has. */
static void
invent(int64_t base_ms)
{
	told_len = 0;
	sessions_len = 1 + dice(PEOPLE - 1);
	told_add("room_started", NULL, base_ms);
	fake_room_add(&lab.fake, "talk", "RM_1");
	for (size_t i = 0; i < sessions_len; i++) {
		struct session *s = &sessions[i];

		snprintf(s->sid, sizeof s->sid, "PA_%zu", i);
		if (dice(4) == 0)
			snprintf(s->identity, sizeof s->identity, LAB_HOST);
		else
			snprintf(s->identity, sizeof s->identity, "user-%u",
			    dice(5));
		s->joined_ms = base_ms + dice(30000);
		s->left_ms = dice(3) == 0 ? 0 :
		    s->joined_ms + 1000 + dice(20000);
		told_add("participant_joined", s, s->joined_ms);
		if (s->left_ms != 0)
			told_add("participant_left", s, s->left_ms);
		else
			fake_join(&lab.fake, "talk", s->sid, s->identity,
			    s->joined_ms);
	}
}

/* What is true, from the sessions alone. */
static int64_t
truth_viewers(void)
{
	int64_t n = 0;

	for (size_t i = 0; i < sessions_len; i++) {
		bool first = sessions[i].left_ms == 0 &&
		    strcmp(sessions[i].identity, LAB_HOST) != 0;

		for (size_t k = 0; k < i && first; k++)
			first = sessions[k].left_ms != 0 ||
			    strcmp(sessions[k].identity,
			    sessions[i].identity) != 0;
		n += first;
	}
	return n;
}

/* 0: the host is there; else when it was seen last, to the second; -1 never. */
static int64_t
truth_absent(void)
{
	int64_t last = -1;

	for (size_t i = 0; i < sessions_len; i++) {
		const struct session *s = &sessions[i];
		int64_t left = s->left_ms / 1000 * 1000;

		if (strcmp(s->identity, LAB_HOST) != 0)
			continue;
		if (s->left_ms == 0)
			return 0;
		if (left < s->joined_ms)
			left = s->joined_ms;
		if (left > last)
			last = left;
	}
	return last;
}

static int64_t
truth_lapses(int64_t created)
{
	int64_t absent = truth_absent();

	if (absent == 0)
		return 0;
	return absent < 0 ? created + 300000 : absent + 60000;
}

TEST("100 random sessions, shuffled and repeated, end as they truly did")
{
	size_t order[3 * EVENTS_MAX];

	for (uint64_t run = 1; run <= 100; run++) {
		seed = run * 7919;
		lab_open(&lab, "");
		lab_stream(&lab, "talk", lab_now);
		invent(lab_now);
		for (size_t i = 0; i < 3 * told_len; i++)
			order[i] = i % told_len;
		shuffle(order, 3 * told_len);
		for (size_t i = 0; i < 3 * told_len; i++) {
			enum rc rc = tell(&told[order[i]]);

			CHECK(rc == RC_OK || rc == RC_CONFLICT);
		}
		CHECK_INT(lab_number(&lab, "SELECT viewer_count "
		    "FROM live_streams"), truth_viewers());
		CHECK_INT(lab_number(&lab, "SELECT coalesce(lapses_at, 0) "
		    "FROM live_streams"), truth_lapses(lab_now));
		CHECK_INT(lab_number(&lab, "SELECT count(*) FROM "
		    "webhook_inbox"), told_len);
		told_free();
		lab_close(&lab);
	}
}

TEST("100 random sessions with losses are right after one reconcile pass")
{
	size_t order[EVENTS_MAX];

	for (uint64_t run = 1; run <= 100; run++) {
		seed = run * 104729;
		lab_open(&lab, "");
		lab_stream(&lab, "talk", lab_now);
		invent(lab_now);
		for (size_t i = 0; i < told_len; i++)
			order[i] = i;
		shuffle(order, told_len);
		for (size_t i = 0; i < told_len; i++)
			if (dice(3) != 0)
				CHECK(tell(&told[order[i]]) == RC_OK);
		lab_now += 60000;
		CHECK(reconcile(&lab.app) == RC_OK);
		CHECK(!lab.fake.called_in_tx);
		CHECK_INT(lab_number(&lab, "SELECT viewer_count "
		    "FROM live_streams"), truth_viewers());
		CHECK_INT(lab_number(&lab, "SELECT lapses_at IS NULL "
		    "FROM live_streams"), truth_absent() == 0);
		told_free();
		lab_close(&lab);
		lab_now = 1795227260000;
	}
}

/* ---- single things -------------------------------------------------------- */

static const struct session viewer = { "PA_v", "user-1", 1795227261500, 0 };

static void
open_talk(void)
{
	lab_now = 1795227260000;
	lab_open(&lab, "");
	lab_stream(&lab, "talk", lab_now);
}

static void
close_talk(void)
{
	told_free();
	lab_close(&lab);
}

TEST("a disabled person who comes with an old token costs a live stream one "
    "job, others none")
{
	struct session other = viewer;

	snprintf(other.identity, sizeof other.identity, LAB_OTHER);
	open_talk();
	told_add("participant_joined", &viewer, viewer.joined_ms);
	told_add("participant_joined", &other, other.joined_ms);
	CHECK(tell(&told[0]) == RC_OK);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM job"), 0);
	CHECK(db_begin(lab.app.db, NORMAL) == RC_OK);
	CHECK(user_set_flags(lab.app.db, LAB_OTHER, false, false, true) ==
	    RC_OK);
	CHECK(db_commit(lab.app.db) == RC_OK);
	CHECK(tell(&told[1]) == RC_OK);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM job "
	    "WHERE kind = 'room.enforce' AND room_name = 'talk'"), 1);
	close_talk();
}

TEST("the host is not counted, and one person counts once")
{
	struct session host = viewer, again = viewer;

	snprintf(host.sid, sizeof host.sid, "PA_h");
	snprintf(host.identity, sizeof host.identity, LAB_HOST);
	snprintf(again.sid, sizeof again.sid, "PA_w");
	open_talk();
	told_add("participant_joined", &viewer, viewer.joined_ms);
	told_add("participant_joined", &host, host.joined_ms);
	told_add("participant_joined", &again, again.joined_ms);
	for (size_t i = 0; i < told_len; i++)
		CHECK(tell(&told[i]) == RC_OK);
	CHECK_INT(lab_number(&lab, "SELECT viewer_count FROM live_streams"),
	    1);
	close_talk();
}

TEST("those who are hidden, and those who are no people, are not counted")
{
	static const char *const what[] = {
		"\"permission\":{\"hidden\":true}", "\"kind\":\"INGRESS\"",
		"\"kind\":\"EGRESS\"", "\"kind\":\"AGENT\"",
		"\"kind\":\"OF_TOMORROW\"" };

	open_talk();
	for (size_t i = 0; i < sizeof what / sizeof what[0]; i++) {
		char text[BODY_MAX];

		snprintf(text, sizeof text, "{\"event\":"
		    "\"participant_joined\",\"id\":\"EV_%zu\",\"createdAt\":"
		    "\"1795227262\",\"room\":{\"sid\":\"RM_1\",\"name\":"
		    "\"talk\"},\"participant\":{\"sid\":\"PA_%zu\","
		    "\"identity\":\"x-%zu\",%s}}", i, i, i, what[i]);
		told[told_len++] = (struct told){ NULL, strdup(text), 0 };
		CHECK(tell(&told[i]) == RC_OK);
	}
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM presence "
	    "WHERE left_at IS NULL"), told_len);
	CHECK_INT(lab_number(&lab, "SELECT viewer_count FROM live_streams"),
	    0);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM events"), 0);
	close_talk();
}

TEST("a change of the count writes a viewers event, a repeat writes none")
{
	open_talk();
	told_add("participant_joined", &viewer, viewer.joined_ms);
	CHECK(tell(&told[0]) == RC_OK);
	CHECK(tell(&told[0]) == RC_CONFLICT);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM events "
	    "WHERE type = 'viewers' AND data = '{\"viewerCount\":1}'"), 1);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM events "
	    "WHERE type = 'participant.joined'"), 1);
	close_talk();
}

TEST("an event of a room that is not ours is kept and changes nothing")
{
	open_talk();
	told_add("participant_joined", &viewer, viewer.joined_ms);
	memcpy(strstr(told[0].body, "talk"), "walk", 4);
	CHECK(tell(&told[0]) == RC_OK);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM webhook_inbox"), 1);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM presence"), 0);
	close_talk();
}

TEST("an event that nobody knows yet is kept and changes nothing")
{
	open_talk();
	told_add("room_exploded", NULL, lab_now);
	CHECK(tell(&told[0]) == RC_OK);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM webhook_inbox"), 1);
	close_talk();
}

TEST("an event without what it must have is refused and not kept")
{
	open_talk();
	told_add("participant_joined", NULL, lab_now);
	CHECK(tell(&told[0]) == RC_INVALID);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM webhook_inbox"), 0);
	close_talk();
}

TEST("a room that is over and starts again is deleted by a job")
{
	open_talk();
	CHECK(db_begin(lab.app.db, NORMAL) == RC_OK);
	CHECK(room_set_state(lab.app.db, "talk", ROOM_OVER, lab_now) ==
	    RC_OK);
	CHECK(db_commit(lab.app.db) == RC_OK);
	told_add("room_started", NULL, lab_now);
	CHECK(tell(&told[0]) == RC_OK);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM job "
	    "WHERE kind = 'room.delete'"), 1);
	close_talk();
}

TEST("somebody who joins a room that is over sets off its deletion")
{
	open_talk();
	CHECK(db_begin(lab.app.db, NORMAL) == RC_OK);
	CHECK(room_set_state(lab.app.db, "talk", ROOM_OVER, lab_now) ==
	    RC_OK);
	CHECK(db_commit(lab.app.db) == RC_OK);
	told_add("participant_joined", &viewer, viewer.joined_ms);
	CHECK(tell(&told[0]) == RC_OK);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM job "
	    "WHERE kind = 'room.delete'"), 1);
	close_talk();
}

TEST("the end of a room's session takes those along whose leave was lost")
{
	open_talk();
	told_add("participant_joined", &viewer, viewer.joined_ms);
	told_add("room_finished", NULL, lab_now + 9000);
	CHECK(tell(&told[1]) == RC_OK);
	CHECK(tell(&told[0]) == RC_OK);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM presence "
	    "WHERE left_at IS NULL"), 0);
	close_talk();
}

TEST("a started room counts as confirmed, a finished one does not")
{
	open_talk();
	told_add("room_started", NULL, lab_now);
	told_add("room_finished", NULL, lab_now + 1000);
	CHECK(tell(&told[0]) == RC_OK);
	CHECK_INT(lab_number(&lab, "SELECT confirmed_at FROM rooms"),
	    lab_now);
	CHECK(tell(&told[1]) == RC_OK);
	CHECK_INT(lab_number(&lab, "SELECT coalesce(confirmed_at, 0) "
	    "FROM rooms"), 0);
	close_talk();
}

TEST("a leave that LiveKit tells of is surer than one that a pass concluded")
{
	struct session s = viewer;

	open_talk();
	fake_room_add(&lab.fake, "talk", "RM_1");
	told_add("participant_joined", &s, s.joined_ms);
	s.left_ms = lab_now + 30000;
	told_add("participant_left", &s, s.left_ms);
	CHECK(tell(&told[0]) == RC_OK);
	lab_now += 20000;
	CHECK(reconcile(&lab.app) == RC_OK);
	CHECK_INT(lab_number(&lab, "SELECT left_at FROM presence"), lab_now);
	CHECK(tell(&told[1]) == RC_OK);
	CHECK_INT(lab_number(&lab, "SELECT left_at FROM presence"),
	    s.left_ms);
	close_talk();
}
