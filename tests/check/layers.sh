#!/usr/bin/env bash
# Includes only along the arrows, other folders only by their one header, and
# the headers of FastCGI, SQLite and libcurl only where they are allowed.
. "$(dirname "$0")/lib.sh"

# folder: folders of ours that it may include
arrows='
jose:
livekit: jose
base: jose
http: base jose
store: base jose
net: base jose
auth: store net base jose
app: auth http store net livekit base jose
cli: app auth http store net livekit base jose
cgi-bin: app auth http store net livekit base jose
'

folder_of() {
	case $1 in
	src/*/*) local f=${1#src/}; echo "${f%%/*}" ;;
	cgi-bin/*) echo cgi-bin ;;
	esac
}

header_of() {
	case $1 in
	livekit) echo src/livekit/livekit-api.h ;;
	*) echo "src/$1/$1.h" ;;
	esac
}

check_include() {	# check_include FILE HEADER
	local file=$1 header=$2 from to allowed
	from=$(folder_of "$file")
	case $header in
	*/*) ;;
	*)	# of its own folder, or made by configure or embed.awk
		[ -e "$(dirname "$file")/$header" ] && return
		[ "$header" = config.h ] && return
		[ "$from" = store ] && return
		echo "$file: \"$header\" is not in its folder"
		return ;;
	esac
	to=$(realpath -m --relative-to=. "$(dirname "$file")/$header")
	if [ "$(folder_of "$to")" = "$from" ]; then
		return
	fi
	allowed=$(printf '%s\n' "$arrows" | sed -n "s/^$from: *//p")
	case " $allowed " in
	*" $(folder_of "$to") "*) ;;
	*)	echo "$file: $from may not include $to"
		return ;;
	esac
	[ "$to" = "$(header_of "$(folder_of "$to")")" ] ||
	    echo "$file: $to is not the header of its folder"
}

sources=$(c_files | grep -E '^(src|cgi-bin)/' || true)

rule "includes follow the arrows" "$(
	for f in $sources; do
		sed -n 's/^[ \t]*#[ \t]*include[ \t]*"\([^"]*\)".*/\1/p' "$f" |
		while read -r h; do
			check_include "$f" "$h"
		done
	done)"

# only PATTERN ALLOWED-FILES-REGEX
only() {
	printf '%s\n' "$sources" | xargs -r grep -HnE \
	    "^[[:space:]]*#[[:space:]]*include[[:space:]]*<($1)>" |
	    grep -vE "^($2):" || true
}
rule "only the wires and events see FastCGI" \
    "$(only 'fcgi[a-z]*\.h|fcgi_stdio\.h' 'src/http/wire[a-z_]*\.[ch]|cgi-bin/events\.c')"
rule "only store sees SQLite" "$(only 'sqlite3\.h' 'src/store/[a-z_]+\.[ch]')"
rule "only net and the LiveKit transport see libcurl" \
    "$(only 'curl/[a-z]+\.h' 'src/livekit/transport_curl\.c|src/net/[a-z_]+\.[ch]')"
rule "a folder has one header, and at most one private one" "$(
	for d in src/*/; do
		n=$(find "$d" -name '*.h' | wc -l)
		[ "$n" -le 2 ] || echo "$d has $n headers"
	done)"
exit $failed
