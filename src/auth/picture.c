/*
 * picture: which addresses of people's pictures are kept.  Only looked at,
 * never fetched.
 */
#include "local.h"

#include <string.h>

static bool
host_is_name(const char *host, size_t len)
{
	const char *last = host;

	if (len == 0 || len > 253 || host[0] == '.' || host[0] == '-' ||
	    host[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = host[i];

		if (c == '.' && i > 0 && host[i - 1] == '.')
			return false;
		if (c == '.')
			last = host + i + 1;
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || c == '.' || c == '-'))
			return false;
	}
	/* 0x7f000001, 017700000001, 1.2.3.256, 09.2.3.4.: a last label that
	 * begins with a digit makes an address of it for browsers; no top-level
	 * domain does. */
	return last > host && last < host + len &&
	    !(*last >= '0' && *last <= '9');
}

bool
picture_url_ok(const char *url)
{
	const char *host, *rest;
	int64_t port;
	size_t n;

	if (strlen(url) > PICTURE_URL_MAX)
		return false;
	if (str_starts(url, "https://"))
		host = url + 8;
	else if (str_starts(url, "http://"))
		host = url + 7;
	else
		return false;
	n = strcspn(host, ":/?#");
	if (!host_is_name(host, n))
		return false;
	rest = host + n;
	if (*rest == ':') {
		char digits[6] = "";
		size_t d = strspn(++rest, "0123456789");

		if (d == 0 || d > 5)
			return false;
		memcpy(digits, rest, d);
		if (!str_to_int(digits, 1, 65535, &port))
			return false;
		rest += d;
	}
	if (*rest != '\0' && strchr("/?#", *rest) == NULL)
		return false;
	for (; *rest != '\0'; rest++)
		if (*rest <= ' ' || *rest > '~' ||
		    strchr("\"<>\\^`{|}", *rest) != NULL)
			return false;
	return true;
}
