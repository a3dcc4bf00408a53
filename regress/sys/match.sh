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

# Rules with real daemons: links that packets are bound to, copies, priority,
# and new rules while traffic runs.

. "$(dirname "$0")/sys.sh"

two_hosts rate 20M delay 10ms queue 100ms
servers
# one more port for each rule
for port in 5003 5004 5005 5006 5007; do
	start s "echo$port" "$UDPPING" -l $port
	await 'in_host s "$UDPPING" -c 1 -w 200 127.0.0.1 '$port' >/dev/null' \
	    5 || die "no UDP server on $port"
done

# the same ones for both ends
rules()
{
	cat <<-END
	match "udp port 5003" link "dsl2"
	match "udp port 5004" link { "dsl2" "dsl1" }
	match "udp port 5005" link "dsl2" only
	match "udp port 5006" duplicate
	END
	cat
}

# client_rules: with what stdin adds
client_rules()
{
	{
		echo 'bandwidth up 20M down 20M' | links 1 2
		rules
	} | client_conf | conf client
}

rules </dev/null | server_conf | conf server
daemon s server
client_rules </dev/null
daemon c client
await_links client 1 2
await reaches 5

# probe PORT [ARGUMENT ...]
probe()
{
	_port=$1
	shift
	in_host c "$UDPPING" "$@" 10.44.43.2 "$_port" >"$T/out"
}

# none lost and none twice
whole()
{
	probe "$@" && within "$(field loss)" 0 0 && within "$(field twice)" 0 0
}

