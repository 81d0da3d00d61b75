/*
 * cli: the `stagedoor` command.  One file per command group; the table of
 * commands in main.c carries the help text.  Exit status: 0 done, 1 refused or
 * failed (a sentence on standard error), 2 wrong usage.
 */
#ifndef CLI_H
#define CLI_H

#include "../app/app.h"

struct command {
	const char	*name;		/* "user add" */
	const char	*usage;		/* after the name */
	const char	*help;		/* one line */
	unsigned	 caps;		/* DB_RW, NEEDS_LK; CLI_NO_APP: no config */
	int		(*run)(struct app *, int argc, char **argv);
};

enum { CLI_NO_APP = 1 << 8, CLI_JSON = 1 << 9 /* has --json */ };

int	 cli_jws_verify(struct app *, int, char **);	/* jws.c */
int	 cli_migrate(struct app *, int, char **);	/* database.c */
int	 cli_backup(struct app *, int, char **);
int	 cli_user_add(struct app *, int, char **);	/* user.c */
int	 cli_user_list(struct app *, int, char **);
int	 cli_user_admin(struct app *, int, char **);
int	 cli_user_disable(struct app *, int, char **);
int	 cli_user_enable(struct app *, int, char **);
int	 cli_tick(struct app *, int, char **);		/* worker.c */
int	 cli_worker(struct app *, int, char **);
int	 cli_doctor(struct app *, int, char **);	/* doctor.c */
int	 cli_config(struct app *, int, char **);

#endif
