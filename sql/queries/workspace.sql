-- name: workspace_insert
INSERT INTO workspaces (id, name, owner_id, created_at)
VALUES (:id, :name, :owner_id, :created_at)
ON CONFLICT DO NOTHING;

-- name: workspace_get
SELECT w.id, w.name, w.owner_id, m.role, m.created_at AS joined_at,
	w.created_at
FROM workspace_members m JOIN workspaces w ON w.id = m.workspace_id
WHERE m.workspace_id = :id AND m.user_id = :user_id;

-- name: workspace_list
SELECT w.id, w.name, w.owner_id, m.role, m.created_at AS joined_at,
	w.created_at
FROM workspace_members m JOIN workspaces w ON w.id = m.workspace_id
WHERE m.user_id = :user_id
	AND (m.created_at, m.workspace_id) < (:before_time, :before_id)
ORDER BY m.created_at DESC, m.workspace_id DESC LIMIT :limit;

-- name: workspace_count_owned
SELECT count(*) AS n FROM workspaces
WHERE owner_id = :id AND deleted_at IS NULL;

-- name: workspace_owned
SELECT id FROM workspaces WHERE owner_id = :user_id AND deleted_at IS NULL
ORDER BY created_at, id LIMIT 100;

-- name: workspace_rename
UPDATE workspaces SET name = :name WHERE id = :id AND deleted_at IS NULL;

-- name: workspace_delete
UPDATE workspaces SET deleted_at = :now WHERE id = :id AND deleted_at IS NULL;

-- name: workspace_delete_channels
UPDATE voice_channels SET deleted_at = :now
WHERE workspace_id = :id AND deleted_at IS NULL;

-- name: workspace_delete_members
DELETE FROM workspace_members WHERE workspace_id = :id;

-- name: workspace_set_owner
UPDATE workspaces SET owner_id = :user_id
WHERE id = :id AND deleted_at IS NULL;

-- Rooms of deleted channels as well: what is kept of them has one owner.
-- name: workspace_set_room_owner
UPDATE rooms SET owner_id = :user_id
WHERE name IN (SELECT 'voice-' || v.id FROM voice_channels v
	WHERE v.workspace_id = :id);

-- name: workspace_heir
SELECT m.user_id FROM workspace_members m JOIN users u ON u.id = m.user_id
WHERE m.workspace_id = :id AND m.role = 'admin' AND u.is_disabled = 0
ORDER BY m.created_at, m.user_id LIMIT 1;

-- name: workspace_member_put
INSERT INTO workspace_members (workspace_id, user_id, role, created_at)
VALUES (:id, :user_id, :role, :now)
ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = excluded.role;

-- name: workspace_member_set_role
UPDATE workspace_members SET role = :role
WHERE workspace_id = :id AND user_id = :user_id;

-- name: workspace_member_remove
DELETE FROM workspace_members
WHERE workspace_id = :id AND user_id = :user_id;

-- name: workspace_member_get
SELECT m.user_id, u.username, u.display_name, u.avatar_url, m.role,
	m.created_at
FROM workspace_members m JOIN users u ON u.id = m.user_id
WHERE m.workspace_id = :id AND m.user_id = :user_id;

-- name: workspace_member_list
SELECT m.user_id, u.username, u.display_name, u.avatar_url, m.role,
	m.created_at
FROM workspace_members m JOIN users u ON u.id = m.user_id
WHERE m.workspace_id = :id AND u.username > :after
ORDER BY u.username LIMIT :limit;
