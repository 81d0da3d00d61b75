/*
 * Voice channels: who may be in one and who leads it, by their workspace; and
 * that who must go is gone from every room, not only from one.
 */
#include "test.h"
#include "app_lab.h"

#define WORKSPACE	"33333333-3333-4333-8333-333333333333"
#define CHANNEL(n)	"44444444-4444-4444-8444-44444444444" #n
#define ROOM(n)		VOICE_PREFIX CHANNEL(n)

static struct lab lab;

static void
must(enum rc rc)
{
	if (rc != RC_OK)
		abort();
}

static struct req
request(struct user *user, const char *id)
{
	*user = (struct user){ .id = id, .username = id, .has_row = true };
	return (struct req){ .arena = lab.arena, .app = &lab.app,
	    .user = user };
}

static void
have_channel(const char *id, const char *room, const char *sources)
{
	must(voice_insert(lab.app.db, &(struct voice_row){ .id = id,
	    .workspace_id = WORKSPACE, .name = "Lounge", .sources = sources,
	    .created_at = lab_now }));
	must(room_insert(lab.app.db, &(struct room_row){ .name = room,
	    .kind = KIND_VOICE, .owner_id = LAB_HOST, .state = ROOM_OPEN,
	    .created_at = lab_now }));
	fake_room_add(&lab.fake, room, room + strlen(room) - 8);
}

static void
have_presence(const char *room, const char *sid, const char *identity)
{
	fake_join(&lab.fake, room, sid, identity, lab_now);
	must(presence_merge(lab.app.db, &(struct presence_row){ .sid = sid,
	    .room_name = room, .room_sid = room + strlen(room) - 8,
	    .identity = identity, .joined_at = lab_now }));
}

/* LAB_HOST's workspace of two channels, LAB_OTHER in it and in both. */
static void
open_workspace(enum workspace_role other)
{
	lab_now = 1795227260000;
	lab_open(&lab, "");
	/* No pass after a reply: it would do what is due anyway. */
	lab.app.tick_seen_mono_ms = clock_mono_ms();
	must(db_begin(lab.app.db, NORMAL));
	must(workspace_insert(lab.app.db, &(struct workspace_row){
	    .id = WORKSPACE, .name = "Friends", .owner_id = LAB_HOST,
	    .created_at = lab_now }));
	must(workspace_member_put(lab.app.db, WORKSPACE, LAB_OTHER, other,
	    lab_now));
	have_channel(CHANNEL(1), ROOM(1), "microphone");
	have_channel(CHANNEL(2), ROOM(2), "microphone camera");
	have_presence(ROOM(1), "PA_1", LAB_OTHER);
	have_presence(ROOM(2), "PA_2", LAB_OTHER);
	have_presence(ROOM(2), "PA_3", LAB_HOST);
	must(db_commit(lab.app.db));
}

static enum rc
rights_in(const char *room_name, const char *identity, struct rights *r)
{
	struct room_row room;

	must(room_by_name(lab.app.db, room_name, &room));
	return room_rights(&lab.app, &room, identity, r);
}

static bool
leads(const char *identity)
{
	struct room_row room;
	bool yes;

	must(room_by_name(lab.app.db, ROOM(1), &room));
	must(room_leads(&lab.app, &room, identity, &yes));
	return yes;
}

TEST("members of the workspace speak, and publish what the channel allows")
{
	struct rights r;

	open_workspace(WORKSPACE_MEMBER);
	CHECK(rights_in(ROOM(1), LAB_OTHER, &r) == RC_OK);
	CHECK_INT(r.role, ROLE_SPEAKER);
	CHECK(r.chat);
	CHECK_STR(r.sources, "microphone");
	CHECK_STR(grant_now(KIND_VOICE, &r).sources, "microphone");
	CHECK(rights_in(ROOM(2), LAB_HOST, &r) == RC_OK);
	CHECK_STR(grant_now(KIND_VOICE, &r).sources, "microphone camera");
	CHECK(!grant_now(KIND_VOICE, &r).admin);
	lab_close(&lab);
}

TEST("nobody else: strangers, who left, who is disabled, who was put out")
{
	struct rights r;

	open_workspace(WORKSPACE_MEMBER);
	CHECK(rights_in(ROOM(1), "somebody", &r) == RC_FORBIDDEN);
	CHECK_STR(r.refusal, "not_member");
	CHECK(rights_in(ROOM(1), "Host-" LAB_HOST, &r) == RC_FORBIDDEN);
	must(db_begin(lab.app.db, NORMAL));
	must(removal_put(lab.app.db, ROOM(1), LAB_OTHER, lab_now + 5000));
	CHECK(rights_in(ROOM(1), LAB_OTHER, &r) == RC_FORBIDDEN);
	CHECK_STR(r.refusal, "removed");
	CHECK_INT(r.retry_ms, 5000);
	CHECK(rights_in(ROOM(2), LAB_OTHER, &r) == RC_OK);
	must(user_set_flags(lab.app.db, LAB_OTHER, false, false, true));
	CHECK(rights_in(ROOM(2), LAB_OTHER, &r) == RC_FORBIDDEN);
	CHECK_STR(r.refusal, "account_disabled");
	must(workspace_member_remove(lab.app.db, WORKSPACE, LAB_OTHER));
	CHECK(rights_in(ROOM(2), LAB_OTHER, &r) == RC_FORBIDDEN);
	CHECK_STR(r.refusal, "not_member");
	db_rollback(lab.app.db);
	lab_close(&lab);
}

