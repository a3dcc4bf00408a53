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
 * The grammar of mlvpnd.conf(5), its lexer with files and macros, and the
 * settings that each statement makes.  A statement is checked here as far as
 * it can be checked alone, and in conf_check.c otherwise.
 */

%{
#include <sys/types.h>
#include <sys/queue.h>
#include <sys/stat.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "conf_check.h"
#include "conf_error.h"
#include "conf_file.h"
#include "conf_phrase.h"
#include "conf_value.h"
#include "handshake.h"
#include "log.h"
#include "netif.h"
#include "parse.h"
#include "sock.h"

#define INCLUDE_MAX	16	/* files open at a time */
#define FILES_MAX	1000	/* of a run */
#define TOKEN_MAX	8192
#define TOKEN_TEXT	48	/* of it in messages */
#define LIST_MAX	256
#define STATEMENTS_MAX	40	/* different ones of a block */
#define UNGET_MAX	4

#define MACRO_CHARS	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
			"0123456789_"
#define DIGITS		"0123456789"

#define MSS_MIN		216
#define MSS_MAX		(TUNNEL_MTU_MAX - 40)
#define LINK_MTU_MAX	9216
#define REORDER_MAX	65535
#define OVERHEAD_MAX	255
#define RTABLE_MAX	255
#define BACKUP_MAX	7
#define PRIORITY_MAX	63

/* Strings live until the end of the run, so that no action frees any. */
struct string {
	LIST_ENTRY(string) entry;
	size_t		 size;
	char		 text[];
};

struct file {
	struct file	*outer;		/* the one that includes it */
	FILE		*stream;
	const char	*name;
	const char	*unsafe;	/* why it must hold no secret, NULL */
	const char	*expand;	/* rest of a macro's value, or NULL */
	const char	*expand_unsafe;
	int		 unget[UNGET_MAX];
	int		 nunget;
	int		 lineno;
	int		 eof;
	dev_t		 dev;
	ino_t		 ino;
	char		 buf[BUFSIZ];	/* the stream's, wiped in the end */
};

struct sym {
	TAILQ_ENTRY(sym) entry;
	int		 used;
	int		 persist;
	const char	*name;
	const char	*val;
	const char	*unsafe;
};
TAILQ_HEAD(symhead, sym);

struct token {
	int		 type;
	int		 first;		/* of a statement */
	int		 quoted;
	char		 text[TOKEN_TEXT];
};

/* The statements a block has had. */
struct seen {
	const char	*name[STATEMENTS_MAX];
	int		 n;
};

typedef struct {
	struct {
		int64_t		 number;
		char		*string;
		struct rate_conf rate;
	} v;
	const char	*unsafe;	/* of a string: as in struct file */
	int		 lineno;
} YYSTYPE;
#define YYSTYPE_IS_DECLARED 1

int		 yyparse(void);
int		 yylex(void);
int		 yyerror(const char *, ...)
		    __attribute__((__format__ (printf, 1, 2)));

/* lexer */
static int	 lex(void);
static int	 lex_macro(void);
static int	 lex_illegal(int);
static int	 lex_quoted(int);
static int	 lex_word(int);
static int	 word_char(int);
static int	 lex_error(const char *, ...)
		    __attribute__((__format__ (printf, 1, 2)));
static int	 skip(void);
static int	 igetc(void);
static int	 lgetc(void);
static void	 lungetc(int);
static int	 kw_cmp(const void *, const void *);
static int	 lookup(const char *);
static void	 token_text(const char *);
static int	 pushfile(const char *, const char **);
static int	 popfile(void);
static void	 closefile(struct file *);
static void	 include(const char *);
static void	 stretch_phrases(void);
static char	*keep(const char *);
static void	 forget(void);

/* macros */
static void	 macro(const char *, const char *, const char *);
static void	 symset(const char *, const char *, const char *, int);
static struct sym *symfind(const char *);
static void	 symend(void);

/* errors */
static void	 syntax_error(void);
static void	 not_closed(void);
static void	 damage(void);

/* values */
static int	 once(struct seen *, const char *);
static void	 list_add(char *);
static void	 list_end(void);
static int64_t	 number(const char *, const char *, int64_t, int64_t);
static int64_t	 value(const char *, int64_t (*)(const char *, const char **));
static int	 time_range(const char *, int64_t, uint64_t, const char *,
		    uint64_t, const char *);
static int	 backup_level(const char *);
static int	 copy(char *, const char *, size_t, const char *);
static int	 name_ok(const char *, size_t, const char *);
static int	 ifname_ok(const char *);
static int	 path_ok(const char *, const char *);
static char	*key_padded(const char *);
static int	 key_decode(uint8_t *, const char *, const char *);
static void	 secret_safe(const char *);

/* statements */
static void	 listen_add(const char *, int, int);
static void	 restricted_set(const char *);
static void	 status_set(const char *, int, int);
static void	 tunnel_begin(const char *, int);
static void	 tunnel_end(void);
static void	 tunnel_interface(const char *, int);
static void	 tunnel_address(const char *, const char *);
static void	 tunnel_allow_from(void);
static void	 tunnel_demote(const char *);
static void	 tunnel_routes(const char *, int);
static void	 tunnel_psk(const char *, const char *);
static void	 tunnel_psk_file(const char *);
static void	 tunnel_secret(const char *, const char *, const char *);
static void	 tunnel_key(const char *);
static void	 tunnel_peer_key(const char *);
static void	 tunnel_cipher(void);
static void	 tunnel_reorder(int, int64_t, int64_t);
static void	 tunnel_tos(int, int);
static void	 tunnel_command(const char *, int);
static void	 link_begin(const char *, int);
static void	 link_end(void);
static void	 link_remote(void);
static void	 link_ports(int);
static void	 link_local(const char *, int);
static void	 link_listen(const char *, int);
static void	 link_bandwidth(struct rate_conf *, const char *,
		    const struct rate_conf *);
static void	 link_tolerance(int64_t, int64_t);
static void	 link_loss(int, int);
static void	 link_quota(const char *, int, int);
static void	 quota_then(int, uint64_t, int);
static void	 set_number(const char *, const char *, int64_t, int64_t,
		    uint16_t *);
static void	 set_rtable(struct seen *, int *, const char *);
static void	 set_keepalive(struct seen *, uint32_t *, int64_t);
static void	 set_timeout(struct seen *, uint32_t *, int64_t);
static void	 match_begin(const char *, int);
static void	 match_flag(uint32_t, const char *);
static void	 match_links(uint32_t);

static LIST_HEAD(, string)	 strings = LIST_HEAD_INITIALIZER(strings);
static struct symhead		 symhead = TAILQ_HEAD_INITIALIZER(symhead);
static struct file		*file;
static struct token		 tok, prev;
static int			 options;	/* PARSE_* */
static int			 nfiles;
static int			 quiet;		/* no messages */
static int			 resync;	/* skip() is due */
static int			 pending;	/* token that ended it */

static struct mlvpnd_conf	*conf;
static struct tunnel_conf	*curtun;	/* NULL outside of one */
static struct link_conf		*curlink;
static struct match_conf	*curmatch;
static struct seen		 seen_global, seen_tunnel, seen_link;
static char			*list[LIST_MAX];
static int			 nlist;
%}

%token	ADDRESS ALLOW ATM AUTO BACKUP BANDWIDTH BULK CIPHER CLEARTEXT COMMAND
%token	COMPAT CONTROL COPY DATA DAY DEFAULT DEMOTE DESCRIPTION DOWN DSCP
%token	DUPLICATE
%token	ERROR FROM KWFILE GROUP ID INCLUDE INET INET6 INTERFACE KEEPALIVE KEY
%token	LABEL LATENCY LIMIT LINK LISTEN LOCAL LOSS MATCH MAX MAXMSS MIN MLVPN2
%token	MLVPN3 MONTH
%token	MTU NO NOT ON ONLY ORDER OVERFLOW OVERHEAD PEER PER PERSIST PORT
%token	PRIORITY PROTOCOL PSK QUICK QUOTA RDOMAIN RECOVER REMOTE REORDER
%token	RESTRICTED RESYNC ROUTE RTABLE SECRET SPREAD STATUS TAP THEN TIMEOUT
%token	TOLERANCE TOS TUN TUNNEL UP YES
%token	<v.string>	STRING
%token	<v.number>	NUMBER

