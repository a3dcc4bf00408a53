#!/bin/sh
#
#	$OpenBSD$
#
# usage: import.sh test directory
#
# What mlvpnctl, in the current directory, makes of files of MLVPN 2.x, and
# what mlvpnd says to that.  For each NAME.conf there is NAME.out, which is to
# be its output, and NAME.err, its complaints; with WRITE=1 in the environment
# they are made.

test=$1
src=$2
bin=$PWD
top=$src/../../..
for mlvpnd in "$MLVPND" "$top/usr.sbin/mlvpnd/${MAKEOBJDIR:-obj}/mlvpnd" \
    "$top/usr.sbin/mlvpnd/obj/mlvpnd" "$top/usr.sbin/mlvpnd/mlvpnd"; do
	[ -f "$mlvpnd" ] && [ -x "$mlvpnd" ] && break
done
dir=$(mktemp -d /tmp/import.XXXXXX) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
LC_ALL=C
export LC_ALL
umask 077
printf '#!/bin/sh\n' >"$dir/updown.sh"
chmod 700 "$dir/updown.sh"

# import FILE: out, err, status
import() {
	status=0
	(cd "${1%/*}" && "$bin/mlvpnctl" import "${1##*/}") \
	    >"$dir/out" 2>"$dir/err" || status=$?
}

accepted() {
	"$mlvpnd" -n -f "$1" >"$dir/said" 2>&1 && return
	echo "$2: mlvpnd does not take it:" >&2
	cat "$dir/said" "$1" >&2
	return 1
}

# compare NAME SUFFIX
compare() {
	sed "s,$dir,@DIR@,g" "$dir/$2" >"$dir/got"
	[ "${WRITE:-0}" -eq 0 ] || cp "$dir/got" "$1.$2"
	diff -u "$1.$2" "$dir/got" >&2
}

# Names of interfaces are other ones on other systems.
comparable() {
	[ "$(uname -s)" = Linux ] || ! grep -q mlvpn0 "$1" "${1%.conf}.out"
}

# each STATUS: all files of the directory named like the test
each() {
	failed=0
	for conf in "$src/import/$test"/*.conf; do
		name=${conf%.conf}
		echo "${name##*/}"
		sed "s,@DIR@,$dir,g" "$conf" >"$dir/${name##*/}.conf"
		import "$dir/${name##*/}.conf"
		if [ $status -ne "$1" ]; then
			echo "exit status $status, not $1" >&2
			failed=1
		fi
		if comparable "$conf"; then
			compare "$name" out || failed=1
			compare "$name" err || failed=1
		fi
		[ "$1" -ne 0 ] || accepted "$dir/out" "${name##*/}" || failed=1
		# the password has no business on a terminal
		sed -n 's/^password = "*\([^"]*\).*/\1/p' "$conf" \
		    >"$dir/password"
		if [ -s "$dir/password" ] &&
		    grep -Fq -f "$dir/password" "$dir/err"; then
			echo "the password is shown" >&2
			failed=1
		fi
	done
	return $failed
}

test_ok() {
	each 0
}

test_bad() {
	each 1
}

# Neither killed nor misread, whatever comes.
survives() {
	if [ $status -gt 1 ]; then
		echo "$1: exit status $status" >&2
		tail -n 40 "$dir/err" >&2
		exit 1
	fi
	[ $status -ne 0 ] || accepted "$dir/out" "$1" || exit 1
	if tr -d '\11\12\40-\176' <"$dir/out" | grep -q .; then
		echo "$1: not all of the output is printable" >&2
		exit 1
	fi
}

test_hostile() {
	good=$src/import/ok/everything.conf

	echo "no file, a directory, no end of it"
	for f in "$dir/nothing" "$dir/."; do
		import "$f"
		[ $status -eq 1 ] && [ -s "$dir/err" ] || exit 1
	done
	for f in /dev/zero /dev/urandom; do
		import $f
		survives $f
		[ $status -eq 1 ] || exit 1
	done

	echo "lines without end"
	for c in a '[' ']' '"' '#' '=' ' ' '\' '[a]'; do
		{
			printf '[general]\nmode = client\npassword = x\n'
			awk -v c="$c" 'BEGIN {
				for (i = 0; i < 40000; i++)
					printf "%s", c == "\\" ? "\\" : c
				print ""
			}'
			printf '[a]\nremotehost = h\nremoteport = 1\n'
			awk -v c="$c" 'BEGIN {
				printf "timeout = "
				for (i = 0; i < 16000 / length(c); i++)
					printf "%s", c == "\\" ? "\\" : c
				print ""
			}'
		} >"$dir/long.conf"
		import "$dir/long.conf"
		survives "long line of $c"
		[ $status -eq 0 ] || exit 1
	done

	echo "a name of a file that is none for a tunnel"
	for name in '-"\' '.conf' 'link' "$(printf 'a\nb')" \
	    "$(printf '%0100d' 0)"; do
		sed "s,@DIR@,$dir,g" "$good" >"$dir/$name"
		status=0
		"$bin/mlvpnctl" import "$dir/$name" >"$dir/out" \
		    2>"$dir/err" || status=$?
		survives "file $name"
		[ $status -eq 0 ] || exit 1
	done

	echo "sections and values without number"
	awk 'BEGIN { for (i = 0; i < 100000; i++) print "[s" i "]" }' \
	    >"$dir/many.conf"
	import "$dir/many.conf"
	survives "many sections"
	[ $status -eq 1 ] || exit 1
	awk 'BEGIN { print "[s]"; for (i = 0; i < 100000; i++) print "a=b" }' \
	    >"$dir/many.conf"
	import "$dir/many.conf"
	survives "many values"
	[ $status -eq 1 ] || exit 1
	awk 'BEGIN {
		print "[general]\nmode=server\npassword=x"
		for (i = 0; i < 100; i++)
			print "[s" i "]\nbindhost=::1\nbindport=" 1000 + i
	}' >"$dir/many.conf"
	import "$dir/many.conf"
	survives "many links"
	[ $status -eq 0 ] && [ "$(grep -c 'link "s' "$dir/out")" -eq 64 ] ||
	    exit 1

	echo "damaged files"
	n=0
	while [ $n -lt 150 ]; do
		for conf in "$src"/import/ok/*.conf; do
			n=$((n + 1))
			"$bin/mangle" $n <"$conf" >"$dir/mangled.conf"
			import "$dir/mangled.conf"
			survives "${conf##*/}, seed $n"
		done
	done
}

case $test in
ok|bad|hostile)
	test_$test
	;;
*)
	echo "usage: import.sh test directory" >&2
	exit 1
	;;
esac
