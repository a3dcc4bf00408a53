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
 * Reads configurations and compares what comes of it:
 *
 *	conf_test good file ...	print, read that, compare
 *	conf_test ok file ...	that, and what is printed is in file.out, with
 *				the defaults in file.all
 *	conf_test bad file ...	against the "#! line: message" in the file
 *	conf_test unit dir	the rest, with files of its own in dir
 *	conf_test mutate dir file ...	damaged files: no crash, and what is
 *				accepted prints to the same
 */

#include <sys/types.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <err.h>
#include <fcntl.h>
#include <pcap.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "conf.h"
#include "conf_match.h"
#include "conf_test.h"
#include "defaults.h"
#include "handshake.h"
#include "parse.h"
#include "test.h"

#define PSK(c)	"psk \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" c "=\"\n"

static char	*good(const char *, int);
static void	 ok(const char *, int);
static void	 bad(const char *);
static int	 bad_line(const char **, const char *, const char *, size_t);
static void	 expect(const char *, const char *);
static char	*normal(const char *);
static void	 unit(void);
static void	 test_phrases(void);
static void	 test_defaults(void);
static void	 test_match(void);
static int	 match_packet(const char *, int, const uint8_t *, size_t);
static void	 test_macros(void);
static void	 test_modes(void);
static void	 test_device(void);
static void	 test_system(void);
static void	 test_limits(void);
static void	 test_includes(void);
static void	 test_many_errors(void);
static void	 test_hostile(void);
static void	 mutate(const char *, unsigned int);
static uint32_t	 rnd(void);
static void	 write_file(const char *, const void *, size_t);
static void	 write_conf(const char *, ...)
		    __attribute__((__format__ (printf, 1, 2)));
static char	*read_file(const char *, size_t *);

static uint32_t	 seed = 1;

int
main(int argc, char *argv[])
{
	int	 i;

	if (argc < 3)
		errx(1, "usage: conf_test test argument ...");
	parse_options(PARSE_NOACTION);
	if (getenv("CONFDIR") != NULL) {
		char	 def[1024];

		snprintf(def, sizeof(def), "dir=%s", getenv("CONFDIR"));
		CHECK_EQ(cmdline_symset(def), 0);
	}
	if (strcmp(argv[1], "good") == 0) {
		for (i = 2; i < argc; i++) {
			free(good(argv[i], 0));
			free(good(argv[i], 1));
		}
	} else if (strcmp(argv[1], "ok") == 0) {
		for (i = 2; i < argc; i++) {
			ok(argv[i], 0);
			ok(argv[i], 1);
		}
	} else if (strcmp(argv[1], "bad") == 0) {
		for (i = 2; i < argc; i++)
			bad(argv[i]);
	} else if (strcmp(argv[1], "unit") == 0) {
		if (chdir(argv[2]) == -1)
			err(1, "%s", argv[2]);
		unit();
	} else if (strcmp(argv[1], "mutate") == 0) {
		for (i = 3; i < argc; i++) {
			seed = i;
			mutate(argv[i], atoi(argv[2]));
		}
	} else
		errx(1, "%s: unknown test", argv[1]);
	return (0);
}

/* Returns what it prints. */
static char *
good(const char *path, int defaults)
{
	struct mlvpnd_conf	*conf;
	char			*out;

	TEST("%s", path);
	messages_clear();
	if ((conf = parse_config(path, NULL)) == NULL)
		errx(1, "%s: refused:\n%s", path, messages);
	out = print_again(conf, "again.conf", defaults);
	conf_free(conf);
	return (out);
}

static void
ok(const char *path, int defaults)
{
	char	*out, *want, name[1024];

	out = good(path, defaults);
	snprintf(name, sizeof(name), "%.*s.%s", (int)strlen(path) - 5, path,
	    defaults ? "all" : "out");
	want = read_file(name, NULL);
	if (strcmp(normal(out), want) != 0)
		errx(1, "%s: printed\n%s\ninstead of\n%s", path, normal(out),
		    want);
	free(want);
	free(out);
}

/*
 * The expected messages stand in the file, in their order; one that ends with
 * "..." only begins with this, as the library or system says the rest.
 */
