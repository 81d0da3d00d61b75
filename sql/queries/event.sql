-- name: counter_next
UPDATE counters SET value = value + 1 WHERE name = :name RETURNING value;

-- name: event_insert
INSERT INTO events (id, room_name, user_id, type, data, at)
VALUES (:id, :room, :user_id, :type, :data, :at);

-- The oldest have the lowest ids: an index over the times would cost more than
-- looking at 10,000 rows now and then.
-- name: event_purge
DELETE FROM events WHERE id IN (
	SELECT oldest.id FROM (
		SELECT id, at FROM events ORDER BY id LIMIT 10000) AS oldest
	WHERE oldest.at < :before);

-- name: inbox_insert
INSERT INTO webhook_inbox (event_id, event, room_name, created_at, received_at)
VALUES (:event_id, :event, :room, :created_at, :received_at)
ON CONFLICT DO NOTHING;

-- name: inbox_purge
DELETE FROM webhook_inbox WHERE event_id IN (
	SELECT event_id FROM webhook_inbox WHERE received_at < :before
	ORDER BY received_at LIMIT 10000);
