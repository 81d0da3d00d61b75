/*
 * The laboratory of app tests.  Reads the database by itself, so that what it
 * compares is what is written and not what some query makes of it.
 */
#include "app_lab.h"

#include <sqlite3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int64_t lab_now = 1795227260000;

int64_t
lab_clock(void)
{
	return lab_now;
}

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "laboratory: %s\n", what);
	abort();
}

/* ---- LiveKit ------------------------------------------------------------- */

static struct fake_room *
fake_room(struct fake *f, const char *name)
{
	for (size_t i = 0; i < f->rooms_len; i++)
		if (strcmp(f->rooms[i].name, name) == 0)
			return &f->rooms[i];
	return NULL;
}

struct fake_room *
fake_room_add(struct fake *f, const char *name, const char *sid)
{
	struct fake_room *room = fake_room(f, name);

	if (room != NULL)
		return room;
	must(f->rooms_len < FAKE_ROOMS, "too many rooms");
	room = &f->rooms[f->rooms_len++];
	memset(room, 0, sizeof *room);
	snprintf(room->name, sizeof room->name, "%s", name);
	snprintf(room->sid, sizeof room->sid, "%s", sid);
	return room;
}

void
fake_room_drop(struct fake *f, const char *name)
{
	struct fake_room *room = fake_room(f, name);
	size_t n = 0;

	must(room != NULL, "no such room");
	*room = f->rooms[--f->rooms_len];
	for (size_t i = 0; i < f->people_len; i++)
		if (strcmp(f->people[i].room, name) != 0)
			f->people[n++] = f->people[i];
	f->people_len = n;
}

void
fake_join(struct fake *f, const char *room, const char *sid,
    const char *identity, int64_t joined_ms)
{
	struct fake_person *p;

	must(f->people_len < FAKE_PEOPLE, "too many people");
	p = &f->people[f->people_len++];
	memset(p, 0, sizeof *p);
	snprintf(p->room, sizeof p->room, "%s", room);
	snprintf(p->sid, sizeof p->sid, "%s", sid);
	snprintf(p->identity, sizeof p->identity, "%s", identity);
	p->joined_ms = joined_ms;
}

struct fake_person *
fake_person(struct fake *f, const char *sid)
{
	for (size_t i = 0; i < f->people_len; i++)
		if (strcmp(f->people[i].sid, sid) == 0)
			return &f->people[i];
	return NULL;
}

struct fake_person *
fake_may(struct fake *f, const char *sid, bool publish, bool subscribe,
    bool data)
{
	struct fake_person *p = fake_person(f, sid);

	must(p != NULL, "nobody to give permissions");
	p->told = true;
	p->publish = publish;
	p->subscribe = subscribe;
	p->data = data;
	return p;
}

void
fake_publish(struct fake *f, const char *sid, const char *track)
{
	struct fake_person *p = fake_person(f, sid);

	must(p != NULL && p->tracks_len < FAKE_TRACKS, "nobody to publish");
	snprintf(p->tracks[p->tracks_len++], sizeof p->tracks[0], "%s", track);
}

void
fake_leave(struct fake *f, const char *sid)
{
	size_t n = 0;

	for (size_t i = 0; i < f->people_len; i++)
		if (strcmp(f->people[i].sid, sid) != 0)
			f->people[n++] = f->people[i];
	f->people_len = n;
}

static void
room_json(struct buf *out, const char *key, struct fake *f,
    const struct fake_room *room)
{
	int64_t people = 0;

	for (size_t i = 0; i < f->people_len; i++)
		people += strcmp(f->people[i].room, room->name) == 0;
	json_object(out, key);
	json_add_str(out, "sid", room->sid);
	json_add_str(out, "name", room->name);
	json_add_int(out, "empty_timeout", room->empty_timeout_s);
	json_add_str(out, "metadata", room->metadata);
	json_add_int(out, "num_participants", people);
	json_object_end(out);
}

