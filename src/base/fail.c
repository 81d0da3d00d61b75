/*
 * Steps at which a test may kill the process, to see what the next one makes of
 * what is left.  Does nothing unless the environment names one.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"

void
fail_point(const char *name)
{
	const char *at = getenv("STAGEDOOR_FAIL_AT");

	if (at != NULL && strcmp(at, name) == 0)
		raise(SIGKILL);
}
