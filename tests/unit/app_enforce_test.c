/*
 * Who may be in a channel's room and what they may do there: the rule, and
 * that LiveKit has it so after the job.
 */
#include "test.h"
#include "app_lab.h"

#define GUEST	"guest-1795227260000-abcdef"

static struct lab lab;
static struct stream_row channel;

static void
must(enum rc rc)
{
	if (rc != RC_OK)
		abort();
}

static enum rc
admits(const char *identity, bool *chat)
{
	struct room_row room;
	struct rights r;
	enum rc rc;

	must(room_by_name(lab.app.db, LAB_HOST, &room));
	rc = room_rights(&lab.app, &room, identity, &r);
	*chat = r.chat;
	return rc;
}

static void
begin(void)
{
	must(db_begin(lab.app.db, NORMAL));
}

static void
commit(void)
{
	must(db_commit(lab.app.db));
}

static void
open_channel(void)
{
	lab_now = 1795227260000;
	lab_open(&lab, "");
	lab_channel(&lab, lab_now);
	must(stream_by_user(lab.app.db, LAB_HOST, &channel));
	fake_room_add(&lab.fake, LAB_HOST, "RM_1");
}

static void
set_chat(bool enabled, bool delayed, bool followers_only)
{
	channel.is_chat_enabled = enabled;
	channel.is_chat_delayed = delayed;
	channel.is_chat_followers_only = followers_only;
	begin();
	must(stream_set_chat(lab.app.db, &channel));
	commit();
}

static void
set_flags(const char *id, bool creator, bool disabled)
{
	begin();
	must(user_set_flags(lab.app.db, id, creator, false, disabled));
	commit();
}

static void
block_other(void)
{
	begin();
	must(block_add(lab.app.db, LAB_HOST, LAB_OTHER, lab_now));
	commit();
}

/* Somebody LiveKit has, whom we know of. */
static void
inside(const char *sid, const char *identity, bool publish, bool subscribe,
    bool data)
{
	fake_join(&lab.fake, LAB_HOST, sid, identity, lab_now);
	fake_may(&lab.fake, sid, publish, subscribe, data);
	begin();
	must(presence_merge(lab.app.db, &(struct presence_row){ .sid = sid,
	    .room_name = LAB_HOST, .room_sid = "RM_1", .identity = identity,
	    .name = identity, .joined_at = lab_now }));
	commit();
}

static void
enforce(void)
{
	begin();
	must(enforce_put(&lab.app, LAB_HOST));
	commit();
	jobs_run_now(&lab.app, LAB_HOST);
}

static int64_t
jobs(void)
{
	return lab_number(&lab, "SELECT count(*) FROM job "
	    "WHERE kind = 'room.enforce'");
}

/* ---- roles --------------------------------------------------------------- */

TEST("an identity says what its owner is in a channel's room")
{
	CHECK(stream_role(LAB_HOST, LAB_HOST) == ROLE_CREATOR);
	CHECK(stream_role(LAB_HOST, "Host-" LAB_HOST) == ROLE_SELF_VIEW);
	CHECK(stream_role(LAB_HOST, "Host-" LAB_OTHER) == ROLE_VIEWER);
	CHECK(stream_role(LAB_HOST, GUEST) == ROLE_GUEST);
	CHECK(stream_role(LAB_HOST, LAB_OTHER) == ROLE_VIEWER);
}

/* ---- the rule -------------------------------------------------------------- */

struct rule {
	bool	enabled, delayed, followers_only, follows;
	bool	viewer, guest;		/* may chat then */
};