%type	<v.string>	value word key route route_label
%type	<v.number>	port rtable layer family time time_max recover_time
%type	<v.number>	percent recover_percent bits yesno route_priority
%type	<v.number>	local_port compat day
%type	<v.rate>	bw bounds bound
%%

grammar		: /* empty */
		| grammar '\n'
		| grammar include '\n'
		| grammar varset '\n'
		| grammar listen '\n'
		| grammar control '\n'
		| grammar status '\n'
		| grammar tunnel '\n'
		| grammar error RESYNC {
			yyerrok;
		}
		;

nl		: /* empty */
		| nl '\n'
		;

comma		: nl
		| nl ',' nl
		;

include		: INCLUDE STRING {
			include($2);
		}
		;

varset		: STRING '=' value {
			macro($1, $3, $<unsafe>3);
		}
		;

value		: word
		| value word {
			char	 buf[TOKEN_MAX];

			if ((size_t)snprintf(buf, sizeof(buf), "%s %s", $1,
			    $2) >= sizeof(buf))
				yyerror("macro value too long");
			$$ = keep(buf);
			explicit_bzero(buf, sizeof(buf));
		}
		;

word		: STRING
		| NUMBER {
			$$ = $<v.string>1;
		}
		;

/* Without quotes, the "=" at the end of a key is another token. */
key		: STRING
		| STRING '=' {
			$$ = key_padded($1);
			$<unsafe>$ = $<unsafe>1;
		}
		;

words		: word {
			nlist = 0;
			list_add($1);
		}
		| '{' nl {
			nlist = 0;
		} word_l '}' {
			list_end();
		}
		;

word_l		: /* empty */
		| word_l word comma {
			list_add($2);
		}
		;

listen		: LISTEN ON word PORT port rtable {
			listen_add($3, $5, $6);
		}
		;

control		: CONTROL RESTRICTED STRING {
			restricted_set($3);
		}
		;

status		: STATUS LISTEN ON word PORT port rtable {
			status_set($4, $6, $7);
		}
		;

port		: word {
			if (($$ = number("port", $1, 1, UINT16_MAX)) == -1)
				$$ = 0;
		}
		;

rtable		: /* empty */ {
			$$ = RTABLE_DEFAULT;
		}
		| RTABLE word {
			/* -1 is RTABLE_DEFAULT too */
			$$ = number("rtable", $2, 0, RTABLE_MAX);
		}
		;

yesno		: YES {
			$$ = 1;
		}
		| NO {
			$$ = 0;
		}
		;

time		: word {
			$$ = value($1, value_time);
		}
		;

time_max	: /* empty */ {
			$$ = 0;
		}
		| MAX time {
			$$ = $2;
		}
		;

percent		: word {
			$$ = value($1, value_percent);
		}
		;

bits		: word {
			if (($$ = value($1, value_rate)) == -1)
				$$ = 0;
		}
		;

tunnel		: TUNNEL STRING '{' {
			tunnel_begin($2, $<lineno>1);
		} tunnelopts tunnellast '}' {
			tunnel_end();
		}
		;

tunnellast	: /* empty */
		| match
		;

/*
 * Statements need no newline between them, except in two cases: after a
 * match, because a link { } could belong to it, and before a peer key,
 * because it could be the peer of an address.
 */
tunnelopts	: /* empty */
		| tunnelopts '\n' peerkey
		| tunnelopts match '\n' peerkey
		| tunnelopts tunnelopt
		| tunnelopts error RESYNC {
			yyerrok;
		}
		;

peerkey		: /* empty */
		| PEER KEY key {
			tunnel_peer_key($3);
		}
		;

tunnelopt	: DESCRIPTION STRING {
			if (once(&seen_tunnel, "description"))
				copy(curtun->descr, $2, sizeof(curtun->descr),
				    "description");
		}
		| PROTOCOL MLVPN2 {
			if (once(&seen_tunnel, "protocol"))
				curtun->protocol = PROTO_MLVPN2;
		}
		| PROTOCOL MLVPN3 {
			if (once(&seen_tunnel, "protocol"))
				curtun->protocol = PROTO_V3;
		}
		| INTERFACE STRING layer {
			tunnel_interface($2, $3);
		}
		| GROUP STRING {
			if (once(&seen_tunnel, "group") && name_ok($2,
			    sizeof(curtun->group), "group"))
				strlcpy(curtun->group, $2,
				    sizeof(curtun->group));
		}
		| RDOMAIN word {
			set_rtable(&seen_tunnel, &curtun->rdomain, $2);
		}
		| PERSIST {
			if (once(&seen_tunnel, "persist"))
				curtun->persist = 1;
		}
		| ADDRESS STRING {
			tunnel_address($2, NULL);
		}
		| ADDRESS STRING PEER STRING {
			tunnel_address($2, $4);
		}
		| ALLOW FROM words {
			tunnel_allow_from();
		}
		| MTU AUTO {
			once(&seen_tunnel, "mtu");
		}
		| MTU word {
			if (once(&seen_tunnel, "mtu"))
				set_number("mtu", $2, TUNNEL_MTU_MIN,
				    TUNNEL_MTU_MAX, &curtun->mtu);
		}
		| MAXMSS AUTO {
			once(&seen_tunnel, "max-mss");
		}
		| MAXMSS NO {
			if (once(&seen_tunnel, "max-mss"))
				curtun->max_mss = 1;
		}
		| MAXMSS word {
			if (once(&seen_tunnel, "max-mss"))
				set_number("max-mss", $2, MSS_MIN, MSS_MAX,
				    &curtun->max_mss);
		}
		| DEMOTE STRING {
			tunnel_demote($2);
		}
		| ROUTE routes route_label route_priority {
			tunnel_routes($3, $4);
		}
		| PSK key {
			tunnel_psk($2, $<unsafe>2);
		}
		| PSK KWFILE STRING {
			tunnel_psk_file($3);
		}
		| SECRET STRING {
			tunnel_secret($2, $<unsafe>2, NULL);
		}
		| SECRET STRING ID STRING {
			tunnel_secret($2, $<unsafe>2, $4);
		}
		| KEY KWFILE STRING {
			tunnel_key($3);
		}
		| KEY KWFILE STRING PEER KEY key {
			tunnel_key($3);
			tunnel_peer_key($6);
		}
		| CIPHER words {
			tunnel_cipher();
		}
		| CLEARTEXT DATA {
			if (once(&seen_tunnel, "cleartext data"))
				curtun->cleartext = 1;
		}
		| REORDER AUTO time_max {
			tunnel_reorder(ANSWER_AUTO, 0, $3);
		}
		| REORDER NO {
			tunnel_reorder(ANSWER_NO, 0, 0);
		}
		| REORDER word time_max {
			tunnel_reorder(ANSWER_YES, number("reorder", $2, 1,
			    REORDER_MAX), $3);
		}
		| RECOVER yesno {
			if (once(&seen_tunnel, "recover"))
				curtun->recover = $2 ? ANSWER_YES : ANSWER_NO;
		}
		| TOS COPY {
			tunnel_tos(ANSWER_YES, 0);
		}
		| TOS NO {
			tunnel_tos(ANSWER_NO, 0);
		}
		| TOS word {
			tunnel_tos(ANSWER_AUTO, value($2, value_tos));
		}
		| LATENCY SPREAD time {
			if (once(&seen_tunnel, "latency spread") &&
			    time_range("latency spread", $3, MSEC, "1ms",
			    10 * SECOND, "10s"))
				curtun->latency_spread = $3;
		}
		| KEEPALIVE time {
			set_keepalive(&seen_tunnel, &curtun->keepalive, $2);
		}
		| TIMEOUT time {
			set_timeout(&seen_tunnel, &curtun->timeout, $2);
		}
		| COMMAND STRING compat {
			tunnel_command($2, $3);
		}
		| LINK STRING '{' {
			link_begin($2, $<lineno>1);
		} linkopts '}' {
			link_end();
		}
		;

layer		: /* empty */ {
			$$ = -1;
		}
		| TUN {
			$$ = 0;
		}
		| TAP {
			$$ = 1;
		}
		;

compat		: /* empty */ {
			$$ = 0;
		}
		| COMPAT {
			$$ = 1;
		}
		;

routes		: route {
			nlist = 0;
			list_add($1);
		}
		| '{' nl {
			nlist = 0;
		} route_l '}' {
			list_end();
		}
		;

