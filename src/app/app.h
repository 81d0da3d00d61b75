/*
 * app: what is decided.  Configuration, the spine of a request, grants and
 * tokens, the life of rooms, chat rules, webhooks applied, jobs and reconcile.
 * Handlers (cgi-bin/) only read input, call one function here, write output.
 */
#ifndef APP_H
#define APP_H

#include "../base/base.h"
#include "../http/http.h"
#include "../store/store.h"
#include "../auth/auth.h"
#include "../livekit/livekit-api.h"

/* ---- configuration ----------------------------------------------------- */

enum creators_mode {
	CREATORS_OPEN,		/* everybody may stream */
	CREATORS_APPROVAL	/* whom an admin approves */
};

/* Which of the two a new stream key is made for (api.md §2). */
enum ingress_mode {
	INGRESS_AUTO,		/* WHIP: ours, RTMP: LiveKit's where it has it */
	INGRESS_LIVEKIT,	/* both LiveKit's */
	INGRESS_OWN		/* WHIP: ours, RTMP: none */
};

enum environment { ENVIRONMENT_PRODUCTION, ENVIRONMENT_DEVELOPMENT };

struct config {
	struct arena	*arena;			/* all of its memory */
	const char	*path;			/* file it came from; NULL: none */
	const char	*public_url;		/* no trailing '/' */
	const char	*mount;			/* its path, "" at the root */
	const char	*database;		/* path of the SQLite file */
	const char	*state_dir;		/* limits, counters, JWKS cache */
	const char	*app_secret;
	int64_t		 session_days;
	const char	*livekit_url;		/* ws(s):// that clients are told */
	const char	*livekit_api_url;	/* http(s):// for Twirp */
	const char	*livekit_api_key;
	const char	*livekit_api_secret;	/* NULL without NEEDS_LK */
	const char	*livekit_webhook_key;
	const char	*livekit_webhook_secret;/* NULL: only the API secret */
	bool		 livekit_exclusive;
	int64_t		 token_ttl_s;		/* 600; 60–21600 */
	int64_t		 live_max_open;		/* open streams per person: 1; 0: any */
	int64_t		 live_host_grace_s;	/* 60 */
	int64_t		 live_host_wait_s;	/* 300: host never came */
	enum creators_mode creators;		/* open */
	enum ingress_mode ingress;		/* auto */
	const char	*key_file;		/* seals stream keys; see seal_open */
	enum environment environment;		/* production */
	const char	*recording_path;	/* folder of recordings */
	const char	*s3_bucket;		/* NULL: disk of the egress host */
	const char	*s3_region;		/* NULL */
	const char	*s3_endpoint;		/* NULL: Amazon's */
	const char	*s3_access_key;		/* NULL without NEEDS_LK */
	const char	*s3_secret_key;		/* likewise */
	const char	*whip_ice_servers;	/* comma list of stun: and turn: */
	int64_t		 leeway_s;		/* 60: external tokens, 0–300 */
	const char	*trusted_proxies;	/* comma list */
	const char	*metrics_allow;		/* comma list of addresses */
	bool		 rate_limits;
	const char	*rate[LIMIT_MAX];	/* NULL: default */
	enum log_level	 log_level;
	const struct issuer_config *issuers;
	size_t		 issuers_len;
};

/*
 * Reads the file (path, else $STAGEDOOR_CONF, else the one under sysconfdir if
 * it exists) and STAGEDOOR_* over it; the seeds' plain LIVEKIT_* names too.
 * The file must not be readable by others.  Without NEEDS_LK in caps LiveKit's
 * secrets are not kept, and they are wiped from the environment.
 * RC_INVALID: *why is a sentence with file and line, valid until the next call.
 */
enum rc	 config_load(const char *path, unsigned caps, struct config **out,
    const char **why) MUST_CHECK;
