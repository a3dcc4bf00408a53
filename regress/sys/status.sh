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


# The status process: its pages, and clients that do as they should not.  Also
# the control socket that only shows.

. "$(dirname "$0")/sys.sh"

PORT=9180
SCHEMA="$TOP/regress/usr.sbin/mlvpnctl/schema.awk"
MANUAL="$TOP/share/man/man8/mlvpnctl.8"

client()
{
	{
		echo "$1"
		echo "control restricted \"$T/look.sock\""
		links 1 2 </dev/null | client_conf
	} | conf client
}

# say [PORT]: a request, from standard input, and its answer in $T/answer
say()
{
	in_host c "$TCPTALK" 127.0.0.1 "${1:-$PORT}" >"$T/answer" 2>"$T/err"
}

# ask FORMAT: a request, as printf(1) takes it, which is complete but for the
# end
ask()
{
	printf "$1\r\n\r\n" | say
}

# get PATH [PORT [HEADER]]: its content in $T/out
get()
{
	printf 'GET %s HTTP/1.1\r\nHost: c\r\n%s\r\n' "$1" "${3:+$3
}" | say "${2:-$PORT}" &&
	    grep -q '^HTTP/1.1 200 OK' "$T/answer" &&
	    sed '1,/^.$/d' "$T/answer" >"$T/out"
}

# status NUMBER REQUEST
status()
{
	ask "$2"
	grep -q "^HTTP/1.1 $1 " "$T/answer" || {
		head -n 3 "$T/answer" "$T/err"
		return 1
	}
}

documented()
{
	awk -f "$SCHEMA" "$MANUAL" "$T/out"
}

has()
{
	grep -q -- "$1" "$T/out" || {
		head -n 50 "$T/out"
		return 1
	}
}

two_hosts delay 5ms
server_conf </dev/null | conf server
daemon s server
client "status listen on 127.0.0.1 port $PORT"
daemon c client
await_links client 1 2

await 'get /healthz' 5 || die "no status process"
check "/healthz" has '^ok$'
check "/status is as documented" eval 'get /status && documented'
check "\tand has the links" has '"name": "dsl2"'
await 'get /history && grep -q "\"state\": \[\"up\"" "$T/out"' 15
check "/history is as documented" documented
check "/ is a page with nothing from elsewhere" eval 'get / &&
    has "^</html>$" && ! grep -E "(src|href)=\"?[a-z]*://" "$T/out"'
check "\tof a type and with a policy" eval '
    grep -q "^Content-Type: text/html" "$T/answer" &&
    grep -q "^Content-Security-Policy: default-src .none.;" "$T/answer"'

check "/metrics is OpenMetrics" eval 'get /metrics && has "^# EOF$" &&
    has "^# UNIT mlvpnd_link_sent_bytes bytes$" &&
    has "^mlvpnd_link_state{.*link=\"dsl1\",.*state=\"up\"} 1$" &&
    grep -q "^Content-Type: application/openmetrics-text" "$T/answer"'
