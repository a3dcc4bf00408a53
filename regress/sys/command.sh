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

# The command of a tunnel: whom it runs for, and when.

. "$(dirname "$0")/sys.sh"

two_hosts delay 2ms

# program NAME MODE [LINE]: writes down its arguments and its environment
program()
{
	cat >"$T/$1.sh" <<-END
	#!/bin/sh
	env >>"$T/$1.env"
	[ "\$(id -u)" -eq 0 ] && echo "\$*" >>"$T/$1.said"
	if [ "\$2" = detach ]; then
		$IF_THERE
	fi
	${3:-}
	END
	chmod "$2" "$T/$1.sh"
	: >"$T/$1.said"
	: >"$T/$1.env"
}

# said NAME LINE ...: these lines and no others
said()
{
	_who=$1
	shift
	printf '%s\n' "$@" >"$T/want"
	await 'cmp -s "$T/want" "$T/$_who.said"' 10 ||
	    { diff "$T/want" "$T/$_who.said"; return 1; }
}

# The same in any order: links come up as they like.
said_any()
{
	_who=$1
	shift
	printf '%s\n' "$@" | sort >"$T/want"
	await 'sort "$T/$_who.said" >"$T/got"; cmp -s "$T/want" "$T/got"' 10 ||
	    { diff "$T/want" "$T/got"; return 1; }
}

before()
{
	awk -v a="$2" -v b="$3" '
	    $0 == a { x = NR } $0 == b { y = NR }
	    END { exit !(x && y && x < y) }' "$T/$1.said"
}

# The interface has its address as long as the command may want it.
IF_THERE="network_there=\$(ip addr show dev \$MLVPND_INTERFACE 2>/dev/null ||
    ifconfig \$MLVPND_INTERFACE)
	case \$network_there in *10.44.43.*) echo there >>\"$T/there\" ;; esac"

client()
{
	{ links 1 2 </dev/null; echo "$1"; } | client_conf | conf client
}

program c 700
program s 700
echo "command \"$T/s.sh\"" | server_conf | conf server
daemon s server
check "attach" said s "home attach"
client "command \"$T/c.sh\" compat
	mtu 1400
	address 2001:db8:44::1/64 peer 2001:db8:44::2
	route { 198.18.0.0/15 2001:db8:99::/48 }"
daemon c client
await_links client 1 2
check "the events of MLVPN 2.x" said_any c "$CTUN rtun_up dsl1" \
    "$CTUN rtun_up dsl2" "$CTUN tuntap_up"
check "a link before the tunnel" eval '
    before c "$CTUN rtun_up dsl1" "$CTUN tuntap_up" ||
    before c "$CTUN rtun_up dsl2" "$CTUN tuntap_up"'
for e in "DEVICE=$CTUN" MTU=1400 IP4=10.44.43.1/30 IP4_GATEWAY=10.44.43.2 \
    IP6=2001:db8:44::1/64 IP6_GATEWAY=2001:db8:44::2 \
    IP4_ROUTES=198.18.0.0/15 IP6_ROUTES=2001:db8:99::/48; do
	check "its environment: $e" grep -qx "$e" "$T/c.env"
done
check "and nothing of ours" eval '! grep -q "^T=\|HOME\|LC_ALL" "$T/c.env"'
check "our own at the other end" said_any s "home attach" \
    "home link-up dsl1" "home link-up dsl2" "home up"
check "with the links" await \
    'grep -qx "MLVPND_LINKS_UP=dsl[12] dsl[12]" "$T/s.env"' 5

: >"$T/c.said"
: >"$T/s.said"
em dsl1 down
check "a link goes down" said c "$CTUN rtun_down dsl1"
check "at both ends" said s "home link-down dsl1"
em dsl1 up
check "and up" eval '
    said c "$CTUN rtun_down dsl1" "$CTUN rtun_up dsl1" &&
    said s "home link-down dsl1" "home link-up dsl1"'