void	 config_free(struct config *);	/* NULL allowed */
/* The table of names, for docs and `stagedoor config`: i-th row or NULL. */
struct config_doc { const char *name, *dflt, *help; bool secret; };
const struct config_doc *config_doc_at(size_t i);
/* What a name is set to here, as text, NULL where nothing is; secrets too. */
const char *config_value(const struct config *, const char *name);

/* ---- the application of one process ------------------------------------ */

struct app {
	const struct config	*config;
	unsigned		 caps;
	struct db		*db;
	struct auth		*auth;
	/* Without NEEDS_LK, and where LiveKit is not configured, NULL: */
	struct lk_client	*lk;
	struct lk_signer	*signer; /* of join tokens */
	struct lk_keys		*webhook_keys;
	struct seal		*seal;	/* NULL before the first use of keys */
	struct arena		*arena;		/* of the request in hand */
	struct arena		*work;		/* of background work */
	int64_t			 tick_seen_mono_ms; /* app_after looked then */
	char			 after_room[257]; /* jobs_run_after; "": none */
	bool			 after_all;	/* it was asked of several */
	/* First argument under which this binary does recording_carry_out;
	 * NULL: starts of recordings are waited for here. */
	const char		*recorder;
	int64_t			 egress_look_mono_ms; /* not before then */
};

enum {				/* besides the caps of a program */
	APP_ANY_SCHEMA = 1 << 2,	/* the schema is looked at by the caller */
	APP_MIGRATE = 1 << 3		/* make and bring up the database (CGI) */
};

/*
 * Opens everything a program of these capabilities needs; app->arena is the
 * caller's to set.  *why: a sentence.  On failure everything is closed again.
 */
enum rc	 app_open(const struct config *, unsigned caps, struct app *,
    const char **why) MUST_CHECK;
void	 app_close(struct app *);
/* The run() of struct spine: auth → origin → scope → body → tx → handler. */
enum rc	 app_run(struct req *);
/* The after() of struct spine: a tick when no worker has run for a minute. */
void	 app_after(struct app *);

/* Signed in as an admin, and not with an API key that lacks that scope. */
bool	 user_is_admin(const struct user *);	/* NULL: false */

#define LEASE_WORKER	"worker"	/* who does the background work */
#define WORKER_SEEN_MS	(60 * 1000)	/* older passes: nobody does it */

/* ---- LiveKit, as the application uses it ------------------------------- */

/* Which setting LiveKit cannot be called without is not set; NULL: none.  A
 * site without LiveKit serves all that needs none. */
const char *livekit_missing(const struct config *);

/*
 * Maps an lk_err to cause + code (livekit_unreachable, livekit_keys,
 * livekit_wrong_url, livekit_slow, livekit_error), opens the breaker on
 * unreachable.
 * LK_OK → RC_OK.  req may be NULL (jobs): then only the cause.
 */
enum rc	 livekit_result(struct app *, struct req *, enum lk_err) MUST_CHECK;
/* Whether this error is how a LiveKit without Redis, or an older one, says that
 * it has no such service. */
bool	 livekit_lacks(struct app *, enum lk_err);
/* RC_UPSTREAM livekit_unreachable at once while the breaker is open;
 * RC_UNSUPPORTED livekit_not_configured where there is none. */
enum rc	 livekit_ready(struct app *, struct req *) MUST_CHECK;

/* ---- grants and tokens ------------------------------------------------- */

enum role {
	ROLE_SOURCE, ROLE_HOST, ROLE_SPEAKER, ROLE_TEACHER, ROLE_PARTICIPANT,
	ROLE_STUDENT, ROLE_CREATOR, ROLE_SELF_VIEW, ROLE_VIEWER, ROLE_GUEST,
	ROLE_MAX
};
const char *role_name(enum role);

struct grant {
	bool		 publish, subscribe, data;
	bool		 admin, record;
	const char	*sources;	/* what may be published: names separated
					 * by spaces; NULL: everything */
};

/* The constant table[kind][role]; NULL where that pair does not exist. */
const struct grant *grant_of(enum kind, enum role);

