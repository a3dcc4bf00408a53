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


# A link of MLVPN 2.x that listens on "*" is reached by both address families,
# as one of MLVPN with "::" was.

. "$(dirname "$0")/sys.sh"

SECRET="a phrase of the old configuration"

host c
host s
link four c "$(net 1).1/24" s "$(net 1).2/24" delay 5ms
link six c 2001:db8:1::1/64 s 2001:db8:1::2/64 delay 5ms
servers

conf server <<END
listen on * port 5081
tunnel "home" {
	protocol mlvpn2
	interface $STUN
	address 10.44.43.2/30 peer 10.44.43.1
	secret "$SECRET"
	link "dsl1" { listen on * port 5081 }
	link "dsl2" { listen on * port 5082 }
}
END

# client HOST HOST: where its links go to
client()
{
	conf client <<-END
	tunnel "home" {
		protocol mlvpn2
		interface $CTUN
		address 10.44.43.1/30 peer 10.44.43.2
		secret "$SECRET"
		link "dsl1" { remote $1 port 5081 }
		link "dsl2" { remote $2 port 5082 }
	}
	END
}

goes_to()
{
	value server links "$1" remote | grep -q "^$2:"
}

client "$(net 1).2" 2001:db8:1::2
daemon s server
daemon c client
await_links client 1 2
await_links server 1 2
check "one comes by IPv4" goes_to dsl1 "$(net 1).1"
check "one by IPv6" goes_to dsl2 '\[2001:db8:1::1\]'
check "packets: none lost" no_loss -c 100
check "TCP to the server" tcp -t 1
check "TCP from the server" tcp -R -t 1
for l in dsl1 dsl2; do
	check "$l is used both ways" eval "
	    more_than 50000 client links $l tx_bytes &&
	    more_than 50000 client links $l rx_bytes"
done

client 2001:db8:1::2 "$(net 1).2"
check "they change over" ctl client reload
check "to IPv6" await "goes_to dsl1 '\\[2001:db8:1::1\\]'" 10
check "to IPv4" await 'goes_to dsl2 "$(net 1).1"' 10
check "both are up" await \
    "link_is client dsl1 up && link_is client dsl2 up" 10
check "packets: none lost" no_loss -c 100
terminate client
terminate server
finish
