/* Workspaces, who is in them, and their voice channels. */
#include "store_help.h"

static bool
fresh_users(int n)
{
	fresh();
	for (int i = 1; i <= n; i++)
		if (have_user(i) != RC_OK)
			return false;
	return true;
}

static enum rc
have_workspace(int id, int owner, int64_t at)
{
	struct workspace_row w = { .id = uuid_n(id), .name = "Friends",
	    .owner_id = uuid_n(owner), .created_at = at };

	return TX(workspace_insert(db, &w));
}

static enum rc
have_member(int id, int user, enum workspace_role role, int64_t at)
{
	return TX(workspace_member_put(db, uuid_n(id), uuid_n(user), role,
	    at));
}

/* A channel and its room, as app makes both. */
static enum rc
have_voice(int id, int workspace, int owner, int64_t at)
{
	struct voice_row v = { .id = uuid_n(id),
	    .workspace_id = uuid_n(workspace), .name = "Lounge",
	    .sources = "microphone", .created_at = at };
	struct room_row r = { .name = arena_printf(arena, "voice-%s", v.id),
	    .kind = KIND_VOICE, .owner_id = uuid_n(owner),
	    .state = ROOM_OPEN, .display_name = v.name, .created_at = at };
	enum rc rc = TX(voice_insert(db, &v));

	return rc == RC_OK ? TX(room_insert(db, &r)) : rc;
}

/* What somebody is there, -1: not in it. */
static int
role(int id, int user)
{
	struct workspace_row w;

	return workspace_get(db, uuid_n(id), uuid_n(user), &w) == RC_OK ?
	    (int)w.role : -1;
}

static const char *
room_owner(int channel)
{
	struct room_row r;

	return room_by_name(db, arena_printf(arena, "voice-%s",
	    uuid_n(channel)), &r) == RC_OK ? r.owner_id : "no room";
}

TEST("a workspace is there for its members only")
{
	struct workspace_row w;

	CHECK(fresh_users(3));
	CHECK(have_workspace(100, 1, 50) == RC_OK);
	CHECK(have_workspace(100, 2, 60) == RC_CONFLICT);
	CHECK(have_workspace(101, 9, 60) == RC_NOT_FOUND);
	CHECK(workspace_get(db, uuid_n(100), uuid_n(1), &w) == RC_OK);
	CHECK_STR(w.id, uuid_n(100));
	CHECK_STR(w.name, "Friends");
	CHECK_STR(w.owner_id, uuid_n(1));
	CHECK_INT(w.role, WORKSPACE_OWNER);
	CHECK_INT(w.joined_at, 50);
	CHECK_INT(w.created_at, 50);
	CHECK(have_member(100, 2, WORKSPACE_MEMBER, 70) == RC_OK);
	CHECK(workspace_get(db, uuid_n(100), uuid_n(2), &w) == RC_OK);
	CHECK_INT(w.role, WORKSPACE_MEMBER);
	CHECK_INT(w.joined_at, 70);
	CHECK_INT(role(100, 3), -1);
	CHECK_INT(role(102, 1), -1);
	CHECK(TX(workspace_rename(db, uuid_n(100), "Work")) == RC_OK);
	CHECK(workspace_get(db, uuid_n(100), uuid_n(2), &w) == RC_OK);
	CHECK_STR(w.name, "Work");
	CHECK(TX(workspace_rename(db, uuid_n(102), "x")) == RC_NOT_FOUND);
}

TEST("roles have words, others are none")
{
	enum workspace_role r;

	for (int i = WORKSPACE_OWNER; i <= WORKSPACE_MEMBER; i++) {
		CHECK(workspace_role_read(workspace_role_name(
		    (enum workspace_role)i), &r) == RC_OK);
		CHECK_INT(r, i);
	}
	CHECK(workspace_role_read("Owner", &r) == RC_INVALID);
	CHECK(workspace_role_read("", &r) == RC_INVALID);
}

