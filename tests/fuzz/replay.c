/*
 * Runs a fuzz target without libFuzzer: fuzz_NAME [FOLDER] feeds it every file
 * of the folder (default: tests/fuzz/corpus/NAME), as it is and in a few
 * hundred seeded mutations.  FUZZ_ROUNDS sets how many a file.  Prints one
 * "ok" line; a finding is a crash, with the input left in fuzz_NAME.last.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

enum { INPUT_MAX_BYTES = 1 << 16, ROUNDS = 200 };

static uint64_t seed;
static char last_name[256];

static uint32_t
chance(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

/* A block of exactly that size, so that the sanitizer sees each over-read. */
static void
feed(const uint8_t *data, size_t len)
{
	uint8_t *exact = malloc(len > 0 ? len : 1);
	FILE *f = fopen(last_name, "wb");

	if (exact == NULL || f == NULL) {
		perror(last_name);
		exit(1);
	}
	fwrite(data, 1, len, f);
	fclose(f);
	memcpy(exact, data, len);
	(void)LLVMFuzzerTestOneInput(exact, len);
	free(exact);
}

/* One to four small changes; returns the new length. */
static size_t
mutate(uint8_t *data, size_t len)
{
	static const char tokens[] = ".=+/-_\"\\{}[],:u0e\x80\xff\n";

	for (uint32_t n = 1 + chance(4); n > 0 && len > 0; n--) {
		uint32_t at = chance((uint32_t)len);

		switch (chance(5)) {
		case 0:
			data[at] ^= (uint8_t)(1u << chance(8));
			break;
		case 1:
			data[at] = (uint8_t)tokens[chance(sizeof(tokens))];
			break;
		case 2:
			memmove(data + at, data + at + 1, --len - at);
			break;
		case 3:
			if (len == INPUT_MAX_BYTES)
				break;
			memmove(data + at + 1, data + at, len++ - at);
			break;
		default:
			len = chance(16) == 0 ? at : len;
		}
	}
	return len;
}

static void
feed_file(const char *path, int rounds)
{
	static uint8_t original[INPUT_MAX_BYTES], copy[INPUT_MAX_BYTES];
	FILE *f = fopen(path, "rb");
	size_t len;

	if (f == NULL) {
		perror(path);
		exit(1);
	}
	len = fread(original, 1, sizeof(original), f);
	fclose(f);
	feed(original, len);
	seed = len;
	for (int i = 0; i < rounds; i++) {
		memcpy(copy, original, len);
		feed(copy, mutate(copy, len));
	}
}

int
main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash != NULL ? slash + 1 : argv[0];
	const char *srcdir = getenv("srcdir"), *env = getenv("FUZZ_ROUNDS");
	int files = 0, rounds = ROUNDS;
	char folder[1024], path[2048];
	struct dirent *e;
	DIR *dir;

	if (env != NULL)
		rounds = (int)strtol(env, NULL, 10);
	snprintf(last_name, sizeof(last_name), "%s.last", name);
	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s",
	    srcdir != NULL ? srcdir : ".",
	    strncmp(name, "fuzz_", 5) == 0 ? name + 5 : name);
	if (argc > 1)
		snprintf(folder, sizeof(folder), "%s", argv[1]);
	if ((dir = opendir(folder)) == NULL) {
		fprintf(stderr, "%s: %s\n", folder, strerror(errno));
		return 1;
	}
	while ((e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		feed_file(path, rounds);
		files++;
	}
	closedir(dir);
	remove(last_name);
	printf("%s %s: %d files, each with %d mutations\n",
	    files > 0 ? "ok" : "not ok", name, files, rounds);
	return files > 0 ? 0 : 1;
}
