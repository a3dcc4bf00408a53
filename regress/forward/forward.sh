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


# The forwarders that regress/bench/speed compares with carry what they are
# given.

. "$(dirname "$0")/../lib/hosts.sh"

need_root
[ -x "$(built regress/forward plain)" ] || {
	skip "forwarders: only for Linux"
	finish
}
host a
host b
link wire a 192.0.2.1/24 b 192.0.2.2/24

carries()
{
	start a "$1_a" "$(built regress/forward "$1")" tun1 192.0.2.1 5001 \
	    192.0.2.2 5001
	start b "$1_b" "$(built regress/forward "$1")" tun1 192.0.2.2 5001 \
	    192.0.2.1 5001
	await 'has_if a tun1 && has_if b tun1' 5 || return
	address a tun1 10.44.43.1/24
	address b tun1 10.44.43.2/24
	device_mtu a tun1 1440
	device_mtu b tun1 1440
	start b sink "$TCPFLOW" -l 5002
	start b echo "$UDPPING" -l 5003
	await 'in_host a "$UDPPING" -c 1 -w 200 10.44.43.2 5003 >/dev/null' 5 &&
	    in_host a "$UDPPING" -i 1 -c 200 -s 1000 10.44.43.2 5003 \
	    >"$T/out" && within "$(field loss)" 0 1 &&
	    in_host a "$TCPFLOW" -qt 0.5 10.44.43.2 5002 >"$T/out" &&
	    within "$(field goodput)" 1 1000000 &&
	    in_host a "$TCPFLOW" -qRt 0.5 10.44.43.2 5002 >"$T/out" &&
	    within "$(field goodput)" 1 1000000
	_result=$?
	for _p in sink echo "$1_a" "$1_b"; do
		terminate $_p
	done
	return $_result
}

check "a packet at a time" carries plain
check "many at a time, encrypted" carries large
finish
