/* http: rate limits and counters, across processes. */
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <unistd.h>

#include "../../src/http/http.h"
#include "test.h"

static int64_t now_ms;
static char dir[64];

static int64_t
fake_clock(void)
{
	return now_ms;
}

/* Children leave by _exit, so this is done once. */
static void
clean_up(void)
{
	static const char *const files[] = { "burst", "sevenths", "keys", "long",
	    "peek", "off", "chat", "clock", "late", "full", "half", "shared",
	    "garbage", "again", "breaker", "counters" };
	char path[128];
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		unlink(path);
	}
	rmdir(dir);
}

/* A fresh set of buckets under an even hour. */
static const char *
fresh(const char *file)
{
	static char path[128];

	if (dir[0] == '\0') {
		snprintf(dir, sizeof(dir), "/tmp/limitXXXXXX");
		if (mkdtemp(dir) == NULL || atexit(clean_up) != 0)
			exit(2);
	}
	log_open("test", LOG_ERROR_);
	clock_set(fake_clock);
	now_ms = 1768903200000;
	snprintf(path, sizeof(path), "%s/%s", dir, file);
	unlink(path);
	return path;
}

static int
passes(enum limit limit, const char *key, int tries)
{
	int64_t ms;
	int n = 0;

	while (tries-- > 0)
		n += limit_take(limit, key, &ms) == RC_OK;
	return n;
}

TEST("a rate is N/period burst B, or off")
{
	static const char *const good[] = { "10/1h burst 10", "5/min burst 5",
	    "1/s burst 1", "100/30s burst 7", "1/366d burst 1", "off" };
	static const char *const bad[] = { "", "10", "10/", "10/h", "/h burst 1",
	    "10/h burst", "10/h burst 0", "0/h burst 1", "10/x burst 1",
	    "10/0h burst 1", "10/h  burst 1", "10/h burst 1 ", "-1/h burst 1",
	    "10/367d burst 1", "on", "10/hour burst 1", "1/366d burst 1000000",
	    "99999999999/h burst 1" };
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(limit_set(LIMIT_METRICS, good[i]));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (limit_set(LIMIT_METRICS, bad[i]))
			printf("# taken: %s\n", bad[i]);
		CHECK(!limit_set(LIMIT_METRICS, bad[i]));
	}
}

TEST("limits have the names of the configuration")
{
	CHECK_STR(limit_name(LIMIT_START), "start");
	CHECK_STR(limit_name(LIMIT_WEBHOOK_FAILURE), "webhook_failure");
	CHECK(limit_name(LIMIT_MAX) == NULL);
}

TEST("a burst passes, then one each step, and the wait is exact")
{
	int64_t ms = 0;

	CHECK(limit_open(fresh("burst")) == RC_OK);
	CHECK(limit_set(LIMIT_START, "10/h burst 3"));
	CHECK_INT(passes(LIMIT_START, "ada", 10), 3);
	CHECK(limit_take(LIMIT_START, "ada", &ms) == RC_TOO_MANY);
	CHECK_INT(ms, 360000);
	now_ms += 359999;
	CHECK(limit_take(LIMIT_START, "ada", &ms) == RC_TOO_MANY);
	CHECK_INT(ms, 1);
	now_ms += 1;
	CHECK(limit_take(LIMIT_START, "ada", &ms) == RC_OK);
	CHECK(limit_take(LIMIT_START, "ada", &ms) == RC_TOO_MANY);
	CHECK_INT(ms, 360000);
	now_ms += 3 * 360000;
	CHECK_INT(passes(LIMIT_START, "ada", 10), 3);
}

TEST("a step that is no whole millisecond is waited for to the end")
{
	int64_t ms = 0;

	CHECK(limit_open(fresh("sevenths")) == RC_OK);
	CHECK(limit_set(LIMIT_START, "7/min burst 1"));
	CHECK_INT(passes(LIMIT_START, "ada", 1), 1);
	CHECK(limit_take(LIMIT_START, "ada", &ms) == RC_TOO_MANY);
	CHECK_INT(ms, 8572);
	now_ms += ms;
	CHECK_INT(passes(LIMIT_START, "ada", 2), 1);
}

TEST("other keys and other limits are other buckets")
{
	CHECK(limit_open(fresh("keys")) == RC_OK);
	CHECK(limit_set(LIMIT_START, "1/h burst 1"));
	CHECK(limit_set(LIMIT_LOGIN, "1/h burst 1"));
	CHECK_INT(passes(LIMIT_START, "ada", 5), 1);
	CHECK_INT(passes(LIMIT_START, "bob", 5), 1);
	CHECK_INT(passes(LIMIT_LOGIN, "ada", 5), 1);
	CHECK_INT(passes(LIMIT_LOGIN, "", 5), 1);
}

