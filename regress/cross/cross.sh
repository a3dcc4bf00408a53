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
# musl is Linux with another C library.

set -u

HERE=$(cd "$(dirname "$0")" && pwd)
TOP=$(cd "$HERE/../.." && pwd)
. "$HERE/zig.sh"

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
	stamp="$(cat "$HERE/event.h" "$HERE/zig.sh" "$0" | cksum)
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

one_at_a_time "$@"
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