static void
list_rooms(struct buf *out, struct fake *f, const struct cJSON *names)
{
	(void)names;
	json_object(out, NULL);
	json_array(out, "rooms");
	for (size_t i = 0; i < f->rooms_len; i++)
		room_json(out, NULL, f, &f->rooms[i]);
	json_array_end(out);
	json_object_end(out);
}

static void
permission_json(struct buf *out, const struct fake_person *p)
{
	if (!p->told)
		return;
	json_object(out, "permission");
	json_add_bool(out, "can_publish", p->publish);
	json_add_bool(out, "can_subscribe", p->subscribe);
	json_add_bool(out, "can_publish_data", p->data);
	json_add_bool(out, "hidden", p->hidden);
	json_object_end(out);
}

static void
list_people(struct buf *out, struct fake *f, const char *room)
{
	json_object(out, NULL);
	json_array(out, "participants");
	for (size_t i = 0; i < f->people_len; i++) {
		const struct fake_person *p = &f->people[i];

		if (strcmp(p->room, room) != 0)
			continue;
		json_object(out, NULL);
		json_add_str(out, "sid", p->sid);
		json_add_str(out, "identity", p->identity);
		json_add_str(out, "name", p->identity);
		json_add_str(out, "metadata", p->metadata);
		json_add_str(out, "state", p->joining ? "JOINED" : "ACTIVE");
		json_add_str(out, "kind", p->kind == NULL ? "STANDARD" :
		    p->kind);
		json_add_str(out, "joined_at_ms",
		    arena_printf(out->arena, "%lld", (long long)p->joined_ms));
		permission_json(out, p);
		json_array(out, "tracks");
		for (size_t k = 0; k < p->tracks_len; k++) {
			json_object(out, NULL);
			json_add_str(out, "sid", p->tracks[k]);
			json_object_end(out);
		}
		json_array_end(out);
		json_object_end(out);
	}
	json_array_end(out);
	json_object_end(out);
}

static struct fake_person *
person_in(struct fake *f, const char *room, const char *identity)
{
	for (size_t i = 0; i < f->people_len; i++)
		if (strcmp(f->people[i].room, room) == 0 &&
		    strcmp(f->people[i].identity, identity) == 0)
			return &f->people[i];
	return NULL;
}

static bool
is_yes(const char *body, const char *path)
{
	char *raw;
	bool yes;

	if (lk_json_raw(body, path, &raw) != LK_OK)
		return false;
	yes = strcmp(raw, "true") == 0;
	lk_free(raw);
	return yes;
}

/* As the server does: what is not there is taken away. */
static int
change_person(struct buf *out, struct fake *f, bool remove, const char *body,
    const struct cJSON *json)
{
	struct fake_person *p = person_in(f, json_str(json, "room"),
	    json_str(json, "identity"));

	if (p == NULL) {
		buf_str(out, "{\"code\":\"not_found\",\"msg\":\"twirp error "
		    "unknown: participant does not exist\"}");
		return 404;
	}
	if (remove) {
		f->removes++;
		fake_leave(f, p->sid);
	} else {
		const char *metadata = json_str(json, "metadata");

		f->updates++;
		if (metadata != NULL && metadata[0] != '\0')
			snprintf(p->metadata, sizeof p->metadata, "%s",
			    metadata);
		p->publish = is_yes(body, "permission.canPublish");
		p->subscribe = is_yes(body, "permission.canSubscribe");
		p->data = is_yes(body, "permission.canPublishData");
		p->hidden = is_yes(body, "permission.hidden");
	}
	buf_str(out, "{}");
	return 200;
}

