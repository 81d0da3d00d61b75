/*
 * RoomService: the people in a room, their tracks and rights, and data sent
 * to them.
 */
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../jose/jose.h"
#include "local.h"

#define NONCE_BYTES	16
#define RPC_MS		10000

/* Begins a request about one participant; false: it names nobody. */
static bool
begin(struct lki_buf *b, const char *room, const char *identity)
{
	if (lki_blank(room) || lki_blank(identity))
		return false;
	lki_put(b, "{", 1);
	lki_str(b, "room", room);
	lki_str(b, "identity", identity);
	return true;
}

enum lk_err
lk_participant_list(struct lk_client *c, const char *room,
    struct lk_participants **out)
{
	struct lki_buf b = { 0 };

	if (c == NULL || out == NULL)
		return LK_USAGE;
	if (lki_blank(room))
		return lki_refuse(c, LK_USAGE);
	lki_put(&b, "{", 1);
	lki_str(&b, "room", room);
	return lki_call(c, "RoomService", "ListParticipants", &b,
	    &lki_participants, NULL, out);
}

enum lk_err
lk_participant_get(struct lk_client *c, const char *room,
    const char *identity, struct lk_participant **out)
{
	struct lki_buf b = { 0 };

	if (c == NULL)
		return LK_USAGE;
	if (!begin(&b, room, identity))
		return lki_refuse(c, LK_USAGE);
	return lki_call(c, "RoomService", "GetParticipant", &b,
	    &lki_participant, NULL, out);
}

enum lk_err
lk_participant_remove(struct lk_client *c, const char *room,
    const char *identity)
{
	struct lki_buf b = { 0 };

	if (c == NULL)
		return LK_USAGE;
	if (!begin(&b, room, identity))
		return lki_refuse(c, LK_USAGE);
	return lki_call(c, "RoomService", "RemoveParticipant", &b, NULL, NULL,
	    NULL);
}

/* Here LiveKit wants enum names; tokens spell them in lower case. */
static void
sources_write(struct lki_buf *b, const struct lk_permission_opts *p)
{
	static const struct lk_pair names[] = {
		{ "camera", "CAMERA" }, { "microphone", "MICROPHONE" },
		{ "screen_share", "SCREEN_SHARE" },
		{ "screen_share_audio", "SCREEN_SHARE_AUDIO" }
	};
	const char *found;

	if (p->can_publish_sources_len == 0)
		return;
	lki_key(b, "canPublishSources");
	lki_put(b, "[", 1);
	for (size_t i = 0; i < p->can_publish_sources_len; i++) {
		const char *s = p->can_publish_sources[i];

		found = NULL;
		for (size_t j = 0; s != NULL && j < LKI_LEN(names); j++)
			if (strcasecmp(s, names[j].name) == 0)
				found = names[j].value;
		/* an unknown name would silently mean another right */
		if (found == NULL)
			lki_fail(b, LK_USAGE);
		lki_str(b, NULL, found);
	}
	lki_put(b, "]", 1);
}

static void
permission_write(struct lki_buf *b, const struct lk_permission_opts *in)
{
	LKI_COPY(lk_permission_opts, p, in);

	if (in == NULL)
		return;
	if (LKI_UNSIZED(in))
		lki_fail(b, LK_USAGE);
	lki_key(b, "permission");
	lki_put(b, "{", 1);
	lki_tri(b, "canSubscribe", p.can_subscribe);
	lki_tri(b, "canPublish", p.can_publish);
	lki_tri(b, "canPublishData", p.can_publish_data);
	sources_write(b, &p);
	lki_tri(b, "hidden", p.hidden);
	lki_tri(b, "canUpdateMetadata", p.can_update_metadata);
	lki_tri(b, "canSubscribeMetrics", p.can_subscribe_metrics);
	lki_tri(b, "canManageAgentSession", p.can_manage_agent_session);
	lki_put(b, "}", 1);
}

enum lk_err
lk_participant_update(struct lk_client *c, const char *room,
    const char *identity, const struct lk_participant_opts *in,
    struct lk_participant **out)
{
	LKI_COPY(lk_participant_opts, o, in);
	struct lki_buf b = { 0 };

	if (c == NULL)
		return LK_USAGE;
	if (LKI_UNSIZED(in) || !begin(&b, room, identity))
		return lki_refuse(c, LK_USAGE);
	lki_str(&b, "name", o.name);
	lki_str(&b, "metadata", o.metadata);
	lki_pairs(&b, "attributes", o.attributes, o.attributes_len);
	permission_write(&b, o.permission);
	return lki_call(c, "RoomService", "UpdateParticipant", &b,
	    &lki_participant, NULL, out);
}

enum lk_err
lk_track_mute(struct lk_client *c, const char *room, const char *identity,
    const char *track_sid, bool muted, struct lk_track **out)
{
	struct lki_buf b = { 0 };

	if (c == NULL)
		return LK_USAGE;
	if (lki_blank(track_sid) || !begin(&b, room, identity))
		return lki_refuse(c, LK_USAGE);
	lki_str(&b, "trackSid", track_sid);
	lki_tri(&b, "muted", muted ? LK_YES : LK_NO);
	return lki_call(c, "RoomService", "MutePublishedTrack", &b,
	    &lki_track, "track", out);
}

