-- name: removal_put
INSERT INTO room_removals (room_name, identity, until)
VALUES (:room, :identity, :until)
ON CONFLICT (room_name, identity) DO UPDATE SET until = excluded.until
WHERE excluded.until > room_removals.until;

-- name: removal_until
SELECT until FROM room_removals
WHERE room_name = :room AND identity = :identity AND until > :now;

-- name: removal_purge
DELETE FROM room_removals WHERE (room_name, identity) IN (
	SELECT room_name, identity FROM room_removals WHERE until < :before
	ORDER BY until LIMIT 10000);
