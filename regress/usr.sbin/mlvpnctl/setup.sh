#!/bin/sh
#
#	$OpenBSD$
#
# usage: setup.sh test directory
#
# What mlvpnctl setup, in the current directory, prints and writes, and what
# mlvpnd says to that.

src=$2
bin=$PWD
top=$src/../../..
for mlvpnd in "$MLVPND" "$top/usr.sbin/mlvpnd/${MAKEOBJDIR:-obj}/mlvpnd" \
    "$top/usr.sbin/mlvpnd/obj/mlvpnd" "$top/usr.sbin/mlvpnd/mlvpnd"; do
	[ -f "$mlvpnd" ] && [ -x "$mlvpnd" ] && break
done
dir=$(mktemp -d /tmp/setup.XXXXXX) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
LC_ALL=C
export LC_ALL
umask 077

# what mlvpnd says of interfaces and rdomains that this host does not have
elsewhere='^warning: '

bad() {
	echo "$@" >&2
	cat "$dir/out" "$dir/err" >&2
	exit 1
}

# setup argument ...: out, err, status
setup() {
	status=0
	"$bin/mlvpnctl" setup "$@" >"$dir/out" 2>"$dir/err" || status=$?
}

# part END PATH: of what is printed
part() {
	awk -v head="# $1: $2" '
	    /^# (client|server): / { on = $0 == head; next }
	    on { print }' "$dir/out"
}

# good ARGUMENT ...: printed without a complaint, and mlvpnd accepts it
good() {
	echo "$@"
	setup "$@"
	[ $status -eq 0 ] && [ ! -s "$dir/err" ] || bad "exit status $status"
	for end in client server; do
		part $end /etc/mlvpnd.conf >"$dir/$end.conf"
		# other systems have no such statement
		[ "$(uname -s)" = Linux ] ||
		    ! grep -q '^		interface' "$dir/$end.conf" ||
		    continue
		"$mlvpnd" -n -f "$dir/$end.conf" >"$dir/said" 2>&1 &&
		    [ "$(grep -v "$elsewhere" "$dir/said")" = \
		    "configuration OK" ] || {
			cat "$dir/said" >&2
			bad "$end: mlvpnd does not take it"
		}
	done
	grep -o 'psk .*' "$dir/client.conf" >"$dir/psk"
	grep -o 'psk .*' "$dir/server.conf" | cmp -s - "$dir/psk" ||
	    bad "not the same key"
}

# has TEXT: a line of the output
has() {
	grep -qxF -- "$1" "$dir/out" || bad "no '$1'"
}

hasnt() {
	! grep -q -- "$1" "$dir/out" || bad "there is '$1'"
}

# refused TEXT ARGUMENT ...
refused() {
	_text=$1
	shift
	setup "$@"
	echo "$* -> $_text"
	[ $status -eq 1 ] && [ ! -s "$dir/out" ] &&
	    grep -qF -- "$_text" "$dir/err" ||
	    bad "$*: exit status $status, not 1 with '$_text'"
}

