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

# Configurations of MLVPN 2.x, imported, join two ends.

# A quota: it is counted and kept over a daemon that is killed, a full disk and
# a clock that is wrong; a link whose quota is used up is a backup, or off.

. "$(dirname "$0")/sys.sh"

cc -shared -fPIC -o "$T/clockshift.so" "$TOP/regress/lib/clockshift.c" ||
    die "no compiler for clockshift.c"
export CLOCKSHIFT="$T/shift" TZ=UTC0
dir=$T/client.sock.db
book=$dir/client.sock.usage
JUNE=1813060800			# 2027-06-15 12:00
JULY=1814443200			# 2027-07-01 12:00

# clock TIME: what the client takes it for, at once
clock()
{
	echo $(($1 - $(date +%s))) >"$T/shift.new"
	mv "$T/shift.new" "$T/shift"
	! alive client 2>/dev/null || ctl client reload >/dev/null
}

# client WORD ...: the quota of dsl2
client()
{
	{
		links 1 </dev/null
		echo "quota $*" | links 2
	} | client_conf | conf client
}

# used BYTES: what dsl2 has used before the client is started
used()
{
	(umask 077; mkdir -p "$dir"; echo "home dsl2 2027-06-15 $1" >"$book")
}

# in_file NUMBER: dsl2 has used so many bytes, says the file
in_file()
{
	awk -v least="$1" '
	    $1 == "home" && $2 == "dsl2" && $3 == "2027-06-15" { n = $4 }
	    END { exit !(n >= least) }' "$book"
}

start_client()
{
	LD_PRELOAD=$T/clockshift.so daemon c client
	await_links client 1
}

# key KEY: of dsl2, as the client has it
key()
{
	value client links dsl2 "$1"
}

logged()
{
	grep -q "link dsl2: .*$1" "$T/client.log"
}

two_hosts rate 20M delay 2ms
server_conf </dev/null | conf server
daemon s server
servers

client 100M per month
used 79900000
clock $JUNE
start_client
await_links client 2
check "what was used before is known" await '[ "$(key quota)" = 100000000 ] &&
    [ "$(key used_month)" -ge 79900000 ] &&
    [ "$(key quota_left)" -le 20100000 ]' 10
check "when it starts anew" \
    within $(($(key quota_renewed_s) + $(date +%s) + 43200)) \
    $((JULY - 2)) $((JULY + 2))
check "nothing is said yet" eval '! logged quota'
tcp -t 0.5
check "a warning at 80 %" await 'logged "80% of the quota of 100M used"' 10
check "which is in the file by then" await 'in_file 80000000' 5
check "for nobody else" [ "$(find "$dir" ! -type d ! -perm 600)" = "" ]
terminate client KILL
check "killed: it is still there" in_file 80000000
start_client
check "and known" await '[ "$(key used_month)" -ge 80000000 ]' 10
terminate client

used 99900000
start_client
await_links client 2
tcp -t 0.5
check "used up" await 'logged "quota of 100M used up, renewed on 2027-07-01"' 10
check "the link is the last backup" await 'link_is client dsl2 standby' 5
check "at level 7" [ "$(key backup)" = 7 ]
check "at both ends" await 'link_is server dsl2 standby' 5
before=$(key tx_packets)
tcp -t 0.5
check "the other one carries on" within $(($(key tx_packets) - before)) 0 50
em dsl1 down
check "it is used if there is no other" await reaches 5
em dsl1 up
await_links client 1
check "shown" eval 'ctl client show links >"$T/out" &&
    grep -q "quota: 100MB used up, renewed on 2027-07-01" "$T/out"'

clock $JULY
check "a month later it is as before" await '[ "$(key backup)" = 0 ] &&
    [ "$(value server links dsl2 backup)" = 0 ]' 5
check "and logged" logged "no longer used up"
clock $JUNE
check "a clock set back: used up again" await '[ "$(key backup)" = 7 ]' 5
client 100M per month then down
ctl client reload >/dev/null
check "not used at all" await 'link_is client dsl2 disabled' 5
check "for that reason" [ "$(key reason)" = quota ]
check "nor by the other end" await '! link_is server dsl2 up' 5
ctl client link home dsl2 up >/dev/null
check "not by the operator either" link_is client dsl2 disabled
client 100M per month then limit 1M
ctl client reload >/dev/null
check "in use with a limit" await 'link_is client dsl2 up &&
    [ "$(key bandwidth_conf)" = 1000000 ]' 10
client 100M per month then down
ctl client reload >/dev/null
await 'link_is client dsl2 disabled' 5
terminate client
check "exit status 0" [ $? -eq 0 ]

clock 86400
start_client
check "a clock that is not set: still used up" link_is client dsl2 disabled
terminate client

if mount -t tmpfs -o size=64k,mode=700 tmpfs "$dir" 2>/dev/null; then
	used 79900000
	cp "$book" "$T/before"
	clock $JUNE
	start_client
	await_links client 2
	dd if=/dev/zero of="$dir/filler" bs=1k 2>/dev/null
	tcp -t 0.5
	check "a full disk is logged" await 'grep -q \
	    "usage of links not written: No space" "$T/client.log"' 10
	check "the file is as it was" cmp -s "$book" "$T/before"
	check "the daemon goes on" reaches
	rm "$dir/filler"
	terminate client
	check "and written when there is room" in_file 79900001
	umount "$dir"
else
	skip "a full disk: no tmpfs"
fi
finish
