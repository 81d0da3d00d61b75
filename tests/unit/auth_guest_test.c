/* Guests: their tokens, what these are not, and the names guests give. */
#include "auth_lab.h"

#define IDENTITY	"guest-1768903200000-00112233445566aa"

static char *
guest_until(int64_t expires_at)
{
	char *t = NULL;

	if (guest_token_make(auth, arena, uuid_n(3), IDENTITY, "Zo\u00e9 \"Q\"",
	    NOW, expires_at, &t) != RC_OK)
		return NULL;
	return t;
}

/* The claims of a good one, with one text replaced by another. */
static const char *
guest_with(const char *from, const char *to)
{
	return token(ours(replaced(payload_of(guest_until(NOW + 600000)),
	    from, to)));
}

/* What becomes of a name: itself in <>, or the code of the refusal. */
static const char *
cleaned(const char *given)
{
	const char *name = NULL, *code = NULL;

	return guest_name_clean(arena, given, &name, &code) == RC_OK ?
	    text("<%s>", name) : code;
}

TEST("a guest token is a guest of one room, without a row")
{
	lab(NULL, 0);
	CHECK_STR(token(guest_until(NOW + 600000)), "ok");
	CHECK_INT(user->credential, CRED_GUEST);
	CHECK_STR(user->id, IDENTITY);
	CHECK_STR(user->username, IDENTITY);
	CHECK_STR(user->display_name, "Zo\u00e9 \"Q\"");
	CHECK_STR(user->guest_room, uuid_n(3));
	CHECK_INT(user->expires_at, NOW + 600000);
	CHECK(!user->has_row && !user->is_creator && !user->is_admin &&
	    user->session_id == NULL && user->key_id == NULL &&
	    user->avatar_url == NULL && user->created_at == 0);
}

TEST("a guest token is good until its time and not a moment longer")
{
	char *t;

	lab(NULL, 0);
	t = guest_until(NOW + 600000);
	CHECK_STR(token_at(t, NOW + 599999), "ok");
	CHECK_STR(token_at(t, NOW + 600000), "token_expired");
	CHECK_STR(token_at(t, NOW + 600000 + LEEWAY_S * 1000),
	    "token_expired");
	CHECK_STR(token_at(t, NOW + 86400000), "token_expired");
	CHECK_STR(token_at(t, NOW - LEEWAY_S * 1000), "ok");
	CHECK_STR(token_at(t, NOW - LEEWAY_S * 1000 - 1000),
	    "invalid_token");
}

TEST("a guest token that lacks a claim, or has another's, is refused")
{
	static const struct { const char *from, *to; } changes[] = {
		{ "\"use\":\"guest\"", "\"use\":\"app\"" },
		{ "\"use\":\"guest\"", "\"use\":\"Guest\"" },
		{ "\"use\":\"guest\",", "" },
		{ "\"room\":", "\"no\":" },
		{ "\"name\":", "\"no\":" },
		{ "\"sub\":", "\"no\":" },
		{ "\"sub\":\"guest-", "\"sub\":\"" },
		{ "\"sub\":\"guest-", "\"sub\":\"Host-" },
		{ "\"iss\":\"" OURS "\"", "\"iss\":\"other\"" },
		{ "\"aud\":\"" OURS "\"", "\"aud\":\"other\"" },
		{ "\"exp\":", "\"no\":" },
	};

	lab(NULL, 0);
	CHECK_STR(guest_with("\"use\":", "\"use\":"), "ok");
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
		CHECK_STR(guest_with(changes[i].from, changes[i].to),
		    "invalid_token");
}

TEST("an app token with a guest's use and claims is still nobody's session")
{
	char *t;

	lab(NULL, 0);
	CHECK((t = signed_in()) != NULL);
	CHECK_STR(token(ours(replaced(payload_of(t), "\"use\":\"app\"",
	    "\"use\":\"guest\",\"room\":\"r\",\"name\":\"n\""))),
	    "invalid_token");
	CHECK_STR(token(t), "ok");
}

TEST("a guest token that another secret signed is refused")
{
	char *payload;

	lab(NULL, 0);
	payload = text("%s", payload_of(guest_until(NOW + 600000)));
	CHECK_STR(token(ours(payload)), "ok");
	CHECK_STR(token(make_token(JOSE_HS256, "{\"alg\":\"HS256\"}",
	    payload)), "invalid_token");
}

