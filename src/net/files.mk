libstagedoor_a_SOURCES += src/net/net.h src/net/curl.c
