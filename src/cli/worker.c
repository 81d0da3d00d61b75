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
	if (argc != 1)
		return CLI_USAGE;
	return recording_carry_out(app, argv[0]) == RC_OK ? CLI_OK :
	    cli_fail("the recording was not started");
}