route_l		: /* empty */
		| route_l route comma {
			list_add($2);
		}
		;

route		: STRING
		| DEFAULT {
			$$ = NULL;
		}
		;

route_label	: /* empty */ {
			$$ = NULL;
		}
		| LABEL STRING {
			if (!netif_has_labels)
				yyerror("label is not supported on this "
				    "system");
			$$ = $2;
		}
		;

route_priority	: /* empty */ {
			$$ = 0;
		}
		| PRIORITY word {
			if (($$ = number("priority", $2, 1,
			    PRIORITY_MAX)) == -1)
				$$ = 0;
		}
		;

linkopts	: /* empty */
		| linkopts '\n'
		| linkopts linkopt
		| linkopts error RESYNC {
			yyerrok;
		}
		;

linkopt		: RDOMAIN word {
			set_rtable(&seen_link, &curlink->rtable, $2);
		}
		| RTABLE word {
			set_rtable(&seen_link, &curlink->rtable, $2);
		}
		| REMOTE words {
			link_remote();
		} PORT words family {
			link_ports($6);
		}
		| LOCAL word local_port {
			link_local($2, $3);
		}
		| LOCAL PORT port {
			if (once(&seen_link, "local"))
				curlink->local.port = $3;
		}
		| INTERFACE STRING {
			if (once(&seen_link, "interface") && ifname_ok($2))
				strlcpy(curlink->ifname, $2,
				    sizeof(curlink->ifname));
			if (!sock_can_bind_device)
				yyerror("interface in a link is not supported "
				    "on this system, use rdomain");
		}
		| LISTEN ON word PORT port {
			link_listen($3, $5);
		}
		| BANDWIDTH bw {
			link_bandwidth(&curlink->up, "bandwidth up", &$2);
			link_bandwidth(&curlink->down, "bandwidth down", &$2);
		}
		| BANDWIDTH direction_l
		| OVERHEAD word {
			if (once(&seen_link, "overhead"))
				set_number("overhead", $2, 0, OVERHEAD_MAX,
				    &curlink->overhead);
		}
		| OVERHEAD word ATM {
			if (once(&seen_link, "overhead")) {
				set_number("overhead", $2, 0, OVERHEAD_MAX,
				    &curlink->overhead);
				curlink->atm = 1;
			}
		}
		| BACKUP level overflow
		| LOSS TOLERANCE percent recover_percent {
			link_loss($3, $4);
		}
		| LATENCY TOLERANCE time recover_time {
			link_tolerance($3, $4);
		}
		| KEEPALIVE time {
			set_keepalive(&seen_link, &curlink->keepalive, $2);
		}
		| TIMEOUT time {
			set_timeout(&seen_link, &curlink->timeout, $2);
		}
		| MTU word {
			if (once(&seen_link, "mtu"))
				set_number("mtu", $2, TUNNEL_MTU_MIN,
				    LINK_MTU_MAX, &curlink->mtu);
		}
		| QUOTA word PER MONTH day then {
			link_quota($2, QUOTA_MONTH, $5);
		}
		| QUOTA word PER DAY then {
			link_quota($2, QUOTA_DAY, 0);
		}
		;

family		: /* empty */ {
			$$ = 0;
		}
		| INET {
			$$ = 4;
		}
		| INET6 {
			$$ = 6;
		}
		;

local_port	: /* empty */ {
			$$ = 0;
		}
		| PORT port {
			$$ = $2;
		}
		;

direction_l	: direction
		| direction_l direction
		;

direction	: UP bw {
			link_bandwidth(&curlink->up, "bandwidth up", &$2);
		}
		| DOWN bw {
			link_bandwidth(&curlink->down, "bandwidth down", &$2);
		}
		;

bw		: bits {
			memset(&$$, 0, sizeof($$));
			$$.rate = $1;
		}
		| AUTO {
			memset(&$$, 0, sizeof($$));
		}
		| AUTO bounds {
			$$ = $2;
		}
		| bounds
		;

bounds		: bound
		| bounds bound {
			$$ = $1;
			if (($1.min && $2.min) || ($1.max && $2.max))
				yyerror("bandwidth: min or max specified "
				    "twice");
			if ($2.min)
				$$.min = $2.min;
			else
				$$.max = $2.max;
			if ($$.max && $$.min > $$.max)
				yyerror("bandwidth: min is greater than max");
		}
		;

bound		: MIN bits {
			memset(&$$, 0, sizeof($$));
			$$.min = $2;
		}
		| MAX bits {
			memset(&$$, 0, sizeof($$));
			$$.max = $2;
		}
		;

level		: /* empty */ {
			if (once(&seen_link, "backup"))
				curlink->backup = 1;
		}
		| NUMBER {
			if (once(&seen_link, "backup"))
				curlink->backup = backup_level($<v.string>1);
		}
		;

overflow	: /* empty */
		| OVERFLOW {
			curlink->overflow = 1;
		}
		;

recover_percent	: /* empty */ {
			$$ = 0;
		}
		| RECOVER percent {
			$$ = $2;
		}
		;

recover_time	: /* empty */ {
			$$ = 0;
		}
		| RECOVER time {
			$$ = $2;
		}
		;

day		: /* empty */ {
			$$ = 1;
		}
		| FROM DAY word {
			if (($$ = number("day", $3, 1, 31)) == -1)
				$$ = 1;
		}
		;

then		: /* empty */ {
			quota_then(QUOTA_BACKUP, 0, BACKUP_MAX);
		}
		| THEN DOWN {
			quota_then(QUOTA_DOWN, 0, 0);
		}
		| THEN BACKUP {
			quota_then(QUOTA_BACKUP, 0, BACKUP_MAX);
		}
		| THEN BACKUP NUMBER {
			quota_then(QUOTA_BACKUP, 0,
			    backup_level($<v.string>3));
		}
		| THEN LIMIT bits {
			quota_then(QUOTA_LIMIT, $3, 0);
		}
		;

match		: MATCH STRING {
			match_begin($2, $<lineno>1);
		} matchopts
		;

matchopts	: /* empty */
		| matchopts matchopt
		;

matchopt	: QUICK {
			match_flag(MATCH_QUICK, "quick");
		}
		| LINK words {
			match_links(MATCH_LINKS);
		}
		| NOT LINK words {
			match_links(MATCH_NOT);
		}
		| ONLY {
			match_flag(MATCH_ONLY, "only");
		}
		| DUPLICATE {
			match_flag(MATCH_DUPLICATE, "duplicate");
		}
		| PRIORITY {
			if (curmatch->flags & MATCH_BULK)
				yyerror("priority and bulk are mutually "
				    "exclusive");
			match_flag(MATCH_PRIORITY, "priority");
		}
		| BULK {
			if (curmatch->flags & MATCH_PRIORITY)
				yyerror("priority and bulk are mutually "
				    "exclusive");
			match_flag(MATCH_BULK, "bulk");
		}
		| ORDER yesno {
			if (curmatch->flags & (MATCH_ORDER | MATCH_NOORDER))
				yyerror("order already specified");
			curmatch->flags |= $2 ? MATCH_ORDER : MATCH_NOORDER;
		}
		| DSCP word {
			int64_t	 dscp;

			match_flag(MATCH_DSCP, "dscp");
			if ((dscp = value($2, value_dscp)) != -1)
				curmatch->dscp = dscp;
		}
		;
%%

struct keyword {
	const char	*name;
	int		 token;
};

int
yylex(void)
{
	if (conf_errors() >= ERRORS_MAX)
		return (0);
	prev = tok;
	if (resync) {
		resync = 0;
		return (skip());
	}
	if (pending) {
		tok.type = pending;
		pending = 0;
	} else
		tok.type = lex();
	tok.first = prev.type == 0 || prev.type == '\n' || prev.type == '{' ||
	    prev.type == RESYNC;
	return (tok.type);
}

/* An error in the line that is being read. */
int
yyerror(const char *fmt, ...)
{
	va_list	 ap;

	if (strcmp(fmt, "syntax error") == 0) {
		syntax_error();
		return (0);
	}
	va_start(ap, fmt);
	conf_verror(file->name, yylval.lineno, fmt, ap);
	va_end(ap);
	return (0);
}