TEST("keys longer than any name are buckets too")
{
	char x[1000], y[1000];

	CHECK(limit_open(fresh("long")) == RC_OK);
	CHECK(limit_set(LIMIT_START, "1/h burst 1"));
	memset(x, 'x', sizeof(x));
	memset(y, 'x', sizeof(y));
	x[999] = y[999] = '\0';
	y[998] = 'y';
	CHECK_INT(passes(LIMIT_START, x, 5), 1);
	CHECK_INT(passes(LIMIT_START, y, 5), 1);
}

TEST("a look takes nothing")
{
	int64_t ms = 0;
	int i;

	CHECK(limit_open(fresh("peek")) == RC_OK);
	CHECK(limit_set(LIMIT_WEBHOOK_FAILURE, "1/min burst 2"));
	for (i = 0; i < 5; i++)
		CHECK(limit_peek(LIMIT_WEBHOOK_FAILURE, "x", &ms) == RC_OK);
	CHECK_INT(passes(LIMIT_WEBHOOK_FAILURE, "x", 5), 2);
	CHECK(limit_peek(LIMIT_WEBHOOK_FAILURE, "x", &ms) == RC_TOO_MANY);
	CHECK_INT(ms, 60000);
}

TEST("off lets everything through")
{
	CHECK(limit_open(fresh("off")) == RC_OK);
	CHECK(limit_set(LIMIT_CHAT, "off"));
	CHECK_INT(passes(LIMIT_CHAT, "ada", 1000), 1000);
}

TEST("security 20: the default for chat answers a flood with a short wait")
{
	int64_t ms = 0;

	CHECK(limit_open(fresh("chat")) == RC_OK);
	CHECK(limit_set(LIMIT_CHAT, "1/s burst 5"));
	CHECK_INT(passes(LIMIT_CHAT, "ada", 100), 5);
	CHECK(limit_take(LIMIT_CHAT, "ada", &ms) == RC_TOO_MANY);
	CHECK(ms > 0 && ms <= 2000);
	CHECK_INT(passes(LIMIT_CHAT, "bob", 1), 1);
}

TEST("F21: a clock set back locks nobody out for longer than one step")
{
	int64_t ms = 0;

	CHECK(limit_open(fresh("clock")) == RC_OK);
	CHECK(limit_set(LIMIT_START, "10/h burst 3"));
	CHECK_INT(passes(LIMIT_START, "ada", 10), 3);
	now_ms -= 86400000;
	CHECK(limit_take(LIMIT_START, "ada", &ms) == RC_TOO_MANY);
	CHECK_INT(ms, 360000);
	now_ms += ms;
	CHECK_INT(passes(LIMIT_START, "ada", 1), 1);
}

TEST("F21: buckets work in the years 2038 and 2100")
{
	CHECK(limit_open(fresh("late")) == RC_OK);
	CHECK(limit_set(LIMIT_START, "10/h burst 3"));
	now_ms = 2147483648000;
	CHECK_INT(passes(LIMIT_START, "ada", 10), 3);
	now_ms = 4102444800000;
	CHECK_INT(passes(LIMIT_START, "ada", 10), 3);
}

TEST("many more keys than cells: fresh ones pass, and expired ones make room")
{
	char key[32];
	int64_t ms;
	int i, n = 0;

	CHECK(limit_open(fresh("full")) == RC_OK);
	CHECK(limit_set(LIMIT_METRICS, "1/min burst 1"));
	for (i = 0; i < 200000; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		n += limit_take(LIMIT_METRICS, key, &ms) == RC_OK;
	}
	CHECK_INT(n, 200000);
	now_ms += 60000;
	CHECK_INT(passes(LIMIT_METRICS, "ada", 2), 1);
}

TEST("a quarter as many keys as cells do not disturb each other")
{
	char key[32];
	int64_t ms;
	int i, n = 0, round;

	CHECK(limit_open(fresh("half")) == RC_OK);
	CHECK(limit_set(LIMIT_METRICS, "1/min burst 1"));
	for (round = 0; round < 2; round++)
		for (i = 0; i < 16384; i++) {
			snprintf(key, sizeof(key), "k%d", i);
			n += limit_take(LIMIT_METRICS, key, &ms) == RC_OK;
		}
	CHECK_INT(n, 16384);
}

/* Runs fn in n processes; the sum of their exit statuses. */
static int
in_processes(int n, int (*fn)(const char *), const char *path)
{
	int i, status, sum = 0;

	fflush(stdout);
	for (i = 0; i < n; i++)
		if (fork() == 0)
			_exit(fn(path));
	while (wait(&status) > 0)
		sum += WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
	return sum;
}