static void
bad(const char *path)
{
	struct mlvpnd_conf	*conf;
	const char		*line, *name, *got;
	char			*text;
	size_t			 len;
	int			 n = 0;

	TEST("%s", path);
	messages_clear();
	conf = parse_config(path, NULL);
	if ((conf == NULL) != (nerrors > 0))
		errx(1, "%s: %d errors and %s configuration", path, nerrors,
		    conf == NULL ? "no" : "a");
	conf_free(conf);

	name = strrchr(path, '/') + 1;
	got = normal(messages);
	text = read_file(path, NULL);
	for (line = text; *line != '\0'; line += len) {
		len = strcspn(line, "\n");
		len += line[len] == '\n';
		if (strncmp(line, "#! ", 3) != 0)
			continue;
		n++;
		if (!bad_line(&got, name, line + 3, len - 3))
			errx(1, "%s: wants\n%.*sand said\n%s", path,
			    (int)len, line, normal(messages));
	}
	if (*got != '\0')
		errx(1, "%s: said also\n%s", path, got);
	CHECK(n > 0);
	free(text);
}

/* Compares a line, and moves on to the next. */
static int
bad_line(const char **got, const char *name, const char *want, size_t len)
{
	char	 buf[1024];
	int	 exact = 1;

	snprintf(buf, sizeof(buf), "%s%s%.*s", name, ":", (int)len, want);
	if (*want < '0' || *want > '9')
		snprintf(buf, sizeof(buf), "%.*s", (int)len, want);
	if ((len = strlen(buf)) > 4 && strcmp(buf + len - 4, "...\n") == 0) {
		len -= 4;
		exact = 0;
	}
	if (strncmp(*got, buf, len) != 0)
		return (0);
	*got += len;
	if (!exact) {
		*got += strcspn(*got, "\n");
		*got += **got == '\n';
	}
	return (1);
}

/* Reads the text and compares the messages: "" for none. */
static void
expect(const char *what, const char *want)
{
	struct mlvpnd_conf	*conf;

	messages_clear();
	conf = parse_config("unit.conf", NULL);
	if (strcmp(messages, want) != 0)
		errx(1, "%s: said\n%s\ninstead of\n%s", what, messages, want);
	CHECK((conf == NULL) == (nerrors > 0));
	conf_free(conf);
}

/* Without the directory, which is different each time. */
static char *
normal(const char *s)
{
	static char	 buf[65536];
	const char	*dir = getenv("CONFDIR");
	size_t		 n = 0, len = strlen(dir);

	while (*s != '\0' && n < sizeof(buf) - 1) {
		if (strncmp(s, dir, len) == 0) {
			s += len;
			if (strncmp(s, "/bad/", 5) == 0)
				s += 5;
		} else
			buf[n++] = *s++;
	}
	buf[n] = '\0';
	return (buf);
}

static void
unit(void)
{
	test_phrases();
	test_defaults();
	test_match();
	test_macros();
	test_modes();
	test_device();
	test_system();
	test_limits();
	test_includes();
	test_many_errors();
	test_hostile();
}

