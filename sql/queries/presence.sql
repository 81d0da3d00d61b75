-- Who it is.  Of two answers the larger wins: any rule would do, so long as
-- the order of arrival has no say; the earlier time of joining is the true one.
-- name: presence_merge
INSERT INTO presence (room_name, sid, room_sid, identity, name, lk_kind,
	is_hidden, joined_at)
VALUES (:room, :sid, :room_sid, :identity, :name, :lk_kind, :is_hidden,
	:joined_at)
ON CONFLICT (room_name, sid) DO UPDATE SET
	room_sid = CASE WHEN excluded.room_sid > presence.room_sid
		THEN excluded.room_sid ELSE presence.room_sid END,
	identity = CASE WHEN excluded.identity > presence.identity
		THEN excluded.identity ELSE presence.identity END,
	name = CASE WHEN excluded.name > presence.name
		THEN excluded.name ELSE presence.name END,
	lk_kind = CASE WHEN excluded.lk_kind > presence.lk_kind
		THEN excluded.lk_kind ELSE presence.lk_kind END,
	is_hidden = CASE WHEN excluded.is_hidden > presence.is_hidden
		THEN excluded.is_hidden ELSE presence.is_hidden END,
	joined_at = CASE WHEN presence.joined_at IS NULL
			OR excluded.joined_at < presence.joined_at
		THEN excluded.joined_at ELSE presence.joined_at END;

-- Its end.  Surer before less sure, then earlier before later, then by reason.
-- name: presence_leave
UPDATE presence SET left_at = :left_at, left_by = :left_by, reason = :reason
WHERE room_name = :room AND sid = :sid
	AND (left_by < :left_by
		OR (left_by = :left_by AND (left_at > :left_at
			OR (left_at = :left_at AND reason < :reason))));

-- A joined that comes after the end of its room's session.
-- name: presence_close_late
UPDATE presence SET left_by = 2, reason = '', left_at = (
		SELECT s.finished_at FROM room_sessions s
		WHERE s.room_name = presence.room_name
			AND s.sid = presence.room_sid)
WHERE room_name = :room AND sid = :sid AND left_by < 3
	AND EXISTS (SELECT 1 FROM room_sessions s
		WHERE s.room_name = presence.room_name
			AND s.sid = presence.room_sid
			AND s.finished_at IS NOT NULL
			AND (presence.left_by < 2
				OR presence.left_at > s.finished_at));

-- name: presence_open
SELECT sid, room_name, room_sid, identity, name, lk_kind, is_hidden,
	joined_at, left_at, left_by, reason, is_cut
FROM presence WHERE room_name = :room AND left_at IS NULL
ORDER BY identity, sid;

-- name: presence_count
SELECT count(DISTINCT identity) AS people
FROM presence WHERE room_name = :room AND left_at IS NULL
	AND lk_kind = 0 AND is_hidden = 0
	AND identity NOT IN (:except, 'Host-' || :except);

-- name: presence_is_open
SELECT 0 AS left_at FROM presence
WHERE room_name = :room AND identity = :identity AND left_at IS NULL
LIMIT 1;

-- name: presence_last_left
SELECT left_at FROM presence
WHERE room_name = :room AND identity = :identity AND left_at IS NOT NULL
ORDER BY left_at DESC LIMIT 1;

-- name: presence_cut
UPDATE presence SET is_cut = 1
WHERE room_name = :room AND identity = :identity AND left_at IS NULL;

-- name: presence_rooms
SELECT DISTINCT room_name FROM presence
WHERE identity = :identity AND left_at IS NULL
ORDER BY room_name LIMIT 100;

-- name: presence_there
SELECT 1 AS yes FROM presence
WHERE room_name = :room AND sid = :sid AND left_at IS NULL;
