/* Members of rooms: roles, what was asked and decided, hands, and lists. */
#include "store_help.h"

static enum rc
have_class(const char *name, int owner, int64_t at)
{
	struct room_row r = { .name = name, .kind = KIND_CLASS,
	    .owner_id = uuid_n(owner), .state = ROOM_OPEN, .created_at = at };

	return TX(room_insert(db, &r));
}

static enum rc
put(const char *room, int n, enum member_role role, int64_t at)
{
	return TX(member_put(db, room, uuid_n(n), role, at));
}

/* Users 1 to n and the class "maths" of user 1. */
static bool
fresh_class(int n)
{
	fresh();
	for (int i = 1; i <= n; i++)
		if (have_user(i) != RC_OK)
			return false;
	return have_class("maths", 1, 10) == RC_OK;
}

static bool
decide_all(int n)
{
	return TX(member_set_asked(db, "maths", uuid_n(n), MEMBER_STUDENT)) ==
	    RC_OK &&
	    TX(member_set_publish(db, "maths", uuid_n(n), 0)) == RC_OK &&
	    TX(member_set_hand(db, "maths", uuid_n(n), 70)) == RC_OK;
}

TEST("a new member asks for what they are, nothing decided, no hand up")
{
	struct member_row m;

	CHECK(fresh_class(2));
	CHECK(put("maths", 2, MEMBER_PARTICIPANT, 20) == RC_OK);
	CHECK(member_get(db, "maths", uuid_n(2), &m) == RC_OK);
	CHECK_STR(m.room_name, "maths");
	CHECK_STR(m.user_id, uuid_n(2));
	CHECK_STR(m.username, "user2");
	CHECK_STR(m.display_name, "User 2");
	CHECK(m.avatar_url == NULL);
	CHECK_INT(m.role, MEMBER_PARTICIPANT);
	CHECK_INT(m.asked, MEMBER_PARTICIPANT);
	CHECK_INT(m.can_publish, -1);
	CHECK_INT(m.hand_raised_at, 0);
	CHECK_INT(m.created_at, 20);
	CHECK(member_get(db, "maths", uuid_n(1), &m) == RC_NOT_FOUND);
	CHECK(member_get(db, "other", uuid_n(2), &m) == RC_NOT_FOUND);
}

TEST("members are users of rooms that are there")
{
	CHECK(fresh_class(1));
	CHECK(put("maths", 9, MEMBER_STUDENT, 20) == RC_NOT_FOUND);
	CHECK(put("other", 1, MEMBER_STUDENT, 20) == RC_NOT_FOUND);
}

TEST("the same role again changes nothing; another one begins anew")
{
	struct member_row m;

	CHECK(fresh_class(2));
	CHECK(put("maths", 2, MEMBER_TEACHER, 20) == RC_OK);
	CHECK(decide_all(2));
	CHECK(put("maths", 2, MEMBER_TEACHER, 30) == RC_OK);
	CHECK(member_get(db, "maths", uuid_n(2), &m) == RC_OK);
	CHECK_INT(m.asked, MEMBER_STUDENT);
	CHECK_INT(m.can_publish, 0);
	CHECK_INT(m.hand_raised_at, 70);
	CHECK(put("maths", 2, MEMBER_PARTICIPANT, 30) == RC_OK);
	CHECK(member_get(db, "maths", uuid_n(2), &m) == RC_OK);
	CHECK_INT(m.role, MEMBER_PARTICIPANT);
	CHECK_INT(m.asked, MEMBER_PARTICIPANT);
	CHECK_INT(m.can_publish, -1);
	CHECK_INT(m.hand_raised_at, 0);
	CHECK_INT(m.created_at, 20);
}

TEST("what is decided can be taken back; only members have anything decided")
{
	struct member_row m;

	CHECK(fresh_class(2));
	CHECK(put("maths", 2, MEMBER_STUDENT, 20) == RC_OK);
	CHECK(TX(member_set_publish(db, "maths", uuid_n(2), 1)) == RC_OK);
	CHECK(member_get(db, "maths", uuid_n(2), &m) == RC_OK);
	CHECK_INT(m.can_publish, 1);
	CHECK(TX(member_set_publish(db, "maths", uuid_n(2), -1)) == RC_OK);
	CHECK(TX(member_set_hand(db, "maths", uuid_n(2), 5)) == RC_OK);
	CHECK(TX(member_set_hand(db, "maths", uuid_n(2), 0)) == RC_OK);
	CHECK(member_get(db, "maths", uuid_n(2), &m) == RC_OK);
	CHECK_INT(m.can_publish, -1);
	CHECK_INT(m.hand_raised_at, 0);
	CHECK(TX(member_set_publish(db, "maths", uuid_n(1), 1)) ==
	    RC_NOT_FOUND);
	CHECK(TX(member_set_hand(db, "maths", uuid_n(1), 1)) == RC_NOT_FOUND);
	CHECK(TX(member_set_asked(db, "maths", uuid_n(1), MEMBER_STUDENT)) ==
	    RC_NOT_FOUND);
}

