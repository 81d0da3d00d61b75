/* Administration: what no request can show, since its spine asks before. */
#include "test.h"
#include "app_lab.h"

static struct lab lab;
static const struct actor ann = { LAB_HOST, "ann" };
static const struct actor command = { NULL, "root" };

/* LAB_HOST and LAB_OTHER are ann and ben, both administrators. */
static void
two_admins(void)
{
	struct db *db;

	lab_now = 1795227260000;
	lab_open(&lab, "");
	db = lab.app.db;
	if (db_begin(db, NORMAL) != RC_OK ||
	    user_set_flags(db, LAB_HOST, false, true, false) != RC_OK ||
	    user_set_flags(db, LAB_OTHER, false, true, false) != RC_OK ||
	    db_commit(db) != RC_OK)
		abort();
}

static const char *
name_of(const char *id)
{
	struct user_row u;

	if (user_by_id(lab.app.db, id, &u) != RC_OK)
		abort();
	return u.username;
}

static enum rc
change(const struct actor *actor, const char *id, struct user_change what)
{
	struct user_row u;
	enum rc rc = db_begin(lab.app.db, FULL);

	if (rc != RC_OK)
		return rc;
	return db_end(lab.app.db, admin_user_change(&lab.app, actor,
	    name_of(id), &what, &u));
}

static int64_t
rows_of_log(void)
{
	return lab_number(&lab, "SELECT count(*) FROM audit");
}

TEST("two who take it from each other at once: one stays administrator")
{
	const struct actor ben = { LAB_OTHER, "ben" };

	two_admins();
	CHECK(change(&ann, LAB_OTHER, (struct user_change){ -1, -1, 0 }) ==
	    RC_OK);
	CHECK(change(&ben, LAB_HOST, (struct user_change){ -1, -1, 0 }) ==
	    RC_FORBIDDEN);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM users "
	    "WHERE is_admin = 1"), 1);
	CHECK_INT(rows_of_log(), 1);
	lab_close(&lab);
}

TEST("an administrator who was disabled meanwhile ends nothing")
{
	two_admins();
	lab_stream(&lab, "talk", lab_now);
	CHECK(change(&command, LAB_OTHER, (struct user_change){ -1, 1, -1 }) ==
	    RC_OK);
	CHECK(db_begin(lab.app.db, FULL) == RC_OK);
	CHECK(db_end(lab.app.db, admin_stream_end(&lab.app,
	    &(struct actor){ LAB_OTHER, "ben" }, name_of(LAB_HOST))) ==
	    RC_FORBIDDEN);
	CHECK_INT(lab_number(&lab, "SELECT is_live FROM live_streams"), 1);
	CHECK_INT(rows_of_log(), 1);
	lab_close(&lab);
}

TEST("the command may take the last administrator away")
{
	two_admins();
	CHECK(change(&command, LAB_HOST, (struct user_change){ -1, -1, 0 }) ==
	    RC_OK);
	CHECK(change(&command, LAB_OTHER, (struct user_change){ -1, -1, 0 }) ==
	    RC_OK);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM audit "
	    "WHERE actor_id IS NULL AND actor_name = 'root'"), 2);
	lab_close(&lab);
}
