#!/bin/sh
#
#	$OpenBSD$
#
# usage: mlvpnctl.sh test
#
# Runs mlvpnctl against ctlserver, both in the current directory, and compares
# what comes out.

dir=$(mktemp -d /tmp/mlvpnctl.XXXXXX) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
sock=$dir/sock
bin=$PWD
src=$(cd "$(dirname "$0")" && pwd)
LC_ALL=C
TZ=UTC0
export LC_ALL TZ

# compare what status: status and standard input are what is wanted
compare() {
	echo "$1"
	cat >"$dir/want"
	if [ "$status" -ne "$2" ]; then
		echo "exit status $status, not $2:" >&2
		cat "$dir/got" >&2
		exit 1
	fi
	diff -u "$dir/want" "$dir/got" >&2 || exit 1
}

# ctl arguments: without a daemon
ctl() {
	status=0
	"$bin/mlvpnctl" "$@" >"$dir/got" 2>&1 || status=$?
}

# with scenario [-j] command ...
with() {
	_scenario=$1; shift
	_json=
	if [ "$1" = -j ]; then
		_json=-j; shift
	fi
	status=0
	"$bin/ctlserver" $_scenario "$sock" "$bin/mlvpnctl" $_json \
	    -s "$sock" "$@" >"$dir/got" 2>&1 || status=$?
}

# what is sent for a command
sends() {
	_want=$1; shift
	with echo "$@"
	compare "$*" 0 <<-END
	$_want
	done
	END
}

# json scenario status command: valid, nothing else on either output
json() {
	_scenario=$1 _status=$2; shift 2
	with $_scenario -j "$@"
	echo "$_scenario: -j $*"
	if [ $status -ne $_status ]; then
		echo "exit status $status, not $_status" >&2
		exit 1
	fi
	"$bin/jsoncheck" <"$dir/got" && schema || {
		cat "$dir/got" >&2
		exit 1
	}
}

# is the output what mlvpnctl(8) documents
schema() {
	awk -f "$src/schema.awk" "$src/../../../share/man/man8/mlvpnctl.8" \
	    "$dir/got" >&2
}

# has text: somewhere in the output
has() {
	grep -qF -- "$1" "$dir/got" && return
	echo "no '$1' in:" >&2
	cat "$dir/got" >&2
	exit 1
}

