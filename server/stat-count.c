// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/stat-count.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

struct stat_interval stat_rate_interval(unsigned hits, unsigned count, double alpha)
{
	struct stat_interval within = { 0, 1 };

	if (hits && hits <= count)
		within.low = gsl_cdf_beta_Pinv(alpha / 2, hits, count - hits + 1.0);
	if (hits < count)
		within.high = gsl_cdf_beta_Qinv(alpha / 2, hits + 1.0, count - hits);
	return within;
}

double stat_fisher(unsigned hits_a, unsigned count_a, unsigned hits_b, unsigned count_b)
{
	unsigned hits = hits_a + hits_b, misses = count_a + count_b - hits;
	double seen = gsl_ran_hypergeometric_pdf(hits_a, hits, misses, count_a), p = 0;

	for (unsigned k = 0; k <= count_a && k <= hits; k++) {
		double chance = gsl_ran_hypergeometric_pdf(k, hits, misses, count_a);

		/* Equally likely tables differ by rounding alone. */
		if (chance <= seen * (1 + 1e-7))
			p += chance;
	}
	return fmin(1, p);
}

double stat_fisher_more(unsigned hits_a, unsigned count_a, unsigned hits_b, unsigned count_b)
{
	unsigned hits = hits_a + hits_b, misses = count_a + count_b - hits;
	double p = 0;

	for (unsigned k = hits_a; k <= count_a && k <= hits; k++)
		p += gsl_ran_hypergeometric_pdf(k, hits, misses, count_a);
	return fmin(1, p);
}
