/*
 * `stagedoor user …`: accounts from the shell.  The same rules as over HTTP
 * (auth.h, app.h); passwords come by standard input or are made here, never by
 * argv.
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"

#define PASSWORD_LINE_MAX 1024
#define PAGE 500

/* First line of standard input without its newline; NULL when there is none. */
static const char *
password_read(struct arena *arena)
{
	char line[PASSWORD_LINE_MAX];

	if (fgets(line, sizeof(line), stdin) == NULL)
		return NULL;
	line[strcspn(line, "\r\n")] = '\0';
	return arena_strdup(arena, line);
}

static int
user_add(struct app *app, struct user_row *u, const char *password,
    const char *made)
{
	struct buf out;
	char *hash, *id;
	enum rc rc;

	if (password_hash(app->arena, password, &hash) != RC_OK ||
	    random_uuid(app->arena, &id) != RC_OK)
		return cli_fail("no randomness to be had; try again");
	u->id = id;
	u->password_hash = hash;
	u->created_at = clock_ms();
	if ((rc = db_begin(app->db, FULL)) == RC_OK) {
		if ((rc = user_insert(app->db, u)) == RC_OK)
			rc = db_commit(app->db);
		else
			db_rollback(app->db);
	}
	if (rc == RC_CONFLICT)
		return cli_fail("there is a user %s already", u->username);
	if (rc != RC_OK)
		return cli_fail("could not write the user (%s)", rc_name(rc));
	if (cli_json()) {
		buf_init(&out, app->arena);
		json_object(&out, NULL);
		json_add_str(&out, "id", u->id);
		json_add_str(&out, "username", u->username);
		if (made != NULL)
			json_add_str(&out, "password", made);
		json_object_end(&out);
		cli_print_json(&out);
	} else if (made != NULL)
		printf("user %s made, password %s\n", u->username, made);
	else
		printf("user %s made\n", u->username);
	return CLI_OK;
}

int
cli_user_add(struct app *app, int argc, char **argv)
{
	struct user_row u = { .is_creator =
	    app->config->creators == CREATORS_OPEN };
	const char *given = NULL, *password = NULL, *code;
	bool from_stdin = false;
	char *made = NULL;

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--password-stdin") == 0)
			from_stdin = true;
		else if (strcmp(argv[i], "--admin") == 0)
			u.is_admin = true;
		else if (strcmp(argv[i], "--display") == 0 && i + 1 < argc)
			u.display_name = argv[++i];
		else if (argv[i][0] != '-' && given == NULL)
			given = argv[i];
		else
			return CLI_USAGE;
	}
	if (given == NULL)
		return CLI_USAGE;
	if (username_check(app->arena, given, &u.username, &code) != RC_OK)
		return cli_fail("%s: %s (3-32 of a-z 0-9 _, and not one of our "
		    "own paths)", given, code);
	if (u.display_name == NULL)
		u.display_name = given;
	if (!utf8_valid(u.display_name, strlen(u.display_name)) ||
	    utf8_count(u.display_name) < 1 || utf8_count(u.display_name) > 64)
		return cli_fail("the display name takes 1-64 characters");
	if (from_stdin) {
		if ((password = password_read(app->arena)) == NULL)
			return cli_fail("no password on standard input");
		if (password_check(password, u.username, &code) != RC_OK)
			return cli_fail("password refused: %s (10-128 "
			    "characters, not the name, not a common one)",
			    code);
	} else {
		if (random_token(app->arena, "", 18, &made) != RC_OK)
			return cli_fail("no randomness to be had; try again");
		password = made;
	}
	return user_add(app, &u, password, made);
}

static void
user_print(struct buf *out, const struct user_row *u)
{
	const char *state = creator_state(u);

	if (cli_json()) {
		admin_user_write(out, u);
		return;
	}
	printf("%-32s %s creator:%s%s%s%s\n", u->username, u->id, state,
	    u->is_admin ? " admin" : "", u->is_disabled ? " disabled" : "",
	    u->password_hash == NULL ? " external" : "");
}

