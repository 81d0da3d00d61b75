/*
 * Counters for Prometheus in a file that all processes map: one cell per
 * operation, found by its name, and a closed list of named totals.  Counting
 * is an atomic addition; nothing here can make a request fail.
 */
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "local.h"

#define CELLS 512u
#define MAGIC 0x32544e432d444753ULL	/* changes with struct counts */
#define NAME_BYTES 64

static const int statuses[] = { 200, 201, 202, 204, 302, 303, 304, 400, 401,
	403, 404, 405, 409, 410, 412, 413, 414, 415, 428, 429, 500, 501, 502,
	503, 504, 0 };
#define STATUSES (sizeof(statuses) / sizeof(statuses[0]))

static const int64_t bounds_ms[] = { 1, 5, 10, 25, 50, 100, 250, 1000, 5000 };
#define BOUNDS (sizeof(bounds_ms) / sizeof(bounds_ms[0]))

static const struct { const char *name, *help; } totals[] = {
	{ "webhook_applied", "Webhooks applied." },
	{ "webhook_repeated", "Webhooks that had been stored before." },
	{ "webhook_refused", "Webhooks whose signature was not accepted." },
	{ "tokens_minted", "Join tokens made." },
	{ "chat_posted", "Chat messages stored." },
	{ "streams_started", "Streams started." },
	{ "streams_ended", "Streams ended." },
	{ "logins_refused", "Sign-ins refused." },
	{ "rate_limited", "Requests refused by a rate limit." },
	{ "livekit_calls", "Calls to LiveKit." },
	{ "livekit_failed", "Calls to LiveKit that failed." },
	{ "jobs_done", "Background jobs done." },
	{ "jobs_failed", "Attempts at background jobs that failed." },
	{ "reconcile_passes", "Reconcile passes completed." },
	{ "reconcile_repairs", "Differences that a reconcile pass repaired." },
	{ "ticks", "Ticks taken." },
};
#define TOTALS (sizeof(totals) / sizeof(totals[0]))
#define TOTALS_ROOM 64			/* in the file: the list may grow */
_Static_assert(TOTALS <= TOTALS_ROOM, "named totals have room");

enum { CELL_FREE, CELL_TAKEN, CELL_READY };

struct op_cell {
	_Atomic uint32_t	state;
	char			program[NAME_BYTES / 2];
	char			op[NAME_BYTES];
	_Atomic uint64_t	by_status[STATUSES];
	_Atomic uint64_t	within[BOUNDS];
	_Atomic uint64_t	sum_ms;
};

struct counts {
	uint64_t		magic;
	_Atomic uint64_t	totals[TOTALS_ROOM];
	struct op_cell		cells[CELLS];
};

static struct counts *counts;

static enum rc
counts_make(void *p)
{
	/* Zeroed memory is a set of counters at nought. */
	return p != NULL ? RC_OK : RC_INTERNAL;
}

enum rc
counters_open(const char *path)
{
	void *p = NULL;
	enum rc rc = shared_map(path, sizeof(struct counts), MAGIC,
	    counts_make, &p);

	if (rc == RC_OK)
		counts = p;
	return rc;
}

static bool
counts_ready(void)
{
	return counts != NULL || counters_open(NULL) == RC_OK;
}

static uint32_t
hash_name(uint32_t h, const char *s)
{
	while (*s != '\0')
		h = (h ^ (unsigned char)*s++) * 16777619u;
	return h;
}

/* Names of a cell, once its taker has written them. */
static bool
cell_is(struct op_cell *c, const char *program, const char *op)
{
	int tries;

	for (tries = 0; atomic_load(&c->state) == CELL_TAKEN; tries++) {
		/* Its taker died between two stores: leave it. */
		if (tries == 1000)
			return false;
		sched_yield();
	}
	return strcmp(c->op, op) == 0 && strcmp(c->program, program) == 0;
}

/* NULL when the file is full, which no route tables of ours reach. */
static struct op_cell *
cell_for(const char *program, const char *op)
{
	uint32_t h = hash_name(hash_name(2166136261u, program), op), i;
	struct op_cell *c;
	uint32_t state;

	for (i = 0; i < CELLS; i++) {
		c = &counts->cells[(h + i) % CELLS];
		state = CELL_FREE;
		if (atomic_compare_exchange_strong(&c->state, &state,
		    CELL_TAKEN)) {
			snprintf(c->program, sizeof(c->program), "%s", program);
			snprintf(c->op, sizeof(c->op), "%s", op);
			atomic_store(&c->state, CELL_READY);
			return c;
		}
		if (cell_is(c, program, op))
			return c;
	}
	return NULL;
}

