-- name: voice_insert
INSERT INTO voice_channels (id, workspace_id, name, sources, created_at)
VALUES (:id, :workspace_id, :name, :sources, :created_at)
ON CONFLICT DO NOTHING;

-- name: voice_get
SELECT id, workspace_id, name, sources, created_at FROM voice_channels
WHERE id = :id AND deleted_at IS NULL;

-- name: voice_list
SELECT id, workspace_id, name, sources, created_at FROM voice_channels
WHERE workspace_id = :workspace_id AND deleted_at IS NULL
	AND (created_at, id) > (:after_time, :after_id)
ORDER BY created_at, id LIMIT :limit;

-- name: voice_count
SELECT count(*) AS n FROM voice_channels
WHERE workspace_id = :id AND deleted_at IS NULL;

-- name: voice_update
UPDATE voice_channels SET name = :name, sources = :sources
WHERE id = :id AND deleted_at IS NULL;

-- name: voice_rename_room
UPDATE rooms SET display_name = :name WHERE name = 'voice-' || :id;

-- name: voice_delete
UPDATE voice_channels SET deleted_at = :now
WHERE id = :id AND deleted_at IS NULL;

-- name: voice_access
SELECT m.role, v.sources
FROM voice_channels v JOIN workspace_members m
	ON m.workspace_id = v.workspace_id
WHERE v.id = :id AND m.user_id = :user_id;