static void
tracks_write(struct lki_buf *b, const struct lk_subscription_opts *o)
{
	if (o->participant_tracks_len == 0)
		return;
	lki_key(b, "participantTracks");
	lki_put(b, "[", 1);
	for (size_t i = 0; i < o->participant_tracks_len; i++) {
		const struct lk_participant_tracks *in =
		    o->participant_tracks[i];
		LKI_COPY(lk_participant_tracks, t, in);

		if (in == NULL || LKI_UNSIZED(in))
			lki_fail(b, LK_USAGE);
		lki_key(b, NULL);
		lki_put(b, "{", 1);
		lki_str(b, "participantSid", t.participant_sid);
		lki_strs(b, "trackSids", t.track_sids, t.track_sids_len);
		lki_put(b, "}", 1);
	}
	lki_put(b, "]", 1);
}

enum lk_err
lk_subscriptions_update(struct lk_client *c, const char *room,
    const char *identity, const struct lk_subscription_opts *in)
{
	LKI_COPY(lk_subscription_opts, o, in);
	struct lki_buf b = { 0 };

	if (c == NULL)
		return LK_USAGE;
	if (o.subscribe == LK_UNSET || !begin(&b, room, identity))
		return lki_refuse(c, LK_USAGE);
	lki_tri(&b, "subscribe", o.subscribe);
	lki_strs(&b, "trackSids", o.track_sids, o.track_sids_len);
	tracks_write(&b, &o);
	return lki_call(c, "RoomService", "UpdateSubscriptions", &b, NULL,
	    NULL, NULL);
}

static void
base64_write(struct lki_buf *b, const char *name, const void *data,
    size_t len)
{
	char *text = len > SIZE_MAX / 2 ? NULL : malloc(4 * (len / 3 + 1) + 1);

	if (text == NULL) {
		lki_fail(b, LK_NOMEM);
		return;
	}
	text[jose_b64_encode(data, len, text)] = '\0';
	lki_str(b, name, text);
	free(text);
}

enum lk_err
lk_data_send(struct lk_client *c, const char *room, const void *data,
    size_t len, const struct lk_data_opts *in)
{
	LKI_COPY(lk_data_opts, o, in);
	unsigned char nonce[NONCE_BYTES];
	struct lki_buf b = { 0 };

	if (c == NULL)
		return LK_USAGE;
	if (lki_blank(room) || (data == NULL && len > 0) || LKI_UNSIZED(in))
		return lki_refuse(c, LK_USAGE);
	if (RAND_bytes(nonce, sizeof(nonce)) != 1)
		return lki_refuse(c, LK_NOMEM);
	lki_put(&b, "{", 1);
	lki_str(&b, "room", room);
	base64_write(&b, "data", len == 0 ? "" : data, len);
	lki_str(&b, "kind", o.lossy == LK_YES ? "LOSSY" : "RELIABLE");
	lki_str(&b, "topic", o.topic);
	lki_strs(&b, "destinationIdentities", o.identities, o.identities_len);
	base64_write(&b, "nonce", nonce, sizeof(nonce));
	return lki_call(c, "RoomService", "SendData", &b, NULL, NULL, NULL);
}

static enum lk_err
send_elsewhere(struct lk_client *c, const char *method, const char *room,
    const char *identity, const char *destination)
{
	struct lki_buf b = { 0 };

	if (c == NULL)
		return LK_USAGE;
	if (lki_blank(destination) || !begin(&b, room, identity))
		return lki_refuse(c, LK_USAGE);
	lki_str(&b, "destinationRoom", destination);
	return lki_call(c, "RoomService", method, &b, NULL, NULL, NULL);
}

enum lk_err
lk_participant_forward(struct lk_client *c, const char *room,
    const char *identity, const char *destination)
{
	return send_elsewhere(c, "ForwardParticipant", room, identity,
	    destination);
}

enum lk_err
lk_participant_move(struct lk_client *c, const char *room,
    const char *identity, const char *destination)
{
	return send_elsewhere(c, "MoveParticipant", room, identity,
	    destination);
}

enum lk_err
lk_rpc(struct lk_client *c, const char *room, const char *identity,
    const char *method, const char *payload, int timeout_ms, char **out)
{
	const struct lk_call_opts o = {
		sizeof(o), NULL,
		(timeout_ms == 0 ? RPC_MS : timeout_ms) + 2000, NULL, 0
	};
	char *json, *reply;
	enum lk_err err;

	if (c == NULL)
		return LK_USAGE;
	if (lki_blank(room) || lki_blank(identity) || lki_blank(method) ||
	    timeout_ms < 0 || timeout_ms > 600000)
		return lki_refuse(c, LK_USAGE);
	err = lk_json_print(&json, "{\"room\":%s,\"destinationIdentity\":%s,"
	    "\"method\":%s,\"payload\":%s,\"responseTimeoutMs\":%d}", room,
	    identity, method, payload == NULL ? "" : payload,
	    timeout_ms == 0 ? RPC_MS : timeout_ms);
	if (err != LK_OK)
		return lki_refuse(c, err);
	err = lk_call_with(c, &o, "RoomService", "PerformRpc", json, &reply);
	lk_free(json);
	if (err != LK_OK)
		return err;
	if (out != NULL)
		err = lk_json_str(reply, "payload", out);
	lk_free(reply);
	return err;
}