TEST("a channel is led by the workspace's owner and administrators")
{
	open_workspace(WORKSPACE_MEMBER);
	CHECK(leads(LAB_HOST));
	CHECK(!leads(LAB_OTHER));
	CHECK(!leads("somebody"));
	lab_close(&lab);
	open_workspace(WORKSPACE_ADMIN);
	CHECK(leads(LAB_OTHER));
	must(db_begin(lab.app.db, NORMAL));
	must(workspace_hand_over(lab.app.db, WORKSPACE, LAB_HOST, LAB_OTHER));
	CHECK(leads(LAB_OTHER));
	CHECK(leads(LAB_HOST));
	must(workspace_member_remove(lab.app.db, WORKSPACE, LAB_HOST));
	CHECK(!leads(LAB_HOST));
	db_rollback(lab.app.db);
	lab_close(&lab);
}

TEST("who leaves is out of every channel right after the reply")
{
	struct user user;
	struct req req;

	open_workspace(WORKSPACE_MEMBER);
	req = request(&user, LAB_OTHER);
	must(db_begin(lab.app.db, NORMAL));
	CHECK(workspace_member_drop(&req, WORKSPACE, "other") == RC_OK);
	must(db_commit(lab.app.db));
	CHECK_INT(lab.fake.removes, 0);
	app_after(&lab.app);
	CHECK_INT(lab.fake.removes, 2);
	CHECK(fake_person(&lab.fake, "PA_1") == NULL);
	CHECK(fake_person(&lab.fake, "PA_2") == NULL);
	CHECK(fake_person(&lab.fake, "PA_3") != NULL);
	CHECK(!lab.fake.called_in_tx);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM job"), 0);
	lab_close(&lab);
}

TEST("all rooms of a deleted workspace are gone right after the reply")
{
	struct user user;
	struct req req;

	open_workspace(WORKSPACE_MEMBER);
	req = request(&user, LAB_HOST);
	must(db_begin(lab.app.db, NORMAL));
	CHECK(workspace_remove(&req, WORKSPACE) == RC_OK);
	must(db_commit(lab.app.db));
	CHECK_INT(lab.fake.rooms_len, 2);
	app_after(&lab.app);
	CHECK_INT(lab.fake.rooms_len, 0);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM rooms "
	    "WHERE state = 'over'"), 2);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM job"), 0);
	lab_close(&lab);
}

TEST("one room is done alone; other rooms' jobs are the worker's")
{
	struct user user;
	struct req req;
	struct voice_row row;

	open_workspace(WORKSPACE_MEMBER);
	req = request(&user, LAB_HOST);
	must(db_begin(lab.app.db, NORMAL));
	must(enforce_put(&lab.app, "elsewhere"));
	CHECK(voice_change(&req, WORKSPACE, CHANNEL(1), NULL,
	    "microphone camera", &row) == RC_OK);
	CHECK_STR(row.sources, "microphone camera");
	must(db_commit(lab.app.db));
	app_after(&lab.app);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM job "
	    "WHERE room_name = 'elsewhere'"), 1);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM job"), 1);
	lab_close(&lab);
}

TEST("the last of many workspaces is passed on, too")
{
	char id[40];

	open_workspace(WORKSPACE_ADMIN);
	must(db_begin(lab.app.db, NORMAL));
	for (int i = 0; i < 150; i++) {
		snprintf(id, sizeof id, "55555555-5555-4555-8555-%012d", i);
		must(workspace_insert(lab.app.db, &(struct workspace_row){
		    .id = id, .name = "x", .owner_id = LAB_HOST,
		    .created_at = lab_now }));
	}
	CHECK(workspaces_pass_on(&lab.app, LAB_HOST, lab_now) == RC_OK);
	must(db_commit(lab.app.db));
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM workspaces WHERE "
	    "deleted_at IS NULL"), 1);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM workspaces WHERE "
	    "deleted_at IS NULL AND owner_id = '" LAB_OTHER "'"), 1);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM rooms WHERE "
	    "owner_id = '" LAB_OTHER "' AND state = 'open'"), 2);
	lab_close(&lab);
}
