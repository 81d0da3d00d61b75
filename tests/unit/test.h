/*
 * The smallest test frame: one behaviour per TEST, named by a sentence.
 * A file holds TESTs and one TESTS list; it prints "ok SENTENCE" or
 * "not ok SENTENCE" with file:line of the first wrong thing, and exits 1 if
 * anything was wrong.  An argument runs only tests whose name contains it.
 *
 *	TEST("a token with a flipped bit is refused") { CHECK(verify(t) != 0); }
 */
#ifndef TEST_H
#define TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test {
	const char	*name;
	void		(*run)(void);
	struct test	*next;
};

static struct test *test_first, **test_last = &test_first;
static int test_failed;

#define TEST_CAT_(a, b) a##b
#define TEST_CAT(a, b) TEST_CAT_(a, b)
#define TEST(sentence)							\
	static void TEST_CAT(test_fn_, __LINE__)(void);			\
	__attribute__((constructor)) static void			\
	TEST_CAT(test_add_, __LINE__)(void)				\
	{								\
		static struct test t = { sentence,			\
		    TEST_CAT(test_fn_, __LINE__), NULL };		\
		*test_last = &t;					\
		test_last = &t.next;					\
	}								\
	static void TEST_CAT(test_fn_, __LINE__)(void)

#define CHECK(cond) do {						\
	if (!(cond)) {							\
		printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);	\
		test_failed = 1;					\
		return;							\
	}								\
} while (0)
#define CHECK_STR(got, want) do {					\
	const char *g_ = (got), *w_ = (want);				\
	if (g_ == NULL || strcmp(g_, w_) != 0) {			\
		printf("# %s:%d: got \"%s\", want \"%s\"\n", __FILE__,	\
		    __LINE__, g_ == NULL ? "(null)" : g_, w_);		\
		test_failed = 1;					\
		return;							\
	}								\
} while (0)
#define CHECK_INT(got, want) do {					\
	long long g_ = (long long)(got), w_ = (long long)(want);	\
	if (g_ != w_) {							\
		printf("# %s:%d: got %lld, want %lld\n", __FILE__,	\
		    __LINE__, g_, w_);					\
		test_failed = 1;					\
		return;							\
	}								\
} while (0)

int
main(int argc, char **argv)
{
	int wrong = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (struct test *t = test_first; t != NULL; t = t->next) {
		if (argc > 1 && strstr(t->name, argv[1]) == NULL)
			continue;
		test_failed = 0;
		t->run();
		printf("%s %s\n", test_failed ? "not ok" : "ok", t->name);
		wrong |= test_failed;
	}
	return wrong;
}

#endif
