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


# The protocol of MLVPN 2.x, between two daemons that speak it.

. "$(dirname "$0")/sys.sh"

SECRET="a phrase of the old configuration"

# legacy_server TUNNEL LINK: links dsl1 and dsl2 on a port each, with what is
# added to the tunnel and to each link
legacy_server()
{
	conf server <<-END
	tunnel "home" {
		protocol mlvpn2
		interface $STUN
		address 10.44.43.2/30 peer 10.44.43.1
		secret "$SECRET"
		$1
		link "dsl1" { listen on $(net 1).2 port 5081 $2 }
		link "dsl2" { listen on $(net 2).2 port 5082 $2 }
	}
	END
}

legacy_client()
{
	conf client <<-END
	tunnel "home" {
		protocol mlvpn2
		interface $CTUN
		address 10.44.43.1/30 peer 10.44.43.2
		secret "$SECRET"
		$1
		link "dsl1" { remote $(net 1).2 port 5081 $2 }
		link "dsl2" { remote $(net 2).2 port 5082 $2 }
	}
	END
}

# Both up, packets of all sizes both ways, over both links.
carries()
{
	check "$1: both links come up" await \
	    "link_is client dsl1 up && link_is client dsl2 up" 10
	check "$1: ping, none lost" no_loss -c 100
	check "$1: large packets" no_loss -c 50 -s 1400
	check "$1: packets in fragments" no_loss -c 20 -s 4000
	check "$1: TCP to the server" tcp -t 1
	check "$1: TCP from the server" tcp -R -t 1
	for l in dsl1 dsl2; do
		check "$1: $l is used both ways" eval "
		    more_than 100000 client links $l tx_bytes &&
		    more_than 100000 client links $l rx_bytes"
		check "$1: the round trip of $l is known" eval '
		    rtt=$(value client links '$l' rtt_us) &&
		    [ "$rtt" -gt 5000 ] && [ "$rtt" -lt 500000 ]'
	done
	check "$1: nothing refused" [ "$(refused client)" -eq 0 ]
}

both_ends()
{
	legacy_server "$2" "$3"
	legacy_client "$2" "$3"
	daemon s server
	daemon c client
	carries "$1"
	check "$1: nothing refused by the server" \
	    [ "$(refused server)" -eq 0 ]
}

stop_daemons()
{
	for _d; do
		terminate "$_d"
	done
}

two_hosts rate 40M delay 5ms queue 100ms
servers

both_ends encrypted "" "bandwidth up 40M"
check "encrypted: it says so" \
    [ "$(value client tunnels home cipher)" = xsalsa20-poly1305 ]
check "the log tells how weak it is" \
    grep -q 'protocol mlvpn2 is weak' "$T/client.log"

# One link dies under a ping each 10 ms.
cut_link()
{
	in_host c "$UDPPING" -c 800 10.44.43.2 5002 >"$T/out" &
	_ping=$!
	_sent=$(value client tunnels home tx_packets)
	await "more_than $((_sent + 100)) client tunnels home tx_packets" 5
	em "$1" down
	wait "$_ping"
	cat "$T/out"
	within "$(field gap)" 0 3500
}

for l in dsl1 dsl2; do
	check "$l dies under a ping: gap of 3.5 s at most" cut_link $l
	check "$l is down at both ends" await \
	    "link_is client $l down && link_is server $l down" 5
	em $l up
	check "$l is back" await \
	    "link_is client $l up && link_is server $l up" 10
done
check "none lost then" no_loss -c 100

# Either end starts anew.
terminate client
hears_end()
{
	[ "$(value server links "$1" reason)" = closed ]
}

check "the server hears of the end" await 'hears_end dsl1' 5
daemon c client
await_links client 1 2
check "a new client: none lost" no_loss -c 100
end_daemon server KILL
check "the server that died has left what came" \
    [ -s "$T/server.sock.flows" ]
daemon s server
check "the server died: the links come back" await \
    'link_is server dsl1 up && link_is server dsl2 up' 10
await reaches 5
check "a new server: none lost" no_loss -c 100
stop_daemons client server

# The links carry less than a datagram of the longest packet: those are
# fragmented, as MLVPN has them.
for h in c s; do
	device_mtu $h dsl1 1400
	device_mtu $h dsl2 1400
done
both_ends "mtu 1444" "mtu 1444" "bandwidth up 40M"
for h in c s; do
	device_mtu $h dsl1 1500
	device_mtu $h dsl2 1500
done
stop_daemons client server

both_ends clear "cleartext data" ""
check "clear: it says so" [ "$(value client tunnels home cipher)" = none ]
check "the log tells what that means" \
    grep -q 'anyone on the path can read' "$T/client.log"
stop_daemons client server

# Frames inside, IPv6 outside; a legacy and a native client on one port; a
# tunnel changes its protocol, a link goes.
for h in c s; do
	for l in 1 2; do
		address $h dsl$l 2001:db8:$l::$([ $h = c ] && echo 1 ||
		    echo 2)/64
	done
done
six()
{
	conf server <<-END
	listen on 2001:db8:1::2 port 5081
	tunnel "home" {
		protocol $1
		interface tap3
		address 10.44.43.2/24
		secret "$SECRET"
		$2
	}
	tunnel "native" {
		interface tun4
		address 10.44.44.2/30 peer 10.44.44.1
		psk "$PSK"
	}
	END
	conf client <<-END
	tunnel "home" {
		protocol $1
		interface tap2
		address 10.44.43.1/24
		secret "$SECRET"
		link "dsl1" { remote 2001:db8:1::2 port 5081 }
		$3
	}
	tunnel "native" {
		interface tun5
		address 10.44.44.1/30 peer 10.44.44.2
		psk "$PSK"
		link "wan" { remote 2001:db8:1::2 port 5081 }
	}
	END
}

six mlvpn2 'link "dsl1" { listen on 2001:db8:1::2 port 5081 }
    link "dsl2" { listen on 2001:db8:2::2 port 5082 }' \
    'link "dsl2" { remote 2001:db8:2::2 port 5082 }'
daemon s server
daemon c client
carries "frames over IPv6"
check "the native client is up on the same port" await \
    'link_is client wan up' 10
native()
{
	in_host c "$UDPPING" -c 100 10.44.44.2 5002 >"$T/out" &&
	    within "$(field loss)" 0 0
}
check "its packets: none lost" native

six mlvpn2 'link "dsl1" { listen on 2001:db8:1::2 port 5081 }
    link "dsl2" { listen on 2001:db8:2::2 port 5082 }' ''
check "a link less" ctl client reload
check "the server hears of it" await 'hears_end dsl2' 5
check "the other one goes on" no_loss -c 50
six mlvpn3 '' ''
check "the server changes the protocol" ctl server reload
check "the client changes the protocol" ctl client reload
check "and they find together" await 'reaches' 10
check "in the new one" [ "$(value client tunnels home protocol)" = 3 ]
check "none lost" no_loss -c 50
check "the native client did not notice" native
stop_daemons client server

finish
