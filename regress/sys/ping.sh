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

# The thin thread: one link, one tunnel, packets both ways.

. "$(dirname "$0")/sys.sh"

two_hosts delay 5ms
servers
start_pair 1
# the link's own, as a timer of OpenBSD's may be two ticks of 10 ms late
in_host c "$UDPPING" -c 100 "$(net 1).2" 5002 >"$T/out"
most=$(field min | awk '{ print $1 + 5 }')
measure "ping: none lost" no_loss -c 200
check "ping: the link's delay and little more" \
    within "$(field min)" 10 "$most"
measure "large packets" no_loss -c 50 -s 1400
measure "packets larger than the tunnel's MTU" no_loss -c 50 -s 4000
check "none came twice" within "$(field twice)" 0 0
check "TCP to the server" tcp -t 1
check "TCP from the server" tcp -R -t 1
check "the server has learnt the link's name" link_is server dsl1 up
check "bytes are counted" more_than 70000 server links dsl1 rx_bytes
check "nothing forged or malformed" eval '
    [ "$(value server tunnels home rx_badtag)" -eq 0 ] &&
    [ "$(value server tunnels home rx_malformed)" -eq 0 ]'
finish