static int
take_many(const char *path)
{
	if (limit_open(path) != RC_OK)
		return 200;
	return passes(LIMIT_CHAT, "ada", 2000);
}

TEST("processes share their buckets: exactly the burst passes in all")
{
	const char *path = fresh("shared");

	CHECK(limit_set(LIMIT_CHAT, "1/h burst 100"));
	CHECK_INT(in_processes(8, take_many, path), 100);
}

TEST("a file of another size or content is replaced, not trusted")
{
	const char *path = fresh("garbage");
	struct stat st;
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	CHECK(write(fd, "garbage", 7) == 7);
	CHECK(limit_open(path) == RC_OK);
	CHECK(limit_set(LIMIT_START, "1/h burst 1"));
	CHECK_INT(passes(LIMIT_START, "ada", 3), 1);
	CHECK(stat(path, &st) == 0 && st.st_size > 1000000);
	CHECK_INT(st.st_mode & 0777, 0600);
	CHECK(pwrite(fd, "x", 1, 0) == 1);
	close(fd);
	fd = open(path, O_WRONLY);
	CHECK(pwrite(fd, "\0\0\0\0\0\0\0\0", 8, 0) == 8);
	close(fd);
	CHECK(limit_open(path) == RC_OK);
	CHECK_INT(passes(LIMIT_START, "ada", 3), 1);
}

TEST("buckets outlive the process that filled them")
{
	const char *path = fresh("again");

	CHECK(limit_open(path) == RC_OK);
	CHECK(limit_set(LIMIT_START, "1/h burst 1"));
	CHECK_INT(passes(LIMIT_START, "ada", 3), 1);
	CHECK(limit_open(path) == RC_OK);
	CHECK_INT(passes(LIMIT_START, "ada", 3), 0);
}

TEST("where no file can be, opening says so")
{
	fresh("x");
	log_open("test", LOG_ERROR_ + 1);
	CHECK(limit_open("/nonexistent/limits") == RC_INTERNAL);
	CHECK(counters_open("/nonexistent/counters") == RC_INTERNAL);
	CHECK(limit_open("/proc/limits") == RC_INTERNAL);
	log_open("test", LOG_ERROR_);
}

static int
breaker_seen(const char *path)
{
	return limit_open(path) == RC_OK ? breaker_get() == 12345 : 100;
}

TEST("the mark that LiveKit is down is seen by all processes")
{
	const char *path = fresh("breaker");

	CHECK(limit_open(path) == RC_OK);
	CHECK_INT(breaker_get(), 0);
	breaker_set(12345);
	CHECK_INT(in_processes(3, breaker_seen, path), 3);
}

/* ---- counters ------------------------------------------------------------ */

static const struct program live = { "live", NULL, 0 };

static int
count_many(const char *path)
{
	int i;

	if (counters_open(path) != RC_OK)
		return 1;
	for (i = 0; i < 1000; i++) {
		counters_reply(&live, i % 2 ? "listLive" : "getLive", 200, 3);
		counters_add("chat_posted", 2);
	}
	counters_reply(NULL, NULL, 404, 70000);
	counters_reply(&live, "getLive", 299, 0);
	return 0;
}

TEST("counters of several processes add up, in Prometheus' format")
{
	struct arena *a = arena_new(8 << 20);
	const char *path = fresh("counters");
	struct buf b;

	CHECK_INT(in_processes(8, count_many, path), 0);
	CHECK(counters_open(path) == RC_OK);
	buf_init(&b, a);
	counters_print(&b);
	CHECK(strstr(b.data, "stagedoor_http_requests_total{program=\"live\","
	    "operation=\"listLive\",status=\"200\"} 4000\n") != NULL);
	CHECK(strstr(b.data, "operation=\"getLive\",status=\"200\"} 4000\n"));
	CHECK(strstr(b.data, "operation=\"getLive\",status=\"other\"} 8\n"));
	CHECK(strstr(b.data, "program=\"none\",operation=\"none\","
	    "status=\"404\"} 8\n"));
	CHECK(strstr(b.data, "stagedoor_chat_posted_total 16000\n"));
	CHECK(strstr(b.data, "_bucket{operation=\"listLive\",le=\"0.001\"} 0\n"));
	CHECK(strstr(b.data,
	    "_bucket{operation=\"listLive\",le=\"0.005\"} 4000\n"));
	CHECK(strstr(b.data, "_bucket{operation=\"none\",le=\"5\"} 0\n"));
	CHECK(strstr(b.data, "_bucket{operation=\"none\",le=\"+Inf\"} 8\n"));
	CHECK(strstr(b.data, "_sum{operation=\"none\"} 560.000\n"));
	CHECK(strstr(b.data, "# TYPE stagedoor_http_requests_total counter\n"));
	arena_free(a);
}
