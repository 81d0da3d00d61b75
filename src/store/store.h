/*
 * store: the only code that includes sqlite3.h.  One noun per file; rows
 * become structs in the arena of the request.  SQL is in sql/, by name.
 *
 * Every function returns a cause.  RC_CONFLICT: a uniqueness rule said no.
 * RC_BUSY: the queue for writing took more than 5 s, or the disk is full or
 * read-only.  RC_INTERNAL: anything else, logged here.  RC_NOT_FOUND: lookups
 * that find nothing, updates whose row is not there, inserts that refer to a
 * user or room that is not there.  Results: arena memory, written on RC_OK
 * only.  Whatever writes must be called inside db_begin … db_commit: outside
 * it is refused (RC_INTERNAL).
 */
#ifndef STORE_H
#define STORE_H

#include "../base/base.h"
#include "sql.h"		/* generated: enum sql_id, sql_text[], sql_migrations[] */

struct db;

/* ---- connection -------------------------------------------------------- */

enum { DB_OPEN_RW = 1, DB_OPEN_CREATE = 2 };

/*
 * Opens the file and, to write, its lock file beside it (NAME-lock).  WAL, or
 * DELETE journal on a network file system (warned); foreign keys on,
 * trusted_schema off, defensive.  Without DB_OPEN_RW: query_only.  Made with
 * mode 0600 by DB_OPEN_CREATE; without that RC_NOT_FOUND when it is not there.
 * Not looked at: the schema (db_schema_check).  One handle belongs to one
 * process: using it after fork() aborts.
 */
enum rc	 db_open(const char *path, unsigned flags, struct db **out) MUST_CHECK;
void	 db_close(struct db *);
/* Arena that results go to from now on (that of the request in hand). */
void	 db_arena(struct db *, struct arena *);
/* RC_OK, or RC_INTERNAL with the sentence that says what to run. */
enum rc	 db_schema_check(struct db *, const char **why) MUST_CHECK;
/* Brings the schema up, one numbered migration per transaction, under the lock. */
enum rc	 db_migrate(struct db *, int *from, int *to) MUST_CHECK;
int	 db_schema_version(void);	/* newest known to this binary */
/* Copies the database to a new file, mode 0600 (VACUUM INTO), while others go
 * on.  RC_CONFLICT: path exists.  Not inside a transaction. */
enum rc	 db_backup(struct db *, const char *path) MUST_CHECK;
/* PRAGMA integrity_check and foreign_key_check; *why is NULL when both are fine. */
enum rc	 db_verify(struct db *, const char **why) MUST_CHECK;
/* Changes whenever another connection commits (PRAGMA data_version). */
int64_t	 db_data_version(struct db *);
/* How long to wait for the write lock and for readers; 5000 at first. */
void	 db_patience(struct db *, int64_t wait_ms);

/* ---- transactions ------------------------------------------------------ */

enum durability { NORMAL, FULL };

/*
 * Waits in the writers' queue (flock, ≤ 5 s → RC_BUSY), then BEGIN IMMEDIATE.
 * db_commit runs the checkpoint when due, under the lock, and then releases it.
 */
enum rc	 db_begin(struct db *, enum durability) MUST_CHECK;
enum rc	 db_commit(struct db *) MUST_CHECK;
void	 db_rollback(struct db *);
/* Commits when rc is RC_OK, else rolls back; the cause of the whole. */
enum rc	 db_end(struct db *, enum rc) MUST_CHECK;
bool	 db_in_tx(const struct db *);
/* Consistent reads over several statements, no lock.  May be nested, also in a
 * write transaction; no write transaction can begin within. */
enum rc	 db_read_begin(struct db *) MUST_CHECK;
void	 db_read_end(struct db *);

/* ---- statements (used inside store/ only) ------------------------------ */

struct query;
struct query *db_query(struct db *, enum sql_id);
void	 bind_str(struct query *, const char *name, const char *); /* NULL: NULL */
void	 bind_int(struct query *, const char *name, int64_t);
void	 bind_null(struct query *, const char *name);
bool	 db_row(struct query *);		/* false: end or error */
enum rc	 db_done(struct query *) MUST_CHECK;	/* latched cause; resets */
/* Runs to the end: no rows wanted. */
enum rc	 db_run(struct query *) MUST_CHECK;
/* As db_run; *changes gets the number of rows changed. */
enum rc	 db_run_changes(struct query *, int64_t *changes) MUST_CHECK;
const char *col_str(struct query *, const char *name);	/* arena copy; NULL */
int64_t	 col_int(struct query *, const char *name);
bool	 col_null(struct query *, const char *name);

/* ---- users ------------------------------------------------------------- */

struct user_row {
	const char	*id;		/* UUID */
	const char	*username;	/* case-folded, unique */
	const char	*display_name;
	const char	*avatar_url;	/* NULL */
	const char	*password_hash;	/* NULL for external users */
	bool		 is_creator;
	bool		 is_admin;
	bool		 is_disabled;
	bool		 is_creator_refused; /* an admin took approval away */
	int64_t		 creator_asked_at; /* approval asked for; 0: not */
	int64_t		 follower_count;
	int64_t		 following_count;
	int64_t		 created_at;
	int64_t		 deleted_at;	/* 0: not */
};

enum rc	 user_insert(struct db *, const struct user_row *) MUST_CHECK;
enum rc	 user_by_id(struct db *, const char *id, struct user_row *) MUST_CHECK;
enum rc	 user_by_name(struct db *, const char *username, struct user_row *)
    MUST_CHECK;
enum rc	 user_update_profile(struct db *, const char *id,
    const char *display_name, const char *avatar_url) MUST_CHECK;
enum rc	 user_set_password(struct db *, const char *id, const char *hash)
    MUST_CHECK;
enum rc	 user_set_flags(struct db *, const char *id, bool is_creator,
    bool is_admin, bool is_disabled) MUST_CHECK;
/* Creator state as one: approved or not, taken away or not, asked or not (0). */
enum rc	 user_set_creator(struct db *, const char *id, bool is_creator,
    bool is_refused, int64_t asked_at) MUST_CHECK;
