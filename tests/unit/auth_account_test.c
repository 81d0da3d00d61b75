/* Accounts: registering, entering, sessions, keys, rows of outsiders. */
#include "auth_lab.h"

#define HASH_2	"scrypt$15$8$1$c2FsdA$bmV3"
#define HASH_3	"scrypt$15$8$1$c2FsdA$bmV3ZXI"

static const char *
name_code(const char *given)
{
	const char *code = "", *folded;

	return username_check(arena, given, &folded, &code) == RC_OK ? folded :
	    code;
}

static struct user_row
row_now(int n)
{
	struct user_row row = { 0 };

	if (user_by_id(db, uuid_n(n), &row) != RC_OK)
		row.id = "";
	return row;
}

static int
sessions_of(int n)
{
	struct session_row *rows;
	size_t len;

	return session_list(db, uuid_n(n), NOW, &rows, &len) == RC_OK ?
	    (int)len : -1;
}

static enum rc
enter(struct user_row *row)
{
	int64_t expires_at;
	char *t;

	return account_enter(auth, db, arena, row, "test", NOW, &t,
	    &expires_at);
}

TEST("a new account and its session come together or not at all")
{
	struct user_row row;
	int64_t expires_at;
	char *t;

	lab(NULL, 0);
	row = user_n(1);
	CHECK_INT(account_register(auth, db, arena, &row, "test", NOW, &t,
	    &expires_at), RC_OK);
	CHECK_STR(token(t), "ok");
	CHECK_INT(expires_at, NOW + 86400000);
	row.id = uuid_n(2);
	CHECK_INT(account_register(auth, db, arena, &row, "test", NOW, &t,
	    &expires_at), RC_CONFLICT);
	CHECK_STR(row_now(2).id, "");
	CHECK_INT(sessions_of(2), 0);
	CHECK(!db_in_tx(db));
}

/* In a child, with a connection of its own: 0 made, 1 taken, else wrong. */
static int
register_beside(int n)
{
	struct user_row row = user_n(n);
	struct db *own = again(DB_OPEN_RW);
	int64_t expires_at;
	char *t;
	enum rc rc;

	if (own == NULL)
		return 2;
	row.username = "ada";
	rc = account_register(auth, own, arena, &row, "test", NOW, &t,
	    &expires_at);
	return rc == RC_OK ? 0 : rc == RC_CONFLICT ? 1 : 2;
}

TEST("security 22: of 16 who take one name at once one gets it, 15 are told")
{
	int made = 0, taken = 0, status;
	struct user_row row;
	pid_t pids[16];

	lab(NULL, 0);
	for (int i = 0; i < 16; i++)
		if ((pids[i] = fork()) == 0)
			_exit(register_beside(i + 1));
	for (int i = 0; i < 16; i++) {
		status = child_status(pids[i]);
		made += status == 0;
		taken += status == 1;
	}
	CHECK_INT(made, 1);
	CHECK_INT(taken, 15);
	CHECK_INT(user_by_name(db, "ada", &row), RC_OK);
}

TEST("nobody enters with a password that was changed while it was checked")
{
	struct user_row checked;

	lab(NULL, 0);
	CHECK_INT(have_user(1), RC_OK);
	checked = row_now(1);
	CHECK_INT(TX(user_set_password(db, uuid_n(1), HASH_2)), RC_OK);
	CHECK_INT(enter(&checked), RC_UNAUTHORIZED);
	CHECK_INT(sessions_of(1), 0);
	checked = row_now(1);
	CHECK_INT(enter(&checked), RC_OK);
	CHECK_INT(sessions_of(1), 1);
	CHECK(!db_in_tx(db));
}

TEST("nobody enters an account that was disabled or erased meanwhile")
{
	struct user_row checked;

	lab(NULL, 0);
	CHECK_INT(have_user(1), RC_OK);
	checked = row_now(1);
	CHECK_INT(TX(user_set_flags(db, uuid_n(1), true, true, true)), RC_OK);
	CHECK_INT(enter(&checked), RC_FORBIDDEN);
	CHECK_INT(TX(user_set_flags(db, uuid_n(1), true, true, false)), RC_OK);
	CHECK_INT(enter(&checked), RC_OK);
	CHECK(checked.is_admin);	/* as it is now */
	CHECK_INT(TX(user_erase(db, uuid_n(1), NOW)), RC_OK);
	CHECK_INT(enter(&checked), RC_UNAUTHORIZED);
	checked.id = uuid_n(2);
	CHECK_INT(enter(&checked), RC_UNAUTHORIZED);
}