static void
test_phrases(void)
{
	struct mlvpnd_conf	*conf;
	struct tunnel_conf	*t;

	TEST("the psk of a phrase is computed once, and not to check a file");
	write_conf("listen on * port 1\n"
	    "tunnel a { interface tun0\n"
	    "secret \"correct horse battery staple\" }\n"
	    "tunnel b { interface tun1\n"
	    "secret \"correct horse battery staple\" id other }\n"
	    "tunnel c { interface tun2\n protocol mlvpn2\n"
	    "secret \"correct horse battery staple\"\n"
	    "link l { listen on * port 2 } }\n");
	parse_options(PARSE_NOACTION);
	conf = parse_config("unit.conf", NULL);
	CHECK(conf != NULL);
	CHECK_EQ(phrase_calls, 0);
	conf_free(conf);

	parse_options(0);
	conf = parse_config("unit.conf", NULL);
	CHECK(conf != NULL);
	CHECK_EQ(phrase_calls, 2);
	t = conf_tunnel_find(conf, "a");
	CHECK(t != NULL && t->has_psk);
	CHECK_MEM(t->psk, "correct horse battery staple|a", 30);
	t = conf_tunnel_find(conf, "b");
	CHECK(t != NULL && t->has_psk);
	CHECK_MEM(t->psk, "correct horse battery staple|oth", 32);
	t = conf_tunnel_find(conf, "c");
	CHECK(t != NULL && !t->has_psk);
	conf_free(conf);

	conf = parse_config("unit.conf", NULL);
	CHECK(conf != NULL);
	CHECK_EQ(phrase_calls, 2);
	CHECK_MEM(conf_tunnel_find(conf, "a")->psk,
	    "correct horse battery staple|a", 30);
	conf_free(conf);

	TEST("a phrase that is no longer configured is forgotten");
	write_conf("listen on * port 1\n"
	    "tunnel a { interface tun0\n"
	    "secret \"correct horse battery staple\" }\n");
	conf_free(parse_config("unit.conf", NULL));
	CHECK_EQ(phrase_calls, 2);
	write_conf("listen on * port 1\n"
	    "tunnel b { interface tun1\n"
	    "secret \"correct horse battery staple\" id other }\n");
	conf_free(parse_config("unit.conf", NULL));
	CHECK_EQ(phrase_calls, 3);

	TEST("a phrase whose psk cannot be computed");
	phrase_fails = 1;
	write_conf("listen on * port 1\n"
	    "tunnel a { interface tun0\n"
	    "\n"
	    "secret \"another horse battery staple\" }\n");
	expect("phrase", "unit.conf:4: not enough memory for the secret\n");
	phrase_fails = 0;
	parse_options(PARSE_NOACTION);
}

static void
test_defaults(void)
{
	struct mlvpnd_conf	*conf;
	struct tunnel_conf	*t;
	struct link_conf	*l;
	char			*text, *p;

	TEST("the defaults that are printed can be configured");
	write_conf("tunnel a { interface tun0\n" PSK("A")
	    "link l { remote 192.0.2.1 port 1\n }\n"
	    "link m { remote 192.0.2.2 port 1\n backup\n }\n }\n");
	conf = parse_config("unit.conf", NULL);
	CHECK(conf != NULL);
	text = print_again(conf, "unit.conf", 1);
	conf_free(conf);
	/* the first comment of each line is a statement */
	for (p = text; (p = strstr(p, "\t# ")) != NULL; p += strcspn(p, "\n")) {
		if (strncmp(p, "\t# no ", 6) != 0)
			p[1] = ' ';
	}
	write_conf("%s", text);
	free(text);
	messages_clear();
	if ((conf = parse_config("unit.conf", NULL)) == NULL)
		errx(1, "%s", messages);
	t = conf_tunnel_find(conf, "a");
	CHECK(t != NULL);
	CHECK(strcmp(t->descr, "mlvpnd: a") == 0);
	CHECK(strcmp(t->group, DEFAULT_GROUP) == 0);
	CHECK_EQ(t->protocol, PROTO_V3);
	CHECK_EQ(t->mtu, 0);
	CHECK_EQ(t->max_mss, 0);
	CHECK_EQ(t->aeads, 1 << AEAD_CHACHA | 1 << AEAD_AES);
	CHECK_EQ(t->reorder, ANSWER_AUTO);
	CHECK_EQ(t->reorder_time, DEFAULT_REORDER_TIME);
	CHECK_EQ(t->recover, ANSWER_YES);
	CHECK_EQ(t->tos, ANSWER_NO);
	CHECK_EQ(t->latency_spread, DEFAULT_LATENCY_SPREAD);
	CHECK_EQ(t->keepalive, DEFAULT_KEEPALIVE);
	CHECK_EQ(t->timeout, DEFAULT_TIMEOUT);
	l = conf_link_find(t, "l");
	CHECK(l != NULL);
	CHECK_EQ(l->up.rate, 0);
	CHECK_EQ(l->overhead, 0);
	CHECK_EQ(l->loss_tolerance, DEFAULT_LOSS_TOLERANCE);
	CHECK_EQ(l->loss_recover,
	    DEFAULT_LOSS_RECOVER(DEFAULT_LOSS_TOLERANCE));
	CHECK_EQ(l->latency_tolerance, 0);
	CHECK_EQ(l->keepalive, DEFAULT_KEEPALIVE);
	CHECK_EQ(l->timeout, DEFAULT_TIMEOUT);
	l = conf_link_find(t, "m");
	CHECK(l != NULL);
	CHECK_EQ(l->keepalive, DEFAULT_KEEPALIVE_BACKUP);
	conf_free(conf);
}

