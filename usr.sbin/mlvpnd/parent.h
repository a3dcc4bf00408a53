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

#ifndef PARENT_H
#define PARENT_H

/*
 * The parent's own: what it made in the kernel for each configured object,
 * and its conversation with the children.
 */

#include <sys/types.h>
#include <sys/queue.h>

#include <event.h>
#include <stdint.h>

#include "conf.h"
#include "mlvpnd.h"
#include "netif.h"

struct pin;
struct script;
struct tunif;
struct uplink;

/*
 * The engine must give up the device that a tunnel had; it has to before the
 * parent can open the one of the same name.
 */
enum release {
	RELEASE_NO,
	RELEASE,
	RELEASE_WAIT
};

/* A tunnel of the configuration. */
struct ptunnel {
	TAILQ_ENTRY(ptunnel)	 entry;
	struct tunnel_conf	*conf;		/* in the one in force */
	struct tunnel_conf	*nconf;		/* and in that to come */
	uint32_t		 id;
	struct tunif		*tunif;		/* NULL: could not be opened */
	uint32_t		 sent;		/* id of the one the engine has,
						   0: it lacks the tunnel */
	enum release		 release;	/* of the engine's device */
	int			 error;		/* of opening, logged */
	uint16_t		 auto_mtu;	/* the engine's, 0 not yet */
	struct script		*script;	/* its command */
	TAILQ_HEAD(, uplink)	 uplinks;
};
TAILQ_HEAD(ptunnels, ptunnel);

/* mlvpnd.c */
void		 main_compose_engine(uint16_t, uint32_t, int, const void *,
		    size_t);
void		 main_compose_resolver(uint16_t, uint32_t, const void *,
		    size_t);
void		 main_open_flows(void);
void		 timer_set(struct event *, unsigned int);

/* reconf.c */
int		 reconf_start(struct mlvpnd_conf *);
void		 reconf_reload(const char *);
void		 reconf_reload_ctl(const char *, uint32_t);
void		 reconf_stop(void);
void		 reconf_netchange(void);
void		 reconf_mtu(uint32_t, uint16_t);
void		 reconf_stale(uint32_t, const char *);
void		 reconf_event(uint32_t, int, const char *, const char *);
void		 reconf_restore(uint32_t);
void		 reconf_resolved(uint32_t, const struct addr *, size_t);
void		 reconf_pinned(struct ptunnel *);
void		 reconf_note(const char *);
void		 reconf_warn(const char *, ...)
		    __attribute__((__format__ (printf, 1, 2)));
int		 reconf_rtable(int);
uint32_t	 reconf_socket_id(void);

/* script.c */
void		 script_init(int, unsigned int, unsigned int);
int		 script_permitted(void);
struct script	*script_new(void);
void		 script_conf(struct script *, const struct tunnel_conf *);
void		 script_interface(struct script *, const char *, uint16_t);
void		 script_event(struct script *, int, const char *,
		    const char *);
void		 script_down(struct script *);
void		 script_free(struct script *);
void		 script_stop(void);

/* listener.c */
void		 listener_reconf(const struct mlvpnd_conf *);
int		 listener_open(int *);
int		 listener_netchange(void);
void		 listener_send(void);
uint32_t	 listener_of_link(const struct link_conf *, struct addr *);
void		 listener_stop(void);

/* tunif.c */
struct tunif	*tunif_claim(const struct tunnel_conf *);
void		 tunif_sweep(void);
struct tunif	*tunif_open(const struct tunnel_conf *);
void		 tunif_apply(struct tunif *, struct tunnel_conf *, uint16_t,
		    int);
void		 tunif_restore(struct tunif *);
uint32_t	 tunif_id(const struct tunif *);
const char	*tunif_name(const struct tunif *);
uint16_t	 tunif_current_mtu(const struct tunif *);
int		 tunif_dup(const struct tunif *);
int		 tunif_offload(const struct tunif *);
int		 tunif_vanished(const struct tunif *);
void		 tunif_free(struct tunif *);
void		 tunif_stop(struct tunif *);
int		 tunif_routed(const struct tunnel_conf *, const struct addr *);

/* pin.c */
struct pin	*pin_get(const struct addr *, int);
void		 pin_put(struct pin *);
void		 pin_keep(struct pin *);
void		 pin_refresh(void);

/* uplink.c */
void		 uplink_reconf(struct ptunnel *, const struct tunnel_conf *);
void		 uplink_start(struct ptunnel *);
void		 uplink_reset(struct ptunnel *);
void		 uplink_pin(struct ptunnel *, const struct tunnel_conf *);
void		 uplink_unpin(struct ptunnel *, const struct tunnel_conf *);
int		 uplink_pinned(const struct ptunnel *,
		    const struct tunnel_conf *);
void		 uplink_netchange(struct ptunnel *);
void		 uplink_stale(struct ptunnel *, const char *);
int		 uplink_resolved(struct ptunnel *, uint32_t,
		    const struct addr *, size_t);
void		 uplink_stop(struct ptunnel *, int);

#endif /* PARENT_H */
