# Checks of the house: see CONTRIBUTING.md.
check_scripts = \
	tests/check/layers.sh \
	tests/check/length.sh \
	tests/check/banned.sh \
	tests/check/sources.sh \
	tests/check/version.sh \
	tests/check/selftest.sh
TESTS += $(check_scripts)
EXTRA_DIST += $(check_scripts) tests/check/lib.sh tests/check/length.awk \
	tests/check/strip.awk
