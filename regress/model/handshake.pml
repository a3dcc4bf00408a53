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
 * What mlvpnd adds to Noise (mlvpn(7), HANDSHAKE, in assoc.c): stamps and
 * cookies, offer and confirmation, associations continued or new, crossing
 * HELLOs, restarts.  Noise itself is taken to be right: nobody else can make
 * a HELLO, a REPLY or DATA, and keys are those of one HELLO and one REPLY.
 *
 * Every datagram ever sent stays on the network, which delivers any of them,
 * to either end, at any time and as often as it likes: that is loss, delay,
 * reordering, reflection, and the replay of what was recorded.
 *
 * Checked in every reachable state:
 *	- ends that use the same keys name each other's ids
 *	- keys are confirmed once, and by the process that offered them
 *	- no end takes itself for its peer
 *	- what was recorded of a process that is gone ends no association
 *	  that both ends are using
 *	- when the network behaves from here on, each end soon has the keys
 *	  that the other one sends under, whatever happened before, and even if
 *	  each HELLO is one of too many and needs a cookie
 *
 * These need not be the same: when handshakes of both ends cross, either may
 * send under the keys that the other has as the ones before.  That is why
 * keys are kept as long as something comes under them.
 */

#define CLIENT		0	/* has a remote address, always calls */
#define SERVER		1	/* calls only a peer that it has met */

#ifndef HELLOS
#define HELLOS		3	/* before the network behaves */
#endif
#ifndef RESTARTS
#define RESTARTS	1
#endif
#define AFTERWARDS	5	/* HELLOs and REPLYs more from then on */
#define NHELLO		(HELLOS + AFTERWARDS + 1)
#define NREPLY		(HELLOS + AFTERWARDS + 1)

typedef end_t {
	bool	exists;		/* an association */
	byte	own, peer;	/* its ids */
	byte	cur, prev, next;	/* keys, by the REPLY that made them */
	bool	calling;		/* a handshake of this end's own */
	byte	hello;		/* its HELLO */
	byte	hello_own;	/* and the id in it */
	bool	unconfirmed;
	byte	max_stamp;
	byte	restarts;
	byte	offer_own, offer_peer, offer_stamp;
	bool	offer_continued, offer_cookie;
}

typedef hello_t {
	byte	from, own, peer, stamp, life;
	bool	cookie;		/* one was sent for it */
	bool	mac2;		/* there is a copy with it */
	bool	answered;	/* the responder remembers it */
}

typedef reply_t {
	byte	hello, from, own, life;
	bool	continued;
	bool	confirmed;
	bool	data[2];	/* DATA of either end under these keys */
	bool	close[2];	/* with a CLOSE in it */
}

end_t	e[2];
hello_t	h[NHELLO];
reply_t	r[NREPLY];
byte	nhello, nreply, nid;
bool	lower_wins;		/* ids are random, here they are counted */

#define other(x)	(1 - (x))
#define wins(a, b)	((a > b && !lower_wins) || (a < b && lower_wins))
#define is_own(x, id)	(id == e[x].own || \
	    (e[x].calling && id == e[x].hello_own) || \
	    (e[x].next != 0 && id == e[x].offer_own))
#define has(x, k)	((k) != 0 && (e[x].cur == (k) || e[x].prev == (k) || \
	    e[x].next == (k)))
#define in_use		(e[0].cur != 0 && e[0].cur == e[1].cur)

inline fresh_id(id)
{
	nid++;
	id = nid
}

inline forget(x)
{
	e[x].exists = false;
	e[x].cur = 0;
	e[x].prev = 0;
	e[x].next = 0;
	e[x].peer = 0;
	e[x].unconfirmed = false;
	fresh_id(e[x].own)
}

inline restart(x)
{
	forget(x);
	e[x].calling = false;
	e[x].max_stamp = 0;
	e[x].restarts++;
	/* its memory of HELLOs is gone too */
	for (i : 1 .. nhello) {
		if
		:: h[i].from == other(x) -> h[i].answered = false
		:: else
		fi
	}
	i = 0
}

