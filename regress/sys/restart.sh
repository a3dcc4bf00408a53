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

# Either end may go and come again, with a word or without.

. "$(dirname "$0")/sys.sh"

two_hosts delay 5ms
servers
start_pair 1 2
check "before" no_loss -c 50

for sig in TERM KILL; do
	end_daemon server $sig
	server_conf </dev/null | conf server
	daemon s server
	check "server back after SIG$sig" await reaches 10
	await_links client 1 2
	check "none lost after it" no_loss -c 100

	end_daemon client $sig
	links 1 2 </dev/null | client_conf | conf client
	daemon c client
	check "client back after SIG$sig" await reaches 10
	await_links client 1 2
	check "none lost after it" no_loss -c 100
done

# The client first, and the server much later.
terminate server
terminate client
links 1 2 </dev/null | client_conf | conf client
daemon c client
check "a client without server says so" eval '
    [ "$(value client tunnels home state)" != up ]'
server_conf </dev/null | conf server
daemon s server
check "the server that comes later is found" await reaches 15
finish
