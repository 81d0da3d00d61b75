# files of src/jose: the lower half of liblivekit-api
lib_LIBRARIES += liblivekit-api.a
liblivekit_api_a_SOURCES = src/jose/jose.h src/jose/local.h \
	src/jose/base64.c \
	src/jose/digest.c \
	src/jose/json.c \
	src/jose/jwk.c \
	src/jose/jwks.c \
	src/jose/jws.c \
	src/jose/key.c \
	src/jose/scan.c \
	src/jose/sign.c
