#	$OpenBSD$

.include <bsd.own.mk>
.if defined(PROG) || defined(PROGS) || defined(LIB)
.include <bsd.obj.mk>
.endif

.MAIN: all

# PROG with SRCS, or PROGS with SRCS_prog, DPADD_prog and LDADD_prog each
.if defined(PROG)
SRCS?=		${PROG}.c
SRCS_${PROG}=	${SRCS}
DPADD_${PROG}=	${DPADD}
LDADD_${PROG}=	${LDADD}
.endif
_PROGS=		${PROG} ${PROGS}
.for p in ${_PROGS}
SRCS_$p?=	$p.c
DPADD_$p?=	${DPADD}
LDADD_$p?=	${LDADD}
OBJS_$p=	${SRCS_$p:N*.h:T:R:S/$/.o/}
OBJS+=		${OBJS_$p}
_YSRCS+=	${SRCS_$p:M*.y}
.endfor

.if defined(LIB)
OBJS+=		${SRCS:N*.h:T:R:S/$/.o/}
.endif

_YGEN=		${_YSRCS:T:R:O:u:S/$/.c/}
CLEANFILES+=	${_YGEN} ${_YGEN:R:S/$/.h/} ${OBJS:R:O:u:S/$/.d/}
.for o in ${OBJS:O:u}
.-include "${.OBJDIR}/${o:R}.d"
.endfor
.NOPATH: ${_PROGS} ${OBJS:O:u} ${_YGEN}

all: ${_PROGS}

.for p in ${_PROGS}
$p: ${OBJS_$p} ${DPADD_$p} ${LIBCOMPAT}
	${CC} ${LDFLAGS} -o ${.TARGET} ${OBJS_$p} ${LDADD_$p} ${LDADD_COMPAT}
.endfor

# for those who do not start at the top
.if !defined(LIB) && defined(LIBCOMPAT) && !empty(_PROGS)
${LIBCOMPAT}: ${TOPDIR}/lib/libcompat/*.c ${TOPDIR}/lib/libcompat/*.h \
    ${TOPDIR}/lib/libcompat/include/*.h
	@(cd ${TOPDIR}/lib/libcompat && ${MAKE} all && touch ${LIBCOMPAT})
.endif

.if !target(proginstall)
proginstall: ${_PROGS}
.  for p in ${_PROGS}
	${INSTALL} -d ${DESTDIR}${BINDIR}
	${INSTALL} -m ${BINMODE} $p ${DESTDIR}${BINDIR}/$p
.  endfor
.endif
.if !target(install)
install: proginstall maninstall
.endif

.if !target(clean)
clean:
.  if !empty(_PROGS) || !empty(OBJS) || !empty(CLEANFILES)
	rm -f ${_PROGS} ${OBJS:O:u} ${CLEANFILES}
.  endif
.endif
.if !target(cleandir)
cleandir:
	rm -rf ${.CURDIR}/obj ${.CURDIR}/obj.*
.endif

.for t in depend includes obj regress tags
.  if !target($t)
$t:
.  endif
.endfor
.PHONY: clean cleandir depend includes install obj proginstall regress tags

.include <bsd.man.mk>
