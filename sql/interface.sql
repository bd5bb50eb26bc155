-- SPDX-License-Identifier: GPL-2.0-or-later
-- What users do with campaigns, tokens and the queue. Sorted by name.

-- name: campaign_set_cancelled
UPDATE campaign SET cancelled_ms = ?2 WHERE id = ?1;

-- name: campaign_set_retry
UPDATE campaign SET retry_of = ?2 WHERE id = ?1;

-- name: host_live
SELECT count(*) FROM host WHERE instr(',' || capabilities || ',', ',' || ?1 || ',') AND last_seen_ms > ?2
	AND holds_all(labels, ?3);

-- name: metrics_agents
SELECT count(*) FROM host WHERE last_seen_ms > ?1;

-- name: metrics_campaigns
SELECT state, count(*) FROM campaign GROUP BY state ORDER BY state;

-- name: metrics_samples
-- Samples are never removed, so the newest number is their count; counting them would take a while.
SELECT coalesce(max(id), 0) FROM sample;

-- name: metrics_series
SELECT count(*) FROM series;

-- name: metrics_tasks
SELECT state, count(*) FROM task GROUP BY state ORDER BY state;

-- name: queue_list
SELECT t.id, t.kind, t.campaign_id, t.capability, t.state, b.isa, b.lane,
	coalesce(s.name, g.name, CASE WHEN t.variant_id IS NULL THEN NULL ELSE 'base' END), t.phase,
	t.created_ms, t.started_ms,
	(SELECT count(*) FROM load l WHERE l.block_id = b.id AND l.state <> 'done'),
	CASE t.kind WHEN 'block' THEN c.host_labels ELSE '' END
FROM task t LEFT JOIN campaign c ON c.id = t.campaign_id LEFT JOIN block b ON b.task_id = t.id
LEFT JOIN variant v ON v.id = t.variant_id
LEFT JOIN series s ON s.id = v.series_id
LEFT JOIN fetch f ON f.task_id = t.id LEFT JOIN series g ON g.id = f.series_id
WHERE t.state IN ('pending', 'leased')
ORDER BY t.state = 'pending', coalesce(c.queue_ms, 0), t.campaign_id, t.id LIMIT ?1;

-- name: token_find
SELECT name, scopes, created_ms, revoked_ms FROM token WHERE id = ?1;

-- name: token_page
SELECT id FROM token WHERE id < ?1 ORDER BY id DESC LIMIT ?2;

-- name: token_revoke
UPDATE token SET revoked_ms = ?2 WHERE id = ?1 AND revoked_ms IS NULL;

-- name: token_rotate
UPDATE token SET sha256 = ?2 WHERE id = ?1 AND revoked_ms IS NULL;

-- name: wishes_find
SELECT priority, host_labels, workloads FROM campaign WHERE id = ?1;

-- name: wishes_set
UPDATE campaign SET priority = ?2, queue_ms = ?3, host_labels = ?4, workloads = ?5 WHERE id = ?1;
