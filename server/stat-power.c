// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/stat-power.h"

#include <gsl/gsl_rng.h>
#include <math.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "server/stat-signed.h"

#define DRAWS 400 /* an error of 2 % in a power of 80 % */
#define SEED 20191
#define BISECTIONS 16

static void rng_free(gsl_rng **rng)
{
	gsl_rng_free(*rng);
}

/* Twice the rank sum of the positive ones, as the number of means of two above 0. */
static size_t doubled_rank_sum(const double *values, size_t count)
{
	size_t sum = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t k = i; k < count; k++)
			sum += values[i] + values[k] > 0 ? 2 : values[i] + values[k] < 0 ? 0 : 1;
	return sum;
}

double stat_power(const double *record, size_t count, double effect, size_t blocks, double alpha)
{
	CLEANUP(rng_free) gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
	CLEANUP(free_ptr) double *drawn = xcalloc(blocks + 1, sizeof(*drawn));
	int critical = stat_signed_critical(blocks, alpha);
	double shift = fabs(log1p(effect));
	size_t seen = 0, total = blocks * (blocks + 1);

	if (critical < 0 || !count)
		return 0;
	gsl_rng_set(rng, SEED);
	for (size_t draw = 0; draw < DRAWS; draw++) {
		for (size_t i = 0; i < blocks; i++) {
			double value = record[gsl_rng_uniform_int(rng, count)];

			drawn[i] = shift + (gsl_rng_uniform_int(rng, 2) ? value : -value);
		}
		seen += total - doubled_rank_sum(drawn, blocks) <= 2 * (size_t)critical;
	}
	return (double)seen / DRAWS;
}

double stat_detectable(const double *record, size_t count, size_t blocks, double alpha)
{
	double low = 0, high = 1; /* up to twice as much */

	if (count < STAT_RECORD_MIN || stat_power(record, count, high, blocks, alpha) < STAT_POWER)
		return INFINITY;
	for (int i = 0; i < BISECTIONS; i++) {
		double middle = (low + high) / 2;

		if (stat_power(record, count, middle, blocks, alpha) >= STAT_POWER)
			high = middle;
		else
			low = middle;
	}
	return high;
}

size_t stat_blocks_needed(const double *record, size_t count, double effect, double alpha,
			  size_t most)
{
	size_t low = 0, high = most;

	if (count < STAT_RECORD_MIN || stat_power(record, count, effect, most, alpha) < STAT_POWER)
		return 0;
	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (stat_power(record, count, effect, middle, alpha) >= STAT_POWER)
			high = middle;
		else
			low = middle;
	}
	return high;
}
