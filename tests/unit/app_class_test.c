/*
 * Who may be in a class, as what, and that it holds for those inside: whatever
 * token they came with, whoever tells of them, and when the time is over.
 */
#include "test.h"
#include "app_lab.h"

#define OWNER	LAB_HOST
#define SOMEBODY LAB_OTHER
#define STRANGER "99999999-9999-5999-8999-999999999999"

static struct lab lab;
static struct room_row room;

static void
must(enum rc rc)
{
	if (rc != RC_OK)
		abort();
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
open_class(void)
{
	lab_now = 1795227260000;
	lab_open(&lab, "");
	begin();
	must(room_insert(lab.app.db, &(struct room_row){ .name = "maths",
	    .kind = KIND_CLASS, .owner_id = OWNER, .state = ROOM_OPEN,
	    .created_at = lab_now }));
	commit();
	must(room_by_name(lab.app.db, "maths", &room));
	fake_room_add(&lab.fake, "maths", "RM_1");
}

static void
set_member(enum member_role role, enum member_role asked, int can_publish)
{
	begin();
	must(member_put(lab.app.db, "maths", SOMEBODY, role, lab_now));
	must(member_set_asked(lab.app.db, "maths", SOMEBODY, asked));
	must(member_set_publish(lab.app.db, "maths", SOMEBODY, can_publish));
	commit();
}

static struct grant
grant_of_now(const char *identity)
{
	struct rights r;

	must(room_rights(&lab.app, &room, identity, &r));
	return grant_now(KIND_CLASS, &r);
}

static void
set_disabled(const char *id, bool disabled)
{
	begin();
	must(user_set_flags(lab.app.db, id, false, false, disabled));
	commit();
}

/* ---- the rule -------------------------------------------------------------- */

TEST("the lower of what somebody is and asked for, and what was decided")
{
	static const struct {
		enum member_role role, asked;
		int		 can_publish;
		enum role	 is;
		bool		 publishes, leads;
	} rows[] = {
		{ MEMBER_TEACHER, MEMBER_TEACHER, -1, ROLE_TEACHER, true, true },
		{ MEMBER_TEACHER, MEMBER_PARTICIPANT, -1, ROLE_PARTICIPANT,
		    true, true },
		{ MEMBER_TEACHER, MEMBER_STUDENT, -1, ROLE_STUDENT, false,
		    true },
		{ MEMBER_TEACHER, MEMBER_TEACHER, 0, ROLE_TEACHER, false,
		    true },
		{ MEMBER_PARTICIPANT, MEMBER_PARTICIPANT, -1,
		    ROLE_PARTICIPANT, true, false },
		{ MEMBER_PARTICIPANT, MEMBER_TEACHER, -1, ROLE_PARTICIPANT,
		    true, false },
		{ MEMBER_PARTICIPANT, MEMBER_PARTICIPANT, 0,
		    ROLE_PARTICIPANT, false, false },
		{ MEMBER_STUDENT, MEMBER_STUDENT, -1, ROLE_STUDENT, false,
		    false },
		{ MEMBER_STUDENT, MEMBER_TEACHER, -1, ROLE_STUDENT, false,
		    false },
		{ MEMBER_STUDENT, MEMBER_STUDENT, 1, ROLE_STUDENT, true,
		    false },
		{ MEMBER_STUDENT, MEMBER_STUDENT, 0, ROLE_STUDENT, false,
		    false },
	};

	open_class();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct rights r;
		struct grant g;
		bool leads;

		set_member(rows[i].role, rows[i].asked, rows[i].can_publish);
		CHECK(room_rights(&lab.app, &room, SOMEBODY, &r) == RC_OK);
		g = grant_now(KIND_CLASS, &r);
		CHECK_INT(r.role, rows[i].is);
		CHECK_INT(g.publish, rows[i].publishes);
		CHECK_INT(g.admin, rows[i].is == ROLE_TEACHER);
		CHECK_INT(g.record, rows[i].is == ROLE_TEACHER);
		CHECK(g.subscribe && g.data);
		CHECK(room_leads(&lab.app, &room, SOMEBODY, &leads) == RC_OK);
		CHECK_INT(leads, rows[i].leads);
	}
	lab_close(&lab);
}

