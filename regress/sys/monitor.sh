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


# mlvpnctl monitor in a terminal, whose screen is read.

. "$(dirname "$0")/sys.sh"

command -v tmux >/dev/null || {
	skip "no tmux"
	finish
}
two_hosts rate 20M delay 5ms
servers
start_pair 1 2
await reaches 5

TMUX_TMPDIR=$T
export TMUX_TMPDIR
unset TMUX

terminal()
{
	tmux -f /dev/null "$@"
}

screen()
{
	terminal capture-pane -p -t monitor >"$T/screen" 2>/dev/null
}

# shows REGULAR EXPRESSION
shows()
{
	await "screen && grep -q -- '$1' \"\$T/screen\"" 5 || {
		cat "$T/screen"
		return 1
	}
}

# Whether no line goes past the edge and the first one is whole.
fits()
{
	screen && awk -v columns="$1" 'length > columns { bad = 1 }
	    NR == 1 && !/links up: [0-9]* of 2/ { bad = 1 }
	    END { exit bad }' "$T/screen"
}

ended()
{
	! terminal has-session -t monitor 2>/dev/null
}

# start_monitor [COMMAND]: with what the shell does after it
start_monitor()
{
	terminal new-session -d -s monitor -x 80 -y 24 \
	    "'$MLVPNCTL' -s '$T/client.sock' monitor 2>'$T/err'; ${1:-}" ||
	    die "tmux"
}

check "not without a terminal" eval '
    ! ctl client monitor >"$T/out" 2>&1 </dev/null &&
    grep -q "not a terminal" "$T/out"'
start_monitor
check "the daemon" shows "^mlvpnd .*tunnels up: 1 of 1   links up: 2 of 2"
check "the tunnel" shows "^home  up .*$CTUN mtu"
check "the links" shows "^  dsl1  *up .*ms .*/.*ms  *[0-9-]*%*$"
check "the events" shows " ago  home: link dsl2 up"
check "it fits into 80 columns" fits 80
tcp -t 4 &
check "bars of a transfer" shows '^ *up ###.* [0-9.]*M/[0-9.]*M '
wait $!
ctl client link home dsl2 down >/dev/null
check "a link goes down" shows "^  dsl2  *disabled"
check "and why" shows "^     by operator"
check "and when" shows "00:00:0.* ago  home: link dsl2 down: by operator"
terminal resize-window -t monitor -x 132 -y 40
check "a larger window is used" shows "^.\{120,132\}$"
terminal resize-window -t monitor -x 80 -y 8
check "a small one shows a part" shows "^([0-9]* more lines"
terminal send-keys -t monitor Down Down Down Down
check "and the rest with the arrow keys" shows "^  dsl2  *disabled"
check "it fits" fits 80
terminal send-keys -t monitor q
check "q quits" await ended 5

start_monitor_nohup()
{
	terminal new-session -d -s monitor -x 80 -y 24 "trap '' HUP
	    echo \$\$ >'$T/pid'; exec '$MLVPNCTL' -s '$T/client.sock' monitor" ||
	    die "tmux"
}

start_monitor_nohup
shows "^home  up" || die "monitor does not start"
terminal kill-session -t monitor
check "without its terminal it ends, if it ignores the signal" \
    await '! kill -0 "$(cat "$T/pid")" 2>/dev/null' 5

start_monitor "echo left; read x"
shows "^home  up" || die "monitor does not start"
terminate client
check "without the daemon it ends" shows "^left"
check "and says why" grep -q -e "not running" -e "closed" -e "read error" \
    "$T/err"
terminal kill-server
finish