TEST("chat: enabled, not delayed, and followed where only followers write")
{
	static const struct rule rules[] = {
		{ true, false, false, false, true, true },
		{ true, false, false, true, true, true },
		{ true, false, true, false, false, false },
		{ true, false, true, true, true, false },
		{ true, true, false, true, false, false },
		{ true, true, true, true, false, false },
		{ false, false, false, true, false, false },
		{ false, false, true, true, false, false },
		{ false, true, false, false, false, false },
		{ false, true, true, true, false, false },
	};

	open_channel();
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		const struct rule *r = &rules[i];
		bool chat;

		begin();
		must(r->follows ?
		    follow_add(lab.app.db, LAB_OTHER, LAB_HOST, lab_now) :
		    follow_remove(lab.app.db, LAB_OTHER, LAB_HOST));
		commit();
		set_chat(r->enabled, r->delayed, r->followers_only);
		CHECK(admits(LAB_OTHER, &chat) ==
		    RC_OK);
		CHECK_INT(chat, r->viewer);
		CHECK(admits(GUEST, &chat) ==
		    RC_OK);
		CHECK_INT(chat, r->guest);
		CHECK(admits(LAB_HOST, &chat) ==
		    RC_OK);
		CHECK(chat);
		CHECK(admits("Host-" LAB_HOST, &chat) == RC_OK);
		CHECK(chat);
	}
	lab_close(&lab);
}

TEST("whom the creator blocks must not be there")
{
	bool chat;

	open_channel();
	block_other();
	CHECK(admits(LAB_OTHER, &chat) ==
	    RC_FORBIDDEN);
	lab_close(&lab);
}

TEST("who was put out is kept out until the time is over")
{
	struct room_row room;
	struct rights r;

	open_channel();
	begin();
	must(removal_put(lab.app.db, LAB_HOST, LAB_OTHER, lab_now + 60000));
	must(removal_put(lab.app.db, LAB_HOST, LAB_OTHER, lab_now + 1000));
	commit();
	must(room_by_name(lab.app.db, LAB_HOST, &room));
	CHECK(room_rights(&lab.app, &room, LAB_OTHER, &r) == RC_FORBIDDEN);
	CHECK_STR(r.refusal, "removed");
	CHECK_INT(r.retry_ms, 60000);
	CHECK(room_rights(&lab.app, &room, GUEST, &r) == RC_OK);
	lab_now += 60000;
	CHECK(room_rights(&lab.app, &room, LAB_OTHER, &r) == RC_OK);
	begin();
	must(removal_purge(lab.app.db, lab_now));
	commit();
	lab_close(&lab);
}

TEST("who is disabled must not be there")
{
	bool chat;

	open_channel();
	set_flags(LAB_OTHER, false, true);
	CHECK(admits(LAB_OTHER, &chat) ==
	    RC_FORBIDDEN);
	lab_close(&lab);
}

TEST("a person who never wrote anything here may watch and chat")
{
	bool chat;

	open_channel();
	CHECK(admits("99999999-9999-5999-8999-999999999999", &chat) == RC_OK);
	CHECK(chat);
	lab_close(&lab);
}

TEST("in the room of a disabled creator nobody may be")
{
	static const char *const who[] = { LAB_HOST, "Host-" LAB_HOST,
	    LAB_OTHER, GUEST };
	bool chat;

	open_channel();
	set_flags(LAB_HOST, true, true);
	for (size_t i = 0; i < 4; i++)
		CHECK(admits(who[i], &chat) ==
		    RC_FORBIDDEN);
	lab_close(&lab);
}

TEST("a creator without approval must not publish; others may look")
{
	bool chat;

	open_channel();
	set_flags(LAB_HOST, false, false);
	CHECK(admits(LAB_HOST, &chat) ==
	    RC_FORBIDDEN);
	CHECK(admits(LAB_OTHER, &chat) == RC_OK);
	lab_close(&lab);
}

/* ---- the job --------------------------------------------------------------- */

TEST("who may what they should is left alone")
{
	open_channel();
	inside("PA_1", LAB_HOST, true, true, true);
	inside("PA_2", "Host-" LAB_HOST, false, true, true);
	inside("PA_3", LAB_OTHER, false, true, true);
	inside("PA_4", GUEST, false, true, true);
	enforce();
	CHECK_INT(lab.fake.updates, 0);
	CHECK_INT(lab.fake.removes, 0);
	CHECK_INT(jobs(), 0);
	CHECK(!lab.fake.called_in_tx);
	lab_close(&lab);
}

