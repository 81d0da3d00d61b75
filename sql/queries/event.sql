-- name: counter_next
UPDATE counters SET value = value + 1 WHERE name = :name RETURNING value;

-- name: event_insert
INSERT INTO events (id, room_name, user_id, type, data, at)
VALUES (:id, :room, :user_id, :type, :data, :at);

-- name: event_purge
DELETE FROM events WHERE id IN (
	SELECT id FROM events WHERE at < :before ORDER BY at LIMIT 10000);

-- name: inbox_insert
INSERT INTO webhook_inbox (event_id, event, room_name, created_at, received_at)
VALUES (:event_id, :event, :room, :created_at, :received_at)
ON CONFLICT DO NOTHING;

-- name: inbox_purge
DELETE FROM webhook_inbox WHERE event_id IN (
	SELECT event_id FROM webhook_inbox WHERE received_at < :before
	ORDER BY received_at LIMIT 10000);
