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



# A daemon of ours and mlvpn(1), if there is one: each serves and calls, with
# two and with four links, encrypted and clear, with and without reordering;
# a connection lives through dead links and new daemons.

. "$(dirname "$0")/sys.sh"

command -v mlvpn >/dev/null || {
	skip "mlvpn(1) is not installed"
	finish
}
command -v ip >/dev/null || {
	skip "mlvpn(1) needs a script with ip(8)"
	finish
}

SECRET="a phrase of the old configuration"

host c
host s
for n in 1 2 3 4; do
	link dsl$n c "$(net $n).1/24" s "$(net $n).2/24" \
	    rate 20M delay $((2 + n))ms queue 100ms
done
servers

# set_up ROLE LINKS CIPHER REORDER: what ours is, "1 2", "encrypted" or
# "clear", packets or 0
set_up()
{
	role=$1 numbers=$2
	case $1 in
	server)
		our_host=s their_host=c our_dev=$STUN mode=client
		our_net="10.44.43.2/30 peer 10.44.43.1"
		their_net="10.44.43.1 peer 10.44.43.2"
		our_end="listen on" their_end=remote
		;;
	client)
		our_host=c their_host=s our_dev=$CTUN mode=server
		our_net="10.44.43.1/30 peer 10.44.43.2"
		their_net="10.44.43.2 peer 10.44.43.1"
		our_end=remote their_end=bind
		;;
	esac
	case $3 in
	encrypted)
		our_words= cleartext=0
		;;
	clear)
		our_words="cleartext data" cleartext=1
		;;
	esac
	[ "$4" -ne 0 ] || our_words="$our_words
		reorder no"

	{
		cat <<-END
		tunnel "home" {
			protocol mlvpn2
			interface $our_dev
			address $our_net
			secret "$SECRET"
			$our_words
		END
		for n in $numbers; do
			cat <<-END
			link "dsl$n" {
				$our_end $(net $n).2 port 508$n
				bandwidth up 20M
			}
			END
		done
		echo "}"
	} | conf ours

	cat >"$T/updown" <<-END
	#!/bin/sh
	[ "\$2" = tuntap_up ] || exit 0
	ip link set dev "\$1" mtu 1428 up
	ip addr replace $their_net dev "\$1"
	END
	chmod 700 "$T/updown"
	{
		cat <<-END
		[general]
		statuscommand = "$T/updown"
		mode = "$mode"
		tuntap = "tun"
		interface_name = "tun9"
		timeout = 5
		password = "$SECRET"
		cleartext_data = $cleartext
		reorder_buffer_size = $4
		END
		for n in $numbers; do
			cat <<-END

			[dsl$n]
			${their_end}host = "$(net $n).2"
			${their_end}port = 508$n
			END
		done
	} | (umask 077; cat >"$T/theirs.conf")
}

start_ours()
{
	daemon $our_host ours
}

start_theirs()
{
	start $their_host theirs mlvpn -c "$T/theirs.conf" --user _mlvpnd \
	    --debug
}

all_up()
{
	for n in $numbers; do
		link_is ours dsl$n up || return
	done
}

used()
{
	for n in $numbers; do
		more_than 50000 ours links dsl$n tx_bytes &&
		    more_than 50000 ours links dsl$n rx_bytes || return
	done
}

round_trips()
{
	for n in $numbers; do
		within "$(value ours links dsl$n rtt_us)" 5000 500000 ||
		    return
	done
}

carries()
{
	check "$1: all links come up" await all_up 15
	check "$1: packets pass" await reaches 10
	check "$1: ping, none lost" no_loss -c 50
	check "$1: large packets" no_loss -c 20 -s 1400
	check "$1: packets in fragments" no_loss -c 10 -s 4000
	check "$1: TCP to the server" tcp -t 1
	cat "$T/out"
	check "$1: TCP from the server" tcp -R -t 1
	cat "$T/out"
	check "$1: every link is used both ways" used
	check "$1: its round trip is known" round_trips
	check "$1: nothing refused" [ "$(refused ours)" -eq 0 ]
}

# The connection that is open all the time brings more than it had.
bytes_of_flow()
{
	awk '$2 == "s" && $3 > 0' "$T/flow.log" | wc -l
}

goes_on()
{
	had=$(bytes_of_flow)
	await 'alive flow && [ "$(bytes_of_flow)" -gt $((had + 1)) ]' 30
}

# cut_link MS: dsl1 dies under a ping each 10 ms, and that is the longest gap
cut_link()
{
	in_host c "$UDPPING" -c 500 10.44.43.2 5002 >"$T/out" &
	_ping=$!
	_sent=$(value ours tunnels home tx_packets)
	await "more_than $((_sent + 200)) ours tunnels home tx_packets" 5
	em dsl1 down
	wait $_ping
	em dsl1 up
	await all_up 15
	cat "$T/out"
	within "$(field gap)" 0 "$1"
}

# Both daemons run, and anything may happen to them.
endures()
{
	# mlvpn's packets come over all links in turn, unless they are answers
	# to what was lost
	[ $role = client ] && gap=4000 || gap=2000
	measure "$1: dsl1 dies under a ping: $gap ms at most" cut_link $gap
	start c flow "$TCPFLOW" -t 600 -i 0.2 10.44.43.2 5001
	check "$1: a connection" goes_on
	for n in 1 2; do
		em dsl$n down
		check "$1: dsl$n dies: not used any more" await \
		    "! link_is ours dsl$n up" 5
		check "$1: the connection lives" goes_on
		check "$1: dsl$n is down" await "link_is ours dsl$n down" 5
		em dsl$n up
		check "$1: dsl$n is back" await "link_is ours dsl$n up" 15
	done
	for signal in TERM KILL; do
		end_daemon ours $signal
		start_ours
		check "$1: ours anew after $signal: all links" await all_up 15
		check "$1: the connection lives" goes_on
		terminate theirs $signal
		start_theirs
		check "$1: mlvpn anew after $signal: all links" await \
		    all_up 15
		check "$1: the connection lives" goes_on
	done
	terminate flow
	check "$1: none lost then" await 'no_loss -c 100' 10
}

for role in client server; do
	for numbers in "1 2" "1 2 3 4"; do
		for cipher in encrypted clear; do
			for reorder in 0 64; do
				set_up $role "$numbers" $cipher $reorder
				start_theirs
				start_ours
				name="$role, ${numbers##* } links, $cipher"
				[ $reorder -eq 0 ] || name="$name, reordering"
				carries "$name"
				[ "$cipher$reorder${numbers##* }" != \
				    encrypted04 ] || endures "our $role"
				terminate ours
				terminate theirs
			done
		done
	done
done

finish