static int
create_room(struct buf *out, struct fake *f, const char *body,
    const struct cJSON *json)
{
	const char *name = json_str(json, "name");
	const char *metadata = json_str(json, "metadata");
	int64_t number;
	bool fresh = fake_room(f, name) == NULL;
	struct fake_room *room = fake_room_add(f, name, "RM_made");

	if (fresh) {
		snprintf(room->metadata, sizeof room->metadata, "%s",
		    metadata == NULL ? "" : metadata);
		if (lk_json_int(body, "empty_timeout", &number) == LK_OK)
			room->empty_timeout_s = (int)number;
		if (lk_json_int(body, "departure_timeout", &number) == LK_OK)
			room->departure_timeout_s = (int)number;
	}
	room_json(out, NULL, f, room);
	return 200;
}

static int
delete_room(struct buf *out, struct fake *f, const char *name)
{
	if (fake_room(f, name) == NULL) {
		buf_str(out, "{\"code\":\"not_found\",\"msg\":\"twirp error "
		    "unknown: requested room does not exist\"}");
		return 404;
	}
	fake_room_drop(f, name);
	buf_str(out, "{}");
	return 200;
}

static int
list_ingress(struct buf *out, const struct fake *f)
{
	if (f->ingress == NULL) {
		buf_str(out, "{\"code\":\"internal\",\"msg\":\"ingress not "
		    "connected (redis required)\"}");
		return 500;
	}
	buf_printf(out, "{\"items\":[{\"ingress_id\":\"IN_1\",\"state\":{"
	    "\"status\":\"%s\",\"started_at\":\"%lld000000\","
	    "\"ended_at\":\"%lld000000\"}},{\"ingress_id\":\"IN_9\","
	    "\"state\":{\"status\":\"ENDPOINT_PUBLISHING\","
	    "\"started_at\":\"1\"}}]}", f->ingress,
	    (long long)f->ingress_started_ms, (long long)f->ingress_ended_ms);
	return 200;
}

/* This one has none, as without Redis; each pass may ask. */
static int
list_egress(struct buf *out, struct fake *f)
{
	f->calls--;
	buf_str(out, "{\"code\":\"internal\",\"msg\":\"egress not "
	    "connected (redis required)\"}");
	return 500;
}

static enum lk_err
fake_call(void *ctx, const struct lk_http_call *call,
    struct lk_http_reply *reply, int *status, char *why, size_t why_size)
{
	struct fake *f = ctx;
	const char *method = strrchr(call->url, '/') + 1;
	struct arena *arena = arena_new(1024 * 1024);
	const struct cJSON *json;
	struct buf out;
	enum lk_err err = f->fail;
	void (*during)(void) = f->during;

	(void)why;
	(void)why_size;
	f->calls++;
	f->called_in_tx |= db_in_tx(f->app->db);
	f->during = NULL;
	if (during != NULL)
		during();
	buf_init(&out, arena);
	*status = 200;
	must(json_parse(arena, call->body, call->body_len, &json) == JSON_OK,
	    "a call without JSON");
	if (f->reply != NULL)
		buf_str(&out, f->reply);
	else if (strcmp(method, "ListRooms") == 0)
		list_rooms(&out, f, json);
	else if (strcmp(method, "ListParticipants") == 0)
		list_people(&out, f, json_str(json, "room"));
	else if (strcmp(method, "CreateRoom") == 0 && err == LK_OK)
		*status = create_room(&out, f, call->body, json);
	else if (strcmp(method, "DeleteRoom") == 0 && err == LK_OK)
		*status = delete_room(&out, f, json_str(json, "room"));
	else if (strcmp(method, "ListIngress") == 0)
		*status = list_ingress(&out, f);
	else if (strcmp(method, "ListEgress") == 0 && err == LK_OK)
		*status = list_egress(&out, f);
	else if (strcmp(method, "RemoveParticipant") == 0 && err == LK_OK)
		*status = change_person(&out, f, true, call->body, json);
	else if (strcmp(method, "UpdateParticipant") == 0 && err == LK_OK)
		*status = change_person(&out, f, false, call->body, json);
	if (err == LK_OK)
		err = lk_reply_add(reply, out.data, out.len);
	arena_free(arena);
	return err;
}

