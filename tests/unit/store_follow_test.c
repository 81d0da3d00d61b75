/* Follows, blocks, people searched for and asking, and the audit log. */
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

/* followers * 100 + following. */
static int64_t
counts(int n)
{
	struct user_row u;

	return user_by_id(db, uuid_n(n), &u) == RC_OK ?
	    u.follower_count * 100 + u.following_count : -1;
}

static enum rc
follow(int one, int other, int64_t at)
{
	return TX(follow_add(db, uuid_n(one), uuid_n(other), at));
}

TEST("following moves the counts of both, once; again is fine")
{
	struct user_row u, *rows;
	size_t len;
	bool yes = false;

	CHECK(fresh_users(3));
	CHECK(follow(1, 2, 10) == RC_OK);
	CHECK(follow(1, 2, 20) == RC_OK);
	CHECK(follow(3, 2, 30) == RC_OK);
	CHECK_INT(counts(1), 1);
	CHECK_INT(counts(2), 200);
	CHECK_INT(counts(3), 1);
	CHECK(user_by_name(db, "user2", &u) == RC_OK);
	CHECK_INT(u.follower_count, 2);
	CHECK(user_list(db, "user1", 1, &rows, &len) == RC_OK);
	CHECK_INT(rows[0].follower_count, 2);
	CHECK(follow_exists(db, uuid_n(1), uuid_n(2), &yes) == RC_OK);
	CHECK(yes);
	CHECK(follow_exists(db, uuid_n(2), uuid_n(1), &yes) == RC_OK);
	CHECK(!yes);
	CHECK(TX(follow_remove(db, uuid_n(1), uuid_n(2))) == RC_OK);
	CHECK(TX(follow_remove(db, uuid_n(1), uuid_n(2))) == RC_OK);
	CHECK_INT(counts(1), 0);
	CHECK_INT(counts(2), 100);
	CHECK(follow(1, 9, 10) == RC_NOT_FOUND);
	CHECK_INT(counts(1), 0);
}

TEST("a follow that is not committed leaves no count behind")
{
	CHECK(fresh_users(2));
	CHECK(db_begin(db, NORMAL) == RC_OK);
	CHECK(follow_add(db, uuid_n(1), uuid_n(2), 1) == RC_OK);
	db_rollback(db);
	CHECK_INT(counts(1), 0);
	CHECK_INT(counts(2), 0);
}

TEST("nobody follows or blocks themselves")
{
	CHECK(fresh_users(1));
	CHECK(follow(1, 1, 1) == RC_INTERNAL);
	CHECK(TX(block_add(db, uuid_n(1), uuid_n(1), 1)) == RC_INTERNAL);
	CHECK_INT(counts(1), 0);
}

TEST("blocking takes the follows of both away, with their counts; unblocking "
    "does not bring them back")
{
	bool yes = false;

	CHECK(fresh_users(3));
	CHECK(follow(1, 2, 10) == RC_OK);
	CHECK(follow(2, 1, 10) == RC_OK);
	CHECK(follow(3, 1, 10) == RC_OK);
	CHECK(TX(block_add(db, uuid_n(1), uuid_n(2), 20)) == RC_OK);
	CHECK(TX(block_add(db, uuid_n(1), uuid_n(2), 30)) == RC_OK);
	CHECK_INT(counts(1), 100);
	CHECK_INT(counts(2), 0);
	CHECK(follow_exists(db, uuid_n(2), uuid_n(1), &yes) == RC_OK);
	CHECK(!yes);
	CHECK(block_exists(db, uuid_n(1), uuid_n(2), &yes) == RC_OK);
	CHECK(yes);
	CHECK(block_exists(db, uuid_n(2), uuid_n(1), &yes) == RC_OK);
	CHECK(!yes);
	CHECK(TX(block_remove(db, uuid_n(1), uuid_n(2))) == RC_OK);
	CHECK(TX(block_remove(db, uuid_n(1), uuid_n(2))) == RC_OK);
	CHECK(block_exists(db, uuid_n(1), uuid_n(2), &yes) == RC_OK);
	CHECK(!yes);
	CHECK_INT(counts(2), 0);
	CHECK(TX(block_add(db, uuid_n(1), uuid_n(9), 1)) == RC_NOT_FOUND);
}

