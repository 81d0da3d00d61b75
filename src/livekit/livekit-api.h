/*
 * livekit-api: a server SDK for LiveKit in C11.
 *
 * Layers: tokens, webhooks and JSON are pure functions; lk_request does no I/O
 * and is for programs with an event loop; lk_client blocks.  No threads, no
 * global state, nothing is logged.  One client per thread; pure functions
 * anywhere.
 *
 * Options are structs made by LK(type, .member = …); 0 and NULL mean "not
 * given", and one without its size is LK_USAGE.  They are read during the call
 * only.  A member needs another struct: give a pointer, made by LK as well.
 *
 * Results are made by the library, one block each, and freed by lk_free with
 * everything they point to.  They are written only on LK_OK.  Their strings are
 * never NULL, sub-objects are NULL where absent, times are milliseconds since
 * 1970 (0 = never), lists are arrays of pointers.  What the structs lack is in
 * json, the object's own text; members will be added at their ends.
 */
#ifndef LIVEKIT_API_H
#define LIVEKIT_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define LK_PRINTF(f, a)	__attribute__((format(printf, f, a)))
#define LK_CHECK	__attribute__((warn_unused_result))
#else
#define LK_PRINTF(f, a)
#define LK_CHECK
#endif

/* An options struct with its size set: LK(lk_token, .identity = "ada"). */
#define LK(type, ...)							\
	(&(const struct type){ sizeof(struct type), __VA_ARGS__ })

enum lk_tri { LK_UNSET, LK_NO, LK_YES };

struct lk_pair {
	const char	*name;
	const char	*value;
};

/* ---- errors ------------------------------------------------------------ */

enum lk_err {
	LK_OK,
	/* local */
	LK_NOMEM,
	LK_USAGE,		/* an argument is missing, wrong or too long */
	LK_CONFIG,		/* no URL, no key; libcurl cannot be opened */
	LK_TRANSPORT,		/* no answer, or only a gateway's */
	LK_TIMEOUT,
	LK_PROTOCOL,		/* an answer that is not LiveKit's form */
	LK_TOO_BIG,		/* an answer above the limit */
	LK_AGAIN,		/* lk_request_done: send the next call */
	/* tokens and webhooks */
	LK_TOKEN_FORM,		/* not a token, or one of another purpose */
	LK_TOKEN_SIGNATURE,
	LK_TOKEN_ISSUER,	/* no key of that name */
	LK_TOKEN_EXPIRED,
	LK_TOKEN_EARLY,		/* nbf lies ahead */
	LK_WEBHOOK_HASH,	/* no sha256 claim, or not this body's */
	/* the codes of Twirp: LiveKit refused */
	LK_CANCELED,
	LK_UNKNOWN,
	LK_INVALID_ARGUMENT,
	LK_MALFORMED,
	LK_DEADLINE_EXCEEDED,
	LK_NOT_FOUND,
	LK_BAD_ROUTE,
	LK_ALREADY_EXISTS,
	LK_PERMISSION_DENIED,
	LK_UNAUTHENTICATED,
	LK_RESOURCE_EXHAUSTED,
	LK_FAILED_PRECONDITION,
	LK_ABORTED,
	LK_OUT_OF_RANGE,
	LK_UNIMPLEMENTED,
	LK_INTERNAL,
	LK_UNAVAILABLE,
	LK_DATALOSS,
	LK_ERR_MAX
};

/* "the token has expired", …; never NULL, any value is allowed. */
const char *lk_strerror(enum lk_err);
/*
 * The room or participant is not there: not_found, or unavailable (nobody
 * serves it any more).  Callers that remove things take it for success.
 */
bool	 lk_gone(enum lk_err);
/* The same call may succeed later. */
bool	 lk_retry(enum lk_err);

/* Frees any result of the library; NULL is allowed.  Wipes nothing. */
void	 lk_free(void *);

/* ---- access tokens ----------------------------------------------------- */

/* What is unset is not written; LiveKit's defaults are in brackets. */
struct lk_video_grant {
	size_t		 size;
	const char	*room;			/* needed for join and admin */
	enum lk_tri	 room_create;		/* [no]; also deletes rooms */
	enum lk_tri	 room_list;		/* [no] */
	enum lk_tri	 room_record;		/* [no] egress */
	enum lk_tri	 room_admin;		/* [no] in that room */
	enum lk_tri	 room_join;		/* [no] */
	enum lk_tri	 can_publish;		/* [yes] */
	enum lk_tri	 can_subscribe;		/* [yes] */
	enum lk_tri	 can_publish_data;	/* [as can_publish] */
	/* camera, microphone, screen_share, screen_share_audio; [all] */
	const char *const *can_publish_sources;
	size_t		 can_publish_sources_len;
	enum lk_tri	 can_update_own_metadata; /* [no] */
	enum lk_tri	 ingress_admin;		/* [no] all ingresses */
	enum lk_tri	 hidden;		/* [no] */
	enum lk_tri	 recorder;		/* [no] */
	enum lk_tri	 agent;			/* [no] */
	enum lk_tri	 can_subscribe_metrics;	/* [no] */
	enum lk_tri	 can_manage_agent_session; /* [no] */
	const char	*destination_room;	/* forward and move */
};

