-- SPDX-License-Identifier: GPL-2.0-or-later
-- A load that hung is measured once more by its agent before that counts: what was seen the first time.
ALTER TABLE load ADD COLUMN hung_sentence TEXT;	-- NULL: it did not
ALTER TABLE load ADD COLUMN hung_console_sha256 TEXT REFERENCES artifact (sha256);
