# files of src/http
libstagedoor_a_SOURCES += src/http/address.c src/http/body.c \
	src/http/counters.c src/http/fcgi.c src/http/field.c \
	src/http/http.h src/http/local.h src/http/parse.c src/http/percent.c \
	src/http/problem.c src/http/query.c src/http/ratelimit.c \
	src/http/reply.c src/http/route.c src/http/serve.c src/http/shared.c \
	src/http/wire_cgi.c src/http/wire_fcgi.c src/http/wire_listen.c
