#	$OpenBSD$

# Archives for use inside this tree: nothing is installed.

MAN?=
install:

.include <bsd.prog.mk>

all: lib${LIB}.a

# another make may link with the old one just now
lib${LIB}.a: ${OBJS}
	rm -f ${.TARGET}.tmp
	${AR} -rcs ${.TARGET}.tmp ${OBJS}
	mv ${.TARGET}.tmp ${.TARGET}

CLEANFILES+=	lib${LIB}.a lib${LIB}.a.tmp
