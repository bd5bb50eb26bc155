/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * runway-bench's JSON lines (docs/formats.md), decoded. The lines come from a machine whose kernel
 * a patch author wrote: lines that do not parse, or are out of range, are counted and skipped.
 *
 *	CLEANUP(report_release) struct report report = { 0 };
 *	json_report_decode(outcome.lines.data, outcome.lines.length, &report);
 */
#ifndef RUNWAY_AGENT_REPORT_H
#define RUNWAY_AGENT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/dirty.h"
#include "agent/latency.h"
#include "agent/race.h"

#define REPORT_LINES_MAX 20000
#define REPORT_REASONS_MAX 64

struct pair {
	char *key, *value;
};

struct count {
	char name[48];
	uint64_t value;
};

/* One repetition of one workload. */
struct rep {
	char workload[64];
	bool counting; /* the pass with tracing on; else the timing pass */
	unsigned rep;
	uint64_t sent, received, destinations;
	uint64_t exits;	       /* KVM binary stats, all vCPUs */
	uint64_t host_ipis;    /* RES + PIN + NPI + PIW + CAL */
	uint64_t posted_ipis;  /* PIN + NPI + PIW of these */
	uint64_t kick_ipis;    /* RES of these */
	uint64_t run_delay_ns; /* worst vCPU thread, as the host under test sees it */
	uint64_t wall_ns;
	struct count *reasons; /* exits by reason; counting pass */
	size_t reasons_count;
};

struct gate {
	char gate[32];
	char workload[64];
	bool passed;
	char detail[320];
};

/* A workload that was not run, and why. */
struct skip {
	char workload[64];
	char why[160];
};

struct report {
	struct pair *facts; /* of the "hello" line, flattened: "kernel",
			       "parameters.kvm.halt_poll_ns" … */
	size_t facts_count;
	struct rep *reps;
	size_t reps_count;
	struct gate *gates;
	size_t gates_count;
	struct race_map *races;
	size_t races_count;
	struct latency *latencies;
	size_t latencies_count;
	struct skip *skips;
	size_t skips_count;
	struct dirty_log *dirty_logs;
	size_t dirty_logs_count;
	size_t bad_lines;
};

void json_report_decode(const char *text, size_t bytes, struct report *ret_report);
void report_release(struct report *report);

#endif
