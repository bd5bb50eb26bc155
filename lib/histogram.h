/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A histogram of whole numbers (latencies in ns) whose buckets widen with the value: each power
 * of two is cut into 128 equal ones. Values below 256 are kept exactly; the middle of any bucket
 * is at most 1/256 (0.4 %) away from every value in it, over the whole range of 64 bits, in 58
 * KiB.
 *
 *	CLEANUP(histogram_release) struct histogram latency = HISTOGRAM_INIT;
 *	histogram_record(&latency, 1234, 1);
 *	histogram_merge(&latency, &of_another_cpu);
 *	struct histogram_bucket p99 = histogram_percentile(&latency, 0.99);
 *
 * Merging loses nothing: the merged one is what recording into one would have given. A
 * percentile's confidence interval goes by ranks: stat_quantile_ranks() and histogram_at_rank().
 */
#ifndef RUNWAY_LIB_HISTOGRAM_H
#define RUNWAY_LIB_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_BITS 7 /* buckets of a power of two: 2^7 */
#define HISTOGRAM_BUCKETS ((64 - HISTOGRAM_BITS + 1) << HISTOGRAM_BITS)
#define HISTOGRAM_ERROR_MAX (1.0 / (2 << HISTOGRAM_BITS)) /* of a bucket's middle, relative */

struct histogram {
	uint64_t *counts; /* NULL until something is recorded */
	uint64_t total;
};

#define HISTOGRAM_INIT ((struct histogram){ 0 })

/* What is known of a value once it is in a histogram: low <= value <= high. */
struct histogram_bucket {
	uint64_t low, high;
	double middle;
};

void histogram_release(struct histogram *histogram);
void histogram_record(struct histogram *histogram, uint64_t value, uint64_t times);
void histogram_merge(struct histogram *into, const struct histogram *from);

/* Where the value of that rank (1 to total) lies. total is at least 1. */
struct histogram_bucket histogram_at_rank(const struct histogram *histogram, uint64_t rank);
/* The smallest recorded value that at least that share (0 to 1) does not exceed. */
struct histogram_bucket histogram_percentile(const struct histogram *histogram, double share);

/* The bucket a value falls into, from 0, and the bounds of a bucket: what is written down and read
 * back is pairs of index and count. */
size_t histogram_index(uint64_t value);
struct histogram_bucket histogram_bucket(size_t index);

#endif
