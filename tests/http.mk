# tests of base and http
check_PROGRAMS += tests/unit/base_test
tests_unit_base_test_SOURCES = tests/unit/base_test.c tests/unit/test.h
tests_unit_base_test_LDADD = $(APP_LIBS)
TESTS += tests/unit/base_test

check_PROGRAMS += tests/unit/http_parse_test tests/unit/http_body_test \
	tests/unit/http_reply_test tests/unit/http_limit_test
tests_unit_http_parse_test_SOURCES = tests/unit/http_parse_test.c \
	tests/unit/http_app.h tests/unit/test.h
tests_unit_http_parse_test_LDADD = $(APP_LIBS)
tests_unit_http_body_test_SOURCES = tests/unit/http_body_test.c \
	tests/unit/http_app.h tests/unit/test.h
tests_unit_http_body_test_LDADD = $(APP_LIBS)
tests_unit_http_reply_test_SOURCES = tests/unit/http_reply_test.c \
	tests/unit/http_app.h tests/unit/test.h
tests_unit_http_reply_test_LDADD = $(APP_LIBS)
tests_unit_http_limit_test_SOURCES = tests/unit/http_limit_test.c \
	tests/unit/test.h
tests_unit_http_limit_test_LDADD = $(APP_LIBS)
TESTS += tests/unit/http_parse_test tests/unit/http_body_test \
	tests/unit/http_reply_test tests/unit/http_limit_test

# Fuzz targets: with clang for libFuzzer, else replayed over their corpus.
check_PROGRAMS += tests/fuzz/fuzz_request tests/fuzz/fuzz_fastcgi
tests_fuzz_fuzz_request_SOURCES = tests/fuzz/fuzz_request.c
tests_fuzz_fuzz_request_LDADD = $(APP_LIBS)
tests_fuzz_fuzz_fastcgi_SOURCES = tests/fuzz/fuzz_fastcgi.c
tests_fuzz_fuzz_fastcgi_LDADD = $(APP_LIBS)
if FUZZ
tests_fuzz_fuzz_request_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_fastcgi_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
else
tests_fuzz_fuzz_request_SOURCES += tests/fuzz/replay.c
tests_fuzz_fuzz_fastcgi_SOURCES += tests/fuzz/replay.c
TESTS += tests/fuzz/fuzz_request tests/fuzz/fuzz_fastcgi
endif
EXTRA_DIST += tests/fuzz/corpus/request tests/fuzz/corpus/fastcgi
