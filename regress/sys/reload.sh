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

# Reload: what did not change goes on, what is wrong changes nothing.

. "$(dirname "$0")/sys.sh"

two_hosts delay 5ms
servers
start_pair 1
await reaches 5

# The command while a ping runs that must not notice.
under_ping()
{
	in_host c "$UDPPING" -c 300 10.44.43.2 5002 >"$T/out" &
	_ping=$!
	_sent=$(value client tunnels home tx_packets)
	await "more_than $((_sent + 50)) client tunnels home tx_packets" 5
	"$@" >"$T/reload" 2>&1
	_status=$?
	wait "$_ping"
	[ $_status -eq 0 ] && within "$(field loss)" 0 0
}

check "the same again: none lost" under_ping ctl client reload
handshakes=$(value client tunnels home handshakes)
links 1 2 </dev/null | client_conf | conf client
check "a link more: none lost" under_ping ctl client reload
check "the new link comes up" await 'link_is client dsl2 up' 10
check "no new keys for that" [ "$(value client tunnels home handshakes)" -eq \
    "$handshakes" ]
links 2 </dev/null | client_conf | conf client
# what is under way on that link is lost with it
check "a link less: hardly any lost" eval '
    under_ping ctl client reload || within "$(field loss)" 0 1'
check "the old link is gone" await \
    '[ -z "$(value client links dsl1 state)" ]' 5
check "by SIGHUP" eval '
    links 1 2 </dev/null | client_conf | conf client
    kill -HUP "$(pid client)"
    await "link_is client dsl1 up" 10'

cp "$T/client.conf" "$T/good"
echo 'tunnel "home" { interfaces tun2 }' | conf client
check "an unknown word: refused, none lost" eval \
    '! under_ping ctl client reload && within "$(field loss)" 0 0'
check "the error names file and line" grep -q 'client.conf:1: ' "$T/reload"
rm "$T/client.conf"
check "no file: refused" eval '! ctl client reload >"$T/reload" 2>&1'
cp "$T/good" "$T/client.conf"
chmod 644 "$T/client.conf"
check "a secret that others can read: refused" eval \
    '! ctl client reload >"$T/reload" 2>&1'
chmod 600 "$T/client.conf"
sed "s/local $(net 1).1/local $(net 1).99/" "$T/good" | conf client
check "an address that the host lacks: said" eval '
    ! ctl client reload >"$T/reload" 2>&1 &&
    grep -q "link dsl1: $(net 1).2: " "$T/reload"'
conf client <"$T/good"
check "good again" ctl client reload
await_links client 1 2
check "and everything still up" no_loss -c 100

server_conf </dev/null >"$T/two"
cat "$T/two" - <<END | conf server
tunnel "other" {
	interface tun1
	address 10.44.44.2/30 peer 10.44.44.1
	psk "$(ctl server keygen -p)"
}
END
check "a tunnel more at the server: none lost" under_ping ctl server reload
check "its interface is there" has_if s tun1
conf server <"$T/two"
check "a tunnel less at the server: none lost" under_ping ctl server reload
check "its interface is gone" eval '! has_if s tun1 2>/dev/null'

# The port is the old socket's until the engine has closed that.
for addr in "$(net 1).2" "*"; do
	sed "s/^listen on [^ ]*/listen on $addr/" "$T/two" | conf server
	check "to listen on $addr, the same port" ctl server reload
	check "traffic" await reaches 5
done
sed "s/^listen on [^ ]*/listen on 198.51.100.99/" "$T/two" | conf server
check "to listen on an address that the host lacks: said" eval \
    '! ctl server reload >"$T/reload" 2>&1'
check "show says it" eval 'ctl server show |
    grep "Not listening on 198.51.100.99:5080: no such address"'
conf server <"$T/two"
check "good again" ctl server reload
check "show says that" eval '! ctl server show | grep "Not listening" &&
    ctl server show | grep "Listening on 0.0.0.0:5080"'
check "traffic" await reaches 5
check "nothing was said to be in use" eval \
    '! grep -q "listen on .*in use" "$T/server.log"'
finish
