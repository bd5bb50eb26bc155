-- SPDX-License-Identifier: GPL-2.0-or-later
-- What a campaign wants beyond variants and lanes: its place in the queue, hosts by label, workloads.
ALTER TABLE campaign ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
-- The queue is sorted by this: when it was asked for, earlier by its priority.
ALTER TABLE campaign ADD COLUMN queue_ms INTEGER NOT NULL DEFAULT 0;
UPDATE campaign SET queue_ms = created_ms;
CREATE INDEX campaign_queue ON campaign (queue_ms, id) WHERE state IN ('building', 'measuring');
ALTER TABLE campaign ADD COLUMN host_labels TEXT NOT NULL DEFAULT '';	-- key=value with commas; '': any host
ALTER TABLE campaign ADD COLUMN workloads TEXT NOT NULL DEFAULT '';	-- with commas; '': all of a lane

ALTER TABLE host ADD COLUMN labels TEXT NOT NULL DEFAULT '';		-- key=value with commas
