/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What runway-bench says of a dirty log (the "dirty" line of docs/formats.md).
 *
 *	struct dirty_log dirty;
 *	if (json_dirty_decode(line, &dirty))
 *		worst = dirty.latency;
 */
#ifndef RUNWAY_AGENT_DIRTY_H
#define RUNWAY_AGENT_DIRTY_H

#include <stdint.h>

#define DIRTY_LOGS_MAX 64	     /* lines of one load */
#define DIRTY_COUNT_MAX (1ull << 32) /* of anything in a line */

struct dirty_log {
	char workload[64], kind[64];
	uint64_t requests; /* for the log */
	uint64_t pending;  /* of these: some page that the guest had written was not in it */
	uint64_t late;	   /* of these: nor was it within the bound */
	uint64_t latency;  /* instructions, at most, of those that were in time */
};

#endif
