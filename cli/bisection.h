/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the search for the patch of a series stands, as the server describes it. */
#ifndef RUNWAY_CLI_BISECTION_H
#define RUNWAY_CLI_BISECTION_H

#include <stddef.h>
#include <stdint.h>

#include "cli/screen.h"
#include "lib/err.h"

struct bisection_point {
	char *series, *answer, *state, *trouble; /* series, state, trouble may be NULL */
	int64_t blocks;
	double base, value, whole, effect, low, high; /* NAN: not known */
};

struct bisection {
	int64_t campaign, source, patches, blocks, blocks_most; /* blocks_most 0: exact counts */
	char *state, *reason, *series, *isa, *lane, *metric, *workload, *kind, *direction;
	char *outcome, *sentence, *culprit; /* reason, kind and culprit (its subject) may be NULL */
	double confidence;
	double *posterior;
	size_t posterior_count;
	struct bisection_point *points; /* what is left without the suspect comes last */
	size_t point_count;
};

int bisection_decode(const char *data, size_t bytes, struct bisection *ret_bisection,
		     struct err *err);
void bisection_release(struct bisection *bisection);
void bisection_print(const struct bisection *bisection, const struct screen *screen);

#endif
