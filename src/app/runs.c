/*
 * What LiveKit's ingress says of its runs, for the webhooks about them that
 * were lost.  Asked only where somebody has a key there; a LiveKit without
 * Redis knows no ingress, and that is nothing to report at each pass.  The same
 * list shows where keys and ingresses do not agree.
 */
#include "local.h"

#include <string.h>

#define YOUNG_MS	5000	/* a run that its list may not know of yet */

/* A run that was told to be over stays so, whatever the list still says: a
 * dead ingress is PUBLISHING there for ever. */
static enum rc
run_write(struct app *app, const struct stream_key_row *key,
    const struct lk_ingress *in, int64_t at)
{
	bool is_open = key->run_started_at > key->run_ended_at;
	enum rc rc;

	if (in->status == LK_INGRESS_PUBLISHING &&
	    in->started_at_ms > key->run_started_at)
		rc = stream_key_run_started(app->db, key->ingress_id,
		    in->started_at_ms);
	else if ((in->status == LK_INGRESS_INACTIVE ||
	    in->status == LK_INGRESS_ERROR ||
	    in->status == LK_INGRESS_COMPLETE) && is_open &&
	    key->run_started_at < at - YOUNG_MS)
		rc = stream_key_run_ended(app->db, key->ingress_id,
		    in->ended_at_ms > key->run_started_at ? in->ended_at_ms :
		    at);
	else
		return RC_OK;
	return rc == RC_OK ? stream_recount(app, key->user_id, at) : rc;
}

static enum rc
runs_write(struct app *app, const struct lk_ingresses *all, int64_t at)
{
	struct stream_key_row key;
	enum rc rc = db_begin(app->db, NORMAL);

	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < all->len && rc == RC_OK; i++) {
		rc = stream_key_by_ingress(app->db, all->item[i]->ingress_id,
		    &key);
		if (rc == RC_OK)
			rc = run_write(app, &key, all->item[i], at);
		else if (rc == RC_NOT_FOUND)	/* somebody else's */
			rc = RC_OK;
	}
	return db_end(app->db, rc);
}

enum rc
runs_look(struct app *app)
{
	struct lk_ingresses *all;
	int64_t at = clock_ms();
	enum lk_err err = lk_ingress_list(app->lk, NULL, &all);
	enum rc rc;

	if (err == LK_TRANSPORT || err == LK_TIMEOUT)
		return livekit_result(app, NULL, err);
	if (err != LK_OK) {
		log_debug("ingresses are not listed: %s", lk_strerror(err));
		return RC_OK;
	}
	rc = runs_write(app, all, at);
	/* Nothing follows from what a reply that is none does not list. */
	if (rc == RC_OK && livekit_list_whole(all->json, "items", all->len))
		rc = ingress_reconcile(app, all, at);
	lk_free(all);
	return rc;
}
