/*
 * Program user: people as others see them; following and blocking.  Never sees
 * LiveKit's secret: who is blocked is thrown out by a job.
 */
#include "programs.h"

static const struct route routes[] = {
	{ 0 }
};

const struct program user_program = { "user", routes, DB_RW };