/* Called by yyparse(): tok is the unexpected token. */
static void
syntax_error(void)
{
	const struct token	*t = &tok;

	resync = 1;
	damage();
	if (tok.type == ERROR || conf_errors() >= ERRORS_MAX)
		return;
	if (tok.type == 0) {
		not_closed();
		return;
	}

	/* outside of tunnels, any word could be the name of a macro */
	if (curtun == NULL && prev.first && prev.type == STRING &&
	    !prev.quoted)
		t = &prev;
	if (t->first && t->type == STRING && !t->quoted)
		yyerror("unknown keyword \"%s\"", t->text);
	else if (tok.type == '\n')
		yyerror(prev.quoted ? "unexpected end of line after a string" :
		    "unexpected end of line after \"%s\"", prev.text);
	else if (tok.first && isalpha((unsigned char)tok.text[0]) &&
	    !tok.quoted)
		yyerror("\"%s\" is not allowed %s", tok.text, curlink != NULL ?
		    "in a link" : curtun != NULL ? "in a tunnel" :
		    "outside of a tunnel");
	else if (tok.first && tok.quoted)
		yyerror("unexpected string");
	else if (tok.quoted || prev.type == PSK || prev.type == SECRET ||
	    prev.type == KEY)	/* no secret in the log */
		yyerror(prev.quoted ? "syntax error after a string" :
		    "syntax error after \"%s\"", prev.text);
	else if (tok.type != STRING && tok.type != NUMBER &&
	    isalpha((unsigned char)tok.text[0]))
		yyerror("syntax error near keyword \"%s\"", tok.text);
	else
		yyerror("syntax error near \"%s\"", tok.text);
}

/*
 * After a syntax error: skips to the end of the line, or of the block if it
 * ends on this line.  Blocks that begin on the line are skipped too.
 */
static int
skip(void)
{
	int	 depth = 0, lineno = yylval.lineno, type = tok.type;

	quiet = 1;
	while (type != 0) {
		if (type == '{')
			depth++;
		else if (type == '}' && depth > 0)
			depth--;
		else if (depth == 0 && (type == '\n' ||
		    (type == '}' && curtun != NULL)))
			break;
		type = lex();
	}
	quiet = 0;
	if (type == 0) {
		if (depth > 0) {
			yylval.lineno = lineno;
			yyerror("\"{\" is not closed");
		}
		return (0);
	}
	pending = type;
	tok.type = RESYNC;
	return (RESYNC);
}

static int
lex(void)
{
	int	 c;

again:
	while ((c = lgetc()) == ' ' || c == '\t' || c == '\r')
		;
	yylval.lineno = file->lineno;
	yylval.unsafe = file->expand != NULL ? file->expand_unsafe :
	    file->unsafe;
	tok.quoted = 0;

	switch (c) {
	case EOF:
		return (0);
	case '\n':
		file->lineno++;
		token_text("end of line");
		return (c);
	case '#':
		while ((c = lgetc()) != '\n' && c != EOF)
			;
		lungetc(c);
		goto again;
	case '$':
		if (lex_macro() == -1)
			return (ERROR);
		goto again;
	case '"':
	case '\'':
		return (lex_quoted(c));
	}
	if (word_char(c))
		return (lex_word(c));
	if (!isascii(c) || !isprint(c))
		return (lex_illegal(c));
	tok.text[0] = c;
	tok.text[1] = '\0';
	return (c);
}

/* The value is read next, and not expanded again. */
static int
lex_macro(void)
{
	struct sym	*sym;
	char		 name[TOKEN_TEXT];
	size_t		 n = 0;
	int		 c;

	if (file->expand != NULL) {
		lex_error("macro in the value of a macro");
		return (-1);
	}
	while ((c = lgetc()) != EOF && c != '\0' &&
	    strchr(MACRO_CHARS, c) != NULL) {
		if (n < sizeof(name) - 1)
			name[n++] = c;
	}
	/* behind the value */
	if (c != EOF)
		ungetc(c, file->stream);
	name[n] = '\0';
	if (n == 0) {
		lex_error("macro name missing after \"$\"");
		return (-1);
	}
	if ((sym = symfind(name)) == NULL) {
		lex_error("macro \"%s\" is not defined", name);
		return (-1);
	}
	sym->used = 1;
	file->expand = sym->val;
	file->expand_unsafe = sym->unsafe;
	return (0);
}

/* Quotes and blanks of word processors, in UTF-8. */
static int
lex_illegal(int c)
{
	int	 next;

	if (c == 0xc2 || c == 0xe2) {
		next = lgetc();
		if (c == 0xc2 && next == 0xa0)
			return (lex_error("no-break space"));
		if (c == 0xe2 && next == 0x80)
			return (lex_error("typographic quote, dash or blank"));
		lungetc(next);
	}
	return (lex_error("illegal character 0x%02x", c));
}

static int
lex_quoted(int quote)
{
	char	 buf[TOKEN_MAX];
	size_t	 n = 0;
	int	 c, next, illegal = -1, toolong = 0;

	while ((c = lgetc()) != quote) {
		if (c == '\n' || c == EOF) {
			lungetc(c);
			return (lex_error("closing quote missing"));
		}
		if (c == '\\') {
			if ((next = lgetc()) == quote || next == '\\')
				c = next;
			else
				lungetc(next);
		}
		if (isascii(c) && iscntrl(c) && c != '\t')
			illegal = c;
		if (n < sizeof(buf) - 1)
			buf[n++] = c;
		else
			toolong = 1;
	}
	buf[n] = '\0';
	if (illegal != -1)
		return (lex_error("illegal character 0x%02x", illegal));
	if (toolong)
		return (lex_error("string too long"));
	yylval.v.string = keep(buf);
	explicit_bzero(buf, sizeof(buf));
	tok.quoted = 1;
	token_text("string");
	return (STRING);
}

static int
lex_word(int c)
{
	char		 buf[TOKEN_MAX];
	const char	*errstr;
	size_t		 n = 0;
	int		 toolong = 0, type;

	do {
		if (n < sizeof(buf) - 1)
			buf[n++] = c;
		else
			toolong = 1;
	} while (word_char(c = lgetc()));
	lungetc(c);
	buf[n] = '\0';
	if (toolong)
		return (lex_error("word too long"));
	token_text(buf);
	if (buf[strspn(buf, DIGITS)] == '\0') {
		yylval.v.number = strtonum(buf, 0, INT64_MAX, &errstr);
		if (errstr != NULL)
			return (lex_error("number too large"));
		type = NUMBER;
	} else if ((type = lookup(buf)) != STRING)
		return (type);
	yylval.v.string = keep(buf);
	explicit_bzero(buf, sizeof(buf));
	return (type);
}

static int
word_char(int c)
{
	return (isalnum(c) || (c > 0 && strchr("_-./:%*+@~", c) != NULL));
}

/* The parser is silent about the token ERROR. */
static int
lex_error(const char *fmt, ...)
{
	va_list	 ap;

	if (!quiet) {
		va_start(ap, fmt);
		conf_verror(file->name, yylval.lineno, fmt, ap);
		va_end(ap);
	}
	return (ERROR);
}

static int
igetc(void)
{
	if (file->nunget > 0)
		return (file->unget[--file->nunget]);
	if (file->expand != NULL) {
		if (*file->expand != '\0')
			return ((unsigned char)*file->expand++);
		file->expand = NULL;
	}
	return (getc(file->stream));
}

/* Joins lines, and continues the outer file after an inner one. */
static int
lgetc(void)
{
	int	 c, next;

	while ((c = igetc()) == '\\') {
		if ((next = igetc()) != '\n') {
			lungetc(next);
			return (c);
		}
		file->lineno++;
	}
	if (c != EOF)
		return (c);

	/* the last line may have no newline */
	if (!file->eof) {
		file->eof = 1;
		if (ferror(file->stream))
			lex_error("%s", strerror(errno));
		return ('\n');
	}
	if (popfile() == -1)
		return (EOF);
	return (lgetc());
}

static void
lungetc(int c)
{
	if (c != EOF)
		file->unget[file->nunget++] = c;
}

static int
kw_cmp(const void *name, const void *entry)
{
	return (strcmp(name, ((const struct keyword *)entry)->name));
}

