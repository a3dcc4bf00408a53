#	$OpenBSD$

SUBDIR=	lib usr.sbin share etc

.include <bsd.subdir.mk>

uninstall:
	cd ${.CURDIR}/etc && ${MAKE} uninstall

# a Debian package
deb:
	@sh ${.CURDIR}/etc/debian/build.sh

regress:
	@sh ${.CURDIR}/regress/run.sh

demo:
	@sh ${.CURDIR}/regress/demo.sh

.PHONY: deb demo regress uninstall
