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



# A network for the tests, in a network namespace of its own:
#
#	sh network_linux.sh run program
#
# gives the program the arguments
#
#	this-script uplink rtable other tun tap present
#
# In rtable, -1 for the default, uplink has 192.0.2.1/24 and
# 2001:db8:1::1/64, and the default routes go by it to .254 and ::fe.  The
# rtable "other" has only a way to 203.0.113.0/24 with the source address
# 192.0.2.2; -1 if there is none.  tun, tap and present are names for
# interfaces; the last is there already.
# The other words are what the program asks this script to do.

set -u

uplink=up0
table=7

case $1 in
run)
	exec unshare -n sh "$0" inside "$2"
	;;
inside)
	ip link set lo up &&
	ip addr add 2001:db8:2::2/128 dev lo nodad &&
	ip link add $uplink type veth peer name far0 &&
	ip link set $uplink up &&
	ip link set far0 up &&
	ip addr add 192.0.2.1/24 dev $uplink &&
	ip addr add 192.0.2.2/24 dev $uplink &&
	ip addr add 2001:db8:1::1/64 dev $uplink nodad &&
	sh "$0" default 254 &&
	ip route add 203.0.113.0/24 dev $uplink src 192.0.2.2 table $table &&
	ip rule add fwmark $table table $table &&
	ip tuntap add dev mlvpresent mode tun &&
	ip addr add 10.9.9.1/24 dev mlvpresent || exit 1
	"$2" "$0" $uplink -1 $table mlvtun mlvtap mlvpresent
	exit
	;;
default)	# last octet of the gateway
	ip route replace default via 192.0.2."$2" &&
	ip -6 route replace default via \
	    2001:db8:1::"$(printf %x "$2")" dev $uplink
	;;
nodefault)
	ip route del default && ip -6 route del default
	;;
rpfilter)	# value
	for f in all $uplink; do
		echo "$2" >/proc/sys/net/ipv4/conf/$f/rp_filter || exit 1
	done
	;;
via)		# address gateway
	ip route get "$2" | grep -q " via $3 "
	;;
address)	# address and prefix length
	ip addr add "$2" dev $uplink
	;;
noaddress)
	ip addr del "$2" dev $uplink
	;;
descr)		# interface text
	ip link show "$2" | grep -q "alias $3\$"
	;;
mtu)		# interface value
	ip link show "$2" | grep -q " mtu $3 "
	;;
usable)		# IPv6 address
	ip -6 addr show | grep -q "$2/.* scope global *nodad" &&
	! ip -6 addr show tentative | grep -q "$2"
	;;
routes)		# everything there is
	ip -4 route show table all
	ip -6 route show table all | sed 's/ pref medium//' |
	    grep -v '^fe80\|^multicast\|^local fe80\|^anycast'
	ip -br addr | sed 's/fe80[^ ]*//g'
	;;
*)
	exit 2
	;;
esac
