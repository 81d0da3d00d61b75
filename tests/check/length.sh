#!/usr/bin/env bash
# Functions of at most 80 lines, files of at most 600.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

rule "no function is longer than 80 lines" \
    "$(c_files | xargs -r awk -v max=80 -f "$here/length.awk")"
# A folder has one header, however much the folder does.
rule "no file is longer than 600 lines" "$(
	text_files | grep -vE '\.(md|json|[135])$|^src/(livekit/livekit-api|store/store|app/app)\.h$' |
	while read -r f; do
		n=$(wc -l <"$f")
		[ "$n" -le 600 ] || echo "$f: $n lines"
	done)"
exit $failed
