/* Accounts, sessions and API keys in the store. */
#include "store_help.h"

TEST("a user comes back as inserted, by id and by name")
{
	struct user_row u, got;

	fresh();
	u = user_n(1);
	u.avatar_url = "https://a.example/x.png";
	u.is_creator = true;
	CHECK(TX(user_insert(db, &u)) == RC_OK);
	CHECK(user_by_id(db, u.id, &got) == RC_OK);
	CHECK_STR(got.username, "user1");
	CHECK_STR(got.display_name, "User 1");
	CHECK_STR(got.avatar_url, "https://a.example/x.png");
	CHECK_STR(got.password_hash, u.password_hash);
	CHECK(got.is_creator && !got.is_admin && !got.is_disabled);
	CHECK_INT(got.created_at, 1001);
	CHECK_INT(got.deleted_at, 0);
	CHECK(user_by_name(db, "user1", &got) == RC_OK);
	CHECK_STR(got.id, u.id);
}

TEST("an absent user is not found and the result is left alone")
{
	struct user_row got = { .id = "untouched" };

	fresh();
	CHECK(user_by_id(db, uuid_n(9), &got) == RC_NOT_FOUND);
	CHECK(user_by_name(db, "nobody", &got) == RC_NOT_FOUND);
	CHECK_STR(got.id, "untouched");
}

TEST("an external user has no password and no picture: NULL")
{
	struct user_row u, got;

	fresh();
	u = user_n(1);
	u.password_hash = NULL;
	CHECK(TX(user_insert(db, &u)) == RC_OK);
	CHECK(user_by_id(db, u.id, &got) == RC_OK);
	CHECK(got.password_hash == NULL && got.avatar_url == NULL);
}

TEST("a name that is taken is a conflict, and so is an id")
{
	struct user_row u;

	fresh();
	CHECK(have_user(1) == RC_OK);
	u = user_n(2);
	u.username = "user1";
	CHECK(TX(user_insert(db, &u)) == RC_CONFLICT);
	u = user_n(1);
	u.username = "other";
	CHECK(TX(user_insert(db, &u)) == RC_CONFLICT);
}

TEST("a conflict does not spoil the transaction around it")
{
	struct user_row u, got;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(db_begin(db, FULL) == RC_OK);
	u = user_n(2);
	u.username = "user1";
	CHECK(user_insert(db, &u) == RC_CONFLICT);
	u.username = "user1_2";
	CHECK(user_insert(db, &u) == RC_OK);
	CHECK(db_commit(db) == RC_OK);
	CHECK(user_by_name(db, "user1_2", &got) == RC_OK);
}

TEST("profile, password and flags change, of somebody who is there")
{
	struct user_row got;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(TX(user_update_profile(db, uuid_n(1), "Ada", "http://b/")) ==
	    RC_OK);
	CHECK(TX(user_set_password(db, uuid_n(1),
	    "scrypt$15$8$1$bmV3$bmV3bmV3")) == RC_OK);
	CHECK(TX(user_set_flags(db, uuid_n(1), false, true, true)) == RC_OK);
	CHECK(user_by_id(db, uuid_n(1), &got) == RC_OK);
	CHECK_STR(got.display_name, "Ada");
	CHECK_STR(got.avatar_url, "http://b/");
	CHECK_STR(got.password_hash, "scrypt$15$8$1$bmV3$bmV3bmV3");
	CHECK(!got.is_creator && got.is_admin && got.is_disabled);
	CHECK(TX(user_update_profile(db, uuid_n(2), "x", NULL)) ==
	    RC_NOT_FOUND);
	CHECK(TX(user_set_password(db, uuid_n(2), NULL)) == RC_NOT_FOUND);
	CHECK(TX(user_set_flags(db, uuid_n(2), 0, 0, 0)) == RC_NOT_FOUND);
}

