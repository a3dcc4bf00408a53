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

. "$(dirname "$0")/sys.sh"

two_hosts delay 2ms
servers
conf server <<END
listen on * port 5080
tunnel "home" {
	interface tap3
	address 10.44.43.2/24
	psk "$PSK"
}
END
daemon s server
conf client <<END
tunnel "home" {
	interface tap2
	address 10.44.43.1/24
	psk "$PSK"
	$(links 1 2 </dev/null)
}
END
daemon c client
await_links client 1 2
await reaches 5
check "ping over tap" no_loss -c 100
check "large frames" no_loss -c 20 -s 1300
check "TCP over tap" tcp -t 1
check "TCP back over tap" tcp -R -t 1

# The peer's hosts remember the address.
lladdr()
{
	in_host s ip -br link show "$STUN" | awk '{ print $3 }'
}
STUN=tap3
if command -v ip >/dev/null; then
	had=$(lladdr)
	terminate server
	daemon s server
	check "a new server: the same Ethernet address" [ "$(lladdr)" = "$had" ]
	await reaches 10
fi
check "mlvpnctl says layer 2" [ "$(value client tunnels home layer)" = 2 ]
finish