/* A new try; late: its clock is behind that of the tries before. */
inline call(x, late)
{
	nhello++;
	h[nhello].from = x;
	h[nhello].own = e[x].own;
	if
	:: e[x].exists -> h[nhello].peer = e[x].peer
	:: else
	fi;
	if
	:: late
	:: else -> h[nhello].stamp = nhello
	fi;
	h[nhello].life = e[x].restarts;
	e[x].calling = true;
	e[x].hello = nhello;
	e[x].hello_own = e[x].own
}

/* HELLO n comes to x; mac2: the copy with a cookie.  many: of HELLOs, so that
 * it needs one.  drop: a winner may. */
inline recv_hello(x, n, mac2copy, many, drop)
{
	if
	:: h[n].answered && h[n].from == other(x)	/* the same REPLY */
	:: h[n].from == x				/* a reflection */
	:: h[n].from == other(x) && !h[n].answered && !mac2copy &&
	    (h[n].stamp <= e[x].max_stamp || many) -> h[n].cookie = true
	:: else ->
		if
		:: e[x].calling && wins(e[x].hello_own, h[n].own) && drop
		:: else ->
			if
			:: e[x].calling && !wins(e[x].hello_own, h[n].own) ->
				e[x].calling = false
			:: else
			fi;
			nreply++;
			h[n].answered = true;
			r[nreply].hello = n;
			r[nreply].from = x;
			r[nreply].life = e[x].restarts;
			r[nreply].continued = e[x].exists &&
			    h[n].own == e[x].peer && h[n].peer == e[x].own;
			e[x].next = nreply;
			e[x].offer_continued = r[nreply].continued;
			if
			:: r[nreply].continued -> e[x].offer_own = e[x].own
			:: else -> fresh_id(e[x].offer_own)
			fi;
			e[x].offer_peer = h[n].own;
			e[x].offer_stamp = h[n].stamp;
			e[x].offer_cookie = mac2copy;
			r[nreply].own = e[x].offer_own;
			if
			:: h[n].stamp > e[x].max_stamp ->
				e[x].max_stamp = h[n].stamp
			:: else
			fi
		fi
	fi
}

inline recv_cookie(n)
{
	if
	:: e[h[n].from].calling && e[h[n].from].hello == n -> h[n].mac2 = true
	:: else
	fi
}

inline recv_reply(x, m)
{
	if
	:: !e[x].calling || r[m].hello != e[x].hello || h[r[m].hello].from != x
	:: else ->
		if
		:: is_own(x, r[m].own)
		:: r[m].continued && (!e[x].exists || r[m].own != e[x].peer)
		:: else ->
			if
			:: !r[m].continued ->
				i = e[x].hello_own;
				forget(x);
				e[x].exists = true;
				e[x].own = i;
				e[x].peer = r[m].own;
				i = 0
			:: else
			fi;
			assert(r[m].from == other(x));
			e[x].prev = e[x].cur;
			e[x].cur = m;
			e[x].calling = false;
			e[x].unconfirmed = true;
			r[m].data[x] = true
		fi
	fi
}

/* DATA that the other end sealed under keys m comes to x. */
inline recv_data(x, m, closes)
{
	if
	:: !has(x, m)
	:: else ->
		if
		:: m == e[x].next ->
			assert(!r[m].confirmed);
			assert(r[m].from == x && r[m].life == e[x].restarts);
			assert(!(in_use && !e[x].offer_continued &&
			    h[r[m].hello].life != e[other(x)].restarts));
			r[m].confirmed = true;
			e[x].next = 0;
			if
			:: e[x].offer_continued -> e[x].prev = e[x].cur
			:: else ->
				e[x].calling = false;
				forget(x);
				e[x].exists = true;
				e[x].own = e[x].offer_own;
				e[x].peer = e[x].offer_peer
			fi;
			e[x].cur = m;
			e[x].unconfirmed = false;
			if
			:: e[x].offer_cookie ->
				e[x].max_stamp = e[x].offer_stamp
			:: else
			fi;
			r[m].data[x] = true
		:: else
		fi;
		if
		:: m == e[x].cur -> e[x].unconfirmed = false
		:: else
		fi;
		if
		:: closes -> forget(x)
		:: else
		fi
	fi
}

