# files of src/app
libstagedoor_a_SOURCES += src/app/app.h src/app/local.h src/app/admin.c \
	src/app/broadcast.c \
	src/app/chat.c src/app/config.c src/app/config_read.c src/app/enforce.c \
	src/app/grants.c \
	src/app/jobs.c src/app/live.c src/app/livekit.c src/app/look.c src/app/open.c \
	src/app/presence.c src/app/reconcile.c src/app/rights.c src/app/room.c src/app/runs.c src/app/spine.c src/app/tick.c \
	src/app/token.c src/app/webhook.c
libstagedoor_a_SOURCES += src/app/people.c src/app/source.c src/app/source_end.c \
	src/app/start.c
libstagedoor_a_SOURCES += src/app/whip.c src/app/viewer.c
libstagedoor_a_SOURCES += src/app/stream.c src/app/stream_key.c src/app/ingress.c
libstagedoor_a_SOURCES += src/app/class.c src/app/participant.c src/app/voice.c \
	src/app/workspace.c
libstagedoor_a_SOURCES += src/app/metric.c src/app/metric_room.c
libstagedoor_a_SOURCES += src/app/recording.c src/app/recording_told.c \
	src/app/recording_job.c src/app/recording_look.c src/app/recording_spawn.c
