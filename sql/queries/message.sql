-- Names come from the author's row as it is now; an erased author has none.
-- Filters are statements of their own, each with its index: a room of millions
-- of lines must not be walked to find three pins.

-- name: message_insert
INSERT INTO live_messages (id, seq, room_name, user_id, identity, guest_name,
	text, type, is_pinned, created_at)
VALUES (:id, :seq, :room, :user_id, :identity, :guest_name, :text, :type,
	:is_pinned, :created_at)
ON CONFLICT DO NOTHING;

-- name: message_page
SELECT * FROM live_messages_shown WHERE room_name = :room AND seq < :seq
ORDER BY seq DESC LIMIT :limit;

-- name: message_page_plain
SELECT * FROM live_messages_shown WHERE room_name = :room AND seq < :seq
	AND type = 'message'
ORDER BY seq DESC LIMIT :limit;

-- name: message_page_marked
SELECT * FROM live_messages_shown WHERE room_name = :room AND seq < :seq
	AND type = :type AND type <> 'message'
ORDER BY seq DESC LIMIT :limit;

-- name: message_page_pinned
SELECT * FROM live_messages_shown WHERE room_name = :room AND seq < :seq
	AND is_pinned = 1
ORDER BY seq DESC LIMIT :limit;

-- name: message_page_pinned_type
SELECT * FROM live_messages_shown WHERE room_name = :room AND seq < :seq
	AND is_pinned = 1 AND type = :type
ORDER BY seq DESC LIMIT :limit;

-- name: message_page_after
SELECT * FROM live_messages_shown WHERE room_name = :room AND seq > :seq
ORDER BY seq ASC LIMIT :limit;

-- name: message_page_after_plain
SELECT * FROM live_messages_shown WHERE room_name = :room AND seq > :seq
	AND type = 'message'
ORDER BY seq ASC LIMIT :limit;

-- name: message_page_after_marked
SELECT * FROM live_messages_shown WHERE room_name = :room AND seq > :seq
	AND type = :type AND type <> 'message'
ORDER BY seq ASC LIMIT :limit;

-- name: message_page_after_pinned
SELECT * FROM live_messages_shown WHERE room_name = :room AND seq > :seq
	AND is_pinned = 1
ORDER BY seq ASC LIMIT :limit;

-- name: message_page_after_pinned_type
SELECT * FROM live_messages_shown WHERE room_name = :room AND seq > :seq
	AND is_pinned = 1 AND type = :type
ORDER BY seq ASC LIMIT :limit;

-- name: message_by_id
SELECT * FROM live_messages_shown WHERE id = :id AND room_name = :room;

-- name: message_set_pinned
UPDATE live_messages SET is_pinned = :is_pinned
WHERE id = :id AND room_name = :room;
