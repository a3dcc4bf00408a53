#!/bin/sh
#	$OpenBSD$
#
# usage: CONF_TEST=program conf.sh test directory
#
# Copies the files, as git does not keep modes and a secret must not be
# readable by others, and runs one test on the copies.

set -eu

test=$1
src=$2
top=$src/../../../..
work=$(mktemp -d "${TMPDIR:-/tmp}/conf_test.XXXXXXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

CONFDIR=$work
export CONFDIR
umask 077
cp -R "$src/ok" "$src/bad" "$work"
chmod -R go= "$work"
cd "$work"

# Secrets and commands that the files name.
zeros=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
echo "${zeros}AE=" >a.psk
printf '# of another tunnel\n\n%sAI=\n' "$zeros" >b.psk
echo "${zeros}AM=" >a.key
echo "${zeros}AE=" >readable.psk
echo "${zeros}AE=" >writable.psk
echo "${zeros}AE=" >foreign.psk
echo "AAAA" >short.psk
printf '%sAE=\n%sAI=\n' "$zeros" "$zeros" >two.psk
: >empty.psk
dd if=/dev/zero of=large.psk bs=1024 count=8 2>/dev/null
mkdir directory
mkfifo fifo
echo '#!/bin/sh' >updown.sh
cp updown.sh writable.sh
cp updown.sh noexec.sh
cp updown.sh foreign.sh
chmod 755 updown.sh foreign.sh
chmod 775 writable.sh
chmod 644 readable.psk
chmod 660 writable.psk

# shown PREFIX FILE: the configurations in it
shown()
{
	awk -f "$src/examples.awk" -v prefix="$@" >/dev/null
}

# good DIRECTORY: mlvpnd takes them all; keys are where they say
good()
{
	sed -i.orig "s,/etc/mlvpnd/,$work/,g" "$1"/*.conf
	cp a.psk home.psk
	cp b.psk branch.psk
	cp a.key home.key
	"$CONF_TEST" good "$work/$1"/*.conf
}

case $test in
ok)
	"$CONF_TEST" ok "$work"/ok/*.conf
	;;
bad)
	if [ "$(id -u)" -eq 0 ]; then
		chown 1 foreign.psk foreign.sh
	else
		rm bad/foreign.conf
	fi
	"$CONF_TEST" bad "$work"/bad/*.conf
	;;
unit)
	"$CONF_TEST" unit "$work"
	;;
mutate)
	"$CONF_TEST" mutate 500 "$work"/ok/*.conf
	;;
examples)
	# the file as installed, its client and the server in comments
	mkdir examples
	awk '/^#(listen|tunnel)/ { server = 1 }
	    { sub(/^#/, ""); if (server) print }' \
	    "$top/etc/examples/mlvpnd.conf" >examples/server.conf
	cp "$top/etc/examples/mlvpnd.conf" examples/client.conf
	good examples
	;;
man)
	# those in the manuals and in the README
	mkdir man
	for page in "$top"/share/man/man*/*.[578]; do
		shown "man/${page##*/}-" "$page"
	done
	[ "$(ls man | wc -l)" -ge 8 ]
	shown man/README- -v indented=1 "$top/README"
	[ -e man/README-4.conf ]
	# other systems cannot bind to interfaces
	[ "$(uname -s)" = Linux ] || rm man/README-3.conf
	good man
	;;
*)
	echo "$test: unknown test" >&2
	exit 1
	;;
esac
