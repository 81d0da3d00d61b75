/* Recordings as rows: one of a room at a time, kept, found, listed. */
#include "store_help.h"

static struct recording_row
recording_n(int n, const char *room, int user, int64_t created_at)
{
	return (struct recording_row){ .id = uuid_n(n), .room_name = room,
	    .room_sid = "", .status = RECORDING_STARTING,
	    .started_by = uuid_n(user), .created_at = created_at,
	    .started_at = created_at, .participants = "[]",
	    .file_size = -1, .duration_ms = -1 };
}

static void
begin(void)
{
	fresh();
	CHECK(have_user(1) == RC_OK && have_user(2) == RC_OK);
	CHECK(have_room("one", ROOM_OPEN) == RC_OK);
	CHECK(have_room("two", ROOM_OPEN) == RC_OK);
}

TEST("a recording comes back as inserted, and as changed")
{
	struct recording_row r, got;

	begin();
	r = recording_n(20, "one", 1, 100);
	CHECK(recording_by_id(db, r.id, &got) == RC_NOT_FOUND);
	CHECK(TX(recording_insert(db, &r)) == RC_OK);
	CHECK(recording_by_id(db, r.id, &got) == RC_OK);
	CHECK_STR(got.room_name, "one");
	CHECK_STR(got.started_by, uuid_n(1));
	CHECK_STR(got.participants, "[]");
	CHECK_STR(got.room_sid, "");
	CHECK(got.status == RECORDING_STARTING && !got.is_stop_wanted);
	CHECK(got.egress_id == NULL && got.object_key == NULL && !got.is_s3);
	CHECK(got.location == NULL && got.error == NULL);
	CHECK_INT(got.created_at, 100);
	CHECK_INT(got.started_at, 100);
	CHECK_INT(got.ended_at, 0);
	CHECK_INT(got.file_size, -1);
	CHECK_INT(got.duration_ms, -1);
	r = got;
	r.room_sid = "RM_1";
	r.egress_id = "EG_1";
	r.status = RECORDING_FAILED;
	r.is_stop_wanted = r.is_s3 = true;
	r.started_at = 150;
	r.ended_at = 200;
	r.participants = "[\"a\"]";
	r.object_key = "rec/one/x.mp4";
	r.location = "https://s3/x";
	r.file_size = 0;
	r.duration_ms = 50;
	r.error = "why";
	r.created_at = 7;
	CHECK(TX(recording_update(db, &r)) == RC_OK);
	CHECK(recording_by_egress(db, "EG_1", &got) == RC_OK);
	CHECK_STR(got.id, r.id);
	CHECK_STR(got.room_sid, "RM_1");
	CHECK(got.status == RECORDING_FAILED && got.is_stop_wanted && got.is_s3);
	CHECK_INT(got.created_at, 100);
	CHECK_INT(got.started_at, 150);
	CHECK_INT(got.ended_at, 200);
	CHECK_STR(got.participants, "[\"a\"]");
	CHECK_STR(got.object_key, "rec/one/x.mp4");
	CHECK_STR(got.location, "https://s3/x");
	CHECK_INT(got.file_size, 0);
	CHECK_INT(got.duration_ms, 50);
	CHECK_STR(got.error, "why");
	CHECK(TX(recording_delete(db, r.id)) == RC_OK);
	CHECK(TX(recording_delete(db, r.id)) == RC_NOT_FOUND);
	CHECK(TX(recording_update(db, &r)) == RC_NOT_FOUND);
	CHECK(recording_by_egress(db, "EG_1", &got) == RC_NOT_FOUND);
}

TEST("one of a room runs at a time; what is processed is not in the way")
{
	struct recording_row a, b, got;

	begin();
	a = recording_n(20, "one", 1, 100);
	b = recording_n(21, "one", 2, 200);
	CHECK(recording_running(db, "one", &got) == RC_NOT_FOUND);
	CHECK(TX(recording_insert(db, &a)) == RC_OK);
	CHECK(TX(recording_insert(db, &b)) == RC_CONFLICT);
	CHECK(recording_running(db, "one", &got) == RC_OK);
	CHECK_STR(got.id, a.id);
	a.status = RECORDING_RECORDING;
	CHECK(TX(recording_update(db, &a)) == RC_OK);
	CHECK(TX(recording_insert(db, &b)) == RC_CONFLICT);
	a.status = RECORDING_PROCESSING;
	CHECK(TX(recording_update(db, &a)) == RC_OK);
	CHECK(recording_running(db, "one", &got) == RC_NOT_FOUND);
	CHECK(TX(recording_insert(db, &b)) == RC_OK);
	a.status = RECORDING_RECORDING;
	CHECK(TX(recording_update(db, &a)) == RC_CONFLICT);
	b = recording_n(22, "two", 2, 300);
	CHECK(TX(recording_insert(db, &b)) == RC_OK);
	b = recording_n(23, "three", 2, 300);
	CHECK(TX(recording_insert(db, &b)) == RC_NOT_FOUND);
}

