/*
 * local: what the files of store/ share and nobody else sees.  The connection,
 * its statements, and the helpers that the nouns are written with.
 */
#ifndef STORE_LOCAL_H
#define STORE_LOCAL_H

#include <sqlite3.h>
#include <sys/types.h>

#include "store.h"

struct query {
	struct db	 *db;
	sqlite3_stmt	 *stmt;		/* NULL until first used */
	enum sql_id	  id;
	enum rc		  rc;		/* latched: first thing that went wrong */
	bool		  busy;		/* between db_query and db_done */
	bool		  ended;	/* stepped to the end, or failed */
	bool		  readonly;
	int		  cols;
	int		  col_next;	/* where the next name is likely to be */
	char		**col_name;
};

struct db {
	sqlite3		*handle;
	struct arena	*arena;
	pid_t		 pid;		/* a handle must not cross fork */
	char		*path;
	int		 lock_fd;	/* -1: cannot write here */
	bool		 writes;	/* opened with DB_OPEN_RW */
	bool		 wal;
	bool		 in_tx;
	int		 reading;	/* depth of db_read_begin */
	bool		 read_is_ours;	/* it began the transaction */
	int		 busy;		/* statements in use */
	int		 synchronous;	/* as set now: 1 NORMAL, 2 FULL */
	int64_t		 wait_ms;	/* patience in the writers' queue */
	int64_t		 wal_frames;	/* in the WAL after our last commit */
	sqlite3_stmt	*begin, *begin_read, *commit, *rollback, *version;
	struct query	 refused;	/* handed out where none can be had */
	char		 why[512];
	struct query	 query[SQL_MAX];
};

enum { APPLICATION_ID = 0x53744472 };

/* Aborts when the handle crossed a fork: going on would corrupt the file. */
void	 db_guard(const struct db *);
/* What an SQLite result means; what it was doing, for the log. */
enum rc	 db_cause(struct db *, int code, const char *doing) MUST_CHECK;
/* Text of our own (migrations, PRAGMA), several statements, no rows. */
enum rc	 db_exec(struct db *, const char *sql) MUST_CHECK;
/* One integer of a PRAGMA. */
enum rc	 db_pragma_int(struct db *, const char *sql, int64_t *out) MUST_CHECK;
/* Runs one of the statements kept beside the named ones, made when needed. */
enum rc	 db_step(struct db *, sqlite3_stmt **, const char *sql) MUST_CHECK;
enum rc	 db_synchronous(struct db *, int level) MUST_CHECK;
/* Resets what was left unfinished: it would pin the WAL. */
void	 db_reset_all(struct db *);
void	 db_query_free(struct query *);

/* The writers' queue: flock on NAME-lock. RC_BUSY after wait_ms. */
enum rc	 lock_take(struct db *, int64_t wait_ms) MUST_CHECK;
void	 lock_drop(struct db *);
/* True for f_type of a file system that other machines may write to. */
bool	 lock_is_network(long f_type);

/* db_run, and RC_CONFLICT (RC_NOT_FOUND) where nothing was changed. */
enum rc	 run_new(struct query *) MUST_CHECK;
enum rc	 run_found(struct query *) MUST_CHECK;
/* First row or RC_NOT_FOUND; caller reads columns between, then db_done. */
enum rc	 row_one(struct query *) MUST_CHECK;
/* Whether there is a row, and db_done. */
enum rc	 row_any(struct query *, bool *yes) MUST_CHECK;
/* bind_int, but 0 is NULL: times that are not yet. */
void	 bind_time(struct query *, const char *name, int64_t);
/* Room for one more element; *cap 0 at first. */
void	*rows_grow(struct db *, void *rows, size_t len, size_t *cap,
    size_t size);
/* One column of all rows. */
enum rc	 names_read(struct db *, struct query *, const char *name,
    const char ***names, size_t *len) MUST_CHECK;
/* Which of the words it is; the last where it is none of them. */
int	 word_index(const char *const *words, int len, const char *word);
/* Where a list by falling time begins: behind (time, id), (0, NULL) at first. */
void	 bind_before(struct query *, int64_t time, const char *id);
/* A page that deletes what is older. */
enum rc	 run_purge(struct db *, enum sql_id, int64_t before) MUST_CHECK;
/* The n of a count over what belongs to :id. */
enum rc	 run_count(struct db *, enum sql_id, const char *id, int64_t *n)
    MUST_CHECK;
/* The next number of a counter, in the transaction. */
enum rc	 counter_next(struct db *, const char *name, int64_t *out) MUST_CHECK;
/* A whole row of users; of streams; of rooms. */
void	 user_from(struct query *, struct user_row *);
void	 stream_from(struct query *, struct stream_row *);
void	 room_from(struct query *, struct room_row *);
/* What the column role says. */
enum workspace_role workspace_role_from(struct query *);
/* Columns of a user where they stand beside those of a session or a key. */
void	 user_joined(struct query *, struct user_row *);

/* A page of channels while it is filled, section by section. */
struct channel_page {
	struct db		*db;
	const char		*viewer_id;
	int64_t			 now;
	int64_t			 limit;	/* one more than is given */
	struct channel_row	*rows;
	size_t			 len, cap;
	struct channel_after	 at;	/* where the section goes on */
	struct channel_after	 last;	/* the last row that is given */
};

void	 page_begin(struct channel_page *, struct db *, const char *viewer_id,
    int64_t now, const struct channel_after *, int64_t limit);
/* The results, where rc is RC_OK. */
enum rc	 page_end(struct channel_page *, enum rc, struct channel_row **rows,
    size_t *len, struct channel_after *last) MUST_CHECK;
/* Begins a section, or goes on in it: rows whose key is below p->at come. */
void	 page_enter(struct channel_page *, int64_t section);
/* And its statement, with :first and :id bound. */
struct query *page_section(struct channel_page *, enum sql_id,
    int64_t section);
bool	 page_is_full(const struct channel_page *);
/* One more, as columns tell it but for the broadcast. */
struct channel_row *page_add(struct channel_page *, struct query *);
/* The sort keys of the one that was added. */
void	 page_mark(struct channel_page *, int64_t first, int64_t second,
    const struct channel_row *);
void	 channel_air_from(struct query *, struct channel_row *);
/* With :viewer_id and :now bound. */
struct query *channel_query(struct db *, enum sql_id, const char *viewer_id,
    int64_t now);

#endif