struct lk_sip_grant {
	size_t		 size;
	enum lk_tri	 admin;
	enum lk_tri	 call;
};

struct lk_agent_grant {
	size_t		 size;
	enum lk_tri	 admin;
	enum lk_tri	 simulation_admin;
};

struct lk_inference_grant {
	size_t		 size;
	enum lk_tri	 perform;
};

struct lk_observability_grant {
	size_t		 size;
	enum lk_tri	 write;
};

/* Limits that LiveKit applies, in bytes; above them signing is LK_USAGE. */
#define LK_NAME_MAX		256	/* room, identity, name */
#define LK_METADATA_MAX		(512 * 1024)
#define LK_ATTRIBUTES_MAX	(64 * 1024)	/* names and values together */

struct lk_token {
	size_t		 size;
	const char	*identity;		/* needed with room_join */
	const char	*name;
	const char	*metadata;
	const struct lk_pair *attributes;
	size_t		 attributes_len;
	const struct lk_video_grant *video;
	int64_t		 ttl_s;			/* 0: six hours */
	int64_t		 now_s;			/* 0: the clock */
	int64_t		 nbf_s;			/* 0: now - 10 */
	int64_t		 exp_s;			/* 0: now + ttl_s */
	/* standard ingress egress sip agent connector bridge */
	const char	*kind;
	const char *const *kind_details;
	size_t		 kind_details_len;
	const struct lk_sip_grant *sip;
	const struct lk_agent_grant *agent;
	const struct lk_inference_grant *inference;
	const struct lk_observability_grant *observability;
	const char	*sha256;		/* of a webhook, base64 */
	const char	*room_preset;
	/*
	 * JSON of a RoomConfiguration, for the join that makes the room.  A
	 * browser reads it: storage secrets and stream URLs inside are
	 * LK_USAGE unless allow_secrets is LK_YES.
	 */
	const char	*room_config;
	enum lk_tri	 allow_secrets;
	/* JSON object whose members become claims besides (no name twice). */
	const char	*extra;
};

/*
 * Signs an access token (HS256).  LK_USAGE: empty key or secret, room_join
 * without identity or room, something above LiveKit's limits, an expiry not
 * after now, text that is not UTF-8, a bad kind, room_config or extra.
 */
enum lk_err lk_token_sign(const char *key, const char *secret,
    const struct lk_token *, char **jwt) LK_CHECK;

/* The same with the key prepared once; const use from many threads. */
struct lk_signer;
enum lk_err lk_signer_new(const char *key, const char *secret,
    struct lk_signer **) LK_CHECK;
enum lk_err lk_signer_token(const struct lk_signer *,
    const struct lk_token *, char **jwt) LK_CHECK;
void	 lk_signer_free(struct lk_signer *);	/* wipes; NULL allowed */

/* API keys and their secrets.  One key may have several secrets. */
struct lk_keys;
enum lk_err lk_keys_new(struct lk_keys **) LK_CHECK;
enum lk_err lk_keys_add(struct lk_keys *, const char *key,
    const char *secret) LK_CHECK;
void	 lk_keys_free(struct lk_keys *);	/* wipes; NULL allowed */

/* What a good token says. */
struct lk_claims {
	const char	*issuer;		/* the API key */
	const char	*identity;
	const char	*name;
	const char	*metadata;
	const char	*kind;			/* "standard" where absent */
	const char	*sha256;
	const char	*room_preset;
	const char	*room_config;		/* JSON, or "" */
	int64_t		 exp_s;
	int64_t		 nbf_s;			/* 0: absent */
	int64_t		 iat_s;			/* 0: absent */
	const struct lk_pair *attributes;
	size_t		 attributes_len;
	const char *const *kind_details;
	size_t		 kind_details_len;
	const struct lk_video_grant *video;	/* NULL where absent */
	const struct lk_sip_grant *sip;
	const struct lk_agent_grant *agent;
	const struct lk_inference_grant *inference;
	const struct lk_observability_grant *observability;
	const char	*json;			/* all claims */
};

