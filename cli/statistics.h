/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the sampled lane of a campaign said, what it spent, what more would cost.
 *
 *	CLEANUP(statistics_release) struct statistics statistics = { 0 };
 *	rc = statistics_decode(body.data, body.length, &statistics, err);	// either document
 *	statistics_print(&statistics, false, &context->screen);
 */
#ifndef RUNWAY_CLI_STATISTICS_H
#define RUNWAY_CLI_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/screen.h"
#include "lib/err.h"

struct statistics_verdict {
	char *series, *isa, *metric, *workload, *verdict;
	char *family;			     /* NULL: the null control */
	double effect, low, high, margin, p; /* NAN: not known; p: adjusted */
	int64_t n;
};

struct statistics_blocks {
	char *isa;
	int64_t planned, settled, spent_loads, unknown, block_loads;
	double block_s; /* NAN: not known */
};

struct statistics_lost {
	char *series, *isa;
	int64_t lost, loads, base_lost, base_loads;
	double p;
};

struct statistics {
	int64_t first, most;
	bool null_control; /* the base a second time in each block of the smp lane */
	int64_t looks[8];
	size_t look_count;
	struct statistics_blocks *blocks; /* one for each ISA */
	struct statistics_verdict *verdicts;
	struct statistics_lost *lost;
	size_t block_count, verdict_count, lost_count;
};

/* Of GET /campaigns/N/statistics, or of a ranking, which has it inside. Without any it is empty. */
int statistics_decode(const char *data, size_t bytes, struct statistics *ret_statistics,
		      struct err *err);
void statistics_release(struct statistics *statistics);

/* The verdicts of the headline, or of everything. Nothing when nothing was sampled. */
void statistics_print(const struct statistics *statistics, bool all, const struct screen *screen);
/* What was spent and what one more block costs. */
void statistics_print_budget(const struct statistics *statistics, const struct screen *screen);

#endif