/* ---- the rest ------------------------------------------------------------ */

static void
write_config(struct lab *lab, const char *path, const char *extra)
{
	FILE *file = fopen(path, "w");

	must(file != NULL && fchmod(fileno(file), 0600) == 0, path);
	fprintf(file, "public_url = https://stage.example/app\n"
	    "database = %s/stage.db\n"
	    "app_secret = 0123456789abcdef0123456789abcdef\n"
	    "LIVEKIT_URL = ws://127.0.0.1:1\n"
	    "LIVEKIT_API_KEY = " LAB_KEY "\n"
	    "LIVEKIT_API_SECRET = " LAB_SECRET "\n"
	    "log_level = error\n%s", lab->dir, extra);
	must(fclose(file) == 0, path);
}

static void
add_user(struct lab *lab, const char *id, const char *name, bool creator)
{
	must(user_insert(lab->app.db, &(struct user_row){ .id = id,
	    .username = name, .display_name = name, .is_creator = creator,
	    .created_at = lab_now }) == RC_OK, "no user");
}

void
lab_open(struct lab *lab, const char *extra)
{
	char path[128];
	const char *why = "";
	enum rc rc;

	memset(lab, 0, sizeof *lab);
	snprintf(lab->dir, sizeof lab->dir, "/tmp/lab-XXXXXX");
	must(mkdtemp(lab->dir) != NULL, lab->dir);
	snprintf(path, sizeof path, "%s/stagedoor.conf", lab->dir);
	write_config(lab, path, extra);
	rc = config_load(path, DB_RW | NEEDS_LK, &lab->config, &why);
	must(rc == RC_OK, why);
	log_open("lab", LOG_ERROR_);
	rc = app_open(lab->config, DB_RW | NEEDS_LK | APP_MIGRATE, &lab->app,
	    &why);
	must(rc == RC_OK, why);
	lab->arena = arena_new(512 * 1024 * 1024);
	lab->app.arena = lab->arena;
	db_arena(lab->app.db, lab->arena);
	lab->fake.app = &lab->app;
	must(lk_client_set_transport(lab->app.lk, LK(lk_transport,
	    .call = fake_call, .ctx = &lab->fake)) == LK_OK, "no transport");
	clock_set(lab_clock);
	breaker_set(0);
	must(db_begin(lab->app.db, NORMAL) == RC_OK, "no transaction");
	add_user(lab, LAB_HOST, "host", true);
	add_user(lab, LAB_OTHER, "other", false);
	must(db_commit(lab->app.db) == RC_OK, "no commit");
}

void
lab_close(struct lab *lab)
{
	static const char *const names[] = { "stagedoor.conf", "stage.db",
	    "stage.db-wal", "stage.db-shm", "stage.db-lock", "limits",
	    "counters", "ingress.lock", "stagedoor.key" };
	char path[128];

	app_close(&lab->app);
	config_free(lab->config);
	arena_free(lab->arena);
	clock_set(NULL);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", lab->dir, names[i]);
		unlink(path);
	}
	rmdir(lab->dir);
}

void
lab_stream(struct lab *lab, const char *name, int64_t at)
{
	struct db *db = lab->app.db;

	must(db_begin(db, NORMAL) == RC_OK && room_insert(db,
	    &(struct room_row){ .name = name, .kind = KIND_LIVE,
	    .owner_id = LAB_HOST, .state = ROOM_OPEN, .metadata = "{}",
	    .created_at = at }) == RC_OK && live_insert(db,
	    &(struct live_row){ .id = name, .title = "title",
	    .streamer_id = LAB_HOST, .is_live = true, .created_at = at,
	    .lapses_at = at + lab->config->live_host_wait_s * 1000 }) ==
	    RC_OK && db_commit(db) == RC_OK, "no stream");
}

