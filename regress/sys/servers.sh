#!/bin/sh
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

# A peer with several addresses, one of which answers: at the start, and when
# the server at it stops, dies, or is elsewhere.

. "$(dirname "$0")/sys.sh"

host c
host s
host t
link dsl1 c "$(net 1).1/24" s "$(net 1).2/24"
link dsl2 c "$(net 2).1/24" t "$(net 2).2/24"

client()
{
	echo "link \"dsl1\" { remote { $* } port 5080 }" | client_conf |
	    conf client
	daemon c client
}

server_conf </dev/null | conf server
server_conf </dev/null | sed "s/$STUN/tun4/" | conf other

# reaches_by ADDRESS SECONDS: the link is up with that one
reaches_by()
{
	await "link_is client dsl1 up &&
	    value client links dsl1 remote | grep -q '^$1:'" "$2"
}

# up SECONDS
up()
{
	await 'link_is client dsl1 up' "$1"
}

daemon s server
client "$(net 1).99" "$(net 1).2"
check "the first address is nobody's: the second is used" up 5
terminate client

daemon t other
client "$(net 1).2" "$(net 2).2"
check "two servers: the first is used" up 5
terminate server
check "it stops: the second takes over" reaches_by "$(net 2).2" 5
daemon s server
kill -KILL $(child "$(pid other)" engine)
terminate other
check "that one dies: the first takes over" reaches_by "$(net 1).2" 8
terminate client
terminate server

client "$(net 1).2" "$(net 2).2"
check "nobody answers" await 'grep -q "stale: no answer" "$T/client.log"' 5
daemon t other
check "both are away at the start, the second comes" reaches_by "$(net 2).2" 8
finish
