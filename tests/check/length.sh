#!/usr/bin/env bash
# Functions of at most 80 lines, files of at most 600.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

rule "no function is longer than 80 lines" \
    "$(c_files | xargs -r awk -v max=80 -f "$here/length.awk")"
# The SDK's public header is one file, as those who include it expect.
rule "no file is longer than 600 lines" "$(
	text_files | grep -vE '\.(md|json|[135])$|^src/livekit/livekit-api\.h$' |
	while read -r f; do
		n=$(wc -l <"$f")
		[ "$n" -le 600 ] || echo "$f: $n lines"
	done)"
exit $failed
