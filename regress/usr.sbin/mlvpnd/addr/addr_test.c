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


#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>

#include <string.h>

#include "addr.h"
#include "test.h"

static void	 roundtrip(const char *, int, uint32_t, const char *);
static void	 refuse(const char *);
static void	 equality(void);
static void	 printing(void);
static void	 foreign(void);

int
main(void)
{
	TEST("addresses survive text and sockaddr");
	roundtrip("192.0.2.1", 4, 0, "192.0.2.1:5080");
	roundtrip("0.0.0.0", 4, 0, "0.0.0.0:5080");
	roundtrip("255.255.255.255", 4, 0, "255.255.255.255:5080");
	roundtrip("2001:db8::1", 6, 0, "[2001:db8::1]:5080");
	roundtrip("::", 6, 0, "[::]:5080");
	roundtrip("fe80::1%3", 6, 3, "[fe80::1%3]:5080");
	roundtrip("fe80::1%4294967295", 6, 4294967295U,
	    "[fe80::1%4294967295]:5080");
	roundtrip("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", 6, 0,
	    "[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]:5080");

	TEST("what is no address is refused");
	refuse("");
	refuse("192.0.2");
	refuse("192.0.2.256");
	refuse("192.0.2.1 ");
	refuse("192.0.2.1%1");
	refuse("192.0.2.1:5080");
	refuse("2001:db8::1::");
	refuse("2001:db8::g");
	refuse("fe80::1%");
	refuse("fe80::1%-1");
	refuse("fe80::1%+1");
	refuse("fe80::1% 1");
	refuse("fe80::1%4294967296");
	refuse("fe80::1%em0");
	refuse("gw.example.net");
	refuse("2001:db8:ffff:ffff:ffff:ffff:255.255.255.255:0000:0000:0000");

	equality();
	printing();
	foreign();
	return (0);
}

static void
roundtrip(const char *str, int family, uint32_t scope, const char *with_port)
{
	struct sockaddr_storage	 ss;
	struct addr		 a, b;
	char			 buf[ADDR_STRLEN];

	memset(&a, 0xff, sizeof(a));
	CHECK(addr_pton(&a, str) == 0);
	CHECK_EQ(a.family, family);
	CHECK_EQ(a.scope, scope);
	CHECK_EQ(a.port, 0);
	CHECK(strcmp(addr_ntop(&a, buf, sizeof(buf)), str) == 0);
	a.port = 5080;
	CHECK(strcmp(addr_ntop_port(&a, buf, sizeof(buf)), with_port) == 0);

	CHECK_EQ(addr_to_sa(&a, &ss), family == 4 ?
	    sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
	CHECK_EQ(ss.ss_family, family == 4 ? AF_INET : AF_INET6);
	memset(&b, 0xff, sizeof(b));
	CHECK(addr_from_sa(&b, (struct sockaddr *)&ss) == 0);
	CHECK(addr_equal(&a, &b));
	/* structs are compared and hashed as bytes */
	CHECK_MEM(&b, &a, sizeof(a));
}

static void
refuse(const char *str)
{
	struct addr	 a;

	memset(&a, 0xff, sizeof(a));
	if (addr_pton(&a, str) != -1) {
		fprintf(stderr, "\"%s\" was accepted\n", str);
		exit(1);
	}
	CHECK_EQ(a.family, 0);
}

static void
equality(void)
{
	struct addr	 a, b;

	TEST("equal means family, address, scope and port");
	CHECK(addr_pton(&a, "192.0.2.1") == 0);
	b = a;
	CHECK(addr_equal(&a, &b));
	b.port = 1;
	CHECK(!addr_equal(&a, &b));
	b = a;
	b.ip[3] = 2;
	CHECK(!addr_equal(&a, &b));
	b = a;
	b.family = 6;
	CHECK(!addr_equal(&a, &b));
	b = a;
	b.ip[15] = 1;
	CHECK(addr_equal(&a, &b));

	CHECK(addr_pton(&a, "fe80::1%1") == 0);
	b = a;
	CHECK(addr_equal(&a, &b));
	b.scope = 2;
	CHECK(!addr_equal(&a, &b));
	b = a;
	b.ip[15] = 2;
	CHECK(!addr_equal(&a, &b));

	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	CHECK(addr_equal(&a, &b));
}

static void
printing(void)
{
	struct addr	 a;
	char		 buf[ADDR_STRLEN];

	TEST("no address, and a buffer that is too short");
	memset(&a, 0, sizeof(a));
	CHECK(strcmp(addr_ntop(&a, buf, sizeof(buf)), "none") == 0);
	CHECK(strcmp(addr_ntop_port(&a, buf, sizeof(buf)), "none") == 0);
	a.family = 7;
	CHECK(strcmp(addr_ntop_port(&a, buf, sizeof(buf)), "none") == 0);

	CHECK(addr_pton(&a, "192.0.2.1") == 0);
	memset(buf, 'x', sizeof(buf));
	CHECK(strcmp(addr_ntop_port(&a, buf, 8), "192.0.2") == 0);
	CHECK(buf[8] == 'x');
}

static void
foreign(void)
{
	struct sockaddr_storage	 ss;
	struct addr		 a;

	TEST("other families");
	memset(&ss, 0, sizeof(ss));
	ss.ss_family = AF_UNIX;
	CHECK(addr_from_sa(&a, (struct sockaddr *)&ss) == -1);
	CHECK_EQ(a.family, 0);
	a.family = 5;
	CHECK_EQ(addr_to_sa(&a, &ss), 0);
	a.family = 0;
	CHECK_EQ(addr_to_sa(&a, &ss), 0);
}
