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



# What the parent tells its children, and what it does when they lie.

. "$(dirname "$0")/../../../lib/hosts.sh"

need_root
[ -x "$MLVPND" ] || die "$MLVPND: not built"
FAKE=$(built regress/usr.sbin/mlvpnd/parent fake)
[ -x "$FAKE" ] || die "$FAKE: not built"

TUN=tun2
PSK=Ym9uZGluZyBzZXZlcmFsIGxpbmtzIGludG8gb25lISE=
export FAKE_DIR="$T"

# The daemon with children that this program is.
parent()
{
	from=1
	start c parent "$FAKE" "$MLVPND" -dv -f "$T/parent.conf" \
	    -s "$T/parent.sock"
	await 'said IMSG_RECONF_END || ! alive parent' 10
	alive parent || die "mlvpnd did not start"
}

# tell WORD ...: has the engine say something
tell()
{
	echo "$*" >"$T/engine.fifo"
}

# said PATTERN [COUNT]: at least one line of the log, or just so many, since
# the last reload
from=1
said()
{
	_n=$(tail -n "+$from" "$T/parent.log" | grep -c -- "$1")
	[ $# -eq 1 ] && [ "$_n" -gt 0 ] || [ "$_n" -eq "${2:-$((_n + 1))}" ]
}

# Until all that was told has had its effect: a reload is answered in turn.
sync=100
settle()
{
	sync=$((sync + 1))
	tell reload $sync
	await "said '^result $sync '" 5
}

# reload CODE: reads the file that was changed
reload()
{
	from=$(($(wc -l <"$T/parent.log") + 1))
	sync=$((sync + 1))
	tell reload $sync
	await "said '^result $sync $1'" 5
}

mtu_is()
{
	network_state c | grep -q "$TUN.* mtu $1"
}

# base [WORD ...]: a file with links to each of the words
base()
{
	cat <<-END
	listen on 192.0.2.1 port 5081
	tunnel "home" {
		interface $TUN
		address 10.44.43.1/30 peer 10.44.43.2
		route 198.18.0.0/15
		psk "$PSK"
		$(_i=0; for _r; do
			_i=$((_i + 1))
			echo "link \"l$_i\" { remote $_r port 5080 }"
		done)
	}
	END
}

host c
host s
link dsl1 c 192.0.2.1/24 s 192.0.2.2/24
mkfifo "$T/engine.fifo"
chmod 666 "$T/engine.fifo"

test_reload()
{
	base 192.0.2.2 192.0.2.3 | conf parent
	parent
	check "listening socket" await 'said "^listen .* fd yes"' 5
	check "tunnel and interface" said "^tunnel 1 home psk yes .* fd yes"
	check "a socket for each link" await 'said "^socket .* fd yes" 2' 5
	check "bound to what the route says" \
	    said "^socket l1 .* from 192.0.2.1 to 192.0.2.2:5080 mtu 1500"

	check "the same again" reload 0
	check "all is said" said "^tunnel 1 home"
	check "and nothing opened" said "fd yes" 0

	cp "$T/parent.conf" "$T/good"
	printf 'bogus\ntunnel "x" {\n}\n' >>"$T/parent.conf"
	check "a bad file" reload 3
	check "each error is told to who asked" eval '
	    said "^message $sync .*parent.conf:10: " &&
	    said "^message $sync .*parent.conf:11: "'
	check "nothing is sent" said RECONF 0

	sed 's/l1" {/& bandwidth up 5M/' "$T/good" >"$T/parent.conf"
	check "another bandwidth" reload 0
	check "is sent" said "^link l1 up 5000000"
	check "with no new socket" said "fd yes" 0

	base 192.0.2.2 192.0.2.4 | conf parent
	check "another remote" reload 0
	check "for the same socket" \
	    await 'said "^socket l2 .* to 192.0.2.4:5080 .* fd no" 1' 5
	check "and the other link is left alone" said "^socket l1" 0

	sed 's/l1" {/& local 192.0.2.1 port 7000/' "$T/parent.conf" >"$T/new"
	cat "$T/new" >"$T/parent.conf"
	check "a local port" reload 0
	check "takes a new socket" eval '
	    await "said \"^socket l1 .* fd yes\" 1" 5'

	sed 's/psk .*/secret "a pass phrase, and a long one"/' "$T/new" |
	    conf parent
	check "a phrase" reload 0
	check "stays with the parent" \
	    said "^tunnel 1 home psk yes phrase no fd no" 1

	sed 's/"home"/"office"/' "$T/new" | conf parent
	check "another name" reload 0
	check "is another tunnel, with that interface" \
	    said "^tunnel 2 office .* fd yes"
	check "which was not touched" has_if c "$TUN"

	sed "s/$TUN/$(dev c dsl1)/" "$T/new" | conf parent
	check "an interface that is none of ours" eval 'reload 1 || reload 3'
	check "is said" said "^message $sync .*$(dev c dsl1)"

	echo "listen on 198.51.100.99 port 5081" | conf parent
	check "an address that the host lacks" reload 1
	check "the engine hears of it" \
	    said "^listen 0 198.51.100.99 port 5081 fd no"

	echo "listen on 192.0.2.1 port 5081" | conf parent
	check "no tunnel" reload 0
	check "no interface" await '! has_if c "$TUN"' 5
	terminate parent
	check "exit status 0" [ $? -eq 0 ]
}

test_remotes()
{
	cat >"$T/hosts" <<-END
	gw.example.com 192.0.2.2 192.0.2.3
	evil.example.com 0.0.0.0 224.0.0.1 255.255.255.255 :: ff02::1
	END
	base gw.example.com evil.example.com '{ 192.0.2.2 192.0.2.3 }' |
	    sed '/l3/s/port 5080/port { 5080 443 }/' | conf parent
	parent
	check "the first address of a name, with our port" \
	    await 'said "^socket l1 .* to 192.0.2.2:5080 .* fd yes"' 5
	check "no address that no host has" \
	    await 'said "link l2: cannot resolve evil.example.com"' 5
	settle
	check "and no socket for it" said "^socket l2" 0

	start=$(date +%s)
	tell stale 1 l3
	check "no answer: the next address, the same socket" \
	    await 'said "^socket l3 .* to 192.0.2.3:5080 .* fd no" 1' 5
	tell stale 1 l3
	settle
	# on a machine that is that slow it may
	[ $(($(date +%s) - start)) -gt 1 ] ||
	    check "not more often than that" said "^socket l3" 2

	check "no address left: the next port" await '
	    tell stale 1 l3 && said "^socket l3 .* to 192.0.2.2:443 .* fd no"
	    ' 8

	echo "gw.example.com 192.0.2.4" >"$T/hosts"
	tell stale 1 l1
	check "no answer: the name is looked up again" \
	    await 'said "^socket l1 .* to 192.0.2.4:5080"' 5

	tell stale 1 nosuch
	tell stale 77 l1
	settle
	check "unknown links do no harm" alive parent
	terminate parent
	check "exit status 0" [ $? -eq 0 ]
}

# lie ERROR WORD ...: after that message the daemon ends, and cleans up
lie()
{
	_error=$1
	shift
	parent
	tell "$@"
	check "$*: the daemon ends" await 'gone $(pid parent)' 5
	terminate parent
	check "$*: not with status 0" [ $? -ne 0 ]
	check "$*: the log says why" said "$_error"
	check "$*: no interface" await '! has_if c "$TUN"' 5
}

test_hostile()
{
	base 192.0.2.2 | conf parent
	for m in IMSG_LINK_STALE IMSG_TUNNEL_MTU IMSG_EVENT \
	    IMSG_CTL_LOG_VERBOSE IMSG_CTL_RELOAD; do
		lie "engine: invalid $m" send $m 3 0
	done
	# strings without end, and with what terminals act on
	lie "engine: invalid IMSG_LINK_STALE" send IMSG_LINK_STALE 36 97
	lie "engine: invalid IMSG_EVENT" send IMSG_EVENT 44 27
	lie "engine: invalid IMSG_LINK_BYTES" send IMSG_LINK_BYTES 48 97
	# what only others say
	lie "engine: invalid IMSG_RESOLVED" send IMSG_RESOLVED 0 0
	lie "engine: invalid IMSG_RECONF_TUNNEL" send IMSG_RECONF_TUNNEL 8 0

	parent
	tell mtu 1 20000
	tell mtu 99 1400
	settle
	check "an mtu out of bounds is refused" eval '
	    said "invalid mtu 20000 from engine" && ! mtu_is 20000'
	tell mtu 1 1380
	check "another one is set" await 'mtu_is 1380' 5
	terminate parent

	# what waits for an engine that does not read has a limit, and so has
	# the wait for its end
	base 192.0.2.2 | awk '{ print } /link "l1"/ {
		for (i = 0; i < 1000; i++)
			printf "match \"udp port %d\" priority\n", 1 + i }' |
	    conf parent
	parent
	await 'engine=$(child "$(pid parent)" " -E") && [ -n "$engine" ]' 5 ||
	    die "no engine"
	kill -STOP "$engine"
	_until=$(($(date +%s) + 60))
	until gone "$(pid parent)" || [ "$(date +%s)" -gt "$_until" ]; do
		kill -HUP "$(pid parent)" 2>/dev/null
		sleep 0.02
	done
	kill -KILL "$engine"
	check "an engine that does not read: the daemon ends" \
	    gone "$(pid parent)"
	terminate parent
	check "an engine that does not read: not with status 0" [ $? -ne 0 ]
	check "an engine that does not read: said" \
	    said "engine does not read its messages"

	a=192.0.2.2
	for answer in byte "$a byte" "$a $a $a $a $a $a $a $a $a"; do
		echo "gw.example.com $answer" >"$T/hosts"
		base gw.example.com | conf parent
		start c parent "$FAKE" "$MLVPND" -dv -f "$T/parent.conf" \
		    -s "$T/parent.sock"
		check "answer $answer: the daemon ends" \
		    await 'gone $(pid parent)' 5
		terminate parent
		check "answer $answer: not with status 0" [ $? -ne 0 ]
		check "answer $answer: the log says why" \
		    said "resolver: invalid IMSG_RESOLVED"
	done
}

test_$1
finish