TEST("chat switched off takes the data of viewers and guests, nobody else's")
{
	open_channel();
	inside("PA_1", LAB_HOST, true, true, true);
	inside("PA_2", "Host-" LAB_HOST, false, true, true);
	inside("PA_3", LAB_OTHER, false, true, true);
	inside("PA_4", GUEST, false, true, true);
	set_chat(false, false, false);
	enforce();
	CHECK_INT(lab.fake.updates, 2);
	CHECK(fake_person(&lab.fake, "PA_1")->data);
	CHECK(fake_person(&lab.fake, "PA_2")->data);
	CHECK(!fake_person(&lab.fake, "PA_3")->data);
	CHECK(!fake_person(&lab.fake, "PA_4")->data);
	CHECK(fake_person(&lab.fake, "PA_3")->subscribe);
	set_chat(true, false, false);
	enforce();
	CHECK_INT(lab.fake.updates, 4);
	CHECK(fake_person(&lab.fake, "PA_3")->data);
	CHECK(!fake_person(&lab.fake, "PA_3")->publish);
	lab_close(&lab);
}

TEST("a change of permissions leaves hidden people hidden")
{
	open_channel();
	inside("PA_3", LAB_OTHER, true, true, true);
	fake_person(&lab.fake, "PA_3")->hidden = true;
	enforce();
	CHECK(!fake_person(&lab.fake, "PA_3")->publish);
	CHECK(fake_person(&lab.fake, "PA_3")->hidden);
	lab_close(&lab);
}

TEST("blocked and disabled people are thrown out")
{
	open_channel();
	inside("PA_3", LAB_OTHER, false, true, true);
	inside("PA_4", GUEST, false, true, true);
	block_other();
	enforce();
	CHECK_INT(lab.fake.removes, 1);
	CHECK(fake_person(&lab.fake, "PA_3") == NULL);
	CHECK(fake_person(&lab.fake, "PA_4") != NULL);
	lab_close(&lab);
}

TEST("a cut session of the creator is thrown out, the next one not")
{
	open_channel();
	inside("PA_1", LAB_HOST, true, true, true);
	begin();
	must(stream_cut(&lab.app, LAB_HOST, lab_now, "test"));
	commit();
	jobs_run_now(&lab.app, LAB_HOST);
	CHECK_INT(lab.fake.removes, 1);
	inside("PA_2", LAB_HOST, true, true, true);
	enforce();
	CHECK_INT(lab.fake.removes, 1);
	CHECK(fake_person(&lab.fake, "PA_2") != NULL);
	lab_close(&lab);
}

TEST("encoders keep what LiveKit gave them; recorders and agents are let be")
{
	static const char *const kinds[] = { "INGRESS", "EGRESS", "AGENT" };

	open_channel();
	for (size_t i = 0; i < 3; i++) {
		inside("PA_x", LAB_HOST, true, false, false);
		fake_person(&lab.fake, "PA_x")->kind = kinds[i];
		enforce();
		CHECK_INT(lab.fake.updates, 0);
		CHECK_INT(lab.fake.removes, 0);
		fake_leave(&lab.fake, "PA_x");
	}
	lab_close(&lab);
}

TEST("an encoder of a creator without approval is thrown out")
{
	open_channel();
	inside("PA_x", LAB_HOST, true, false, false);
	fake_person(&lab.fake, "PA_x")->kind = "INGRESS";
	set_flags(LAB_HOST, false, false);
	enforce();
	CHECK_INT(lab.fake.removes, 1);
	lab_close(&lab);
}

TEST("an encoder that comes again after an end is thrown out for a minute")
{
	open_channel();
	inside("PA_x", LAB_HOST, true, false, false);
	fake_person(&lab.fake, "PA_x")->kind = "INGRESS";
	begin();
	must(stream_set_refused(lab.app.db, LAB_HOST, lab_now + 60000));
	commit();
	lab_now += 60000;
	enforce();
	CHECK_INT(lab.fake.removes, 0);
	lab_now -= 1;
	enforce();
	CHECK_INT(lab.fake.removes, 1);
	inside("PA_y", LAB_HOST, true, true, true);
	enforce();
	CHECK_INT(lab.fake.removes, 1);
	lab_close(&lab);
}