void
lab_channel(struct lab *lab, int64_t at)
{
	struct db *db = lab->app.db;

	must(db_begin(db, NORMAL) == RC_OK && room_insert(db,
	    &(struct room_row){ .name = LAB_HOST, .kind = KIND_STREAM,
	    .owner_id = LAB_HOST, .state = ROOM_OPEN, .metadata = "{}",
	    .created_at = at }) == RC_OK && stream_insert(db,
	    &(struct stream_row){ .id = "33333333-3333-4333-8333-333333333333",
	    .user_id = LAB_HOST, .title = "title", .is_chat_enabled = true,
	    .chat_delay_seconds = 3, .created_at = at }) == RC_OK &&
	    db_commit(db) == RC_OK, "no channel");
}

void
lab_key(struct lab *lab, const char *ingress_id)
{
	struct db *db = lab->app.db;

	must(db_begin(db, NORMAL) == RC_OK && stream_key_insert(db,
	    &(struct stream_key_row){ .ingress_id = ingress_id,
	    .user_id = LAB_HOST, .state = KEY_CURRENT, .is_rtmp = true,
	    .server_url = "rtmp://stage.example/live",
	    .key_sealed = "sealed-sealed-sealed-sealed",
	    .key_hash = "0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef", .is_enabled = true,
	    .created_at = lab_now }) == RC_OK && db_commit(db) == RC_OK,
	    "no key");
}

static sqlite3 *
open_beside(struct lab *lab)
{
	char path[128];
	sqlite3 *handle;

	snprintf(path, sizeof path, "%s/stage.db", lab->dir);
	must(sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, NULL) ==
	    SQLITE_OK, path);
	return handle;
}

static void
dump_table(struct buf *out, sqlite3 *handle, const char *sql)
{
	sqlite3_stmt *stmt;

	must(sqlite3_prepare_v2(handle, sql, -1, &stmt, NULL) == SQLITE_OK,
	    sqlite3_errmsg(handle));
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(stmt); i++) {
			const unsigned char *text = sqlite3_column_text(stmt,
			    i);

			buf_printf(out, "%s|", text == NULL ? "NULL" :
			    (const char *)text);
		}
		buf_char(out, '\n');
	}
	sqlite3_finalize(stmt);
}

enum rc
lab_hear(struct lab *l, const char *event)
{
	struct lk_event *ev;
	enum rc rc;

	if (lk_event_parse(event, strlen(event), &ev) != LK_OK)
		abort();
	rc = webhook_keep(&l->app, ev, lab_now);
	lk_free(ev);
	return rc;
}

char *
lab_dump(struct lab *lab)
{
	sqlite3 *handle = open_beside(lab);
	struct buf out;

	buf_init(&out, lab->arena);
	dump_table(&out, handle, "SELECT * FROM presence ORDER BY 1, 2");
	dump_table(&out, handle, "SELECT * FROM room_sessions ORDER BY 1, 2");
	dump_table(&out, handle, "SELECT * FROM live_streams ORDER BY 1");
	dump_table(&out, handle, "SELECT name, state FROM rooms ORDER BY 1");
	dump_table(&out, handle, "SELECT * FROM tracks ORDER BY 1, 2");
	dump_table(&out, handle, "SELECT ingress_id, run_started_at, "
	    "run_ended_at, last_used_at FROM stream_keys ORDER BY 1");
	dump_table(&out, handle, "SELECT user_id, title, started_at, ended_at, "
	    "lapses_at, viewer_count, unique_viewers, watch_ms "
	    "FROM broadcasts ORDER BY 1, 3");
	sqlite3_close(handle);
	return out.data;
}

int64_t
lab_number(struct lab *lab, const char *sql)
{
	sqlite3 *handle = open_beside(lab);
	sqlite3_stmt *stmt;
	int64_t number;

	must(sqlite3_prepare_v2(handle, sql, -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW, sql);
	number = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(handle);
	return number;
}