/* Everywhere at once: sessions and API keys of a disabled person. */
enum rc	 user_sign_out(struct db *, const char *id) MUST_CHECK;
/* Anonymous from now on: name freed, profile blanked, messages blanked,
 * sessions, API keys, follows, blocks, memberships and call quality gone.  Streams stay.
 * user_by_id still finds the row, with deleted_at; nothing else does.  RC_NOT_FOUND when it was erased. */
enum rc	 user_erase(struct db *, const char *id, int64_t now) MUST_CHECK;
/* By username, after a name, at most limit. */
enum rc	 user_list(struct db *, const char *after, int64_t limit,
    struct user_row **rows, size_t *len) MUST_CHECK;
/* Whose approval waits for an answer, longest first; after (0, "") at first. */
enum rc	 user_list_asking(struct db *, int64_t after_asked,
    const char *after_name, int64_t limit, struct user_row **rows,
    size_t *len) MUST_CHECK;
/* Names that begin with prefix (folded), by name, after a name; disabled people
 * are left out, and who blocks viewer_id (NULL: nobody) or is blocked by them. */
enum rc	 user_search(struct db *, const char *prefix, const char *after,
    const char *viewer_id, int64_t limit, struct user_row **rows, size_t *len)
    MUST_CHECK;

/* ---- sessions and API keys --------------------------------------------- */

struct session_row {
	const char	*id;
	const char	*user_id;
	const char	*user_agent;
	int64_t		 created_at;
	int64_t		 expires_at;
	int64_t		 last_used_at;
};

enum rc	 session_insert(struct db *, const struct session_row *) MUST_CHECK;
/* Session and its user in one read: what each request costs. Expired, ended
 * or of an erased user: RC_NOT_FOUND.  The user without what is read on few
 * pages: counts of follows, creator_asked_at and is_creator_refused are 0. */
enum rc	 session_by_id(struct db *, const char *id, int64_t now,
    struct session_row *, struct user_row *) MUST_CHECK;
enum rc	 session_list(struct db *, const char *user_id, int64_t now,
    struct session_row **rows, size_t *len) MUST_CHECK;
/* RC_NOT_FOUND unless it is this user's. */
enum rc	 session_delete(struct db *, const char *user_id, const char *id)
    MUST_CHECK;
/* All of a user's but one (except may be NULL). */
enum rc	 session_delete_others(struct db *, const char *user_id,
    const char *except) MUST_CHECK;
enum rc	 session_touch(struct db *, const char *id, int64_t now) MUST_CHECK;
/* Purges take 10,000 rows at most, oldest first: the rest is next time's. */
enum rc	 session_purge(struct db *, int64_t expired_before) MUST_CHECK;

struct api_key_row {
	const char	*id;
	const char	*user_id;
	const char	*label;
	const char	*scopes;	/* space-separated; NULL: all but admin */
	const char	*key_hash;	/* SHA-256, hex */
	int64_t		 created_at;
	int64_t		 last_used_at;	/* 0: never */
};

enum rc	 api_key_insert(struct db *, const struct api_key_row *) MUST_CHECK;
/* The user as by session_by_id. */
enum rc	 api_key_by_hash(struct db *, const char *hash, struct api_key_row *,
    struct user_row *) MUST_CHECK;
enum rc	 api_key_list(struct db *, const char *user_id,
    struct api_key_row **rows, size_t *len) MUST_CHECK;
enum rc	 api_key_delete(struct db *, const char *user_id, const char *id)
    MUST_CHECK;
enum rc	 api_key_touch(struct db *, const char *id, int64_t now) MUST_CHECK;

/* ---- rooms and presence ------------------------------------------------ */

enum kind { KIND_SOURCE, KIND_LIVE, KIND_VOICE, KIND_CLASS, KIND_STREAM, KIND_MAX };
const char *kind_name(enum kind);

enum room_state {
	ROOM_STARTING,		/* row is there, LiveKit not yet asked or not yet answered */
	ROOM_OPEN,
	ROOM_OVER
};

struct room_row {
	const char	*name;
	enum kind	 kind;
	const char	*owner_id;
	enum room_state	 state;
	const char	*metadata;	/* what LiveKit's room carries */
	int64_t		 confirmed_at;	/* last sign that LiveKit has it; 0: none */
	const char	*display_name;	/* NULL: its name */
	int64_t		 lapses_at;	/* source: ends by itself then; 0: does not */
	int64_t		 people;	/* copy of the count over presence; read only */
	int64_t		 created_at;
	int64_t		 ended_at;	/* 0: not */
};

enum rc	 room_insert(struct db *, const struct room_row *) MUST_CHECK;
enum rc	 room_by_name(struct db *, const char *name, struct room_row *)
    MUST_CHECK;
/* Over is for ever: RC_CONFLICT for any other state then; over again: RC_OK,
 * ended_at stays.  Nobody counts as there any more. */
enum rc	 room_set_state(struct db *, const char *name, enum room_state,
    int64_t ended_at) MUST_CHECK;
/* 0 clears it: the next mint makes the room again. */
enum rc	 room_confirm(struct db *, const char *name, int64_t at) MUST_CHECK;
/* A start that LiveKit refused: the row and what hangs on it go (stream,
 * presence, messages; not events and jobs). STARTING only, else RC_NOT_FOUND. */
enum rc	 room_discard(struct db *, const char *name) MUST_CHECK;
/* Names of rooms in a state, after a name, for the reconciler: of channels
 * only those that LiveKit may have or somebody is in. */
enum rc	 room_names(struct db *, enum room_state, const char *after,
    int64_t limit, const char ***names, size_t *len) MUST_CHECK;

/*
 * One LiveKit room session (its sid).  Started and finished are known in any
 * order; finished stays finished, the earlier time holds, and closes presence
 * of that session (LEFT_ROOM), whether it was merged before or comes later.
 */
enum rc	 room_session_started(struct db *, const char *sid, const char *room,
    int64_t at) MUST_CHECK;
enum rc	 room_session_finished(struct db *, const char *sid, const char *room,
    int64_t at) MUST_CHECK;

/* How sure we are of a participant session's end. */
enum left_by {
	LEFT_NOT = 0,
	LEFT_RECONCILE,		/* not on LiveKit's list any more */
	LEFT_ROOM,		/* its room session finished */
	LEFT_EVENT		/* its own participant_left or …_aborted */
};

