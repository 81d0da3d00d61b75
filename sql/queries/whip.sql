-- name: whip_insert
INSERT INTO whip_sessions (id, user_id, ingress_id, participant_sid,
	started_at, ended_at)
VALUES (:id, :user_id, :ingress_id, :participant_sid, :started_at, :ended_at)
ON CONFLICT DO NOTHING;

-- name: whip_by_id
SELECT * FROM whip_sessions WHERE id = :id;

-- name: whip_end
UPDATE whip_sessions SET
	ended_at = CASE WHEN ended_at IS NULL THEN :at ELSE ended_at END
WHERE id = :id;

-- name: whip_end_all
UPDATE whip_sessions SET ended_at = :at
WHERE user_id = :user_id AND ended_at IS NULL;

-- name: whip_purge
DELETE FROM whip_sessions WHERE id IN (
	SELECT id FROM whip_sessions WHERE ended_at < :before
	ORDER BY ended_at LIMIT 10000);
