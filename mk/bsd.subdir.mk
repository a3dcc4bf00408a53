#	$OpenBSD$

.include <bsd.own.mk>

.MAIN: all

_SUBDIRUSE: .USE
.for d in ${SUBDIR}
	@echo "===> ${_THISDIR_}$d"
	@(cd ${.CURDIR}/$d && \
	    ${MAKE} _THISDIR_="${_THISDIR_}$d/" ${.TARGET})
.endfor

.for t in all clean cleandir depend includes install manlint obj regress tags
.PHONY: $t
.  if !target($t)
$t: _SUBDIRUSE
.  endif
.endfor
