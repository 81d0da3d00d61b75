/*
 * `stagedoor user …`: accounts from the shell.  The same rules as over HTTP
 * (auth.h); passwords come by standard input or are made here, never by argv.
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"

#define PASSWORD_LINE_MAX 1024
#define PAGE 500

static void
user_json(struct buf *b, const struct user_row *u)
{
	json_object(b, NULL);
	json_add_str(b, "id", u->id);
	json_add_str(b, "username", u->username);
	json_add_str(b, "displayName", u->display_name);
	json_add_bool(b, "isCreator", u->is_creator);
	json_add_bool(b, "isAdmin", u->is_admin);
	json_add_bool(b, "isDisabled", u->is_disabled);
	json_add_time(b, "createdAt", u->created_at);
	json_object_end(b);
}

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

int
cli_user_list(struct app *app, int argc, char **argv)
{
	struct user_row *rows;
	const char *after = "";
	struct buf out;
	size_t len;

	(void)argv;
	if (argc != 0)
		return CLI_USAGE;
	buf_init(&out, app->arena);
	if (cli_json()) {
		json_object(&out, NULL);
		json_array(&out, "users");
	}
	do {
		if (user_list(app->db, after, PAGE, &rows, &len) != RC_OK)
			return cli_fail("could not read the users");
		for (size_t i = 0; i < len; i++) {
			if (cli_json())
				user_json(&out, &rows[i]);
			else
				printf("%-32s %s%s%s%s\n", rows[i].username,
				    rows[i].id,
				    rows[i].is_admin ? " admin" : "",
				    rows[i].is_disabled ? " disabled" : "",
				    rows[i].password_hash == NULL ?
				    " external" : "");
		}
		if (len > 0)
			after = rows[len - 1].username;
	} while (len == PAGE);
	if (cli_json()) {
		json_array_end(&out);
		json_object_end(&out);
		cli_print_json(&out);
	}
	return CLI_OK;
}

/* What changes with a lock: sessions and keys end, open streams too. */
static enum rc
user_lock(struct app *app, const struct user_row *u, int64_t now)
{
	struct live_row live;
	struct api_key_row *keys;
	size_t len;
	enum rc rc;

	if ((rc = session_delete_others(app->db, u->id, NULL)) != RC_OK)
		return rc;
	if ((rc = api_key_list(app->db, u->id, &keys, &len)) != RC_OK)
		return rc;
	for (size_t i = 0; i < len && rc == RC_OK; i++)
		rc = api_key_delete(app->db, u->id, keys[i].id);
	while (rc == RC_OK &&
	    (rc = live_by_streamer(app->db, u->id, now, &live)) == RC_OK)
		rc = live_finish(app, &live, now, "account_disabled");
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Writes flags of a user by name; lock also ends what the account holds. */
static int
user_flags(struct app *app, const char *name, void (*set)(struct user_row *),
    bool lock)
{
	struct user_row u;
	const char *folded, *code;
	struct buf out;
	enum rc rc;

	if (username_check(app->arena, name, &folded, &code) != RC_OK)
		return cli_fail("%s: %s", name, code);
	if ((rc = db_begin(app->db, FULL)) != RC_OK)
		return cli_fail("the database is busy; try again");
	if ((rc = user_by_name(app->db, folded, &u)) == RC_OK) {
		set(&u);
		rc = user_set_flags(app->db, u.id, u.is_creator, u.is_admin,
		    u.is_disabled);
	}
	if (rc == RC_OK && lock)
		rc = user_lock(app, &u, clock_ms());
	rc = db_end(app->db, rc);
	if (rc == RC_NOT_FOUND)
		return cli_fail("no user %s; `stagedoor user list` shows all",
		    folded);
	if (rc != RC_OK)
		return cli_fail("could not write (%s)", rc_name(rc));
	buf_init(&out, app->arena);
	if (cli_json()) {
		user_json(&out, &u);
		cli_print_json(&out);
	} else
		printf("%s: %s, %s\n", u.username,
		    u.is_admin ? "administrator" : "no administrator",
		    u.is_disabled ? "disabled" : "enabled");
	return CLI_OK;
}

static void
set_admin(struct user_row *u)
{
	u->is_admin = true;
}

static void
set_no_admin(struct user_row *u)
{
	u->is_admin = false;
}

static void
set_disabled(struct user_row *u)
{
	u->is_disabled = true;
}

static void
set_enabled(struct user_row *u)
{
	u->is_disabled = false;
}

int
cli_user_admin(struct app *app, int argc, char **argv)
{
	bool off = argc == 2 && strcmp(argv[1], "--off") == 0;

	if (argc < 1 || argv[0][0] == '-' || (argc > 1 && !off))
		return CLI_USAGE;
	return user_flags(app, argv[0], off ? set_no_admin : set_admin, false);
}

int
cli_user_disable(struct app *app, int argc, char **argv)
{
	if (argc != 1 || argv[0][0] == '-')
		return CLI_USAGE;
	return user_flags(app, argv[0], set_disabled, true);
}

int
cli_user_enable(struct app *app, int argc, char **argv)
{
	if (argc != 1 || argv[0][0] == '-')
		return CLI_USAGE;
	return user_flags(app, argv[0], set_enabled, false);
}