/* What one person is in one room now, and what was decided beside the role. */
struct rights {
	enum role	 role;
	bool		 chat;		/* the chat rules let them post */
	enum { AS_THE_ROLE, MAY_PUBLISH, MAY_NOT_PUBLISH }
			 publish;	/* class: what a teacher decided */
	const char	*sources;	/* voice: what the channel allows; NULL */
	bool		 is_signed_in;	/* the account was looked at already */
	const char	*refusal;	/* RC_FORBIDDEN: the problem's code */
	int64_t		 retry_ms;	/* and when to come again; 0 */
};
/* The table's row with what was decided; none at all where it has no row. */
struct grant grant_now(enum kind, const struct rights *);

/*
 * The one rule: may this identity be in this room, and as what?  For tokens,
 * for who is inside already, for chat and all that is for people in the room.
 * RC_FORBIDDEN: it may not; refusal says why.
 */
enum rc	 room_rights(struct app *, const struct room_row *,
    const char *identity, struct rights *) MUST_CHECK;
/* The same for the caller: refused with the problem. */
enum rc	 room_admit(struct req *, const struct room_row *,
    const char *identity, struct rights *) MUST_CHECK;
/* Who leads a room: its owner, teachers of a class, owner and admins of a
 * voice channel's workspace.  They record, pin, remove, read metrics. */
enum rc	 room_leads(struct app *, const struct room_row *,
    const char *user_id, bool *yes) MUST_CHECK;
/* 403 not_leader for who does not. */
enum rc	 room_lead(struct req *, const struct room_row *) MUST_CHECK;
/* Whether it is not there for them: what a workspace has, outside of it. */
enum rc	 room_hidden(struct app *, const struct room_row *,
    const char *user_id, bool *yes) MUST_CHECK;
/* 410 room_ended for a room that is over, also by the clock alone. */
enum rc	 room_ended(struct req *, const struct room_row *) MUST_CHECK;
/* A room of any kind that is open: 404 no_room, 410 room_ended (the room is
 * written then, too). */
enum rc	 room_find(struct req *, const char *name, struct room_row *)
    MUST_CHECK;

/* What one participant's token says besides the grant. */
struct token_for {
	const char	*room;
	enum kind	 kind;
	struct rights	 rights;
	const char	*identity;
	const char	*name;		/* display name shown in the room */
	const char	*avatar_url;	/* NULL */
	int64_t		 not_after;	/* ms; caller's own credential; 0: none */
};

/* Mints; RC_INTERNAL only when the library refuses. *token: request arena. */
enum rc	 token_mint(struct app *, const struct token_for *, char **token)
    MUST_CHECK;

/* ---- rooms ------------------------------------------------------------- */

/*
 * Makes sure LiveKit has the room with our settings: CreateRoom unless
 * confirmed in the last 10 s.  Not inside a transaction.
 */
enum rc	 room_ensure(struct app *, struct req *, const struct room_row *)
    MUST_CHECK;

/* ---- live streams (seed 001) ------------------------------------------- */

/* Each fails req with the code of api.md §2 and returns its cause. */
enum rc	 live_start(struct req *, const char *title, const char *room_name,
    struct live_row *, char **token) MUST_CHECK;
enum rc	 live_token(struct req *, const char *room_name,
    const char *participant_name, char **token) MUST_CHECK;
enum rc	 live_end_by(struct req *, const char *room_name, struct live_row *)
    MUST_CHECK;
/* For anybody; 404 no_room where there is none, or it never began. */
enum rc	 live_find(struct req *, const char *id, struct live_row *) MUST_CHECK;
/* The `stream` object of api.md; key NULL in arrays. */
void	 live_write(struct buf *, const char *key, const struct live_row *);
/* Ends within a transaction already open: row, event, job room.delete. */
enum rc	 live_finish(struct app *, const struct live_row *, int64_t at,
    const char *why) MUST_CHECK;
