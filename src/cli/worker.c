/*
 * `stagedoor worker` (a daemon), `stagedoor tick` (one pass, for cron), and
 * what they start: `stagedoor record`.
 */
#include <stdio.h>

#include "cli.h"

int
cli_tick(struct app *app, int argc, char **argv)
{
	struct buf out;
	bool did;
	enum rc rc;

	(void)argv;
	if (argc != 0)
		return CLI_USAGE;
	app->recorder = "record";
	rc = tick(app, &did);
	if (cli_json()) {
		buf_init(&out, app->arena);
		json_object(&out, NULL);
		json_add_bool(&out, "did", rc == RC_OK && did);
		json_add_str(&out, "result", rc_name(rc));
		json_object_end(&out);
		cli_print_json(&out);
	}
	if (rc != RC_OK)
		return cli_fail("the pass was not finished (%s); what is left "
		    "stays queued", rc_name(rc));
	if (!cli_json())
		puts(did ? "one pass done" :
		    "another worker has the lease: nothing to do");
	return CLI_OK;
}

int
cli_worker(struct app *app, int argc, char **argv)
{
	(void)argv;
	if (argc != 0)
		return CLI_USAGE;
	app->recorder = "record";
	return worker(app) == RC_OK ? CLI_OK : CLI_FAILED;
}

int
cli_record(struct app *app, int argc, char **argv)
{
	struct recording_row row;
	struct buf out;
	enum rc rc;

	if (argc != 1)
		return CLI_USAGE;
	rc = recording_carry_out(app, argv[0]);
	if (rc != RC_OK)
		return cli_fail("the recording was not started (%s); its job "
		    "is tried again", rc_name(rc));
	rc = recording_by_id(app->db, argv[0], &row);
	if (rc == RC_NOT_FOUND)
		return cli_fail("there is no recording %s", argv[0]);
	if (rc != RC_OK)
		return cli_fail("the recording cannot be read (%s)",
		    rc_name(rc));
	recording_lapse(&row, clock_ms());
	if (cli_json()) {
		buf_init(&out, app->arena);
		recording_write(&out, NULL, &row);
		cli_print_json(&out);
	} else
		printf("%s  %s  %s%s%s\n", row.id,
		    recording_status_name(row.status), row.room_name,
		    row.error == NULL ? "" : "  ",
		    row.error == NULL ? "" : row.error);
	return row.status == RECORDING_FAILED ? CLI_FAILED : CLI_OK;
}
