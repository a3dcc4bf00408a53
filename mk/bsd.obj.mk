#	$OpenBSD$

.if !defined(_BSD_OBJ_MK)
_BSD_OBJ_MK=	1

.if !make(clean) && !make(cleandir)
.  if !exists(${.CURDIR}/${OBJ})
_MKOBJ!=	mkdir -p ${.CURDIR}/${OBJ}
.  endif
.OBJDIR: ${.CURDIR}/${OBJ}
.elif exists(${.CURDIR}/${OBJ})
.OBJDIR: ${.CURDIR}/${OBJ}
.endif

.if !target(obj)
obj:
.endif
.PHONY: obj

.endif
