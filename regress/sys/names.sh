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

# A host name as remote: asked for again until there is an answer, and
# when the address it had no longer answers.

. "$(dirname "$0")/sys.sh"

two_hosts delay 2ms
names c "127.0.0.1 localhost" || {
	skip "names: hosts cannot have an /etc/hosts of their own here"
	finish
}
servers
server_conf </dev/null | conf server
daemon s server
client_conf <<END | conf client
	link "dsl1" { remote gw.example.net port 5080 }
END
daemon c client
check "a name without address: the link waits" await \
    'link_is client dsl1 no-address' 5
names c "127.0.0.1 localhost" "192.0.2.2 gw.example.net"
check "it gets an address: the link comes up" await \
    'link_is client dsl1 up' 45
check "traffic" await reaches 5
names c "127.0.0.1 localhost" "198.51.100.2 gw.example.net"
em dsl1 down
check "the address no longer answers: the new one is taken" await \
    'link_is client dsl1 up && case $(value client links dsl1 remote) in
    198.51.100.2*) ;; *) false ;; esac' 60
check "traffic over the new one" await reaches 10
finish
