#	$OpenBSD$

# Built-in rules for bmake on systems without OpenBSD's make files, and on
# Linux for a system to cross compile for:
#
#	TARGET_OS=OpenBSD	what is built for, default the running system
#	SANITIZE=list		for -fsanitize
#	WERROR=-Werror		warnings are errors
#	CONFINE=no		pledge(2) and unveil(2) do nothing
#	MAKEOBJDIR=name		of the directory for objects
#
# Objects go into a directory of each source directory, which is made when
# it is missing.

.SUFFIXES: .o .c .y .h

CC?=		cc
AR?=		ar
YACC?=		byacc
INSTALL?=	install
MANDOC?=	mandoc
CFLAGS?=	-O2 -g -pipe

.if !defined(TARGET_OS)
TARGET_OS!=	uname -s
.endif
HOST_OS!=	uname -s
OS:=		${TARGET_OS:tl}

.if defined(MAKEOBJDIR)
OBJ:=		${MAKEOBJDIR}
.else
OBJ=		obj
.  if ${TARGET_OS} != ${HOST_OS}
OBJ:=		${OBJ}.${OS}
.  endif
.  if defined(SANITIZE)
OBJ:=		${OBJ}.asan
.  endif
.  if ${CONFINE:Uyes} == "no"
OBJ:=		${OBJ}.open
.  endif
.endif

# tests of what is refused
.if defined(SANITIZE) || ${CONFINE:Uyes} == "no"
UNCONFINED=	yes
.endif

PREFIX?=	/usr/local
BINDIR?=	${PREFIX}/sbin
MANDIR?=	${PREFIX}/share/man/man

TOPDIR:=	${.PARSEDIR:tA:H}

# -m is not passed on to other makes
MAKESYSPATH:=	${.PARSEDIR:tA}
.export MAKESYSPATH

.c.o:
	${CC} ${CPPFLAGS} ${CFLAGS} -MMD -MP -c ${.IMPSRC} -o ${.TARGET}

.y.c:
	${YACC} ${YFLAGS} -o ${.TARGET} ${.IMPSRC}
