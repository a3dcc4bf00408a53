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

# A NAT router between client and server that forgets its mapping: the
# server sees the link come from another port, and follows.

. "$(dirname "$0")/sys.sh"

two_hosts delay 5ms
servers
start c nat "$UDPRELAY" -a 127.0.0.1 -S "$T/nat" 6001 192.0.2.2 5080
await 'test -S "$T/nat"' 5 || die "no relay"
server_conf </dev/null | conf server
daemon s server
client_conf <<END | conf client
	link "dsl1" { remote 127.0.0.1 port 6001 }
END
daemon c client
await_links client 1
await reaches 5

rebind_under_ping()
{
	in_host c "$UDPPING" -c 300 10.44.43.2 5002 >"$T/out" &
	_ping=$!
	_sent=$(value client tunnels home tx_packets)
	await "more_than $((_sent + 50)) client tunnels home tx_packets" 5
	"$UDPRELAY" -c "$T/nat" rebind
	wait "$_ping"
	cat "$T/out"
	within "$(field gap)" 0 1500
}

for n in 1 2 3; do
	old=$(value server links dsl1 remote)
	check "rebinding $n: the ping goes on" rebind_under_ping
	check "rebinding $n: the server has the new port" await \
	    '[ "$(value server links dsl1 remote)" != "$old" ]' 5
done
check "none lost after that" no_loss -c 100

# A copy that comes from elsewhere must not take the link there.
old=$(value server links dsl1 remote)
"$UDPRELAY" -c "$T/nat" up replay 200 elsewhere
check "copies from elsewhere: none lost" no_loss -c 100
check "copies from elsewhere: the address stays" \
    [ "$(value server links dsl1 remote)" = "$old" ]
finish