struct presence_row {
	const char	*sid;		/* PA_… */
	const char	*room_name;
	const char	*room_sid;	/* RM_… */
	const char	*identity;
	const char	*name;
	int		 lk_kind;	/* 0 STANDARD … as LiveKit numbers them */
	bool		 is_hidden;
	int64_t		 joined_at;	/* 0: unknown */
	int64_t		 left_at;	/* 0: still there */
	enum left_by	 left_by;
	const char	*reason;	/* DisconnectReason name, NULL */
	bool		 is_cut;	/* read only: see presence_cut */
};

/*
 * Merges what is known about a session.  Commutative and idempotent: any order
 * of any repetitions ends in the same row.  A stronger left_by replaces a
 * weaker one; equal ones keep the earlier left_at.  NULL and 0 mean "not told";
 * left_at counts only with a left_by, which must not come without.
 */
enum rc	 presence_merge(struct db *, const struct presence_row *) MUST_CHECK;
/* Open rows of a room (not left, room session not finished). */
enum rc	 presence_open(struct db *, const char *room,
    struct presence_row **rows, size_t *len) MUST_CHECK;
/* People: open, STANDARD kind, not hidden, identity neither except nor its
 * self-view ("Host-" + except); distinct. */
enum rc	 presence_count(struct db *, const char *room, const char *except,
    int64_t *people) MUST_CHECK;
/* When identity was last seen: *since = 0 while present, else its latest
 * left_at, or -1 if it never came. */
enum rc	 presence_absent_since(struct db *, const char *room,
    const char *identity, int64_t *since) MUST_CHECK;

/* What identity's open sessions of a room publish counts no more. */
enum rc	 presence_cut(struct db *, const char *room, const char *identity)
    MUST_CHECK;
/* Whether that session is open. */
enum rc	 presence_there(struct db *, const char *room, const char *sid,
    bool *yes) MUST_CHECK;
/* Rooms where identity is present, at most 100. */
enum rc	 presence_rooms(struct db *, const char *identity, const char ***rooms,
    size_t *len) MUST_CHECK;

struct track_row {
	const char	*room_name;
	const char	*sid;		/* TR_… */
	const char	*participant_sid;
	const char	*identity;
	int64_t		 published_at;	/* 0: not told */
	int64_t		 unpublished_at; /* 0: not told, or still there */
};

/* Commutative and idempotent: the earliest of each time wins. */
enum rc	 track_merge(struct db *, const struct track_row *) MUST_CHECK;
/* Not unpublished, of any session of the room. */
enum rc	 track_open(struct db *, const char *room, struct track_row **rows,
    size_t *len) MUST_CHECK;
/* Ended ones, at most 10,000 a time. */
enum rc	 track_purge(struct db *, int64_t unpublished_before) MUST_CHECK;

/* ---- source rooms and classes ------------------------------------------ */

/* People in it and when it ends by itself, as counted from presence; not of one
 * that is over (RC_NOT_FOUND). */
enum rc	 room_set_presence(struct db *, const char *name, int64_t people,
    int64_t lapses_at) MUST_CHECK;
/* Open source rooms past lapses_at. */
enum rc	 room_lapsed(struct db *, int64_t now, int64_t limit,
    struct room_row **rows, size_t *len) MUST_CHECK;
/* When the next of them does; 0: none will. */
enum rc	 room_lapse_next(struct db *, int64_t *at) MUST_CHECK;
/* What somebody opened of a kind that is not over, STARTING ones too. */
enum rc	 room_by_owner(struct db *, const char *owner_id, enum kind,
    struct room_row **rows, size_t *len) MUST_CHECK;
/* One that is over was so earlier than we knew. */
enum rc	 room_ended_by(struct db *, const char *name, int64_t at) MUST_CHECK;

/* A room as lists show it. */
struct room_listed {
	struct room_row	 room;
	const char	*owner_name;	/* username; NULL: erased */
	const char	*title;		/* of a live stream, broadcast or voice
					 * channel; NULL */
	int64_t		 since;		/* room_list_class: member since; else 0 */
};

/* Everybody's open rooms of a kind, newest first; (0, NULL) at first. */
enum rc	 room_list_open(struct db *, enum kind, int64_t now,
    int64_t before_created, const char *before_name, int64_t limit,
    struct room_listed **rows, size_t *len) MUST_CHECK;
/* One of any kind and state, as it is called now. */
enum rc	 room_listed_get(struct db *, const char *name, struct room_listed *)
    MUST_CHECK;

/*
 * Open rooms that viewer_id may see: source and live, stream while on air, of
 * nobody who blocks the viewer or is blocked by them; voice and class of
 * members.  What has lapsed is not open.  A stream's created_at is that of its
 * broadcast.  kind KIND_MAX: all.  Newest first; (0, NULL) at first.
 */
enum rc	 room_list_visible(struct db *, const char *viewer_id, enum kind,
    int64_t now, int64_t before_created, const char *before_name,
    int64_t limit, struct room_listed **rows, size_t *len) MUST_CHECK;

enum member_role { MEMBER_TEACHER, MEMBER_PARTICIPANT, MEMBER_STUDENT };
const char *member_role_name(enum member_role);

struct member_row {
	const char	*room_name;
	const char	*user_id;
	const char	*username;
	const char	*display_name;
	const char	*avatar_url;	/* NULL */
	enum member_role role;		/* the most they may ask for */
	enum member_role asked;		/* what they asked to be last */
	int		 can_publish;	/* 0, 1; -1: as the role says */
	int64_t		 hand_raised_at; /* 0: not */
	int64_t		 created_at;
};

/* Adds, or changes the role (then asked, can_publish and hand are as at
 * first); the same role again changes nothing. */
enum rc	 member_put(struct db *, const char *room, const char *user_id,
    enum member_role, int64_t now) MUST_CHECK;
enum rc	 member_remove(struct db *, const char *room, const char *user_id)
    MUST_CHECK;
enum rc	 member_get(struct db *, const char *room, const char *user_id,
    struct member_row *) MUST_CHECK;
/* By username, after a name. */
enum rc	 member_list(struct db *, const char *room, const char *after,
    int64_t limit, struct member_row **rows, size_t *len) MUST_CHECK;
enum rc	 member_set_asked(struct db *, const char *room, const char *user_id,
    enum member_role asked) MUST_CHECK;
enum rc	 member_set_publish(struct db *, const char *room,
    const char *user_id, int can_publish) MUST_CHECK;
