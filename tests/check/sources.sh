#!/usr/bin/env bash
# What the tarball lists is what is on disk, both ways.
# The list is automake's own: `make dist-files` in the build folder.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

listed() {
	if [ -n "${DIST_LIST:-}" ]; then
		cat "$DIST_LIST"
	else
		MAKEFLAGS='' "${MAKE:-make}" -s -C "${top_builddir:-.}" dist-files
	fi
}

# Directories in the list stand for all that is in them.
names=$(listed | while read -r f; do
	[ -n "$f" ] || continue
	case $f in
	/*) f=$(realpath -m --relative-to=. "$f") ;;
	../*) f=$(realpath -m --relative-to=. "${top_builddir:-.}/$f") ;;
	esac
	if [ -d "$f" ]; then find "$f" -type f; else echo "$f"; fi
done | sed 's|^\./||' | sort -u)

disk=$(find src cgi-bin sql www etc man bench tests \( -name node_modules \
    -o -path www/dist -o -name .deps -o -name __pycache__ \) -prune -o -type f \
    ! -name '.*' ! -name '*~' ! -name '*.o' ! -name '*.a' ! -name '*.in.tmp' \
    ! -name '*.log' ! -name '*.trs' ! -name '*.pyc' ! -name .dirstamp \
    -print 2>/dev/null | sort -u)

[ -n "$names" ] || rule "make dist-files lists something" "nothing listed"
rule "every file on disk is in the file lists" \
    "$(comm -13 <(echo "$names") <(echo "$disk"))"
rule "every listed file is on disk" "$(
	echo "$names" | while read -r f; do
		case $f in
		src/*|cgi-bin/*|sql/*|www/*|etc/*|man/*|bench/*|tests/*)
			[ -e "$f" ] || [ -e "${top_builddir:-.}/$f" ] ||
			    echo "$f" ;;
		esac
	done)"
rule "the top of the tree is complete" "$(
	for f in README.md CHANGES.md CONTRIBUTING.md LICENSE quickstart \
	    configure.ac Makefile.am; do
		[ -e "$f" ] || echo "$f is missing"
	done)"
exit $failed