static bool
hand_up(int n)
{
	bool up = false;

	return member_hand_up(db, "maths", uuid_n(n), &up) == RC_OK && up;
}

TEST("a hand is up from when it was raised until the next visit begins")
{
	struct presence_row p = { .sid = "PA_1", .room_name = "maths",
	    .room_sid = "RM_1", .identity = uuid_n(2), .name = "x",
	    .joined_at = 50 };

	CHECK(fresh_class(2));
	CHECK(!hand_up(2));
	CHECK(put("maths", 2, MEMBER_STUDENT, 20) == RC_OK);
	CHECK(!hand_up(2));
	CHECK(TX(presence_merge(db, &p)) == RC_OK);
	CHECK(TX(member_set_hand(db, "maths", uuid_n(2), 60)) == RC_OK);
	CHECK(hand_up(2));
	p = (struct presence_row){ .sid = "PA_2", .room_name = "maths",
	    .room_sid = "RM_1", .identity = uuid_n(2), .name = "x",
	    .joined_at = 70 };
	CHECK(TX(presence_merge(db, &p)) == RC_OK);
	CHECK(!hand_up(2));
}

TEST("taken away, and once only")
{
	struct member_row m;

	CHECK(fresh_class(2));
	CHECK(put("maths", 2, MEMBER_STUDENT, 20) == RC_OK);
	CHECK(TX(member_remove(db, "maths", uuid_n(2))) == RC_OK);
	CHECK(member_get(db, "maths", uuid_n(2), &m) == RC_NOT_FOUND);
	CHECK(TX(member_remove(db, "maths", uuid_n(2))) == RC_NOT_FOUND);
}

TEST("members of one class are listed by name, page by page")
{
	struct member_row *rows;
	size_t len;

	CHECK(fresh_class(4));
	CHECK(have_class("physics", 1, 11) == RC_OK);
	CHECK(put("maths", 3, MEMBER_STUDENT, 20) == RC_OK);
	CHECK(put("maths", 1, MEMBER_TEACHER, 30) == RC_OK);
	CHECK(put("maths", 2, MEMBER_PARTICIPANT, 40) == RC_OK);
	CHECK(put("physics", 4, MEMBER_STUDENT, 20) == RC_OK);
	CHECK(member_list(db, "maths", NULL, 2, &rows, &len) == RC_OK);
	CHECK_INT(len, 2);
	CHECK_STR(rows[0].username, "user1");
	CHECK_INT(rows[0].role, MEMBER_TEACHER);
	CHECK_STR(rows[1].username, "user2");
	CHECK(member_list(db, "maths", "user2", 9, &rows, &len) == RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(rows[0].username, "user3");
	CHECK_INT(rows[0].role, MEMBER_STUDENT);
}

TEST("one's own classes: open ones, as one came into them, newest first")
{
	struct room_listed *rows;
	size_t len;

	CHECK(fresh_class(2));
	CHECK(have_class("physics", 2, 50) == RC_OK);
	CHECK(have_class("over", 1, 60) == RC_OK);
	CHECK(have_room("live", ROOM_OPEN) == RC_OK);
	CHECK(have_class("not mine", 1, 70) == RC_OK);
	CHECK(put("maths", 2, MEMBER_STUDENT, 80) == RC_OK);
	CHECK(put("physics", 2, MEMBER_TEACHER, 50) == RC_OK);
	CHECK(put("over", 2, MEMBER_STUDENT, 60) == RC_OK);
	CHECK(put("live", 2, MEMBER_PARTICIPANT, 60) == RC_OK);
	CHECK(TX(room_set_state(db, "over", ROOM_OVER, 99)) == RC_OK);
	CHECK(room_list_class(db, uuid_n(2), 0, NULL, 1, &rows, &len) ==
	    RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(rows[0].room.name, "maths");
	CHECK_INT(rows[0].room.kind, KIND_CLASS);
	CHECK_STR(rows[0].owner_name, "user1");
	CHECK_INT(rows[0].since, 80);
	CHECK(room_list_class(db, uuid_n(2), 80, "maths", 9, &rows, &len) ==
	    RC_OK);
	CHECK_INT(len, 1);
	CHECK_STR(rows[0].room.name, "physics");
}

TEST("with an account its memberships go")
{
	struct member_row m;

	CHECK(fresh_class(3));
	CHECK(put("maths", 2, MEMBER_STUDENT, 20) == RC_OK);
	CHECK(put("maths", 3, MEMBER_STUDENT, 20) == RC_OK);
	CHECK(TX(user_erase(db, uuid_n(2), 77)) == RC_OK);
	CHECK(member_get(db, "maths", uuid_n(2), &m) == RC_NOT_FOUND);
	CHECK(member_get(db, "maths", uuid_n(3), &m) == RC_OK);
}
