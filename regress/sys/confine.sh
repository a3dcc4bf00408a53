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

two_hosts delay 2ms
servers
start_pair 1
await reaches 5
parent=$(pid client)

status()
{
	awk -v key="$2:" '$1 == key { print $2 }' "/proc/$1/status"
}

for who in parent engine resolver; do
	p=$parent
	[ $who = parent ] || p=$(child "$parent" $who)
	[ -n "$p" ] || {
		fail "no $who"
		continue
	}
	if [ "$(uname -s)" = OpenBSD ]; then
		[ $who = parent ] || check "$who: user _mlvpnd" \
		    [ "$(ps -o user= -p "$p")" = _mlvpnd ]
		check "$who: pledged" eval \
		    'ps -o stat= -p "$p" | grep -q p'
		continue
	fi
	check "$who: a filter for system calls" [ "$(status "$p" Seccomp)" = 2 ]
	check "$who: leaves no core" eval \
	    'grep -q "^Max core file size  *0  *0 " /proc/$p/limits'
	check "$who: no new privileges" [ "$(status "$p" NoNewPrivs)" = 1 ]
	[ $who = parent ] && continue
	check "$who: user _mlvpnd" \
	    [ "$(status "$p" Uid)" = "$(id -u _mlvpnd)" ]
	check "$who: group _mlvpnd" \
	    [ "$(status "$p" Gid)" = "$(id -g _mlvpnd)" ]
	check "$who: no capabilities" \
	    [ "$(status "$p" CapEff)" = 0000000000000000 ]
	check "$who: no supplementary groups of root" eval '
	    ! grep -q "^Groups:.* 0 " /proc/$p/status'
done
[ "$(uname -s)" = OpenBSD ] || check "engine: another root directory" \
    [ "$(readlink "/proc/$(child "$parent" engine)/root")" != / ]
finish