enum rc	 member_set_hand(struct db *, const char *room, const char *user_id,
    int64_t raised_at) MUST_CHECK;

/* Raised, and not before their newest session in the room began. */
enum rc	 member_hand_up(struct db *, const char *room, const char *user_id,
    bool *up) MUST_CHECK;

/* Open rooms of kind class that somebody is a member of, as owners are, by
 * since, newest first; (0, NULL) at first. */
enum rc	 room_list_class(struct db *, const char *user_id,
    int64_t before_since, const char *before_name, int64_t limit,
    struct room_listed **rows, size_t *len) MUST_CHECK;

/* Keeps an identity out of a room until then; a later time wins. */
enum rc	 removal_put(struct db *, const char *room, const char *identity,
    int64_t until) MUST_CHECK;
/* *until: 0 where it is not kept out at that time. */
enum rc	 removal_until(struct db *, const char *room, const char *identity,
    int64_t now, int64_t *until) MUST_CHECK;
enum rc	 removal_purge(struct db *, int64_t until_before) MUST_CHECK;

/* Who is in a room now, an identity once, as lists show it. */
struct present_row {
	const char	*identity;
	const char	*name;
	const char	*avatar_url;	/* of the user, NULL */
	int64_t		 joined_at;	/* its first open session; 0: unknown */
	bool		 is_publishing;	/* an open track of an open session */
	int64_t		 hand_raised_at; /* 0: not, or before they came */
};
/* People only (no helpers of LiveKit, none hidden), by identity, after one. */
enum rc	 present_list(struct db *, const char *room, const char *after,
    int64_t limit, struct present_row **rows, size_t *len) MUST_CHECK;
enum rc	 present_is(struct db *, const char *room, const char *identity,
    bool *yes) MUST_CHECK;
/* How many; an owner and their self-view ("Host-" + owner) are one. */
enum rc	 present_count(struct db *, const char *room, const char *owner_id,
    int64_t *people) MUST_CHECK;
/* Every session that people ever had there, in no order; one whose beginning
 * nobody told began when it ended. */
enum rc	 present_sessions(struct db *, const char *room,
    struct presence_row **rows, size_t *len) MUST_CHECK;

/* ---- workspaces and voice channels ------------------------------------- */

enum workspace_role { WORKSPACE_OWNER, WORKSPACE_ADMIN, WORKSPACE_MEMBER };
const char *workspace_role_name(enum workspace_role);
/* RC_INVALID: no such word. */
enum rc	 workspace_role_read(const char *name, enum workspace_role *)
    MUST_CHECK;

struct workspace_row {
	const char	*id;
	const char	*name;
	const char	*owner_id;
	enum workspace_role role;	/* of whom it was read for */
	int64_t		 joined_at;	/* since when they are in it */
	int64_t		 created_at;
};

/* The owner becomes its member. */
enum rc	 workspace_insert(struct db *, const struct workspace_row *)
    MUST_CHECK;
/* RC_NOT_FOUND also for who is no member: nothing of it is told. */
enum rc	 workspace_get(struct db *, const char *id, const char *user_id,
    struct workspace_row *) MUST_CHECK;
/* Those that somebody is in, the newest joined first; (0, NULL) at first. */
enum rc	 workspace_list(struct db *, const char *user_id,
    int64_t before_joined, const char *before_id, int64_t limit,
    struct workspace_row **rows, size_t *len) MUST_CHECK;
enum rc	 workspace_count_owned(struct db *, const char *user_id, int64_t *n)
    MUST_CHECK;
/* Ids of at most 100 that somebody owns, oldest first. */
enum rc	 workspace_owned(struct db *, const char *user_id, const char ***ids,
    size_t *len) MUST_CHECK;
enum rc	 workspace_rename(struct db *, const char *id, const char *name)
    MUST_CHECK;
/* Its channels are deleted with it, and nobody is a member any more.  Their
 * rooms are the caller's to end, before. */
enum rc	 workspace_delete(struct db *, const char *id, int64_t now)
    MUST_CHECK;
/* From one member to another: rows of both, and the rooms of its channels. */
enum rc	 workspace_hand_over(struct db *, const char *id, const char *from_id,
    const char *to_id) MUST_CHECK;
/* The longest-standing administrator whose account is not disabled. */
enum rc	 workspace_heir(struct db *, const char *id, const char **user_id)
    MUST_CHECK;

struct workspace_member_row {
	const char	*user_id;
	const char	*username;
	const char	*display_name;
	const char	*avatar_url;	/* NULL */
	enum workspace_role role;
	int64_t		 created_at;
};

/* Adds, or changes the role.  Owners are made by workspace_hand_over. */
enum rc	 workspace_member_put(struct db *, const char *id,
    const char *user_id, enum workspace_role, int64_t now) MUST_CHECK;
enum rc	 workspace_member_remove(struct db *, const char *id,
    const char *user_id) MUST_CHECK;
enum rc	 workspace_member_get(struct db *, const char *id,
    const char *user_id, struct workspace_member_row *) MUST_CHECK;
/* By username, after a name. */
enum rc	 workspace_member_list(struct db *, const char *id, const char *after,
    int64_t limit, struct workspace_member_row **rows, size_t *len)
    MUST_CHECK;

struct voice_row {		/* a voice channel */
	const char	*id;
	const char	*workspace_id;
	const char	*name;
	const char	*sources;	/* "microphone camera" */
	int64_t		 created_at;
};

/* The row alone; its room is the caller's. */
enum rc	 voice_insert(struct db *, const struct voice_row *) MUST_CHECK;
enum rc	 voice_get(struct db *, const char *id, struct voice_row *)
    MUST_CHECK;
/* Oldest first; (0, NULL) at first. */
enum rc	 voice_list(struct db *, const char *workspace_id,
    int64_t after_created, const char *after_id, int64_t limit,
    struct voice_row **rows, size_t *len) MUST_CHECK;
enum rc	 voice_count(struct db *, const char *workspace_id, int64_t *n)
    MUST_CHECK;
/* Name and sources; the room is called by the name, too. */
enum rc	 voice_update(struct db *, const struct voice_row *) MUST_CHECK;
enum rc	 voice_delete(struct db *, const char *id, int64_t now) MUST_CHECK;
/* What somebody is in the channel's workspace, and what the channel lets them
 * publish; of a deleted channel, too.  RC_NOT_FOUND: they are not in it. */