test_parser() {
	sends "SHOW_SUMMARY" show summary
	sends "SHOW_SUMMARY" sh s
	sends "SHOW_TUNNELS [] []" show tunnels
	sends "SHOW_TUNNELS [home] []" sho t home
	sends "SHOW_LINKS [] []" show links
	sends "SHOW_LINKS [home] []" sh l home
	sends "SHOW_LINKS [home] [dsl1]" show links home dsl1
	sends "SHOW_FILTERS [] []" show filters
	sends "SHOW_FILTERS [home] []" sh f home
	sends "SHOW_HISTORY [] []" show history
	sends "SHOW_HISTORY [home] [dsl1]" sh h home dsl1
	sends "SHOW_KEYS [] []" show keys
	sends "SHOW_KEYS [home] []" sh k home
	sends "SHOW_EVENTS" sh e
	# words of the language are names where a name stands
	sends "SHOW_LINKS [links] [up]" show links links up
	sends "LINK_UP [home] [dsl1]" link home dsl1 up
	sends "LINK_DOWN [home] [dsl1]" li home dsl1 d
	sends "LOG_VERBOSE 1" log verbose
	sends "LOG_VERBOSE 0" lo b
	sends "RELOAD 0" reload
	sends "RELOAD 0" r

	ctl
	compare "no command" 1 <<-END
	missing argument:
	valid commands/args:
	  import
	  keygen
	  link
	  log
	  monitor
	  reload
	  setup
	  show
	END
	ctl ""
	compare "empty command" 1 <<-END
	missing argument:
	valid commands/args:
	  import
	  keygen
	  link
	  log
	  monitor
	  reload
	  setup
	  show
	END
	ctl l
	compare "ambiguous" 1 <<-END
	ambiguous argument: l
	valid commands/args:
	  import
	  keygen
	  link
	  log
	  monitor
	  reload
	  setup
	  show
	END
	ctl showing
	compare "unknown" 1 <<-END
	unknown argument: showing
	valid commands/args:
	  import
	  keygen
	  link
	  log
	  monitor
	  reload
	  setup
	  show
	END
	ctl log
	compare "log without more" 1 <<-END
	missing argument:
	valid commands/args:
	  brief
	  verbose
	END
	ctl show x
	compare "show something else" 1 <<-END
	unknown argument: x
	valid commands/args:
	  <cr>
	  events
	  filters
	  history
	  keys
	  links
	  summary
	  tunnels
	END
	ctl link
	compare "link without a tunnel" 1 <<-END
	missing argument:
	valid commands/args:
	  <tunnel>
	END
	ctl link home
	compare "link without a link" 1 <<-END
	missing argument:
	valid commands/args:
	  <link>
	END
	ctl link home dsl1
	compare "link without an end" 1 <<-END
	missing argument:
	valid commands/args:
	  down
	  up
	END
	ctl link home dsl1 u p
	compare "too much" 1 <<-END
	superfluous argument: p
	END
	ctl show links a b c
	compare "too many names" 1 <<-END
	superfluous argument: c
	END
	ctl show links 12345678901234567890123456789012
	compare "long tunnel name" 1 <<-END
	tunnel name too long: 12345678901234567890123456789012
	END
	ctl link home 12345678901234567890123456789012 up
	compare "long link name" 1 <<-END
	link name too long: 12345678901234567890123456789012
	END
	sends "SHOW_LINKS [home] [1234567890123456789012345678901]" \
	    show links home 1234567890123456789012345678901
	ctl -s
	[ $status -eq 1 ] || exit 1
	has "usage: mlvpnctl [-hjV] [-s socket] command [argument ...]"
	ctl -V
	compare "version" 0 <<-END
	mlvpnctl 3.0
	END
	ctl -h
	compare "help" 0 <<-END
	usage: mlvpnctl [-hjV] [-s socket] command [argument ...]
	  import <file>
	  keygen
	  keygen -p
	  link <tunnel> <link> down
	  link <tunnel> <link> up
	  log brief
	  log verbose
	  monitor
	  reload
	  setup
	  setup ...
	  show
	  show events
	  show filters
	  show filters <tunnel>
	  show history
	  show history <tunnel>
	  show history <tunnel> <link>
	  show keys
	  show keys <tunnel>
	  show links
	  show links <tunnel>
	  show links <tunnel> <link>
	  show summary
	  show tunnels
	  show tunnels <tunnel>
	END
}

