/*
 * Program livekit: join tokens for source rooms, voice channels and classes, the
 * list of rooms, and what clients are configured with.
 */
#include "programs.h"

static const struct route routes[] = {
	{ 0 }
};

const struct program livekit_program = { "livekit", routes, DB_RW | NEEDS_LK };
