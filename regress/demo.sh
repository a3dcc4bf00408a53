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

# Installs what is missing, builds, and shows the main job on one screen:
# two hosts joined by two links, one of which is cut and heals.
#
#	sh regress/demo.sh

TOP=$(cd "$(dirname "$0")/.." && pwd)
. "$TOP/regress/lib/setup.sh"

if [ "$(id -u)" -ne 0 ]; then
	echo "demo.sh: must be root to create hosts and interfaces" >&2
	exit 1
fi
log=$(mktemp "${TMPDIR:-/tmp}/mlvpn-demo.XXXXXX") || exit 1
install_packages "$log" $BUILD_PACKAGES &&
    make_user &&
    echo "building" &&
    build >>"$log" 2>&1 || {
	tail -n 30 "$log"
	rm -f "$log"
	echo "demo.sh: build failed" >&2
	exit 1
}
rm -f "$log"

. "$TOP/regress/lib/hosts.sh"

# Lines of tcpflow as bars, each followed by what note says about it.
bars()
{
	while read -r _time _s _rate _unit; do
		case $_time in
		goodput)
			echo "$_s ${_unit##*gap }" >"$T/result"
			continue
			;;
		esac
		awk -v t="${_time%.*}" -v r="$_rate" 'BEGIN {
			bar = sprintf("%" int(r / 2 + 0.5) "s", "")
			gsub(/ /, "#", bar)
			printf "  %3d s %6.1f Mbit/s  %-20s", t, r, bar
		}'
		"$1" "${_time%.*}"
	done
}

no_note()
{
	echo
}

show_links()
{
	ctl home show links | sed 's/^/   /'
}

# rate and gap of the last flow
result()
{
	cut -d ' ' -f "$1" "$T/result"
}

cut_and_heal()
{
	case $1 in
	3)
		em dsl1 down
		echo "<- dsl1 is cut"
		;;
	6)
		echo
		echo
		echo "   home# mlvpnctl show links"
		show_links
		echo
		;;
	9)
		em dsl1 up
		echo "<- dsl1 is restored"
		;;
	*)
		echo
		;;
	esac
}

cat <<'END'

   home                                                    office
   10.44.43.1   ---- dsl1: 20 Mbit/s, 10 ms each way ----  10.44.43.2
   mlvpnd       ---- dsl2: 20 Mbit/s, 10 ms each way ----  mlvpnd

END
host home
host office
link dsl1 home 192.0.2.1/24 office 192.0.2.2/24 \
    rate 20M delay 10ms queue 100ms
link dsl2 home 198.51.100.1/24 office 198.51.100.2/24 \
    rate 20M delay 10ms queue 100ms
start office sink "$TCPFLOW" -l 5001
await 'in_host home "$TCPFLOW" -qt 0.1 192.0.2.2 5001 >/dev/null 2>&1' 5 ||
    die "no TCP server"

echo "1. One TCP connection over dsl1 alone, without a tunnel:"
in_host home "$TCPFLOW" -i 1 -o 1 -t 4 192.0.2.2 5001 | bars no_note
single=$(result 1)
echo "   $single Mbit/s"
echo

echo "2. An mlvpnd on each host:"
psk=$("$MLVPNCTL" keygen -p)
conf office <<END
listen on * port 5080
tunnel "home" {
	interface tun3
	address 10.44.43.2/30 peer 10.44.43.1
	psk "$psk"
}
END
daemon office office
conf home <<END
tunnel "home" {
	interface tun2
	address 10.44.43.1/30 peer 10.44.43.2
	psk "$psk"
	link "dsl1" {
		remote 192.0.2.2 port 5080
		bandwidth up 20M down 20M
	}
	link "dsl2" {
		remote 198.51.100.2 port 5080
		bandwidth up 20M down 20M
	}
}
END
daemon home home
await '[ "$(ctl home -j show links | grep -c "\"state\": \"up\"")" -eq 2 ]' 10 ||
    die "links did not come up"
echo "   home# mlvpnctl show links"
show_links
echo

echo "3. One TCP connection through the tunnel, over both links:"
in_host home "$TCPFLOW" -i 1 -o 2 -t 6 10.44.43.2 5001 | bars no_note
sum=$(result 1)
echo "   $sum Mbit/s, $(awk -v a="$sum" -v b="$single" \
    'BEGIN { printf "%.2f", a / b }') times the single link"
echo

echo "4. The same while a link is cut and restored:"
in_host home "$TCPFLOW" -i 1 -t 12 10.44.43.2 5001 | bars cut_and_heal
gap=$(result 2)
echo "   The connection survived.  The longest interruption was $gap ms."
echo

for d in home office; do
	terminate $d || die "mlvpnd on $d failed at exit"
done
awk -v a="$sum" -v b="$single" -v g="$gap" \
    'BEGIN { exit !(a > 1.5 * b && g < 3000) }' ||
    die "the results are not as expected"
finish >/dev/null
