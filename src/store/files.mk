# files of src/store, and sql/: named statements become sql.h and sql.c here
SQL_FILES = \
	sql/migrations/0001_foundation.sql \
	sql/migrations/0002_creators.sql \
	sql/migrations/0003_rooms.sql \
	sql/queries/api_key.sql \
	sql/queries/audit.sql \
	sql/queries/broadcast.sql \
	sql/queries/channel.sql \
	sql/queries/event.sql \
	sql/queries/follow.sql \
	sql/queries/job.sql \
	sql/queries/lease.sql \
	sql/queries/live.sql \
	sql/queries/member.sql \
	sql/queries/lobby.sql \
	sql/queries/message.sql \
	sql/queries/metric.sql \
	sql/queries/present.sql \
	sql/queries/presence.sql \
	sql/queries/recording.sql \
	sql/queries/removal.sql \
	sql/queries/room.sql \
	sql/queries/session.sql \
	sql/queries/stream.sql \
	sql/queries/stream_key.sql \
	sql/queries/track.sql \
	sql/queries/user.sql \
	sql/queries/voice.sql \
	sql/queries/whip.sql \
	sql/queries/workspace.sql

libstagedoor_a_SOURCES += \
	src/store/audit.c \
	src/store/broadcast.c \
	src/store/channel.c \
	src/store/db.c \
	src/store/event.c \
	src/store/follow.c \
	src/store/job.c \
	src/store/live.c \
	src/store/lobby.c \
	src/store/local.h \
	src/store/lock.c \
	src/store/member.c \
	src/store/message.c \
	src/store/metric.c \
	src/store/present.c \
	src/store/presence.c \
	src/store/published.c \
	src/store/query.c \
	src/store/recommended.c \
	src/store/recording.c \
	src/store/removal.c \
	src/store/room.c \
	src/store/session.c \
	src/store/store.h \
	src/store/stream.c \
	src/store/stream_key.c \
	src/store/track.c \
	src/store/tx.c \
	src/store/upkeep.c \
	src/store/user.c \
	src/store/voice.c \
	src/store/whip.c \
	src/store/workspace.c
nodist_libstagedoor_a_SOURCES = src/store/sql.c src/store/sql.h

BUILT_SOURCES += src/store/sql.h src/store/sql.c
CLEANFILES += src/store/sql.h src/store/sql.c
EXTRA_DIST += $(SQL_FILES) sql/embed.awk sql/full_scans_allowed.txt

src/store/sql.h: $(SQL_FILES) sql/embed.awk
	@$(MKDIR_P) src/store
	$(AM_V_GEN)(cd $(srcdir) && $(AWK) -f sql/embed.awk -v out=h \
	    $(SQL_FILES)) >$@.tmp && mv $@.tmp $@

src/store/sql.c: $(SQL_FILES) sql/embed.awk
	@$(MKDIR_P) src/store
	$(AM_V_GEN)(cd $(srcdir) && $(AWK) -f sql/embed.awk -v out=c \
	    $(SQL_FILES)) >$@.tmp && mv $@.tmp $@
