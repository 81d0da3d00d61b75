/*
 * password: what may be one, and how it is kept: scrypt (RFC 7914) with its
 * parameters beside the hash, so that they can grow.
 */
#include "local.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define LOG_N		15
#define BLOCK_R		8
#define PARALLEL_P	1
#define SALT_BYTES	16
#define HASH_BYTES	32
/* 128 · N · r is 32 MiB; OpenSSL's own ceiling is just below it. */
#define MEMORY_MAX	(96ULL * 1024 * 1024)

#define MIN_CODEPOINTS	10
#define MAX_CODEPOINTS	128

/* The most common ones of leaked lists that are long enough to be allowed. */
static const char *const common[] = {
	"1111111111", "0000000000", "1234567890", "0123456789", "0987654321",
	"9876543210", "12345678910", "123456789a", "1234567891", "123123123123",
	"1231231234", "1122334455", "11223344556", "1q2w3e4r5t", "1q2w3e4r5t6y",
	"1qaz2wsx3edc", "qazwsxedcrfv", "q1w2e3r4t5", "q1w2e3r4t5y6",
	"qwertyuiop", "qwertyuiop123", "qwerty1234", "qwerty12345",
	"qwerty123456", "qwertyuiop[]", "asdfghjkl1", "asdfghjkl123",
	"asdfghjkl;", "zxcvbnm123", "zxcvbnm1234", "poiuytrewq", "password12",
	"password123", "password1234", "password12345", "password123!",
	"password1!", "passwordpassword", "passw0rd123", "p@ssw0rd123",
	"p@ssword123", "mypassword", "mypassword1", "newpassword",
	"letmein123", "letmein1234", "welcome123", "welcome1234", "welcome2024",
	"welcome2025", "welcome2026", "changeme123", "changeme1234",
	"administrator", "administrator1", "admin12345", "admin123456",
	"adminadmin", "adminadmin1", "rootroot12", "iloveyou12", "iloveyou123",
	"iloveyou1234", "iloveyousomuch", "ihateyou123", "sunshine12",
	"sunshine123", "princess12", "princess123", "football12", "football123",
	"baseball12", "baseball123", "basketball", "basketball1", "superman12",
	"superman123", "batman12345", "spiderman1", "spiderman123",
	"starwars123", "startrek123", "pokemon123", "pokemon1234", "minecraft1",
	"minecraft123", "liverpool1", "liverpool123", "manchester1",
	"manchesterunited", "chelsea1234", "arsenal1234", "barcelona1",
	"barcelona123", "realmadrid", "realmadrid1", "michael123",
	"michelle123", "jennifer123", "elizabeth1", "christopher",
	"christopher1", "alexander1", "alexandra1", "jonathan123", "samantha123",
	"charlie123", "butterfly1", "butterfly123", "chocolate1",
	"chocolate123", "computer123", "internet123", "internet12", "google1234",
	"facebook123", "samsung123", "trustno1234", "whatever123", "whatever12",
	"abcdefghij", "abcdefghijk", "abcdefgh123", "abcd123456", "abc1234567",
	"abc123456789", "a123456789", "aaaaaaaaaa", "aa12345678", "qwe123qwe123",
	"test123456", "testtest12", "testtest123", "livestream1", "livestream123",
	"secret12345", "summer2024", "summer2025", "summer2026", "winter2024",
	"winter2025", "winter2026", "blink182182", "fuckyou123", "fuckyou1234",
	"motherfucker", "homesweethome", "dragon12345", "monkey12345",
	"master12345", "shadow12345", "killer12345", "jordan12345",
};

enum rc
password_check(const char *password, const char *username, const char **code)
{
	size_t len = utf8_count(password);

	if (len < MIN_CODEPOINTS)
		*code = "too_short";
	else if (len > MAX_CODEPOINTS)
		*code = "too_long";
	else if (strcasecmp(password, username) == 0)
		*code = "password_is_username";
	else {
		for (size_t i = 0; i < sizeof(common) / sizeof(*common); i++)
			if (strcasecmp(password, common[i]) == 0) {
				*code = "password_common";
				return RC_INVALID;
			}
		return RC_OK;
	}
	return RC_INVALID;
}

static bool
scrypt(const char *password, const unsigned char *salt, size_t salt_len,
    unsigned log_n, unsigned r, unsigned p, unsigned char out[HASH_BYTES])
{
	return EVP_PBE_scrypt(password, strlen(password), salt, salt_len,
	    1ULL << log_n, r, p, MEMORY_MAX, out, HASH_BYTES) == 1;
}

enum rc
password_hash(struct arena *arena, const char *password, char **out)
{
	unsigned char salt[SALT_BYTES], hash[HASH_BYTES];
	char salt_text[SALT_BYTES * 2], hash_text[HASH_BYTES * 2];
	enum rc rc = random_bytes(salt, sizeof(salt));

	if (rc != RC_OK)
		return rc;
	if (!scrypt(password, salt, sizeof(salt), LOG_N, BLOCK_R, PARALLEL_P,
	    hash)) {
		log_error("scrypt failed; is there memory?");
		return RC_BUSY;
	}
	jose_b64url_encode(salt, sizeof(salt), salt_text);
	jose_b64url_encode(hash, sizeof(hash), hash_text);
	*out = arena_printf(arena, "scrypt$%d$%d$%d$%s$%s", LOG_N, BLOCK_R,
	    PARALLEL_P, salt_text, hash_text);
	return RC_OK;
}

/* Reads what password_hash wrote, and nothing costlier than we would run. */
static bool
hash_parse(const char *text, unsigned *log_n, unsigned *r, unsigned *p,
    unsigned char *salt, long *salt_len, unsigned char hash[HASH_BYTES + 1])
{
	char salt_text[65], hash_text[65];
	int end = 0;

	if (sscanf(text, "scrypt$%2u$%2u$%2u$%64[A-Za-z0-9_-]$%64[A-Za-z0-9_-]%n",
	    log_n, r, p, salt_text, hash_text, &end) != 5 ||
	    text[end] != '\0' || *log_n < 1 || *log_n > 16 || *r < 1 ||
	    *r > 8 || *p < 1 || *p > 4)
		return false;
	*salt_len = jose_b64url_decode(salt_text, strlen(salt_text), salt);
	return *salt_len > 0 && strlen(hash_text) == 43 &&
	    jose_b64url_decode(hash_text, strlen(hash_text), hash) == HASH_BYTES;
}

enum rc
password_verify(const char *password, const char *hash)
{
	unsigned char salt[64] = { 0 }, want[HASH_BYTES + 1] = { 0 };
	unsigned char got[HASH_BYTES] = { 0 };
	unsigned log_n = LOG_N, r = BLOCK_R, p = PARALLEL_P;
	long salt_len = SALT_BYTES;
	bool known;

	known = hash != NULL && hash_parse(hash, &log_n, &r, &p, salt,
	    &salt_len, want);
	if (!known) {		/* the same work for names that do not exist */
		log_n = LOG_N, r = BLOCK_R, p = PARALLEL_P;
		salt_len = SALT_BYTES;
	}
	if (!scrypt(password, salt, (size_t)salt_len, log_n, r, p, got)) {
		log_error("scrypt failed; is there memory?");
		return RC_BUSY;
	}
	return CRYPTO_memcmp(got, want, HASH_BYTES) == 0 && known ? RC_OK :
	    RC_UNAUTHORIZED;
}
