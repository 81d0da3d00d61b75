/*
 * A channel in the laboratory: what LiveKit tells of it, and what follows.
 */
#include "app_air.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lab lab;
char *told[EVENTS_MAX];
size_t told_len;

void
must(enum rc rc)
{
	if (rc != RC_OK)
		abort();
}

void
air_open_channel(void)
{
	lab_now = T0;
	lab_open(&lab, "");
	lab_channel(&lab, T0 - 1000);
	told_len = 0;
}

void
air_close_channel(void)
{
	for (size_t i = 0; i < told_len; i++)
		free(told[i]);
	lab_close(&lab);
}

/* ---- what LiveKit tells ---------------------------------------------------- */

void
told_add(const char *event, int64_t at_ms, const char *rest)
{
	char text[1024];

	if (told_len == EVENTS_MAX)
		abort();
	snprintf(text, sizeof text, "{\"event\":\"%s\",\"id\":\"EV_%zu\","
	    "\"createdAt\":\"%lld\"%s}", event, told_len,
	    (long long)(at_ms / 1000), rest);
	told[told_len++] = strdup(text);
}

void
told_person(const char *event, const char *sid, const char *identity,
    const char *kind, int64_t at_ms)
{
	char rest[512];

	snprintf(rest, sizeof rest, ",\"room\":{\"sid\":\"RM_1\",\"name\":"
	    "\"" LAB_HOST "\"},\"participant\":{\"sid\":\"%s\",\"identity\":"
	    "\"%s\",\"kind\":\"%s\",\"joinedAtMs\":\"%lld\"}", sid, identity,
	    kind, (long long)T0);
	told_add(event, at_ms, rest);
}

void
told_track(const char *event, const char *sid, const char *track,
    int64_t at_ms)
{
	char rest[512];

	snprintf(rest, sizeof rest, ",\"room\":{\"sid\":\"RM_1\",\"name\":"
	    "\"" LAB_HOST "\"},\"participant\":{\"sid\":\"%s\",\"identity\":"
	    "\"" LAB_HOST "\"},\"track\":{\"sid\":\"%s\"}", sid, track);
	told_add(event, at_ms, rest);
}

/* As recorded: started may come without a room id, ended without a status. */
void
told_ingress(const char *event, int64_t started_ms, const char *error,
    int64_t at_ms)
{
	char rest[512], started[64] = "", ended[64] = "";

	if (started_ms != 0)
		snprintf(started, sizeof started,
		    ",\"startedAt\":\"%lld000000\"", (long long)started_ms);
	if (started_ms != 0 && strcmp(event, "ingress_ended") == 0)
		snprintf(ended, sizeof ended,
		    ",\"endedAt\":\"%lld000000\"", (long long)at_ms);
	snprintf(rest, sizeof rest, ",\"ingressInfo\":{\"ingressId\":\"IN_1\","
	    "\"streamKey\":\"secret\",\"roomName\":\"" LAB_HOST "\","
	    "\"state\":{\"error\":\"%s\"%s%s}}", error, started, ended);
	told_add(event, at_ms, rest);
}

enum rc
air_tell(size_t i)
{
	return lab_hear(&lab, told[i]);
}

void
air_tell_last(void)
{
	must(air_tell(told_len - 1));
}

void
air_publish(const char *sid, const char *track)
{
	told_track("track_published", sid, track, lab_now);
	air_tell_last();
}

void
air_unpublish(const char *sid, const char *track)
{
	told_track("track_unpublished", sid, track, lab_now);
	air_tell_last();
}

void
air_join(const char *sid, const char *identity)
{
	told_person("participant_joined", sid, identity, "STANDARD", lab_now);
	air_tell_last();
}

void
air_leave(const char *sid, const char *identity)
{
	told_person("participant_left", sid, identity, "STANDARD", lab_now);
	air_tell_last();
}

/* ---- what follows ----------------------------------------------------------- */

bool
air_on_air(void)
{
	struct broadcast_row row;

	return broadcast_on_air(lab.app.db, LAB_HOST, lab_now, &row) == RC_OK;
}

int64_t
air_broadcasts(void)
{
	return lab_number(&lab, "SELECT count(*) FROM broadcasts");
}

int64_t
air_events(const char *type)
{
	char sql[128];

	snprintf(sql, sizeof sql,
	    "SELECT count(*) FROM events WHERE type = '%s'", type);
	return lab_number(&lab, sql);
}

void
air_pass(void)
{
	bool did;

	must(tick(&lab.app, &did));
	if (!did || lab.fake.called_in_tx)
		abort();
}

void
air_cut(void)
{
	must(db_begin(lab.app.db, NORMAL));
	must(stream_cut(&lab.app, LAB_HOST, lab_now, "test"));
	must(db_commit(lab.app.db));
}
