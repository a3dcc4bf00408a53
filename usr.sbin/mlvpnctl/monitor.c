/*	$OpenBSD$	*/

/*
 * Copyright (c) 2026 The mlvpnd developers
 *
 * Permission to use, copy, modify, and distribute this software for any
 * purpose with or without fee is hereby granted, provided that the above
 * copyright notice and this permission notice appear in all copies.
 *
 * THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
 * WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
 * MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
 * ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
 * WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
 * ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF
 * OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
 */

/*
 * One screen that is drawn anew each second: tunnels, links with bars of their
 * rates, and the last events.
 */

#include <sys/param.h>

#include <curses.h>
#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ctl_words.h"
#include "fmt.h"
#include "mlvpnctl.h"

#define INTERVAL	1000		/* ms */
#define LINE_SIZE	512
#define EVENTS_LEAST	4		/* lines, with their heading */
#define BAR_LABEL	6		/* columns: "    up" */
#define BAR_NUMBERS	13		/* "18.2M/20.0M" with a blank */

static void	 take_head(const struct parse_result *);
static void	 take_summary(const struct ctl_summary *);
static void	 take_listen(const struct ctl_listen *);
static void	 take_tunnel(const struct ctl_tunnel *);
static void	 take_link(const struct ctl_link *);
static void	 take_history(const struct ctl_history *);
static void	 take_event(const struct ctl_event *);
static void	 take_result(int, const char *);
static void	 draw(void);
static void	*grow(void *, size_t, size_t);

static void	 leave(void);
static void	 add_line(int, const char *, ...)
		    __attribute__((__format__ (printf, 2, 3)));
static void	 lines_clear(void);
static void	 tunnel_lines(const struct ctl_tunnel *);
static void	 link_lines(const struct ctl_link *, uint64_t);
static struct peak	*peak_of(const struct ctl_link *);
static void	 draw_bar(char *, size_t, uint64_t, uint64_t, const char *,
		    int);
static void	 draw_events(int);
static void	 draw_line(int, int, const char *);

const struct output	 monitor_output = {
	.head = take_head,
	.summary = take_summary,
	.listen = take_listen,
	.tunnel = take_tunnel,
	.link = take_link,
	.history = take_history,
	.event = take_event,
	.result = take_result,
	.tail = draw
};

/* what the daemon has answered */
static struct ctl_summary	 summary;
static struct ctl_tunnel	*tunnels;
static size_t			 ntunnels;
static struct ctl_link		*links;
static size_t			 nlinks;
static struct peak {			/* of the last ten minutes */
	char			 tunnel[TUNNEL_NAME_SIZE];
	char			 link[LINK_NAME_SIZE];
	uint64_t		 tx_rate, rx_rate;
} *peaks;
static size_t			 npeaks;
static struct ctl_event		*events;
static size_t			 nevents;

/* the lines of tunnels and links, of which the screen shows a part */
static struct line {
	int	 attributes;
	char	*text;
} *lines;
static int	 nlines, first;
static int	 page;			/* lines of them on the screen */

void
monitor_start(void)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		errx(1, "monitor: not a terminal");
	/* what err(3) prints is for after endwin(3) */
	setvbuf(stderr, NULL, _IOFBF, BUFSIZ);
	tzset();	/* what it reads cannot be read later */
	initscr();
	atexit(leave);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	curs_set(0);
	timeout(INTERVAL);
}

static void
leave(void)
{
	endwin();
}

int
monitor_wait(void)
{
	switch (getch()) {
	case 'q':
		return (0);
	case ERR:
		/* time is up, or the terminal has gone */
		return (isatty(STDIN_FILENO));
	case KEY_UP:
	case 'k':
		first--;
		break;
	case KEY_DOWN:
	case 'j':
		first++;
		break;
	case KEY_PPAGE:
		first -= page;
		break;
	case KEY_NPAGE:
	case ' ':
		first += page;
		break;
	case '\f':
		clearok(curscr, TRUE);
		break;
	}
	return (1);
}

static void
take_head(const struct parse_result *res)
{
	ntunnels = nlinks = npeaks = nevents = 0;
}

static void
take_summary(const struct ctl_summary *cs)
{
	summary = *cs;
}

static void
take_listen(const struct ctl_listen *cl)
{
}

