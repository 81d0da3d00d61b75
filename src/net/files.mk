libstagedoor_a_SOURCES += src/net/net.h src/net/curl.c src/net/s3.c src/net/local.h
