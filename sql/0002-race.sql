-- SPDX-License-Identifier: GPL-2.0-or-later
-- The race lane: loads of it in a campaign, and the maps they bring.
ALTER TABLE campaign ADD COLUMN loads_race INTEGER NOT NULL DEFAULT 1;

-- Offsets first … last were tried, each one instruction from the next.
CREATE TABLE race_map (
	id INTEGER PRIMARY KEY,
	load_id INTEGER NOT NULL REFERENCES load (id),
	workload TEXT NOT NULL,
	kind TEXT NOT NULL,		-- what the target does
	sender TEXT NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	rounds INTEGER NOT NULL,
	cycle INTEGER NOT NULL		-- from exit to entry without an event; 0: it sleeps
) STRICT;
CREATE INDEX race_map_load ON race_map (load_id);

-- Without gaps, in order: offsets that had the same state.
CREATE TABLE race_range (
	map_id INTEGER NOT NULL REFERENCES race_map (id),
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('quiet', 'needed', 'spurious', 'lost', 'lost-ipi')),
	PRIMARY KEY (map_id, first)
) STRICT, WITHOUT ROWID;
