/*
 * The tables by which LiveKit's JSON becomes the structs of livekit-api.h:
 * names as in LiveKit's protobuf files.  No code.
 */
#include "local.h"

#define AT(type, member)	offsetof(struct type, member)
#define STR(t, name)		{ #name, F_STR, AT(t, name), 0, NULL }
#define INT(t, name)		{ #name, F_INT, AT(t, name), 0, NULL }
#define BOOL(t, name)		{ #name, F_BOOL, AT(t, name), 0, NULL }
#define TRI(t, name)		{ #name, F_TRI, AT(t, name), 0, NULL }
#define NS(t, json, m)		{ json, F_NS, AT(t, m), 0, NULL }
#define ENUM(t, json, m, names)						\
	{ json, F_ENUM, AT(t, m), AT(t, m##_text), names }
#define TYPE(name, type, fields)					\
	const struct lki_type name = { sizeof(struct type), fields,	\
	    LKI_LEN(fields), AT(type, json), false }
/* A list of the whole reply: {"rooms": [ … ]}. */
#define LIST(name, type, json_name, item_type)				\
	static const struct lki_field name##_fields[] = {		\
		{ json_name, F_LIST, AT(type, item), AT(type, len),	\
		    &item_type }					\
	};								\
	TYPE(name, type, name##_fields)

static const char *const track_types[] = { "AUDIO", "VIDEO", "DATA", NULL };
static const char *const track_sources[] = {
	"UNKNOWN", "CAMERA", "MICROPHONE", "SCREEN_SHARE",
	"SCREEN_SHARE_AUDIO", NULL
};
static const char *const states[] = {
	"JOINING", "JOINED", "ACTIVE", "DISCONNECTED", NULL
};
static const char *const kinds[] = {
	"STANDARD", "INGRESS", "EGRESS", "SIP", "AGENT", "", "", "CONNECTOR",
	"BRIDGE", NULL
};
static const char *const reasons[] = {
	"UNKNOWN_REASON", "CLIENT_INITIATED", "DUPLICATE_IDENTITY",
	"SERVER_SHUTDOWN", "PARTICIPANT_REMOVED", "ROOM_DELETED",
	"STATE_MISMATCH", "JOIN_FAILURE", "MIGRATION", "SIGNAL_CLOSE",
	"ROOM_CLOSED", "USER_UNAVAILABLE", "USER_REJECTED",
	"SIP_TRUNK_FAILURE", "CONNECTION_TIMEOUT", "MEDIA_FAILURE",
	"AGENT_ERROR", NULL
};
static const char *const ingress_inputs[] = {
	"RTMP_INPUT", "WHIP_INPUT", "URL_INPUT", NULL
};
static const char *const ingress_states[] = {
	"ENDPOINT_INACTIVE", "ENDPOINT_BUFFERING", "ENDPOINT_PUBLISHING",
	"ENDPOINT_ERROR", "ENDPOINT_COMPLETE", NULL
};
static const char *const egress_states[] = {
	"EGRESS_STARTING", "EGRESS_ACTIVE", "EGRESS_ENDING",
	"EGRESS_COMPLETE", "EGRESS_FAILED", "EGRESS_ABORTED",
	"EGRESS_LIMIT_REACHED", NULL
};

static const struct lki_field room_fields[] = {
	STR(lk_room, sid), STR(lk_room, name), STR(lk_room, metadata),
	{ "empty_timeout", F_INT, AT(lk_room, empty_timeout_s), 0, NULL },
	{ "departure_timeout", F_INT, AT(lk_room, departure_timeout_s), 0,
	    NULL },
	INT(lk_room, max_participants),
	{ "creation_time", F_SEC, AT(lk_room, created_at_ms), 0, NULL },
	{ "creation_time_ms", F_MS, AT(lk_room, created_at_ms), 0, NULL },
	INT(lk_room, num_participants), INT(lk_room, num_publishers),
	BOOL(lk_room, active_recording)
};
TYPE(lki_room, lk_room, room_fields);
LIST(lki_rooms, lk_rooms, "rooms", lki_room);

static const struct lki_field track_fields[] = {
	STR(lk_track, sid), STR(lk_track, name),
	ENUM(lk_track, "type", type, track_types),
	ENUM(lk_track, "source", source, track_sources),
	BOOL(lk_track, muted), INT(lk_track, width), INT(lk_track, height),
	BOOL(lk_track, simulcast), STR(lk_track, mime_type),
	STR(lk_track, mid), STR(lk_track, stream)
};
TYPE(lki_track, lk_track, track_fields);

static const struct lki_field permission_fields[] = {
	BOOL(lk_permission, can_subscribe), BOOL(lk_permission, can_publish),
	BOOL(lk_permission, can_publish_data),
	{ "can_publish_sources", F_STRS,
	    AT(lk_permission, can_publish_sources),
	    AT(lk_permission, can_publish_sources_len), NULL },
	BOOL(lk_permission, hidden), BOOL(lk_permission, recorder),
	BOOL(lk_permission, can_update_metadata), BOOL(lk_permission, agent),
	BOOL(lk_permission, can_subscribe_metrics),
	BOOL(lk_permission, can_manage_agent_session)
};
static const struct lki_type permission = {
	sizeof(struct lk_permission), permission_fields,
	LKI_LEN(permission_fields), 0, false
};

static const struct lki_field participant_fields[] = {
	STR(lk_participant, sid), STR(lk_participant, identity),
	STR(lk_participant, name), STR(lk_participant, metadata),
	STR(lk_participant, region),
	ENUM(lk_participant, "state", state, states),
	ENUM(lk_participant, "kind", kind, kinds),
	ENUM(lk_participant, "disconnect_reason", disconnect_reason, reasons),
	{ "joined_at", F_SEC, AT(lk_participant, joined_at_ms), 0, NULL },
	{ "joined_at_ms", F_MS, AT(lk_participant, joined_at_ms), 0, NULL },
	INT(lk_participant, version), BOOL(lk_participant, is_publisher),
	{ "permission", F_OBJ, AT(lk_participant, permission), 0,
	    &permission },
	{ "attributes", F_PAIRS, AT(lk_participant, attributes),
	    AT(lk_participant, attributes_len), NULL },
	{ "tracks", F_LIST, AT(lk_participant, tracks),
	    AT(lk_participant, tracks_len), &lki_track }
};
TYPE(lki_participant, lk_participant, participant_fields);
LIST(lki_participants, lk_participants, "participants", lki_participant);

static const struct lki_field ingress_state_fields[] = {
	ENUM(lk_ingress, "status", status, ingress_states),
	STR(lk_ingress, error),
	{ "room_id", F_STR, AT(lk_ingress, room_sid), 0, NULL },
	NS(lk_ingress, "started_at", started_at_ms),
	NS(lk_ingress, "ended_at", ended_at_ms),
	NS(lk_ingress, "updated_at", updated_at_ms)
};
static const struct lki_type ingress_state = {
	sizeof(struct lk_ingress), ingress_state_fields,
	LKI_LEN(ingress_state_fields), 0, false
};
static const struct lki_field ingress_fields[] = {
	STR(lk_ingress, ingress_id), STR(lk_ingress, name),
	STR(lk_ingress, stream_key), STR(lk_ingress, url),
	ENUM(lk_ingress, "input_type", input, ingress_inputs),
	STR(lk_ingress, room_name), STR(lk_ingress, participant_identity),
	STR(lk_ingress, participant_name),
	STR(lk_ingress, participant_metadata), BOOL(lk_ingress, reusable),
	TRI(lk_ingress, enabled), TRI(lk_ingress, enable_transcoding),
	{ "state", F_FLAT, 0, 0, &ingress_state }
};
TYPE(lki_ingress, lk_ingress, ingress_fields);
LIST(lki_ingresses, lk_ingresses, "items", lki_ingress);

static const struct lki_field file_fields[] = {
	STR(lk_egress_file, filename), STR(lk_egress_file, location),
	NS(lk_egress_file, "started_at", started_at_ms),
	NS(lk_egress_file, "ended_at", ended_at_ms),
	NS(lk_egress_file, "duration", duration_ms),
	{ "size", F_INT, AT(lk_egress_file, size_bytes), 0, NULL }
};
static TYPE(egress_file, lk_egress_file, file_fields);

static const struct lki_field egress_fields[] = {
	STR(lk_egress, egress_id), STR(lk_egress, room_name),
	{ "room_id", F_STR, AT(lk_egress, room_sid), 0, NULL },
	ENUM(lk_egress, "status", status, egress_states),
	NS(lk_egress, "started_at", started_at_ms),
	NS(lk_egress, "ended_at", ended_at_ms),
	NS(lk_egress, "updated_at", updated_at_ms),
	STR(lk_egress, error), INT(lk_egress, error_code),
	STR(lk_egress, details),
	{ "file_results", F_LIST, AT(lk_egress, files),
	    AT(lk_egress, files_len), &egress_file }
};
TYPE(lki_egress, lk_egress, egress_fields);
LIST(lki_egresses, lk_egresses, "items", lki_egress);

static const struct lki_field dispatch_state_fields[] = {
	NS(lk_dispatch, "created_at", created_at_ms)
};
static const struct lki_type dispatch_state = {
	sizeof(struct lk_dispatch), dispatch_state_fields,
	LKI_LEN(dispatch_state_fields), 0, false
};
static const struct lki_field dispatch_fields[] = {
	STR(lk_dispatch, id), STR(lk_dispatch, agent_name),
	STR(lk_dispatch, room), STR(lk_dispatch, metadata),
	{ "state", F_FLAT, 0, 0, &dispatch_state }
};
TYPE(lki_dispatch, lk_dispatch, dispatch_fields);
LIST(lki_dispatches, lk_dispatches, "agent_dispatches", lki_dispatch);

static const char *const event_types[] = {
	"room_started", "room_finished", "participant_joined",
	"participant_left", "participant_connection_aborted",
	"track_published", "track_unpublished", "egress_started",
	"egress_updated", "egress_ended", "ingress_started", "ingress_ended",
	"agent_job_started", "agent_job_ended", NULL
};
static const struct lki_field event_fields[] = {
	{ "event", F_ENUM, AT(lk_event, type), AT(lk_event, name),
	    event_types },
	STR(lk_event, id),
	{ "created_at", F_SEC, AT(lk_event, created_at_ms), 0, NULL },
	{ "room", F_OBJ, AT(lk_event, room), 0, &lki_room },
	{ "participant", F_OBJ, AT(lk_event, participant), 0,
	    &lki_participant },
	{ "track", F_OBJ, AT(lk_event, track), 0, &lki_track },
	{ "ingress_info", F_OBJ, AT(lk_event, ingress), 0, &lki_ingress },
	{ "egress_info", F_OBJ, AT(lk_event, egress), 0, &lki_egress }
};
TYPE(lki_event, lk_event, event_fields);
