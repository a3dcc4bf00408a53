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


# More is offered than the machine can carry, in both directions and without a
# limit of the links: links stay up, the daemons answer, and enough gets
# through.

. "$(dirname "$0")/sys.sh"

host c
host s
link dsl1 c "$(net 1).1/24" s "$(net 1).2/24"
link dsl2 c "$(net 2).1/24" s "$(net 2).2/24"
start_pair 1 2
servers

# flood HOST NAME ADDRESS: small datagrams, as fast as they can be sent
flood()
{
	start "$1" "$2" "$UDPFLOW" -b 100000 -s 100 -t 3 "$3" 5003
}

for h in c s; do
	start $h "udp_$h" "$UDPFLOW" -l 5003
done
await 'in_host c "$UDPFLOW" -t 0.1 10.44.43.2 5003 >/dev/null 2>&1' 5
before=$(value client tunnels home rx_packets)
flood c flood_c 10.44.43.2
flood s flood_s 10.44.43.1

answers()
{
	for _d in client server; do
		timeout 5 "$MLVPNCTL" -s "$T/$_d.sock" show summary \
		    >/dev/null || return
	done
}

# for as long as the flood lasts
answered=0
while alive flood_c || alive flood_s; do
	answers || break
	answered=$((answered + 1))
	sleep 0.2
done
check "the daemons answer meanwhile" [ $answered -gt 1 ]
check "packets get through" more_than $((before + 10000)) client tunnels home \
    rx_packets
check "no link goes down" eval '! grep -q "link dsl[12] down" \
    "$T/client.log" "$T/server.log"'
check "what follows gets through" await reaches 5
check "links are up" eval 'link_is client dsl1 up && link_is client dsl2 up'
finish
