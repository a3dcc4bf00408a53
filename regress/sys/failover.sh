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

# A link dies without a word under a ping each 10 ms: the other one takes
# over, and the dead one is used again when it is back.

. "$(dirname "$0")/sys.sh"

two_hosts rate 20M delay 10ms queue 100ms
servers
server_conf </dev/null | conf server
daemon s server
echo 'bandwidth up 20M down 20M' | links 1 2 | client_conf | conf client
daemon c client
await_links client 1 2
await reaches 5

# Cuts link $1 while a ping runs, which must go on.
cut_under_ping()
{
	in_host c "$UDPPING" -c 500 10.44.43.2 5002 >"$T/out" &
	_ping=$!
	_sent=$(value client tunnels home tx_packets)
	await "more_than $((_sent + 100)) client tunnels home tx_packets" 5
	em "$1" down
	wait "$_ping"
	cat "$T/out"
	within "$(field gap)" 0 1500
}

# As TCP has it: a stream, and the longest time without a byte.
cut_under_tcp()
{
	in_host c "$TCPFLOW" -q -i 0.2 -t 6 10.44.43.2 5001 >"$T/out" &
	_tcp=$!
	_sent=$(value client tunnels home tx_packets)
	await "more_than $((_sent + 3000)) client tunnels home tx_packets" 5
	em "$1" down
	wait "$_tcp"
	cat "$T/out"
	within "$(field gap)" 0 2000
}

for l in dsl1 dsl2; do
	check "$l dies under a ping: gap of 1.5 s at most" cut_under_ping $l
	check "$l is not up then" await \
	    "! link_is client $l up && ! link_is server $l up" 5
	em $l up
	check "$l is back" await "link_is client $l up && \
	    link_is server $l up" 10
	before=$(value client links $l tx_bytes)
	tcp -t 2
	check "$l is used again" more_than $((before + 500000)) client \
	    links $l tx_bytes
done

check "dsl1 dies under TCP, which goes on" cut_under_tcp dsl1
em dsl1 up
await_links client 1

# Both dead, then one back: everything must find together again.
em dsl1 down
em dsl2 down
check "both dead: nothing passes" await '! reaches' 5
check "both dead: the client knows" await \
    '! link_is client dsl1 up && ! link_is client dsl2 up' 10
em dsl2 up
check "one back: traffic again" await reaches 10
em dsl1 up
check "the other back" await 'link_is client dsl1 up' 10
check "no loss after that" no_loss -c 200
finish
