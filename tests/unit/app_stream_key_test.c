/*
 * Stream keys at LiveKit's ingress: killed at each step of a rotation, two at
 * once, taken away in the middle, and what a pass finds.  LiveKit's list is in
 * memory that outlives a killed process.
 */
#include "test.h"

#include <sys/mman.h>
#include <sys/wait.h>

#include <signal.h>
#include <unistd.h>

#include "app_ingress.h"

/* ---- the application ----------------------------------------------------- */

static void
app_connect(struct app *app)
{
	app->arena = lab.arena;
	db_arena(app->db, lab.arena);
	if (lk_client_set_transport(app->lk, LK(lk_transport,
	    .call = transport)) != LK_OK)
		abort();
}

static void
begin(void)
{
	there = mmap(NULL, sizeof *there, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (there == MAP_FAILED)
		abort();
	hook = NULL;
	lab_open(&lab, "ingress = livekit\nrate_limits = off\n");
	app_connect(&lab.app);
}

static void
end(void)
{
	lab_close(&lab);
	munmap(there, sizeof *there);
}

static const char *code;		/* of the last refusal */
static const char *ingress_id;		/* of the last key */

static enum rc
rotate(struct app *app)
{
	struct user user = { .id = LAB_HOST, .username = "host",
	    .display_name = "Host", .is_creator = true, .has_row = true };
	struct req req = { .arena = lab.arena, .app = app, .user = &user };
	struct stream_key_row key;
	char *secret;
	enum rc rc = stream_key_rotate(&req, true, &key, &secret);

	code = rc == RC_OK || req.problem.code == NULL ? "" :
	    req.problem.code;
	if (rc == RC_OK)
		ingress_id = key.ingress_id;
	return rc;
}

static void
pass(struct app *app)
{
	bool did;

	if (tick(app, &did) != RC_OK || !did)
		abort();
	app->arena = lab.arena;
	db_arena(app->db, lab.arena);
}

static void
rotate_in(struct app *app)
{
	if (rotate(app) != RC_OK)
		_exit(2);
}

/* In a process of its own; true: it was killed there. */
static bool
killed_at(const char *point, void (*run)(struct app *))
{
	struct app app;
	const char *why;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (app_open(lab.config, DB_RW | NEEDS_LK, &app, &why) !=
		    RC_OK)
			_exit(3);
		app_connect(&app);
		setenv("STAGEDOOR_FAIL_AT", point, 1);
		run(&app);
		_exit(0);
	}
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	    WTERMSIG(status) == SIGKILL;
}

/* LiveKit and the database have the same one key, valid, and nothing waits. */
static const char *
settled(void)
{
	struct stream_key_row *keys;
	int64_t job;
	size_t len;

	if (ingress_job(&lab.app, LAB_HOST, &job) != RC_OK || job != 0)
		return "a job is pending";
	if (stream_key_list(lab.app.db, LAB_HOST, &keys, &len) != RC_OK)
		return "no list";
	if (len != there->len)
		return "another number here than there";
	if (len == 0)
		return "none";
	if (len != 1 || keys[0].state != KEY_CURRENT || !keys[0].is_enabled)
		return "not one current key";
	if (!there->ingresses[0].enabled)
		return "switched off there";
	return strcmp(keys[0].ingress_id, there->ingresses[0].id) == 0 ?
	    keys[0].ingress_id : "another one there";
}

/* ---- killed -------------------------------------------------------------- */

static const char *const points[] = { "rotate.1", "rotate.2", "rotate.3",
    "rotate.4", "rotate.5", "rotate.6" };

TEST("a rotation killed before it is stored goes back, after that forward")
{
	for (size_t i = 0; i < 6; i++) {
		begin();
		CHECK_INT(rotate(&lab.app), RC_OK);
		CHECK(killed_at(points[i], rotate_in));
		lab_now += 31000;
		pass(&lab.app);
		CHECK_STR(settled(), i < 2 ? "IN_1" : "IN_2");
		end();
	}
}

TEST("asked for again at once, a killed rotation is finished and another made")
{
	for (size_t i = 0; i < 6; i++) {
		begin();
		CHECK_INT(rotate(&lab.app), RC_OK);
		CHECK(killed_at(points[i], rotate_in));
		CHECK_INT(rotate(&lab.app), RC_OK);
		CHECK_STR(settled(), ingress_id);
		CHECK_STR(ingress_id, i < 1 ? "IN_2" : "IN_3");
		end();
	}
}

TEST("a first key killed on its way is there whole or not at all")
{
	for (size_t i = 0; i < 3; i++) {
		begin();
		CHECK(killed_at(points[i], rotate_in));
		lab_now += 31000;
		pass(&lab.app);
		CHECK_STR(settled(), i < 2 ? "none" : "IN_1");
		CHECK_INT(lab_number(&lab, "SELECT count(*) FROM streams"),
		    i < 2 ? 0 : 1);
		end();
	}
}

