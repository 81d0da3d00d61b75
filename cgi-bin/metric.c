/*
 * Program metric: how good calls are, as clients tell it.  Never has LiveKit's
 * secret.
 */
#include "programs.h"

static const struct route routes[] = {
	{ 0 }
};

const struct program metric_program = { "metric", routes, DB_RW };
