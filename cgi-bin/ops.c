/*
 * Program ops: what operators and machines ask.  Reads only, and never holds
 * LiveKit's secret.
 */
#include "programs.h"

#define PAGE	100

static enum rc
health_get(struct req *req)
{
	struct buf *out = reply_json(req, 200);

	json_object(out, NULL);
	json_add_str(out, "status", "ok");
	json_object_end(out);
	return RC_OK;
}

static enum rc
ready_get(struct req *req)
{
	const char *why = NULL;
	struct buf *out;
	int64_t last;

	if (db_schema_check(req->app->db, &why) != RC_OK ||
	    lease_last(req->app->db, LEASE_WORKER, &last) != RC_OK)
		return fail_detail(req, RC_BUSY, "not_ready", NULL, "%s",
		    why == NULL ? "The database cannot be read." : why);
	out = reply_json(req, 200);
	json_object(out, NULL);
	json_add_str(out, "status", "ready");
	json_add_bool(out, "worker", last > clock_ms() - WORKER_SEEN_MS);
	json_add_time(out, "lastPassAt", last);
	json_object_end(out);
	return RC_OK;
}

static bool
metrics_allowed(const struct req *req)
{
	const char *from = req->remote_addr;

	if (user_is_admin(req->user))
		return true;
	return from != NULL && (address_in_list(from, "127.0.0.0/8, ::1") ||
	    address_in_list(from, req->app->config->metrics_allow));
}

/* The same numbers that the API gives, added up. */
static enum rc
live_totals(struct db *db, int64_t *streams, int64_t *viewers)
{
	struct live_row *rows;
	size_t len;
	int64_t before = 0;
	const char *before_id = NULL;
	enum rc rc;

	*streams = *viewers = 0;
	do {
		rc = live_open(db, clock_ms(), before, before_id, PAGE, &rows,
		    &len);
		if (rc != RC_OK)
			return rc;
		for (size_t i = 0; i < len; i++)
			*viewers += rows[i].viewer_count;
		*streams += (int64_t)len;
		if (len > 0) {
			before = rows[len - 1].created_at;
			before_id = rows[len - 1].id;
		}
	} while (len == PAGE);
	return RC_OK;
}

static enum rc
metrics_get(struct req *req)
{
	struct buf out;
	int64_t streams, viewers;
	enum rc rc;

	if (!metrics_allowed(req))
		return fail(req, RC_FORBIDDEN, "not_allowed", NULL, 0);
	rc = live_totals(req->app->db, &streams, &viewers);
	if (rc != RC_OK)
		return rc;
	buf_init(&out, req->arena);
	counters_print(&out);
	buf_printf(&out, "# TYPE stagedoor_live_streams gauge\n"
	    "stagedoor_live_streams %lld\n"
	    "# TYPE stagedoor_live_viewers gauge\n"
	    "stagedoor_live_viewers %lld\n",
	    (long long)streams, (long long)viewers);
	return reply_text(req, 200, "text/plain; version=0.0.4; charset=utf-8",
	    out.data);
}

static const struct route routes[] = {
	{ GET, "/healthz", "health", AUTH_NONE, 0, health_get },
	{ GET, "/readyz", "ready", AUTH_NONE, NO_STORE, ready_get },
	{ GET, "/metrics", "metrics", AUTH_OPTIONAL, NO_STORE, metrics_get },
	{ 0 }
};

const struct program ops_program = { "ops", routes, 0 };
