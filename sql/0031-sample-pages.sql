-- SPDX-License-Identifier: GPL-2.0-or-later
-- The newest sample of a load, 0 without any. Those of one load come in one transaction, so their numbers
-- follow each other: pages of samples go from load to load by this instead of sorting all there are.
ALTER TABLE load ADD COLUMN last_sample INTEGER NOT NULL DEFAULT 0;
UPDATE load SET last_sample = coalesce((SELECT max(s.id) FROM sample s WHERE s.load_id = load.id), 0);
