#	$OpenBSD$

.if !defined(_BSD_OWN_MK)
_BSD_OWN_MK=	1

.if exists(${.CURDIR}/../Makefile.inc)
.include "${.CURDIR}/../Makefile.inc"
.endif

BINMODE?=	755
MANMODE?=	644
SHAREMODE?=	644

.if defined(SANITIZE)
# the sanitizers make gcc see what is not there
WERROR?=
CFLAGS+=	-fsanitize=${SANITIZE} -fno-sanitize-recover=all \
		-fno-omit-frame-pointer
LDFLAGS+=	-fsanitize=${SANITIZE}
.endif
WERROR?=	-Werror
CFLAGS+=	${WERROR}

# What OpenBSD has in libc and libutil.
.if ${OS} != "openbsd"
LIBCOMPAT=	${TOPDIR}/lib/libcompat/${OBJ}/libcompat.a
CPPFLAGS+=	-I${TOPDIR}/lib/libcompat/include
.endif
.if ${OS} == "linux"
CPPFLAGS+=	-D_GNU_SOURCE -isystem /usr/include/bsd -DLIBBSD_OVERLAY
LDADD_COMPAT=	${LIBCOMPAT} -Wl,-u,libbsd_init_func -lbsd-ctor -lbsd \
		-lseccomp
.elif ${OS} == "freebsd"
LDADD_COMPAT=	${LIBCOMPAT}
.endif

.endif