TEST("users are listed by name, page by page")
{
	struct user_row *rows;
	size_t len;

	fresh();
	for (int i = 5; i > 0; i--)
		CHECK(have_user(i) == RC_OK);
	CHECK(user_list(db, NULL, 3, &rows, &len) == RC_OK);
	CHECK_INT(len, 3);
	CHECK_STR(rows[0].username, "user1");
	CHECK(user_list(db, rows[2].username, 3, &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[1].username, "user5");
	CHECK(user_list(db, "user5", 3, &rows, &len) == RC_OK);
	CHECK_INT(len, 0);
}

static struct session_row
session_n(int n, int user)
{
	return (struct session_row){
		.id = arena_printf(arena, "session-%016d", n),
		.user_id = uuid_n(user), .user_agent = "curl",
		.created_at = n, .expires_at = 1000, .last_used_at = n,
	};
}

static struct api_key_row
key_n(int n, int user)
{
	return (struct api_key_row){
		.id = arena_printf(arena, "key-%d", n),
		.user_id = uuid_n(user), .label = "cron", .scopes = "read chat",
		.key_hash = arena_printf(arena, "%064d", n),
		.created_at = n,
	};
}

TEST("an erased user is anonymous, the name free, sessions and keys gone, "
    "messages blank")
{
	struct session_row s, sgot;
	struct api_key_row k, kgot;
	struct message_row m, *rows;
	struct user_row got, next;
	size_t len;

	CHECK(fresh_room() == RC_OK);
	s = session_n(1, 1);
	k = key_n(1, 1);
	m = (struct message_row){ .id = uuid_n(50), .room_name = "room",
	    .user_id = uuid_n(1), .identity = uuid_n(1), .text = "private",
	    .type = "message", .created_at = 5 };
	CHECK(TX(session_insert(db, &s)) == RC_OK);
	CHECK(TX(api_key_insert(db, &k)) == RC_OK);
	CHECK(TX(message_insert(db, &m)) == RC_OK);
	CHECK(TX(user_set_flags(db, uuid_n(1), true, true, true)) == RC_OK);
	CHECK(TX(user_erase(db, uuid_n(1), 77)) == RC_OK);

	CHECK(user_by_name(db, "user1", &got) == RC_NOT_FOUND);
	CHECK(user_by_id(db, uuid_n(1), &got) == RC_OK);
	CHECK_INT(got.deleted_at, 77);
	CHECK_STR(got.display_name, "Deleted user");
	CHECK(strstr(got.username, "user1") == NULL);
	CHECK(strpbrk(got.username, "-") != NULL);	/* not registrable */
	CHECK(user_by_name(db, got.username, &got) == RC_NOT_FOUND);
	CHECK(got.password_hash == NULL && got.avatar_url == NULL);
	CHECK(!got.is_creator && !got.is_admin && !got.is_disabled);
	CHECK(session_by_id(db, s.id, 5, &sgot, &got) == RC_NOT_FOUND);
	CHECK(api_key_by_hash(db, k.key_hash, &kgot, &got) == RC_NOT_FOUND);
	CHECK(message_page(db, "room", 0, NULL, false, 9, &rows, &len) ==
	    RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(rows[0].text, "");
	CHECK(rows[0].user_id == NULL && rows[0].username == NULL);
	CHECK_STR(rows[0].display_name, "Deleted user");

	next = user_n(2);
	next.username = "user1";
	CHECK(TX(user_insert(db, &next)) == RC_OK);
}

TEST("an erased user cannot be erased, changed or listed")
{
	struct user_row *rows;
	size_t len;

	fresh();
	CHECK(have_user(1) == RC_OK);
	CHECK(TX(user_erase(db, uuid_n(1), 77)) == RC_OK);
	CHECK(TX(user_erase(db, uuid_n(1), 78)) == RC_NOT_FOUND);
	CHECK(TX(user_set_flags(db, uuid_n(1), 1, 1, 0)) == RC_NOT_FOUND);
	CHECK(TX(user_set_password(db, uuid_n(1),
	    "scrypt$15$8$1$bmV3$bmV3bmV3")) == RC_NOT_FOUND);
	CHECK(user_list(db, NULL, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 0);
	CHECK(TX(user_erase(db, uuid_n(9), 1)) == RC_NOT_FOUND);
}

TEST("a session is read together with its user")
{
	struct session_row s, got;
	struct user_row u;

	fresh();
	CHECK(have_user(1) == RC_OK);
	s = session_n(1, 1);
	CHECK(TX(session_insert(db, &s)) == RC_OK);
	CHECK(session_by_id(db, s.id, 999, &got, &u) == RC_OK);
	CHECK_STR(got.user_id, uuid_n(1));
	CHECK_STR(got.user_agent, "curl");
	CHECK_INT(got.created_at, 1);
	CHECK_INT(got.expires_at, 1000);
	CHECK_STR(u.id, uuid_n(1));
	CHECK_STR(u.username, "user1");
	CHECK_INT(u.created_at, 1001);
}

TEST("a session that expired, ended or never was is not found")
{
	struct session_row s, got;
	struct user_row u;

	fresh();
	CHECK(have_user(1) == RC_OK);
	s = session_n(1, 1);
	CHECK(TX(session_insert(db, &s)) == RC_OK);
	CHECK(session_by_id(db, s.id, 1000, &got, &u) == RC_NOT_FOUND);
	CHECK(session_by_id(db, "session-never-was-", 1, &got, &u) ==
	    RC_NOT_FOUND);
	CHECK(TX(session_delete(db, uuid_n(1), s.id)) == RC_OK);
	CHECK(session_by_id(db, s.id, 1, &got, &u) == RC_NOT_FOUND);
}

TEST("a disabled user's session is found and says so")
{
	struct session_row s, got;
	struct user_row u;

	fresh();
	CHECK(have_user(1) == RC_OK);
	s = session_n(1, 1);
	CHECK(TX(session_insert(db, &s)) == RC_OK);
	CHECK(TX(user_set_flags(db, uuid_n(1), false, false, true)) == RC_OK);
	CHECK(session_by_id(db, s.id, 1, &got, &u) == RC_OK);
	CHECK(u.is_disabled);
}

TEST("a session of nobody is refused, a second of the same id a conflict")
{
	struct session_row s;

	fresh();
	s = session_n(1, 1);
	CHECK(TX(session_insert(db, &s)) == RC_NOT_FOUND);
	CHECK(have_user(1) == RC_OK);
	CHECK(TX(session_insert(db, &s)) == RC_OK);
	CHECK(TX(session_insert(db, &s)) == RC_CONFLICT);
}

TEST("a user agent of any length is cut, not refused")
{
	struct session_row s, got;
	struct user_row u;
	char agent[3000];

	fresh();
	CHECK(have_user(1) == RC_OK);
	memset(agent, 'x', sizeof agent);
	agent[sizeof agent - 1] = '\0';
	s = session_n(1, 1);
	s.user_agent = agent;
	CHECK(TX(session_insert(db, &s)) == RC_OK);
	CHECK(session_by_id(db, s.id, 1, &got, &u) == RC_OK);
	CHECK_INT(strlen(got.user_agent), 256);
}

TEST("sessions end one by one, or all but one, and only one's own")
{
	struct session_row s, *rows;
	size_t len;

	fresh();
	CHECK(have_user(1) == RC_OK && have_user(2) == RC_OK);
	for (int i = 1; i <= 5; i++) {
		s = session_n(i, i <= 4 ? 1 : 2);
		CHECK(TX(session_insert(db, &s)) == RC_OK);
	}
	CHECK(TX(session_delete(db, uuid_n(1), session_n(5, 2).id)) ==
	    RC_NOT_FOUND);
	CHECK(TX(session_delete(db, uuid_n(1), session_n(4, 1).id)) == RC_OK);
	CHECK(session_list(db, uuid_n(1), 10, &rows, &len) == RC_OK);
	CHECK_INT(len, 3);
	CHECK_STR(rows[0].id, session_n(3, 1).id);	/* newest first */
	CHECK(session_list(db, uuid_n(1), 1000, &rows, &len) == RC_OK);
	CHECK_INT(len, 0);
	CHECK(TX(session_delete_others(db, uuid_n(1), session_n(2, 1).id)) ==
	    RC_OK);
	CHECK(session_list(db, uuid_n(1), 10, &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK(TX(session_delete_others(db, uuid_n(1), NULL)) == RC_OK);
	CHECK(session_list(db, uuid_n(1), 10, &rows, &len) == RC_OK);
	CHECK_INT(len, 0);
	CHECK(session_list(db, uuid_n(2), 10, &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
}

TEST("last use is written down, and expired sessions are purged")
{
	struct session_row s, got;
	struct user_row u;

	fresh();
	CHECK(have_user(1) == RC_OK);
	s = session_n(1, 1);
	CHECK(TX(session_insert(db, &s)) == RC_OK);
	CHECK(TX(session_touch(db, s.id, 60)) == RC_OK);
	CHECK(TX(session_touch(db, "session-never-was-", 60)) == RC_NOT_FOUND);
	CHECK(session_by_id(db, s.id, 1, &got, &u) == RC_OK);
	CHECK_INT(got.last_used_at, 60);
	CHECK(TX(session_purge(db, 1000)) == RC_OK);
	CHECK(session_by_id(db, s.id, 1, &got, &u) == RC_OK);
	CHECK(TX(session_purge(db, 1001)) == RC_OK);
	CHECK(session_by_id(db, s.id, 1, &got, &u) == RC_NOT_FOUND);
}

TEST("an API key is found by its digest, with its user")
{
	struct api_key_row k, got;
	struct user_row u;

	fresh();
	CHECK(have_user(1) == RC_OK);
	k = key_n(1, 1);
	CHECK(TX(api_key_insert(db, &k)) == RC_OK);
	CHECK(api_key_by_hash(db, k.key_hash, &got, &u) == RC_OK);
	CHECK_STR(got.id, "key-1");
	CHECK_STR(got.scopes, "read chat");
	CHECK_INT(got.last_used_at, 0);
	CHECK_STR(u.username, "user1");
	CHECK(TX(api_key_touch(db, "key-1", 60)) == RC_OK);
	CHECK(TX(api_key_touch(db, "key-2", 60)) == RC_NOT_FOUND);
	CHECK(api_key_by_hash(db, k.key_hash, &got, &u) == RC_OK);
	CHECK_INT(got.last_used_at, 60);
	CHECK(api_key_by_hash(db, key_n(2, 1).key_hash, &got, &u) ==
	    RC_NOT_FOUND);
}

TEST("API keys are listed and revoked, only one's own; same key: conflict")
{
	struct api_key_row k, *rows;
	size_t len;

	fresh();
	CHECK(have_user(1) == RC_OK && have_user(2) == RC_OK);
	for (int i = 1; i <= 3; i++) {
		k = key_n(i, i <= 2 ? 1 : 2);
		k.scopes = NULL;
		CHECK(TX(api_key_insert(db, &k)) == RC_OK);
	}
	k = key_n(9, 1);
	k.key_hash = key_n(1, 1).key_hash;
	CHECK(TX(api_key_insert(db, &k)) == RC_CONFLICT);
	k = key_n(9, 9);
	CHECK(TX(api_key_insert(db, &k)) == RC_NOT_FOUND);
	CHECK(TX(api_key_delete(db, uuid_n(1), "key-3")) == RC_NOT_FOUND);
	CHECK(TX(api_key_delete(db, uuid_n(1), "key-2")) == RC_OK);
	CHECK(api_key_list(db, uuid_n(1), &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(rows[0].id, "key-1");
	CHECK(rows[0].scopes == NULL);
}

TEST("what a CHECK refuses is our fault, and nothing is written")
{
	struct user_row u, got;

	fresh();
	u = user_n(1);
	u.username = "ab";
	CHECK(TX(user_insert(db, &u)) == RC_INTERNAL);
	u = user_n(1);
	u.id = "short";
	CHECK(TX(user_insert(db, &u)) == RC_INTERNAL);
	CHECK(user_by_id(db, "short", &got) == RC_NOT_FOUND);
}

TEST("text is stored as given: quotes, semicolons, any script")
{
	static const char *const naughty[] = { "'; DROP TABLE users; --",
	    "\"\";--", "\xe2\x80\xae" "evil", "%s%n:id@x$1?1", "\\" };
	struct user_row got;

	fresh();
	CHECK(have_user(1) == RC_OK);
	for (size_t i = 0; i < sizeof naughty / sizeof *naughty; i++) {
		CHECK(TX(user_update_profile(db, uuid_n(1), naughty[i], NULL))
		    == RC_OK);
		CHECK(user_by_id(db, uuid_n(1), &got) == RC_OK);
		CHECK_STR(got.display_name, naughty[i]);
	}
}
