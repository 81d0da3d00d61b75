/* Sealed texts and the file of their key. */
#include "test.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "../../src/auth/auth.h"

#define PLAIN	"sk_0123456789abcdefghijkl"
#define BOUND	"11111111-1111-4111-8111-111111111111\nig_1"

static char dir[64], path[96];
static struct arena *arena;
static struct seal *seal;
static const char *why;

static void
folder_make(void)
{
	snprintf(dir, sizeof dir, "/tmp/seal-XXXXXX");
	if (mkdtemp(dir) == NULL)
		abort();
	snprintf(path, sizeof path, "%s/stagedoor.key", dir);
	arena = arena_new(1024 * 1024);
	seal = NULL;
	why = "";
}

/* How many files there were besides the key. */
static int
folder_drop(void)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	char name[400];
	int others = 0;

	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		others += strcmp(e->d_name, "stagedoor.key") != 0;
		snprintf(name, sizeof name, "%s/%s", dir, e->d_name);
		unlink(name);
	}
	closedir(d);
	rmdir(dir);
	seal_free(seal);
	arena_free(arena);
	return others;
}

static void
file_write(const char *bytes, size_t len, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd == -1 || write(fd, bytes, len) != (ssize_t)len ||
	    fchmod(fd, mode) == -1)
		abort();
	close(fd);
}

static char *
sealed_of(const char *bound, const char *plain)
{
	char *s = NULL;

	return seal_close_text(seal, arena, bound, plain, &s) == RC_OK ? s :
	    NULL;
}

static const char *
plain_of(const char *bound, const char *sealed)
{
	char *s = NULL;
	enum rc rc = seal_open_text(seal, arena, bound, sealed, &s);

	return rc == RC_OK ? s : rc_name(rc);
}

TEST("a key file is made where there is none: 32 bytes, for its owner only")
{
	struct stat st;

	folder_make();
	CHECK_INT(seal_open(path, &seal, &why), RC_OK);
	CHECK(stat(path, &st) == 0 && S_ISREG(st.st_mode));
	CHECK_INT(st.st_size, 32);
	CHECK_INT(st.st_mode & 07777, 0600);
	CHECK_INT(folder_drop(), 0);
}

