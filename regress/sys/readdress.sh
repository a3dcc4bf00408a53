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

# The address of a local interface changes, as DHCP does it.

. "$(dirname "$0")/sys.sh"

two_hosts delay 2ms
servers
server_conf </dev/null | conf server
daemon s server
client_conf <<END | conf client
	link "dsl1" {
		remote 192.0.2.2 port 5080
	}
	link "dsl2" {
		remote 198.51.100.2 port 5080
		local $(dev c dsl2)
	}
END
daemon c client
await_links client 1 2
await reaches 5

moved()
{
	case $(value server links "$1" remote) in
	$2:*)
		return 0
		;;
	esac
	return 1
}

for l in 1 2; do
	unaddress c dsl$l "$(net $l).1/24"
	address c dsl$l "$(net $l).77/24"
	check "dsl$l: the server sees the new address" await \
	    "moved dsl$l $(net $l).77" 15
	check "dsl$l: up" await "link_is client dsl$l up" 15
	check "dsl$l: traffic" await reaches 5
done
check "none lost then" no_loss -c 100
unaddress c dsl1 192.0.2.77/24
check "no address: traffic over the other link" await reaches 5
address c dsl1 192.0.2.1/24
check "an address again: up" await 'link_is client dsl1 up' 30
finish
