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
# What leaves outside of the tunnel and what does not: the rules of the
# sections on a kill switch and on traffic past the tunnel of mlvpnd.conf(5),
# as printed, for Linux; and what becomes of routes when the daemon is killed.

. "$(dirname "$0")/sys.sh"

[ "$(uname -s)" = Linux ] || {
	skip "outside: Linux only"
	finish
}
command -v nft >/dev/null && command -v setpriv >/dev/null || {
	skip "outside: nft(8) or setpriv(1) is not installed"
	finish
}
MANUAL=$TOP/share/man/man5/mlvpnd.conf.5

# rules NAME: that table, as the manual has it
rules()
{
	awk -v first="table inet $1 {" '
	    $0 == first { on = 1 }
	    /^\.Ed/ { on = 0 }
	    on' "$MANUAL" >"$T/$1.nft"
	[ -s "$T/$1.nft" ] && in_host c nft -f "$T/$1.nft"
}

host lan
host c
host r
host s
host web
link eth0 lan 192.168.1.2/24 c 192.168.1.1/24
link eth1 c 198.51.100.10/24 r 198.51.100.1/24
link eth2 c 203.0.113.10/24 r 203.0.113.1/24
link wan s 192.0.2.1/24 r 192.0.2.254/24
link dmz r 198.18.2.1/24 web 198.18.2.2/24
address web lo 198.18.0.2/32
address web lo 198.18.1.2/32
for h in c r s; do
	forwarding $h
done
route s default 192.0.2.254
route web default 198.18.2.1
route lan default 192.168.1.1
route r 198.18.0.0/24 198.18.2.2
route r 198.18.1.0/24 198.18.2.2
for n in 1 2; do
	in_host c ip rule add fwmark $n table $n
	in_host c ip route add unreachable default metric 9999 table $n
done
in_host c ip route add default via 198.51.100.1 dev eth1 table 1
in_host c ip route add default via 203.0.113.1 dev eth2 table 2
in_host c ip route add default via 198.51.100.1 dev eth1
in_host s nft -f - <<END
table ip nat {
	chain post {
		type nat hook postrouting priority srcnat
		ip saddr { 10.44.43.0/30, 192.168.1.0/24 } oifname "wan" masquerade
	}
}
END
for a in 0 1; do
	start web "echo$a" "$UDPPING" -l -a 198.18.$a.2 5002
done
cp "$UDPPING" "$T/udpping"

# to HOST ADDRESS [USER]
to()
{
	in_host "$1" setpriv --reuid="${3:-root}" --clear-groups \
	    "$T/udpping" -c 3 -i 50 -w 300 "$2" 5002 >"$T/out" 2>/dev/null
}

# outside|inside HOST ADDRESS [USER]: it is reached, and that way
outside()
{
	_before=$(value client tunnels home tx_packets)
	to "$@" && [ "$(value client tunnels home tx_packets)" \
	    -lt $((_before + 3)) ]
}

inside()
{
	_before=$(value client tunnels home tx_packets)
	to "$@" && [ "$(value client tunnels home tx_packets)" \
	    -ge $((_before + 3)) ]
}

echo 'route 192.168.1.0/24' | server_conf | conf server
daemon s server
# client WORD: with it in the tunnel
client()
{
	client_conf <<-END | sed "s/$CTUN/tun0/" | conf client
		route default
		$1
		link "dsl1" { rdomain 1 remote 192.0.2.1 port 5080 }
		link "dsl2" { rdomain 2 remote 192.0.2.1 port 5080 }
	END
	daemon c client
	await_links client 1 2
}
client ""
check "all goes through the tunnel" await 'inside c 198.18.1.2 &&
    inside lan 198.18.1.2 && inside c 198.18.0.2' 5

# Past the tunnel.
check "traffic past the tunnel: the rules of the manual" rules past
check "a destination, from here" outside c 198.18.0.2
check "and from the network behind" outside lan 198.18.0.2
check "others do not" eval 'inside c 198.18.1.2 && inside lan 198.18.1.2'
check "a user" outside c 198.18.1.2 nobody
in_host c ip link set eth1 down
check "its uplink dies: refused, not through the tunnel" eval '
    ! to c 198.18.0.2 && ! to lan 198.18.0.2'
check "the rest goes on" await 'inside c 198.18.1.2 && inside lan 198.18.1.2' 5
in_host c ip link set eth1 up
in_host c ip route add default via 198.51.100.1 dev eth1 table 1
in_host c ip route add default via 198.51.100.1 dev eth1
check "it returns" await 'outside lan 198.18.0.2' 5
in_host c nft delete table inet past
await_links client 1 2

# A longer route, as from DHCP, and a daemon that is killed.
in_host c ip route add 198.18.0.0/16 via 198.51.100.1 dev eth1
check "a route of DHCP wins over route default" outside c 198.18.1.2
check "the kill switch: the rules of the manual" rules killswitch
check "it stops that, from here and from behind" eval '
    ! to c 198.18.1.2 && ! to lan 198.18.1.2'
in_host c ip route del 198.18.0.0/16
check "the tunnel works with it" await 'inside c 198.18.1.2 &&
    inside lan 198.18.1.2' 5
check "so do the links" eval 'link_is client dsl1 up && link_is client dsl2 up'
killed()
{
	_children=$(children "$(pid client)")
	kill -KILL "$(pid client)"
	terminate client
	for _c in $_children; do
		await "gone $_c" 5
	done
}
killed
check "the daemon is killed: nothing leaves" eval '
    ! to c 198.18.1.2 && ! to lan 198.18.1.2'
in_host c nft delete table inet killswitch
check "without the kill switch it leaves outside" to c 198.18.1.2

client persist
check "with persist" await 'inside c 198.18.1.2' 5
killed
check "the daemon is killed: the routes are there" eval '
    in_host c ip route show | grep -q "^0.0.0.0/1 dev tun0" &&
    ! to c 198.18.1.2 && ! to lan 198.18.1.2'
client persist
check "it is started again" await 'inside c 198.18.1.2' 5
terminate client
check "and stopped: the routes are there" eval '
    in_host c ip route show | grep -q "^0.0.0.0/1 dev tun0" &&
    ! to c 198.18.1.2'
terminate server
finish