struct lk_verify_opts {
	size_t		 size;
	int64_t		 now_s;			/* 0: the clock */
	int		 leeway_s;		/* 0: 60 s; -1: none */
};

/*
 * Verifies a token by the key that its iss names.  HS256 only; exp is
 * required.  Unknown claims are ignored; options may be NULL.
 */
enum lk_err lk_token_verify(const struct lk_keys *, const char *jwt,
    const struct lk_verify_opts *, struct lk_claims **) LK_CHECK;

/* ---- what LiveKit tells ------------------------------------------------ */

/*
 * Numbers are LiveKit's; a value that this header lacks is -1 (its name is in
 * the …_text member beside).
 */
enum lk_participant_state {
	LK_STATE_UNKNOWN = -1, LK_JOINING, LK_JOINED, LK_ACTIVE,
	LK_DISCONNECTED
};

enum lk_participant_kind {
	LK_KIND_UNKNOWN = -1, LK_KIND_STANDARD, LK_KIND_INGRESS,
	LK_KIND_EGRESS, LK_KIND_SIP, LK_KIND_AGENT, LK_KIND_CONNECTOR = 7,
	LK_KIND_BRIDGE
};

enum lk_disconnect_reason {
	LK_REASON_OTHER = -1, LK_REASON_UNKNOWN, LK_REASON_CLIENT_INITIATED,
	LK_REASON_DUPLICATE_IDENTITY, LK_REASON_SERVER_SHUTDOWN,
	LK_REASON_PARTICIPANT_REMOVED, LK_REASON_ROOM_DELETED,
	LK_REASON_STATE_MISMATCH, LK_REASON_JOIN_FAILURE, LK_REASON_MIGRATION,
	LK_REASON_SIGNAL_CLOSE, LK_REASON_ROOM_CLOSED,
	LK_REASON_USER_UNAVAILABLE, LK_REASON_USER_REJECTED,
	LK_REASON_SIP_TRUNK_FAILURE, LK_REASON_CONNECTION_TIMEOUT,
	LK_REASON_MEDIA_FAILURE, LK_REASON_AGENT_ERROR
};

enum lk_track_type {
	LK_TRACK_UNKNOWN = -1, LK_AUDIO, LK_VIDEO, LK_DATA
};

enum lk_track_source {
	LK_SOURCE_OTHER = -1, LK_SOURCE_UNKNOWN, LK_SOURCE_CAMERA,
	LK_SOURCE_MICROPHONE, LK_SOURCE_SCREEN_SHARE,
	LK_SOURCE_SCREEN_SHARE_AUDIO
};

struct lk_room {
	const char	*sid;
	const char	*name;
	int64_t		 empty_timeout_s;
	int64_t		 departure_timeout_s;
	int64_t		 max_participants;	/* 0: no limit */
	int64_t		 created_at_ms;
	const char	*metadata;
	int64_t		 num_participants;	/* up to 5 s old */
	int64_t		 num_publishers;
	bool		 active_recording;
	const char	*json;			/* holds a TURN password */
};

struct lk_rooms {
	size_t		 len;
	struct lk_room	**item;
	const char	*json;			/* the whole reply */
};

struct lk_track {
	const char	*sid;
	enum lk_track_type type;
	const char	*type_text;
	enum lk_track_source source;
	const char	*source_text;
	const char	*name;
	bool		 muted;
	int64_t		 width;
	int64_t		 height;
	bool		 simulcast;
	const char	*mime_type;
	const char	*mid;
	const char	*stream;
	const char	*json;
};

struct lk_permission {
	bool		 can_subscribe;
	bool		 can_publish;
	bool		 can_publish_data;
	const char	**can_publish_sources;	/* "CAMERA", … */
	size_t		 can_publish_sources_len;
	bool		 hidden;
	bool		 recorder;
	bool		 can_update_metadata;
	bool		 agent;
	bool		 can_subscribe_metrics;
	bool		 can_manage_agent_session;
};

/*
 * Events about tracks carry only sid and identity of the participant: state
 * and the rest are zero there.
 */
struct lk_participant {
	const char	*sid;
	const char	*identity;
	const char	*name;
	enum lk_participant_state state;
	const char	*state_text;
	enum lk_participant_kind kind;
	const char	*kind_text;
	enum lk_disconnect_reason disconnect_reason;
	const char	*disconnect_reason_text;
	const char	*metadata;
	int64_t		 joined_at_ms;
	int64_t		 version;
	bool		 is_publisher;
	const char	*region;
	struct lk_permission *permission;	/* NULL where absent */
	struct lk_pair	*attributes;
	size_t		 attributes_len;
	struct lk_track	**tracks;
	size_t		 tracks_len;
	const char	*json;
};