static void
take_tunnel(const struct ctl_tunnel *ct)
{
	tunnels = grow(tunnels, ntunnels, sizeof(*ct));
	tunnels[ntunnels++] = *ct;
}

static void
take_link(const struct ctl_link *cl)
{
	links = grow(links, nlinks, sizeof(*cl));
	links[nlinks++] = *cl;
}

static void
take_history(const struct ctl_history *ch)
{
	struct peak	*p;
	uint32_t	 i;

	peaks = grow(peaks, npeaks, sizeof(*p));
	p = &peaks[npeaks++];
	memset(p, 0, sizeof(*p));
	strlcpy(p->tunnel, ch->tunnel, sizeof(p->tunnel));
	strlcpy(p->link, ch->link, sizeof(p->link));
	for (i = 0; i < ch->n; i++) {
		p->tx_rate = MAX(p->tx_rate, ch->samples[i].tx_rate);
		p->rx_rate = MAX(p->rx_rate, ch->samples[i].rx_rate);
	}
}

static void
take_event(const struct ctl_event *ce)
{
	events = grow(events, nevents, sizeof(*ce));
	events[nevents++] = *ce;
}

static void
take_result(int code, const char *text)
{
	errx(1, "%s", text);
}

static void *
grow(void *p, size_t n, size_t size)
{
	if ((p = reallocarray(p, n + 1, size)) == NULL)
		err(1, "reallocarray");
	return (p);
}

static void
draw(void)
{
	char		 age[FMT_SIZE], head[LINE_SIZE], clock[16];
	time_t		 now = time(NULL);
	struct tm	 tm;
	size_t		 t;
	int		 i, room;

	lines_clear();
	for (t = 0; t < ntunnels; t++)
		tunnel_lines(&tunnels[t]);
	if (ntunnels == 0)
		add_line(A_NORMAL, "no tunnels");

	erase();
	strftime(clock, sizeof(clock), "%H:%M:%S", localtime_r(&now, &tm));
	snprintf(head, sizeof(head), "mlvpnd %s, running for %s   tunnels up: "
	    "%u of %u   links up: %u of %u", summary.version,
	    fmt_age(summary.uptime, age), summary.tunnels_up, summary.tunnels,
	    summary.links_up, summary.links);
	draw_line(0, A_NORMAL, head);
	if (COLS > (int)(strlen(head) + strlen(clock)) + 1)
		mvaddstr(0, COLS - strlen(clock), clock);

	/* events get what is left, and some lines at least */
	room = MAX(1, LINES - 3 - (LINES >= 4 * EVENTS_LEAST ?
	    EVENTS_LEAST : 0));
	page = MIN(room, nlines);
	first = MAX(0, MIN(first, nlines - page));
	for (i = 0; i < page; i++)
		draw_line(2 + i, lines[first + i].attributes,
		    lines[first + i].text);
	if (first + page < nlines)
		mvprintw(2 + page, 0, "(%d more lines, see the arrow keys)",
		    nlines - first - page);
	draw_events(2 + page + 1);
	refresh();
}

static void
tunnel_lines(const struct ctl_tunnel *ct)
{
	const struct ctl_link	*l, *end = links + nlinks;
	char			 age[FMT_SIZE], tx[FMT_SIZE], rx[FMT_SIZE];
	uint64_t		 sent = 0, received = 0;

	for (l = links; l < end; l++) {
		if (strcmp(l->tunnel, ct->name) != 0)
			continue;
		sent += l->tx_rate;
		received += l->rx_rate;
	}
	if (nlines > 0)
		add_line(A_NORMAL, "%s", "");
	add_line(A_BOLD, "%s  %s %s  %s mtu %u  sends %sbit/s  receives "
	    "%sbit/s", ct->name, tunnel_state(ct), fmt_age(ct->up_since, age),
	    ct->ifname, ct->mtu, fmt_scale(sent, tx), fmt_scale(received, rx));
	add_line(A_NORMAL, "  %-16s %-10s %8s %7s %8s %7s %6s", "LINK", "STATE",
	    "AGE", "RTT", "LOSS %", "QUEUE", "SHARE");
	for (l = links; l < end; l++) {
		if (strcmp(l->tunnel, ct->name) == 0)
			link_lines(l, sent + received);
	}
}

