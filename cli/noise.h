/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the null controls of a host showed, as the server describes it. */
#ifndef RUNWAY_CLI_NOISE_H
#define RUNWAY_CLI_NOISE_H

#include <stddef.h>
#include <stdint.h>

#include "cli/screen.h"
#include "lib/err.h"

struct noise_size {
	double effect;	/* a fraction; NAN: none */
	int64_t blocks; /* 0: not in any number that may be bought */
	double seconds; /* NAN: not known */
};

/* With fewer blocks a record says little. */
#define NOISE_SHORT_BLOCKS 10

struct noise_record {
	char *isa, *metric, *workload;
	int64_t blocks, comparisons, false_positives;
	int64_t block_loads;		     /* of a block of one series */
	double typical, rate_low, rate_high; /* fractions; typical NAN: none */
	struct noise_size *detectable, *needed;
	size_t detectable_count, needed_count;
};

struct noise {
	struct noise_record *records;
	size_t count;
};

int noise_decode(const char *data, size_t bytes, struct noise *ret_noise, struct err *err);
void noise_release(struct noise *noise);
void noise_print(const struct noise *noise, const struct screen *screen);

#endif
