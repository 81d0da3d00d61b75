-- A stream that has lapsed reads as ended then, whether or not a pass has
-- written it down yet.

-- name: live_insert
INSERT INTO live_streams (id, streamer_id, title, is_live, viewer_count,
	created_at, ended_at, lapses_at)
VALUES (:id, :streamer_id, :title, :is_live, :viewer_count, :created_at,
	:ended_at, :lapses_at)
ON CONFLICT DO NOTHING;

-- name: live_by_id
SELECT id, title, streamer_id, created_at, lapses_at,
	CASE WHEN lapses_at <= :now THEN 0 ELSE is_live END AS is_live,
	CASE WHEN lapses_at <= :now THEN 0 ELSE viewer_count END AS viewer_count,
	CASE WHEN lapses_at <= :now AND is_live = 1 THEN lapses_at
		ELSE ended_at END AS ended_at
FROM live_streams WHERE id = :id;

-- name: live_open
SELECT id, title, streamer_id, created_at, lapses_at, is_live, viewer_count,
	ended_at
FROM live_streams
WHERE is_live = 1 AND (lapses_at IS NULL OR lapses_at > :now)
	AND (created_at, id) < (:before_time, :before_id)
	AND EXISTS (SELECT 1 FROM rooms
		WHERE rooms.name = live_streams.id AND rooms.state = 'open')
ORDER BY created_at DESC, id DESC LIMIT :limit;

-- name: live_by_streamer
SELECT id, title, streamer_id, created_at, lapses_at, is_live, viewer_count,
	ended_at
FROM live_streams
WHERE streamer_id = :user_id AND is_live = 1
	AND (lapses_at IS NULL OR lapses_at > :now)
ORDER BY created_at DESC LIMIT 1;

-- name: live_count_by_streamer
SELECT count(*) AS open FROM live_streams
WHERE streamer_id = :user_id AND is_live = 1
	AND (lapses_at IS NULL OR lapses_at > :now);

-- An ended stream stays as it is; it is there all the same.
-- name: live_set_presence
UPDATE live_streams SET
	viewer_count = CASE WHEN is_live = 1 THEN :viewers ELSE viewer_count END,
	lapses_at = CASE WHEN is_live = 1 THEN :lapses_at ELSE lapses_at END
WHERE id = :id;

-- name: live_end
UPDATE live_streams SET
	ended_at = CASE WHEN is_live = 0 THEN ended_at
		WHEN lapses_at < :at THEN lapses_at ELSE :at END,
	is_live = 0, viewer_count = 0, lapses_at = NULL
WHERE id = :id;

-- name: live_lapsed
SELECT id, title, streamer_id, created_at, lapses_at, 0 AS is_live,
	0 AS viewer_count, lapses_at AS ended_at
FROM live_streams
WHERE is_live = 1 AND lapses_at IS NOT NULL AND lapses_at <= :now
ORDER BY lapses_at LIMIT :limit;
