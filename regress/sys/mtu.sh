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
# the links.

. "$(dirname "$0")/sys.sh"

# pieces DAEMON KEY: has it sent or joined any?
pieces()
{
	more_than 0 "$1" tunnels home "$2"
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
finish
