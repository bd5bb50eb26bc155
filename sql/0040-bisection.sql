-- SPDX-License-Identifier: GPL-2.0-or-later
-- Campaigns that look for the patch of a series that changed a metric.

CREATE TABLE bisection (
	campaign_id INTEGER PRIMARY KEY REFERENCES campaign (id),
	source_id INTEGER NOT NULL REFERENCES campaign (id),	-- where the change was seen
	series_id INTEGER NOT NULL REFERENCES series (id),
	patches INTEGER NOT NULL,
	isa TEXT NOT NULL,
	metric TEXT NOT NULL,
	workload TEXT NOT NULL,
	kind TEXT NOT NULL,		-- '' when the metric has none
	more INTEGER NOT NULL,		-- 1: the series has more of it than the base
	confidence REAL NOT NULL,
	blocks_most INTEGER NOT NULL
) STRICT;

-- first: the first so many patches; without: all but that one.
CREATE TABLE bisection_part (
	campaign_id INTEGER NOT NULL REFERENCES campaign (id),
	role TEXT NOT NULL CHECK (role IN ('first', 'without')),
	number INTEGER NOT NULL,
	series_id INTEGER NOT NULL REFERENCES series (id),
	PRIMARY KEY (campaign_id, role, number)
) STRICT, WITHOUT ROWID;