/* Recounts viewers and the host's absence from presence (in a transaction). */
enum rc	 live_recount(struct app *, const char *room, int64_t now) MUST_CHECK;

/* ---- chat -------------------------------------------------------------- */

/* type: "message", "important" or "announcement". In a transaction. */
enum rc	 chat_post(struct req *, const char *room, const char *text,
    const char *type, struct message_row *) MUST_CHECK;
/*
 * Reads ?type &pinned &cursor &limit &direction ("older", the default: newest
 * first; "newer": oldest first, from the cursor on).  *next NULL at the end.
 */
enum rc	 chat_list(struct req *, const char *room, struct message_row **rows,
    size_t *len, char **next) MUST_CHECK;
/* Pins it, or not; in a transaction.  403 not_moderator, 404 no_message. */
enum rc	 chat_pin(struct req *, const char *room, const char *id, bool pinned)
    MUST_CHECK;
/* The `message` object of api.md; key NULL in arrays. */
void	 message_write(struct buf *, const char *key,
    const struct message_row *);

/* ---- channels (seed 004) ----------------------------------------------- */

/* The caller's channel; 404 no_stream. */
enum rc	 stream_find(struct req *, struct stream_row *) MUST_CHECK;
/* The broadcast on air; all of it 0 where there is none. */
enum rc	 stream_on_air(struct app *, const char *user_id,
    struct broadcast_row *) MUST_CHECK;
/* The owner's `stream` object of api.md; key NULL: the reply itself. */
void	 stream_write(struct buf *, const char *key, const struct stream_row *,
    const struct broadcast_row *on_air);
/* Chat settings, for who is in the room already, too.  In a transaction. */
enum rc	 stream_chat_set(struct req *, const struct stream_row *) MUST_CHECK;
/*
 * POST /api/stream/create: channel and key, all or nothing.  409
 * stream_exists, 501 ingress_missing.  key->key_sealed is sealed; *secret is
 * the key itself.
 */
enum rc	 stream_create(struct req *, const struct stream_row *wanted,
    bool rtmp, struct stream_row *, struct stream_key_row *, char **secret)
    MUST_CHECK;
/* POST /api/stream/ingress: the first key, or another in its place, which ends
 * a broadcast.  Makes the channel where there is none.  409 key_changing. */
enum rc	 stream_key_rotate(struct req *, bool rtmp, struct stream_key_row *,
    char **secret) MUST_CHECK;
/* PUT: disabling ends a broadcast. 404 no_stream_key. */
enum rc	 stream_key_enable(struct req *, bool enabled) MUST_CHECK;
/* DELETE: also without a key. */
enum rc	 stream_key_remove(struct req *) MUST_CHECK;
/* 404 no_stream_key; 409 key_changing in the middle of a rotation. */
enum rc	 stream_key_show(struct req *, struct stream_key_row *, char **secret)
    MUST_CHECK;
/* POST /api/stream/creator-token.  409 already_on_air. */
enum rc	 stream_creator_token(struct req *, bool publish, bool takeover,
    char **token, const char **identity) MUST_CHECK;
/* POST /api/stream/end. */
enum rc	 stream_end(struct req *) MUST_CHECK;

#define SELF_VIEW_PREFIX	"Host-"
#define STREAM_REFUSED_MS	(60 * 1000)	/* encoders, after an end */
#define STREAM_GRACE_MS		(20 * 1000)	/* an OBS drop */

/*
 * In a transaction already open, from any program:
 * ends the broadcast (none: RC_OK), cuts what is published, ends WHIP sessions
 * and puts the job that throws the publisher out; */
enum rc	 stream_cut(struct app *, const char *user_id, int64_t now,
    const char *why) MUST_CHECK;
/* takes the key away, here at once and at LiveKit by a job (none: RC_OK); */
enum rc	 stream_key_kill(struct app *, const char *user_id) MUST_CHECK;
/* makes the room and the channel's row of a creator who has none yet, with the
 * id and defaults that a row without id lacks (RC_CONFLICT: has one). */
