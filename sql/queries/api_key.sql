-- name: api_key_insert
INSERT INTO api_keys (id, user_id, label, scopes, key_hash, created_at)
VALUES (:id, :user_id, :label, :scopes, :key_hash, :created_at)
ON CONFLICT DO NOTHING;

-- name: api_key_by_hash
SELECT k.id, k.user_id, k.label, k.scopes, k.key_hash, k.created_at,
	k.last_used_at, u.username, u.display_name, u.avatar_url,
	u.password_hash, u.is_creator, u.is_admin, u.is_disabled,
	u.created_at AS user_created_at
FROM api_keys k JOIN users u ON u.id = k.user_id
WHERE k.key_hash = :key_hash AND u.deleted_at IS NULL;

-- name: api_key_list
SELECT id, user_id, label, scopes, key_hash, created_at, last_used_at
FROM api_keys WHERE user_id = :user_id
ORDER BY created_at DESC LIMIT 100;

-- name: api_key_delete
DELETE FROM api_keys WHERE id = :id AND user_id = :user_id;

-- name: api_key_touch
UPDATE api_keys SET last_used_at = :now WHERE id = :id;
