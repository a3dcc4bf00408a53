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

# Configurations of MLVPN 2.x, imported, join two ends.

. "$(dirname "$0")/sys.sh"

# ini MODE INTERFACE ADDRESS PEER: what both have, and what stdin adds
ini()
{
	cat <<-END
	[general]
	statuscommand = "$T/$1.sh"
	mode = "$1"
	tuntap = "tun"
	interface_name = "$2"
	timeout = 30
	password = "the same for both ends"
	reorder_buffer_size = 64
	ip4 = "$3/30"
	ip4_gateway = "$4"
	ip4_routes = "$5"
	mtu = 1400
	$(cat)
	[filters]
	dsl2 = "udp port 5002"
	dsl1 = "udp port 5002"
	END
}

# imported NAME: of $T/NAME.ini, without a complaint but for the advice that
# each file gets
imported()
{
	ctl "$1" import "$T/$1.ini" 2>"$T/err" | conf "$1" &&
	    ! grep -v -e ': password: choose a new one' \
	    -e ': bandwidth_upload: was a weight' "$T/err" &&
	    "$MLVPND" -nf "$T/$1.conf" 2>"$T/err" && return
	cat "$T/err" "$T/$1.conf"
	return 1
}

# Routes are the script's affair, as they were.
for n in client server; do
	cat >"$T/$n.sh" <<-END
	#!/bin/sh
	echo "\$* \$IP4 \$IP4_ROUTES \$MTU" >>"$T/$n.said"
	END
	chmod 700 "$T/$n.sh"
	: >"$T/$n.said"
done

two_hosts delay 2ms
# which MLVPN has for both address families
both=::
[ "$(uname -s)" != OpenBSD ] || both=$(net 2).2
ini server "$STUN" 10.44.43.2 10.44.43.1 "198.18.1.0/24" >"$T/server.ini" <<END
[dsl1]
bindhost = "$(net 1).2"
bindport = 5080
bandwidth_upload = 1000000
[dsl2]
bindhost = "$both"
bindport = 5081
bandwidth_upload = 1000000
END
ini client "$CTUN" 10.44.43.1 10.44.43.2 "198.18.2.0/24" >"$T/client.ini" <<END
[dsl1]
bindhost = "$(net 1).1"
remotehost = "$(net 1).2"
remoteport = 5080
bandwidth_upload = 1000000
[dsl2]
bindhost = "$(net 2).1"
remotehost = "$(net 2).2"
remoteport = 5081
bandwidth_upload = 1000000
END
check "the server's configuration" imported server
check "the client's" imported client

daemon s server
daemon c client
await_links client 1 2
await_links server 1 2
servers
check "packets pass" no_loss -c 20
check "the client's script" await 'grep -qx \
    "$CTUN tuntap_up 10.44.43.1/30 198.18.2.0/24 1400" "$T/client.said"' 5
check "the server's" await 'grep -qx \
    "$STUN tuntap_up 10.44.43.2/30 198.18.1.0/24 1400" "$T/server.said"' 5
em dsl2 down
check "a link down" await 'grep -q "rtun_down dsl2" "$T/client.said"' 10
check "packets pass by the filter's second link" no_loss -c 20
terminate client
check "the end is told" grep -q "^$CTUN tuntap_down" "$T/client.said"
finish