enum rc	 stream_make(struct app *, struct stream_row *) MUST_CHECK;

/*
 * The one truth about being on air, after whatever changed it (in a
 * transaction): opens, keeps or ends the broadcast and recounts viewers.
 */
enum rc	 stream_recount(struct app *, const char *user_id, int64_t now)
    MUST_CHECK;

/* What a stream room's person is, read from the identity. */
enum role stream_role(const char *owner_id, const char *identity);

/* ---- source rooms (seed 000) -------------------------------------------- */

/*
 * POST /api/livekit/get-token: a source's new room (room NULL), the same room
 * again, or a participant's way in.  name: shown in the room; display_name of a
 * new room, NULL: "{name}'s room".  The room as it is now, and the token.
 */
enum rc	 source_token(struct req *, const char *name, const char *room_name,
    bool is_source, const char *display_name, struct room_row *, char **token)
    MUST_CHECK;
/* When it ends by itself, and people (in a transaction); what has lapsed ends
 * here. */
enum rc	 source_recount(struct app *, const struct room_row *, int64_t now)
    MUST_CHECK;
/*
 * In a transaction: any room that is open is over: row, event room.ended, job
 * room.delete.  Live streams end by live_finish.
 */
enum rc	 room_finish(struct app *, const struct room_row *, int64_t at,
    const char *why) MUST_CHECK;
/* One of GET /api/livekit/rooms. */
void	 room_listed_write(struct buf *, const struct room_listed *);

/* ---- voice channels (seed 002) -------------------------------------------- */

#define VOICE_PREFIX	"voice-"

/* POST /api/livekit/token.  404 no_channel, 403 not_member. */
enum rc	 voice_token(struct req *, const char *channel_id, char **token,
    const char **room) MUST_CHECK;
/* Each fails req with the code of api.md; those that write, in a transaction.
 * 404 no_workspace: unknown, or the caller is not in it; 403 not_admin. */
enum rc	 workspace_find(struct req *, const char *id, struct workspace_row *)
    MUST_CHECK;
/* 409 too_many. */
enum rc	 workspace_create(struct req *, const char *name,
    struct workspace_row *) MUST_CHECK;
enum rc	 workspace_change(struct req *, const char *id, const char *name,
    struct workspace_row *) MUST_CHECK;
/* Owner only (403 not_owner); its rooms end. */
enum rc	 workspace_remove(struct req *, const char *id) MUST_CHECK;
/* Role OWNER: the owner hands over and becomes an administrator.  403
 * not_owner, owner_protected; 404 no_user, no_member; 409 owner_stays. */
enum rc	 workspace_member_set(struct req *, const char *id,
    const char *username, enum workspace_role) MUST_CHECK;
/* Leaving, or put out by who stands above: out of its calls, too. */
enum rc	 workspace_member_drop(struct req *, const char *id,
    const char *username) MUST_CHECK;
/* In a transaction, before an account is erased: what it owns passes to the
 * longest-standing administrator, or is deleted where there is none. */
enum rc	 workspaces_pass_on(struct app *, const char *user_id, int64_t now)
    MUST_CHECK;
/* sources: names separated by spaces, each once.  409 too_many. */
enum rc	 voice_create(struct req *, const char *workspace_id,
    const char *name, const char *sources, struct voice_row *) MUST_CHECK;
/* NULL: leave it.  What may be published changes for who is inside, too. */
enum rc	 voice_change(struct req *, const char *workspace_id, const char *id,
    const char *name, const char *sources, struct voice_row *) MUST_CHECK;
enum rc	 voice_remove(struct req *, const char *workspace_id, const char *id)
    MUST_CHECK;
/* The name of a channel's room. */
const char *voice_room(struct arena *, const char *channel_id);

/* ---- classes (seed 003) --------------------------------------------------- */

/* POST /api/connection-details; role NULL: the caller's own.  404 no_room, 403
 * not_member, 403 role_too_high. */