enum rc	 voice_access(struct db *, const char *id, const char *user_id,
    enum workspace_role *, const char **sources) MUST_CHECK;

/* ---- call quality ------------------------------------------------------- */

enum { METRIC_SECONDS = 10000, METRIC_MINUTE = 60000, METRIC_HOUR = 3600000 };

/* Measurements added together: means are sums through counts. */
struct metric_sum {
	int64_t		 last_at;	/* the latest; 0: there is none */
	int64_t		 samples;	/* of "stats" */
	int64_t		 up_bps, down_bps; /* sums, bit/s */
	int64_t		 sent, received, lost; /* packets */
	int64_t		 latency_us, latency_max_us; /* sum; the worst */
	int64_t		 jitters, jitter_us; /* how many told it; sum */
	int64_t		 excellent, good, poor, lost_quality; /* times */
	int64_t		 errors;	/* of "clientError" */
	int64_t		 error_at;	/* the latest of these: */
	const char	*error;		/* NULL: none */
};

void	 metric_add(struct metric_sum *to, const struct metric_sum *);
/* Adds to the 10 seconds in which sum->last_at is. */
enum rc	 metric_put(struct db *, const char *room, const char *identity,
    const struct metric_sum *) MUST_CHECK;

struct metric_person {
	const char	*identity;
	const char	*name;		/* in the room, last; NULL */
	struct metric_sum sum;
};
struct metric_step {
	int64_t		 at;
	int64_t		 people;	/* of whom there is anything */
	struct metric_sum sum;
};

/*
 * What there is of a room in [from, until), of one person or (NULL) all: by
 * person, latest seen first, *people: how many there are; by steps of span_ms,
 * those of which there is something.  from and until are multiples of the
 * longest span that is kept of that time: then a roll-up changes nothing.
 */
enum rc	 metric_people(struct db *, const char *room, const char *identity,
    int64_t from, int64_t until, int64_t limit, struct metric_person **rows,
    size_t *len, int64_t *people) MUST_CHECK;
enum rc	 metric_series(struct db *, const char *room, const char *identity,
    int64_t from, int64_t until, int64_t span_ms, struct metric_step **rows,
    size_t *len) MUST_CHECK;

/* The next room after a name of which anything is kept; NULL: none. */
enum rc	 metric_room_after(struct db *, const char *after, const char **room)
    MUST_CHECK;
/*
 * Adds the oldest rows of a span that began before a time, at most limit of
 * them, to those of a longer span (0: to nothing) and deletes them.
 */
enum rc	 metric_roll(struct db *, const char *room, int64_t span_ms,
    int64_t to_span_ms, int64_t before, int64_t limit) MUST_CHECK;
/* Whether it would find any. */
enum rc	 metric_due(struct db *, const char *room, int64_t span_ms,
    int64_t before, bool *yes) MUST_CHECK;

/* ---- recordings --------------------------------------------------------- */

enum recording_status {
	RECORDING_STARTING, RECORDING_RECORDING, RECORDING_PROCESSING,
	RECORDING_COMPLETE, RECORDING_FAILED
};
const char *recording_status_name(enum recording_status);

struct recording_row {
	const char	*id;
	const char	*room_name;
	const char	*room_sid;
	const char	*egress_id;	/* NULL */
	enum recording_status status;
	bool		 is_stop_wanted;
	const char	*started_by;
	int64_t		 created_at;	/* asked for then */
	int64_t		 started_at;	/* the same, until LiveKit began */
	int64_t		 ended_at;	/* 0: not */
	const char	*participants;	/* JSON array of identities */
	const char	*object_key;	/* NULL */
	bool		 is_s3;
	const char	*location;	/* NULL */
	int64_t		 file_size;	/* -1: unknown */
	int64_t		 duration_ms;	/* -1: unknown */
	const char	*error;		/* NULL */
};

/* RC_CONFLICT: one of this room is running. */
enum rc	 recording_insert(struct db *, const struct recording_row *)
    MUST_CHECK;
enum rc	 recording_by_id(struct db *, const char *id, struct recording_row *)
    MUST_CHECK;
enum rc	 recording_by_egress(struct db *, const char *egress_id,
    struct recording_row *) MUST_CHECK;
/* The one that is starting or recording. */
enum rc	 recording_running(struct db *, const char *room,
    struct recording_row *) MUST_CHECK;
/* Newest first; (0, NULL) at first. */
enum rc	 recording_list(struct db *, const char *room, int64_t before_created,
    const char *before_id, int64_t limit, struct recording_row **rows,
    size_t *len) MUST_CHECK;
/* Those that somebody asked for, of any room. */
enum rc	 recording_list_of(struct db *, const char *user_id,
    int64_t before_created, const char *before_id, int64_t limit,
    struct recording_row **rows, size_t *len) MUST_CHECK;
/* Everything but id, room, who and when that was; of errors 500 characters.
 * RC_CONFLICT: the egress is another's. */
enum rc	 recording_update(struct db *, const struct recording_row *)
    MUST_CHECK;
enum rc	 recording_delete(struct db *, const char *id) MUST_CHECK;
/* Not complete nor failed, oldest first, after (0, NULL). */
enum rc	 recording_unfinished(struct db *, int64_t after_created,
    const char *after_id, int64_t limit, struct recording_row **rows,
    size_t *len) MUST_CHECK;
/* Those of a room, at most 100. */
enum rc	 recording_unfinished_of(struct db *, const char *room,
    struct recording_row **rows, size_t *len) MUST_CHECK;
/* Unfinished, asked for by then, and without an egress. */
enum rc	 recording_unheard(struct db *, int64_t before, int64_t limit,
    struct recording_row **rows, size_t *len) MUST_CHECK;
/* Which life of the room is the present one; RC_NOT_FOUND: not known. */
enum rc	 room_session_now(struct db *, const char *room, const char **sid)
    MUST_CHECK;

/* ---- live streams ------------------------------------------------------ */

struct live_row {
	const char	*id;		/* = room name */
	const char	*title;
	const char	*streamer_id;
	bool		 is_live;
	int64_t		 viewer_count;
	int64_t		 created_at;
	int64_t		 ended_at;	/* 0: not */
	int64_t		 lapses_at;	/* 0: host is there; else when it ends by itself */
};

