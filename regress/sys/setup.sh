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


# What mlvpnctl setup writes, put onto hosts: a client with uplinks in tables
# of their own, the same with links bound to interfaces, and one more client.

. "$(dirname "$0")/sys.sh"

[ "$(uname -s)" = Linux ] || {
	skip "setup: Linux only"
	finish
}
for p in ifup nft sysctl; do
	command -v $p >/dev/null || {
		skip "setup: $p(8) is not installed"
		finish
	}
done

# written DIRECTORY ARGUMENT ...: by setup, for ifupdown and the daemon here
written()
{
	_dir=$1
	shift
	"$MLVPNCTL" -s "$T/server.sock" setup -c ifupdown -s linux \
	    -d "$T/$_dir" "$@"
}

# put DIRECTORY END HOST NAME: the files of an end onto a host, and the
# configuration for the daemon of that name
put()
{
	_etc=$T/$1/$2/etc
	mkdir -p "$T/$1/$4.run"
	[ ! -f "$_etc/network/interfaces.d/mlvpnd" ] ||
	    in_host "$3" ifup --state-dir "$T/$1/$4.run" \
	    -i "$_etc/network/interfaces.d/mlvpnd" -a &&
	    in_host "$3" sysctl -qp "$_etc/sysctl.d/mlvpnd.conf" &&
	    { [ ! -f "$_etc/nftables.conf" ] ||
	    in_host "$3" nft -f "$_etc/nftables.conf"; } &&
	    conf "$4" <"$_etc/mlvpnd.conf"
}

host c
host c2
host r
host s
host lan
host web
link eth0 lan 192.168.1.2/24 c 192.168.1.1/24
link eth1 c 198.51.100.10/24 r 198.51.100.1/24 rate 20M delay 5ms
link eth2 c 203.0.113.10/24 r 203.0.113.1/24 rate 20M delay 5ms
link eth3 c2 198.18.3.10/24 r 198.18.3.1/24
link wan s 192.0.2.1/24 r 192.0.2.254/24
link dmz r 198.18.0.1/24 web 198.18.0.2/24
for n in 1 2; do
	in_host c ip addr flush dev eth$n
done
in_host c2 ip addr flush dev eth3
forwarding r
route s default 192.0.2.254
route web default 198.18.0.1
route lan default 192.168.1.1
start web echo "$UDPPING" -l 5002
await 'in_host web "$UDPPING" -c 1 -w 200 127.0.0.1 5002 >/dev/null' 5 ||
    die "no UDP server"

# from_host HOST: all of some pings to the host beyond the server return
from_host()
{
	in_host "$1" "$UDPPING" -c 50 198.18.0.2 5002 >"$T/out" &&
	    within "$(field loss)" 0 0
}

dsl1=eth1,name=dsl1,address=198.51.100.10/24,gateway=198.51.100.1
dsl2=eth2,name=dsl2,address=203.0.113.10/24,gateway=203.0.113.1
check "files with tables" written tables -l eth0 192.0.2.1 \
    $dsl1,rdomain=1 $dsl2,rdomain=2
check "the server's files" put tables server s server
check "the client's files" put tables client c client
daemon s server
daemon c client
await_links client 1 2
check "the client reaches what is beyond the server" await 'from_host c' 5
measure "so does the network behind it" from_host lan
check "each link by its own uplink" eval '
    [ "$(value client links dsl1 local)" != "" ] &&
    value client links dsl1 local | grep -q ^198.51.100.10 &&
    value client links dsl2 local | grep -q ^203.0.113.10'

in_host c ip link set eth2 down
check "without its uplink a link has no way" await \
    '! link_is client dsl2 up && ! link_is server dsl2 up' 10
check "and does not take another" eval '
    ! value client links dsl2 local | grep -q ^10.44.43 &&
    ! link_is server dsl2 up'
measure "the other link carries on" from_host lan

# again INTERFACE: as when the cable is plugged in again
again()
{
	_if="--state-dir $T/tables/client.run
	    -i $T/tables/client/etc/network/interfaces.d/mlvpnd"
	in_host c ifdown --force $_if "$1" && in_host c ifup $_if "$1"
}

