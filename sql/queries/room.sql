-- name: room_insert
INSERT INTO rooms (name, kind, owner_id, state, metadata, confirmed_at,
	display_name, lapses_at, created_at, ended_at)
VALUES (:name, :kind, :owner_id, :state, :metadata, :confirmed_at,
	:display_name, :lapses_at, :created_at, :ended_at)
ON CONFLICT DO NOTHING;

-- name: room_by_name
SELECT name, kind, owner_id, state, metadata, confirmed_at, display_name,
	lapses_at, people_count, created_at, ended_at
FROM rooms WHERE name = :name;

-- name: room_set_state
UPDATE rooms SET state = :state,
	ended_at = CASE WHEN :state = 'over' THEN :ended_at END,
	lapses_at = CASE WHEN :state = 'over' THEN NULL ELSE lapses_at END,
	people_count = CASE WHEN :state = 'over' THEN 0 ELSE people_count END
WHERE name = :name AND state <> 'over';

-- name: room_confirm
UPDATE rooms SET confirmed_at = :at WHERE name = :name;

-- name: room_set_presence
UPDATE rooms SET people_count = :people, lapses_at = :lapses_at
WHERE name = :name AND state <> 'over';

-- name: room_lapsed
SELECT * FROM rooms
WHERE lapses_at IS NOT NULL AND lapses_at <= :now AND state <> 'starting'
ORDER BY lapses_at LIMIT :limit;

-- name: room_lapse_next
SELECT min(lapses_at) AS at FROM rooms
WHERE lapses_at IS NOT NULL AND state <> 'starting';

-- name: room_by_owner
SELECT * FROM rooms
WHERE owner_id = :owner_id AND kind = :kind AND state <> 'over';

-- name: room_ended_by
UPDATE rooms SET ended_at = :at
WHERE name = :name AND state = 'over' AND ended_at > :at;

-- Takes the stream, presence and messages of it along (ON DELETE CASCADE).
-- name: room_discard
DELETE FROM rooms WHERE name = :name AND state = 'starting';

-- Rooms of channels are open for ever: those where nothing is need no look.
-- name: room_names
SELECT name FROM rooms WHERE state = :state AND name > :after
	AND (kind <> 'stream' OR confirmed_at IS NOT NULL
		OR EXISTS (SELECT 1 FROM presence p
			WHERE p.room_name = rooms.name AND p.left_at IS NULL))
ORDER BY name LIMIT :limit;

-- name: room_session_started
INSERT INTO room_sessions (room_name, sid, started_at)
VALUES (:room, :sid, :at)
ON CONFLICT (room_name, sid) DO UPDATE SET started_at = excluded.started_at
WHERE room_sessions.started_at IS NULL
	OR excluded.started_at < room_sessions.started_at;

-- name: room_session_finished
INSERT INTO room_sessions (room_name, sid, finished_at)
VALUES (:room, :sid, :at)
ON CONFLICT (room_name, sid) DO UPDATE SET finished_at = excluded.finished_at
WHERE room_sessions.finished_at IS NULL
	OR excluded.finished_at < room_sessions.finished_at;

-- name: room_session_now
SELECT sid FROM room_sessions
WHERE room_name = :room AND started_at IS NOT NULL AND finished_at IS NULL
ORDER BY started_at DESC LIMIT 1;

-- Everybody of that session has left by its end, whoever told us less.
-- name: room_session_close
UPDATE presence SET left_at = :at, left_by = 2, reason = ''
WHERE room_name = :room AND room_sid = :sid AND left_by < 3
	AND (left_by < 2 OR left_at > :at);
