-- name: present_list
SELECT p.identity, max(p.name) AS name, max(u.avatar_url) AS avatar_url,
	min(p.joined_at) AS joined_at,
	max(CASE WHEN EXISTS (SELECT 1 FROM tracks t
			WHERE t.room_name = p.room_name
				AND t.participant_sid = p.sid
				AND t.unpublished_at IS NULL)
		THEN 1 ELSE 0 END) AS is_publishing,
	max(CASE WHEN m.hand_raised_at >= coalesce(p.joined_at, 0)
		THEN m.hand_raised_at END) AS hand_raised_at
FROM presence p LEFT JOIN users u ON u.id = p.identity
LEFT JOIN room_members m
	ON m.room_name = p.room_name AND m.user_id = p.identity
WHERE p.room_name = :room AND p.left_at IS NULL AND p.lk_kind = 0
	AND p.is_hidden = 0 AND p.identity > :after
GROUP BY p.identity ORDER BY p.identity LIMIT :limit;

-- name: present_is
SELECT 1 AS yes FROM presence
WHERE room_name = :room AND identity = :identity AND left_at IS NULL
	AND lk_kind = 0 AND is_hidden = 0
LIMIT 1;

-- The owner and their self-view are one person.
-- name: present_count
SELECT count(DISTINCT identity) AS people FROM presence
WHERE room_name = :room AND left_at IS NULL AND lk_kind = 0 AND is_hidden = 0
	AND NOT (identity = 'Host-' || :owner AND EXISTS (
		SELECT 1 FROM presence o
		WHERE o.room_name = :room AND o.identity = :owner
			AND o.left_at IS NULL AND o.lk_kind = 0
			AND o.is_hidden = 0));

-- name: present_sessions
SELECT sid, identity, joined_at, left_at, left_by, reason FROM presence
WHERE room_name = :room AND lk_kind = 0 AND is_hidden = 0;
