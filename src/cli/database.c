/*
 * `stagedoor migrate` and `stagedoor backup`: the database as a file.
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"

int
cli_migrate(struct app *app, int argc, char **argv)
{
	struct db *db;
	struct buf out;
	int from, to;
	enum rc rc;

	(void)argv;
	if (argc != 0)
		return CLI_USAGE;
	rc = db_open(app->config->database, DB_OPEN_RW | DB_OPEN_CREATE, &db);
	if (rc != RC_OK)
		return cli_fail("cannot open %s (see the lines above)",
		    app->config->database);
	db_arena(db, app->arena);
	rc = db_migrate(db, &from, &to);
	db_close(db);
	if (rc == RC_BUSY)
		return cli_fail("%s is busy: stop what holds it, try again",
		    app->config->database);
	if (rc != RC_OK)
		return cli_fail("migration failed (see the lines above); "
		    "%s is unchanged", app->config->database);
	if (cli_json()) {
		buf_init(&out, app->arena);
		json_object(&out, NULL);
		json_add_str(&out, "database", app->config->database);
		json_add_int(&out, "from", from);
		json_add_int(&out, "to", to);
		json_object_end(&out);
		cli_print_json(&out);
	} else if (from == to)
		printf("%s: schema %d, nothing to do\n",
		    app->config->database, to);
	else
		printf("%s: schema %d -> %d\n", app->config->database, from,
		    to);
	return CLI_OK;
}

int
cli_backup(struct app *app, int argc, char **argv)
{
	struct db *db;
	struct buf out;
	enum rc rc;

	if (argc != 1 || argv[0][0] == '-')
		return CLI_USAGE;
	if (db_open(app->config->database, DB_OPEN_RW, &db) != RC_OK)
		return cli_fail("cannot open %s", app->config->database);
	db_arena(db, app->arena);
	rc = db_backup(db, argv[0]);
	db_close(db);
	if (rc == RC_CONFLICT)
		return cli_fail("%s exists already: name a new file", argv[0]);
	if (rc != RC_OK)
		return cli_fail("could not write %s (see the lines above)",
		    argv[0]);
	fprintf(stderr, "stagedoor: stream keys are kept under %s, which is "
	    "not in this copy: keep one of it elsewhere\n",
	    app->config->key_file);
	if (cli_json()) {
		buf_init(&out, app->arena);
		json_object(&out, NULL);
		json_add_str(&out, "backup", argv[0]);
		json_object_end(&out);
		cli_print_json(&out);
	} else
		printf("%s written\n", argv[0]);
	return CLI_OK;
}
