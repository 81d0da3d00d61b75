/*
 * Random bytes, identifiers and digests.  Bytes come from the kernel alone:
 * nothing to seed, nothing shared across fork, and plain CGI need not start
 * OpenSSL's generator.
 */
#include <sys/random.h>

#include <errno.h>
#include <string.h>

#include <openssl/evp.h>

#include "../jose/jose.h"
#include "base.h"
#include "local.h"

#define TOKEN_BYTES_MIN 16
#define TOKEN_BYTES_MAX 64

enum rc
random_bytes(void *out, size_t len)
{
	unsigned char *p = out;

	while (len > 0) {
		ssize_t n = getrandom(p, len, 0);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0) {
			log_error("no random bytes: %s", strerror(errno));
			return RC_BUSY;
		}
		p += n;
		len -= (size_t)n;
	}
	return RC_OK;
}

static char *
uuid_text(struct arena *a, unsigned char b[16], unsigned char version)
{
	char *hex;

	b[6] = (unsigned char)((b[6] & 0x0f) | version << 4);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	hex = hex_lower(a, b, 16);
	return arena_printf(a, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8,
	    hex + 12, hex + 16, hex + 20);
}

enum rc
random_uuid(struct arena *a, char **out)
{
	unsigned char b[16];
	enum rc rc;

	if ((rc = random_bytes(b, sizeof(b))) != RC_OK)
		return rc;
	*out = uuid_text(a, b, 4);
	return RC_OK;
}

enum rc
random_token(struct arena *a, const char *prefix, size_t bytes, char **out)
{
	unsigned char raw[TOKEN_BYTES_MAX];
	char text[4 * ((TOKEN_BYTES_MAX + 2) / 3) + 1];
	enum rc rc;

	if (bytes < TOKEN_BYTES_MIN || bytes > TOKEN_BYTES_MAX)
		base_abort("a token of a size that tokens do not have");
	if ((rc = random_bytes(raw, bytes)) != RC_OK)
		return rc;
	text[jose_b64url_encode(raw, bytes, text)] = '\0';
	*out = arena_printf(a, "%s%s", prefix, text);
	return RC_OK;
}

char *
uuid_v5(struct arena *a, const unsigned char ns[16], const char *name)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	size_t name_len = strlen(name), len = 0;
	char *input = arena_alloc(a, 16 + name_len);

	memcpy(input, ns, 16);
	memcpy(input + 16, name, name_len);
	if (EVP_Q_digest(NULL, "SHA1", NULL, input, 16 + name_len, digest,
	    &len) != 1)
		base_abort("OpenSSL cannot make a SHA-1 digest");
	return uuid_text(a, digest, 5);
}

void
sha256(const void *bytes, size_t len, unsigned char out[32])
{
	if (!jose_sha256(bytes, len, out))
		base_abort("OpenSSL cannot make a SHA-256 digest");
}

char *
sha256_hex(struct arena *a, const void *bytes, size_t len)
{
	unsigned char digest[32];

	sha256(bytes, len, digest);
	return hex_lower(a, digest, sizeof(digest));
}