TEST("the owner is a teacher without being a member, and whatever a row says; "
    "as a student when asked for")
{
	bool leads;

	open_class();
	CHECK(grant_of_now(OWNER).admin);
	begin();
	must(member_put(lab.app.db, "maths", OWNER, MEMBER_STUDENT, lab_now));
	must(member_set_asked(lab.app.db, "maths", OWNER, MEMBER_TEACHER));
	commit();
	CHECK(grant_of_now(OWNER).admin);
	begin();
	must(member_set_asked(lab.app.db, "maths", OWNER, MEMBER_STUDENT));
	commit();
	CHECK(!grant_of_now(OWNER).publish);
	CHECK(room_leads(&lab.app, &room, OWNER, &leads) == RC_OK);
	CHECK(leads);
	lab_close(&lab);
}

static const char *
refusal(const char *identity)
{
	struct rights r;

	return room_rights(&lab.app, &room, identity, &r) == RC_FORBIDDEN ?
	    r.refusal : "none";
}

TEST("strangers, the disabled and the blocked must not be there, nor lead")
{
	bool leads;

	open_class();
	CHECK_STR(refusal(SOMEBODY), "not_member");
	CHECK_STR(refusal(STRANGER), "not_member");
	CHECK_STR(refusal("guest-1-a"), "not_member");
	CHECK_STR(refusal("Host-" OWNER), "not_member");
	set_member(MEMBER_TEACHER, MEMBER_TEACHER, -1);
	CHECK_STR(refusal(SOMEBODY), "none");
	set_disabled(SOMEBODY, true);
	CHECK_STR(refusal(SOMEBODY), "account_disabled");
	CHECK(room_leads(&lab.app, &room, SOMEBODY, &leads) == RC_OK);
	CHECK(!leads);
	set_disabled(SOMEBODY, false);
	begin();
	must(block_add(lab.app.db, OWNER, SOMEBODY, lab_now));
	commit();
	CHECK_STR(refusal(SOMEBODY), "blocked");
	CHECK(room_leads(&lab.app, &room, SOMEBODY, &leads) == RC_OK);
	CHECK(!leads);
	lab_close(&lab);
}

/* ---- those inside ------------------------------------------------------------ */

/* With a token that says this. */
static void
comes(const char *sid, bool publish)
{
	fake_join(&lab.fake, "maths", sid, SOMEBODY, lab_now);
	fake_may(&lab.fake, sid, publish, true, true);
}

/* And LiveKit tells of it. */
static void
told(const char *sid, bool publish)
{
	struct lk_room r = { .name = "maths", .sid = "RM_1" };
	struct lk_permission may = { .can_publish = publish,
	    .can_subscribe = true, .can_publish_data = true };
	struct lk_participant p = { .sid = sid, .identity = SOMEBODY,
	    .name = "x", .state = LK_ACTIVE, .joined_at_ms = lab_now,
	    .permission = &may };
	struct lk_event ev = { .id = sid, .name = "participant_joined",
	    .type = LK_PARTICIPANT_JOINED, .created_at_ms = lab_now,
	    .room = &r, .participant = &p };

	must(webhook_keep(&lab.app, &ev, lab_now));
	jobs_run_now(&lab.app, "maths");
}

TEST("back with an old token: what holds now is set when LiveKit tells")
{
	open_class();
	set_member(MEMBER_STUDENT, MEMBER_STUDENT, 0);
	comes("PA_1", true);
	told("PA_1", true);
	CHECK(!fake_person(&lab.fake, "PA_1")->publish);
	CHECK(fake_person(&lab.fake, "PA_1")->subscribe);
	set_member(MEMBER_STUDENT, MEMBER_STUDENT, 1);
	fake_leave(&lab.fake, "PA_1");
	comes("PA_2", false);
	told("PA_2", false);
	CHECK(fake_person(&lab.fake, "PA_2")->publish);
	lab_close(&lab);
}

TEST("and where it does not tell, by the next look at its lists")
{
	int done;

	open_class();
	set_member(MEMBER_STUDENT, MEMBER_STUDENT, -1);
	comes("PA_1", true);
	must(reconcile(&lab.app));
	must(jobs_run(&lab.app, 10, &done));
	CHECK(!fake_person(&lab.fake, "PA_1")->publish);
	lab_close(&lab);
}

