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

-- What may be published: a cut session's tracks count for nothing, the others
-- until the first of the ends told here.
-- name: stream_tracks_open
SELECT t.published_at, t.unpublished_at, p.left_at, w.ended_at
FROM tracks t
LEFT JOIN presence p
	ON p.room_name = t.room_name AND p.sid = t.participant_sid
LEFT JOIN whip_sessions w ON w.participant_sid = t.participant_sid
WHERE t.room_name = :user_id AND t.unpublished_at IS NULL
	AND t.identity = :user_id AND coalesce(p.is_cut, 0) = 0;

-- name: stream_tracks_ended
SELECT t.published_at, t.unpublished_at, p.left_at, w.ended_at
FROM tracks t
LEFT JOIN presence p
	ON p.room_name = t.room_name AND p.sid = t.participant_sid
LEFT JOIN whip_sessions w ON w.participant_sid = t.participant_sid
WHERE t.room_name = :user_id AND t.unpublished_at > :after
	AND t.identity = :user_id AND coalesce(p.is_cut, 0) = 0
ORDER BY t.unpublished_at DESC;

-- The participants of an ingress (kind 1) that came from a time on.
-- name: stream_run_there
SELECT count(*) AS seen, min(is_cut) AS is_cut FROM presence
WHERE room_name = :user_id AND identity = :user_id AND left_at IS NULL
	AND lk_kind = 1 AND coalesce(joined_at, :since) >= :since;

-- name: stream_run_left
SELECT count(*) AS seen, max(CASE WHEN is_cut = 0 THEN left_at END) AS left_at
FROM presence
WHERE room_name = :user_id AND identity = :user_id AND left_at >= :since
	AND lk_kind = 1 AND coalesce(joined_at, :since) >= :since;