inline agreement()
{
	assert(!in_use || (e[0].own == e[1].peer && e[1].own == e[0].peer))
}

/*
 * From here on every datagram arrives, and ends do what their timers make
 * them do: what is under way is repeated, and an end that hears nothing
 * under keys it has, or that has none, calls.
 */
inline exchange(x)
{
	if
	:: e[x].cur != 0 ->
		r[e[x].cur].data[x] = true;
		m = e[x].cur;
		recv_data(other(x), m, false)
	:: else
	fi
}

inline handshake(x, many)
{
	call(x, false);
	n = nhello;
	/* the other one's own try is old by now, and it does not drop this */
	recv_hello(other(x), n, false, many, false);
	if
	:: h[n].cookie ->
		recv_cookie(n);
		recv_hello(other(x), n, h[n].mac2, false, false)
	:: else
	fi;
	m = nreply;
	recv_reply(x, m);
	exchange(x);
	exchange(other(x))
}

#define hears(x)	(e[x].cur != 0 && has(x, e[other(x)].cur))

inline behave(many)
{
	for (k : 1 .. 2) {
		exchange(CLIENT);
		exchange(SERVER);
		if
		:: !hears(CLIENT) || e[CLIENT].unconfirmed ->
			handshake(CLIENT, many)
		:: else
		fi;
		if
		:: e[SERVER].cur != 0 && (!hears(SERVER) ||
		    e[SERVER].unconfirmed) -> handshake(SERVER, many)
		:: else
		fi
	}
	exchange(CLIENT);
	exchange(SERVER);
	agreement();
	assert(hears(CLIENT) && hears(SERVER))
}

proctype network()
{
	byte	i, k, m, n, x;

	do
	/* an end calls, of its own accord or because keys are old */
	:: atomic { nhello < HELLOS -> call(CLIENT, false) }
	:: atomic { nhello < HELLOS -> call(CLIENT, true) }
	:: atomic { nhello < HELLOS && e[SERVER].cur != 0 ->
		call(SERVER, false) }
	/* any datagram there ever was, to whom it may concern */
	:: atomic { nhello > 0 && nreply < HELLOS ->
		select(n : 1 .. nhello);
		x = other(h[n].from);
		if
		:: true -> recv_hello(x, n, false, false, false)
		:: true -> recv_hello(x, n, false, false, true)
		:: h[n].mac2 -> recv_hello(x, n, true, false, false)
		:: h[n].cookie -> recv_cookie(n)
		:: true -> recv_hello(h[n].from, n, false, false, false)
		fi;
		agreement();
		n = 0; x = 0 }
	:: atomic { nreply > 0 ->
		select(m : 1 .. nreply);
		if
		:: true -> recv_reply(CLIENT, m)
		:: true -> recv_reply(SERVER, m)
		:: r[m].data[SERVER] -> recv_data(CLIENT, m, false)
		:: r[m].data[CLIENT] -> recv_data(SERVER, m, false)
		:: r[m].close[SERVER] -> recv_data(CLIENT, m, true)
		:: r[m].close[CLIENT] -> recv_data(SERVER, m, true)
		fi;
		agreement();
		m = 0 }
	/* keys get too old, a process ends, with a word or without */
	:: atomic { select(x : 0 .. 1);
		if
		:: e[x].prev = 0
		:: e[x].next = 0
		:: e[x].cur = 0
		:: e[x].restarts < RESTARTS -> restart(x)
		:: e[x].restarts < RESTARTS && e[x].cur != 0 ->
			r[e[x].cur].data[x] = true;
			r[e[x].cur].close[x] = true;
			restart(x)
		fi;
		x = 0 }
	:: atomic { true -> behave(false); break }
	:: atomic { true -> behave(true); break }
	od
}

init {
	byte	i;

	atomic {
		if
		:: lower_wins = true
		:: lower_wins = false
		fi;
		fresh_id(e[CLIENT].own);
		fresh_id(e[SERVER].own);
		i = 0;
		run network()
	}
}
