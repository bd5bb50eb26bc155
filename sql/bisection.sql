-- SPDX-License-Identifier: GPL-2.0-or-later
-- Bisections of a series. Sorted by name.

-- name: bisection_add
INSERT INTO bisection (campaign_id, source_id, series_id, patches, isa, metric, workload, kind, more,
	confidence, blocks_most)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11);

-- name: bisection_blocks
SELECT coalesce(max(number), 0) FROM block WHERE campaign_id = ?1;

-- name: bisection_blocks_done
SELECT count(*) FROM block b WHERE b.campaign_id = ?1
	AND NOT EXISTS (SELECT 1 FROM load l WHERE l.block_id = b.id AND l.state <> 'done');

-- name: bisection_find
SELECT source_id, series_id, patches, isa, metric, workload, kind, more, confidence, blocks_most
FROM bisection WHERE campaign_id = ?1;

-- name: bisection_known
SELECT 1 FROM bisection WHERE campaign_id = ?1;

-- name: bisection_part_add
INSERT INTO bisection_part (campaign_id, role, number, series_id) VALUES (?1, ?2, ?3, ?4);

-- name: bisection_parts
SELECT role, number, series_id FROM bisection_part WHERE campaign_id = ?1;

-- name: bisection_values
SELECT v.position, b.id, l.id, l.host_id, s.value
FROM block b JOIN load l ON l.block_id = b.id JOIN variant v ON v.id = l.variant_id
JOIN sample s ON s.load_id = l.id
WHERE b.campaign_id = ?1 AND b.isa = ?2 AND b.lane = ?3 AND l.status = 'ok' AND NOT l.control
	AND s.metric = ?4 AND s.workload = ?5 AND s.kind = ?6
ORDER BY b.id, v.position, l.id, s.value;

-- name: campaign_build_again
UPDATE campaign SET state = 'building' WHERE id = ?1 AND state = 'measuring';
