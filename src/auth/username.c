/*
 * username: what an account may be called.
 */
#include "local.h"

#include <string.h>

#define NAME_MIN	3
#define NAME_MAX	32

/* First path segments that are ours, now or soon, and words that would pass
 * for the house. */
static const char *const reserved[] = {
	"about", "account", "accounts", "admin", "administrator", "api",
	"assets", "auth", "cgi", "channel", "chat", "deleted", "docs", "events",
	"favicon", "following", "guest", "healthz", "help", "host", "index",
	"live", "livekit", "login", "logout", "metrics", "moderator", "oembed",
	"openapi", "readyz", "recordings", "register", "robots", "room",
	"rooms", "root", "settings", "signup", "stagedoor", "static", "stream",
	"studio", "support", "system", "user", "users", "voice", "watch",
	"webhook", "whip", "www",
};

static bool
name_reserved(const char *name)
{
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strcmp(name, reserved[i]) == 0)
			return true;
	return false;
}

static char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

enum rc
username_check(struct arena *arena, const char *given, const char **folded,
    const char **code)
{
	size_t len = strlen(given);
	char *name;

	*code = "invalid_username";
	if (len < NAME_MIN || len > NAME_MAX)
		return RC_INVALID;
	name = arena_strdup(arena, given);
	for (size_t i = 0; i < len; i++) {
		name[i] = fold(name[i]);
		if (!name_char(name[i]))
			return RC_INVALID;
	}
	if (name_reserved(name)) {
		*code = "username_reserved";
		return RC_INVALID;
	}
	*folded = name;
	return RC_OK;
}

char *
username_clean(struct arena *arena, const char *given)
{
	char *name = arena_alloc(arena, NAME_MAX + 1);
	size_t n = 0;

	for (const char *p = given; *p != '\0' && n < NAME_MAX; p++) {
		char c = fold(*p);

		if (name_char(c))
			name[n++] = c;
		else if (n > 0 && name[n - 1] != '_')
			name[n++] = '_';
	}
	while (n > 0 && name[n - 1] == '_')
		n--;
	name[n] = '\0';
	if (n < NAME_MIN || name_reserved(name))
		return arena_printf(arena, "user_%s", name);
	return name;
}
