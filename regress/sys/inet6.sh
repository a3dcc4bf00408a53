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

# IPv6 inside, and IPv6 outside.

. "$(dirname "$0")/sys.sh"

host c
host s
link dsl1 c 2001:db8:1::1/64 s 2001:db8:1::2/64 delay 5ms
servers
start s echo6 "$UDPPING" -l -a ::0 5006

conf server <<END
listen on 2001:db8:1::2 port 5080
tunnel "home" {
	interface $STUN
	address 10.44.43.2/30 peer 10.44.43.1
	address 2001:db8:44::2/64
	psk "$PSK"
}
END
daemon s server
client_conf <<END | conf client
	address 2001:db8:44::1/64
	link "dsl1" { remote 2001:db8:1::2 port 5080 }
END
daemon c client
await_links client 1

ping6()
{
	in_host c "$UDPPING" "$@" 2001:db8:44::2 5006 >"$T/out" &&
	    within "$(field loss)" 0 0
}

check "IPv4 over IPv6" no_loss -c 100
await 'ping6 -c 1 -w 200 >/dev/null' 5
check "IPv6 over IPv6" ping6 -c 100
check "IPv6, large packets" ping6 -c 20 -s 1300
finish