static void
test_match(void)
{
	struct tunnel_conf	*t;
	struct bpf_insn		*insns;
	char			 longexpr[MATCH_EXPR_SIZE] = "host ::1";
	char			 errbuf[128];
	unsigned int		 n;
	int			 i;
	static const uint8_t	 udp4[] = {
		0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0,
		192, 0, 2, 1, 192, 0, 2, 2,
		0x13, 0xc4, 0x13, 0xc4, 0, 8, 0, 0	/* port 5060 */
	};
	static const uint8_t	 udp6[] = {
		0x60, 0, 0, 0, 0, 8, 17, 64,
		0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
		0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
		0x13, 0xc4, 0x13, 0xc4, 0, 8, 0, 0
	};
	uint8_t			 frame[14 + sizeof(udp4)] = { 0 };

	TEST("programs of match on packets and frames");
	frame[12] = 8;
	memcpy(frame + 14, udp4, sizeof(udp4));
	CHECK_EQ(match_packet("udp port 5060", 0, udp4, sizeof(udp4)), 1);
	CHECK_EQ(match_packet("udp port 5060", 0, udp6, sizeof(udp6)), 1);
	CHECK_EQ(match_packet("tcp port 5060", 0, udp4, sizeof(udp4)), 0);
	CHECK_EQ(match_packet("udp port 5061", 0, udp6, sizeof(udp6)), 0);
	CHECK_EQ(match_packet("ip6", 0, udp6, sizeof(udp6)), 1);
	CHECK_EQ(match_packet("ip6", 0, udp4, sizeof(udp4)), 0);
	CHECK_EQ(match_packet("dst host 192.0.2.2 and not net 10.0.0.0/8", 0,
	    udp4, sizeof(udp4)), 1);
	CHECK_EQ(match_packet("udp port 5060", 1, frame, sizeof(frame)), 1);
	CHECK_EQ(match_packet("ether src 00:00:00:00:00:00", 1, frame,
	    sizeof(frame)), 1);
	CHECK_EQ(match_packet("tcp[tcpflags] & (tcp-syn|tcp-fin) != 0", 0,
	    udp4, sizeof(udp4)), 0);

	TEST("a program too large");
	if ((t = conf_tunnel_new()) == NULL)
		err(1, NULL);
	for (i = 0x10; i < 0x50; i++)
		snprintf(longexpr + strlen(longexpr),
		    sizeof(longexpr) - strlen(longexpr), " or ::%x", i);
	insns = conf_match_compile(t, longexpr, &n, errbuf, sizeof(errbuf));
	CHECK(insns == NULL);
	CHECK(strcmp(errbuf, "expression too complex") == 0);
	conf_tunnel_free(t);
}

static int
match_packet(const char *expr, int layer2, const uint8_t *pkt, size_t len)
{
	struct tunnel_conf	*t;
	struct bpf_insn		*insns;
	char			 errbuf[128];
	unsigned int		 n = 0;
	int			 ret;

	if ((t = conf_tunnel_new()) == NULL)
		err(1, NULL);
	t->layer2 = layer2;
	insns = conf_match_compile(t, expr, &n, errbuf, sizeof(errbuf));
	if (insns == NULL)
		errx(1, "%s: %s", expr, errbuf);
	CHECK(n > 0);
	ret = match_run(insns, n, pkt, len);
	free(insns);
	conf_tunnel_free(t);
	return (ret);
}

