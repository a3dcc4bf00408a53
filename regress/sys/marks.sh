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

# One server address over two uplinks: each link's socket has a routing
# table of its own; on Linux a mark, which ip-rule(8) leads to a table.

. "$(dirname "$0")/sys.sh"

[ "$(uname -s)" = Linux ] || {
	skip "marks: Linux only"
	finish
}
host c
host r
host s
link dsl1 c 192.0.2.1/24 r 192.0.2.2/24 delay 5ms
link dsl2 c 198.51.100.1/24 r 198.51.100.2/24 delay 5ms
link wan r 203.0.113.1/24 s 203.0.113.2/24
forwarding r
route s default 203.0.113.1
for n in 1 2; do
	in_host c ip rule add fwmark $n table $n
	in_host c ip route add default via "$(net $n).2" table $n
done
servers
server_conf </dev/null | conf server
daemon s server
client_conf <<END | conf client
	link "dsl1" { rdomain 1 remote 203.0.113.2 port 5080 }
	link "dsl2" { rtable 2 remote 203.0.113.2 port 5080 }
END
daemon c client
check "both links come up" eval '
    await "link_is client dsl1 up && link_is client dsl2 up" 10'
check "each from its own uplink" eval '
    case $(value server links dsl1 remote) in 192.0.2.1:*) ;; *) false ;;
    esac && case $(value server links dsl2 remote) in
    198.51.100.1:*) ;; *) false ;; esac'
await reaches 5
check "none lost" no_loss -c 100
tcp -t 2
check "both carry" eval '
    more_than 200000 client links dsl1 tx_bytes &&
    more_than 200000 client links dsl2 tx_bytes'

# The device in place of the mark.
terminate client
for n in 1 2; do
	in_host c ip rule del fwmark $n table $n
done
in_host c ip route add 203.0.113.0/24 via 192.0.2.2 metric 10
in_host c ip route add 203.0.113.0/24 via 198.51.100.2 metric 20
client_conf <<END | conf client
	link "dsl1" { interface "dsl1" remote 203.0.113.2 port 5080 }
	link "dsl2" { interface "dsl2" remote 203.0.113.2 port 5080 }
END
daemon c client
check "bound to devices: both come up" eval '
    await "link_is client dsl1 up && link_is client dsl2 up" 10'
check "bound to devices: each from its own" eval '
    case $(value server links dsl2 remote) in 198.51.100.1:*) ;;
    *) false ;; esac'
check "bound to devices: none lost" no_loss -c 100

# What is missing is named.
client_conf <<END | conf client
	link "dsl1" { interface "dsl1" remote 203.0.113.2 port 5080 }
	link "lte" { interface "eth9" remote 203.0.113.2 port 5080 }
	link "sat" { local "eth8" remote 203.0.113.2 port 5080 }
END
check "interfaces that are not there: not all of it works" eval '
    ! ctl client reload >"$T/out" 2>&1'
for l in "lte: .*: eth9: No such device" "sat: .*: eth8: "; do
	check "named: $l" eval "grep -q 'link $l' '$T/out' &&
	    grep -q 'link $l' '$T/client.log'"
done
check "the other link stays" link_is client dsl1 up
terminate client

# without a device for tunnels, as in some containers
no_device()
{
	in_host c unshare -m sh -c '
	    mount -t tmpfs tmpfs /dev/net && exec "$@"' sh \
	    timeout 5 "$MLVPND" -df "$T/client.conf" -s "$T/none.sock" \
	    >"$T/out" 2>&1
	grep -q "home: interface $CTUN: /dev/net/tun: No such file" "$T/out"
}
check "no device for tunnels: it is named" no_device
finish