TEST("an egress belongs to one recording; a long error is cut")
{
	char text[601];
	struct recording_row a, b, got;

	begin();
	a = recording_n(20, "one", 1, 100);
	b = recording_n(21, "two", 1, 100);
	CHECK(TX(recording_insert(db, &a)) == RC_OK);
	CHECK(TX(recording_insert(db, &b)) == RC_OK);
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	a.egress_id = b.egress_id = "EG_1";
	a.error = text;
	CHECK(TX(recording_update(db, &a)) == RC_OK);
	CHECK(TX(recording_update(db, &b)) == RC_CONFLICT);
	CHECK(recording_by_id(db, a.id, &got) == RC_OK);
	CHECK_INT(strlen(got.error), 500);
}

TEST("lists of a room and of a person, newest first, page by page")
{
	struct recording_row r, *rows;
	size_t len;

	begin();
	for (int i = 0; i < 5; i++) {
		r = recording_n(20 + i, i == 3 ? "two" : "one", 1 + i % 2,
		    100 + i / 2);
		r.status = RECORDING_COMPLETE;
		CHECK(TX(recording_insert(db, &r)) == RC_OK);
	}
	CHECK(recording_list(db, "one", 0, NULL, 2, &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].id, uuid_n(24));
	CHECK_STR(rows[1].id, uuid_n(22));
	CHECK(recording_list(db, "one", rows[1].created_at, rows[1].id, 9, &rows,
	    &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].id, uuid_n(21));
	CHECK_STR(rows[1].id, uuid_n(20));
	CHECK(recording_list_of(db, uuid_n(2), 0, NULL, 9, &rows, &len) ==
	    RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].id, uuid_n(23));
	CHECK_STR(rows[1].id, uuid_n(21));
	CHECK(recording_list_of(db, uuid_n(1), 101, uuid_n(22), 9, &rows, &len)
	    == RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(rows[0].id, uuid_n(20));
}

TEST("what is not finished, of all rooms and of one, and of what nobody heard")
{
	static const enum recording_status states[] = { RECORDING_STARTING,
	    RECORDING_COMPLETE, RECORDING_PROCESSING, RECORDING_FAILED,
	    RECORDING_PROCESSING };
	struct recording_row r, *rows;
	size_t len;

	begin();
	for (int i = 0; i < 5; i++) {
		r = recording_n(20 + i, "one", 1, 100 + i);
		r.status = states[i];
		r.egress_id = i == 4 ? "EG_4" : NULL;
		CHECK(TX(recording_insert(db, &r)) == RC_OK);
	}
	r = recording_n(30, "two", 1, 90);
	r.status = RECORDING_RECORDING;
	CHECK(TX(recording_insert(db, &r)) == RC_OK);
	CHECK(recording_unfinished(db, 0, NULL, 2, &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].id, uuid_n(30));
	CHECK_STR(rows[1].id, uuid_n(20));
	CHECK(recording_unfinished(db, 100, uuid_n(20), 9, &rows, &len) ==
	    RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[1].id, uuid_n(24));
	CHECK(recording_unfinished_of(db, "one", &rows, &len) == RC_OK);
	CHECK_INT(len, 3);
	CHECK(recording_unheard(db, 102, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].id, uuid_n(20));
	CHECK_STR(rows[1].id, uuid_n(22));
	CHECK(recording_unheard(db, 101, 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
}

TEST("the present life of a room is the newest that has not ended")
{
	const char *sid;

	begin();
	CHECK(room_session_now(db, "one", &sid) == RC_NOT_FOUND);
	CHECK(TX(room_session_started(db, "RM_1", "one", 100)) == RC_OK);
	CHECK(TX(room_session_started(db, "RM_2", "one", 200)) == RC_OK);
	CHECK(TX(room_session_started(db, "RM_9", "two", 300)) == RC_OK);
	CHECK(room_session_now(db, "one", &sid) == RC_OK);
	CHECK_STR(sid, "RM_2");
	CHECK(TX(room_session_finished(db, "RM_2", "one", 250)) == RC_OK);
	CHECK(TX(room_session_finished(db, "RM_1", "one", 150)) == RC_OK);
	CHECK(TX(room_session_finished(db, "RM_3", "one", 400)) == RC_OK);
	CHECK(room_session_now(db, "one", &sid) == RC_NOT_FOUND);
}
