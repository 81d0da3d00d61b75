/*
 * Program stream: what creators do with their channel, its keys and its time on
 * air.  Handlers read input, call app/ and write output.
 */
#include "programs.h"

static const struct route routes[] = {
	{ 0 }
};

const struct program stream_program = { "stream", routes, DB_RW | NEEDS_LK };
