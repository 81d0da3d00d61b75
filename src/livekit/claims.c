/*
 * The table of a token's claims, names exactly as LiveKit writes them.
 * No code.
 */
#include "local.h"

#define AT(type, member)	offsetof(struct type, member)
#define TRI(t, json, m)		{ json, F_TRI, AT(t, m), 0, NULL }
#define STR(json, m)		{ json, F_STR, AT(lk_claims, m), 0, NULL }
#define INT(json, m)		{ json, F_INT, AT(lk_claims, m), 0, NULL }
#define GRANT(json, m, type)	{ json, F_OBJ, AT(lk_claims, m), 0, &type }
#define TYPE(name, type, fields)					\
	static const struct lki_type name = { sizeof(struct type),	\
	    fields, LKI_LEN(fields), 0, true }

static const struct lki_field video_fields[] = {
	{ "room", F_STR, AT(lk_video_grant, room), 0, NULL },
	TRI(lk_video_grant, "roomCreate", room_create),
	TRI(lk_video_grant, "roomList", room_list),
	TRI(lk_video_grant, "roomRecord", room_record),
	TRI(lk_video_grant, "roomAdmin", room_admin),
	TRI(lk_video_grant, "roomJoin", room_join),
	TRI(lk_video_grant, "canPublish", can_publish),
	TRI(lk_video_grant, "canSubscribe", can_subscribe),
	TRI(lk_video_grant, "canPublishData", can_publish_data),
	{ "canPublishSources", F_STRS,
	    AT(lk_video_grant, can_publish_sources),
	    AT(lk_video_grant, can_publish_sources_len), NULL },
	TRI(lk_video_grant, "canUpdateOwnMetadata", can_update_own_metadata),
	TRI(lk_video_grant, "ingressAdmin", ingress_admin),
	TRI(lk_video_grant, "hidden", hidden),
	TRI(lk_video_grant, "recorder", recorder),
	TRI(lk_video_grant, "agent", agent),
	TRI(lk_video_grant, "canSubscribeMetrics", can_subscribe_metrics),
	TRI(lk_video_grant, "canManageAgentSession",
	    can_manage_agent_session),
	{ "destinationRoom", F_STR, AT(lk_video_grant, destination_room), 0,
	    NULL }
};
TYPE(video, lk_video_grant, video_fields);

static const struct lki_field sip_fields[] = {
	TRI(lk_sip_grant, "admin", admin), TRI(lk_sip_grant, "call", call)
};
TYPE(sip, lk_sip_grant, sip_fields);

static const struct lki_field agent_fields[] = {
	TRI(lk_agent_grant, "admin", admin),
	TRI(lk_agent_grant, "simulationAdmin", simulation_admin)
};
TYPE(agent, lk_agent_grant, agent_fields);

static const struct lki_field inference_fields[] = {
	TRI(lk_inference_grant, "perform", perform)
};
TYPE(inference, lk_inference_grant, inference_fields);

static const struct lki_field observability_fields[] = {
	TRI(lk_observability_grant, "write", write)
};
TYPE(observability, lk_observability_grant, observability_fields);

static const struct lki_field fields[] = {
	STR("iss", issuer), STR("sub", identity), STR("name", name),
	STR("metadata", metadata), STR("kind", kind), STR("sha256", sha256),
	STR("roomPreset", room_preset),
	{ "roomConfig", F_RAW, AT(lk_claims, room_config), 0, NULL },
	INT("exp", exp_s), INT("nbf", nbf_s), INT("iat", iat_s),
	{ "attributes", F_PAIRS, AT(lk_claims, attributes),
	    AT(lk_claims, attributes_len), NULL },
	{ "kindDetails", F_STRS, AT(lk_claims, kind_details),
	    AT(lk_claims, kind_details_len), NULL },
	GRANT("video", video, video), GRANT("sip", sip, sip),
	GRANT("agent", agent, agent),
	GRANT("inference", inference, inference),
	GRANT("observability", observability, observability)
};
const struct lki_type lki_claims = {
	sizeof(struct lk_claims), fields, LKI_LEN(fields),
	AT(lk_claims, json), true
};
