-- name: stream_key_insert
INSERT INTO stream_keys (ingress_id, user_id, state, type, is_own, server_url,
	key_sealed, key_hash, is_enabled, run_started_at, run_ended_at,
	created_at, last_used_at)
VALUES (:ingress_id, :user_id, :state, :type, :is_own, :server_url,
	:key_sealed, :key_hash, :is_enabled, :run_started_at, :run_ended_at,
	:created_at, :last_used_at)
ON CONFLICT DO NOTHING;

-- name: stream_key_by_user
SELECT * FROM stream_keys WHERE user_id = :user_id AND state = 'current';

-- name: stream_key_list
SELECT * FROM stream_keys WHERE user_id = :user_id
ORDER BY state, ingress_id;

-- name: stream_key_any
SELECT ingress_id FROM stream_keys WHERE ingress_id > '' LIMIT 1;

-- name: stream_key_by_hash
SELECT * FROM stream_keys WHERE key_hash = :key_hash AND state = 'current';

-- name: stream_key_by_ingress
SELECT * FROM stream_keys WHERE ingress_id = :ingress_id;

-- name: stream_key_set_state
UPDATE stream_keys SET state = :state WHERE ingress_id = :ingress_id;

-- name: stream_key_set_enabled
UPDATE stream_keys SET is_enabled = :is_enabled
WHERE ingress_id = :ingress_id;

-- name: stream_key_touch
UPDATE stream_keys SET last_used_at = :now WHERE ingress_id = :ingress_id;

-- name: stream_key_run_started
UPDATE stream_keys SET run_started_at = CASE
	WHEN run_started_at > :started_at THEN run_started_at
	ELSE :started_at END
WHERE ingress_id = :ingress_id;

-- name: stream_key_run_ended
UPDATE stream_keys SET run_ended_at = CASE
	WHEN run_ended_at > :started_at THEN run_ended_at
	ELSE :started_at END
WHERE ingress_id = :ingress_id;

-- name: stream_key_delete
DELETE FROM stream_keys WHERE ingress_id = :ingress_id;

-- name: stream_key_at_livekit
SELECT * FROM stream_keys
WHERE state = 'current' AND is_own = 0 AND user_id > :after
ORDER BY user_id LIMIT :limit;
