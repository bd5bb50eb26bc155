// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/simulate/model.h"

#include <gsl/gsl_randist.h>
#include <math.h>

#include "server/stat-order.h"

#define REPETITIONS 5
#define REPETITION_SPREAD 0.003

static double gaussian(struct host *host)
{
	return gsl_ran_gaussian(host->rng, 0.01);
}

/* A long tail to the right, its spread 1 % as well. */
static double lognormal(struct host *host)
{
	double sigma = 1, mean = exp(sigma * sigma / 2);
	double spread = sqrt((exp(sigma * sigma) - 1) * exp(sigma * sigma));

	return 0.01 * (gsl_ran_lognormal(host->rng, 0, sigma) - mean) / spread;
}

/* Student's t with two degrees: no variance at all. */
static double heavy_tail(struct host *host)
{
	return 0.005 * gsl_ran_tdist(host->rng, 2);
}

/* Halt-polling settles one way or the other when a load begins, and stays there. */
static double bimodal(struct host *host)
{
	return (gsl_rng_uniform_int(host->rng, 2) ? 0.02 : -0.02) +
	       gsl_ran_gaussian(host->rng, 0.003);
}

/* Warmer and warmer: 0.1 % a load. */
static double drift(struct host *host)
{
	return 0.001 * (double)host->loads + gsl_ran_gaussian(host->rng, 0.01);
}

static double autocorrelated(struct host *host)
{
	double keeps = 0.9;

	host->memory =
		keeps * host->memory + gsl_ran_gaussian(host->rng, 0.01 * sqrt(1 - keeps * keeps));
	return host->memory + gsl_ran_gaussian(host->rng, 0.003);
}

/* A neighbour wakes up before one load in twenty and stays for three on average. */
static double bursts(struct host *host)
{
	if (host->burst_loads > 0)
		host->burst_loads--;
	else if (gsl_rng_uniform(host->rng) < 0.05) {
		host->burst_loads = (int)gsl_ran_geometric(host->rng, 1.0 / 3) - 1;
		host->burst = gsl_ran_flat(host->rng, 0.03, 0.15);
	} else
		host->burst = 0;
	return host->burst + gsl_ran_gaussian(host->rng, 0.005);
}

/* To add a model: a function above and a row here. */
const struct model models[] = {
	{ "gaussian", "spread 1 %", gaussian },
	{ "log-normal", "spread 1 %, long right tail", lognormal },
	{ "heavy tail", "t with 2 degrees, no variance", heavy_tail },
	{ "bimodal", "two modes 4 % apart, by load", bimodal },
	{ "drift", "0.1 % a load, spread 1 %", drift },
	{ "autocorrelated", "0.9 from load to load, spread 1 %", autocorrelated },
	{ "bursts", "+3 to +15 % over 3 loads, every 20", bursts },
};

const size_t models_count = sizeof(models) / sizeof(models[0]);

void host_start(struct host *host, const struct model *model, gsl_rng *rng)
{
	*host = (struct host){ .model = model, .rng = rng, .memory = gsl_ran_gaussian(rng, 0.01) };
}

double host_load(struct host *host, double effect)
{
	double noise = host->model->noise(host), values[REPETITIONS];

	host->loads++;
	for (size_t i = 0; i < REPETITIONS; i++)
		values[i] =
			exp(noise + gsl_ran_gaussian(host->rng, REPETITION_SPREAD)) * (1 + effect);
	stat_sort(values, REPETITIONS);
	return values[REPETITIONS / 2];
}