struct lk_participants {
	size_t		 len;
	struct lk_participant **item;
	const char	*json;
};

enum lk_ingress_input {
	LK_INPUT_UNKNOWN = -1, LK_INPUT_RTMP, LK_INPUT_WHIP, LK_INPUT_URL
};

enum lk_ingress_status {
	LK_INGRESS_UNKNOWN = -1, LK_INGRESS_INACTIVE, LK_INGRESS_BUFFERING,
	LK_INGRESS_PUBLISHING, LK_INGRESS_ERROR, LK_INGRESS_COMPLETE
};

struct lk_ingress {
	const char	*ingress_id;
	const char	*name;
	const char	*stream_key;		/* secret */
	const char	*url;
	enum lk_ingress_input input;
	const char	*input_text;
	const char	*room_name;
	const char	*participant_identity;
	const char	*participant_name;
	const char	*participant_metadata;
	bool		 reusable;
	enum lk_tri	 enabled;
	enum lk_tri	 enable_transcoding;
	/* of its state */
	enum lk_ingress_status status;
	const char	*status_text;
	const char	*error;
	const char	*room_sid;
	int64_t		 started_at_ms;
	int64_t		 ended_at_ms;
	int64_t		 updated_at_ms;
	const char	*json;			/* holds the stream key */
};

struct lk_ingresses {
	size_t		 len;
	struct lk_ingress **item;
	const char	*json;
};

enum lk_egress_status {
	LK_EGRESS_UNKNOWN = -1, LK_EGRESS_STARTING, LK_EGRESS_ACTIVE,
	LK_EGRESS_ENDING, LK_EGRESS_COMPLETE, LK_EGRESS_FAILED,
	LK_EGRESS_ABORTED, LK_EGRESS_LIMIT_REACHED
};

struct lk_egress_file {
	const char	*filename;
	const char	*location;
	int64_t		 started_at_ms;
	int64_t		 ended_at_ms;
	int64_t		 duration_ms;
	int64_t		 size_bytes;
	const char	*json;
};

struct lk_egress {
	const char	*egress_id;
	const char	*room_sid;
	const char	*room_name;
	enum lk_egress_status status;
	const char	*status_text;
	int64_t		 started_at_ms;
	int64_t		 ended_at_ms;
	int64_t		 updated_at_ms;
	const char	*error;
	int64_t		 error_code;
	const char	*details;
	struct lk_egress_file **files;
	size_t		 files_len;
	const char	*json;			/* may hold storage secrets */
};

struct lk_egresses {
	size_t		 len;
	struct lk_egress **item;
	const char	*json;
};

struct lk_dispatch {
	const char	*id;
	const char	*agent_name;
	const char	*room;
	const char	*metadata;
	int64_t		 created_at_ms;
	const char	*json;
};

struct lk_dispatches {
	size_t		 len;
	struct lk_dispatch **item;
	const char	*json;
};

/* ---- webhooks ---------------------------------------------------------- */

enum lk_event_type {
	LK_EVENT_UNKNOWN = -1,		/* a newer server's: answer 200 */
	LK_ROOM_STARTED, LK_ROOM_FINISHED,
	LK_PARTICIPANT_JOINED, LK_PARTICIPANT_LEFT,
	LK_PARTICIPANT_CONNECTION_ABORTED,
	LK_TRACK_PUBLISHED, LK_TRACK_UNPUBLISHED,
	LK_EGRESS_STARTED, LK_EGRESS_UPDATED, LK_EGRESS_ENDED,
	LK_INGRESS_STARTED, LK_INGRESS_ENDED,
	LK_AGENT_JOB_STARTED, LK_AGENT_JOB_ENDED
};

struct lk_event {
	enum lk_event_type type;
	const char	*name;			/* "room_started" */
	const char	*id;			/* the same on every try */
	int64_t		 created_at_ms;		/* whole seconds */
	struct lk_room	*room;			/* NULL where absent, as all */
	struct lk_participant *participant;
	struct lk_track	*track;
	struct lk_ingress *ingress;
	struct lk_egress *egress;
	const char	*json;			/* the body */
};

/*
 * Checks the Authorization header (with or without "Bearer ") against the
 * body's bytes as received, then reads the event.  now_s: 0 = the clock;
 * leeway 60 s.  authorization may be NULL (LK_TOKEN_FORM).  Both spellings of
 * member names are read.  LK_PROTOCOL: well signed, but no event.
 */
enum lk_err lk_webhook_receive(const struct lk_keys *,
    const char *authorization, const void *body, size_t len, int64_t now_s,
    struct lk_event **) LK_CHECK;
/* Reads an event that was checked before (from a store). */
enum lk_err lk_event_parse(const void *body, size_t len,
    struct lk_event **) LK_CHECK;

