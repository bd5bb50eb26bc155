// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/stat-spend.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_roots.h>
#include <math.h>
#include <string.h>

#include "lib/cleanup.h"

/* Smallest alpha that is told from smaller ones, as logarithm: 1e-9. */
#define GRID_LOWEST (-20.72)

/* Gauss-Legendre points for each density. 96 points give the boundaries of five looks to
 * better than 1e-8: the densities are smooth, and nothing beyond REACH deviations counts. */
#define POINTS 96
#define REACH 9.0
/* Boundaries are looked for up to here; chances below LEAST are none. */
#define REACH_MAX 37.0
#define LEAST 1e-290

/* The density of the score process (a random walk whose variance is the information) of those that
 * stay within all boundaries so far: at points x with weights w. */
struct density {
	gsl_integration_glfixed_table *table;
	double x[POINTS], weighted[POINTS]; /* weighted: density times weight */
	double information;
	bool started;
};

static double normal_density(double x, double deviation)
{
	return exp(-x * x / (2 * deviation * deviation)) / (deviation * sqrt(2 * M_PI));
}

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
			here = normal_density(next.x[i] - mean, deviation);
		else
			for (size_t k = 0; k < POINTS; k++)
				here += density->weighted[k] *
					normal_density(next.x[i] - mean - density->x[k], deviation);
		next.weighted[i] = here * weight;
	}
	next.started = true;
	*density = next;
}

struct target {
	const struct density *density;
	double information, log_chance;
};

static double off_target(double z, void *data)
{
	const struct target *target = data;
	double chance = step_out(target->density, target->information, z, 0);

	return log(fmax(chance, LEAST)) - target->log_chance;
}

/* The z that is reached with that chance; INFINITY for chances that are none. */
static double boundary_of(const struct density *density, double information, double chance)
{
	gsl_root_fsolver *solver;
	struct target target = { density, information, log(fmax(chance, LEAST)) };
	gsl_function function = { .function = off_target, .params = &target };
	double z;

	if (chance <= LEAST || off_target(REACH_MAX, &target) >= 0)
		return INFINITY;
	if (off_target(0, &target) <= 0)
		return 0;
	solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
	gsl_root_fsolver_set(solver, &function, 0, REACH_MAX);
	do {
		gsl_root_fsolver_iterate(solver);
	} while (gsl_root_fsolver_x_upper(solver) - gsl_root_fsolver_x_lower(solver) > 1e-10);
	z = gsl_root_fsolver_root(solver);
	gsl_root_fsolver_free(solver);
	return z;
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

void stat_spend_plan(const struct stat_schedule *schedule, double alpha,
		     struct stat_spend *ret_spend)
{
	double information[STAT_LOOKS_MAX] = { 0 };
	double most = information_of(schedule->blocks[schedule->looks - 1]);
	struct stat_spend spend = { .looks = schedule->looks };

	for (size_t k = 0; k < schedule->looks; k++) {
		information[k] = information_of(schedule->blocks[k]);
		spend.spent[k] = stat_spent(alpha, information[k] / most);
	}
	stat_spend_by(information, spend.spent, schedule->looks, spend.z);
	for (size_t k = 0; k < schedule->looks; k++)
		spend.level[k] = 2 * gsl_cdf_ugaussian_Q(spend.z[k]);
	*ret_spend = spend;
}

void stat_design_make(const struct stat_schedule *schedule, double alpha,
		      struct stat_design *ret_design)
{
	struct stat_design *design = ret_design;

	design->schedule = *schedule;
	design->alpha = alpha;
	stat_spend_plan(schedule, alpha, &design->spend);
	for (size_t i = 0; i < STAT_GRID; i++) {
		struct stat_spend spend;

		design->log_alpha[i] = GRID_LOWEST * (1 - (double)i / (STAT_GRID - 1));
		stat_spend_plan(schedule, exp(design->log_alpha[i]), &spend);
		for (size_t k = 0; k < schedule->looks; k++)
			design->log_level[i][k] = log(fmax(spend.level[k], LEAST));
	}
}

/* The alpha whose level at that look is p, on a straight line between two points of the grid. */
static double alpha_of(const struct stat_design *design, size_t look, double p)
{
	double log_p = log(fmax(p, LEAST));

	for (size_t i = 0; i < STAT_GRID; i++) {
		double above = design->log_level[i][look], below, from;

		if (log_p > above)
			continue;
		if (!i)
			return exp(design->log_alpha[0]);
		below = design->log_level[i - 1][look];
		from = design->log_alpha[i - 1];
		return exp(from +
			   (log_p - below) / (above - below) * (design->log_alpha[i] - from));
	}
	return 1;
}

double stat_sequential_p(const struct stat_design *design, const double *p, size_t looks_taken)
{
	double smallest = 1;

	for (size_t k = 0; k < looks_taken; k++)
		smallest = fmin(smallest, alpha_of(design, k, p[k]));
	return smallest;
}
