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

# One server address over two uplinks: each link's socket has a routing
# table of its own; on Linux a mark, which ip-rule(8) leads to a table.
# Which way the packets of a link go: never into a tunnel of this host, and
# what else of it an administrator is told.

. "$(dirname "$0")/sys.sh"

[ "$(uname -s)" = Linux ] || {
	skip "ways: Linux only"
	finish
}
host c
host r
host s
link dsl1 c 192.0.2.1/24,2001:db8:1::1/64 r 192.0.2.2/24,2001:db8:1::2/64
link dsl2 c 198.51.100.1/24 r 198.51.100.2/24
link wan r 203.0.113.1/24 s 203.0.113.2/24
forwarding r
route s default 203.0.113.1
route c default 192.0.2.2
for n in 1 2; do
	in_host c ip rule add fwmark $n table $n
	in_host c ip route add default via "$(net $n).2" table $n
done
address s lo 198.18.0.1/32
servers
server_conf </dev/null | conf server
daemon s server

# by LINK ADDRESS: that link sends from there
by()
{
	case $(value client links "$1" local) in
	"$2":*)
		return 0
		;;
	esac
	return 1
}

# reason LINK TOKEN
reason()
{
	[ "$(value client links "$1" reason)" = "$2" ]
}

logged()
{
	grep -q "$1" "$T/client.log"
}

# way ADDRESS [WORD ...]: the device that packets of other programs take
way()
{
	in_host c ip route get "$@" | sed -n 's/.* dev \([^ ]*\) .*/\1/p'
}

# A mark whose table has lost its route falls through to the main table.
client_conf <<END | conf client
	route default
	link "dsl1" { rdomain 1 remote 203.0.113.2 port 5080 }
	link "dsl2" { rdomain 2 remote 203.0.113.2 port 5080 }
END
daemon c client
await_links client 1 2
check "each by its own uplink" eval 'by dsl1 192.0.2.1 &&
    by dsl2 198.51.100.1'
in_host c ip route del default table 2
check "its way is now the tunnel: the link says so" await \
    'reason dsl2 tunnel' 5
check "and does not use it" await \
    '! link_is client dsl2 up && ! link_is server dsl2 up' 5
check "the log names the interface" logged \
    "link dsl2: 203.0.113.2: route leads through tunnel interface $CTUN"
check "show links has it in words" eval '
    ctl client show links | grep -q "route to peer leads through a tunnel"'
check "the other link carries on" eval '
    no_loss -c 50 && link_is client dsl1 up'
in_host c ip route add default via 198.51.100.2 table 2
check "the route is back, and so is the link" await 'link_is client dsl2 up' 5
in_host c ip rule del fwmark 2
check "the same when the rule goes" await 'reason dsl2 tunnel' 5
in_host c ip rule add fwmark 2 table 2
check "and comes back" await 'link_is client dsl2 up' 5
terminate client

# The same without the mark: only the link's own packets stay outside.
client_conf <<END | conf client
	route default
	link "dsl1" { remote 203.0.113.2 port 5080 }
END
daemon c client
await_links client 1
check "all others go to the server's address through the tunnel" await '
    [ "$(way 203.0.113.2)" = "$CTUN" ] && [ "$(way 203.0.113.9)" = "$CTUN" ]' 5
check "the link does not" eval 'no_loss -c 50 && by dsl1 192.0.2.1'
in_host c ip route replace default via 198.51.100.2
check "the default route changes: the link follows" await \
    'by dsl1 198.51.100.1 && link_is client dsl1 up' 10
check "and carries" no_loss -c 50
in_host c ip route del default
check "no other route: none through the tunnel" await \
    'reason dsl1 host-unreachable' 10
in_host c ip route add default via 192.0.2.2
check "one again" await 'by dsl1 192.0.2.1 && link_is client dsl1 up' 10
in_host c sh -c 'echo 1 >/proc/sys/net/ipv4/conf/dsl1/rp_filter'
check "rp_filter drops what comes outside: it is said" await \
    'reason dsl1 rp-filter' 10
in_host c sh -c 'echo 0 >/proc/sys/net/ipv4/conf/dsl1/rp_filter'
check "and is over" await 'link_is client dsl1 up' 10
terminate client

# A route default that a reload adds, and takes away.
echo 'link "dsl1" { remote 203.0.113.2 port 5080 }' | client_conf |
    tee "$T/plain" | conf client
daemon c client
await_links client 1
sed 's/psk/route default &/' "$T/plain" | conf client
ctl client reload
check "reload with route default" await '
    [ "$(way 203.0.113.2)" = "$CTUN" ] && link_is client dsl1 up' 10
check "carries" await 'no_loss -c 50' 5
conf client <"$T/plain"
ctl client reload
check "and without" eval '
    await "link_is client dsl1 up" 10 && [ "$(way 203.0.113.2)" = dsl1 ]'
terminate client

# Two links by one line.
client_conf <<END | conf client
	link "dsl1" { remote 203.0.113.2 port 5080 }
	link "dsl2" { rdomain 3 remote 203.0.113.2 port 5080 }
	link "dsl3" { rdomain 2 remote 203.0.113.2 port 5080 }
END
daemon c client
await_links client 1 2 3
check "two by one line: it is said" await \
    '[ "$(value client links dsl2 line_of)" = dsl1 ]' 5
check "not of the third" [ "$(value client links dsl3 line_of)" = null ]
check "in the log" logged \
    "link dsl2 uses the same line as link dsl1, from 192.0.2.1"
check "and by show links" eval '
    ctl client show links | grep -q "uses the line of link dsl1"'
in_host c ip rule add fwmark 3 table 2
check "another line: no longer of the first" await \
    '[ "$(value client links dsl2 line_of)" != dsl1 ]' 5
terminate client
in_host c ip rule del fwmark 3

# Answers that rp_filter drops.
in_host c sh -c 'echo 1 >/proc/sys/net/ipv4/conf/dsl2/rp_filter'
client_conf <<END | conf client
	link "dsl2" { rdomain 2 remote 203.0.113.2 port 5080 }
END
daemon c client
check "rp_filter drops the answers: it is said" await \
    'reason dsl2 rp-filter' 5
check "in the log, with the interface" logged "rp_filter of dsl2 drops"
in_host c sh -c 'echo 0 >/proc/sys/net/ipv4/conf/dsl2/rp_filter'
check "not any more: the link comes up" await 'link_is client dsl2 up' 10
terminate client

# Two clients with one secret; one that is restarted is one.
check "a client that was started again is no other" eval '
    ! grep -q "two peers have" "$T/server.log"'
client_conf <<END | sed "s/$CTUN/tun4/" | conf rival
	link "dsl9" { remote 203.0.113.2 port 5080 }
END
daemon r rival
echo 'link "dsl1" { rdomain 1 remote 203.0.113.2 port 5080 }' | client_conf |
    conf client
daemon c client
check "two hosts with one secret: the server says so" await \
    'grep -q "home: .*: two peers have the same secret" "$T/server.log"' 10
terminate rival
terminate client

# An address of a family that nothing here has.
in_host c ip -6 addr flush scope global
client_conf <<END | conf client
	link "dsl1" { remote 2001:db8:2::2 port 5080 }
END
daemon c client
check "a peer with IPv6 and no such address here" await \
    'reason dsl1 no-family' 5
check "it is logged" logged "2001:db8:2::2: no IPv6 address here"
terminate client

terminate server
finish
