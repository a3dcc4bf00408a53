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


#ifndef LINK_H
#define LINK_H

/*
 * One direction of an emulated link: a queue in front of a transmitter of
 * some rate, then a line with delay and loss.  It makes no system call and
 * reads no clock, so that its figures can be checked exactly.  Times are
 * nanoseconds of any clock that does not go back, rates bit/s of Ethernet
 * frames without their checksum, as a queue of the system counts them.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <stdint.h>

#define LINK_NEVER	INT64_MAX

struct frame {
	STAILQ_ENTRY(frame)	 entry;
	int64_t			 time;	/* of arrival, later of delivery */
	uint64_t		 serial;
	size_t			 len;
	uint8_t			 data[];
};

struct link_settings {
	int64_t		 queue;		/* longest wait for the transmitter */
	size_t		 queue_bytes;	/* instead, if not 0 */
	uint64_t	 police;	/* bit/s; what exceeds it is lost, 0 no */
	size_t		 police_burst;	/* bytes */
	int64_t		 delay;
	int64_t		 jitter;	/* 0..jitter is added, evenly */
	int		 reorder;	/* jitter may reorder frames */
	double		 loss;		/* 0..1, of each frame alone */
	double		 burst;		/* 0..1, share lost in bursts */
	double		 burstlen;	/* mean frames of a burst, >= 1 */
	size_t		 mtu;		/* of what is in a frame, 0: any */
};

struct link_stats {
	uint64_t	 in;		/* frames offered */
	uint64_t	 in_bytes;
	uint64_t	 out;		/* frames delivered */
	uint64_t	 out_bytes;
	uint64_t	 full;		/* lost as the queue was full */
	uint64_t	 lost;		/* lost on the line */
	uint64_t	 cut;		/* lost as the link was down */
	uint64_t	 toolong;	/* lost as longer than mtu */
	uint64_t	 policed;	/* lost as more than police allows */
	uint64_t	 queued;	/* bytes waiting now */
};

struct link;

/* Without memory they end the program. */
struct link		*link_new(uint64_t);	/* seed */
void			 link_free(struct link *);

/* To be changed in place at any time. */
struct link_settings	*link_settings(struct link *);

/* The transmitter's rate from now on; 0: as fast as frames come. */
void			 link_rate(struct link *, int64_t, uint64_t);

/* Loses all frames inside and to come until that time; 0: ends that. */
void			 link_cut(struct link *, int64_t);

/* Takes a copy of a frame. */
void			 link_input(struct link *, int64_t, const void *,
			    size_t);

/* The next frame that is due, to be freed by the caller; NULL for none. */
struct frame		*link_output(struct link *, int64_t);

/* When link_output() is to be called next, or LINK_NEVER. */
int64_t			 link_next(const struct link *);

void			 link_stats(const struct link *, struct link_stats *);

#endif /* LINK_H */
