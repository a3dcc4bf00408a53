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
# The example with two servers of mlvpnd.conf(5), on Linux: the client goes
# over when one dies, and back when told to, and a TCP connection to the
# network behind both goes on.  A loop stands for keepalived.

. "$(dirname "$0")/sys.sh"

[ "$(uname -s)" = Linux ] || {
	skip "two_servers: Linux only"
	finish
}
MANUAL=$TOP/share/man/man5/mlvpnd.conf.5

host c
host r
host s
host t
host lan
link dsl1 c "$(net 1).1/24" r "$(net 1).2/24" rate 20M delay 5ms
link dsl2 c "$(net 2).1/24" r "$(net 2).2/24" rate 20M delay 5ms
link wan1 r 10.1.0.1/24 s 10.1.0.2/24
link wan2 r 10.2.0.1/24 t 10.2.0.2/24
link in1 s 10.10.1.1/24 lan 10.10.1.2/24
link in2 t 10.10.2.1/24 lan 10.10.2.2/24
address lan lo 10.10.0.9/32
for h in r s t; do
	forwarding $h
done
route s default 10.1.0.1
route t default 10.2.0.1
route s 10.10.0.9/32 10.10.1.2
route t 10.10.0.9/32 10.10.2.2
for n in 1 2; do
	in_host c ip rule add fwmark $n table $n
	in_host c ip route add default via "$(net $n).2" table $n
	in_host c ip route add unreachable default metric 9999 table $n
done

# the command of the manual, as printed
awk '/^#!\/bin\/sh/ { on = 1 } /^\.Ed/ { on = 0 } on' "$MANUAL" |
    sed "s,/run/mlvpnd.\$1,$T/\$1.\$MLVPND_INTERFACE," >"$T/track"
chmod 755 "$T" "$T/track"
for n in "s tun3" "t tun4"; do
	server_conf <<-END | sed "s/$STUN/${n#* }/" | conf "${n% *}"
		command "$T/track"
	END
done
client_conf <<END | conf client
	route 10.10.0.0/16
	link "dsl1" { rdomain 1 remote { 10.1.0.2 10.2.0.2 } port 5080 }
	link "dsl2" { rdomain 2 remote { 10.1.0.2 10.2.0.2 } port 5080 }
END

# tracks INTERFACE 0|1: what the command of that server has written
tracks()
{
	[ "$(cat "$T/home.$1" 2>/dev/null)" = "$2" ]
}

# Behind the servers, the way to the client is by the one that is up.
start lan master sh -c '
    while :; do
	via=10.10.1.1
	[ "$(cat "$1/home.tun4")" != 1 ] || via=10.10.2.1
	[ "$via" = "$last" ] || ip route replace 10.44.43.0/30 via $via
	last=$via
	sleep 0.05
    done' sh "$T"

# both links at the server with this address
at()
{
	for _l in dsl1 dsl2; do
		link_is client $_l up &&
		    value client links $_l remote | grep -q "^$1:" || return 1
	done
}

# over WORD MS: since then, the longest gap of the connection, at most so long
over()
{
	wait "$(pid tcp)"
	_gap=$(awk '/longest gap/ { for (i = 1; i < NF; i++)
	    if ($i == "gap") g = $(i + 1) } END { print g }' "$T/tcp.log")
	echo "longest gap $_gap ms"
	within "$_gap" 1 "$1"
}

start lan sink "$TCPFLOW" -l 5001
start lan echo "$UDPPING" -l -a 10.10.0.9 5002
daemon s s
daemon t t
check "no client: neither is master" await 'tracks tun3 0 && tracks tun4 0' 5
daemon c client
check "both links at the first" await 'at 10.1.0.2 && tracks tun3 1' 10
in_lan()
{
	in_host c "$UDPPING" -c "$1" -w 200 10.10.0.9 5002 >"$T/out" &&
	    within "$(field loss)" 0 0
}
check "what is behind is reached" await 'in_lan 20' 5
start c tcp "$TCPFLOW" -t 12 10.10.0.9 5001
kill -STOP "$(pid s)" $(children "$(pid s)")
check "the first dies: both links at the second" await \
    'at 10.2.0.2 && tracks tun4 1' 5
kill -KILL $(child "$(pid s)" engine)
kill -CONT "$(pid s)" $(children "$(pid s)")
terminate s
check "what is behind is reached" await 'in_lan 20' 5
daemon s s
check "the first is there again: the client stays" at 10.2.0.2
terminate t
check "back at the first when told to" await \
    'at 10.1.0.2 && tracks tun3 1 && tracks tun4 0' 5
daemon t t
check "what is behind is reached" await 'in_lan 20' 5
check "the connection has gone on, with no gap of 5 s" over 5000
finish
