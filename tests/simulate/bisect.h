/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Simulated bisections: a series of which one patch has an effect, on a simulated host, searched as
 * server/bisect-look.c does: by halving, in blocks of base, part and whole, to the patch that is
 * left and the series without it.
 *
 *	struct bisected found = simulate_bisection(model, rng, 8, 3, 0.02, 0.95);
 */
#ifndef RUNWAY_TESTS_SIMULATE_BISECT_H
#define RUNWAY_TESTS_SIMULATE_BISECT_H

#include "tests/simulate/model.h"

struct bisected {
	size_t left;  /* the patch that is left; 0: more than one */
	size_t named; /* the same when the rest is as the base; 0: nobody is named */
	size_t blocks;
};

struct bisected simulate_bisection(const struct model *model, gsl_rng *rng, size_t patches,
				   size_t culprit, double effect, double confidence);

#endif
