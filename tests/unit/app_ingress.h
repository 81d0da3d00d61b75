/*
 * A LiveKit whose ingresses are in memory that outlives a killed process.
 */
#ifndef APP_INGRESS_H
#define APP_INGRESS_H

#include "../../src/app/local.h"
#include "app_lab.h"

#define MOST	8

struct ingress {
	char	id[32];
	char	room[64];
	bool	enabled;
};

static struct there {
	struct ingress	ingresses[MOST];
	size_t		len;
	int		made;
	bool		no_list;	/* a reply without its list */
	bool		no_filter;	/* lists those of all rooms */
} *there;

static struct lab lab;
static const char *hook_at;		/* method before whose answer … */
static void (*hook)(void);		/* … this happens */


static struct ingress *
ingress_by_id(const char *id)
{
	for (size_t i = 0; id != NULL && i < there->len; i++)
		if (strcmp(there->ingresses[i].id, id) == 0)
			return &there->ingresses[i];
	return NULL;
}

static struct ingress *
ingress_add(const char *room, bool enabled)
{
	struct ingress *in = &there->ingresses[there->len];

	if (there->len++ == MOST)
		abort();
	snprintf(in->id, sizeof in->id, "IN_%d", ++there->made);
	snprintf(in->room, sizeof in->room, "%s", room);
	in->enabled = enabled;
	return in;
}

static void
say(struct buf *out, const struct ingress *in)
{
	json_object(out, NULL);
	json_add_str(out, "ingress_id", in->id);
	json_add_str(out, "stream_key", arena_printf(out->arena, "keyOf%s",
	    in->id));
	json_add_str(out, "url", "rtmp://127.0.0.1/live");
	json_add_str(out, "room_name", in->room);
	json_add_bool(out, "enabled", in->enabled);
	json_object_end(out);
}

static void
say_all(struct buf *out, const char *room)
{
	json_object(out, NULL);
	json_array(out, there->no_list ? "rooms" : "items");
	for (size_t i = 0; i < there->len; i++)
		if (room == NULL || there->no_filter ||
		    strcmp(there->ingresses[i].room, room) == 0)
			say(out, &there->ingresses[i]);
	json_array_end(out);
	json_object_end(out);
}

static void
answer(struct buf *out, const char *method, const struct cJSON *json,
    bool enabled)
{
	struct ingress *in = ingress_by_id(json_str(json, "ingressId"));

	if (strcmp(method, "ListIngress") == 0)
		say_all(out, json_str(json, "roomName"));
	else if (strcmp(method, "CreateIngress") == 0)
		say(out, ingress_add(json_str(json, "roomName"), enabled));
	else if (strcmp(method, "CreateRoom") == 0)
		buf_printf(out, "{\"sid\":\"RM_1\",\"name\":\"%s\"}",
		    json_str(json, "name"));
	else if (strcmp(method, "ListRooms") == 0)
		buf_str(out, "{\"rooms\":[]}");
	else if (strcmp(method, "ListParticipants") == 0)
		buf_str(out, "{\"participants\":[]}");
	else if (strcmp(method, "ListEgress") == 0)
		buf_str(out, "{\"items\":[]}");
	else if (in == NULL)
		abort();
	else if (strcmp(method, "UpdateIngress") == 0) {
		in->enabled = enabled;
		say(out, in);
	} else {
		say(out, in);
		*in = there->ingresses[--there->len];
	}
}

static enum lk_err
transport(void *ctx, const struct lk_http_call *call,
    struct lk_http_reply *reply, int *status, char *why, size_t why_size)
{
	const char *method = strrchr(call->url, '/') + 1;
	bool enabled = strstr(call->body, "\"enabled\":true") != NULL;
	struct arena *arena = arena_new(1024 * 1024);
	const struct cJSON *json;
	void (*now)(void) = hook;
	struct buf out;
	enum lk_err err;

	(void)ctx;
	(void)why;
	(void)why_size;
	buf_init(&out, arena);
	*status = 200;
	if (json_parse(arena, call->body, call->body_len, &json) != JSON_OK)
		abort();
	answer(&out, method, json, enabled);
	if (now != NULL && strcmp(hook_at, method) == 0) {
		hook = NULL;
		now();
	}
	err = lk_reply_add(reply, out.data, out.len);
	arena_free(arena);
	return err;
}

#endif
