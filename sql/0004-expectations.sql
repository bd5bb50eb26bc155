-- SPDX-License-Identifier: GPL-2.0-or-later
-- What a series' author said beforehand that it would move: "exit_window:less,exit_path:same".
ALTER TABLE series ADD COLUMN expects TEXT;