TEST("a guest token is none in a cookie")
{
	const char *code = NULL;

	lab(NULL, 0);
	CHECK_INT(auth_user(auth, db, arena, NULL, guest_until(NOW + 600000),
	    NOW, &user, &code), RC_UNAUTHORIZED);
	CHECK_STR(code, "invalid_token");
	CHECK(user == NULL);
}

TEST("guests have no scope of accounts and administrators")
{
	lab(NULL, 0);
	CHECK_STR(token(guest_until(NOW + 600000)), "ok");
	CHECK(user_has_scope(user, "read") && user_has_scope(user, "chat") &&
	    user_has_scope(user, "stream") && user_has_scope(user, "rooms"));
	CHECK(!user_has_scope(user, "self") && !user_has_scope(user, "admin") &&
	    !user_has_scope(user, "live") &&
	    !user_has_scope(user, "recordings"));
}

TEST("the last use of a guest token is written nowhere")
{
	lab(NULL, 0);
	CHECK_STR(token(guest_until(NOW + 600000)), "ok");
	/* Whatever wanted to write would find a transaction open. */
	CHECK_INT(db_begin(db, NORMAL), RC_OK);
	CHECK_INT(auth_touch(db, user, NOW + 86400000), RC_OK);
	db_rollback(db);
}

/* ---- names ------------------------------------------------------------- */

TEST("a guest's name is trimmed and its white space collapsed")
{
	fresh();
	CHECK_STR(cleaned("Ada"), "<Ada>");
	CHECK_STR(cleaned("  Ada   Lovelace \t\r\n"), "<Ada Lovelace>");
	CHECK_STR(cleaned("Ada\nLovelace"), "<Ada Lovelace>");
	CHECK_STR(cleaned("\u00a0Ada\u2003\u3000\u2028Lovelace\u202f"),
	    "<Ada Lovelace>");
	CHECK_STR(cleaned("\xc2\x85" "Ada\u1680\u205fL\u200a"), "<Ada L>");
}

TEST("controls and what nobody sees are gone from a guest's name")
{
	static const char *const gone[] = {
		"\x01", "\x1b", "\x7f", "\xc2\x80", "\xc2\x9f",
		"\u202a", "\u202b", "\u202c", "\u202d", "\u202e",
		"\u2066", "\u2067", "\u2068", "\u2069", "\u200e", "\u200f",
		"\u061c", "\u200b", "\u200c", "\u200d", "\ufeff", "\u2060",
		"\u00ad", "\u034f", "\u115f", "\u3164", "\uffa0", "\u180e",
		"\u2800", "\ufff9", "\U000e0001", "\U000e007f",
	};

	fresh();
	for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
		CHECK_STR(cleaned(text("%sA%sda%s", gone[i], gone[i],
		    gone[i])), "<Ada>");
		CHECK_STR(cleaned(gone[i]), "too_short");
		CHECK_STR(cleaned(text(" %s Ada %s X", gone[i], gone[i])),
		    "<Ada X>");
	}
}

TEST("what people write with stays in a guest's name")
{
	fresh();
	CHECK_STR(cleaned("Zo\u00e9 \u00d3\u010d"), "<Zo\u00e9 \u00d3\u010d>");
	CHECK_STR(cleaned("\u05d0\u05d1 \u0639"), "<\u05d0\u05d1 \u0639>");
	CHECK_STR(cleaned("\u2010\u2027\u2030\u205e\u2070"),
	    "<\u2010\u2027\u2030\u205e\u2070>");
	CHECK_STR(cleaned("\U0001f600\ufe0f"), "<\U0001f600\ufe0f>");
	CHECK_STR(cleaned("\U000e0080\U0010fffd"), "<\U000e0080\U0010fffd>");
	CHECK_STR(cleaned("<b>\"&'"), "<<b>\"&'>");
}

TEST("a guest's name has 1 to 32 code points after cleaning")
{
	fresh();
	CHECK_STR(cleaned(""), "too_short");
	CHECK_STR(cleaned(" \t\u200b\u3000"), "too_short");
	CHECK_STR(cleaned("\u00e9"), "<\u00e9>");
	CHECK_STR(cleaned(times('a', 32)), text("<%s>", times('a', 32)));
	CHECK_STR(cleaned(times('a', 33)), "too_long");
	CHECK_STR(cleaned(text("%s\u200b%s", times('a', 16),
	    times('b', 16))), text("<%s%s>", times('a', 16),
	    times('b', 16)));
	CHECK_STR(cleaned(text("%s  %s ", times('a', 16), times('b', 16))),
	    "too_long");
	CHECK_STR(cleaned(text("%s\U0001f600", times('a', 31))),
	    text("<%s\U0001f600>", times('a', 31)));
}
