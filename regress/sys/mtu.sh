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

# Layer 2: frames, addresses by ARP.


# Packets longer than the links carry: whole frames, and an MTU above that of
# the links; and links that carry less than their devices say, from the start
# or suddenly, without a word.

. "$(dirname "$0")/sys.sh"

# pieces DAEMON KEY: has it sent or joined any?
pieces()
{
	more_than 0 "$1" tunnels home "$2"
}

# mtu_is NUMBER DAEMON LINK
mtu_is()
{
	[ "$(value "$2" links "$3" mtu)" = "$1" ] &&
	    [ "$(value "$2" links "$3" mtu_measured)" = true ]
}

# all_are NUMBER: both links, at both ends
all_are()
{
	mtu_is "$1" client dsl1 && mtu_is "$1" client dsl2 &&
	    mtu_is "$1" server dsl1 && mtu_is "$1" server dsl2
}

# tunnel_is NUMBER: at both ends
tunnel_is()
{
	[ "$(value client tunnels home mtu)" = "$1" ] &&
	    [ "$(value server tunnels home mtu)" = "$1" ]
}

# A stream while link dsl1 begins to lose what is longer than $1.
shrinks_under_tcp()
{
	in_host c "$TCPFLOW" -q -i 0.2 -t 8 10.44.43.2 5001 >"$T/out" &
	_tcp=$!
	_sent=$(value client tunnels home tx_packets)
	await "more_than $((_sent + 1000)) client tunnels home tx_packets" 5
	em dsl1 mtu "$1"
	wait "$_tcp"
	cat "$T/out"
	within "$(field gap)" 0 4000
}

two_hosts delay 2ms
servers

# Over links of 1500 bytes nothing longer leaves the hosts: the sockets set
# DF, and the system would refuse it.
server_conf <<END | conf server
mtu 1500
END
daemon s server
(links 1 2 </dev/null; echo mtu 1500) | client_conf | conf client
daemon c client
await_links client 1 2
await reaches 5
measure "packets of 1500 bytes over links of 1500" no_loss -c 100 -s 1472
check "they went in pieces" pieces client tx_cut
check "and were joined" pieces server rx_joined
check "TCP to the server" tcp -t 1
check "TCP from the server" tcp -R -t 1
check "nothing refused" [ "$(value client links dsl1 tx_errors)" -eq 0 ]
terminate client
terminate server

conf server <<END
listen on * port 5080
tunnel "home" {
	interface tap3
	address 10.44.43.2/24
	mtu 1500
	psk "$PSK"
}
END
daemon s server
conf client <<END
tunnel "home" {
	interface tap2
	address 10.44.43.1/24
	mtu 1500
	psk "$PSK"
	$(links 1 2 </dev/null)
}
END
daemon c client
await_links client 1 2
await reaches 5
measure "frames of 1514 bytes" no_loss -c 100 -s 1472
check "they went in pieces too" pieces client tx_cut
check "TCP over tap" tcp -t 1
check "TCP back over tap" tcp -R -t 1
terminate client
terminate server

em dsl1 mtu 1400
em dsl2 mtu 1400
start_pair 1 2
check "links of 1400 are found to be" await 'all_are 1400' 20
check "the tunnel has 1340 then" await 'tunnel_is 1340' 5
check "and so has its interface" await 'network_state c |
    grep -q "$CTUN.* mtu 1340"' 5
measure "larger packets pass" no_loss -c 100 -s 1400
check "TCP to the server" tcp -t 1
check "TCP from the server" tcp -R -t 1
check "no link was down for that" eval '
    ! grep -q "link dsl. down" "$T/client.log" "$T/server.log"'
check "show links has it" eval '
    ctl client show links home dsl1 | grep -q "MTU: *1400 bytes, measured"'

check "TCP goes on when a link carries less" shrinks_under_tcp 1300
check "1280 is what is left of 1300" await 'mtu_is 1280 client dsl1' 20
check "the other link is as it was" mtu_is 1400 client dsl2
measure "larger packets pass again" no_loss -c 100 -s 1400

# The interface itself: the system says so.
em dsl2 mtu no
device_mtu c dsl2 1350
ping -c 20 -s 1400
check "an interface that carries less" await \
    '[ "$(value client links dsl2 mtu)" -le 1350 ]' 20
measure "larger packets pass all the same" no_loss -c 100 -s 1400
check "the link is up" await 'link_is client dsl2 up' 5
finish
