// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/histogram.h"

#include <assert.h>
#include <stdlib.h>

#include "lib/alloc.h"

#define PER_POWER ((uint64_t)1 << HISTOGRAM_BITS)

void histogram_release(struct histogram *histogram)
{
	free(histogram->counts);
	*histogram = HISTOGRAM_INIT;
}

/* How often a value is halved until it is below 2^(bits + 1): the first two powers share width 1.
 */
static unsigned halvings(uint64_t value)
{
	unsigned width = value ? 64 - (unsigned)__builtin_clzll(value) : 0;

	return width > HISTOGRAM_BITS + 1 ? width - HISTOGRAM_BITS - 1 : 0;
}

size_t histogram_index(uint64_t value)
{
	unsigned shift = halvings(value);

	return (size_t)(shift * PER_POWER + (value >> shift));
}

struct histogram_bucket histogram_bucket(size_t index)
{
	uint64_t shift = index < 2 * PER_POWER ? 0 : index / PER_POWER - 1;
	uint64_t low = (index - shift * PER_POWER) << shift;
	uint64_t high = low + (((uint64_t)1 << shift) - 1);

	return (struct histogram_bucket){
		.low = low,
		.high = high,
		.middle = (double)low + (double)(high - low) / 2,
	};
}

static void allocate(struct histogram *histogram)
{
	if (!histogram->counts)
		histogram->counts = xcalloc(HISTOGRAM_BUCKETS, sizeof(*histogram->counts));
}

void histogram_record(struct histogram *histogram, uint64_t value, uint64_t times)
{
	allocate(histogram);
	histogram->counts[histogram_index(value)] += times;
	histogram->total += times;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	if (!from->counts)
		return;
	allocate(into);
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
		into->counts[i] += from->counts[i];
	into->total += from->total;
}

struct histogram_bucket histogram_at_rank(const struct histogram *histogram, uint64_t rank)
{
	uint64_t seen = 0;

	assert(rank >= 1 && rank <= histogram->total);
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += histogram->counts[i];
		if (seen >= rank)
			return histogram_bucket(i);
	}
	abort(); /* total is the sum of all counts */
}

struct histogram_bucket histogram_percentile(const struct histogram *histogram, double share)
{
	double exact = share * (double)histogram->total;
	uint64_t rank = (uint64_t)exact;

	rank += (double)rank < exact;
	if (rank < 1)
		rank = 1;
	if (rank > histogram->total)
		rank = histogram->total;
	return histogram_at_rank(histogram, rank);
}
