/*
 * What the files of app share among themselves.
 */
#ifndef APP_LOCAL_H
#define APP_LOCAL_H

#include "app.h"

/* ---- configuration: the table in config.c, its readers in config_read.c -- */

enum form {
	FORM_TEXT,
	FORM_HTTP_URL,		/* http(s)://host[:port][/path], no '/' at the end */
	FORM_LIVEKIT_URL,	/* the same with ws(s) */
	FORM_INT,
	FORM_BOOL,
	FORM_WORD,		/* one of words, as its place (an enum) */
	FORM_LIMIT,		/* min: enum limit */
	FORM_ISSUER		/* offset into struct issuer_config */
};

struct setting {
	struct config_doc doc;
	enum form	 form;
	size_t		 offset;	/* into struct config */
	int64_t		 min;
	int64_t		 max;
	unsigned	 needs;		/* caps without which it is not kept */
	const char	*alias;		/* another name, NULL */
	const char	*words;		/* FORM_WORD: "auto livekit own" */
};

#define SETTINGS_MAX	64
#define ISSUERS_MAX	16
#define ISSUER_NAME_MAX	32

/* A value on its way from where it stands to struct config. */
struct given {
	const char	*value;		/* NULL: not set */
	const char	*where;		/* "file:line" or "environment" */
};

struct loading {
	struct arena	*arena;
	unsigned	 caps;
	struct given	 given[SETTINGS_MAX];
	struct issuer_config issuers[ISSUERS_MAX];
	size_t		 issuers_len;
	char		 why[512];
};

const struct setting *setting_at(size_t i);	/* NULL past the end */
/* Finds a name in either spelling, any case; *i is its place. */
const struct setting *setting_find(const char *name, size_t *i);
/* Writes the sentence and returns RC_INVALID. */
enum rc	 config_refuse(struct loading *, const char *fmt, ...) PRINTF(2, 3);
enum rc	 config_read_file(struct loading *, const char *path) MUST_CHECK;
enum rc	 config_read_environment(struct loading *) MUST_CHECK;

/* ---- jobs (jobs.c) ------------------------------------------------------- */

#define JOB_ROOM_DELETE	"room.delete"	/* over here, may exist at LiveKit */
#define JOB_ROOM_UNDO	"room.undo"	/* a start that never finished */
#define JOB_ROOM_MAKE	"room.make"	/* an encoder at LiveKit needs it */
#define JOB_ROOM_ENFORCE "room.enforce"	/* who is in it, and may what */
#define JOB_INGRESS_SETTLE "ingress.settle" /* one valid key, no orphan */
#define JOB_EGRESS_START "egress.start"	/* identity: the recording */
#define JOB_EGRESS_STOP	"egress.stop"	/* identity: LiveKit's EG_ id */

/* Writes a job of a room into the open transaction. */
enum rc	 job_room(struct app *, const char *kind, const char *room,
    int64_t not_before) MUST_CHECK;

/* Does one job now, and ticks it off or puts it off. Not in a transaction. */
enum rc	 job_do(struct app *, const struct job_row *, enum rc *result)
    MUST_CHECK;

/* ---- recordings (recording_told.c, recording_job.c, recording_look.c) -------- */

#define RECORDING_START_MS (60 * 1000)	/* LiveKit confirms a start, or failed */
#define RECORDING_LOST	"LiveKit knows nothing of this recording any more; " \
			"it was probably restarted."
#define RECORDING_STOP_MS (10 * 60 * 1000) /* the end of a stopped one comes */

bool	 recording_is_final(const struct recording_row *);
/* All that read as failed (recording_lapse) are written so. */
enum rc	 recordings_lapsed(struct app *) MUST_CHECK;
/* The rest in a transaction.  Event recording.status; */
enum rc	 recording_event(struct app *, const struct recording_row *,
    int64_t at) MUST_CHECK;
/* a change of the row, with the event where the status is another than before;
 */
enum rc	 recording_change(struct app *, const struct recording_row *before,
    const struct recording_row *after, int64_t at) MUST_CHECK;
/* it has failed, with a sentence for people (where it had not ended); */
enum rc	 recording_fail(struct app *, const struct recording_row *,
    const char *why, int64_t at) MUST_CHECK;
/* it is to end, at LiveKit by a job. */
enum rc	 recording_halt(struct app *, struct recording_row *, int64_t at)
    MUST_CHECK;
/* One that reads as failed is written so; else as it was. */
enum rc	 recording_lapsed(struct app *, struct recording_row *) MUST_CHECK;
/*
 * What LiveKit says of an egress, in answer to the start of a recording (id;
 * NULL: of none): of a recording's it becomes the row, one that nobody here
 * asked for is stopped by a job where it runs in a room of ours.
 */
