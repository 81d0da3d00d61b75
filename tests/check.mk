# Checks of the house: see CONTRIBUTING.md.
check_scripts = \
	tests/check/layers.sh \
	tests/check/length.sh \
	tests/check/banned.sh \
	tests/check/sources.sh \
	tests/check/version.sh \
	tests/check/selftest.sh
check_PROGRAMS += tests/check/routes_test
tests_check_routes_test_SOURCES = tests/check/routes_test.c \
	tests/unit/test.h $(EVERY_PROGRAM_C)
tests_check_routes_test_LDADD = $(APP_LIBS)
TESTS += $(check_scripts) tests/check/routes_test tests/wire/configs.sh
EXTRA_DIST += $(check_scripts) tests/check/lib.sh tests/check/length.awk \
	tests/check/strip.awk tests/wire/configs.sh

# Run by `./quickstart check` against a running stack.
EXTRA_DIST += \
	tests/live/class.py \
	tests/live/creator.py \
	tests/live/fake_livekit.py \
	tests/live/fault_world.py \
	tests/live/faults.py tests/live/faults_stream.py tests/live/faults_web.py \
	tests/live/hostile.py \
	tests/live/ingress.py \
	tests/live/join_token.py \
	tests/live/kill.py \
	tests/live/.npmrc \
	tests/live/package.json \
	tests/live/package-lock.json \
	tests/live/mass.py \
	tests/live/matrix.py tests/live/matrix_world.py tests/live/matrix.txt \
	tests/live/memory.py \
	tests/live/own_livekit.py \
	tests/live/permissions.py \
	tests/live/publisher.py \
	tests/live/quickstart.sh \
	tests/live/recordings.py tests/live/s3_stand_in.py \
	tests/live/requirements.py tests/live/requirements.txt \
	tests/live/seeds.py \
	tests/live/source.py \
	tests/live/stack.py \
	tests/live/tour.sh \
	tests/live/twirp.py \
	tests/live/voice.py \
	tests/live/web.py \
	tests/live/whip.py \
	tests/vectors/naughty \
	tests/vectors/url
