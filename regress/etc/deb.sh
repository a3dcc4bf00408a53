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

# Builds the Debian package, and looks what lintian(1) thinks of it and what it
# has:
#
#	sh regress/etc/deb.sh
#
# With names of Debian releases, installs it in a fresh system of each one,
# upgrades, starts, stops, removes and purges it.  That takes some minutes and
# needs debootstrap(8), root and the network:
#
#	sh regress/etc/deb.sh bookworm trixie

set -eu

TOP=$(cd "$(dirname "$0")/../.." && pwd)
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
T=$(mktemp -d "${TMPDIR:-/tmp}/mlvpn-deb.XXXXXX")
chmod 755 "$T"
trap 'clean_up' EXIT
trap 'exit 1' INT TERM HUP

clean_up()
{
	for _m in proc dev/net; do
		umount "$T/root/$_m" 2>/dev/null || :
	done
	rm -rf --one-file-system "$T"
}

check()
{
	_what=$1
	shift
	if "$@"; then
		echo "ok $_what"
	else
		echo "FAIL $_what"
		exit 1
	fi
}

# The output only if it fails.
quietly()
{
	"$@" >"$T/log" 2>&1 || {
		tail -n 20 "$T/log"
		return 1
	}
}

# inside COMMAND ...: in the fresh system, with a network and processes of its
# own, which end with the command
inside()
{
	unshare --net --pid --fork --mount-proc="$T/root/proc" \
	    chroot "$T/root" "$@"
}

files()
{
	(cd "$T/root" && find . -xdev \( -path ./proc -o -path ./sys \
	    -o -path ./dev -o -path ./run -o -path ./tmp -o -path ./src -o -path ./var/cache \
	    -o -path ./var/log -o -path ./var/lib/apt -o -path ./var/lib/dpkg \
	    \) -prune -o -print | sort)
}

# daemon_works: starts with what setup writes, answers, and stops
daemon_works()
{
	inside sh -ec '
	    rm -rf /tmp/setup
	    mlvpnctl setup -d /tmp/setup 192.0.2.1 eth1
	    cp /tmp/setup/server/etc/mlvpnd.conf /etc/
	    mlvpnd -n
	    ip link set lo up
	    mlvpnd
	    n=0
	    until mlvpnctl show tunnels; do
		    [ $((n += 1)) -lt 100 ]
		    sleep 0.1
	    done
	    pid=$(grep -l "^mlvpnd" /proc/[0-9]*/comm | cut -d / -f 3 | sort -n |
		head -n 1)
	    kill $pid
	    n=0
	    while [ -e /var/run/mlvpnd.sock ]; do
		    [ $((n += 1)) -lt 100 ]
		    sleep 0.1
	    done
	    [ -d /var/lib/misc/mlvpnd ]
	    rm /etc/mlvpnd.conf'
}

# in_release NAME
in_release()
{
	echo "==> $1"
	rm -rf "$T/root"
	check "$1: a fresh system" quietly debootstrap --variant=minbase "$1" \
	    "$T/root"
	mkdir -p "$T/root/dev/net"
	mount -t proc proc "$T/root/proc"
	mount --bind /dev/net "$T/root/dev/net"
	mkdir "$T/root/src"
	(cd "$TOP" && tar -cf - --exclude=.git --exclude=obj --exclude='obj.*' \
	    .) | tar -C "$T/root/src" -xf -
	check "$1: what building needs" quietly chroot "$T/root" sh -ec '
	    apt-get update
	    apt-get install -y --no-install-recommends build-essential \
		debhelper lintian bmake byacc libbsd-dev libevent-dev \
		libncurses-dev libpcap-dev libseccomp-dev libsodium-dev \
		pkgconf'
	check "$1: build" quietly chroot "$T/root" sh -ec '
	    sh /src/etc/debian/build.sh /tmp/deb'
	check "$1: lintian" chroot "$T/root" sh -ec '
	    lintian --allow-root --fail-on error,warning \
		/tmp/deb/mlvpnd_*.changes'
	# an older version to upgrade from
	chroot "$T/root" sh -ec '
	    dpkg-deb -R /tmp/deb/mlvpnd_*.deb /tmp/old
	    sed -i "s/^Version: .*/&~1/" /tmp/old/DEBIAN/control
	    dpkg-deb -b /tmp/old /tmp/old.deb' >/dev/null
	chroot "$T/root" apt-get install -y adduser iproute2 >"$T/log" 2>&1
	files >"$T/before"
	check "$1: install" quietly chroot "$T/root" apt-get install -y \
	    /tmp/old.deb
	check "$1: the user" chroot "$T/root" getent passwd _mlvpnd
	check "$1: the directory for keys" [ "$(stat -c %a \
	    "$T/root/etc/mlvpnd")" = 700 ]
	check "$1: starts and stops" quietly daemon_works
	check "$1: upgrade" quietly chroot "$T/root" sh -ec \
	    'apt-get install -y /tmp/deb/mlvpnd_*.deb'
	check "$1: starts and stops after it" quietly daemon_works
	check "$1: remove" quietly chroot "$T/root" apt-get remove -y mlvpnd
	check "$1: install again" quietly chroot "$T/root" sh -ec \
	    'apt-get install -y /tmp/deb/mlvpnd_*.deb'
	check "$1: purge" quietly chroot "$T/root" apt-get purge -y mlvpnd
	files >"$T/after"
	# but for the user, as usual
	check "$1: nothing is left" quietly eval '
	    diff "$T/before" "$T/after" | grep "^[<>]" |
	    grep -v "passwd-\|group-\|shadow-\|subuid\|subgid" >"$T/left"
	    cat "$T/left"
	    [ ! -s "$T/left" ]'
	for _m in proc dev/net; do
		umount "$T/root/$_m"
	done
}

