# All programs are one binary under as many names, in one folder of the build
# with the command beside them: the name says which it is, and the system keeps
# its pages once.
stagedoorlibexecdir = $(libexecdir)/stagedoor
stagedoorlibexec_PROGRAMS = cgi-bin/stagedoor.fcgi
EVERY_PROGRAM_C = cgi-bin/programs.h cgi-bin/programs.c cgi-bin/live.c \
	cgi-bin/stream.c cgi-bin/viewer.c cgi-bin/chat.c cgi-bin/account.c \
	cgi-bin/user.c cgi-bin/admin.c cgi-bin/webhook.c cgi-bin/whip.c \
	cgi-bin/livekit.c cgi-bin/room.c cgi-bin/workspace.c \
	cgi-bin/recording.c cgi-bin/metric.c cgi-bin/ops.c
cgi_bin_stagedoor_fcgi_SOURCES = cgi-bin/main.c $(EVERY_PROGRAM_C)
cgi_bin_stagedoor_fcgi_LDADD = $(APP_LIBS)

PROGRAM_NAMES = live stream viewer chat account user admin webhook whip \
	livekit room workspace recording metric ops
PROGRAM_LINKS = $(PROGRAM_NAMES:%=cgi-bin/%.fcgi)
CLEANFILES += $(PROGRAM_LINKS)

all-local: $(PROGRAM_LINKS)

$(PROGRAM_LINKS): cgi-bin/stagedoor.fcgi
	$(AM_V_GEN)ln -f cgi-bin/stagedoor.fcgi $@

install-exec-hook:
	cd '$(DESTDIR)$(stagedoorlibexecdir)' && \
	for p in $(PROGRAM_NAMES); do ln -f stagedoor.fcgi $$p.fcgi; done

uninstall-hook:
	cd '$(DESTDIR)$(stagedoorlibexecdir)' && \
	for p in $(PROGRAM_NAMES); do rm -f $$p.fcgi; done
