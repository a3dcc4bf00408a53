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

# Hosts, links between them and daemons on them, for tests of whole systems:
#
#	host NAME			a host with a stack of its own
#	link NAME A ADDR B ADDR [WORD ...]
#					an Ethernet between hosts A and B, in
#					each named dev HOST NAME; ADDR is
#					prefix[,prefix...]; with words, as
#					linkem takes them, it is emulated
#	em NAME WORD ...		changes or shows an emulated link
#	in_host HOST COMMAND ...
#	start HOST NAME COMMAND ...	in the background, output in $T/NAME.log
#	terminate NAME [SIGNAL]		ends it, returns its exit status
#	alive NAME
#	conf NAME			the configuration for an mlvpnd, from
#					its standard input
#	daemon HOST NAME		that mlvpnd, until it answers on its
#					socket
#	end_daemon NAME [SIGNAL]	until its engine has closed the sockets
#	ctl NAME ARGUMENT ...		mlvpnctl for that one
#	await 'COMMAND' SECONDS		until it succeeds, tried each 50 ms;
#					three times as long, as the machine may
#					be busy
#	check 'TEXT' COMMAND ...	one test
#	measure 'TEXT' COMMAND ...	one that a busy machine can spoil: the
#					best of three
#	pass|fail|skip 'TEXT'
#	need_root			or nothing at all
#	finish				prints the sum, sets the exit status
#
# Files are in $T, which is removed with all hosts and processes at exit,
# however the test ends.  With KEEP=1 in the environment $T stays.

set -u

export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

TOP=$(cd "$(dirname "$0")" && pwd)
while [ ! -f "$TOP/regress/lib/hosts.sh" ]; do
	TOP=${TOP%/*}
	[ -n "$TOP" ] || { echo "no tree around $0" >&2; exit 1; }
done

# built DIRECTORY PROGRAM: where make put it
built()
{
	for _d in "$TOP/$1/${MAKEOBJDIR:-obj}" "$TOP/$1/obj" "$TOP/$1"; do
		[ -f "$_d/$2" ] && [ -x "$_d/$2" ] && break
	done
	echo "$_d/$2"
}

MLVPND=${MLVPND:-$(built usr.sbin/mlvpnd mlvpnd)}
MLVPNCTL=${MLVPNCTL:-$(built usr.sbin/mlvpnctl mlvpnctl)}
LINKEM=$(built regress/linkem linkem)
TCPFETCH=$(built regress/lib tcpfetch)
TCPFLOW=$(built regress/lib tcpflow)
TCPTALK=$(built regress/lib tcptalk)
UDPFLOW=$(built regress/lib udpflow)
UDPPING=$(built regress/lib udpping)
UDPRELAY=$(built regress/lib udprelay)

passed=0
failed=0
skipped=0
hosts=
procs=
finished=0
T=

case $(uname -s) in
OpenBSD)
	. "$TOP/regress/lib/hosts_openbsd.sh"
	;;
Linux)
	. "$TOP/regress/lib/hosts_linux.sh"
	;;
*)
	echo "no hosts on $(uname -s)" >&2
	exit 1
	;;
esac

pass()
{
	passed=$((passed + 1))
	echo "ok $*"
}

fail()
{
	failed=$((failed + 1))
	echo "FAIL $*"
}

skip()
{
	skipped=$((skipped + 1))
	echo "skip $*"
}

check()
{
	_what=$1
	shift
	if "$@"; then
		pass "$_what"
	else
		fail "$_what"
	fi
}

measure()
{
	_what=$1
	shift
	if "$@" || "$@" || "$@"; then
		pass "$_what"
	else
		fail "$_what"
	fi
}

# field NAME: the number after that word in the last output, $T/out
field()
{
	awk -v name="$1" '
	    { for (i = 1; i < NF; i++) if ($i == name) v = $(i + 1) }
	    END { print v }' "$T/out"
}

# within NUMBER MIN MAX
within()
{
	awk -v v="$1" -v min="$2" -v max="$3" 'BEGIN {
		ok = v != "" && v + 0 >= min && v + 0 <= max
		if (!ok) print "got " v ", not " min " to " max
		exit !ok
	}'
}

finish()
{
	finished=1
	printf '%d passed, %d failed' "$passed" "$failed"
	[ "$skipped" -eq 0 ] || printf ', %d skipped' "$skipped"
	echo
	[ "$failed" -eq 0 ]
	exit
}

need_root()
{
	[ "$(id -u)" -eq 0 ] && return
	skip "${0##*/}: not root"
	finish
}

# What is wrong with the set-up of a test, not with what it tests.
die()
{
	echo "${0##*/}: $*" >&2
	exit 1
}

