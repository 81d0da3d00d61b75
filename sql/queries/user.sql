-- name: user_insert
INSERT INTO users (id, username, display_name, avatar_url, password_hash,
	is_creator, is_admin, is_disabled, created_at)
VALUES (:id, :username, :display_name, :avatar_url, :password_hash,
	:is_creator, :is_admin, :is_disabled, :created_at)
ON CONFLICT DO NOTHING;

-- name: user_by_id
SELECT * FROM users WHERE id = :id;

-- name: user_by_name
SELECT * FROM users WHERE username = :username AND deleted_at IS NULL;

-- name: user_list
SELECT * FROM users WHERE username > :after AND deleted_at IS NULL
ORDER BY username LIMIT :limit;

-- name: user_list_asking
SELECT * FROM users
WHERE creator_asked_at IS NOT NULL
	AND (creator_asked_at, username) > (:after_asked, :after_name)
	AND deleted_at IS NULL
ORDER BY creator_asked_at, username LIMIT :limit;

-- name: user_search
SELECT * FROM users u
WHERE u.username >= :first AND u.username < :end AND u.username <> :after
	AND u.deleted_at IS NULL AND u.is_disabled = 0
	AND NOT EXISTS (SELECT 1 FROM apart a WHERE a.one_id = :viewer_id
		AND a.other_id = u.id)
ORDER BY u.username LIMIT :limit;

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

-- name: user_set_creator
UPDATE users SET is_creator = :is_creator, is_creator_refused = :is_refused,
	creator_asked_at = :asked_at
WHERE id = :id AND deleted_at IS NULL;

-- name: user_count_followers
UPDATE users SET follower_count = follower_count + :by WHERE id = :id;

-- name: user_count_following
UPDATE users SET following_count = following_count + :by WHERE id = :id;

-- name: user_erase
UPDATE users SET username = 'deleted-' || id, display_name = 'Deleted user',
	avatar_url = NULL, password_hash = NULL, is_creator = 0, is_admin = 0,
	is_disabled = 0, is_creator_refused = 0, creator_asked_at = NULL,
	follower_count = 0, following_count = 0, deleted_at = :now
WHERE id = :id AND deleted_at IS NULL;

-- name: user_delete_sessions
DELETE FROM sessions WHERE user_id = :id;

-- name: user_delete_keys
DELETE FROM api_keys WHERE user_id = :id;

-- name: user_erase_messages
UPDATE live_messages SET text = '' WHERE user_id = :id;

-- name: user_erase_followed
UPDATE users SET follower_count = follower_count - 1
WHERE id IN (SELECT followed_id FROM follows WHERE follower_id = :id);

-- name: user_erase_followers
UPDATE users SET following_count = following_count - 1
WHERE id IN (SELECT follower_id FROM follows WHERE followed_id = :id);

-- name: user_erase_follows
DELETE FROM follows WHERE follower_id = :id OR followed_id = :id;

-- name: user_erase_blocks
DELETE FROM blocks WHERE blocker_id = :id OR blocked_id = :id;

-- name: user_erase_members
DELETE FROM room_members WHERE user_id = :id;

-- name: user_erase_workspaces
DELETE FROM workspace_members WHERE user_id = :id;
