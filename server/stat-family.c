// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/stat-family.h"

#include <math.h>
#include <stdlib.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"

struct ranked {
	double p;
	size_t at;
};

static int compare(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;

	return (a->p > b->p) - (a->p < b->p);
}

void stat_holm(const double *p, size_t count, double *ret_adjusted)
{
	CLEANUP(free_ptr) struct ranked *order = xcalloc(count + 1, sizeof(*order));
	double largest = 0;

	for (size_t i = 0; i < count; i++)
		order[i] = (struct ranked){ .p = p[i], .at = i };
	if (count)
		qsort(order, count, sizeof(*order), compare);
	for (size_t i = 0; i < count; i++) {
		largest = fmax(largest, fmin(1, (double)(count - i) * order[i].p));
		ret_adjusted[order[i].at] = largest;
	}
}