TEST("a new password ends the other sessions, unless another was quicker")
{
	struct user_row checked;
	const char *mine;
	char *t;

	lab(NULL, 0);
	CHECK((t = signed_in()) != NULL);
	CHECK_STR(token(t), "ok");
	mine = user->session_id;
	checked = row_now(1);
	CHECK_INT(enter(&checked), RC_OK);
	CHECK_INT(sessions_of(1), 2);
	CHECK_INT(account_set_password(db, &checked, HASH_2, mine), RC_OK);
	CHECK_STR(row_now(1).password_hash, HASH_2);
	CHECK_INT(sessions_of(1), 1);
	CHECK_STR(token(t), "ok");
	CHECK_INT(account_set_password(db, &checked, HASH_3, mine),
	    RC_UNAUTHORIZED);
	CHECK_STR(row_now(1).password_hash, HASH_2);
}

TEST("a user agent is kept as text of at most 200 bytes, whole characters")
{
	struct session_row *rows;
	int64_t expires_at;
	size_t len;
	char *t;

	lab(NULL, 0);
	CHECK_INT(have_user(1), RC_OK);
	CHECK_INT(TX(session_start(auth, db, arena, uuid_n(1), text("%s\u00e5x",
	    times('a', 199)), NOW, &t, &expires_at)), RC_OK);
	CHECK_INT(TX(session_start(auth, db, arena, uuid_n(1), "a\x1b[31mb",
	    NOW + 1, &t, &expires_at)), RC_OK);
	CHECK_INT(TX(session_start(auth, db, arena, uuid_n(1), "\xff\xfe",
	    NOW + 2, &t, &expires_at)), RC_OK);
	CHECK_INT(session_list(db, uuid_n(1), NOW, &rows, &len), RC_OK);
	CHECK_INT(len, 3);
	CHECK(rows[0].user_agent == NULL);
	CHECK_STR(rows[1].user_agent, "a [31mb");
	CHECK_STR(rows[2].user_agent, times('a', 199));
}

/* ---- API keys ---------------------------------------------------------- */

TEST("an API key is 256 random bits, kept as SHA-256 alone")
{
	struct api_key_row *rows;
	char *id, *key, *other;
	size_t len;

	lab(NULL, 0);
	CHECK_INT(have_user(1), RC_OK);
	CHECK_INT(TX(api_key_make(db, arena, uuid_n(1), "k", "read live", NOW,
	    &id, &key)), RC_OK);
	CHECK_INT(TX(api_key_make(db, arena, uuid_n(1), "k", NULL, NOW, &id,
	    &other)), RC_OK);
	CHECK(str_starts(key, "sd_") && strlen(key) == 3 + 43);
	CHECK(strcmp(key, other) != 0);
	CHECK_INT(api_key_list(db, uuid_n(1), &rows, &len), RC_OK);
	CHECK_INT(len, 2);
	for (size_t i = 0; i < len; i++)
		CHECK_INT(strlen(rows[i].key_hash), 64);
	CHECK_STR(token(key), "ok");
	CHECK_INT(user->credential, CRED_API_KEY);
	CHECK_STR(user->scopes, "read live");
	CHECK_STR(token(text("%.*s", 45, key)), "invalid_token");
	CHECK_STR(token(text("%sA", key)), "invalid_token");
	CHECK_STR(token("sd_"), "invalid_token");
}

TEST("a key's hash is not the key")
{
	struct api_key_row *rows;
	char *id, *key;
	size_t len;

	lab(NULL, 0);
	CHECK_INT(have_user(1), RC_OK);
	CHECK_INT(TX(api_key_make(db, arena, uuid_n(1), "k", NULL, NOW, &id,
	    &key)), RC_OK);
	CHECK_INT(api_key_list(db, uuid_n(1), &rows, &len), RC_OK);
	CHECK_STR(token(text("sd_%s", rows[0].key_hash)), "invalid_token");
	CHECK_STR(token(rows[0].key_hash), "invalid_token");
}

TEST("scopes are whole words; without them all but admin; never the account")
{
	struct user key = { .credential = CRED_API_KEY }, session = {
	    .credential = CRED_SESSION };

	CHECK(user_has_scope(&key, "live") && user_has_scope(&key, "read"));
	CHECK(!user_has_scope(&key, "admin") && !user_has_scope(&key, "self"));
	key.scopes = "livestream admin readers";
	CHECK(!user_has_scope(&key, "live") && !user_has_scope(&key, "read"));
	CHECK(!user_has_scope(&key, "stream"));
	CHECK(user_has_scope(&key, "admin") && !user_has_scope(&key, "self"));
	key.scopes = "self chat";
	CHECK(user_has_scope(&key, "chat") && !user_has_scope(&key, "self"));
	CHECK(user_has_scope(&session, "self") &&
	    user_has_scope(&session, "admin"));
	CHECK(scope_known("recordings") && !scope_known("self"));
	CHECK(!scope_known("") && !scope_known("Read"));
}

