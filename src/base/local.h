/*
 * What the files of base share among themselves.
 */
#ifndef BASE_LOCAL_H
#define BASE_LOCAL_H

#include <stddef.h>

/*
 * Length (1-4) of the well-formed UTF-8 sequence at s, of which len bytes may
 * be read; 0 where there is none (RFC 3629: no overlong, no surrogate).
 */
size_t	 utf8_step(const char *s, size_t len);

/* Logs a sentence and ends the process: memory is gone or we are wrong. */
_Noreturn void	 base_abort(const char *why);

#endif
