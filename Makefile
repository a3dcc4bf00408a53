#	$OpenBSD$

SUBDIR=	lib usr.sbin share etc

.include <bsd.subdir.mk>

regress:
	@sh ${.CURDIR}/regress/run.sh

demo:
	@sh ${.CURDIR}/regress/demo.sh

.PHONY: regress demo