static int
lookup(const char *s)
{
	/* This has to be sorted. */
	static const struct keyword keywords[] = {
		{ "address",		ADDRESS },
		{ "allow",		ALLOW },
		{ "atm",		ATM },
		{ "auto",		AUTO },
		{ "backup",		BACKUP },
		{ "bandwidth",		BANDWIDTH },
		{ "bulk",		BULK },
		{ "cipher",		CIPHER },
		{ "cleartext",		CLEARTEXT },
		{ "command",		COMMAND },
		{ "compat",		COMPAT },
		{ "control",		CONTROL },
		{ "copy",		COPY },
		{ "data",		DATA },
		{ "day",		DAY },
		{ "default",		DEFAULT },
		{ "demote",		DEMOTE },
		{ "description",	DESCRIPTION },
		{ "down",		DOWN },
		{ "dscp",		DSCP },
		{ "duplicate",		DUPLICATE },
		{ "file",		KWFILE },
		{ "from",		FROM },
		{ "group",		GROUP },
		{ "id",			ID },
		{ "include",		INCLUDE },
		{ "inet",		INET },
		{ "inet6",		INET6 },
		{ "interface",		INTERFACE },
		{ "keepalive",		KEEPALIVE },
		{ "key",		KEY },
		{ "label",		LABEL },
		{ "latency",		LATENCY },
		{ "limit",		LIMIT },
		{ "link",		LINK },
		{ "listen",		LISTEN },
		{ "local",		LOCAL },
		{ "loss",		LOSS },
		{ "match",		MATCH },
		{ "max",		MAX },
		{ "max-mss",		MAXMSS },
		{ "min",		MIN },
		{ "mlvpn2",		MLVPN2 },
		{ "mlvpn3",		MLVPN3 },
		{ "month",		MONTH },
		{ "mtu",		MTU },
		{ "no",			NO },
		{ "not",		NOT },
		{ "on",			ON },
		{ "only",		ONLY },
		{ "order",		ORDER },
		{ "overflow",		OVERFLOW },
		{ "overhead",		OVERHEAD },
		{ "peer",		PEER },
		{ "per",		PER },
		{ "persist",		PERSIST },
		{ "port",		PORT },
		{ "priority",		PRIORITY },
		{ "protocol",		PROTOCOL },
		{ "psk",		PSK },
		{ "quick",		QUICK },
		{ "quota",		QUOTA },
		{ "rdomain",		RDOMAIN },
		{ "recover",		RECOVER },
		{ "remote",		REMOTE },
		{ "reorder",		REORDER },
		{ "restricted",		RESTRICTED },
		{ "route",		ROUTE },
		{ "rtable",		RTABLE },
		{ "secret",		SECRET },
		{ "spread",		SPREAD },
		{ "status",		STATUS },
		{ "tap",		TAP },
		{ "then",		THEN },
		{ "timeout",		TIMEOUT },
		{ "tolerance",		TOLERANCE },
		{ "tos",		TOS },
		{ "tun",		TUN },
		{ "tunnel",		TUNNEL },
		{ "up",			UP },
		{ "yes",		YES }
	};
	const struct keyword	*k;

	k = bsearch(s, keywords, sizeof(keywords) / sizeof(keywords[0]),
	    sizeof(keywords[0]), kw_cmp);
	return (k != NULL ? k->token : STRING);
}

static void
token_text(const char *s)
{
	strlcpy(tok.text, s, sizeof(tok.text));
}

/* Returns -1 with *what saying why. */
static int
pushfile(const char *name, const char **what)
{
	struct file	*f;
	struct stat	 st;
	char		 buf[128];
	int		 fd;

	/* only the main file may be a pipe */
	if ((fd = open(name, O_RDONLY | O_CLOEXEC |
	    (file != NULL ? O_NONBLOCK : 0))) == -1 || fstat(fd, &st) == -1) {
		*what = strerror(errno);
		if (fd != -1)
			close(fd);
		return (-1);
	}
	if (S_ISDIR(st.st_mode) || (file != NULL && !S_ISREG(st.st_mode))) {
		*what = "not a regular file";
		close(fd);
		return (-1);
	}
	if (S_ISREG(st.st_mode) &&
	    conf_write_check(&st, buf, sizeof(buf)) == -1) {
		*what = keep(buf);
		close(fd);
		return (-1);
	}
	for (f = file; f != NULL; f = f->outer) {
		if (f->dev == st.st_dev && f->ino == st.st_ino) {
			*what = "includes itself";
			close(fd);
			return (-1);
		}
	}
	if ((f = calloc(1, sizeof(*f))) == NULL ||
	    (f->stream = fdopen(fd, "r")) == NULL)
		fatal("%s", __func__);
	setvbuf(f->stream, f->buf, _IOFBF, sizeof(f->buf));
	f->name = keep(name);
	f->dev = st.st_dev;
	f->ino = st.st_ino;
	f->lineno = 1;
	if (S_ISREG(st.st_mode) &&
	    conf_secret_check(&st, buf, sizeof(buf)) == -1)
		f->unsafe = keep(buf);
	f->outer = file;
	file = f;
	return (0);
}

/* The main file stays, for messages. */
static int
popfile(void)
{
	struct file	*f = file;

	if (file->outer == NULL)
		return (-1);
	file = f->outer;
	closefile(f);
	return (0);
}

static void
closefile(struct file *f)
{
	fclose(f->stream);
	freezero(f, sizeof(*f));
}

static void
include(const char *name)
{
	struct file	*f;
	const char	*slash, *what;
	char		 path[PATH_MAX];
	int		 depth = 0;

	for (f = file; f != NULL; f = f->outer)
		depth++;
	if (depth >= INCLUDE_MAX) {
		yyerror("include \"%s\": nested too deeply", name);
		return;
	}
	if (++nfiles > FILES_MAX) {
		yyerror("include \"%s\": too many files", name);
		return;
	}
	slash = strrchr(file->name, '/');
	if (*name == '/' || slash == NULL)
		slash = file->name;
	else
		slash++;
	if ((size_t)snprintf(path, sizeof(path), "%.*s%s",
	    (int)(slash - file->name), file->name, name) >= sizeof(path)) {
		yyerror("include: path too long");
		return;
	}
	if (pushfile(path, &what) == -1) {
		yyerror("include \"%s\": %s", path, what);
		damage();
		return;
	}
	/* ends the line of the include */
	file->lineno = 0;
	lungetc('\n');
}

void
parse_options(int opts)
{
	options = opts;
}

struct mlvpnd_conf *
parse_config(const char *filename, void (*report)(const char *))
{
	const char	*what;

	nfiles = resync = pending = quiet = 0;
	memset(&tok, 0, sizeof(tok));
	memset(&prev, 0, sizeof(prev));
	memset(&seen_global, 0, sizeof(seen_global));
	curtun = NULL;
	curlink = NULL;
	conf_error_begin(report);
	if (sodium_init() == -1)
		fatalx("sodium_init");
	if ((conf = conf_new()) == NULL)
		fatal("%s", __func__);

	if (pushfile(filename, &what) == -1)
		conf_error_file(filename, what);
	else {
		origin_add(conf, file->name, 0);
		yyparse();
		curtun = NULL;
		curlink = NULL;
		if (conf_errors() < ERRORS_MAX)
			conf_check(conf);
		if (conf_errors() == 0 && !(options & PARSE_NOACTION))
			stretch_phrases();
		while (popfile() == 0)
			;
		closefile(file);
		file = NULL;
		symend();
	}
	conf_error_end();
	forget();
	if (conf_errors() > 0) {
		conf_free(conf);
		conf = NULL;
	}
	return (conf);
}

/* Derives the psk of each secret, which is slow. */
static void
stretch_phrases(void)
{
	struct tunnel_conf	*t;

	TAILQ_FOREACH(t, &conf->tunnels, entry) {
		if (t->secret_source == SECRET_PHRASE &&
		    t->protocol != PROTO_MLVPN2 && conf_phrase_psk(t) == -1)
			conf_error(t->secret,
			    "not enough memory for the secret");
	}
	if (conf_errors() == 0)
		conf_phrase_keep(conf);
}

static char *
keep(const char *s)
{
	struct string	*p;
	size_t		 size = strlen(s) + 1;

	if ((p = malloc(sizeof(*p) + size)) == NULL)
		fatal("%s", __func__);
	p->size = sizeof(*p) + size;
	memcpy(p->text, s, size);
	LIST_INSERT_HEAD(&strings, p, entry);
	return (p->text);
}

