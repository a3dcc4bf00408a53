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


# The README's client and server on Linux, as printed: configurations and
# commands.  An uplink is taken away, and returns.

. "$(dirname "$0")/sys.sh"

[ "$(uname -s)" = Linux ] || {
	skip "readme: Linux only"
	finish
}
command -v nft >/dev/null || {
	skip "readme: nft(8) is not installed"
	finish
}
README=$(cd "$(dirname "$0")/../.." && pwd)/README

# shown WORDS: the first block after the line that begins with them
shown()
{
	awk -v words="$1" '
	    index($0, words) == 1 { on = 1 }
	    on && /^[^ ]/ && seen { exit }
	    on && sub(/^    /, "") { seen = 1; print }' "$README" |
	    sed "s,what keygen has printed,$PSK,"
}

# as_printed HOST WORDS: the commands from there to the next heading
as_printed()
{
	awk -v words="$2" '
	    index($0, words) == 1 { on = 1; next }
	    on && /^(Client|Server|Both)/ { exit }
	    on && (/^    # / || more) {
		sub(/^    # /, ""); more = /\\$/; print }' \
	    "$README" >"$T/commands"
	[ -s "$T/commands" ] && in_host "$1" sh -ex "$T/commands" >&2
}

host c
host r
host s
host lan
host web
link eth0 lan 192.168.1.2/24 c 192.168.1.1/24
link eth1 c 198.51.100.10/24 r 198.51.100.1/24 rate 20M delay 5ms
link eth2 c 203.0.113.10/24 r 203.0.113.1/24 rate 20M delay 5ms
link wan s 192.0.2.1/24 r 192.0.2.254/24
link dmz r 198.18.0.1/24 web 198.18.0.2/24
forwarding r
route s default 192.0.2.254
route web default 198.18.0.1
route lan default 192.168.1.1
start web echo "$UDPPING" -l 5002
await 'in_host web "$UDPPING" -c 1 -w 200 127.0.0.1 5002 >/dev/null' 5 ||
    die "no UDP server"

# from_host HOST: all of some pings to the host beyond the server return
from_host()
{
	in_host "$1" "$UDPPING" -c 50 198.18.0.2 5002 >"$T/out" &&
	    within "$(field loss)" 0 0
}

shown "The server, /etc/mlvpnd.conf" | conf server
shown "The client, on OpenBSD" | conf client
check "the commands for the server" as_printed s "Server on Linux"
check "the commands for the client" as_printed c "Client on Linux"
cp "$T/commands" "$T/client.commands"
daemon s server
daemon c client
await_links client 1 2
check "the client reaches what is beyond the server" await 'from_host c' 5
check "so does the network behind it" from_host lan
check "each link by its own uplink" eval '
    [ "$(value client links dsl1 local)" != "" ] &&
    value client links dsl1 local | grep -q ^198.51.100.10 &&
    value client links dsl2 local | grep -q ^203.0.113.10'

in_host c ip link set eth2 down
check "without its uplink a link has no way" await \
    '! link_is client dsl2 up && ! link_is server dsl2 up' 10
check "and does not take another" eval '
    ! value client links dsl2 local | grep -q ^10.44.43 &&
    ! link_is server dsl2 up'
check "the other link carries on" from_host lan

in_host c ip link set eth2 up
grep 'default via .* eth2' "$T/client.commands" >"$T/again"
in_host c sh -e "$T/again"
check "the uplink returns, and the link" await 'link_is client dsl2 up' 10
check "both carry on" from_host lan
terminate client

# The same by interfaces, as mlvpnd.conf(5) has it for addresses from DHCP:
# default routes in the main table, with a metric each.
grep '^ip route add\|^ip rule add' "$T/client.commands" |
    sed 's/ add / del /' >"$T/again"
in_host c sh -e "$T/again"
for n in 1 2; do
	gateway=$(sed -n "s/.*via \([0-9.]*\) dev eth$n .*/\1/p" \
	    "$T/client.commands")
	in_host c ip route add default via "$gateway" dev eth$n metric 10$n
done
shown "The client, on OpenBSD" | sed 's/rdomain \(.\)/interface "eth\1"/' |
    conf client
daemon c client
await_links client 1 2
check "by interface: the network behind reaches what is beyond" \
    await 'from_host lan' 5
in_host c ip route del default dev eth2
check "by interface: without its route a link has no way" await \
    '! link_is client dsl2 up && ! link_is server dsl2 up' 10
check "by interface: the other link carries on" from_host lan
terminate client
terminate server
finish
