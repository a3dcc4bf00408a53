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

# A backup link: it stands by, takes over, and is left again.

. "$(dirname "$0")/sys.sh"

# title WORD ...: a process title has these tunnels and links
title()
{
	ps -ax -ww -o args= | grep -q "^mlvpnd: engine $*"
}

two_hosts delay 5ms
servers
server_conf </dev/null | conf server
daemon s server
{
	links 1 </dev/null
	echo backup | links 2
} | client_conf | conf client
daemon c client
check "the first link is up" await 'link_is client dsl1 up' 10
check "the backup stands by" await 'link_is client dsl2 standby' 10
check "and so the server says" await 'link_is server dsl2 standby' 10
check "the process title says it" await 'title "home @dsl1 ~dsl2"' 5
await reaches 5
sent=$(value client links dsl2 tx_bytes)
tcp -t 1
check "it carries next to nothing" [ $(($(value client links dsl2 tx_bytes) - \
    sent)) -lt 20000 ]
em dsl1 down
check "the first one dies: the backup is up" await \
    'reaches && link_is client dsl2 up' 10
check "the process title says it" await 'title "home !dsl1 @dsl2"' 5
em dsl1 up
check "it comes back: the backup stands by again" await \
    'reaches && link_is client dsl1 up && link_is client dsl2 standby' 30
check "the process title says it" await 'title "home @dsl1 ~dsl2"' 5
finish