static void
test_macros(void)
{
	struct mlvpnd_conf	*conf;
	char			 def[] = "gw=192.0.2.9", none[] = "gw",
				 empty[] = "=x", wrong[] = "a b=x",
				 equals[] = "eq=a=b";

	TEST("macros of the command line win over those of the file");
	CHECK_EQ(cmdline_symset(none), -1);
	CHECK_EQ(cmdline_symset(empty), -1);
	CHECK_EQ(cmdline_symset(wrong), -1);
	CHECK_EQ(cmdline_symset(equals), 0);
	CHECK_EQ(cmdline_symset(def), 0);
	write_conf("gw = 192.0.2.1\n"
	    "tunnel a { interface tun0\n" PSK("A")
	    "link l { remote $gw port 1 } }\n");
	conf = parse_config("unit.conf", NULL);
	CHECK(conf != NULL);
	CHECK(strcmp(conf_link_find(conf_tunnel_find(conf, "a"),
	    "l")->remote[0], "192.0.2.9") == 0);
	conf_free(conf);

	TEST("macros of a file end with it");
	write_conf("other = 192.0.2.1\n");
	expect("macro", "");
	write_conf("listen on $other port 1\n");
	expect("macro", "unit.conf:1: macro \"other\" is not defined\n");

	TEST("an unused macro is a warning with -vv");
	parse_options(PARSE_NOACTION | PARSE_UNUSED);
	write_conf("other = 192.0.2.1\na = $gw $dir\nx = '$eq'\ny = $x\n");
	expect("macro", "unit.conf:4: macro in the value of a macro\n"
	    "warning: macro \"eq\" not used\n"
	    "warning: macro \"other\" not used\n"
	    "warning: macro \"a\" not used\n");
	parse_options(PARSE_NOACTION);
}

static void
test_modes(void)
{
	TEST("a file that others can read must hold no secret");
	write_conf("listen on * port 1\n"
	    "tunnel a { interface tun0\n" PSK("A") "}\n"
	    "tunnel b { interface tun1\n"
	    "secret \"correct horse battery staple\"\n}\n");
	CHECK_EQ(chmod("unit.conf", 0600), 0);
	expect("mode", "");
	CHECK_EQ(chmod("unit.conf", 0640), 0);
	expect("mode", "");
	CHECK_EQ(chmod("unit.conf", 0644), 0);
	expect("mode",
	    "unit.conf:3: secret in a file whose mode 0644 lets others read "
	    "it\n"
	    "unit.conf:6: secret in a file whose mode 0644 lets others read "
	    "it\n");

	TEST("a file that others can write is refused, with or without one");
	CHECK_EQ(chmod("unit.conf", 0660), 0);
	expect("mode", "unit.conf: mode 0660 lets the group write to it\n");
	write_conf("listen on * port 1\ntunnel a { interface tun0\n"
	    "psk file \"a.psk\" }\n");
	CHECK_EQ(chmod("unit.conf", 0666), 0);
	expect("mode", "unit.conf: mode 0666 lets others write to it\n");
	write_conf("listen on * port 1\n");
	CHECK_EQ(rename("unit.conf", "open.inc"), 0);
	CHECK_EQ(chmod("open.inc", 0646), 0);
	write_conf("include \"open.inc\"\n");
	expect("mode", "unit.conf:1: include \"open.inc\": mode 0646 lets "
	    "others write to it\n");

	TEST("a secret in a macro is where the macro is");
	write_conf("k = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='\n");
	CHECK_EQ(rename("unit.conf", "secret.inc"), 0);
	write_conf("include \"secret.inc\"\nlisten on * port 1\n"
	    "tunnel a { interface tun0\n psk '$k' }\n");
	expect("mode", "unit.conf:4: psk is not 32 bytes in base64\n");
	write_conf("k = \"'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='\"\n");
	CHECK_EQ(rename("unit.conf", "secret.inc"), 0);
	write_conf("include \"secret.inc\"\nlisten on * port 1\n"
	    "tunnel a { interface tun0\n psk $k\n }\n");
	CHECK_EQ(chmod("unit.conf", 0644), 0);
	expect("mode", "");
	CHECK_EQ(chmod("secret.inc", 0604), 0);
	expect("mode", "unit.conf:4: secret in a file whose mode 0604 lets "
	    "others read it\n");

	if (geteuid() != 0)
		return;
	TEST("a file of someone else");
	write_conf("listen on * port 1\n"
	    "tunnel a { interface tun0\n" PSK("A") "}\n");
	CHECK_EQ(chown("unit.conf", 1, 1), 0);
	expect("owner", "unit.conf: owner is neither root nor the current "
	    "user\n");
	CHECK_EQ(chown("unit.conf", 0, 0), 0);
}

static void
test_device(void)
{
	TEST("a link bound to a device where the system can do that");
	write_conf("tunnel a { interface tun0\n" PSK("A")
	    "link l { remote 192.0.2.1 port 1\ninterface eth1\n} }\n");
	sock_can_bind_device = 1;
	expect("device", "");
	sock_can_bind_device = 0;
	expect("device", "unit.conf:4: interface in a link is not supported "
	    "on this system, use rdomain\n");
	sock_can_bind_device = 1;
}