TEST("a pass killed while it finishes a rotation is finished by the next")
{
	for (size_t i = 3; i < 6; i++) {
		begin();
		CHECK_INT(rotate(&lab.app), RC_OK);
		CHECK(killed_at("rotate.3", rotate_in));
		lab_now += 31000;
		CHECK(killed_at(points[i], pass));
		lab_now += 31000;	/* its lease has run out */
		pass(&lab.app);
		CHECK_STR(settled(), "IN_2");
		end();
	}
}

TEST("a rotation killed while live has ended the broadcast once it is done")
{
	begin();
	CHECK_INT(rotate(&lab.app), RC_OK);
	CHECK_INT(db_begin(lab.app.db, NORMAL), RC_OK);
	CHECK_INT(broadcast_insert(lab.app.db, &(struct broadcast_row){
	    .id = "44444444-4444-4444-8444-444444444444", .user_id = LAB_HOST,
	    .title = "t", .started_at = lab_now }), RC_OK);
	CHECK_INT(db_commit(lab.app.db), RC_OK);
	CHECK(killed_at("rotate.5", rotate_in));
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM broadcasts "
	    "WHERE ended_at IS NULL"), 1);
	CHECK(killed_at("rotate.6", rotate_in));
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM broadcasts "
	    "WHERE ended_at IS NULL"), 0);
	end();
}

/* ---- at once ------------------------------------------------------------- */

static int to_child[2], to_parent[2];

static void
lock_in(struct app *app)
{
	int lock;
	char c = 'x';

	if (ingress_lock(app, LAB_HOST, &lock) != RC_OK ||
	    write(to_parent[1], &c, 1) != 1 || read(to_child[0], &c, 1) != 1)
		_exit(4);
	raise(SIGKILL);
}

/* Another process works at this creator's keys until told. */
static pid_t
other_begin(void)
{
	pid_t pid;
	char c;

	if (pipe(to_child) != 0 || pipe(to_parent) != 0)
		abort();
	if ((pid = fork()) == 0) {
		close(to_child[1]);	/* who tells it may fail first */
		killed_at("none", lock_in);
		_exit(0);
	}
	if (read(to_parent[0], &c, 1) != 1)
		abort();
	return pid;
}

static void
other_end(pid_t pid)
{
	if (write(to_child[1], "x", 1) != 1 || waitpid(pid, NULL, 0) != pid)
		abort();
	for (int i = 0; i < 2; i++) {
		close(to_child[i]);
		close(to_parent[i]);
	}
}

TEST("while one process rotates a second one is told so, and changes nothing")
{
	pid_t pid;

	begin();
	CHECK_INT(rotate(&lab.app), RC_OK);
	pid = other_begin();
	CHECK_INT(rotate(&lab.app), RC_CONFLICT);
	CHECK_STR(code, "key_changing");
	CHECK_STR(settled(), "IN_1");
	other_end(pid);
	CHECK_INT(rotate(&lab.app), RC_OK);
	CHECK_STR(settled(), "IN_2");
	end();
}

TEST("a job waits for whoever is at work, and takes nothing that is not stored")
{
	pid_t pid;

	begin();
	CHECK_INT(rotate(&lab.app), RC_OK);
	ingress_add(LAB_HOST, false);	/* made, and about to be stored */
	CHECK_INT(db_begin(lab.app.db, NORMAL), RC_OK);
	CHECK_INT(job_room(&lab.app, JOB_INGRESS_SETTLE, LAB_HOST, lab_now),
	    RC_OK);
	CHECK_INT(db_commit(lab.app.db), RC_OK);
	pid = other_begin();
	pass(&lab.app);
	CHECK_INT(there->len, 2);
	other_end(pid);
	lab_now += 2000;
	pass(&lab.app);
	CHECK_STR(settled(), "IN_1");
	end();
}

/* ---- in the middle ------------------------------------------------------- */

static void
change(enum rc (*fn)(struct app *, const char *))
{
	if (db_begin(lab.app.db, NORMAL) != RC_OK ||
	    fn(&lab.app, LAB_HOST) != RC_OK || db_commit(lab.app.db) != RC_OK)
		abort();
}

static void
kill_key(void)
{
	change(stream_key_kill);
}

TEST("a key taken away while it is rotated stays away")
{
	static const char *const calls[] = { "DeleteIngress",
	    "UpdateIngress" };

	for (size_t i = 0; i < 2; i++) {
		begin();
		CHECK_INT(rotate(&lab.app), RC_OK);
		hook_at = calls[i];
		hook = kill_key;
		CHECK_INT(rotate(&lab.app), RC_CONFLICT);
		CHECK_STR(code, "key_changing");
		pass(&lab.app);
		CHECK_STR(settled(), "none");
		end();
	}
}

