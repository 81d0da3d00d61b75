/*
 * Ingress (streams from encoders) and agent dispatches.  LiveKit serves
 * ingress only with Redis.
 */
#include "local.h"

static void
ingress_write(struct lki_buf *b, const struct lk_ingress_opts *o)
{
	lki_str(b, "name", o->name);
	lki_str(b, "roomName", o->room_name);
	lki_str(b, "participantIdentity", o->participant_identity);
	lki_str(b, "participantName", o->participant_name);
	lki_str(b, "participantMetadata", o->participant_metadata);
	lki_tri(b, "enableTranscoding", o->enable_transcoding);
	lki_tri(b, "enabled", o->enabled);
	lki_members(b, o->extra);
}

enum lk_err
lk_ingress_create(struct lk_client *c, const struct lk_ingress_opts *in,
    struct lk_ingress **out)
{
	static const char *const inputs[] = {
		"RTMP_INPUT", "WHIP_INPUT", "URL_INPUT"
	};
	LKI_COPY(lk_ingress_opts, o, in);
	struct lki_buf b = { 0 };

	if (c == NULL)
		return LK_USAGE;
	if (LKI_UNSIZED(in) || (int)o.input < 0 ||
	    (size_t)o.input >= LKI_LEN(inputs) ||
	    lki_blank(o.participant_identity) ||
	    (o.input == LK_INPUT_URL) != !lki_blank(o.url))
		return lki_refuse(c, LK_USAGE);
	lki_put(&b, "{", 1);
	lki_str(&b, "inputType", inputs[o.input]);
	lki_str(&b, "url", o.url);
	ingress_write(&b, &o);
	return lki_call(c, "Ingress", "CreateIngress", &b, &lki_ingress, NULL,
	    out);
}

enum lk_err
lk_ingress_update(struct lk_client *c, const char *ingress_id,
    const struct lk_ingress_opts *in, struct lk_ingress **out)
{
	LKI_COPY(lk_ingress_opts, o, in);
	struct lki_buf b = { 0 };

	if (c == NULL)
		return LK_USAGE;
	if (lki_blank(ingress_id) || LKI_UNSIZED(in) || o.input != 0 ||
	    o.url != NULL)
		return lki_refuse(c, LK_USAGE);
	lki_put(&b, "{", 1);
	lki_str(&b, "ingressId", ingress_id);
	ingress_write(&b, &o);
	return lki_call(c, "Ingress", "UpdateIngress", &b, &lki_ingress, NULL,
	    out);
}

enum lk_err
lk_ingress_list(struct lk_client *c, const struct lk_ingress_filter *in,
    struct lk_ingresses **out)
{
	LKI_COPY(lk_ingress_filter, f, in);
	struct lki_buf b = { 0 };

	if (c == NULL || out == NULL)
		return LK_USAGE;
	if (LKI_UNSIZED(in))
		return lki_refuse(c, LK_USAGE);
	lki_put(&b, "{", 1);
	lki_str(&b, "roomName", f.room_name);
	lki_str(&b, "ingressId", f.ingress_id);
	return lki_call(c, "Ingress", "ListIngress", &b, &lki_ingresses, NULL,
	    out);
}

enum lk_err
lk_ingress_delete(struct lk_client *c, const char *ingress_id,
    struct lk_ingress **out)
{
	struct lki_buf b = { 0 };

	if (c == NULL)
		return LK_USAGE;
	if (lki_blank(ingress_id))
		return lki_refuse(c, LK_USAGE);
	lki_put(&b, "{", 1);
	lki_str(&b, "ingressId", ingress_id);
	return lki_call(c, "Ingress", "DeleteIngress", &b, &lki_ingress, NULL,
	    out);
}

enum lk_err
lk_dispatch_create(struct lk_client *c, const char *room,
    const struct lk_room_agent *agent, struct lk_dispatch **out)
{
	struct lki_buf b = { 0 };

	if (c == NULL)
		return LK_USAGE;
	if (lki_blank(room))
		return lki_refuse(c, LK_USAGE);
	lki_put(&b, "{", 1);
	lki_str(&b, "room", room);
	lki_agent_write(&b, agent);
	return lki_call(c, "AgentDispatchService", "CreateDispatch", &b,
	    &lki_dispatch, NULL, out);
}

static enum lk_err
dispatch_call(struct lk_client *c, const char *method, const char *room,
    const char *id, const struct lki_type *type, void *out)
{
	struct lki_buf b = { 0 };

	if (lki_blank(room))
		return lki_refuse(c, LK_USAGE);
	lki_put(&b, "{", 1);
	lki_str(&b, "room", room);
	lki_str(&b, "dispatchId", id);
	return lki_call(c, "AgentDispatchService", method, &b, type, NULL,
	    out);
}

enum lk_err
lk_dispatch_list(struct lk_client *c, const char *room, const char *id,
    struct lk_dispatches **out)
{
	if (c == NULL || out == NULL)
		return LK_USAGE;
	return dispatch_call(c, "ListDispatch", room, id, &lki_dispatches,
	    out);
}

enum lk_err
lk_dispatch_delete(struct lk_client *c, const char *room, const char *id,
    struct lk_dispatch **out)
{
	if (c == NULL)
		return LK_USAGE;
	if (lki_blank(id))
		return lki_refuse(c, LK_USAGE);
	return dispatch_call(c, "DeleteDispatch", room, id, &lki_dispatch,
	    out);
}
