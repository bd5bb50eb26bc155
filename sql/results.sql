-- SPDX-License-Identifier: GPL-2.0-or-later
-- What loads brought, and what is read for rankings. Sorted by name.

-- name: dropped_add
INSERT INTO dropped (load_id, workload, rep, why) VALUES (?1, ?2, ?3, ?4);

-- name: function_add
INSERT INTO function_cost (load_id, kind, part, module, function, instructions)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT DO UPDATE SET instructions = instructions + excluded.instructions;

-- name: function_diff
SELECT kind, part, module, function, sum(variant), sum(against) FROM (
	SELECT kind, part, module, function, instructions AS variant, 0 AS against
	FROM function_cost WHERE load_id = ?1
	UNION ALL
	SELECT kind, part, module, function, 0, instructions FROM function_cost WHERE load_id = ?2)
GROUP BY kind, part, module, function
ORDER BY sum(variant) = sum(against), kind, part, abs(sum(variant) - sum(against)) DESC,
	module, function
LIMIT 20000;

-- name: function_load
SELECT l.id FROM load l JOIN block b ON b.id = l.block_id
WHERE l.variant_id = ?1 AND b.isa = ?2 AND l.status = 'ok'
	AND EXISTS (SELECT 1 FROM function_cost f WHERE f.load_id = l.id)
ORDER BY l.id LIMIT 1;

-- name: function_totals
SELECT kind, part, sum(variant), sum(against) FROM (
	SELECT kind, part, instructions AS variant, 0 AS against
	FROM function_cost WHERE load_id = ?1
	UNION ALL
	SELECT kind, part, 0, instructions FROM function_cost WHERE load_id = ?2)
GROUP BY kind, part ORDER BY kind, part;

-- name: race_load
SELECT l.id FROM load l JOIN block b ON b.id = l.block_id
WHERE l.variant_id = ?1 AND b.isa = ?2 AND b.lane = coalesce(?3, b.lane)
	AND EXISTS (SELECT 1 FROM race_map r WHERE r.load_id = l.id)
ORDER BY l.id LIMIT 1;

-- name: race_map_add
INSERT INTO race_map (load_id, workload, kind, sender, first, last, rounds, cycle, tried)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);

-- name: race_maps
SELECT id, workload, kind, sender, first, last, rounds, cycle, coalesce(tried, last - first + 1)
FROM race_map WHERE load_id = ?1
ORDER BY workload, id;

-- name: race_range_add
INSERT INTO race_range (map_id, first, last, state) VALUES (?1, ?2, ?3, ?4);

-- name: race_ranges
SELECT first, last, state FROM race_range WHERE map_id = ?1 ORDER BY first;

-- name: rank_dropped
SELECT l.id, d.workload FROM dropped d JOIN load l ON l.id = d.load_id
JOIN block b ON b.id = l.block_id WHERE b.campaign_id = ?1 ORDER BY d.id;

-- name: rank_gates
SELECT l.id, d.gate, d.workload, d.passed, d.detail FROM verdict d JOIN load l ON l.id = d.load_id
JOIN block b ON b.id = l.block_id WHERE b.campaign_id = ?1 ORDER BY d.id;

-- name: rank_samples
SELECT metric, workload, kind, value, n, total FROM sample
WHERE load_id = ?1 AND metric <> 'exits_by_reason' ORDER BY id;

-- name: sample_add
INSERT INTO sample (load_id, metric, workload, kind, rep, value, n, total)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- name: sample_list
SELECT id, metric, workload, kind, rep, value, n, total FROM sample
WHERE load_id = ?1 AND id > ?2 AND (?4 IS NULL OR metric = ?4) ORDER BY id LIMIT ?3;

-- name: sample_loads
-- Loads whose samples come after one, in the order of their samples.
SELECT l.id, l.block_id, coalesce(e.name, 'base'), b.isa, b.lane
FROM block b JOIN load l ON l.block_id = b.id
JOIN variant v ON v.id = l.variant_id LEFT JOIN series e ON e.id = v.series_id
WHERE b.campaign_id = ?1 AND l.last_sample > ?2
	AND (?3 IS NULL OR coalesce(e.name, 'base') = ?3) AND (?4 IS NULL OR b.lane = ?4)
	AND (?5 IS NULL OR b.isa = ?5)
ORDER BY l.last_sample;

-- name: sample_set_last
UPDATE load SET last_sample = ?2 WHERE id = ?1;

-- name: verdict_add
INSERT INTO verdict (load_id, gate, workload, passed, detail) VALUES (?1, ?2, ?3, ?4, ?5);
