/* `stagedoor jws verify`: exit status, payload bytes, one line of reason. */
#include <sys/wait.h>

#include <fcntl.h>
#include <unistd.h>

#include "jose_make.h"
#include "test.h"

struct app;
int	 cli_jws_verify(struct app *, int, char **);

#define CLAIMS "{\"sub\":\"ada\"}"

struct run {
	int	 status;
	size_t	 out_len;
	char	 out[MADE_MAX], err[1024];
};

/* A file that is gone from the folder, open in this process. */
static int
file_with(const void *data, size_t len)
{
	char name[] = "jose_cli.XXXXXX";
	int fd = mkstemp(name);

	if (fd < 0 || unlink(name) != 0 ||
	    write(fd, data, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET))
		abort();
	return fd;
}

static size_t
slurp(int fd, char *buf, size_t size)
{
	ssize_t n = pread(fd, buf, size - 1, 0);

	close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

/* Runs the command in a child; argv ends with NULL. */
static struct run *
run(const char *in, size_t in_len, char **argv)
{
	static struct run r;
	int fds[3] = { file_with(in, in_len), file_with("", 0),
	    file_with("", 0) }, argc = 0;
	pid_t pid;

	while (argv[argc] != NULL)
		argc++;
	fflush(stdout);
	if ((pid = fork()) == 0) {
		for (int i = 0; i < 3; i++)
			dup2(fds[i], i);
		_exit(cli_jws_verify(NULL, argc, argv));
	}
	if (waitpid(pid, &r.status, 0) != pid || !WIFEXITED(r.status))
		abort();
	r.status = WEXITSTATUS(r.status);
	close(fds[0]);
	r.out_len = slurp(fds[1], r.out, sizeof(r.out));
	slurp(fds[2], r.err, sizeof(r.err));
	return &r;
}

/* With the keys in a file and an optional list of algorithms. */
static struct run *
run_keys(const char *keys, const char *algs, const char *in, size_t in_len)
{
	int fd = file_with(keys, strlen(keys));
	char path[32];
	char *argv[] = { "--keys", path, algs != NULL ? "--alg" : NULL,
	    (char *)algs, NULL };
	struct run *r;

	snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	r = run(in, in_len, argv);
	close(fd);
	return r;
}

static bool
one_line(const char *s)
{
	return *s != '\0' && strchr(s, '\n') == s + strlen(s) - 1;
}

TEST("jws verify writes exactly the payload and exits 0")
{
	char *token = make_token(JOSE_HS256, "{\"alg\":\"HS256\"}",
	    CLAIMS "\n\n");
	struct run *r = run_keys(made_secret_jwk, NULL, token, strlen(token));

	CHECK_INT(r->status, 0);
	CHECK_STR(r->out, CLAIMS "\n\n");
	CHECK_STR(r->err, "");
}

TEST("jws verify takes one line end behind the token, no other space")
{
	char *token = make_token(JOSE_HS256, "{\"alg\":\"HS256\"}", CLAIMS);
	static const struct {
		const char	*fmt;
		int		 status;
	} cases[] = {
		{ "%s\n", 0 }, { "%s\r\n", 0 }, { "%s\n\n", 1 },
		{ " %s", 1 }, { "%s ", 1 }, { "%s \n", 1 }, { "\n%s", 1 }
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char in[512], *p = in;

		for (const char *f = cases[i].fmt; *f != '\0'; f++) {
			if (f[0] == '%') {
				p = stpcpy(p, token);
				f++;
			} else {
				*p++ = *f;
			}
		}
		CHECK_INT(run_keys(made_secret_jwk, NULL, in,
		    (size_t)(p - in))->status, cases[i].status);
	}
}

TEST("jws verify refuses with 1, one line of reason and no output")
{
	char *token = make_hmac("other", 5, "{\"alg\":\"HS256\"}", CLAIMS);
	struct run *r = run_keys(made_secret_jwk, NULL, token, strlen(token));

	CHECK_INT(r->status, 1);
	CHECK_INT(r->out_len, 0);
	CHECK(one_line(r->err));
	CHECK(strstr(r->err, "signature") != NULL);
	r = run_keys(made_secret_jwk, NULL, "", 0);
	CHECK_INT(r->status, 1);
	CHECK(one_line(r->err));
}

TEST("jws verify refuses a megabyte of token")
{
	char *in = malloc(1 << 20);
	struct run *r;

	CHECK(in != NULL);
	memset(in, 'A', 1 << 20);
	r = run_keys(made_secret_jwk, NULL, in, 1 << 20);
	free(in);
	CHECK_INT(r->status, 1);
	CHECK(one_line(r->err));
}

TEST("jws verify reads a token of the greatest size with its line end")
{
	char *token = make_token(JOSE_HS256, "{\"alg\":\"HS256\"}",
	    times('x', 5951));

	CHECK_INT(run_keys(made_secret_jwk, NULL, text("%s\r\n", token),
	    8002)->status, 0);
}

TEST("jws verify --alg limits the algorithms")
{
	char *token = make_token(JOSE_HS256, "{\"alg\":\"HS256\"}", CLAIMS);

	CHECK_INT(run_keys(made_secret_jwk, "HS256", token,
	    strlen(token))->status, 0);
	CHECK_INT(run_keys(made_secret_jwk, "RS256,HS256", token,
	    strlen(token))->status, 0);
	CHECK_INT(run_keys(made_secret_jwk, "RS256,ES256,EdDSA", token,
	    strlen(token))->status, 1);
}

TEST("jws verify with a wrong --alg is wrong usage")
{
	static const char *const bad[] = {
		"", "none", "HS512", ",", "HS256,", ",HS256", "HS256,,RS256",
		"hs256", "HS256 ", "HS256RS256"
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK_INT(run_keys(made_secret_jwk, bad[i], "x", 1)->status,
		    2);
}

TEST("jws verify without keys, with unknown or repeated options is misused")
{
	char *none[] = { NULL }, *bare[] = { "--keys", NULL };
	char *unknown[] = { "--keys", "/dev/null", "--force", NULL };
	char *twice[] = { "--keys", "/dev/null", "--keys", "/dev/null", NULL };
	char *alg[] = { "--keys", "/dev/null", "--alg", NULL };
	char *extra[] = { "--keys", "/dev/null", "token", NULL };

	CHECK_INT(run("", 0, none)->status, 2);
	CHECK_INT(run("", 0, bare)->status, 2);
	CHECK_INT(run("", 0, unknown)->status, 2);
	CHECK_INT(run("", 0, twice)->status, 2);
	CHECK_INT(run("", 0, alg)->status, 2);
	CHECK_INT(run("", 0, extra)->status, 2);
	CHECK(strstr(run("", 0, none)->err, "usage:") != NULL);
}

TEST("jws verify names the file of keys that it cannot use")
{
	char *missing[] = { "--keys", "/nonexistent/keys.json", NULL };
	char *folder[] = { "--keys", "/", NULL };
	struct run *r = run("", 0, missing);

	CHECK_INT(r->status, 1);
	CHECK(one_line(r->err));
	CHECK(strstr(r->err, "/nonexistent/keys.json") != NULL);
	CHECK_INT(run("", 0, folder)->status, 1);
	r = run_keys("{\"keys\":[]}", NULL, "", 0);
	CHECK_INT(r->status, 1);
	CHECK(strstr(r->err, "no key is usable") != NULL);
	CHECK(one_line(r->err));
}

TEST("jws verify fails where its output cannot be written")
{
	char *token = make_token(JOSE_HS256, "{\"alg\":\"HS256\"}", CLAIMS);
	int in = file_with(token, strlen(token)), full, status;
	int keys = file_with(made_secret_jwk, strlen(made_secret_jwk));
	char path[32];
	char *argv[] = { "--keys", path, NULL };
	pid_t pid;

	CHECK((full = open("/dev/full", O_WRONLY)) >= 0);
	snprintf(path, sizeof(path), "/dev/fd/%d", keys);
	fflush(stdout);
	if ((pid = fork()) == 0) {
		dup2(in, 0);
		dup2(full, 1);
		close(2);
		_exit(cli_jws_verify(NULL, 2, argv));
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status));
	CHECK_INT(WEXITSTATUS(status), 1);
	close(in);
	close(full);
	close(keys);
}
