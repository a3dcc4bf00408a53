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

# Hosts are network namespaces.  Sourced by hosts.sh, which says more.

ns()
{
	echo "mlvpn$$-$1"
}

# Not by ip-netns(8), which also wants a mount at /: a chroot may have none.
in_host()
{
	_ns=$(ns "$1")
	shift
	nsenter --net="/var/run/netns/$_ns" "$@"
}

# As in_host, for a process of its own; "" is the host the tests run on.
exec_in_host()
{
	_h=$1
	shift
	[ -n "$_h" ] || exec "$@"
	[ ! -d "/etc/netns/$(ns "$_h")" ] ||
	    exec ip netns exec "$(ns "$_h")" "$@"
	exec nsenter --net="/var/run/netns/$(ns "$_h")" "$@"
}

# The name of a link's device in a host.
dev()
{
	echo "$2"
}

system_host()
{
	ip netns add "$(ns "$1")" &&
	    in_host "$1" ip link set lo up &&
	    in_host "$1" sh -c '
		cd /proc/sys/net
		for f in ipv4/conf/*/rp_filter; do echo 0 >$f; done
		echo 0 >ipv6/conf/default/accept_dad || :' 2>/dev/null
}

system_unhost()
{
	for _p in $(ip netns pids "$(ns "$1")" 2>/dev/null); do
		kill -KILL "$_p" 2>/dev/null
	done
	ip netns del "$(ns "$1")" 2>/dev/null
	rm -rf "/etc/netns/$(ns "$1")"
}

system_wire()
{
	ip link add "$1" netns "$(ns "$2")" type veth peer name "$1" \
	    netns "$(ns "$3")"
}

# linkem makes the devices
system_tap()
{
	:
}

tap_end()
{
	echo "$(ns "$1"):$2"
}

# address HOST LINK PREFIX
address()
{
	_nodad=
	case $3 in
	*:*)
		_nodad=nodad
		;;
	esac
	in_host "$1" ip link set dev "$2" up &&
	    in_host "$1" ip addr add "$3" dev "$2" $_nodad
}

# unaddress HOST LINK PREFIX
unaddress()
{
	in_host "$1" ip addr del "$3" dev "$2"
}

# device_mtu HOST LINK NUMBER
device_mtu()
{
	in_host "$1" ip link set dev "$2" mtu "$3"
}

# route HOST PREFIX GATEWAY
route()
{
	in_host "$1" ip route add "$2" via "$3"
}

# has_if HOST NAME: is there an interface of that name
has_if()
{
	in_host "$1" ip link show dev "$2" >/dev/null 2>&1
}

# names HOST LINE ...: /etc/hosts of that host, for daemons started later
names()
{
	ip netns exec "$(ns "$1")" true 2>/dev/null || return 1
	_dir=/etc/netns/$(ns "$1")
	shift
	mkdir -p "$_dir"
	printf '%s\n' "$@" >"$_dir/hosts"
	echo "nameserver 127.0.0.1" >"$_dir/resolv.conf"
}

forwarding()
{
	in_host "$1" sh -c '
	    echo 1 >/proc/sys/net/ipv4/ip_forward
	    echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
}

# Everything about a host's network that a daemon may have changed.
network_state()
{
	in_host "$1" ip -o link show | sed 's/ state [A-Z]*//;s/ qlen.*//'
	in_host "$1" ip -o addr show
	in_host "$1" ip route show table all
	in_host "$1" ip -6 route show table all
	in_host "$1" ip rule show
}