/* ---- the client -------------------------------------------------------- */

struct lk_client;

struct lk_client_opts {
	size_t		 size;
	const char	*url;		/* http(s) or ws(s); a path is kept */
	const char	*key;
	const char	*secret;
	const char	*token;		/* sent as it is, for key + secret */
	int		 timeout_ms;	/* 0: each call's own (10 s) */
	const struct lk_pair *headers;	/* sent with every call */
	size_t		 headers_len;
	enum lk_tri	 failover;	/* [yes, on *.livekit.cloud] */
	/* Tests only: LK_YES also fails over on any host. */
	enum lk_tri	 failover_any_host;
};

/*
 * What is not given comes from LIVEKIT_URL, LIVEKIT_API_KEY,
 * LIVEKIT_API_SECRET; LIVEKIT_TOKEN is read only where neither a token nor key
 * and secret are known.  Options may be NULL.  LK_CONFIG: no URL or no key,
 * LK_USAGE: a URL of another scheme, a bad header.  No connection is made.
 */
enum lk_err lk_client_new(const struct lk_client_opts *,
    struct lk_client **) LK_CHECK;
void	 lk_client_free(struct lk_client *);	/* wipes; NULL allowed */

/* The outcome of a client's last call; valid until its next. */
struct lk_error {
	enum lk_err	 err;
	int		 http_status;	/* 0: no answer */
	const char	*code;		/* Twirp's, or "" */
	const char	*message;	/* tokens are taken out */
	const char	*meta;		/* JSON object */
	int		 sip_status;	/* 486 busy, …; 0: none */
	const char	*sip_reason;
	int		 attempts;
	const char	*request_id;	/* the X-Livekit-Request-Id header */
};
const struct lk_error *lk_client_error(const struct lk_client *);

/* ---- transports -------------------------------------------------------- */

/* One HTTP exchange. */
struct lk_http_call {
	const char	*method;	/* POST, GET, PATCH, DELETE */
	const char	*url;
	const char *const *headers;	/* "Name: value", ends with NULL */
	const char	*body;		/* "" where there is none */
	size_t		 body_len;
	int		 timeout_ms;	/* in all, connecting included */
	int		 connect_timeout_ms;
	int		 wait_ms;	/* pause before sending */
	size_t		 reply_max;	/* bytes */
};

struct lk_http_reply;
/* A piece of the body; LK_NOMEM, or LK_TOO_BIG above reply_max. */
enum lk_err lk_reply_add(struct lk_http_reply *, const void *, size_t);
/* A header line, "Cache-Control: max-age=5"; optional. */
void	 lk_reply_header(struct lk_http_reply *, const char *line, size_t);

/*
 * A transport sends call and returns LK_OK after lk_reply_add, with the HTTP
 * status in *status; or LK_TRANSPORT, LK_TIMEOUT, LK_NOMEM, LK_TOO_BIG,
 * LK_CONFIG.  It follows no redirect, and waits wait_ms before it sends.  why
 * may get a reason (no secrets).
 */
struct lk_transport {
	size_t		 size;
	enum lk_err	(*call)(void *ctx, const struct lk_http_call *,
			    struct lk_http_reply *, int *status,
			    char *why, size_t why_size);
	void		(*free)(void *ctx);	/* NULL allowed */
	void		*ctx;
};

/*
 * Replaces the built-in transport (libcurl, opened on the first call).  The
 * client takes ctx over and frees it.
 */
enum lk_err lk_client_set_transport(struct lk_client *,
    const struct lk_transport *) LK_CHECK;

/* ---- any call ---------------------------------------------------------- */

/*
 * Calls livekit.<service>/<method> with a JSON object and returns the reply's.
 * Grant, room and time-out are known for every method of RoomService, Egress,
 * Ingress, SIP, AgentDispatchService and Connector; for the Cloud services
 * the grant.  An unknown method is LK_USAGE here; see lk_call_with.
 */
enum lk_err lk_call(struct lk_client *, const char *service,
    const char *method, const char *json, char **reply) LK_CHECK;

struct lk_call_opts {
	size_t		 size;
	const struct lk_token *grant;	/* instead of the table's */
	int		 timeout_ms;	/* instead of the table's */
	const char	*host;		/* URL instead of the client's */
	size_t		 reply_max;	/* bytes */
};
enum lk_err lk_call_with(struct lk_client *, const struct lk_call_opts *,
    const char *service, const char *method, const char *json,
    char **reply) LK_CHECK;

/*
 * The same without I/O.  Send lk_request_call, hand the answer to
 * lk_request_done (status 0: there was none), and while that says LK_AGAIN,
 * send lk_request_call anew: it is another host's.  Several requests of one
 * client may be under way; the client must outlive them.
 */