void
counters_reply(const struct program *program, const char *op, int status,
    int64_t duration_ms)
{
	struct op_cell *c;
	size_t i;

	if (!counts_ready())
		return;
	c = cell_for(program != NULL ? program->name : "none",
	    op != NULL ? op : "none");
	if (c == NULL)
		return;
	for (i = 0; statuses[i] != status && statuses[i] != 0; i++)
		continue;
	atomic_fetch_add(&c->by_status[i], 1);
	for (i = 0; i < BOUNDS; i++)
		if (duration_ms <= bounds_ms[i])
			break;
	if (i < BOUNDS)
		atomic_fetch_add(&c->within[i], 1);
	atomic_fetch_add(&c->sum_ms, (uint64_t)duration_ms);
}

void
counters_add(const char *name, int64_t n)
{
	size_t i;

	if (!counts_ready())
		return;
	for (i = 0; i < TOTALS; i++)
		if (strcmp(totals[i].name, name) == 0) {
			atomic_fetch_add(&counts->totals[i], (uint64_t)n);
			return;
		}
	log_error("no such counter: %s", name);
}

static void
print_head(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_printf(b, "# HELP stagedoor_%s %s\n# TYPE stagedoor_%s %s\n", name,
	    help, name, type);
}

static void
print_requests(struct buf *b, struct op_cell *c)
{
	uint64_t n;
	size_t i;

	for (i = 0; i < STATUSES; i++) {
		n = atomic_load(&c->by_status[i]);
		if (n == 0)
			continue;
		buf_printf(b, "stagedoor_http_requests_total{program=\"%s\","
		    "operation=\"%s\",status=\"", c->program, c->op);
		if (statuses[i] != 0)
			buf_printf(b, "%d", statuses[i]);
		else
			buf_str(b, "other");
		buf_printf(b, "\"} %llu\n", (unsigned long long)n);
	}
}

static void
print_durations(struct buf *b, struct op_cell *c)
{
	static const char name[] = "stagedoor_http_request_duration_seconds";
	uint64_t all = 0, within = 0;
	size_t i;

	for (i = 0; i < STATUSES; i++)
		all += atomic_load(&c->by_status[i]);
	for (i = 0; i < BOUNDS; i++) {
		within += atomic_load(&c->within[i]);
		buf_printf(b, "%s_bucket{operation=\"%s\",le=\"%g\"} %llu\n",
		    name, c->op, (double)bounds_ms[i] / 1000,
		    (unsigned long long)within);
	}
	buf_printf(b, "%s_bucket{operation=\"%s\",le=\"+Inf\"} %llu\n"
	    "%s_sum{operation=\"%s\"} %.3f\n%s_count{operation=\"%s\"} %llu\n",
	    name, c->op, (unsigned long long)all, name, c->op,
	    (double)atomic_load(&c->sum_ms) / 1000, name, c->op,
	    (unsigned long long)all);
}

static void
print_cells(struct buf *b, void (*print)(struct buf *, struct op_cell *))
{
	size_t i;

	for (i = 0; i < CELLS; i++)
		if (atomic_load(&counts->cells[i].state) == CELL_READY)
			print(b, &counts->cells[i]);
}

void
counters_print(struct buf *b)
{
	char name[NAME_BYTES];
	size_t i;

	if (!counts_ready())
		return;
	print_head(b, "http_requests_total", "counter",
	    "Requests answered, by operation and status.");
	print_cells(b, print_requests);
	print_head(b, "http_request_duration_seconds", "histogram",
	    "Time from request to reply.");
	print_cells(b, print_durations);
	for (i = 0; i < TOTALS; i++) {
		snprintf(name, sizeof(name), "%s_total", totals[i].name);
		print_head(b, name, "counter", totals[i].help);
		buf_printf(b, "stagedoor_%s %llu\n", name, (unsigned long long)
		    atomic_load(&counts->totals[i]));
	}
}
