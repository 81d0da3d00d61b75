/*
 * Recordings: what LiveKit tells of one in any order and any number of times,
 * with and without the answer to the start; and where an object of S3 is.
 */
#include "test.h"

#include "../../src/net/net.h"
#include "app_lab.h"

#define EVENTS	4
#define ID	"33333333-3333-4333-8333-333333333333"

static struct lab lab;

/* As LiveKit v1.13.5 sends them: zeros are left out, times in nanoseconds. */
static const char *const events[EVENTS] = {
	"{\"event\":\"egress_started\",\"egressInfo\":{" "\"egressId\":\"EG_1\","
	"\"roomId\":\"RM_1\",\"roomName\":\"talk\",\"roomComposite\":{"
	"\"roomName\":\"talk\",\"fileOutputs\":[{\"filepath\":\"r/talk/" ID
	".mp4\"}]}},",
	"{\"event\":\"egress_updated\",\"egressInfo\":{\"egressId\":\"EG_1\","
	"\"roomId\":\"RM_1\",\"roomName\":\"talk\",\"status\":\"EGRESS_ACTIVE\","
	"\"startedAt\":\"1795227262000000000\",\"fileResults\":[{\"filename\":"
	"\"/out/r/talk/" ID ".mp4\"}]},",
	"{\"event\":\"egress_updated\",\"egressInfo\":{\"egressId\":\"EG_1\","
	"\"roomId\":\"RM_1\",\"roomName\":\"talk\",\"status\":\"EGRESS_ENDING\","
	"\"startedAt\":\"1795227262000000000\",\"updatedAt\":"
	"\"1795227270000000000\",\"fileResults\":[{\"filename\":"
	"\"/out/r/talk/" ID ".mp4\"}]},",
	"{\"event\":\"egress_ended\",\"egressInfo\":{\"egressId\":\"EG_1\","
	"\"roomId\":\"RM_1\",\"roomName\":\"talk\",\"status\":"
	"\"EGRESS_COMPLETE\",\"startedAt\":\"1795227262000000000\","
	"\"endedAt\":\"1795227271500000000\",\"fileResults\":[{\"filename\":"
	"\"/out/r/talk/" ID ".mp4\",\"location\":\"/out/r/talk/" ID ".mp4\","
	"\"duration\":\"9400000000\",\"size\":\"12345\"}]},",
};

/* known: LiveKit's answer to the start came before all webhooks. */
static void
begin(bool known)
{
	struct recording_row row = { .id = ID, .room_name = "talk",
	    .room_sid = "", .egress_id = known ? "EG_1" : NULL,
	    .started_by = LAB_HOST, .created_at = lab_now,
	    .started_at = lab_now, .participants = "[]",
	    .object_key = "r/talk/" ID ".mp4", .file_size = -1,
	    .duration_ms = -1 };

	lab_now = 1795227260000;
	row.created_at = row.started_at = lab_now;
	lab_open(&lab, "");
	lab_stream(&lab, "talk", lab_now);
	if (db_begin(lab.app.db, NORMAL) != RC_OK ||
	    recording_insert(lab.app.db, &row) != RC_OK ||
	    db_commit(lab.app.db) != RC_OK)
		abort();
}

static void
tell(int i, int n)
{
	char *body = arena_printf(lab.arena, "%s\"id\":\"EV_%d_%d\","
	    "\"createdAt\":\"1795227280\"}", events[i], i, n);

	CHECK(lab_hear(&lab, body) == RC_OK);
}

static void
hear(const char *info, const char *created_at)
{
	char *body = arena_printf(lab.arena, "{\"event\":\"egress_updated\","
	    "\"id\":\"EV_%s\",\"createdAt\":\"%s\",\"egressInfo\":{%s}}",
	    created_at, created_at, info);

	CHECK(lab_hear(&lab, body) == RC_OK);
}

