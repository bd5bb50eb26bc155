/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Simulated hosts: what loads of one and the same code measure, one after the other in time.
 *
 *	struct host host;
 *	host_start(&host, &models[0], rng);
 *	double value = host_load(&host, 0.02);		// a load of code with an effect of +2 %
 */
#ifndef RUNWAY_TESTS_SIMULATE_MODEL_H
#define RUNWAY_TESTS_SIMULATE_MODEL_H

#include <gsl/gsl_rng.h>
#include <stddef.h>

struct host;

struct model {
	const char *name, *what;
	double (*noise)(struct host *host); /* of the next load, as logarithm */
};

extern const struct model models[];
extern const size_t models_count;

struct host {
	const struct model *model;
	gsl_rng *rng;
	size_t loads;	 /* so far */
	double memory;	 /* of an autocorrelated host */
	double burst;	 /* what goes on at the side, as logarithm */
	int burst_loads; /* for how many loads more */
};

void host_start(struct host *host, const struct model *model, gsl_rng *rng);

/* The median of five repetitions of a load; effect is a fraction. Positive. */
double host_load(struct host *host, double effect);

#endif
