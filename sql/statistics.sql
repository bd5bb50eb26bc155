-- SPDX-License-Identifier: GPL-2.0-or-later
-- Budgets, verdicts and the records of null controls. Sorted by name.

-- name: budget_set
UPDATE campaign SET smp_most = ?2, null_control = ?3 WHERE id = ?1;

-- name: host_known
SELECT 1 FROM host WHERE id = ?1;

-- name: judge_blocks
SELECT b.isa, coalesce(min(CASE WHEN l.state <> 'done' THEN b.number END) - 1, max(b.number)),
	max(b.number), sum(l.state = 'done' AND l.status <> 'skipped')
FROM block b JOIN load l ON l.block_id = b.id
WHERE b.campaign_id = ?1 AND b.lane = 'smp' GROUP BY b.isa ORDER BY b.isa;

-- name: judge_lost
-- A load that hung the first time ran twice.
SELECT b.isa, v.position, count(*) + count(l.hung_sentence),
	sum(l.status <> 'ok') + count(l.hung_sentence)
FROM block b JOIN load l ON l.block_id = b.id JOIN variant v ON v.id = l.variant_id
WHERE b.campaign_id = ?1 AND v.position > 0 AND l.state = 'done' AND l.status <> 'skipped'
GROUP BY b.isa, v.position ORDER BY b.isa, v.position;

-- name: judge_lost_base
SELECT count(*) + count(l.hung_sentence),
	coalesce(sum(l.status <> 'ok'), 0) + count(l.hung_sentence)
FROM load l JOIN block b ON b.id = l.block_id JOIN variant v ON v.id = l.variant_id
WHERE v.position = 0 AND b.isa = ?1 AND l.state = 'done' AND l.status <> 'skipped';

-- name: judge_pace
SELECT avg(duration_ms) FROM (SELECT l.duration_ms FROM load l JOIN block b ON b.id = l.block_id
	WHERE b.lane = 'smp' AND b.isa = ?1 AND l.status = 'ok' ORDER BY l.id DESC LIMIT 20);

-- name: judge_samples
SELECT b.isa, s.metric, s.workload, s.kind, v.position, l.control, b.number, l.id, l.host_id, s.value,
	b.id
FROM block b JOIN load l ON l.block_id = b.id JOIN variant v ON v.id = l.variant_id
JOIN sample s ON s.load_id = l.id
WHERE b.campaign_id = ?1 AND b.lane = 'smp' AND l.status = 'ok' AND s.metric <> 'exits_by_reason'
ORDER BY b.isa, s.metric, s.workload, s.kind, v.position, l.control, b.number, l.id, s.value;

-- name: judge_varied
-- A load's round is counted once for it, not for each of its samples.
WITH all_exact AS (SELECT b.isa, b.id AS block, l.id AS load, l.variant_id, l.host_id, l.status,
	row_number() OVER (PARTITION BY b.id, l.variant_id ORDER BY l.position) AS round
	FROM block b JOIN load l ON l.block_id = b.id
	WHERE b.campaign_id = ?1 AND b.lane = 'exact'),
exact AS MATERIALIZED (SELECT * FROM all_exact WHERE status = 'ok'),
varied AS (SELECT DISTINCT isa, metric, workload, kind FROM (
	SELECT e.isa, s.metric, s.workload, s.kind FROM exact e JOIN sample s ON s.load_id = e.load
	GROUP BY e.isa, e.variant_id, s.metric, s.workload, s.kind HAVING min(s.value) < max(s.value)))
SELECT e.isa, s.metric, s.workload, s.kind, v.position, 0, e.round, e.load, e.host_id, s.value, e.block
FROM exact e JOIN variant v ON v.id = e.variant_id JOIN sample s ON s.load_id = e.load
JOIN varied d ON d.isa = e.isa AND d.metric = s.metric AND d.workload = s.workload AND d.kind = s.kind
ORDER BY e.isa, s.metric, s.workload, s.kind, v.position, e.load, s.value;

-- name: load_set_control
UPDATE load SET control = 1 WHERE id = ?1;

-- name: mechanism_reason
SELECT s.kind, coalesce(avg(CASE WHEN v.position > 0 THEN s.value END), 0) AS variant,
	coalesce(avg(CASE WHEN v.position = 0 THEN s.value END), 0) AS base
FROM sample s JOIN load l ON l.id = s.load_id JOIN block b ON b.id = l.block_id
JOIN variant v ON v.id = l.variant_id
WHERE b.campaign_id = ?1 AND b.isa = ?2 AND s.metric = 'exits_by_reason' AND s.workload = ?3
	AND NOT l.control AND v.position IN (0, ?4)
GROUP BY s.kind ORDER BY abs(variant - base) DESC, s.kind LIMIT 1;

-- name: null_list
SELECT DISTINCT isa, metric, workload FROM null_ratio WHERE host_id = ?1 ORDER BY isa, metric, workload;

-- name: null_ratio_add
INSERT INTO null_ratio (host_id, isa, metric, workload, block_id, log_ratio)
VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING;

-- name: null_ratios
SELECT log_ratio FROM null_ratio
WHERE host_id = ?1 AND isa = ?2 AND metric = ?3 AND workload = ?4 ORDER BY block_id DESC LIMIT 1000;

-- name: null_verdict_add
INSERT INTO null_verdict (host_id, isa, metric, workload, campaign_id, verdict)
VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET verdict = excluded.verdict;

-- name: null_verdicts
SELECT count(*), coalesce(sum(verdict IN ('better', 'worse')), 0) FROM null_verdict
WHERE host_id = ?1 AND isa = ?2 AND metric = ?3 AND workload = ?4;

-- name: series_expects
SELECT expects FROM series WHERE id = ?1;

-- name: series_find_expecting
SELECT id FROM series WHERE name = ?1 AND mbox_sha256 = ?2 AND sender_flag IS ?3 AND expects IS ?4;

-- name: series_set_expects
UPDATE series SET expects = ?2 WHERE id = ?1;

-- name: variant_measure_again
UPDATE variant SET state = 'measuring', finished_ms = NULL WHERE id = ?1;
