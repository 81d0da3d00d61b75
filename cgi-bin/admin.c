/*
 * Program admin: what administrators do.  Never sees LiveKit's secret: what must
 * end there is written as jobs.
 */
#include "programs.h"

static const struct route routes[] = {
	{ 0 }
};

const struct program admin_program = { "admin", routes, DB_RW };
