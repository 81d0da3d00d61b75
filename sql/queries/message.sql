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
SELECT m.id, m.seq, m.room_name, m.identity, m.text, m.type, m.is_pinned,
	m.created_at,
	CASE WHEN u.deleted_at IS NULL THEN m.user_id END AS user_id,
	CASE WHEN u.deleted_at IS NULL THEN u.username END AS username,
	coalesce(u.display_name, m.guest_name) AS display_name
FROM live_messages m LEFT JOIN users u ON u.id = m.user_id
WHERE m.room_name = :room AND m.seq < :seq
ORDER BY m.seq DESC LIMIT :limit;

-- name: message_page_plain
SELECT m.id, m.seq, m.room_name, m.identity, m.text, m.type, m.is_pinned,
	m.created_at,
	CASE WHEN u.deleted_at IS NULL THEN m.user_id END AS user_id,
	CASE WHEN u.deleted_at IS NULL THEN u.username END AS username,
	coalesce(u.display_name, m.guest_name) AS display_name
FROM live_messages m LEFT JOIN users u ON u.id = m.user_id
WHERE m.room_name = :room AND m.seq < :seq
	AND m.type = 'message'
ORDER BY m.seq DESC LIMIT :limit;

-- name: message_page_marked
SELECT m.id, m.seq, m.room_name, m.identity, m.text, m.type, m.is_pinned,
	m.created_at,
	CASE WHEN u.deleted_at IS NULL THEN m.user_id END AS user_id,
	CASE WHEN u.deleted_at IS NULL THEN u.username END AS username,
	coalesce(u.display_name, m.guest_name) AS display_name
FROM live_messages m LEFT JOIN users u ON u.id = m.user_id
WHERE m.room_name = :room AND m.seq < :seq
	AND m.type = :type AND m.type <> 'message'
ORDER BY m.seq DESC LIMIT :limit;

-- name: message_page_pinned
SELECT m.id, m.seq, m.room_name, m.identity, m.text, m.type, m.is_pinned,
	m.created_at,
	CASE WHEN u.deleted_at IS NULL THEN m.user_id END AS user_id,
	CASE WHEN u.deleted_at IS NULL THEN u.username END AS username,
	coalesce(u.display_name, m.guest_name) AS display_name
FROM live_messages m LEFT JOIN users u ON u.id = m.user_id
WHERE m.room_name = :room AND m.seq < :seq
	AND m.is_pinned = 1
ORDER BY m.seq DESC LIMIT :limit;

-- name: message_page_pinned_type
SELECT m.id, m.seq, m.room_name, m.identity, m.text, m.type, m.is_pinned,
	m.created_at,
	CASE WHEN u.deleted_at IS NULL THEN m.user_id END AS user_id,
	CASE WHEN u.deleted_at IS NULL THEN u.username END AS username,
	coalesce(u.display_name, m.guest_name) AS display_name
FROM live_messages m LEFT JOIN users u ON u.id = m.user_id
WHERE m.room_name = :room AND m.seq < :seq
	AND m.is_pinned = 1 AND m.type = :type
ORDER BY m.seq DESC LIMIT :limit;

-- name: message_page_after
SELECT m.id, m.seq, m.room_name, m.identity, m.text, m.type, m.is_pinned,
	m.created_at,
	CASE WHEN u.deleted_at IS NULL THEN m.user_id END AS user_id,
	CASE WHEN u.deleted_at IS NULL THEN u.username END AS username,
	coalesce(u.display_name, m.guest_name) AS display_name
FROM live_messages m LEFT JOIN users u ON u.id = m.user_id
WHERE m.room_name = :room AND m.seq > :seq
ORDER BY m.seq ASC LIMIT :limit;

-- name: message_page_after_plain
SELECT m.id, m.seq, m.room_name, m.identity, m.text, m.type, m.is_pinned,
	m.created_at,
	CASE WHEN u.deleted_at IS NULL THEN m.user_id END AS user_id,
	CASE WHEN u.deleted_at IS NULL THEN u.username END AS username,
	coalesce(u.display_name, m.guest_name) AS display_name
FROM live_messages m LEFT JOIN users u ON u.id = m.user_id
WHERE m.room_name = :room AND m.seq > :seq
	AND m.type = 'message'
ORDER BY m.seq ASC LIMIT :limit;

-- name: message_page_after_marked
SELECT m.id, m.seq, m.room_name, m.identity, m.text, m.type, m.is_pinned,
	m.created_at,
	CASE WHEN u.deleted_at IS NULL THEN m.user_id END AS user_id,
	CASE WHEN u.deleted_at IS NULL THEN u.username END AS username,
	coalesce(u.display_name, m.guest_name) AS display_name
FROM live_messages m LEFT JOIN users u ON u.id = m.user_id
WHERE m.room_name = :room AND m.seq > :seq
	AND m.type = :type AND m.type <> 'message'
ORDER BY m.seq ASC LIMIT :limit;

-- name: message_page_after_pinned
SELECT m.id, m.seq, m.room_name, m.identity, m.text, m.type, m.is_pinned,
	m.created_at,
	CASE WHEN u.deleted_at IS NULL THEN m.user_id END AS user_id,
	CASE WHEN u.deleted_at IS NULL THEN u.username END AS username,
	coalesce(u.display_name, m.guest_name) AS display_name
FROM live_messages m LEFT JOIN users u ON u.id = m.user_id
WHERE m.room_name = :room AND m.seq > :seq
	AND m.is_pinned = 1
ORDER BY m.seq ASC LIMIT :limit;

-- name: message_page_after_pinned_type
SELECT m.id, m.seq, m.room_name, m.identity, m.text, m.type, m.is_pinned,
	m.created_at,
	CASE WHEN u.deleted_at IS NULL THEN m.user_id END AS user_id,
	CASE WHEN u.deleted_at IS NULL THEN u.username END AS username,
	coalesce(u.display_name, m.guest_name) AS display_name
FROM live_messages m LEFT JOIN users u ON u.id = m.user_id
WHERE m.room_name = :room AND m.seq > :seq
	AND m.is_pinned = 1 AND m.type = :type
ORDER BY m.seq ASC LIMIT :limit;