enum rc	 live_insert(struct db *, const struct live_row *) MUST_CHECK;
/* Grace is part of the reading: a stream whose lapses_at has passed comes out
 * with is_live false and ended_at = lapses_at, whether or not a pass ran. */
enum rc	 live_by_id(struct db *, const char *id, int64_t now, struct live_row *)
    MUST_CHECK;
/* Newest first, open at now, room open too (STARTING ones are not listed);
 * before (created_at,id) of the last one seen, (0, NULL) at first. */
enum rc	 live_open(struct db *, int64_t now, int64_t before_created,
    const char *before_id, int64_t limit, struct live_row **rows, size_t *len)
    MUST_CHECK;
/* One open stream of a person, RC_NOT_FOUND if none. STARTING ones count. */
enum rc	 live_by_streamer(struct db *, const char *user_id, int64_t now,
    struct live_row *) MUST_CHECK;
enum rc	 live_count_by_streamer(struct db *, const char *user_id, int64_t now,
    int64_t *open) MUST_CHECK;
/* On an ended stream: RC_OK, nothing changes. */
enum rc	 live_set_presence(struct db *, const char *id, int64_t viewers,
    int64_t lapses_at) MUST_CHECK;
/* Marks it ended; RC_OK also when it was (then ended_at stays).  One that had
 * lapsed before at ended when it lapsed, as reads said all along. */
enum rc	 live_end(struct db *, const char *id, int64_t at) MUST_CHECK;
/* Streams past lapses_at that are still marked live, as live_by_id reads them:
 * is_live false, ended_at the time to write down. */
enum rc	 live_lapsed(struct db *, int64_t now, int64_t limit,
    struct live_row **rows, size_t *len) MUST_CHECK;

/* ---- chat -------------------------------------------------------------- */

struct message_row {
	const char	*id;		/* UUID */
	const char	*room_name;
	const char	*user_id;	/* NULL: guest, or an erased user */
	const char	*identity;
	const char	*username;	/* NULL: guest or erased */
	const char	*display_name;
	const char	*text;		/* "" when blanked */
	const char	*type;		/* message important announcement system */
	bool		 is_pinned;
	int64_t		 created_at;
	int64_t		 seq;		/* order within the database, for cursors */
};

/* seq is given by us, in the same transaction.  display_name is kept for guests
 * only; users' names come from their row when read. */
enum rc	 message_insert(struct db *, struct message_row *) MUST_CHECK;
/* Newest first, seq < before (0: from the newest); type NULL = all;
 * pinned_only narrows. */
enum rc	 message_page(struct db *, const char *room, int64_t before,
    const char *type, bool pinned_only, int64_t limit,
    struct message_row **rows, size_t *len) MUST_CHECK;
/* Oldest first, seq > after. */
enum rc	 message_page_after(struct db *, const char *room, int64_t after,
    const char *type, bool pinned_only, int64_t limit,
    struct message_row **rows, size_t *len) MUST_CHECK;

/* RC_NOT_FOUND unless it is of that room. */
enum rc	 message_by_id(struct db *, const char *room, const char *id,
    struct message_row *) MUST_CHECK;
enum rc	 message_set_pinned(struct db *, const char *room, const char *id,
    bool) MUST_CHECK;

/* ---- channels ---------------------------------------------------------- */

struct stream_row {
	const char	*id;
	const char	*user_id;	/* = name of its room */
	const char	*title;
	const char	*description;	/* NULL */
	const char	*thumbnail;	/* NULL */
	bool		 is_chat_enabled;
	bool		 is_chat_delayed;
	bool		 is_chat_followers_only;
	int64_t		 chat_delay_seconds;
	int64_t		 refused_until;	/* encoders; 0: not */
	int64_t		 last_live_at;	/* 0: never */
	int64_t		 created_at;
};

/* RC_CONFLICT: this creator has one. */
enum rc	 stream_insert(struct db *, const struct stream_row *) MUST_CHECK;
enum rc	 stream_by_user(struct db *, const char *user_id, struct stream_row *)
    MUST_CHECK;
/* Title, description, thumbnail (and title of the broadcast on air). */
enum rc	 stream_set_info(struct db *, const struct stream_row *) MUST_CHECK;
enum rc	 stream_set_chat(struct db *, const struct stream_row *) MUST_CHECK;
enum rc	 stream_set_refused(struct db *, const char *user_id, int64_t until)
    MUST_CHECK;
/* Channel of an erased account: title "Deleted", nothing else told; its
 * broadcasts likewise. */
enum rc	 stream_blank(struct db *, const char *user_id) MUST_CHECK;

/* A channel as it is shown, with its creator and its open broadcast. */
struct channel_row {
	struct stream_row	 stream;
	const char		*username;
	const char		*display_name;
	const char		*avatar_url;	/* NULL */
	bool			 is_disabled;	/* the creator's account */
	int64_t			 follower_count;
	bool			 is_following;	/* the one who looks */
	bool			 is_blocked;	/* creator blocks who looks */
	bool			 is_live;
	int64_t			 viewer_count;	/* 0 when not live */
	int64_t			 started_at;	/* 0 when not live */
	int64_t			 rank;		/* recommended: how many of those
						 * that I follow follow it */
	int64_t			 followed_at;	/* following: since when */
};

/* viewer_id NULL: nobody is signed in.  RC_NOT_FOUND: no such person or no
 * stream; erased ones too.  What is_disabled and is_blocked mean is the
 * caller's to decide. */
enum rc	 channel_by_username(struct db *, const char *username,
    const char *viewer_id, int64_t now, struct channel_row *) MUST_CHECK;
enum rc	 channel_by_user(struct db *, const char *user_id,
    const char *viewer_id, int64_t now, struct channel_row *) MUST_CHECK;

/*
 * Lists.  Never of disabled people, nor of who blocks the viewer or is blocked
 * by them.  A list is read in sections; a position is where the one before
 * ended.  *last: that of the last row given, id NULL where none comes after it.
 * Costs do not grow with the number of channels or follows.
 */
struct channel_after {
	int64_t		 section;	/* 0 at first */
	int64_t		 first, second;	/* sort keys of the last row */
	const char	*id;		/* its user id, NULL at first */
};