enum rc	 class_token(struct req *, const char *room_name, const char *role,
    char **token) MUST_CHECK;
struct class_member {			/* one that a new class begins with */
	const char	*username;
	enum member_role role;
};
/* The rest of room.c's: each fails req; those that write, in a transaction. */
enum rc	 class_create(struct req *, const char *name,
    const char *display_name, const struct class_member *, size_t len,
    struct room_row *) MUST_CHECK;
/* A room of any kind, for whoever may be in it. */
enum rc	 class_see(struct req *, const char *name, struct room_row *)
    MUST_CHECK;
/* The `room` object of api.md; key NULL: in arrays. */
void	 class_write(struct buf *, const char *key,
    const struct room_listed *);
/* Any kind that can be over, by its owner or an administrator; once more is
 * fine.  409 conflict for those that cannot. */
enum rc	 class_end(struct req *, const char *name) MUST_CHECK;
/* Those of somebody whose account goes (in a transaction). */
enum rc	 classes_end(struct app *, const char *user_id, const char *why)
    MUST_CHECK;
/* "teacher" …, from a body: 400 invalid_value. */
enum rc	 member_role_read(struct req *, const char *field, const char *word,
    enum member_role *) MUST_CHECK;
/* A class whose members the caller may see, as one of them. */
enum rc	 class_members(struct req *, const char *name, struct room_row *)
    MUST_CHECK;
void	 class_member_write(struct buf *, const struct member_row *);
/* Teachers; the owner stays as they are: 403 owner_protected. */
enum rc	 class_member_set(struct req *, const char *name,
    const char *username, enum member_role) MUST_CHECK;
enum rc	 class_member_drop(struct req *, const char *name,
    const char *username) MUST_CHECK;
/* Somebody who is in a room now. */
struct participant {
	struct present_row present;
	const char	*role;		/* NULL: must not be there */
};
/* A page of them; for who may be in it, of live streams and channels for who
 * leads it. */
enum rc	 participants_find(struct req *, const char *name,
    struct participant **, size_t *len, char **next) MUST_CHECK;
void	 participant_write(struct buf *, const struct participant *);
/* Kinds with a lead; 404 no_participant, 403 owner_protected. */
enum rc	 participant_remove(struct req *, const char *name,
    const char *identity) MUST_CHECK;
/* Calls LiveKit: not in a transaction.  404 no_track, 409 remote_unmute_off. */
enum rc	 participant_mute(struct req *, const char *name,
    const char *identity, const char *source, bool muted) MUST_CHECK;
/* Class only: allows to speak and takes it back; the hand goes down. */
enum rc	 participant_permit(struct req *, const char *name,
    const char *identity, bool can_publish) MUST_CHECK;
enum rc	 participant_hand(struct req *, const char *name, bool raised)
    MUST_CHECK;

#define REMOVED_MS	(60 * 1000)	/* who was put out stays out so long */

/* ---- recordings ----------------------------------------------------------- */

/*
 * Looks at ListEgress first (501 egress_missing), writes the row and the job;
 * not in a transaction.  403 not_leader, 409 wrong_session: room_sid (NULL: not
 * said) is not the room's present life; 409 already_recording.
 */
enum rc	 recording_start(struct req *, const char *room_name,
    const char *room_sid, struct recording_row *) MUST_CHECK;
/* In a transaction.  One that has ended stays as it is. */
enum rc	 recording_stop(struct req *, const char *id, struct recording_row *)
    MUST_CHECK;
/* For who leads the room or started it (and is not out of its workspace), and
 * administrators; others: 404. */
enum rc	 recording_find(struct req *, const char *id, struct recording_row *)
    MUST_CHECK;
/* room NULL: all that the caller started.  404 no_room, 403 not_leader. */
enum rc	 recordings_find(struct req *, const char *room,
    struct recording_row **, size_t *len, const char **next) MUST_CHECK;