: >"$T/c.said"
: >"$T/s.said"
terminate client
check "exit status 0" [ $? -eq 0 ]
check "the end is told in full before it" eval '
    said_any c "$CTUN rtun_down dsl1" "$CTUN rtun_down dsl2" \
	"$CTUN tuntap_down" &&
    [ "$(tail -n 1 "$T/c.said")" = "$CTUN tuntap_down" ]'
check "the peer left" eval '
    said_any s "home link-down dsl1" "home link-down dsl2" "home down" &&
    [ "$(tail -n 1 "$T/s.said")" = "home down" ]'
terminate server
check "the interface is still there then" [ "$(cat "$T/there")" = there ]
check "which goes last" [ "$(tail -n 1 "$T/s.said")" = "home detach" ]

# Whoever could write it would be root.
for mode in 720 702 600; do
	program c $mode
	client "command \"$T/c.sh\""
	check "mode $mode: refused" eval '! "$MLVPND" -nf "$T/client.conf" \
	    2>"$T/err" && grep -q "client.conf:.*c.sh" "$T/err"'
done
program c 700
client "command \"$T/c.sh\""
daemon c client
check "attach" said c "home attach"
chmod 722 "$T/c.sh"
: >"$T/c.said"
daemon s server
await_links client 1 2
check "mode changed later: said, and not run" await \
    'grep -q "command .* not run: .*c.sh: mode" "$T/client.log"' 10
check "at all" [ ! -s "$T/c.said" ]

# As the script that comes with MLVPN does.
terminate client
program c 700 '[ "$2" != tuntap_down ] ||
    { ip link set dev "$1" down || ifconfig "$1" down; } 2>/dev/null
[ "$2" != tuntap_up ] ||
    { ip link set dev "$1" up || ifconfig "$1" up; } 2>/dev/null'
client "command \"$T/c.sh\" compat
	address 2001:db8:44::1/64
	route { 198.18.0.0/15 2001:db8:99::/48 }"
daemon c client
await_links client 1 2
network_state c >"$T/before"
em dsl1 down
em dsl2 down
check "a script takes the interface down" await \
    'grep -q tuntap_down "$T/c.said" &&
    ! network_state c | cmp -s - "$T/before"' 10
em dsl1 up
em dsl2 up
check "its routes and addresses come back" eval '
    await "network_state c >\"$T/after\"; cmp -s \"$T/before\" \"$T/after\"" 10 ||
    { diff "$T/before" "$T/after"; false; }'

# One that hangs holds up neither packets nor the end.
servers
program c 700 'trap "" TERM; exec sleep 1000'
client "command \"$T/c.sh\""
check "one that hangs" eval 'ctl client reload >"$T/out"'
await '[ -s "$T/c.said" ]' 10
hanging=$(children "$(child "$(pid client)" runner)")
check "packets pass" no_loss -c 20
start=$(date +%s)
terminate client
check "the daemon ends" [ $? -eq 0 ]
check "within a limit" within $(($(date +%s) - start)) 8 20
check "and says so" grep -q "command attach has not ended" "$T/client.log"
check "it is gone" gone "$hanging"

client ""
daemon c client
await_links client 1 2
program c 700
client "command \"$T/c.sh\""
check "a command where there was none" eval 'ctl client reload >"$T/out" 2>&1'
check "is run" said_any c "home attach" "home link-up dsl1" \
    "home link-up dsl2" "home up"
check "and the daemon goes on" reaches

# Whoever owns a directory of its path could exchange it.
mkdir "$T/theirs"
cp "$T/c.sh" "$T/theirs/c.sh"
chown 65534 "$T/theirs"
client "command \"$T/theirs/c.sh\""
check "in a directory of somebody else: refused" eval '
    ! ctl client reload >"$T/out" 2>&1 && grep -q "theirs: owner" "$T/out"'
finish
