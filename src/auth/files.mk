libstagedoor_a_SOURCES += src/auth/auth.h src/auth/local.h \
	src/auth/account.c src/auth/auth.c src/auth/claims.c \
	src/auth/external.c src/auth/guest.c src/auth/issuer.c \
	src/auth/jwks.c src/auth/password.c src/auth/picture.c \
	src/auth/seal.c src/auth/session.c src/auth/username.c
