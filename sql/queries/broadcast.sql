-- A broadcast that has lapsed reads as ended then, whether or not a pass has
-- written it down yet.

-- name: broadcast_insert
INSERT INTO broadcasts (id, user_id, title, started_at, ended_at, lapses_at,
	viewer_count, peak_viewers, unique_viewers, watch_ms)
VALUES (:id, :user_id, :title, :started_at, :ended_at, :lapses_at,
	:viewer_count, :peak_viewers, :unique_viewers, :watch_ms)
ON CONFLICT DO NOTHING;

-- name: broadcast_open
SELECT * FROM broadcasts WHERE user_id = :user_id AND ended_at IS NULL;

-- name: broadcast_on_air
SELECT * FROM broadcasts
WHERE user_id = :user_id AND ended_at IS NULL
	AND (lapses_at IS NULL OR lapses_at > :now);

-- name: broadcast_by_id
SELECT id, user_id, title, started_at, lapses_at, peak_viewers,
	unique_viewers, watch_ms,
	CASE WHEN lapses_at <= :now THEN lapses_at ELSE ended_at END AS ended_at,
	CASE WHEN lapses_at <= :now THEN 0 ELSE viewer_count END AS viewer_count
FROM broadcasts WHERE id = :id AND user_id = :user_id;

-- name: broadcast_list
SELECT id, user_id, title, started_at, lapses_at, peak_viewers,
	unique_viewers, watch_ms,
	CASE WHEN lapses_at <= :now THEN lapses_at ELSE ended_at END AS ended_at,
	CASE WHEN lapses_at <= :now THEN 0 ELSE viewer_count END AS viewer_count
FROM broadcasts
WHERE user_id = :user_id
	AND (started_at, id) < (:before_time, :before_id)
ORDER BY started_at DESC, id DESC LIMIT :limit;

-- name: broadcast_lapsed
SELECT * FROM broadcasts
WHERE ended_at IS NULL AND lapses_at IS NOT NULL AND lapses_at <= :now
ORDER BY lapses_at LIMIT :limit;

-- name: broadcast_set_title
UPDATE broadcasts SET title = :title
WHERE user_id = :user_id AND ended_at IS NULL;

-- name: broadcast_blank
UPDATE broadcasts SET title = 'Deleted' WHERE user_id = :user_id;

-- An ended broadcast stays as it is; it is there all the same.
-- name: broadcast_set_presence
UPDATE broadcasts SET
	viewer_count = CASE WHEN ended_at IS NULL THEN :viewers
		ELSE viewer_count END,
	peak_viewers = CASE WHEN ended_at IS NULL AND peak_viewers < :viewers
		THEN :viewers ELSE peak_viewers END,
	lapses_at = CASE WHEN ended_at IS NULL THEN :lapses_at
		ELSE lapses_at END
WHERE id = :id;

-- name: broadcast_set_start
UPDATE broadcasts SET started_at = :at WHERE id = :id;

-- name: broadcast_end
UPDATE broadcasts SET
	ended_at = CASE WHEN lapses_at < :at THEN lapses_at
		WHEN started_at > :at THEN started_at ELSE :at END,
	viewer_count = 0, lapses_at = NULL
WHERE id = :id AND ended_at IS NULL;

-- name: broadcast_span
SELECT user_id, started_at, ended_at FROM broadcasts WHERE id = :id;

-- name: broadcast_set_watched
UPDATE broadcasts SET unique_viewers = :people, watch_ms = :watch_ms
WHERE id = :id;

-- Sessions of people in the room that overlap a span, cut to it; and until when
-- earlier ones of the same person went, NULL where it is their first.
-- name: broadcast_sessions
SELECT since, until, max(until) OVER (PARTITION BY identity
		ORDER BY since, until
		ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
FROM (SELECT identity,
		CASE WHEN joined_at > :from THEN joined_at ELSE :from END
			AS since,
		CASE WHEN left_at < :until THEN left_at ELSE :until END
			AS until
	FROM (SELECT identity, lk_kind, is_hidden, joined_at, left_at
		FROM presence
		WHERE room_name = :room AND left_at > :from
		UNION ALL
		SELECT identity, lk_kind, is_hidden, joined_at, left_at
		FROM presence
		WHERE room_name = :room AND left_at IS NULL) AS sessions
	WHERE joined_at < :until AND lk_kind = 0 AND is_hidden = 0
		AND identity NOT IN (:room, 'Host-' || :room)) AS watched;
