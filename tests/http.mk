# tests of base and http
check_PROGRAMS += tests/unit/base_test
tests_unit_base_test_SOURCES = tests/unit/base_test.c tests/unit/test.h
tests_unit_base_test_LDADD = $(APP_LIBS)
TESTS += tests/unit/base_test
