# tests of livekit: linked against liblivekit-api.a alone, without a network
LIVEKIT_LIBS = liblivekit-api.a $(CRYPTO_LIBS) $(CJSON_LIBS) -ldl

check_PROGRAMS += tests/unit/livekit_calls
tests_unit_livekit_calls_SOURCES = tests/unit/livekit_calls.c tests/unit/livekit_wire.h \
	tests/unit/test.h
tests_unit_livekit_calls_LDADD = $(LIVEKIT_LIBS)
TESTS += tests/unit/livekit_calls

check_PROGRAMS += tests/unit/livekit_client
tests_unit_livekit_client_SOURCES = tests/unit/livekit_client.c tests/unit/livekit_wire.h \
	tests/unit/test.h
tests_unit_livekit_client_LDADD = $(LIVEKIT_LIBS)
TESTS += tests/unit/livekit_client

check_PROGRAMS += tests/unit/livekit_failover
tests_unit_livekit_failover_SOURCES = tests/unit/livekit_failover.c tests/unit/livekit_wire.h \
	tests/unit/test.h
tests_unit_livekit_failover_LDADD = $(LIVEKIT_LIBS)
TESTS += tests/unit/livekit_failover

check_PROGRAMS += tests/unit/livekit_json
tests_unit_livekit_json_SOURCES = tests/unit/livekit_json.c \
	tests/unit/test.h
tests_unit_livekit_json_LDADD = $(LIVEKIT_LIBS)
TESTS += tests/unit/livekit_json

check_PROGRAMS += tests/unit/livekit_oom
tests_unit_livekit_oom_SOURCES = tests/unit/livekit_oom.c \
	tests/unit/livekit_wire.h tests/unit/test.h
tests_unit_livekit_oom_LDADD = $(LIVEKIT_LIBS)
tests_unit_livekit_oom_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=strndup
TESTS += tests/unit/livekit_oom

check_PROGRAMS += tests/unit/livekit_samples
tests_unit_livekit_samples_SOURCES = tests/unit/livekit_samples.c tests/unit/livekit_wire.h \
	tests/unit/test.h
tests_unit_livekit_samples_LDADD = $(LIVEKIT_LIBS)
TESTS += tests/unit/livekit_samples

check_PROGRAMS += tests/unit/livekit_token
tests_unit_livekit_token_SOURCES = tests/unit/livekit_token.c tests/unit/livekit_file.h \
	tests/unit/test.h
tests_unit_livekit_token_LDADD = $(LIVEKIT_LIBS)
TESTS += tests/unit/livekit_token

check_PROGRAMS += tests/unit/livekit_webhook
tests_unit_livekit_webhook_SOURCES = tests/unit/livekit_webhook.c tests/unit/livekit_file.h \
	tests/unit/test.h
tests_unit_livekit_webhook_LDADD = $(LIVEKIT_LIBS)
TESTS += tests/unit/livekit_webhook

check_PROGRAMS += tests/unit/livekit_whip
tests_unit_livekit_whip_SOURCES = tests/unit/livekit_whip.c tests/unit/livekit_wire.h \
	tests/unit/test.h
tests_unit_livekit_whip_LDADD = $(LIVEKIT_LIBS)
TESTS += tests/unit/livekit_whip

EXTRA_DIST += tests/vectors/livekit

check_PROGRAMS += tests/fuzz/fuzz_webhook tests/fuzz/fuzz_token
tests_fuzz_fuzz_webhook_SOURCES = tests/fuzz/fuzz_webhook.c
tests_fuzz_fuzz_webhook_LDADD = $(LIVEKIT_LIBS)
tests_fuzz_fuzz_token_SOURCES = tests/fuzz/fuzz_token.c
tests_fuzz_fuzz_token_LDADD = $(LIVEKIT_LIBS)
if FUZZ
tests_fuzz_fuzz_webhook_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_token_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
else
tests_fuzz_fuzz_webhook_SOURCES += tests/fuzz/replay.c
tests_fuzz_fuzz_token_SOURCES += tests/fuzz/replay.c
TESTS += tests/fuzz/fuzz_webhook tests/fuzz/fuzz_token
endif
EXTRA_DIST += tests/fuzz/corpus/webhook tests/fuzz/corpus/token

# The manual's example, as it is printed there.
check_PROGRAMS += tests/unit/livekit_example
nodist_tests_unit_livekit_example_SOURCES = tests/unit/livekit_example.c
tests_unit_livekit_example_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/src/livekit
tests_unit_livekit_example_LDADD = $(LIVEKIT_LIBS)
tests/unit/livekit_example.c: man/livekit-api.3
	$(AM_V_GEN)$(MKDIR_P) tests/unit && $(AWK) \
	    '/^[.].. begin example/ { on = 1; next } \
	    /^[.].. end example/ { on = 0 } \
	    on && !/^[.][BE]d/ { gsub(/\\e/, "\\"); print }' \
	    $(srcdir)/man/livekit-api.3 >$@.tmp && mv $@.tmp $@
TESTS += tests/unit/livekit_manual.sh
EXTRA_DIST += tests/unit/livekit_manual.sh
CLEANFILES += tests/unit/livekit_example.c

# Run by tests/live/sdk.sh, not by `make check`: they need servers.
EXTRA_PROGRAMS = tests/live/livekit_real tests/live/livekit_mock \
	tests/live/livekit_mint tests/live/livekit_hook
tests_live_livekit_real_SOURCES = tests/live/livekit_real.c tests/unit/test.h
tests_live_livekit_real_LDADD = $(LIVEKIT_LIBS)
tests_live_livekit_mock_SOURCES = tests/live/livekit_mock.c tests/unit/test.h
tests_live_livekit_mock_LDADD = $(LIVEKIT_LIBS)
tests_live_livekit_mint_SOURCES = tests/live/livekit_mint.c
tests_live_livekit_mint_LDADD = $(LIVEKIT_LIBS)
tests_live_livekit_hook_SOURCES = tests/live/livekit_hook.c
tests_live_livekit_hook_LDADD = $(LIVEKIT_LIBS)
CLEANFILES += $(EXTRA_PROGRAMS)
EXTRA_DIST += tests/live/sdk.sh tests/live/node_sdk.mjs
