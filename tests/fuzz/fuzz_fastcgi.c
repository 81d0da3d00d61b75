/*
 * Fuzz target: bytes of a web server on the FastCGI socket.  The input goes
 * through a socket pair into the record layer, as far as its body.
 */
#include <sys/socket.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../src/http/local.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
read_all(struct fcgi *f, struct arena *arena)
{
	char piece[100];
	const char *uri;
	long n;

	if (!fcgi_read_head(f, arena))
		return;
	uri = fcgi_param(f, arena, "REQUEST_URI");
	if (uri != NULL && strlen(uri) > FCGI_PARAMS_BYTES)
		abort();
	while ((n = fcgi_read_body(f, piece, sizeof(piece))) > 0)
		if (n > (long)sizeof(piece))
			abort();
	(void)fcgi_reply(f, "Status: 200 OK\r\n\r\n", 18);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct arena *arena;
	static struct fcgi f;
	int pair[2], room = 1 << 20;

	if (arena == NULL)
		arena = arena_new(64 << 20);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1)
		abort();
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	if (send(pair[0], data, len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 &&
	    len > 0)
		len = 0;
	/* Closed, not only ended: nobody lingers for a peer that is gone. */
	close(pair[0]);
	fcgi_open(&f, pair[1], clock_mono_ms() + 1000);
	read_all(&f, arena);
	fcgi_close(&f);
	arena_reset(arena);
	return 0;
}
