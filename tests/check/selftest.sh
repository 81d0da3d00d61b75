#!/usr/bin/env bash
# Each check of the house must be able to fail: every rule is given a tree with
# one thing wrong and has to name it.
here=$(cd "$(dirname "$0")" && pwd)
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
failed=0

fresh() {
	rm -rf "$T/t"
	mkdir -p "$T/t"/{src/{jose,livekit,base,http,store,net,auth,app,cli},cgi-bin,tests,www}
	echo 'AC_INIT([stagedoor], [1.2.3], [], [stagedoor])' >"$T/t/configure.ac"
	echo '## 1.2.3' >"$T/t/CHANGES.md"
	echo '{ "info": {
	"version": "1.2.3" } }' >"$T/t/www/openapi.json"
	touch "$T/t"/{README.md,CONTRIBUTING.md,LICENSE,quickstart,Makefile.am}
}

# sample FILE: standard input into the tree
sample() {
	fresh
	mkdir -p "$T/t/$(dirname "$1")"
	cat >"$T/t/$1"
}

# must_refuse CHECK RULE: that rule, and only that one, fails
must_refuse() {
	local out bad
	out=$("$here/$1.sh" "$T/t" 2>&1)
	bad=$(printf '%s\n' "$out" | sed -n 's/^not ok //p')
	if [ "$bad" = "$2" ]; then
		echo "ok $1 refuses: ${3:-$2}"
	else
		printf '%s\n' "$out" | grep -v '^ok ' | sed 's/^/# /'
		echo "not ok $1 refuses: ${3:-$2}"
		failed=1
	fi
}

# must_pass CHECK WHAT
must_pass() {
	local out
	if out=$("$here/$1.sh" "$T/t" 2>&1); then
		echo "ok $1 lets pass: $2"
	else
		printf '%s\n' "$out" | grep -v '^ok ' | sed 's/^/# /'
		echo "not ok $1 lets pass: $2"
		failed=1
	fi
}

arrows="includes follow the arrows"
sample src/base/a.c <<<'#include "../http/http.h"'
must_refuse layers "$arrows" "base includes http"
sample src/http/a.c <<<'#include "../store/store.h"'
must_refuse layers "$arrows" "http includes store"
sample src/livekit/a.c <<<'#include "../base/base.h"'
must_refuse layers "$arrows" "livekit includes base"
sample src/app/a.c <<<'#include "../http/local.h"'
must_refuse layers "$arrows" "app includes http's private header"
sample src/app/a.c <<<'#include "nowhere.h"'
must_refuse layers "$arrows" "a header that is nowhere"
sample src/app/a.c <<<'#include "../livekit/livekit-api.h"'
must_pass layers "app includes liblivekit-api"
sample cgi-bin/live.c <<<'#include <fcgiapp.h>'
must_refuse layers "only the wires and events see FastCGI"
sample src/http/wire_fcgi.c <<<'#include <fcgiapp.h>'
must_pass layers "the FastCGI wire"
sample src/app/a.c <<<'#include <sqlite3.h>'
must_refuse layers "only store sees SQLite"
sample src/auth/a.c <<<'#include <curl/curl.h>'
must_refuse layers "only net and the LiveKit transport see libcurl"
fresh; touch "$T/t/src/base"/{base,a,b}.h
must_refuse layers "a folder has one header, and at most one private one"

long() { printf 'int\nf(void)\n{\n'; yes '	g();' | head -"$1"; echo '}'; }
sample src/base/a.c < <(long 79)
must_refuse length "no function is longer than 80 lines"
sample src/base/a.c < <(long 78)
must_pass length "a function of 80 lines"
sample tests/a.c < <(echo 'TEST("x") {'; yes '	g();' | head -80; echo '}')
must_refuse length "no function is longer than 80 lines" "a long TEST"
sample src/base/a.h < <(yes 'int f(void);' | head -601)
must_refuse length "no file is longer than 600 lines"

for f in strcpy strcat sprintf vsprintf gets atoi strtok system popen; do
	sample src/base/a.c <<<"	x = $f(y);"
	must_refuse banned "nobody calls $f"
done
sample src/base/a.c <<'END'
/* sprintf(a) is not called; see https://example.org/ */
	snprintf(s, n, "// %s \" system(", my_system (x)); /* strtok(
	TEST // */ fgets(a); x->gets = 1;
END
must_pass banned "names in comments, strings and other names"
sample src/base/a.c <<<'	j = cJSON_GetObjectItem(o, "a");'
must_refuse banned "nobody calls the case-insensitive cJSON getter"
sample src/store/user.c <<<'	sqlite3_exec(db, sql, 0, 0, 0);'
must_refuse banned "sqlite3_exec is called in db.c only"
sample src/store/db.c <<<'	sqlite3_exec(db, sql, 0, 0, 0);'
must_pass banned "sqlite3_exec in db.c"
sample src/base/a.c <<<'	f(); // why'
must_refuse banned "no // comments"
sample src/base/a.c <<<'typedef int a;'
must_refuse banned "no typedefs"
for w in TO''DO FIX''ME X''XX HA''CK; do
	sample www/a.ts <<<"/* $w: later */"
	must_refuse banned "no markers of unfinished work" "$w"
done
sample tests/a.sh <<<'cat /wo''rk/main/x'
must_refuse banned "no paths of one machine"
sample README.md <<<'see p''ypi.o''rg'
must_refuse banned "no registry or mirror is named"
sample README.md <<<'as issue 3 says'
must_refuse banned "nothing tells how the work was organised"

fresh; echo 'int a;' >"$T/t/src/base/a.c"
export DIST_LIST=$T/list
echo www/openapi.json >"$T/list"
must_refuse sources "every file on disk is in the file lists"
printf 'src\nwww\nsrc/base/b.c\n' >"$T/list"
must_refuse sources "every listed file is on disk"
printf 'src\n./www/openapi.json\n' >"$T/list"
must_pass sources "a list that names what is there"
rm "$T/t/LICENSE"
must_refuse sources "the top of the tree is complete"

fresh; echo '## 1.2.4' >"$T/t/CHANGES.md"
must_refuse version "the top of CHANGES.md is that version"
fresh; echo '"version": "0"' >"$T/t/www/openapi.json"
must_refuse version "openapi.json is of that version"
fresh
must_pass version "three that agree"
exit $failed
