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
