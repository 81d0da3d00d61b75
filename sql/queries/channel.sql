-- A broadcast that has lapsed is none, whether or not a pass has written it
-- down yet.  :viewer_id is NULL where nobody is signed in.

-- name: channel_by_username
SELECT c.*, b.viewer_count, b.started_at,
	EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = :viewer_id
		AND f.followed_id = c.user_id) AS is_following,
	EXISTS (SELECT 1 FROM blocks k WHERE k.blocker_id = c.user_id
		AND k.blocked_id = :viewer_id) AS is_blocked
FROM channels c LEFT JOIN broadcasts b ON b.user_id = c.user_id
	AND b.ended_at IS NULL AND (b.lapses_at IS NULL OR b.lapses_at > :now)
WHERE c.username = :who;

-- name: channel_by_user
SELECT c.*, b.viewer_count, b.started_at,
	EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = :viewer_id
		AND f.followed_id = c.user_id) AS is_following,
	EXISTS (SELECT 1 FROM blocks k WHERE k.blocker_id = c.user_id
		AND k.blocked_id = :viewer_id) AS is_blocked
FROM channels c LEFT JOIN broadcasts b ON b.user_id = c.user_id
	AND b.ended_at IS NULL AND (b.lapses_at IS NULL OR b.lapses_at > :now)
WHERE c.user_id = :who;

-- name: channel_live
SELECT c.*, b.viewer_count, b.started_at,
	EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = :viewer_id
		AND f.followed_id = c.user_id) AS is_following
FROM broadcasts b JOIN channels c ON c.user_id = b.user_id
WHERE b.ended_at IS NULL AND (b.lapses_at IS NULL OR b.lapses_at > :now)
	AND (b.viewer_count, b.user_id) < (:first, :id)
	AND c.is_disabled = 0
	AND NOT EXISTS (SELECT 1 FROM apart a WHERE a.one_id = :viewer_id
		AND a.other_id = c.user_id)
ORDER BY b.viewer_count DESC, b.user_id DESC LIMIT :limit;

-- Whom the viewer follows: each looked up among those on air.
-- name: channel_following_few
SELECT c.*, b.viewer_count, b.started_at, f.created_at AS followed_at
FROM follows f JOIN broadcasts b ON b.user_id = f.followed_id
JOIN channels c ON c.user_id = f.followed_id
WHERE f.follower_id = :viewer_id
	AND b.ended_at IS NULL AND (b.lapses_at IS NULL OR b.lapses_at > :now)
	AND (b.viewer_count, b.user_id) < (:first, :id)
	AND c.is_disabled = 0
	AND NOT EXISTS (SELECT 1 FROM apart a WHERE a.one_id = :viewer_id
		AND a.other_id = c.user_id)
ORDER BY b.viewer_count DESC, b.user_id DESC LIMIT :limit;

-- Who is on air: each looked up among those that the viewer follows.
-- name: channel_following_many
SELECT c.*, b.viewer_count, b.started_at, f.created_at AS followed_at
FROM broadcasts b CROSS JOIN follows f
JOIN channels c ON c.user_id = b.user_id
WHERE f.follower_id = :viewer_id AND f.followed_id = b.user_id
	AND b.ended_at IS NULL AND (b.lapses_at IS NULL OR b.lapses_at > :now)
	AND (b.viewer_count, b.user_id) < (:first, :id)
	AND c.is_disabled = 0
	AND NOT EXISTS (SELECT 1 FROM apart a WHERE a.one_id = :viewer_id
		AND a.other_id = c.user_id)
ORDER BY b.viewer_count DESC, b.user_id DESC LIMIT :limit;

-- name: channel_following_off
SELECT c.*, f.created_at AS followed_at
FROM follows f JOIN channels c ON c.user_id = f.followed_id
WHERE f.follower_id = :viewer_id
	AND (f.created_at, f.followed_id) < (:first, :id)
	AND NOT EXISTS (SELECT 1 FROM broadcasts b
		WHERE b.user_id = f.followed_id AND b.ended_at IS NULL
			AND (b.lapses_at IS NULL OR b.lapses_at > :now))
	AND c.is_disabled = 0
	AND NOT EXISTS (SELECT 1 FROM apart a WHERE a.one_id = :viewer_id
		AND a.other_id = c.user_id)
