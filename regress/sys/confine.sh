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

# What the running processes may still do.

. "$(dirname "$0")/sys.sh"

LACKING=$(built regress/lib lacking)

two_hosts delay 2ms
servers
start_pair 1
await reaches 5

status()
{
	awk -v key="$2:" '$1 == key { print $2 }' "/proc/$1/status"
}

# confined DAEMON TEXT: all of its processes
confined()
{
	_parent=$(pid "$1")
	_text=$2
	for who in parent engine resolver status runner; do
		p=$_parent
		[ $who = parent ] || p=$(child "$_parent" $who)
		[ -n "$p" ] || {
			fail "$_text: no $who"
			continue
		}
		case $(uname -s) in
		OpenBSD)
			confined_openbsd "$who" "$p" "$_text: $who"
			;;
		*)
			confined_linux "$who" "$p" "$_text: $who"
			;;
		esac
	done
}

confined_openbsd()
{
	case $1 in
	engine|resolver|status)
		check "$3: user _mlvpnd" \
		    [ "$(ps -o user= -p "$2")" = _mlvpnd ]
		;;
	esac
	check "$3: pledged" eval 'ps -o stat= -p "$p" | grep -q p'
}

# 0x1400 are CAP_NET_BIND_SERVICE and CAP_NET_ADMIN.
confined_linux()
{
	check "$3: leaves no core" \
	    grep -q "^Max core file size  *0  *0 " "/proc/$2/limits"
	check "$3: nothing to be inherited" \
	    [ "$(status "$2" CapInh)$(status "$2" CapAmb)" = \
	    00000000000000000000000000000000 ]
	# what it runs would be confined too
	[ "$1" = runner ] && return
	check "$3: a filter for system calls" [ "$(status "$2" Seccomp)" = 2 ]
	case $1 in
	parent|engine)
		check "$3: keys are in no core" \
		    grep -q '^VmFlags: rd wr.* dd' "/proc/$2/smaps"
		;;
	esac
	check "$3: no new privileges" [ "$(status "$2" NoNewPrivs)" = 1 ]
	_caps=0000000000000000
	[ "$1" = parent ] && _caps=0000000000001400
	for _set in CapPrm CapEff CapBnd; do
		check "$3: $_set" [ "$(status "$2" $_set)" = $_caps ]
	done
	[ "$1" = parent ] && return
	check "$3: user _mlvpnd" [ "$(status "$2" Uid)" = "$(id -u _mlvpnd)" ]
	check "$3: group _mlvpnd" \
	    [ "$(status "$2" Gid)" = "$(id -g _mlvpnd)" ]
	check "$3: no supplementary groups of root" eval '
	    ! grep -q "^Groups:.* 0 " "/proc/$p/status"'
}

confined client "no command"
[ "$(uname -s)" = OpenBSD ] || check "engine: another root directory" \
    [ "$(readlink "/proc/$(child "$(pid client)" engine)/root")" != / ]

cat >"$T/command.sh" <<-END
	#!/bin/sh
	awk '\$1 ~ /^(Seccomp|NoNewPrivs):/ { printf "%s ", \$2 }' \
	    /proc/self/status >"$T/command.out"
	echo "\$2" >>"$T/command.said"
END
chmod 700 "$T/command.sh"
{ links 1 </dev/null; echo "command \"$T/command.sh\""; } | client_conf |
    conf client
check "a reload that adds a command" ctl client reload
check "it is run" await 'grep -q "^up" "$T/command.said"' 10
confined client "a command added"
terminate client
daemon c client
await_links client 1
confined client "a command"
[ "$(uname -s)" = OpenBSD ] || check "which is not confined itself" \
    [ "$(cat "$T/command.out")" = "0 0 " ]

# The children have the group of the control socket.
if command -v setpriv >/dev/null; then
	as_mlvpnd()
	{
		setpriv --reuid=_mlvpnd --regid=_mlvpnd --clear-groups "$@"
	}
	cp "$MLVPNCTL" "$T/mlvpnctl"
	check "no process of their user can use it" eval '
	    ! as_mlvpnd "$T/mlvpnctl" -s "$T/client.sock" show summary \
		>"$T/out" 2>&1'
	check "which is logged" grep -q "control socket: a process of our" \
	    "$T/client.log"
fi

# However a child behaves, the daemon ends.
for who in engine resolver status; do
	stuck=$(child "$(pid client)" $who)
	kill -STOP "$stuck"
	start=$(date +%s)
	terminate client
	check "$who hangs: not with status 0" [ $? -ne 0 ]
	check "$who hangs: within five seconds" \
	    within $(($(date +%s) - start)) 0 5
	check "$who hangs: said" grep -q "$who does not exit, killing it" \
	    "$T/client.log"
	check "$who hangs: it is gone" gone "$stuck"
	check "$who hangs: so is the interface" await '! has_if c "$CTUN"' 5
	daemon c client
done
terminate client

if [ "$(uname -s)" = Linux ]; then
	for what in landlock seccomp; do
		start c client "$LACKING" $what "$MLVPND" -dv \
		    -f "$T/client.conf" -s "$T/client.sock"
		await_links client 1
		check "a kernel without $what: it runs" await reaches 5
		check "a kernel without $what: said" \
		    grep -qi "^no $what" "$T/client.log"
		check "a kernel without $what: capabilities" \
		    [ "$(status "$(pid client)" CapBnd)" = 0000000000001400 ]
		terminate client
	done
fi

# pledge(2) does not permit what an interface of a reload needs.
daemon c client
sed "s/$CTUN/tun1/; s/\"home\"/\"more\"/; s/10\.44\.43/10.44.45/; s/Ym9u/Yn9u/" \
    "$T/client.conf" >>"$T/client.conf.more"
cat "$T/client.conf.more" >>"$T/client.conf"
check "a tunnel more" ctl client reload
check "has its interface" await 'has_if c tun1' 5
if [ "$(uname -s)" = OpenBSD ]; then
	check "with its group" await \
	    'ifconfig tun1 | grep -q "groups:.* mlvpn"' 5
	check "and description" await \
	    'ifconfig tun1 | grep -q "description: mlvpnd: more"' 5
fi
terminate client
finish