/*
 * Deletes the object at S3, then the row; not in a transaction.  *left_at:
 * where a file stays that we cannot delete, NULL: nowhere.  409
 * recording_running, 502 storage_error.
 */
enum rc	 recording_remove(struct req *, const char *id, const char **left_at)
    MUST_CHECK;
/* The `recording` object of api.md; key NULL: in arrays and the reply. */
void	 recording_write(struct buf *, const char *key,
    const struct recording_row *);
/* As it reads at a time: one that LiveKit never confirmed has failed. */
void	 recording_lapse(struct recording_row *, int64_t now);
/*
 * The start of one recording at LiveKit, which takes up to 30 s: by a process
 * of its own, which the job makes (see app.recorder).
 */
enum rc	 recording_carry_out(struct app *, const char *id) MUST_CHECK;

/* ---- call quality --------------------------------------------------------- */

/* POST /api/metrics, in a transaction: *accepted of what the body holds. */
enum rc	 metric_post(struct req *, int64_t *accepted) MUST_CHECK;
/* GET /api/metrics/rooms/{room}: writes the reply. */
enum rc	 metric_room(struct req *, const char *room) MUST_CHECK;
/* 10 seconds become minutes after an hour, minutes hours after 7 days, hours go
 * after 90; in transactions of its own, bounded. */
enum rc	 metric_upkeep(struct app *, int64_t now) MUST_CHECK;

/* ---- viewers ----------------------------------------------------------- */

/* guest_token NULL unless a guest asks. hostId or username; see api.md. */
struct viewer_token {
	char		*token;
	const char	*identity;
	const char	*name;
	char		*guest_token;
};
enum rc	 viewer_token(struct req *, const char *host_id, const char *username,
    const char *guest_name, struct viewer_token *) MUST_CHECK;
/* The whole channel, 404 no_channel as api.md; key NULL: the reply itself. */
enum rc	 viewer_channel(struct req *, const char *username,
    struct channel_row *) MUST_CHECK;
void	 channel_write(struct buf *, const char *key,
    const struct channel_row *);
/* What lists show of it. */
void	 channel_write_short(struct buf *, const struct channel_row *);

/* ---- people ------------------------------------------------------------ */

/* Somebody as the caller sees them. */
struct person {
	struct user_row	 user;
	bool		 has_channel;
	bool		 is_live;
	bool		 is_following;	/* the caller does */
	bool		 is_blocked;	/* by the caller */
};
/* 404 no_user: unknown, disabled, or blocks the caller. */
enum rc	 person_find(struct req *, const char *username, struct person *)
    MUST_CHECK;
/* In a transaction; all idempotent.  404 no_user, 409 not_yourself; following
 * who blocks: 403 blocked, whom one blocks: 409 conflict. */
enum rc	 person_follow(struct req *, const char *username) MUST_CHECK;
enum rc	 person_unfollow(struct req *, const char *username) MUST_CHECK;
/* Takes the follows of both away, and the blocked out of the caller's rooms. */
enum rc	 person_block(struct req *, const char *username) MUST_CHECK;
enum rc	 person_unblock(struct req *, const char *username) MUST_CHECK;

/* ---- who may be in a room, carried out at LiveKit ---------------------- */

/* Puts the one pending job that makes a room what the database says: throws
 * out who may not be there, sets the permissions of the others. */
enum rc	 enforce_put(struct app *, const char *room) MUST_CHECK;
/* The same for every room where this identity is. */
enum rc	 enforce_put_person(struct app *, const char *identity) MUST_CHECK;
/* Does the jobs of a room now, outside a transaction, after a commit; what
 * fails is left to the worker. */
void	 jobs_run_now(struct app *, const char *room);
/* The same after the reply, of every room where it is asked of several; any
 * time, also inside a transaction. */
void	 jobs_run_after(struct app *, const char *room);

/* ---- WHIP -------------------------------------------------------------- */

