# One folder of the build holds all programs and the command beside them.
stagedoorlibexecdir = $(libexecdir)/stagedoor
stagedoorlibexec_PROGRAMS = cgi-bin/live.fcgi cgi-bin/chat.fcgi \
	cgi-bin/account.fcgi cgi-bin/webhook.fcgi cgi-bin/ops.fcgi \
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

cgi_bin_stagedoor_fcgi_SOURCES = cgi-bin/main.c cgi-bin/programs.h \
	cgi-bin/programs.c cgi-bin/live.c cgi-bin/chat.c cgi-bin/account.c \
	cgi-bin/webhook.c cgi-bin/ops.c
cgi_bin_stagedoor_fcgi_LDADD = $(APP_LIBS)