/* On air, most viewers first. */
enum rc	 channel_live(struct db *, const char *viewer_id, int64_t now,
    const struct channel_after *, int64_t limit, struct channel_row **rows,
    size_t *len, struct channel_after *last) MUST_CHECK;
/* All that viewer_id follows: those on air, most viewers first, then the
 * others, newest follow first. */
enum rc	 channel_following(struct db *, const char *viewer_id, int64_t now,
    const struct channel_after *, int64_t limit, struct channel_row **rows,
    size_t *len, struct channel_after *last) MUST_CHECK;
/* On air first, then by how many of those that the viewer follows (the newest
 * 200, and 50 each; of what comes of it the best 500) follow it, then by latest
 * broadcast; never the viewer nor who they follow. */
enum rc	 channel_recommended(struct db *, const char *viewer_id, int64_t now,
    const struct channel_after *, int64_t limit, struct channel_row **rows,
    size_t *len, struct channel_after *last) MUST_CHECK;

/* ---- stream keys and WHIP sessions ------------------------------------- */

enum key_state { KEY_CURRENT, KEY_NEXT, KEY_GONE };

struct stream_key_row {
	const char	*ingress_id;
	const char	*user_id;
	enum key_state	 state;
	bool		 is_rtmp;	/* else WHIP */
	bool		 is_own;	/* our /whip, else LiveKit's ingress */
	const char	*server_url;
	const char	*key_sealed;
	const char	*key_hash;	/* SHA-256, hex */
	bool		 is_enabled;
	int64_t		 run_started_at; /* 0: none */
	int64_t		 run_ended_at;	/* 0: none */
	int64_t		 created_at;
	int64_t		 last_used_at;	/* 0: never */
};

enum rc	 stream_key_insert(struct db *, const struct stream_key_row *)
    MUST_CHECK;
/* The current one. */
enum rc	 stream_key_by_user(struct db *, const char *user_id,
    struct stream_key_row *) MUST_CHECK;
/* All of a creator, in any state. */
enum rc	 stream_key_list(struct db *, const char *user_id,
    struct stream_key_row **rows, size_t *len) MUST_CHECK;
/* Is there one of anybody, in any state? */
enum rc	 stream_key_any(struct db *, bool *yes) MUST_CHECK;
/* A current key by the SHA-256 of what an encoder sent. */
enum rc	 stream_key_by_hash(struct db *, const char *key_hash,
    struct stream_key_row *) MUST_CHECK;
enum rc	 stream_key_by_ingress(struct db *, const char *ingress_id,
    struct stream_key_row *) MUST_CHECK;
enum rc	 stream_key_set_state(struct db *, const char *ingress_id,
    enum key_state) MUST_CHECK;
enum rc	 stream_key_set_enabled(struct db *, const char *ingress_id, bool)
    MUST_CHECK;
enum rc	 stream_key_touch(struct db *, const char *ingress_id, int64_t now)
    MUST_CHECK;
/* Any order of any repetitions ends the same: the latest of each holds. */
enum rc	 stream_key_run_started(struct db *, const char *ingress_id,
    int64_t started_at) MUST_CHECK;
enum rc	 stream_key_run_ended(struct db *, const char *ingress_id,
    int64_t started_at_or_before) MUST_CHECK;
enum rc	 stream_key_delete(struct db *, const char *ingress_id) MUST_CHECK;
/* Current keys that are at LiveKit, one a creator, after an id, for the
 * reconciler. */
enum rc	 stream_key_at_livekit(struct db *, const char *after_user,
    int64_t limit, struct stream_key_row **rows, size_t *len) MUST_CHECK;

struct whip_row {
	const char	*id;
	const char	*user_id;
	const char	*ingress_id;	/* of the key it came with */
	const char	*participant_sid;
	int64_t		 started_at;
	int64_t		 ended_at;	/* 0: not */
};

/* Ends the others of this creator. */
enum rc	 whip_insert(struct db *, const struct whip_row *) MUST_CHECK;
enum rc	 whip_by_id(struct db *, const char *id, struct whip_row *) MUST_CHECK;
enum rc	 whip_end(struct db *, const char *id, int64_t at) MUST_CHECK;
/* All open ones of a creator. */
enum rc	 whip_end_all(struct db *, const char *user_id, int64_t at) MUST_CHECK;
enum rc	 whip_purge(struct db *, int64_t ended_before) MUST_CHECK;

/* ---- broadcasts -------------------------------------------------------- */

struct broadcast_row {
	const char	*id;
	const char	*user_id;	/* = name of the room */
	const char	*title;
	int64_t		 started_at;
	int64_t		 ended_at;	/* 0: not */
	int64_t		 lapses_at;	/* 0: something is published */
	int64_t		 viewer_count;
	int64_t		 peak_viewers;
	int64_t		 unique_viewers;
	int64_t		 watch_ms;
};

/* RC_CONFLICT: one is open.  Sets last_live_at of the channel. */
enum rc	 broadcast_insert(struct db *, const struct broadcast_row *)
    MUST_CHECK;
/* The one whose end is not written, as it is written: lapses_at may have
 * passed. */
enum rc	 broadcast_open(struct db *, const char *user_id,
    struct broadcast_row *) MUST_CHECK;
/* Reading with grace: RC_NOT_FOUND also when it has lapsed. */
enum rc	 broadcast_on_air(struct db *, const char *user_id, int64_t now,
    struct broadcast_row *) MUST_CHECK;
/* RC_NOT_FOUND unless it is this creator's. */
enum rc	 broadcast_by_id(struct db *, const char *user_id, const char *id,
    int64_t now, struct broadcast_row *) MUST_CHECK;
/* Newest first; a lapsed one reads as ended.  (0, NULL) at first. */
enum rc	 broadcast_list(struct db *, const char *user_id, int64_t now,
    int64_t before_started, const char *before_id, int64_t limit,
    struct broadcast_row **rows, size_t *len) MUST_CHECK;
enum rc	 broadcast_set_presence(struct db *, const char *id, int64_t viewers,
    int64_t lapses_at) MUST_CHECK;
/* It began earlier than we knew. */
enum rc	 broadcast_set_start(struct db *, const char *id, int64_t started_at)
    MUST_CHECK;
