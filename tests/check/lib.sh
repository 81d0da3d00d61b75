# Sourced by the checks of the house.  A check walks a tree (the project, or a
# bad sample of selftest.sh given as first argument) and says one line a rule.
# shellcheck shell=bash disable=SC2034
set -u
export LC_ALL=C
top=${1:-${top_srcdir:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}}
cd "$top" || exit 1
failed=0

# rule NAME FINDINGS: ok when there are none
rule() {
	if [ -z "$2" ]; then
		echo "ok $1"
	else
		printf '%s\n' "$2" | sed 's/^/# /'
		echo "not ok $1"
		failed=1
	fi
}

# The C files of the project, relative to its top.
c_files() {
	local f
	for f in src cgi-bin tests bench; do
		[ ! -d "$f" ] || find "$f" -name vectors -prune -o \
		    -name '*.[ch]' -print
	done | sort
}

# All text that we wrote: no vectors, no bundle, no lock file, nothing made.
text_files() {
	find . -type d \( -name .git -o -name vectors -o -name dist \
	    -o -name .local -o -name node_modules -o -name 'build*' \
	    -o -name var -o -name autom4te.cache -o -name 'stagedoor-*' \
	    -o -name .deps -o -name __pycache__ -o -name _build \
	    -o -name _inst \) -prune -o \
	    -type f \( -name '*.[chl]' \
	    -o -name '*.sh' -o -name '*.ts' -o -name '*.mjs' -o -name '*.js' \
	    -o -name '*.sql' -o -name '*.awk' -o -name '*.mk' -o -name '*.am' \
	    -o -name '*.ac' -o -name '*.md' -o -name '*.html' -o -name '*.css' \
	    -o -name '*.http' -o -name '*.py' -o -name '*.conf' \
	    -o -name '*.conf.in' -o -name '*.json' -o -name '*.yaml' \
	    -o -name '*.lua' -o -name '*.[135]' -o -name '*.service' \
	    -o -name quickstart -o -name run \) -print | sed 's|^\./||' | sort
}
