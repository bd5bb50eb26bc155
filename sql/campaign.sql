-- SPDX-License-Identifier: GPL-2.0-or-later
-- Series, campaigns and their variants. Sorted by name.

-- name: build_add
INSERT INTO build (key, tree, base_tree, code_sha256, duration_ms, warnings, created_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- name: build_artifact_add
INSERT INTO build_artifact (build_id, name, sha256, bytes) VALUES (?1, ?2, ?3, ?4);

-- name: build_artifacts
SELECT name, sha256, bytes FROM build_artifact WHERE build_id = ?1 ORDER BY name;

-- name: build_average
SELECT avg(duration_ms) FROM (SELECT b.duration_ms FROM build b
	ORDER BY b.id DESC LIMIT 20);

-- name: build_find
SELECT id, key, tree, base_tree, code_sha256, duration_ms, warnings, created_ms
FROM build WHERE key = ?1 ORDER BY id DESC LIMIT 1;

-- name: build_list
SELECT id, key, tree, base_tree, code_sha256, duration_ms, warnings, created_ms
FROM build WHERE id < ?1 AND (?3 IS NULL OR tree = ?3) AND (?4 IS NULL OR base_tree = ?4)
	AND (?5 IS NULL OR code_sha256 = ?5)
ORDER BY id DESC LIMIT ?2;

-- name: campaign_add
INSERT INTO campaign (state, repository, rev, isa, lanes, loads_exact, loads_smp, seed,
	measure_identical, created_ms, loads_race)
VALUES ('building', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10);

-- name: campaign_find
SELECT id, state, reason, repository, rev, base_tree, isa, lanes, loads_exact, loads_smp, seed,
	measure_identical, created_ms, finished_ms, loads_race, cancelled_ms, retry_of, smp_most,
	null_control, priority, host_labels, workloads, base_commit, preferred_commit
FROM campaign WHERE id = ?1;

-- name: campaign_finish
UPDATE campaign SET state = ?2, reason = ?3, finished_ms = ?4
WHERE id = ?1 AND state NOT IN ('done', 'failed');

-- name: campaign_list
SELECT id, state, reason, repository, rev, base_tree, isa, lanes, loads_exact, loads_smp, seed,
	measure_identical, created_ms, finished_ms, loads_race, cancelled_ms, retry_of, smp_most,
	null_control, priority, host_labels, workloads, base_commit, preferred_commit
FROM campaign WHERE id < ?1 ORDER BY id DESC LIMIT ?2;

-- name: campaign_loads
SELECT l.id, l.variant_id, b.lane, b.isa, l.block_id, l.state, l.status, l.sentence,
	l.console_sha256, b.task_id, l.duration_ms,
	(SELECT count(*) FROM dropped d WHERE d.load_id = l.id), l.control, l.hung_sentence,
	l.hung_console_sha256
FROM load l JOIN block b ON b.id = l.block_id
WHERE b.campaign_id = ?1 ORDER BY l.id;

-- name: campaign_set_base_tree
UPDATE campaign SET base_tree = ?2 WHERE id = ?1;

-- name: campaign_set_measuring
UPDATE campaign SET state = 'measuring' WHERE id = ?1 AND state = 'building';

-- name: campaign_variants
SELECT v.id, v.position, v.series_id, coalesce(s.name, 'base'), v.state,
	CASE WHEN v.state = 'waiting' AND s.state = 'fetching' THEN 'fetch' ELSE v.phase END, v.reason,
	v.started_ms, v.finished_ms, v.build_id, b.key, b.code_sha256, v.build_reused, b.duration_ms,
	(SELECT t.id FROM task t WHERE t.variant_id = v.id), s.sender_flag, s.version
FROM variant v LEFT JOIN series s ON s.id = v.series_id LEFT JOIN build b ON b.id = v.build_id
WHERE v.campaign_id = ?1 ORDER BY v.position;

-- name: load_average
SELECT avg(duration_ms) FROM (SELECT l.duration_ms FROM load l JOIN block b ON b.id = l.block_id
	WHERE b.lane = ?1 AND b.isa = ?2 AND l.status = 'ok' ORDER BY l.id DESC LIMIT 20);

-- name: patch_add
INSERT INTO patch (series_id, number, subject, author, date) VALUES (?1, ?2, ?3, ?4, ?5);

-- name: series_add
INSERT INTO series (name, version, sender_flag, mbox_sha256, created_ms)
VALUES (?1, 1 + coalesce((SELECT max(version) FROM series WHERE name = ?1), 0), ?2, ?3, ?4);

-- name: series_find
SELECT s.id, s.name, s.version, s.sender_flag, s.mbox_sha256, a.bytes, s.created_ms
FROM series s LEFT JOIN artifact a ON a.sha256 = s.mbox_sha256 WHERE s.id = ?1;

-- name: series_list
SELECT id FROM series WHERE id < ?1 AND part_of IS NULL ORDER BY id DESC LIMIT ?2;

-- name: series_patches
SELECT number, subject, author, date FROM patch WHERE series_id = ?1 ORDER BY number;

-- name: variant_add
INSERT INTO variant (campaign_id, position, series_id, state) VALUES (?1, ?2, ?3, 'waiting');

-- name: variant_finish
UPDATE variant SET state = ?2, reason = ?3, phase = NULL, finished_ms = ?4 WHERE id = ?1;

-- name: variant_fail_open
UPDATE variant SET state = 'failed', reason = ?2, phase = NULL, finished_ms = ?3
WHERE campaign_id = ?1 AND state NOT IN ('done', 'identical', 'failed');

-- name: variant_list
SELECT v.id, v.campaign_id, CASE v.position WHEN 0 THEN 'base' ELSE 'series' END, coalesce(s.name, 'base'),
	v.series_id, s.version, v.state, v.phase, v.reason, v.started_ms, v.finished_ms, v.build_id,
	b.key, b.code_sha256, v.build_reused
FROM variant v LEFT JOIN series s ON s.id = v.series_id LEFT JOIN build b ON b.id = v.build_id
WHERE v.id < ?1 AND (?3 IS NULL OR v.campaign_id = ?3) AND (?4 IS NULL OR coalesce(s.name, 'base') = ?4)
	AND (?5 IS NULL OR v.state = ?5)
ORDER BY v.id DESC LIMIT ?2;

-- name: variant_set_build
UPDATE variant SET state = 'built', phase = NULL, build_id = ?2, build_reused = ?3 WHERE id = ?1;

-- name: variant_set_phase
UPDATE variant SET phase = ?2 WHERE id = ?1;

-- name: variant_start
UPDATE variant SET state = ?2, started_ms = coalesce(started_ms, ?3) WHERE id = ?1;
