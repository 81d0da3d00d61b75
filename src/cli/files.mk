bin_PROGRAMS += cgi-bin/stagedoor
cgi_bin_stagedoor_SOURCES = src/cli/cli.h src/cli/main.c src/cli/user.c \
	src/cli/stream.c src/cli/room.c src/cli/audit.c src/cli/database.c src/cli/worker.c src/cli/doctor.c src/cli/jws.c
cgi_bin_stagedoor_LDADD = $(APP_LIBS)