static void
forget(void)
{
	struct string	*p;

	while ((p = LIST_FIRST(&strings)) != NULL) {
		LIST_REMOVE(p, entry);
		freezero(p, p->size);
	}
}

static void
macro(const char *name, const char *val, const char *unsafe)
{
	if (name[strspn(name, MACRO_CHARS)] != '\0' || *name == '\0') {
		yyerror("invalid macro name \"%s\": use letters, digits and "
		    "\"_\"", name);
		return;
	}
	symset(name, val, unsafe, 0);
}

/* The strings are the caller's; those of persist macros stay for ever. */
static void
symset(const char *name, const char *val, const char *unsafe, int persist)
{
	struct sym	*sym;

	if ((sym = symfind(name)) != NULL) {
		if (sym->persist && !persist)
			return;
	} else {
		if ((sym = calloc(1, sizeof(*sym))) == NULL)
			fatal("%s", __func__);
		TAILQ_INSERT_TAIL(&symhead, sym, entry);
	}
	sym->name = name;
	sym->val = val;
	sym->unsafe = unsafe;
	sym->persist = persist;
}

static struct sym *
symfind(const char *name)
{
	struct sym	*sym;

	TAILQ_FOREACH(sym, &symhead, entry) {
		if (strcmp(sym->name, name) == 0)
			return (sym);
	}
	return (NULL);
}

static void
symend(void)
{
	struct sym	*sym, *next;

	for (sym = TAILQ_FIRST(&symhead); sym != NULL; sym = next) {
		next = TAILQ_NEXT(sym, entry);
		if (!sym->used && (options & PARSE_UNUSED))
			log_warnx("warning: macro \"%s\" not used", sym->name);
		sym->used = 0;
		if (!sym->persist) {
			TAILQ_REMOVE(&symhead, sym, entry);
			free(sym);
		}
	}
}

/* "name=value"; -1 if it is not that. */
int
cmdline_symset(char *s)
{
	char	*name, *val;
	size_t	 len = strspn(s, MACRO_CHARS);

	if (len == 0 || s[len] != '=')
		return (-1);
	if ((name = strndup(s, len)) == NULL ||
	    (val = strdup(s + len + 1)) == NULL)
		fatal("%s", __func__);
	symset(name, val, NULL, 1);
	return (0);
}

/* The file has ended in an open block. */
static void
not_closed(void)
{
	if (curlink != NULL)
		conf_error(curlink, "link \"%s\" is not closed by \"}\"",
		    curlink->name);
	if (curtun != NULL)
		conf_error(curtun, "tunnel \"%s\" is not closed by \"}\"",
		    curtun->name);
}

/* A statement with an error is not reported as missing too. */
static void
damage(void)
{
	if (curlink != NULL)
		origin_damage(curlink);
	if (curtun != NULL)
		origin_damage(curtun);
	else
		origin_damage(conf);
}

static int
once(struct seen *seen, const char *name)
{
	int	 i;

	for (i = 0; i < seen->n; i++) {
		if (strcmp(seen->name[i], name) == 0) {
			yyerror("%s already specified", name);
			return (0);
		}
	}
	if (seen->n == STATEMENTS_MAX)
		fatalx("%s", __func__);
	seen->name[seen->n++] = name;
	return (1);
}

static void
list_add(char *s)
{
	if (nlist < LIST_MAX)
		list[nlist] = s;
	nlist++;
}

static void
list_end(void)
{
	if (nlist == 0)
		yyerror("empty list");
	if (nlist > LIST_MAX) {
		yyerror("more than %d items in a list", LIST_MAX);
		nlist = LIST_MAX;
	}
}

/* -1 with a message. */
static int64_t
number(const char *what, const char *s, int64_t min, int64_t max)
{
	const char	*errstr = NULL;
	int64_t		 n = -1;

	if (s[strspn(s, DIGITS)] == '\0')
		n = strtonum(s, min, max, &errstr);
	if (n == -1 || errstr != NULL) {
		yyerror("%s %s: not a number from %lld to %lld", what, s,
		    (long long)min, (long long)max);
		return (-1);
	}
	return (n);
}

/* What the word means, or -1 with a message. */
static int64_t
value(const char *s, int64_t (*convert)(const char *, const char **))
{
	const char	*errstr;
	int64_t		 v;

	v = convert(s, &errstr);
	if (errstr == NULL)
		return (v);
	yyerror("%s: %s", s, errstr);
	return (-1);
}

/* A time of -1 was already reported. */
static int
time_range(const char *what, int64_t v, uint64_t min, const char *smin,
    uint64_t max, const char *smax)
{
	if (v == -1)
		return (0);
	if ((uint64_t)v < min || (uint64_t)v > max) {
		yyerror("%s: not between %s and %s", what, smin, smax);
		return (0);
	}
	return (1);
}

static int
backup_level(const char *s)
{
	int64_t	 level = number("backup", s, 1, BACKUP_MAX);

	return (level == -1 ? 1 : level);
}

static int
copy(char *dst, const char *src, size_t size, const char *what)
{
	if (strlcpy(dst, src, size) < size)
		return (1);
	*dst = '\0';
	yyerror("%s longer than %zu characters", what, size - 1);
	return (0);
}

static int
name_ok(const char *s, size_t size, const char *what)
{
	if (!value_is_name(s)) {
		yyerror("invalid %s name \"%s\": use letters, digits, \".\", "
		    "\"_\" and \"-\", a letter or digit first", what, s);
		return (0);
	}
	if (strlen(s) >= size) {
		yyerror("%s \"%s\": longer than %zu characters", what, s,
		    size - 1);
		return (0);
	}
	return (1);
}

static int
ifname_ok(const char *s)
{
	if (!value_is_ifname(s)) {
		yyerror("\"%s\" is not an interface name", s);
		return (0);
	}
	return (1);
}

static int
path_ok(const char *what, const char *path)
{
	if (*path != '/') {
		yyerror("%s \"%s\": not an absolute path", what, path);
		return (0);
	}
	if (strlen(path) >= PATH_MAX) {
		yyerror("%s: path too long", what);
		return (0);
	}
	return (1);
}

static char *
key_padded(const char *s)
{
	char	 buf[TOKEN_MAX + 1], *key;

	snprintf(buf, sizeof(buf), "%s=", s);
	key = keep(buf);
	explicit_bzero(buf, sizeof(buf));
	return (key);
}

static int
key_decode(uint8_t *key, const char *s, const char *what)
{
	size_t	 len;

	if (sodium_base642bin(key, 32, s, strlen(s), NULL, &len, NULL,
	    sodium_base64_VARIANT_ORIGINAL) == 0 && len == 32)
		return (1);
	explicit_bzero(key, 32);
	yyerror("%s is not 32 bytes in base64", what);
	return (0);
}

/* unsafe is NULL if the file may contain a secret. */
static void
secret_safe(const char *unsafe)
{
	if (unsafe != NULL)
		yyerror("secret in a file whose %s", unsafe);
}

static void
listen_add(const char *where, int port, int rtable)
{
	struct listen_conf	*listen;

	if ((listen = calloc(1, sizeof(*listen))) == NULL)
		fatal("%s", __func__);
	TAILQ_INSERT_TAIL(&conf->listens, listen, entry);
	origin_add(listen, file->name, yylval.lineno);
	listen->rtable = rtable;
	if (strcmp(where, "*") != 0 && value_addr(&listen->addr, where) == -1) {
		if (!value_is_ifname(where)) {
			yyerror("listen on %s: not an address or interface",
			    where);
			return;
		}
		strlcpy(listen->ifname, where, sizeof(listen->ifname));
	} else if (addr_is_multicast(&listen->addr)) {
		yyerror("listen on %s: multicast address", where);
		return;
	}
	listen->port = port;
}

static void
restricted_set(const char *path)
{
	if (!once(&seen_global, "control restricted"))
		return;
	if (path[0] != '/')
		yyerror("control restricted: not an absolute path");
	else if (strlcpy(conf->restricted, path, sizeof(conf->restricted)) >=
	    sizeof(conf->restricted))
		yyerror("control restricted: path is too long");
}

static void
status_set(const char *where, int port, int rtable)
{
	if (!once(&seen_global, "status"))
		return;
	if (strcmp(where, "*") == 0)
		conf->status.family = 4;
	else if (value_addr(&conf->status, where) == -1) {
		yyerror("status listen on %s: not an address", where);
		return;
	}
	conf->status.port = port;
	conf->status_rtable = rtable;
}