struct lk_request;
enum lk_err lk_request_new(struct lk_client *, const char *service,
    const char *method, const char *json, struct lk_request **) LK_CHECK;
enum lk_err lk_request_new_with(struct lk_client *,
    const struct lk_call_opts *, const char *service, const char *method,
    const char *json, struct lk_request **) LK_CHECK;
const struct lk_http_call *lk_request_call(const struct lk_request *);
/* Optional, before lk_request_done: a header line of the answer. */
void	 lk_request_header(struct lk_request *, const char *line, size_t);
enum lk_err lk_request_done(struct lk_request *, int http_status,
    const void *body, size_t len, char **reply) LK_CHECK;
const struct lk_error *lk_request_error(const struct lk_request *);
void	 lk_request_free(struct lk_request *);	/* NULL allowed */

/* ---- rooms ------------------------------------------------------------- */

struct lk_room_agent {
	size_t		 size;
	const char	*agent_name;
	const char	*metadata;
	const char	*deployment;
	const struct lk_pair *attributes;
	size_t		 attributes_len;
};

/* A room that exists keeps its settings.  Time-outs of 0 are the server's. */
struct lk_room_opts {
	size_t		 size;
	uint32_t	 empty_timeout_s;
	uint32_t	 departure_timeout_s;
	uint32_t	 max_participants;
	const char	*metadata;
	uint32_t	 min_playout_delay_ms;
	uint32_t	 max_playout_delay_ms;
	enum lk_tri	 sync_streams;
	enum lk_tri	 replay_enabled;
	const struct lk_room_agent *const *agents;
	size_t		 agents_len;
	const char	*egress;		/* JSON of a RoomEgress */
	const char	*room_preset;
	const char	*node_id;
	const struct lk_pair *tags;
	size_t		 tags_len;
};

/* Where a result pointer is NULL the result is dropped. */
enum lk_err lk_room_create(struct lk_client *, const char *name,
    const struct lk_room_opts *, struct lk_room **) LK_CHECK;
/* len 0: all rooms. */
enum lk_err lk_room_list(struct lk_client *, const char *const *names,
    size_t len, struct lk_rooms **) LK_CHECK;
enum lk_err lk_room_delete(struct lk_client *, const char *room) LK_CHECK;
enum lk_err lk_room_update_metadata(struct lk_client *, const char *room,
    const char *metadata, struct lk_room **) LK_CHECK;

/* ---- participants ------------------------------------------------------ */

enum lk_err lk_participant_list(struct lk_client *, const char *room,
    struct lk_participants **) LK_CHECK;
enum lk_err lk_participant_get(struct lk_client *, const char *room,
    const char *identity, struct lk_participant **) LK_CHECK;
/* Its token still joins again. */
enum lk_err lk_participant_remove(struct lk_client *, const char *room,
    const char *identity) LK_CHECK;

/* Replaces the permissions as a whole: what is not LK_YES is taken away. */
struct lk_permission_opts {
	size_t		 size;
	enum lk_tri	 can_subscribe;
	enum lk_tri	 can_publish;
	enum lk_tri	 can_publish_data;
	const char *const *can_publish_sources;	/* camera, …; none = all */
	size_t		 can_publish_sources_len;
	enum lk_tri	 hidden;
	enum lk_tri	 can_update_metadata;
	enum lk_tri	 can_subscribe_metrics;
	enum lk_tri	 can_manage_agent_session;
};

struct lk_participant_opts {
	size_t		 size;
	const char	*name;			/* "" is no change */
	const char	*metadata;		/* likewise */
	const struct lk_pair *attributes;	/* value "" deletes the name */
	size_t		 attributes_len;
	const struct lk_permission_opts *permission;
};
enum lk_err lk_participant_update(struct lk_client *, const char *room,
    const char *identity, const struct lk_participant_opts *,
    struct lk_participant **) LK_CHECK;

/* An unknown sid: LK_OK, NULL track.  Unmuting is refused by default. */
enum lk_err lk_track_mute(struct lk_client *, const char *room,
    const char *identity, const char *track_sid, bool muted,
    struct lk_track **) LK_CHECK;

struct lk_participant_tracks {
	size_t		 size;
	const char	*participant_sid;
	const char *const *track_sids;
	size_t		 track_sids_len;
};

struct lk_subscription_opts {
	size_t		 size;
	enum lk_tri	 subscribe;		/* LK_UNSET is LK_USAGE */
	const char *const *track_sids;
	size_t		 track_sids_len;
	const struct lk_participant_tracks *const *participant_tracks;
	size_t		 participant_tracks_len;
};
enum lk_err lk_subscriptions_update(struct lk_client *, const char *room,
    const char *identity, const struct lk_subscription_opts *) LK_CHECK;

