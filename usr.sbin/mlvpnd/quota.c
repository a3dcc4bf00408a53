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
 * Usage and quotas of the links that are configured here.
 */

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <errno.h>
#include <event.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "calendar.h"
#include "child.h"
#include "conf.h"
#include "log.h"
#include "mlvpnd.h"
#include "quota.h"
#include "timer.h"
#include "usage.h"

#define LOOK_TIME	10000		/* ms, between two looks at the clock */
#define SAVE_TIME	45		/* seconds */
#define NEARLY		80		/* percent */
#define SIZE_STRLEN	16
#define DATE_STRLEN	40

enum quota_state {
	STATE_LEFT,
	STATE_NEARLY,			/* used up */
	STATE_USED_UP
};

/* A link of the configuration. */
struct quota {
	TAILQ_ENTRY(quota)	 entry;
	const struct tunnel_conf *tunnel;
	const struct link_conf	*link;
	struct usage		*usage;
	enum quota_state	 state;
	uint64_t		 used;		/* in the period, bytes */
	int32_t			 from, to;	/* days of the period */
};
TAILQ_HEAD(quotas, quota);

static void		 quota_read(void);
static void		 quota_free(struct quotas *);
static void		 quota_add(struct quotas *, const struct tunnel_conf *,
			    const struct link_conf *);
static void		 quota_timer(int, short, void *);
static int		 quota_look(struct quota *);
static enum quota_state	 quota_state(const struct quota *);
static void		 quota_log(const struct quota *, enum quota_state);
static void		 quota_send(const struct quota *);
static void		 quota_save(void);
static int		 quota_write(void);
static void		 limit_rate(struct rate_conf *, uint64_t);
static int64_t		 uptime(void);
static int32_t		 clock_day(void);
static int64_t		 midnight(int32_t);
static const char	*fmt_bytes(uint64_t, char *);
static const char	*fmt_date(int32_t, char *);

static struct usage_book book;
static struct quotas	 quotas = TAILQ_HEAD_INITIALIZER(quotas);
static void		(*changed)(void);
static struct event	 ev_timer;
static char		 file[PATH_MAX], newfile[PATH_MAX];
static int		 unsaved, save_error;
static int64_t		 started, saved;

