/*
 * ONE table says what a person of a role in a room of a kind may do.  Nothing
 * else in the program decides about permission bits.
 */
#include "local.h"

/* data false where the table of design says "chat": then the rules decide. */
static const struct grant chatting = { .publish = true, .subscribe = true };
static const struct grant watching = { .publish = false, .subscribe = true };
static const struct grant hosting =
    { .publish = true, .subscribe = true, .data = true };
static const struct grant presiding = { .publish = true, .subscribe = true,
    .data = true, .admin = true, .record = true };
static const struct grant speaking =
    { .publish = true, .subscribe = true, .sources = "microphone" };
static const struct grant self_viewing =
    { .publish = false, .subscribe = true, .data = true };

static const struct grant *const table[KIND_MAX][ROLE_MAX] = {
	[KIND_SOURCE] = {
		[ROLE_SOURCE] = &chatting,
		[ROLE_PARTICIPANT] = &chatting,
	},
	[KIND_LIVE] = {
		[ROLE_HOST] = &hosting,
		[ROLE_VIEWER] = &watching,
	},
	[KIND_VOICE] = {
		[ROLE_SPEAKER] = &speaking,
	},
	[KIND_CLASS] = {
		[ROLE_TEACHER] = &presiding,
		[ROLE_PARTICIPANT] = &chatting,
		[ROLE_STUDENT] = &watching,
	},
	[KIND_STREAM] = {
		[ROLE_CREATOR] = &hosting,
		[ROLE_SELF_VIEW] = &self_viewing,
		[ROLE_VIEWER] = &watching,
		[ROLE_GUEST] = &watching,
	},
};

const struct grant *
grant_of(enum kind kind, enum role role)
{
	if ((unsigned)kind >= KIND_MAX || (unsigned)role >= ROLE_MAX)
		return NULL;
	return table[kind][role];
}

struct grant
grant_now(enum kind kind, const struct rights *r)
{
	const struct grant *g = grant_of(kind, r->role);
	struct grant now = { 0 };

	if (g == NULL)
		return now;
	now = *g;
	now.data = g->data || r->chat;
	if (r->publish != AS_THE_ROLE)
		now.publish = r->publish == MAY_PUBLISH;
	if (r->sources != NULL)
		now.sources = r->sources;
	return now;
}

const char *
role_name(enum role role)
{
	static const char *const names[ROLE_MAX] = {
		[ROLE_SOURCE] = "source", [ROLE_HOST] = "host",
		[ROLE_SPEAKER] = "speaker", [ROLE_TEACHER] = "teacher",
		[ROLE_PARTICIPANT] = "participant", [ROLE_STUDENT] = "student",
		[ROLE_CREATOR] = "creator", [ROLE_SELF_VIEW] = "self-view",
		[ROLE_VIEWER] = "viewer", [ROLE_GUEST] = "guest",
	};

	return (unsigned)role < ROLE_MAX ? names[role] : "unknown";
}
