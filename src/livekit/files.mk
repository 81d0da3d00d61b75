# files of src/livekit: the SDK, upper half of liblivekit-api
liblivekit_api_a_SOURCES += src/livekit/local.h \
	src/livekit/call.c \
	src/livekit/claims.c \
	src/livekit/client.c \
	src/livekit/egress.c \
	src/livekit/err.c \
	src/livekit/failover.c \
	src/livekit/ingress.c \
	src/livekit/json.c \
	src/livekit/method.c \
	src/livekit/models.c \
	src/livekit/participant.c \
	src/livekit/print.c \
	src/livekit/read.c \
	src/livekit/reply.c \
	src/livekit/request.c \
	src/livekit/room.c \
	src/livekit/token.c \
	src/livekit/transport_curl.c \
	src/livekit/verify.c \
	src/livekit/whip.c \
	src/livekit/write.c
include_HEADERS += src/livekit/livekit-api.h
pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = src/livekit/livekit-api.pc
