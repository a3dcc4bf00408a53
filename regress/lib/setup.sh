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

# What demo.sh and run.sh need before they can begin.  Sourced with TOP set
# to the top of the tree; sets MAKE.

# bmake misreads what a make around us left for its own children
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin"

# install_packages LOG PACKAGE ...: those that are missing; names as Debian
# has them
install_packages()
{
	_log=$1
	shift
	case $(uname -s) in
	OpenBSD)
		[ -f /usr/local/include/sodium.h ] && return
		echo "installing libsodium"
		pkg_add -I libsodium >>"$_log" 2>&1
		return
		;;
	Linux)
		command -v apt-get >/dev/null || return 0
		;;
	*)
		return 0
		;;
	esac

	_missing=
	for _p; do
		case $(dpkg-query -W -f '${Status}' "$_p" 2>/dev/null) in
		*' installed')
			;;
		*)
			_missing="$_missing $_p"
			;;
		esac
	done
	[ -n "$_missing" ] || return 0
	echo "installing$_missing"
	DEBIAN_FRONTEND=noninteractive
	export DEBIAN_FRONTEND
	apt-get update >>"$_log" 2>&1
	apt-get install -y --no-install-recommends $_missing >>"$_log" 2>&1
}

make_user()
{
	id _mlvpnd >/dev/null 2>&1 && return
	echo "creating the user _mlvpnd"
	case $(uname -s) in
	OpenBSD)
		useradd -c 'mlvpnd' -d /var/empty -g =uid -L daemon \
		    -s /sbin/nologin _mlvpnd
		;;
	*)
		mkdir -p /var/empty &&
		    useradd -r -U -d /var/empty -s /usr/sbin/nologin _mlvpnd
		;;
	esac
}

BUILD_PACKAGES="bmake byacc gcc libc6-dev libevent-dev libsodium-dev
    libpcap-dev libncurses-dev libbsd-dev libseccomp-dev pkgconf iproute2
    procps"
TEST_PACKAGES="clang libclang-rt-dev debhelper dpkg-dev ifupdown lintian mandoc
    netbase nftables spin tmux zsh"
# other packages of nodejs than Debian's bring npm along
command -v npm >/dev/null || TEST_PACKAGES="$TEST_PACKAGES nodejs npm"

case $(uname -s) in
OpenBSD)
	MAKE=make
	;;
*)
	MAKE="bmake -m $TOP/mk"
	;;
esac

# build [VARIABLE=VALUE ...]: the daemon and the tools to test it
build()
{
	(cd "$TOP" && $MAKE "$@" obj && $MAKE -j 2 "$@" all &&
	    cd regress && $MAKE "$@" obj &&
	    cd linkem && $MAKE "$@" tools)
}

# On OpenBSD to build tests is to run them.
build_tests()
{
	[ "$(uname -s)" = OpenBSD ] ||
	    (cd "$TOP/regress" && $MAKE -j 2 "$@" all)
}

build_all()
{
	build "$@" && build_tests "$@"
}
