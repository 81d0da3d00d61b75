/*
 * Program workspace: tenants, their members and voice channels.
 */
#include "programs.h"

static const struct route routes[] = {
	{ 0 }
};

const struct program workspace_program = { "workspace", routes, DB_RW | NEEDS_LK };
