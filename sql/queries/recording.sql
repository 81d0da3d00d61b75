-- name: recording_insert
INSERT INTO recordings (id, room_name, room_sid, egress_id, status,
	is_stop_wanted, started_by, created_at, started_at, ended_at,
	participants, object_key, is_s3, location, file_size, duration_ms, error)
VALUES (:id, :room, :room_sid, :egress_id, :status, :is_stop_wanted,
	:started_by, :created_at, :started_at, :ended_at, :participants,
	:object_key, :is_s3, :location, :file_size, :duration_ms, substr(:error, 1, 500))
ON CONFLICT DO NOTHING;

-- name: recording_by_id
SELECT * FROM recordings WHERE id = :id;

-- name: recording_by_egress
SELECT * FROM recordings WHERE egress_id = :egress_id;

-- name: recording_running
SELECT * FROM recordings
WHERE room_name = :room AND status IN ('starting', 'recording');

-- name: recording_list
SELECT * FROM recordings
WHERE room_name = :room AND (created_at, id) < (:before_time, :before_id)
ORDER BY created_at DESC, id DESC LIMIT :limit;

-- name: recording_list_of
SELECT * FROM recordings
WHERE started_by = :user_id AND (created_at, id) < (:before_time, :before_id)
ORDER BY created_at DESC, id DESC LIMIT :limit;

-- name: recording_update
UPDATE recordings SET room_sid = :room_sid, egress_id = :egress_id,
	status = :status, is_stop_wanted = :is_stop_wanted,
	started_at = :started_at, ended_at = :ended_at,
	participants = :participants, object_key = :object_key,
	is_s3 = :is_s3, location = :location, file_size = :file_size,
	duration_ms = :duration_ms, error = substr(:error, 1, 500)
WHERE id = :id;

-- name: recording_delete
DELETE FROM recordings WHERE id = :id;

-- name: recording_unfinished
SELECT * FROM recordings
WHERE status IN ('starting', 'recording', 'processing')
	AND (created_at, id) > (:after_time, :after_id)
ORDER BY created_at, id LIMIT :limit;

-- name: recording_unfinished_of
SELECT * FROM recordings
WHERE room_name = :room AND status IN ('starting', 'recording', 'processing')
LIMIT :limit;

-- Not "egress_id IS NULL": old ones without any are many.
-- name: recording_unheard
SELECT * FROM recordings
WHERE status IN ('starting', 'processing') AND coalesce(egress_id, '') = ''
	AND created_at <= :before
ORDER BY created_at LIMIT :limit;