struct whip_answer {
	int		 status;
	const char	*body;		/* SDP, or "" */
	size_t		 body_len;
	const char	*etag;		/* unquoted; NULL */
	const char	*session;	/* id; NULL but for an offer */
};
/*
 * Each takes the key from the Authorization header: 401 invalid_stream_key.
 * The session's row is written before an offer's answer goes out, and ended
 * before LiveKit is told.
 */
enum rc	 whip_offer(struct req *, struct whip_answer *) MUST_CHECK;
enum rc	 whip_patch(struct req *, const char *session, struct whip_answer *)
    MUST_CHECK;
enum rc	 whip_delete(struct req *, const char *session) MUST_CHECK;
/* Link headers for whip_ice_servers (RFC 9725 §4.6). */
void	 whip_links(struct req *);

/* ---- administration ---------------------------------------------------- */

/* Who acts: user of a request, or NULL + name for the command. */
struct actor {
	const char	*id;
	const char	*name;
};
/* -1: leave it.  In a transaction; RC_NOT_FOUND no such user, RC_CONFLICT:
 * nobody disables themselves or takes their own administration away,
 * RC_FORBIDDEN: the actor is no administrator any more.  What is so already is
 * no change and leaves no row in the log. */
struct user_change { int is_creator, is_disabled, is_admin; };
enum rc	 admin_user_change(struct app *, const struct actor *,
    const char *username, const struct user_change *, struct user_row *)
    MUST_CHECK;
/* Ends whatever this person has on air and disables the key.  In a
 * transaction; RC_NOT_FOUND: no such user, RC_GONE: neither channel nor open
 * stream, RC_FORBIDDEN as above. */
enum rc	 admin_stream_end(struct app *, const struct actor *,
    const char *username) MUST_CHECK;
/* An open room of kind source, class or live ends, and the log has it.  In a
 * transaction. */
enum rc	 admin_room_end(struct app *, const struct actor *,
    const struct room_row *) MUST_CHECK;
/* By name, after a name; prefix "": everybody, disabled people too. */
enum rc	 admin_users(struct app *, const char *prefix, const char *after,
    int64_t limit, struct user_row **rows, size_t *len) MUST_CHECK;
/* What a disabled or erased person has: live streams, source rooms, the
 * broadcast, the key, and where they are present.  In a transaction. */
enum rc	 person_stop(struct app *, const char *user_id, int64_t now,
    const char *why) MUST_CHECK;
/* "approved", "pending", "refused" or "none". */
const char *creator_state(const struct user_row *);
/* Objects of lists and replies, as administrators see them. */
void	 admin_user_write(struct buf *, const struct user_row *);
void	 audit_write(struct buf *, struct arena *, const struct audit_row *);
/* Where creators are approved: *state "approved" or "pending". In a
 * transaction. */
enum rc	 creator_request(struct app *, const char *user_id,
    const char **state) MUST_CHECK;

/* ---- webhooks, jobs, reconcile ----------------------------------------- */

/* Applies one verified event inside the open transaction; repeats, any order
 * and unknown events are RC_OK. */
enum rc	 webhook_apply(struct app *, const struct lk_event *, int64_t now)
    MUST_CHECK;
/*
 * Stores the event by its id and applies it, in one transaction.  RC_CONFLICT:
 * it was here before, nothing changes.  RC_INVALID: it lacks what it must have.
 */
enum rc	 webhook_keep(struct app *, const struct lk_event *, int64_t now)
    MUST_CHECK;
/* Does due jobs (at most max); needs LiveKit. *done: how many succeeded. */
enum rc	 jobs_run(struct app *, int max, int *done) MUST_CHECK;
/* One look at LiveKit's rooms and participants; repairs ours. */
enum rc	 reconcile(struct app *) MUST_CHECK;
/* Takes the lease; jobs, lapsed streams, reconcile, purge. *did: false when
 * another holds the lease. */
enum rc	 tick(struct app *, bool *did) MUST_CHECK;
/* The daemon: ticks until SIGTERM. */
enum rc	 worker(struct app *) MUST_CHECK;

#endif
