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

# What "make install" installs, and what systemd(1) thinks of the unit:
#
#	sh regress/etc/install.sh

set -eu

TOP=$(cd "$(dirname "$0")/../.." && pwd)
T=$(mktemp -d "${TMPDIR:-/tmp}/mlvpn-install.XXXXXX")
trap 'rm -rf "$T"' EXIT
trap 'exit 1' INT TERM HUP
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
export LC_ALL=C

for t in all install; do
	(cd "$TOP" && bmake -m "$TOP/mk" "DESTDIR=$T/root" PREFIX=/opt \
	    BINDIR=/opt/sbin $t) >"$T/log" 2>&1 || {
		cat "$T/log"
		exit 1
	}
done

cat >"$T/want" <<END
./etc/examples/mlvpnd.conf
./opt/lib/systemd/system/mlvpnd.service
./opt/sbin/mlvpnctl
./opt/sbin/mlvpnd
./opt/share/man/man5/mlvpnd.conf.5
./opt/share/man/man7/mlvpn.7
./opt/share/man/man8/mlvpnctl.8
./opt/share/man/man8/mlvpnd.8
END
(cd "$T/root" && find . -type f | sort) | diff -u "$T/want" -

# for keys
[ "$(stat -c %a "$T/root/etc/mlvpnd")" = 700 ]

unit=$T/root/opt/lib/systemd/system/mlvpnd.service
grep -q '^ExecStart=/opt/sbin/mlvpnd$' "$unit"
command -v systemd-analyze >/dev/null || {
	echo "systemd is not installed"
	echo SKIPPED
	exit 0
}
# which looks for the programs
sed "s,/opt/,$T/root/opt/,g" "$unit" >"$T/mlvpnd.service"
systemd-analyze verify --man=no "$T/mlvpnd.service" >"$T/said" 2>&1 &&
    [ ! -s "$T/said" ] || {
	cat "$T/said"
	exit 1
}
