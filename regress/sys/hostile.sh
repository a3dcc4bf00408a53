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

# Datagrams that nobody should have sent: they move counters, nothing else.

. "$(dirname "$0")/sys.sh"

two_hosts delay 2ms
servers
start c box "$UDPRELAY" -a 127.0.0.1 -S "$T/box" 6001 192.0.2.2 5080
await 'test -S "$T/box"' 5 || die "no relay"
server_conf </dev/null | conf server
daemon s server
client_conf <<END | conf client
	link "dsl1" { remote 127.0.0.1 port 6001 }
END
daemon c client
await_links client 1
await reaches 5
no_loss -c 200 || die "the tunnel loses packets by itself"

state()
{
	for _d in client server; do
		echo "$_d $(value $_d tunnels home state)" \
		    "$(value $_d tunnels home handshakes)" \
		    "$(value $_d links dsl1 state)" \
		    "$(value $_d links dsl1 remote)"
	done
}

# attack WAY KIND [elsewhere]: 300 of them, under a ping.  It can be spoilt by
# new keys, which are due every two minutes.
attack()
{
	state >"$T/state"
	_n=$(refused client server)
	_in=$(value server tunnels home rx_packets)
	"$UDPRELAY" -c "$T/box" "$1" "$2" 300 ${3:-} || return 1
	no_loss -c 100 || return 1
	state >"$T/now"
	diff "$T/state" "$T/now" || return 1
	await "[ \$(refused client server) -ge $((_n + 200)) ]" 5 || {
		echo "counted only $(($(refused client server) - _n))"
		return 1
	}
	# no packet came out of the tunnel but the ping's
	[ "$(value server tunnels home rx_packets)" -le $((_in + 110)) ]
}

for way in up down; do
	for kind in replay truncate flip random; do
		measure "$kind $way" attack $way $kind
	done
done
for kind in replay truncate flip random; do
	measure "$kind from elsewhere" attack up $kind elsewhere
done

# A peer that uses an address which the server has no route for.
address c lo 198.18.5.1/32
in_host c ip route add 10.44.43.2/32 dev "$CTUN" src 198.18.5.1
came=$(value server tunnels home rx_packets)
check "packets from elsewhere get no answer" eval '! ping -c 20 -w 200'
check "they are counted" await 'more_than 19 server tunnels home rx_refused' 5
check "they did not come out of the tunnel" \
    [ "$(value server tunnels home rx_packets)" -lt $((came + 10)) ]
check "they are logged" grep -q \
    'home: source address 198.18.5.1 is not in allow from' "$T/server.log"
server_conf <<END | conf server
	route 198.18.5.0/24
END
check "with a route for it" ctl server reload
check "they get one" await reaches 5
in_host c ip route del 10.44.43.2/32 dev "$CTUN" src 198.18.5.1
server_conf </dev/null | conf server
check "without the route again" ctl server reload

# A stranger with another secret.
host x
link wan x 203.0.113.1/24 s 203.0.113.2/24
conf stranger <<END
tunnel "home" {
	interface tun1
	address 10.44.43.1/30 peer 10.44.43.2
	psk "$(ctl server keygen -p)"
	link "dsl1" { remote 203.0.113.2 port 5080 }
}
END
daemon x stranger
n=$(value server summary "" rx_badmac1)
check "a stranger is refused" await \
    "more_than $n server summary '' rx_badmac1" 10
check "a stranger has no tunnel" \
    [ "$(value stranger tunnels home state)" != up ]
unnoticed()
{
	state >"$T/state"
	no_loss -c 100 && state | cmp -s - "$T/state"
}

measure "and nobody else notices" unnoticed
finish
