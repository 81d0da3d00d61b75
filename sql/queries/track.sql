-- Of two answers the larger wins, as with presence; of two times the earlier.
-- name: track_merge
INSERT INTO tracks (room_name, sid, participant_sid, identity, published_at,
	unpublished_at)
VALUES (:room, :sid, :participant_sid, :identity, :published_at,
	:unpublished_at)
ON CONFLICT (room_name, sid) DO UPDATE SET
	participant_sid = CASE
		WHEN excluded.participant_sid > tracks.participant_sid
		THEN excluded.participant_sid ELSE tracks.participant_sid END,
	identity = CASE WHEN excluded.identity > tracks.identity
		THEN excluded.identity ELSE tracks.identity END,
	published_at = CASE WHEN tracks.published_at IS NULL
			OR excluded.published_at < tracks.published_at
		THEN excluded.published_at ELSE tracks.published_at END,
	unpublished_at = CASE WHEN tracks.unpublished_at IS NULL
			OR excluded.unpublished_at < tracks.unpublished_at
		THEN excluded.unpublished_at ELSE tracks.unpublished_at END;

-- name: track_open
SELECT * FROM tracks WHERE room_name = :room AND unpublished_at IS NULL
ORDER BY participant_sid, sid;

-- name: track_purge
DELETE FROM tracks WHERE (room_name, sid) IN (
	SELECT room_name, sid FROM tracks WHERE unpublished_at < :before
	ORDER BY unpublished_at LIMIT 10000);
