-- SPDX-License-Identifier: GPL-2.0-or-later
-- Tokens, idempotency keys, artifacts, hosts. To add a statement: "-- name: x" above it, then use
-- SQL_X. Keep them sorted.

-- name: artifact_add
INSERT INTO artifact (sha256, bytes, created_ms) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING;

-- name: artifact_find
SELECT bytes FROM artifact WHERE sha256 = ?1;

-- name: artifact_total
SELECT coalesce(sum(bytes), 0) FROM artifact;

-- name: fingerprint_add
INSERT INTO fingerprint (sha256, json) VALUES (?1, ?2) ON CONFLICT DO NOTHING;

-- name: fingerprint_find
SELECT id FROM fingerprint WHERE sha256 = ?1;

-- name: fingerprint_loads
SELECT f.id, h.id, h.name, f.sha256, f.json, l.id
FROM block b JOIN load l ON l.block_id = b.id JOIN fingerprint f ON f.id = l.fingerprint_id
JOIN host h ON h.id = l.host_id
WHERE b.campaign_id = ?1 ORDER BY f.id, h.id, l.id;

-- name: host_capable
SELECT name, last_seen_ms FROM host
WHERE instr(',' || capabilities || ',', ',' || ?1 || ',') AND holds_all(labels, ?2)
ORDER BY last_seen_ms DESC LIMIT 1;

-- name: host_list
SELECT h.id, h.name, h.capabilities, f.json, h.first_seen_ms, h.last_seen_ms, h.labels
FROM host h LEFT JOIN fingerprint f ON f.id = h.fingerprint_id
WHERE h.id < ?1 ORDER BY h.id DESC LIMIT ?2;

-- name: host_seen
INSERT INTO host (name, capabilities, fingerprint_id, first_seen_ms, last_seen_ms, labels)
VALUES (?1, ?2, ?3, ?4, ?4, ?5)
ON CONFLICT (name) DO UPDATE SET capabilities = excluded.capabilities,
	fingerprint_id = coalesce(excluded.fingerprint_id, fingerprint_id),
	last_seen_ms = excluded.last_seen_ms, labels = excluded.labels
RETURNING id;

-- name: host_touch
UPDATE host SET last_seen_ms = ?2 WHERE id = ?1;

-- name: idempotency_add
INSERT INTO idempotency (token_id, key, request_sha256, status, body, created_ms, location)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- name: idempotency_find
SELECT request_sha256, status, body, location FROM idempotency WHERE token_id = ?1 AND key = ?2;

-- name: idempotency_prune
DELETE FROM idempotency WHERE created_ms < ?1;

-- name: token_add
INSERT INTO token (name, sha256, scopes, created_ms) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING;

-- name: token_list
SELECT id, name, sha256, scopes FROM token WHERE revoked_ms IS NULL ORDER BY id;