TEST("what was sealed is read again by the next process")
{
	char *s;

	folder_make();
	CHECK_INT(seal_open(path, &seal, &why), RC_OK);
	s = sealed_of(BOUND, PLAIN);
	CHECK(s != NULL && strstr(s, "sk_") == NULL);
	CHECK_INT(strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-_"), strlen(s));
	seal_free(seal);
	seal = NULL;
	CHECK_INT(seal_open(path, &seal, &why), RC_OK);
	CHECK_STR(plain_of(BOUND, s), PLAIN);
	CHECK_STR(plain_of(BOUND, sealed_of(BOUND, "")), "");
	CHECK_INT(folder_drop(), 0);
}

TEST("a text is sealed differently each time")
{
	folder_make();
	CHECK_INT(seal_open(path, &seal, &why), RC_OK);
	CHECK(strcmp(sealed_of(BOUND, PLAIN), sealed_of(BOUND, PLAIN)) != 0);
	folder_drop();
}

TEST("a seal is of what it was bound to")
{
	char *s;

	folder_make();
	CHECK_INT(seal_open(path, &seal, &why), RC_OK);
	s = sealed_of(BOUND, PLAIN);
	CHECK_STR(plain_of("22222222-2222-4222-8222-222222222222\nig_1", s),
	    "internal");
	CHECK_STR(plain_of("", s), "internal");
	folder_drop();
}

TEST("a seal with any one character changed, cut or added is refused")
{
	char *s, *bad;
	size_t len;

	folder_make();
	CHECK_INT(seal_open(path, &seal, &why), RC_OK);
	s = sealed_of(BOUND, PLAIN);
	len = strlen(s);
	for (size_t i = 0; i < len; i++) {
		bad = arena_strdup(arena, s);
		bad[i] = bad[i] == 'A' ? 'B' : 'A';
		CHECK_STR(plain_of(BOUND, bad), "internal");
		CHECK_STR(plain_of(BOUND, arena_strndup(arena, s, i)),
		    "internal");
	}
	CHECK_STR(plain_of(BOUND, arena_printf(arena, "%sAAAA", s)),
	    "internal");
	CHECK_STR(plain_of(BOUND, "not a seal!"), "internal");
	folder_drop();
}

TEST("another key file reads nothing of it")
{
	char *s;

	folder_make();
	CHECK_INT(seal_open(path, &seal, &why), RC_OK);
	s = sealed_of(BOUND, PLAIN);
	seal_free(seal);
	seal = NULL;
	CHECK(unlink(path) == 0);
	CHECK_INT(seal_open(path, &seal, &why), RC_OK);
	CHECK_STR(plain_of(BOUND, s), "internal");
	folder_drop();
}

TEST("a text longer than secrets are is not sealed")
{
	char text[514];

	folder_make();
	CHECK_INT(seal_open(path, &seal, &why), RC_OK);
	memset(text, 'x', sizeof text);
	text[513] = '\0';
	CHECK(sealed_of(BOUND, text) == NULL);
	text[512] = '\0';
	CHECK_STR(plain_of(BOUND, sealed_of(BOUND, text)), text);
	folder_drop();
}

TEST("a key file that others may read is refused and says so")
{
	static const mode_t modes[] = { 0640, 0604, 0620, 0666, 0610 };

	folder_make();
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		file_write("0123456789abcdef0123456789abcdef", 32, modes[i]);
		CHECK_INT(seal_open(path, &seal, &why), RC_INVALID);
		CHECK(strstr(why, path) != NULL &&
		    strstr(why, "chmod 0600") != NULL);
	}
	file_write("0123456789abcdef0123456789abcdef", 32, 0400);
	CHECK_INT(seal_open(path, &seal, &why), RC_OK);
	folder_drop();
}

TEST("a key file of another size, or that is none, is refused")
{
	folder_make();
	file_write("0123456789abcdef0123456789abcde", 31, 0600);
	CHECK_INT(seal_open(path, &seal, &why), RC_INVALID);
	CHECK(strstr(why, "32 bytes") != NULL);
	file_write("0123456789abcdef0123456789abcdef\n", 33, 0600);
	CHECK_INT(seal_open(path, &seal, &why), RC_INVALID);
	CHECK_INT(seal_open(dir, &seal, &why), RC_INVALID);
	CHECK_INT(seal_open("/nowhere/at/all", &seal, &why), RC_INVALID);
	CHECK(strstr(why, "No such file") != NULL);
	folder_drop();
}

/* Each opens the key at once and seals the same text by it. */
static void
child_run(int to)
{
	char *s;

	if (seal_open(path, &seal, &why) != RC_OK ||
	    (s = sealed_of(BOUND, PLAIN)) == NULL ||
	    write(to, s, strlen(s) + 1) != (ssize_t)strlen(s) + 1)
		_exit(1);
	_exit(0);
}

TEST("processes that make the file at once have the same key")
{
	enum { MANY = 16 };
	int pipes[MANY][2], status;
	char s[256];

	folder_make();
	for (int i = 0; i < MANY; i++) {
		CHECK(pipe(pipes[i]) == 0);
		if (fork() == 0)
			child_run(pipes[i][1]);
	}
	for (int i = 0; i < MANY; i++)
		CHECK(wait(&status) > 0 && status == 0);
	CHECK_INT(seal_open(path, &seal, &why), RC_OK);
	for (int i = 0; i < MANY; i++) {
		CHECK(read(pipes[i][0], s, sizeof s) > 0);
		CHECK_STR(plain_of(BOUND, s), PLAIN);
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
	CHECK_INT(folder_drop(), 0);
}