test_show() {
	with normal show
	compare "show" 0 <<-END
	mlvpnd 3.0, running for 1d02h03m
	Tunnels up: 1 of 2, links up: 2 of 5
	Packet buffers used: 12 of 4096
	Datagrams rejected: 17 unknown, 3 malformed, 2 with a wrong key
	Handshakes: 1 rate limited, 18446744073709551615 cookies sent
	Listening on 0.0.0.0:5080
	Listening on [2001:db8::1]:5080 of em0, rtable 1
	Not listening on 192.0.2.1:5080: address in use
	Not listening on em1 port 5080, IPv6, rtable 2: no such address

	$(links_table)
	END
	with normal show links
	compare "show links" 0 <<-END
	$(links_table)
	END
	with few show links
	compare "show links, at most 80 columns wide" 0 <<-END
	TUNNEL LINK STATE           AGE    RTT   LOSS %    TX    RX ADDRESS
	home   dsl1 up         00:01:02 12.3ms   0.0/12 18.2M   999 192.0.2.10
	            configured 20M, measured 18.2M
	            uses the line of link dsl2
	home   dsl2 down       00:00:05      -    100/-     0     0 -
	            no reports from peer
	            quota: 1.00GB used up, renewed on 2027-01-01
	home   lte  standby    01w1d01h 1235ms        -     0     0 2001:db8::12
	            quota: 8.75GB of 50.0GB left, renewed on 2027-01-01
	END
	with normal show links home dsl1
	compare "show links home dsl1" 0 <<-END
	$(links_dsl1)
	END
	with normal show links home
	compare "show links home" 0 <<-END
	$(links_dsl1)

	Link dsl2 of tunnel home is down for 00:00:05: no reports from peer
	  Opened by:   this end, as path 1
	  Local:       -
	  Remote:      [2001:db8:1:2:3:4:5:6]:5080
	  Loss:        100.0% sending, - receiving
	  Bandwidth:   1.97Mbit/s to send, of 2.00Mbit/s configured
	  Now:         0bit/s sent, 0bit/s received
	  Sent:        0B in 0 packets, 0 errors, 0 sent again
	  Received:    0B in 0 packets
	  Used:        0B since the start, 0B today, 0B this month
	  Quota:       1.00GB used up, renewed on 2027-01-01

	Link lte of tunnel home is standby for 01w1d01h
	  Opened by:   this end, as path 2, backup 1
	  Local:       2001:db8::12
	  Remote:      198.51.100.1:5080
	  Round trip:  1235ms, varies by -
	  Bandwidth:   not limited
	  Now:         0bit/s sent, 0bit/s received
	  Sent:        0B in 0 packets, 0 errors, 0 sent again
	  Received:    0B in 0 packets
	  Used:        999B since the start, 2.50GB today, 70.0GB this month
	  Quota:       8.75GB of 50.0GB left, renewed on 2027-01-01
	END
	with normal show tunnels
	compare "show tunnels" 0 <<-END
	Tunnel home is up for 01:02:03
	  Description: the house
	  Interface:   tun0, layer 3, mtu 1420
	  Address:     10.44.43.1/30 peer 10.44.43.2
	               2001:db8:44::1/64
	  Route:       default
	$(i=0; while [ $((i += 1)) -lt 32 ]; do
		echo "               192.168.1.0/24"
	done)
	               3 more
	  Secret:      key pair, peer key dPhsPkovJx1ZXXoX5Ldbg7ITDH/+gs7OXBJFPn4SJl4=
	  Protocol:    mlvpn 3, AES-256-GCM, keys 00:00:59 old
	  Links up:    2 of 3
	  Sent:        1.23MB in 1234 packets, 1 dropped, 11 sent again
	  Received:    98.8GB in 999 packets, 2 duplicates
	  Order:       8 held, 9 given up, 10 late
	  Fragmented:  13 packets sent, 14 received, 15 fragments lost
	  Rejected:    4 forged, 3 replayed, 5 malformed, 16 with a wrong source
	  Handshakes:  6 done, 7 rejected
	  Suspicions:  12 false

	$(tunnel_branch)
	END
	with normal show history
	compare "show history: a line a minute" 0 <<-END
	Link dsl1 of tunnel home
	     AGO STATE         TX    RX    RTT   LOSS %
	00:03:08 up         1.00M 16.0M 20.0ms    -/0.0
	00:03:03 -           917K 16.0M 20.0ms    -/0.0
	00:02:03 up         1.00M 16.0M 20.0ms    -/0.0
	00:01:03 slow       1.00M 16.0M  400ms  5.0/0.0
	END
	with normal show history home dsl1
	compare "show history home dsl1: all" 0 <<-END
	Link dsl1 of tunnel home
	     AGO STATE         TX    RX    RTT   LOSS %
	00:00:18 up         1.00M 16.0M 20.0ms    -/0.0
	00:00:13 -              0 16.0M      -        -
	00:00:08 up         1.00M 16.0M 20.0ms    -/0.0
	END
	with normal show keys
	compare "show keys" 0 <<-END
	home: key pair
	    own key  L3yHbdAzmBFVnbfWR9a8SmmRVQEvBzNDHbIRTkgBdQ8=
	    peer key dPhsPkovJx1ZXXoX5Ldbg7ITDH/+gs7OXBJFPn4SJl4=
	branch-office: secret
	END
	with normal show events
	compare "show events" 0 <<-END
	00:00:05 ago  home: link dsl2 down: no reports from peer
	1d02h03m ago  home: up
	END
	with normal show filters
	compare "show filters" 0 <<-END
	home: match "udp port 5060" quick link { "dsl1" "dsl2" } only priority order no dscp 46
	    1234 packets, 1.23MB, 5 dropped
	home: match "udp port 5060" duplicate not link { "dsl1" } bulk order yes
	    0 packets, 0B, 0 dropped
	END
	with normal show filters away
	compare "show filters away" 1 <<-END
	mlvpnctl: no tunnel away; tunnels: home branch-office
	END
	for t in filters tunnels; do
		with hostile show $t
		[ $status -eq 1 ] || exit 1
		has "invalid message from mlvpnd"
	done
	with normal show tunnels branch-office
	compare "show tunnels branch-office" 0 <<-END
	$(tunnel_branch)
	END
	with empty show links
	compare "no links" 0 <<-END
	no links
	END
	with empty show tunnels
	compare "no tunnels" 0 </dev/null
	with normal show tunnels away
	compare "no such tunnel" 1 <<-END
	mlvpnctl: no tunnel away; tunnels: home branch-office
	END
	with older show links home dsl9
	compare "no such link" 1 <<-END
	mlvpnctl: no such tunnel or link
	END

	with hostile show links
	echo "nothing for the terminal to obey"
	[ $status -eq 0 ] || exit 1
	has '?[2Jx"\??'
	[ "$(tr -d '\n -\176\200-\377' <"$dir/got" | wc -c)" -eq 0 ] || exit 1
	with hostile show summary
	[ $status -eq 0 ] || exit 1
	has "Not listening on ?[2J???é port 5080"
	[ "$(tr -d '\n -\176\200-\377' <"$dir/got" | wc -c)" -eq 0 ] || exit 1
	with hostile show links x
	[ $status -eq 0 ] || exit 1
	[ "$(tr -d '\n -\176\200-\377' <"$dir/got" | wc -c)" -eq 0 ] || exit 1
}

