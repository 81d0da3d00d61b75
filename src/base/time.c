/*
 * Time.  The wall clock is for what people see and tokens carry, and tests
 * replace it; the monotonic one is for deadlines and durations and is never
 * replaced.
 */
#include <ctype.h>
#include <string.h>
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

/* Exactly n digits within bounds; *s goes behind them. */
static bool
digits(const char **s, int n, int min, int max, int *out)
{
	*out = 0;
	for (; n > 0; n--, ++*s) {
		if (!isdigit((unsigned char)**s))
			return false;
		*out = *out * 10 + (**s - '0');
	}
	return *out >= min && *out <= max;
}

static bool
one_of(const char **s, const char *set)
{
	if (**s == '\0' || strchr(set, **s) == NULL)
		return false;
	++*s;
	return true;
}

/* ".25", or nothing. */
static bool
fraction(const char **s, int *ms)
{
	int unit = 100;

	*ms = 0;
	if (**s != '.')
		return true;
	if (!isdigit((unsigned char)*++*s))
		return false;
	for (; isdigit((unsigned char)**s); ++*s, unit /= 10)
		*ms += (**s - '0') * unit;
	return true;
}

/* "Z" or "+01:00", in minutes. */
static bool
offset(const char **s, int *minutes)
{
	int sign = **s == '-' ? -1 : 1, h, m;

	*minutes = 0;
	if (one_of(s, "Zz"))
		return true;
	if (!one_of(s, "+-") || !digits(s, 2, 0, 23, &h) ||
	    !one_of(s, ":") || !digits(s, 2, 0, 59, &m))
		return false;
	*minutes = sign * (h * 60 + m);
	return true;
}

bool
time_read(const char *s, int64_t *out)
{
	struct tm tm = { 0 };
	int day, minutes, ms;
	int64_t t;

	if (!digits(&s, 4, 1970, 9999, &tm.tm_year) || !one_of(&s, "-") ||
	    !digits(&s, 2, 1, 12, &tm.tm_mon) || !one_of(&s, "-") ||
	    !digits(&s, 2, 1, 31, &day) || !one_of(&s, "Tt") ||
	    !digits(&s, 2, 0, 23, &tm.tm_hour) || !one_of(&s, ":") ||
	    !digits(&s, 2, 0, 59, &tm.tm_min) || !one_of(&s, ":") ||
	    !digits(&s, 2, 0, 59, &tm.tm_sec) || !fraction(&s, &ms) ||
	    !offset(&s, &minutes) || *s != '\0')
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	tm.tm_mday = day;
	t = ((int64_t)timegm(&tm) - minutes * 60) * 1000 + ms;
	/* timegm makes the 1st of March of a 30th of February. */
	if (tm.tm_mday != day || t < 0 || t > YEAR_9999_END_MS)
		return false;
	*out = t;
	return true;
}
