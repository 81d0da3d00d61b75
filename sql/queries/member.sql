-- A changed role begins anew: what was asked and decided was for the old one.
-- name: member_put
INSERT INTO room_members (room_name, user_id, role, created_at)
VALUES (:room, :user_id, :role, :now)
ON CONFLICT (room_name, user_id) DO UPDATE SET role = excluded.role,
	asked_role = NULL, can_publish = NULL, hand_raised_at = NULL
WHERE room_members.role <> excluded.role;

-- name: member_remove
DELETE FROM room_members WHERE room_name = :room AND user_id = :user_id;

-- name: member_get
SELECT m.room_name, m.user_id, u.username, u.display_name, u.avatar_url,
	m.role, coalesce(m.asked_role, m.role) AS asked,
	coalesce(m.can_publish, -1) AS can_publish, m.hand_raised_at,
	m.created_at
FROM room_members m JOIN users u ON u.id = m.user_id
WHERE m.room_name = :room AND m.user_id = :user_id;

-- name: member_list
SELECT m.room_name, m.user_id, u.username, u.display_name, u.avatar_url,
	m.role, coalesce(m.asked_role, m.role) AS asked,
	coalesce(m.can_publish, -1) AS can_publish, m.hand_raised_at,
	m.created_at
FROM room_members m JOIN users u ON u.id = m.user_id
WHERE m.room_name = :room AND u.username > :after
ORDER BY u.username LIMIT :limit;

-- name: member_set_asked
UPDATE room_members SET asked_role = :asked
WHERE room_name = :room AND user_id = :user_id;

-- name: member_set_publish
UPDATE room_members SET can_publish = :can_publish
WHERE room_name = :room AND user_id = :user_id;

-- name: member_set_hand
UPDATE room_members SET hand_raised_at = :raised_at
WHERE room_name = :room AND user_id = :user_id;

-- A hand goes down with the visit in which it was raised.
-- name: member_hand_up
SELECT 1 AS yes FROM room_members m
WHERE m.room_name = :room AND m.user_id = :user_id
	AND m.hand_raised_at IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM presence p
		WHERE p.room_name = m.room_name AND p.identity = m.user_id
			AND p.joined_at > m.hand_raised_at);

-- In the order in which one became a member.
-- name: room_list_class
SELECT r.name, r.kind, r.owner_id, r.state, r.metadata, r.confirmed_at,
	r.display_name, r.lapses_at, r.people_count, r.created_at, r.ended_at,
	o.username AS owner_name, m.created_at AS since
FROM room_members m JOIN rooms r ON r.name = m.room_name
	JOIN users o ON o.id = r.owner_id
WHERE m.user_id = :user_id
	AND (m.created_at, m.room_name) < (:before_time, :before_id)
	AND r.kind = 'class' AND r.state = 'open'
ORDER BY m.created_at DESC, m.room_name DESC LIMIT :limit;
