/*
 * Rate limits: GCRA buckets in a file that all processes map.  A bucket is one
 * number, the time at which it will be empty again ("theoretical arrival
 * time"), moved by compare-and-swap; nobody ever waits for a lock.  Must not
 * keep keys: a cell knows only a keyed hash.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

#define CELLS 65536u
#define PROBE 64u			/* cells looked at for one key */
#define MAGIC 0x31544c2d44474453ULL	/* "SDGD-LT1" */
#define NS_PER_MS 1000000LL

struct cell {
	_Atomic uint64_t	key;		/* 0: free */
	_Atomic int64_t		tat_ns;		/* wall clock */
};

struct table {
	uint64_t		magic;
	unsigned char		seed[24];	/* keeps cells unguessable */
	_Atomic int64_t		breaker_ms;
	char			pad[24];
	struct cell		cells[CELLS];
};

struct rule {
	const char	*name;
	const char	*text;		/* default */
	int64_t		 step_ns;	/* one take; 0: off */
	int64_t		 slack_ns;	/* how far ahead a bucket may run */
};

static struct rule rules[] = {
	[LIMIT_REGISTER] = { .name = "register", .text = "60/h burst 30" },
	[LIMIT_LOGIN] = { .name = "login", .text = "10/min burst 10" },
	[LIMIT_TOKEN] = { .name = "token", .text = "60/min burst 60" },
	[LIMIT_GUEST] = { .name = "guest", .text = "300/min burst 300" },
	[LIMIT_START] = { .name = "start", .text = "10/h burst 10" },
	[LIMIT_CHAT] = { .name = "chat", .text = "1/s burst 5" },
	[LIMIT_METRICS] = { .name = "metrics", .text = "60/min burst 60" },
	[LIMIT_WEBHOOK_FAILURE] = { .name = "webhook_failure",
	    .text = "10/min burst 20" },
};
_Static_assert(sizeof(rules) / sizeof(rules[0]) == LIMIT_MAX,
    "every limit has a rule");

static struct table *table;
static bool rules_ready;

const char *
limit_name(enum limit limit)
{
	return limit < LIMIT_MAX ? rules[limit].name : NULL;
}

/* "10min" → nanoseconds, "" → false. */
static bool
parse_period(const char *s, size_t len, int64_t *ns)
{
	static const struct { const char *unit; int64_t seconds; } units[] = {
		{ "s", 1 }, { "min", 60 }, { "h", 3600 }, { "d", 86400 },
	};
	size_t digits = strspn(s, "0123456789"), i;
	char number[8] = "1";
	int64_t n;

	if (digits >= len || digits >= sizeof(number))
		return false;
	if (digits > 0) {
		memcpy(number, s, digits);
		number[digits] = '\0';
	}
	if (!str_to_int(number, 1, 100000, &n))
		return false;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strlen(units[i].unit) == len - digits &&
		    memcmp(units[i].unit, s + digits, len - digits) == 0) {
			*ns = n * units[i].seconds * 1000 * NS_PER_MS;
			return n * units[i].seconds <= 366 * 86400;
		}
	return false;
}

bool
limit_set(enum limit limit, const char *text)
{
	const char *slash = strchr(text, '/'), *rest;
	int64_t count, period_ns, burst;
	char number[12];
	size_t len;

	if (strcmp(text, "off") == 0) {
		rules[limit].step_ns = rules[limit].slack_ns = 0;
		rules[limit].text = NULL;
		return true;
	}
	if (slash == NULL || slash - text >= (long)sizeof(number))
		return false;
	snprintf(number, sizeof(number), "%.*s", (int)(slash - text), text);
	len = strcspn(slash + 1, " ");
	rest = slash + 1 + len;
	if (!str_to_int(number, 1, 1000000, &count) ||
	    !parse_period(slash + 1, len, &period_ns) ||
	    strncmp(rest, " burst ", 7) != 0 ||
	    !str_to_int(rest + 7, 1, 1000000, &burst))
		return false;
	rules[limit].step_ns = (period_ns + count - 1) / count;
	if (burst > INT64_MAX / 8 / rules[limit].step_ns)
		return false;
	rules[limit].slack_ns = rules[limit].step_ns * (burst - 1);
	rules[limit].text = NULL;
	return true;
}

/* Defaults go through the same parser, once, where nothing was set. */
static void
rules_complete(void)
{
	int i;

	for (i = 0; !rules_ready && i < LIMIT_MAX; i++)
		if (rules[i].text != NULL &&
		    !limit_set((enum limit)i, rules[i].text))
			log_error("the default of rate_%s is malformed",
			    rules[i].name);
	rules_ready = true;
}

