-- SPDX-License-Identifier: GPL-2.0-or-later
-- Tasks, leases, blocks, loads and logs. Sorted by name.

-- name: block_add
INSERT INTO block (campaign_id, task_id, isa, lane, number) VALUES (?1, ?2, ?3, ?4, ?5);

-- name: block_of_task
SELECT id, isa, lane FROM block WHERE task_id = ?1;

-- name: block_settle
UPDATE task SET state = 'done', finished_ms = ?2
WHERE campaign_id = ?1 AND kind = 'block' AND state = 'pending'
	AND NOT EXISTS (SELECT 1 FROM load l JOIN block b ON b.id = l.block_id
		WHERE b.task_id = task.id AND l.state <> 'done');

-- name: campaign_cancel_leases
UPDATE lease SET state = 'cancelled' WHERE state = 'active'
	AND task_id IN (SELECT id FROM task WHERE campaign_id = ?1);

-- name: campaign_cancel_tasks
UPDATE task SET state = 'cancelled', finished_ms = ?2
WHERE campaign_id = ?1 AND state IN ('pending', 'leased');

-- name: campaign_open_loads
SELECT count(*) FROM load l JOIN block b ON b.id = l.block_id
WHERE b.campaign_id = ?1 AND l.state <> 'done';

-- name: campaign_skip_loads
UPDATE load SET state = 'done', status = 'skipped', sentence = ?2, finished_ms = ?3
WHERE state <> 'done' AND block_id IN (SELECT id FROM block WHERE campaign_id = ?1);

-- name: lease_add
INSERT INTO lease (id, task_id, host_id, state, created_ms, expires_ms)
VALUES (?1, ?2, ?3, 'active', ?4, ?5);

-- name: lease_end
UPDATE lease SET state = ?2 WHERE id = ?1;

-- name: lease_expired
SELECT l.id, l.task_id FROM lease l WHERE l.state = 'active' AND l.expires_ms <= ?1
ORDER BY l.expires_ms LIMIT 100;

-- name: lease_extend
UPDATE lease SET expires_ms = ?2 WHERE id = ?1;

-- name: lease_find
SELECT task_id, host_id, state, expires_ms FROM lease WHERE id = ?1;

-- name: lease_prune
DELETE FROM lease WHERE state <> 'active' AND expires_ms < ?1
	AND task_id IN (SELECT id FROM task WHERE state IN ('done', 'failed', 'cancelled'));

-- name: load_add
INSERT INTO load (block_id, variant_id, position) VALUES (?1, ?2, ?3);

-- name: load_find
SELECT l.state, l.variant_id, l.host_failures, v.position, v.campaign_id
FROM load l JOIN variant v ON v.id = l.variant_id JOIN block b ON b.id = l.block_id
WHERE l.id = ?1 AND b.task_id = ?2;

-- name: load_finish
UPDATE load SET state = 'done', status = ?2, sentence = ?3, console_sha256 = ?4, duration_ms = ?5,
	fingerprint_id = ?6, host_id = ?7, finished_ms = ?8
WHERE id = ?1 AND state <> 'done';

-- name: load_host_failed
UPDATE load SET state = 'pending', host_failures = host_failures + 1, sentence = ?2, host_id = ?3
WHERE id = ?1;

-- name: load_running
-- That load of the task runs now, beside others perhaps; 0: none of the task's runs any more.
UPDATE load SET state = CASE WHEN ?2 = 0 THEN 'pending' ELSE 'running' END
WHERE state <> 'done' AND block_id = (SELECT id FROM block WHERE task_id = ?1) AND ?2 IN (0, id);

-- name: load_set_hung
UPDATE load SET hung_sentence = ?2, hung_console_sha256 = ?3 WHERE id = ?1;

-- name: log_chunk_add
INSERT INTO log_chunk (task_id, part, data) VALUES (?1, ?2, ?3);

-- name: log_chunk_extend
UPDATE log_chunk SET data = CAST(data || ?2 AS BLOB) WHERE id = ?1;

-- name: log_chunk_last
SELECT id, length(data) FROM log_chunk WHERE task_id = ?1 AND part = ?2 ORDER BY id DESC LIMIT 1;

-- name: log_chunk_oldest
SELECT id, length(data) FROM log_chunk WHERE task_id = ?1 AND part = 'tail' ORDER BY id LIMIT 1;

-- name: log_chunk_remove
DELETE FROM log_chunk WHERE id = ?1;

-- name: log_chunks
SELECT part, data FROM log_chunk WHERE task_id = ?1 ORDER BY part, id;

-- name: log_find
SELECT head_bytes, tail_bytes, dropped_bytes FROM task_log WHERE task_id = ?1;

-- name: log_open
INSERT INTO task_log (task_id) VALUES (?1) ON CONFLICT DO NOTHING;

-- name: log_update
UPDATE task_log SET head_bytes = ?2, tail_bytes = ?3, dropped_bytes = ?4 WHERE task_id = ?1;

-- name: task_add_block
INSERT INTO task (campaign_id, kind, capability, state, created_ms)
VALUES (?1, 'block', ?2, 'pending', ?3);

-- name: task_add_build
INSERT INTO task (campaign_id, kind, capability, state, variant_id, created_ms)
VALUES (?1, 'build', 'build', 'pending', ?2, ?3);

