/*
 * guest: people without an account.  A token of ours for one room and identity,
 * and the name they give, made fit to be shown beside those of others.  Keeps
 * nothing: there is no row of a guest anywhere.
 */
#include "local.h"

#include <string.h>

#define GUEST_NAME_MAX	32	/* code points */

enum rc
guest_token_make(struct auth *a, struct arena *arena, const char *room,
    const char *identity, const char *name, int64_t now, int64_t expires_at,
    char **token)
{
	struct buf b;

	buf_init(&b, arena);
	json_object(&b, NULL);
	json_add_str(&b, "iss", a->config.app_iss);
	json_add_str(&b, "aud", a->config.app_iss);
	json_add_str(&b, "use", "guest");
	json_add_str(&b, "sub", identity);
	json_add_str(&b, "room", room);
	json_add_str(&b, "name", name);
	json_add_int(&b, "iat", now / 1000);
	json_add_int(&b, "exp", expires_at / 1000);
	json_object_end(&b);
	return token_sign(a, arena, &b, token);
}

enum rc
guest_user(const struct cJSON *claims, int64_t expires_at, int64_t now,
    struct user *u, const char **code)
{
	const char *identity = json_str(claims, "sub");
	const char *room = json_str(claims, "room");
	const char *name = json_str(claims, "name");

	/* Browsers send cookies unasked; who is signed in would be a guest. */
	if (u->by_cookie || identity == NULL || room == NULL || name == NULL ||
	    !str_starts(identity, GUEST_PREFIX))
		return RC_UNAUTHORIZED;
	/* No session stands behind it: its own time is exact, without leeway. */
	if (expires_at <= now) {
		*code = "token_expired";
		return RC_UNAUTHORIZED;
	}
	u->id = identity;
	u->username = identity;
	u->display_name = name;
	u->credential = CRED_GUEST;
	u->guest_room = room;
	u->expires_at = expires_at;
	return RC_OK;
}

/* ---- names ------------------------------------------------------------- */

struct range { uint32_t first, last; };

static const struct range spaces[] = {
	{ 0x09, 0x0d }, { 0x20, 0x20 }, { 0x85, 0x85 }, { 0xa0, 0xa0 },
	{ 0x1680, 0x1680 }, { 0x2000, 0x200a }, { 0x2028, 0x2029 },
	{ 0x202f, 0x202f }, { 0x205f, 0x205f }, { 0x3000, 0x3000 },
};

/* Controls, and what shows nothing or turns around what stands beside it. */
static const struct range unseen[] = {
	{ 0x00, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad },	/* soft hyphen */
	{ 0x034f, 0x034f },	/* combining grapheme joiner */
	{ 0x061c, 0x061c },	/* Arabic letter mark */
	{ 0x115f, 0x1160 }, { 0x3164, 0x3164 }, { 0xffa0, 0xffa0 },
				/* Hangul fillers */
	{ 0x180e, 0x180e },	/* Mongolian vowel separator */
	{ 0x200b, 0x200f },	/* zero width, direction marks */
	{ 0x202a, 0x202e },	/* embeddings and overrides */
	{ 0x2060, 0x206f },	/* joiners, isolates, invisible operators */
	{ 0x2800, 0x2800 },	/* Braille blank */
	{ 0xfeff, 0xfeff }, { 0xfff9, 0xfffb },	/* byte order, annotations */
	{ 0xe0000, 0xe007f },	/* tags */
};

static bool
is_in(const struct range *ranges, size_t len, uint32_t c)
{
	for (size_t i = 0; i < len; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

/* The code point at *s, which steps over it.  The text is valid UTF-8. */
static uint32_t
take_point(const char **s)
{
	const unsigned char *u = (const unsigned char *)*s;
	int more = *u >= 0xf0 ? 3 : *u >= 0xe0 ? 2 : *u >= 0xc0 ? 1 : 0;
	uint32_t c = more == 0 ? *u : *u & (0x3fu >> more);

	*s += more + 1;
	while (more-- > 0)
		c = c << 6 | (*++u & 0x3f);
	return c;
}

enum rc
guest_name_clean(struct arena *arena, const char *given, const char **name,
    const char **code)
{
	const char *from;
	bool space = false;
	struct buf b;
	uint32_t c;

	buf_init(&b, arena);
	while (*(from = given) != '\0') {
		c = take_point(&given);
		if (is_in(spaces, sizeof spaces / sizeof *spaces, c)) {
			space = b.len > 0;
			continue;
		}
		if (is_in(unseen, sizeof unseen / sizeof *unseen, c))
			continue;
		if (space)
			buf_char(&b, ' ');
		space = false;
		buf_add(&b, from, (size_t)(given - from));
	}
	*code = b.len == 0 ? "too_short" : "too_long";
	if (b.len == 0 || utf8_count(b.data) > GUEST_NAME_MAX)
		return RC_INVALID;
	*name = b.data;
	return RC_OK;
}
