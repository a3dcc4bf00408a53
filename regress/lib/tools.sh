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

# The measuring tools, over the loopback interface: they must see what is
# there before they can be believed about a tunnel.

. "$(dirname "$0")/hosts.sh"

need_root
# of its own, where nobody else has these ports
host h
start h sink "$TCPFLOW" -l -a 127.0.0.1 5001
start h echo "$UDPPING" -l -a 127.0.0.1 5002
start h relay "$UDPRELAY" -a 127.0.0.1 -S "$T/relay" 5003 127.0.0.1 5002

tcp()
{
	in_host h "$TCPFLOW" -q "$@" 127.0.0.1 5001 >"$T/out" &&
	    grep -q '^goodput .* Mbit/s .*longest gap [0-9]* ms$' "$T/out"
}

relayed()
{
	in_host h "$UDPPING" -c 50 127.0.0.1 5003 >"$T/out" &&
	    grep -q "$1" "$T/out"
}

relay()
{
	"$UDPRELAY" -c "$T/relay" "$@"
}

await 'in_host h "$TCPFLOW" -qt 0.1 127.0.0.1 5001 >/dev/null 2>&1' 5 ||
    die "no TCP server"
await 'test -S "$T/relay"' 5 || die "no relay"
check "tcpflow measures what it sends" tcp -t 0.5
check "tcpflow measures what it receives" tcp -R -t 0.5
check "udpping gets all back" relayed 'sent 50 received 50 twice 0'
check "udprelay repeats" relay down replay 40
udp()
{
	in_host h "$UDPFLOW" -t 0.2 -s 500 "$@" 127.0.0.1 5007 >"$T/out"
}

start h udpflow "$UDPFLOW" -l -a 127.0.0.1 5007
await 'udp 2>/dev/null' 5
check "udpflow counts what arrives" eval \
    'udp -b 20 && within "$(field received)" 0.1 1000 &&
    within "$(field loss)" 0 0'
check "udpflow finds what gets through" eval \
    'udp -m 5 && within "$(field received)" 20 100000'
check "udpping over a new port" eval \
    'relay rebind && relayed "sent 50 received 50 twice 0"'
check "udprelay damages" relay up flip 10
check "udprelay sends random bytes from elsewhere" relay up random 10 elsewhere
check "udprelay refuses what it does not know" eval \
    '! relay up dance 10 2>/dev/null'
check "a server that is not there is an error" eval \
    '! in_host h "$TCPFLOW" -qt 0.1 127.0.0.1 5009 2>/dev/null'

passed_up()
{
	relay show | awk '/^up/ { print $2 }'
}

start h fetch "$TCPFETCH" -l 5006
await 'in_host h "$TCPFETCH" -n 1 127.0.0.1 5006 >/dev/null 2>&1' 5

fetches()
{
	in_host h "$TCPFETCH" -n 50 "$@" 127.0.0.1 5006 >"$T/out" &&
	    within "$(field transfers)" 50 50 &&
	    within "$(field mean)" 0.001 1000
}

check "tcpfetch, one at a time" fetches
check "\tand ten" fetches -j 10 -s 300000
check "\tand from nobody" eval \
    '! in_host h "$TCPFETCH" -n 1 127.0.0.1 5009 2>/dev/null'

# What does not answer for 300 ms is a gap, and a loss.
gap()
{
	_passed=$(passed_up)
	in_host h "$UDPPING" -c 100 127.0.0.1 5003 >"$T/out" &
	_ping=$!
	await '[ "$(passed_up)" -gt $((_passed + 20)) ]' 5
	kill -STOP "$(pid echo)"
	sleep 0.3
	kill -CONT "$(pid echo)"
	wait "$_ping"
	within "$(field gap)" 300 450
}

measure "udpping sees a gap of 300 ms" gap
# ksh(1) does not leave as it should while it takes a job for stopped
terminate echo
finish
