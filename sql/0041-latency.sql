-- SPDX-License-Identifier: GPL-2.0-or-later
-- Latencies of IPIs as histograms: one for each load, workload and what the receiver did. Loads of before
-- have none.
CREATE TABLE latency (
	id INTEGER PRIMARY KEY,
	load_id INTEGER NOT NULL REFERENCES load (id),
	workload TEXT NOT NULL,
	target TEXT NOT NULL,
	clock TEXT NOT NULL CHECK (clock IN ('emulated', 'instructions', 'tsc')),
	UNIQUE (load_id, workload, target)
) STRICT;

-- Buckets of lib/histogram.h.
CREATE TABLE latency_bucket (
	latency_id INTEGER NOT NULL REFERENCES latency (id),
	bucket INTEGER NOT NULL,
	count INTEGER NOT NULL,
	PRIMARY KEY (latency_id, bucket)
) STRICT, WITHOUT ROWID;