-- name: task_add_fetch
INSERT INTO task (kind, capability, state, created_ms) VALUES ('fetch', 'build', 'pending', ?1);

-- name: task_find
SELECT t.id, t.kind, t.campaign_id, t.state, t.attempt, t.capability, b.isa, b.lane,
	coalesce(s.name, f.name, CASE WHEN t.variant_id IS NULL THEN NULL ELSE 'base' END), t.phase,
	(SELECT h.name FROM lease l JOIN host h ON h.id = l.host_id WHERE l.task_id = t.id
		ORDER BY l.created_ms DESC LIMIT 1),
	t.created_ms, t.started_ms, t.finished_ms, coalesce(g.head_bytes + g.tail_bytes, 0),
	coalesce(g.dropped_bytes, 0), t.variant_id, t.lost, t.unfinished, t.campaign_id
FROM task t LEFT JOIN block b ON b.task_id = t.id LEFT JOIN variant v ON v.id = t.variant_id
LEFT JOIN series s ON s.id = v.series_id LEFT JOIN task_log g ON g.task_id = t.id
LEFT JOIN fetch h ON h.task_id = t.id LEFT JOIN series f ON f.id = h.series_id
WHERE t.id = ?1;

-- name: task_finish
UPDATE task SET state = ?2, phase = NULL, finished_ms = ?3 WHERE id = ?1;

-- name: task_give_back
UPDATE task SET state = 'pending', phase = NULL, attempt = attempt + ?2, lost = lost + ?3,
	unfinished = unfinished + ?4
WHERE id = ?1;

-- name: task_lease
UPDATE task SET state = 'leased', phase = NULL, started_ms = coalesce(started_ms, ?2) WHERE id = ?1;

-- name: task_loads
SELECT l.id, l.state, l.variant_id, v.position, coalesce(s.name, 'base'), s.sender_flag, v.build_id,
	(SELECT o.build_id FROM variant o WHERE o.campaign_id = v.campaign_id AND o.position = 0)
FROM load l JOIN block b ON b.id = l.block_id JOIN variant v ON v.id = l.variant_id
LEFT JOIN series s ON s.id = v.series_id
WHERE b.task_id = ?1 ORDER BY l.position;

-- name: task_next
-- What is to be fetched comes first: it takes seconds, and a campaign may wait for it. Labels say where a
-- campaign may be measured; who builds it does not matter.
SELECT id FROM (
	SELECT 0 AS turn, (SELECT t.id FROM task t
		WHERE t.state = 'pending' AND t.kind = 'fetch'
			AND instr(',' || ?1 || ',', ',' || t.capability || ',')
		ORDER BY t.id LIMIT 1) AS id
	UNION ALL
	SELECT 1, (SELECT t.id FROM campaign c CROSS JOIN task t ON t.campaign_id = c.id
		WHERE c.state IN ('building', 'measuring') AND t.state = 'pending'
			AND instr(',' || ?1 || ',', ',' || t.capability || ',')
			AND (t.kind <> 'block' OR holds_all(?2, c.host_labels))
		ORDER BY c.queue_ms, c.id, t.id LIMIT 1))
WHERE id IS NOT NULL ORDER BY turn LIMIT 1;

-- name: task_pending
SELECT capability, count(*) FROM task WHERE state = 'pending' GROUP BY capability;

-- name: task_set_phase
UPDATE task SET phase = ?2 WHERE id = ?1;

-- name: task_variant
SELECT v.id, v.position, coalesce(s.name, 'base'), s.mbox_sha256, s.sender_flag,
	c.repository, c.rev, c.lanes, c.preferred_commit
FROM variant v LEFT JOIN series s ON s.id = v.series_id JOIN campaign c ON c.id = v.campaign_id
WHERE v.id = ?1;

-- name: task_wanted
SELECT t.capability, CASE t.kind WHEN 'block' THEN c.host_labels ELSE '' END, count(*)
FROM task t LEFT JOIN campaign c ON c.id = t.campaign_id WHERE t.state = 'pending' GROUP BY 1, 2;

-- name: variant_faults
SELECT b.isa, l.status, l.sentence FROM load l JOIN block b ON b.id = l.block_id
WHERE l.id IN (SELECT min(f.id) FROM load f JOIN block o ON o.id = f.block_id
	WHERE f.variant_id = ?1 AND f.state = 'done' AND f.status NOT IN ('ok', 'skipped')
	GROUP BY o.isa)
ORDER BY l.id;

-- name: variant_isas
SELECT count(DISTINCT b.isa) FROM load l JOIN block b ON b.id = l.block_id WHERE l.variant_id = ?1;

-- name: variant_open_loads
SELECT count(*) FROM load WHERE variant_id = ?1 AND state <> 'done';

-- name: variant_skip_isa
UPDATE load SET state = 'done', status = 'skipped', sentence = ?3, finished_ms = ?4
WHERE variant_id = ?1 AND state <> 'done' AND block_id IN (SELECT id FROM block
	WHERE isa = (SELECT b.isa FROM load l JOIN block b ON b.id = l.block_id WHERE l.id = ?2));

-- name: variant_skip_loads
UPDATE load SET state = 'done', status = 'skipped', sentence = ?2, finished_ms = ?3
WHERE variant_id = ?1 AND state <> 'done';
