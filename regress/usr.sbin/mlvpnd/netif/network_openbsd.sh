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



# A network for the tests, in a routing domain of its own; see
# network_linux.sh for what is asked for.

set -u

table=99
uplink=vether$table
present=tun2

r="route -T $table"

cleanup()
{
	ifconfig $present destroy 2>/dev/null
	ifconfig $uplink destroy 2>/dev/null
	ifconfig lo$table destroy 2>/dev/null
}

case $1 in
run)
	for dev in tun2 tun3 tap3; do
		if ifconfig $dev >/dev/null 2>&1; then
			echo "$dev is in use"
			echo SKIPPED
			exit 0
		fi
	done
	trap cleanup EXIT
	trap 'exit 1' HUP INT TERM
	ifconfig $uplink create rdomain $table up &&
	ifconfig $uplink inet 192.0.2.1/24 &&
	ifconfig $uplink inet6 2001:db8:1::1/64 &&
	ifconfig lo$table inet 127.0.0.1/8 &&
	ifconfig lo$table inet alias 127.0.0.2/32 &&
	ifconfig lo$table inet6 ::1/128 &&
	ifconfig lo$table inet6 alias 2001:db8:2::2/128 &&
	sh "$0" usable 2001:db8:1::1 &&
	sh "$0" default 254 &&
	ifconfig $present create &&
	ifconfig $present rdomain $table &&
	ifconfig $present inet 10.9.9.1 10.9.9.2 || exit 1
	"$2" "$0" $uplink $table -1 tun3 tap3 $present
	;;
default)
	hex=$(printf %x "$2")
	$r -qn delete -inet default >/dev/null 2>&1
	$r -qn delete -inet6 default >/dev/null 2>&1
	$r -qn add -inet default 192.0.2."$2" &&
	$r -qn add -inet6 default 2001:db8:1::"$hex"
	;;
nodefault)
	$r -qn delete -inet default && $r -qn delete -inet6 default
	;;
hostroute)
	$r -qn add -host "$2" 192.0.2.253
	;;
nohostroute)
	$r -qn delete -host "$2" 192.0.2.253
	;;
via)
	$r -n get "$2" | grep -q "gateway: $3\$"
	;;
address)
	ifconfig $uplink alias "$2"
	;;
noaddress)
	ifconfig $uplink "${2%/*}" delete
	;;
descr)
	ifconfig "$2" | grep -q "description: $3\$"
	;;
mtu)
	ifconfig "$2" | grep -q " mtu $3\$"
	;;
usable)		# after the kernel has asked whether another one has it
	tries=50
	while ifconfig | grep "inet6 $2 " | grep -q tentative; do
		[ $((tries -= 1)) -gt 0 ] || exit 1
		sleep 0.1
	done
	ifconfig | grep "inet6 $2 " | grep -qv duplicated
	;;
routes)		# without neighbours
	$r -n show | awk '$3 !~ /[cL]/ { print $1, $2 }'
	ifconfig | awk '/^[a-z]/ { print $1 }
	    /inet/ && !/fe80/ { print $1, $2 }'
	;;
*)
	exit 2
	;;
esac
