/*
 * cgi-bin: the HTTP edge.  One file = one program = its handlers, then its
 * route table.  A program is a privilege and a load shape.
 */
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include "../src/app/app.h"

extern const struct program live_program;
extern const struct program stream_program;
extern const struct program viewer_program;
extern const struct program chat_program;
extern const struct program account_program;
extern const struct program user_program;
extern const struct program admin_program;
extern const struct program webhook_program;
extern const struct program whip_program;
extern const struct program livekit_program;
extern const struct program room_program;
extern const struct program workspace_program;
extern const struct program recording_program;
extern const struct program metric_program;
extern const struct program ops_program;

/* All of them, NULL-terminated; linked into stagedoor.fcgi and the checks. */
extern const struct program *const programs[];

#endif