enum rc	 egress_told(struct app *, const char *id, const struct lk_egress *,
    int64_t at) MUST_CHECK;
bool	 egress_is_running(const struct lk_egress *);
/* Webhooks egress_*. */
enum rc	 egress_apply(struct app *, const struct lk_event *) MUST_CHECK;
/* Without what opens the storage, at most 500 characters; NULL for nothing. */
const char *recording_text(struct app *, const char *);

/* ListEgress, whole or RC_UPSTREAM; RC_UNSUPPORTED: LiveKit has none, without
 * a word where req is NULL.  Freed by lk_free. */
enum rc	 egress_list(struct app *, struct req *,
    const struct lk_egress_filter *, struct lk_egresses **) MUST_CHECK;
/* Each of them, in transactions of its own. */
enum rc	 egress_list_told(struct app *, const struct lk_egresses *) MUST_CHECK;
enum rc	 egress_start_job(struct app *, const struct job_row *) MUST_CHECK;
enum rc	 egress_stop_job(struct app *, const struct job_row *) MUST_CHECK;
/* Puts the job, unless it waits already (in a transaction). */
enum rc	 egress_stop_put(struct app *, const char *room,
    const char *egress_id) MUST_CHECK;
/* The reconciler's part. */
enum rc	 egress_look(struct app *) MUST_CHECK;
/* Starts this binary anew to carry the start out; false where it cannot. */
bool	 recording_spawn(struct app *, const char *id);

/* ---- who is there, counts (presence.c) ------------------------------------- */

/*
 * In a transaction.  presence_merge, and the event where somebody is there who
 * was not, or the other way round: once each, whoever tells of it first;
 * everybody of a room's session (NULL: of any) has left it.
 */
enum rc	 presence_told(struct app *, const struct presence_row *) MUST_CHECK;
enum rc	 presence_gone(struct app *, const char *room, const char *room_sid,
    enum left_by, int64_t at) MUST_CHECK;

/* After whatever changed who is in a room, by its kind, of a row as it is now.
 * In a transaction. */
enum rc	 room_recount(struct app *, const struct room_row *, int64_t now)
    MUST_CHECK;
/* Whether what is published by this identity is kept for rooms of this kind:
 * of channels and live streams the owner's, elsewhere everybody's. */
bool	 room_tracks(const struct room_row *, const char *identity);

/* People in the room, an owner and their self-view as one, and an event where
 * they have changed; kinds that count viewers tell of those. */
enum rc	 people_recount(struct app *, const struct room_row *,
    int64_t lapses_at, int64_t now) MUST_CHECK;
enum rc	 viewers_event(struct app *, const char *room, int64_t viewers,
    int64_t now) MUST_CHECK;

/* ---- who may be in a room (enforce.c) ------------------------------------- */

struct verdict {
	enum { LET_BE, SET_PERMISSION, THROW_OUT } act;
	struct grant	 grant;		/* SET_PERMISSION: what holds now */
	const char	*metadata;	/* and what others may read; NULL: leave it */
};

/* What must be done about somebody who is in there.  Where LiveKit did not say
 * what they may, nothing is compared; a room that is over has no rules. */
enum rc	 participant_verdict(struct app *, const struct room_row *,
    const struct lk_participant *, struct verdict *) MUST_CHECK;
bool	 presence_is_cut(const struct presence_row *, size_t len,
    const char *sid);
/* The job: makes the room at LiveKit what the database says. */
enum rc	 room_enforce(struct app *, const struct job_row *) MUST_CHECK;

/* ---- source rooms (source.c, source_end.c) ---------------------------------- */

#define SOURCE_WAIT_MS	(5 * 60 * 1000)	/* nobody came */

enum rc	 source_rights(struct app *, const struct room_row *,
    const char *identity, struct rights *) MUST_CHECK;
/* Everybody whom LiveKit listed then is in the rows, in a transaction: who was
 * replaced by nobody is not there. */
enum rc	 source_unseen(struct app *, const char *name, int64_t listed_at)
    MUST_CHECK;

/* ---- a look at one room (look.c) ------------------------------------------- */

#define LISTS_LAG_MS	5000	/* LiveKit's own lists lag behind so much */

/* What the look at one room of ours found; arena memory and the room's. */
struct finding {
	const char		*room;
	bool			 there;
	const struct presence_row *merge;
	size_t			 merge_len;
	const struct track_row	*tracks;
	size_t			 tracks_len;
	bool			 enforce;	/* somebody may not what they may */
	bool			 coming;	/* somebody is on their way in */
	int64_t			 at;
};

