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

# A start that fails, fails; one that does not is over when the command returns.

. "$(dirname "$0")/sys.sh"

two_hosts delay 2ms

# begin HOST NAME: as a script does it, without -d
begin()
{
	in_host "$1" "$MLVPND" -v -f "$T/$2.conf" -s "$T/$2.sock" 2>"$T/err"
}

# adopt NAME: the daemon that runs with this configuration
adopt()
{
	eval "pid_$1=$(ps -ax -o pid= -o ppid= -o args= | awk -v f="$T/$1.conf" '
	    $2 == 1 && index($0, f) { print $1; exit }')"
	[ -n "$(pid "$1")" ] && procs="$procs $1"
}

links 1 2 </dev/null | client_conf | conf client
: >"$T/shown"
for i in 1 2 3 4 5; do
	begin c client && ctl client show summary >/dev/null &&
	    ctl client show links >>"$T/shown"
	adopt client
	kill "$(pid client)"
	await 'gone $(pid client)' 5
done
check "five times: it answers when it has returned" \
    [ "$(grep -c dsl1 "$T/shown")" -eq 5 ]

begin c client
check "in the background: status 0" [ $? -eq 0 ]
check "not a word" [ ! -s "$T/err" ]
adopt client
check "a second one with this socket: fails" eval '! begin c client'
check "says why" grep -q "another mlvpnd is running" "$T/err"

cp "$T/client.conf" "$T/other.conf"
check "its interface: fails" eval '! begin c other'
check "interface: says why" \
    grep -q "home: interface $CTUN.*: Device or resource busy" "$T/err"
check "no socket is left" [ ! -S "$T/other.sock" ]
check "no process is left" eval '
    ! ps -ax -o args= | grep -v grep | grep -q "$T/other.conf"'

start c blocker "$UDPPING" -l 5081
await 'in_host c "$UDPPING" -c 1 -w 200 127.0.0.1 5081 >/dev/null' 5 ||
    die "no UDP server"
echo "listen on * port 5081" | conf other
check "its port: fails" eval '! begin c other'
check "port: says why" grep -q "port 5081: bind: Address already in use" \
    "$T/err"

echo "listen on 203.0.113.77 port 5082" | conf other
check "an address that may come" begin c other
check "address: said" grep -q "203.0.113.77 port 5082: bind: " "$T/err"
adopt other
kill "$(pid other)"
await 'gone $(pid other)' 5
start c other "$MLVPND" -d -f "$T/other.conf" -s "$T/other.sock"
await 'ctl other show summary >/dev/null 2>&1' 10
address c dsl1 203.0.113.77/32
check "address: logged when it is there" await \
    'grep -q "203.0.113.77 port 5082: open now" "$T/other.log"' 5
terminate other

echo "bogus" | conf other
check "an error in the file: fails" eval '! begin c other'
check "error: says where" grep -q "other.conf:1: " "$T/err"

# What -n can know of a system that lacks something.
if [ "$(uname -s)" = Linux ] && unshare -m true 2>/dev/null; then
	# lacks 'COMMAND': as root of other mounts, checks and starts
	lacks()
	{
		! in_host c unshare -m sh -c "$1 && exec \"\$@\"" sh \
		    "$MLVPND" -n -f "$T/client.conf" 2>"$T/err.n" &&
		    ! in_host c unshare -m sh -c "$1 && exec \"\$@\"" sh \
		    "$MLVPND" -f "$T/client.conf" -s "$T/other.sock" \
		    2>"$T/err"
	}

	check "no device: fails" lacks "mount -t tmpfs none /dev/net"
	check "no device: says which" eval '
	    grep -q "home: interface $CTUN: /dev/net/tun: No such" "$T/err.n" &&
	    grep -q "home: interface $CTUN: /dev/net/tun: No such" "$T/err"'
	grep -v _mlvpnd /etc/passwd >"$T/passwd"
	check "no user: fails" lacks "mount --bind $T/passwd /etc/passwd"
	check "no user: says which" eval '
	    grep -q "unknown user _mlvpnd" "$T/err.n" &&
	    grep -q "unknown user _mlvpnd" "$T/err"'

	echo 'interface "nosuch9"' | links 1 | client_conf | conf other
	check "an interface that may come: no error" eval \
	    'in_host c "$MLVPND" -n -f "$T/other.conf" 2>"$T/err"'
	check "but a word" \
	    grep -q "warning: home: link dsl1: no interface nosuch9" "$T/err"
fi
if [ "$(uname -s)" = OpenBSD ]; then
	echo 'rdomain 77' | links 1 | client_conf | conf other
	check "an rdomain that may come: no error" eval \
	    '"$MLVPND" -n -f "$T/other.conf" 2>"$T/err"'
	check "but a word" \
	    grep -q "warning: home: link dsl1: no such rdomain: 77" "$T/err"
fi
finish
