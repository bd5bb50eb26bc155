-- SPDX-License-Identifier: GPL-2.0-or-later
-- Blocks that may be bought, null controls, and what the null controls of a host showed.
ALTER TABLE campaign ADD COLUMN smp_most INTEGER NOT NULL DEFAULT 0;	-- 0: loads_smp, none are bought
ALTER TABLE campaign ADD COLUMN null_control INTEGER NOT NULL DEFAULT 0;

-- 1: a second load of the base in its block, under the name of the null control.
ALTER TABLE load ADD COLUMN control INTEGER NOT NULL DEFAULT 0;

-- One block's log ratio of the null control to the base: what there is to see where there is nothing.
CREATE TABLE null_ratio (
	host_id INTEGER NOT NULL REFERENCES host (id),
	isa TEXT NOT NULL,
	metric TEXT NOT NULL,
	workload TEXT NOT NULL,
	block_id INTEGER NOT NULL REFERENCES block (id),
	log_ratio REAL NOT NULL,
	PRIMARY KEY (host_id, isa, metric, workload, block_id)
) STRICT, WITHOUT ROWID;

-- What a whole campaign said of its null control.
CREATE TABLE null_verdict (
	host_id INTEGER NOT NULL REFERENCES host (id),
	isa TEXT NOT NULL,
	metric TEXT NOT NULL,
	workload TEXT NOT NULL,
	campaign_id INTEGER NOT NULL REFERENCES campaign (id),
	verdict TEXT NOT NULL CHECK (verdict IN ('unknown', 'better', 'worse', 'same')),
	PRIMARY KEY (host_id, isa, metric, workload, campaign_id)
) STRICT, WITHOUT ROWID;
