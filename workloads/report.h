/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of docs/formats.md, from what the benchmark found. A failure to write is kept in
 * bench->rc; a fail line sets bench->failed.
 */
#ifndef RUNWAY_WORKLOADS_REPORT_H
#define RUNWAY_WORKLOADS_REPORT_H

#include "workloads/bench.h"
#include "workloads/dirty-log.h"
#include "workloads/kick-gate.h"
#include "workloads/race.h"
#include "workloads/rep.h"

void report_hello(struct bench *bench);
void report_begin(struct bench *bench, const struct rep *rep);
void report_rep(struct bench *bench, const struct rep *rep);
void report_latency(struct bench *bench, const struct rep *rep); /* nothing when none were kept */
void report_site(struct bench *bench, const struct rep *rep);
void report_delivery(struct bench *bench, const struct workload *workload, uint64_t expected,
		     uint64_t received);
void report_kick(struct bench *bench, const struct workload *workload,
		 const struct kick_result *result);
/* What was seen and, unless the workload is only shown, the gate. */
void report_dirty_log(struct bench *bench, const struct workload *workload,
		      const struct dirty_result *result);
/* The map and the gate. */
void report_race(struct bench *bench, const struct workload *workload, const struct race_map *map);
void report_skip(struct bench *bench, const struct workload *workload, const char *why);
void report_fail(struct bench *bench, const struct workload *workload, const char *what,
		 const char *detail);
void report_end(struct bench *bench);

#endif
