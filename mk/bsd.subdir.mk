#	$OpenBSD$

.include <bsd.own.mk>

.MAIN: all

# -k goes on in the next directory
.if !empty(.MAKEFLAGS:M-k)
_SUBDIRNEXT=	continue
.else
_SUBDIRNEXT=	break
.endif

_SUBDIRUSE: .USE
	@r=0; for d in ${SUBDIR}; do \
	    echo "===> ${_THISDIR_}$$d"; \
	    (cd ${.CURDIR}/$$d && \
	    ${MAKE} _THISDIR_="${_THISDIR_}$$d/" ${.TARGET}) || \
	    { r=1; ${_SUBDIRNEXT}; }; \
	done; exit $$r

.for t in all clean cleandir depend includes install manlint obj regress tags
.PHONY: $t
.  if !target($t)
$t: _SUBDIRUSE
.  endif
.endfor
