-- Taking it again while one has it tells that a pass has ended in between.
-- name: lease_take
INSERT INTO lease (name, holder, expires_at) VALUES (:name, :holder, :until)
ON CONFLICT (name) DO UPDATE SET
	last_at = CASE WHEN lease.holder = excluded.holder
		AND lease.expires_at > 0 THEN :now ELSE lease.last_at END,
	holder = excluded.holder, expires_at = excluded.expires_at
WHERE lease.holder = excluded.holder OR lease.expires_at <= :now;

-- name: lease_drop
UPDATE lease SET expires_at = 0, last_at = :now
WHERE name = :name AND holder = :holder AND expires_at > 0;

-- name: lease_until
SELECT expires_at FROM lease WHERE name = :name;

-- name: lease_last
SELECT last_at FROM lease WHERE name = :name;
