# tests of store and sql
STORE_TESTS = \
	tests/check/sql_test \
	tests/unit/store_broadcast_test \
	tests/unit/store_channel_test \
	tests/unit/store_db_test \
	tests/unit/store_fault_test \
	tests/unit/store_follow_test \
	tests/unit/store_job_test \
	tests/unit/store_live_test \
	tests/unit/store_member_test \
	tests/unit/store_metric_test \
	tests/unit/store_present_test \
	tests/unit/store_published_test \
	tests/unit/store_recording_test \
	tests/unit/store_room_test \
	tests/unit/store_stream_test \
	tests/unit/store_upkeep_test \
	tests/unit/store_user_test \
	tests/unit/store_workspace_test

check_PROGRAMS += $(STORE_TESTS)
TESTS += $(STORE_TESTS)
tests_check_sql_test_SOURCES = tests/check/sql_test.c tests/unit/test.h
tests_check_sql_test_LDADD = $(APP_LIBS)
tests_unit_store_db_test_SOURCES = tests/unit/store_db_test.c \
	tests/unit/store_help.h tests/unit/test.h
tests_unit_store_db_test_LDADD = $(APP_LIBS)
tests_unit_store_fault_test_SOURCES = tests/unit/store_fault_test.c \
	tests/unit/store_help.h tests/unit/test.h
tests_unit_store_fault_test_LDADD = $(APP_LIBS)
tests_unit_store_job_test_SOURCES = tests/unit/store_job_test.c \
	tests/unit/store_help.h tests/unit/test.h
tests_unit_store_job_test_LDADD = $(APP_LIBS)
tests_unit_store_live_test_SOURCES = tests/unit/store_live_test.c \
	tests/unit/store_help.h tests/unit/test.h
tests_unit_store_live_test_LDADD = $(APP_LIBS)
tests_unit_store_member_test_SOURCES = tests/unit/store_member_test.c \
	tests/unit/store_help.h tests/unit/test.h
tests_unit_store_member_test_LDADD = $(APP_LIBS)
tests_unit_store_metric_test_SOURCES = tests/unit/store_metric_test.c \
	tests/unit/store_help.h tests/unit/test.h
tests_unit_store_metric_test_LDADD = $(APP_LIBS)
tests_unit_store_room_test_SOURCES = tests/unit/store_room_test.c \
	tests/unit/store_help.h tests/unit/test.h
tests_unit_store_room_test_LDADD = $(APP_LIBS)
tests_unit_store_upkeep_test_SOURCES = tests/unit/store_upkeep_test.c \
	tests/unit/store_help.h tests/unit/test.h
tests_unit_store_upkeep_test_LDADD = $(APP_LIBS)
tests_unit_store_user_test_SOURCES = tests/unit/store_user_test.c \
	tests/unit/store_help.h tests/unit/test.h
tests_unit_store_user_test_LDADD = $(APP_LIBS)
tests_unit_store_broadcast_test_SOURCES = tests/unit/store_broadcast_test.c \
	tests/unit/store_help.h tests/unit/test.h
tests_unit_store_broadcast_test_LDADD = $(APP_LIBS)
tests_unit_store_channel_test_SOURCES = tests/unit/store_channel_test.c \
	tests/unit/store_help.h tests/unit/test.h
tests_unit_store_channel_test_LDADD = $(APP_LIBS)
tests_unit_store_follow_test_SOURCES = tests/unit/store_follow_test.c \
	tests/unit/store_help.h tests/unit/test.h
tests_unit_store_follow_test_LDADD = $(APP_LIBS)
tests_unit_store_published_test_SOURCES = tests/unit/store_published_test.c \
	tests/unit/store_help.h tests/unit/test.h
tests_unit_store_published_test_LDADD = $(APP_LIBS)
tests_unit_store_stream_test_SOURCES = tests/unit/store_stream_test.c \
	tests/unit/store_help.h tests/unit/test.h
tests_unit_store_stream_test_LDADD = $(APP_LIBS)
tests_unit_store_present_test_SOURCES = tests/unit/store_present_test.c \
	tests/unit/store_help.h tests/unit/test.h
tests_unit_store_present_test_LDADD = $(APP_LIBS)
tests_unit_store_workspace_test_SOURCES = tests/unit/store_workspace_test.c \
	tests/unit/store_help.h tests/unit/test.h
tests_unit_store_workspace_test_LDADD = $(APP_LIBS)
tests_unit_store_recording_test_SOURCES = tests/unit/store_recording_test.c \
	tests/unit/store_help.h tests/unit/test.h
tests_unit_store_recording_test_LDADD = $(APP_LIBS)
