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

# A client and a server for the tests of this directory, which source it.
# The hosts are named c and s; the client's end of a link is .1, the
# server's .2; the tunnel is 10.44.43.1 to .2.

. "$(dirname "$0")/../lib/hosts.sh"

need_root
[ -x "$MLVPND" ] || die "$MLVPND: not built"
[ -x "$MLVPNCTL" ] || die "$MLVPNCTL: not built"

# On OpenBSD the hosts share the numbers of tun(4).
CTUN=tun2
STUN=tun3
PSK=Ym9uZGluZyBzZXZlcmFsIGxpbmtzIGludG8gb25lISE=

# networks of the links, as in net NUMBER
INNER="192.0.2 198.51.100 203.0.113 198.18.0"

# net NUMBER: the first three bytes of the addresses of link 1, 2, 3, 4
net()
{
	echo "$INNER" | cut -d ' ' -f "$1"
}

# two_hosts [WORD ...]: joined by dsl1 and dsl2, emulated so
two_hosts()
{
	host c
	host s
	link dsl1 c "$(net 1).1/24" s "$(net 1).2/24" "$@"
	link dsl2 c "$(net 2).1/24" s "$(net 2).2/24" "$@"
}

# The link statement of each number given, with what stdin adds to each.
links()
{
	_more=$(cat)
	for _n; do
		cat <<-END
		link "dsl$_n" {
			remote $(net "$_n").2 port 5080
			local $(net "$_n").1
			$_more
		}
		END
	done
}

# Configurations with what stdin adds to the tunnel.
client_conf()
{
	cat <<-END
	tunnel "home" {
		interface $CTUN
		address 10.44.43.1/30 peer 10.44.43.2
		psk "$PSK"
		$(cat)
	}
	END
}

server_conf()
{
	cat <<-END
	listen on * port 5080
	tunnel "home" {
		interface $STUN
		address 10.44.43.2/30 peer 10.44.43.1
		psk "$PSK"
		$(cat)
	}
	END
}

# Both daemons, the client with the links given, all of them up.
start_pair()
{
	server_conf </dev/null | conf server
	daemon s server
	links "$@" </dev/null | client_conf | conf client
	daemon c client
	await_links client "$@"
}

# await_links DAEMON NUMBER ...
await_links()
{
	_daemon=$1
	shift
	for _n; do
		await "link_is $_daemon dsl$_n up" 10 ||
		    die "link dsl$_n of $_daemon does not come up"
	done
}

# The tools at the other end, once per test.
servers()
{
	start s sink "$TCPFLOW" -l 5001
	start s echo "$UDPPING" -l 5002
	await 'in_host s "$UDPPING" -c 1 -w 200 127.0.0.1 5002 >/dev/null' 5 ||
	    die "no UDP server"
	await 'in_host s "$TCPFLOW" -qt 0.1 127.0.0.1 5001 >/dev/null 2>&1' \
	    5 || die "no TCP server"
}

# ping and tcp to the server's address in the tunnel; results by field
ping()
{
	in_host c "$UDPPING" "$@" 10.44.43.2 5002 >"$T/out"
}

tcp()
{
	in_host c "$TCPFLOW" -q "$@" 10.44.43.2 5001 >"$T/out"
}

reaches()
{
	ping -c 1 -w 200
}

no_loss()
{
	ping "$@" && within "$(field loss)" 0 0
}

# value DAEMON summary|tunnels|links NAME KEY: one value out of the JSON
value()
{
	ctl "$1" -j show "$2" | awk -v name="$3" -v key="$4" '
	    { sub(/,$/, ""); gsub(/"/, ""); sub(/^ */, "") }
	    $1 == "name:" { on = $2 == name }
	    (on || name == "") && $1 == key ":" {
		sub(/^[^ ]* /, ""); print; exit }'
}

link_is()
{
	[ "$(value "$1" links "$2" state)" = "$3" ]
}

# more_than NUMBER DAEMON WHAT NAME KEY
more_than()
{
	_least=$1
	shift
	[ "$(value "$@")" -gt "$_least" ]
}

# refused DAEMON ...: how many datagrams they would not take
refused()
{
	for _d; do
		for _k in rx_replayed rx_badtag rx_malformed rx_duplicate \
		    rx_rejected; do
			value "$_d" tunnels home $_k
		done
		for _k in rx_unknown rx_malformed rx_badmac1; do
			value "$_d" summary "" $_k
		done
	done | awk '{ n += $1 } END { print n }'
}