links_table() {
	cat <<-END
	TUNNEL        LINK             STATE           AGE    RTT   LOSS %    TX    RX
	home          dsl1             up         00:01:02 12.3ms   0.0/12 18.2M   999
	                               192.0.2.10
	                               configured 20M, measured 18.2M
	                               uses the line of link dsl2
	home          dsl2             down       00:00:05      -    100/-     0     0
	                               no reports from peer
	                               quota: 1.00GB used up, renewed on 2027-01-01
	home          lte              standby    01w1d01h 1235ms        -     0     0
	                               2001:db8::12
	                               quota: 8.75GB of 50.0GB left, renewed on 2027-01-01
	branch-office a                no address 1d00h00m      -        -     0     0
	                               no address or socket
	branch-office a-long-link-name disabled          -      -   9.9/10     0     0
	                               203.0.113.77
	END
}

links_dsl1() {
	cat <<-END
	Link dsl1 of tunnel home is up for 00:01:02
	  Opened by:   this end, as path 0
	  Local:       192.0.2.10:40001, rtable 1
	  Remote:      198.51.100.1:5080
	  Line:        that of link dsl2
	  MTU:         1500 bytes, measured
	  Round trip:  12.3ms, varies by 1.00ms
	  Delay:       0.00ms more than the best link
	  Queueing:    100ms
	  Loss:        0.0% sending, 12.3% receiving
	  Bandwidth:   20.0Mbit/s to send, configured
	               18.2Mbit/s delivered
	               configured 20M, measured 18.2M
	               11.0Mbit/s to receive, announced
	  Now:         18.2Mbit/s sent, 999bit/s received
	  Sent:        1.23GB in 1500 packets, 3 errors, 2 sent again
	  Received:    40B in 1 packets
	  Used:        0B since the start, 0B today, 0B this month
	END
}

tunnel_branch() {
	cat <<-END
	Tunnel branch-office is in handshake
	  Interface:   tap1, layer 2, mtu 1400
	  Secret:      secret
	  Protocol:    mlvpn 2
	  Links up:    0 of 2
	  Sent:        0B in 0 packets, 0 dropped, 0 sent again
	  Received:    0B in 0 packets, 0 duplicates
	  Order:       0 held, 0 given up, 0 late
	  Fragmented:  0 packets sent, 0 received, 0 fragments lost
	  Rejected:    0 forged, 0 replayed, 0 malformed, 0 with a wrong source
	  Handshakes:  0 done, 0 rejected
	  Suspicions:  0 false
	END
}

