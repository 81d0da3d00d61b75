/*
 * All programs together: what stagedoor.fcgi and the plain CGI serve.
 */
#include "programs.h"

const struct program *const programs[] = {
	&live_program,
	&chat_program,
	&account_program,
	&webhook_program,
	&ops_program,
	NULL
};
