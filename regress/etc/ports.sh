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

# The ports for OpenBSD and FreeBSD and the package for OpenWrt, as far as they
# can be looked at without those systems: what their Makefiles install of the
# tree that is built here, and what their packing lists say.
#
#	sh regress/etc/ports.sh

set -eu

TOP=$(cd "$(dirname "$0")/../.." && pwd)
T=$(mktemp -d "${TMPDIR:-/tmp}/mlvpn-ports.XXXXXX")
trap 'rm -rf "$T"' EXIT
trap 'exit 1' INT TERM HUP
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
export LC_ALL=C

bad()
{
	echo "$*"
	exit 1
}

# built TREE OBJ: what the ports find after their build
built()
{
	for p in mlvpnd mlvpnctl; do
		install -d "$1/usr.sbin/$p/$2"
		for d in obj .; do
			[ -x "$TOP/usr.sbin/$p/$d/$p" ] || continue
			cp "$TOP/usr.sbin/$p/$d/$p" "$1/usr.sbin/$p/$2/$p"
			break
		done
	done
	cp -R "$TOP/etc" "$TOP/share" "$TOP/mk" "$1/"
}

installed()
{
	(cd "$1" && find . -type f | sed 's,^\./,,' | sort)
}

# what both lists are compared by
version=$(sed -n 's/.*MLVPND_VERSION.*"\(.*\)"/\1/p' \
    "$TOP/usr.sbin/mlvpnd/mlvpnd.h")
for f in port freebsd openwrt; do
	grep -q "$version\$" "$TOP/etc/$f/Makefile" ||
	    bad "etc/$f/Makefile: not version $version"
	! grep -n '[ 	]$' $(find "$TOP/etc/$f" -type f) ||
	    bad "blanks at the end"
done

# OpenBSD
port=$TOP/etc/port
built "$T/work" .
mkdir "$T/mk" "$T/openbsd"
mkdir -p "$T/openbsd/sbin"
: >"$T/mk/bsd.port.mk"
: >"$T/mk/sys.mk"
bmake -m "$T/mk" -C "$port" "PREFIX=$T/openbsd" "WRKSRC=$T/work" \
    INSTALL_PROGRAM="install -m 755" INSTALL_DATA="install -m 644" \
    INSTALL_DATA_DIR="install -d" INSTALL_MAN="install -m 644" \
    INSTALL_MAN_DIR="install -d" do-install >"$T/log" 2>&1 || {
	cat "$T/log"
	exit 1
}
sed -n 's/^@man //p;s/^@bin //p;/^share.*[^\/]$/p' "$port/pkg/PLIST" |
    grep -v pkg-readmes | sort >"$T/plist"
installed "$T/openbsd" | diff -u "$T/plist" - || bad "port: PLIST"
# each directory below share that others may not have
(cd "$T/openbsd" && find share -mindepth 1 -type d ! -path share/examples |
    sed 's,$,/,' | sort) >"$T/dirs"
grep '^share.*/$' "$port/pkg/PLIST" | sort | diff -u "$T/dirs" - ||
    bad "port: directories of PLIST"
awk '$1 ~ /^@new(user|group)/ {
	split($2, f, ":")
	if (f[1] != "_mlvpnd" || f[2] < 500 || f[2] > 999) exit 1
	n++
    } END { if (n != 2) exit 1 }' "$port/pkg/PLIST" ||
    bad "port: user and group"
awk -F '\t' '/^COMMENT/ && length($2) > 60 { exit 1 }' "$port/Makefile" ||
    bad "port: COMMENT"
awk 'length > 72 { exit 1 }' "$port/pkg/README" "$port/pkg/DESCR" ||
    bad "port: lines"
# the same script, but for where the programs are
sed 's,\${TRUEPREFIX}/sbin,/usr/sbin,' "$port/pkg/mlvpnd.rc" |
    grep -v '^#' | diff -u - "$T/work/etc/rc.d/mlvpnd" |
    grep '^[-+][^-+#]' && bad "port: mlvpnd.rc"
# what its README shows is what setup prints
"$T/openbsd/sbin/mlvpnctl" setup -c openbsd -s openbsd -l em0 192.0.2.1 \
    em1 em2 >"$T/setup"
sed -n '/^    pass /s/^    //p' "$port/pkg/README" | while read -r line; do
	grep -qxF "$line" "$T/setup" || bad "port: README: $line"
done
echo "ok port"

# FreeBSD
port=$TOP/etc/freebsd
sed -n 's/^	*RCDIR/RCDIR/p' "$port/Makefile" | grep -q RCDIR
(cd "$TOP" && bmake -m "$TOP/mk" "DESTDIR=$T/freebsd" PREFIX=/usr/local \
    BINDIR=/usr/local/sbin MANDIR=/usr/local/share/man/man \
    EXAMPLESDIR=/usr/local/share/examples/mlvpnd install) >"$T/log" 2>&1 || {
	cat "$T/log"
	exit 1
}
# of this system
rm -r "$T/freebsd/usr/local/lib"
mkdir "$T/freebsd/work"
bmake -m "$T/mk" -C "$port" STAGEDIR="$T/freebsd" WRKDIR=/work RM="rm -f" \
    PREFIX=/usr/local STRIP_CMD=true ETCDIR=/usr/local/etc/mlvpnd \
    EXAMPLESDIR=/usr/local/share/examples/mlvpnd post-install >"$T/log" 2>&1 || {
	cat "$T/log"
	exit 1
}
sed '/^@/d;s,%%EXAMPLESDIR%%,share/examples/mlvpnd,;s,\.gz$,,' \
    "$port/pkg-plist" | sort >"$T/plist"
installed "$T/freebsd/usr/local" | diff -u "$T/plist" - ||
    bad "freebsd: pkg-plist"
sh -n "$port/files/mlvpnd.in"
echo "ok freebsd"

# OpenWrt: its macros, with the least that they need
command -v make >/dev/null && make --version 2>/dev/null | grep -q GNU || {
	echo "GNU make is not installed"
	exit 0
}
built "$T/owrt" obj
cat >"$T/rules.mk" <<'END'
INSTALL_DIR := install -d
INSTALL_BIN := install -m 755
define BuildPackage
install:
	$(call Package/$(1)/install,$(ROOT))
endef
END
: >"$T/package.mk"
(cd "$TOP/etc/openwrt" && make "TOPDIR=$T" "INCLUDE_DIR=$T" \
    "PKG_BUILD_DIR=$T/owrt" "ROOT=$T/openwrt" install) >"$T/log" 2>&1 || {
	cat "$T/log"
	exit 1
}
installed "$T/openwrt" | diff -u - /dev/fd/3 3<<'END' || bad "openwrt: files"
etc/init.d/mlvpnd
usr/sbin/mlvpnctl
usr/sbin/mlvpnd
END
[ "$(stat -c %a "$T/openwrt/etc/mlvpnd")" = 700 ] || bad "openwrt: modes"
sh -n "$TOP/etc/openwrt/files/mlvpnd.init"
echo "ok openwrt"