/* there: NULL where LiveKit has no such room. Not in a transaction. */
enum rc	 room_look(struct app *, const struct room_row *,
    const struct lk_room *there, struct finding *) MUST_CHECK;
/* In a transaction. */
enum rc	 finding_write(struct app *, const struct finding *) MUST_CHECK;

/* Runs of ingresses as LiveKit lists them (runs.c). Not in a transaction. */
enum rc	 runs_look(struct app *) MUST_CHECK;

/* ---- background work (tick.c) -------------------------------------------- */

/* Takes or renews the lease, which long work must do every 10 s or so. */
enum rc	 lease_hold(struct app *, bool *got) MUST_CHECK;
/* Ends what is not ended, in a transaction; *did: there was anything to do. */
enum rc	 live_end_once(struct app *, const char *name, struct live_row *,
    bool *did) MUST_CHECK;
/* Ends a stream that lapsed, if that still holds (in a transaction). */
enum rc	 live_lapse(struct app *, const char *id) MUST_CHECK;

/* ---- WHIP (whip.c) -------------------------------------------------------- */

/* Each of a comma list is a stun: or turn: address fit for a header; at most
 * WHIP_ICE_MAX, none is fine. */
#define WHIP_ICE_MAX	8
bool	 whip_ice_valid(const char *list);

/* ---- rooms as replies show them (room.c) -------------------------------------- */

/* What it is called, its kind and whose it is, within an open object. */
void	 room_about_write(struct buf *, const struct room_listed *);

/* ---- rooms at LiveKit (room.c) ------------------------------------------- */

/* CreateRoom with our settings; req may be NULL. Not in a transaction. */
enum rc	 room_make(struct app *, struct req *, const struct room_row *)
    MUST_CHECK;
/* DeleteRoom; a room that is not there is fine. Not in a transaction. */
enum rc	 room_remove(struct app *, const char *name) MUST_CHECK;

/*
 * LiveKit has this room (in a transaction): confirmed, unless it is over, which
 * puts the job that deletes it there.
 */
enum rc	 room_seen(struct app *, const struct room_row *, int64_t at)
    MUST_CHECK;

/* ---- new rooms (start.c) --------------------------------------------------- */

struct room_start {
	const struct room_row *room;	/* STARTING, of the caller */
	/* Writes it and what belongs to it, or refuses; in a transaction. */
	enum rc		(*insert)(struct req *, const struct room_start *);
	/* Tells that it is open, in a transaction; NULL: nothing is told. */
	enum rc		(*open)(struct app *, const struct room_start *);
};
/* Open at LiveKit and here, or nothing is left behind.  Counts LIMIT_START. */
enum rc	 room_start(struct req *, const struct room_start *) MUST_CHECK;

/* ---- LiveKit's client, signer and keys of this process: livekit.c ---------- */

enum rc	 livekit_open(struct app *, const char **why) MUST_CHECK;
void	 livekit_close(struct app *);
/* Lists that are whole, or RC_UPSTREAM; freed by lk_free. len 0: all rooms. */
enum rc	 livekit_rooms(struct app *, const char **names, size_t len,
    struct lk_rooms **out) MUST_CHECK;
enum rc	 livekit_people(struct app *, const char *room,
    struct lk_participants **out) MUST_CHECK;
/* Whether a reply's list is there and was read to the end; warns if not. */
bool	 livekit_list_whole(const char *json, const char *member, size_t read);

/* ---- rooms that end (class.c) ------------------------------------------------ */

/* In a transaction: an open one of kind source, class or live is over; its end
 * is the same whoever brings it about, and whenever. */
enum rc	 room_close(struct app *, const struct room_row *, const char *why)
    MUST_CHECK;

/* ---- rules of kinds (rights.c) ---------------------------------------------- */

/* RC_FORBIDDEN with a refusal: the account is disabled; or the room's owner
 * blocks this person. */
enum rc	 person_admitted(struct app *, const char *id, struct rights *)
    MUST_CHECK;
enum rc	 guest_of_owner(struct app *, const struct room_row *, const char *id,
    struct rights *) MUST_CHECK;

/* ---- classes (class.c) ------------------------------------------------------- */

enum rc	 class_rights(struct app *, const struct room_row *,
    const char *identity, struct rights *) MUST_CHECK;
enum rc	 class_leads(struct app *, const struct room_row *,
    const char *user_id, bool *yes) MUST_CHECK;
/* 404 no_room for other kinds, too. */
enum rc	 class_find(struct req *, const char *name, struct room_row *)
    MUST_CHECK;
