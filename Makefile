#	$OpenBSD$

SUBDIR=	lib usr.sbin share etc

.include <bsd.subdir.mk>

uninstall:
	cd ${.CURDIR}/etc && ${MAKE} uninstall

regress:
	@sh ${.CURDIR}/regress/run.sh

demo:
	@sh ${.CURDIR}/regress/demo.sh

.PHONY: demo regress uninstall