test_json() {
	echo "the checker knows what is wrong"
	for t in '' '{' '{"a":1,}' '[1 2]' '"a' '01' '1.' '+1' '{a:1}' '"\x"' \
	    '[]x' 'nul' '{"a" 1}'; do
		if printf '%s' "$t" | "$bin/jsoncheck" 2>/dev/null; then
			echo "taken: $t" >&2
			exit 1
		fi
	done
	for t in '"\200"' '"\355\240\200"' '"\300\200"' '"\t"' '"\033"'; do
		if printf "$t" | "$bin/jsoncheck" 2>/dev/null; then
			echo "taken: $t" >&2
			exit 1
		fi
	done

	echo "the schema is found to be violated"
	printf '{\n "events": [\n  {\n   "ago_s": 1,\n   "text": "a"\n  }\n ]\n}\n' \
	    >"$dir/got"
	schema || exit 1
	for t in s/ago_s/ago/ s/1/\"a\"/ s/1/1.5/ /ago_s/d s/events/other/ \
	    s/1/null/ 's/"a"/1/'; do
		printf '{\n "events": [\n  {\n   "ago_s": 1,\n   "text": "a"\n  }\n ]\n}\n' |
		    sed "$t" >"$dir/got"
		if schema 2>/dev/null; then
			echo "taken: $t" >&2
			exit 1
		fi
	done

	json normal 0 show
	has '"summary": {'
	has '"cookies_sent": 18446744073709551615,'
	has '"links": ['
	has '"listens": ['
	json normal 0 show summary
	has '"address": "0.0.0.0",'
	has '"interface": "em0",'
	has '"open": true,'
	has '"error": null'
	has '"address": null,'
	has '"error": "address-in-use"'
	has '"error": "no-such-address"'
	json empty 0 show summary
	has '"listens": []'
	json normal 0 show tunnels
	has '"description": "the house",'
	has '"up_s": 3723,'
	has '"up_s": null,'
	has '"secret": "key pair",'
	has '"peer": "10.44.43.2"'
	has '"default",'
	has '"routes_total": 35,'
	json normal 0 show links
	has '"remote": "[2001:db8:1:2:3:4:5:6]:5080",'
	has '"loss_rx_percent": 12.34,'
	has '"loss_rx_percent": null,'
	has '"tx_rate": 18249999,'
	for t in "-j show links home" "show -j links home" "show links home -j"; do
		with normal $t
		"$bin/jsoncheck" <"$dir/got" || exit 1
	done
	json normal 0 show links home dsl1
	has '"bandwidth_hint": "less",'
	has '"line_of": "dsl2",'
	has '"bandwidth_hint_measured": 18234567,'
	has '"used": 0,'
	has '"quota": null,'
	has '"quota_left": null,'
	has '"quota_renewed_s": null'
	json normal 0 show links home lte
	has '"used": 999,'
	has '"used_today": 2500000000,'
	has '"used_month": 70000000000,'
	has '"quota": 50000000000,'
	has '"quota_left": 8750000000,'
	json normal 0 show links branch-office
	has '"used": null,'
	has '"used_today": null,'
	json normal 0 reload
	has '"ok": true'
	json normal 1 show links away
	has '"ok": false,'
	json empty 0 show
	json empty 0 show tunnels
	has '"tunnels": []'
	json empty 0 show links
	has '"links": []'
	json empty 0 show filters
	has '"filters": []'
	json normal 0 show links
	has '"state": "no-address",'
	has '"reason": "no-address",'
	has '"reason": "no-reports",'
	json normal 0 show history
	has '"tx_rate": [1000000, null, 1000000, '
	has '"state": ["up", null, "up", '
	has '"loss_tx_percent": [null, null, '
	json normal 0 show history home dsl1
	json normal 0 show keys
	has '"own_key": "L3yHbdAzmBFVnbfWR9a8SmmRVQEvBzNDHbIRTkgBdQ8=",'
	has '"own_key": "",'
	json normal 0 show events
	has '"ago_s": 5,'
	for t in history keys events; do
		json empty 0 show $t
		has "\"$t\": []"
	done
	json hostile 0 show keys
	json hostile 0 show events
	json normal 0 show filters home
	has '"expression": "udp port 5060",'
	has '"order": false,'
	has '"order": true,'
	has '"dscp": 46,'
	has '"dscp": null,'
	has '"dropped": 5'
	json hostile 0 show links
	has '"name": "?[2Jx\"\\??",'
	has '"reason": "unknown",'
	has '"bandwidth_hint": "unknown",'
	json reload 1 reload
	has '"/etc/mlvpnd.conf:7: duplicate link \"dsl1\""'

	with normal -j show links home lte
	# counts down
	sed 's/\("quota_renewed_s": \)-*[0-9]*/\1N/' "$dir/got" >"$dir/n"
	mv "$dir/n" "$dir/got"
	compare "all of it" 0 <<-END
	{
	 "links": [
	  {
	   "tunnel": "home",
	   "name": "lte",
	   "state": "standby",
	   "reason": null,
	   "since_s": 694861,
	   "usable": false,
	   "opener": true,
	   "id": 2,
	   "backup": 1,
	   "overflow": false,
	   "local": "2001:db8::12",
	   "remote": "198.51.100.1:5080",
	   "rtable": null,
	   "line_of": null,
	   "mtu": null,
	   "mtu_measured": false,
	   "rtt_us": 1234567,
	   "rttvar_us": null,
	   "delay_us": null,
	   "queueing_us": null,
	   "loss_tx_percent": null,
	   "loss_rx_percent": null,
	   "bandwidth_conf": null,
	   "bandwidth": null,
	   "bandwidth_measured": null,
	   "bandwidth_peer": null,
	   "bandwidth_hint": null,
	   "bandwidth_hint_measured": null,
	   "tx_rate": 0,
	   "rx_rate": 0,
	   "tx_packets": 0,
	   "tx_bytes": 0,
	   "rx_packets": 0,
	   "rx_bytes": 0,
	   "tx_errors": 0,
	   "tx_resent": 0,
	   "used": 999,
	   "used_today": 2500000000,
	   "used_month": 70000000000,
	   "quota": 50000000000,
	   "quota_left": 8750000000,
	   "quota_renewed_s": N
	  }
	 ]
	}
	END
}

