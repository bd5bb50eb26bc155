-- SPDX-License-Identifier: GPL-2.0-or-later
-- Series that an agent fetches from git, threads and versions of series, patches told by what they
-- change, the base that an author used.

-- A fetch is a task of no campaign, and a series that is being fetched has no mbox yet. Nothing is taken
-- from the rows, so the tables' own texts are changed in place, as SQLite describes it for constraints
-- that are loosened (https://sqlite.org/lang_altertable.html).
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(replace(sql,
	'campaign_id INTEGER NOT NULL', 'campaign_id INTEGER'),
	'(''build'', ''block'')', '(''build'', ''block'', ''fetch'')')
WHERE type = 'table' AND name = 'task';
UPDATE sqlite_schema SET sql = replace(sql, 'mbox_sha256 TEXT NOT NULL', 'mbox_sha256 TEXT')
WHERE type = 'table' AND name = 'series';
PRAGMA writable_schema = RESET;

ALTER TABLE series ADD COLUMN state TEXT NOT NULL DEFAULT 'ready'
	CHECK (state IN ('fetching', 'ready', 'failed'));
ALTER TABLE series ADD COLUMN reason TEXT;
ALTER TABLE series ADD COLUMN thread INTEGER;		-- the number of its first series
ALTER TABLE series ADD COLUMN previous_id INTEGER REFERENCES series (id);	-- the version before
ALTER TABLE series ADD COLUMN part_of INTEGER REFERENCES series (id);	-- some of that one's patches: not listed
ALTER TABLE series ADD COLUMN title TEXT;		-- of its cover letter or its one patch
ALTER TABLE series ADD COLUMN author TEXT;		-- of its first patch: the address
ALTER TABLE series ADD COLUMN posted_version INTEGER;	-- the 3 of [PATCH v3]
ALTER TABLE series ADD COLUMN base_commit TEXT;		-- as its author said
ALTER TABLE series ADD COLUMN base_tree TEXT;		-- of that, when an agent has seen it
UPDATE series SET thread = id;
CREATE INDEX series_thread ON series (thread);
CREATE INDEX series_title ON series (title, author);

ALTER TABLE patch ADD COLUMN patch_id TEXT;

-- The Message-IDs that a series consists of (own), and those that it answers.
CREATE TABLE series_message (
	message_id TEXT NOT NULL,
	series_id INTEGER NOT NULL REFERENCES series (id),
	own INTEGER NOT NULL,
	PRIMARY KEY (message_id, series_id, own)
) STRICT, WITHOUT ROWID;

CREATE TABLE fetch (
	series_id INTEGER PRIMARY KEY REFERENCES series (id),
	task_id INTEGER NOT NULL UNIQUE REFERENCES task (id),
	url TEXT NOT NULL,
	ref TEXT NOT NULL,
	base TEXT,			-- NULL: the base repository's own
	repository TEXT NOT NULL,
	each_commit INTEGER NOT NULL,
	head TEXT			-- the commit that ref was, when it was fetched
) STRICT;

-- The base as it was built, and the one that the series' authors agree on, to be taken when it is there.
ALTER TABLE campaign ADD COLUMN base_commit TEXT;
ALTER TABLE campaign ADD COLUMN preferred_commit TEXT;
ALTER TABLE campaign ADD COLUMN base_open INTEGER NOT NULL DEFAULT 0;	-- 1: to be agreed on yet

CREATE INDEX variant_series ON variant (series_id) WHERE state = 'waiting';
CREATE INDEX variant_build ON variant (build_id);

DROP TRIGGER event_series;
CREATE TRIGGER event_series AFTER INSERT ON series BEGIN
	INSERT INTO event (kind, subject_id, state)
	VALUES ('series', new.id, CASE new.state WHEN 'ready' THEN 'submitted' ELSE new.state END);
END;
CREATE TRIGGER event_series_state AFTER UPDATE OF state ON series WHEN new.state <> old.state BEGIN
	INSERT INTO event (kind, subject_id, state) VALUES ('series', new.id, new.state);
END;
