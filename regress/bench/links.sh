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


# What several links give together, on emulated links (linkem) with the
# system's own TCP: the share of the sum of their rates that one stream gets
# in the tunnel, beside what the best link alone gives without a tunnel in the
# same minute.  Headers leave 0.91 of the rates at most.
#
#	sh regress/bench/links.sh [-a | -c] [-n streams' seconds] [row ...]
#
# -a: automatic bandwidths only; -c: configured ones only.

set -u

. "$(dirname "$0")/../sys/sys.sh"

modes="configured auto"
seconds=15
while getopts acn: opt; do
	case $opt in
	a)	modes=auto ;;
	c)	modes=configured ;;
	n)	seconds=$OPTARG ;;
	*)	exit 1 ;;
	esac
done
shift $((OPTIND - 1))

# Rates in Mbit/s and linkem's words for the two links.
rows()
{
	cat <<-END
	equal 20 delay,10ms 20 delay,10ms
	rates 40 delay,10ms 10 delay,10ms
	delays 40 delay,10ms 40 delay,50ms
	lossy 40 delay,10ms 10 delay,40ms,loss,1%
	slow 8 delay,15ms 2 delay,20ms
	near 40 delay,10ms 40 delay,20ms
	END
}

words()
{
	echo "$1" | tr , ' '
}

# stream HOST-ADDRESS RATE [OPTION ...]: share of RATE Mbit/s
stream()
{
	_addr=$1
	_rate=$2
	shift 2
	in_host c "$TCPFLOW" -q -C cubic -b "$_rate" -o 2 -t "$seconds" "$@" \
	    "$_addr" 5001 >"$T/out" 2>/dev/null && field share || echo -
}

bench()
{
	_name=$1
	_r1=$2
	_w1=$(words "$3")
	_r2=$4
	_w2=$(words "$5")
	_sum=$((_r1 + _r2))

	em dsl1 rate "${_r1}M" $_w1 queue 50ms
	em dsl2 rate "${_r2}M" $_w2 queue 50ms
	_best=$(stream "$(net 1).2" "$_sum")
	printf '%-8s %3s+%-3s %-18s best link alone %5s' "$_name" "$_r1" \
	    "$_r2" "$3 $5" "$_best"
	for _mode in $modes; do
		if [ "$_mode" = configured ]; then
			{
				echo "bandwidth up ${_r1}M down ${_r1}M" | links 1
				echo "bandwidth up ${_r2}M down ${_r2}M" | links 2
			} | client_conf | conf client
		else
			links 1 2 </dev/null | client_conf | conf client
		fi
		server_conf </dev/null | conf server
		daemon s server
		daemon c client
		await_links client 1 2
		_up=$(stream 10.44.43.2 "$_sum")
		_down=$(stream 10.44.43.2 "$_sum" -R)
		ping -c 100 -i 20
		_rtt=$(field median)
		printf '  %s up %s down %s rtt %s' "$_mode" "$_up" "$_down" \
		    "$_rtt"
		terminate client
		terminate server
	done
	echo
}

two_hosts rate 20M delay 10ms queue 50ms
servers
rows | while read -r name r1 w1 r2 w2; do
	case " ${*:-$name} " in
	*" $name "*)	bench "$name" "$r1" "$w1" "$r2" "$w2" </dev/null ;;
	esac
done