# rule DAEMON EXPRESSION KEY: of show filters
rule()
{
	ctl "$1" -j show filters | awk -v expr="$2" -v key="$3" '
	    { sub(/,$/, ""); gsub(/"/, ""); sub(/^ */, "") }
	    $1 == "expression:" { on = substr($0, 13) == expr }
	    on && $1 == key ":" { print $2; exit }'
}

# note: what the links have sent and received; grown LINK: since then
note()
{
	for _l in dsl1 dsl2; do
		for _k in tx_bytes rx_bytes; do
			eval "${_l}_$_k=$(value client links $_l $_k)"
		done
	done
}

# grown LINK KEY MIN MAX
grown()
{
	eval "_old=\$$1_$2"
	within $(($(value client links "$1" "$2") - _old)) "$3" "$4"
}

# 200 packets of 1000 bytes each way are 217600 with headers.  While a busy
# machine makes a link suspect, what may goes over the other one.

# took PORT LINK OTHER: all came back, and went only over that link
took()
{
	note
	whole "$1" -c 200 -s 1000 &&
	    grown "$2" tx_bytes 210000 280000 &&
	    grown "$2" rx_bytes 210000 280000 &&
	    grown "$3" tx_bytes 0 30000 && grown "$3" rx_bytes 0 30000
}

# copies: all came back once, and went over both
copies()
{
	note
	whole 5006 -c 200 -s 1000 &&
	    grown dsl1 tx_bytes 200000 280000 &&
	    grown dsl1 rx_bytes 200000 280000 &&
	    grown dsl2 tx_bytes 200000 280000 &&
	    grown dsl2 rx_bytes 200000 280000
}

measure "bound to dsl2: over it, and all come back" took 5003 dsl2 dsl1
packets=$(rule client "udp port 5003" packets)
check "counted" [ $((packets % 200)) -eq 0 -a "$packets" -gt 0 ]
check "bytes counted" [ "$(rule client "udp port 5003" bytes)" -eq \
    $((packets * 1028)) ]
check "counted at the server" [ "$(rule server "udp port 5003" packets)" -eq \
    "$packets" ]
check "as text" eval 'ctl client show filters home |
    grep -qF "home: match \"udp port 5004\" link { \"dsl2\" \"dsl1\" }"'
measure "in order of preference: over dsl2, and all come back" \
    took 5004 dsl2 dsl1
measure "duplicate: over both, and all come back once" copies
em dsl1 loss 5%
check "5 % loss on dsl1: all come back" whole 5006 -c 500
em dsl1 loss 0%
em dsl2 loss 5%
check "5 % loss on dsl2: all come back" whole 5006 -c 500
em dsl2 loss 0%

# What is only suspected is still tried by what may take no other link.
em dsl2 down
await 'link_is client dsl2 down && link_is server dsl2 down' 10
check "dsl2 dead: bound to it, all come back by dsl1" whole 5003 -c 50
check "dsl2 dead: the second choice" whole 5004 -c 50
check "dsl2 dead: only there, nothing comes back" eval '
    ! probe 5005 -c 50 -w 300'
check "dropped" await '[ "$(rule client "udp port 5005" dropped)" -ge 50 ]' 2
check "dsl2 dead: duplicate" whole 5006 -c 50
em dsl2 up
await_links client 2
await_links server 2
measure "dsl2 back: over it, and all come back" eval '
    took 5003 dsl2 dsl1 && took 5004 dsl2 dsl1 && took 5005 dsl2 dsl1'

# 2 Mbit/s beside eight streams on 10: double of what one of nine gets.
em dsl1 rate 5M
em dsl2 rate 5M
streams()
{
	_streams=
	for _i in 1 2 3 4 5 6 7 8; do
		in_host c "$TCPFLOW" -q -t 8 10.44.43.2 5001 >/dev/null 2>&1 &
		_streams="$_streams $!"
	done
	_sent=$(value client tunnels home tx_packets)
	await "more_than $((_sent + 2000)) client tunnels home tx_packets" 5
	probe 5007 -c 500 -s 500 -i 2
	wait $_streams
	cat "$T/out"
}

# The same twice, without and with a rule for it.
overtakes()
{
	slow_rules </dev/null && streams && _before=$(field loss) || return 1
	echo 'match "udp port 5007" priority' | slow_rules && streams &&
	    within "$_before" 10 100 && within "$(field loss)" 0 2
}

# slow_rules: as client_rules, for links of 5 Mbit/s, and a reload
slow_rules()
{
	{
		echo 'bandwidth up 5M down 5M' | links 1 2
		rules
	} | client_conf | conf client
	ctl client reload >/dev/null
}

measure "priority: hardly any lost of what loses much without" overtakes
check "the other rules go on counting" [ \
    "$(rule client "udp port 5003" packets)" -ge $((packets + 250)) ]

# The rule goes to the other link while its packets are under way.
em dsl1 rate 20M
em dsl2 rate 20M
moves()
{
	client_rules </dev/null
	ctl client reload >/dev/null
	in_host c "$UDPPING" -c 400 -s 1000 10.44.43.2 5003 >"$T/out" &
	_ping=$!
	_count=$(rule client "udp port 5003" packets)
	await '[ "$(rule client "udp port 5003" packets)" -gt \
	    $((_count + 50)) ]' 5
	{
		echo 'bandwidth up 20M down 20M' | links 1 2
		echo 'match "udp port 5003" link "dsl1"'
	} | client_conf | conf client
	ctl client reload >/dev/null
	note
	wait $_ping
	within "$(field loss)" 0 0 && within "$(field twice)" 0 0 &&
	    grown dsl1 tx_bytes 100000 500000 && grown dsl2 tx_bytes 0 60000
}

measure "another link by a reload: from now on over it, and none lost" moves
links 1 2 </dev/null | client_conf | conf client
ctl client reload >/dev/null
check "no rules any more" eval '
    ctl client -j show filters | grep -q "\"filters\": \[\]"'
cp "$T/client.conf" "$T/good"
links 1 2 </dev/null >"$T/links"
echo 'match "udp prot 1" link "dsl1"' | cat "$T/links" - | client_conf |
    conf client
check "a bad expression: refused" eval '! ctl client reload >"$T/reload" 2>&1'
check "with a message" grep -q 'unknown word "prot"' "$T/reload"
cp "$T/good" "$T/client.conf"
check "none lost after all that" no_loss -c 100
finish
