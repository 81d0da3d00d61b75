# tests of app
APP_LAB = tests/unit/test.h tests/unit/app_lab.h tests/unit/app_lab.c

check_PROGRAMS += tests/unit/app_grants_test tests/unit/app_config_test \
	tests/unit/app_token_test tests/unit/app_livekit_test \
	tests/unit/app_webhook_test tests/unit/app_work_test \
	tests/unit/app_enforce_test tests/unit/app_air_test \
	tests/unit/app_pass_test
TESTS += tests/unit/app_grants_test tests/unit/app_config_test \
	tests/unit/app_token_test tests/unit/app_livekit_test \
	tests/unit/app_webhook_test tests/unit/app_work_test \
	tests/unit/app_enforce_test tests/unit/app_air_test \
	tests/unit/app_pass_test

tests_unit_app_grants_test_SOURCES = tests/unit/test.h \
	tests/unit/app_grants_test.c
tests_unit_app_grants_test_LDADD = $(APP_LIBS)
tests_unit_app_config_test_SOURCES = tests/unit/test.h \
	tests/unit/app_config_test.c
tests_unit_app_config_test_LDADD = $(APP_LIBS)
tests_unit_app_token_test_SOURCES = $(APP_LAB) tests/unit/app_token_test.c
tests_unit_app_token_test_LDADD = $(APP_LIBS)
tests_unit_app_livekit_test_SOURCES = $(APP_LAB) \
	tests/unit/app_livekit_test.c
tests_unit_app_livekit_test_LDADD = $(APP_LIBS)
tests_unit_app_webhook_test_SOURCES = $(APP_LAB) \
	tests/unit/app_webhook_test.c
tests_unit_app_webhook_test_LDADD = $(APP_LIBS)
tests_unit_app_work_test_SOURCES = $(APP_LAB) tests/unit/app_work_test.c
tests_unit_app_work_test_LDADD = $(APP_LIBS)
tests_unit_app_enforce_test_SOURCES = $(APP_LAB) \
	tests/unit/app_enforce_test.c
tests_unit_app_enforce_test_LDADD = $(APP_LIBS)
tests_unit_app_air_test_SOURCES = $(APP_LAB) tests/unit/app_air.h \
	tests/unit/app_air.c tests/unit/app_air_test.c
tests_unit_app_air_test_LDADD = $(APP_LIBS)
tests_unit_app_pass_test_SOURCES = $(APP_LAB) tests/unit/app_air.h \
	tests/unit/app_air.c tests/unit/app_pass_test.c
tests_unit_app_pass_test_LDADD = $(APP_LIBS)

check_PROGRAMS += tests/unit/app_class_test
TESTS += tests/unit/app_class_test
tests_unit_app_class_test_SOURCES = $(APP_LAB) tests/unit/app_class_test.c
tests_unit_app_class_test_LDADD = $(APP_LIBS)

check_PROGRAMS += tests/unit/app_stream_key_test
TESTS += tests/unit/app_stream_key_test
tests_unit_app_stream_key_test_SOURCES = $(APP_LAB) \
	tests/unit/app_ingress.h tests/unit/app_stream_key_test.c
tests_unit_app_stream_key_test_LDADD = $(APP_LIBS)

check_PROGRAMS += tests/unit/app_admin_test
TESTS += tests/unit/app_admin_test
tests_unit_app_admin_test_SOURCES = $(APP_LAB) tests/unit/app_admin_test.c
tests_unit_app_admin_test_LDADD = $(APP_LIBS)

check_PROGRAMS += tests/unit/app_source_test
TESTS += tests/unit/app_source_test
tests_unit_app_source_test_SOURCES = $(APP_LAB) tests/unit/app_source_test.c
tests_unit_app_source_test_LDADD = $(APP_LIBS)

TESTS += tests/unit/app_cli.sh
EXTRA_DIST += tests/unit/app_cli.sh tests/api/listMessages tests/api/metrics tests/api/ready

check_PROGRAMS += tests/unit/app_voice_test
TESTS += tests/unit/app_voice_test
tests_unit_app_voice_test_SOURCES = $(APP_LAB) tests/unit/app_voice_test.c
tests_unit_app_voice_test_LDADD = $(APP_LIBS)
check_PROGRAMS += tests/unit/app_recording_test
TESTS += tests/unit/app_recording_test
tests_unit_app_recording_test_SOURCES = $(APP_LAB) \
	tests/unit/app_recording_test.c
tests_unit_app_recording_test_LDADD = $(APP_LIBS)