static void
test_system(void)
{
	TEST("carp and labels of routes, where the system has them");
	write_conf("listen on * port 1\ntunnel a { interface tun0\n" PSK("A")
	    "address 10.0.0.1/24\ndemote carp\nroute 10.1.0.0/16 label l\n}\n");
	expect("system", "");
	netif_has_carp = netif_has_labels = 0;
	expect("system", "unit.conf:5: demote is not supported on this system, "
	    "use command\nunit.conf:6: label is not supported on this "
	    "system\n");
	netif_has_carp = netif_has_labels = 1;
}

static void
test_limits(void)
{
	struct rlimit	 rl, low;
	char		*text;
	size_t		 size;
	FILE		*f;
	int		 i;

	TEST("more descriptors than the system gives");
	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &rl), 0);
	if ((f = open_memstream(&text, &size)) == NULL)
		err(1, NULL);
	fprintf(f, "listen on * port 1\n");
	for (i = 0; i < 40; i++)
		fprintf(f, "tunnel t%d { interface tun%d\n"
		    "psk \"A%c%cAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\" }"
		    "\n", i, i, 'A' + i % 26, 'A' + i / 26);
	fclose(f);
	write_file("unit.conf", text, size);
	free(text);
	expect("limit", "");
	low = rl;
	low.rlim_cur = low.rlim_max = 64;
	if (fork() == 0) {
		CHECK_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
		expect("limit", "unit.conf:62: tunnel \"t30\": "
		    "interfaces and sockets exceed the limit of 64 open "
		    "files\n");
		_exit(0);
	}
	CHECK_EQ(wait_child(), 0);

	TEST("more than 256 tunnels with a psk");
	if ((f = open_memstream(&text, &size)) == NULL)
		err(1, NULL);
	fprintf(f, "listen on * port 1\n");
	for (i = 0; i < 257; i++)
		fprintf(f, "tunnel t%d { interface tun%d "
		    "psk \"A%c%cAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\" "
		    "}\n", i, i, 'A' + i % 26, 'A' + i / 26);
	fclose(f);
	write_file("unit.conf", text, size);
	free(text);
	expect("psk", "unit.conf:258: more than 256 tunnels with a psk and "
	    "no key\n");

	TEST("more than 64 links");
	if ((f = open_memstream(&text, &size)) == NULL)
		err(1, NULL);
	fprintf(f, "tunnel a { interface tun0\n" PSK("A"));
	for (i = 0; i < 65; i++)
		fprintf(f, "link l%d { remote 192.0.2.1 port 1 }\n", i);
	fprintf(f, "}\n");
	fclose(f);
	write_file("unit.conf", text, size);
	free(text);
	expect("links", "unit.conf:67: more than 64 links\n");
}

