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

# Links taken down and up by the operator.

. "$(dirname "$0")/sys.sh"

two_hosts delay 5ms
servers
start_pair 1 2
await reaches 5

# The command while a ping runs that must not notice.
under_ping()
{
	in_host c "$UDPPING" -c 200 10.44.43.2 5002 >"$T/out" &
	_ping=$!
	_sent=$(value client tunnels home tx_packets)
	_down=$(date +%s)
	await "more_than $((_sent + 50)) client tunnels home tx_packets" 5
	"$@" >/dev/null
	_status=$?
	wait "$_ping"
	[ $_status -eq 0 ] && within "$(field loss)" 0 0
}

for l in dsl1 dsl2; do
	from=$(value client links $l local)
	check "$l down: none lost" under_ping ctl client link home $l down
	check "$l is disabled" link_is client $l disabled
	check "and has just become so" [ "$(value client links $l since_s)" \
	    -le $(($(date +%s) - _down)) ]
	check "the process title shows it" await \
	    'ps -ax -o args= | grep -q "^mlvpnd: engine home .*!$l"' 5
	check "the server does not use it" await "! link_is server $l up" 5
	sent=$(value client links $l tx_bytes)
	tcp -t 1
	check "$l carries nothing" [ $(($(value client links $l tx_bytes) - \
	    sent)) -lt 10000 ]
	check "$l up: none lost" under_ping ctl client link home $l up
	check "$l is up" await "link_is client $l up" 10
	check "$l comes from another port" \
	    [ "$(value client links $l local)" != "$from" ]
done

loss()
{
	value client links dsl1 loss_rx_percent
}

em dsl1 down
check "the loss of a dead link is not known" await \
    '! link_is client dsl1 up && [ "$(loss)" = null ]' 5
em dsl1 up
check "what the outage has lost is not its loss" eval '
    await "link_is client dsl1 up && [ \$(loss) != null ]" 20 &&
    within "$(loss)" 0 20'
check "show links has the addresses" eval '
    ctl client show links | grep -q " $(net 1).1$" &&
    ctl server show links | grep -q " $(net 1).1$"'
check "show tunnels has address and secret" eval '
    ctl client show tunnels home >"$T/out" &&
    grep -q "Address: *10.44.43.1/30" "$T/out" &&
    grep -q "Secret: *psk" "$T/out"'
SCHEMA="$TOP/regress/usr.sbin/mlvpnctl/schema.awk"
for w in "" summary tunnels links filters history keys events; do
	check "-j show $w is as documented" eval '
	    ctl client -j show $w >"$T/out" &&
	    awk -f "$SCHEMA" "$TOP/share/man/man8/mlvpnctl.8" "$T/out"'
done
check "show events has what happened" eval '
    ctl client show events | grep -q " home: link dsl2 down: by operator$"'
check "show history has both links" eval '
    [ "$(ctl client show history home | grep -c "^Link dsl")" -eq 2 ]'
check "no such link: which there are" eval '
    ! ctl client link home dsl9 down 2>"$T/out" &&
    grep -q "no link dsl9 in tunnel home; links: dsl1 dsl2$" "$T/out"'
check "no such tunnel: which there are" eval '
    ! ctl client show links away 2>"$T/out" &&
    grep -q "no tunnel away; tunnels: home$" "$T/out"'
check "no daemon: said so" eval '
    ! "$MLVPNCTL" -s "$T/nobody.sock" show 2>"$T/out" &&
    grep -q "not running" "$T/out"'
finish