static void
is_complete(void)
{
	struct recording_row r;

	CHECK(recording_by_id(lab.app.db, ID, &r) == RC_OK);
	CHECK(r.status == RECORDING_COMPLETE && !r.is_stop_wanted);
	CHECK_STR(r.egress_id, "EG_1");
	CHECK_STR(r.room_sid, "RM_1");
	CHECK_INT(r.started_at, 1795227262000);
	CHECK_INT(r.ended_at, 1795227271500);
	CHECK_INT(r.duration_ms, 9400);
	CHECK_INT(r.file_size, 12345);
	CHECK_STR(r.location, "/out/r/talk/" ID ".mp4");
	CHECK(r.error == NULL);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM job"), 0);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM events WHERE "
	    "type = 'recording.status' AND data LIKE '%complete%'"), 1);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM (SELECT data FROM "
	    "events WHERE type = 'recording.status' GROUP BY data "
	    "HAVING count(*) > 1)"), 0);
}

static void
every_order(bool known)
{
	for (int code = 0; code < EVENTS * EVENTS * EVENTS * EVENTS; code++) {
		int order[EVENTS], seen = 0, rest = code;

		for (int i = 0; i < EVENTS; i++, rest /= EVENTS) {
			order[i] = rest % EVENTS;
			seen |= 1 << order[i];
		}
		if (seen != (1 << EVENTS) - 1)
			continue;
		begin(known);
		for (int i = 0; i < EVENTS; i++) {
			tell(order[i], 0);
			tell(order[i], 1);	/* another event of the same */
			tell(order[0], 2 + i);
		}
		is_complete();
		lab_close(&lab);
	}
}

TEST("webhooks of a recording in all 24 orders, repeated: the same end")
{
	every_order(true);
}

TEST("the same where the answer to the start was lost: the file tells")
{
	every_order(false);
}

TEST("the end alone is enough")
{
	begin(false);
	tell(3, 0);
	is_complete();
	lab_close(&lab);
}

TEST("a status never goes back, and a stopped one does not record again")
{
	struct recording_row r;

	begin(true);
	CHECK(db_begin(lab.app.db, NORMAL) == RC_OK);
	CHECK(recording_by_id(lab.app.db, ID, &r) == RC_OK);
	r.status = RECORDING_PROCESSING;
	r.is_stop_wanted = true;
	CHECK(recording_update(lab.app.db, &r) == RC_OK);
	CHECK(db_commit(lab.app.db) == RC_OK);
	tell(1, 0);
	tell(0, 0);
	CHECK(recording_by_id(lab.app.db, ID, &r) == RC_OK);
	CHECK(r.status == RECORDING_PROCESSING);
	/* It runs although it was to stop. */
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM job WHERE kind = "
	    "'egress.stop' AND identity = 'EG_1'"), 1);
	lab_close(&lab);
}

TEST("no recording ends before it began, whatever whole seconds say")
{
	struct recording_row r;

	begin(true);
	hear("\"egressId\":\"EG_1\",\"status\":\"EGRESS_FAILED\"",
	    "1795227259");
	CHECK(recording_by_id(lab.app.db, ID, &r) == RC_OK);
	CHECK(r.status == RECORDING_FAILED);
	CHECK_INT(r.started_at, 1795227260000);
	CHECK_INT(r.ended_at, 1795227260000);
	lab_close(&lab);
}

TEST("the answer to a start is of that recording, though it says no more")
{
	struct recording_row r;

	begin(false);
	CHECK(db_begin(lab.app.db, NORMAL) == RC_OK);
	CHECK(job_put(lab.app.db, &(struct job_row){ .kind = "egress.start",
	    .room_name = "talk", .identity = ID, .not_before = lab_now,
	    .created_at = lab_now }) == RC_OK);
	CHECK(db_commit(lab.app.db) == RC_OK);
	lab.fake.reply = "{\"items\":[],\"egress_id\":\"EG_1\","
	    "\"status\":\"EGRESS_ACTIVE\"}";
	CHECK(recording_carry_out(&lab.app, ID) == RC_OK);
	CHECK(recording_by_id(lab.app.db, ID, &r) == RC_OK);
	CHECK(r.status == RECORDING_RECORDING);
	CHECK_STR(r.egress_id, "EG_1");
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM job"), 0);
	lab_close(&lab);
}