/* Writes the end, and unique viewers and watch time from presence. */
enum rc	 broadcast_end(struct db *, const char *id, int64_t at) MUST_CHECK;
enum rc	 broadcast_lapsed(struct db *, int64_t now, int64_t limit,
    struct broadcast_row **rows, size_t *len) MUST_CHECK;
/* How many watched in each minute from started_at on, up to now or the end:
 * at most 1440 numbers. */
enum rc	 broadcast_minutes(struct db *, const struct broadcast_row *,
    int64_t now, int64_t **viewers, size_t *len) MUST_CHECK;

/*
 * What the creator publishes in the room, from tracks, presence and the runs
 * of an ingress.  *since: 0 while something is published, else when the last
 * of it ended, -1 if there never was anything.  Cut sessions and ended WHIP
 * sessions publish nothing; what a cut one published before is not told
 * either.  A run counts for STREAM_RUN_MS without a participant, else as long
 * as one is there, and ended when the last one left; one told to be over that
 * nobody saw in the room ended when run_ended_at says.
 */
enum rc	 stream_silent_since(struct db *, const char *user_id, int64_t now,
    int64_t *since) MUST_CHECK;

/* When the first of it began that had not ended by `after`; 0: there is none.
 * What stream_silent_since counts counts here. */
enum rc	 stream_published_from(struct db *, const char *user_id, int64_t after,
    int64_t *at) MUST_CHECK;
/* A run of an ingress without a participant counts so long. */
#define STREAM_RUN_MS	(60 * 1000)

/* ---- follows and blocks ------------------------------------------------ */

/* Idempotent; the counts of both users move with the row. */
enum rc	 follow_add(struct db *, const char *follower_id,
    const char *followed_id, int64_t now) MUST_CHECK;
enum rc	 follow_remove(struct db *, const char *follower_id,
    const char *followed_id) MUST_CHECK;
/* *yes: written on RC_OK. */
enum rc	 follow_exists(struct db *, const char *follower_id,
    const char *followed_id, bool *yes) MUST_CHECK;
/* Idempotent; takes the follows of both away. */
enum rc	 block_add(struct db *, const char *blocker_id,
    const char *blocked_id, int64_t now) MUST_CHECK;
enum rc	 block_remove(struct db *, const char *blocker_id,
    const char *blocked_id) MUST_CHECK;
enum rc	 block_exists(struct db *, const char *blocker_id,
    const char *blocked_id, bool *yes) MUST_CHECK;

struct relation_row {
	struct user_row	 user;		/* the other one */
	int64_t		 created_at;
};

/* Newest first; (0, NULL) at first. */
enum rc	 follow_list(struct db *, const char *follower_id,
    int64_t before_created, const char *before_id, int64_t limit,
    struct relation_row **rows, size_t *len) MUST_CHECK;
enum rc	 block_list(struct db *, const char *blocker_id,
    int64_t before_created, const char *before_id, int64_t limit,
    struct relation_row **rows, size_t *len) MUST_CHECK;

/* ---- audit ------------------------------------------------------------- */

struct audit_row {
	int64_t		 id;		/* given by us */
	int64_t		 at;
	const char	*actor_id;	/* NULL: the command */
	const char	*actor_name;
	const char	*action;
	const char	*target_id;
	const char	*target_name;
};

enum rc	 audit_insert(struct db *, const struct audit_row *) MUST_CHECK;
/* Newest first, id < before (0: from the newest). */
enum rc	 audit_list(struct db *, int64_t before, int64_t limit,
    struct audit_row **rows, size_t *len) MUST_CHECK;

/* ---- events, inbox, jobs, lease ---------------------------------------- */

/* Appends to the log; id from our counter row, never repeats. room NULL: of a
 * person (user_id). data is JSON text. */
enum rc	 event_insert(struct db *, const char *room, const char *user_id,
    const char *type, const char *data, int64_t at) MUST_CHECK;
enum rc	 event_purge(struct db *, int64_t before) MUST_CHECK;

/* RC_CONFLICT: this event id was stored before (a repeat). */
enum rc	 inbox_insert(struct db *, const char *event_id, const char *event,
    const char *room, int64_t created_at, int64_t received_at) MUST_CHECK;
enum rc	 inbox_purge(struct db *, int64_t received_before) MUST_CHECK;

struct job_row {
	int64_t		 id;
	const char	*kind;		/* "room.delete", "room.undo" … */
	const char	*room_name;	/* NULL where the job has none */
	const char	*identity;	/* NULL */
	const char	*payload;	/* JSON, NULL */
	int64_t		 not_before;
	int64_t		 attempts;
	int64_t		 created_at;
	const char	*last_error;	/* NULL */
};

/* One pending job per (kind, room, identity): a newer one replaces it. */
enum rc	 job_put(struct db *, const struct job_row *) MUST_CHECK;
/* Due jobs, oldest first. */
enum rc	 job_due(struct db *, int64_t now, int64_t limit,
    struct job_row **rows, size_t *len) MUST_CHECK;
/* The same of one room. */
enum rc	 job_due_of(struct db *, const char *room, int64_t now, int64_t limit,
    struct job_row **rows, size_t *len) MUST_CHECK;
/* Earliest not_before of all, 0 when there is none. */
enum rc	 job_next(struct db *, int64_t *not_before) MUST_CHECK;
/* Done: gone, unless it was replaced meanwhile (created_at differs). */
enum rc	 job_done(struct db *, const struct job_row *) MUST_CHECK;
enum rc	 job_drop(struct db *, const char *kind, const char *room) MUST_CHECK;
enum rc	 job_retry(struct db *, int64_t id, int64_t not_before,
    const char *error) MUST_CHECK;

/* True in *got when holder has the lease until now + ttl. */
enum rc	 lease_take(struct db *, const char *name, const char *holder,
    int64_t now, int64_t ttl_ms, bool *got) MUST_CHECK;
enum rc	 lease_drop(struct db *, const char *name, const char *holder)
    MUST_CHECK;
/* Until when somebody has it, 0: nobody. */
enum rc	 lease_until(struct db *, const char *name, int64_t *until) MUST_CHECK;
/* When a pass last ended (ms), 0: never. Read by the tick after a reply.
 * A pass ends by lease_drop, or by lease_take of the one who has it. */
enum rc	 lease_last(struct db *, const char *name, int64_t *at) MUST_CHECK;

#endif
