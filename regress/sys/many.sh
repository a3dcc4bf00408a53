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

# Several tunnels on one port, told apart by their secrets.

. "$(dirname "$0")/sys.sh"

host s
for n in 1 2 3; do
	host c$n
	link wan$n c$n 192.0.2.$((n * 16 + 1))/28 s 192.0.2.$((n * 16 + 2))/28
	eval "psk$n=\$(\"\$MLVPNCTL\" keygen -p)"
done
start s echo "$UDPPING" -l 5002
{
	echo 'listen on * port 5080'
	for n in 1 2 3; do
		cat <<-END
		tunnel "t$n" {
			interface tun$n
			address 10.44.$n.2/30 peer 10.44.$n.1
			psk "$(eval echo "\$psk$n")"
		}
		END
	done
} | conf server
daemon s server
for n in 1 2 3; do
	conf client$n <<-END
	tunnel "home" {
		interface tun$((n + 3))
		address 10.44.$n.1/30 peer 10.44.$n.2
		psk "$(eval echo "\$psk$n")"
		link "wan" { remote 192.0.2.$((n * 16 + 2)) port 5080 }
	}
	END
	daemon c$n client$n
done

ping_from()
{
	in_host c$1 "$UDPPING" -c 100 10.44.$1.2 5002 >"$T/out" &&
	    within "$(field loss)" 0 0
}

for n in 1 2 3; do
	check "client $n is up" await "link_is client$n wan up" 10
	check "client $n reaches the server" ping_from $n
	check "the server has it as tunnel $n" \
	    [ "$(value server tunnels t$n state)" = up ]
done

# All at once, and none in another's tunnel.
for n in 1 2 3; do
	in_host c$n "$UDPPING" -c 200 10.44.$n.2 5002 >"$T/out$n" &
	eval "ping$n=$!"
done
for n in 1 2 3; do
	eval "wait \$ping$n"
	cp "$T/out$n" "$T/out"
	check "at once: none of $n lost" within "$(field loss)" 0 0
done
finish
