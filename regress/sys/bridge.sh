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


# The bridge of mlvpnd.conf(5): two Ethernets become one, with frames of full
# size, also after a restart.

. "$(dirname "$0")/sys.sh"

[ "$(uname -s)" = Linux ] || {
	skip "bridge: Linux only"
	finish
}
two_hosts delay 2ms
host left
host right
link lan1 left 10.1.0.1/24 c 0.0.0.0/32
link lan2 right 10.1.0.2/24 s 0.0.0.0/32

# bridge HOST DEVICE: with a tap that is there before the daemon
bridge()
{
	in_host "$1" ip addr flush dev "$2" &&
	    in_host "$1" ip link add br0 type bridge &&
	    in_host "$1" ip tuntap add dev tap0 mode tap &&
	    in_host "$1" ip link set dev tap0 master br0 up &&
	    in_host "$1" ip link set dev "$2" master br0 up &&
	    in_host "$1" ip link set dev br0 up
}
bridge c lan1 && bridge s lan2 || die "no bridges"

conf server <<END
listen on * port 5080
tunnel "office" {
	interface tap0
	mtu 1500
	psk "$PSK"
}
END
conf client <<END
tunnel "office" {
	interface tap0
	mtu 1500
	psk "$PSK"
	$(links 1 2 </dev/null)
}
END
start right sink "$TCPFLOW" -l 5001
start right echo "$UDPPING" -l 5002

across()
{
	in_host left "$UDPPING" -c 50 -s "$1" 10.1.0.2 5002 >"$T/out" &&
	    within "$(field loss)" 0 0
}

daemon s server
daemon c client
await_links client 1 2
check "a frame gets across" await 'across 100' 10
check "those of full size: none lost" across 1472
check "TCP" in_host left "$TCPFLOW" -qt 1 10.1.0.2 5001
check "the bridge's MTU is that of the Ethernet" eval '
    in_host c ip link show br0 | grep -q "mtu 1500"'
terminate client
check "the interface stays in the bridge" eval '
    in_host c ip link show tap0 | grep -q "master br0"'
daemon c client
await_links client 1 2
check "after a restart: none lost" await 'across 1472' 10
terminate client
terminate server
finish