TEST("one's workspaces, newest joined first, page by page, ties by id")
{
	struct workspace_row *rows;
	size_t len;
	int64_t n;

	CHECK(fresh_users(2));
	CHECK(have_workspace(100, 1, 10) == RC_OK);
	CHECK(have_workspace(101, 1, 20) == RC_OK);
	CHECK(have_workspace(102, 1, 20) == RC_OK);
	CHECK(have_workspace(103, 2, 5) == RC_OK);
	CHECK(have_member(103, 1, WORKSPACE_ADMIN, 15) == RC_OK);
	CHECK(workspace_list(db, uuid_n(1), 0, NULL, 2, &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].id, uuid_n(102));
	CHECK_STR(rows[1].id, uuid_n(101));
	CHECK(workspace_list(db, uuid_n(1), rows[1].joined_at, rows[1].id, 9,
	    &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].id, uuid_n(103));
	CHECK_INT(rows[0].role, WORKSPACE_ADMIN);
	CHECK_STR(rows[1].id, uuid_n(100));
	CHECK(workspace_count_owned(db, uuid_n(1), &n) == RC_OK);
	CHECK_INT(n, 3);
}

TEST("members: added, changed, listed by name, taken out")
{
	struct workspace_member_row m, *rows;
	size_t len;

	CHECK(fresh_users(4));
	CHECK(have_workspace(100, 3, 10) == RC_OK);
	CHECK(have_member(100, 2, WORKSPACE_MEMBER, 20) == RC_OK);
	CHECK(have_member(100, 1, WORKSPACE_MEMBER, 30) == RC_OK);
	CHECK(have_member(100, 1, WORKSPACE_ADMIN, 40) == RC_OK);
	CHECK(have_member(100, 9, WORKSPACE_ADMIN, 40) == RC_NOT_FOUND);
	CHECK(have_member(109, 1, WORKSPACE_ADMIN, 40) == RC_NOT_FOUND);
	CHECK(workspace_member_get(db, uuid_n(100), uuid_n(1), &m) == RC_OK);
	CHECK_STR(m.username, "user1");
	CHECK_STR(m.display_name, "User 1");
	CHECK_INT(m.role, WORKSPACE_ADMIN);
	CHECK_INT(m.created_at, 30);
	CHECK(workspace_member_list(db, uuid_n(100), NULL, 2, &rows, &len) ==
	    RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].user_id, uuid_n(1));
	CHECK_STR(rows[1].user_id, uuid_n(2));
	CHECK(workspace_member_list(db, uuid_n(100), "user2", 9, &rows,
	    &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK_INT(rows[0].role, WORKSPACE_OWNER);
	CHECK(TX(workspace_member_remove(db, uuid_n(100), uuid_n(2))) ==
	    RC_OK);
	CHECK(TX(workspace_member_remove(db, uuid_n(100), uuid_n(2))) ==
	    RC_NOT_FOUND);
	CHECK(workspace_member_get(db, uuid_n(100), uuid_n(2), &m) ==
	    RC_NOT_FOUND);
	CHECK_INT(role(100, 2), -1);
}

TEST("channels are listed oldest first, page by page, and counted")
{
	struct voice_row v, *rows;
	size_t len;
	int64_t n;

	CHECK(fresh_users(1));
	CHECK(have_workspace(100, 1, 1) == RC_OK);
	CHECK(have_workspace(101, 1, 1) == RC_OK);
	CHECK(have_voice(200, 100, 1, 10) == RC_OK);
	CHECK(have_voice(201, 100, 1, 20) == RC_OK);
	CHECK(have_voice(202, 100, 1, 20) == RC_OK);
	CHECK(have_voice(203, 101, 1, 5) == RC_OK);
	CHECK(have_voice(204, 109, 1, 5) == RC_NOT_FOUND);
	CHECK(voice_list(db, uuid_n(100), 0, NULL, 2, &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].id, uuid_n(200));
	CHECK_STR(rows[1].id, uuid_n(201));
	CHECK(voice_list(db, uuid_n(100), 20, rows[1].id, 9, &rows, &len) ==
	    RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(rows[0].id, uuid_n(202));
	CHECK(voice_count(db, uuid_n(100), &n) == RC_OK);
	CHECK_INT(n, 3);
	CHECK(TX(voice_delete(db, uuid_n(200), 30)) == RC_OK);
	CHECK(TX(voice_delete(db, uuid_n(200), 40)) == RC_NOT_FOUND);
	CHECK(voice_get(db, uuid_n(200), &v) == RC_NOT_FOUND);
	CHECK(voice_count(db, uuid_n(100), &n) == RC_OK);
	CHECK_INT(n, 2);
	CHECK(voice_get(db, uuid_n(203), &v) == RC_OK);
	CHECK_STR(v.workspace_id, uuid_n(101));
	CHECK_STR(v.sources, "microphone");
}

TEST("a channel's room is called as it is")
{
	struct voice_row v;
	struct room_row r;

	CHECK(fresh_users(1));
	CHECK(have_workspace(100, 1, 1) == RC_OK);
	CHECK(have_voice(200, 100, 1, 10) == RC_OK);
	CHECK(voice_get(db, uuid_n(200), &v) == RC_OK);
	v.name = "Kitchen";
	v.sources = "microphone camera";
	CHECK(TX(voice_update(db, &v)) == RC_OK);
	CHECK(voice_get(db, uuid_n(200), &v) == RC_OK);
	CHECK_STR(v.name, "Kitchen");
	CHECK_STR(v.sources, "microphone camera");
	CHECK(room_by_name(db, arena_printf(arena, "voice-%s", v.id), &r) ==
	    RC_OK);
	CHECK_STR(r.display_name, "Kitchen");
	v.id = uuid_n(201);
	CHECK(TX(voice_update(db, &v)) == RC_NOT_FOUND);
}

TEST("access to a channel is membership of its workspace, and of no other")
{
	enum workspace_role r;
	const char *sources;

	CHECK(fresh_users(3));
	CHECK(have_workspace(100, 1, 1) == RC_OK);
	CHECK(have_workspace(101, 2, 1) == RC_OK);
	CHECK(have_member(100, 3, WORKSPACE_ADMIN, 2) == RC_OK);
	CHECK(have_voice(200, 100, 1, 10) == RC_OK);
	CHECK(voice_access(db, uuid_n(200), uuid_n(3), &r, &sources) == RC_OK);
	CHECK_INT(r, WORKSPACE_ADMIN);
	CHECK_STR(sources, "microphone");
	CHECK(voice_access(db, uuid_n(200), uuid_n(1), &r, &sources) == RC_OK);
	CHECK_INT(r, WORKSPACE_OWNER);
	CHECK(voice_access(db, uuid_n(200), uuid_n(2), &r, &sources) ==
	    RC_NOT_FOUND);
	CHECK(voice_access(db, uuid_n(209), uuid_n(1), &r, &sources) ==
	    RC_NOT_FOUND);
	CHECK(TX(voice_delete(db, uuid_n(200), 30)) == RC_OK);
	CHECK(voice_access(db, uuid_n(200), uuid_n(3), &r, &sources) == RC_OK);
	CHECK(TX(workspace_member_remove(db, uuid_n(100), uuid_n(3))) ==
	    RC_OK);
	CHECK(voice_access(db, uuid_n(200), uuid_n(3), &r, &sources) ==
	    RC_NOT_FOUND);
}

TEST("handing over: both roles, the workspace, and every room of it")
{
	struct workspace_row w;
	int64_t n;

	CHECK(fresh_users(3));
	CHECK(have_workspace(100, 1, 1) == RC_OK);
	CHECK(have_workspace(101, 1, 1) == RC_OK);
	CHECK(have_member(100, 2, WORKSPACE_MEMBER, 2) == RC_OK);
	CHECK(have_voice(200, 100, 1, 10) == RC_OK);
	CHECK(have_voice(201, 100, 1, 10) == RC_OK);
	CHECK(have_voice(202, 101, 1, 10) == RC_OK);
	CHECK(TX(voice_delete(db, uuid_n(201), 30)) == RC_OK);
	CHECK(TX(workspace_hand_over(db, uuid_n(100), uuid_n(1), uuid_n(3))) ==
	    RC_NOT_FOUND);
	CHECK_INT(role(100, 1), WORKSPACE_OWNER);
	CHECK(TX(workspace_hand_over(db, uuid_n(100), uuid_n(1), uuid_n(2))) ==
	    RC_OK);
	CHECK_INT(role(100, 1), WORKSPACE_ADMIN);
	CHECK_INT(role(100, 2), WORKSPACE_OWNER);
	CHECK(workspace_get(db, uuid_n(100), uuid_n(1), &w) == RC_OK);
	CHECK_STR(w.owner_id, uuid_n(2));
	CHECK_INT(w.joined_at, 1);
	CHECK_STR(room_owner(200), uuid_n(2));
	CHECK_STR(room_owner(201), uuid_n(2));
	CHECK_STR(room_owner(202), uuid_n(1));
	CHECK(workspace_count_owned(db, uuid_n(1), &n) == RC_OK);
	CHECK_INT(n, 1);
}

TEST("the heir is the administrator who is there longest and may sign in")
{
	const char *heir;

	CHECK(fresh_users(5));
	CHECK(have_workspace(100, 1, 1) == RC_OK);
	CHECK(have_member(100, 2, WORKSPACE_MEMBER, 2) == RC_OK);
	CHECK(workspace_heir(db, uuid_n(100), &heir) == RC_NOT_FOUND);
	CHECK(have_member(100, 3, WORKSPACE_ADMIN, 3) == RC_OK);
	CHECK(have_member(100, 5, WORKSPACE_ADMIN, 4) == RC_OK);
	CHECK(have_member(100, 4, WORKSPACE_ADMIN, 4) == RC_OK);
	CHECK(workspace_heir(db, uuid_n(100), &heir) == RC_OK);
	CHECK_STR(heir, uuid_n(3));
	CHECK(TX(user_set_flags(db, uuid_n(3), false, false, true)) == RC_OK);
	CHECK(workspace_heir(db, uuid_n(100), &heir) == RC_OK);
	CHECK_STR(heir, uuid_n(4));
}

TEST("a deleted workspace is nobody's, and nor are its channels")
{
	struct workspace_row *rows;
	struct voice_row v;
	const char **ids;
	enum workspace_role r;
	const char *sources;
	size_t len;
	int64_t n;

	CHECK(fresh_users(2));
	CHECK(have_workspace(100, 1, 1) == RC_OK);
	CHECK(have_workspace(101, 1, 2) == RC_OK);
	CHECK(have_member(100, 2, WORKSPACE_ADMIN, 2) == RC_OK);
	CHECK(have_voice(200, 100, 1, 10) == RC_OK);
	CHECK(have_voice(201, 101, 1, 10) == RC_OK);
	CHECK(workspace_owned(db, uuid_n(1), &ids, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(ids[0], uuid_n(100));
	CHECK(TX(workspace_delete(db, uuid_n(100), 50)) == RC_OK);
	CHECK(TX(workspace_delete(db, uuid_n(100), 60)) == RC_NOT_FOUND);
	CHECK_INT(role(100, 1), -1);
	CHECK_INT(role(100, 2), -1);
	CHECK(workspace_list(db, uuid_n(2), 0, NULL, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 0);
	CHECK(voice_get(db, uuid_n(200), &v) == RC_NOT_FOUND);
	CHECK(voice_get(db, uuid_n(201), &v) == RC_OK);
	CHECK(voice_access(db, uuid_n(200), uuid_n(2), &r, &sources) ==
	    RC_NOT_FOUND);
	CHECK(workspace_count_owned(db, uuid_n(1), &n) == RC_OK);
	CHECK_INT(n, 1);
	CHECK(workspace_owned(db, uuid_n(1), &ids, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(ids[0], uuid_n(101));
	CHECK(TX(workspace_rename(db, uuid_n(100), "x")) == RC_NOT_FOUND);
}

TEST("an erased account is in no workspace any more")
{
	CHECK(fresh_users(2));
	CHECK(have_workspace(100, 1, 1) == RC_OK);
	CHECK(have_member(100, 2, WORKSPACE_ADMIN, 2) == RC_OK);
	CHECK(TX(user_erase(db, uuid_n(2), 77)) == RC_OK);
	CHECK_INT(role(100, 2), -1);
	CHECK_INT(role(100, 1), WORKSPACE_OWNER);
}
