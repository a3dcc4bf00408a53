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

# Key pairs instead of a shared secret, alone and together with one.

. "$(dirname "$0")/sys.sh"

two_hosts delay 5ms
servers
umask 077
for h in client server; do
	# what the other end needs comes as its statement
	"$MLVPNCTL" keygen >"$T/$h.key" 2>"$T/$h.pub" || die "no keys"
done
umask 022

# pair EXTRA: both ends with keys and what is given for each
pair()
{
	conf server <<-END
	listen on * port 5080
	tunnel "home" {
		interface $STUN
		address 10.44.43.2/30 peer 10.44.43.1
		key file "$T/server.key" $(cat "$T/client.pub")
		$1
	}
	END
	daemon s server
	conf client <<-END
	tunnel "home" {
		interface $CTUN
		address 10.44.43.1/30 peer 10.44.43.2
		key file "$T/client.key" $(cat "$T/server.pub")
		$1
		$(links 1 2 </dev/null)
	}
	END
	daemon c client
	await_links client 1 2
}

pair ""
check "keys: none lost" no_loss -c 100
terminate client
terminate server
pair "psk \"$PSK\""
check "keys and a shared secret: none lost" no_loss -c 100
terminate client
terminate server

# The server expects somebody else.
"$MLVPNCTL" keygen >/dev/null 2>"$T/client.pub"
conf server <<END
listen on * port 5080
tunnel "home" {
	interface $STUN
	address 10.44.43.2/30 peer 10.44.43.1
	key file "$T/server.key" $(cat "$T/client.pub")
}
END
daemon s server
conf client <<END
tunnel "home" {
	interface $CTUN
	address 10.44.43.1/30 peer 10.44.43.2
	key file "$T/client.key" $(cat "$T/server.pub")
	$(links 1 </dev/null)
}
END
daemon c client
check "another's key: the client is refused" await \
    '[ "$(refused server)" -gt 0 ]' 10
check "the server says whose HELLO it did not take" grep -q \
    "^$(net 1).1:[0-9]*: HELLO with a key that no tunnel has" "$T/server.log"
check "the client says that nobody answers" await \
    'grep -q "link dsl1: $(net 1).2:5080: no answer from peer" \
    "$T/client.log"' 15
check "another's key: no tunnel" eval '
    [ "$(value client tunnels home state)" != up ] &&
    [ "$(value server tunnels home state)" != up ] && ! reaches'

# A phrase that both ends know.
terminate client
terminate server
phrase()
{
	sed 's/psk ".*"/secret "correct horse battery staple"/'
}

server_conf </dev/null | phrase | conf server
daemon s server
links 1 </dev/null | client_conf | phrase | conf client
daemon c client
await_links client 1
check "a phrase: none lost" no_loss -c 50
finish