static void
test_includes(void)
{
	struct mlvpnd_conf	*conf;
	int			 i;
	char			 name[32];

	TEST("statements of included files, with the last line unfinished");
	write_conf("listen on 192.0.2.1 port 1");
	CHECK_EQ(rename("unit.conf", "a.inc"), 0);
	write_conf("include \"a.inc\"\nlisten on 192.0.2.2 port 1\n"
	    "include \"a.inc\"\nlisten on 192.0.2.3 port 0\n");
	expect("include",
	    "unit.conf:4: port 0: not a number from 1 to 65535\n"
	    "a.inc:1: listen on port 1 overlaps with line 1\n");

	TEST("file and line of errors within a block of an included file");
	write_conf("tunnel a {\n interface tun0\n" PSK("A")
	    "link l { bogus }\n");
	CHECK_EQ(rename("unit.conf", "a.inc"), 0);
	write_conf("listen on * port 1\n\ninclude \"a.inc\"\n mtu 1\n}\n");
	expect("include",
	    "a.inc:4: unknown keyword \"bogus\"\n"
	    "unit.conf:4: mtu 1: not a number from 576 to 9000\n");

	TEST("a file that includes itself, at last");
	write_conf("include \"unit.conf\"\n");
	CHECK_EQ(rename("unit.conf", "b.inc"), 0);
	write_conf("include \"b.inc\"\n");
	expect("include",
	    "b.inc:1: include \"unit.conf\": includes itself\n");

	TEST("files nested too deeply");
	for (i = 0; i < 20; i++) {
		write_conf("include \"%d.inc\"\n", i + 1);
		snprintf(name, sizeof(name), "%d.inc", i);
		CHECK_EQ(rename("unit.conf", name), 0);
	}
	write_conf("include \"0.inc\"\n");
	expect("include",
	    "14.inc:1: include \"15.inc\": nested too deeply\n");

	TEST("files that include the next one twice");
	for (i = 0; i < 13; i++) {
		write_conf("include \"%d.inc\"\ninclude \"%d.inc\"\n", i + 1,
		    i + 1);
		snprintf(name, sizeof(name), "%d.inc", i);
		CHECK_EQ(rename("unit.conf", name), 0);
	}
	write_conf("# end\n");
	CHECK_EQ(rename("unit.conf", "13.inc"), 0);
	write_conf("include \"0.inc\"\n");
	messages_clear();
	conf = parse_config("unit.conf", NULL);
	CHECK(conf == NULL);
	CHECK(strstr(messages, "too many files\n") != NULL);
	CHECK(nerrors < 20);

	TEST("files that are none");
	write_conf("include \"fifo\"\ninclude \"/\"\ninclude \"missing\"\n"
	    "include \"/dev/zero\"\n");
	expect("include",
	    "unit.conf:1: include \"fifo\": not a regular file\n"
	    "unit.conf:2: include \"/\": not a regular file\n"
	    "unit.conf:3: include \"missing\": No such file or directory\n"
	    "unit.conf:4: include \"/dev/zero\": not a regular file\n");
	messages_clear();
	CHECK(parse_config("missing.conf", NULL) == NULL);
	CHECK(strcmp(messages,
	    "missing.conf: No such file or directory\n") == 0);
	messages_clear();
	CHECK(parse_config("/", NULL) == NULL);
	CHECK(strcmp(messages, "/: not a regular file\n") == 0);
}

static void
test_many_errors(void)
{
	char	*text;
	size_t	 size;
	FILE	*f;
	int	 i;

	TEST("no more than 200 errors");
	if ((f = open_memstream(&text, &size)) == NULL)
		err(1, NULL);
	for (i = 0; i < 100000; i++)
		fprintf(f, "bogus %d\n", i);
	fclose(f);
	write_file("unit.conf", text, size);
	free(text);
	messages_clear();
	CHECK(parse_config("unit.conf", NULL) == NULL);
	CHECK_EQ(nerrors, 200);
	CHECK(strstr(messages,
	    "unit.conf:200: unknown keyword \"bogus\"\n"
	    "unit.conf: too many errors\n") != NULL);
}

static void
test_hostile(void)
{
	static const char	*tokens[] = {
		"tunnel", "a", "{", "}", "link", "\"b\"", "\n", "=", "$x",
		"match", "'udp'", "remote", "port", "1", ",", "include",
		"psk", "\"", "'", "\\", "#", "bandwidth", "5M", "(", "peer",
		"key", "address", "192.0.2.1/24", "priority", "listen", "on",
		"*", "\\\n", "99999999999999999999", "x"
	};
	char			*text;
	size_t			 i, n, size;
	FILE			*f;
	int			 round;

	TEST("random bytes");
	for (round = 0; round < 200; round++) {
		size = rnd() % 5000;
		if ((text = malloc(size + 1)) == NULL)
			err(1, NULL);
		for (i = 0; i < size; i++)
			text[i] = rnd() >> 8;
		write_file("unit.conf", text, size);
		free(text);
		messages_clear();
		conf_free(parse_config("unit.conf", NULL));
	}

	TEST("random words");
	for (round = 0; round < 1000; round++) {
		if ((f = open_memstream(&text, &size)) == NULL)
			err(1, NULL);
		n = rnd() % 200;
		for (i = 0; i < n; i++)
			fprintf(f, "%s%s", tokens[rnd() %
			    (sizeof(tokens) / sizeof(tokens[0]))],
			    rnd() % 8 == 0 ? "" : rnd() % 6 == 0 ? "\n" : " ");
		fclose(f);
		write_file("unit.conf", text, size);
		free(text);
		messages_clear();
		conf_free(parse_config("unit.conf", NULL));
	}

	TEST("huge tokens, lines, lists and depths");
	for (round = 0; round < 10; round++) {
		static const char	*head[] = {
			"tunnel ", "tunnel \"", "x = ", "x = \"", "$",
			"tunnel a {\n description \"", "{", "}",
			"tunnel a {\n route { ",
			"tunnel a {\n link l {\n remote {"
		};

		if ((f = open_memstream(&text, &size)) == NULL)
			err(1, NULL);
		fprintf(f, "%s", head[round]);
		for (i = 0; i < 200000; i++)
			fputs(round == 6 ? "{" : round == 7 ? "}\n" :
			    round > 7 ? "10.0.0.0/8 \n" : "a", f);
		fclose(f);
		write_file("unit.conf", text, size);
		free(text);
		messages_clear();
		CHECK(parse_config("unit.conf", NULL) == NULL);
		CHECK(nerrors > 0);
	}

	TEST("a macro within itself");
	write_conf("a = \"$a $b\"\nb = '$a'\nlisten on $a port 1\n"
	    "listen on $b port 1\n");
	expect("macro",
	    "unit.conf:3: macro in the value of a macro\n"
	    "unit.conf:4: macro in the value of a macro\n");
}

