-- SPDX-License-Identifier: GPL-2.0-or-later
-- What happened, in order. Triggers write it in the transaction of what happened itself, so that nothing
-- is told that was not committed, and nothing that was is left out.
CREATE TABLE event (
	id INTEGER PRIMARY KEY AUTOINCREMENT,	-- never given twice, also when old ones are gone
	kind TEXT NOT NULL,
	subject_id INTEGER NOT NULL,		-- the number of what kind says
	campaign_id INTEGER,
	state TEXT NOT NULL,
	created_ms INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER))
) STRICT;

CREATE TRIGGER event_series AFTER INSERT ON series BEGIN
	INSERT INTO event (kind, subject_id, state) VALUES ('series', new.id, 'submitted');
END;
CREATE TRIGGER event_campaign_new AFTER INSERT ON campaign BEGIN
	INSERT INTO event (kind, subject_id, campaign_id, state)
	VALUES ('campaign', new.id, new.id, new.state);
END;
CREATE TRIGGER event_campaign AFTER UPDATE OF state ON campaign WHEN new.state <> old.state BEGIN
	INSERT INTO event (kind, subject_id, campaign_id, state)
	VALUES ('campaign', new.id, new.id, new.state);
END;
CREATE TRIGGER event_variant AFTER UPDATE OF state ON variant WHEN new.state <> old.state BEGIN
	INSERT INTO event (kind, subject_id, campaign_id, state)
	VALUES ('variant', new.id, new.campaign_id, new.state);
END;
CREATE TRIGGER event_task_new AFTER INSERT ON task BEGIN
	INSERT INTO event (kind, subject_id, campaign_id, state)
	VALUES ('task', new.id, new.campaign_id, new.state);
END;
CREATE TRIGGER event_task AFTER UPDATE OF state ON task WHEN new.state <> old.state BEGIN
	INSERT INTO event (kind, subject_id, campaign_id, state)
	VALUES ('task', new.id, new.campaign_id, new.state);
END;
CREATE TRIGGER event_load AFTER UPDATE OF state ON load
WHEN new.state = 'done' AND old.state <> 'done' BEGIN
	INSERT INTO event (kind, subject_id, campaign_id, state)
	SELECT 'load', new.id, b.campaign_id, coalesce(new.status, 'done')
	FROM block b WHERE b.id = new.block_id;
END;
