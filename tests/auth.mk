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
	tests/unit/auth_guest_test \
	tests/unit/auth_jwks_test \
	tests/unit/auth_seal_test \
	tests/unit/auth_text_test

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
tests_unit_auth_guest_test_SOURCES = tests/unit/auth_guest_test.c \
	$(AUTH_LAB)
tests_unit_auth_guest_test_LDADD = $(APP_LIBS)
tests_unit_auth_jwks_test_SOURCES = tests/unit/auth_jwks_test.c \
	$(AUTH_LAB)
tests_unit_auth_jwks_test_LDADD = $(APP_LIBS)
tests_unit_auth_seal_test_SOURCES = tests/unit/test.h \
	tests/unit/auth_seal_test.c
tests_unit_auth_seal_test_LDADD = $(APP_LIBS)
tests_unit_auth_text_test_SOURCES = tests/unit/auth_text_test.c \
	$(AUTH_LAB)
tests_unit_auth_text_test_LDADD = $(APP_LIBS)

# net against a server of any manners; Python 3 and nothing besides
check_PROGRAMS += tests/wire/net_driver
tests_wire_net_driver_SOURCES = tests/wire/net_driver.c
tests_wire_net_driver_LDADD = $(APP_LIBS)
TESTS += tests/wire/net_test.py
EXTRA_DIST += tests/wire/net_test.py
