// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/stat-spend.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>

#include "lib/cleanup.h"

/* Gauss-Legendre points for each density. 96 points give the boundaries of five looks to
 * better than 1e-8: the densities are smooth, and nothing beyond REACH deviations counts. */
#define POINTS 96
#define REACH 9.0
#define BISECTIONS 60

/* The density of the score process (a random walk whose variance is the information) of those that
 * stay within all boundaries so far: at points x with weights w. */
struct density {
	gsl_integration_glfixed_table *table;
	double x[POINTS], weighted[POINTS]; /* weighted: density times weight */
	double information;
	bool started;
};

static void density_release(struct density *density)
{
	if (density->table)
		gsl_integration_glfixed_table_free(density->table);
}

/* The chance to be at or beyond ±z after one more step. */
static double step_out(const struct density *density, double information, double z, double drift)
{
	double edge = z * sqrt(information);
	double deviation = sqrt(information - density->information);
	double mean = drift * (information - density->information), chance = 0;

	if (!density->started)
		return gsl_cdf_gaussian_Q(edge - mean, deviation) +
		       gsl_cdf_gaussian_P(-edge - mean, deviation);
	for (size_t i = 0; i < POINTS; i++)
		chance += density->weighted[i] *
			  (gsl_cdf_gaussian_Q(edge - mean - density->x[i], deviation) +
			   gsl_cdf_gaussian_P(-edge - mean - density->x[i], deviation));
	return chance;
}

/* One more look: those at or beyond ±z leave. */
static void step_on(struct density *density, double information, double z, double drift)
{
	double deviation = sqrt(information - density->information);
	double mean = drift * (information - density->information);
	double total = drift * information, reach = REACH * sqrt(information);
	double high = fmin(z * sqrt(information), total + reach);
	double low = fmax(-z * sqrt(information), total - reach);
	struct density next = { .table = density->table, .information = information };

	for (size_t i = 0; i < POINTS; i++) {
		double weight, here = 0;

		gsl_integration_glfixed_point(low, fmax(low, high), i, &next.x[i], &weight,
					      next.table);
		if (!density->started)
			here = gsl_ran_gaussian_pdf(next.x[i] - mean, deviation);
		else
			for (size_t k = 0; k < POINTS; k++)
				here += density->weighted[k] *
					gsl_ran_gaussian_pdf(next.x[i] - mean - density->x[k],
							     deviation);
		next.weighted[i] = here * weight;
	}
	next.started = true;
	*density = next;
}

static double boundary_of(const struct density *density, double information, double chance)
{
	double low = 0, high = 40;

	if (chance <= 0 || step_out(density, information, high, 0) > chance)
		return INFINITY;
	if (step_out(density, information, 0, 0) <= chance)
		return 0;
	for (int i = 0; i < BISECTIONS; i++) {
		double middle = (low + high) / 2;

		if (step_out(density, information, middle, 0) > chance)
			low = middle;
		else
			high = middle;
	}
	return high;
}

void stat_spend_by(const double *information, const double *spent, size_t looks, double *ret_z)
{
	CLEANUP(density_release)
	struct density density = { .table = gsl_integration_glfixed_table_alloc(POINTS) };

	for (size_t k = 0; k < looks; k++) {
		ret_z[k] = boundary_of(&density, information[k], spent[k] - (k ? spent[k - 1] : 0));
		if (k + 1 < looks)
			step_on(&density, information[k], ret_z[k], 0);
	}
}

double stat_cross(const double *information, const double *z, size_t looks, double drift)
{
	CLEANUP(density_release)
	struct density density = { .table = gsl_integration_glfixed_table_alloc(POINTS) };
	double chance = 0;

	for (size_t k = 0; k < looks; k++) {
		chance += step_out(&density, information[k], z[k], drift);
		if (k + 1 < looks)
			step_on(&density, information[k], z[k], drift);
	}
	return chance;
}

double stat_spent(double alpha, double fraction)
{
	if (fraction <= 0)
		return 0;
	/* Each of the two sides spends 2 - 2 Phi(z / sqrt(t)) of its alpha / 2. */
	return fmin(alpha,
		    4 * gsl_cdf_ugaussian_Q(gsl_cdf_ugaussian_Qinv(alpha / 4) / sqrt(fraction)));
}

struct stat_schedule stat_schedule_make(size_t first, size_t most)
{
	struct stat_schedule schedule = { .looks = 0 };
	size_t steps = STAT_LOOKS_MAX - 1;

	for (size_t k = 0; k <= steps; k++) {
		size_t blocks = first + ((most - first) * k + steps / 2) / steps;

		if (!schedule.looks || blocks > schedule.blocks[schedule.looks - 1])
			schedule.blocks[schedule.looks++] = blocks;
	}
	return schedule;
}

/* See the header. */
static double information_of(size_t blocks)
{
	double n = (double)blocks;

	return n * (2 * n + 1) / (n + 1);
}

/* The first looks of a schedule whose last one is the maximum. */
static void plan_looks(const struct stat_schedule *schedule, size_t looks, double alpha,
		       struct stat_spend *ret_spend)
{
	double information[STAT_LOOKS_MAX] = { 0 };
	double most = information_of(schedule->blocks[schedule->looks - 1]);
	struct stat_spend spend = { .looks = looks };

	for (size_t k = 0; k < looks; k++) {
		information[k] = information_of(schedule->blocks[k]);
		spend.spent[k] = stat_spent(alpha, information[k] / most);
	}
	stat_spend_by(information, spend.spent, looks, spend.z);
	for (size_t k = 0; k < looks; k++)
		spend.level[k] = 2 * gsl_cdf_ugaussian_Q(spend.z[k]);
	*ret_spend = spend;
}

void stat_spend_plan(const struct stat_schedule *schedule, double alpha,
		     struct stat_spend *ret_spend)
{
	plan_looks(schedule, schedule->looks, alpha, ret_spend);
}

double stat_sequential_p(const struct stat_schedule *schedule, const double *p, size_t looks_taken)
{
	/* Of the logarithm of alpha; 2^-40 of its range is below a millionth of alpha. */
	double low = log(1e-12), high = 0;

	for (int i = 0; looks_taken && i < 40; i++) {
		double middle = (low + high) / 2;
		struct stat_spend spend;
		bool stops = false;

		plan_looks(schedule, looks_taken, exp(middle), &spend);
		for (size_t k = 0; k < looks_taken; k++)
			stops |= p[k] <= spend.level[k];
		if (stops)
			high = middle;
		else
			low = middle;
	}
	return exp(high);
}