TEST("100 people get what a change of the chat means, one call each")
{
	char sid[16], identity[48];

	open_channel();
	for (int i = 0; i < 100; i++) {
		snprintf(sid, sizeof sid, "PA_%d", i);
		snprintf(identity, sizeof identity, "guest-%d-x", i);
		inside(sid, identity, false, true, true);
	}
	set_chat(false, false, false);
	lab.fake.calls = 0;
	enforce();
	CHECK_INT(lab.fake.updates, 100);
	CHECK_INT(lab.fake.calls, 101);
	for (size_t i = 0; i < lab.fake.people_len; i++)
		CHECK(!lab.fake.people[i].data);
	lab_close(&lab);
}

TEST("a job that LiveKit fails is kept, and ends the same")
{
	open_channel();
	inside("PA_3", LAB_OTHER, false, true, true);
	set_chat(false, false, false);
	lab.fake.fail = LK_INTERNAL;
	enforce();
	CHECK_INT(jobs(), 1);
	lab.fake.fail = LK_OK;
	lab_now += 1000;
	jobs_run_now(&lab.app, LAB_HOST);
	CHECK_INT(jobs(), 0);
	CHECK(!fake_person(&lab.fake, "PA_3")->data);
	lab_close(&lab);
}

TEST("jobs of a room are done now, others' are left to the worker")
{
	open_channel();
	begin();
	must(enforce_put(&lab.app, LAB_HOST));
	must(enforce_put(&lab.app, "elsewhere"));
	commit();
	jobs_run_now(&lab.app, LAB_HOST);
	CHECK_INT(jobs(), 1);
	breaker_set(lab_now + 5000);
	lab.fake.calls = 0;
	jobs_run_now(&lab.app, "elsewhere");
	CHECK_INT(lab.fake.calls, 0);
	CHECK_INT(jobs(), 1);
	breaker_set(0);
	lab_close(&lab);
}

TEST("every room where a person is gets its job")
{
	open_channel();
	lab_stream(&lab, "talk", lab_now);
	inside("PA_3", LAB_OTHER, false, true, true);
	begin();
	must(presence_merge(lab.app.db, &(struct presence_row){ .sid = "PA_9",
	    .room_name = "talk", .room_sid = "RM_9", .identity = LAB_OTHER,
	    .name = "other", .joined_at = lab_now }));
	must(enforce_put_person(&lab.app, LAB_OTHER));
	commit();
	CHECK_INT(jobs(), 2);
	lab_close(&lab);
}

TEST("nobody is judged where there are no rules, nor where it is over")
{
	open_channel();
	lab_stream(&lab, "talk", lab_now);
	begin();
	must(room_set_state(lab.app.db, "talk", ROOM_OVER, lab_now));
	must(enforce_put(&lab.app, "talk"));
	must(enforce_put(&lab.app, "never"));
	commit();
	lab.fake.calls = 0;
	jobs_run_now(&lab.app, "talk");
	jobs_run_now(&lab.app, "never");
	CHECK_INT(lab.fake.calls, 0);
	CHECK_INT(jobs(), 0);
	lab_close(&lab);
}

TEST("a disabled person is thrown out of a live stream, too")
{
	open_channel();
	lab_stream(&lab, "talk", lab_now);
	fake_room_add(&lab.fake, "talk", "RM_9");
	fake_join(&lab.fake, "talk", "PA_9", LAB_OTHER, lab_now);
	fake_may(&lab.fake, "PA_9", false, true, true);
	fake_join(&lab.fake, "talk", "PA_h", LAB_HOST, lab_now);
	fake_may(&lab.fake, "PA_h", true, true, true);
	set_flags(LAB_OTHER, false, true);
	begin();
	must(enforce_put(&lab.app, "talk"));
	commit();
	jobs_run_now(&lab.app, "talk");
	CHECK(fake_person(&lab.fake, "PA_9") == NULL);
	CHECK(fake_person(&lab.fake, "PA_h") != NULL);
	CHECK_INT(lab.fake.updates, 0);
	lab_close(&lab);
}
