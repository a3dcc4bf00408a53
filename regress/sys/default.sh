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

# "route default": all through the tunnel but the link itself.

. "$(dirname "$0")/sys.sh"

host c
host r
host s
link dsl1 c 192.0.2.1/24,2001:db8:1::1/64 r 192.0.2.2/24,2001:db8:1::2/64 \
    delay 2ms
link wan r 203.0.113.1/24,2001:db8:2::1/64 s 203.0.113.2/24,2001:db8:2::2/64
forwarding r
route c default 192.0.2.2
route s default 203.0.113.1
route c ::/0 2001:db8:1::2
route s ::/0 2001:db8:2::1
address s lo 198.18.0.1/32
address s lo 2001:db8:3::1/128
start s echo "$UDPPING" -l 5002
start s beyond "$UDPPING" -l -a 198.18.0.1 5003
start s beyond6 "$UDPPING" -l -a 2001:db8:3::1 5006
echo 'address 2001:db8:44::2/64' | server_conf | conf server
daemon s server

outside()
{
	in_host c "$UDPPING" -c 1 -w 200 203.0.113.2 5002 >"$T/out"
}

beyond()
{
	in_host c "$UDPPING" -c 50 -w 200 198.18.0.1 5003 >"$T/out" 2>&1
}

beyond6()
{
	in_host c "$UDPPING" -c 50 -w 200 2001:db8:3::1 5006 >"$T/out" 2>&1
}

# What others do to a tunnel's interface.
lose_routes()
{
	case $(uname -s) in
	OpenBSD)
		in_host c route -qn delete 0.0.0.0/1 10.44.43.2
		;;
	*)
		in_host c ip route flush dev "$CTUN" proto 158
		;;
	esac
}

cut_interface()
{
	case $(uname -s) in
	OpenBSD)
		echo "ifconfig $CTUN down && ifconfig $CTUN up"
		;;
	*)
		echo "ip link set $CTUN down && ip link set $CTUN up"
		;;
	esac
}

await outside 5 || die "no way to the server"
! beyond && ! beyond6 || die "a way without the tunnel"
network_state c >"$T/before"
for remote in 203.0.113.2 2001:db8:2::2; do
	client_conf <<-END | conf client
		address 2001:db8:44::1/64
		route default
		link "dsl1" { remote $remote port 5080 }
	END
	daemon c client
	check "$remote: the link comes up" await 'link_is client dsl1 up' 10
	check "what only the tunnel reaches is reached" await beyond 5
	check "and by IPv6" await beyond6 5
	sent=$(value client tunnels home tx_packets)
	check "through the tunnel" eval '
	    beyond && beyond6 &&
	    more_than $((sent + 80)) client tunnels home tx_packets'
	check "the link stays up" eval '
	    no_loss -c 200 && link_is client dsl1 up'
	lose_routes
	check "routes are taken away: they come back" await beyond 5
	in_host c sh -c "$(cut_interface)"
	check "the interface goes down and up: and so they do" await \
	    'beyond && beyond6' 10
	check "the log says so" grep -q "$CTUN had lost .* routes" \
	    "$T/client.log"
	check "show tunnels has the route" eval '
	    ctl client show tunnels | grep -q "Route: *default$"'
	terminate client
	check "all is as before" eval '
	    network_state c >"$T/after"
	    diff "$T/before" "$T/after"'
	check "the old way is open" await outside 5
done
finish
