-- Open rooms as lists show them, a statement for each kind, newest first.  A
-- room that has lapsed is none, whether or not a pass has written it down yet.

-- name: room_list_source
SELECT r.*, NULL AS title,
	CASE WHEN u.deleted_at IS NULL THEN u.username END AS owner_name
FROM rooms r JOIN users u ON u.id = r.owner_id
WHERE r.state = 'open' AND r.kind = 'source'
	AND (r.lapses_at IS NULL OR r.lapses_at > :now)
	AND (r.created_at, r.name) < (:before_time, :before_id)
	AND NOT EXISTS (SELECT 1 FROM apart a WHERE a.one_id = :viewer_id
		AND a.other_id = r.owner_id)
ORDER BY r.created_at DESC, r.name DESC LIMIT :limit;

-- name: room_list_live
SELECT r.*, l.title,
	CASE WHEN u.deleted_at IS NULL THEN u.username END AS owner_name
FROM rooms r CROSS JOIN live_streams l JOIN users u ON u.id = r.owner_id
WHERE r.state = 'open' AND r.kind = 'live' AND l.id = r.name
	AND l.is_live = 1 AND (l.lapses_at IS NULL OR l.lapses_at > :now)
	AND (r.created_at, r.name) < (:before_time, :before_id)
	AND NOT EXISTS (SELECT 1 FROM apart a WHERE a.one_id = :viewer_id
		AND a.other_id = r.owner_id)
ORDER BY r.created_at DESC, r.name DESC LIMIT :limit;

-- Channels' rooms are always open: those on air, since they are.
-- name: room_list_stream
SELECT r.name, r.kind, r.owner_id, r.state, r.metadata, r.confirmed_at,
	r.display_name, r.lapses_at, r.people_count,
	b.started_at AS created_at, r.ended_at,
	CASE WHEN u.deleted_at IS NULL THEN u.username END AS owner_name,
	b.title
FROM broadcasts b JOIN rooms r ON r.name = b.user_id
JOIN users u ON u.id = b.user_id
WHERE b.ended_at IS NULL AND (b.lapses_at IS NULL OR b.lapses_at > :now)
	AND (b.started_at, b.user_id) < (:before_time, :before_id)
	AND NOT EXISTS (SELECT 1 FROM apart a WHERE a.one_id = :viewer_id
		AND a.other_id = b.user_id)
ORDER BY b.started_at DESC, b.user_id DESC LIMIT :limit;

-- name: room_list_voice
SELECT r.*, c.name AS title,
	CASE WHEN u.deleted_at IS NULL THEN u.username END AS owner_name
FROM workspace_members m CROSS JOIN workspaces w CROSS JOIN voice_channels c
CROSS JOIN rooms r JOIN users u ON u.id = r.owner_id
WHERE m.user_id = :viewer_id AND w.id = m.workspace_id
	AND w.deleted_at IS NULL AND c.workspace_id = w.id
	AND c.deleted_at IS NULL AND r.name = 'voice-' || c.id
	AND r.state = 'open'
	AND (r.lapses_at IS NULL OR r.lapses_at > :now)
	AND (r.created_at, r.name) < (:before_time, :before_id)
ORDER BY r.created_at DESC, r.name DESC LIMIT :limit;

-- name: room_list_joined
SELECT r.*, NULL AS title,
	CASE WHEN u.deleted_at IS NULL THEN u.username END AS owner_name
FROM room_members m CROSS JOIN rooms r JOIN users u ON u.id = r.owner_id
WHERE m.user_id = :viewer_id AND r.name = m.room_name AND r.kind = 'class'
	AND r.state = 'open'
	AND (r.lapses_at IS NULL OR r.lapses_at > :now)
	AND (r.created_at, r.name) < (:before_time, :before_id)
	AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker_id = r.owner_id
		AND b.blocked_id = :viewer_id)
ORDER BY r.created_at DESC, r.name DESC LIMIT :limit;

-- name: room_listed_get
SELECT r.name, r.kind, r.owner_id, r.state, r.metadata, r.confirmed_at,
	r.display_name, r.lapses_at, r.people_count, r.created_at, r.ended_at,
	CASE WHEN u.deleted_at IS NULL THEN u.username END AS owner_name,
	coalesce(l.title, s.title, c.name) AS title
FROM rooms r JOIN users u ON u.id = r.owner_id
LEFT JOIN live_streams l ON l.id = r.name AND r.kind = 'live'
LEFT JOIN streams s ON s.user_id = r.owner_id AND r.kind = 'stream'
LEFT JOIN voice_channels c ON c.id = substr(r.name, 7) AND r.kind = 'voice'
WHERE r.name = :name;

-- Everybody's, for who runs the site.
-- name: room_list_open
SELECT r.*, NULL AS title,
	CASE WHEN u.deleted_at IS NULL THEN u.username END AS owner_name
FROM rooms r JOIN users u ON u.id = r.owner_id
WHERE r.state = 'open' AND r.kind = :kind
	AND (r.lapses_at IS NULL OR r.lapses_at > :now)
	AND (r.created_at, r.name) < (:before_time, :before_id)
ORDER BY r.created_at DESC, r.name DESC LIMIT :limit;
