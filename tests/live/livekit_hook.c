/*
 * livekit_hook HEADER-FILE BODY-FILE: receives one webhook that the official
 * SDK signed (node_sdk.mjs) and prints its name and room, or the refusal.
 * LIVEKIT_API_KEY, LIVEKIT_API_SECRET.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/livekit/livekit-api.h"

static size_t
file_read(const char *path, char *buf, size_t size)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL) {
		perror(path);
		exit(2);
	}
	n = fread(buf, 1, size - 1, f);
	buf[n] = '\0';
	fclose(f);
	return n;
}

int
main(int argc, char **argv)
{
	static char header[8192], body[65536];
	struct lk_keys *keys;
	struct lk_event *ev;
	enum lk_err err;
	size_t len;

	if (argc != 3 || lk_keys_new(&keys) != LK_OK ||
	    lk_keys_add(keys, getenv("LIVEKIT_API_KEY"),
	    getenv("LIVEKIT_API_SECRET")) != LK_OK)
		return 2;
	file_read(argv[1], header, sizeof(header));
	len = file_read(argv[2], body, sizeof(body));
	err = lk_webhook_receive(keys, header, body, len, 0, &ev);
	lk_keys_free(keys);
	if (err != LK_OK) {
		printf("refused: %s\n", lk_strerror(err));
		return 1;
	}
	printf("%s %s\n", ev->name, ev->room == NULL ? "-" : ev->room->name);
	lk_free(ev);
	return 0;
}
