/*
 * Program recording: start, stop, list and delete recordings.
 */
#include "programs.h"

static const struct route routes[] = {
	{ 0 }
};

const struct program recording_program = { "recording", routes, DB_RW | NEEDS_LK };
