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


# Builds the Debian package from a copy of the tree, and says where it is:
#
#	sh etc/debian/build.sh [directory]
#
# What it needs to build is in control; dpkg-checkbuilddeps says what lacks.

set -eu

TOP=$(cd "$(dirname "$0")/../.." && pwd)
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
for p in dpkg-buildpackage dh; do
	command -v $p >/dev/null || {
		echo "$p is missing: apt-get install dpkg-dev debhelper" >&2
		exit 1
	}
done
OUT=${1:-$TOP/obj.deb}
mkdir -p "$OUT"
OUT=$(cd "$OUT" && pwd)
T=$(mktemp -d "${TMPDIR:-/tmp}/mlvpnd-deb.XXXXXX")
trap 'rm -rf "$T"' EXIT
trap 'exit 1' INT TERM HUP

mkdir "$T/mlvpnd"
(cd "$TOP" && tar -cf - --exclude=.git --exclude=.ci --exclude=obj \
    --exclude='obj.*' .) | tar -C "$T/mlvpnd" -xf -
cp -R "$T/mlvpnd/etc/debian" "$T/mlvpnd/debian"
rm "$T/mlvpnd/debian/build.sh"
cp "$TOP"/etc/*.service "$T/mlvpnd/debian/"
# the time of the changelog, so that the same source gives the same package
(cd "$T/mlvpnd" && dpkg-buildpackage -us -uc)
cp "$T"/mlvpnd_* "$OUT/"
[ ! -e "$T"/mlvpnd-dbgsym_* ] || cp "$T"/mlvpnd-dbgsym_* "$OUT/"
ls "$OUT"/*.deb
