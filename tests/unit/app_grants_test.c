/* The grant table, row by row, as design and seeds have it. */
#include "test.h"
#include "../../src/app/app.h"

/* One letter a bit: p s d a r m; '-' where it is off. */
static const char *
letters(enum kind kind, enum role role)
{
	static char text[7];
	const struct grant *g = grant_of(kind, role);

	if (g == NULL)
		return "none";
	text[0] = g->publish ? 'p' : '-';
	text[1] = g->subscribe ? 's' : '-';
	text[2] = g->data ? 'd' : '-';
	text[3] = g->admin ? 'a' : '-';
	text[4] = g->record ? 'r' : '-';
	text[5] = g->sources == NULL ? '-' :
	    strcmp(g->sources, "microphone") == 0 ? 'm' : '?';
	return text;
}

TEST("a live stream's host publishes, a viewer watches")
{
	CHECK_STR(letters(KIND_LIVE, ROLE_HOST), "psd---");
	CHECK_STR(letters(KIND_LIVE, ROLE_VIEWER), "-s----");
}

TEST("the source and the participants of its room publish alike")
{
	CHECK_STR(letters(KIND_SOURCE, ROLE_SOURCE), "ps----");
	CHECK_STR(letters(KIND_SOURCE, ROLE_PARTICIPANT), "ps----");
}

TEST("a voice channel's speaker has the microphone")
{
	CHECK_STR(letters(KIND_VOICE, ROLE_SPEAKER), "ps---m");
}

TEST("only a class teacher administers and records")
{
	CHECK_STR(letters(KIND_CLASS, ROLE_TEACHER), "psdar-");
	CHECK_STR(letters(KIND_CLASS, ROLE_PARTICIPANT), "ps----");
	CHECK_STR(letters(KIND_CLASS, ROLE_STUDENT), "-s----");
}

TEST("a creator publishes, and does not while watching itself")
{
	CHECK_STR(letters(KIND_STREAM, ROLE_CREATOR), "psd---");
	CHECK_STR(letters(KIND_STREAM, ROLE_SELF_VIEW), "-sd---");
	CHECK_STR(letters(KIND_STREAM, ROLE_VIEWER), "-s----");
	CHECK_STR(letters(KIND_STREAM, ROLE_GUEST), "-s----");
}

TEST("there are twelve pairs of kind and role, and no others")
{
	int pairs = 0;

	for (int k = 0; k < KIND_MAX; k++)
		for (int r = 0; r < ROLE_MAX; r++)
			pairs += grant_of((enum kind)k, (enum role)r) != NULL;
	CHECK_INT(pairs, 12);
	CHECK(grant_of(KIND_LIVE, ROLE_TEACHER) == NULL);
	CHECK(grant_of(KIND_MAX, ROLE_HOST) == NULL);
	CHECK(grant_of(KIND_LIVE, ROLE_MAX) == NULL);
}

TEST("what was decided for one person stands above the role")
{
	struct grant g = grant_now(KIND_CLASS,
	    &(struct rights){ .role = ROLE_STUDENT, .chat = true,
	    .publish = MAY_PUBLISH });

	CHECK(g.publish && g.subscribe && g.data && !g.admin && !g.record);
	g = grant_now(KIND_CLASS, &(struct rights){ .role = ROLE_TEACHER,
	    .publish = MAY_NOT_PUBLISH });
	CHECK(!g.publish && g.data && g.admin && g.record);
	g = grant_now(KIND_CLASS, &(struct rights){ .role = ROLE_STUDENT });
	CHECK(!g.publish && !g.data);
}

TEST("a channel's sources stand in for those of its kind")
{
	CHECK_STR(grant_now(KIND_VOICE, &(struct rights){
	    .role = ROLE_SPEAKER }).sources, "microphone");
	CHECK_STR(grant_now(KIND_VOICE, &(struct rights){
	    .role = ROLE_SPEAKER, .sources = "microphone camera" }).sources,
	    "microphone camera");
}

TEST("a pair that is not in the table may nothing")
{
	struct grant g = grant_now(KIND_LIVE, &(struct rights){
	    .role = ROLE_TEACHER, .chat = true, .publish = MAY_PUBLISH });

	CHECK(!g.publish && !g.subscribe && !g.data && !g.admin);
}

TEST("every role has a name of its own")
{
	for (int a = 0; a < ROLE_MAX; a++)
		for (int b = 0; b < a; b++)
			CHECK(strcmp(role_name((enum role)a),
			    role_name((enum role)b)) != 0);
}
