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

# What the daemon adds, it takes away.

. "$(dirname "$0")/sys.sh"

two_hosts delay 2ms
servers

with_routes()
{
	{
		links 1 2 </dev/null
		cat <<-END
		address 2001:db8:44::1/64
		mtu 1400
		route 198.18.0.0/15
		route 2001:db8:99::/48
		END
	} | client_conf
}

server_conf </dev/null | conf server
daemon s server
network_state c >"$T/before"
for sig in TERM INT; do
	with_routes | conf client
	daemon c client
	await_links client 1 2
	check "SIG$sig: interface, addresses, routes are there" eval '
	    has_if c "$CTUN"
	    network_state c >"$T/while"
	    ! cmp -s "$T/before" "$T/while"'
	check "SIG$sig: the route is used" eval '
	    network_state c | grep -q 198.18'
	children=$(children "$(pid client)")
	[ -n "$children" ] || fail "no children seen"
	terminate client $sig
	check "SIG$sig: exit status 0" [ $? -eq 0 ]
	check "SIG$sig: all is as before" eval '
	    network_state c >"$T/after"
	    diff "$T/before" "$T/after"'
	check "SIG$sig: no socket" [ ! -e "$T/client.sock" ]
	for p in $children; do
		check "SIG$sig: no child" gone "$p"
	done
done

# As when all get it from a terminal, and the children are faster.
with_routes | conf client
daemon c client
await_links client 1 2
children=$(children "$(pid client)")
kill -STOP "$(pid client)"
kill -INT $children
for p in $children; do
	await "gone $p" 5
done
kill -INT "$(pid client)"
kill -CONT "$(pid client)"
wait "$(pid client)"
check "SIGINT to all: exit status 0" [ $? -eq 0 ]
check "SIGINT to all: all is as before" eval '
    network_state c >"$T/after"
    diff "$T/before" "$T/after"'
terminate client

# The death of one is the death of all, and is said.
for victim in engine resolver; do
	with_routes | conf client
	daemon c client
	p=$(child "$(pid client)" $victim)
	[ -n "$p" ] || fail "no $victim"
	children=$(children "$(pid client)")
	kill -KILL "$p"
	check "$victim killed: the daemon ends" await \
	    'gone "$(pid client)"' 5
	terminate client
	check "$victim killed: not with status 0" [ $? -ne 0 ]
	check "$victim killed: the log says who and how" \
	    grep -q "$victim.*signal 9" "$T/client.log"
	for p in $children; do
		check "$victim killed: no child" await "gone $p" 5
	done
	check "$victim killed: all is as before" eval '
	    network_state c >"$T/after"
	    diff "$T/before" "$T/after"'
done

# Without a chance to clean up, the children and the interface still go.
with_routes | conf client
daemon c client
children=$(children "$(pid client)")
terminate client KILL
for p in $children; do
	check "parent killed: no child" await "gone $p" 5
done
check "parent killed: no interface" await '! has_if c "$CTUN"' 5
with_routes | conf client
daemon c client
check "and it starts again" await 'link_is client dsl1 up' 10
finish
