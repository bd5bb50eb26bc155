/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a host could see, from its own record of comparisons in which there was nothing to see:
 * the log ratios, one a block, of the base against itself.
 *
 *	double smallest = stat_detectable(record, count, 20, 0.05);	// 0.012: 1.2 % in 20 blocks
 *	size_t blocks = stat_blocks_needed(record, count, 0.01, 0.05, 100);
 *
 * The record is drawn from, with random signs (which of two equal builds is called the base is
 * chance), and shifted by an effect; how often the signed-rank test then sees it, in its
 * direction, is the power. Draws start from a fixed seed: the same record gives the same answer.
 * The answers hold for one look at the end and one comparison; with five looks about one block in
 * twenty more is needed.
 */
#ifndef RUNWAY_SERVER_STAT_POWER_H
#define RUNWAY_SERVER_STAT_POWER_H

#include "server/stat.h"

#define STAT_POWER 0.8	   /* "can be seen" means: in four of five campaigns */
#define STAT_RECORD_MIN 10 /* shorter records say nothing about tails: no answer */

/* The chance (0 to 1) to see an effect (a fraction, either sign) in that many blocks. */
double stat_power(const double *record, size_t count, double effect, size_t blocks, double alpha);

/* The smallest effect, as a fraction, that is seen with STAT_POWER. INFINITY: none, the record is
 * too short, or so few blocks reach no verdict at all. */
double stat_detectable(const double *record, size_t count, size_t blocks, double alpha);

/* The fewest blocks in which the effect is seen with STAT_POWER; 0: not in most, or the record is
 * too short. */
size_t stat_blocks_needed(const double *record, size_t count, double effect, double alpha,
			  size_t most);

#endif
