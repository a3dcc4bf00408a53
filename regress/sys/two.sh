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

# Two daemons on one host, each with its configuration and socket.

. "$(dirname "$0")/sys.sh"

two_hosts delay 2ms
servers
for n in 1 2; do
	conf server$n <<-END
	listen on * port 508$n
	tunnel "t$n" {
		interface tun$((n + 2))
		address 10.44.$n.2/30 peer 10.44.$n.1
		psk "$PSK"
	}
	END
	daemon s server$n
	conf client$n <<-END
	tunnel "t$n" {
		interface tun$((n + 4))
		address 10.44.$n.1/30 peer 10.44.$n.2
		psk "$PSK"
		link "dsl$n" { remote $(net $n).2 port 508$n }
	}
	END
	daemon c client$n
done

ping_to()
{
	in_host c "$UDPPING" -c 100 10.44.$1.2 5002 >"$T/out" &&
	    within "$(field loss)" 0 0
}

for n in 1 2; do
	check "daemon $n is up" await "link_is client$n dsl$n up" 10
	check "daemon $n: none lost" ping_to $n
done
check "each answers on its own socket" eval '
    [ "$(value client1 tunnels t1 name)" = t1 ] &&
    [ -z "$(value client1 tunnels t2 name)" ] &&
    [ "$(value client2 tunnels t2 name)" = t2 ]'
check "a second one on the same socket is refused" eval '
    ! in_host c "$MLVPND" -d -f "$T/client1.conf" -s "$T/client1.sock" \
	>"$T/out" 2>&1'
check "the first one still answers" ctl client1 show summary
terminate client1
check "the end of one is nothing to the other" ping_to 2
finish