struct lk_data_opts {
	size_t		 size;
	const char	*topic;
	enum lk_tri	 lossy;			/* [no: reliable] */
	const char *const *identities;		/* none: everybody */
	size_t		 identities_len;
};
/* Options may be NULL.  A random nonce lets LiveKit drop repeats. */
enum lk_err lk_data_send(struct lk_client *, const char *room,
    const void *data, size_t len, const struct lk_data_opts *) LK_CHECK;

/* LiveKit Cloud only. */
enum lk_err lk_participant_forward(struct lk_client *, const char *room,
    const char *identity, const char *destination_room) LK_CHECK;
enum lk_err lk_participant_move(struct lk_client *, const char *room,
    const char *identity, const char *destination_room) LK_CHECK;

/* Calls a method that the participant's client registered. 0: 10 s. */
enum lk_err lk_rpc(struct lk_client *, const char *room,
    const char *identity, const char *method, const char *payload,
    int timeout_ms, char **reply) LK_CHECK;

/* ---- egress ------------------------------------------------------------ */

struct lk_s3 {
	size_t		 size;
	const char	*access_key;
	const char	*secret;
	const char	*session_token;
	const char	*region;
	const char	*endpoint;
	const char	*bucket;
	enum lk_tri	 force_path_style;
	const char	*content_disposition;
};

struct lk_gcp {
	size_t		 size;
	const char	*credentials;		/* JSON text */
	const char	*bucket;
};

struct lk_azure {
	size_t		 size;
	const char	*account_name;
	const char	*account_key;
	const char	*container_name;
};

/* A recording; without storage it lies on the egress host's disk. */
struct lk_file {
	size_t		 size;
	const char	*filepath;
	const char	*file_type;		/* MP4, OGG, MP3; [by codecs] */
	enum lk_tri	 disable_manifest;
	const struct lk_s3 *s3;			/* at most one of the three */
	const struct lk_gcp *gcp;
	const struct lk_azure *azure;
};

/* At least one of file, stream_urls and extra's outputs. */
struct lk_egress_opts {
	size_t		 size;
	const char	*layout;
	enum lk_tri	 audio_only;
	enum lk_tri	 video_only;
	const char	*custom_base_url;
	const char	*preset;		/* H264_720P_30, … */
	const struct lk_file *file;
	const char *const *stream_urls;		/* rtmp://… */
	size_t		 stream_urls_len;
	/* JSON object: more members of the request (segmentOutputs, …). */
	const char	*extra;
};
/* StartRoomCompositeEgress; 30 s: without a service LiveKit takes 25. */
enum lk_err lk_egress_start_room(struct lk_client *, const char *room,
    const struct lk_egress_opts *, struct lk_egress **) LK_CHECK;
/*
 * StartTrackCompositeEgress: one audio track, one video track or both (the
 * other NULL) as one file or stream; 30 s.  Options of rooms (layout, audio_only,
 * video_only, custom_base_url) are refused: LK_USAGE.
 */
enum lk_err lk_egress_start_tracks(struct lk_client *, const char *room,
    const char *audio_track_sid, const char *video_track_sid,
    const struct lk_egress_opts *, struct lk_egress **) LK_CHECK;
enum lk_err lk_egress_stop(struct lk_client *, const char *egress_id,
    struct lk_egress **) LK_CHECK;

struct lk_egress_filter {
	size_t		 size;
	const char	*room_name;
	const char	*egress_id;
	enum lk_tri	 active;
};
/* The filter may be NULL: all. */
enum lk_err lk_egress_list(struct lk_client *,
    const struct lk_egress_filter *, struct lk_egresses **) LK_CHECK;

/* ---- ingress ----------------------------------------------------------- */

struct lk_ingress_opts {
	size_t		 size;
	enum lk_ingress_input input;		/* creation only; 0 = RTMP */
	const char	*url;			/* creation, LK_INPUT_URL */
	const char	*name;
	const char	*room_name;
	const char	*participant_identity;	/* required for creation */
	const char	*participant_name;
	const char	*participant_metadata;
	enum lk_tri	 enable_transcoding;
	enum lk_tri	 enabled;
	const char	*extra;			/* JSON object: audio, video */
};
enum lk_err lk_ingress_create(struct lk_client *,
    const struct lk_ingress_opts *, struct lk_ingress **) LK_CHECK;
enum lk_err lk_ingress_update(struct lk_client *, const char *ingress_id,
    const struct lk_ingress_opts *, struct lk_ingress **) LK_CHECK;

