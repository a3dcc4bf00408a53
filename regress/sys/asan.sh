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

# Start, traffic, reload, a dead link and stop, of a build that watches
# memory and undefined behaviour: nothing to say.

top=$(cd "$(dirname "$0")/../.." && pwd)
if [ "$(uname -s)" = Linux ] && [ "$(id -u)" -eq 0 ]; then
	(cd "$top" && bmake -m mk -j 2 SANITIZE=address,undefined all) \
	    >/dev/null || exit 1
	MLVPND=$top/usr.sbin/mlvpnd/obj.asan/mlvpnd
fi
. "$(dirname "$0")/sys.sh"

[ "$(uname -s)" = Linux ] || {
	skip "asan: Linux only"
	finish
}
export UBSAN_OPTIONS=print_stacktrace=1

two_hosts rate 20M delay 5ms loss 0.5%
servers
start_pair 1 2
await reaches 5
check "ping" ping -c 100
check "TCP" tcp -t 2
check "TCP back" tcp -R -t 2
em dsl1 down
check "a link dies" await '! link_is client dsl1 up' 10
check "a bad file" eval '
    cp "$T/client.conf" "$T/good" && echo "tunnel {" >>"$T/client.conf" &&
    ! ctl client reload 2>/dev/null'
links 2 </dev/null | client_conf >"$T/one"
check "a link less" eval '
    cat "$T/one" >"$T/client.conf" && ctl client reload >/dev/null'
em dsl1 up
check "a link more" eval '
    cat "$T/good" >"$T/client.conf" && ctl client reload >/dev/null &&
    await "link_is client dsl1 up" 10'
check "still traffic" await reaches 5
check "all that can be shown" eval '
    for d in client server; do
	ctl $d show && ctl $d show tunnels && ctl $d -j show links &&
	    ctl $d -j show tunnels && ctl $d show links home &&
	    ctl $d show history && ctl $d -j show history &&
	    ctl $d show keys && ctl $d show events || exit 1
    done >/dev/null'
# answer PATH: what the status process says
answer()
{
	printf 'GET %s HTTP/1.1\r\nHost: c\r\n\r\n' "$1" |
	    in_host c "$TCPTALK" 127.0.0.1 9180 2>/dev/null |
	    grep -q '^HTTP/1.1 200 '
}

check "a status process" eval '
    echo "status listen on 127.0.0.1 port 9180" >>"$T/client.conf" &&
    ctl client reload >/dev/null && await "answer /healthz" 5'
for p in / /status /history /metrics; do
	check "\t$p" answer $p
done
check "\tno such page" eval '! answer /x'
for d in client server; do
	terminate $d
	check "$d: exit status 0" [ $? -eq 0 ]
	check "$d: no complaint" eval '
	    ! grep -E "Sanitizer|runtime error" "$T/$d.log"'
done
finish
