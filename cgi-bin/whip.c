/*
 * Program whip: encoders and browsers publish by WHIP (RFC 9725) with a stream
 * key.  Not a user's credential: who calls is the key's owner.
 */
#include "programs.h"

static const struct route routes[] = {
	{ 0 }
};

const struct program whip_program = { "whip", routes, DB_RW | NEEDS_LK };