/* Changes the file here and there, n times; in ok/ for what it includes. */
static void
mutate(const char *path, unsigned int n)
{
	struct mlvpnd_conf	*conf;
	char			*text, *copy;
	size_t			 size, newsize, at, from, len;
	int			 i, changes, accepted = 0;

	TEST("%s, %u times", path, n);
	text = read_file(path, &size);
	if (size == 0) {
		free(text);
		return;
	}
	if ((copy = malloc(2 * size + 100)) == NULL)
		err(1, NULL);
	for (; n > 0; n--) {
		memcpy(copy, text, size);
		newsize = size;
		changes = 1 + rnd() % 3;
		for (i = 0; i < changes && newsize > 0; i++) {
			at = rnd() % newsize;
			len = 1 + rnd() % 12;
			if (at + len > newsize)
				len = newsize - at;
			switch (rnd() % 4) {
			case 0:
				copy[at] = rnd() >> 8;
				break;
			case 1:
				memmove(copy + at, copy + at + len,
				    newsize - at - len);
				newsize -= len;
				break;
			case 2:
				from = rnd() % (newsize - len + 1);
				memmove(copy + at, copy + from, len);
				break;
			case 3:
				memmove(copy + at + len, copy + at,
				    newsize - at);
				newsize += len;
				break;
			}
		}
		write_file("ok/mutated.conf", copy, newsize);
		messages_clear();
		if ((conf = parse_config("ok/mutated.conf", NULL)) == NULL) {
			CHECK(nerrors > 0);
			continue;
		}
		CHECK_EQ(nerrors, 0);
		free(print_again(conf, "again.conf", 0));
		free(print_again(conf, "again.conf", 1));
		conf_free(conf);
		accepted++;
	}
	CHECK(accepted > 0);
	free(copy);
	free(text);
}

static uint32_t
rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return (seed);
}

static void
write_file(const char *path, const void *data, size_t size)
{
	FILE	*f;

	unlink(path);
	if ((f = fopen(path, "w")) == NULL || fchmod(fileno(f), 0600) == -1 ||
	    fwrite(data, 1, size, f) != size || fclose(f) == EOF)
		err(1, "%s", path);
}

static void
write_conf(const char *fmt, ...)
{
	va_list	 ap;
	char	*text;
	int	 len;

	va_start(ap, fmt);
	if ((len = vasprintf(&text, fmt, ap)) == -1)
		err(1, NULL);
	va_end(ap);
	write_file("unit.conf", text, len);
	free(text);
}

static char *
read_file(const char *path, size_t *size)
{
	struct stat	 st;
	FILE		*f;
	char		*text;

	if ((f = fopen(path, "r")) == NULL || fstat(fileno(f), &st) == -1 ||
	    (text = malloc(st.st_size + 1)) == NULL ||
	    fread(text, 1, st.st_size, f) != (size_t)st.st_size)
		err(1, "%s", path);
	text[st.st_size] = '\0';
	fclose(f);
	if (size != NULL)
		*size = st.st_size;
	return (text);
}