static void
tunnel_begin(const char *name, int lineno)
{
	struct tunnel_conf	*other;

	memset(&seen_tunnel, 0, sizeof(seen_tunnel));
	if ((curtun = conf_tunnel_new()) == NULL)
		fatal("%s", __func__);
	origin_add(curtun, file->name, lineno);
	curtun->lineno = lineno;
	other = conf_tunnel_find(conf, name);
	TAILQ_INSERT_TAIL(&conf->tunnels, curtun, entry);
	if (!name_ok(name, sizeof(curtun->name), "tunnel"))
		return;
	strlcpy(curtun->name, name, sizeof(curtun->name));
	if (other != NULL)
		yyerror("tunnel \"%s\" already defined in line %d", name,
		    other->lineno);
}

static void
tunnel_end(void)
{
	if (curtun->protocol == PROTO_V3 &&
	    curtun->secret_source == SECRET_PHRASE) {
		curtun->has_psk = 1;
		if (*curtun->secret_id == '\0')
			strlcpy(curtun->secret_id, curtun->name,
			    sizeof(curtun->secret_id));
	}
	curtun = NULL;
}

static void
tunnel_interface(const char *name, int layer2)
{
	origin_had(curtun, HAD_INTERFACE);
	if (!once(&seen_tunnel, "interface") || !ifname_ok(name))
		return;
	strlcpy(curtun->ifname, name, sizeof(curtun->ifname));
	if (layer2 == -1)
		layer2 = strncmp(name, "tap", 3) == 0;
	curtun->layer2 = layer2;
}

static void
tunnel_address(const char *s, const char *peer)
{
	struct address_conf	*a;
	int			 i;

	origin_had(curtun, HAD_ADDRESS);
	if (curtun->naddress == TUNNEL_ADDR_MAX) {
		yyerror("more than %d addresses", TUNNEL_ADDR_MAX);
		return;
	}
	a = &curtun->address[curtun->naddress];
	memset(a, 0, sizeof(*a));
	if (value_prefix(&a->prefix, s) == -1 || a->prefix.len == 0 ||
	    addr_is_any(&a->prefix.addr) ||
	    addr_is_multicast(&a->prefix.addr)) {
		yyerror("invalid address %s", s);
		return;
	}
	for (i = 0; i < curtun->naddress; i++) {
		if (addr_equal(&a->prefix.addr,
		    &curtun->address[i].prefix.addr)) {
			yyerror("address %s already specified", s);
			return;
		}
	}
	if (peer != NULL) {
		if (value_addr(&a->peer, peer) == -1 || addr_is_any(&a->peer) ||
		    addr_is_multicast(&a->peer)) {
			yyerror("invalid peer address %s", peer);
			return;
		}
		if (a->peer.family != a->prefix.addr.family) {
			yyerror("address %s and peer %s have different address "
			    "families", s, peer);
			return;
		}
		if (addr_equal(&a->peer, &a->prefix.addr)) {
			yyerror("address and peer %s are the same", peer);
			return;
		}
	}
	curtun->naddress++;
}

static void
tunnel_allow_from(void)
{
	struct prefix	*p;
	int		 i;

	if (!once(&seen_tunnel, "allow from"))
		return;
	if (nlist == 1 && strcmp(list[0], "any") == 0) {
		curtun->allow_any = 1;
		return;
	}
	if (nlist > TUNNEL_ALLOW_MAX) {
		yyerror("allow from: more than %d prefixes", TUNNEL_ALLOW_MAX);
		return;
	}
	for (i = 0; i < nlist; i++) {
		p = &curtun->allow[curtun->nallow];
		if (value_prefix(p, list[i]) == -1 ||
		    addr_is_multicast(&p->addr)) {
			memset(p, 0, sizeof(*p));
			yyerror("invalid prefix %s", list[i]);
			continue;
		}
		prefix_clear(p);
		curtun->nallow++;
	}
}

/* NULL in the list is the default route. */
static void
tunnel_demote(const char *group)
{
	if (!once(&seen_tunnel, "demote") ||
	    !name_ok(group, sizeof(curtun->demote), "group"))
		return;
	strlcpy(curtun->demote, group, sizeof(curtun->demote));
	if (!netif_has_carp)
		yyerror("demote is not supported on this system, use command");
}

static void
tunnel_routes(const char *label, int priority)
{
	struct route_conf	*route;
	int			 i;

	for (i = 0; i < nlist; i++) {
		if ((route = calloc(1, sizeof(*route))) == NULL)
			fatal("%s", __func__);
		route->priority = priority;
		if (label != NULL)
			copy(route->label, label, sizeof(route->label),
			    "label");
		if (list[i] == NULL)
			route->is_default = 1;
		else if (value_prefix(&route->prefix, list[i]) == -1 ||
		    addr_is_multicast(&route->prefix.addr)) {
			yyerror("invalid prefix %s", list[i]);
			free(route);
			continue;
		}
		prefix_clear(&route->prefix);
		origin_add(route, file->name, yylval.lineno);
		TAILQ_INSERT_TAIL(&curtun->routes, route, entry);
	}
}

static void
tunnel_psk(const char *s, const char *unsafe)
{
	origin_had(curtun, HAD_SECRET);
	secret_safe(unsafe);
	if (!once(&seen_tunnel, "psk or secret") ||
	    !key_decode(curtun->psk, s, "psk"))
		return;
	curtun->has_psk = 1;
	curtun->secret_source = SECRET_PSK_INLINE;
}

static void
tunnel_psk_file(const char *path)
{
	char	 errbuf[128];

	origin_had(curtun, HAD_SECRET);
	if (!once(&seen_tunnel, "psk or secret") ||
	    !path_ok("psk file", path))
		return;
	if (conf_secret_read(path, curtun->psk, errbuf,
	    sizeof(errbuf)) == -1) {
		yyerror("psk file \"%s\": %s", path, errbuf);
		return;
	}
	strlcpy(curtun->psk_file, path, sizeof(curtun->psk_file));
	curtun->has_psk = 1;
	curtun->secret_source = SECRET_PSK_FILE;
}

static void
tunnel_secret(const char *s, const char *unsafe, const char *id)
{
	origin_had(curtun, HAD_SECRET);
	secret_safe(unsafe);
	if (!once(&seen_tunnel, "psk or secret"))
		return;
	origin_add(curtun->secret, file->name, yylval.lineno);
	if (*s == '\0')
		yyerror("secret is empty");
	else if (copy(curtun->secret, s, sizeof(curtun->secret), "secret"))
		curtun->secret_source = SECRET_PHRASE;
	if (id == NULL)
		return;
	if (*id == '\0')
		yyerror("id is empty");
	else
		copy(curtun->secret_id, id, sizeof(curtun->secret_id), "id");
}

static void
tunnel_key(const char *path)
{
	char	 errbuf[128];

	origin_had(curtun, HAD_KEY);
	if (!once(&seen_tunnel, "key") || !path_ok("key file", path))
		return;
	if (conf_secret_read(path, curtun->key, errbuf,
	    sizeof(errbuf)) == -1) {
		yyerror("key file \"%s\": %s", path, errbuf);
		return;
	}
	strlcpy(curtun->key_file, path, sizeof(curtun->key_file));
}

static void
tunnel_peer_key(const char *s)
{
	origin_had(curtun, HAD_PEER_KEY);
	if (!once(&seen_tunnel, "peer key") ||
	    !key_decode(curtun->peer_key, s, "peer key"))
		return;
	if (sodium_is_zero(curtun->peer_key, sizeof(curtun->peer_key)))
		yyerror("peer key is zero");
	else
		curtun->has_key = 1;
}

static void
tunnel_cipher(void)
{
	int	 i;

	if (!once(&seen_tunnel, "cipher"))
		return;
	for (i = 0; i < nlist; i++) {
		if (strcmp(list[i], "chacha20-poly1305") == 0)
			curtun->aeads |= 1 << AEAD_CHACHA;
		else if (strcmp(list[i], "aes-256-gcm") == 0)
			curtun->aeads |= 1 << AEAD_AES;
		else
			yyerror("cipher \"%s\": not chacha20-poly1305 or "
			    "aes-256-gcm", list[i]);
	}
}

