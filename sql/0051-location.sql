-- SPDX-License-Identifier: GPL-2.0-or-later
-- An answer that is given again says again where what it made is to be found.
ALTER TABLE idempotency ADD COLUMN location TEXT NOT NULL DEFAULT '';
