-- SPDX-License-Identifier: GPL-2.0-or-later
-- Campaigns that are cancelled or run again, tokens that are revoked, the queue in its order.
ALTER TABLE campaign ADD COLUMN cancelled_ms INTEGER;
ALTER TABLE campaign ADD COLUMN retry_of INTEGER REFERENCES campaign (id);

-- The row stays: its name is not given out again, and old answers keep their owner.
ALTER TABLE token ADD COLUMN revoked_ms INTEGER;

CREATE INDEX task_open ON task (campaign_id, id) WHERE state IN ('pending', 'leased');
