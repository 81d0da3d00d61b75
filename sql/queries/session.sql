-- name: session_insert
INSERT INTO sessions (id, user_id, user_agent, created_at, expires_at,
	last_used_at)
VALUES (:id, :user_id, substr(:user_agent, 1, 256), :created_at, :expires_at,
	:last_used_at)
ON CONFLICT DO NOTHING;

-- name: session_by_id
SELECT s.id, s.user_id, s.user_agent, s.created_at, s.expires_at,
	s.last_used_at, u.username, u.display_name, u.avatar_url,
	u.password_hash, u.is_creator, u.is_admin, u.is_disabled,
	u.created_at AS user_created_at
FROM sessions s JOIN users u ON u.id = s.user_id
WHERE s.id = :id AND s.expires_at > :now AND u.deleted_at IS NULL;

-- name: session_list
SELECT id, user_id, user_agent, created_at, expires_at, last_used_at
FROM sessions WHERE user_id = :user_id AND expires_at > :now
ORDER BY created_at DESC LIMIT 100;

-- name: session_delete
DELETE FROM sessions WHERE id = :id AND user_id = :user_id;

-- name: session_delete_others
DELETE FROM sessions WHERE user_id = :user_id AND id <> :except;

-- name: session_touch
UPDATE sessions SET last_used_at = :now WHERE id = :id;

-- name: session_purge
DELETE FROM sessions WHERE id IN (
	SELECT id FROM sessions WHERE expires_at < :before
	ORDER BY expires_at LIMIT 10000);