TEST("follows and blocks are listed newest first, page by page, ties by id")
{
	struct relation_row *rows;
	size_t len;

	CHECK(fresh_users(5));
	CHECK(follow(1, 2, 10) == RC_OK);
	CHECK(follow(1, 3, 20) == RC_OK);
	CHECK(follow(1, 4, 20) == RC_OK);
	CHECK(follow(2, 1, 30) == RC_OK);
	CHECK(follow_list(db, uuid_n(1), 0, NULL, 2, &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].user.username, "user4");
	CHECK_INT(rows[0].created_at, 20);
	CHECK_INT(rows[0].user.created_at, 1004);
	CHECK_STR(rows[1].user.username, "user3");
	CHECK(follow_list(db, uuid_n(1), 20, rows[1].user.id, 9, &rows,
	    &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(rows[0].user.username, "user2");
	CHECK_INT(rows[0].user.follower_count, 1);
	CHECK(TX(block_add(db, uuid_n(1), uuid_n(5), 50)) == RC_OK);
	CHECK(TX(block_add(db, uuid_n(1), uuid_n(4), 60)) == RC_OK);
	CHECK(block_list(db, uuid_n(1), 0, NULL, 1, &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(rows[0].user.username, "user4");
	CHECK(block_list(db, uuid_n(1), rows[0].created_at, rows[0].user.id,
	    9, &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(rows[0].user.username, "user5");
	CHECK_INT(rows[0].created_at, 50);
}

TEST("with an account all that binds it to others goes, and counts are right")
{
	struct relation_row *rows;
	struct user_row u;
	size_t len;

	CHECK(fresh_users(4));
	CHECK(follow(1, 2, 10) == RC_OK);
	CHECK(follow(2, 1, 10) == RC_OK);
	CHECK(follow(3, 1, 10) == RC_OK);
	CHECK(follow(3, 2, 10) == RC_OK);
	CHECK(TX(block_add(db, uuid_n(1), uuid_n(4), 1)) == RC_OK);
	CHECK(TX(block_add(db, uuid_n(4), uuid_n(1), 1)) == RC_OK);
	CHECK(TX(user_set_creator(db, uuid_n(1), true, true, 5)) == RC_OK);
	CHECK(TX(user_erase(db, uuid_n(1), 77)) == RC_OK);
	CHECK_INT(counts(1), 0);
	CHECK_INT(counts(2), 100);
	CHECK_INT(counts(3), 1);
	CHECK(follow_list(db, uuid_n(3), 0, NULL, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK(block_list(db, uuid_n(4), 0, NULL, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 0);
	CHECK(block_list(db, uuid_n(1), 0, NULL, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 0);
	CHECK(user_by_id(db, uuid_n(1), &u) == RC_OK);
	CHECK(!u.is_creator && !u.is_creator_refused);
	CHECK_INT(u.creator_asked_at, 0);
}

/* ---- approval ---- */

TEST("approval: asked for, given, taken away")
{
	struct user_row u, *rows;
	size_t len;

	CHECK(fresh_users(1));
	CHECK(TX(user_set_creator(db, uuid_n(1), false, false, 50)) == RC_OK);
	CHECK(user_by_id(db, uuid_n(1), &u) == RC_OK);
	CHECK(!u.is_creator && !u.is_creator_refused);
	CHECK_INT(u.creator_asked_at, 50);
	CHECK(TX(user_set_creator(db, uuid_n(1), true, false, 0)) == RC_OK);
	CHECK(user_by_name(db, "user1", &u) == RC_OK);
	CHECK(u.is_creator && !u.is_creator_refused);
	CHECK_INT(u.creator_asked_at, 0);
	CHECK(TX(user_set_creator(db, uuid_n(1), false, true, 0)) == RC_OK);
	CHECK(user_list(db, NULL, 9, &rows, &len) == RC_OK);
	CHECK(!rows[0].is_creator && rows[0].is_creator_refused);
	CHECK(TX(user_set_creator(db, uuid_n(2), true, false, 0)) ==
	    RC_NOT_FOUND);
}

TEST("who asks is listed, longest waiting first, page by page")
{
	struct user_row *rows;
	size_t len;

	CHECK(fresh_users(4));
	CHECK(TX(user_set_creator(db, uuid_n(1), false, false, 50)) == RC_OK);
	CHECK(TX(user_set_creator(db, uuid_n(2), false, false, 40)) == RC_OK);
	CHECK(TX(user_set_creator(db, uuid_n(4), false, false, 50)) == RC_OK);
	CHECK(user_list_asking(db, 0, "", 2, &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].username, "user2");
	CHECK_STR(rows[1].username, "user1");
	CHECK(user_list_asking(db, rows[1].creator_asked_at, rows[1].username,
	    9, &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(rows[0].username, "user4");
}

TEST("signed out: sessions and API keys are gone, others' are not")
{
	struct session_row s, got;
	struct api_key_row k, kgot;
	struct user_row u;

	CHECK(fresh_users(2));
	for (int i = 1; i <= 2; i++) {
		s = (struct session_row){ .id = arena_printf(arena,
		    "session-%012d", i), .user_id = uuid_n(i),
		    .created_at = 1, .expires_at = 1000, .last_used_at = 1 };
		k = (struct api_key_row){ .id = arena_printf(arena, "k%d", i),
		    .user_id = uuid_n(i), .label = "l",
		    .key_hash = arena_printf(arena, "%064d", i),
		    .created_at = 1 };
		CHECK(TX(session_insert(db, &s)) == RC_OK);
		CHECK(TX(api_key_insert(db, &k)) == RC_OK);
	}
	CHECK(TX(user_sign_out(db, uuid_n(2))) == RC_OK);
	CHECK(session_by_id(db, s.id, 5, &got, &u) == RC_NOT_FOUND);
	CHECK(api_key_by_hash(db, k.key_hash, &kgot, &u) == RC_NOT_FOUND);
	CHECK(session_by_id(db, "session-000000000001", 5, &got, &u) == RC_OK);
	CHECK_INT(u.follower_count + u.following_count + u.creator_asked_at,
	    0);
	CHECK(!u.is_creator_refused);
	CHECK(api_key_by_hash(db, arena_printf(arena, "%064d", 1), &kgot,
	    &u) == RC_OK);
}

/* ---- search ---- */

static bool
have_named(int n, const char *name)
{
	struct user_row u = user_n(n);

	u.username = name;
	return TX(user_insert(db, &u)) == RC_OK;
}

TEST("people are found by the beginning of their name, page by page")
{
	struct user_row *rows;
	size_t len;

	fresh();
	CHECK(have_named(1, "ana") && have_named(2, "anb") &&
	    have_named(3, "anb_zzz") && have_named(4, "anc") &&
	    have_named(5, "bob") && have_named(6, "aaa"));
	CHECK(user_search(db, "anb", NULL, NULL, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].username, "anb");
	CHECK_STR(rows[1].username, "anb_zzz");
	CHECK(user_search(db, "an", NULL, NULL, 2, &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[1].username, "anb");
	CHECK(user_search(db, "an", "anb", NULL, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].username, "anb_zzz");
	CHECK_STR(rows[1].username, "anc");
	CHECK(user_search(db, "an", "aaa", NULL, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 4);
	CHECK(user_search(db, "an%", NULL, NULL, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 0);
	CHECK(user_search(db, "", NULL, NULL, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 6);
}

TEST("search leaves out the disabled, the erased and who is apart from the "
    "one who looks")
{
	struct user_row *rows;
	size_t len;

	CHECK(fresh_users(6));
	CHECK(TX(user_set_flags(db, uuid_n(2), 0, 0, 1)) == RC_OK);
	CHECK(TX(user_erase(db, uuid_n(3), 5)) == RC_OK);
	CHECK(TX(block_add(db, uuid_n(1), uuid_n(4), 1)) == RC_OK);
	CHECK(TX(block_add(db, uuid_n(5), uuid_n(1), 1)) == RC_OK);
	CHECK(user_search(db, "user", NULL, uuid_n(1), 9, &rows, &len) ==
	    RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].username, "user1");
	CHECK_STR(rows[1].username, "user6");
	CHECK(user_search(db, "user", NULL, uuid_n(6), 9, &rows, &len) ==
	    RC_OK);
	CHECK_INT(len, 4);
	CHECK(user_search(db, "user", NULL, NULL, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 4);
}

/* ---- audit ---- */

TEST("what administrators did is listed newest first, page by page")
{
	struct audit_row a = { .at = 5, .actor_name = "root",
	    .action = "user.disable", .target_name = "user2" }, *rows;
	size_t len;

	fresh();
	a.target_id = uuid_n(2);	/* need not be there */
	CHECK(TX(audit_insert(db, &a)) == RC_OK);
	a.actor_id = uuid_n(1);
	a.action = "user.enable";
	a.at = 4;
	CHECK(TX(audit_insert(db, &a)) == RC_OK);
	CHECK(TX(audit_insert(db, &a)) == RC_OK);
	CHECK(audit_list(db, 0, 2, &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK(rows[0].id > rows[1].id);
	CHECK_STR(rows[0].actor_id, uuid_n(1));
	CHECK(audit_list(db, rows[1].id, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK(rows[0].actor_id == NULL);
	CHECK_STR(rows[0].actor_name, "root");
	CHECK_STR(rows[0].action, "user.disable");
	CHECK_STR(rows[0].target_id, uuid_n(2));
	CHECK_STR(rows[0].target_name, "user2");
	CHECK_INT(rows[0].at, 5);
}