/* The next page of all, or of those who wait for approval. */
static enum rc
users_read(struct app *app, bool asking, const struct user_row *last,
    struct user_row **rows, size_t *len)
{
	if (asking)
		return user_list_asking(app->db,
		    last == NULL ? 0 : last->creator_asked_at,
		    last == NULL ? "" : last->username, PAGE, rows, len);
	return user_list(app->db, last == NULL ? "" : last->username, PAGE,
	    rows, len);
}

int
cli_user_list(struct app *app, int argc, char **argv)
{
	bool asking = argc == 1 && strcmp(argv[0], "--asking") == 0;
	const struct user_row *last = NULL;
	struct user_row *rows;
	struct buf out;
	size_t len;

	if (argc != (asking ? 1 : 0))
		return CLI_USAGE;
	buf_init(&out, app->arena);
	cli_list_begin(&out, "users");
	do {
		if (users_read(app, asking, last, &rows, &len) != RC_OK)
			return cli_fail("could not read the users");
		for (size_t i = 0; i < len; i++)
			user_print(&out, &rows[i]);
		if (len > 0)
			last = &rows[len - 1];
	} while (len == PAGE);
	cli_list_end(&out);
	return CLI_OK;
}

/* One change of a user by name, with its row in the log. */
static int
user_change(struct app *app, const char *name,
    const struct user_change *change)
{
	struct actor actor = cli_actor(app);
	struct user_row u;
	struct buf out;
	enum rc rc;

	if ((rc = db_begin(app->db, FULL)) == RC_OK)
		rc = db_end(app->db, admin_user_change(app, &actor, name,
		    change, &u));
	if (rc == RC_NOT_FOUND)
		return cli_fail("no user %s; `stagedoor user list` shows all",
		    name);
	if (rc != RC_OK)
		return cli_fail("could not write (%s)", rc_name(rc));
	buf_init(&out, app->arena);
	if (cli_json()) {
		admin_user_write(&out, &u);
		cli_print_json(&out);
	} else
		printf("%s: %s, %s, creator: %s\n", u.username,
		    u.is_admin ? "administrator" : "no administrator",
		    u.is_disabled ? "disabled" : "enabled", creator_state(&u));
	return CLI_OK;
}

int
cli_user_admin(struct app *app, int argc, char **argv)
{
	bool off = argc == 2 && strcmp(argv[1], "--off") == 0;

	if (argc < 1 || argv[0][0] == '-' || (argc > 1 && !off))
		return CLI_USAGE;
	return user_change(app, argv[0], &(struct user_change){
	    .is_creator = -1, .is_disabled = -1, .is_admin = !off });
}

static int
user_disabled(struct app *app, int argc, char **argv, int disabled)
{
	if (argc != 1 || argv[0][0] == '-')
		return CLI_USAGE;
	return user_change(app, argv[0], &(struct user_change){
	    .is_creator = -1, .is_disabled = disabled, .is_admin = -1 });
}

int
cli_user_disable(struct app *app, int argc, char **argv)
{
	return user_disabled(app, argc, argv, 1);
}

int
cli_user_enable(struct app *app, int argc, char **argv)
{
	return user_disabled(app, argc, argv, 0);
}

static int
user_creator(struct app *app, int argc, char **argv, int creator)
{
	if (argc != 1 || argv[0][0] == '-')
		return CLI_USAGE;
	return user_change(app, argv[0], &(struct user_change){
	    .is_creator = creator, .is_disabled = -1, .is_admin = -1 });
}

int
cli_user_approve(struct app *app, int argc, char **argv)
{
	return user_creator(app, argc, argv, 1);
}

int
cli_user_refuse(struct app *app, int argc, char **argv)
{
	return user_creator(app, argc, argv, 0);
}
