// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/latency.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "server/stat-order.h"

void latencies_release(struct latencies *latencies)
{
	for (size_t i = 0; i < latencies->count; i++) {
		struct latency *latency = &latencies->all[i];

		free(latency->series);
		free(latency->isa);
		free(latency->lane);
		free(latency->workload);
		free(latency->target);
		free(latency->clock);
		histogram_release(&latency->histogram);
	}
	free(latencies->all);
	*latencies = (struct latencies){ 0 };
}

bool latency_is_shown(const struct latency *latency)
{
	return strcmp(latency->clock, "emulated") != 0;
}

static bool is_of(const struct latency *latency, struct rows *rows)
{
	return !strcmp(latency->series, rows_text(rows, 0)) &&
	       !strcmp(latency->isa, rows_text(rows, 1)) &&
	       !strcmp(latency->lane, rows_text(rows, 2)) &&
	       !strcmp(latency->workload, rows_text(rows, 3)) &&
	       !strcmp(latency->target, rows_text(rows, 4)) &&
	       !strcmp(latency->clock, rows_text(rows, 5));
}

/* A load has been read whole: it is the first, or it is compared and perhaps added. */
static void end_load(struct latency *latency, struct histogram *load)
{
	bool first = latency->loads == 1;

	if (first || strcmp(latency->clock, "instructions") != 0)
		histogram_merge(&latency->histogram, load);
	else if (load->total != latency->histogram.total ||
		 memcmp(load->counts, latency->histogram.counts,
			HISTOGRAM_BUCKETS * sizeof(*load->counts)) != 0)
		latency->agree = false;
	histogram_release(load);
}

static void begin(struct latencies *latencies, struct rows *rows)
{
	ARRAY_GROW(latencies->all, latencies->count, latencies->capacity);
	latencies->all[latencies->count++] = (struct latency){ .series = rows_copy(rows, 0),
							       .isa = rows_copy(rows, 1),
							       .lane = rows_copy(rows, 2),
							       .workload = rows_copy(rows, 3),
							       .target = rows_copy(rows, 4),
							       .clock = rows_copy(rows, 5),
							       .histogram = HISTOGRAM_INIT,
							       .agree = true };
}

void latencies_read(struct db_conn *conn, int64_t campaign, const char *isa,
		    struct latencies *ret_latencies)
{
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_LATENCY_LIST, db_int(campaign), db_text(isa));
	struct latencies latencies = { 0 };
	struct histogram load = HISTOGRAM_INIT;
	struct latency *last = NULL;

	while (rows_next(&rows)) {
		bool other = !last || !is_of(last, &rows);

		if (last && (other || last->load != rows_int(&rows, 6)))
			end_load(last, &load);
		if (other)
			begin(&latencies, &rows);
		last = &latencies.all[latencies.count - 1];
		last->loads += last->load != rows_int(&rows, 6);
		last->load = rows_int(&rows, 6);
		histogram_record(&load, histogram_bucket((size_t)rows_int(&rows, 7)).low,
				 (uint64_t)rows_int(&rows, 8));
	}
	if (last)
		end_load(last, &load);
	*ret_latencies = latencies;
}

void latency_percentile(const struct histogram *histogram, double share,
			struct latency_percentile *ret_percentile)
{
	size_t low = 0, high = 0;

	/* More than binomial ranks are made for: their interval would be narrower than a bucket. */
	if (histogram->total <= INT32_MAX)
		stat_quantile_ranks((size_t)histogram->total, share, 0.05, &low, &high);
	*ret_percentile = (struct latency_percentile){
		.value = histogram_percentile(histogram, share).middle,
		.low = low ? (double)histogram_at_rank(histogram, low).low : NAN,
		.high = high ? (double)histogram_at_rank(histogram, high).high : NAN,
	};
}