# README's examples: arguments and output
test_readme() {
	awk -v dir="$dir" '
	    sub(/^    # mlvpnctl setup/, "") { n++; args = on = 1 }
	    /^[^ ]/ { on = 0 }
	    args && on { args = sub(/\\$/, "")
		print >(dir "/" n ".args"); next }
	    on { sub(/^    /, ""); print >(dir "/" n ".want") }' \
	    "$top/README"
	for n in 1 2; do
		good $(cat "$dir/$n.args")
		sed 's/psk ".*"/psk "..."/' "$dir/out" | expand |
		    diff -u "$dir/$n.want" - >&2 || exit 1
	done
	[ ! -e "$dir/3.args" ]
}

test_good() {
	for s in openbsd linux; do
		good -c openbsd -s $s 192.0.2.1 em1,rdomain=2 em2 em3
		has "		rdomain 2"
		has "		rdomain 1"
		has "		rdomain 3"
		has "pass on mlvpn"
		for c in openbsd networkd ifupdown linux; do
			good -c $c -s $s 192.0.2.1 em1 em2
			good -c $c -s $s -l em0 -n Branch-1 -p 443 \
			    -t 172.16.9.9/12 vpn.example.com \
			    em1,name=dsl1,up=800K,down=16M em2,backup
			has "	address 172.16.0.1/30 peer 172.16.0.2"
			has '		remote "vpn.example.com" port 443 inet'
			has "listen on * port 443"
			has "		bandwidth up 800K down 16M"
			has "		backup"
			good -c $c -s $s 192.0.2.1 \
			    em1,rdomain=7,address=192.0.2.9/24,gateway=192.0.2.8
			has "		rdomain 7"
		done
	done
	# words of the grammar as names
	good -c openbsd -n backup 192.0.2.1 em1,name=link

	setup -c openbsd 192.0.2.1 em1
	part client /etc/mlvpnd.conf | grep psk >"$dir/one"
	setup -c openbsd 192.0.2.1 em1
	part client /etc/mlvpnd.conf | grep psk | cmp -s - "$dir/one" &&
	    bad "the same key again"
	return 0
}

test_asks() {
	printf '%s\n' "" 2001:db8::1 " 192.0.2.1 	" "em1,up=x" \
	    "em1,name=a  em2,rdomain=4" "" openbsd windows linux |
	    "$bin/mlvpnctl" setup >"$dir/out" 2>"$dir/err" || bad "status $?"
	has 'tunnel "home" {'
	has '	link "a" {'
	has "		rdomain 4"
	has "pass on mlvpn"
	grep -q "^# server: /etc/nftables.conf" "$dir/out" || bad "no Linux"
	for t in "2001:db8::1: not an IPv4 address" "em1,up=x: not a rate" \
	    "local network [none]: " "windows: not openbsd"; do
		grep -qF "$t" "$dir/err" || bad "no '$t'"
	done
	setup -l em0 -c ifupdown -s linux <<-END
	192.0.2.1
	em1
	
	
	
	END
	[ $status -eq 0 ] || bad "status $status"
	has "iface em1 inet dhcp"
	has "net.ipv4.ip_forward = 1"
	refused "no answer" </dev/null
}

test_writes() {
	setup -d "$dir/files" -c openbsd -s linux -l em0 192.0.2.1 em1
	[ $status -eq 0 ] && [ ! -s "$dir/out" ] && [ ! -s "$dir/err" ] ||
	    bad "exit status $status"
	(cd "$dir/files" && find . -type f -exec ls -l {} + |
	    awk '{ print $1, $NF }' | sort -k 2) >"$dir/got"
	diff -u - "$dir/got" >&2 <<-END || exit 1
	-rw-r----- ./client/etc/hostname.em1
	-rw------- ./client/etc/mlvpnd.conf
	-rw------- ./client/etc/pf.conf
	-rw-r--r-- ./client/etc/resolv.conf
	-rw-r--r-- ./client/etc/sysctl.conf
	-rw------- ./server/etc/mlvpnd.conf
	-rw-r--r-- ./server/etc/nftables.conf
	-rw-r--r-- ./server/etc/sysctl.d/mlvpnd.conf
	END
	[ "$(ls -ld "$dir/files" | cut -c 1-10)" = drwx------ ]
	(cd "$dir/files" && find . -type f -exec cat {} +) >"$dir/before"
	refused "File exists" -d "$dir/files" -c openbsd -s linux 192.0.2.1 em1
	(cd "$dir/files" && find . -type f -exec cat {} +) |
	    cmp - "$dir/before"
	ln -s "$dir/files" "$dir/link"
	refused "File exists" -d "$dir/link" 192.0.2.1 em1
	refused "No such file" -d "$dir/none/such" 192.0.2.1 em1
	# a full disk, not told as success
	if [ -c /dev/full ]; then
		"$bin/mlvpnctl" setup 192.0.2.1 em1 >/dev/full 2>"$dir/err" &&
		    bad "no error"
		grep -q "No space" "$dir/err"
	fi
}

test_bad() {
	refused "usage:" -x
	refused "usage:" 192.0.2.1
	refused "mlvpnd is not running" -a 192.0.2.1 em1
	for a in 2001:db8::1 192.0.2 192.0.2.1/24 a..b 'a;b'; do
		refused "not an IPv4 address or a host name" "$a" em1
	done
	for u in '' 'em 1' 'em1;' '$(x)' ,name=x ../em1 1em; do
		refused "interface" 192.0.2.1 "$u"
	done
	refused "does not begin with the name" 192.0.2.1 1em
	refused "options are" 192.0.2.1 em1,speed=3
	refused "options are" 192.0.2.1 em1,
	refused "lacks its value" 192.0.2.1 em1,name
	refused "has no value" 192.0.2.1 em1,backup=1
	refused "not a name of a link" 192.0.2.1 'em1,name=a"b'
	refused "not a name of a link" 192.0.2.1 em1,name=
	refused "rdomain is not 1 to 252" 192.0.2.1 em1,rdomain=0
	refused "rdomain is not 1 to 252" 192.0.2.1 em1,rdomain=253
	refused "already" 192.0.2.1 em1 em1
	refused "already" 192.0.2.1 em1 em2,name=em1
	refused "already" 192.0.2.1 em1,rdomain=3 em2,rdomain=3
	refused "need each other" 192.0.2.1 em1,address=192.0.2.2/24
	refused "need each other" 192.0.2.1 em1,gateway=192.0.2.2
	refused "address is not" 192.0.2.1 em1,address=192.0.2.2
	refused "address is not" 192.0.2.1 em1,address=fe80::1%em1/64
	refused "gateway is not" 192.0.2.1 em1,gateway=192.0.2.2/24
	refused "per second" 192.0.2.1 em1,up=2
	refused "ifupdown cannot" -c ifupdown 192.0.2.1 em1,rdomain=1
	refused "local network" -l em1 192.0.2.1 em1
	refused "not the name of an interface" -l 'a b' 192.0.2.1 em1
	refused "not a name of a tunnel" -n 'a b' 192.0.2.1 em1
	refused "not a name of a tunnel" \
	    -n 12345678901234567890123456789012 192.0.2.1 em1
	refused "not a port number" -p 65536 192.0.2.1 em1
	refused "not openbsd, linux" -c plan9 192.0.2.1 em1
	refused "not openbsd, linux" -s plan9 192.0.2.1 em1
	for a in 0.0.0.0 255.255.255.255 224.0.0.1; do
		refused "not the address of a host" $a em1
		refused "gateway is not" 192.0.2.1 \
		    em1,address=192.0.2.2/24,gateway=$a
		refused "address is not" 192.0.2.1 \
		    em1,address=$a/24,gateway=192.0.2.1
	done
	refused "10.44.43.9: in the network of the tunnels" 10.44.43.9 em1
	refused "10.0.0.2/8: in the network of the tunnels" 192.0.2.1 em1 \
	    em2,address=10.0.0.2/8,gateway=10.0.0.1
	for n in 10.0.0.0/31 10.0.0.0/7 10.0.0.0 2001:db8::/64 x%y/3; do
		refused "not an IPv4 network" -t $n 192.0.2.1 em1
	done
	many=
	i=0
	while [ $((i += 1)) -le 65 ]; do
		many="$many em$i"
	done
	refused "too many uplinks" 192.0.2.1 $many
}

set -e
test_$1
