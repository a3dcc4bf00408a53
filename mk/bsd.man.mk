#	$OpenBSD$

.include <bsd.own.mk>

.MAIN: all

all:

manlint:
.if defined(MAN) && !empty(MAN)
	@cd ${.CURDIR} && ${MANDOC} -Tlint -Wall ${MAN}
.endif

maninstall:
.for m in ${MAN}
	${INSTALL} -d ${DESTDIR}${MANDIR}${m:E}
	${INSTALL} -m ${MANMODE} ${.CURDIR}/$m ${DESTDIR}${MANDIR}${m:E}/
.endfor

.PHONY: all manlint maninstall
