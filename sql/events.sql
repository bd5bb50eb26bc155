-- SPDX-License-Identifier: GPL-2.0-or-later
-- What happened, and logs that are followed. Sorted by name.

-- name: event_list
SELECT id, kind, subject_id, campaign_id, state, created_ms FROM event
WHERE id > ?1 AND (?2 = 0 OR campaign_id = ?2) ORDER BY id LIMIT ?3;

-- name: event_newest
SELECT coalesce(max(id), 0) FROM event;

-- name: event_oldest
SELECT coalesce(min(id), 1) FROM event;

-- name: event_prune
DELETE FROM event WHERE id <= (SELECT max(id) FROM event) - ?1;

-- name: log_chunk_data
SELECT data FROM log_chunk WHERE id = ?1;

-- name: log_chunk_sizes
SELECT id, part, length(data) FROM log_chunk WHERE task_id = ?1 ORDER BY part, id;

-- name: task_state
SELECT state FROM task WHERE id = ?1;