await()
{
	_end=$(($(date +%s) + 3 * $2))
	until eval "$1"; do
		[ "$(date +%s)" -lt "$_end" ] || return 1
		sleep 0.05
	done
}

host()
{
	hosts="$hosts $1"
	system_host "$1" || die "host $1"
}

start()
{
	_host=$1
	_name=$2
	shift 2
	# "exec" in a subshell would lose the exit status of a missing file
	exec_in_host "$_host" "$@" >"$T/$_name.log" 2>&1 </dev/null &
	eval "pid_$_name=$!"
	procs="$procs $_name"
}

alive()
{
	kill -0 "$(pid "$1")" 2>/dev/null
}

pid()
{
	eval "echo \$pid_$1"
}

terminate()
{
	kill "-${2:-TERM}" "$(pid "$1")" 2>/dev/null
	wait "$(pid "$1")" 2>/dev/null
	_status=$?
	eval "pid_$1="
	_left=
	for _p in $procs; do
		[ "$_p" = "$1" ] || _left="$_left $_p"
	done
	procs=$_left
	return $_status
}

link()
{
	_link=$1 _a=$2 _aaddr=$3 _b=$4 _baddr=$5
	shift 5
	if [ $# -eq 0 ]; then
		system_wire "$_link" "$_a" "$_b" || die "link $_link"
	else
		system_tap "$_link" "$_a" "$_b" || die "link $_link"
		start "" "em_$_link" "$LINKEM" -s 1 -S "$T/em_$_link" \
		    "$(tap_end "$_a" "$_link")" "$(tap_end "$_b" "$_link")" \
		    "$@"
		await "test -S '$T/em_$_link' || ! alive 'em_$_link'" 5
		alive "em_$_link" || {
			cat "$T/em_$_link.log" >&2
			die "link $_link"
		}
	fi
	for _p in $(echo "$_aaddr" | tr ',' ' '); do
		address "$_a" "$_link" "$_p" || die "$_a: address $_p"
	done
	for _p in $(echo "$_baddr" | tr ',' ' '); do
		address "$_b" "$_link" "$_p" || die "$_b: address $_p"
	done
}

em()
{
	_em=$1
	shift
	"$LINKEM" -c "$T/em_$_em" "$@"
}

conf()
{
	(umask 077; cat >"$T/$1.conf")
}

daemon()
{
	start "$1" "$2" "$MLVPND" -dv -f "$T/$2.conf" -s "$T/$2.sock"
	await "ctl '$2' show summary >/dev/null 2>&1 || ! alive '$2'" 10
	alive "$2" || {
		cat "$T/$2.log" >&2
		die "mlvpnd $2 did not start"
	}
}

end_daemon()
{
	_engine=$(child "$(pid "$1")" engine)
	terminate "$1" "${2:-TERM}"
	await "gone $_engine" 5
}

ctl()
{
	_ctl=$1
	shift
	"$MLVPNCTL" -s "$T/$_ctl.sock" "$@"
}

# children PID: of a process, and those of them whose title has a word
children()
{
	ps -ax -o pid= -o ppid= | awk -v p="$1" '$2 == p { print $1 }'
}

child()
{
	for _c in $(children "$1"); do
		case $(ps -o args= -p "$_c") in
		*"$2"*)
			echo "$_c"
			;;
		esac
	done
}

# The end of each log, for a test that failed.
show_logs()
{
	for _f in "$T"/*.log; do
		[ -s "$_f" ] || continue
		echo "--- ${_f##*/}"
		tail -n 15 "$_f"
	done
}

clean_up()
{
	_code=$?
	trap '' INT TERM HUP
	trap - EXIT
	[ "$finished" -eq 1 ] || _code=1
	[ $_code -eq 0 ] || show_logs >&2
	for _name in $procs; do
		kill "$(pid "$_name")" 2>/dev/null
	done
	for _name in $procs; do
		await "gone $(pid "$_name")" 5 ||
		    kill -KILL "$(pid "$_name")" 2>/dev/null
		wait "$(pid "$_name")" 2>/dev/null
	done
	for _h in $hosts; do
		system_unhost "$_h"
	done
	[ -n "${KEEP:-}" ] && echo "kept $T" >&2 || rm -rf "$T"
	exit $_code
}

# gone PID: ended, waited for or not
gone()
{
	case $(ps -o stat= -p "$1" 2>/dev/null) in
	''|Z*)
		return 0
		;;
	esac
	return 1
}

T=$(mktemp -d "${TMPDIR:-/tmp}/mlvpn.XXXXXX") || exit 1
chmod 755 "$T"
trap clean_up EXIT
trap 'exit 1' INT TERM HUP