void
limit_all_off(void)
{
	int i;

	for (i = 0; i < LIMIT_MAX; i++)
		if (!limit_set((enum limit)i, "off"))
			log_error("rate_%s stays on", rules[i].name);
}

static enum rc
table_make(void *p)
{
	struct table *t = p;

	return random_bytes(t->seed, sizeof(t->seed));
}

enum rc
limit_open(const char *path)
{
	void *p = NULL;
	enum rc rc = shared_map(path, sizeof(struct table), MAGIC, table_make,
	    &p);

	if (rc == RC_OK)
		table = p;
	return rc;
}

static uint64_t
hash_key(enum limit limit, const char *key)
{
	unsigned char in[24 + 1 + 255], out[32];
	size_t len = strlen(key);
	uint64_t h;

	memcpy(in, table->seed, 24);
	in[24] = (unsigned char)limit;
	if (len > 255) {
		sha256(key, len, in + 25);
		len = 32;
	} else
		memcpy(in + 25, key, len);
	sha256(in, 25 + len, out);
	memcpy(&h, out, sizeof(h));
	return h != 0 ? h : 1;
}

/*
 * The cell of a key, taken over from an expired one where it has none: an
 * expired bucket is a full one, so the newcomer loses and gains nothing.  With
 * all of its places in use the bucket nearest to empty goes, whose loss
 * matters least.
 */
static struct cell *
cell_for(uint64_t key, int64_t now_ns)
{
	struct cell *free_one, *soonest, *c;
	int64_t tat, least;
	uint64_t was, seen;
	unsigned i;

	for (;;) {
		free_one = soonest = NULL;
		least = INT64_MAX;
		was = 0;
		for (i = 0; i < PROBE; i++) {
			c = &table->cells[(key + i) & (CELLS - 1)];
			seen = atomic_load(&c->key);
			if (seen == key)
				return c;
			tat = atomic_load(&c->tat_ns);
			if (free_one == NULL && (seen == 0 || tat <= now_ns)) {
				free_one = c;
				was = seen;
			}
			if (soonest == NULL || tat < least) {
				soonest = c;
				least = tat;
			}
		}
		if (free_one == NULL) {
			/* Emptied first, and then taken like any other. */
			atomic_compare_exchange_strong(&soonest->tat_ns,
			    &least, now_ns);
			continue;
		}
		if (atomic_compare_exchange_strong(&free_one->key, &was, key))
			return free_one;
	}
}

/* GCRA: pass while the bucket is no more than slack ahead of the clock. */
static enum rc
bucket(enum limit limit, const char *key, bool take, int64_t *retry_after_ms)
{
	const struct rule *r;
	int64_t now_ns, tat, base, wait, most;
	struct cell *c;

	rules_complete();
	r = &rules[limit];
	if (r->step_ns == 0)
		return RC_OK;
	if (table == NULL && limit_open(NULL) != RC_OK)
		return RC_OK;
	now_ns = clock_ms() * NS_PER_MS;
	c = cell_for(hash_key(limit, key), now_ns);
	tat = atomic_load(&c->tat_ns);
	/* Further ahead than a bucket can be: the clock was set back. */
	most = now_ns + r->slack_ns + r->step_ns;
	while (tat > most)
		if (atomic_compare_exchange_weak(&c->tat_ns, &tat, most))
			tat = most;
	do {
		base = tat < now_ns ? now_ns : tat;
		wait = base - r->slack_ns - now_ns;
		if (wait > 0) {
			*retry_after_ms = (wait + NS_PER_MS - 1) / NS_PER_MS;
			return RC_TOO_MANY;
		}
	} while (take && !atomic_compare_exchange_weak(&c->tat_ns, &tat,
	    base + r->step_ns));
	return RC_OK;
}

enum rc
limit_take(enum limit limit, const char *key, int64_t *retry_after_ms)
{
	return bucket(limit, key, true, retry_after_ms);
}

enum rc
limit_peek(enum limit limit, const char *key, int64_t *retry_after_ms)
{
	return bucket(limit, key, false, retry_after_ms);
}

enum rc
req_limit(struct req *req, enum limit limit, const char *key)
{
	int64_t ms = 0;
	enum rc rc = limit_take(limit, key, &ms);

	return rc == RC_OK ? rc : fail(req, rc, "rate_limited", NULL, ms);
}

int64_t
breaker_get(void)
{
	if (table == NULL && limit_open(NULL) != RC_OK)
		return 0;
	return atomic_load(&table->breaker_ms);
}

void
breaker_set(int64_t until_ms)
{
	if (table == NULL && limit_open(NULL) != RC_OK)
		return;
	atomic_store(&table->breaker_ms, until_ms);
}