void
quota_start(const char *directory, const char *name, void (*change)(void))
{
	struct stat	 st;

	changed = change;
	started = uptime();
	usage_init(&book);
	evtimer_set(&ev_timer, quota_timer, NULL);
	timer_set(&ev_timer, LOOK_TIME);

	if (mkdir(directory, 0700) == -1 && errno != EEXIST)
		log_warn("%s", directory);
	else if (lstat(directory, &st) == -1)
		log_warn("%s", directory);
	else if (!S_ISDIR(st.st_mode) || st.st_uid != 0 ||
	    (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		log_warnx("%s: not a directory writable only by root",
		    directory);
	else if ((size_t)snprintf(file, sizeof(file), "%s/%s.usage", directory,
	    name) >= sizeof(file) || (size_t)snprintf(newfile,
	    sizeof(newfile), "%s.new", file) >= sizeof(newfile))
		fatalx("%s: name too long", directory);
	else
		quota_read();
	(void)usage_today(&book, clock_day(), 0);
}

static void
quota_read(void)
{
	FILE	*f;
	int	 fd, line;

	if ((fd = open(file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)) == -1 ||
	    (f = fdopen(fd, "r")) == NULL) {
		if (errno != ENOENT)
			log_warn("%s", file);
		if (fd != -1)
			close(fd);
		return;
	}
	if ((line = usage_read(&book, f)) != 0)
		log_warnx("%s:%d: invalid", file, line);
	if (ferror(f))
		log_warn("%s", file);
	fclose(f);
}

void
quota_stop(void)
{
	evtimer_del(&ev_timer);
	if (unsaved)
		quota_save();
	quota_free(&quotas);
	usage_free(&book);
}

static void
quota_free(struct quotas *list)
{
	struct quota	*q;

	while ((q = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, q, entry);
		free(q);
	}
}

void
quota_conf(const struct mlvpnd_conf *conf)
{
	struct quotas		 old = TAILQ_HEAD_INITIALIZER(old);
	struct quota		*o, *q;
	struct tunnel_conf	*t;
	struct link_conf	*l;

	(void)usage_today(&book, clock_day(), uptime() - started);
	TAILQ_CONCAT(&old, &quotas, entry);
	TAILQ_FOREACH(t, &conf->tunnels, entry) {
		TAILQ_FOREACH(l, &t->links, entry)
			quota_add(&quotas, t, l);
	}
	TAILQ_FOREACH(q, &quotas, entry) {
		TAILQ_FOREACH(o, &old, entry) {
			if (o->usage == q->usage)
				q->state = o->state;
		}
		(void)quota_look(q);
		quota_send(q);
	}
	quota_free(&old);
}

static void
quota_add(struct quotas *list, const struct tunnel_conf *t,
    const struct link_conf *l)
{
	struct quota	*q;

	if ((q = calloc(1, sizeof(*q))) == NULL)
		fatal("%s", __func__);
	q->tunnel = t;
	q->link = l;
	if ((q->usage = usage_find(&book, t->name, l->name)) == NULL &&
	    (q->usage = usage_new(&book, t->name, l->name)) == NULL)
		fatal("%s", __func__);
	TAILQ_INSERT_TAIL(list, q, entry);
}

void
quota_count(uint32_t tunnel, const char *link, uint64_t bytes)
{
	struct quota	*q;

	TAILQ_FOREACH(q, &quotas, entry) {
		if (q->tunnel->id == tunnel &&
		    strcmp(q->link->name, link) == 0)
			break;
	}
	if (q == NULL)
		return;
	(void)usage_today(&book, clock_day(), uptime() - started);
	usage_add(&book, q->usage, bytes);
	unsaved = 1;
	if (quota_look(q))
		changed();
	quota_send(q);
}

static void
quota_timer(int fd, short event, void *bula)
{
	struct quota	*q;
	int		 change = 0;

	(void)usage_today(&book, clock_day(), uptime() - started);
	TAILQ_FOREACH(q, &quotas, entry) {
		change |= quota_look(q);
		quota_send(q);
	}
	if (change)
		changed();
	if (unsaved && uptime() - saved >= SAVE_TIME)
		quota_save();
	timer_set(&ev_timer, LOOK_TIME);
}

/* Returns 1 if the quota is used up now and was not before, or vice versa. */
static int
quota_look(struct quota *q)
{
	const struct quota_conf	*c = &q->link->quota;
	enum quota_state	 old = q->state;

	q->from = book.today;
	q->to = book.today + 1;
	if (c->period == QUOTA_MONTH) {
		q->from = calendar_month(book.today, c->day);
		q->to = calendar_next_month(book.today, c->day);
	}
	q->used = usage_sum(q->usage, q->from, q->to);
	q->state = quota_state(q);
	if (q->state != old) {
		quota_log(q, old);
		quota_save();
	}
	return ((q->state == STATE_USED_UP) != (old == STATE_USED_UP));
}

static enum quota_state
quota_state(const struct quota *q)
{
	const struct quota_conf	*c = &q->link->quota;

	if (c->period == QUOTA_NONE || q->used < c->bytes / 100 * NEARLY)
		return (STATE_LEFT);
	return (q->used < c->bytes ? STATE_NEARLY : STATE_USED_UP);
}

static void
quota_log(const struct quota *q, enum quota_state old)
{
	const char	*tunnel = q->tunnel->name, *link = q->link->name;
	char		 bytes[SIZE_STRLEN], date[DATE_STRLEN];

	fmt_bytes(q->link->quota.bytes, bytes);
	fmt_date(q->to, date);
	switch (q->state) {
	case STATE_NEARLY:
		log_warnx("%s: link %s: %d%% of the quota of %s used, renewed "
		    "on %s", tunnel, link, NEARLY, bytes, date);
		break;
	case STATE_USED_UP:
		log_warnx("%s: link %s: quota of %s used up, renewed on %s",
		    tunnel, link, bytes, date);
		break;
	default:
		if (old == STATE_USED_UP)
			log_info("%s: link %s: quota is no longer used up",
			    tunnel, link);
		break;
	}
}

/* For mlvpnctl(8). */
static void
quota_send(const struct quota *q)
{
	struct imsg_link_usage	 iu;
	struct link_usage	*u = &iu.usage;

	memset(&iu, 0, sizeof(iu));
	iu.tunnel = q->tunnel->id;
	strlcpy(iu.link, q->link->name, sizeof(iu.link));
	u->known = 1;
	u->start = q->usage->start;
	u->today = usage_sum(q->usage, book.today, book.today + 1);
	u->month = usage_sum(q->usage, calendar_month(book.today, 1),
	    book.today + 1);
	if (q->link->quota.period != QUOTA_NONE) {
		u->quota = q->link->quota.bytes;
		u->used = q->used;
		u->renewed = midnight(q->to);
	}
	compose_engine(IMSG_LINK_USAGE, 0, -1, &iu, sizeof(iu));
}

void
quota_apply(const char *tunnel, struct link_conf *l)
{
	const struct quota_conf	*c = &l->quota;
	struct quota		*q;

	TAILQ_FOREACH(q, &quotas, entry) {
		if (strcmp(q->tunnel->name, tunnel) == 0 &&
		    strcmp(q->link->name, l->name) == 0)
			break;
	}
	if (q == NULL || q->state != STATE_USED_UP)
		return;
	switch (c->action) {
	case QUOTA_BACKUP:
		if (l->backup < c->level)
			l->backup = c->level;
		l->overflow = 0;
		break;
	case QUOTA_DOWN:
		l->off = 1;
		break;
	case QUOTA_LIMIT:
		limit_rate(&l->up, c->limit);
		limit_rate(&l->down, c->limit);
		break;
	}
}

static void
limit_rate(struct rate_conf *r, uint64_t limit)
{
	if (r->rate == 0 || r->rate > limit)
		r->rate = limit;
}

/* An error is logged once.  The file that is there stays as it is then. */
static void
quota_save(void)
{
	int	 error = 0;

	if (file[0] == '\0')
		return;
	saved = uptime();
	if (quota_write() == -1) {
		error = errno;
		(void)unlink(newfile);
		if (error != save_error) {
			errno = error;
			log_warn("%s: usage of links not written", newfile);
		}
	} else {
		unsaved = 0;
		if (save_error != 0)
			log_info("%s: written again", file);
	}
	save_error = error;
}

static int
quota_write(void)
{
	FILE	*f;
	int	 error = 0, fd;

	if ((fd = open(newfile, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW |
	    O_CLOEXEC, 0600)) == -1)
		return (-1);
	if ((f = fdopen(fd, "w")) == NULL) {
		error = errno;
		close(fd);
		errno = error;
		return (-1);
	}
	usage_write(&book, book.today - USAGE_DAYS, f);
	if (fflush(f) == EOF || ferror(f) || fsync(fd) == -1)
		error = errno;
	if (fclose(f) == EOF && error == 0)
		error = errno;
	if (error == 0 && rename(newfile, file) == 0)
		return (0);
	if (error != 0)
		errno = error;
	return (-1);
}

static int64_t
uptime(void)
{
	struct timespec	 ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) == -1)
		fatal("clock_gettime");
	return (ts.tv_sec);
}