ORDER BY f.created_at DESC, f.followed_id DESC LIMIT :limit;

-- name: follow_newest
SELECT followed_id FROM follows WHERE follower_id = :id
ORDER BY created_at DESC, followed_id DESC LIMIT :limit;

-- What decides a candidate's place, of those that can have one.
-- name: channel_candidate_air
SELECT b.started_at AS at FROM broadcasts b
WHERE b.user_id = :who AND b.ended_at IS NULL
	AND (b.lapses_at IS NULL OR b.lapses_at > :now)
	AND NOT EXISTS (SELECT 1 FROM follows f
		WHERE f.follower_id = :viewer_id AND f.followed_id = :who);

-- name: channel_candidate_off
SELECT coalesce(s.last_live_at, 0) AS at FROM streams s
WHERE s.user_id = :who
	AND NOT EXISTS (SELECT 1 FROM broadcasts b
		WHERE b.user_id = :who AND b.ended_at IS NULL
			AND (b.lapses_at IS NULL OR b.lapses_at > :now))
	AND NOT EXISTS (SELECT 1 FROM follows f
		WHERE f.follower_id = :viewer_id AND f.followed_id = :who);

-- name: channel_candidate
SELECT c.*, b.viewer_count, b.started_at
FROM channels c LEFT JOIN broadcasts b ON b.user_id = c.user_id
	AND b.ended_at IS NULL AND (b.lapses_at IS NULL OR b.lapses_at > :now)
WHERE c.user_id = :who AND c.is_disabled = 0
	AND NOT EXISTS (SELECT 1 FROM apart a WHERE a.one_id = :viewer_id
		AND a.other_id = c.user_id);

-- name: channel_recommended_air
SELECT c.*, b.viewer_count, b.started_at
FROM broadcasts b JOIN channels c ON c.user_id = b.user_id
WHERE b.ended_at IS NULL AND (b.lapses_at IS NULL OR b.lapses_at > :now)
	AND (b.started_at, b.user_id) < (:first, :id)
	AND c.is_disabled = 0 AND c.user_id <> :viewer_id
	AND NOT EXISTS (SELECT 1 FROM follows f
		WHERE f.follower_id = :viewer_id AND f.followed_id = c.user_id)
	AND NOT EXISTS (SELECT 1 FROM apart a WHERE a.one_id = :viewer_id
		AND a.other_id = c.user_id)
ORDER BY b.started_at DESC, b.user_id DESC LIMIT :limit;

-- name: channel_recommended_off
SELECT c.* FROM channels c
WHERE (c.last_live_at, c.user_id) < (:first, :id)
	AND c.is_disabled = 0 AND c.user_id <> :viewer_id
	AND NOT EXISTS (SELECT 1 FROM broadcasts b
		WHERE b.user_id = c.user_id AND b.ended_at IS NULL
			AND (b.lapses_at IS NULL OR b.lapses_at > :now))
	AND NOT EXISTS (SELECT 1 FROM follows f
		WHERE f.follower_id = :viewer_id AND f.followed_id = c.user_id)
	AND NOT EXISTS (SELECT 1 FROM apart a WHERE a.one_id = :viewer_id
		AND a.other_id = c.user_id)
ORDER BY c.last_live_at DESC, c.user_id DESC LIMIT :limit;

-- Never on air: the row value above knows none of them.
-- name: channel_recommended_never
SELECT c.* FROM channels c
WHERE c.last_live_at IS NULL AND c.user_id < :id
	AND c.is_disabled = 0 AND c.user_id <> :viewer_id
	AND NOT EXISTS (SELECT 1 FROM follows f
		WHERE f.follower_id = :viewer_id AND f.followed_id = c.user_id)
	AND NOT EXISTS (SELECT 1 FROM apart a WHERE a.one_id = :viewer_id
		AND a.other_id = c.user_id)
ORDER BY c.user_id DESC LIMIT :limit;
