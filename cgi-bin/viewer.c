/*
 * Program viewer: channels as others see them, and the tokens to watch them.
 */
#include "programs.h"

static const struct route routes[] = {
	{ 0 }
};

const struct program viewer_program = { "viewer", routes, DB_RW | NEEDS_LK };
