/*
 * S3: the one thing we do there ourselves, which is to delete what LiveKit's
 * egress put there.  libcurl signs; where the object is to be found is ours.
 */
#include "local.h"

#include <string.h>

#define REGION		"us-east-1"	/* where none is said, S3's own default */
#define REPLY_MAX	(64 * 1024)
#define EMPTY_SHA256							\
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* Exactly these are left as they are in a signed path (and '/'). */
static bool
plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || strchr("-._~/", c) != NULL;
}

static const char *
path_encode(struct arena *arena, const char *path)
{
	struct buf out;

	buf_init(&out, arena);
	for (; *path != '\0'; path++) {
		if (plain(*path))
			buf_char(&out, *path);
		else
			buf_printf(&out, "%%%02X", (unsigned char)*path);
	}
	return out.data;
}

char *
net_s3_url(struct arena *arena, const struct net_s3 *s3, const char *key)
{
	const char *region = s3->region == NULL ? REGION : s3->region;
	const char *bucket = path_encode(arena, s3->bucket);
	const char *tail = str_starts(region, "cn-") ? ".cn" : "";

	key = path_encode(arena, key);
	if (s3->endpoint != NULL)
		return arena_printf(arena, "%s/%s/%s", s3->endpoint, bucket,
		    key);
	/* A bucket with dots has no certificate under its own name. */
	if (strchr(s3->bucket, '.') != NULL)
		return arena_printf(arena, "https://s3.%s.amazonaws.com%s/%s/%s",
		    region, tail, bucket, key);
	return arena_printf(arena, "https://%s.s3.%s.amazonaws.com%s/%s",
	    bucket, region, tail, key);
}

enum rc
net_s3_delete(struct arena *arena, const struct net_s3 *s3, const char *key,
    int timeout_ms, struct net_reply *out)
{
	const char *headers[] = { "x-amz-content-sha256: " EMPTY_SHA256 };
	struct net_call call = { .method = "DELETE",
	    .url = net_s3_url(arena, s3, key), .headers = headers,
	    .headers_len = 1, .aws_sigv4 = arena_printf(arena,
	    "aws:amz:%s:s3", s3->region == NULL ? REGION : s3->region),
	    .username = s3->access_key, .password = s3->secret_key,
	    .max_bytes = REPLY_MAX, .timeout_ms = timeout_ms };

	return net_call(arena, &call, out);
}
