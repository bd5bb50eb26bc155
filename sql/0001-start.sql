-- SPDX-License-Identifier: GPL-2.0-or-later
-- Times are milliseconds since 1970 in UTC. Migrations are append-only: change nothing here, add the
-- next number.
CREATE TABLE token (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	sha256 TEXT NOT NULL UNIQUE,
	scopes TEXT NOT NULL,		-- comma-separated
	created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE idempotency (
	token_id INTEGER NOT NULL REFERENCES token (id),
	key TEXT NOT NULL,
	request_sha256 TEXT NOT NULL,	-- of method, target and body
	status INTEGER NOT NULL,
	body TEXT NOT NULL,
	created_ms INTEGER NOT NULL,
	PRIMARY KEY (token_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_age ON idempotency (created_ms);

CREATE TABLE artifact (
	sha256 TEXT PRIMARY KEY,
	bytes INTEGER NOT NULL,
	created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE fingerprint (
	id INTEGER PRIMARY KEY,
	sha256 TEXT NOT NULL UNIQUE,
	json TEXT NOT NULL		-- keys sorted
) STRICT;

CREATE TABLE host (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	capabilities TEXT NOT NULL,	-- comma-separated
	fingerprint_id INTEGER REFERENCES fingerprint (id),
	first_seen_ms INTEGER NOT NULL,
	last_seen_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE series (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL,
	version INTEGER NOT NULL,
	sender_flag TEXT,
	mbox_sha256 TEXT NOT NULL REFERENCES artifact (sha256),
	created_ms INTEGER NOT NULL,
	UNIQUE (name, version)
) STRICT;

CREATE TABLE patch (
	series_id INTEGER NOT NULL REFERENCES series (id),
	number INTEGER NOT NULL,
	subject TEXT NOT NULL,
	author TEXT NOT NULL,
	date TEXT NOT NULL,
	PRIMARY KEY (series_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE campaign (
	id INTEGER PRIMARY KEY,
	state TEXT NOT NULL CHECK (state IN ('building', 'measuring', 'done', 'failed')),
	reason TEXT,
	repository TEXT NOT NULL,
	rev TEXT NOT NULL,
	base_tree TEXT,
	isa TEXT NOT NULL,		-- comma-separated
	lanes TEXT NOT NULL,		-- comma-separated
	loads_exact INTEGER NOT NULL,
	loads_smp INTEGER NOT NULL,
	seed INTEGER NOT NULL,
	measure_identical INTEGER NOT NULL,
	created_ms INTEGER NOT NULL,
	finished_ms INTEGER
) STRICT;

CREATE TABLE build (
	id INTEGER PRIMARY KEY,
	key TEXT NOT NULL,
	tree TEXT NOT NULL,
	base_tree TEXT NOT NULL,
	code_sha256 TEXT NOT NULL,
	duration_ms INTEGER NOT NULL,
	warnings INTEGER NOT NULL,
	created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX build_key ON build (key);

CREATE TABLE build_artifact (
	build_id INTEGER NOT NULL REFERENCES build (id),
	name TEXT NOT NULL,
	sha256 TEXT NOT NULL REFERENCES artifact (sha256),
	bytes INTEGER NOT NULL,
	PRIMARY KEY (build_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE variant (
	id INTEGER PRIMARY KEY,
	campaign_id INTEGER NOT NULL REFERENCES campaign (id),
	position INTEGER NOT NULL,	-- 0 is the base
	series_id INTEGER REFERENCES series (id),	-- NULL for the base
	state TEXT NOT NULL CHECK (state IN
		('waiting', 'building', 'built', 'identical', 'measuring', 'done', 'failed')),
	phase TEXT,
	reason TEXT,
	build_id INTEGER REFERENCES build (id),
	build_reused INTEGER NOT NULL DEFAULT 0,
	started_ms INTEGER,
	finished_ms INTEGER,
	UNIQUE (campaign_id, position)
) STRICT;

CREATE TABLE task (
	id INTEGER PRIMARY KEY,
	campaign_id INTEGER NOT NULL REFERENCES campaign (id),
	kind TEXT NOT NULL CHECK (kind IN ('build', 'block')),
	capability TEXT NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('pending', 'leased', 'done', 'failed', 'cancelled')),
	variant_id INTEGER REFERENCES variant (id),	-- what a build task builds
	attempt INTEGER NOT NULL DEFAULT 1,
	lost INTEGER NOT NULL DEFAULT 0,	-- leases that expired
	unfinished INTEGER NOT NULL DEFAULT 0,	-- block results that left loads open
	phase TEXT,
	created_ms INTEGER NOT NULL,
	started_ms INTEGER,
	finished_ms INTEGER
) STRICT;
CREATE INDEX task_pending ON task (campaign_id, id) WHERE state = 'pending';
CREATE INDEX task_campaign ON task (campaign_id);

CREATE TABLE lease (
	id TEXT PRIMARY KEY,
	task_id INTEGER NOT NULL REFERENCES task (id),
	host_id INTEGER NOT NULL REFERENCES host (id),
	state TEXT NOT NULL CHECK (state IN ('active', 'expired', 'finished', 'returned', 'cancelled')),
	created_ms INTEGER NOT NULL,
	expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX lease_active ON lease (expires_ms) WHERE state = 'active';
CREATE INDEX lease_task ON lease (task_id);

CREATE TABLE block (
	id INTEGER PRIMARY KEY,
	campaign_id INTEGER NOT NULL REFERENCES campaign (id),
	task_id INTEGER NOT NULL UNIQUE REFERENCES task (id),
	isa TEXT NOT NULL,
	lane TEXT NOT NULL,
	number INTEGER NOT NULL		-- from 1 within campaign, isa and lane
) STRICT;
CREATE INDEX block_campaign ON block (campaign_id);

CREATE TABLE load (
	id INTEGER PRIMARY KEY,
	block_id INTEGER NOT NULL REFERENCES block (id),
	variant_id INTEGER NOT NULL REFERENCES variant (id),
	position INTEGER NOT NULL,
	state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'running', 'done')),
	status TEXT,			-- as the agent said, or 'skipped'
	sentence TEXT,
	console_sha256 TEXT REFERENCES artifact (sha256),
	duration_ms INTEGER,
	host_failures INTEGER NOT NULL DEFAULT 0,
	fingerprint_id INTEGER REFERENCES fingerprint (id),
	host_id INTEGER REFERENCES host (id),
	finished_ms INTEGER,
	UNIQUE (block_id, position)
) STRICT;
CREATE INDEX load_variant ON load (variant_id);

CREATE TABLE sample (
	id INTEGER PRIMARY KEY,
	load_id INTEGER NOT NULL REFERENCES load (id),
	metric TEXT NOT NULL,
	workload TEXT NOT NULL,
	kind TEXT NOT NULL,		-- '' when the metric has none
	rep INTEGER NOT NULL,
	value REAL NOT NULL,
	n INTEGER NOT NULL,
	total INTEGER NOT NULL
) STRICT;
CREATE INDEX sample_load ON sample (load_id);

-- What was decided about a load: a gate passed or not.
CREATE TABLE verdict (
	id INTEGER PRIMARY KEY,
	load_id INTEGER NOT NULL REFERENCES load (id),
	gate TEXT NOT NULL,
	workload TEXT NOT NULL,
	passed INTEGER NOT NULL,
	detail TEXT NOT NULL
) STRICT;
CREATE INDEX verdict_load ON verdict (load_id);

-- Repetitions that an agent threw away, and why.
CREATE TABLE dropped (
	id INTEGER PRIMARY KEY,
	load_id INTEGER NOT NULL REFERENCES load (id),
	workload TEXT NOT NULL,
	rep INTEGER NOT NULL,
	why TEXT NOT NULL
) STRICT;
CREATE INDEX dropped_load ON dropped (load_id);

CREATE TABLE function_cost (
	load_id INTEGER NOT NULL REFERENCES load (id),
	kind TEXT NOT NULL,
	part TEXT NOT NULL,
	module TEXT NOT NULL,
	function TEXT NOT NULL,
	instructions INTEGER NOT NULL,
	PRIMARY KEY (load_id, kind, part, module, function)
) STRICT, WITHOUT ROWID;

CREATE TABLE task_log (
	task_id INTEGER PRIMARY KEY REFERENCES task (id),
	head_bytes INTEGER NOT NULL DEFAULT 0,
	tail_bytes INTEGER NOT NULL DEFAULT 0,
	dropped_bytes INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE log_chunk (
	id INTEGER PRIMARY KEY,
	task_id INTEGER NOT NULL REFERENCES task_log (task_id),
	part TEXT NOT NULL CHECK (part IN ('head', 'tail')),
	data BLOB NOT NULL
) STRICT;
CREATE INDEX log_chunk_task ON log_chunk (task_id, part, id);
