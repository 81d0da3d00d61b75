/*
 * cli: the `stagedoor` command.  One file per command group; the table of
 * commands in main.c carries the help text.  Exit status: 0 done, 1 refused or
 * failed (a sentence on standard error), 2 wrong usage.
 */
#ifndef CLI_H
#define CLI_H

#include "../app/app.h"

enum cli_needs {
	CLI_NOTHING,		/* neither configuration nor database */
	CLI_CONFIG,		/* app->config only */
	CLI_APP			/* everything, the schema checked */
};

struct command {
	const char	*name;		/* "user add" */
	const char	*usage;		/* after the name */
	const char	*help;		/* one line */
	enum cli_needs	 needs;
	unsigned	 caps;		/* DB_RW, NEEDS_LK */
	int		(*run)(struct app *, int argc, char **argv);
};

enum { CLI_OK, CLI_FAILED, CLI_USAGE };

/* True where --json was given (taken out of argv before run). */
bool	 cli_json(void);
/* "stagedoor: …" on standard error; returns CLI_FAILED. */
int	 cli_fail(const char *fmt, ...) PRINTF(1, 2);
/* Prints and empties a buffer of JSON, newline added. */
void	 cli_print_json(struct buf *);
/* {"name": [ … ]} around what is written between, with --json only. */
void	 cli_list_begin(struct buf *, const char *name);
void	 cli_list_end(struct buf *);
/* Who acts: the system's user. */
struct actor cli_actor(struct app *);

int	 cli_jws_verify(struct app *, int, char **);	/* jws.c */
int	 cli_migrate(struct app *, int, char **);	/* database.c */
int	 cli_backup(struct app *, int, char **);
int	 cli_user_add(struct app *, int, char **);	/* user.c */
int	 cli_user_list(struct app *, int, char **);
int	 cli_user_admin(struct app *, int, char **);
int	 cli_user_disable(struct app *, int, char **);
int	 cli_user_enable(struct app *, int, char **);
int	 cli_user_approve(struct app *, int, char **);
int	 cli_user_refuse(struct app *, int, char **);
int	 cli_stream_list(struct app *, int, char **);	/* stream.c */
int	 cli_stream_end(struct app *, int, char **);
int	 cli_room_list(struct app *, int, char **);	/* room.c */
int	 cli_room_end(struct app *, int, char **);
int	 cli_audit(struct app *, int, char **);		/* audit.c */
int	 cli_tick(struct app *, int, char **);		/* worker.c */
int	 cli_worker(struct app *, int, char **);
int	 cli_record(struct app *, int, char **);
int	 cli_doctor(struct app *, int, char **);	/* doctor.c */
int	 cli_config(struct app *, int, char **);

#endif
