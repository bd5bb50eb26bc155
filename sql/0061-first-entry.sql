-- SPDX-License-Identifier: GPL-2.0-or-later
-- Not every offset of a race map need be tried. NULL: every one was.
ALTER TABLE race_map ADD COLUMN tried INTEGER;
