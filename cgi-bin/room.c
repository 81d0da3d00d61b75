/*
 * Program room: rooms of people, who belongs to them, who is in them and what
 * those who lead may do about it.
 */
#include "programs.h"

static const struct route routes[] = {
	{ 0 }
};

const struct program room_program = { "room", routes, DB_RW | NEEDS_LK };
