/*
 * Egress: recordings of rooms and tracks.  LiveKit serves it only with Redis and an
 * egress service; starting without one answers after some 25 seconds.
 */
#include "local.h"

static void
s3_write(struct lki_buf *b, const struct lk_s3 *in)
{
	LKI_COPY(lk_s3, s, in);

	if (LKI_UNSIZED(in))
		lki_fail(b, LK_USAGE);
	lki_key(b, "s3");
	lki_put(b, "{", 1);
	lki_str(b, "accessKey", s.access_key);
	lki_str(b, "secret", s.secret);
	lki_str(b, "sessionToken", s.session_token);
	lki_str(b, "region", s.region);
	lki_str(b, "endpoint", s.endpoint);
	lki_str(b, "bucket", s.bucket);
	lki_tri(b, "forcePathStyle", s.force_path_style);
	lki_str(b, "contentDisposition", s.content_disposition);
	lki_put(b, "}", 1);
}

static void
storage_write(struct lki_buf *b, const struct lk_file *f)
{
	LKI_COPY(lk_gcp, gcp, f->gcp);
	LKI_COPY(lk_azure, azure, f->azure);

	if (LKI_UNSIZED(f->gcp) || LKI_UNSIZED(f->azure))
		lki_fail(b, LK_USAGE);
	if (f->s3 != NULL)
		s3_write(b, f->s3);
	if (f->gcp != NULL) {
		lki_key(b, "gcp");
		lki_put(b, "{", 1);
		lki_str(b, "credentials", gcp.credentials);
		lki_str(b, "bucket", gcp.bucket);
		lki_put(b, "}", 1);
	}
	if (f->azure != NULL) {
		lki_key(b, "azure");
		lki_put(b, "{", 1);
		lki_str(b, "accountName", azure.account_name);
		lki_str(b, "accountKey", azure.account_key);
		lki_str(b, "containerName", azure.container_name);
		lki_put(b, "}", 1);
	}
}

static void
file_write(struct lki_buf *b, const struct lk_file *in)
{
	LKI_COPY(lk_file, f, in);

	if (in == NULL)
		return;
	if ((f.s3 != NULL) + (f.gcp != NULL) + (f.azure != NULL) > 1 ||
	    LKI_UNSIZED(in))
		lki_fail(b, LK_USAGE);
	lki_key(b, "fileOutputs");
	lki_puts(b, "[{");
	lki_str(b, "filepath", f.filepath);
	lki_str(b, "fileType", f.file_type);
	lki_tri(b, "disableManifest", f.disable_manifest);
	storage_write(b, &f);
	lki_puts(b, "}]");
}

/* What both kinds of recordings have. */
static void
outputs_write(struct lki_buf *b, const struct lk_egress_opts *o)
{
	lki_str(b, "preset", o->preset);
	file_write(b, o->file);
	if (o->stream_urls_len > 0) {
		lki_key(b, "streamOutputs");
		lki_puts(b, "[{\"protocol\":\"RTMP\"");
		lki_strs(b, "urls", o->stream_urls, o->stream_urls_len);
		lki_puts(b, "}]");
	}
	lki_members(b, o->extra);
}

static bool
has_output(const struct lk_egress_opts *o)
{
	return o->file != NULL || o->stream_urls_len > 0 || o->extra != NULL;
}

/* A refusal may say back what was asked for, to whom that is none of their
 * business: errors are logged. */
static enum lk_err
start(struct lk_client *c, const char *method, struct lki_buf *b,
    const struct lk_egress_opts *o, struct lk_egress **out)
{
	enum lk_err err = lki_call(c, "Egress", method, b, &lki_egress, NULL,
	    out);
	LKI_COPY(lk_file, f, o->file);
	LKI_COPY(lk_s3, s3, f.s3);
	LKI_COPY(lk_gcp, gcp, f.gcp);
	LKI_COPY(lk_azure, azure, f.azure);

	if (err == LK_OK)
		return err;
	lki_error_hide(c, s3.secret);
	lki_error_hide(c, s3.session_token);
	lki_error_hide(c, s3.access_key);
	lki_error_hide(c, gcp.credentials);
	lki_error_hide(c, azure.account_key);
	for (size_t i = 0; i < o->stream_urls_len; i++)
		lki_error_hide(c, o->stream_urls[i]);
	return err;
}

enum lk_err
lk_egress_start_room(struct lk_client *c, const char *room,
    const struct lk_egress_opts *in, struct lk_egress **out)
{
	LKI_COPY(lk_egress_opts, o, in);
	struct lki_buf b = { 0 };

	if (c == NULL)
		return LK_USAGE;
	if (lki_blank(room) || LKI_UNSIZED(in) || !has_output(&o))
		return lki_refuse(c, LK_USAGE);
	lki_put(&b, "{", 1);
	lki_str(&b, "roomName", room);
	lki_str(&b, "layout", o.layout);
	lki_tri(&b, "audioOnly", o.audio_only);
	lki_tri(&b, "videoOnly", o.video_only);
	lki_str(&b, "customBaseUrl", o.custom_base_url);
	outputs_write(&b, &o);
	return start(c, "StartRoomCompositeEgress", &b, &o, out);
}

enum lk_err
lk_egress_start_tracks(struct lk_client *c, const char *room,
    const char *audio_track_sid, const char *video_track_sid,
    const struct lk_egress_opts *in, struct lk_egress **out)
{
	LKI_COPY(lk_egress_opts, o, in);
	struct lki_buf b = { 0 };

	if (c == NULL)
		return LK_USAGE;
	/* LiveKit would ignore what it does not know of. */
	if (lki_blank(room) || LKI_UNSIZED(in) || !has_output(&o) ||
	    (lki_blank(audio_track_sid) && lki_blank(video_track_sid)) ||
	    o.layout != NULL || o.custom_base_url != NULL ||
	    o.audio_only != LK_UNSET || o.video_only != LK_UNSET)
		return lki_refuse(c, LK_USAGE);
	lki_put(&b, "{", 1);
	lki_str(&b, "roomName", room);
	lki_str(&b, "audioTrackId", audio_track_sid);
	lki_str(&b, "videoTrackId", video_track_sid);
	outputs_write(&b, &o);
	return start(c, "StartTrackCompositeEgress", &b, &o, out);
}

enum lk_err
lk_egress_stop(struct lk_client *c, const char *egress_id,
    struct lk_egress **out)
{
	struct lki_buf b = { 0 };

	if (c == NULL)
		return LK_USAGE;
	if (lki_blank(egress_id))
		return lki_refuse(c, LK_USAGE);
	lki_put(&b, "{", 1);
	lki_str(&b, "egressId", egress_id);
	return lki_call(c, "Egress", "StopEgress", &b, &lki_egress, NULL, out);
}

enum lk_err
lk_egress_list(struct lk_client *c, const struct lk_egress_filter *in,
    struct lk_egresses **out)
{
	LKI_COPY(lk_egress_filter, f, in);
	struct lki_buf b = { 0 };

	if (c == NULL || out == NULL)
		return LK_USAGE;
	if (LKI_UNSIZED(in))
		return lki_refuse(c, LK_USAGE);
	lki_put(&b, "{", 1);
	lki_str(&b, "roomName", f.room_name);
	lki_str(&b, "egressId", f.egress_id);
	lki_tri(&b, "active", f.active);
	return lki_call(c, "Egress", "ListEgress", &b, &lki_egresses, NULL,
	    out);
}
