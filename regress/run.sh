#!/bin/sh
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

# Installs what is missing, builds, runs every test and says what failed:
#
#	sh regress/run.sh [directory ...]
#
# Every directory below regress with a Makefile that has tests is one of
# them, and each of its targets a test.  With directories, only those below.
#
# What only computes is built and run beside the tests that need a clock or a
# network, in the time that these wait, and gives way to them.

set -u

TOP=$(cd "$(dirname "$0")/.." && pwd)
. "$TOP/regress/lib/setup.sh"

STRICT=WERROR=-Werror		# not with sanitizers: gcc sees too much then
SANITIZERS=address,undefined
LIMIT=1800			# seconds, ends a test that hangs

T=$(mktemp -d "${TMPDIR:-/tmp}/mlvpn-run.XXXXXX") || exit 1
trap 'rm -rf "$T"' EXIT
trap 'exit 1' INT TERM HUP

# run NAME COMMAND ...: one test, its output in $T/log; one word on how it
# went in $T/results
run()
{
	_name=$1
	_log=$T/log.${worker:-0}
	shift
	_start=$(date +%s)
	"$@" </dev/null >"$_log" 2>&1
	_status=$?
	_took=$(($(date +%s) - _start))
	[ $_took -lt 10 ] || _name="$_name ($_took s)"
	if [ $_status -eq 0 ]; then
		if grep -q '^SKIPPED$' "$_log" || tail -n 1 "$_log" |
		    grep -q '^0 passed, 0 failed, [0-9]* skipped$'; then
			echo skipped >>"$T/results"
			echo "skip $_name$(reason "$_log")"
		else
			echo passed >>"$T/results"
			echo "ok $_name"
		fi
		return
	fi
	echo failed >>"$T/results"
	{
		echo "FAIL $_name"
		{
			grep -B 1 '^FAIL ' "$_log"
			echo ...
			tail -n 30 "$_log"
		} | sed 's/^/    /'
	} >"$_log.failed"
	cat "$_log.failed"
	return 1
}

# reason LOG: why the test was skipped, where it says so
reason()
{
	awk '/^skip / { why = substr($0, 6) }
	    /^SKIPPED$/ && last !~ /^====/ { why = last }
	    { last = $0 }
	    END { if (why != "") print ": " why }' "$1"
}

# result WORD: how many tests went so
result()
{
	grep -c "^$1\$" "$T/results"
}

finish()
{
	printf '%d passed, %d failed' "$(result passed)" "$(result failed)"
	[ "$(result skipped)" -eq 0 ] ||
	    printf ', %d skipped' "$(result skipped)"
	echo
	[ "$(result failed)" -eq 0 ]
	exit
}

# Says nothing about any manual page, but for pages of other systems.
lint_manuals()
{
	! find "$TOP" -name '*.[1-9]' -path '*/man/*' \
	    -exec mandoc -T lint -W all {} + | grep -v \
	    -e 'referenced manual not found' -e 'outdated mandoc.db'
}

# queue KIND DIRECTORY: its tests, in lines of KIND DIRECTORY TARGET ..., into
# the file "computing", or that of their kind if they need a clock or a
# network.  Where tests are long each has a line of its own.
queue()
{
	_tests=$(targets "$2" $(variables "$1"))
	case $2 in
	*/mlvpnd/core|*/mlvpnd/match|*/mlvpnd/mlvpn2|*/mlvpnd/sim)
		# OpenBSD builds a program when it is run
		if [ "$(uname -s)" != OpenBSD ]; then
			for _t in $_tests; do
				echo "$1 $2 $_t"
			done >>"$T/computing"
			return
		fi
		_file=computing
		;;
	*/mlvpnd/conf|*/mlvpnd/cpu|*/mlvpnd/fuzz|*/cross|*/etc|*/model)
		_file=computing
		;;
	*)
		_file=$1
		;;
	esac
	echo "$1 $2" $_tests >>"$T/$_file"
}

# variables KIND: for make
variables()
{
	case $1 in
	plain)
		echo "$STRICT"
		;;
	sanitized)
		echo "SANITIZE=$SANITIZERS REGRESS_SKIP_SLOW=yes"
		;;
	esac
}

# work FILE: those of its lines that nobody else has begun
work()
{
	_line=0
	while read -r _kind _dir _tests; do
		_line=$((_line + 1))
		mkdir "$T/$1.$_line" 2>/dev/null || continue
		_prefix=
		[ "$_kind" = plain ] || _prefix="$_kind "
		for _t in $_tests; do
			run "$_prefix${_dir#"$TOP/regress/"} ${_t#run-}" \
			    timeout "$LIMIT" \
			    sh -c 'cd "$1" && shift && exec "$@"' sh "$_dir" \
			    $MAKE $(variables "$_kind") \
			    REGRESS_FAIL_EARLY=yes REGRESS_TARGETS="$_t" regress
		done
	done <"$T/$1"
}

# For what it warns of: nothing of this is run.
build_clang()
{
	(export CFLAGS=-O0 && build_all CC=clang $STRICT \
	    MAKEOBJDIR=obj.clang)
}

# The other builds, then the computing: each gives way to who needs a clock.
compute()
{
	MAKE="nice -n 19 $MAKE"
	worker=1
	if grep -q '^sanitized' "$T/computing" "$T/sanitized"; then
		run "build sanitized tests" build_tests \
		    $(variables sanitized)
	fi
	: >"$T/built"
	[ -n "$only" ] || [ "$(uname -s)" != Linux ] ||
	    run "build with clang" build_clang
	work computing &
	worker=2
	work computing
	wait
}

# make -V does not expand what a variable is made of, on all systems.
targets()
{
	cd "$1" || return
	shift
	printf '.include "Makefile"\n_targets:\n\t@echo ${REGRESS_TARGETS}\n' |
	    $MAKE "$@" -f - _targets
}

# The directories with a Makefile below those given, programs first.
directories()
{
	for _d in $1; do
		find "$TOP/regress/$_d" -name Makefile 2>/dev/null | sort
	done | sed 's,/Makefile$,,;s,/\./,/,' | awk '!seen[$0]++'
}

selected=${*:-usr.sbin model lib linkem cross sys .}
only=$*
for f in results plain sanitized computing; do
	: >"$T/$f"
done

if [ "$(id -u)" -eq 0 ]; then
	install_packages "$T/install" $BUILD_PACKAGES $TEST_PACKAGES || {
		tail -n 20 "$T/install"
		echo "some packages could not be installed"
	}
	make_user
else
	echo "not root: nothing is installed, and some tests are skipped"
fi

run "build" build_all $STRICT
[ -n "$only" ] || run "manual pages" lint_manuals
for d in $(directories "$selected"); do
	queue plain "$d"
done
if [ "$(uname -s)" = Linux ]; then
	run "build with sanitizers" build SANITIZE=$SANITIZERS
	for d in $(directories "$selected"); do
		case $d in
		*/fuzz)
			# always is
			;;
		*/regress/usr.sbin/*)
			queue sanitized "$d"
			;;
		esac
	done
fi

compute &
work plain
while [ -d "$T" ] && [ ! -e "$T/built" ]; do
	sleep 1
done
work sanitized
wait
finish
