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
CFLAGS+=	-fsanitize=${SANITIZE} -fno-sanitize-recover=all \
		-fno-omit-frame-pointer
LDFLAGS+=	-fsanitize=${SANITIZE}
.endif
CFLAGS+=	${WERROR}

# What OpenBSD has in libc and libutil.
.if ${OS} != "openbsd"
LIBCOMPAT=	${TOPDIR}/lib/libcompat/${OBJ}/libcompat.a
CPPFLAGS+=	-I${TOPDIR}/lib/libcompat/include
.endif
.if ${OS} == "linux"
# where its headers are differs between systems, and between their releases
.  if !defined(LIBBSD_CPPFLAGS)
LIBBSD_CPPFLAGS!=	pkg-config --cflags libbsd-overlay 2>/dev/null || :
.    if empty(LIBBSD_CPPFLAGS)
.      error pkg-config knows no libbsd-overlay
.    endif
.    export LIBBSD_CPPFLAGS
.  endif
CPPFLAGS+=	-D_GNU_SOURCE ${LIBBSD_CPPFLAGS}
LDADD_COMPAT=	${LIBCOMPAT} -Wl,-u,libbsd_init_func -lbsd-ctor -lbsd \
		-lseccomp
# what OpenBSD's compiler and linker do by themselves
CFLAGS+=	-fstack-protector-strong -fPIE
LDFLAGS+=	-pie -Wl,-z,relro -Wl,-z,now
.  if !defined(SANITIZE) && !empty(CFLAGS:M-O[123s])
CPPFLAGS+=	-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
.  endif
.elif ${OS} == "freebsd"
LDADD_COMPAT=	${LIBCOMPAT}
.endif

.endif
