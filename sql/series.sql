-- SPDX-License-Identifier: GPL-2.0-or-later
-- Series from git, their threads and versions, and the bases they were made on. Sorted by name.

-- name: base_agree
-- What the campaign's series were made on, when all that say so say the same.
SELECT CASE WHEN count(DISTINCT s.base_commit) = 1 THEN max(s.base_commit) END
FROM variant v JOIN series s ON s.id = v.series_id WHERE v.campaign_id = ?1;

-- name: base_find
SELECT base_commit, preferred_commit, base_open FROM campaign WHERE id = ?1;

-- name: base_prefer
UPDATE campaign SET preferred_commit = ?2, base_open = 0 WHERE id = ?1;

-- name: base_set_commit
UPDATE campaign SET base_commit = ?2 WHERE id = ?1;

-- name: base_set_open
UPDATE campaign SET base_open = 1 WHERE id = ?1;

-- name: campaign_fetching
SELECT count(*) FROM variant v JOIN series s ON s.id = v.series_id
WHERE v.campaign_id = ?1 AND v.state = 'waiting' AND s.state = 'fetching';

-- name: campaign_unplanned
-- Variants without a build task yet, the base first.
SELECT v.id, coalesce(s.state, 'ready'), s.name, s.reason
FROM variant v LEFT JOIN series s ON s.id = v.series_id
WHERE v.campaign_id = ?1 AND v.state = 'waiting'
	AND NOT EXISTS (SELECT 1 FROM task t WHERE t.variant_id = v.id)
ORDER BY v.position;

-- name: campaign_waiting_for
-- Of a series, one after the other: those with a larger number than ?2.
SELECT min(v.campaign_id) FROM variant v
WHERE v.series_id = ?1 AND v.state = 'waiting' AND v.campaign_id > ?2;

-- name: fetch_add
INSERT INTO fetch (series_id, task_id, url, ref, base, repository, each_commit)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- name: fetch_average
SELECT avg(finished_ms - started_ms) FROM (SELECT finished_ms, started_ms FROM task
	WHERE kind = 'fetch' AND state = 'done' ORDER BY id DESC LIMIT 20);

-- name: fetch_cancel_lease
UPDATE lease SET state = 'cancelled' WHERE state = 'active'
	AND task_id = (SELECT task_id FROM fetch WHERE series_id = ?1);

-- name: fetch_cancel_task
UPDATE task SET state = 'cancelled', finished_ms = ?2
WHERE id = (SELECT task_id FROM fetch WHERE series_id = ?1) AND state IN ('pending', 'leased');

-- name: fetch_find
SELECT url, ref, base, repository, each_commit, task_id, head FROM fetch WHERE series_id = ?1;

-- name: fetch_of_task
SELECT f.series_id, f.url, f.ref, f.base, f.repository, f.each_commit, s.name, s.sender_flag
FROM fetch f JOIN series s ON s.id = f.series_id WHERE f.task_id = ?1;

-- name: fetch_set_head
UPDATE fetch SET head = ?2 WHERE series_id = ?1;

-- name: message_add
INSERT INTO series_message (message_id, series_id, own) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING;

-- name: patch_add_id
UPDATE patch SET patch_id = ?3 WHERE series_id = ?1 AND number = ?2;

-- name: patch_ids
SELECT number, subject, patch_id FROM patch WHERE series_id = ?1 ORDER BY number;

-- name: series_add_fetching
INSERT INTO series (name, version, sender_flag, mbox_sha256, created_ms, state)
VALUES (?1, 1 + coalesce((SELECT max(version) FROM series WHERE name = ?1), 0), ?2, NULL, ?3, 'fetching');

-- name: series_fail
UPDATE series SET state = 'failed', reason = ?2 WHERE id = ?1 AND state = 'fetching';

-- name: series_more
SELECT state, reason, thread, previous_id, part_of, posted_version, base_commit
FROM series WHERE id = ?1;

-- name: series_move
UPDATE series SET thread = ?2 WHERE thread = ?1;

-- name: series_named_before
-- The version before, of the same name.
SELECT max(id) FROM series
WHERE name = (SELECT name FROM series WHERE id = ?1) AND id < ?1 AND state <> 'failed';

-- name: series_parts
SELECT id FROM series WHERE part_of = ?1 ORDER BY id;

-- name: series_ready
UPDATE series SET state = 'ready', reason = ?3, mbox_sha256 = ?2 WHERE id = ?1;

-- name: series_replied_before
-- The newest that the series answers, by the same author, and not a version later than its own.
SELECT max(o.id) FROM series n JOIN series_message r ON r.series_id = n.id AND r.own = 0
JOIN series_message m ON m.message_id = r.message_id AND m.own = 1 JOIN series o ON o.id = m.series_id
WHERE n.id = ?1 AND o.id <> n.id AND o.author = n.author AND o.posted_version < n.posted_version;

-- name: series_set_base
UPDATE series SET base_commit = ?2, base_tree = ?3 WHERE id = ?1;

-- name: series_set_part
UPDATE series SET part_of = ?2 WHERE id = ?1;

-- name: series_set_previous
UPDATE series SET previous_id = ?2 WHERE id = ?1;

-- name: series_set_thread
UPDATE series SET thread = ?2 WHERE id = ?1;

-- name: series_set_title
UPDATE series SET title = ?2, author = ?3, posted_version = ?4 WHERE id = ?1;

-- name: series_titled_before
SELECT max(o.id) FROM series n JOIN series o ON o.title = n.title AND o.author = n.author
WHERE n.id = ?1 AND o.id < n.id AND o.part_of IS NULL AND n.part_of IS NULL
	AND o.posted_version <= n.posted_version;

-- name: series_usable
SELECT state <> 'failed' FROM series WHERE id = ?1;

-- name: thread_by_message
-- Threads of which a series holds that mail or answers it, other than that thread.
SELECT DISTINCT o.thread FROM series_message n JOIN series_message m ON m.message_id = n.message_id
JOIN series o ON o.id = m.series_id
WHERE n.series_id = ?1 AND m.series_id <> ?1 AND (n.own = 0 OR m.own = 0) AND o.thread <> ?2 LIMIT 1;

-- name: thread_find
SELECT thread FROM series WHERE id = ?1;

-- name: thread_of_message
SELECT s.thread FROM series_message m JOIN series s ON s.id = m.series_id
WHERE m.message_id = ?1 ORDER BY m.own DESC, s.id LIMIT 1;

-- name: thread_series
-- The latest version of each series of a thread that was not found wanting.
SELECT s.id FROM series s WHERE s.thread = ?1 AND s.state <> 'failed'
	AND NOT EXISTS (SELECT 1 FROM series n WHERE n.previous_id = s.id AND n.state <> 'failed')
ORDER BY s.id LIMIT ?2;

-- name: variant_base
-- What a variant's note is made of.
SELECT s.base_commit, s.base_tree, c.base_commit, c.base_tree
FROM variant v JOIN series s ON s.id = v.series_id JOIN campaign c ON c.id = v.campaign_id
WHERE v.id = ?1;

-- name: variant_same_tree
-- The newest that an earlier campaign measured of the same build.
SELECT o.campaign_id, s.id, s.name, s.version
FROM variant v JOIN variant o ON o.build_id = v.build_id JOIN series s ON s.id = o.series_id
WHERE v.id = ?1 AND o.campaign_id < v.campaign_id AND o.state = 'done'
ORDER BY o.campaign_id DESC, o.position LIMIT 1;
