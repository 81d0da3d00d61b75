# tests of auth, net and the program account
EXTRA_DIST += tests/api/changePassword tests/api/createKey \
	tests/api/deleteKey tests/api/deleteMe tests/api/deleteSession \
	tests/api/getMe tests/api/listKeys tests/api/listSessions \
	tests/api/login tests/api/logout tests/api/register tests/api/updateMe
EXTRA_DIST += tests/vectors/naughty tests/vectors/url

AUTH_LAB = tests/unit/auth_lab.h tests/unit/jose_make.c \
	tests/unit/jose_make.h tests/unit/store_help.h tests/unit/test.h
AUTH_TESTS = \
	tests/unit/auth_account_test \
	tests/unit/auth_attack_test \
	tests/unit/auth_claims_test \
	tests/unit/auth_jwks_test

check_PROGRAMS += $(AUTH_TESTS)
TESTS += $(AUTH_TESTS)
tests_unit_auth_account_test_SOURCES = tests/unit/auth_account_test.c \
	$(AUTH_LAB)
tests_unit_auth_account_test_LDADD = $(APP_LIBS)
tests_unit_auth_attack_test_SOURCES = tests/unit/auth_attack_test.c \
	$(AUTH_LAB)
tests_unit_auth_attack_test_LDADD = $(APP_LIBS)
tests_unit_auth_claims_test_SOURCES = tests/unit/auth_claims_test.c \
	$(AUTH_LAB)
tests_unit_auth_claims_test_LDADD = $(APP_LIBS)
tests_unit_auth_jwks_test_SOURCES = tests/unit/auth_jwks_test.c \
	$(AUTH_LAB)
tests_unit_auth_jwks_test_LDADD = $(APP_LIBS)
