/* Reads a test vector, for tests that stand on liblivekit-api alone. */
#ifndef LIVEKIT_FILE_H
#define LIVEKIT_FILE_H

#include <stdio.h>
#include <stdlib.h>

/* NUL-terminated, freed with free; NULL: not there. */
static char *
vector_load(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[1024], *s = NULL;
	size_t n, size = 256 * 1024;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/vectors/livekit/%s",
	    srcdir != NULL ? srcdir : ".", name);
	if ((f = fopen(path, "rb")) == NULL)
		return NULL;
	if ((s = malloc(size)) != NULL) {
		n = fread(s, 1, size - 1, f);
		s[n] = '\0';
	}
	fclose(f);
	return s;
}

#endif
