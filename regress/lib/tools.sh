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

start "" sink "$TCPFLOW" -l -a 127.0.0.1 45001
start "" echo "$UDPPING" -l -a 127.0.0.1 45002
start "" relay "$UDPRELAY" -a 127.0.0.1 -S "$T/relay" 45003 127.0.0.1 45002

tcp()
{
	"$TCPFLOW" -q "$@" 127.0.0.1 45001 >"$T/out" &&
	    grep -q '^goodput .* Mbit/s .*longest gap [0-9]* ms$' "$T/out"
}

relayed()
{
	"$UDPPING" -c 50 127.0.0.1 45003 >"$T/out" &&
	    grep -q "$1" "$T/out"
}

relay()
{
	"$UDPRELAY" -c "$T/relay" "$@"
}

await '"$TCPFLOW" -qt 0.1 127.0.0.1 45001 >/dev/null 2>&1' 5 ||
    die "no TCP server"
await 'test -S "$T/relay"' 5 || die "no relay"
check "tcpflow measures what it sends" tcp -t 0.5
check "tcpflow measures what it receives" tcp -R -t 0.5
check "udpping gets all back" relayed 'sent 50 received 50 twice 0'
check "udprelay repeats" relay down replay 40
check "udpping over a new port" eval \
    'relay rebind && relayed "sent 50 received 50 twice 0"'
check "udprelay damages" relay up flip 10
check "udprelay sends random bytes from elsewhere" relay up random 10 elsewhere
check "udprelay refuses what it does not know" eval \
    '! relay up dance 10 2>/dev/null'
check "a server that is not there is an error" eval \
    '! "$TCPFLOW" -qt 0.1 127.0.0.1 45009 2>/dev/null'

# What does not answer for 300 ms is a gap, and a loss.
"$UDPPING" -c 100 127.0.0.1 45003 >"$T/out" &
ping=$!
await 'test "$(relay show | awk "/^up/ { print \$2 }")" -gt 150' 5
kill -STOP "$(pid echo)"
sleep 0.3
kill -CONT "$(pid echo)"
wait "$ping"
check "udpping sees a gap of 300 ms" awk '
	{ for (i = 1; i < NF; i++) if ($i == "gap") gap = $(i + 1) }
	END { exit !(gap >= 300 && gap < 450) }' "$T/out"
# ksh(1) does not leave as it should while it takes a job for stopped
terminate echo
finish
