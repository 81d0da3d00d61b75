-- name: stream_insert
INSERT INTO streams (id, user_id, title, description, thumbnail,
	is_chat_enabled, is_chat_delayed, is_chat_followers_only,
	chat_delay_seconds, refused_until, last_live_at, created_at)
VALUES (:id, :user_id, :title, :description, :thumbnail,
	:is_chat_enabled, :is_chat_delayed, :is_chat_followers_only,
	:chat_delay_seconds, :refused_until, :last_live_at, :created_at)
ON CONFLICT DO NOTHING;

-- name: stream_by_user
SELECT * FROM streams WHERE user_id = :user_id;

-- name: stream_set_info
UPDATE streams SET title = :title, description = :description,
	thumbnail = :thumbnail
WHERE user_id = :user_id;

-- name: stream_set_chat
UPDATE streams SET is_chat_enabled = :is_chat_enabled,
	is_chat_delayed = :is_chat_delayed,
	is_chat_followers_only = :is_chat_followers_only,
	chat_delay_seconds = :chat_delay_seconds
WHERE user_id = :user_id;

-- name: stream_set_refused
UPDATE streams SET refused_until = :until WHERE user_id = :user_id;

-- name: stream_set_last_live
UPDATE streams SET last_live_at = :at WHERE user_id = (
	SELECT b.user_id FROM broadcasts b WHERE b.id = :id);

-- name: stream_blank
UPDATE streams SET title = 'Deleted', description = NULL, thumbnail = NULL
WHERE user_id = :user_id;
