/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking more than once. A campaign is judged when its first blocks are in, and while it is
 * unknown buys more, up to a maximum that is fixed before the first: at most STAT_LOOKS_MAX
 * looks. Alpha is spent over them as Lan and DeMets do (Biometrika 70, 1983), each side by the
 * function that resembles O'Brien and Fleming's boundaries: nearly nothing early, nearly all at
 * the end.
 *
 *	struct stat_schedule schedule = stat_schedule_make(6, 30);	// 6, 12, 18, 24, 30 blocks
 *	struct stat_design design;					// 4 KiB, made in some 30 ms
 *	stat_design_make(&schedule, 0.05, &design);
 *	if (test.p <= design.spend.level[k]) ...		// at look k, from 0
 *	double p = stat_sequential_p(&design, p_of_looks, looks_taken);	// for Holm
 *
 * The boundaries come from numerical integration of the density of those that no look has stopped
 * yet.
 *
 * With signed ranks: their sums over the first n and the first m > n blocks have the correlation
 * sqrt(I(n) / I(m)) with I(n) = n (2n + 1) / (n + 1), exactly, when every sign is a coin's throw;
 * so I is the information that the integration takes. Each look compares the p of its test, exact
 * when it is small, with the level of that look. A test on few blocks has a smallest p that it
 * can reach. When that is above the level, the look cannot stop anything: it is as if it was
 * skipped. What it was allowed is not handed on to later looks. That makes the whole
 * conservative, costs little since early looks are allowed next to nothing, and keeps the claims
 * at a smaller alpha among those at a larger one, without which there would be no p-value over
 * looks.
 */
#ifndef RUNWAY_SERVER_STAT_SPEND_H
#define RUNWAY_SERVER_STAT_SPEND_H

#include "server/stat.h"

#define STAT_LOOKS_MAX 5

/* After how many blocks is looked: rising. */
struct stat_schedule {
	size_t blocks[STAT_LOOKS_MAX];
	size_t looks;
};

struct stat_spend {
	size_t looks;
	double z[STAT_LOOKS_MAX];     /* boundaries of the standardised statistic */
	double level[STAT_LOOKS_MAX]; /* the same as two-sided p */
	double spent[STAT_LOOKS_MAX]; /* alpha spent up to and including this look */
};

/* From first to most blocks in equal steps; one look when they are the same. 1 <= first <= most. */
struct stat_schedule stat_schedule_make(size_t first, size_t most);

void stat_spend_plan(const struct stat_schedule *schedule, double alpha,
		     struct stat_spend *ret_spend);

/* A schedule with its levels at one alpha and, for p-values over looks, at a grid of others. */
#define STAT_GRID 64
struct stat_design {
	struct stat_schedule schedule;
	double alpha;
	struct stat_spend spend;
	double log_alpha[STAT_GRID], log_level[STAT_GRID][STAT_LOOKS_MAX];
};

void stat_design_make(const struct stat_schedule *schedule, double alpha,
		      struct stat_design *ret_design);

/* The smallest alpha at which one of the looks taken so far would have stopped, so that claiming
 * when it is at most alpha is wrong with a chance of at most alpha whenever one stops. At least
 * 1e-9. */
double stat_sequential_p(const struct stat_design *design, const double *p, size_t looks_taken);

/* What these stand on, for any information (rising) and any spending. stat_spend_by() fills
 * boundaries that spend spent[k] (two-sided, not falling) up to look k; stat_cross() says with
 * which chance one of the boundaries is reached under a drift of the statistic (its mean at
 * information 1; 0: the null hypothesis). */
void stat_spend_by(const double *information, const double *spent, size_t looks, double *ret_z);
double stat_cross(const double *information, const double *z, size_t looks, double drift);

/* The two-sided alpha spent when a fraction (0 to 1) of the information is in. */
double stat_spent(double alpha, double fraction);

#endif
