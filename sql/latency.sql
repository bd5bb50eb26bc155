-- SPDX-License-Identifier: GPL-2.0-or-later
-- Latencies of IPIs. Sorted by name.

-- name: latency_add
INSERT INTO latency (load_id, workload, target, clock) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING;

-- name: latency_bucket_add
INSERT INTO latency_bucket (latency_id, bucket, count) VALUES (?1, ?2, ?3)
ON CONFLICT DO UPDATE SET count = count + excluded.count;

-- name: latency_find
SELECT id FROM latency WHERE load_id = ?1 AND workload = ?2 AND target = ?3;

-- name: latency_list
SELECT coalesce(s.name, 'base'), b.isa, b.lane, t.workload, t.target, t.clock, l.id, k.bucket, k.count
FROM block b JOIN load l ON l.block_id = b.id JOIN variant v ON v.id = l.variant_id
JOIN latency t ON t.load_id = l.id JOIN latency_bucket k ON k.latency_id = t.id
LEFT JOIN series s ON s.id = v.series_id
WHERE b.campaign_id = ?1 AND NOT l.control AND (?2 IS NULL OR b.isa = ?2)
ORDER BY b.isa, b.lane, t.workload, t.target, v.position, t.clock, l.id, k.bucket;
