/*
 * `stagedoor audit`: the log of what administrators did, over HTTP or by this
 * command.  Reads only.
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"

#define LIMIT_USUAL	50
#define LIMIT_MOST	100000

int
cli_audit(struct app *app, int argc, char **argv)
{
	struct audit_row *rows;
	int64_t limit = LIMIT_USUAL;
	struct buf out;
	size_t len;

	if (argc != 0 && (argc != 2 || strcmp(argv[0], "--limit") != 0 ||
	    !str_to_int(argv[1], 1, LIMIT_MOST, &limit)))
		return CLI_USAGE;
	if (audit_list(app->db, 0, limit, &rows, &len) != RC_OK)
		return cli_fail("could not read the log");
	buf_init(&out, app->arena);
	cli_list_begin(&out, "audit");
	for (size_t i = 0; i < len; i++) {
		const struct audit_row *a = &rows[i];

		if (cli_json())
			audit_write(&out, app->arena, a);
		else
			printf("%s  %-14s %-24s by %s%s\n",
			    time_rfc3339(app->arena, a->at), a->action,
			    a->target_name, a->actor_name,
			    a->actor_id == NULL ? " (command)" : "");
	}
	cli_list_end(&out);
	return CLI_OK;
}
