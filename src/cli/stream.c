/*
 * `stagedoor stream …`: what is on air, channels and live streams alike, and
 * the end of it.
 */
#include <stdio.h>

#include "cli.h"

#define PAGE 100

struct shown {
	const char	*kind;		/* "stream" (a channel) or "live" */
	const char	*username;
	const char	*title;
	int64_t		 viewer_count;
	int64_t		 started_at;
};

static void
stream_print(struct app *app, struct buf *out, const struct shown *s)
{
	if (!cli_json()) {
		printf("%-32s %s  %6lld  %-6s  %s\n", s->username,
		    time_rfc3339(app->arena, s->started_at),
		    (long long)s->viewer_count, s->kind, s->title);
		return;
	}
	json_object(out, NULL);
	json_add_str(out, "kind", s->kind);
	json_add_str(out, "username", s->username);
	json_add_str(out, "title", s->title);
	json_add_int(out, "viewerCount", s->viewer_count);
	json_add_time(out, "startedAt", s->started_at);
	json_object_end(out);
}

static enum rc
channels_print(struct app *app, struct buf *out, int64_t now)
{
	struct channel_after after = { 0 };
	struct channel_row *rows;
	size_t len;
	enum rc rc;

	do {
		struct channel_after last;

		rc = channel_live(app->db, NULL, now, &after, PAGE, &rows,
		    &len, &last);
		if (rc != RC_OK)
			return rc;
		for (size_t i = 0; i < len; i++)
			stream_print(app, out, &(struct shown){ "stream",
			    rows[i].username, rows[i].stream.title,
			    rows[i].viewer_count, rows[i].started_at });
		after = last;
	} while (after.id != NULL);
	return RC_OK;
}

static enum rc
lives_print(struct app *app, struct buf *out, int64_t now)
{
	const char *before_id = NULL;
	int64_t before = 0;
	struct live_row *rows;
	struct user_row u;
	size_t len;
	enum rc rc;

	do {
		rc = live_open(app->db, now, before, before_id, PAGE, &rows,
		    &len);
		for (size_t i = 0; rc == RC_OK && i < len; i++) {
			rc = user_by_id(app->db, rows[i].streamer_id, &u);
			if (rc == RC_OK)
				stream_print(app, out, &(struct shown){ "live",
				    u.username, rows[i].title,
				    rows[i].viewer_count, rows[i].created_at });
			before = rows[i].created_at;
			before_id = rows[i].id;
		}
	} while (rc == RC_OK && len == PAGE);
	return rc;
}

int
cli_stream_list(struct app *app, int argc, char **argv)
{
	int64_t now = clock_ms();
	struct buf out;
	enum rc rc;

	(void)argv;
	if (argc != 0)
		return CLI_USAGE;
	buf_init(&out, app->arena);
	cli_list_begin(&out, "streams");
	rc = channels_print(app, &out, now);
	if (rc == RC_OK)
		rc = lives_print(app, &out, now);
	if (rc != RC_OK)
		return cli_fail("could not read what is on air (%s)",
		    rc_name(rc));
	cli_list_end(&out);
	return CLI_OK;
}

int
cli_stream_end(struct app *app, int argc, char **argv)
{
	struct actor actor;
	struct buf out;
	enum rc rc;

	if (argc != 1 || argv[0][0] == '-')
		return CLI_USAGE;
	actor = cli_actor(app);
	if ((rc = db_begin(app->db, FULL)) == RC_OK)
		rc = db_end(app->db, admin_stream_end(app, &actor, argv[0]));
	if (rc == RC_NOT_FOUND)
		return cli_fail("no user %s; `stagedoor user list` shows all",
		    argv[0]);
	if (rc == RC_GONE)
		return cli_fail("%s has no channel, and no stream that is open",
		    argv[0]);
	if (rc != RC_OK)
		return cli_fail("could not write (%s)", rc_name(rc));
	buf_init(&out, app->arena);
	if (cli_json()) {
		json_object(&out, NULL);
		json_add_bool(&out, "isLive", false);
		json_object_end(&out);
		cli_print_json(&out);
	} else
		printf("%s: off the air, stream key disabled\n", argv[0]);
	return CLI_OK;
}
