/*
 * `stagedoor room …`: source rooms, classes and voice channels that are open,
 * and the end of one.  What is on air is stream.c's.
 */
#include <stdio.h>

#include "cli.h"

#define PAGE 100

static void
room_print(struct app *app, struct buf *out, const struct room_listed *row)
{
	const struct room_row *r = &row->room;
	const char *name = r->display_name != NULL ? r->display_name : r->name;

	if (!cli_json()) {
		printf("%-42s  %-6s  %s  %4lld  %-20s  %s\n", r->name,
		    kind_name(r->kind), time_rfc3339(app->arena,
		    r->created_at), (long long)r->people,
		    row->owner_name == NULL ? "-" : row->owner_name, name);
		return;
	}
	room_listed_write(out, row);
}

static enum rc
rooms_print(struct app *app, struct buf *out, enum kind kind, int64_t now)
{
	struct room_listed *rows;
	const char *before_name = NULL;
	int64_t before = 0;
	size_t len;
	enum rc rc;

	do {
		rc = room_list_open(app->db, kind, now, before, before_name,
		    PAGE, &rows, &len);
		for (size_t i = 0; rc == RC_OK && i < len; i++) {
			room_print(app, out, &rows[i]);
			before = rows[i].room.created_at;
			before_name = rows[i].room.name;
		}
	} while (rc == RC_OK && len == PAGE);
	return rc;
}

int
cli_room_list(struct app *app, int argc, char **argv)
{
	static const enum kind kinds[] = { KIND_SOURCE, KIND_CLASS,
	    KIND_VOICE };
	int64_t now = clock_ms();
	struct buf out;
	enum rc rc = RC_OK;

	(void)argv;
	if (argc != 0)
		return CLI_USAGE;
	buf_init(&out, app->arena);
	cli_list_begin(&out, "rooms");
	for (size_t i = 0; rc == RC_OK && i < 3; i++)
		rc = rooms_print(app, &out, kinds[i], now);
	if (rc != RC_OK)
		return cli_fail("could not read the rooms (%s)", rc_name(rc));
	cli_list_end(&out);
	return CLI_OK;
}

static enum rc
room_end(struct app *app, const char *name, struct room_row *room)
{
	struct actor actor = cli_actor(app);
	enum rc rc = room_by_name(app->db, name, room);

	if (rc != RC_OK)
		return rc;
	if (room->kind == KIND_STREAM || room->kind == KIND_VOICE)
		return RC_UNSUPPORTED;
	return room->state == ROOM_OPEN ? admin_room_end(app, &actor, room) :
	    RC_GONE;
}

int
cli_room_end(struct app *app, int argc, char **argv)
{
	struct room_row room;
	struct buf out;
	enum rc rc;

	if (argc != 1 || argv[0][0] == '-')
		return CLI_USAGE;
	if ((rc = db_begin(app->db, FULL)) == RC_OK)
		rc = db_end(app->db, room_end(app, argv[0], &room));
	if (rc == RC_NOT_FOUND)
		return cli_fail("no room %s; `stagedoor room list` shows those "
		    "that are open", argv[0]);
	if (rc == RC_UNSUPPORTED)
		return cli_fail("%s: %s", argv[0], room.kind == KIND_VOICE ?
		    "voice channels are deleted in their workspace" :
		    "a channel's room is always open; `stagedoor stream end "
		    "NAME` ends what is on air");
	if (rc == RC_GONE)
		return cli_fail("%s is over already", argv[0]);
	if (rc != RC_OK)
		return cli_fail("could not write (%s)", rc_name(rc));
	buf_init(&out, app->arena);
	if (cli_json()) {
		json_object(&out, NULL);
		json_add_str(&out, "room", room.name);
		json_add_bool(&out, "isOpen", false);
		json_object_end(&out);
		cli_print_json(&out);
	} else
		printf("%s: over\n", room.name);
	return CLI_OK;
}
