/*
 * RoomService: rooms.  Each function writes one request and names the table
 * that reads its reply.
 */
#include <string.h>

#include "local.h"

void
lki_agent_write(struct lki_buf *b, const struct lk_room_agent *in)
{
	LKI_COPY(lk_room_agent, a, in);

	if (LKI_UNSIZED(in))
		lki_fail(b, LK_USAGE);
	lki_str(b, "agentName", a.agent_name);
	lki_str(b, "metadata", a.metadata);
	lki_str(b, "deployment", a.deployment);
	lki_pairs(b, "attributes", a.attributes, a.attributes_len);
}

static void
agents_write(struct lki_buf *b, const struct lk_room_opts *o)
{
	if (o->agents_len == 0)
		return;
	lki_key(b, "agents");
	lki_put(b, "[", 1);
	for (size_t i = 0; i < o->agents_len; i++) {
		lki_key(b, NULL);
		lki_put(b, "{", 1);
		lki_agent_write(b, o->agents[i]);
		lki_put(b, "}", 1);
	}
	lki_put(b, "]", 1);
}

enum lk_err
lk_room_create(struct lk_client *c, const char *name,
    const struct lk_room_opts *in, struct lk_room **out)
{
	LKI_COPY(lk_room_opts, o, in);
	struct lki_buf b = { 0 };

	if (c == NULL)
		return LK_USAGE;
	/* LiveKit would make a room named "" */
	if (lki_blank(name) || strlen(name) > LK_NAME_MAX ||
	    LKI_UNSIZED(in))
		return lki_refuse(c, LK_USAGE);
	lki_put(&b, "{", 1);
	lki_str(&b, "name", name);
	lki_u32(&b, "emptyTimeout", o.empty_timeout_s);
	lki_u32(&b, "departureTimeout", o.departure_timeout_s);
	lki_u32(&b, "maxParticipants", o.max_participants);
	lki_str(&b, "metadata", o.metadata);
	lki_u32(&b, "minPlayoutDelay", o.min_playout_delay_ms);
	lki_u32(&b, "maxPlayoutDelay", o.max_playout_delay_ms);
	lki_tri(&b, "syncStreams", o.sync_streams);
	lki_tri(&b, "replayEnabled", o.replay_enabled);
	agents_write(&b, &o);
	lki_raw(&b, "egress", o.egress);
	lki_str(&b, "roomPreset", o.room_preset);
	lki_str(&b, "nodeId", o.node_id);
	lki_pairs(&b, "tags", o.tags, o.tags_len);
	return lki_call(c, "RoomService", "CreateRoom", &b, &lki_room, NULL,
	    out);
}

enum lk_err
lk_room_list(struct lk_client *c, const char *const *names, size_t len,
    struct lk_rooms **out)
{
	struct lki_buf b = { 0 };

	if (c == NULL || out == NULL || (names == NULL && len > 0))
		return LK_USAGE;
	lki_put(&b, "{", 1);
	lki_strs(&b, "names", names, len);
	return lki_call(c, "RoomService", "ListRooms", &b, &lki_rooms, NULL,
	    out);
}

enum lk_err
lk_room_delete(struct lk_client *c, const char *room)
{
	struct lki_buf b = { 0 };

	if (c == NULL)
		return LK_USAGE;
	if (lki_blank(room))
		return lki_refuse(c, LK_USAGE);
	lki_put(&b, "{", 1);
	lki_str(&b, "room", room);
	return lki_call(c, "RoomService", "DeleteRoom", &b, NULL, NULL, NULL);
}

enum lk_err
lk_room_update_metadata(struct lk_client *c, const char *room,
    const char *metadata, struct lk_room **out)
{
	struct lki_buf b = { 0 };

	if (c == NULL)
		return LK_USAGE;
	if (lki_blank(room) || metadata == NULL)
		return lki_refuse(c, LK_USAGE);
	lki_put(&b, "{", 1);
	lki_str(&b, "room", room);
	lki_str(&b, "metadata", metadata);
	return lki_call(c, "RoomService", "UpdateRoomMetadata", &b, &lki_room,
	    NULL, out);
}
