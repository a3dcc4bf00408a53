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

# Hosts are routing domains, joined by pair(4) or tap(4).  Sourced by
# hosts.sh, which says more.  Interface numbers begin at $unit.

unit=100

# rd HOST: its routing domain
rd()
{
	eval "echo \$rd_$1"
}

in_host()
{
	_rd=$(rd "$1")
	shift
	command route -T "$_rd" exec "$@"
}

exec_in_host()
{
	_h=$1
	shift
	[ -n "$_h" ] || exec "$@"
	exec /sbin/route -T "$(rd "$_h")" exec "$@"
}

dev()
{
	[ "$2" != lo ] || { echo "lo$(rd "$1")"; return; }
	eval "echo \$dev_$1_$2"
}

# vether(4) makes the domain, which then has a loopback interface.  A fresh
# system has four devices for tun(4), some tests take six.
system_host()
{
	for _n in 4 5 6; do
		[ -c "/dev/tun$_n" ] || (cd /dev && sh MAKEDEV "tun$_n")
	done
	while ifconfig "lo$unit" >/dev/null 2>&1 ||
	    ifconfig "vether$unit" >/dev/null 2>&1; do
		unit=$((unit + 1))
	done
	_unit=$unit
	unit=$((unit + 1))
	eval "rd_$1=$_unit ifs_$1=vether$_unit"
	ifconfig "vether$_unit" create rdomain "$_unit" up &&
	    ifconfig "lo$_unit" inet 127.0.0.1/8 up &&
	    ifconfig "lo$_unit" inet6 ::1/128
}

system_unhost()
{
	eval "_ifs=\$ifs_$1"
	for _if in $_ifs "lo$(rd "$1")"; do
		ifconfig "$_if" destroy 2>/dev/null
		case $_if in
		tap*)
			rm -f "/dev/$_if"
			;;
		esac
	done
}

# new_dev HOST LINK KIND: names an interface that is not there yet
new_dev()
{
	while ifconfig "$3$unit" >/dev/null 2>&1; do
		unit=$((unit + 1))
	done
	eval "dev_$1_$2=$3$unit ifs_$1=\"\$ifs_$1 $3$unit\""
	unit=$((unit + 1))
}

system_wire()
{
	new_dev "$2" "$1" pair
	new_dev "$3" "$1" pair
	ifconfig "$(dev "$2" "$1")" create rdomain "$(rd "$2")" up &&
	    ifconfig "$(dev "$3" "$1")" create rdomain "$(rd "$3")" up &&
	    ifconfig "$(dev "$2" "$1")" patch "$(dev "$3" "$1")"
}

system_tap()
{
	new_dev "$2" "$1" tap
	new_dev "$3" "$1" tap
	(cd /dev && sh MAKEDEV "$(dev "$2" "$1")" "$(dev "$3" "$1")")
}

tap_end()
{
	echo "$(rd "$1"):$(dev "$1" "$2")"
}

address()
{
	case $3 in
	*:*)
		ifconfig "$(dev "$1" "$2")" inet6 "$3" up
		;;
	*)
		ifconfig "$(dev "$1" "$2")" inet "$3" alias up
		;;
	esac
}

unaddress()
{
	case $3 in
	*:*)
		ifconfig "$(dev "$1" "$2")" inet6 "${3%/*}" delete
		;;
	*)
		ifconfig "$(dev "$1" "$2")" inet "${3%/*}" delete
		;;
	esac
}

# device_mtu HOST LINK NUMBER
device_mtu()
{
	ifconfig "$(dev "$1" "$2")" mtu "$3"
}

route()
{
	command route -qn -T "$(rd "$1")" add "$2" "$3"
}

# has_if HOST NAME
has_if()
{
	ifconfig "$2" 2>/dev/null | grep -q "rdomain $(rd "$1") "
}

# There is one /etc/hosts for all domains.
names()
{
	return 1
}

# One switch for all domains: it is left on.
forwarding()
{
	sysctl -q net.inet.ip.forwarding=1 net.inet6.ip6.forwarding=1
}

network_state()
{
	ifconfig -A | awk -v rd=" rdomain $(rd "$1") " '
	    /^[a-z]/ { show = index($0, rd) }
	    show'
	# without what neighbour discovery makes and forgets
	command route -n -T "$(rd "$1")" show |
	    awk '$3 !~ /c/ { print $1, $2, $3, $NF }'
}
