/*
 * seal: secrets that their owner must be able to read again.  AES-256-GCM under
 * the key of a file beside the database, so that a copy of the database alone
 * tells nothing; what a text belongs to is part of its seal, so that no row can
 * pass for another's.  Neither key nor plain text is ever logged.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "local.h"

#define KEY_BYTES	32
#define NONCE_BYTES	12
#define TAG_BYTES	16
#define PLAIN_MAX	512	/* keys are short */

struct seal {
	unsigned char	 key[KEY_BYTES];
};

/* ---- the file ------------------------------------------------------------ */

static char seal_why[512];

static enum rc
refuse(const char **why, const char *path, const char *what)
{
	snprintf(seal_why, sizeof seal_why, "%s: %s", path, what);
	*why = seal_why;
	return RC_INVALID;
}

static bool
write_all(int fd, const unsigned char *bytes, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, bytes, len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return fsync(fd) == 0;
}

/* The name must last as the bytes do. */
static bool
folder_sync(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path) + 1;
	char *folder = len == 0 ? strdup(".") : strndup(path, len);
	int fd = folder == NULL ? -1 : open(folder, O_RDONLY | O_CLOEXEC);
	bool good = fd != -1 && fsync(fd) == 0;

	if (fd != -1)
		close(fd);
	free(folder);
	return good;
}

/*
 * The name comes last, by a link that fails where somebody was first: a file of
 * that name is whole at any time, and the same for all.
 */
static bool
file_make(const char *path)
{
	unsigned char key[KEY_BYTES];
	size_t size = strlen(path) + sizeof ".XXXXXX";
	char *draft = malloc(size);
	int fd, failed;
	bool good;

	if (draft == NULL || random_bytes(key, sizeof key) != RC_OK) {
		free(draft);
		errno = ENOMEM;
		return false;
	}
	snprintf(draft, size, "%s.XXXXXX", path);
	fd = mkstemp(draft);
	good = fd != -1 && write_all(fd, key, sizeof key) &&
	    (link(draft, path) == 0 || errno == EEXIST) && folder_sync(path);
	failed = errno;
	OPENSSL_cleanse(key, sizeof key);
	if (fd != -1) {
		close(fd);
		unlink(draft);
	}
	free(draft);
	errno = failed;
	return good;
}

/* An open descriptor, or -1 and errno. */
static int
file_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd != -1 || errno != ENOENT || !file_make(path))
		return fd;
	return open(path, O_RDONLY | O_CLOEXEC);
}

static enum rc
file_read(int fd, const char *path, unsigned char *key, const char **why)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return refuse(why, path, strerror(errno));
	if (!S_ISREG(st.st_mode) || st.st_size != KEY_BYTES)
		return refuse(why, path, "it is no file of 32 bytes: put your "
		    "copy back");
	if (st.st_mode & 077)
		return refuse(why, path, "it is open to others: chmod 0600 it");
	if (pread(fd, key, KEY_BYTES, 0) != KEY_BYTES)
		return refuse(why, path, "it cannot be read");
	return RC_OK;
}

enum rc
seal_open(const char *key_file, struct seal **out, const char **why)
{
	struct seal *seal;
	int fd = file_open(key_file);
	enum rc rc;

	if (fd == -1)
		return refuse(why, key_file, strerror(errno));
	seal = malloc(sizeof *seal);
	rc = seal == NULL ? refuse(why, key_file, strerror(ENOMEM)) :
	    file_read(fd, key_file, seal->key, why);
	close(fd);
	if (rc == RC_OK)
		*out = seal;
	else
		free(seal);
	return rc;
}

void
seal_free(struct seal *seal)
{
	if (seal == NULL)
		return;
	OPENSSL_cleanse(seal, sizeof *seal);
	free(seal);
}

/* ---- the seal ------------------------------------------------------------ */

/* nonce, text, tag */
static bool
box_close(const struct seal *seal, const char *bound, const char *plain,
    unsigned char *box, size_t len)
{
	unsigned char *text = box + NONCE_BYTES, *tag = text + len;
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n;
	bool good = c != NULL && EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL,
	    seal->key, box) == 1 &&
	    EVP_EncryptUpdate(c, NULL, &n, (const unsigned char *)bound,
	    (int)strlen(bound)) == 1 &&
	    EVP_EncryptUpdate(c, text, &n, (const unsigned char *)plain,
	    (int)len) == 1 && EVP_EncryptFinal_ex(c, text + len, &n) == 1 &&
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, tag) == 1;

	EVP_CIPHER_CTX_free(c);
	return good;
}

static bool
box_open(const struct seal *seal, const char *bound, const unsigned char *box,
    size_t len, unsigned char *plain)
{
	const unsigned char *text = box + NONCE_BYTES;
	unsigned char tag[TAG_BYTES];
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n;
	bool good;

	memcpy(tag, text + len, TAG_BYTES);
	good = c != NULL && EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL,
	    seal->key, box) == 1 &&
	    EVP_DecryptUpdate(c, NULL, &n, (const unsigned char *)bound,
	    (int)strlen(bound)) == 1 &&
	    EVP_DecryptUpdate(c, plain, &n, text, (int)len) == 1 &&
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) ==
	    1 && EVP_DecryptFinal_ex(c, plain + len, &n) == 1;
	EVP_CIPHER_CTX_free(c);
	return good;
}

enum rc
seal_close_text(struct seal *seal, struct arena *arena, const char *bound,
    const char *plain, char **sealed)
{
	unsigned char box[NONCE_BYTES + PLAIN_MAX + TAG_BYTES];
	size_t len = strlen(plain), whole = len + NONCE_BYTES + TAG_BYTES;
	char *text;
	enum rc rc;

	if (len > PLAIN_MAX)
		return RC_INTERNAL;
	if ((rc = random_bytes(box, NONCE_BYTES)) != RC_OK)
		return rc;
	if (!box_close(seal, bound, plain, box, len))
		return RC_INTERNAL;
	text = arena_alloc(arena, 4 * ((whole + 2) / 3) + 1);
	text[jose_b64url_encode(box, whole, text)] = '\0';
	*sealed = text;
	return RC_OK;
}

enum rc
seal_open_text(struct seal *seal, struct arena *arena, const char *bound,
    const char *sealed, char **plain)
{
	size_t len = strlen(sealed);
	unsigned char *box = arena_alloc(arena, len * 3 / 4 + 1), *text;
	long n = jose_b64url_decode(sealed, len, box);

	if (n < NONCE_BYTES + TAG_BYTES)
		return RC_INTERNAL;
	len = (size_t)n - NONCE_BYTES - TAG_BYTES;
	text = arena_alloc(arena, len + 1);
	/* What fails its tag was written there all the same. */
	if (!box_open(seal, bound, box, len, text)) {
		OPENSSL_cleanse(text, len);
		return RC_INTERNAL;
	}
	*plain = (char *)text;
	return RC_OK;
}
