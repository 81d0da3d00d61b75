/*
 * Time.  The wall clock is for what people see and tokens carry, and tests
 * replace it; the monotonic one is for deadlines and durations and is never
 * replaced.
 */
#include <time.h>

#include "base.h"

#define YEAR_9999_END_MS 253402300799999LL

static int64_t (*wall_clock)(void);

static int64_t
read_clock(clockid_t which)
{
	struct timespec ts;

	clock_gettime(which, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
clock_ms(void)
{
	return wall_clock != NULL ? wall_clock() : read_clock(CLOCK_REALTIME);
}

void
clock_set(int64_t (*now_ms)(void))
{
	wall_clock = now_ms;
}

int64_t
clock_mono_ms(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

char *
time_rfc3339(struct arena *a, int64_t ms)
{
	struct tm tm;
	time_t s;

	if (ms < 0)
		ms = 0;
	if (ms > YEAR_9999_END_MS)
		ms = YEAR_9999_END_MS;
	s = (time_t)(ms / 1000);
	gmtime_r(&s, &tm);
	return arena_printf(a, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
	    tm.tm_min, tm.tm_sec, (int)(ms % 1000));
}