TEST("last use is written once a minute, and not for what has ended")
{
	struct session_row *rows;
	size_t len;
	char *t;

	lab(NULL, 0);
	CHECK((t = signed_in()) != NULL);
	CHECK_STR(token_at(t, NOW + 59999), "ok");
	CHECK_INT(auth_touch(db, user, NOW + 59999), RC_OK);
	CHECK_INT(session_list(db, uuid_n(1), NOW, &rows, &len), RC_OK);
	CHECK_INT(rows[0].last_used_at, NOW);
	CHECK_INT(auth_touch(db, user, NOW + 60000), RC_OK);
	CHECK_INT(session_list(db, uuid_n(1), NOW, &rows, &len), RC_OK);
	CHECK_INT(rows[0].last_used_at, NOW + 60000);
	CHECK_INT(TX(session_delete(db, uuid_n(1), user->session_id)), RC_OK);
	CHECK_INT(auth_touch(db, user, NOW + 240000), RC_OK);
	CHECK_INT(sessions_of(1), 0);
}

/* ---- rows of outsiders ------------------------------------------------- */

static const char *
outsider(const char *rest)
{
	return token(outside(claims_with(rest)));
}

TEST("an outsider's row is made once, with a free name")
{
	struct user_row taken, row;
	const char *name;

	lab(&by_secret, 1);
	taken = user_n(1);
	taken.username = "ada";
	CHECK_INT(TX(user_insert(db, &taken)), RC_OK);
	CHECK_STR(outsider(",\"preferred_username\":\"Ada\""), "ok");
	CHECK_STR(user->username, "ada");
	CHECK_INT(TX(user_ensure(db, arena, user, NOW)), RC_OK);
	CHECK(user->has_row && user->created_at == NOW);
	CHECK(str_starts(user->username, "ada_"));
	CHECK_STR(name_code(user->username), user->username);
	name = user->username;
	CHECK_INT(TX(user_ensure(db, arena, user, NOW + 1)), RC_OK);
	CHECK_STR(outsider(",\"preferred_username\":\"Other\""), "ok");
	CHECK(user->has_row);
	CHECK_STR(user->username, name);
	CHECK_INT(user_by_id(db, user->id, &row), RC_OK);
	CHECK(row.password_hash == NULL && row.is_creator && !row.is_admin);
}

TEST("two requests of one outsider at once make one row")
{
	struct user *first, *second;

	lab(&by_secret, 1);
	CHECK_STR(outsider(",\"name\":\"ada\""), "ok");
	first = user;
	CHECK_STR(outsider(",\"name\":\"ada\""), "ok");
	second = user;
	CHECK_INT(TX(user_ensure(db, arena, first, NOW)), RC_OK);
	CHECK_INT(TX(user_ensure(db, arena, second, NOW + 5)), RC_OK);
	CHECK_STR(second->username, first->username);
	CHECK_INT(second->created_at, NOW);
}

TEST("a long taken name stays within 32 characters")
{
	struct user_row taken;

	lab(&by_secret, 1);
	taken = user_n(1);
	taken.username = times('a', 32);
	CHECK_INT(TX(user_insert(db, &taken)), RC_OK);
	CHECK_STR(outsider(text(",\"name\":\"%s\"", times('a', 40))), "ok");
	CHECK_INT(TX(user_ensure(db, arena, user, NOW)), RC_OK);
	CHECK(strlen(user->username) <= 32);
	CHECK_STR(name_code(user->username), user->username);
}

TEST("an outsider who was disabled or erased here stays out")
{
	lab(&by_secret, 1);
	CHECK_STR(outsider(""), "ok");
	CHECK_INT(TX(user_ensure(db, arena, user, NOW)), RC_OK);
	CHECK_INT(TX(user_set_flags(db, user->id, true, false, true)), RC_OK);
	CHECK_STR(outsider(""), "account_disabled");
	CHECK_INT(TX(user_set_flags(db,
	    "d82c18b9-6054-5a6e-9cce-09e4852233c9", true, false, false)),
	    RC_OK);
	CHECK_STR(outsider(""), "ok");
	CHECK_INT(TX(user_erase(db, user->id, NOW)), RC_OK);
	CHECK_STR(outsider(""), "account_disabled");
}