/* The values, and under them the bars. */
static void
link_lines(const struct ctl_link *l, uint64_t total)
{
	char		 age[FMT_SIZE], rtt[FMT_SIZE], loss[LOSS_SIZE];
	char		 queue[FMT_SIZE], share[FMT_SIZE] = "-";
	char		 up[LINE_SIZE], down[LINE_SIZE];
	struct peak	*peak;
	int		 attributes = A_NORMAL, width;

	if (l->state != LINK_UP && l->state != LINK_STANDBY)
		attributes = A_BOLD;
	if (total > 0)
		snprintf(share, sizeof(share), "%.0f%%",
		    (l->tx_rate + l->rx_rate) * 100.0 / total);
	add_line(attributes, "  %-16s %-10s %8s %7s %8s %7s %6s", l->name,
	    link_state(l->state), fmt_age(l->since, age),
	    fmt_msec(l->srtt, rtt), fmt_loss(l->loss_tx, l->loss_rx, loss),
	    fmt_msec(l->queueing, queue), share);
	if (l->state != LINK_UP && l->reason != REASON_NONE)
		add_line(attributes, "     %s", reason_words(l->reason));

	width = MAX(1, MIN(COLS, LINE_SIZE) / 2 - BAR_LABEL - BAR_NUMBERS - 1);
	peak = peak_of(l);
	draw_bar(up, sizeof(up), l->tx_rate, l->rate != 0 ? l->rate :
	    peak->tx_rate, "up", width);
	draw_bar(down, sizeof(down), l->rx_rate, l->rate_peer != 0 ?
	    l->rate_peer : peak->rx_rate, "down", width);
	add_line(A_NORMAL, "%s %s", up, down);
}

/* None is one of nothing. */
static struct peak *
peak_of(const struct ctl_link *l)
{
	static struct peak	 none;
	size_t			 i;

	for (i = 0; i < npeaks; i++) {
		if (strcmp(peaks[i].tunnel, l->tunnel) == 0 &&
		    strcmp(peaks[i].link, l->name) == 0)
			return (&peaks[i]);
	}
	return (&none);
}

/* The rate now, of the most that it can be; 0 if that is not known. */
static void
draw_bar(char *text, size_t size, uint64_t now, uint64_t most,
    const char *label, int width)
{
	char	 a[FMT_SIZE], b[FMT_SIZE], numbers[2 * FMT_SIZE];
	char	 bar[LINE_SIZE / 2];
	int	 i, full = 0;

	fmt_scale(now, a);
	strlcpy(b, "-", sizeof(b));
	if (most != 0) {
		full = now >= most ? width :
		    (int)((double)now * width / most + 0.5);
		fmt_scale(most, b);
	}
	for (i = 0; i < width; i++)
		bar[i] = i < full ? '#' : '.';
	bar[width] = '\0';
	snprintf(numbers, sizeof(numbers), "%s/%s", a, b);
	snprintf(text, size, "%*s %s %-*s", BAR_LABEL, label, bar,
	    BAR_NUMBERS - 1, numbers);
}

static void
draw_events(int y)
{
	char	 age[FMT_SIZE], line[LINE_SIZE];
	size_t	 i;

	if (y >= LINES - 1)
		return;
	draw_line(y++, A_BOLD, "Events");
	for (i = 0; i < nevents && y < LINES; i++) {
		snprintf(line, sizeof(line), "  %8s ago  %s",
		    fmt_age(events[i].age, age), events[i].text);
		draw_line(y++, A_NORMAL, line);
	}
}

/* Cut off at the right edge; a byte that is not ASCII has an unknown width. */
static void
draw_line(int y, int attributes, const char *text)
{
	int	 i;

	if (y >= LINES)
		return;
	attrset(attributes);
	move(y, 0);
	for (i = 0; i < COLS && text[i] != '\0'; i++)
		addch(text[i] >= ' ' && text[i] <= '~' ?
		    (chtype)text[i] | attributes : '?');
	attrset(A_NORMAL);
}

static void
add_line(int attributes, const char *fmt, ...)
{
	va_list	 ap;
	char	 text[LINE_SIZE];

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	lines = grow(lines, nlines, sizeof(*lines));
	lines[nlines].attributes = attributes;
	if ((lines[nlines].text = strdup(text)) == NULL)
		err(1, "strdup");
	nlines++;
}

static void
lines_clear(void)
{
	while (nlines > 0)
		free(lines[--nlines].text);
}