struct lk_ingress_filter {
	size_t		 size;
	const char	*room_name;
	const char	*ingress_id;
};
enum lk_err lk_ingress_list(struct lk_client *,
    const struct lk_ingress_filter *, struct lk_ingresses **) LK_CHECK;
enum lk_err lk_ingress_delete(struct lk_client *, const char *ingress_id,
    struct lk_ingress **) LK_CHECK;

/* ---- WHIP -------------------------------------------------------------- */

/* An answer of LiveKit's own WHIP endpoint (RFC 9725). */
struct lk_whip {
	int		 status;	/* 201, 204, 200 */
	const char	*body;		/* SDP; "" where there is none */
	size_t		 body_len;
	const char	*etag;		/* without quotes */
	const char	*resource;	/* of an offer: "PA_…" */
};

/*
 * A publisher's SDP offer, with the join token of the one who publishes: room
 * and identity are its.  LiveKit makes a room that is not there.  Anybody who
 * gets hold of a token may do this, so keep /whip/v1 from the public and offer
 * an endpoint of your own.  LK_INVALID_ARGUMENT: no offer; LK_UNAVAILABLE: one
 * that cannot be used, or nobody who could (see lk_client_error's message).
 */
enum lk_err lk_whip_post(struct lk_client *, const char *token,
    const char *sdp, size_t len, struct lk_whip **) LK_CHECK;
/*
 * Candidates of a session (a trickle-ice-sdpfrag), or with etag "*" an ICE
 * restart.  The token may be another of the same room and identity.  An etag
 * that is not the session's is LK_INTERNAL, "ice session mismatch".
 */
enum lk_err lk_whip_patch(struct lk_client *, const char *token,
    const char *resource, const char *etag, const char *body, size_t len,
    struct lk_whip **) LK_CHECK;
/* Ends it.  One that has ended: LK_NOT_FOUND, after 3 s. */
enum lk_err lk_whip_delete(struct lk_client *, const char *token,
    const char *resource) LK_CHECK;

struct lk_whip_opts {
	size_t		 size;
	const char	*method;	/* POST, PATCH, DELETE */
	const char	*token;
	const char	*resource;	/* not for POST */
	const char	*etag;		/* PATCH */
	const char	*body;		/* not for DELETE */
	size_t		 body_len;
};
/*
 * The same without I/O: between them as with lk_request_new, but every header
 * line of the answer must go to lk_request_header.
 */
enum lk_err lk_whip_request_new(struct lk_client *,
    const struct lk_whip_opts *, struct lk_request **) LK_CHECK;
enum lk_err lk_whip_request_done(struct lk_request *, int http_status,
    const void *body, size_t len, struct lk_whip **) LK_CHECK;

/* ---- agents ------------------------------------------------------------ */

/* No live room: LK_UNAVAILABLE after 3 s. */
enum lk_err lk_dispatch_create(struct lk_client *, const char *room,
    const struct lk_room_agent *, struct lk_dispatch **) LK_CHECK;
/* dispatch_id NULL: all of the room. */
enum lk_err lk_dispatch_list(struct lk_client *, const char *room,
    const char *dispatch_id, struct lk_dispatches **) LK_CHECK;
enum lk_err lk_dispatch_delete(struct lk_client *, const char *room,
    const char *dispatch_id, struct lk_dispatch **) LK_CHECK;

/* ---- JSON -------------------------------------------------------------- */

/*
 * printf into a JSON text: %s is quoted and escaped (NULL becomes null), %-s
 * is put in as it is (another JSON text), %.*s takes a length.  Besides: %d %i
 * %u with h l ll z j, and %%.  Anything else, or a result that is no JSON
 * value, is LK_USAGE.
 */
enum lk_err lk_json_print(char **out, const char *format, ...)
    LK_PRINTF(2, 3) LK_CHECK;
/*
 * Look a value up by a path such as "items.0.sipTrunkId"; either spelling
 * (sip_trunk_id) finds both, "" is the whole.  LK_PROTOCOL: not JSON, no such
 * member, or of another kind.  An integer may be a string of digits, as
 * LiveKit writes int64; true and false are 1 and 0.  raw gives the JSON text
 * of any value, len the elements of a list or the members of an object.
 */
enum lk_err lk_json_str(const char *json, const char *path,
    char **out) LK_CHECK;
enum lk_err lk_json_int(const char *json, const char *path,
    int64_t *out) LK_CHECK;
enum lk_err lk_json_len(const char *json, const char *path,
    size_t *out) LK_CHECK;
enum lk_err lk_json_raw(const char *json, const char *path,
    char **out) LK_CHECK;

#ifdef __cplusplus
}
#endif

#endif