/* room_find, but a voice channel is not there for strangers to its workspace. */
enum rc	 room_find_shown(struct req *, const char *name, struct room_row *)
    MUST_CHECK;
/* member_get, with the owner as the teacher that they always are. */
enum rc	 class_member_get(struct app *, const struct room_row *,
    const char *user_id, struct member_row *) MUST_CHECK;
/* The event of a hand that went up or down (participant.c). */
enum rc	 hand_event(struct app *, const struct room_row *,
    const char *identity, bool raised) MUST_CHECK;

/* ---- names that people give ------------------------------------------------- */

/* 400 invalid_room_name: a room must not pass for one of ours (live.c). */
enum rc	 room_name_check(struct req *, const char *field, const char *name)
    MUST_CHECK;
/* 404 no_user: nobody is called so (people.c). */
enum rc	 person_named(struct req *, const char *username, struct user_row *)
    MUST_CHECK;

/* ---- workspaces (workspace.c) ----------------------------------------------- */

/* workspace_find, and 403 not_admin for who does not lead it. */
enum rc	 workspace_lead(struct req *, const char *id, struct workspace_row *)
    MUST_CHECK;

/* ---- voice channels (voice.c) ------------------------------------------------ */

enum rc	 voice_rights(struct app *, const struct room_row *,
    const char *identity, struct rights *) MUST_CHECK;
enum rc	 voice_leads(struct app *, const struct room_row *,
    const char *user_id, bool *yes) MUST_CHECK;
/* In a transaction: every room of a workspace is over; somebody who may be in
 * fewer than before leaves those where they are. */
enum rc	 voice_end_all(struct app *, const char *workspace_id, int64_t now,
    const char *why) MUST_CHECK;
enum rc	 voice_throw_out(struct app *, const char *user_id) MUST_CHECK;

/* ---- tokens (token.c) ------------------------------------------------------ */

#define SOURCES_MAX	4	/* camera microphone screen_share screen_share_audio */
/* "microphone camera" as a list; how many. */
size_t	 sources_split(struct arena *, const char *sources,
    const char *list[SOURCES_MAX]);

/* What others in the room may read of somebody, as JSON. */
const char *token_metadata(struct app *, const struct token_for *,
    int64_t now);

/* ---- channels (stream.c) --------------------------------------------------- */

/* A new channel's id, defaults and time; not in the database. */
enum rc	 stream_new(struct arena *, const char *user_id, struct stream_row *)
    MUST_CHECK;
/*
 * In a transaction: off the air, and encoders are kept out for a while: here by
 * refused_until, at LiveKit's ingress by the job, which lets them in again.
 */
enum rc	 stream_stop(struct app *, const char *user_id, const char *why)
    MUST_CHECK;
/* The room that goes with it. */
void	 stream_room(struct arena *, const struct stream_row *,
    struct room_row *);

/* ---- stream keys (stream_key.c), all in a transaction ---------------------- */

/* Puts the job that tells LiveKit of the rows, where it has any of them. */
enum rc	 stream_keys_tell(struct app *, const char *user_id) MUST_CHECK;
/* RC_NOT_FOUND: there is no key. */
enum rc	 stream_keys_enable(struct app *, const char *user_id, bool enabled,
    bool *changed) MUST_CHECK;

/* ---- stream keys at LiveKit (ingress.c) ------------------------------------ */

/* Who changes a creator's keys there, alone; RC_CONFLICT: another does. */
enum rc	 ingress_lock(struct app *, const char *user_id, int *lock) MUST_CHECK;
void	 ingress_unlock(int lock);
/*
 * Under the lock: makes LiveKit what the rows say.  A next key that is there
 * becomes the current one, all else of the room goes.  req NULL: a job.
 */
enum rc	 ingress_settle(struct app *, struct req *, const char *user_id)
    MUST_CHECK;
/* An ingress with id, key and address; freed by lk_free. */
enum rc	 ingress_create(struct app *, struct req *,
    const struct lk_ingress_opts *, struct lk_ingress **) MUST_CHECK;
/* In a transaction: the pending job's id, 0: none; */
enum rc	 ingress_job(struct app *, const char *user_id, int64_t *id)
    MUST_CHECK;
/* what it was for is done (again_at 0), unless another was put since job_id. */
enum rc	 ingress_settled(struct app *, const char *user_id, int64_t job_id,
    int64_t again_at) MUST_CHECK;
enum rc	 ingress_settle_job(struct app *, const struct job_row *) MUST_CHECK;
/* All ingresses, as listed at a time: puts the job where they and the rows do
 * not agree. */
enum rc	 ingress_reconcile(struct app *, const struct lk_ingresses *,
    int64_t at) MUST_CHECK;

#endif
