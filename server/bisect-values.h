/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the loads of a campaign measured of one metric, for bisections. */
#ifndef RUNWAY_SERVER_BISECT_VALUES_H
#define RUNWAY_SERVER_BISECT_VALUES_H

#include "server/bisect.h"

/* The median of a load's repetitions; rising by block and position. */
struct bisect_value {
	size_t position; /* the variant's in its campaign */
	int64_t block, load, host;
	double median;
};

struct bisect_values {
	struct bisect_value *all;
	size_t count, capacity;
};

/* Base, part and whole in one block, on one host. */
struct bisect_triple {
	double base, value, whole;
};

/* Of that campaign, which need not be the bisection's own. */
void bisect_values_read(struct db_conn *conn, int64_t campaign, const struct bisection *bisection,
			struct bisect_values *ret_values);
void bisect_values_release(struct bisect_values *values);

/* One for each block that has all three; triples has room for values->count. Sets *ret_varied when
 * loads of one variant differ within a block. */
size_t bisect_triples(const struct bisect_values *values, size_t part, size_t whole,
		      struct bisect_triple *triples, bool *ret_varied);

#endif