check "the uplink returns" again eth2
check "and the link" await 'link_is client dsl2 up' 10
measure "both carry on" from_host lan
terminate client

for n in 1 2; do
	in_host c ip addr flush dev eth$n
	in_host c ip rule del fwmark $n
	in_host c ip route flush table $n
done
in_host c nft delete table ip mlvpn
check "files with interfaces" written interfaces -l eth0 192.0.2.1 \
    $dsl1 $dsl2
check "the client's files" put interfaces client c client
psk=$(grep psk "$T/tables/client/etc/mlvpnd.conf")
sed "s,.*psk .*,$psk," "$T/interfaces/client/etc/mlvpnd.conf" | conf client
daemon c client
await_links client 1 2
check "by interface: the network behind reaches what is beyond" \
    await 'from_host lan' 5
in_host c ip route del default dev eth2
check "by interface: without its route a link has no way" await \
    '! link_is client dsl2 up && ! link_is server dsl2 up' 10
measure "by interface: the other link carries on" from_host lan

check "one more client: not under the same name" eval '
    ! written again -a 192.0.2.1 eth3 2>"$T/err" &&
    grep -q "has a tunnel home already" "$T/err"'
check "under another" written more -an branch 192.0.2.1 \
    eth3,address=198.18.3.10/24,gateway=198.18.3.1
check "its files" put more client c2 branch
more=$T/more/server/etc/mlvpnd/branch.conf
check "another interface and network" eval '
    grep -q "interface tun1" "$more" &&
    grep -q "address 10.44.43.6/30 peer 10.44.43.5" "$more"'
echo "include \"$more\"" >>"$T/server.conf"
check "the server takes it" ctl server reload
daemon c2 branch
check "the new client's link" await 'link_is branch eth3 up' 10
check "it reaches what is beyond the server" await 'from_host c2' 5
check "and the other client" eval '
    in_host c "$UDPPING" -l 5003 & echo=$!
    await "in_host c2 \"\$UDPPING\" -c 5 -w 200 10.44.43.1 5003 >/dev/null" 5
    status=$?
    kill $echo
    wait $echo 2>/dev/null
    [ $status -eq 0 ]'
measure "whose links are as before" from_host lan
terminate branch
terminate client
terminate server

# systemd-networkd takes its files as interfaces(5) does those above
networkd=/lib/systemd/systemd-networkd
[ -x $networkd ] || {
	skip "systemd-networkd is not installed"
	finish
}
host n
link eth4 n 198.51.100.10/24 r 198.51.100.2/24
link eth5 n 203.0.113.10/24 r 203.0.113.2/24
for n in 4 5; do
	in_host n ip addr flush dev eth$n
done
"$MLVPNCTL" setup -c networkd -d "$T/networkd" 192.0.2.1 \
    eth4,rdomain=1,address=198.51.100.10/24,gateway=198.51.100.1 \
    eth5,address=203.0.113.10/24,gateway=203.0.113.1
# without udevd it wants a /sys that is only to be read
start n networkd unshare --mount sh -ec '
    mount -t tmpfs tmpfs /run
    mount -t sysfs -o ro sysfs /sys
    mkdir -p /run/systemd/network
    cp "$1"/*.network /run/systemd/network/
    exec "$2"' sh "$T/networkd/client/etc/systemd/network" $networkd
check "networkd: a table with the gateway" await '
    in_host n ip route show table 1 2>/dev/null |
    grep -q "^default via 198.51.100.1 dev eth4"' 10
check "networkd: or else no way" await 'in_host n ip route show table 1 |
    grep -q "^unreachable default.* metric 9999"' 10
check "networkd: a rule for the mark" await 'in_host n ip rule |
    grep -q "fwmark 0x1 lookup 1"' 10
check "networkd: a gateway with a metric" await 'in_host n ip route |
    grep -q "^default via 203.0.113.1 dev eth5 .*metric 102"' 10
terminate networkd
finish