static void
tunnel_reorder(int answer, int64_t max, int64_t hold)
{
	if (!once(&seen_tunnel, "reorder") || max == -1)
		return;
	if (hold != 0 && !time_range("reorder max", hold, MSEC, "1ms",
	    10 * SECOND, "10s"))
		return;
	curtun->reorder = answer;
	curtun->reorder_max = max;
	curtun->reorder_time = hold;
}

static void
tunnel_tos(int answer, int tos)
{
	if (!once(&seen_tunnel, "tos") || tos == -1)
		return;
	curtun->tos = answer;
	curtun->tos_value = tos;
}

static void
tunnel_command(const char *path, int compat)
{
	char	 real[PATH_MAX], errbuf[PATH_MAX + 128];

	if (!once(&seen_tunnel, "command") || !path_ok("command", path))
		return;
	if (conf_command_check(path, real, errbuf, sizeof(errbuf)) == -1)
		yyerror("command \"%s\": %s", path, errbuf);
	strlcpy(curtun->command, path, sizeof(curtun->command));
	curtun->compat = compat;
}

static void
link_begin(const char *name, int lineno)
{
	struct link_conf	*l, *other;
	int			 n = 0;

	memset(&seen_link, 0, sizeof(seen_link));
	if ((curlink = conf_link_new()) == NULL)
		fatal("%s", __func__);
	origin_add(curlink, file->name, lineno);
	curlink->lineno = lineno;
	other = conf_link_find(curtun, name);
	TAILQ_FOREACH(l, &curtun->links, entry)
		n++;
	TAILQ_INSERT_TAIL(&curtun->links, curlink, entry);
	if (n == TUNNEL_LINK_MAX)
		yyerror("more than %d links", TUNNEL_LINK_MAX);
	if (!name_ok(name, sizeof(curlink->name), "link"))
		return;
	strlcpy(curlink->name, name, sizeof(curlink->name));
	if (other != NULL)
		yyerror("link \"%s\" already defined in line %d", name,
		    other->lineno);
}

static void
link_end(void)
{
	curlink = NULL;
}

/* The hosts are in the list. */
static void
link_remote(void)
{
	struct addr	 addr;
	int		 i;

	origin_had(curlink, HAD_REMOTE);
	origin_had(curtun, HAD_REMOTE);
	if (!once(&seen_link, "remote"))
		return;
	if (nlist > REMOTE_MAX) {
		yyerror("more than %d remotes", REMOTE_MAX);
		return;
	}
	for (i = 0; i < nlist; i++) {
		if (value_addr(&addr, list[i]) == 0) {
			if (addr_is_any(&addr) || addr_is_multicast(&addr))
				yyerror("remote %s: not a host address",
				    list[i]);
		} else if (!value_is_hostname(list[i])) {
			yyerror("remote %s: not an address or host name",
			    list[i]);
			continue;
		}
		strlcpy(curlink->remote[curlink->nremote++], list[i],
		    sizeof(curlink->remote[0]));
	}
}

/* And now the ports. */
static void
link_ports(int family)
{
	struct addr	 addr;
	int		 i, port;

	for (i = 0; i < curlink->nremote; i++) {
		if (family != 0 && value_addr(&addr, curlink->remote[i]) == 0 &&
		    addr.family != family)
			yyerror("remote %s: wrong address family",
			    curlink->remote[i]);
	}
	curlink->family = family;
	if (nlist > REMOTE_PORT_MAX) {
		yyerror("more than %d ports", REMOTE_PORT_MAX);
		return;
	}
	for (i = 0; i < nlist; i++) {
		if ((port = number("port", list[i], 1, UINT16_MAX)) != -1)
			curlink->remote_port[i] = port;
	}
	curlink->nremote_port = nlist;
}

static void
link_local(const char *where, int port)
{
	if (!once(&seen_link, "local"))
		return;
	if (value_addr(&curlink->local, where) == 0) {
		if (addr_is_multicast(&curlink->local))
			yyerror("local %s: multicast address", where);
	} else if (value_is_ifname(where))
		strlcpy(curlink->local_if, where, sizeof(curlink->local_if));
	else
		yyerror("local %s: not an address or interface", where);
	curlink->local.port = port;
}

static void
link_listen(const char *where, int port)
{
	origin_had(curlink, HAD_LISTEN);
	if (!once(&seen_link, "listen"))
		return;
	if (strcmp(where, "*") == 0) {
		curlink->listen.family = 4;
		curlink->listen_both = 1;
	} else if (value_addr(&curlink->listen, where) == -1 ||
	    addr_is_multicast(&curlink->listen))
		yyerror("listen on %s: not an address", where);
	curlink->listen.port = port;
}

static void
link_bandwidth(struct rate_conf *dst, const char *what,
    const struct rate_conf *src)
{
	if (once(&seen_link, what))
		*dst = *src;
}

static void
link_loss(int tolerance, int recover)
{
	if (!once(&seen_link, "loss tolerance") || tolerance == -1 ||
	    recover == -1)
		return;
	if (recover >= tolerance) {
		yyerror("recover %d%% is not below the tolerance", recover);
		return;
	}
	curlink->loss_tolerance = tolerance;
	curlink->loss_recover = recover;
}

static void
link_tolerance(int64_t tolerance, int64_t recover)
{
	if (!once(&seen_link, "latency tolerance") ||
	    !time_range("latency tolerance", tolerance, MSEC, "1ms", MINUTE,
	    "1m") || recover == -1)
		return;
	if (recover >= tolerance) {
		yyerror("recover is not below the tolerance");
		return;
	}
	curlink->latency_tolerance = tolerance;
	curlink->latency_recover = recover;
}

/* What follows "then" is set already. */
static void
link_quota(const char *s, int period, int day)
{
	if (!once(&seen_link, "quota"))
		return;
	curlink->quota.bytes = value(s, value_volume);
	curlink->quota.period = period;
	curlink->quota.day = day;
}

static void
quota_then(int action, uint64_t limit, int level)
{
	curlink->quota.action = action;
	curlink->quota.limit = limit;
	curlink->quota.level = level;
}

static void
set_number(const char *what, const char *s, int64_t min, int64_t max,
    uint16_t *dst)
{
	int64_t	 n;

	if ((n = number(what, s, min, max)) != -1)
		*dst = n;
}

static void
set_rtable(struct seen *seen, int *dst, const char *s)
{
	int64_t	 n;

	if (once(seen, "rdomain") &&
	    (n = number("rdomain", s, 0, RTABLE_MAX)) != -1)
		*dst = n;
}

static void
set_keepalive(struct seen *seen, uint32_t *dst, int64_t v)
{
	if (once(seen, "keepalive") && time_range("keepalive", v,
	    100 * MSEC, "100ms", HOUR, "1h"))
		*dst = v;
}

static void
set_timeout(struct seen *seen, uint32_t *dst, int64_t v)
{
	if (once(seen, "timeout") && time_range("timeout", v, 100 * MSEC,
	    "100ms", HOUR, "1h"))
		*dst = v;
}

static void
match_begin(const char *expr, int lineno)
{
	if ((curmatch = calloc(1, sizeof(*curmatch))) == NULL)
		fatal("%s", __func__);
	origin_add(curmatch, file->name, lineno);
	curmatch->lineno = lineno;
	TAILQ_INSERT_TAIL(&curtun->matches, curmatch, entry);
	copy(curmatch->expr, expr, sizeof(curmatch->expr), "expression");
}

static void
match_flag(uint32_t flag, const char *what)
{
	if (curmatch->flags & flag)
		yyerror("%s already specified", what);
	curmatch->flags |= flag;
}

/* The names are in the list. */
static void
match_links(uint32_t flag)
{
	int	 i, j;

	if (curmatch->flags & (MATCH_LINKS | MATCH_NOT)) {
		yyerror("link already specified");
		return;
	}
	curmatch->flags |= flag;
	if (nlist > MATCH_LINKS_MAX) {
		yyerror("more than %d links", MATCH_LINKS_MAX);
		return;
	}
	for (i = 0; i < nlist; i++) {
		if (!name_ok(list[i], LINK_NAME_SIZE, "link"))
			continue;
		for (j = 0; j < curmatch->nlinks; j++) {
			if (strcmp(curmatch->links[j], list[i]) == 0)
				yyerror("link \"%s\" specified twice in a list",
				    list[i]);
		}
		strlcpy(curmatch->links[curmatch->nlinks++], list[i],
		    LINK_NAME_SIZE);
	}
}
