# files of src/base
libstagedoor_a_SOURCES += src/base/arena.c src/base/base.h src/base/buf.c \
	src/base/fail.c src/base/json_in.c src/base/json_out.c src/base/local.h \
	src/base/log.c src/base/random.c src/base/text.c src/base/time.c