/* The day in the time zone of this host. */
static int32_t
clock_day(void)
{
	struct date	 d;
	struct tm	 tm;
	time_t		 now = time(NULL);
	int32_t		 day;

	if (localtime_r(&now, &tm) == NULL)
		return (CALENDAR_MIN);
	d.year = tm.tm_year + 1900;
	d.month = tm.tm_mon + 1;
	d.day = tm.tm_mday;
	day = calendar_day(&d);
	return (day == -1 ? CALENDAR_MIN : day);
}

/* When a day begins here. */
static int64_t
midnight(int32_t day)
{
	struct date	 d;
	struct tm	 tm;

	calendar_date(day, &d);
	memset(&tm, 0, sizeof(tm));
	tm.tm_year = d.year - 1900;
	tm.tm_mon = d.month - 1;
	tm.tm_mday = d.day;
	tm.tm_isdst = -1;
	return (mktime(&tm));
}

/* Three digits, without trailing zeros. */
static const char *
fmt_bytes(uint64_t bytes, char *buf)
{
	static const char * const	 units[] = { "", "K", "M", "G", "T" };
	double				 n = bytes;
	size_t				 i;

	for (i = 0; i < 4 && n >= 999.5; i++)
		n /= 1000;
	snprintf(buf, SIZE_STRLEN, "%.3g%s", n, units[i]);
	return (buf);
}

static const char *
fmt_date(int32_t day, char *buf)
{
	struct date	 d;

	calendar_date(day, &d);
	snprintf(buf, DATE_STRLEN, "%04d-%02d-%02d", d.year, d.month, d.day);
	return (buf);
}
