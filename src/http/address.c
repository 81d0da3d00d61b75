/*
 * Addresses of peers: lists of trusted ones, and who stands behind a trusted
 * proxy.  X-Forwarded-For is believed only as far as trusted addresses wrote
 * it; everything left of that is the client's invention.
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

struct address {
	unsigned char	bytes[16];	/* IPv4 as ::ffff:a.b.c.d */
};

static const unsigned char v4_prefix[12] = { [10] = 0xff, [11] = 0xff };

static bool
address_parse(const char *s, size_t len, struct address *out)
{
	char text[INET6_ADDRSTRLEN];
	struct in_addr v4;

	if (len == 0 || len >= sizeof(text))
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	if (inet_pton(AF_INET, text, &v4) == 1) {
		memcpy(out->bytes, v4_prefix, 12);
		memcpy(out->bytes + 12, &v4, 4);
		return true;
	}
	return inet_pton(AF_INET6, text, out->bytes) == 1;
}

/* "10.0.0.0/8" or a single address. */
static bool
address_within(const struct address *a, const char *s, size_t len)
{
	const char *slash = memchr(s, '/', len);
	struct address net;
	int64_t bits = 128;
	char number[4] = "";
	size_t n;

	if (slash != NULL) {
		n = len - (size_t)(slash + 1 - s);
		if (n == 0 || n >= sizeof(number))
			return false;
		memcpy(number, slash + 1, n);
		if (!str_to_int(number, 0, 128, &bits))
			return false;
		len = (size_t)(slash - s);
	}
	if (!address_parse(s, len, &net))
		return false;
	if (slash != NULL && memcmp(net.bytes, v4_prefix, 12) == 0)
		bits += 96;
	if (bits > 128)
		return false;
	n = (size_t)bits / 8;
	if (memcmp(a->bytes, net.bytes, n) != 0)
		return false;
	return bits % 8 == 0 ||
	    (a->bytes[n] ^ net.bytes[n]) >> (8 - bits % 8) == 0;
}

bool
address_in_list(const char *address, const char *list)
{
	struct address a;
	size_t len;

	if (list == NULL || !address_parse(address, strlen(address), &a))
		return false;
	while (*(list += strspn(list, ", ")) != '\0') {
		len = strcspn(list, ", ");
		if (address_within(&a, list, len))
			return true;
		list += len;
	}
	return false;
}

/* One entry without its port and brackets: "[::1]:80", "1.2.3.4:80". */
static const char *
entry_address(struct arena *a, const char *s, size_t len)
{
	struct address parsed;
	const char *end;

	if (len > 0 && *s == '[') {
		end = memchr(s, ']', len);
		if (end == NULL)
			return NULL;
		s++;
		len = (size_t)(end - s);
	} else if ((end = memchr(s, ':', len)) != NULL &&
	    memchr(end + 1, ':', len - (size_t)(end + 1 - s)) == NULL)
		len = (size_t)(end - s);
	if (!address_parse(s, len, &parsed))
		return NULL;
	return arena_strndup(a, s, len);
}

const char *
address_forwarded(struct arena *a, const char *remote, const char *forwarded,
    const char *trusted)
{
	const char *client = remote, *entry, *s, *end;

	if (forwarded == NULL)
		return remote;
	/* From the right: the last entry was written by the nearest proxy. */
	end = forwarded + strlen(forwarded);
	while (address_in_list(client, trusted) && end > forwarded) {
		while (end > forwarded && strchr(", \t", end[-1]) != NULL)
			end--;
		for (s = end; s > forwarded && strchr(", \t", s[-1]) == NULL;)
			s--;
		entry = entry_address(a, s, (size_t)(end - s));
		if (entry == NULL)
			break;
		client = entry;
		end = s;
	}
	return client;
}

const char *
req_address(struct req *req)
{
	unsigned char a[16];

	if (req->remote_addr == NULL)
		return "";
	if (inet_pton(AF_INET6, req->remote_addr, a) != 1 ||
	    IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)(void *)a))
		return req->remote_addr;
	return hex_lower(req->arena, a, 8);
}
