-- name: follow_add
INSERT INTO follows (follower_id, followed_id, created_at)
VALUES (:follower_id, :followed_id, :now)
ON CONFLICT DO NOTHING;

-- name: follow_remove
DELETE FROM follows
WHERE follower_id = :follower_id AND followed_id = :followed_id;

-- name: follow_exists
SELECT EXISTS (SELECT 1 FROM follows
	WHERE follower_id = :one_id AND followed_id = :other_id) AS yes;

-- name: follow_list
SELECT u.*, f.created_at AS since
FROM follows f JOIN users u ON u.id = f.followed_id
WHERE f.follower_id = :id
	AND (f.created_at, f.followed_id) < (:before_time, :before_id)
ORDER BY f.created_at DESC, f.followed_id DESC LIMIT :limit;

-- name: block_add
INSERT INTO blocks (blocker_id, blocked_id, created_at)
VALUES (:blocker_id, :blocked_id, :now)
ON CONFLICT DO NOTHING;

-- name: block_remove
DELETE FROM blocks
WHERE blocker_id = :blocker_id AND blocked_id = :blocked_id;

-- name: block_exists
SELECT EXISTS (SELECT 1 FROM blocks
	WHERE blocker_id = :one_id AND blocked_id = :other_id) AS yes;

-- name: block_list
SELECT u.*, b.created_at AS since
FROM blocks b JOIN users u ON u.id = b.blocked_id
WHERE b.blocker_id = :id
	AND (b.created_at, b.blocked_id) < (:before_time, :before_id)
ORDER BY b.created_at DESC, b.blocked_id DESC LIMIT :limit;
