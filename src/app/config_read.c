/*
 * Where settings stand: the file (`name = value` lines) and the environment.
 * Finds names and keeps texts; what they mean is config.c's.  Secrets that this
 * program must not have are dropped here and wiped from the environment.
 */
#include "local.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

/* issuer.NAME.key, or NAME_KEY of STAGEDOOR_ISSUER_…; false: not one of them. */
static const struct setting *
issuer_setting(const char *rest, char sep, size_t *name_len)
{
	const struct setting *s;
	size_t len = strlen(rest);

	for (size_t i = 0; (s = setting_at(i)) != NULL; i++) {
		const char *key;
		size_t key_len;

		if (s->form != FORM_ISSUER)
			continue;
		key = strrchr(s->doc.name, '.') + 1;
		key_len = strlen(key);
		if (len <= key_len + 1 || rest[len - key_len - 1] != sep ||
		    strcasecmp(rest + len - key_len, key) != 0)
			continue;
		*name_len = len - key_len - 1;
		return s;
	}
	return NULL;
}

/* It becomes part of the name of a file, where its keys are cached. */
static bool
issuer_name_ok(const char *name, size_t len)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789_-";

	return len <= ISSUER_NAME_MAX && strspn(name, allowed) >= len;
}

static struct issuer_config *
issuer_named(struct loading *l, const char *given, size_t len)
{
	char *name = arena_strndup(l->arena, given, len);
	struct issuer_config *issuer;

	for (char *p = name; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	for (size_t i = 0; i < l->issuers_len; i++)
		if (strcmp(l->issuers[i].name, name) == 0)
			return &l->issuers[i];
	if (l->issuers_len == ISSUERS_MAX)
		return NULL;
	issuer = &l->issuers[l->issuers_len++];
	issuer->name = name;
	return issuer;
}

/* RC_NOT_FOUND: no such name. */
static enum rc
issuer_take(struct loading *l, const char *rest, char sep, const char *value,
    const char *where)
{
	size_t name_len;
	const struct setting *s = issuer_setting(rest, sep, &name_len);
	struct issuer_config *issuer;

	if (s == NULL)
		return RC_NOT_FOUND;
	if (!issuer_name_ok(rest, name_len))
		return config_refuse(l, "%s: issuer.%.*s: the name of an issuer "
		    "is 1 to %d of A-Z, a-z, 0-9, _ and -", where,
		    (int)name_len, rest, ISSUER_NAME_MAX);
	issuer = issuer_named(l, rest, name_len);
	if (issuer == NULL)
		return config_refuse(l, "%s: more than %d issuers", where,
		    ISSUERS_MAX);
	if (value[0] != '\0')
		*(const char **)((char *)issuer + s->offset) =
		    arena_strdup(l->arena, value);
	return RC_OK;
}

/* Keeps one text, unless it is a secret that this program must not have. */
static void
setting_take(struct loading *l, const struct setting *s, size_t i,
    const char *value, const char *where)
{
	if ((s->needs & l->caps) != s->needs)
		return;
	l->given[i].value = arena_strdup(l->arena, value);
	l->given[i].where = where;
}

/* One line of the file, which is cut up in place. */
static enum rc
line_take(struct loading *l, char *line, const char *where)
{
	char *value, *end;
	const struct setting *s;
	size_t i;
	enum rc rc;

	line += strspn(line, " \t\r");
	if (*line == '\0' || *line == '#')
		return RC_OK;
	value = strchr(line, '=');
	if (value == NULL)
		return config_refuse(l, "%s: not of the form name = value", where);
	for (end = value; end > line && strchr(" \t", end[-1]) != NULL; end--)
		;
	*end = '\0';
	value++;
	value += strspn(value, " \t");
	for (end = value + strlen(value);
	    end > value && strchr(" \t\r", end[-1]) != NULL; end--)
		;
	*end = '\0';
	if (end - value >= 2 && *value == '"' && end[-1] == '"') {
		end[-1] = '\0';
		value++;
	}
	if (strncasecmp(line, "issuer.", 7) == 0) {
		rc = issuer_take(l, line + 7, '.', value, where);
		return rc == RC_NOT_FOUND ? config_refuse(l,
		    "%s: unknown name %s", where, line) : rc;
	}
	s = setting_find(line, &i);
	if (s == NULL)
		return config_refuse(l, "%s: unknown name %s", where, line);
	if (l->given[i].where != NULL)
		return config_refuse(l, "%s: %s was set at %s already", where,
		    s->doc.name, l->given[i].where);
	setting_take(l, s, i, value, where);
	return RC_OK;
}

/* The whole file into memory that the caller wipes; checks who may read it. */
static enum rc
file_slurp(struct loading *l, const char *path, char **text, size_t *len)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n;
	enum rc rc = RC_OK;

	if (fd == -1)
		return config_refuse(l, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		rc = config_refuse(l, "%s: not a file", path);
	else if (st.st_mode & (S_IRWXG | S_IRWXO))
		rc = config_refuse(l, "%s: others may read it (mode %03o); run "
		    "chmod 600 on it", path, (unsigned)st.st_mode & 0777);
	else if (st.st_size > HTTP_BODY_MAX)
		rc = config_refuse(l, "%s: longer than 64 KiB", path);
	if (rc == RC_OK) {
		*text = arena_alloc(l->arena, (size_t)st.st_size + 1);
		*len = (size_t)st.st_size;
		n = read(fd, *text, *len);
		if (n < 0 || (size_t)n != *len)
			rc = config_refuse(l, "%s: cannot be read", path);
		else if (memchr(*text, '\0', *len) != NULL)
			rc = config_refuse(l, "%s: holds a NUL byte", path);
	}
	close(fd);
	return rc;
}

enum rc
config_read_file(struct loading *l, const char *path)
{
	char *text = NULL, *line, *next;
	size_t len = 0, number = 0;
	enum rc rc = file_slurp(l, path, &text, &len);

	for (line = text; rc == RC_OK && line != NULL; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		rc = line_take(l, line,
		    arena_printf(l->arena, "%s:%zu", path, ++number));
	}
	if (text != NULL)
		explicit_bzero(text, len);
	return rc;
}

/*
 * plain: the seeds' LIVEKIT_* and S3_* names without STAGEDOOR_.  Names we do
 * not know are other people's: quickstart.env has STAGEDOOR_URL, for one.
 */
static enum rc
environment_take(struct loading *l, const char *entry, bool plain)
{
	const char *equals = strchr(entry, '='), *name;
	const struct setting *s;
	char *copy;
	size_t i;
	enum rc rc;

	if (equals == NULL || !(plain ? str_starts(entry, "LIVEKIT_") ||
	    str_starts(entry, "S3_") : str_starts(entry, "STAGEDOOR_")))
		return RC_OK;
	copy = arena_strndup(l->arena, entry, (size_t)(equals - entry));
	name = plain ? copy : copy + strlen("STAGEDOOR_");
	if (str_starts(name, "ISSUER_")) {
		rc = issuer_take(l, name + strlen("ISSUER_"), '_', equals + 1,
		    copy);
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	}
	s = setting_find(name, &i);
	if (s != NULL)
		setting_take(l, s, i, equals + 1, copy);
	return RC_OK;
}

/* What this program must not have goes from its environment as well. */
static void
environment_wipe(unsigned caps)
{
	const struct setting *s;

	for (size_t i = 0; (s = setting_at(i)) != NULL; i++) {
		char name[64] = "STAGEDOOR_";
		size_t len = strlen(name);

		if ((s->needs & caps) == s->needs)
			continue;
		for (const char *p = s->doc.name; *p != '\0'; p++)
			name[len++] = (char)toupper((unsigned char)*p);
		name[len] = '\0';
		for (const char *n = name; n != NULL; n = n == name ?
		    name + strlen("STAGEDOOR_") : NULL) {
			char *value = getenv(n);

			if (value != NULL)
				explicit_bzero(value, strlen(value));
			unsetenv(n);
		}
	}
}

enum rc
config_read_environment(struct loading *l)
{
	enum rc rc = RC_OK;

	for (char **e = environ; *e != NULL && rc == RC_OK; e++)
		rc = environment_take(l, *e, true);
	for (char **e = environ; *e != NULL && rc == RC_OK; e++)
		rc = environment_take(l, *e, false);
	environment_wipe(l->caps);
	return rc;
}
