-- name: audit_insert
INSERT INTO audit (id, at, actor_id, actor_name, action, target_id,
	target_name)
VALUES (:id, :at, :actor_id, :actor_name, :action, :target_id, :target_name);

-- name: audit_list
SELECT * FROM audit WHERE id < :before ORDER BY id DESC LIMIT :limit;