static enum rc
disable(struct app *app, const char *user_id)
{
	return user_set_flags(app->db, user_id, true, false, true);
}

static void
disable_host(void)
{
	change(disable);
}

static enum rc
refuse(struct app *app, const char *user_id)
{
	return user_set_creator(app->db, user_id, false, true, 0);
}

static void
refuse_host(void)
{
	change(refuse);
}

TEST("an account that is disabled while LiveKit makes its key gets none")
{
	begin();
	hook_at = "CreateIngress";
	hook = disable_host;
	CHECK_INT(rotate(&lab.app), RC_FORBIDDEN);
	CHECK_STR(code, "account_disabled");
	CHECK_STR(settled(), "none");
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM streams"), 0);
	end();
}

TEST("who loses the approval meanwhile gets none either")
{
	begin();
	hook_at = "CreateIngress";
	hook = refuse_host;
	CHECK_INT(rotate(&lab.app), RC_FORBIDDEN);
	CHECK_STR(code, "creator_not_approved");
	CHECK_STR(settled(), "none");
	end();
}

static enum rc
turn_off(struct app *app, const char *user_id)
{
	bool changed;

	return stream_keys_enable(app, user_id, false, &changed);
}

static void
turn_off_key(void)
{
	change(turn_off);
}

TEST("a key switched off while it is switched on ends switched off")
{
	begin();
	CHECK_INT(rotate(&lab.app), RC_OK);
	hook_at = "UpdateIngress";
	hook = turn_off_key;
	CHECK_INT(rotate(&lab.app), RC_OK);
	CHECK_INT(there->len, 1);
	CHECK(!there->ingresses[0].enabled);
	CHECK_INT(lab_number(&lab, "SELECT is_enabled FROM stream_keys"), 0);
	CHECK_INT(lab_number(&lab, "SELECT count(*) FROM job "
	    "WHERE kind = 'ingress.settle'"), 0);
	end();
}

/* ---- replies ------------------------------------------------------------- */

TEST("a reply without a list takes no key away")
{
	begin();
	CHECK_INT(rotate(&lab.app), RC_OK);
	there->no_list = true;
	CHECK_INT(rotate(&lab.app), RC_UPSTREAM);
	CHECK_STR(code, "livekit_wrong_url");
	lab_now += 1000;
	pass(&lab.app);
	there->no_list = false;
	CHECK_STR(settled(), "IN_1");
	end();
}

TEST("a list of all rooms takes nothing of others away")
{
	begin();
	ingress_add("somebody-elses", true);
	there->no_filter = true;
	CHECK_INT(rotate(&lab.app), RC_OK);
	CHECK_INT(rotate(&lab.app), RC_OK);
	CHECK_INT(there->len, 2);
	CHECK(ingress_by_id("IN_1") != NULL && ingress_by_id("IN_3") != NULL);
	end();
}

/* ---- passes -------------------------------------------------------------- */

TEST("a pass takes ingresses of our rooms away that nobody stored")
{
	begin();
	CHECK_INT(rotate(&lab.app), RC_OK);
	ingress_add(LAB_HOST, true);
	ingress_add("somebody-elses", true);
	ingress_add("", true);
	pass(&lab.app);
	CHECK_INT(there->len, 3);
	CHECK(ingress_by_id("IN_1") != NULL && ingress_by_id("IN_2") == NULL);
	end();
}

TEST("a pass switches an ingress as its row says")
{
	begin();
	CHECK_INT(rotate(&lab.app), RC_OK);
	there->ingresses[0].enabled = false;
	pass(&lab.app);
	CHECK_STR(settled(), "IN_1");
	end();
}

TEST("a pass leaves an ingress off that is kept out after an end")
{
	begin();
	CHECK_INT(rotate(&lab.app), RC_OK);
	CHECK_INT(db_begin(lab.app.db, NORMAL), RC_OK);
	CHECK_INT(stream_set_refused(lab.app.db, LAB_HOST, lab_now + 60000),
	    RC_OK);
	CHECK_INT(db_commit(lab.app.db), RC_OK);
	there->ingresses[0].enabled = false;
	pass(&lab.app);
	CHECK(!there->ingresses[0].enabled);
	lab_now += 60000;
	pass(&lab.app);
	CHECK_STR(settled(), "IN_1");
	end();
}

TEST("a pass takes a key away that LiveKit lost, and not one just made")
{
	begin();
	CHECK_INT(rotate(&lab.app), RC_OK);
	there->len = 0;
	pass(&lab.app);
	CHECK_STR(settled(), "another number here than there");
	lab_now += 1000;
	pass(&lab.app);
	CHECK_STR(settled(), "none");
	end();
}
