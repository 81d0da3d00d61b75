# One folder of the build holds all programs and the command beside them.
stagedoorlibexecdir = $(libexecdir)/stagedoor
stagedoorlibexec_PROGRAMS = cgi-bin/live.fcgi cgi-bin/stream.fcgi \
	cgi-bin/viewer.fcgi cgi-bin/chat.fcgi cgi-bin/account.fcgi \
	cgi-bin/user.fcgi cgi-bin/admin.fcgi cgi-bin/webhook.fcgi \
	cgi-bin/whip.fcgi cgi-bin/livekit.fcgi cgi-bin/room.fcgi \
	cgi-bin/workspace.fcgi cgi-bin/recording.fcgi cgi-bin/metric.fcgi \
	cgi-bin/ops.fcgi \
	cgi-bin/stagedoor.fcgi

cgi_bin_live_fcgi_SOURCES = cgi-bin/main.c cgi-bin/programs.h cgi-bin/live.c
cgi_bin_live_fcgi_CPPFLAGS = $(AM_CPPFLAGS) -DPROGRAM=live_program
cgi_bin_live_fcgi_LDADD = $(APP_LIBS)

cgi_bin_chat_fcgi_SOURCES = cgi-bin/main.c cgi-bin/programs.h cgi-bin/chat.c
cgi_bin_chat_fcgi_CPPFLAGS = $(AM_CPPFLAGS) -DPROGRAM=chat_program
cgi_bin_chat_fcgi_LDADD = $(APP_LIBS)

cgi_bin_account_fcgi_SOURCES = cgi-bin/main.c cgi-bin/programs.h \
	cgi-bin/account.c
cgi_bin_account_fcgi_CPPFLAGS = $(AM_CPPFLAGS) -DPROGRAM=account_program
cgi_bin_account_fcgi_LDADD = $(APP_LIBS)

cgi_bin_webhook_fcgi_SOURCES = cgi-bin/main.c cgi-bin/programs.h \
	cgi-bin/webhook.c
cgi_bin_webhook_fcgi_CPPFLAGS = $(AM_CPPFLAGS) -DPROGRAM=webhook_program
cgi_bin_webhook_fcgi_LDADD = $(APP_LIBS)

cgi_bin_ops_fcgi_SOURCES = cgi-bin/main.c cgi-bin/programs.h cgi-bin/ops.c
cgi_bin_ops_fcgi_CPPFLAGS = $(AM_CPPFLAGS) -DPROGRAM=ops_program
cgi_bin_ops_fcgi_LDADD = $(APP_LIBS)

cgi_bin_stream_fcgi_SOURCES = cgi-bin/main.c cgi-bin/programs.h cgi-bin/stream.c
cgi_bin_stream_fcgi_CPPFLAGS = $(AM_CPPFLAGS) -DPROGRAM=stream_program
cgi_bin_stream_fcgi_LDADD = $(APP_LIBS)

cgi_bin_viewer_fcgi_SOURCES = cgi-bin/main.c cgi-bin/programs.h cgi-bin/viewer.c
cgi_bin_viewer_fcgi_CPPFLAGS = $(AM_CPPFLAGS) -DPROGRAM=viewer_program
cgi_bin_viewer_fcgi_LDADD = $(APP_LIBS)

cgi_bin_user_fcgi_SOURCES = cgi-bin/main.c cgi-bin/programs.h cgi-bin/user.c
cgi_bin_user_fcgi_CPPFLAGS = $(AM_CPPFLAGS) -DPROGRAM=user_program
cgi_bin_user_fcgi_LDADD = $(APP_LIBS)

cgi_bin_admin_fcgi_SOURCES = cgi-bin/main.c cgi-bin/programs.h cgi-bin/admin.c
cgi_bin_admin_fcgi_CPPFLAGS = $(AM_CPPFLAGS) -DPROGRAM=admin_program
cgi_bin_admin_fcgi_LDADD = $(APP_LIBS)

cgi_bin_whip_fcgi_SOURCES = cgi-bin/main.c cgi-bin/programs.h cgi-bin/whip.c
cgi_bin_whip_fcgi_CPPFLAGS = $(AM_CPPFLAGS) -DPROGRAM=whip_program
cgi_bin_whip_fcgi_LDADD = $(APP_LIBS)

cgi_bin_livekit_fcgi_SOURCES = cgi-bin/main.c cgi-bin/programs.h \
	cgi-bin/livekit.c
cgi_bin_livekit_fcgi_CPPFLAGS = $(AM_CPPFLAGS) -DPROGRAM=livekit_program
cgi_bin_livekit_fcgi_LDADD = $(APP_LIBS)

cgi_bin_room_fcgi_SOURCES = cgi-bin/main.c cgi-bin/programs.h \
	cgi-bin/room.c
cgi_bin_room_fcgi_CPPFLAGS = $(AM_CPPFLAGS) -DPROGRAM=room_program
cgi_bin_room_fcgi_LDADD = $(APP_LIBS)

cgi_bin_workspace_fcgi_SOURCES = cgi-bin/main.c cgi-bin/programs.h \
	cgi-bin/workspace.c
cgi_bin_workspace_fcgi_CPPFLAGS = $(AM_CPPFLAGS) -DPROGRAM=workspace_program
cgi_bin_workspace_fcgi_LDADD = $(APP_LIBS)

cgi_bin_recording_fcgi_SOURCES = cgi-bin/main.c cgi-bin/programs.h \
	cgi-bin/recording.c
cgi_bin_recording_fcgi_CPPFLAGS = $(AM_CPPFLAGS) -DPROGRAM=recording_program
cgi_bin_recording_fcgi_LDADD = $(APP_LIBS)

cgi_bin_metric_fcgi_SOURCES = cgi-bin/main.c cgi-bin/programs.h \
	cgi-bin/metric.c
cgi_bin_metric_fcgi_CPPFLAGS = $(AM_CPPFLAGS) -DPROGRAM=metric_program
cgi_bin_metric_fcgi_LDADD = $(APP_LIBS)

# All programs, for stagedoor.fcgi and the tests that serve every route.
EVERY_PROGRAM_C = cgi-bin/programs.h cgi-bin/programs.c cgi-bin/live.c \
	cgi-bin/stream.c cgi-bin/viewer.c cgi-bin/chat.c cgi-bin/account.c \
	cgi-bin/user.c cgi-bin/admin.c cgi-bin/webhook.c cgi-bin/whip.c \
	cgi-bin/livekit.c cgi-bin/room.c cgi-bin/workspace.c \
	cgi-bin/recording.c cgi-bin/metric.c cgi-bin/ops.c

cgi_bin_stagedoor_fcgi_SOURCES = cgi-bin/main.c $(EVERY_PROGRAM_C)
cgi_bin_stagedoor_fcgi_LDADD = $(APP_LIBS)
