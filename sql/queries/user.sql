-- name: user_insert
INSERT INTO users (id, username, display_name, avatar_url, password_hash,
	is_creator, is_admin, is_disabled, created_at)
VALUES (:id, :username, :display_name, :avatar_url, :password_hash,
	:is_creator, :is_admin, :is_disabled, :created_at)
ON CONFLICT DO NOTHING;

-- name: user_by_id
SELECT id, username, display_name, avatar_url, password_hash, is_creator,
	is_admin, is_disabled, created_at, deleted_at
FROM users WHERE id = :id;

-- name: user_by_name
SELECT id, username, display_name, avatar_url, password_hash, is_creator,
	is_admin, is_disabled, created_at, deleted_at
FROM users WHERE username = :username AND deleted_at IS NULL;

-- name: user_list
SELECT id, username, display_name, avatar_url, password_hash, is_creator,
	is_admin, is_disabled, created_at, deleted_at
FROM users WHERE username > :after AND deleted_at IS NULL
ORDER BY username LIMIT :limit;

-- name: user_update_profile
UPDATE users SET display_name = :display_name, avatar_url = :avatar_url
WHERE id = :id AND deleted_at IS NULL;

-- name: user_set_password
UPDATE users SET password_hash = :password_hash
WHERE id = :id AND deleted_at IS NULL;

-- name: user_set_flags
UPDATE users SET is_creator = :is_creator, is_admin = :is_admin,
	is_disabled = :is_disabled
WHERE id = :id AND deleted_at IS NULL;

-- name: user_erase
UPDATE users SET username = 'deleted-' || id, display_name = 'Deleted user',
	avatar_url = NULL, password_hash = NULL, is_creator = 0, is_admin = 0,
	is_disabled = 0, deleted_at = :now
WHERE id = :id AND deleted_at IS NULL;

-- name: user_erase_sessions
DELETE FROM sessions WHERE user_id = :id;

-- name: user_erase_keys
DELETE FROM api_keys WHERE user_id = :id;

-- name: user_erase_messages
UPDATE live_messages SET text = '' WHERE user_id = :id;
