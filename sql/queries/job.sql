-- A replaced job gets a new id, so that whoever is at work on the old one
-- cannot tick off the new one.
-- name: job_put
INSERT INTO job (id, kind, room_name, identity, payload, not_before,
	created_at)
VALUES (:id, :kind, :room, :identity, :payload, :not_before, :created_at)
ON CONFLICT (kind, room_name, identity) DO UPDATE SET id = excluded.id,
	payload = excluded.payload, not_before = excluded.not_before,
	attempts = 0, created_at = excluded.created_at, last_error = NULL;

-- name: job_due
SELECT id, kind, room_name, identity, payload, not_before, attempts,
	created_at, last_error
FROM job WHERE not_before <= :now ORDER BY not_before, id LIMIT :limit;

-- name: job_due_of
SELECT id, kind, room_name, identity, payload, not_before, attempts,
	created_at, last_error
FROM job WHERE room_name = :room AND not_before <= :now
ORDER BY not_before, id LIMIT :limit;

-- name: job_next
SELECT min(not_before) AS not_before FROM job;

-- name: job_done
DELETE FROM job WHERE id = :id AND created_at = :created_at;

-- name: job_drop
DELETE FROM job WHERE kind = :kind AND room_name = :room;

-- name: job_retry
UPDATE job SET not_before = :not_before, attempts = attempts + 1,
	last_error = substr(:error, 1, 500)
WHERE id = :id;