if [ $# -gt 0 ]; then
	for r; do
		in_release "$r"
	done
	exit
fi

for p in dpkg-buildpackage dh lintian bmake; do
	command -v $p >/dev/null || {
		echo "$p is not installed"
		echo SKIPPED
		exit 0
	}
done
export DEB_BUILD_OPTIONS="noopt parallel=2"
check "build" quietly sh "$TOP/etc/debian/build.sh" "$T/deb"
check "lintian" lintian --allow-root --fail-on error,warning \
    "$T"/deb/mlvpnd_*.changes
# since Debian 13 units are below /usr
dpkg-deb -c "$T"/deb/mlvpnd_*.deb | awk '$1 !~ /^d/ { print $1, $6 }' |
    sed 's,\./usr/lib/systemd,./lib/systemd,' | sort -k 2 >"$T/got"
check "contents" diff -u - "$T/got" <<'END'
-rw-r--r-- ./lib/systemd/system/mlvpnd.service
-rw-r--r-- ./lib/systemd/system/mlvpnd@.service
-rwxr-xr-x ./usr/sbin/mlvpnctl
-rwxr-xr-x ./usr/sbin/mlvpnd
-rw-r--r-- ./usr/share/bash-completion/completions/mlvpnctl
-rw-r--r-- ./usr/share/doc/mlvpnd/README.gz
-rw-r--r-- ./usr/share/doc/mlvpnd/changelog.gz
-rw-r--r-- ./usr/share/doc/mlvpnd/copyright
-rw-r--r-- ./usr/share/doc/mlvpnd/examples/mlvpnd.conf
-rw-r--r-- ./usr/share/man/man5/mlvpnd.conf.5.gz
-rw-r--r-- ./usr/share/man/man7/mlvpn-examples.7.gz
-rw-r--r-- ./usr/share/man/man7/mlvpn.7.gz
-rw-r--r-- ./usr/share/man/man8/mlvpnctl.8.gz
-rw-r--r-- ./usr/share/man/man8/mlvpnd.8.gz
-rw-r--r-- ./usr/share/zsh/vendor-completions/_mlvpnctl
END

# script NAME ARGUMENT ...: what a script of the package tells systemd(1)
script()
{
	unshare --mount sh -ec '
	    mount -t tmpfs tmpfs /run
	    mkdir -p /run/systemd/system
	    PATH=$0/bin:$PATH
	    script=$0/control/$1
	    shift
	    sh "$script" "$@"' "$T" "$@" >/dev/null
	cat "$T/told"
	rm "$T/told"
}

[ "$(id -u)" -eq 0 ] || exit 0
dpkg-deb -e "$T"/deb/mlvpnd_*_*.deb "$T/control"
mkdir "$T/bin"
for p in adduser install systemctl deb-systemd-helper; do
	ln -s /bin/true "$T/bin/$p"
done
cat >"$T/bin/deb-systemd-invoke" <<END
#!/bin/sh
echo "\$@" >>"$T/told"
END
chmod 755 "$T/bin/deb-systemd-invoke"
check "an upgrade restarts all daemons" eval '
    script postinst configure 2.9 >"$T/got"
    grep -q "restart .*mlvpnd.service" "$T/got" &&
	grep -q "restart .*mlvpnd@\*.service" "$T/got"'
check "removing stops them" eval '
    script prerm remove | grep -q "^stop .*mlvpnd.service mlvpnd@\*.service"'
