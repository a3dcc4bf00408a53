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

# make TARGET: into $T/root
make()
{
	(cd "$TOP" && bmake -m "$TOP/mk" "DESTDIR=$T/root" PREFIX=/opt \
	    BINDIR=/opt/sbin "$1") >"$T/log" 2>&1 || {
		cat "$T/log"
		exit 1
	}
}

make all
make install
cat >"$T/want" <<END
./etc/examples/mlvpnctl.ksh
./etc/examples/mlvpnd.conf
./opt/lib/systemd/system/mlvpnd.service
./opt/lib/systemd/system/mlvpnd@.service
./opt/sbin/mlvpnctl
./opt/sbin/mlvpnd
./opt/share/bash-completion/completions/mlvpnctl
./opt/share/man/man5/mlvpnd.conf.5
./opt/share/man/man7/mlvpn-examples.7
./opt/share/man/man7/mlvpn.7
./opt/share/man/man8/mlvpnctl.8
./opt/share/man/man8/mlvpnd.8
./opt/share/zsh/site-functions/_mlvpnctl
END
(cd "$T/root" && find . -type f | sort) | diff -u "$T/want" -

# for keys
[ "$(stat -c %a "$T/root/etc/mlvpnd")" = 700 ]

units=$T/root/opt/lib/systemd/system
grep -q '^ExecStart=/opt/sbin/mlvpnd -d$' "$units/mlvpnd.service"
grep -q '^ExecStart=/opt/sbin/mlvpnd -d -f /etc/mlvpnd/%i.conf -s .*%i.sock$' \
    "$units/mlvpnd@.service"
grep -q '^ExecReload=/opt/sbin/mlvpnctl -s .*/%i.sock reload$' \
    "$units/mlvpnd@.service"

# complete SHELL WORD ...: what may follow, and begins with the last word
complete()
{
	sh=$1
	shift
	case $sh in
	bash)
		bash -c '. "$0"
		    _mlvpnctl_names() { echo "home [$*]"; }
		    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		    _mlvpnctl
		    echo "${COMPREPLY[@]}"' \
		    "$T/root/opt/share/bash-completion/completions/mlvpnctl" "$@"
		;;
	zsh)
		zsh -fc 'compadd() { shift; typed=$words[CURRENT]
			for w; do [[ $w != $typed* ]] || print -n -- "$w "; done; }
		    _files() { print -n "(files) "; }
		    src=$1; shift
		    words=("$@") CURRENT=$#
		    . "$src" >/dev/null
		    _mlvpnctl_names() { echo "home"; echo "[$*]"; }
		    _mlvpnctl; echo' zsh \
		    "$T/root/opt/share/zsh/site-functions/_mlvpnctl" "$@" |
		    sed 's/ $//'
		;;
	esac
}

# completes SHELL WANT WORD ...
completes()
{
	got=$(complete "$1" mlvpnctl ${3:+"$3"} ${4:+"$4"} ${5:+"$5"} "$6")
	[ "$got" = "$2" ] || {
		echo "$1: $3 $4 $5 $6: '$got', not '$2'"
		exit 1
	}
}

for sh in bash zsh; do
	command -v $sh >/dev/null || continue
	completes $sh "keygen" "" "" "" k
	completes $sh "log" "" "" "" lo
	completes $sh "brief verbose" log "" "" ""
	completes $sh "-p" keygen "" "" ""
	completes $sh "home [tunnels]" show links "" ""
	completes $sh "home [links home]" show links home ""
	completes $sh "down up" link home dsl1 ""
	completes $sh "" link home dsl1 x
	completes $sh "" reload "" "" ""
done
[ "$(complete bash mlvpnctl show links home dsl1 "")" = "" ]
[ "$(complete bash mlvpnctl -s /x -j sho)" = "" ]
grep -q '^set -A complete_mlvpnctl_1 -- import .*show$' \
    "$T/root/etc/examples/mlvpnctl.ksh"

# nothing is left, but what is not ours
cp -R "$T/root" "$T/kept"
touch "$T/root/etc/mlvpnd/home.psk" "$T/root/etc/mlvpnd.conf"
make uninstall
[ "$(cd "$T/root" && find . -type f | sort | tr '\n' ' ')" = \
    "./etc/mlvpnd.conf ./etc/mlvpnd/home.psk " ]
rm "$T/root/etc/mlvpnd/home.psk"
make uninstall
[ ! -d "$T/root/etc/mlvpnd" ]
rm -r "$T/root"
mv "$T/kept" "$T/root"

command -v systemd-analyze >/dev/null || {
	echo "systemd is not installed"
	echo SKIPPED
	exit 0
}
for unit in mlvpnd.service mlvpnd@.service; do
	# which looks for the programs
	sed "s,/opt/,$T/root/opt/,g" "$units/$unit" >"$T/$unit"
	systemd-analyze verify --man=no "$T/$unit" >"$T/said" 2>&1 &&
	    [ ! -s "$T/said" ] || {
		cat "$T/said"
		exit 1
	}
done
# without systemd running, since its version 250
case $(systemd-analyze --help) in
*--offline*--threshold*|*--threshold*--offline*)
	systemd-analyze security --offline=true --threshold=25 --no-pager \
	    "$T/mlvpnd.service" >"$T/said" || {
		cat "$T/said"
		exit 1
	}
	;;
esac