test_result() {
	with normal reload
	compare "reload" 0 <<-END
	request processed
	END
	with reload reload
	compare "reload with errors" 1 <<-END
	/etc/mlvpnd.conf:3: syntax error
	/etc/mlvpnd.conf:7: duplicate link "dsl1"
	mlvpnctl: configuration not reloaded
	END
	with busy reload
	compare "reload during a reload" 1 <<-END
	mlvpnctl: reload already in progress
	END
	with normal log verbose
	compare "a request that the daemon does not know" 1 <<-END
	mlvpnctl: request not known to mlvpnd
	END
}

test_errors() {
	ctl -s "$dir/nothing" show
	compare "no socket" 1 <<-END
	mlvpnctl: $dir/nothing: mlvpnd is not running
	END

	# what a daemon leaves that was killed
	"$bin/ctlserver" -k normal "$dir/stale" "$bin/mlvpnctl" keygen \
	    >/dev/null || exit 1
	[ -S "$dir/stale" ] || exit 1
	ctl -s "$dir/stale" show
	compare "nobody listens" 1 <<-END
	mlvpnctl: $dir/stale: mlvpnd is not running
	END

	_long=/$(printf '%0200d' 0)
	ctl -s "$_long" show
	compare "long name" 1 <<-END
	mlvpnctl: $_long: socket name too long
	END

	with close show summary
	[ $status -eq 1 ] || exit 1
	grep -q -e '^mlvpnctl: mlvpnd closed the connection$' \
	    -e '^mlvpnctl: read error: ' "$dir/got" || {
		cat "$dir/got" >&2
		exit 1
	}
	with short show summary
	compare "answer of a wrong length" 1 <<-END
	mlvpnctl: invalid message from mlvpnd: different version?
	END
	with unknown show summary
	compare "answer of an unknown type" 1 <<-END
	mlvpnctl: unknown message from mlvpnd: different version?
	END

	echo "an output that takes nothing"
	if [ -w /dev/full ]; then
		if "$bin/ctlserver" normal "$sock" "$bin/mlvpnctl" -s "$sock" \
		    show 2>/dev/null >/dev/full; then
			exit 1
		fi
	fi
}

test_keygen() {
	echo "a key pair"
	_key=$("$bin/mlvpnctl" keygen 2>"$dir/peer")
	_pub=$(sed -n 's/^peer key "\(.*\)"$/\1/p' "$dir/peer")
	"$bin/keycheck" "$_key" "$_pub" || exit 1
	[ "$_key" != "$("$bin/mlvpnctl" keygen 2>/dev/null)" ] || exit 1

	echo "a pre-shared key"
	ctl keygen -p
	[ $status -eq 0 ] || exit 1
	_key=$(cat "$dir/got")
	[ ${#_key} -eq 44 ] || exit 1
	ctl keygen -p
	[ "$_key" != "$(cat "$dir/got")" ] || exit 1

	ctl keygen -x
	compare "unknown option" 1 <<-END
	unknown argument: -x
	valid commands/args:
	  <cr>
	  -p
	END
}

test_denied() {
	chmod 755 "$dir"
	cp "$bin/mlvpnctl" "$dir/mlvpnctl"
	chmod 755 "$dir/mlvpnctl"
	status=0
	"$bin/ctlserver" -u normal "$sock" "$dir/mlvpnctl" -s "$sock" show \
	    >"$dir/got" 2>&1 || status=$?
	compare "socket not permitted" 1 <<-END
	mlvpnctl: $sock: permission denied: not root and not in group _mlvpnd
	END
}

case $1 in
parser|show|json|result|errors|keygen|denied)
	test_$1
	;;
*)
	echo "usage: mlvpnctl.sh test" >&2
	exit 1
	;;
esac
