/*
 * LiveKit's WHIP endpoint as v1.13.5 answers it: tags without quotes, JSON
 * errors of a wrong type, somebody else's STUN server, a token in the words of
 * a 401.  The token that came last is known as {{whip.token}}.
 */
#include <stdio.h>
#include <string.h>

#include "api.h"

#define SESSIONS_MAX 16

static bool ended[SESSIONS_MAX];
static size_t sessions;
static const char *during;	/* SQL to run before the next answer */

static const char *
header_of(const struct lk_http_call *call, const char *name)
{
	size_t i, len = strlen(name);

	for (i = 0; call->headers[i] != NULL; i++)
		if (strncmp(call->headers[i], name, len) == 0)
			return call->headers[i] + len;
	return "";
}

static enum lk_err
say(struct lk_http_reply *reply, const char *text)
{
	return lk_reply_add(reply, text, strlen(text));
}

static void
say_header(struct lk_http_reply *reply, const char *line)
{
	lk_reply_header(reply, line, strlen(line));
}

/* The session that the address names; SESSIONS_MAX: none that is open. */
static size_t
session_of(const char *url)
{
	const char *name = strrchr(url, '/') + 1;
	size_t i;

	for (i = 0; i < sessions; i++)
		if (!ended[i] && strcmp(name, arena_printf(the_case.arena,
		    "PA_whip%zu", i + 1)) == 0)
			return i;
	return SESSIONS_MAX;
}

static enum lk_err
answer_offer(const struct lk_http_call *call, struct lk_http_reply *reply,
    int *status)
{
	*status = 400;
	if (strcmp(header_of(call, "Content-Type: "), "application/sdp") != 0)
		return say(reply, "{\"error\":\"unsupported content-type\"}");
	if (strstr(call->body, "o=") == NULL)
		return say(reply, "{\"error\":\"malformed SDP offer: sdp\"}");
	*status = 503;
	if (strstr(call->body, "a=busy") != NULL)
		return say(reply, "{\"error\":\"no response from servers\"}");
	if (strstr(call->body, "a=odd") != NULL)
		return say(reply, "{\"error\":\"SetRemoteDescription called "
		    "with multiple conflicting ice-ufrag values\"}");
	if (sessions == SESSIONS_MAX)
		case_fail("livekit: too many WHIP sessions");
	*status = 201;
	sessions++;
	say_header(reply, arena_printf(the_case.arena,
	    "Location: /whip/v1/PA_whip%zu\r\n", sessions));
	say_header(reply, "Link: <stun:elsewhere.example>; "
	    "rel=\"ice-server\"\r\n");
	say_header(reply, arena_printf(the_case.arena, "Etag: ice%zu\r\n",
	    sessions));
	return say(reply, arena_printf(the_case.arena, "v=0\r\n"
	    "s=answer%zu\r\na=offered:%zu\r\n", sessions, call->body_len));
}

static enum lk_err
answer_patch(const struct lk_http_call *call, struct lk_http_reply *reply,
    int *status)
{
	const char *match = header_of(call, "If-Match: ");
	size_t i = session_of(call->url);

	*status = 404;
	if (i == SESSIONS_MAX)
		return say(reply, "{\"error\":\"participant does not exist\"}");
	*status = 500;
	if (strcmp(match, "*") != 0 && strcmp(match,
	    arena_printf(the_case.arena, "ice%zu", i + 1)) != 0)
		return say(reply, arena_printf(the_case.arena,
		    "{\"error\":\"ice session mismatch, got: %s\"}",
		    *match == '"' ? "quotes" : match));
	*status = 400;
	if (strcmp(header_of(call, "Content-Type: "),
	    "application/trickle-ice-sdpfrag") != 0)
		return say(reply, "{\"error\":\"unsupported content-type\"}");
	if (strstr(call->body, "a=ice-ufrag:") == NULL)
		return say(reply, "{\"error\":\"invalid sdp fragment\"}");
	*status = 204;
	if (strcmp(match, "*") != 0)
		return LK_OK;
	*status = 200;
	say_header(reply, "Etag: again\r\n");
	return say(reply, "a=ice-ufrag:again\r\n");
}

static enum lk_err
answer_delete(const struct lk_http_call *call, struct lk_http_reply *reply,
    int *status)
{
	size_t i = session_of(call->url);

	*status = 404;
	if (i == SESSIONS_MAX)
		return say(reply, "{\"error\":\"no response from servers\"}");
	ended[i] = true;
	*status = 200;
	return LK_OK;
}

static enum lk_err
answer_fault(const char *fault, const char *token, struct lk_http_reply *reply,
    int *status)
{
	*status = 500;
	if (strcmp(fault, "down") == 0)
		return LK_TRANSPORT;
	if (strcmp(fault, "slow") == 0)
		return LK_TIMEOUT;
	if (strcmp(fault, "500") == 0)
		return say(reply, "{\"error\":\"boom\"}");
	*status = strcmp(fault, "keys") == 0 ? 401 : 200;
	return say(reply, *status == 200 ? "<html>it works</html>" :
	    arena_printf(the_case.arena, "invalid token: %s, error: token "
	    "signature is invalid", token));
}

void
whip_during(const char *sql)
{
	during = arena_strdup(the_case.arena, sql);
}

const char *
whip_called(const struct lk_http_call *call)
{
	const char *path = strstr(call->url, "/whip/v1");

	if (path == NULL)
		return NULL;
	path += strlen("/whip/v1");
	path += *path == '/';
	return arena_printf(the_case.arena, "WHIP %s%s%s%s%s", call->method,
	    *path == '\0' ? "" : " ", path,
	    strcmp(call->method, "PATCH") == 0 ? " " : "",
	    header_of(call, "If-Match: "));
}

enum lk_err
whip_answer_call(const struct lk_http_call *call, const char *fault,
    struct lk_http_reply *reply, int *status)
{
	const char *token = header_of(call, "Authorization: Bearer ");

	name_set("whip.token", token);
	if (during != NULL)
		world_sql(during);
	during = NULL;
	if (strcmp(fault, "ok") != 0)
		return answer_fault(fault, token, reply, status);
	if (strcmp(call->method, "POST") == 0)
		return answer_offer(call, reply, status);
	return strcmp(call->method, "PATCH") == 0 ?
	    answer_patch(call, reply, status) :
	    answer_delete(call, reply, status);
}