TEST("others read what somebody is now, and the rest as it was")
{
	struct fake_person *p;
	int done;

	open_class();
	set_member(MEMBER_PARTICIPANT, MEMBER_PARTICIPANT, -1);
	comes("PA_1", true);
	p = fake_person(&lab.fake, "PA_1");
	snprintf(p->metadata, sizeof p->metadata, "{\"role\":\"student\","
	    "\"joinedAt\":\"2026-11-21T10:00:00.000Z\",\"avatarUrl\":null}");
	must(reconcile(&lab.app));
	must(jobs_run(&lab.app, 10, &done));
	CHECK_STR(p->metadata, "{\"role\":\"participant\","
	    "\"joinedAt\":\"2026-11-21T10:00:00.000Z\",\"avatarUrl\":null}");
	CHECK_INT(lab.fake.updates, 1);
	must(reconcile(&lab.app));
	must(jobs_run(&lab.app, 10, &done));
	CHECK_INT(lab.fake.updates, 1);
	lab_close(&lab);
}

TEST("metadata that is not ours is left alone")
{
	struct fake_person *p;
	int done;

	open_class();
	set_member(MEMBER_PARTICIPANT, MEMBER_PARTICIPANT, -1);
	comes("PA_1", true);
	p = fake_person(&lab.fake, "PA_1");
	snprintf(p->metadata, sizeof p->metadata, "{\"role\":7,\"x\":1");
	must(reconcile(&lab.app));
	must(jobs_run(&lab.app, 10, &done));
	CHECK_INT(lab.fake.updates, 0);
	lab_close(&lab);
}

TEST("who asked for less keeps less, whoever looks")
{
	int done;

	open_class();
	set_member(MEMBER_TEACHER, MEMBER_STUDENT, -1);
	comes("PA_1", false);
	must(reconcile(&lab.app));
	must(jobs_run(&lab.app, 10, &done));
	CHECK_INT(lab.fake.updates, 0);
	lab_close(&lab);
}

TEST("who was put out is kept out for the time, with the old token too, and "
    "may come again afterwards")
{
	open_class();
	set_member(MEMBER_STUDENT, MEMBER_STUDENT, -1);
	begin();
	must(removal_put(lab.app.db, "maths", SOMEBODY, lab_now + REMOVED_MS));
	commit();
	comes("PA_1", false);
	told("PA_1", false);
	CHECK(fake_person(&lab.fake, "PA_1") == NULL);
	lab_now += REMOVED_MS - 1;
	comes("PA_2", false);
	told("PA_2", false);
	CHECK(fake_person(&lab.fake, "PA_2") == NULL);
	lab_now += 1;
	comes("PA_3", false);
	told("PA_3", false);
	CHECK(fake_person(&lab.fake, "PA_3") != NULL);
	CHECK_INT(lab.fake.updates, 0);
	lab_close(&lab);
}

TEST("who is taken away does not come back at all")
{
	open_class();
	set_member(MEMBER_TEACHER, MEMBER_TEACHER, -1);
	comes("PA_1", true);
	told("PA_1", true);
	CHECK(fake_person(&lab.fake, "PA_1") != NULL);
	begin();
	must(member_remove(lab.app.db, "maths", SOMEBODY));
	must(enforce_put(&lab.app, "maths"));
	commit();
	jobs_run_now(&lab.app, "maths");
	CHECK(fake_person(&lab.fake, "PA_1") == NULL);
	lab_now += 1000LL * 60 * 60 * 24;
	comes("PA_2", true);
	told("PA_2", true);
	CHECK(fake_person(&lab.fake, "PA_2") == NULL);
	lab_close(&lab);
}

TEST("the classes of somebody end with the account, nobody else's")
{
	open_class();
	begin();
	must(room_insert(lab.app.db, &(struct room_row){ .name = "physics",
	    .kind = KIND_CLASS, .owner_id = SOMEBODY, .state = ROOM_OPEN,
	    .created_at = lab_now }));
	must(classes_end(&lab.app, OWNER, "test"));
	commit();
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM rooms "
	    "WHERE state = 'over' AND name = 'maths'"), 1);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM rooms "
	    "WHERE state = 'open' AND name = 'physics'"), 1);
	lab_close(&lab);
}
