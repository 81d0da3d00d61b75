#!/usr/bin/env bash
# The version is said in configure.ac; CHANGES and openapi.json agree.
. "$(dirname "$0")/lib.sh"

ac=$(sed -n 's/^AC_INIT(\[stagedoor\], *\[\([^]]*\)\].*/\1/p' configure.ac)
changes=$(sed -n 's/^## *\([0-9][0-9.]*\).*/\1/p' CHANGES.md | head -1)
api=$(sed -n 's/^[[:space:]]*"version": *"\([^"]*\)".*/\1/p' www/openapi.json | head -1)
rule "configure.ac has a version" "$([ -n "$ac" ] || echo "AC_INIT has none")"
rule "the top of CHANGES.md is that version" \
    "$([ "$ac" = "$changes" ] || echo "configure.ac $ac, CHANGES.md $changes")"
rule "openapi.json is of that version" \
    "$([ "$ac" = "$api" ] || echo "configure.ac $ac, openapi.json $api")"
exit $failed
