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


# Compiles the tests of the core for other processors, and runs them:
#
#	sh regress/cross/foreign.sh [armhf | s390x ...]
#
# ARM has 32 bits and needs its data aligned; s390x has its bytes in the other
# order.  The libraries are those of Debian, and qemu executes the programs.

set -u

HERE=$(cd "$(dirname "$0")" && pwd)
TOP=$(cd "$HERE/../.." && pwd)
. "$HERE/zig.sh"

LEAVES="addr mss offload flow queue pmtu reorder fragment resend receipt
feedback liveness path_addr hint batch noise handshake session mlvpn2_order
mlvpn2_rate"
STORIES="damaged-hello three-links cookies numbers sequences pieces measured"

install_qemu()
{
	command -v "qemu-$cpu" >/dev/null && return
	[ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null ||
	    skip "qemu-$cpu is missing"
	echo "installing qemu-user"
	export DEBIAN_FRONTEND=noninteractive
	{ apt-get update && apt-get install -y --no-install-recommends \
	    qemu-user; } >"$CACHE/install.log" 2>&1 ||
	    skip "qemu-user cannot be installed"
}

# Debian's libraries for the processor, apart from those of this system.
fetch_libraries()
{
	command -v apt-get >/dev/null || skip "apt-get is missing"
	mkdir -p "$stage/state/lists/partial" "$stage/archives/partial" \
	    "$stage/deb" "$stage/root" || return 1
	: >"$stage/status"
	apt="apt-get -q -o APT::Architecture=$1 -o APT::Architectures::=$1
	    -o APT::Sandbox::User=root -o Acquire::Languages=none
	    -o Dir::State=$stage/state -o Dir::State::status=$stage/status
	    -o Dir::Cache::archives=$stage/archives
	    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache="
	# other sources of this system may not have the processor
	$apt update >"$stage/log" 2>&1
	(cd "$stage/deb" && rm -f ./*.deb && $apt download libc6 libsodium23 \
	    libbsd0 libmd0) >>"$stage/log" 2>&1 || {
		tail -n 5 "$stage/log"
		skip "no libraries for $1"
	}
	for deb in "$stage"/deb/*.deb; do
		dpkg -x "$deb" "$stage/root" || return 1
	done
}

stage_files()
{
	stamp="$(cat "$HERE/zig.sh" "$0" | cksum)"
	[ "$(cat "$stage/stamp" 2>/dev/null)" != "$stamp" ] || return 0
	rm -rf "$stage"
	fetch_libraries "$1" || return 1
	mkdir -p "$stage/include" "$stage/lib" || return 1
	bsd=$(pkg-config --cflags libbsd-overlay | tr ' ' '\n' |
	    grep '/bsd$') &&
	    cp -R "$bsd" /usr/include/sodium /usr/include/sodium.h \
	    /usr/include/pcap /usr/include/pcap.h \
	    "$stage/include/" || return 1
	for lib in sodium bsd; do
		ln -sf "$(find "$stage/root" -name "lib$lib.so.*" |
		    sort | head -n 1)" "$stage/lib/lib$lib.so" || return 1
	done
	# of the rest nothing is called
	echo pcap_offline_filter | stub pcap || return 1
	for lib in seccomp bsd-ctor; do
		echo nothing | stub $lib || return 1
	done
	echo "$stamp" >"$stage/stamp"
}

# compile DIRECTORY TARGET ...
compile()
{
	(cd "$TOP/$1" && shift && CFLAGS=-O1 $MAKE -s -j 2 TARGET_OS=Linux \
	    CONFINE=no "OBJ=obj.$name" "MAKEOBJDIR=obj.$name" WERROR=-Werror \
	    "CC=$cc" "AR=$ZIG ar" "LOCALBASE=$stage" \
	    "LIBBSD_CPPFLAGS=-I$stage/include/bsd -DLIBBSD_OVERLAY" "$@")
}

# run TEST PROGRAM [ARGUMENT ...]
run()
{
	(cd "$TOP/regress/usr.sbin/mlvpnd/$1" && shift &&
	    "qemu-$cpu" -L "$stage/root" -E "LD_LIBRARY_PATH=$libs" \
	    "obj.$name/$@") >"$stage/log" 2>&1 || {
		tail -n 5 "$stage/log"
		return 1
	}
}

tests()
{
	compile lib obj all && compile usr.sbin/mlvpnd obj || return 1
	core=$(cd "$TOP/regress/usr.sbin/mlvpnd/core" &&
	    $MAKE -V '${CORE:R:S,$,.o,}')
	# a test is content with these objects if there is a newer mlvpnd
	compile usr.sbin/mlvpnd $core &&
	    touch "$TOP/usr.sbin/mlvpnd/obj.$name/mlvpnd" || return 1

	for t in $LEAVES; do
		dir=regress/usr.sbin/mlvpnd/$t
		compile "$dir" obj all || return 1
		for p in $(cd "$TOP/$dir" && $MAKE -V '${PROG} ${PROGS}'); do
			run "$t" "$p" || return 1
		done
	done
	compile regress/usr.sbin/mlvpnd/vectors obj all &&
	    run vectors vectors_test "$TOP/share/man/man7/mlvpn.7" || return 1
	compile regress/usr.sbin/mlvpnd/core obj all || return 1
	for t in $STORIES; do
		run core coretest "$t" || return 1
	done
}

one_at_a_time "$@"
install_zig
failed=0
for name in ${*:-armhf s390x}; do
	case $name in
	armhf)
		cpu=arm
		triplet=arm-linux-gnueabihf
		;;
	s390x)
		cpu=s390x
		triplet=s390x-linux-gnu
		;;
	*)
		echo "usage: foreign.sh [armhf | s390x ...]" >&2
		exit 1
		;;
	esac
	stage=$CACHE/$name
	libs=$stage/root/lib/$triplet:$stage/root/usr/lib/$triplet
	cc="$ZIG cc -target $triplet.2.36"
	install_qemu
	if stage_files "$name" && tests; then
		echo "ok $name"
	else
		echo "FAIL $name"
		failed=1
	fi
done
exit $failed
