/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host's own record of null controls: how often it was wrong, how small an effect it can see,
 * what seeing one costs.
 *
 *	CLEANUP(noise_release) struct noise noise = { 0 };
 *	noise_read(conn, host, "svm", "host_ipi_per_guest_ipi", "ipi-storm", &noise);
 *	noise_plan(&noise);		// takes a tenth of a second
 */
#ifndef RUNWAY_SERVER_NOISE_H
#define RUNWAY_SERVER_NOISE_H

#include "server/db.h"
#include "server/stat.h"

#define NOISE_EFFECTS 4
#define NOISE_SIZES 6
/* What a block of one variant loads: the base, the null control, the variant. */
#define NOISE_BLOCK_LOADS 3

extern const double noise_effects[NOISE_EFFECTS]; /* fractions: 0.005 … */
extern const size_t noise_sizes[NOISE_SIZES];	  /* blocks: 6 … */

struct noise {
	double *ratios; /* the newest 1000 blocks, as logarithms */
	size_t count, capacity;
	double load_s;	/* what a load takes there; 0: not known */
	double typical; /* half of all blocks differ by less, as fraction; NAN without any */
	unsigned comparisons, false_ones; /* whole campaigns */
	struct stat_interval rate;	  /* of false ones, 95 % */
	double detectable[NOISE_SIZES];	  /* INFINITY: none */
	size_t needed[NOISE_EFFECTS];	  /* blocks; 0: more than 100, or the record is too short */
};

void noise_read(struct db_conn *conn, int64_t host, const char *isa, const char *metric,
		const char *workload, struct noise *ret_noise);
void noise_plan(struct noise *noise);
void noise_release(struct noise *noise);

#endif
