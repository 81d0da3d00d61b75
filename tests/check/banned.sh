#!/usr/bin/env bash
# Calls, comments, markers and addresses that the house does not have.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

code=$(c_files | xargs -r awk -f "$here/strip.awk")
find_code() { printf '%s\n' "$code" | grep -E "^[^:]+:[0-9]+:$1" || true; }
# Ours alone; tests may open a database by hand, or stand in for a library.
ours() { grep -E '^(src|cgi-bin)/'; }
# These files must name what they forbid.
find_text() {
	text_files | grep -vE '^tests/check/(banned|selftest)\.sh$' |
	    xargs -r grep -HnE "$1" || true
}
word='(^|[^A-Za-z0-9_])'
call='(.*[^A-Za-z0-9_])?'	# what may stand before a name in a line

for f in strcpy strcat sprintf vsprintf gets atoi strtok system popen; do
	rule "nobody calls $f" "$(find_code "${call}${f}[[:space:]]*\\(")"
done
rule "nobody calls the case-insensitive cJSON getter" \
    "$(find_code "${call}cJSON_(GetObjectItem|HasObjectItem)[[:space:]]*\\(")"
rule "sqlite3_exec is called in db.c only" \
    "$(find_code "${call}sqlite3_exec[[:space:]]*\\(" | ours |
    grep -v '^src/store/db\.c:')"
rule "no // comments" "$(find_code '.*//')"
rule "no typedefs" "$(find_code "${call}typedef[[:space:]]" |
    ours | grep -v '^src/livekit/livekit-api\.h:')"
rule "no markers of unfinished work" \
    "$(find_text "$word(T[O]DO|F[I]XME|X[X]X|H[A]CK)([^A-Za-z0-9_]|\$)")"
rule "no paths of one machine" \
    "$(find_text "$word/(work|tmp/wt|tmp/b|opt/lk|root)/|\\.\\./shared")"
rule "no registry or mirror is named" \
    "$(find_text 'registry[.]n[p]m|p[y]pi[.]org|python[h]osted|proxy[.]g[o]lang|deb[.]d[e]bian')"
rule "nothing tells how the work was organised" \
    "$(find_text '[Ii]ssue #?[0-9]|/\.library|fresh\.sh')"
exit $failed