TEST("what LiveKit says after a minute is too late, and goes on nowhere")
{
	struct recording_row r;

	begin(false);
	lab_now += 60000;
	tell(1, 0);
	CHECK(recording_by_id(lab.app.db, ID, &r) == RC_OK);
	CHECK(r.status == RECORDING_FAILED && r.egress_id == NULL);
	CHECK(strstr(r.error, "60 seconds") != NULL);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM job WHERE kind = "
	    "'egress.stop' AND identity = 'EG_1'"), 1);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM events WHERE "
	    "type = 'recording.status' AND data LIKE '%failed%'"), 1);
	lab_close(&lab);
}

TEST("a file of which nobody says where it is lies where it was to be")
{
	struct recording_row r;

	begin(true);
	hear("\"egressId\":\"EG_1\",\"status\":\"EGRESS_COMPLETE\"",
	    "1795227270");
	CHECK(recording_by_id(lab.app.db, ID, &r) == RC_OK);
	CHECK(r.status == RECORDING_COMPLETE);
	CHECK_STR(r.location, "r/talk/" ID ".mp4");
	lab_close(&lab);
}

TEST("an egress of some tracks is not ours, though it names no file")
{
	struct recording_row r;

	begin(false);
	hear("\"egressId\":\"EG_9\",\"roomName\":\"talk\",\"status\":"
	    "\"EGRESS_ACTIVE\",\"trackComposite\":{\"roomName\":\"talk\"}",
	    "1795227262");
	CHECK(recording_by_id(lab.app.db, ID, &r) == RC_OK);
	CHECK(r.status == RECORDING_STARTING && r.egress_id == NULL);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM job WHERE kind = "
	    "'egress.stop' AND identity = 'EG_9'"), 1);
	lab_close(&lab);
}

TEST("where a file lies that nobody says was asked for decides nothing")
{
	struct recording_row r;

	begin(false);
	hear("\"egressId\":\"EG_1\",\"roomName\":\"talk\",\"status\":"
	    "\"EGRESS_COMPLETE\",\"endedAt\":\"1795227262000000000\","
	    "\"fileResults\":[{\"filename\":\"rec/live-7.mp4\"}]",
	    "1795227262");
	CHECK(recording_by_id(lab.app.db, ID, &r) == RC_OK);
	CHECK(r.status == RECORDING_COMPLETE);
	CHECK_STR(r.egress_id, "EG_1");
	lab_close(&lab);
}

TEST("where an object of S3 is")
{
	struct net_s3 s3 = { .bucket = "films" };
	struct arena *arena = arena_new(1 << 20);

	CHECK_STR(net_s3_url(arena, &s3, "a/b.mp4"),
	    "https://films.s3.us-east-1.amazonaws.com/a/b.mp4");
	s3.region = "eu-central-1";
	CHECK_STR(net_s3_url(arena, &s3, "a b/\xc3\xbc+~%.mp4"),
	    "https://films.s3.eu-central-1.amazonaws.com/"
	    "a%20b/%C3%BC%2B~%25.mp4");
	s3.bucket = "my.films";
	CHECK_STR(net_s3_url(arena, &s3, "x"),
	    "https://s3.eu-central-1.amazonaws.com/my.films/x");
	s3.region = "cn-north-1";
	s3.bucket = "films";
	CHECK_STR(net_s3_url(arena, &s3, "x"),
	    "https://films.s3.cn-north-1.amazonaws.com.cn/x");
	s3.endpoint = "https://s3.example.org:9000";
	CHECK_STR(net_s3_url(arena, &s3, "x"),
	    "https://s3.example.org:9000/films/x");
	arena_free(arena);
}
