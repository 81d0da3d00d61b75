/*
 * All programs together: what stagedoor.fcgi and the plain CGI serve.
 */
#include "programs.h"

const struct program *const programs[] = {
	&live_program,
	&stream_program,
	&viewer_program,
	&chat_program,
	&account_program,
	&user_program,
	&admin_program,
	&webhook_program,
	&whip_program,
	&livekit_program,
	&room_program,
	&workspace_program,
	&recording_program,
	&metric_program,
	&ops_program,
	NULL
};