# each family is announced once, before its samples
check "\teach metric is explained" awk '
    $1 == "#" && $2 == "HELP" { if (help[$3]++) exit bad = 1 }
    $1 == "#" { next }
    { sub(/[{ ].*/, ""); n = $0; sub(/_total$/, "", n)
      if (!(n in help)) { print "no help: " n; exit bad = 1 } }
    END { exit bad }' "$T/out"
check "\twithout repeated samples" eval '
    [ -z "$(grep -v "^#" "$T/out" | sed "s/ [^ ]*$//" | sort | uniq -d)" ]'
cp "$T/out" "$T/openmetrics"
check "/metrics for those who want plain text" eval '
    get /metrics "" "Accept: text/plain" && ! grep -q EOF "$T/out" &&
    has "^# TYPE mlvpnd_link_sent_bytes_total counter$"'
if command -v promtool >/dev/null; then
	check "\twhich promtool accepts" promtool check metrics <"$T/out"
	sed '/^#/!s/$/ 1000000000/' "$T/openmetrics" >"$T/stamped"
	check "\tand it reads the other" eval 'promtool tsdb \
	    create-blocks-from openmetrics "$T/stamped" "$T/blocks" >/dev/null'
else
	skip "no promtool"
fi

check "HEAD has no content" eval '
    status 200 "HEAD /status HTTP/1.1\r\nHost: c" &&
    [ -z "$(sed "1,/^.\$/d" "$T/answer")" ]'
check "another page is not found" status 404 'GET /x HTTP/1.1\r\nHost: c'
check "nor a file" status 404 'GET /../etc/passwd HTTP/1.1\r\nHost: c'
check "only GET and HEAD" status 405 'POST / HTTP/1.1\r\nHost: c'
check "not without a host" status 400 'GET / HTTP/1.1'
check "HTTP/1.0 has none" status 200 'GET / HTTP/1.0'
check "no HTTP at all" status 400 'hello'
long=$(printf '%04096d' 0)
check "a long path" status 414 "GET /$(printf %0100d 0) HTTP/1.1\r\nHost: c"
check "long headers" status 431 "GET / HTTP/1.1\r\nHost: c\r\nX: $long"
check "a body that is not read" status 405 \
    "POST / HTTP/1.1\r\nHost: c\r\nContent-Length: 4096\r\n\r\n$long"

start c silent "$TCPTALK" -n 40 127.0.0.1 $PORT
await 'grep -q connected "$T/silent.log"' 5
check "many that say nothing do not prevent others" get /status
terminate silent

# says something, and then nothing for long
printf 'GET / HTTP/1.1\r\n' |
    in_host c "$TCPTALK" 127.0.0.1 $PORT >"$T/slow" 2>&1 &
slow=$!

if command -v chromium >/dev/null; then
	# without the network, and nothing of a user
	in_host c timeout 60 chromium --headless --no-sandbox --disable-gpu \
	    --no-first-run --disable-background-networking \
	    --disable-component-update --disable-sync --disable-quic \
	    --user-data-dir="$T/chromium" --virtual-time-budget=3000 \
	    --dump-dom http://127.0.0.1:$PORT/ >"$T/out" 2>/dev/null
	check "a browser shows tunnels and links" eval '
	    has "1 of 1 tunnels up, 2 of 2 links up" &&
	    has "<h3[^>]*>dsl2</h3>"'
	check "\tand plots" has '<path class="sent" d="M'
	check "\twithout a problem" has 'role="alert" hidden'
else
	skip "no chromium"
fi

look()
{
	"$MLVPNCTL" -s "$T/look.sock" "$@" >"$T/out" 2>&1
}

check "the restricted socket shows" eval 'look show && has "^home "'
for w in "link home dsl1 down" reload "log verbose"; do
	check "\tbut does not $w" eval \
	    "! look $w && has 'permission denied'"
done
check "\tand is for everybody" eval '
    [ "$(ls -l "$T/look.sock" | cut -c 1-10)" = srw-rw-rw- ]'

check "no other daemon takes that socket" eval '
    ! in_host c timeout 10 "$MLVPND" -d -f "$T/client.conf" \
	-s "$T/other.sock" >"$T/other.log" 2>&1 &&
    grep -q "look.sock: another mlvpnd is running" "$T/other.log"'
check "\tand it shows on" eval 'look show && has "^home "'

healthz()
{
	status "$1" 'GET /healthz HTTP/1.1\r\nHost: c'
}

kill -STOP "$(child "$(pid client)" engine)"
check "an engine that does not answer is told of" await \
    "healthz 503 >/dev/null" 5
check "\tand still" healthz 503
kill -CONT "$(child "$(pid client)" engine)"
check "\tbut not when it answers again" await 'get /healthz' 5
await_links client 1 2

wait $slow
check "a slow request is refused" grep -q '^HTTP/1.1 408 ' "$T/slow"
client "status listen on 127.0.0.1 port 9181"
check "reload with another port" ctl client reload
check "\tis followed" await 'get /healthz 9181' 5
check "\tand the other is closed" eval '! get /healthz'
start c taken "$TCPFLOW" -l 9182
await 'in_host c "$TCPFLOW" -qt 0.1 127.0.0.1 9182 >/dev/null 2>&1' 5
client "status listen on 127.0.0.1 port 9182"
ctl client reload >/dev/null
check "a port that another program has is told of" await \
    'grep -q "status listen on 127.0.0.1:9182: " "$T/client.log"' 5
terminate taken
check "\tand used when it is free" await 'get /healthz 9182' 5
client ""
check "reload without" ctl client reload
check "\tnobody listens" await '! get /healthz 9182' 5
check "the links did not notice" eval '
    link_is client dsl1 up && link_is client dsl2 up'
terminate client
check "the restricted socket is removed" [ ! -e "$T/look.sock" ]
finish
