# tests of livekit: linked against liblivekit-api.a alone, without a network
LIVEKIT_LIBS = liblivekit-api.a $(CRYPTO_LIBS) $(CJSON_LIBS) -ldl

check_PROGRAMS += tests/unit/livekit_webhook
tests_unit_livekit_webhook_SOURCES = tests/unit/livekit_webhook.c \
	tests/unit/livekit_file.h tests/unit/test.h
tests_unit_livekit_webhook_LDADD = $(LIVEKIT_LIBS)
TESTS += tests/unit/livekit_webhook

EXTRA_DIST += tests/vectors/livekit
