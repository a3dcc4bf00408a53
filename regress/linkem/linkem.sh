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

# An emulated link between two hosts against its settings.

. "$(dirname "$0")/../lib/hosts.sh"

need_root

# more than without delay
more()
{
	field min | awk -v base="$base" '{ print $1 - base }'
}

tcp()
{
	in_host a "$TCPFLOW" -q -o 1 -t 4 "$@" 192.0.2.2 5001 >"$T/out"
}

ping()
{
	in_host a "$UDPPING" "$@" 192.0.2.2 5002 >"$T/out"
}

host a
host b
link l a 192.0.2.1/24 b 192.0.2.2/24 delay 0ms
start b sink "$TCPFLOW" -l 5001
start b echo "$UDPPING" -l 5002
await 'in_host a "$TCPFLOW" -qt 0.1 192.0.2.2 5001 >/dev/null 2>&1' 5 ||
    die "no TCP server"

no_delay()
{
	ping -c 300
	base=$(field min)
	within "$base" 0 1
}

measure "no delay: under 1 ms" no_delay

# settings, then bounds of the least round trip: a busy machine makes others
# longer
round_trip()
{
	em l $1
	ping -c 300
	within "$(more)" "$2" "$3" && within "$(field loss)" 0 0
}

measure "10 ms each way: 20 ms" round_trip "delay 10ms" 19.7 20.3
measure "5 ms and 30 ms: 35 ms" round_trip "a delay 5ms b delay 30ms" 34.7 35.3

# direction, then bounds of a goodput
flow()
{
	tcp $1
	within "$(field goodput)" "$2" "$3"
}

# 1448 of the 1514 bytes of a frame are payload: 0.956.
em l delay 5ms rate 40M queue 50ms
measure "40 Mbit/s" flow "" 36 38.4
em l a rate 20M b rate 10M
measure "20 Mbit/s there" flow "" 18 19.2
measure "10 Mbit/s back" flow -R 9 9.6

# a file's first second is skipped; what it says last holds
printf '0,1000000,1000000\n1,10000000,20000000\n' >"$T/trace"
em l trace "$T/trace" 1s
measure "a trace: 20 Mbit/s there" flow "" 18 19.2
measure "and 10 Mbit/s back" flow -R 9 9.6
check "a trace with a wrong line is refused" \
    eval '! em l trace /dev/null 0s 2>/dev/null'
em l both rate 10M
measure "a rate ends it" flow "" 9 9.6
em l rate no police 10M 15000B
ping -c 100 -i 20
check "a policer delays nothing" within "$(more)" 0 12
em l police no 1B a rate 20M b rate 10M

# What the queue of 50 ms in front of 10 Mbit/s does to a round trip.
full_queue()
{
	in_host a "$TCPFLOW" -qR -t 4 192.0.2.2 5001 >/dev/null &
	flow=$!
	ping -c 300
	wait "$flow"
	within "$(field max)" 45 1000 && within "$(field median)" 20 65
}

measure "the full queue of 50 ms" full_queue

em l rate no delay 1ms loss 10%
ping -c 1000 -i 1
check "10 % lost there and back" within "$(field loss)" 15 23

outage()
{
	em l a outage 400ms
	ping -c 100
	within "$(field gap)" 370 450
}

em l loss 0%
measure "an outage of 400 ms" outage
em l mtu 1000
ping -c 20 -s 972
check "an mtu of 1000: 1000 bytes pass" within "$(field received)" 20 20
check "and 1001 do not" eval '! ping -c 20 -w 100 -s 973'
em l mtu no
em l down
check "down: nothing passes" eval '! ping -c 20 -w 100'
em l up
ping -c 20
check "up again" within "$(field received)" 20 20
check "a wrong word is refused" eval '! em l speed 3M 2>/dev/null'
finish
