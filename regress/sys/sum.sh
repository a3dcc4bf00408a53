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

# Two links of 20 Mbit/s and 10 ms: what one TCP stream gets of their sum,
# in Ethernet frames.  Headers take 0.09 of it.

. "$(dirname "$0")/sys.sh"

two_hosts rate 20M delay 10ms queue 100ms
servers
server_conf </dev/null | conf server
daemon s server
echo 'bandwidth up 20M down 20M' | links 1 2 | client_conf | conf client
daemon c client
await_links client 1 2

share()
{
	tcp -b 40 -o 2 -t 8 "$@"
	cat "$T/out"
	within "$(field share)" 0.82 0.95
}

measure "one TCP stream up" share
measure "one TCP stream down" share -R

# both must carry, and about as much
balance()
{
	_one=$(value "$1" links dsl1 "$2")
	_two=$(value "$1" links dsl2 "$2")
	awk -v a="$_one" -v b="$_two" 'BEGIN {
		exit !(a > 0.6 * b && b > 0.6 * a) }'
}

check "both links carried it up" balance client tx_bytes
check "both links carried it down" balance server tx_bytes
finish
