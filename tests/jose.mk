# tests of jose
JOSE_LIBS = liblivekit-api.a $(CRYPTO_LIBS) $(CJSON_LIBS)
JOSE_MAKE = tests/unit/jose_make.c tests/unit/jose_make.h tests/unit/test.h

check_PROGRAMS += tests/unit/jose_base64
tests_unit_jose_base64_SOURCES = tests/unit/jose_base64.c tests/unit/test.h
tests_unit_jose_base64_LDADD = $(JOSE_LIBS)
TESTS += tests/unit/jose_base64

check_PROGRAMS += tests/unit/jose_json
tests_unit_jose_json_SOURCES = tests/unit/jose_json.c tests/unit/test.h
tests_unit_jose_json_LDADD = $(JOSE_LIBS)
TESTS += tests/unit/jose_json

check_PROGRAMS += tests/unit/jose_keys
tests_unit_jose_keys_SOURCES = tests/unit/jose_keys.c $(JOSE_MAKE)
tests_unit_jose_keys_LDADD = $(JOSE_LIBS)
TESTS += tests/unit/jose_keys

check_PROGRAMS += tests/unit/jose_attack
tests_unit_jose_attack_SOURCES = tests/unit/jose_attack.c $(JOSE_MAKE)
tests_unit_jose_attack_LDADD = $(JOSE_LIBS)
TESTS += tests/unit/jose_attack

check_PROGRAMS += tests/unit/jose_forms
tests_unit_jose_forms_SOURCES = tests/unit/jose_forms.c $(JOSE_MAKE)
tests_unit_jose_forms_LDADD = $(JOSE_LIBS)
TESTS += tests/unit/jose_forms

check_PROGRAMS += tests/unit/jose_sign
tests_unit_jose_sign_SOURCES = tests/unit/jose_sign.c $(JOSE_MAKE)
tests_unit_jose_sign_LDADD = $(JOSE_LIBS)
TESTS += tests/unit/jose_sign

check_PROGRAMS += tests/unit/jose_vectors
tests_unit_jose_vectors_SOURCES = tests/unit/jose_vectors.c tests/unit/test.h
tests_unit_jose_vectors_LDADD = $(JOSE_LIBS)
TESTS += tests/unit/jose_vectors

check_PROGRAMS += tests/unit/jose_oom
tests_unit_jose_oom_SOURCES = tests/unit/jose_oom.c $(JOSE_MAKE)
tests_unit_jose_oom_LDADD = $(JOSE_LIBS)
tests_unit_jose_oom_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=strdup
TESTS += tests/unit/jose_oom

check_PROGRAMS += tests/unit/jose_cli
tests_unit_jose_cli_SOURCES = tests/unit/jose_cli.c src/cli/jws.c $(JOSE_MAKE)
tests_unit_jose_cli_LDADD = $(JOSE_LIBS)
TESTS += tests/unit/jose_cli

# Fuzz targets: with clang for libFuzzer, else replayed over their corpus.
check_PROGRAMS += tests/fuzz/fuzz_json tests/fuzz/fuzz_jws
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz_json.c
tests_fuzz_fuzz_json_LDADD = $(JOSE_LIBS)
tests_fuzz_fuzz_jws_SOURCES = tests/fuzz/fuzz_jws.c
tests_fuzz_fuzz_jws_LDADD = $(JOSE_LIBS)
if FUZZ
tests_fuzz_fuzz_json_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_jws_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
EXTRA_DIST += tests/fuzz/replay.c
else
tests_fuzz_fuzz_json_SOURCES += tests/fuzz/replay.c
tests_fuzz_fuzz_jws_SOURCES += tests/fuzz/replay.c
TESTS += tests/fuzz/fuzz_json tests/fuzz/fuzz_jws
endif
EXTRA_DIST += tests/fuzz/corpus/json tests/fuzz/corpus/jws \
	tests/vectors/rfc tests/vectors/cookbook tests/vectors/jsontestsuite
