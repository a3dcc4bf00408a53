#	$OpenBSD$

# See bsd.regress.mk(5) of OpenBSD.  "make" builds what the tests need,
# "make regress" runs them.

MAN=
install:

.if defined(REGRESS_TARGETS) || defined(PROG) || defined(PROGS)
.include <bsd.obj.mk>
.endif
.include <bsd.prog.mk>

REGRESS_LOG?=		/dev/null
.if ${REGRESS_LOG} != "/dev/null"
REGRESS_FAIL_EARLY?=	no
.endif
REGRESS_FAIL_EARLY?=	yes

.for p in ${_PROGS}
run-regress-$p: $p
.  if !commands(run-regress-$p)
	./$p
.  endif
.endfor
REGRESS_TARGETS?=	${_PROGS:S/^/run-regress-/}

.if defined(REGRESS_SKIP)
REGRESS_SKIP_TARGETS+=	${REGRESS_TARGETS}
.endif
.if defined(REGRESS_SLOW_TARGETS) && defined(REGRESS_SKIP_SLOW) && \
    ${REGRESS_SKIP_SLOW:tl} != "no"
REGRESS_SKIP_TARGETS+=	${REGRESS_SLOW_TARGETS}
.endif
.if defined(REGRESS_ROOT_TARGETS)
_UID!=			id -u
.  if ${_UID} != 0 && empty(SUDO)
REGRESS_SKIP_TARGETS+=	${REGRESS_ROOT_TARGETS}
.  endif
.endif

.if ${REGRESS_FAIL_EARLY:tl} != "no"
_REGRESS_FAILED=	false
.else
_REGRESS_FAILED=	true
.endif

.if !empty(REGRESS_SETUP)
${REGRESS_TARGETS}: ${REGRESS_SETUP}
.endif

# a make of its own: one that fails must not stop those it shares jobs with
_RMAKE=		cd ${.CURDIR} && env -u MAKEFLAGS ${MAKE} \
		${.MAKEOVERRIDES:O:u:@v@$v=${$v:Q}@}
_REGRESS_NAME=	${.CURDIR:S,^${TOPDIR}/regress/,,}

regress: ${_PROGS}
.for t in ${REGRESS_SETUP_ONCE}
	@echo '==== $t ===='
	@(${_RMAKE} $t)
.endfor
.for t in ${REGRESS_TARGETS}
	@echo '==== $t ===='
.  if !empty(REGRESS_SKIP_TARGETS:M$t)
	@echo SKIPPED; echo "SKIP ${_REGRESS_NAME}/${t:S/^run-regress-//}" \
	    >>${REGRESS_LOG}
.  elif !empty(REGRESS_EXPECTED_FAILURES:M$t)
	@if (${_RMAKE} $t); then r=XPASS; echo UNEXPECTED_PASS; else \
	    r=XFAIL; echo EXPECTED_FAIL; fi; \
	    echo "$$r ${_REGRESS_NAME}/${t:S/^run-regress-//}" \
	    >>${REGRESS_LOG}; test $$r = XFAIL || ${_REGRESS_FAILED}
.  else
	@if (${_RMAKE} $t); then r=SUCCESS; else r=FAIL; echo FAILED; fi; \
	    echo "$$r ${_REGRESS_NAME}/${t:S/^run-regress-//}" \
	    >>${REGRESS_LOG}; test $$r = SUCCESS || ${_REGRESS_FAILED}
.  endif
.endfor
.for t in ${REGRESS_CLEANUP}
	@echo '==== $t ===='
	@(${_RMAKE} $t)
.endfor

.PHONY: regress ${REGRESS_SETUP} ${REGRESS_SETUP_ONCE} ${REGRESS_TARGETS} \
    ${REGRESS_CLEANUP}
